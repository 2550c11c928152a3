package lab

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// families lists all scenarios, the default first. A family is a function, so that
// a program that asks for no scenario builds none.
var families = []func() []Scenario{
	everyday, lookupFaults, serviceRecords, settingsFiles, contradictions, clients, guesses, accounts,
	networkFaults, handshakes, upgrades, conversations, unasked, certificates, dane, doors, audits,
	paccDocuments, services, webLogins, autodiscoverServices, exchangeHomes, autodiscoverFaults, autodiscoverHostile,
	domainHealth, providers, issuers,
	health, outages, relayPorts, logins, openedMailboxes, mechanisms, proofs, brokenDocuments, publishers, places, orders, unusualPorts, intermittent, signIns,
	roundTrips, synchronisations,
}

// Default is the name of the scenario to show where none is asked for.
const Default = "healthy"

// Scenarios builds all scenarios, the default first.
func Scenarios() []Scenario {
	var all []Scenario
	for _, family := range families {
		all = append(all, family()...)
	}
	return all
}

// Find builds the scenario of that name, and what comes before it in the list.
func Find(name string) (Scenario, bool) {
	for _, family := range families {
		list := family()
		if i := slices.IndexFunc(list, func(s Scenario) bool { return s.Name == name }); i >= 0 {
			return list[i], true
		}
	}
	return Scenario{}, false
}

// The hosts of the small provider.
const (
	imapHost = "imap.example.com"
	popHost  = "pop.example.com"
	smtpHost = "smtp.example.com"
	webHost  = "autoconfig.example.com"
)

// A change makes a small healthy provider a different one.
type change func(*Scenario)

// provider returns a scenario in which example.com publishes, by SRV records,
// IMAP and POP3 with TLS, and submission on both its ports. It is healthy but for
// the changes; a fault in one server leaves another that works. Want is a list of
// words.
func provider(name, doc, want string, changes ...change) Scenario {
	s := Scenario{
		Name: name, Doc: doc, Address: "alice@example.com",
		Zone: `$ORIGIN example.com.
@                  MX  10 mx
_imaps._tcp        SRV 0 1 993 imap
_pop3s._tcp        SRV 0 1 995 pop
_submissions._tcp  SRV 0 1 465 smtp
_submission._tcp   SRV 0 1 587 smtp
mx                 A   192.0.2.25
imap               A   192.0.2.10
pop                A   192.0.2.11
smtp               A   192.0.2.25
`,
		Hosts: map[string]Host{
			imapHost: {993: imaps(imapHost)},
			popHost:  {995: pop3s(popHost)},
			smtpHost: {465: submissions(smtpHost), 587: submission(smtpHost)},
		},
		Want: strings.Fields(want),
	}
	slices.Sort(s.Want)
	for _, c := range changes {
		c(&s)
	}
	return s
}

// The healthy servers.

func cert(host string) Cert                { return Cert{Names: []string{host}} }
func upgradable(host string) Mail          { return Mail{Host: host, StartTLS: &Cert{Names: []string{host}}} }
func imaps(host string) Behaviour          { return TLS(cert(host), IMAP(Mail{Host: host})) }
func imap(host string) Behaviour           { return IMAP(upgradable(host)) }
func pop3s(host string) Behaviour          { return TLS(cert(host), POP3(Mail{Host: host})) }
func pop3(host string) Behaviour           { return POP3(upgradable(host)) }
func submissions(host string) Behaviour    { return TLS(cert(host), SMTP(Mail{Host: host})) }
func submission(host string) Behaviour     { return SMTP(upgradable(host)) }
func https(host string, r Reply) Behaviour { return TLS(cert(host), web(r)) }
func web(r Reply) Behaviour {
	return HTTP(map[string]Reply{"/mail/config-v1.1.xml": r})
}

// The changes.

// zone replaces the whole zone and all hosts.
func zoneOf(text string) change {
	return func(s *Scenario) { s.Zone, s.Hosts = text, map[string]Host{} }
}

// records adds records below example.com.
func records(lines ...string) change {
	return func(s *Scenario) { s.Zone += strings.Join(lines, "\n") + "\n" }
}

// without removes the records of names as the zone writes them.
func without(names ...string) change {
	return func(s *Scenario) {
		var kept []string
		for _, line := range strings.Split(s.Zone, "\n") {
			if name, _, _ := strings.Cut(line, " "); !slices.Contains(names, name) {
				kept = append(kept, line)
			}
		}
		s.Zone = strings.Join(kept, "\n")
	}
}

// serve puts a behaviour on a port of a host.
func serve(host string, port uint16, b Behaviour) change {
	return func(s *Scenario) {
		if s.Hosts[host] == nil {
			s.Hosts[host] = Host{}
		}
		s.Hosts[host][port] = b
	}
}

// host replaces a host.
func host(name string, h Host) change {
	return func(s *Scenario) { s.Hosts[name] = h }
}

// dnsOn has some questions answered wrongly.
func dnsOn(question string, f Fault) change {
	return func(s *Scenario) {
		if s.DNS.On == nil {
			s.DNS.On = make(map[string]Fault)
		}
		s.DNS.On[question] = f
	}
}

// autoconfig publishes a settings file, or whatever the reply is in its place,
// over https; over http there is none.
func autoconfig(r Reply) change {
	return func(s *Scenario) {
		records("autoconfig A 192.0.2.80")(s)
		serve(webHost, 80, HTTP(nil))(s)
		serve(webHost, 443, https(webHost, r))(s)
	}
}

// onlyAutoconfig does so in the place of SRV records.
func onlyAutoconfig(r Reply) change {
	return func(s *Scenario) {
		without("_imaps._tcp", "_pop3s._tcp", "_submissions._tcp", "_submission._tcp")(s)
		autoconfig(r)(s)
	}
}

// Settings files.

// settings is the file that fits the small provider.
func settings(c *Conn, r *http.Request) {
	XML(config(
		incoming("imap", imapHost, 993, "SSL"), incoming("pop3", popHost, 995, "SSL"),
		outgoing(smtpHost, 465, "SSL"), outgoing(smtpHost, 587, "STARTTLS"),
	))(c, r)
}

func config(sections ...string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="example.com">
    <domain>example.com</domain>
    <displayName>Example Mail</displayName>
    <displayShortName>Example</displayShortName>
` + strings.Join(sections, "") + `  </emailProvider>
</clientConfig>
`
}

func incoming(protocol, host string, port int, socket string) string {
	return section("incomingServer", protocol, host, port, socket)
}

func outgoing(host string, port int, socket string) string {
	return section("outgoingServer", "smtp", host, port, socket)
}

func section(element, protocol, host string, port int, socket string) string {
	return fmt.Sprintf(`    <%s type="%s">
      <hostname>%s</hostname>
      <port>%d</port>
      <socketType>%s</socketType>
      <username>%%EMAILADDRESS%%</username>
      <authentication>password-cleartext</authentication>
    </%[1]s>
`, element, protocol, host, port, socket)
}
