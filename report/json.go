package report

import (
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"time"

	"mailcheck"
	"mailcheck/checks"
)

// JSON writes the report as one document of schema 1; lists are never null.
func JSON(w io.Writer, r *mailcheck.Report, opts Options) error {
	return encode(w, document(r, opts))
}

// jsonWithout writes the document of a run without a report.
func jsonWithout(w io.Writer, what, hint string) error {
	return encode(w, failureDocument(what, hint))
}

func failureDocument(what, hint string) *jsonFailure {
	d := &jsonFailure{1, jsonError{what, hint}}
	clean(reflect.ValueOf(d))
	return d
}

func encode(w io.Writer, document any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false) // the document is not HTML, and < in a reply should read as <
	enc.SetIndent("", "  ")
	return enc.Encode(document)
}

func document(r *mailcheck.Report, opts Options) *jsonReport {
	d := &jsonReport{
		Schema: 1, Tool: jsonTool{"mailcheck", opts.Version}, View: viewWords[opts.View],
		Address: r.Address.String(), Domain: r.Address.Domain, File: r.File, Kind: r.Kind,
		Started: stamp(r.Started), ElapsedMS: ms(r.Elapsed), Verdict: string(r.Verdict),
		Settings: each(r.Settings, func(s mailcheck.Setting) jsonSetting {
			return jsonSetting{published(s.Server), verdictWord(s.Verdict)}
		}),
		Sources:  each(r.Sources, source),
		Servers:  each(r.Servers, server),
		Network:  each(r.Network, step),
		Findings: each(r.Findings, finding),
		Clients:  each(r.Clients, client),
		Clock:    clock(r.Clock),
		SignIn:   signIn(r.SignIn),

		RoundTrip: roundTrip(r.RoundTrip), Synchronisation: synchronisation(r.Synchronisation),

		Wording: wording(r),
	}
	d.LeftOff = r.LeftOff + bound(reflect.ValueOf(d))
	clean(reflect.ValueOf(d))
	return d
}

// bound cuts every list of words to what a report keeps, and returns how many are left
// off. Those that are likely to be long were cut before, with a count of their own.
func bound(v reflect.Value) (leftOff int) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			leftOff = bound(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			leftOff += bound(v.Field(i))
		}
	case reflect.Slice:
		if words, ok := v.Interface().([]string); ok {
			kept, more := mailcheck.Bounded(words)
			v.Set(reflect.ValueOf(kept))
			return more
		}
		for i := range v.Len() {
			leftOff += bound(v.Index(i))
		}
	}
	return leftOff
}

// clean makes every text of a document fit to be shown. In a report they are that
// already; this catches what was forgotten, without cutting a text that was cut
// before.
func clean(v reflect.Value) {
	rewrite(v, inField{}, func(_ inField, text string) string {
		if mailcheck.Printable(text) {
			return text
		}
		return mailcheck.Clean(text)
	})
}

// inField is the field of a document that a text is in.
type inField struct {
	of    reflect.Type
	index int
}

// name is that in JSON.
func (f inField) name() string {
	name, _, _ := strings.Cut(f.of.Field(f.index).Tag.Get("json"), ",")
	return name
}

// rewrite puts another text in the place of each that a document has.
func rewrite(v reflect.Value, in inField, as func(inField, string) string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			rewrite(v.Elem(), in, as)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			rewrite(v.Field(i), inField{v.Type(), i}, as)
		}
	case reflect.Slice:
		for i := range v.Len() {
			rewrite(v.Index(i), in, as)
		}
	case reflect.String:
		v.SetString(as(in, v.String()))
	}
}

func clock(c mailcheck.Clock) *jsonClock {
	if c.Servers == 0 {
		return nil
	}
	return &jsonClock{ms(c.Behind), c.Servers}
}

func signIn(s *mailcheck.SignIn) *jsonSignIn {
	if s == nil {
		return nil
	}
	return &jsonSignIn{s.Issuer, string(s.State), s.Reason.String(), s.Fix.String(), string(s.Acts)}
}

func published(s mailcheck.Server) jsonPublished {
	return jsonPublished{
		Protocol: string(s.Protocol), Host: s.Host, Port: s.Port, Security: string(s.Security), Path: s.Path,
		Username: s.Username, OwnName: s.OwnName, Auth: list(s.Auth), Sources: list(s.Sources), Kind: string(s.Kind), Vouched: vouchWords[s.Vouch],
		Position: placed(s.Position),
	}
}

func placed(p mailcheck.Position) *jsonPosition {
	if p == (mailcheck.Position{}) {
		return nil
	}
	return (*jsonPosition)(&p)
}

