//go:build real

package realtest

import (
	"cmp"
	"net/netip"
	"slices"
)

// scenario is one domain, NAME.example, with its servers on one address. The
// names imap, pop and smtp below the domain all have that address.
type scenario struct {
	name    string
	records string // of the domain, in zone file syntax
	web     string // the file that https://autoconfig.NAME.example serves, if any
	sites   []site // further web servers
	ports   []int  // what listens; others refuse
	cert    string // what the mail servers show, one of leaves; the good one where empty
	program string // what the mail servers are; Dovecot and Postfix where empty
	filter  string // what judges the mail that Postfix takes, if anything does
	website string // what serves the web site that mailcheck writes, see websites
	dnssec  string // how unbound sees the domain; NSD is asked where empty
	missing bool   // the domain does not exist
	public  bool   // the address is none of loopback; only in a network of its own

	// settings are further lines of the configuration of the program, where DIR
	// stands for the directory of the certificates.
	settings string

	users []string // who may log in, with the password of all; nobody where empty

	mute     bool   // the servers do not come to tell what they can do
	version  string // of TLS; 1.3 where empty
	exit     int
	found    string   // the source that settings are found in; empty: not compared
	servers  []string // every server tested: protocol host:port security verdict
	findings []string // every failure and warning: id, and the server if it is about one

	address netip.Addr
}

func (s scenario) domain() string { return s.name + ".example" }

// pem is the file of the certificate and its key.
func (s scenario) pem() string { return cmp.Or(s.cert, good) + ".pem" }

// none is the value of scenario.cert for no TLS at all, not even on the ports that
// are meant for it.
const none = "none"

// has reports whether a program is among the mail servers.
func (s scenario) has(program string) bool {
	return s.program == program || s.program == "" && (program == dovecot || program == postfix) ||
		(s.program == members || s.program == tokens || s.program == sasl) && program == postfix
}

// Values of scenario.web, where DOMAIN stands for the domain.
const (
	page     = "<!DOCTYPE html><html><head><title>Welcome</title></head><body><p>Welcome!</body></html>\n"
	settings = `<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="DOMAIN">
    <domain>DOMAIN</domain>
    <displayName>Example Mail</displayName>
    <displayShortName>Example</displayShortName>
    <incomingServer type="imap">
      <hostname>imap.DOMAIN</hostname>
      <port>993</port>
      <socketType>SSL</socketType>
      <username>%EMAILADDRESS%</username>
      <authentication>password-cleartext</authentication>
    </incomingServer>
    <incomingServer type="pop3">
      <hostname>pop.DOMAIN</hostname>
      <port>995</port>
      <socketType>SSL</socketType>
      <username>%EMAILADDRESS%</username>
      <authentication>password-cleartext</authentication>
    </incomingServer>
    <outgoingServer type="smtp">
      <hostname>smtp.DOMAIN</hostname>
      <port>465</port>
      <socketType>SSL</socketType>
      <username>%EMAILADDRESS%</username>
      <authentication>password-cleartext</authentication>
    </outgoingServer>
  </emailProvider>
</clientConfig>
`
)

// The records that most scenarios have.
const (
	imapsRecord       = "_imaps._tcp SRV 0 1 993 imap\n"
	submissionsRecord = "_submissions._tcp SRV 0 1 465 smtp\n"
	tlsRecords        = imapsRecord + submissionsRecord
	startTLSRecords   = "_imap._tcp SRV 0 1 143 imap\n_submission._tcp SRV 0 1 587 smtp\n"
)

var scenarios = slices.Concat(servers, discovery, trust, stapled, audited, dnssec, doors, logins, signedIn, setupFiles, websites, likely)

var servers = []scenario{{
	name: "healthy",
	records: tlsRecords + startTLSRecords +
		"_pop3s._tcp SRV 10 1 995 pop\n_pop3._tcp SRV 10 1 110 pop\n",
	web:   settings,
	ports: []int{993, 143, 995, 110, 465, 587},
	servers: []string{
		"imap imap:993 tls pass", "imap imap:143 starttls pass",
		"pop3 pop:995 tls pass", "pop3 pop:110 starttls pass",
		"submission smtp:465 tls pass", "submission smtp:587 starttls pass",
	},
}, {
	name:    "autoconfig",
	web:     settings,
	ports:   []int{993, 995, 465},
	servers: []string{"imap imap:993 tls pass", "pop3 pop:995 tls pass", "submission smtp:465 tls pass"},
}, {
	name:    "starttls",
	records: startTLSRecords,
	ports:   []int{143, 587},
	servers: []string{"imap imap:143 starttls pass", "submission smtp:587 starttls pass"},
}, {
	name:    "expired",
	records: tlsRecords + startTLSRecords,
	ports:   []int{993, 143, 465, 587},
	cert:    expired,
	exit:    1,
	servers: []string{
		"imap imap:993 tls fail", "imap imap:143 starttls fail",
		"submission smtp:465 tls fail", "submission smtp:587 starttls fail",
	},
	findings: []string{"tls.expired imap:993", "tls.expired imap:143", "tls.expired smtp:465", "tls.expired smtp:587"},
}, {
	name:     "wrong-name",
	records:  tlsRecords,
	ports:    []int{993, 465},
	cert:     wrongName,
	exit:     1,
	servers:  []string{"imap imap:993 tls fail", "submission smtp:465 tls fail"},
	findings: []string{"tls.name-mismatch imap:993", "tls.name-mismatch smtp:465"},
}, {
	name:     "refused",
	records:  tlsRecords,
	ports:    []int{465},
	exit:     1,
	servers:  []string{"imap imap:993 tls fail", "submission smtp:465 tls pass"},
	findings: []string{"tcp.refused imap:993"},
}, {
	name:     "starttls-missing",
	records:  startTLSRecords,
	ports:    []int{143, 587},
	cert:     none,
	exit:     1,
	servers:  []string{"imap imap:143 starttls fail", "submission smtp:587 starttls fail"},
	findings: []string{"starttls.missing imap:143", "starttls.missing smtp:587"},
}, {
	name:     "plain-on-tls-port",
	records:  tlsRecords,
	ports:    []int{993, 465},
	cert:     none,
	exit:     1,
	servers:  []string{"imap imap:993 tls fail", "submission smtp:465 tls fail"},
	findings: []string{"tls.plain-on-tls-port imap:993", "tls.plain-on-tls-port smtp:465"},
}, {
	name:     "html",
	records:  tlsRecords,
	web:      page,
	ports:    []int{993, 465},
	servers:  []string{"imap imap:993 tls pass", "submission smtp:465 tls pass"},
	findings: []string{"autoconfig.html-instead-of-xml"},
}, {
	name:     "not-offered",
	records:  tlsRecords + "_pop3._tcp SRV 0 0 0 .\n_pop3s._tcp SRV 0 0 0 .\n",
	ports:    []int{993, 465},
	servers:  []string{"imap imap:993 tls pass", "submission smtp:465 tls pass"},
	findings: []string{"srv.not-offered", "srv.not-offered"},
}, {
	name:     "alias",
	records:  submissionsRecord + "_imaps._tcp SRV 0 1 993 alias\nalias CNAME imap\n",
	ports:    []int{993, 465},
	servers:  []string{"imap alias:993 tls pass", "submission smtp:465 tls pass"},
	findings: []string{"srv.cname-target"},
}, {
	name:     "unpublished", // see TestGuess
	ports:    []int{993, 465},
	exit:     1,
	findings: []string{"account.no-settings"},
}, {
	name:     "missing",
	missing:  true,
	exit:     1,
	findings: []string{"dns.nxdomain"},
}}
