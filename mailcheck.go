// Package mailcheck holds the nouns that every part of mailcheck shares: the
// address a person types, the servers that sources publish for it, the steps
// taken to test them, and the findings that say what is wrong.
//
// # How settings reach a mail client
//
// A mail account is three servers: one that delivers mail to the client (IMAP,
// RFC 9051, or POP3, RFC 1939) and one that accepts mail from it (message
// submission, RFC 6409). Nothing in an address names them, so clients ask
// around: DNS service records (RFC 6186, RFC 8314), an XML file on the domain's
// web server (Mail Autoconfig), a public database of such files (ISPDB), and
// when all are silent, likely host names. mailcheck calls each of these a
// source. What a source says is published; what the server itself says is
// offered. Most broken accounts are a difference between the two.
//
// # How the data flows
//
// Package autoconfig turns an address into servers, package probes turns
// servers into results, and package report turns the whole into bytes. Every
// network operation is a [Step]; a step that fails is classified exactly once, into
// a check of package checks, which makes a [Finding]. A probe never returns an error:
// failing to reach a server is its result. What the program goes by are facts; a
// [Text] is for people alone.
//
// A program of one's own begins at probes.Client: it makes a [Report] of an [Address]
// that [ParseAddress] has read, or of servers from [ParseServer].
package mailcheck

import (
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"mailcheck/checks"
)

// Protocol is what is spoken with a server, in the word used in all output.
type Protocol string

// The protocols a mail account is made of.
const (
	IMAP       Protocol = "imap"       // reading mail that stays on the server, RFC 9051
	POP3       Protocol = "pop3"       // collecting mail, RFC 1939
	Submission Protocol = "submission" // handing in mail, RFC 6409
	ActiveSync Protocol = "activesync" // mail, contacts, calendars and tasks in one, for phones, MS-ASHTTP
	EWS        Protocol = "ews"        // the same for desktop programs: Exchange Web Services, MS-OXWSCORE
)

// The protocols around a mail account. It works without them, so what is wrong
// with them never fails it.
const (
	CalDAV  Protocol = "caldav"  // calendars, RFC 4791
	CardDAV Protocol = "carddav" // address books, RFC 6352
	JMAP    Protocol = "jmap"    // mail over HTTPS, RFC 8620
	Sieve   Protocol = "sieve"   // filter scripts, ManageSieve, RFC 5804
)

// Protocols lists every protocol in the order results are shown: IMAP is the
// better way to read mail wherever both are offered.
var Protocols = []Protocol{
	IMAP, POP3, Submission, ActiveSync, EWS,
	CalDAV, CardDAV, JMAP, Sieve,
}

// Reads reports whether an account needs a server of the protocol, or of another
// for which this holds, to read mail.
func (p Protocol) Reads() bool { return p == IMAP || p == POP3 }

// Sends reports the same for sending mail.
func (p Protocol) Sends() bool { return p == Submission }

// Exchange reports whether the protocol is one of Exchange's own, which read and
// send mail alike and are spoken over HTTPS.
func (p Protocol) Exchange() bool { return p == ActiveSync || p == EWS }

// OverHTTPS reports whether the protocol is spoken with a web server.
func (p Protocol) OverHTTPS() bool { return p.Exchange() || p == CalDAV || p == CardDAV || p == JMAP }

// Security is how a connection is protected.
type Security string

// The ways to protect a connection. RFC 8314 section 3 prefers implicit TLS.
const (
	ImplicitTLS Security = "tls"      // TLS from the first byte
	StartTLS    Security = "starttls" // upgraded by the STARTTLS or STLS command
	Plain       Security = "plain"    // never protected
)

// Server is one endpoint a mail client would be told to use.
type Server struct {
	Protocol Protocol
	Host     string // host name as A-label, lower case, no final dot
	Port     uint16
	Security Security
	Path     string     // of the URL, for protocols over HTTPS; empty for the others
	Username string     // login name for the address; empty where no source says
	OwnName  bool       // it is the name of the account at the provider, which the address does not tell
	Auth     []string   // published authentication methods, in the words of Mail Autoconfig
	Sources  []string   // names of the sources that publish it, most trusted first
	Kind     SourceKind // of the source that tells most; empty where no source names it
	Vouch    Vouch      // why it may get the credentials of the address, if it may
	Position Position   // where the first source that names it does so
}

