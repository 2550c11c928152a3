package setup

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/autoconfig/setup/sheet"
)

// hostile are user names, display names and parts before an @ that break out of a
// file whose writer does not escape them. Some are no names at all.
var hostile = []string{
	`"`, `'`, `\`, "`", "$", "#", ";", "%", "&", "<", "*", "|", "~", "!", "^A", "{", ",", "=", "-rf", "[x]", "dnl",
	`al"ice`, `alice\`, `alice\"`, `\\server\alice`, `a\nb`, `a\u0000b`, "a`id`b", "$HOME", "${IFS}", "$(id)", "%s%d%%", "%00", "%22",
	"a b", " a", "a ", "a@b@c", "a:b", "a/b", "../../a", "a#b", "a # b", "a;b", "a,b", "{a}", `" set x=1 #`, `'; id; '`, `"""`, "]]>", "<!--", "</string><true/>", "&amp;", "//",
	"用户", "älice", "alice@xn--bcher-kva.example", "=?utf-8?q?x?=", strings.Repeat("ä", 120), strings.Repeat("a", 250),
	"a\nset ssl_force_tls=no", "a\rb", "a\tb", "a\x00b", "a\x1bb", "\u202ea", "\xff", "a\ufffeb", "a--b-->",
}

// hosts are names of servers; strange ones are none.
var (
	hosts        = []string{"imap.example.com", "xn--bcher-kva.example", "192.0.2.1", "2001:db8::1", strings.Repeat("a", 63) + "." + strings.Repeat("b", 63) + "." + strings.Repeat("c", 63) + ".example"}
	strangeHosts = []string{"", "a b.example", "a\nb", "a/b", `a".example`, "a_b.example", "fe80::1%eth0", "user@host", "host:993", "$HOME", "[", "*.example.com", "<x>"}
)

// contractCase is an account, with the name of its owner.
type contractCase struct {
	name   string
	person string
	report *mailcheck.Report
}

// bothSides is an account with one server of a kind, at the host and with the user name.
func bothSides(host, user string) *mailcheck.Report {
	imap := result("imaps://"+host+":993", mailcheck.Pass, "PLAIN")
	smtp := result("submissions://"+host+":465", mailcheck.Pass, "PLAIN")
	imap.Username, smtp.Username = user, user
	return account(imap, smtp)
}

func at(r *mailcheck.Report, local, domain string) *mailcheck.Report {
	r.Address = mailcheck.Address{Local: local, Domain: domain}
	return r
}

func bare(r *mailcheck.Report) *mailcheck.Report {
	for i := range r.Servers {
		r.Servers[i].Username, r.Settings[i].Username = "", ""
	}
	return at(r, "", "example.com")
}

