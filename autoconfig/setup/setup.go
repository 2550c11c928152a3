// Package setup writes the files that mail programs configure themselves from, out of
// the settings that passed their test. What a file is made from is chosen in one place
// (account.go), and how values get into it is package sheet's.
package setup

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/autoconfig/setup/sheet"
	"mailcheck/catalogue"
)

// Format is a kind of setup, with what it can express. A server that it cannot
// express never reaches its writer.
type Format struct {
	Name    string   // what --for takes
	Aliases []string // that --for takes too
	Doc     string

	// What a person is told beside the files, each of them a phrase without a full stop.
	Place mailcheck.Text // where the files go
	Next  mailcheck.Text // what to do then
	Asks  mailcheck.Text // what the person will be asked
	Proof mailcheck.Text // who has read such files back, or why nobody has

	Reads   []mailcheck.Protocol        // one of which the program reads mail with; none: it does not read mail
	Sends   bool                        // whether it sends mail
	Logins  []Login                     // that it can be told to use, the user having nothing but a password or a program that gets tokens
	SignsIn func(host string) bool      // whether it knows where to sign in with OAuth2 for a host; nil: it does not have to
	Issuer  bool                        // it can be told to use OAuth2 only by an issuer that is published
	Against func(Server) mailcheck.Text // why it cannot be told to use a server; nil: any will do
	Domain  bool                        // one setup can serve everybody of a domain
	Folder  bool                        // there is more than one file
	Forms   []string                    // the endings of the files, if they are one thing in several forms, the first the one to look at
	All     bool                        // the file names the alternatives too
	Each    bool                        // else the file names one server of each protocol, and not one for reading
	Named   bool                        // it has the person's name
	Signed  bool                        // one of its files can be signed
	Around  []mailcheck.Protocol        // services around the mail that it can name; those of Exchange do for the mail, too
	Zone    bool                        // there are records for the domain's zone in it

	Write func(Account, *sheet.Set)
}

// Formats lists every kind of setup that can be written.
var Formats = []Format{
	thunderbird,
	apple,
	human,
	humanMarkdown,
	humanHTML,
	outlook,
	android,
	k9,
	neomutt,
	postfix,
	zone,
	pacc,
	site,
	msmtp,
	mbsync,
	aerc,
	himalaya,
	imapsync,
	fetchmail,
	getmail,
	emacs,
	vdirsyncer,
	evolution,
	geary,
	claws,
	kmail,
	env,
	apps,
}

// Setup is what a user gets.
type Setup struct {
	Files    []sheet.File
	Warnings []mailcheck.Text // of each server in them that nobody vouches for, or that was not tested
	Notes    []mailcheck.Text // what to do with the files, and what is not in them
}

// Options says what else goes into a setup.
type Options struct {
	Name       string        // the person's, as other people are to see it; may be empty
	Unverified bool          // write servers that nobody vouches for, or that could not be reached, too
	Declared   bool          // the report is that of [Declared]: nobody expects its servers to be tested
	POP3       bool          // collect the mail with POP3; without it, IMAP is better wherever there is both
	TLSA       bool          // in a zone: name the keys of the servers, too
	Changes    bool          // of a zone: only what is missing or wrong in it today
	Signer     *sheet.Signer // of the files that can be signed; nil: they are not
	When       time.Time     // that the files bear; the zero value is when the servers were tested

	Language *catalogue.Catalogue // of pages for people; nil for English
}

// ErrNothingUsable says that no setup can be written, since no server for reading
// mail or none for sending it passed its test. It comes as an [UnusableError].
var ErrNothingUsable = errors.New("no settings passed the test for both reading and sending mail")

// UnusableError says for what a kind of setup found no server, and what could be
// written instead.
type UnusableError struct {
	Format    Format
	Reasons   []mailcheck.Text // why a server that passed is of no use to the program
	Others    []string         // formats that what passed is enough for
	Published bool             // with what is published but was not reached, it could be written unverified
}

func (e *UnusableError) Unwrap() error { return ErrNothingUsable }

func (e *UnusableError) Error() string {
	sides := "both reading and sending mail"
	if !e.Format.isMail() {
		sides = "calendars or contacts"
	} else if !e.Format.Sends {
		sides = "reading mail"
	} else if len(e.Format.Reads) == 0 {
		sides = "sending mail"
	}
	if len(e.Reasons) > 0 {
		return "no settings that passed the test suit " + e.Format.Name + " for " + sides
	}
	return "no settings passed the test for " + sides
}

