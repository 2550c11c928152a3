package probes

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/netip"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// handshake starts TLS on the connection. The certificate is judged after the
// handshake, not by it, so that a bad one can be shown; the conversation then
// goes on to see what else is wrong. Nothing secret is ever sent on it.
func (p *probe) handshake(ctx context.Context) bool {
	s := p.result.Server
	proven := false
	config := &tls.Config{
		MinVersion:         tls.VersionTLS12, // RFC 8996
		InsecureSkipVerify: true,             // verified in certificate, below
		ServerName:         p.serverName(),
		VerifyConnection: func(state tls.ConnectionState) error {
			proven = p.opts.Credentials.Certificate != nil && p.proves(state.PeerCertificates)
			return nil
		},
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return p.clientCertificate(proven), nil
		},
	}
	heard := &overheard{Conn: p.conn}
	conn := tls.Client(heard, config)
	state, err := trace.Do(ctx, p.trace, mailcheck.OpTLS, s.Endpoint(), func(ctx context.Context) (tls.ConnectionState, error) {
		p.await(ctx, handshakeTimeout)
		err := p.certificateFault(conn.Handshake()) // ends with the deadline of the connection, which knows the run's
		return conn.ConnectionState(), err
	})
	p.refusal = err
	if err != nil {
		hello, unread := heard.serverHello()
		p.chosen = unread == nil && hello.Accepted()
		return false
	}
	p.conn = conn
	p.result.TLS = describe(state)
	p.startLines()
	p.trace.Say("%s, %s, %s", p.result.TLS.Version, p.result.TLS.Cipher, p.result.TLS.Curve)
	p.judgeServerHello(heard)
	p.certificate(ctx, state)
	return true
}

// serverName returns the host as a client names it, or nothing: RFC 6066 section
// 3 has names only.
func (p *probe) serverName() string {
	if _, err := netip.ParseAddr(p.result.Host); err == nil {
		return ""
	}
	return p.result.Host
}

// certificate verifies the chain as a mail client would: trust and dates, usage,
// and the name in the settings (RFC 9525), never an alias of it.
func (p *probe) certificate(ctx context.Context, state tls.ConnectionState) {
	leaf := state.PeerCertificates[0]
	j := p.judge(ctx, state.PeerCertificates)
	p.sent, p.path = state.PeerCertificates, j.path
	p.result.TLS.Verified = len(j.faults) == 0
	trace.Do(ctx, p.trace, mailcheck.OpCertificate, p.result.Host, func(context.Context) (struct{}, error) {
		if len(j.faults) == 0 {
			return struct{}{}, nil
		}
		return struct{}{}, j.faults[0].err
	})
	p.trace.Say("%s, valid to %s, %d certificate transparency timestamps", leaf.Subject.String(), day(leaf.NotAfter), p.result.TLS.SCTs)
	for i, f := range j.faults {
		if i > 0 {
			p.trace.FindText(trace.Classify(mailcheck.OpCertificate, f.err))
		}
		p.trace.Fix("%s", f.fix)
	}
	p.remark(j)
	p.staple(state, j.path)
}

// warnOfExpiry finds certificates near their end.
func (p *probe) warnOfExpiry(leaf *x509.Certificate) {
	if detail := trace.ExpiresSoon(leaf, p.opts.ExpiryWarning); !detail.Empty() {
		p.trace.Find(checks.TLSExpiresSoon, "%s", detail)
	}
}

func describe(state tls.ConnectionState) *mailcheck.TLS {
	t := &mailcheck.TLS{
		Version: tls.VersionName(state.Version),
		Cipher:  tls.CipherSuiteName(state.CipherSuite),
		SCTs:    timestamps(state),
	}
	if state.CurveID != 0 {
		t.Curve = state.CurveID.String()
	}
	sent := state.PeerCertificates
	t.LeftOff = max(0, len(sent)-mailcheck.MaxChain)
	for _, c := range sent[:len(sent)-t.LeftOff] {
		t.Chain = append(t.Chain, trace.CertificateOf(c))
	}
	return t
}
