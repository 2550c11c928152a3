package document

import (
	"slices"
	"strconv"
	"strings"

	"mailcheck"
)

// port returns the port of a section as the client has it.
func (d Dialect) port(s Section, security mailcheck.Security) (uint16, error) {
	text := s.Port
	switch {
	case d.PortIn && s.Portless && d.exchange(s):
		return 443, nil
	case d.PortIn && s.Portless && !s.Outgoing:
		return mailcheck.DefaultPort(SectionProtocols[s.Type], security), nil
	case d.PortStart:
		text = startingNumber(text)
	}
	port, err := strconv.ParseUint(text, 10, 16)
	return uint16(port), err
}

// startingNumber returns the number that a text begins with, which is what JavaScript's
// parseInt reads.
func startingNumber(text string) string {
	text = strings.TrimPrefix(strings.TrimSpace(text), "+")
	if end := strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
		text = text[:end]
	}
	return text
}

// exchange reports whether a section is of an Exchange server that the client offers.
func (d Dialect) exchange(s Section) bool { return !s.Outgoing && slices.Contains(d.Exchange, s.Type) }

// byURL completes a section with what its URL says of the host and of encryption; the
// host counts only where no port stands behind it.
func (s Section) byURL() Section {
	server, err := mailcheck.ParseWebServer(mailcheck.EWS, s.URL)
	if err != nil || server.Port != 443 {
		return s
	}
	s.Hostname = server.Host
	if s.SocketType == "" {
		s.SocketType = "SSL"
	}
	return s
}

// webServices turns the server of a section into that of its web services, at the usual
// place of its host where the section names no other.
func (s Section) webServices(host string, read mailcheck.Server) mailcheck.Server {
	server := mailcheck.Server{Protocol: mailcheck.EWS, Host: host, Port: 443, Security: mailcheck.ImplicitTLS, Path: mailcheck.DefaultPath(mailcheck.EWS)}
	for _, where := range []string{s.URL, s.EWSURL} {
		if named, err := mailcheck.ParseWebServer(mailcheck.EWS, where); err == nil {
			server = named
		}
	}
	server.Username, server.Position = read.Username, read.Position
	return server
}

// Taken are the servers of a file that the client uses, if it does not refuse it: Exchange
// needs none for sending.
func (r reading) Taken() []mailcheck.Server {
	if r.Incoming[0].Protocol.Exchange() {
		return r.Incoming[:1]
	}
	return []mailcheck.Server{r.Incoming[0], r.Outgoing[0]}
}

// Offer says what the user has to choose where the file names Exchange first. Of the
// older type that stands for an add-on, which few have; Thunderbird's own way to Exchange
// and the other servers are offered behind it (email-config-found.mjs).
func (r reading) Offer() mailcheck.Text {
	if r.Foremost != "exchange" {
		return mailcheck.Text{}
	}
	text := mailcheck.Textf("offers Exchange by an add-on, as the file names that first; without the add-on the user has to choose Exchange Web Services")
	for _, s := range r.Incoming {
		if !s.Protocol.Exchange() {
			return mailcheck.Textf("%s, or %s", text, s.URL())
		}
	}
	return text
}
