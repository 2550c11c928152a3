package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/netip"
	"reflect"
	"strings"
	"time"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"mailcheck"
	"mailcheck/checks"
)

// What a document may hold. A report of 40 servers has some hundred kilobytes; the
// bounds keep a forged one from taking the memory, or the time, of whoever shows it.
const (
	maxDocument = 64 << 20
	maxList     = 10_000  // entries of one list
	maxEntries  = 100_000 // of all lists together
	maxShown    = 1_000   // of those lists whose entries are compared with each other
	maxDepth    = 64
)

// Saved is a report that was written as JSON.
type Saved struct {
	*mailcheck.Report
	View    View
	Version string // of the mailcheck that wrote it
}

// Read reads what the json format wrote, as [ReadSaved] does.
func Read(r io.Reader) (*mailcheck.Report, error) {
	saved, err := ReadSaved(r)
	return saved.Report, err
}

// ReadSaved reads what the json format wrote, also after a shell has changed its encoding
// to UTF-16 with a byte order mark. It knows one schema, and fields of it that it does not
// know are passed over. The documents of another version of mailcheck keep their texts;
// those of an older one, which lack some fields, give a report that knows less.
//
// What a report says of who vouches for a server is the word of whoever wrote the file. No
// run goes by it, but setup.Format.Make does: give it only a file of the user's own.
func ReadSaved(r io.Reader) (Saved, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxDocument+1))
	if err != nil {
		return Saved{}, fmt.Errorf("read report: %w", err)
	}
	if len(data) > maxDocument {
		return Saved{}, fmt.Errorf("read report: it is larger than %d MiB", maxDocument>>20)
	}
	if data, _, err = transform.Bytes(unicode.BOMOverride(transform.Nop), data); err == nil {
		err = checkShape(data)
	}
	var d jsonReport
	if err == nil {
		err = json.Unmarshal(data, &d)
	}
	if err != nil {
		return Saved{}, fmt.Errorf("read report: %w", err)
	}
	clean(reflect.ValueOf(&d))
	in := &reader{unknown: map[string]*checks.Check{}, other: map[string]*checks.Check{}}
	report := in.report(d)
	if in.err != nil {
		return Saved{}, fmt.Errorf("read report: %w", in.err)
	}
	return Saved{report, viewOf(d), d.Tool.Version}, nil
}

// viewOf returns what a report was made for. Older documents do not say it.
func viewOf(d jsonReport) View {
	for view, word := range viewWords {
		if word == d.View {
			return view
		}
	}
	switch {
	case d.File != "":
		return File
	case len(d.Clients) > 0:
		return Clients
	case len(d.Servers) == 0 && len(d.Sources) > 0:
		return Sources
	}
	return Account
}

// checkShape looks at the schema, which says whether the rest can be understood, and
// counts before anything is allocated for it.
func checkShape(data []byte) error {
	if err := count(data); err != nil {
		return err
	}
	var head struct {
		Schema *int       `json:"schema"`
		Error  *jsonError `json:"error"`
	}
	err := json.Unmarshal(data, &head)
	switch {
	case err != nil:
		return err
	case head.Schema == nil || *head.Schema < 1:
		return errors.New("this is no report of mailcheck: it has no schema")
	case *head.Schema > 1:
		return fmt.Errorf("the report is of schema %d, from a newer version of mailcheck; this one knows schema 1", *head.Schema)
	case head.Error != nil:
		return fmt.Errorf("there was no report to write: %s", mailcheck.Clean(head.Error.What))
	}
	return nil
}

// count refuses lists that are too long, and what follows the document.
func count(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	var lists []int // entries of each list and object around this place; those of objects are not counted
	total := 0
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) && len(lists) > 0 {
			return io.ErrUnexpectedEOF
		} else if err != nil {
			return err
		}
		if end, ok := token.(json.Delim); ok && (end == ']' || end == '}') {
			lists = lists[:len(lists)-1]
		} else {
			if n := len(lists); n > 0 && lists[n-1] >= 0 {
				lists[n-1]++
				if total++; lists[n-1] > maxList || total > maxEntries {
					return errors.New("its lists are longer than those of any report")
				}
			}
			switch token {
			case json.Delim('['):
				lists = append(lists, 0)
			case json.Delim('{'):
				lists = append(lists, math.MinInt)
			}
		}
		if len(lists) > maxDepth {
			return errors.New("it is nested deeper than any report")
		}
		if len(lists) == 0 {
			if len(bytes.TrimSpace(data[dec.InputOffset():])) > 0 {
				return errors.New("something follows the report")
			}
			return nil
		}
	}
}

