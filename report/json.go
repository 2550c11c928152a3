package report

import (
	"encoding/json"
	"io"
	"mailcheck/checks"
	"time"

	"mailcheck"
)

// JSON writes the report as one document of schema 1. Fields are added to the
// schema, never renamed or removed; lists are never null.
func JSON(w io.Writer, r *mailcheck.Report, opts Options) error {
	return encode(w, document(r, opts))
}

// encode writes one document.
func encode(w io.Writer, document any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false) // the document is not HTML, and < in a reply should read as <
	enc.SetIndent("", "  ")
	return enc.Encode(document)
}

type jsonReport struct {
	Schema    int           `json:"schema"`
	Tool      jsonTool      `json:"tool"`
	Address   string        `json:"address"`
	Domain    string        `json:"domain"`
	Started   string        `json:"started"`
	ElapsedMS float64       `json:"elapsed_ms"`
	Verdict   string        `json:"verdict"`
	Settings  []jsonSetting `json:"settings"`
	Sources   []jsonSource  `json:"sources"`
	Servers   []jsonServer  `json:"servers"`
	Network   []jsonStep    `json:"network"` // what was asked about this machine's own network
	Findings  []jsonFinding `json:"findings"`
	Clock     *jsonClock    `json:"clock,omitempty"`   // where another clock was seen
	Clients   []jsonClient  `json:"clients,omitempty"` // of the clients command
}

type jsonTool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// jsonClock is how this machine's clock differs from those of web servers.
type jsonClock struct {
	BehindMS float64 `json:"behind_ms"` // negative: ahead
	Servers  int     `json:"servers"`
}

// jsonPublished is a server as a source names it.
type jsonPublished struct {
	Protocol string   `json:"protocol"`
	Host     string   `json:"host"`
	Port     uint16   `json:"port"`
	Security string   `json:"security"`
	Path     string   `json:"path"` // of the URL, for protocols over HTTPS
	Username string   `json:"username"`
	Auth     []string `json:"auth"`
	Sources  []string `json:"sources"`
	Vouched  string   `json:"vouched"` // how the domain itself names it in a way that cannot be forged; empty where it does not
}

// jsonOAuth is where a source says that one gets leave to log in.
type jsonOAuth struct {
	Issuer    string   `json:"issuer"`
	AuthURL   string   `json:"auth_url"`
	TokenURL  string   `json:"token_url"`
	DeviceURL string   `json:"device_url"`
	Scopes    []string `json:"scopes"`
}

type jsonSetting struct {
	jsonPublished
	Verdict string `json:"verdict"`
}

type jsonSource struct {
	Name      string          `json:"name"`
	State     string          `json:"state"`
	Reason    string          `json:"reason"`
	ElapsedMS float64         `json:"elapsed_ms"`
	Servers   []jsonPublished `json:"servers"`
	OAuth     []jsonOAuth     `json:"oauth"`
	Steps     []jsonStep      `json:"steps"`
}

type jsonServer struct {
	Protocol     string           `json:"protocol"`
	Host         string           `json:"host"`
	Port         uint16           `json:"port"`
	Security     string           `json:"security"`
	Path         string           `json:"path"`
	Sources      []string         `json:"sources"`
	Guessed      bool             `json:"guessed"`
	Verdict      string           `json:"verdict"`
	ElapsedMS    float64          `json:"elapsed_ms"`
	Addresses    []jsonAddress    `json:"addresses"`
	Greeting     string           `json:"greeting"`
	Software     string           `json:"software"`
	Capabilities jsonCapabilities `json:"capabilities"`
	Auth         jsonLists        `json:"auth"`
	TLS          *jsonTLS         `json:"tls"`       // null if TLS was never up
	TLSAudit     *jsonTLSAudit    `json:"tls_audit"` // null unless it was asked for
	Login        jsonLogin        `json:"login"`
	Neighbours   []jsonNeighbour  `json:"neighbours"`
	Steps        []jsonStep       `json:"steps"`
}

type jsonNeighbour struct {
	Port  uint16 `json:"port"`
	State string `json:"state"`
	Door  string `json:"door"` // tls or starttls where the server's protocol works there
}

type jsonAddress struct {
	IP        string  `json:"ip"`
	State     string  `json:"state"`
	ElapsedMS float64 `json:"elapsed_ms"`
	Error     string  `json:"error"`
}

type jsonLists struct {
	BeforeTLS []string `json:"before_tls"`
	AfterTLS  []string `json:"after_tls"`
}

