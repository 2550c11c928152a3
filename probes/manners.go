package probes

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"mailcheck"
	"mailcheck/checks"
)

// manners is what the form of a server's lines was like over a whole
// conversation: the first line of each bad kind.
type manners struct {
	noCR     string  // ended by LF alone
	eightBit string  // bytes outside ASCII
	utf8     bool    // eightBit is valid UTF-8
	noDomain string  // first line of the reply to EHLO
	noName   string  // greeting of an SMTP server without its name
	unasked  []stray // lines of replies that nothing asked for
	longest  int     // octets of the longest line
}

// note looks at one line as it came.
func (m *manners) note(line []byte) {
	m.longest = max(m.longest, len(line))
	text, ok := bytes.CutSuffix(line, []byte("\r\n"))
	if !ok && m.noCR == "" {
		m.noCR = string(bytes.TrimRight(line, "\n"))
	}
	if m.eightBit == "" && bytes.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) {
		m.eightBit, m.utf8 = string(text), utf8.Valid(text)
	}
}

// breach is one rule of a protocol that a server broke.
type breach struct {
	text     mailcheck.Text
	harmless bool // no client is known to mind
}

// judgeManners finds breaches that did not keep the conversation from going on:
// one finding names them all, a note if none does harm.
func (p *probe) judgeManners() {
	breaches := p.lines.manners.breaches(p.result.Protocol)
	breaches = append(breaches, listBreaches(p.result.Protocol, p.result.Capabilities.AfterTLS)...)
	if len(breaches) == 0 {
		return
	}
	var texts []mailcheck.Text
	severity := checks.Info
	for _, b := range breaches {
		texts = append(texts, b.text)
		if !b.harmless {
			severity = checks.ReplyViolation.Severity
		}
	}
	p.trace.FindText(checks.ReplyViolation, mailcheck.Evidencef("%s", mailcheck.Joined(texts, "; "))).Severity = severity
}

func (m *manners) breaches(protocol mailcheck.Protocol) []breach {
	var list []breach
	if m.noCR != "" {
		list = append(list, breach{mailcheck.Textf("lines end in LF alone instead of CRLF, such as %q", short(m.noCR)), false})
	}
	// IMAP4rev2 and ManageSieve allow UTF-8 in texts (RFC 9051 section 9, RFC 5804
	// section 4), RFC 5321 and RFC 1939 do not.
	if m.eightBit != "" && !(m.utf8 && (protocol == mailcheck.IMAP || protocol == mailcheck.Sieve)) {
		list = append(list, breach{mailcheck.Textf("characters outside ASCII, in %q", short(m.eightBit)), true})
	}
	if m.noName != "" {
		list = append(list, breach{mailcheck.Textf("the greeting %q lacks the server's name (RFC 5321 section 4.2)", m.noName), true})
	}
	// Both count the line end. IMAP lines may be of any length.
	if limit := 512; m.longest > limit && (protocol == mailcheck.Submission || protocol == mailcheck.POP3) {
		list = append(list, breach{mailcheck.Textf("a line of %d octets where %d are allowed (RFC 5321 section 4.5.3.1.5, RFC 1939 section 3)", m.longest, limit), true})
	}
	if m.noDomain != "" {
		list = append(list, breach{mailcheck.Textf("the reply to EHLO begins with %q instead of the server's name (RFC 5321 section 4.1.1.1)", short(m.noDomain)), true})
	}
	return list
}

// listBreaches judges a list of capabilities.
func listBreaches(protocol mailcheck.Protocol, caps []string) []breach {
	var list []breach
	if protocol == mailcheck.IMAP && !mailcheck.Has(caps, "IMAP4REV1") && !mailcheck.Has(caps, "IMAP4REV2") {
		list = append(list, breach{mailcheck.Textf("CAPABILITY names neither IMAP4rev1 nor IMAP4rev2 (RFC 9051 section 6.1.1)"), false})
	}
	if protocol == mailcheck.Submission {
		list = append(list, authBreaches(caps)...)
	}
	if lower := lowerCase(caps); len(lower) > 0 {
		list = append(list, breach{mailcheck.Textf("%s in lower case, which is allowed but which some programs miss", mailcheck.ListOf(lower)), true})
	}
	return list
}

// authBreaches judges the AUTH lines of an SMTP server. "AUTH=LOGIN" is how
// servers wrote it before RFC 2554; alone, it is understood by old clients only.
func authBreaches(caps []string) []breach {
	var lines []string
	obsolete := false
	for _, c := range caps {
		if _, ok := cutPrefixFold(c, "AUTH "); ok {
			lines = append(lines, strings.ToUpper(c))
		}
		_, old := cutPrefixFold(c, "AUTH=")
		obsolete = obsolete || old
	}
	switch {
	case obsolete && len(lines) == 0:
		return []breach{{mailcheck.Textf("AUTH is announced in its obsolete form only (AUTH=...), which current programs do not read (RFC 4954 section 3)"), false}}
	case len(lines) > 1:
		same := len(slices.Compact(slices.Clone(lines))) == 1
		return []breach{{mailcheck.Textf("%d AUTH lines (%s), of which programs read one", len(lines), mailcheck.ListOf(lines)), same}}
	}
	return nil
}

// lowerCase returns the known keywords that are written in lower case. Keywords
// have no case (RFC 5321 section 2.4, RFC 9051 section 9).
func lowerCase(caps []string) []string {
	known := []string{"auth", "starttls", "stls", "sasl", "user", "uidl", "top", "size", "8bitmime", "pipelining", "smtputf8", "idle", "logindisabled"}
	var list []string
	for _, c := range caps {
		word, _, _ := strings.Cut(c, " ")
		name, _, _ := strings.Cut(word, "=")
		if slices.Contains(known, name) {
			list = append(list, word)
		}
	}
	return list
}

// short cuts a line that is only an example.
func short(line string) string {
	if len(line) > 60 {
		return line[:60] + "..."
	}
	return line
}
