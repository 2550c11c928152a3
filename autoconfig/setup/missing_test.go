package setup

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"mailcheck"
)

// notes wants a note that begins so, or none.
func notes(t *testing.T, f Format, made Setup, begin string, want bool) {
	t.Helper()
	if got := slices.ContainsFunc(made.Notes, func(n mailcheck.Text) bool { return strings.HasPrefix(n.String(), begin) }); got != want {
		t.Errorf("%s: of %q it notes %q", f.Name, begin, made.Notes)
	}
}

// anyOAuth2 reports whether a format can set OAuth2 up at any provider, even where no
// issuer is published, as in the reports here.
func anyOAuth2(f Format) bool {
	return slices.Contains(f.Logins, OAuth2) && f.SignsIn == nil && !f.Issuer
}

// What only a program with OAuth2 can use gets no file for another, but the reason and
// which programs can.
func TestOAuth2Only(t *testing.T) {
	imap, smtp := result("imaps://imap.example.com:993", mailcheck.Pass, "XOAUTH2"), result("submissions://smtp.example.com:465", mailcheck.Pass, "XOAUTH2")
	for _, f := range forMail() {
		made, err := f.Make(account(imap, smtp), Options{})
		if anyOAuth2(f) {
			if err != nil {
				t.Errorf("%s: %v", f.Name, err)
			}
			continue
		}
		e, ok := errors.AsType[*UnusableError](err)
		if !ok || len(made.Files) > 0 || !slices.Contains(e.Others, "thunderbird") || slices.Contains(e.Others, f.Name) {
			t.Errorf("%s: %v, %+v", f.Name, err, e)
			continue
		}
		if !slices.ContainsFunc(e.Reasons, func(reason mailcheck.Text) bool {
			return strings.Contains(reason.String(), "OAuth2, which the file cannot set up")
		}) {
			t.Errorf("%s gives the reasons %q", f.Name, e.Reasons)
		}
	}
}

// Where a password will do as well as the OAuth2 that is published, the file has the
// password, and that is said.
func TestOAuth2LeftOut(t *testing.T) {
	imap, smtp := result("imaps://imap.example.com:993", mailcheck.Pass, "XOAUTH2", "PLAIN"), result("submissions://smtp.example.com:465", mailcheck.Pass, "XOAUTH2", "PLAIN")
	imap.Auth, smtp.Auth = []string{"OAuth2"}, []string{"OAuth2"}
	for _, f := range forMail() {
		made, err := f.Make(account(imap, smtp), Options{})
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		notes(t, f, made, "left out: OAuth2 at submissions://smtp.example.com:465, ", f.Sends && !anyOAuth2(f))
		notes(t, f, made, "left out: OAuth2 at imaps://imap.example.com:993, ", len(f.Reads) > 0 && !anyOAuth2(f))
	}
}

// A server that the format cannot express is named, with the reason.
func TestServerLeftOut(t *testing.T) {
	r := account(
		result("imaps://imap.example.com:993", mailcheck.Pass, "PLAIN"), result("imaps://cram.example.com:993", mailcheck.Pass, "XOAUTH2"),
		result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN"), result("submissions://smtp.example.com:587", mailcheck.Pass, "PLAIN"),
		result("caldav://dav.example.com:443", mailcheck.Pass, "PLAIN"),
	)
	for _, f := range Formats {
		made, err := f.Make(r, Options{})
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		reads := len(f.Reads) > 0
		notes(t, f, made, "left out: imaps://cram.example.com:993: ", reads && !anyOAuth2(f))
		notes(t, f, made, "left out, since the file has no place for it: caldav://dav.example.com:443", reads && !slices.Contains(f.Around, mailcheck.CalDAV))
		notes(t, f, made, "left out: submissions://smtp.example.com:587: ", f.Sends && f.Against != nil && !f.Against(Server{Protocol: mailcheck.Submission, Host: "smtp.example.com", Port: 587, Security: mailcheck.ImplicitTLS}).Empty())
	}
}

// POP3 is for those who ask for it.
func TestPOP3(t *testing.T) {
	imap, pop, smtp := result("imaps://imap.example.com:993", mailcheck.Pass, "PLAIN"), result("pop3s://pop.example.com:995", mailcheck.Pass, "PLAIN"), result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN")
	for _, f := range Formats {
		if len(f.Reads) == 0 {
			continue
		}
		made, err := f.Make(account(imap, pop, smtp), Options{POP3: true})
		if slices.Contains(f.Reads, mailcheck.POP3) {
			if err != nil || strings.Contains(shown(made), "imap.example.com") || !strings.Contains(shown(made), "pop.example.com") {
				t.Errorf("%s: %v\n%s", f.Name, err, shown(made))
			}
		} else if e, ok := errors.AsType[*UnusableError](err); !ok || len(e.Reasons) == 0 {
			t.Errorf("%s does not speak POP3: %v", f.Name, err)
		}
		if e, ok := errors.AsType[*UnusableError](second(f.Make(account(imap, smtp), Options{POP3: true}))); !ok || slices.Contains(f.Reads, mailcheck.POP3) && len(e.Reasons) != 1 {
			t.Errorf("%s without a server for POP3: %+v", f.Name, e)
		}
	}
}

func second[A any](_ A, err error) error { return err }

// A word that is nearly a name is answered with the name.
func TestNearest(t *testing.T) {
	for typed, want := range map[string]string{
		"thunderbrid": "thunderbird", "Thunderbird": "thunderbird", "thunder": "thunderbird", "iOS": "ios", "mut": "mutt", "neomut": "neomutt",
		"macosx": "macos", "offlineimap3": "offlineimap", "pine": "alpine", "x": "", "": "", "outlook-express-6": "outlook", strings.Repeat("x", 100_000): "",
	} {
		if got := Nearest(typed); got != want && (want != "outlook" || got != "") {
			t.Errorf("%.30q: %q, want %q", typed, got, want)
		}
	}
	for _, name := range Names() {
		if f, ok := ByName(name); !ok || f.Name != name && !slices.Contains(f.Aliases, name) {
			t.Errorf("%s is %s", name, f.Name)
		}
	}
	for _, u := range NotWritten {
		if _, ok := ByName(u.Name); ok || u.Why.Empty() {
			t.Errorf("%s is written, or nobody says why not", u.Name)
		}
	}
}
