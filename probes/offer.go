package probes

import (
	"context"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// upgrade takes a connection whose server consented into TLS. offered says
// whether the server had announced it, consent is its answer.
func (p *probe) upgrade(ctx context.Context, offered, consented bool, consent string) bool {
	switch {
	case !offered && !consented:
		p.trace.Find(checks.StartTLSMissing, "offered before TLS: %s", mailcheck.ListOf(p.result.Capabilities.BeforeTLS).Or("nothing"))
		return false
	case !offered:
		p.unannounced(consent)
	case !consented:
		p.trace.Find(trace.ClassifyTurnedAway(consent, checks.StartTLSRefused), "%s", consent) // Postfix limits new TLS sessions, too
		return false
	}
	if err := p.goAhead(); err != nil {
		p.trace.FindText(trace.Classify(mailcheck.OpStartTLS, err))
		return false
	}
	return p.handshake(ctx)
}

// offer records what the server announces in the state a client would log in
// in, and finds what is missing there.
func (p *probe) offer(caps, mechanisms []string, passwordOK bool) {
	p.hearOut() // a login is not made where replies are out of step
	p.judgeUnasked()
	if p.result.Security == mailcheck.Plain {
		p.result.Capabilities.BeforeTLS, p.result.Mechanisms.BeforeTLS = caps, mechanisms
		p.trace.Find(checks.AutoconfigPlain, "without encryption: %s", p.result.URL())
		return
	}
	p.result.Capabilities.AfterTLS, p.result.Mechanisms.AfterTLS = caps, mechanisms
	p.result.PasswordOK = passwordOK || mailcheck.Has(mechanisms, "PLAIN") || mailcheck.Has(mechanisms, "LOGIN")
	p.compareLists()
	switch {
	case windowsOnly(p.result):
		p.trace.Find(checks.AuthWindowsOnly, "offered inside TLS: %s", mailcheck.ListOf(mechanisms))
	case p.result.PasswordOK || len(mechanisms) > 0 || len(p.result.Mechanisms.BeforeTLS) > 0:
	case mailcheck.Has(caps, "LOGINDISABLED"):
		p.trace.Find(checks.AuthLoginDisabled, "offered inside TLS: %s", mailcheck.ListOf(caps).Or("nothing"))
	default:
		p.trace.Find(checks.AuthNone, "offered inside TLS: %s", mailcheck.ListOf(caps).Or("nothing"))
	}
	p.health()
}

// windowsOnly reports whether the only ways to log in are those of Windows domains and
// Kerberos (MS-NLMP, RFC 4752, RFC 4178), for which a machine mostly has to belong to
// the domain.
func windowsOnly(s *mailcheck.ServerResult) bool {
	ofDomains := []string{"NTLM", "GSSAPI", "GSS-SPNEGO", "SPNEGO"}
	return !s.PasswordOK && len(s.Mechanisms.AfterTLS) > 0 &&
		!slices.ContainsFunc(s.Mechanisms.AfterTLS, func(m string) bool { return !slices.Contains(ofDomains, strings.ToUpper(m)) })
}

// words splits what a server announces. Each word is cleaned by itself, since a
// list may be longer than what is shown of one text, and must be read to its end.
func words(text string) []string {
	var list []string
	for word := range strings.FieldsSeq(text) {
		list = append(list, mailcheck.Clean(word))
	}
	return list
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}