// Position is where a source names a server, as far as that is known.
type Position struct {
	Document string // the URL of the document, or the folder that it is in
	Line     int    // of the section in the document, from 1
	Priority int    // of the SRV record, of which programs take the lowest first (RFC 2782)
	Weight   int
}

// Endpoint returns host:port.
func (s Server) Endpoint() string {
	return net.JoinHostPort(s.Host, strconv.Itoa(int(s.Port)))
}

// URL returns the server in the form that [ParseServer] reads, such as
// imaps://imap.example.com:993. A server without protection is marked, since
// the scheme alone stands for STARTTLS: imap+plain://imap.example.com:143. A
// server over HTTPS has its path: caldav://mail.example.com/dav/. Only the usual paths of
// Exchange say by themselves what they are of: https://mail.example.com/EWS/Exchange.asmx.
func (s Server) URL() string {
	endpoint := strings.Replace(s.Endpoint(), "%", "%25", 1) // the zone of an IPv6 address, RFC 6874
	scheme := string(s.Protocol)
	if s.Path != "" {
		if s.Protocol.Exchange() && strings.EqualFold(s.Path, DefaultPath(s.Protocol)) {
			scheme = "https"
		}
		return scheme + "://" + strings.TrimSuffix(endpoint, ":443") + s.Path
	}
	switch s.Security {
	case ImplicitTLS:
		scheme += "s"
	case Plain:
		scheme += "+plain"
	}
	return scheme + "://" + endpoint
}

// Key tells servers apart: two sources that name the same key mean the same server.
func (s Server) Key() string { return string(s.Protocol) + " " + s.URL() }

// Guessed reports whether no source but guessing named the server.
func (s Server) Guessed() bool { return s.Kind == Guessed }

// DefaultPort returns the registered port of a protocol under a security
// (RFC 8314 section 7; RFC 6409 for 587); 0 for a protocol that it does not know.
func DefaultPort(p Protocol, s Security) uint16 {
	implicit := s == ImplicitTLS
	switch {
	case p == IMAP && implicit:
		return 993
	case p == IMAP:
		return 143
	case p == POP3 && implicit:
		return 995
	case p == POP3:
		return 110
	case p == Submission && implicit:
		return 465
	case p == Submission:
		return 587
	case p.OverHTTPS():
		return 443
	case p == Sieve:
		return 4190 // RFC 5804 section 1.8; there is none for TLS from the first byte
	}
	return 0
}

// DefaultPath returns where on its server a protocol over HTTPS usually is; it is
// empty for the others.
func DefaultPath(p Protocol) string {
	switch p {
	case ActiveSync:
		return "/Microsoft-Server-ActiveSync"
	case EWS:
		return "/EWS/Exchange.asmx"
	}
	return ""
}

// Verdict sums up a server or a report.
type Verdict string

// The verdicts.
const (
	Pass Verdict = "pass"
	Warn Verdict = "warn"
	Fail Verdict = "fail"

	Untested Verdict = "untested" // of a server: the run ended before its test did
)

// Usable reports whether a client can use what was judged so.
func (v Verdict) Usable() bool { return v == Pass || v == Warn }

// VerdictOf returns the verdict that the worst of the findings asks for.
func VerdictOf(findings []Finding) Verdict {
	worst := checks.OK
	for _, f := range findings {
		worst = max(worst, f.Severity)
	}
	switch worst {
	case checks.Failure:
		return Fail
	case checks.Warning:
		return Warn
	}
	return Pass
}

// Lists are what a server announced in each state of one connection. RFC 9051
// section 6.2.1, RFC 3207 section 4.2 and RFC 2595 section 4 have the client
// forget the first list once TLS is up.
type Lists struct {
	BeforeTLS []string
	AfterTLS  []string
	LeftOff   int // entries of both that a saved report lacks
}

// AddressResult is the outcome of connecting to one address of a server.
type AddressResult struct {
	IP      netip.Addr
	State   Reach
	Elapsed time.Duration
	Error   string // empty if connected or untested
	NoRoute bool   // this machine has no way to addresses of the family
}

