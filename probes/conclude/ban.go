package conclude

import (
	"mailcheck"
	"mailcheck/checks"
)

// oneBan tells one end of the connection the same at every port of a host. A server
// that has banned an address accepts and hangs up before a word; at a port with TLS
// from the first byte that looks like a server that has no certificate. Where the
// host also hangs up on those who only listen, and nothing of it works, the
// certificate is not the cause.
func oneBan(r *mailcheck.Report) {
	hangsUp, works := map[string]bool{}, map[string]bool{}
	for i := range r.Servers {
		s := &r.Servers[i]
		found := s.Findings()
		hangsUp[s.Host] = hangsUp[s.Host] || mailcheck.Shows(found, checks.TCPReset)
		works[s.Host] = works[s.Host] || s.TLS != nil || s.Greeting != ""
	}
	for i := range r.Servers {
		s := &r.Servers[i]
		if !hangsUp[s.Host] || works[s.Host] {
			continue
		}
		for _, f := range mailcheck.Each(s.Steps) {
			if f.Check == checks.TLSEOF {
				f.BecomeText(checks.TCPReset, f.Detail)
				f.Fix = mailcheck.Text{}
			}
		}
	}
}
