package setup

import (
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/autoconfig/setup/sheet"
)

// zone is a part of a domain's zone in master file form (RFC 1035 section 5), with what mail
// programs look up there (RFC 6186, RFC 8314 section 5.1).
var zone = Format{
	Name: "dns", Doc: "records for the domain's zone, as administrators publish them",
	Place: mailcheck.Textf("the zone of the domain, at whoever runs its DNS; a form for records asks for the same fields, which the file names"),
	Next:  mailcheck.Textf("raise the serial number of the zone, wait until it is served, then: mailcheck discover DOMAIN"),
	Asks:  mailcheck.Textf("nothing; programs that read SRV records ask for the address and the password alone"),
	Proof: mailcheck.Textf("mailcheck lint; named-checkzone, nsd-checkzone and NSD"),
	Reads: []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3}, Sends: true,
	Logins: []Login{Password, Challenge, OAuth2}, Domain: true, All: true, Zone: true,
	Around:  []mailcheck.Protocol{mailcheck.CalDAV, mailcheck.CardDAV, mailcheck.JMAP, mailcheck.Sieve},
	Against: notForZone,
	Write:   writeZone,
}

// notForZone refuses what a record cannot lead to.
func notForZone(s Server) mailcheck.Text {
	switch {
	case s.IsIP():
		return mailcheck.Textf("a record leads to a name, and the server has none")
	case s.Protocol == mailcheck.JMAP && s.Path != wellKnown(s.Protocol): // RFC 8620 section 2.2
		return mailcheck.Textf("programs ask the host of a record for JMAP at %s alone; let that redirect to it", wellKnown(s.Protocol))
	}
	return mailcheck.Text{}
}

// zoneWord writes a name, a path, or a digest at a place of a zone where it stands alone.
// What a zone would need a backslash for is in none of them.
func zoneWord(value string) (string, error) {
	const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+/=%~"
	wrong := len(value) > 253 || strings.Trim(value, safe) != ""
	for label := range strings.SplitSeq(value, ".") {
		wrong = wrong || label == "" || len(label) > 63
	}
	if wrong && !keyHash().MatchString(value) {
		return "", &sheet.ValueError{Value: value, Why: mailcheck.Textf("it is no name in DNS (RFC 1035 section 2.3.4)")}
	}
	return value, nil
}

// writeZone writes all names in full, so that the lines mean the same in any zone file. A
// line whose record is for the administrator to decide on begins with a semicolon that no
// space follows.
func writeZone(a Account, out *sheet.Set) {
	domain := a.Address.Domain
	f := out.Text("mail.zone", sheet.Shared, zoneWord).Mark(";")
	f.Comments(a.Warnings)
	z := newZoneText(f, a)
	f.Line("; Mail programs look these names up to find the servers (RFC 6186, RFC 8314).")
	f.Line("; A dot as target says that there is no such service, so that nobody waits for one (RFC 2782).")
	var absent, open []string
	for _, service := range document.Services {
		switch records := a.records(service); {
		case len(records) > 0:
			z.put(records, serviceWords[service.Label])
		case a.knows(service):
			z.open(serviceWords[service.Label])
			open = append(open, service.Label)
		default:
			if z.put([]record{{kind: noService, name: service.Name(domain)}}, serviceWords[service.Label]) {
				absent = append(absent, service.Label)
			}
		}
	}
	open = append(open, writeAround(a, z, out)...)
	writeKeys(a, z, out)
	if !z.changes {
		writeSuggestions(a, f)
	}
	z.end(out)
	tellZone(a, out, absent, open)
}

// tellZone says what the records cannot, and what an administrator should look at.
func tellZone(a Account, out *sheet.Set, absent, open []string) {
	if len(absent) > 0 {
		out.Note(mailcheck.Textf("said not to exist: %s; take out the line of one that the domain has", mailcheck.ListOf(absent)))
	}
	if len(open) > 0 {
		out.Note(mailcheck.Textf("nothing is said of %s: a server was found, but it did not pass the test or is left out", mailcheck.ListOf(open)))
	}
	for _, s := range slices.Concat(a.Reading, a.Sending) {
		if s.Template != "%EMAILADDRESS%" {
			out.Note(mailcheck.Textf("left out: the user name at %s, which is %s; programs that read the records try the address, then what stands before the @", s.url, s.Template))
		}
	}
}

