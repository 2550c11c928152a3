package lab

import "net/http"

const (
	davHost   = "dav.example.com"
	jmapHost  = "jmap.example.com"
	sieveHost = "sieve.example.com"

	calendars = "1, 2, 3, calendar-access, addressbook"
)

// davOn publishes calendars by SRV and TXT records, and puts a reply at the path.
func davOn(r Reply) change {
	return func(s *Scenario) {
		records("_caldavs._tcp SRV 0 1 443 dav", `_caldavs._tcp TXT "path=/dav/"`, "dav A 192.0.2.90")(s)
		serve(davHost, 443, TLS(cert(davHost), HTTP(map[string]Reply{"/dav/": r})))(s)
	}
}

// atDomain gives the domain itself a web server.
func atDomain(routes map[string]Reply) change {
	return func(s *Scenario) {
		records("@ A 192.0.2.80")(s)
		serve("example.com", 443, TLS(cert("example.com"), HTTP(routes)))(s)
	}
}

// jmapOn publishes JMAP by an SRV record.
func jmapOn(routes map[string]Reply) change {
	return func(s *Scenario) {
		records("_jmap._tcp SRV 0 1 443 jmap", "jmap A 192.0.2.91")(s)
		serve(jmapHost, 443, TLS(cert(jmapHost), HTTP(routes)))(s)
	}
}

// sieveOn publishes a server for filter scripts by an SRV record.
func sieveOn(b Behaviour) change {
	return func(s *Scenario) {
		records("_sieve._tcp SRV 0 1 4190 sieve", "sieve A 192.0.2.92")(s)
		serve(sieveHost, 4190, b)(s)
	}
}

// allAtDomain has the domain's own web server do everything: settings file,
// Autodiscover, Exchange, calendars, address books and JMAP.
func allAtDomain(s *Scenario) {
	routes := map[string]Reply{
		poxPath: Autodiscover(exchangeLogin), v2Path: versionTwo("example.com", serverProtocols...),
	}
	routes[activeSyncPath], routes[ewsPath] = exchangeLogin, exchangeLogin
	routes["/.well-known/autoconfig/mail/config-v1.1.xml"] = settings
	routes["/.well-known/caldav"], routes["/.well-known/carddav"] = Redirect("/calendars/"), Redirect("/contacts/")
	routes["/calendars/"], routes["/contacts/"] = DAV(calendars), DAV(calendars)
	routes["/.well-known/jmap"], routes["/session"] = Redirect("/session"), wantsPassword
	atDomain(routes)(s)
}

func wantsPassword(c *Conn, r *http.Request) {
	Unauthorized(`Bearer realm="Example"`, `Basic realm="Example"`)(c, r)
}

var sieveCert = Cert{Names: []string{sieveHost}}