// Make writes a setup from what passed, and what is vouched for. What a report says of
// that is believed, so one that was read from a file has to be the user's own.
//
// A file that only one person can have is for an example account where the report is of a
// domain. The error is an [UnusableError], an [UnverifiedError], or a [sheet.ValueError]
// for a name that the format cannot hold.
func (f Format) Make(r *mailcheck.Report, o Options) (Setup, error) {
	if !mailcheck.Printable(o.Name) {
		return Setup{}, &sheet.ValueError{Value: o.Name, Why: mailcheck.Textf("it has an invisible or control character")}
	}
	example := r.Address.Local == "" && !f.Domain
	if example {
		r = withExample(r)
	}
	a, remarks, err := f.choose(r, o)
	if err != nil {
		return Setup{}, err
	}
	a.Name = o.Name
	if f.Zone {
		a.zone = factsForZone(r, o)
	}
	set := sheet.Set{Made: a.made(cmp.Or(o.When, r.Started), example), Signer: o.Signer, Language: o.Language}
	f.Write(a, &set)
	files, notes, err := set.Result()
	if err != nil {
		return Setup{}, err
	}
	if example {
		notes = append(notes, mailcheck.Textf("%s is an example: put the person's address, and user name, in its place", a.Address.String()))
	}
	if o.Name != "" && !f.Named {
		notes = append(notes, mailcheck.Textf("the name %s is not in it: there is no place for one", o.Name))
	}
	return Setup{files, a.Warnings, append(remarks, notes...)}, nil
}

// withExample returns the report of a domain as if it were of somebody there.
func withExample(r *mailcheck.Report) *mailcheck.Report { return Person(r, "user") }

// Person returns the report of a domain as that of somebody there, whose address has this
// before the @.
func Person(r *mailcheck.Report, local string) *mailcheck.Report {
	somebody := *r
	somebody.Address.Local = local
	somebody.Settings = slices.Clone(r.Settings)
	for i := range somebody.Settings {
		s := &somebody.Settings[i]
		s.Username = document.Expand(s.Username, somebody.Address)
	}
	return &somebody
}

// Declared returns a report of what the owner of a domain says that its servers are. Nothing
// was tested; the options of whoever writes files from it have Declared.
func Declared(domain string, servers []mailcheck.Server) *mailcheck.Report {
	r := &mailcheck.Report{Address: mailcheck.Address{Domain: domain}}
	for _, s := range servers {
		s.Vouch = mailcheck.VouchedByUser
		r.Settings = append(r.Settings, mailcheck.Setting{Server: s, Verdict: mailcheck.Untested})
	}
	return r
}

// made says what made the files, from what and when. Whoever finds one later knows then
// whether it is still worth something.
func (a Account) made(when time.Time, example bool) mailcheck.Text {
	var sources []string
	for _, s := range a.servers() {
		for _, name := range s.sources {
			if !slices.Contains(sources, name) {
				sources = append(sources, name)
			}
		}
	}
	made := mailcheck.Textf("Written by mailcheck, %s, with the settings of: %s", mailcheck.Stamp(when), mailcheck.ListOf(sources).Or("the user"))
	if example {
		return mailcheck.Textf("%s; %s is an example, to be replaced", made, a.Address.String())
	}
	return made
}

// choose returns what the format is written from, and what there is to say of what is
// not in it.
func (f Format) choose(r *mailcheck.Report, o Options) (Account, []mailcheck.Text, error) {
	all, reasons := f.account(r, o)
	sure := all.vouched()
	switch {
	case o.Unverified && f.enough(all):
		all = f.written(all)
		all.Warnings = all.warnings()
		return all, slices.Concat(f.missing(r, all, reasons), all.doubts()), nil
	case f.enough(sure):
		sure = f.written(sure)
		return sure, slices.Concat(f.missing(r, sure, reasons), leftOut(all), sure.doubts()), nil
	case f.enough(all):
		return Account{}, nil, f.refusal(all, sure)
	}
	if o.POP3 && slices.Contains(f.Reads, mailcheck.POP3) {
		if _, ok := r.Best(mailcheck.POP3); !ok {
			reasons = append(reasons, mailcheck.Textf("no server for POP3 passed the test"))
		}
	}
	e := &UnusableError{Format: f, Reasons: reasons}
	unverified := o
	unverified.Unverified = true
	published, _ := f.account(r, unverified)
	e.Published = f.enough(published)
	for _, other := range Formats {
		of := r
		if of.Address.Local == "" && !other.Domain {
			of = withExample(r)
		}
		if _, ok := other.writes(of, o); ok {
			e.Others = append(e.Others, other.Name)
		}
	}
	return Account{}, nil, e
}