type jsonCapabilities struct {
	jsonLists
	AfterLogin []string `json:"after_login"`
}

type jsonTLS struct {
	Version  string            `json:"version"`
	Cipher   string            `json:"cipher"`
	Curve    string            `json:"curve"`
	Verified bool              `json:"verified"`
	Chain    []jsonCertificate `json:"chain"`
	OCSP     *jsonOCSP         `json:"ocsp"` // null if no answer is stapled
	SCTs     int               `json:"scts"`
	DANE     *jsonDANE         `json:"dane"` // null if no TLSA record is published
}

type jsonOCSP struct {
	Status     string `json:"status"`      // good, revoked, unknown, stale, unreadable or unverified
	ThisUpdate string `json:"this_update"` // empty where it could not be read
	NextUpdate string `json:"next_update"`
}

type jsonDANE struct {
	State   string   `json:"state"` // ok, mismatch, unusable, unsigned or unchecked
	Name    string   `json:"name"`
	Records []string `json:"records"`
}

type jsonCertificate struct {
	Subject   string   `json:"subject"`
	Issuer    string   `json:"issuer"`
	Names     []string `json:"names"`
	NotBefore string   `json:"not_before"`
	NotAfter  string   `json:"not_after"`
	SHA256    string   `json:"sha256"`
	Key       string   `json:"key"`
}

type jsonLogin struct {
	Mechanism string   `json:"mechanism"`
	State     string   `json:"state"`
	Reason    string   `json:"reason"`
	Username  string   `json:"username"` // that was accepted, or tried first
	Refused   []string `json:"refused"`  // user names that the server refused
}

type jsonStep struct {
	Op        string   `json:"op"`
	Target    string   `json:"target"`
	StartMS   float64  `json:"start_ms"`
	ElapsedMS float64  `json:"elapsed_ms"`
	Detail    string   `json:"detail"`
	Error     string   `json:"error"`
	Findings  []string `json:"findings"` // ids
}

type jsonFinding struct {
	ID        string `json:"id"`
	Severity  string `json:"severity"`
	Who       string `json:"who"`
	Summary   string `json:"summary"`
	Detail    string `json:"detail"`
	Remedy    string `json:"remedy"`
	Ref       string `json:"ref"`
	Server    string `json:"server"`
	Source    string `json:"source"`
	BecauseOf string `json:"because_of"`
}

func document(r *mailcheck.Report, opts Options) jsonReport {
	return jsonReport{
		Schema: 1, Tool: jsonTool{"mailcheck", opts.Version},
		Address: safe(r.Address.String()), Domain: safe(r.Address.Domain),
		Started: stamp(r.Started), ElapsedMS: ms(r.Elapsed), Verdict: string(r.Verdict),
		Settings: each(r.Settings, func(s mailcheck.Setting) jsonSetting {
			return jsonSetting{published(s.Server), verdictWord(s.Verdict)}
		}),
		Sources:  each(r.Sources, source),
		Servers:  each(r.Servers, server),
		Network:  each(r.Network, step),
		Findings: each(r.Findings, jsonFindingOf),
		Clients:  jsonClients(r.Clients),
		Clock:    clock(r.Clock),
	}
}

func clock(c mailcheck.Clock) *jsonClock {
	if c.Servers == 0 {
		return nil
	}
	return &jsonClock{ms(c.Behind), c.Servers}
}

func published(s mailcheck.Server) jsonPublished {
	return jsonPublished{
		Protocol: string(s.Protocol), Host: safe(s.Host), Port: s.Port, Security: string(s.Security), Path: safe(s.Path),
		Username: safe(s.Username), Auth: each(s.Auth, safe), Sources: each(s.Sources, safe),
		Vouched: vouchWords[s.Vouch],
	}
}

func source(s mailcheck.SourceResult) jsonSource {
	return jsonSource{
		Name: s.Name, State: string(s.State), Reason: safe(s.Reason.String()), ElapsedMS: ms(s.Elapsed),
		Servers: each(s.Servers, published), OAuth: each(s.OAuth, oauth), Steps: each(s.Steps, step),
	}
}

func oauth(o mailcheck.OAuth) jsonOAuth {
	return jsonOAuth{safe(o.Issuer), safe(o.AuthURL), safe(o.TokenURL), safe(o.DeviceURL), each(o.Scopes, safe)}
}

