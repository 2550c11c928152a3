package report

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"mailcheck"
	"mailcheck/checks"
)

// changed returns the report of an account that works, with something done to it.
func changed(change func(*mailcheck.Report)) *mailcheck.Report {
	server := func(p mailcheck.Protocol, host string, port uint16) mailcheck.ServerResult {
		s := mailcheck.ServerResult{
			Server: mailcheck.Server{Protocol: p, Host: host, Port: port, Security: mailcheck.ImplicitTLS}, Verdict: mailcheck.Pass, PasswordOK: true, Greeting: "* OK id 4711",
			TLS: &mailcheck.TLS{Version: "TLS 1.3", Verified: true, DANE: &mailcheck.DANE{State: "ok"}, Chain: []mailcheck.Certificate{{
				Names: []string{"imap.example.com", "smtp.example.com"}, Issuer: "CN=Authority", NotAfter: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), SHA256: "aa"}}},
			Login: &mailcheck.Login{State: mailcheck.LoginAccepted},
		}
		s.Capabilities.AfterTLS, s.Mechanisms.AfterTLS = []string{"IDLE", "MOVE"}, []string{"PLAIN", "LOGIN"}
		return s
	}
	r := &mailcheck.Report{
		Address: address("alice@example.com"), Started: time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC), Elapsed: time.Second, Verdict: mailcheck.Pass,
		Servers: []mailcheck.ServerResult{server(mailcheck.IMAP, "imap.example.com", 993), server(mailcheck.Submission, "smtp.example.com", 465)},
		Sources: []mailcheck.SourceResult{{Name: "srv", Kind: mailcheck.Published, State: mailcheck.Found}},
	}
	for _, s := range r.Servers {
		r.Settings = append(r.Settings, mailcheck.Setting{Server: s.Server, Verdict: s.Verdict})
	}
	if change != nil {
		change(r)
	}
	return r
}

// cutOff ends the test of a server before it could tell anything.
func cutOff(r *mailcheck.Report, why *checks.Check) {
	f := mailcheck.Finding{Check: why, Severity: why.Severity, About: mailcheck.About{Server: r.Servers[0].URL()}}
	r.Verdict, r.Settings[0].Verdict, r.Findings = mailcheck.Untested, mailcheck.Untested, []mailcheck.Finding{f}
	s := &r.Servers[0]
	s.Verdict, s.TLS, s.Login, s.Steps = mailcheck.Untested, nil, nil, []mailcheck.Step{{Findings: []mailcheck.Finding{f}}}
}

// What was seen of a fault before, and could not be looked at now, is not mended; what is
// seen after that is not known to be new.
func TestDiffUnseen(t *testing.T) {
	broken := changed(func(r *mailcheck.Report) {
		r.Verdict, r.Servers[0].Verdict, r.Settings[0].Verdict = mailcheck.Fail, mailcheck.Fail, mailcheck.Fail
		r.Findings = []mailcheck.Finding{{Check: checks.TLSExpired, Severity: checks.Failure, About: mailcheck.About{Server: r.Servers[0].URL()}}}
	})
	cut := changed(func(r *mailcheck.Report) { cutOff(r, checks.RunTimeout) })
	if d := Diff(broken, cut); len(d.Changes) != 1 || d.Changes[0].Kind != "verdict" {
		t.Errorf("not looked at: %+v", d.Changes)
	}
	if d := Diff(cut, broken); d.Worse() || len(d.Changes) != 2 || d.Changes[1].Kind != "finding" {
		t.Errorf("looked at again: %+v", d.Changes)
	}
}

