package probes

import (
	"context"
	"time"

	"mailcheck"
	"mailcheck/checks"
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
		f.Become(checks.TCPProxyExpected, "silent for %s, then the end; to a connection that begins with the header of a proxy it says %q", mailcheck.Span(waited), said)
		return
	}
	f.Fix = mailcheck.Textf("The server waited for %s before it hung up. Servers that expect the PROXY protocol do so: if no proxy stands in front, switch it off there (Dovecot: haproxy = no; Postfix: smtpd_upstream_proxy_protocol empty); if one does, clients have to be sent to the proxy. %s", mailcheck.Span(waited), f.Mend())
}
