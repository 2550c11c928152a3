package sasl

import "strings"

// Binding is how a login is tied to the TLS connection that it is made over (RFC 5056):
// somebody who stands between with another certificate has two connections, and the login
// fits one of them alone.
type Binding string

// The bindings: none; none, because the server offers none, which the client says; and
// the types of the registry of RFC 5056.
const (
	NotBound   Binding = ""
	NotOffered Binding = "y"
	Exporter   Binding = "tls-exporter"         // RFC 9266
	EndPoint   Binding = "tls-server-end-point" // RFC 5929 section 4
	Unique     Binding = "tls-unique"           // RFC 5929 section 3
)

// Ties reports whether the binding is one to something.
func (b Binding) Ties() bool { return b != NotBound && b != NotOffered }

// plus ends the names of the mechanisms that bind (RFC 5802 section 4).
const plus = "-PLUS"

// Binds reports whether a mechanism ties the login to the connection.
func (m Mechanism) Binds() bool { return strings.HasSuffix(m.Name, plus) }

// Bindable reports whether a mechanism has a variant that binds.
func (m Mechanism) Bindable() bool {
	return strings.HasPrefix(m.Name, "SCRAM-") && !m.Binds()
}

// OffersBinding reports whether a server's list has a mechanism that binds.
func OffersBinding(mechanisms []string) bool {
	for _, name := range mechanisms {
		if strings.HasSuffix(strings.ToUpper(name), plus) {
			return true
		}
	}
	return false
}