// reader turns a document into a report. It remembers the first thing that makes no
// sense.
type reader struct {
	unknown map[string]*checks.Check // by id: those of another version
	other   map[string]*checks.Check // by id: those of which another version speaks in other words
	err     error
}

func (in *reader) fail(format string, args ...any) {
	if in.err == nil {
		in.err = fmt.Errorf(format, args...)
	}
}

func (in *reader) report(d jsonReport) *mailcheck.Report {
	if max(len(d.Sources), len(d.Servers), len(d.Settings), len(d.Findings), len(d.Clients)) > maxShown {
		in.fail("it has more than %d sources, servers, findings or clients", maxShown)
		return nil
	}
	in.readTexts(d.Findings)
	r := &mailcheck.Report{
		Address: in.address(d.Address, d.Domain), File: d.File, Kind: d.Kind,
		Started: in.time(d.Started), Elapsed: duration(d.ElapsedMS), Verdict: in.verdict(d.Verdict), LeftOff: d.LeftOff,
		Sources:  unpack(d.Sources, in.source),
		Servers:  unpack(d.Servers, in.server),
		Settings: unpack(d.Settings, in.setting),
		Network:  unpack(d.Network, in.step),
		Findings: unpack(d.Findings, in.finding),
		Clients:  unpack(d.Clients, in.client),

		RoundTrip: in.roundTrip(d.RoundTrip), Synchronisation: in.synchronisation(d.Synchronisation),
	}
	if d.Clock != nil {
		r.Clock = mailcheck.Clock{Behind: duration(d.Clock.BehindMS), Servers: d.Clock.Servers}
	}
	if d.SignIn != nil {
		r.SignIn = &mailcheck.SignIn{Issuer: d.SignIn.Issuer, State: mailcheck.SignInState(d.SignIn.State), Reason: english(d.SignIn.Reason), Fix: english(d.SignIn.Fix), Acts: checks.Who(d.SignIn.Who)}
	}
	reword(r, d.Wording)
	return r
}

// address takes the address apart again. Of the domain the A-labels are in the
// document, and nothing else is taken for one.
func (in *reader) address(whole, domain string) mailcheck.Address {
	if domain == "" && whole == "" {
		return mailcheck.Address{}
	}
	if ascii, err := mailcheck.ParseDomain(domain); err != nil || ascii != domain {
		in.fail("%q is no domain", mailcheck.Clean(domain))
		return mailcheck.Address{}
	}
	local, ok := strings.CutSuffix(whole, "@"+domain)
	if !ok && whole != domain {
		in.fail("the address %q is not of the domain %s", mailcheck.Clean(whole), domain)
	}
	if !ok {
		local = ""
	}
	return mailcheck.Address{Local: local, Domain: domain}
}

func (in *reader) setting(d jsonSetting) mailcheck.Setting {
	return mailcheck.Setting{Server: in.published(d.jsonPublished), Verdict: in.verdict(d.Verdict)}
}

func (in *reader) published(d jsonPublished) mailcheck.Server {
	return mailcheck.Server{
		Protocol: mailcheck.Protocol(d.Protocol), Host: d.Host, Port: d.Port, Security: mailcheck.Security(d.Security), Path: d.Path,
		Username: d.Username, OwnName: d.OwnName, Auth: words(d.Auth), Sources: words(d.Sources), Kind: mailcheck.SourceKind(d.Kind), Vouch: vouchOf(d.Vouched),
		Position: positionOf(d.Position),
	}
}

func positionOf(d *jsonPosition) mailcheck.Position {
	if d == nil {
		return mailcheck.Position{}
	}
	return mailcheck.Position(*d)
}

func (in *reader) source(d jsonSource) mailcheck.SourceResult {
	return mailcheck.SourceResult{
		Name: d.Name, Kind: mailcheck.SourceKind(d.Kind), Form: mailcheck.SourceForm(d.Form), State: mailcheck.State(d.State),
		Reason: english(d.Reason), Elapsed: duration(d.ElapsedMS), Servers: unpack(d.Servers, in.published), Steps: unpack(d.Steps, in.step), DNSSEC: mailcheck.Proof(d.DNSSEC),
		Places: unpack(d.Places, func(p jsonPlace) mailcheck.Place {
			return mailcheck.Place{Method: p.Method, URL: p.URL, Final: p.Final, Status: p.Status, Servers: unpack(p.Servers, in.published)}
		}),
		OAuth: unpack(d.OAuth, func(o jsonOAuth) mailcheck.OAuth {
			return mailcheck.OAuth{Issuer: o.Issuer, AuthURL: o.AuthURL, TokenURL: o.TokenURL, DeviceURL: o.DeviceURL, Scopes: words(o.Scopes), Vouched: o.Vouched}
		}),
		Links: unpack(d.Links, func(l jsonLink) mailcheck.Link {
			return mailcheck.Link{Kind: mailcheck.LinkKind(l.Kind), URL: l.URL, Vouched: l.Vouched}
		}),
	}
}

