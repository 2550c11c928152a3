package document

import (
	"slices"
	"strings"

	"mailcheck"
)

// HostForm is a way of writing the name of a host that is right, but not understood by
// every client.
type HostForm int

const (
	FinalDot HostForm = iota // compared with the names of the certificate, of which none has one
	Umlauts                  // letters outside ASCII, looked up as they stand
	BareIPv6                 // an IPv6 address, to which the port is appended without brackets
)

// has reports whether a name is written in the form, so that it matters to a connection.
func (f HostForm) has(host string, security mailcheck.Security) bool {
	switch f {
	case FinalDot:
		return strings.HasSuffix(host, ".") && security != mailcheck.Plain
	case Umlauts:
		return !ASCII(host)
	}
	return strings.Contains(host, ":") && !strings.HasPrefix(host, "[")
}

// Unreachable says why the client does not get through to a server of a file by its host
// name as it stands, though others may; nothing where only the server itself tells.
func (d Dialect) Unreachable(s mailcheck.Server) mailcheck.Text {
	if !d.RawHost && strings.Contains(s.Host, "%EMAILLOCALPART%") { // for want of a local part
		return mailcheck.Text{}
	}
	if _, err := mailcheck.ParseHost(s.Host); err != nil && d.AnyHost {
		return mailcheck.Textf("takes %q for a host name, and finds no such host", s.Host)
	}
	i := slices.IndexFunc(d.Trips, func(f HostForm) bool { return f.has(s.Host, s.Security) })
	if i < 0 {
		return mailcheck.Text{}
	}
	switch d.Trips[i] {
	case FinalDot:
		return mailcheck.Textf("takes the host name %q with its final dot as it stands, and its certificate check then fails", s.Host)
	case Umlauts:
		return mailcheck.Textf("looks up the host name %q with its letters outside ASCII as they stand, and finds no such host", s.Host)
	}
	return mailcheck.Textf("appends the port to the IPv6 address %q without brackets, and cannot connect then", s.Host)
}

// written returns the host name of a section as it stands, with what the client fills in.
func (d Dialect) written(s Section, a mailcheck.Address) string {
	if d.RawHost {
		return s.Hostname
	}
	return Expand(s.Hostname, a)
}

// spaced returns the values of a section that have spaces around them.
func spaced(section *Node) map[string]string {
	var values map[string]string
	for _, name := range []string{"hostname", "port", "socketType", "username"} {
		if n := section.Child(name); n != nil && n.Content() != "" && n.Raw() != n.Content() {
			if values == nil {
				values = map[string]string{}
			}
			values[name] = n.Raw()
		}
	}
	return values
}

// spaced returns a section as a client has it that does not take away all spaces.
func (d Dialect) spaced(s Section) Section {
	section := "incomingServer"
	if s.Outgoing {
		section = "outgoingServer"
	}
	for name, place := range map[string]*string{"hostname": &s.Hostname, "port": &s.Port, "socketType": &s.SocketType, "username": &s.Username} {
		raw, ok := s.Spaced[name]
		if ok && (slices.Contains(d.Spaces, name) || slices.Contains(d.Spaces, section+"/"+name)) {
			*place = raw
		}
	}
	return s
}