// TLS describes the protected connection.
type TLS struct {
	Version  string        // such as "TLS 1.3"
	Cipher   string        // IANA name of the cipher suite
	Curve    string        // key exchange group; empty if none was named
	Verified bool          // chain, dates, usage and name were all verified
	Chain    []Certificate // the first [MaxChain]
	LeftOff  int           // how many more the server sent
	OCSP     *OCSP         // nil if the server staples none
	SCTs     int           // signed certificate timestamps (RFC 6962), sent or embedded
	DANE     *DANE         // nil if no TLSA record is published for the server
}

// MaxChain is how many certificates of a chain a report keeps. Real chains have two to
// four.
const MaxChain = 10

// OCSP is what the stapled answer of the authority says about the certificate
// (RFC 6960, RFC 6066 section 8).
type OCSP struct {
	Status                 string // good, revoked, unknown, stale, unreadable, or unverified where the issuer is not known
	ThisUpdate, NextUpdate time.Time
}

// DANE is what the TLSA records of a server say about its certificate (RFC 6698).
type DANE struct {
	State   string   // ok, mismatch, unusable, unsigned, or unchecked where it cannot be told whether they are signed
	Name    string   // where the records are, such as _993._tcp.imap.example.com
	Records []string // as in a zone file, "3 1 1 0b9f...", cut to 400 bytes
}

// Certificate is one certificate the server sent, leaf first.
type Certificate struct {
	Subject, Issuer     string
	Names               []string // DNS names and addresses it is valid for
	NamesLeftOff        int      // how many more, beyond what [Bounded] keeps
	NotBefore, NotAfter time.Time
	SHA256              string // fingerprint, lower-case hex
	Key                 string // such as "ECDSA P-256"
	KeySHA256           string // of the public key (SubjectPublicKeyInfo, as in RFC 6698 section 2.1.2), lower-case hex; empty in older reports
}

// ServerResult is what the probe of one server saw.
type ServerResult struct {
	Server
	Verdict      Verdict
	Addresses    []AddressResult
	Greeting     string
	Software     string // as the server names itself, such as "Dovecot"; empty where it does not
	Capabilities Lists
	Mechanisms   Lists // SASL mechanism names; "LOGIN" and "USER" of IMAP and POP3 commands are not among them
	PasswordOK   bool  // inside TLS, some way to log in with a password in clear is offered
	TLS          *TLS
	TLSAudit     *TLSAudit // nil unless it was asked for
	Login        *Login    // nil if no credentials were given
	Mailbox      *Mailbox  // nil unless a login was accepted, and what it opened was looked at
	Elapsed      time.Duration
	Steps        []Step
	Conversation []Line
	Neighbours   []Neighbour // other ports of the host, looked at because this one was silent or has STARTTLS alone
}

// Login is what became of logging in at a server.
type Login struct {
	State        LoginState
	Username     string    // that was accepted; else the first one that was tried
	Mechanism    string    // SASL mechanism, or the command: LOGIN of IMAP, USER of POP3
	Refused      []string  // user names that the server refused, this one or others
	Reason       Text      // the server's words, or why no login was tried
	Capabilities []string  // that the server announced with its consent
	LeftOff      int       // of them, which a saved report lacks
	Attempts     []Attempt // where every way to log in was to be tried: each that the server offers
}

// Attempt is what became of one way to log in.
type Attempt struct {
	Mechanism string // as that of Login, or as the server offers it
	Binding   string // the type of channel binding (RFC 5056); "y" where the client says that the server offers none
	Username  string // empty where the client certificate says it, or nothing was tried
	State     LoginState
	Reason    Text // the server's words, or why it was not tried
}

// LoginState says how far a login came.
type LoginState string

// The states of a login.
const (
	LoginAccepted LoginState = "accepted"
	LoginRefused  LoginState = "rejected" // the server refused user name, password or token
	LoginSkipped  LoginState = "skipped"  // nothing secret was sent
	LoginBroken   LoginState = "failed"   // it came to no decision
)

// Findings returns the findings of all steps, in order.
func (s ServerResult) Findings() []Finding { return FindingsOf(s.Steps) }

// Neighbour is another port of a server's host.
type Neighbour struct {
	Port  uint16
	State Reach
	Door  Security // how a client of the server's protocol can use it; empty where it cannot or was not tried
}

