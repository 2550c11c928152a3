package setup

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/autoconfig/setup/sheet"
	"mailcheck/checks"
	"mailcheck/internal/lazy"
)

// zoneFacts is what goes into a zone beside the mail servers, and what the report says of
// the zone as it is.
type zoneFacts struct {
	autodiscover string // the host where Autodiscover answers for the domain, if it is one of another name
	digest       string // of the PACC document that can be written; empty where none can

	tlsa   bool              // the keys are wanted
	keys   map[string]string // of the servers by their URL: the hash of the public key, in hex
	torn   []string          // the URLs of servers whose addresses show different certificates
	signed mailcheck.Proof   // of the zone

	changes bool                  // only what differs from today is wanted
	today   []mailcheck.RecordSet // whatever DNS was asked for, and answered
	good    []mailcheck.Server    // that did not fail their test
}

// factsForZone collects them.
func factsForZone(r *mailcheck.Report, o Options) zoneFacts {
	z := zoneFacts{tlsa: o.TLSA, changes: o.Changes, today: r.Records(), autodiscover: autodiscoverHost(r), keys: map[string]string{}}
	for _, s := range r.Settings {
		if s.Verdict != mailcheck.Fail {
			z.good = append(z.good, s.Server)
		}
	}
	for _, s := range r.Servers {
		if s.TLS != nil && len(s.TLS.Chain) > 0 && keyHash().MatchString(s.TLS.Chain[0].KeySHA256) {
			z.keys[s.URL()] = s.TLS.Chain[0].KeySHA256
		}
		if mailcheck.Shows(s.Findings(), checks.TLSIPDiffer) {
			z.torn = append(z.torn, s.URL())
		}
	}
	for _, source := range r.Sources {
		if source.DNSSEC != mailcheck.Unknown {
			z.signed = source.DNSSEC
		}
	}
	if a, ok := pacc.writes(r, o); ok {
		z.digest = digestOf(new(sheet.Set).JSON(paccName, paccOf(a)))
	}
	return z
}

// Unanswered returns the record sets that a comparison with today's zone needs, and that the
// report does not have: by name and type alone. Discovery does not ask for what it can do
// without, and DNS does not always answer.
func Unanswered(r *mailcheck.Report, o Options) []mailcheck.RecordSet {
	domain := r.Address.Domain
	wanted := []mailcheck.RecordSet{{Name: "_autodiscover._tcp." + domain, Type: "SRV"}, {Name: "_ua-auto-config." + domain, Type: "TXT"}}
	for _, service := range slices.Concat(document.Services, document.ExtraServices) {
		wanted = append(wanted, mailcheck.RecordSet{Name: service.Name(domain), Type: "SRV"})
		if service.Security == mailcheck.ImplicitTLS && (service.Protocol == mailcheck.CalDAV || service.Protocol == mailcheck.CardDAV) {
			wanted = append(wanted, mailcheck.RecordSet{Name: service.Name(domain), Type: "TXT"})
		}
	}
	for _, s := range r.Usable() {
		if o.TLSA && (s.Protocol.Reads() || s.Protocol.Sends()) && document.Inside(s.Host, domain) {
			wanted = append(wanted, mailcheck.RecordSet{Name: keyName(s.Host, s.Port), Type: "TLSA"})
		}
	}
	known := r.Records()
	return slices.DeleteFunc(wanted, func(w mailcheck.RecordSet) bool {
		return slices.ContainsFunc(known, func(k mailcheck.RecordSet) bool { return k.Name == w.Name && k.Type == w.Type })
	})
}

// keyName is where the TLSA records of a server are (RFC 6698 section 3).
func keyName(host string, port uint16) string {
	return "_" + strconv.Itoa(int(port)) + "._tcp." + host
}

// keyHash is what a hash of a key looks like: SHA-256, in lower-case hex.
var keyHash = lazy.Regexp("^[0-9a-f]{64}$")

// autodiscoverHost returns the host of another name that answers Autodiscover for the domain
// in a way that nobody can forge, on the port that programs ask; empty if there is none.
func autodiscoverHost(r *mailcheck.Report) string {
	for _, source := range r.Sources {
		for _, s := range source.Servers {
			u, err := url.Parse(s.Position.Document)
			if source.Form != mailcheck.Answer || s.Vouch != mailcheck.VouchedByAutodiscover || err != nil || u.Scheme != "https" || u.Port() != "" || !strings.EqualFold(u.Path, "/autodiscover/autodiscover.xml") {
				continue
			}
			host, err := mailcheck.ParseHost(u.Hostname())
			if err == nil && host != r.Address.Domain && host != "autodiscover."+r.Address.Domain {
				return host
			}
		}
	}
	return ""
}

