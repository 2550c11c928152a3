package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Mode is how earnestly other servers take a policy (RFC 8461 section 5).
type Mode string

// The modes.
const (
	Testing Mode = "testing" // what fails is reported, and delivered all the same
	Enforce Mode = "enforce" // it is not delivered
	None    Mode = "none"    // there is no policy any more
)

// Policy says which servers take mail for a domain, over TLS with a good certificate
// (MTA-STS, RFC 8461).
type Policy struct {
	Mode   Mode
	MX     []string // A-labels; *.NAME stands for all names with one label more
	MaxAge time.Duration
}

// text is the file as other servers read it (RFC 8461 section 3.2).
func (p *Policy) text() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "version: STSv1\r\nmode: %s\r\n", p.Mode)
	for _, mx := range p.MX {
		fmt.Fprintf(&b, "mx: %s\r\n", mx)
	}
	fmt.Fprintf(&b, "max_age: %d\r\n", int(p.MaxAge.Seconds()))
	return []byte(b.String())
}

// id is that of the record in DNS, of at most 32 letters and digits. Other servers fetch the
// policy anew when it is another one (RFC 8461 section 3.1), so it is made of the policy.
func (p *Policy) id() string {
	sum := sha256.Sum256(p.text())
	return hex.EncodeToString(sum[:10])
}
