package mailcheck

// TLSAudit is what a server accepts beyond the one handshake that an up-to-date
// client makes with it. Each fact costs a connection, so that a list may be cut
// short; it then says so.
type TLSAudit struct {
	Versions    []TLSVersion // newest first
	Ciphers     []string     // TLS 1.2 suites with forward secrecy, in the order the server chose them
	AllCiphers  bool         // Ciphers is the whole list
	Weak        []string     // suites accepted, of any version, that RFC 9325 section 4.1 advises against
	Groups      []string     // key exchange groups accepted in TLS 1.3, in the order the server chose them
	AllGroups   bool         // Groups is the whole list
	Hybrid      bool         // one of the groups withstands quantum computers
	Handshake   *TLSHandshake
	ALPN        string   // what the server made of the protocol's ALPN name (RFC 7301)
	OtherALPN   string   // what it made of the names of other protocols
	WithoutSNI  Text     // what it does for a client that names no host
	Injection   string   // what it made of a command sent along with STARTTLS; empty without STARTTLS
	Connections int      // how many it took
	Unanswered  []string // what could not be asked, or was not answered
	CutShort    Text     // why the audit ended early; empty where it did not
}

// Missing says what the audit does not know, and why; nothing if it is complete.
func (a *TLSAudit) Missing() Text {
	unanswered := Textf("not known: %s", ListOf(a.Unanswered))
	switch {
	case len(a.Unanswered) == 0:
		return Text{}
	case a.CutShort.Empty():
		return unanswered
	}
	return Textf("%s; %s", a.CutShort, unanswered)
}

// TLSVersion says whether a server accepts a version of TLS, and with what.
type TLSVersion struct {
	Version  string // such as "TLS 1.2"
	Offered  bool
	Cipher   string     // the suite that the server chose first; empty if not offered
	Suites   []TLSSuite // in the order the server chose them
	Complete bool       // Suites is the whole list
	Order    string     // whose preference that is: "server" or "client"; empty where that is not known
}

// TLSSuite is a cipher suite that a server accepts.
type TLSSuite struct {
	Name     string // of the IANA registry
	Strength Strength
	Why      string // what there is to say against it
	DHBits   int    // size of the finite-field group of the key exchange; 0 where there is none or it is not known
}

// Strength is the judgement of a cipher suite.
type Strength string

// The judgements, in the words of RFC 9325.
const (
	Recommended Strength = "recommended"
	Acceptable  Strength = "acceptable"
	Discouraged Strength = "discouraged" // SHOULD NOT
	Forbidden   Strength = "forbidden"   // MUST NOT
)

// TLSHandshake is what a server's handshake of TLS 1.2, or of the best older
// version it has, agrees to. Whether it takes part in TLS_FALLBACK_SCSV is not
// asked: no client falls back any more (RFC 9325 section 3.1.3).
type TLSHandshake struct {
	SecureRenegotiation  bool // RFC 5746
	ExtendedMasterSecret bool // RFC 7627
	SessionTickets       bool // RFC 5077
	Compression          bool // RFC 3749
}