func (in *reader) server(d jsonServer) mailcheck.ServerResult {
	s := mailcheck.ServerResult{
		Server:  in.published(jsonPublished{d.Protocol, d.Host, d.Port, d.Security, d.Path, d.Username, d.OwnName, d.PublishedAuth, d.Sources, d.Kind, d.Vouched, d.Position}),
		Verdict: in.verdict(d.Verdict), Elapsed: duration(d.ElapsedMS), Addresses: unpack(d.Addresses, in.tried),
		Greeting: d.Greeting, Software: d.Software, Capabilities: listsOf(d.Capabilities.jsonLists), Mechanisms: listsOf(d.Auth), PasswordOK: d.PasswordOK,
		TLS: in.protection(d.TLS), TLSAudit: auditOf(d.TLSAudit), Login: loginOf(d.Login, d.Capabilities), Mailbox: openedOf(d.Mailbox), Steps: unpack(d.Steps, in.step),
		Neighbours: unpack(d.Neighbours, func(n jsonNeighbour) mailcheck.Neighbour {
			return mailcheck.Neighbour{Port: n.Port, State: mailcheck.Reach(n.State), Door: mailcheck.Security(n.Door)}
		}),
		Conversation: unpack(d.Conversation, lineOf),
	}
	if s.Kind == "" && d.Guessed { // written before there were kinds
		s.Kind = mailcheck.Guessed
	}
	return s
}

func (in *reader) tried(d jsonAddress) mailcheck.AddressResult {
	ip, err := netip.ParseAddr(d.IP)
	if err != nil && d.IP != (netip.Addr{}).String() {
		in.fail("%q is no IP address", mailcheck.Clean(d.IP))
	}
	return mailcheck.AddressResult{IP: ip, State: mailcheck.Reach(d.State), Elapsed: duration(d.ElapsedMS), Error: d.Error, NoRoute: d.NoRoute}
}

func (in *reader) protection(d *jsonTLS) *mailcheck.TLS {
	if d == nil {
		return nil
	}
	t := &mailcheck.TLS{Version: d.Version, Cipher: d.Cipher, Curve: d.Curve, Verified: d.Verified, Chain: unpack(d.Chain, in.certificate), LeftOff: d.LeftOff, SCTs: d.SCTs}
	if d.OCSP != nil {
		t.OCSP = &mailcheck.OCSP{Status: d.OCSP.Status, ThisUpdate: in.time(d.OCSP.ThisUpdate), NextUpdate: in.time(d.OCSP.NextUpdate)}
	}
	if d.DANE != nil {
		t.DANE = &mailcheck.DANE{State: d.DANE.State, Name: d.DANE.Name, Records: words(d.DANE.Records)}
	}
	return t
}

func (in *reader) certificate(d jsonCertificate) mailcheck.Certificate {
	return mailcheck.Certificate{
		Subject: d.Subject, Issuer: d.Issuer, Names: words(d.Names), NamesLeftOff: d.LeftOff,
		NotBefore: in.time(d.NotBefore), NotAfter: in.time(d.NotAfter), SHA256: d.SHA256, Key: d.Key, KeySHA256: d.KeySHA256,
	}
}

func (in *reader) step(d jsonStep) mailcheck.Step {
	s := mailcheck.Step{
		Op: mailcheck.Op(d.Op), Target: d.Target, Start: duration(d.StartMS), Elapsed: duration(d.ElapsedMS),
		Detail: english(d.Detail), Error: d.Error, Reach: mailcheck.Reach(d.Reach), Findings: unpack(d.Found, in.finding),
	}
	if d.Leaf != nil {
		leaf := in.certificate(*d.Leaf)
		s.Leaf = &leaf
	}
	if d.Records != nil {
		s.Records = &mailcheck.RecordSet{Name: d.Records.Name, Type: d.Records.Type, Data: words(d.Records.Data)}
	}
	return s
}

