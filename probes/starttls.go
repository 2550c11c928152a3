package probes

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// unannounced is called where a server agrees to STARTTLS without having
// announced it: clients do not ask for what is not announced, and what removes
// the announcement may want just that.
func (p *probe) unannounced(consent string) {
	p.trace.Find(checks.StartTLSMissing, "not among what is offered before TLS: %s", mailcheck.ListOf(p.result.Capabilities.BeforeTLS).Or("nothing")).Fix =
		mailcheck.Textf("The server agrees to STARTTLS when asked, so TLS is switched on: find what keeps it from announcing that, in its configuration or on the way.")
	p.trace.Find(checks.StartTLSStripped, "STARTTLS is not announced, yet the server agrees to it: %q", consent)
}

// askAgainForTLS finds out whether another connection is offered STARTTLS: to
// another address of the host if there is one, since machines that share a name
// are the ones that differ.
func (p *probe) askAgainForTLS(ctx context.Context, f *mailcheck.Finding) {
	if p.further == 0 || mailcheck.Shows(p.trace.Findings(), checks.StartTLSStripped) {
		return
	}
	p.further--
	addr := p.dialed.Addr.Addr()
	other := slices.IndexFunc(p.addrs, func(a netip.Addr) bool { return a != addr && a.Is4() == addr.Is4() })
	if other >= 0 {
		addr = p.addrs[other]
	}
	if works, _ := p.tryDoor(ctx, p.result.Server, []netip.Addr{addr}); works {
		f.Become(checks.StartTLSSometimes, "%s at %s; a second connection, to %s, is offered STARTTLS", f.Detail, p.dialed.Addr.Addr(), addr)
	}
}

// compareLists judges what STARTTLS did to the server's offer.
func (p *probe) compareLists() {
	before, after := p.result.Mechanisms.BeforeTLS, p.result.Mechanisms.AfterTLS
	for _, word := range []string{"STARTTLS", "STLS"} {
		if mailcheck.Has(p.result.Capabilities.AfterTLS, word) {
			p.trace.Find(checks.StartTLSCapsStale, "offered inside TLS: %s", word)
		}
	}
	if len(before) > 0 && len(after) == 0 && !p.result.PasswordOK {
		p.trace.Find(checks.StartTLSAuthLost, "before TLS: %s; inside TLS: none", mailcheck.ListOf(before))
	}
}

// fallBack says HELO where EHLO was refused, as clients of old do (RFC 5321
// section 3.2). A server that knows HELO only is very old, or stands behind a
// firewall that allows no extensions and masks the greeting too.
func (p *probe) fallBack(ctx context.Context) {
	i := slices.IndexFunc(p.trace.Steps, func(s mailcheck.Step) bool {
		return mailcheck.Shows(s.Findings, checks.ReplyRejected)
	})
	if i < 0 {
		return
	}
	p.await(ctx, replyTimeout)
	if p.command(strings.Replace(p.ehlo(), "EHLO", "HELO", 1)) != nil {
		return
	}
	reply, err := p.smtpReply()
	if err != nil || reply.code != 250 {
		return
	}
	f := &p.trace.Steps[i].Findings[0]
	f.Detail = mailcheck.Textf("%s; HELO is answered %s, which allows neither STARTTLS nor a login", f.Detail, reply.String())
	if strings.Contains(p.result.Greeting, "***") {
		f.Become(checks.StartTLSMasked, "the greeting is %q, and %s", p.result.Greeting, f.Detail)
	}
}
