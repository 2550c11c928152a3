package mailcheck

import (
	"slices"
	"strings"
	"time"
)

// State says what a source had.
type State string

// The states of a source.
const (
	Found  State = "found"  // it names at least one server, or says that none is offered
	Absent State = "absent" // it answered, and has nothing to say
	Failed State = "failed" // it could not be asked, or its answer makes no sense
)

// SourceKind says who it is that speaks in a source.
type SourceKind string

// The kinds of sources.
const (
	Published SourceKind = "published" // somebody published it for the domain
	Known     SourceKind = "known"     // it is known of whoever hosts the domain, or runs its mail exchanger
	Guessed   SourceKind = "guessed"   // nobody said it
	Around    SourceKind = "about"     // it names no servers, but says what stands around them
)

// SourceForm says what a source is made of, where that tells more than the servers do.
type SourceForm string

// The forms of sources.
const (
	Records      SourceForm = "records"  // DNS records: they promise no STARTTLS (RFC 6186 section 3), and know no user name
	SettingsFile SourceForm = "file"     // a settings file of Mail Autoconfig
	Database     SourceForm = "database" // settings files that somebody else collects, on a host of his own
	Answer       SourceForm = "answer"   // answers of Microsoft's Autodiscover service
	Document     SourceForm = "pacc"     // PACC documents
	OtherForm    SourceForm = ""
)

// SourceResult is what one source published.
type SourceResult struct {
	Name    string
	Kind    SourceKind
	Form    SourceForm
	State   State
	Reason  Text // one line for people: where it was found, or why not
	Elapsed time.Duration
	Servers []Server // in the source's own order of preference
	Places  []Place  // what each place of the source answered, if it is asked at several
	OAuth   []OAuth  // where it says to get leave to log in
	Links   []Link   // pages for people that it names
	DNSSEC  Proof    // whether the domain's zone is signed, of the source that looks at that
	Steps   []Step
}

// Proof says whether DNS records are proven by DNSSEC (RFC 4035 section 4.3).
type Proof string

// What can be known of records.
const (
	Proven   Proof = "proven"
	Unsigned Proof = "unsigned" // proven not to be signed
	Unproven Proof = "unproven" // signed in a way that proves nothing
	Unknown  Proof = ""         // nobody asked, or the resolver does not hand over signatures
)

// Findings returns the findings of all steps, in order.
func (s SourceResult) Findings() []Finding { return FindingsOf(s.Steps) }

// Publishes reports whether the source is a place where servers are named, and not
// one that only says what stands around them.
func (s SourceResult) Publishes() bool { return s.Kind != Around }

// Own reports whether the source is where the domain itself publishes, for its
// administrator to mend.
func (s SourceResult) Own() bool { return s.Kind == Published && s.Form != Database }

// Hosts returns the hosts that a source names for a protocol, preferred first.
func (s SourceResult) Hosts(p Protocol) []string {
	var hosts []string
	for _, server := range s.Servers {
		if server.Protocol == p && !slices.Contains(hosts, server.Host) {
			hosts = append(hosts, server.Host)
		}
	}
	return hosts
}

// Place is what a web server answered where a source is asked.
type Place struct {
	Method  string   // of HTTP
	URL     string   // as asked
	Final   string   // the URL that answered, after redirects
	Status  int      // of HTTP
	Servers []Server // in the order of the document; none if there was no document, or it is of no use
}

// Name is the URL that was asked, without what it says of the user.
func (p Place) Name() string {
	name, _, _ := strings.Cut(p.URL, "?")
	return name
}

// OverHTTP reports whether the answer itself came over http, where anybody on the way
// may have written it.
func (p Place) OverHTTP() bool { return strings.HasPrefix(p.Final, "http://") }

// OAuth is where the owner of an account gives a mail program leave to log in
// without telling it the password (RFC 6749).
type OAuth struct {
	Issuer    string // URL that stands for the authorization server (RFC 8414 section 2)
	AuthURL   string // where the owner signs in
	TokenURL  string // where the program gets its token
	DeviceURL string // for programs without a browser (RFC 8628); empty where there is none
	Scopes    []string
	Vouched   bool // nobody can forge that the settings name it: as with servers, or it is in the table of providers
}

// Link is a page for people that a source names.
type Link struct {
	Kind    LinkKind
	URL     string // over http or https
	Vouched bool   // nobody can forge that the settings name it, as with servers
}

// LinkKind says what a page is for.
type LinkKind string

// The kinds of pages.
const (
	Documentation LinkKind = "documentation" // how to set a mail program up
	Webmail       LinkKind = "webmail"       // where the mail is read in a browser
)
