package report

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
	"mailcheck/checks"
)

// tempting is what a report of a person's account, at home or in a company, gives away.
func tempting() *mailcheck.Report {
	imap := mailcheck.Server{Protocol: mailcheck.IMAP, Host: "mail.corp.local", Port: 993, Security: mailcheck.ImplicitTLS, Username: `CORP\\aliddell`}
	smtp := mailcheck.Server{Protocol: mailcheck.Submission, Host: "zebra", Port: 587, Security: mailcheck.StartTLS, Username: "Alice.Liddell@example.com"}
	dav := mailcheck.Server{Protocol: mailcheck.CalDAV, Host: "dav.example.com", Port: 443, Security: mailcheck.ImplicitTLS, Path: "/dav/aliddell/"}
	r := &mailcheck.Report{
		Address: mailcheck.Address{Local: "Alice.Liddell", Domain: "example.com"}, Verdict: mailcheck.Fail,
		Servers: []mailcheck.ServerResult{
			{Server: imap, Verdict: mailcheck.Fail, Addresses: []mailcheck.AddressResult{{IP: netip.MustParseAddr("10.1.2.3"), State: mailcheck.Connected}},
				Greeting: "* OK hello wonderland-pc.home.arpa [10.9.9.9]",
				Login:    &mailcheck.Login{State: mailcheck.LoginRefused, Username: "aliddell", Refused: []string{"alice.liddell"}, Reason: mailcheck.Textf("%s", "no user alice.liddell here")}},
			{Server: smtp, Verdict: mailcheck.Pass, Addresses: []mailcheck.AddressResult{{IP: netip.MustParseAddr("9.9.9.9"), State: mailcheck.Connected}},
				Conversation: []mailcheck.Line{{Text: "250-zebra Hello pool-8-8-4-4.isp.example.net [8.8.4.4]"}, {Text: "250 9.9.9.9 is me, and wonderland-pc you"}}},
			{Server: dav, Verdict: mailcheck.Pass},
		},
		Sources: []mailcheck.SourceResult{{Name: "autoconfig", Kind: mailcheck.Published, State: mailcheck.Found, Reason: mailcheck.Textf("found"), Places: []mailcheck.Place{
			{Method: "GET", URL: "https://example.com/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress=alice.liddell%40example.com"},
		}}},
		Findings: []mailcheck.Finding{{Check: checks.LoginRejected, Severity: checks.Failure, About: mailcheck.About{Server: dav.URL()}, Detail: mailcheck.Textf("%s", "aliddell@mail.corp.local, alice.liddell and aliddell: no; fe80::1234, 192.168.0.7 and 100.64.3.2")}},
	}
	for _, s := range r.Servers {
		r.Settings = append(r.Settings, mailcheck.Setting{Server: s.Server, Verdict: s.Verdict})
	}
	return r
}

// Nothing of the person, the network and the machine is left in any format, and all that
// belongs together still does.
func TestShare(t *testing.T) {
	r, err := Share(tempting(), "wonderland-pc")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range Formats {
		for name, view := range f.views() {
			out := strings.ToLower(string(render(t, func(b *bytes.Buffer) error { return f.Write(b, r, Options{View: view, Verbose: true}) })))
			for _, secret := range []string{"alice", "liddell", "corp", "wonderland", "10.1.2.3", "10.9.9.9", "8.8.4.4", "8-8-4-4", "fe80::1234", "192.168", "100.64", "zebra"} {
				if strings.Contains(out, secret) {
					t.Errorf("%s of %s has %q:\n%s", f.Name, name, secret, out)
				}
			}
		}
	}
	if r.Address.String() != "user@example.com" || r.Settings[0].Host != r.Servers[0].Host || r.Settings[0].Host != "host-1.internal" || r.Servers[0].Addresses[0].IP.String() != "192.0.2.1" {
		t.Errorf("it is of %s, %+v", r.Address, r.Settings)
	}
	if r.Findings[0].Server != r.Servers[2].URL() || r.Servers[1].Addresses[0].IP.String() != "9.9.9.9" {
		t.Errorf("the finding is about %s, the server is %s", r.Findings[0].Server, r.Servers[2].URL())
	}
}

// A role is no person, and a word as any other; the address is replaced all the same.
// TestShareSection keeps the number of a section, which looks like an address.
func TestShareSection(t *testing.T) {
	r := &mailcheck.Report{Findings: []mailcheck.Finding{{Check: checks.TLSExpired, Severity: checks.Failure}}}
	r, err := Share(r)
	if err != nil {
		t.Fatal(err)
	}
	if out := string(render(t, func(b *bytes.Buffer) error { return Table(b, r, Options{}) })); !strings.Contains(out, "RFC 5280 section 4.1.2.5") {
		t.Errorf("%s", out)
	}
}

func TestShareRole(t *testing.T) {
	r := tempting()
	r.Address.Local = "mail"
	r.Findings[0].Detail = mailcheck.Textf("%s", "mail@example.com: mail is full")
	shared, err := Share(r)
	if err != nil {
		t.Fatal(err)
	}
	if got := shared.Findings[0].Detail.String(); got != "user@example.com: mail is full" || shared.Address.Local != "user" {
		t.Errorf("%s of %s", got, shared.Address)
	}
}

// Every report can be shared, however odd, and once more.
func TestShareAnything(t *testing.T) {
	for _, f := range contractReports() {
		if strings.HasPrefix(f.name, "hostile") {
			continue // of domains that are none
		}
		once, err := Share(f.report, "machine.example.org")
		if err != nil {
			t.Errorf("%s: %v", f.name, err)
			continue
		}
		twice, err := Share(once, "machine.example.org")
		if err != nil {
			t.Errorf("%s: %v", f.name, err)
			continue
		}
		first, second := render(t, func(b *bytes.Buffer) error { return JSON(b, once, Options{}) }), render(t, func(b *bytes.Buffer) error { return JSON(b, twice, Options{}) })
		if !bytes.Equal(first, second) {
			t.Errorf("%s: shared again it is another one:\n%s", f.name, cmp.Diff(string(first), string(second)))
		}
	}
}