// writeAround writes the records of the services around the mail that the domain has, and
// returns the labels of those of which nothing is said. Of a service that nobody spoke of
// there is nothing to say.
func writeAround(a Account, z *zoneText, out *sheet.Set) (open []string) {
	for _, service := range document.ExtraServices {
		server, has := a.serving(service)
		switch {
		case has:
			z.serve(service, server, out)
		case service.Security == mailcheck.Plain:
			if _, protected := a.serving(document.ServiceOf(service.Protocol, mailcheck.ImplicitTLS)); protected {
				z.put([]record{{kind: noService, name: service.Name(a.Address.Domain)}}, serviceWords[service.Label])
			}
		case a.knows(service):
			z.open(serviceWords[service.Label])
			open = append(open, service.Label)
		}
	}
	if z.autodiscover != "" {
		z.put([]record{{kind: serves, name: "_autodiscover._tcp." + a.Address.Domain, port: 443, value: z.autodiscover}},
			"For Outlook: where Autodiscover answers (MS-OXDISCO section 3.1.5.3)")
	}
	return open
}

// serving returns the server of a service around the mail.
func (a Account) serving(service document.Service) (Server, bool) {
	i := slices.IndexFunc(a.Around, func(s Server) bool {
		return s.Protocol == service.Protocol && s.Security == service.Security
	})
	if i < 0 {
		return Server{}, false
	}
	return a.Around[i], true
}

// wellKnown is the path at which programs ask where no record has another (RFC 6764
// section 5, RFC 8620 section 2.2).
func wellKnown(p mailcheck.Protocol) string { return "/.well-known/" + string(p) }

// serve writes the records of a service around the mail, with its path.
func (z *zoneText) serve(service document.Service, s Server, out *sheet.Set) {
	name := service.Name(z.domain)
	z.put([]record{{kind: serves, name: name, port: s.Port, value: s.Host}}, serviceWords[service.Label])
	if s.Path == "" || s.Path == wellKnown(s.Protocol) {
		return
	}
	if _, err := zoneWord(s.Path); err != nil {
		out.Note(mailcheck.Textf("left out: the path of %s, which a record cannot have as it is; let %s redirect there", s.url, wellKnown(s.Protocol)))
		return
	}
	z.put([]record{{kind: hasPath, name: name, value: s.Path}}, "Where they are on that server (RFC 6764 section 4)")
}

// writeKeys writes which key each server has, if that is wanted.
func writeKeys(a Account, z *zoneText, out *sheet.Set) {
	if !z.tlsa {
		return
	}
	z.Line("")
	z.Line("; The keys of the servers (TLSA, RFC 6698): a program that reads them refuses any other key.")
	z.Line("; They count only where the zone is signed with DNSSEC. Renew the certificate with the same")
	z.Line("; key, or publish the record of the new key two days before it is used.")
	switch z.signed {
	case mailcheck.Proven:
		z.Line("; The zone was seen to be signed.")
	case mailcheck.Unknown:
		z.Line("; Whether the zone is signed was not seen.")
		out.Note(mailcheck.Textf("whether the zone is signed with DNSSEC is not known; without that, TLSA records do nothing"))
	default:
		z.Line("; The zone was seen not to be signed in a way that proves it, so they do nothing yet.")
		out.Note(mailcheck.Textf("the zone is not signed with DNSSEC so that it proves anything: TLSA records do nothing until it is"))
	}
	written := map[string]bool{}
	for _, s := range slices.Concat(a.Reading, a.Sending) {
		r := record{kind: hasKey, name: keyName(s.Host, s.Port), value: z.keys[s.url]}
		switch {
		case written[r.name]:
		case !document.Inside(s.Host, z.domain):
			out.Note(mailcheck.Textf("no TLSA record for %s: it belongs into another zone, that of %s", s.url, s.Host))
		case slices.Contains(z.torn, s.url):
			out.Note(mailcheck.Textf("no TLSA record for %s: its addresses show different certificates", s.url))
		case r.value == "":
			out.Note(mailcheck.Textf("no TLSA record for %s: the report does not have its key; test it anew", s.url))
		default:
			z.put([]record{r}, s.url)
		}
		written[r.name] = true
	}
}