func (in *reader) client(d jsonClient) mailcheck.ClientResult {
	return mailcheck.ClientResult{
		Client: d.Client, Outcome: mailcheck.Outcome(d.Outcome), Source: d.Source, Servers: unpack(d.Servers, in.published),
		Reason: english(d.Reason), Asked: unpack(d.Asked, english), Ref: d.Ref,
		Password: mailcheck.Transit(d.Password), OverHTTP: mailcheck.OverHTTP(d.OverHTTP), Confirms: mailcheck.Habit(d.Confirms),
		BadCertificate: mailcheck.Reaction(d.BadCertificate), NoStartTLS: mailcheck.Reaction(d.NoStartTLS), PresetsPlain: d.PresetsPlain,
		Setup: d.Setup,
	}
}

// time reads a time; an empty one is not known.
func (in *reader) time(text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		in.fail("%q is no time as in RFC 3339", mailcheck.Clean(text))
	}
	return t.UTC()
}

// verdict reads a word that decides about exit codes.
func (in *reader) verdict(word string) mailcheck.Verdict {
	switch v := mailcheck.Verdict(word); v {
	case "", mailcheck.Pass, mailcheck.Warn, mailcheck.Fail, mailcheck.Untested:
		return v
	}
	in.fail("%q is no verdict", mailcheck.Clean(word))
	return ""
}

func loginOf(d jsonLogin, capabilities jsonCapabilities) *mailcheck.Login {
	if !d.Credentials && d.State == string(mailcheck.LoginSkipped) {
		return nil
	}
	return &mailcheck.Login{
		State: mailcheck.LoginState(d.State), Username: d.Username, Mechanism: d.Mechanism, Refused: words(d.Refused),
		Reason: english(d.Reason), Capabilities: words(capabilities.AfterLogin), LeftOff: capabilities.AfterLoginLeftOff,
		Attempts: unpack(d.Attempts, attemptOf),
	}
}

func attemptOf(a jsonAttempt) mailcheck.Attempt {
	return mailcheck.Attempt{Mechanism: a.Mechanism, Binding: a.Binding, Username: a.Username, State: mailcheck.LoginState(a.State), Reason: english(a.Reason)}
}

func listsOf(d jsonLists) mailcheck.Lists {
	return mailcheck.Lists{BeforeTLS: words(d.BeforeTLS), AfterTLS: words(d.AfterTLS), LeftOff: d.LeftOff}
}

func auditOf(d *jsonTLSAudit) *mailcheck.TLSAudit {
	if d == nil {
		return nil
	}
	return &mailcheck.TLSAudit{
		Versions: unpack(d.Versions, func(v jsonTLSVersion) mailcheck.TLSVersion {
			return mailcheck.TLSVersion{Version: v.Version, Offered: v.Offered, Cipher: v.Cipher, Complete: v.Complete, Order: v.Order,
				Suites: unpack(v.Suites, func(s jsonTLSSuite) mailcheck.TLSSuite {
					return mailcheck.TLSSuite{Name: s.Name, Strength: mailcheck.Strength(s.Strength), Why: s.Why, DHBits: s.DHBits}
				})}
		}),
		Ciphers: words(d.Ciphers), AllCiphers: d.AllCiphers, Weak: words(d.Weak), Groups: words(d.Groups), AllGroups: d.AllGroups, Hybrid: d.Hybrid,
		Handshake: (*mailcheck.TLSHandshake)(d.Handshake), ALPN: d.ALPN, OtherALPN: d.OtherALPN, WithoutSNI: english(d.WithoutSNI), Injection: d.Injection,
		Connections: d.Connections, Unanswered: words(d.Unanswered), CutShort: english(d.CutShort),
	}
}

// vouchOf turns the words back; others are no reason to trust a server.
func vouchOf(text string) mailcheck.Vouch {
	for vouch, known := range vouchWords {
		if text == known {
			return vouch
		}
	}
	return mailcheck.NotVouched
}

// unpack converts a list; an empty one is none.
func unpack[T, U any](list []T, convert func(T) U) []U {
	if len(list) == 0 {
		return nil
	}
	return each(list, convert)
}

// words returns a list as a report has it: an empty one is none.
func words(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return list
}

// english returns a text that nobody can translate any more.
func english(s string) mailcheck.Text { return mailcheck.Text{Format: s} }

// duration is exact to the nanosecond; what is no time of a run becomes its bound.
func duration(ms float64) time.Duration {
	const longest = float64(100 * 365 * 24 * time.Hour)
	return time.Duration(math.Round(max(-longest, min(longest, ms*float64(time.Millisecond)))))
}
