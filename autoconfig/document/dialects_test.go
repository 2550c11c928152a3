package document

import (
	"testing"

	"mailcheck"
	"mailcheck/internal/sample"
)

// How many files of the provider database each client refuses, and why.
func TestDialectsOverTheDatabase(t *testing.T) {
	refused := map[string]int{}
	reasons := map[string]int{}
	files := sample.Database(t)
	for name, body := range files {
		c, err := ParseConfig(body)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		a := mailcheck.Address{Local: "alice", Domain: c.Domains[0]}
		for _, d := range Dialects {
			r := d.Read(c, a)
			if r.Refused == nil {
				continue
			}
			refused[d.Client]++
			if d.Client == AndroidDialect.Client {
				reasons[sample.ReasonClass(r.Refused.Text.String())]++
			} else if d.Client == ThunderbirdDialect.Client {
				t.Logf("Thunderbird refuses %s: %s", name, r.Refused.Place())
			}
		}
	}
	t.Logf("of %d files are refused: %v; by Thunderbird for Android: %v", len(files), refused, reasons)
	if refused[ThunderbirdDialect.Client] != 0 {
		t.Errorf("Thunderbird refuses %d files, not none", refused[ThunderbirdDialect.Client])
	}
	if len(files) == 163 && refused[AndroidDialect.Client] != 46 {
		t.Errorf("Thunderbird for Android refuses %d of 163 files, not 46", refused[AndroidDialect.Client])
	}
}
