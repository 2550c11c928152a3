package probes

import (
	"crypto/tls"
	"crypto/x509"
	"slices"
	"strings"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/sasl"
	"mailcheck/internal/trace"
)

// ways returns the ways to log in that are tried, with those of them that tie the login to
// the connection once for each type of binding: which of them a server takes it does not
// say. Where it offers none, the first SCRAM says that the client could have (RFC 5802
// section 6), and the same without that word tells what a refusal means.
func (t *tries) ways() []sasl.Mechanism {
	offered := t.p.result.Mechanisms.AfterTLS
	var ways []sasl.Mechanism
	asked := !t.AllMechanisms || sasl.OffersBinding(offered)
	for _, m := range fitting(t.p.result, t.Credentials) {
		switch {
		case m.Binds():
			for _, m.Binding = range t.p.bindings() {
				ways = append(ways, m)
			}
			continue
		case m.Bindable() && !asked:
			asked = true
			first := m
			first.Binding = sasl.NotOffered
			ways = append(ways, first)
		}
		ways = append(ways, m)
	}
	return ways
}

// moot reports whether a way to log in has nothing more to tell: a binding that was refused
// before, or another than the one that is taken, and what has let the user in under a
// stronger form.
func (t *tries) moot(name string, m sasl.Mechanism) bool {
	if m.Takes == sasl.Certificate && !t.p.certAsked {
		return true
	}
	return slices.ContainsFunc(t.made, func(o made) bool {
		switch {
		case m.Binding.Ties() && o.mechanism.Binding.Ties():
			return o.mechanism.Binding == m.Binding && !o.ok() || o.mechanism.Binding != m.Binding && o.ok()
		case o.mechanism.Name == m.Name && o.ok():
			return o.mechanism.Binding == sasl.NotOffered || o.mechanism.Unnamed || m.Unnamed && o.User == name
		}
		return false
	})
}

// nameOf names a mechanism as the protocol does.
func (t *tries) nameOf(m sasl.Mechanism) string {
	if m.Name == sasl.Command {
		return map[mailcheck.Protocol]string{mailcheck.IMAP: "LOGIN command", mailcheck.POP3: "USER command"}[t.p.result.Protocol]
	}
	return m.Name
}

// bound is a mechanism with what it is bound to.
func bound(name string, b sasl.Binding) mailcheck.Text {
	switch b {
	case sasl.NotBound:
		return mailcheck.Textf("%s", name)
	case sasl.NotOffered:
		return mailcheck.Textf("%s (flag y)", name)
	}
	return mailcheck.Textf("%s (%s)", name, string(b))
}

// userOf names the user of a login.
func userOf(name string) mailcheck.Text {
	if name == "" {
		return mailcheck.Textf("the certificate's user")
	}
	return mailcheck.Textf("%s", name)
}

// tellAttempts lists what became of each way to log in that a server offers, where all were
// to be tried, and says of EXTERNAL why it was not.
func (t *tries) tellAttempts(ways []sasl.Mechanism) {
	s := t.p.result
	unasked := slices.ContainsFunc(ways, func(m sasl.Mechanism) bool { return m.Takes == sasl.Certificate }) && !t.p.certAsked
	if unasked {
		t.refuseToShow()
	}
	if !t.AllMechanisms || besideMail(s.Protocol) {
		return
	}
	var list []mailcheck.Attempt
	for _, o := range t.made {
		reason := mailcheck.Evidencef("%s", o.reply)
		if o.reply == "" && o.check != nil {
			reason = mailcheck.Textf("%s", mailcheck.Heading(o.check.Summary))
		}
		list = append(list, mailcheck.Attempt{Mechanism: t.nameOf(o.mechanism), Binding: string(o.mechanism.Binding), Username: o.User, State: stateOf(o.entry), Reason: reason})
	}
	for _, name := range t.untried(ways) {
		list = append(list, mailcheck.Attempt{Mechanism: name, State: mailcheck.LoginSkipped, Reason: t.whyNot(name, unasked)})
	}
	s.Login.Attempts = list
}