// writes returns what the format is written from, and false where that is not enough.
func (f Format) writes(r *mailcheck.Report, o Options) (Account, bool) {
	a, _ := f.account(r, o)
	if !o.Unverified {
		a = a.vouched()
	}
	return f.written(a), f.enough(a)
}

// missing says what passed, and what the file has no place for.
func (f Format) missing(r *mailcheck.Report, written Account, reasons []mailcheck.Text) []mailcheck.Text {
	var notes []mailcheck.Text
	for _, what := range append(reasons, written.withoutOAuth2()...) {
		notes = append(notes, mailcheck.Textf("left out: %s", what))
	}
	var around []string
	for _, s := range r.Usable() {
		if !s.Protocol.Reads() && !s.Protocol.Sends() && !slices.Contains(f.Around, s.Protocol) {
			around = append(around, s.URL())
		}
	}
	if len(around) > 0 && len(f.Reads) > 0 { // a program that only sends wants nothing of it
		notes = append(notes, mailcheck.Textf("left out, since the file has no place for it: %s", mailcheck.ListOf(around)))
	}
	return notes
}

// withoutOAuth2 names the servers that want OAuth2 and get the password.
func (a Account) withoutOAuth2() []mailcheck.Text {
	var all []mailcheck.Text
	for _, s := range a.servers() {
		if s.lacks == OAuth2 {
			all = append(all, mailcheck.Textf("OAuth2 at %s, which the file cannot set up; it has the password in its place", s.url))
		}
	}
	return all
}

// written returns what the file names of an account.
func (f Format) written(a Account) Account {
	switch {
	case f.Each:
		a.Reading, a.Sending = firstOfEach(a.Reading), firstOfEach(a.Sending)
	case !f.All:
		a.Reading, a.Sending = a.Reading[:min(1, len(a.Reading))], a.Sending[:min(1, len(a.Sending))]
	}
	return a
}

// firstOfEach returns the best server of each protocol; the list has those of one together.
func firstOfEach(servers []Server) []Server {
	return slices.CompactFunc(slices.Clone(servers), func(a, b Server) bool { return a.Protocol == b.Protocol })
}

// doubts are those about the user names of the servers.
func (a Account) doubts() []mailcheck.Text {
	var all []mailcheck.Text
	for _, s := range a.servers() {
		all = append(all, s.doubts...)
	}
	return all
}

// enough reports whether a setup can be written with the servers of an account.
func (f Format) enough(a Account) bool {
	return f.byAround(a) || f.isMail() && (len(f.Reads) == 0 || len(a.Reading) > 0) && (!f.Sends || len(a.Sending) > 0)
}

// byAround reports whether the services around the mail are enough for the format: those
// of Exchange are mail as well, and some programs want no mail at all.
func (f Format) byAround(a Account) bool {
	return !f.isMail() && len(a.Around) > 0 || slices.ContainsFunc(a.Around, func(s Server) bool { return s.Protocol.Exchange() })
}

// isMail reports whether the program is one for mail.
func (f Format) isMail() bool { return len(f.Reads) > 0 || f.Sends }

// wants returns the protocols of which a server is of use to the format.
func (f Format) wants() []mailcheck.Protocol {
	wanted := slices.Clone(f.Around)
	if len(f.Reads) > 0 { // the reason why it does not take one is told
		wanted = append(wanted, mailcheck.IMAP, mailcheck.POP3)
	}
	if f.Sends {
		wanted = append(wanted, mailcheck.Submission)
	}
	return wanted
}

// servers returns all of them.
func (a Account) servers() []Server { return slices.Concat(a.Reading, a.Sending, a.Around) }

// knows returns those of the ways to log in at a server that the program can be told to
// use. Exchange itself says where to sign in.
func (f Format) knows(s Server) []Login {
	return slices.DeleteFunc(slices.Clone(s.Logins), func(l Login) bool {
		return !slices.Contains(f.Logins, l) || l == OAuth2 && f.SignsIn != nil && !s.Protocol.Exchange() && !f.SignsIn(s.Host)
	})
}