// Line is one line of a conversation, cleaned for display and without secrets.
type Line struct {
	At     time.Duration // since the run began
	Client bool          // sent by mailcheck
	Secure bool          // inside TLS
	Step   int           // index of the step it belongs to; the number of steps for what came after them
	Text   string
}

// Setting is a server in the order a client should prefer it.
type Setting struct {
	Server
	Verdict Verdict
}

// Report is everything one run learned about one address, about servers that were
// named, or about one file that was judged.
type Report struct {
	Address  Address
	File     string // that was judged, as named: a path, a URL, or - for standard input; else empty
	Kind     string // what the file is, in words; empty if that is unknown
	Started  time.Time
	Elapsed  time.Duration
	Sources  []SourceResult
	Servers  []ServerResult
	Settings []Setting // best first: by protocol, passed before failed, TLS before STARTTLS
	Network  []Step    // what was asked about this machine's own network; nothing unless all servers failed
	Findings []Finding // worst first, root causes before their consequences; those of a file in its order
	Verdict  Verdict
	Clock    Clock
	SignIn   *SignIn        // the kept one that the run logged in with, or could not use; nil where there is none
	Clients  []ClientResult // only where it was asked for, or a file was judged

	RoundTrip       *RoundTrip       // nil unless it was asked for
	Synchronisation *Synchronisation // nil unless it was asked for

	LeftOff int // entries that a saved report lacks, of lists without a count of their own
}

// Clock is how this machine's clock differs from those of the web servers that
// answered during the run.
type Clock struct {
	Behind  time.Duration // negative: ahead
	Servers int           // how many were compared; with none nothing is known
}

// Source returns the result of the source of that name; nothing if it was not asked.
func (r *Report) Source(name string) SourceResult {
	for _, s := range r.Sources {
		if s.Name == name {
			return s
		}
	}
	return SourceResult{}
}

// Records returns what DNS has at the names that sources asked for, and got an answer.
func (r *Report) Records() []RecordSet {
	var all []RecordSet
	for _, source := range r.Sources {
		for _, step := range source.Steps {
			if step.Records != nil {
				all = append(all, *step.Records)
			}
		}
	}
	return all
}

// Result returns what the test of a server saw; nothing if it was not tested.
func (r *Report) Result(s Server) ServerResult {
	for i := range r.Servers {
		// Making a key costs more than to see that it is another one.
		if o := &r.Servers[i]; o.Host == s.Host && o.Port == s.Port && o.Key() == s.Key() {
			return *o
		}
	}
	return ServerResult{}
}

// Usable returns the settings that passed, best first.
func (r *Report) Usable() []Setting {
	var usable []Setting
	for _, s := range r.Settings {
		if s.Verdict.Usable() {
			usable = append(usable, s)
		}
	}
	return usable
}

// Best returns the first usable setting of these protocols.
func (r *Report) Best(protocols ...Protocol) (Setting, bool) {
	for _, s := range r.Settings {
		if s.Verdict.Usable() && slices.Contains(protocols, s.Protocol) {
			return s, true
		}
	}
	return Setting{}, false
}

// Op names a network operation.
type Op string

// The operations.
const (
	OpLookup      Op = "lookup"      // a DNS question other than for addresses
	OpResolve     Op = "resolve"     // a host name to addresses
	OpConnect     Op = "connect"     // TCP
	OpTLS         Op = "tls"         // TLS handshake
	OpCertificate Op = "certificate" // verification of the chain the handshake brought
	OpGreeting    Op = "greeting"    // first reply of the server
	OpCapability  Op = "capability"  // CAPABILITY, CAPA or EHLO
	OpStartTLS    Op = "starttls"    // the STARTTLS or STLS command
	OpAuth        Op = "auth"        // the login
	OpMailbox     Op = "mailbox"     // the look at what the login opened
	OpSend        Op = "send"        // handing a message in
	OpWait        Op = "wait"        // looking for it until it arrives
	OpRemove      Op = "remove"      // removing what the test has made
	OpSync        Op = "sync"        // looking from a second session at what the first does
	OpDiagnose    Op = "diagnose"    // a further connection that asks why
	OpAudit       Op = "audit"       // a further connection that asks what else TLS accepts
	OpFetch       Op = "fetch"       // one document over HTTP
	OpParse       Op = "parse"       // reading that document
)
