package conclude

import (
	"mailcheck"
	"mailcheck/checks"
)

// oneBan tells one end of the connection the same at every port of a host. A server
// that has banned an address accepts and hangs up before a word; at a port with TLS
// from the first byte that looks like a server that has no certificate. Where the
// host also hangs up on those who only listen, and nothing of it works, the
// certificate is not the cause. It is the same with one that waits for a proxy.
func oneBan(r *mailcheck.Report) {
	hangsUp, works := map[string]mailcheck.Finding{}, map[string]bool{}
	for i := range r.Servers {
		s := &r.Servers[i]
		for _, f := range s.Findings() {
			if f.Check == checks.TCPReset || f.Check == checks.TCPProxyExpected {
				hangsUp[s.Host] = f
			}
		}
		works[s.Host] = works[s.Host] || s.TLS != nil || s.Greeting != ""
	}
	for i := range r.Servers {
		s := &r.Servers[i]
		known := hangsUp[s.Host]
		if known.Check == nil || works[s.Host] {
			continue
		}
		for _, f := range mailcheck.Each(s.Steps) {
			if f.Check == checks.TLSEOF {
				f.BecomeText(known.Check, known.Detail)
				f.Fix = known.Fix
			}
		}
	}
}