// Each thing that can change is told once, as what it is; the other way round it is the
// opposite, or a change too.
func TestDiff(t *testing.T) {
	expired := mailcheck.Finding{Check: checks.TLSExpired, Severity: checks.Failure, About: mailcheck.About{Server: "imaps://imap.example.com:993"}}
	for _, c := range []struct {
		what   string
		change func(*mailcheck.Report)
		want   []string // way and kind
		back   []string
	}{
		{"nothing", nil, nil, nil},
		{"order, times and greetings", func(r *mailcheck.Report) {
			slices.Reverse(r.Servers)
			slices.Reverse(r.Servers[0].Capabilities.AfterTLS)
			r.Started, r.Elapsed, r.Servers[0].Greeting, r.Servers[0].Elapsed = r.Started.Add(time.Hour), 7, "* OK id 4712", 9
		}, nil, nil},
		{"a new fault", func(r *mailcheck.Report) {
			r.Verdict, r.Servers[0].Verdict, r.Settings[0].Verdict = mailcheck.Fail, mailcheck.Fail, mailcheck.Fail
			r.Findings = []mailcheck.Finding{expired, expired}
		}, []string{"worse verdict", "worse setting", "worse server", "worse finding"}, []string{"better verdict", "better setting", "better server", "better finding"}},
		{"a note", func(r *mailcheck.Report) {
			note := expired
			note.Severity = checks.Info
			r.Findings = []mailcheck.Finding{note}
		}, nil, nil},
		{"a renewed certificate", func(r *mailcheck.Report) { r.Servers[0].TLS.Chain[0].SHA256 = "bb" }, []string{"changed certificate"}, []string{"changed certificate"}},
		{"another authority, and a name less", func(r *mailcheck.Report) {
			leaf := &r.Servers[0].TLS.Chain[0]
			leaf.SHA256, leaf.Issuer, leaf.Names = "bb", "CN=Other", leaf.Names[:1]
		}, []string{"changed certificate", "changed certificate", "changed certificate"}, []string{"changed certificate", "changed certificate"}},
		{"an older TLS", func(r *mailcheck.Report) { r.Servers[0].TLS.Version = "TLS 1.2" }, []string{"worse tls"}, []string{"better tls"}},
		{"DANE", func(r *mailcheck.Report) { r.Servers[0].TLS.DANE = nil }, []string{"worse dane"}, []string{"better dane"}},
		{"a mechanism", func(r *mailcheck.Report) { r.Servers[0].Mechanisms.AfterTLS = []string{"PLAIN"} }, []string{"worse mechanism"}, []string{"changed mechanism"}},
		{"a capability", func(r *mailcheck.Report) { r.Servers[0].Capabilities.AfterTLS = []string{"IDLE"} }, []string{"changed capability"}, []string{"changed capability"}},
		{"no password", func(r *mailcheck.Report) { r.Servers[0].PasswordOK = false }, []string{"worse login"}, nil},
		{"a refused login", func(r *mailcheck.Report) { r.Servers[0].Login.State = mailcheck.LoginRefused }, []string{"worse login"}, []string{"better login"}},
		{"STARTTLS", func(r *mailcheck.Report) {
			r.Settings[0].Security, r.Servers[0].Security = mailcheck.StartTLS, mailcheck.StartTLS
		}, []string{"worse setting", "changed setting", "changed setting"}, []string{"better setting", "changed setting", "changed setting"}},
		{"a source", func(r *mailcheck.Report) { r.Sources[0].State = mailcheck.Absent }, []string{"worse source"}, []string{"better source"}},
		{"a run without time for a server", func(r *mailcheck.Report) { cutOff(r, checks.RunTimeout) }, []string{"changed verdict"}, []string{"changed verdict"}},
		{"a machine without sockets", func(r *mailcheck.Report) { cutOff(r, checks.NetShortage) }, []string{"changed verdict"}, []string{"changed verdict"}},
		{"a source without an answer in time", func(r *mailcheck.Report) {
			r.Sources[0].State, r.Sources[0].Steps = mailcheck.Failed, []mailcheck.Step{{Findings: []mailcheck.Finding{{Check: checks.RunTimeout, Severity: checks.Warning}}}}
		}, nil, nil},
		{"a login that is not tried any more", func(r *mailcheck.Report) {
			r.Servers[0].Verdict, r.Servers[0].Login.State = mailcheck.Untested, mailcheck.LoginSkipped
		}, []string{"changed server", "changed login"}, []string{"better login", "changed server"}},
	} {
		kinds := func(d Difference) (all []string) {
			for _, change := range d.Changes {
				all = append(all, string(change.Way)+" "+change.Kind)
				if change.Text.Empty() {
					t.Errorf("%s: %+v says nothing", c.what, change)
				}
			}
			return all
		}
		d := Diff(changed(nil), changed(c.change))
		if got := kinds(d); !slices.Equal(got, c.want) || d.Worse() != slices.ContainsFunc(c.want, func(k string) bool { return strings.HasPrefix(k, "worse") }) {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
		if got := kinds(Diff(changed(c.change), changed(nil))); !slices.Equal(got, c.back) {
			t.Errorf("%s, the other way: %q, want %q", c.what, got, c.back)
		}
	}
}

// Whatever two reports say, a comparison can be shown in every format, and says the same
// twice.
func TestDiffFormats(t *testing.T) {
	reports := contractReports()
	for _, f := range DiffFormats {
		for i, r := range reports {
			d := Diff(r.report, reports[(i+1)%len(reports)].report)
			out := render(t, func(b *bytes.Buffer) error { return f.Write(b, d, Options{}) })
			if again := render(t, func(b *bytes.Buffer) error { return f.Write(b, d, Options{}) }); !bytes.Equal(out, again) || !bytes.HasSuffix(out, []byte("\n")) {
				t.Errorf("%s of %s: %q", f.Name, r.name, out)
			}
			if printableLines(t, out); f.Name == "json" && !json.Valid(out) {
				t.Errorf("%s: %s", r.name, out)
			}
		}
		golden(t, "diff."+f.Name, render(t, func(b *bytes.Buffer) error {
			return f.Write(b, Diff(changed(nil), changed(func(r *mailcheck.Report) {
				r.Verdict, r.Servers[0].TLS.Chain[0].SHA256, r.Servers[1].Mechanisms.AfterTLS = mailcheck.Warn, "bb", []string{"PLAIN", "XOAUTH2"}
				r.Findings = []mailcheck.Finding{{Check: checks.TLSExpiresSoon, Severity: checks.Warning, About: mailcheck.About{Server: "imaps://imap.example.com:993"}}}
			})), Options{Version: "1.2.3"})
		}))
	}
}
