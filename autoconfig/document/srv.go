package document

import (
	"fmt"
	"slices"
	"strings"

	"mailcheck"
)

// ExtraServices are the service names of what stands around mail: RFC 6764
// section 3, RFC 8620 section 2.2 and RFC 5804 section 1.8.
var ExtraServices = []Service{
	{"_caldavs", mailcheck.CalDAV, mailcheck.ImplicitTLS},
	{"_caldav", mailcheck.CalDAV, mailcheck.Plain},
	{"_carddavs", mailcheck.CardDAV, mailcheck.ImplicitTLS},
	{"_carddav", mailcheck.CardDAV, mailcheck.Plain},
	{"_jmap", mailcheck.JMAP, mailcheck.ImplicitTLS},
	{"_sieve", mailcheck.Sieve, mailcheck.StartTLS},
}

// Services are the service names of RFC 6186 section 3 and RFC 8314 section
// 5.1, in the order of preference: RFC 8314 wants TLS from the first byte first.
var Services = []Service{
	{"_imaps", mailcheck.IMAP, mailcheck.ImplicitTLS},
	{"_imap", mailcheck.IMAP, mailcheck.StartTLS},
	{"_pop3s", mailcheck.POP3, mailcheck.ImplicitTLS},
	{"_pop3", mailcheck.POP3, mailcheck.StartTLS},
	{"_submissions", mailcheck.Submission, mailcheck.ImplicitTLS},
	{"_submission", mailcheck.Submission, mailcheck.StartTLS},
}

// Service is what a service name of SRV records stands for.
type Service struct {
	Label    string // such as "_imaps"
	Protocol mailcheck.Protocol
	Security mailcheck.Security
}

// ServiceOf returns the service whose records publish servers of a kind; the label is
// empty if there is none.
func ServiceOf(p mailcheck.Protocol, sec mailcheck.Security) Service {
	for _, service := range slices.Concat(Services, ExtraServices) {
		if service.Protocol == p && service.Security == sec {
			return service
		}
	}
	return Service{}
}

// Name returns where the records of the service are in DNS.
func (s Service) Name(domain string) string { return s.Label + "._tcp." + domain }

// SRVRecord returns the record that publishes a server, as it is pasted into a zone;
// nothing if no service name fits the server.
func SRVRecord(server mailcheck.Server, domain string) string {
	return RankedRecord(server, domain, 0, 1)
}

// RankedRecord does so with a priority and a weight.
func RankedRecord(server mailcheck.Server, domain string, priority, weight int) string {
	service := ServiceOf(server.Protocol, server.Security)
	if service.Label == "" {
		return ""
	}
	return fmt.Sprintf("%s. SRV %d %d %d %s.", service.Name(domain), priority, weight, server.Port, server.Host)
}

// Inside reports whether host is the domain or below it, compared label by label.
func Inside(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain)
}
