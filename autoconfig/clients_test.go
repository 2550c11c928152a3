package autoconfig

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mailcheck"
)

// database returns the files of the public provider database.
func database(t *testing.T) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(corpus(t, "ispdb"), "*.xml"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no files of the database: %v", err)
	}
	files := map[string][]byte{}
	for _, name := range names {
		if files[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// How many files of the provider database each client refuses, and why.
func TestDialectsOverTheDatabase(t *testing.T) {
	refused := map[string]int{}
	reasons := map[string]int{}
	files := database(t)
	for name, body := range files {
		c, err := ParseConfig(body)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		a := mailcheck.Address{Local: "alice", Domain: c.Domains[0]}
		for _, d := range dialects {
			r := d.read(c, a)
			if r.Refused == nil {
				continue
			}
			refused[d.Client]++
			if d.Client == androidDialect.Client {
				reasons[reasonClass(r.Refused.Text)]++
			} else if d.Client == thunderbirdDialect.Client {
				t.Logf("Thunderbird refuses %s: %s", name, r.Refused)
			}
		}
	}
	t.Logf("of %d files are refused: %v; by Thunderbird for Android: %v", len(files), refused, reasons)
	if refused[thunderbirdDialect.Client] != 0 {
		t.Errorf("Thunderbird refuses %d files, not none", refused[thunderbirdDialect.Client])
	}
	if len(files) == 163 && refused[androidDialect.Client] != 46 {
		t.Errorf("Thunderbird for Android refuses %d of 163 files, not 46", refused[androidDialect.Client])
	}
}

func reasonClass(text string) string {
	for _, class := range []string{`socketType is "plain"`, "no usable incomingServer", "username is missing"} {
		if strings.Contains(text, class) {
			return class
		}
	}
	return text
}