func source(s mailcheck.SourceResult) jsonSource {
	return jsonSource{
		Name: s.Name, Kind: string(s.Kind), Form: string(s.Form), State: string(s.State), Reason: s.Reason.String(), ElapsedMS: ms(s.Elapsed),
		Servers: each(s.Servers, published), Steps: each(s.Steps, step), DNSSEC: string(s.DNSSEC),
		Places: each(s.Places, func(p mailcheck.Place) jsonPlace {
			return jsonPlace{p.Method, p.URL, p.Final, p.Status, each(p.Servers, published)}
		}),
		OAuth: each(s.OAuth, func(o mailcheck.OAuth) jsonOAuth {
			return jsonOAuth{o.Issuer, o.AuthURL, o.TokenURL, o.DeviceURL, list(o.Scopes), o.Vouched}
		}),
		Links: each(s.Links, func(l mailcheck.Link) jsonLink { return jsonLink{string(l.Kind), l.URL, l.Vouched} }),
	}
}

func server(s mailcheck.ServerResult) jsonServer {
	p := published(s.Server)
	return jsonServer{
		Protocol: p.Protocol, Host: p.Host, Port: p.Port, Security: p.Security, Path: p.Path, Username: p.Username, OwnName: p.OwnName, PublishedAuth: p.Auth,
		Sources: p.Sources, Kind: p.Kind, Vouched: p.Vouched, Position: p.Position, Guessed: s.Guessed(), Verdict: verdictWord(s.Verdict), ElapsedMS: ms(s.Elapsed),
		Addresses: each(s.Addresses, func(a mailcheck.AddressResult) jsonAddress {
			return jsonAddress{a.IP.String(), string(a.State), ms(a.Elapsed), a.Error, a.NoRoute}
		}),
		Greeting:     s.Greeting,
		Software:     s.Software,
		Capabilities: capabilities(s),
		Auth:         lists(s.Mechanisms),
		PasswordOK:   s.PasswordOK,
		TLS:          protection(s.TLS),
		TLSAudit:     audit(s.TLSAudit),
		Login:        login(s.Login),
		Mailbox:      opened(s.Mailbox),
		Neighbours: each(s.Neighbours, func(n mailcheck.Neighbour) jsonNeighbour {
			return jsonNeighbour{n.Port, string(n.State), string(n.Door)}
		}),
		Steps:        each(s.Steps, step),
		Conversation: each(s.Conversation, line),
	}
}

func login(l *mailcheck.Login) jsonLogin {
	if l == nil {
		return jsonLogin{State: string(mailcheck.LoginSkipped), Reason: "no credentials given", Refused: []string{}, Attempts: []jsonAttempt{}}
	}
	return jsonLogin{true, l.Mechanism, string(l.State), l.Reason.String(), l.Username, list(l.Refused), each(l.Attempts, attempt)}
}

func attempt(a mailcheck.Attempt) jsonAttempt {
	return jsonAttempt{a.Mechanism, a.Binding, a.Username, string(a.State), a.Reason.String()}
}

func capabilities(s mailcheck.ServerResult) jsonCapabilities {
	c := jsonCapabilities{jsonLists: lists(s.Capabilities), AfterLogin: []string{}}
	if s.Login != nil {
		kept, more := mailcheck.Bounded(s.Login.Capabilities)
		c.AfterLogin, c.AfterLoginLeftOff = list(kept), s.Login.LeftOff+more
	}
	return c
}

func lists(l mailcheck.Lists) jsonLists {
	before, more := mailcheck.Bounded(l.BeforeTLS)
	after, evenMore := mailcheck.Bounded(l.AfterTLS)
	return jsonLists{list(before), list(after), l.LeftOff + more + evenMore}
}

func protection(t *mailcheck.TLS) *jsonTLS {
	if t == nil {
		return nil
	}
	d := &jsonTLS{Version: t.Version, Cipher: t.Cipher, Curve: t.Curve, Verified: t.Verified, Chain: each(t.Chain, certificate), LeftOff: t.LeftOff, SCTs: t.SCTs}
	if t.OCSP != nil {
		d.OCSP = &jsonOCSP{t.OCSP.Status, stamp(t.OCSP.ThisUpdate), stamp(t.OCSP.NextUpdate)}
	}
	if t.DANE != nil {
		d.DANE = &jsonDANE{t.DANE.State, t.DANE.Name, list(t.DANE.Records)}
	}
	return d
}

func certificate(c mailcheck.Certificate) jsonCertificate {
	return jsonCertificate{c.Subject, c.Issuer, list(c.Names), c.NamesLeftOff, stamp(c.NotBefore), stamp(c.NotAfter), c.SHA256, c.Key, c.KeySHA256}
}

