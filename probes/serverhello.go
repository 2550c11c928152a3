package probes

import (
	"crypto/tls"
	"net"
	"slices"

	"mailcheck/checks"
	"mailcheck/internal/tlsask"
)

// maxOverheard is how much of a handshake is kept: a ServerHello has some hundred
// bytes and comes first.
const maxOverheard = 4 << 10

// overheard keeps the first bytes that come over a connection. crypto/tls tells what
// it agreed to, not what the server left out.
type overheard struct {
	net.Conn
	first []byte
	over  bool
}

func (o *overheard) Read(b []byte) (int, error) {
	n, err := o.Conn.Read(b)
	if !o.over {
		o.first = append(o.first, b[:min(n, maxOverheard-len(o.first))]...)
		o.over = len(o.first) == maxOverheard
	}
	return n, err
}

// serverHello ends the listening, and returns what the server chose and answered.
func (o *overheard) serverHello() (tlsask.Answer, error) {
	answer, err := tlsask.ReadServerHello(o.first)
	o.first, o.over = nil, true
	return answer, err
}

// noRenegotiation is the evidence for a server without RFC 5746, to whose extension
// every server has to answer that was offered it (section 3.6).
const noRenegotiation = "it does not answer the extension renegotiation_info"

// judgeServerHello finds what an ordinary handshake shows without a question of its
// own. TLS 1.3 has no renegotiation (RFC 8446 section 4.1.2).
func (p *probe) judgeServerHello(o *overheard) {
	answer, err := o.serverHello()
	if err == nil && answer.Accepted() && answer.Version <= tls.VersionTLS12 && !slices.Contains(answer.Extensions, tlsask.ExtRenegotiation) {
		p.trace.Find(checks.TLSRenegotiation, "%s in %s", noRenegotiation, tls.VersionName(answer.Version))
	}
}
