package client

import (
	"path"
	"slices"
	"strings"
	"testing"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/autoconfig/document"
	"mailcheck/autoconfig/provider"
)

// The clients' own lists are typed by hand, so they are held to what their reader
// relies on: each entry can be found, and leads to servers for both directions, a
// sign-in page or a refusal.
func TestBuiltInLists(t *testing.T) {
	for _, c := range programs {
		if asked := slices.Contains(c.order, autoconfig.BuiltIn); asked != (c.builtin != nil) {
			t.Errorf("%s: built in among its places: %v, with %d entries", c.name, asked, len(c.builtin))
		}
		for i, b := range c.builtin {
			w := walk{program: c, address: mailcheck.Address{Local: "alice"}}
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
			if b.provider != "" && !slices.ContainsFunc(provider.Providers, func(p provider.Provider) bool { return p.Name == b.provider }) {
				t.Errorf("%s: no provider %q", c.name, b.provider)
			}
		}
	}
}

// exchangerIn returns a mail exchanger of the table in a registrable domain.
func exchangerIn(base string) string {
	for _, p := range provider.Providers {
		for _, mx := range p.MX {
			if document.Inside(mx, base) {
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
		t.Errorf("%s, %s, %s: %s, servers %v", w.name, w.address.Domain, w.discovery.Exchanger, f.note.String(), f.servers)
	}
	for _, s := range f.servers {
		if host, err := mailcheck.ParseHost(s.Host); err != nil || host != s.Host || s.Username == "" || strings.Contains(s.Username, "%") {
			t.Errorf("%s, %s: server %+v: %v", w.name, w.address.Domain, s, err)
		}
	}
}

// What a program prefers to the database keeps it from its entry; FairEmail goes by scores.
func TestTakingFromDatabase(t *testing.T) {
	for form, want := range map[mailcheck.SourceForm]string{
		"":                     "Thunderbird KMail Evolution aerc",
		mailcheck.SettingsFile: "KMail Nine",
		mailcheck.Records:      "Thunderbird KMail Evolution",
		mailcheck.Answer:       "Thunderbird KMail Evolution aerc",
	} {
		got := TakingFromDatabase([]mailcheck.SourceForm{form})
		if !strings.HasPrefix(strings.Join(got, " "), want) {
			t.Errorf("form %q: %q, want %q first", form, got, want)
		}
		if slices.Contains(got, "FairEmail") == (form == mailcheck.SettingsFile || form == mailcheck.Records) {
			t.Errorf("form %q: %q", form, got)
		}
	}
}
