// Package setup writes the files that mail programs configure themselves from, out of
// the settings that passed their test. What a file is made from is chosen in one place
// (account.go), and how values get into it is package sheet's.
package setup

import (
	"errors"
	"slices"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// Format is a kind of setup, with what it can express. A server that it cannot
// express never reaches its writer.
type Format struct {
	Name string // what --for takes
	Doc  string

	Reads   []mailcheck.Protocol        // one of which the program reads mail with; none: it does not read mail
	Sends   bool                        // whether it sends mail
	Logins  []Login                     // that it can be told to use, the user having nothing but a password or a program that gets tokens
	Against func(Server) mailcheck.Text // why it cannot be told to use a server; nil: any will do
	Domain  bool                        // one setup can serve everybody of a domain
	Folder  bool                        // there is more than one file

	Write func(Account, *sheet.Set)
}

// Formats lists every kind of setup that can be written.
var Formats = []Format{
	thunderbird,
	apple,
	neomutt,
	postfix,
}

// Setup is what a user gets.
type Setup struct {
	Files []sheet.File
	Notes []mailcheck.Text // what to do with them
}

// ErrNeedsAddress says that a setup is for one person, and that a domain alone was
// given.
var ErrNeedsAddress = errors.New("the file is for one person, so a full address is needed")

// ErrNothingUsable says that no setup can be written, since no server for reading
// mail or none for sending it passed its test. It comes as an [UnusableError].
var ErrNothingUsable = errors.New("no settings passed the test for both reading and sending mail")

// UnusableError says for what a kind of setup found no server, and what could be
// written instead.
type UnusableError struct {
	Format  Format
	Reasons []mailcheck.Text // why a server that passed is of no use to the program
	Others  []string         // formats that what passed is enough for
}

func (e *UnusableError) Unwrap() error { return ErrNothingUsable }

func (e *UnusableError) Error() string {
	sides := "both reading and sending mail"
	if !e.Format.Sends {
		sides = "reading mail"
	} else if len(e.Format.Reads) == 0 {
		sides = "sending mail"
	}
	if len(e.Reasons) > 0 {
		return "no settings that passed the test suit " + e.Format.Name + " for " + sides
	}
	return "no settings passed the test for " + sides
}

// Make writes a setup from what passed. The name is the person's, as other people
// are to see it; it may be empty. The error is [ErrNeedsAddress], an
// [UnusableError], or a [sheet.ValueError] for a name that the format cannot hold.
func (f Format) Make(r *mailcheck.Report, name string) (Setup, error) {
	if !mailcheck.Printable(name) {
		return Setup{}, &sheet.ValueError{Value: name, Why: mailcheck.Textf("it has an invisible or control character")}
	}
	a, err := f.choose(r)
	if err != nil {
		return Setup{}, err
	}
	a.Name = name
	var set sheet.Set
	f.Write(a, &set)
	files, notes, err := set.Result()
	return Setup{files, notes}, err
}

// choose returns what the format is written from.
func (f Format) choose(r *mailcheck.Report) (Account, error) {
	if r.Address.Local == "" && !f.Domain {
		return Account{}, ErrNeedsAddress
	}
	a, reasons := f.account(r)
	if f.enough(a) {
		return a, nil
	}
	e := &UnusableError{Format: f, Reasons: reasons}
	for _, other := range Formats {
		if a, _ := other.account(r); other.enough(a) && (r.Address.Local != "" || other.Domain) {
			e.Others = append(e.Others, other.Name)
		}
	}
	return Account{}, e
}

func (f Format) enough(a Account) bool {
	return (len(f.Reads) == 0 || len(a.Reading) > 0) && (!f.Sends || len(a.Sending) > 0)
}

// knows returns those of the ways to log in that the program can be told to use.
func (f Format) knows(logins []Login) []Login {
	return slices.DeleteFunc(slices.Clone(logins), func(l Login) bool { return !slices.Contains(f.Logins, l) })
}
