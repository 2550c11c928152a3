package mailcheck_test

import (
	"slices"
	"testing"

	"mailcheck"
)

// Sources prefer different servers where a client's server depends on the source
// that it reads; that is less than a disagreement, which is about hosts.
func TestPreferences(t *testing.T) {
	at := func(host string, security mailcheck.Security) mailcheck.Server {
		return mailcheck.Server{Protocol: mailcheck.IMAP, Host: host, Port: mailcheck.DefaultPort(mailcheck.IMAP, security), Security: security}
	}
	says := func(name string, kind mailcheck.SourceKind, servers ...mailcheck.Server) mailcheck.SourceResult {
		return mailcheck.SourceResult{Name: name, Kind: kind, State: mailcheck.Found, Servers: servers}
	}
	tls, upgraded, other := at("imap.example.com", mailcheck.ImplicitTLS), at("imap.example.com", mailcheck.StartTLS), at("mail.example.net", mailcheck.ImplicitTLS)
	test := func(disagree bool, want []string, sources ...mailcheck.SourceResult) {
		t.Helper()
		var got []string
		for _, p := range mailcheck.Preferences(sources, mailcheck.IMAP) {
			got = append(got, p.Source+" "+p.Server.URL())
		}
		if !slices.Equal(got, want) {
			t.Errorf("preferences %q, want %q", got, want)
		}
		if all := mailcheck.Disagreements(sources); len(all) > 0 != disagree {
			t.Errorf("disagreements: %v, want %t", all, disagree)
		}
		if mailcheck.Preferences(sources, mailcheck.POP3) != nil {
			t.Error("preferences about what nobody names")
		}
	}
	test(false, nil)
	test(false, nil, says("srv", mailcheck.Published, tls))
	test(false, nil, says("srv", mailcheck.Published, tls), says("autoconfig", mailcheck.Published, tls, upgraded))
	test(false, nil, says("srv", mailcheck.Published, tls), says("provider", mailcheck.Known, other), says("guess", mailcheck.Guessed, other))
	test(false, []string{"srv imaps://imap.example.com:993", "autoconfig imap://imap.example.com:143"},
		says("srv", mailcheck.Published, tls), says("autoconfig", mailcheck.Published, upgraded, tls))
	test(true, []string{"srv imaps://imap.example.com:993", "ispdb imaps://mail.example.net:993"},
		says("srv", mailcheck.Published, tls), says("mx", mailcheck.Known, tls), says("ispdb", mailcheck.Published, other))
}

func TestBest(t *testing.T) {
	setting := func(p mailcheck.Protocol, host string, v mailcheck.Verdict) mailcheck.Setting {
		return mailcheck.Setting{Server: mailcheck.Server{Protocol: p, Host: host}, Verdict: v}
	}
	r := &mailcheck.Report{Settings: []mailcheck.Setting{
		setting(mailcheck.IMAP, "untested", mailcheck.Untested), setting(mailcheck.IMAP, "failed", mailcheck.Fail), setting(mailcheck.IMAP, "warns", mailcheck.Warn),
		setting(mailcheck.POP3, "passed", mailcheck.Pass), setting(mailcheck.Submission, "unknown", ""),
	}}
	test := func(want string, protocols ...mailcheck.Protocol) {
		t.Helper()
		if s, ok := r.Best(protocols...); s.Host != want || ok != (want != "") {
			t.Errorf("best for %v is %q, %t, want %q", protocols, s.Host, ok, want)
		}
	}
	test("warns", mailcheck.IMAP, mailcheck.POP3)
	test("passed", mailcheck.POP3)
	test("", mailcheck.Submission)
	test("")
}
