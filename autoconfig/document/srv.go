package document

import (
	"fmt"
	"slices"
	"strings"

	"mailcheck"
)

// ExtraServices are the service names of what stands around mail: RFC 6764
// section 3, RFC 8620 section 2.2 and RFC 5804 section 1.8.
var ExtraServices = []srvService{
	{"_caldavs", mailcheck.CalDAV, mailcheck.ImplicitTLS},
	{"_caldav", mailcheck.CalDAV, mailcheck.Plain},
	{"_carddavs", mailcheck.CardDAV, mailcheck.ImplicitTLS},
	{"_carddav", mailcheck.CardDAV, mailcheck.Plain},
	{"_jmap", mailcheck.JMAP, mailcheck.ImplicitTLS},
	{"_sieve", mailcheck.Sieve, mailcheck.StartTLS},
}

// SrvServices are the service names of RFC 6186 section 3 and RFC 8314 section
// 5.1, in the order of preference: RFC 8314 wants TLS from the first byte first.
var SrvServices = []srvService{
	{"_imaps", mailcheck.IMAP, mailcheck.ImplicitTLS},
	{"_imap", mailcheck.IMAP, mailcheck.StartTLS},
	{"_pop3s", mailcheck.POP3, mailcheck.ImplicitTLS},
	{"_pop3", mailcheck.POP3, mailcheck.StartTLS},
	{"_submissions", mailcheck.Submission, mailcheck.ImplicitTLS},
	{"_submission", mailcheck.Submission, mailcheck.StartTLS},
}

// srvService is what a service name stands for.
type srvService struct {
	Label    string
	Protocol mailcheck.Protocol
	Security mailcheck.Security
}

// SrvRecord returns the record to paste into a zone.
func SrvRecord(p mailcheck.Protocol, sec mailcheck.Security, domain string, server mailcheck.Server) string {
	for _, service := range slices.Concat(SrvServices, ExtraServices) {
		if service.Protocol == p && service.Security == sec {
			return fmt.Sprintf("%s._tcp.%s. SRV 0 1 %d %s.", service.Label, domain, server.Port, server.Host)
		}
	}
	return ""
}

// SRVRecord returns the record that publishes a server, or nothing if no service
// name fits it.
func SRVRecord(server mailcheck.Server, domain string) string {
	return SrvRecord(server.Protocol, server.Security, domain, server)
}

// Inside reports whether host is the domain or below it, compared label by label.
func Inside(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain)
}
