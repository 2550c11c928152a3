package probes

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"os"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/tlsask"
	"mailcheck/internal/trace"
)

// A server behind a load balancer may expect that every connection begins with a
// line about the client (haproxy.org, "The PROXY protocol", version 1). To one that
// comes directly it says nothing; it waits for some seconds and hangs up, and at a
// port with TLS from the first byte it hangs up at the ClientHello.

// proxyHeader is the header of a proxy that does not say for whom: who expects one
// goes on with the addresses of the connection, and to all others it is one line of
// nonsense.
const proxyHeader = "PROXY UNKNOWN"

// askWithProxyHeader finds out whether a server that says nothing waits for a header.
func (p *probe) askWithProxyHeader(ctx context.Context, f *mailcheck.Finding) {
	if p.result.Security == mailcheck.ImplicitTLS || p.result.Protocol.OverHTTPS() {
		return
	}
	var waited time.Duration
	for step, found := range mailcheck.Each(p.trace.Steps) {
		if found == f {
			waited = step.Elapsed
		}
	}
	if waited < proxyPatience {
		return
	}
	said, err := further(ctx, p, mailcheck.OpDiagnose, "begin with the header of a proxy", true, func(q *probe) (string, mailcheck.Text, error) {
		if err := q.lines.send(proxyHeader); err != nil {
			return "", mailcheck.Text{}, err
		}
		line, err := q.lines.read()
		return line, mailcheck.Evidencef("%q", line), err
	})
	if err == nil && serviceOf(said).protocol == p.result.Protocol {
		if !p.fails(ctx, f) {
			return
		}
		f.Become(checks.TCPProxyExpected, "silent for %s, then the end; to a connection that begins with the header of a proxy it says %q", mailcheck.Span(waited), said)
		return
	}
	f.Fix = mailcheck.Textf("The server waited for %s before it hung up. Servers that expect the PROXY protocol do so: if no proxy stands in front, switch it off there (Dovecot: haproxy = no; Postfix: smtpd_upstream_proxy_protocol empty); if one does, clients have to be sent to the proxy. %s", mailcheck.Span(waited), f.Mend())
}

// heeded is what a TLS port makes of silence, and then of a header before TLS.
type heeded struct {
	hungUp bool // on one who only listens
	alert  bool // to one who only listens: it read something that is no TLS
	tls    tlsask.Answer
}

// askTLSWithProxyHeader tells apart why a TLS port hangs up on a ClientHello or says
// nothing to it, over one connection: a server that bans the address hangs up before the
// client has begun, as one does that cannot read its key, and one behind a proxy goes on with TLS after the proxy's header. One
// that gets a header which it does not expect may say so in TLS, before the client has
// begun.
func (p *probe) askTLSWithProxyHeader(ctx context.Context, f *mailcheck.Finding) {
	silent := f.Check == checks.TLSEOF || f.Check == checks.TLSTimeout
	if p.result.Security != mailcheck.ImplicitTLS || p.result.Protocol.OverHTTPS() || !silent && !trace.CannotRead(p.refusal) {
		return
	}
	got, err := further(ctx, p, mailcheck.OpDiagnose, "listen for a second, then begin with the header of a proxy", true, func(q *probe) (heeded, mailcheck.Text, error) {
		switch first, hungUp := q.listen(hangUpWait); {
		case len(first) > 1 && first[0] == 0x15 && first[1] == 3: // RFC 8446 section 5.1
			return heeded{alert: true}, mailcheck.Textf("a TLS alert, which nothing asked for"), nil
		case hungUp && silent:
			return heeded{hungUp: true}, mailcheck.Textf("it hangs up at once"), nil
		case !silent: // it speaks TLS without a header
			return heeded{}, mailcheck.Textf("it waits, as it should"), nil
		}
		if err := q.lines.send(proxyHeader); err != nil {
			return heeded{}, mailcheck.Text{}, err
		}
		answer, err := tlsask.Ask(q.conn, p.newHello(tls.VersionTLS13))
		return heeded{tls: answer}, answer.Text(), err
	})
	switch {
	case err != nil:
	case got.alert:
		f.Become(checks.ReplyProxyHeader, "%s; over a connection on which nothing is sent, the server answers with a TLS alert", f.Detail)
	case got.hungUp:
		f.Become(checks.TLSEOF, "%s; on a connection over which nothing is sent, the server hangs up at once", f.Detail)
		f.Fix = mailcheck.Textf("See the server's log: a service whose certificate or key cannot be read hangs up so, and one to which a proxy in front sends the header of the PROXY protocol (HAProxy: send-proxy) that it does not expect. If the log says nothing, try from another network (a mobile phone's hotspot): where that works, this address was banned (fail2ban).")
	case got.tls.Accepted() && p.fails(ctx, f): // an alert is what a server sends that expects no header
		f.Become(checks.TCPProxyExpected, "%s; after the header of a proxy it answers with %s", f.Detail, got.tls.Text())
	}
}

// listen waits for the server to do something although the client has not said a word,
// and returns what it said and whether it ended the connection.
func (p *probe) listen(within time.Duration) (first []byte, hungUp bool) {
	end := time.Now().Add(within)
	if p.until.Before(end) {
		return nil, false // too late to tell
	}
	p.conn.SetReadDeadline(end)
	first = make([]byte, 2)
	n, err := io.ReadFull(p.conn, first)
	p.restoreDeadline()
	return first[:n], err != nil && !errors.Is(err, os.ErrDeadlineExceeded)
}
