package mailcheck

// TLSAudit is what a server accepts beyond the one handshake that an up-to-date
// client makes with it. Each fact costs a connection, so there are only as many
// as RFC 9325 judges by.
type TLSAudit struct {
	Versions    []TLSVersion // newest first
	Ciphers     []string     // TLS 1.2 suites with forward secrecy, in the order the server chose them
	AllCiphers  bool         // Ciphers is the whole list
	Weak        []string     // suites accepted that RFC 9325 section 4.1 advises against
	Groups      []string     // key exchange groups accepted in TLS 1.3, post-quantum hybrids first
	ALPN        string       // what the server made of the protocol's ALPN name (RFC 7301)
	WithoutSNI  string       // what it does for a client that names no host
	Injection   string       // what it made of a command sent along with STARTTLS; empty without STARTTLS
	Connections int          // how many it took
	Unanswered  []string     // what could not be asked, or was not answered
}

// TLSVersion says whether a server accepts a version of TLS.
type TLSVersion struct {
	Version string // such as "TLS 1.2"
	Offered bool
	Cipher  string // the suite that the server chose; empty if not offered
}