// contractCases are the accounts that every writer has to live with.
func contractCases() []contractCase {
	ok := func(url string, mechanisms ...string) mailcheck.ServerResult {
		return result(url, mailcheck.Pass, mechanisms...)
	}
	imap, pop3, smtp := ok("imaps://imap.example.com:993", "PLAIN"), ok("pop3s://pop.example.com:995", "PLAIN"), ok("submissions://smtp.example.com:465", "PLAIN")
	imapStartTLS, smtpStartTLS := ok("imap://imap.example.com:143", "PLAIN"), ok("submission://smtp.example.com:587", "PLAIN")
	popStartTLS := ok("pop3://pop.example.com:110", "PLAIN")
	oauth := account(ok("imaps://imap.example.com:993", "XOAUTH2"), ok("submission://smtp.example.com:587", "OAUTHBEARER"))
	oauth.Sources = []mailcheck.SourceResult{{OAuth: []mailcheck.OAuth{
		{AuthURL: "https://a.example/\nset x", TokenURL: "https://a.example/", Scopes: []string{"`id`", "$HOME"}, Vouched: true},
		{AuthURL: "https://a.example/`id`\"", TokenURL: "https://a.example/", Scopes: []string{"`id`", `$HOME\`}, Vouched: true},
	}}}
	mixed := account(ok("imaps://imap.example.com:993", "XOAUTH2"), smtp)
	challenge := account(ok("imaps://imap.example.com:993", "CRAM-MD5"), ok("submissions://smtp.example.com:465", "CRAM-MD5"))
	odd := account(ok("imap://imap.example.com:993", "PLAIN"), ok("submissions://smtp.example.com:587", "PLAIN"))
	plain := account(ok("imap+plain://imap.example.com:143", "PLAIN"), ok("pop3+plain://imap.example.com:110", "PLAIN"), ok("submission+plain://smtp.example.com:587", "PLAIN"))
	failed := account(result("imaps://imap.example.com:993", mailcheck.Fail, "PLAIN"), result("submissions://smtp.example.com:465", mailcheck.Untested, "PLAIN"))
	exchange := account(result("activesync://mail.example.com:443", mailcheck.Pass, "PLAIN"))

	cases := []contractCase{
		{"everything", "Alice Liddell", smallProvider()},
		{"STARTTLS", "", account(imapStartTLS, smtpStartTLS)},
		{"POP3 only", "", account(pop3, smtp)},
		{"POP3 with STARTTLS", "", account(popStartTLS, smtpStartTLS)},
		{"POP3 ranked before IMAP", "", account(pop3, imapStartTLS, smtp)},
		{"read only", "", account(imap, pop3)},
		{"send only", "", account(smtp)},
		{"OAuth2 only", "", oauth},
		{"OAuth2 for reading", "", mixed},
		{"CRAM-MD5 only", "", challenge},
		{"OAuth2 beside another server", "", account(ok("imaps://imap.example.com:993", "XOAUTH2"), imapStartTLS, smtp)},
		{"ports of the other protection", "", odd},
		{"other ports", "", account(ok("imaps://imap.example.com:9993", "PLAIN"), ok("submission://smtp.example.com:2525", "PLAIN"))},
		{"plain only", "", plain},
		{"nothing passed", "", failed},
		{"no server", "", account()},
		{"Exchange only", "", exchange},
		{"no way to log in", "", account(ok("imaps://imap.example.com:993"), ok("submissions://smtp.example.com:465", "GSSAPI"))},
		{"no user name published", "", bothSides("imap.example.com", "")},
		{"unknown placeholder", "", at(bothSides("imap.example.com", "%EMAILADDRESS%"), "alice", "example.com")},
		{"bare domain", "", bare(smallProvider())},
		{"bare IDN domain", "", at(bare(smallProvider()), "", "xn--bcher-kva.example")},
		{"bare domain, OAuth2 only", "", bare(account(ok("imaps://imap.example.com:993", "XOAUTH2"), ok("submissions://smtp.example.com:465", "XOAUTH2")))},
		{"IDN address", "Älice", at(bothSides("imap.example.com", "用户@xn--bcher-kva.example"), "用户", "xn--bcher-kva.example")},
	}
	cases = append(cases,
		contractCase{"services around the mail", "Alice", services("alice@example.com")},
		contractCase{"services around the mail, bare domain", "", bare(services(""))},
		contractCase{"services alone", "", withoutMail(services("alice@example.com"))},
	)
	for _, local := range []string{`"a b"`, `"a\"b"`, `"a\\b"`, `"a,b"`, `"a@b"`, `"a;b#c"`, "o'hara", "a/b", "$a", "`id`", "{a}", "a%b", "a+b", "a=b", "#a", "-a", "~a", "!a", "*"} {
		cases = append(cases, contractCase{"address " + local, "", at(bothSides("imap.example.com", ""), local, "example.com")})
	}
	for _, h := range append(hosts, strangeHosts...) {
		cases = append(cases, contractCase{fmt.Sprintf("host %.40q", h), "", bothSides(h, "alice")})
	}
	for _, h := range hostile {
		if !document.Unfilled(h) { // or a settings file would have it mean something
			pop3 := ok("pop3://pop.example.com:110", "PLAIN")
			pop3.Username = h
			cases = append(cases,
				contractCase{fmt.Sprintf("user %.40q", h), "", bothSides("imap.example.com", h)},
				contractCase{fmt.Sprintf("user %.40q, POP3", h), "", account(pop3, smtp)},
				contractCase{fmt.Sprintf("user %.40q, services", h), "", services(h)},
			)
		}
		cases = append(cases,
			contractCase{fmt.Sprintf("person %.40q", h), h, bothSides("imap.example.com", "alice")},
			contractCase{fmt.Sprintf("local part %.40q", h), "", at(bothSides("imap.example.com", ""), h, "example.com")},
		)
	}
	return cases
}

// secret stands in the report, where it should not be; no setup repeats it.
const secret = "hunter2-of-the-report"

// TestContract holds every format to what a user relies on: what is written names
// the servers that passed, no other and nothing else, whatever the names are; and
// where nothing is written, the error says why.
func TestContract(t *testing.T) {
	for _, f := range Formats {
		t.Run(f.Name, func(t *testing.T) {
			reader, ok := readers[f.Name]
			if !ok {
				t.Fatal("there is no entry in readers_test.go that reads it back")
			}
			for _, c := range contractCases() {
				for i := range c.report.Servers {
					c.report.Servers[i].Greeting = secret
					c.report.Servers[i].Conversation = []mailcheck.Line{{Client: true, Text: secret}}
				}
				if err := contract(f, reader, c.report, c.person); err != nil {
					t.Errorf("%s: %v", c.name, err)
				}
				if err := contract(f, reader, unverified(c.report, "http://autoconfig.example.com/mail/config-v1.1.xml"), c.person); err != nil {
					t.Errorf("%s, unverified: %v", c.name, err)
				}
			}
			for _, place := range hostile {
				if err := contract(f, reader, unverified(smallProvider(), place), "Alice"); err != nil {
					t.Errorf("named by %q: %v", place, err)
				}
			}
		})
	}
}

// unverified is a copy of a report in which nobody vouches for the servers, and a
// document at some place names them.
func unverified(r *mailcheck.Report, place string) *mailcheck.Report {
	copied := *r
	copied.Settings, copied.Servers = slices.Clone(r.Settings), slices.Clone(r.Servers)
	source := mailcheck.SourceResult{Name: "autoconfig", Kind: mailcheck.Published, Form: mailcheck.SettingsFile}
	for i := range copied.Settings {
		copied.Settings[i].Vouch, copied.Servers[i].Vouch = mailcheck.NotVouched, mailcheck.NotVouched
		s := copied.Settings[i].Server
		s.Position.Document = place
		source.Servers = append(source.Servers, s)
	}
	copied.Sources = append(slices.Clone(r.Sources), source)
	return &copied
}

// forged reports whether nobody vouches for the servers of a report.
func forged(r *mailcheck.Report) bool {
	return slices.ContainsFunc(r.Settings, func(s mailcheck.Setting) bool { return s.Vouch == mailcheck.NotVouched })
}

// warns returns what is wrong with the warnings of a setup.
func warns(f Format, r *mailcheck.Report, person string, made Setup) error {
	inFile := strings.Contains(string(made.Files[0].Body()), "WARNING: nobody vouches for ")
	if inFile != forged(r) || len(made.Warnings) > 0 != forged(r) {
		return fmt.Errorf("of servers that nobody vouches for (%v) it says %q\n%s", forged(r), made.Warnings, shown(made))
	}
	if !forged(r) {
		return nil
	}
	made, err := f.Make(r, Options{Name: person})
	if e, ok := errors.AsType[*UnverifiedError](err); !ok || len(made.Files) > 0 || len(e.Servers) == 0 || len(e.Servers) != len(e.Warnings) {
		return fmt.Errorf("without leave it is %v\n%s", err, shown(made))
	}
	return nil
}

// TestReaders finds entries that no format has any more.
func TestReaders(t *testing.T) {
	for name := range readers {
		if !slices.ContainsFunc(Formats, func(f Format) bool { return f.Name == name }) {
			t.Errorf("there is no format %s", name)
		}
	}
}

// contract returns what a format does wrong with an account.
func contract(f Format, reader reader, r *mailcheck.Report, person string) error {
	if r.Address.Local == "" && !f.Domain { // then it is for an example
		somebody := *r
		somebody.Address.Local = "user"
		if made, err := f.Make(r, Options{Name: person, Unverified: forged(r)}); err == nil {
			says := fmt.Sprintf("%s is an example", somebody.Address)
			body := string(made.Files[0].Body())
			inXML := strings.ReplaceAll(says, "--", "- -") // where a comment has no two hyphens in a row
			if !strings.Contains(body, says) && !strings.Contains(body, inXML) || !slices.ContainsFunc(made.Notes, func(n mailcheck.Text) bool { return strings.HasPrefix(n.String(), says) }) {
				return fmt.Errorf("the example is not called one: %q\n%s", made.Notes, shown(made))
			}
		}
		r = &somebody
	}
	want := expected(f, reader, r)
	o := Options{Name: person, Unverified: forged(r)}
	made, err := f.Make(r, o)
	if refusal := expectedError(f, reader, r, person, want); refusal != nil || err != nil {
		if len(made.Files) > 0 || len(made.Notes) > 0 {
			return fmt.Errorf("with the error %v comes half a setup", err)
		}
		return sameKind(err, refusal)
	}
	if err := wellFormed(f, made); err != nil {
		return err
	}
	if err := warns(f, r, person, made); err != nil {
		return err
	}
	again, err := f.Make(r, o)
	if err != nil || !reflect.DeepEqual(made, again) {
		return errors.New("written again, it is not the same")
	}
	got, err := reader.read(made, r.Address)
	if err != nil {
		return fmt.Errorf("it does not read back: %w\n%s", err, shown(made))
	}
	for i, s := range want {
		if i < len(got.servers) && !slices.ContainsFunc(got.servers[i].Auth, func(way string) bool { return slices.Contains(s.Auth, way) }) {
			return fmt.Errorf("of %s it says to log in with %q, which the server does not offer\n%s", s.URL(), got.servers[i].Auth, shown(made))
		}
	}
	unread := []string{"Auth"}
	if reader.unnamed {
		unread = append(unread, "Username")
	}
	if diff := cmp.Diff(want, got.servers, cmpopts.IgnoreFields(mailcheck.Server{}, unread...)); diff != "" {
		return fmt.Errorf("it names other servers (-want +got):\n%s\n%s", diff, shown(made))
	}
	if reader.address && got.address != r.Address.Username() {
		return fmt.Errorf("the address is %q, not %q\n%s", got.address, r.Address.Username(), shown(made))
	}
	if (reader.person || reader.partly) != f.Named {
		return errors.New("whether it has the person's name, the format and the reader do not agree")
	}
	if noted := slices.ContainsFunc(made.Notes, func(n mailcheck.Text) bool { return strings.HasPrefix(n.String(), "the name ") }); noted != (person != "" && !f.Named) {
		return fmt.Errorf("of the name it notes %q", made.Notes)
	}
	if reader.person && got.person != person {
		return fmt.Errorf("the name is %q, not %q\n%s", got.person, person, shown(made))
	}
	return nil
}

// expected returns the servers that a format has to write, the rules being told a
// second time: passed, protected, with a login that the format knows.
func expected(f Format, reader reader, r *mailcheck.Report) []mailcheck.Server {
	var reading, sending, around []mailcheck.Server
	for _, p := range mailcheck.Protocols {
		for _, s := range r.Settings {
			if s.Protocol != p || s.Security == mailcheck.Plain || s.Verdict != mailcheck.Pass && s.Verdict != mailcheck.Warn || !slices.Contains(hosts, s.Host) && !strings.HasSuffix(s.Host, ".example.com") || strings.HasPrefix(s.Host, "*") {
				continue
			}
			user := s.Username
			if user == "" || user == "%EMAILADDRESS%" {
				user = r.Address.Username()
			}
			result := r.Result(s.Server)
			var ways []string
			if result.PasswordOK {
				ways = append(ways, string(Password))
			}
			for mechanism, way := range map[string]Login{"CRAM-MD5": Challenge, "XOAUTH2": OAuth2, "OAUTHBEARER": OAuth2} {
				if slices.Contains(result.Mechanisms.AfterTLS, mechanism) {
					ways = append(ways, string(way))
				}
			}
			server := mailcheck.Server{Protocol: p, Host: s.Host, Port: s.Port, Security: s.Security, Path: s.Path, Username: user, Auth: ways}
			switch {
			case !mailcheck.Printable(user), strings.TrimSpace(user) != user, !slices.ContainsFunc(f.Logins, func(l Login) bool { return slices.Contains(ways, string(l)) }):
			case reader.cannot != nil && reader.cannot(server), reader.self && user != r.Address.Username(), reader.common && !ofAddress(user, r.Address):
			case slices.Contains(f.Reads, p):
				reading = append(reading, server)
			case p == mailcheck.Submission && f.Sends:
				sending = append(sending, server)
			case slices.Contains(f.Around, p):
				around = append(around, server)
			}
		}
	}
	if len(f.Reads) == 0 && !f.Sends {
		return around
	}
	if len(reading) == 0 && len(f.Reads) > 0 || len(sending) == 0 && f.Sends {
		return nil
	}
	if reader.each {
		same := func(a, b mailcheck.Server) bool { return a.Protocol == b.Protocol }
		reading, sending = slices.CompactFunc(reading, same), slices.CompactFunc(sending, same)
	} else if !reader.all {
		reading, sending = reading[:min(1, len(reading))], sending[:min(1, len(sending))]
	}
	return slices.Concat(reading, sending, around)
}

// ofAddress reports whether a program can make a user name of the address.
func ofAddress(user string, a mailcheck.Address) bool {
	return slices.Contains([]string{a.Username(), a.Local, a.Local + "." + a.Domain}, user)
}

// expectedError returns an error of the kind that has to come.
func expectedError(f Format, reader reader, r *mailcheck.Report, person string, want []mailcheck.Server) error {
	address := r.Address.Username()
	switch {
	case !mailcheck.Printable(person):
		return &sheet.ValueError{}
	case len(want) == 0:
		return &UnusableError{}
	case reader.address && !mailcheck.Printable(address), reader.refuses != nil && reader.refuses(address), reader.nameless != nil && reader.nameless(person),
		reader.tooMuch != nil && reader.tooMuch(told{want, address, person}):
		return &sheet.ValueError{}
	}
	return nil
}

func sameKind(got, want error) error {
	if reflect.TypeOf(got) == reflect.TypeOf(want) {
		return nil
	}
	return fmt.Errorf("the error is %T (%[1]v), not %T (%[2]v)", got, want)
}

// name is what a file may be called: what every system takes, below its folder.
var name = regexp.MustCompile(`^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$`)

func wellFormed(f Format, made Setup) error {
	if len(made.Files) == 0 || len(made.Files) > 1 && !f.Folder || len(made.Files) == 1 && f.Folder {
		return fmt.Errorf("there are %d files, and Folder is %v", len(made.Files), f.Folder)
	}
	for i, file := range made.Files {
		if len(f.Forms) > 0 && (len(f.Forms) != len(made.Files) || path.Ext(file.Name) != f.Forms[i]) {
			return fmt.Errorf("%s is not one of %q", file.Name, f.Forms)
		}
		body := string(file.Body())
		switch {
		case !fs.ValidPath(file.Name) || !name.MatchString(file.Name):
			return fmt.Errorf("%q is no name for a file", file.Name)
		case slices.ContainsFunc(made.Files[:i], func(other sheet.File) bool { return strings.EqualFold(other.Name, file.Name) }):
			return fmt.Errorf("two files are called %s", file.Name)
		case file.Mode != sheet.Shared && file.Mode != sheet.Private:
			return fmt.Errorf("%s has the mode %v", file.Name, file.Mode)
		case strings.HasSuffix(file.Name, ".png"): // the reader looks at it
			if !strings.Contains(body, "Written by mailcheck, ") {
				return fmt.Errorf("%s does not say what made it", file.Name)
			}
		case !utf8.ValidString(body) || !strings.HasSuffix(body, "\n") || strings.ContainsAny(body, "\r\x00"):
			return fmt.Errorf("%s is no text:\n%q", file.Name, body)
		case !strings.HasSuffix(file.Name, ".json") && !strings.Contains(body, "Written by mailcheck, 2026-11-26 10:00 UTC, with the settings of: "):
			return fmt.Errorf("%s does not say what made it:\n%s", file.Name, body)
		case strings.Contains(body, secret):
			return fmt.Errorf("%s gives a secret away:\n%s", file.Name, body)
		}
	}
	for _, note := range made.Notes {
		if note.Empty() || !mailcheck.Printable(note.String()) || strings.Contains(note.String(), secret) {
			return fmt.Errorf("the note is %q", note)
		}
	}
	return nil
}

func shown(made Setup) string {
	var b strings.Builder
	for _, file := range made.Files {
		fmt.Fprintf(&b, "%s:\n%s", file.Name, file.Body())
	}
	return b.String()
}

// TestFormats reads what the command shows of a format.
func TestFormats(t *testing.T) {
	names := map[string]bool{}
	for _, f := range Formats {
		if !regexp.MustCompile(`^[a-z][a-z0-9-]*$`).MatchString(f.Name) || names[f.Name] || f.Doc == "" || len(f.Doc) > 64 || f.Write == nil || f.Place.Empty() || f.Next.Empty() || f.Asks.Empty() || f.Proof.Empty() || len(f.Logins) == 0 || !f.isMail() && len(f.Around) == 0 {
			t.Errorf("%+v is not complete, or is there twice", f)
		}
		names[f.Name] = true
		for _, alias := range f.Aliases {
			if names[alias] {
				t.Errorf("%s is there twice", alias)
			}
			names[alias] = true
		}
	}
}

// An account has no place for a secret, so that no writer can give one away.
func TestAccountHasNoSecret(t *testing.T) {
	for _, of := range []reflect.Type{reflect.TypeFor[Account](), reflect.TypeFor[Server](), reflect.TypeFor[mailcheck.OAuth]()} {
		for field := range of.Fields() {
			if regexp.MustCompile(`(?i)passw|secret|credential|^token$`).MatchString(field.Name) {
				t.Errorf("%v has a field %s", of, field.Name)
			}
		}
	}
}

// FuzzFormats gives random names to every writer: of servers, users and the places where
// servers are named.
func FuzzFormats(f *testing.F) {
	for i, h := range hostile {
		f.Add([]string{"imap", "bücher", "a_b", "192.0.2.1", "*", "xn--a--b", "A.B"}[i%7], h, hostile[(i+7)%len(hostile)], hostile[(i+13)%len(hostile)], hostile[(i+19)%len(hostile)], uint16(993), i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, label, user, local, person, place string, port uint16, pop3 bool) {
		if port == 0 || strings.TrimSpace(user) != user || document.Unfilled(user) {
			t.Skip() // such names are not written, or mean something
		}
		host, err := mailcheck.ParseHost(label + ".example.com")
		if err != nil {
			t.Skip()
		}
		url := "imaps"
		if pop3 {
			url = "pop3"
		}
		reading := result(fmt.Sprintf("%s://%s:%d", url, host, port), mailcheck.Pass, "PLAIN")
		sending := result(fmt.Sprintf("submission://%s:%d", host, port), mailcheck.Pass, "PLAIN", "XOAUTH2")
		reading.Username, sending.Username = user, user
		r := at(account(reading, sending), local, "example.com")
		for _, format := range Formats {
			if err := contract(format, readers[format.Name], r, person); err != nil {
				t.Errorf("%s: %v", format.Name, err)
			}
			if err := contract(format, readers[format.Name], unverified(r, place), person); err != nil {
				t.Errorf("%s, unverified: %v", format.Name, err)
			}
		}
	})
}
