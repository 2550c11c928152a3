package probes

import (
	"crypto/x509"
	"strings"
)

// interceptors are programs and devices that decrypt mail on its way and sign
// what they pass on with an authority of their own, by words of its name in lower
// case. The first list is Chromium's "MITM software"
// (chrome/browser/resources/ssl/ssl_error_assistant/ssl_error_assistant.asciipb).
// The others are named in the makers' own instructions for installing their root
// certificates. Authorities that the owner of a device names himself, as with
// Palo Alto, Check Point and Squid, can only be told where he left the maker's name in.
var interceptors = []struct{ issuer, product string }{
	{"avast! web/mail shield", "the Avast virus scanner on this machine"},
	{"bitdefender", "the Bitdefender virus scanner on this machine"},
	{"cisco umbrella", "the Cisco Umbrella filter of this network"},
	{"contentkeeper", "a ContentKeeper filter in this network"},
	{"cyberoam", "a Cyberoam firewall on the way"},
	{"forcepoint", "the Forcepoint filter of this network"},
	{"fortigate", "a Fortinet firewall on the way"},
	{"fortinet", "a Fortinet firewall on the way"},
	{"kaspersky", "the Kaspersky virus scanner on this machine"},
	{"mcafee web gateway", "a McAfee gateway in this network"},
	{"netspark", "the NetSpark filter on this machine"},
	{"smoothwall", "a Smoothwall filter in this network"},
	{"certificate for sonicwall", "a SonicWall firewall on the way"},
	{"sophos", "a Sophos firewall on the way, or the Sophos virus scanner on this machine"},
	{"blue coat", "a Blue Coat gateway in this network"},
	{"iwss.trend", "a Trend Micro gateway in this network"},
	{"zscaler", "the Zscaler filter of this network"},

	// Virus scanners and filters on the machine. AVG and Norton are of the same
	// maker as Avast today, and name theirs alike.
	{"avast web/mail shield", "the Avast virus scanner on this machine"},
	{"avg web/mail shield", "the AVG virus scanner on this machine"},
	{"norton web/mail shield", "the Norton virus scanner on this machine"},
	{"eset ssl filter ca", "the ESET virus scanner on this machine"},
	{"dr.web", "the Dr.Web virus scanner on this machine"},
	{"adguard personal ca", "AdGuard on this machine"},
	{"superfish", "Superfish, a harmful program on this machine"},

	// Firewalls and filters of networks.
	{"cn=fgt", "a Fortinet firewall on the way"}, // a FortiGate's serial number
	{"gateway ca - cloudflare", "the Cloudflare gateway of this network"},
	{"netskope", "the Netskope filter of this network"},
	{"goskope.com", "the Netskope filter of this network"},
	{"palo alto networks", "a Palo Alto firewall on the way"},
	{"check point", "a Check Point firewall on the way"},
	{"fireware https proxy", "a WatchGuard firewall on the way"},
	{"watchguard", "a WatchGuard firewall on the way"},
	{"barracuda", "a Barracuda gateway in this network"},
	{"cn=www.untangle.com", "an Untangle firewall on the way"},
	{"cn=edge.arista.com", "an Untangle firewall on the way"},
	{"iboss", "the iboss filter of this network"},
	{"securly", "the Securly filter of this network"},
	{"lightspeed", "the Lightspeed filter of this network"},

	// Tools for looking into connections.
	{"mitmproxy", "mitmproxy, a tool for looking into connections"},
	{"charles proxy", "Charles, a tool for looking into connections"},
	{"do_not_trust_fiddlerroot", "Fiddler, a tool for looking into connections"},
	{"portswigger ca", "Burp, a tool for looking into connections"},
	{"owasp zed attack proxy", "ZAP, a tool for looking into connections"},
	{"cn=squid", "a Squid proxy in this network"},
}

// interceptor names the program that issued a chain, if it is a known one.
func interceptor(path []*x509.Certificate) string {
	for _, c := range path {
		issuer := strings.ToLower(c.Issuer.String())
		for _, known := range interceptors {
			if strings.Contains(issuer, known.issuer) {
				return known.product
			}
		}
	}
	return ""
}