func audit(a *mailcheck.TLSAudit) *jsonTLSAudit {
	if a == nil {
		return nil
	}
	return &jsonTLSAudit{
		Versions: each(a.Versions, func(v mailcheck.TLSVersion) jsonTLSVersion {
			return jsonTLSVersion{v.Version, v.Offered, v.Cipher, each(v.Suites, func(s mailcheck.TLSSuite) jsonTLSSuite {
				return jsonTLSSuite{s.Name, string(s.Strength), s.Why, s.DHBits}
			}), v.Complete, v.Order}
		}),
		Ciphers: list(a.Ciphers), AllCiphers: a.AllCiphers, Weak: list(a.Weak),
		Groups: list(a.Groups), AllGroups: a.AllGroups, Hybrid: a.Hybrid, Handshake: (*jsonTLSHandshake)(a.Handshake),
		ALPN: a.ALPN, OtherALPN: a.OtherALPN, WithoutSNI: a.WithoutSNI.String(), Injection: a.Injection,
		Connections: a.Connections, Complete: len(a.Unanswered) == 0, CutShort: a.CutShort.String(), Unanswered: list(a.Unanswered),
	}
}

func step(s mailcheck.Step) jsonStep {
	d := jsonStep{
		Op: string(s.Op), Target: s.Target, StartMS: ms(s.Start), ElapsedMS: ms(s.Elapsed), Detail: s.Detail.String(), Error: s.Error,
		Reach:    string(s.Reach),
		Findings: each(s.Findings, func(f mailcheck.Finding) string { return f.Check.ID }),
		Found:    each(s.Findings, finding),
	}
	if s.Leaf != nil {
		leaf := certificate(*s.Leaf)
		d.Leaf = &leaf
	}
	if s.Records != nil {
		d.Records = &jsonRecordSet{s.Records.Name, s.Records.Type, list(s.Records.Data)}
	}
	return d
}

func finding(f mailcheck.Finding) jsonFinding {
	a := jsonAbout(f.About)
	a.Clients = list(a.Clients)
	return jsonFinding{
		ID: f.Check.ID, Severity: f.Severity.String(), Who: string(f.Actor()), Summary: f.Check.Summary, Detail: f.Detail.String(),
		Remedy: f.Remedy().String(), Fix: f.Fix.String(), Meanwhile: f.Meanwhile.String(), Ref: f.Check.Ref,
		Server: f.Server, Source: f.Source, Line: f.Line, Column: f.Column, About: a, BecauseOf: idOf(f.BecauseOf),
	}
}

func client(c mailcheck.ClientResult) jsonClient {
	return jsonClient{
		c.Client, string(c.Outcome), c.Source, c.Reason.String(), each(c.Servers, published), each(c.Asked, mailcheck.Text.String), c.Ref,
		string(c.Password), string(c.OverHTTP), string(c.Confirms), string(c.BadCertificate), string(c.NoStartTLS), c.PresetsPlain, c.Setup,
	}
}

// each converts a list; none becomes an empty one, which programs read more
// easily than null.
func each[T, U any](list []T, convert func(T) U) []U {
	converted := make([]U, 0, len(list))
	for _, v := range list {
		converted = append(converted, convert(v))
	}
	return converted
}

// list copies a list, for its texts to be cleaned.
func list(words []string) []string { return append([]string{}, words...) }

// verdictWord names the verdict of a server; one that was not tested has none.
func verdictWord(v mailcheck.Verdict) string {
	if v == "" {
		return string(mailcheck.Untested)
	}
	return string(v)
}

// ms keeps nanoseconds, so that what is shown rounded is rounded once.
func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// stamp returns a time in UTC, or nothing for one that is not known.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func idOf(c *checks.Check) string {
	if c == nil {
		return ""
	}
	return c.ID
}

// viewWords name the views.
var viewWords = map[View]string{Account: "account", Sources: "sources", Clients: "clients", File: "file"}

// vouchWords say in words why a server may get the credentials.
var vouchWords = map[mailcheck.Vouch]string{
	mailcheck.VouchedByFile:         "settings file of the domain, fetched over https",
	mailcheck.VouchedByPACC:         "PACC document of the domain, fetched over https",
	mailcheck.VouchedByAutodiscover: "Autodiscover of the domain, over https",
	mailcheck.VouchedByWellKnown:    "the domain's own web server, over https",
	mailcheck.VouchedByOwnName:      "SRV record with a host of the domain",
	mailcheck.VouchedByDNSSEC:       "SRV record, authenticated by DNSSEC",
	mailcheck.VouchedByTable:        "table of providers",
	mailcheck.VouchedByDatabase:     "public provider database, over https",
	mailcheck.VouchedByUser:         "named by the user",
}
