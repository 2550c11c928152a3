package provider

import (
	"slices"

	"mailcheck"
)

// Filter is a service that takes in a domain's mail, to remove spam or to send it
// on, and passes it to a place that DNS does not tell.
type Filter struct {
	Name     string
	MX       []string // its mail exchangers are these names or below them
	Forwards bool     // it sends mail on to other mailboxes of its users, instead of cleaning it
	Source   string   // who says so
}

// Where the names of the mail exchangers are from, all as of 2026-11-22. The map
// of parsedmarc has the domains of such services' hosts, marked Email Security.
// Where no vendor's page and no such collection was found, several public
// repositories have to agree.
const (
	parsedmarc = "domainaware/parsedmarc resources/maps/base_reverse_dns_map.csv"
	posh365    = "kevinblumenfeld/Posh365 Test-MXHandler.ps1"
	mxsniff    = "jace/mxsniff providers.py"
	popular    = "https://engineered.at/articles/the-most-popular-email-providers"
	nAble      = "https://documentation.n-able.com/spamexperts/userguide/Content/B_Admin%20Level/domains/mx-records.htm"
	agreed     = "lists of mail gateways in several public repositories"
)

// filters are the services that mailcheck knows.
var filters = []Filter{
	{Name: "Proofpoint", MX: []string{"pphosted.com", "ppe-hosted.com", "gpphosted.com"}, Source: parsedmarc},
	{Name: "Mimecast", MX: []string{"mimecast.com", "mimecast.co.za", "mimecast-offshore.com"}, Source: parsedmarc},
	{Name: "Barracuda", MX: []string{"barracudanetworks.com"}, Source: posh365},
	{Name: "Cisco Secure Email", MX: []string{"iphmx.com"}, Source: parsedmarc},
	{Name: "Hornetsecurity", MX: []string{"hornetsecurity.com", "antispameurope.com"}, Source: parsedmarc},
	{Name: "Symantec Email Security (MessageLabs)", MX: []string{"messagelabs.com"}, Source: parsedmarc},
	{Name: "Trend Micro", MX: []string{"trendmicro.com", "trendmicro.eu"}, Source: parsedmarc},
	{Name: "Sophos Email", MX: []string{"sophos.com"}, Source: parsedmarc},
	{Name: "SpamExperts (N-able Mail Assure)", MX: []string{"antispamcloud.com", "mtaroutes.com", "spamexperts.com", "spamexperts.eu", "spamexperts.net"}, Source: nAble},
	{Name: "Mailguard", MX: []string{"mailguard.com.au"}, Source: posh365},
	{Name: "Forcepoint", MX: []string{"mailcontrol.com"}, Source: parsedmarc},
	{Name: "Trellix (FireEye)", MX: []string{"fireeyecloud.com", "fireeyegov.com"}, Source: parsedmarc},
	{Name: "Cloudflare Email Security (Area 1)", MX: []string{"mxrecord.io", "mxrecord.mx"}, Source: parsedmarc},
	{Name: "Fortinet FortiMail Cloud", MX: []string{"fortimailcloud.com", "fortimail.com"}, Source: parsedmarc},
	{Name: "OpenText AppRiver", MX: []string{"arsmtp.com", "appriver.com"}, Source: mxsniff},
	{Name: "Zix", MX: []string{"zixcorp.com", "zixsmbhosted.com", "zixworks.com"}, Source: parsedmarc},
	{Name: "VIPRE", MX: []string{"electric.net", "e-mmunity.net"}, Source: parsedmarc},
	{Name: "MailRoute", MX: []string{"mailroute.net"}, Source: parsedmarc},
	{Name: "SpamTitan", MX: []string{"spamtitan.com", "titanhq.com"}, Source: parsedmarc},
	{Name: "GoSecure", MX: []string{"gosecure.net"}, Source: parsedmarc},
	{Name: "Securence", MX: []string{"securence.com"}, Source: parsedmarc},
	{Name: "Mailprotector", MX: []string{"emailservice.io", "emailservice.co", "emailservice.cc"}, Source: parsedmarc},
	{Name: "DuoCircle", MX: []string{"mailhop.org"}, Source: parsedmarc},
	{Name: "SpamHero", MX: []string{"spamhero.com", "mxthunder.com", "mxthunder.net"}, Source: posh365},
	{Name: "Cyren (eXpurgate)", MX: []string{"expurgate.net", "expurgate.de", "ctmail.com"}, Source: mxsniff},
	{Name: "Mailinblack", MX: []string{"mailinblack.com"}, Source: parsedmarc},
	{Name: "Perception Point", MX: []string{"perception-point.io"}, Source: parsedmarc},
	{Name: "IIJ SecureMX", MX: []string{"securemx.jp"}, Source: parsedmarc},
	{Name: "MailChannels", MX: []string{"mailchannels.net"}, Source: popular},
	{Name: "Retarus", MX: []string{"retarus.com"}, Source: popular},
	{Name: "Vade", MX: []string{"vadesecure.com"}, Source: agreed},
	{Name: "Libraesva", MX: []string{"esvacloud.com", "libraesva.com"}, Source: agreed},
	{Name: "NoSpamProxy", MX: []string{"cloud.nospamproxy.com"}, Source: agreed},
	{Name: "Zerospam", MX: []string{"zerospam.ca"}, Source: agreed},
	{Name: "Cloudflare Email Routing", MX: []string{"mx.cloudflare.net"}, Forwards: true, Source: popular},
	{Name: "ImprovMX", MX: []string{"improvmx.com"}, Forwards: true, Source: popular},
	{Name: "Namecheap's forwarding", MX: []string{"registrar-servers.com"}, Forwards: true, Source: mxsniff},
}

// FilterOf returns the service whose mail exchanger the host is.
func FilterOf(host string) (Filter, bool) {
	i := slices.IndexFunc(filters, func(f Filter) bool { return anyAbove(f.MX, host) })
	if i < 0 {
		return Filter{}, false
	}
	return filters[i], true
}

// Does says what the service does with the mail that a mail exchanger of it takes.
func (f Filter) Does(exchanger string) mailcheck.Text {
	if f.Forwards {
		return mailcheck.Textf("the mail exchanger %s only forwards mail (%s), and says nothing about the mailboxes", exchanger, f.Name)
	}
	return mailcheck.Textf("the mail exchanger %s is a filter (%s), which says nothing about the mailboxes", exchanger, f.Name)
}
