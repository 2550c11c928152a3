package conclude

import (
	"slices"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
)

// namePublishers gives what is wrong with a name or a port to whoever published it.
// The server that a record leads to knows nothing of the record, and a user who typed
// an address has typed no host name.
func namePublishers(r *mailcheck.Report) {
	for i := range r.Findings {
		f := &r.Findings[i]
		s := resultOf(r, f.Server)
		if f.Server != "" && len(s.Sources) == 0 && slices.Contains(ofSettings, f.Check) {
			f.Acts = checks.User // who has typed it
		}
		if f.Server == "" || len(s.Sources) == 0 || s.Guessed() {
			continue
		}
		publisher, own := publisherOf(r, s)
		switch {
		case isDeadName(f.Check) && own:
			f.Acts, f.Fix = checks.Admin, mailcheck.Textf("Correct the host name %s where it is published, or give it an address in DNS. If the server is gone: %s", s.Host, withdraw(r, publisher, s.Server))
		case isDeadName(f.Check) && f.Check.Who == checks.User:
			f.Acts = checks.Operator
			f.Fix = mailcheck.Textf("The name %s is from %s, not from the domain. Tell whoever keeps that, and ask the provider for the names of its servers.", s.Host, publisher.Name)
		case f.Check == checks.TCPRefused && own:
			f.Acts, f.Fix = checks.Admin, closedPort(r, publisher, s, f)
		case f.Instead != "" && own && slices.Contains(wrongPorts, f.Check):
			f.Acts = checks.Admin
		}
	}
}

// wrongPorts are what a client meets at a port where another kind of encryption, or
// another service, is at home. Where a door of the host works, the published one is
// what is wrong.
var wrongPorts = []*checks.Check{checks.TLSPlainOnTLSPort, checks.TLSOnStartTLSPort, checks.GreetOtherProtocol}

// ofSettings are faults that the settings of a server have, and not the server.
var ofSettings = []*checks.Check{
	checks.GreetOtherProtocol, checks.TLSUnrecognizedName, checks.DNSNotFound, checks.AutoconfigPlain,
	checks.DAVNotFound, checks.DAVWrongKind, checks.JMAPNotFound,
}

func isDeadName(c *checks.Check) bool { return c == checks.DNSNotFound || c == checks.DNSNoAddress }

// publisherOf returns the source that names a server, the domain's own before others,
// and whether it is the domain's own: its administrator can mend that.
func publisherOf(r *mailcheck.Report, s *mailcheck.ServerResult) (publisher mailcheck.SourceResult, own bool) {
	for _, name := range s.Sources {
		if source := r.Source(name); source.Own() {
			return source, true
		}
	}
	return r.Source(s.Sources[0]), false
}

// closedPort says what to publish in the place of a port where nothing listens.
func closedPort(r *mailcheck.Report, publisher mailcheck.SourceResult, s *mailcheck.ServerResult, f *mailcheck.Finding) mailcheck.Text {
	start := mailcheck.Textf("If the service should be there: %s", mailcheck.Text{Format: f.Check.Remedy})
	door := resultOf(r, f.Instead)
	if f.Instead != "" && door.Host == "" && !f.Fix.Empty() {
		return mailcheck.Textf("%s Or: %s %s", f.Fix, withdraw(r, publisher, s.Server), start)
	}
	service := document.ServiceOf(s.Protocol, s.Security)
	if publisher.Form != mailcheck.Records || service.Label == "" {
		return mailcheck.Textf("%s %s", withdraw(r, publisher, s.Server), start)
	}
	return mailcheck.Textf("%s A service that is not offered at all is declared so: %s. SRV 0 0 0 . %s", withdraw(r, publisher, s.Server), service.Name(r.Address.Domain), start)
}

// withdraw says what to take out so that a server is no longer published, in the
// words of the format that names it.
func withdraw(r *mailcheck.Report, publisher mailcheck.SourceResult, s mailcheck.Server) mailcheck.Text {
	switch {
	case publisher.Form == mailcheck.Records:
		return mailcheck.Textf("Remove the SRV record %s", document.SRVRecord(s, r.Address.Domain))
	case publisher.Form == mailcheck.SettingsFile && s.Protocol.Sends():
		return mailcheck.Textf("Remove the <outgoingServer> section with <hostname>%s</hostname> and <port>%d</port> from the settings file (%s).", s.Host, s.Port, publisher.Reason)
	case publisher.Form == mailcheck.SettingsFile:
		return mailcheck.Textf("Remove the <incomingServer> section with <hostname>%s</hostname> and <port>%d</port> from the settings file (%s).", s.Host, s.Port, publisher.Reason)
	case publisher.Form == mailcheck.Answer:
		return mailcheck.Textf("Remove the <Protocol> with <Server>%s</Server> and <Port>%d</Port> from the Autodiscover answer (%s).", s.Host, s.Port, publisher.Reason)
	}
	return mailcheck.Textf("Remove %s from what %s publishes (%s).", s.URL(), publisher.Name, publisher.Reason)
}
