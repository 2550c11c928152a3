package probes

import (
	"net"
	"net/netip"
	"slices"
	"strings"
	"unicode/utf8"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
)

// feature is what a server may announce, and what its user loses without it.
type feature struct {
	protocol mailcheck.Protocol
	name     string
	loss     string
	matters  bool // worth a note by itself; the others are named along with it
}

// features are those that mail programs make use of when they are there.
var features = []feature{
	{mailcheck.IMAP, "IDLE", "new mail shows up only when the program looks for it", true},
	{mailcheck.IMAP, "SPECIAL-USE", "the program has to guess which folders are Sent, Drafts and Trash", true},
	{mailcheck.IMAP, "MOVE", "moving mail is slow, and leaves copies behind when it is cut short", true},
	{mailcheck.IMAP, "UIDPLUS", "deleting one mail for good deletes all that are marked", true},
	{mailcheck.IMAP, "SASL-IR", "logging in takes one more round trip", false},
	{mailcheck.POP3, "UIDL", "mail cannot be left on the server without being fetched again each time", true},
	{mailcheck.POP3, "TOP", "subjects cannot be shown before the whole mail is fetched", true},
	{mailcheck.Submission, "SIZE", "a message that is too large is refused only after all of it was sent", true},
	{mailcheck.Submission, "8BITMIME", "mail with accented letters has to be recoded", true},
	{mailcheck.Submission, "SMTPUTF8", "addresses with letters outside ASCII cannot be written to", false},
	{mailcheck.Submission, "PIPELINING", "sending takes more round trips", false},
}

// health judges the lists of a server that got as far as announcing what a
// client would log in with.
func (p *probe) health() {
	s := p.result
	if s.Software == "" {
		s.Software = implementation(s.Capabilities.AfterTLS)
	}
	p.judgeClearLogin()
	if lost := losses(s.Protocol, s.Capabilities.AfterTLS); !lost.Empty() {
		p.trace.Find(checks.CapsMissing, "%s", lost)
	}
	if local, _, _ := strings.Cut(s.Username, "@"); s.Protocol == mailcheck.Submission && !ascii(local) && !mailcheck.Has(s.Capabilities.AfterTLS, "SMTPUTF8") {
		p.trace.FindText(checks.CapsNoSMTPUTF8, p.cannotSpell())
	}
	p.judgeManners()
}

// cannotSpell says whose name needs what the server does not announce.
func (p *probe) cannotSpell() mailcheck.Text {
	return mailcheck.Evidencef("%s; the server does not announce SMTPUTF8", p.result.Username)
}

// judgeClearLogin finds a server that would take a password, or a token that is
// as good as one, before TLS.
func (p *probe) judgeClearLogin() {
	if offered := p.clearLogin(); p.result.Security == mailcheck.StartTLS && len(offered) > 0 {
		p.trace.Find(checks.AuthBeforeTLS, "offered before TLS: %s", mailcheck.Joined(offered, ", "))
	}
}

// clearLogin lists the ways to log in that would show the password, or a token that is as
// good as one. Servers that see a client on their own machine
// take its connection for protected, which says nothing about others.
func (p *probe) clearLogin() []mailcheck.Text {
	s := p.result
	if len(s.Capabilities.BeforeTLS) == 0 || sameMachine(p.conn) || ownMachine(s.Host) {
		return nil
	}
	var offered []mailcheck.Text
	for _, m := range s.Mechanisms.BeforeTLS {
		if document.Readable(m) {
			offered = append(offered, mailcheck.Textf("AUTH %s", m))
		}
	}
	switch {
	case s.Protocol == mailcheck.IMAP && !mailcheck.Has(s.Capabilities.BeforeTLS, "LOGINDISABLED"): // RFC 9051 section 6.2.3
		offered = append(offered, mailcheck.Textf("the LOGIN command (LOGINDISABLED is missing)"))
	case s.Protocol == mailcheck.POP3 && mailcheck.Has(s.Capabilities.BeforeTLS, "USER") && // RFC 2449 section 6.3
		(len(s.Mechanisms.BeforeTLS) > 0 || len(s.Mechanisms.AfterTLS) == 0): // Courier lists USER always, but refuses it before TLS
		offered = append(offered, mailcheck.Textf("USER and PASS"))
	}
	return offered
}

func sameMachine(conn net.Conn) bool {
	here, err := netip.ParseAddrPort(conn.LocalAddr().String())
	there, err2 := netip.ParseAddrPort(conn.RemoteAddr().String())
	return err == nil && err2 == nil && here.Addr() == there.Addr()
}

// losses says what a user loses by features that are not announced; nothing if
// none matters, or if the list does not tell.
func losses(protocol mailcheck.Protocol, caps []string) mailcheck.Text {
	if !complete(protocol, caps) {
		return mailcheck.Text{}
	}
	var lost []mailcheck.Text
	matters := false
	for _, f := range features {
		if f.protocol == protocol && !mailcheck.Has(caps, f.name) {
			lost = append(lost, mailcheck.Textf("no %s: %s", f.name, mailcheck.Text{Format: f.loss}))
			matters = matters || f.matters
		}
	}
	if !matters {
		return mailcheck.Text{}
	}
	return mailcheck.Joined(lost, "; ")
}

// complete reports whether a list is one in which an absence says something.
// Many IMAP servers keep what matters only after the login (Dovecot, Cyrus,
// Gmail) to themselves until then; one that announces any of it announces all.
// IMAP4rev2 has all of it built in (RFC 9051 appendix E). A POP3 server without
// CAPA has no list at all.
func complete(protocol mailcheck.Protocol, caps []string) bool {
	if protocol != mailcheck.IMAP {
		return protocol != mailcheck.POP3 || len(caps) > 0
	}
	own := slices.DeleteFunc(slices.Clone(caps), func(c string) bool { return strings.HasPrefix(c, "AUTH=") })
	if slices.Equal(own, []string{"IMAP4", "IMAP4rev1", "UIDPLUS"}) {
		return false // nginx does not ask the server behind it, and announces this unless told more (imap_capabilities)
	}
	later := slices.ContainsFunc([]string{"UIDPLUS", "MOVE", "SPECIAL-USE", "CONDSTORE", "SORT", "ACL"}, func(c string) bool { return mailcheck.Has(caps, c) })
	return later && !mailcheck.Has(caps, "IMAP4REV2")
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}
