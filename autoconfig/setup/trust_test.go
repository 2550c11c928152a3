package setup

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"mailcheck"
)

// named is a server that one source names, vouched for or not.
func named(url, source string, form mailcheck.SourceForm, document string, vouch mailcheck.Vouch) (mailcheck.ServerResult, mailcheck.SourceResult) {
	s := result(url, mailcheck.Pass, "PLAIN")
	s.Vouch, s.Sources, s.Position.Document = vouch, []string{source}, document
	kind := map[string]mailcheck.SourceKind{"guess": mailcheck.Guessed, "mx": mailcheck.Known, "provider": mailcheck.Known}[source]
	return s, mailcheck.SourceResult{Name: source, Kind: kind, Form: form, Servers: []mailcheck.Server{s.Server}}
}

// What a setup refuses to name says where it was found, and what can be forged there.
func TestUnverified(t *testing.T) {
	for _, c := range []struct {
		source   string
		form     mailcheck.SourceForm
		document string
		want     string
	}{
		{"autoconfig", mailcheck.SettingsFile, "http://autoconfig.example.com/c.xml", "autoconfig (http://autoconfig.example.com/c.xml, which anybody on the way can change)"},
		{"srv", mailcheck.Records, "", "srv (the DNS record _imaps._tcp.example.com, of which no signature was validated)"},
		{"guess", "", "", "guess (nobody publishes it)"},
		{"txt", mailcheck.SettingsFile, "https://files.example.net/c.xml", "txt (https://files.example.net/c.xml)"},
		{"mx", mailcheck.SettingsFile, "https://autoconfig.example.net/c.xml", "mx (https://autoconfig.example.net/c.xml, where the mail exchanger leads)"},
		{"provider", "", "", "provider (where the mail exchanger leads)"},
	} {
		imap, source := named("imaps://imap.example.net:993", c.source, c.form, c.document, mailcheck.NotVouched)
		smtp := result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN")
		r := account(imap, smtp)
		r.Sources = []mailcheck.SourceResult{source}
		for _, f := range Formats {
			if len(f.Reads) == 0 {
				continue
			}
			made, err := f.Make(r, Options{})
			e, ok := errors.AsType[*UnverifiedError](err)
			if !ok || len(made.Files) > 0 {
				t.Errorf("%s from %s: %v", f.Name, c.source, err)
				continue
			}
			want := "nobody vouches for imaps://imap.example.net:993, so whoever can forge what names it gets the password: " + c.want
			if len(e.Warnings) != 1 || e.Warnings[0].String() != want || !slices.Equal(e.Hosts(), []string{"imap.example.net"}) {
				t.Errorf("%s from %s: %q of %q", f.Name, c.source, e.Warnings, e.Hosts())
			}
			if made, err = f.Make(r, Options{Unverified: true}); err != nil || !strings.Contains(strings.ReplaceAll(shown(made), `\`, ""), c.want) || len(made.Warnings) != 1 {
				t.Errorf("%s from %s, unverified: %v, %q\n%s", f.Name, c.source, err, made.Warnings, shown(made))
			}
		}
	}
}

// Where somebody vouches for a server that does, no other is named beside it.
func TestVouchedFirst(t *testing.T) {
	forged, source := named("imaps://imap.evil.example:993", "srv", mailcheck.Records, "", mailcheck.NotVouched)
	pop := result("pop3s://pop.example.com:995", mailcheck.Pass, "PLAIN")
	smtp := result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN")
	r := account(forged, pop, smtp)
	r.Sources = []mailcheck.SourceResult{source}
	for _, f := range forMail() {
		if len(f.Reads) > 0 && !slices.Contains(f.Reads, mailcheck.POP3) {
			continue // nothing is left to read mail with
		}
		made, err := f.Make(r, Options{})
		if err != nil || strings.Contains(shown(made), "evil") || len(made.Warnings) > 0 {
			t.Errorf("%s: %v\n%s", f.Name, err, shown(made))
		}
		says := slices.ContainsFunc(made.Notes, func(n mailcheck.Text) bool {
			return n.String() == "left out, since nobody vouches for them: imaps://imap.evil.example:993"
		})
		if says != (len(f.Reads) > 0) {
			t.Errorf("%s notes %q", f.Name, made.Notes)
		}
	}
	good := result("imaps://imap.example.com:993", mailcheck.Pass, "PLAIN")
	for _, f := range forMail() {
		made, err := f.Make(account(forged, good, smtp), Options{Unverified: true})
		if text := shown(made); err != nil || !f.All && strings.Contains(text, "evil") || f.All && strings.LastIndex(text, "imap.evil") < strings.Index(text, "imap.example.com") {
			t.Errorf("%s: %v\n%s", f.Name, err, text)
		}
	}
}

// A server whose certificate was not verified is never named, and no leave changes that.
func TestBadCertificateIsNeverWritten(t *testing.T) {
	for _, tls := range []*mailcheck.TLS{nil, {}} {
		imap := result("imaps://imap.example.com:993", mailcheck.Warn, "PLAIN")
		imap.TLS = tls
		for _, f := range Formats {
			if len(f.Reads) == 0 {
				continue
			}
			if made, err := f.Make(account(imap, result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN")), Options{Unverified: true}); !errors.Is(err, ErrNothingUsable) {
				t.Errorf("%s: %v\n%s", f.Name, err, shown(made))
			}
		}
	}
}

// A user name that only a forgeable source has is told, and not written.
func TestForgedUsernameIsTold(t *testing.T) {
	r := account(result("imaps://imap.example.com:993", mailcheck.Pass, "PLAIN"), result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN"))
	named := r.Settings[0].Server
	named.Vouch, named.Username = mailcheck.NotVouched, "mallory"
	r.Sources = []mailcheck.SourceResult{{Name: "autoconfig", Servers: []mailcheck.Server{named}}}
	made, err := thunderbird.Make(r, Options{})
	if err != nil || strings.Contains(shown(made), "mallory") {
		t.Errorf("%v\n%s", err, shown(made))
	}
	const want = "autoconfig has the user name mallory for imaps://imap.example.com:993, which can be forged there; the file has %EMAILADDRESS%"
	if len(made.Notes) != 1 || made.Notes[0].String() != want {
		t.Errorf("notes %q", made.Notes)
	}
}

// A sign-in page that only a forgeable file leads to is no advice.
func TestForgedIssuerIsNotWritten(t *testing.T) {
	r := account(result("imaps://imap.example.com:993", mailcheck.Pass, "XOAUTH2"), result("submissions://smtp.example.com:465", mailcheck.Pass, "XOAUTH2"))
	r.Sources = []mailcheck.SourceResult{{Name: "oauth", OAuth: []mailcheck.OAuth{
		{Issuer: "https://evil.example", AuthURL: "https://evil.example/auth", TokenURL: "https://evil.example/token"},
		{Issuer: "https://good.example", AuthURL: "https://good.example/auth", TokenURL: "https://good.example/token", Vouched: true},
	}}}
	made, err := neomutt.Make(r, Options{})
	if text := shown(made); err != nil || strings.Contains(text, "evil") || !strings.Contains(text, "good.example/auth") {
		t.Errorf("%v\n%s", err, text)
	}
}

// What is published and could not be reached is written for who asks for it, with a warning
// in the file, and behind what passed.
func TestNotReached(t *testing.T) {
	silent := func(url string) mailcheck.ServerResult {
		s := result(url, mailcheck.Fail)
		s.TLS, s.Auth = nil, []string{"password-cleartext"}
		s.Addresses = []mailcheck.AddressResult{{State: mailcheck.TimedOut}}
		return s
	}
	imap, smtp := silent("imaps://imap.example.com:993"), silent("submissions://smtp.example.com:465")
	discovered := account(imap, smtp) // and nothing tested
	discovered.Servers = nil
	for i := range discovered.Settings {
		discovered.Settings[i].Verdict = mailcheck.Untested
	}
	for _, r := range []*mailcheck.Report{account(imap, smtp), discovered} {
		for _, f := range forMail() {
			if made, err := f.Make(r, Options{}); !errors.Is(err, ErrNothingUsable) || !err.(*UnusableError).Published {
				t.Errorf("%s: %v\n%s", f.Name, err, shown(made))
			}
			made, err := f.Make(r, Options{Unverified: true})
			if err != nil || len(made.Warnings) == 0 || !strings.Contains(shown(made), "WARNING: ") || !strings.Contains(strings.ReplaceAll(shown(made), `\`, ""), "could not be tested: whether it works is not known") {
				t.Errorf("%s, unverified: %v, %q\n%s", f.Name, err, made.Warnings, shown(made))
			}
		}
	}
	other := result("imap://imap.example.com:143", mailcheck.Pass, "PLAIN")
	made, err := thunderbird.Make(account(imap, smtp, other), Options{Unverified: true})
	if text := shown(made); err != nil || strings.LastIndex(text, ">143<") > strings.LastIndex(text, ">993<") {
		t.Errorf("%v\n%s", err, text)
	}
	guessed, hung, unknown, closed := imap, imap, imap, imap
	closed.Addresses = []mailcheck.AddressResult{{State: mailcheck.Refused}}
	guessed.Kind = mailcheck.Guessed
	hung.Greeting = "* OK"
	unknown.Addresses = nil // its name leads nowhere
	for _, s := range []mailcheck.ServerResult{guessed, hung, unknown, closed} {
		if made, err := thunderbird.Make(account(s, smtp), Options{Unverified: true}); !errors.Is(err, ErrNothingUsable) {
			t.Errorf("%+v: %v\n%s", s, err, shown(made))
		}
	}
}
