package autoconfig

import (
	"os"
	"path"
	"path/filepath"
	"slices"
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

// The clients' own lists are typed by hand, so they are held to what their reader
// relies on: each entry can be found, and leads to servers for both directions, a
// sign-in page or a refusal.
func TestBuiltInLists(t *testing.T) {
	for _, c := range clients {
		if asked := slices.Contains(c.order, BuiltIn); asked != (c.builtin != nil) {
			t.Errorf("%s: built in among its places: %v, with %d entries", c.name, asked, len(c.builtin))
		}
		for i, b := range c.builtin {
			w := walk{client: c, address: mailcheck.Address{Local: "alice"}}
			for _, pattern := range strings.Fields(b.domains) {
				if _, err := path.Match(pattern, ""); err != nil || b.servers == "" && b.refuses == "" && strings.Contains(pattern, "*") {
					t.Errorf("%s entry %d: pattern %q: %v", c.name, i, pattern, err)
				}
				w.address = mailcheck.Address{Local: "alice", Domain: strings.ReplaceAll(pattern, "*", "com")}
				if first := slices.IndexFunc(c.builtin, func(b builtin) bool { return b.knows(w.address.Domain) }); first != i {
					t.Errorf("%s: %s is found at entry %d, not %d", c.name, w.address.Domain, first, i)
				}
				checkBuiltIn(t, w)
			}
			for _, mx := range strings.Fields(b.mx) {
				w.address.Domain, w.discovery.Exchanger = "example.com", "mx."+mx
				if b.servers == "" {
					w.discovery.Exchanger = exchangerIn(mx)
				}
				checkBuiltIn(t, w)
			}
			if b.provider != "" && !slices.ContainsFunc(Providers, func(p Provider) bool { return p.Name == b.provider }) {
				t.Errorf("%s: no provider %q", c.name, b.provider)
			}
		}
	}
}

// exchangerIn returns a mail exchanger of the table in a registrable domain.
func exchangerIn(base string) string {
	for _, p := range Providers {
		for _, mx := range p.MX {
			if inside(mx, base) {
				return "mx." + mx
			}
		}
	}
	return ""
}

func checkBuiltIn(t *testing.T, w walk) {
	t.Helper()
	f := w.lookBuiltIn()
	if f.outcome == "" && len(f.servers) != 2 {
		t.Errorf("%s, %s, %s: %s, servers %v", w.name, w.address.Domain, w.discovery.Exchanger, f.note, f.servers)
	}
	for _, s := range f.servers {
		if host, err := mailcheck.ParseHost(s.Host); err != nil || host != s.Host || s.Username == "" || strings.Contains(s.Username, "%") {
			t.Errorf("%s, %s: server %+v: %v", w.name, w.address.Domain, s, err)
		}
	}
}
