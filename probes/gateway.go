package probes

import (
	"context"
	"net/netip"
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// gateway is a program on the user's own machine that speaks IMAP and SMTP to mail
// programs, and something else to the provider. It makes its certificate itself: no
// public authority issues one for a loopback address (CA/Browser Forum Baseline
// Requirements section 4.2.2).
type gateway struct {
	greets string // what its greeting has in it, in any case
	name   string
	trust  string // where its certificate is to be had
}

var gateways = []gateway{
	{"proton mail bridge", "Proton Mail Bridge", "The Bridge exports it under Settings, Advanced settings, Export TLS certificates."}, // proton.me/support/bridge
	{"davmail", "DavMail", "It is in the key store that davmail.ssl.keystoreFile names; or leave TLS off there."},                     // davmail.sourceforge.net
	{"hydroxide", "hydroxide", "It is the file that hydroxide was started with (-tls-cert)."},                                         // github.com/emersion/hydroxide
}

// someGateway is one that does not say who it is.
var someGateway = gateway{"", "the program on this machine", "The program can mostly show or export it."}

// ownMachine reports whether the settings name this very machine, which is no way
// out to the network.
func ownMachine(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback() || host == "localhost" || strings.HasSuffix(host, ".localhost") // RFC 6761 section 6.3
}

// atHome has the user act where the server is a gateway on his own machine: there is
// no operator to turn to, and nobody listens on the way.
func (p *probe) atHome(_ context.Context, f *mailcheck.Finding) {
	if !ownMachine(p.result.Host) {
		return
	}
	g := someGateway
	for _, known := range gateways {
		if strings.Contains(strings.ToLower(p.result.Greeting), known.greets) {
			g = known
		}
	}
	f.Acts = checks.User
	name := mailcheck.Text{Format: g.name}
	switch f.Check {
	case checks.TCPRefused:
		f.Fix = mailcheck.Textf("No program listens there. Start the gateway (Proton Mail Bridge, DavMail, hydroxide ...), and take the ports from its own window or settings: they differ from the usual ones.")
	case checks.StartTLSMissing:
		f.Fix = mailcheck.Textf("The connection does not leave this machine: choose no encryption for %s in the mail program, or switch TLS on in the gateway.", p.result.Endpoint())
	default:
		f.Fix = mailcheck.Textf("The certificate is the own one of %s, which is as it should be. Have the mail program or the system trust it, or confirm the exception once when the mail program asks, for this machine alone. %s", name, mailcheck.Text{Format: g.trust})
	}
}
