package report

import (
	"fmt"
	"slices"
	"strings"

	"mailcheck"
)

// audits writes a block for each server whose TLS was audited.
func audits(p *page, r *mailcheck.Report) {
	for _, s := range ranked(r.Servers) {
		if s.TLSAudit == nil {
			continue
		}
		p.blank()
		p.say(0, 2, "TLS audit of %s (%d connections)", s.Endpoint(), s.TLSAudit.Connections)
		if why := s.TLSAudit.Missing(); !why.Empty() {
			p.say(2, 4, "NOT COMPLETE: %s", why)
		}
		for _, line := range auditLines(s.TLSAudit) {
			p.paragraph(2, 4, line)
		}
		for i, v := range s.TLSAudit.Versions {
			suites(p, s.TLSAudit.Versions[:i], v)
		}
	}
}

// auditLines judge what is not in the lists of cipher suites, a line each.
func auditLines(a *mailcheck.TLSAudit) []mailcheck.Text {
	lines := []mailcheck.Text{versionsLine(a.Versions)}
	add := func(label, value mailcheck.Text) {
		if !value.Empty() {
			lines = append(lines, mailcheck.Textf("%s: %s", label, value))
		}
	}
	add(mailcheck.Textf("Key exchange in TLS 1.3"), groupsText(a))
	add(mailcheck.Textf("Handshake of TLS 1.2"), handshake(a.Handshake))
	add(mailcheck.Textf("Without SNI"), a.WithoutSNI)
	add(mailcheck.Textf("ALPN"), judgedALPN(a.ALPN, mailcheck.Textf("ignored, which is allowed")))
	add(mailcheck.Textf("ALPN of the web"), judgedALPN(a.OtherALPN, mailcheck.Textf("ignored, which is no protection against mixing up protocols")))
	add(mailcheck.Textf("Command behind STARTTLS"), ours(a.Injection))
	return lines
}

func versionsLine(versions []mailcheck.TLSVersion) mailcheck.Text {
	var yes, no, unknown []string
	for _, v := range versions {
		number := strings.TrimPrefix(v.Version, "TLS ")
		switch {
		case v.Offered:
			yes = append(yes, number)
		case v.Complete:
			no = append(no, number)
		default:
			unknown = append(unknown, number)
		}
	}
	offered, refused := mailcheck.ListOf(yes).Or("none"), mailcheck.ListOf(no).Or("none")
	if len(unknown) > 0 {
		return mailcheck.Textf("Versions: %s; refused: %s; not known: %s", offered, refused, mailcheck.ListOf(unknown))
	}
	return mailcheck.Textf("Versions: %s; refused: %s", offered, refused)
}

func groupsText(a *mailcheck.TLSAudit) mailcheck.Text {
	list := mailcheck.ListOf(a.Groups)
	switch {
	case len(a.Groups) == 0:
		return mailcheck.Text{}
	case !a.AllGroups:
		return mailcheck.Textf("%s, and perhaps more", list)
	case !a.Hybrid:
		return mailcheck.Textf("%s (no post-quantum hybrid)", list)
	}
	return mailcheck.Textf("%s", list)
}

// judgedALPN says what to think of a server's answer to an ALPN name: one that
// has the extension must refuse what it does not speak (RFC 7301 section 3.2).
func judgedALPN(answer string, ignored mailcheck.Text) mailcheck.Text {
	switch answer {
	case "ignored":
		return ignored
	case "refused":
		return mailcheck.Textf("refused, as it should be")
	}
	return verbatim(answer)
}

func handshake(h *mailcheck.TLSHandshake) mailcheck.Text {
	if h == nil {
		return mailcheck.Text{}
	}
	renegotiation, secret := mailcheck.Textf("NO secure renegotiation"), mailcheck.Textf("NO extended master secret")
	if h.SecureRenegotiation {
		renegotiation = mailcheck.Textf("secure renegotiation")
	}
	if h.ExtendedMasterSecret {
		secret = mailcheck.Textf("extended master secret")
	}
	if h.Compression {
		return mailcheck.Textf("%s, %s, COMPRESSION", renegotiation, secret)
	}
	return mailcheck.Textf("%s, %s", renegotiation, secret)
}

// suites lists the cipher suites of a version with their judgement, unless they
// are those of a newer one.
func suites(p *page, newer []mailcheck.TLSVersion, v mailcheck.TLSVersion) {
	if !v.Offered {
		return
	}
	head := suitesHead(v)
	for _, n := range newer {
		if slices.Equal(n.Suites, v.Suites) && n.Complete && v.Complete {
			p.say(2, 4, "%s: those of %s", head, n.Version)
			return
		}
	}
	p.say(2, 4, "%s:", head)
	width := 0
	for _, s := range v.Suites {
		width = max(width, len(suite(s)))
	}
	for _, s := range v.Suites {
		judgement := ours(s.Strength)
		if s.Why != "" {
			judgement = mailcheck.Textf("%s: %s", judgement, ours(s.Why))
		}
		line := fmt.Sprintf("    %-*s  %s", width, suite(s), p.in(judgement).String())
		if p.told != nil || columns(line) > p.width() {
			p.say(4, 6, "%s %s", suite(s), judgement)
			continue
		}
		p.WriteString(line + "\n")
	}
}

func suitesHead(v mailcheck.TLSVersion) mailcheck.Text {
	head := mailcheck.Textf("%s cipher suites", v.Version)
	switch v.Order {
	case "server":
		head = mailcheck.Textf("%s, in the server's order", head)
	case "client":
		head = mailcheck.Textf("%s, the client's order decides", head)
	}
	if !v.Complete {
		head = mailcheck.Textf("%s, and perhaps more", head)
	}
	return head
}

// suite returns the name of a cipher suite without what all names share.
func suite(s mailcheck.TLSSuite) string {
	return strings.TrimPrefix(verbatim(s.Name).String(), "TLS_")
}