// untried names the ways that a server offers and that were not gone.
func (t *tries) untried(ways []sasl.Mechanism) []string {
	var names []string
	for _, m := range ways {
		names = appendNew(names, t.nameOf(m))
	}
	for _, name := range t.p.result.Mechanisms.AfterTLS {
		names = appendNew(names, strings.ToUpper(name))
	}
	return slices.DeleteFunc(names, func(name string) bool {
		return slices.ContainsFunc(t.made, func(o made) bool { return t.nameOf(o.mechanism) == name })
	})
}

// whyNot says why a way that a server offers was not gone.
func (t *tries) whyNot(name string, unasked bool) mailcheck.Text {
	i := slices.IndexFunc(sasl.Mechanisms, func(m sasl.Mechanism) bool { return t.nameOf(m) == name })
	switch {
	case i < 0 || !t.has(sasl.Mechanisms[i].Takes):
		if i >= 0 && sasl.Mechanisms[i].Takes == sasl.Password {
			return mailcheck.Textf("it takes a password, and none is given")
		}
		return mailcheck.Textf("not spoken here: %s", sasl.Unspoken(name))
	case sasl.Mechanisms[i].Takes == sasl.Certificate && unasked:
		return mailcheck.Textf("the server asks for no certificate when TLS begins")
	case sasl.Mechanisms[i].Binds() && len(t.p.bindings()) == 0:
		return mailcheck.Textf("this connection has nothing to bind to")
	case sasl.Mechanisms[i].Binds() && t.noBindingLeft():
		return mailcheck.Textf("none of the bindings of this connection is taken")
	case !t.p.result.Login.Reason.Empty() && t.p.result.Login.State == mailcheck.LoginSkipped:
		return t.p.result.Login.Reason
	}
	return mailcheck.Textf("%d logins were made, which is the most for one run", maxLogins)
}

// refuseToShow records that EXTERNAL was not tried.
func (t *tries) refuseToShow() {
	why := mailcheck.Textf("offered: %s", mailcheck.ListOf(t.p.result.Mechanisms.AfterTLS))
	t.p.trace.Steps = append(t.p.trace.Steps, mailcheck.Step{
		Op: mailcheck.OpAuth, Target: t.p.result.Endpoint(), Start: t.p.trace.Since(),
		Detail:   mailcheck.Textf("EXTERNAL: not tried, since the server asks for no certificate when TLS begins"),
		Findings: []mailcheck.Finding{mailcheck.NewFindingText(checks.LoginCertificateUnasked, why)},
	})
	if login := t.p.result.Login; login.State == mailcheck.LoginSkipped && login.Reason.Empty() {
		login.Reason = mailcheck.Textf("the server asks for no certificate when TLS begins")
	}
}

// clientCertificate returns the client certificate to show in a handshake; none where the server
// has not proved to be one that may have the password. It is asked for when the server's own
// has arrived.
func (p *probe) clientCertificate(proven bool) *tls.Certificate {
	p.certAsked = true
	if p.opts.Credentials.Certificate == nil || p.result.Vouch == mailcheck.NotVouched || !proven {
		return &tls.Certificate{} // none
	}
	p.shown = true
	return p.opts.Credentials.Certificate
}

// proves reports whether a chain is one that the password may follow.
func (p *probe) proves(chain []*x509.Certificate) bool {
	_, err := p.verify(chain)
	return err == nil && datesError(chain[0], time.Now()) == nil && chain[0].VerifyHostname(p.result.Host) == nil
}

// certificateFault makes of a server's alert what it says of the certificate that it was
// shown. In TLS 1.3 the alert comes in the place of the greeting.
func (p *probe) certificateFault(err error) error {
	if p.shown && trace.RejectsCertificate(err) {
		return checks.LoginCertificateRejected.Errorf("in the TLS handshake: %v", err)
	}
	return err
}