// services are calendars, address books, JMAP and filter scripts, right and wrong.
func services() []Scenario {
	return []Scenario{
		provider("services", "calendars, address books, JMAP and filter scripts, all well, and a PACC document that names some of them", "",
			davOn(DAV(calendars)),
			records("_carddavs._tcp SRV 0 1 443 dav"),
			serve(davHost, 443, TLS(cert(davHost), HTTP(map[string]Reply{
				"/dav/": DAV(calendars), "/.well-known/carddav": Redirect("/dav/contacts/"), "/dav/contacts/": DAV(calendars),
			}))),
			jmapOn(map[string]Reply{"/.well-known/jmap": Redirect("https://jmap.example.com/session"), "/session": wantsPassword}),
			sieveOn(ManageSieve(upgradable(sieveHost))),
			paccOf(protocols(`"imap": {"host": "imap.example.com"}, "smtp": {"host": "smtp.example.com"}, "submit": {"host": "smtp.example.com"},
  "caldav": {"url": "https://dav.example.com/dav/"}, "jmap": {"url": "https://jmap.example.com/session"}, "managesieve": {"host": "sieve.example.com"}`))),
		provider("services-well-known", "the domain's own web site leads to calendars, address books and JMAP", "",
			atDomain(map[string]Reply{
				"/.well-known/caldav": Redirect("https://dav.example.com/dav/"), "/.well-known/carddav": Redirect("https://dav.example.com/dav/"),
				"/.well-known/jmap": Redirect("https://jmap.example.com/session"),
			}),
			records("dav A 192.0.2.90", "jmap A 192.0.2.91"),
			serve(davHost, 443, TLS(cert(davHost), HTTP(map[string]Reply{"/dav/": Multistatus(calendars)}))),
			serve(jmapHost, 443, TLS(cert(jmapHost), HTTP(map[string]Reply{"/session": wantsPassword})))),
		provider("one-web-server", "the domain's web server does everything: settings file, Exchange, calendars, address books and JMAP", "autodiscover.unauthorized exchange.better",
			allAtDomain),
		provider("services-elsewhere", "the server of the SRV record redirects to a server of another name", "",
			davOn(Redirect("https://cloud.example.net/dav/")), records("cloud.example.net. A 198.51.100.90"),
			serve("cloud.example.net", 443, TLS(cert("cloud.example.net"), HTTP(map[string]Reply{"*": DAV(calendars)})))),
		provider("services-not-offered", "SRV records say that there are no calendars and no filter scripts", "srv.not-offered",
			records("_caldavs._tcp SRV 0 0 0 .", "_sieve._tcp SRV 0 0 0 .")),
		provider("website-only", "the domain has a web site that answers everything with a page", "",
			atDomain(map[string]Reply{"/.well-known/autoconfig/mail/config-v1.1.xml": Status(404), "*": HTML("<!DOCTYPE html><html></html>")})),
		provider("website-locked", "the domain has a web site that wants a password for everything", "autoconfig.http-status",
			atDomain(map[string]Reply{"*": wantsPassword})),
		provider("dav-plain", "calendars are published without encryption only", "dav.plain",
			records("_caldav._tcp SRV 0 1 80 dav", "dav A 192.0.2.90"), serve(davHost, 80, HTTP(map[string]Reply{"*": DAV(calendars)}))),
		provider("dav-bad-path", "the TXT record gives a path that is not one", "dav.bad-path",
			davOn(DAV(calendars)), without("_caldavs._tcp"),
			records("_caldavs._tcp SRV 0 1 443 dav", `_caldavs._tcp TXT "path=dav calendars"`),
			serve(davHost, 443, TLS(cert(davHost), HTTP(map[string]Reply{"/.well-known/caldav": Redirect("/dav/"), "/dav/": DAV(calendars)})))),
		provider("dav-not-found", "nothing is at the published path", "dav.not-found", davOn(Status(404))),
		provider("dav-elsewhere-dead", "the calendar server redirects to a name without a certificate", "dav.not-found",
			davOn(Redirect("https://cloud.example.net/dav/")), records("cloud.example.net. A 198.51.100.90"),
			serve("cloud.example.net", 443, TLS(cert("www.example.net"), HTTP(nil)))),
		provider("dav-redirect-http", "the calendar server redirects to http", "http.redirect-refused", davOn(Redirect("http://dav.example.com/dav/"))),
		provider("dav-redirect-loop", "the calendar server redirects in a circle", "http.too-many-redirects", davOn(Redirect("/dav/"))),
		provider("dav-files-only", "the published server has files but no calendars", "dav.wrong-kind", davOn(DAV("1, 2"))),
		provider("dav-error", "the application behind the calendar server is down", "http.server-error", davOn(Status(502))),
		provider("dav-no-scheme", "the calendar server wants a password but names no way to send it", "auth.none-offered", davOn(Unauthorized())),
		provider("dav-malformed", "the calendar server does not speak HTTP", "http.malformed", davOn(Raw("Hello, who is there?\r\n\r\n"))),
		provider("dav-endless", "the calendar server's reply has a header without end", "reply.too-long",
			davOn(func(c *Conn, _ *http.Request) {
				Then(Say("HTTP/1.1 401 Unauthorized\r\n"), Endless("X-More: more\r\n"))(c)
			})),
		provider("dav-silent", "the calendar server does not answer", "reply.timeout", davOn(NoAnswer)),
		provider("dav-cert-expired", "the certificate of the calendar server has expired", "tls.expired",
			davOn(DAV(calendars)),
			serve(davHost, 443, TLS(Cert{Names: []string{davHost}, NotAfter: -3 * day}, HTTP(map[string]Reply{"/dav/": DAV(calendars)})))),
		provider("dav-no-address", "the SRV record of calendars points at a name without an address", "dns.nxdomain srv.no-address",
			records("_caldavs._tcp SRV 0 1 443 cal")),
		provider("jmap-not-found", "nothing is where the SRV record of JMAP points", "jmap.not-found", jmapOn(nil)),
		provider("sieve-refused", "nothing listens on the published port for filter scripts", "tcp.refused",
			sieveOn(nil), host(sieveHost, Host{})),
		provider("sieve-no-starttls", "the server for filter scripts does not offer STARTTLS", "starttls.missing",
			sieveOn(ManageSieve(Mail{Host: sieveHost}))),
		provider("sieve-injection", "plain text follows the go-ahead for TLS of the server for filter scripts", "starttls.injection",
			sieveOn(ManageSieve(Mail{Host: sieveHost, StartTLS: &sieveCert, GoAhead: "OK\r\n\"SASL\" \"PLAIN\"\r\nOK\r\n"}))),
		provider("sieve-no-login", "inside TLS the server for filter scripts offers no way to log in", "auth.none-offered",
			sieveOn(ManageSieve(Mail{Host: sieveHost, StartTLS: &sieveCert,
				TLSCaps: []string{`"IMPLEMENTATION" {20+}`, "Dovecot \"Pigeonhole\"", `"SIEVE" "fileinto"`, `"SASL" ""`}}))),
		provider("sieve-incomplete", "the server for filter scripts does not say which it knows", "sieve.incomplete",
			sieveOn(ManageSieve(Mail{Host: sieveHost, StartTLS: &sieveCert, TLSCaps: []string{`"IMPLEMENTATION" "old"`, `"SASL" "PLAIN"`}}))),
		provider("sieve-huge-literal", "the server for filter scripts announces a string of two gigabytes", "reply.too-long",
			sieveOn(ManageSieve(Mail{Host: sieveHost, On: map[string]Behaviour{"greeting": Say("\"IMPLEMENTATION\" {2000000000}\r\nx")}}))),
		provider("sieve-malformed", "the capabilities of the server for filter scripts are garbled", "reply.malformed",
			sieveOn(ManageSieve(Mail{Host: sieveHost, On: map[string]Behaviour{"greeting": Say("\"IMPLEMENTATION\" \"Dovecot\r\nOK\r\n")}}))),
		provider("sieve-imap", "an IMAP server answers on the port for filter scripts", "greet.not-this-protocol", sieveOn(IMAP(Mail{Host: sieveHost}))),
		provider("sieve-no-capabilities", "after TLS has started the server for filter scripts says nothing", "reply.timeout",
			sieveOn(ManageSieve(Mail{Host: sieveHost, StartTLS: &sieveCert, On: map[string]Behaviour{"capabilities": Silent}}))),
	}
}