// serviceWords say what each service is.
var serviceWords = map[string]string{
	"_imaps":       "Reading mail with IMAP, with TLS from the first byte",
	"_imap":        "Reading mail with IMAP, with STARTTLS",
	"_pop3s":       "Collecting mail with POP3, with TLS from the first byte",
	"_pop3":        "Collecting mail with POP3, with STARTTLS",
	"_submissions": "Sending mail, with TLS from the first byte",
	"_submission":  "Sending mail, with STARTTLS",
	"_caldavs":     "Calendars with CalDAV, over https",
	"_caldav":      "Calendars with CalDAV, without encryption",
	"_carddavs":    "Address books with CardDAV, over https",
	"_carddav":     "Address books with CardDAV, without encryption",
	"_jmap":        "Mail with JMAP",
	"_sieve":       "Filter scripts with ManageSieve",
}

// records returns the records that name the servers of a service. The priority orders the
// servers of all services of a side (RFC 6186 section 3.4).
func (a Account) records(service document.Service) []record {
	var records []record
	for _, side := range [][]Server{a.Reading, a.Sending} {
		for i, s := range side {
			if s.Protocol == service.Protocol && s.Security == service.Security {
				records = append(records, record{kind: serves, name: service.Name(a.Address.Domain), priority: uint16(10 * i), port: s.Port, value: s.Host})
			}
		}
	}
	return records
}

// knows reports whether the domain has a service, or is said to have it, whether or not a
// server of it is written. One without TLS is published under the name of STARTTLS.
func (a Account) knows(service document.Service) bool {
	return slices.ContainsFunc(a.known, func(s mailcheck.Server) bool {
		return s.Protocol == service.Protocol && (s.Security == mailcheck.ImplicitTLS) == (service.Security == mailcheck.ImplicitTLS)
	})
}

// writeSuggestions writes what mailcheck cannot know: where a web server is, and who reads
// reports.
func writeSuggestions(a Account, f *sheet.Text) {
	domain := a.Address.Domain
	f.Line("")
	f.Line("; Web pages with the settings. Put the name of the web server in the place of WEBSERVER,")
	f.Line("; and take the semicolon away. It has to answer to these names over https, with a")
	f.Line("; certificate that has them. A name that the zone has already stays as it is.")
	f.Line("; For Thunderbird and others, https://autoconfig.%s/mail/config-v1.1.xml:", domain)
	f.Line(";autoconfig.%s. 3600 IN CNAME WEBSERVER.", domain)
	f.Line("; For Outlook, https://autodiscover.%s/autodiscover/autodiscover.xml:", domain)
	f.Line(";autodiscover.%s. 3600 IN CNAME WEBSERVER.", domain)
	if a.zone.autodiscover == "" {
		f.Line("; Where that name cannot have a certificate, this one leads Outlook to a server with its own:")
		f.Line(";_autodiscover._tcp.%s. 3600 IN SRV 0 0 443 WEBSERVER.", domain)
	}
	f.Line("; For programs that know PACC: mailcheck setup %s --for pacc writes document and record.", domain)
	if a.zone.digest != "" {
		f.Line("; Once that document is served as it is, its digest is good:")
		f.Line(";_ua-auto-config.%s. 3600 IN TXT \"v=UAAC1; a=sha256; d=%s\"", domain, a.zone.digest)
		f.Line(";ua-auto-config.%s. 3600 IN CNAME WEBSERVER.", domain)
	}
	f.Line("")
	f.Line("; MTA-STS (RFC 8461): other servers deliver mail to this domain over TLS with a good")
	f.Line("; certificate, or not at all. First put the policy where they look for it,")
	f.Line("; https://mta-sts.%s/.well-known/mta-sts.txt. With each new policy comes a new id:", domain)
	f.Line(";_mta-sts.%s. 3600 IN TXT \"v=STSv1; id=1\"", domain)
	f.Line("; TLS-RPT (RFC 8460): they report once a day where TLS failed. Put an address that")
	f.Line("; somebody reads in the place of this one:")
	f.Line(";_smtp._tls.%s. 3600 IN TXT \"v=TLSRPTv1; rua=mailto:tls-reports@%s\"", domain, domain)
}