func server(s mailcheck.ServerResult) jsonServer {
	return jsonServer{
		Protocol: string(s.Protocol), Host: safe(s.Host), Port: s.Port, Security: string(s.Security), Path: safe(s.Path),
		Sources: each(s.Sources, safe), Guessed: s.Guessed(), Verdict: verdictWord(s.Verdict), ElapsedMS: ms(s.Elapsed),
		Addresses: each(s.Addresses, func(a mailcheck.AddressResult) jsonAddress {
			return jsonAddress{a.IP.String(), string(a.State), ms(a.Elapsed), safe(a.Error)}
		}),
		Greeting:     safe(s.Greeting),
		Software:     safe(s.Software),
		Capabilities: jsonCapabilities{lists(s.Capabilities), afterLogin(s.Login)},
		Auth:         lists(s.Mechanisms),
		TLS:          protection(s.TLS),
		TLSAudit:     audit(s.TLSAudit),
		Login:        loginOf(s.Login),
		Neighbours: each(s.Neighbours, func(n mailcheck.Neighbour) jsonNeighbour {
			return jsonNeighbour{n.Port, string(n.State), string(n.Door)}
		}),
		Steps: each(s.Steps, step),
	}
}

func loginOf(l *mailcheck.Login) jsonLogin {
	if l == nil {
		return jsonLogin{State: "skipped", Reason: "no credentials given", Refused: []string{}}
	}
	return jsonLogin{safe(l.Mechanism), string(l.State), safe(l.Reason.String()), safe(l.Username), each(l.Refused, safe)}
}

func afterLogin(l *mailcheck.Login) []string {
	if l == nil {
		return []string{}
	}
	return each(l.Capabilities, safe)
}

func lists(l mailcheck.Lists) jsonLists {
	return jsonLists{each(l.BeforeTLS, safe), each(l.AfterTLS, safe)}
}

func protection(t *mailcheck.TLS) *jsonTLS {
	if t == nil {
		return nil
	}
	return &jsonTLS{t.Version, t.Cipher, t.Curve, t.Verified, each(t.Chain, func(c mailcheck.Certificate) jsonCertificate {
		return jsonCertificate{
			safe(c.Subject), safe(c.Issuer), each(c.Names, safe), stamp(c.NotBefore), stamp(c.NotAfter), c.SHA256, c.Key,
		}
	}), stapled(t.OCSP), t.SCTs, dane(t.DANE)}
}

func stapled(o *mailcheck.OCSP) *jsonOCSP {
	if o == nil {
		return nil
	}
	if o.ThisUpdate.IsZero() {
		return &jsonOCSP{Status: o.Status}
	}
	return &jsonOCSP{o.Status, stamp(o.ThisUpdate), stamp(o.NextUpdate)}
}

func dane(d *mailcheck.DANE) *jsonDANE {
	if d == nil {
		return nil
	}
	return &jsonDANE{d.State, safe(d.Name), each(d.Records, safe)}
}

func step(s mailcheck.Step) jsonStep {
	return jsonStep{
		string(s.Op), safe(s.Target), ms(s.Start), ms(s.Elapsed), safe(s.Detail.String()), safe(s.Error),
		each(s.Findings, func(f mailcheck.Finding) string { return f.Check.ID }),
	}
}

func jsonFindingOf(f mailcheck.Finding) jsonFinding {
	return jsonFinding{
		f.Check.ID, f.Severity.String(), string(f.Check.Who), f.Check.Summary, safe(f.Detail.String()), safe(f.Remedy().String()), f.Check.Ref,
		safe(f.Server), safe(f.Source), idOf(f.BecauseOf),
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

// verdictWord names the verdict of a server; one that was not tested has none.
func verdictWord(v mailcheck.Verdict) string {
	if v == "" {
		return "untested"
	}
	return string(v)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func idOf(c *checks.Check) string {
	if c == nil {
		return ""
	}
	return c.ID
}

// vouchWords say in words why a server may get the credentials.
var vouchWords = map[mailcheck.Vouch]string{
	mailcheck.VouchedByFile:         "settings file of the domain, fetched over https",
	mailcheck.VouchedByPACC:         "PACC document of the domain, fetched over https",
	mailcheck.VouchedByAutodiscover: "Autodiscover of the domain, over https",
	mailcheck.VouchedByOwnName:      "SRV record with a host of the domain",
	mailcheck.VouchedByDNSSEC:       "SRV record, authenticated by DNSSEC",
	mailcheck.VouchedByTable:        "table of providers",
	mailcheck.VouchedByUser:         "named by the user",
}
