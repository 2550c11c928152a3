package report

import (
	"fmt"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// verdictLine writes the line by which a reader judges the whole: what was
// tested, whether it works and with which servers, and if not, why.
func verdictLine(p *page, r *mailcheck.Report, opts Options, sentence string) {
	word := strings.ToUpper(string(r.Verdict))
	text := sentence
	if who := subject(r); who != "" {
		text = who + ": " + sentence
	}
	if word == "" {
		p.paragraph(0, 0, text)
		return
	}
	indent := len(word) + len(gap)
	for i, line := range wrap(text, p.width-indent) {
		lead := strings.Repeat(" ", indent)
		if i == 0 {
			lead = paint(opts, word, severityOf(r.Verdict)) + gap
		}
		p.WriteString(lead + line + "\n")
	}
}

// subject names what was tested. People know an internationalised domain in
// their own script, servers know it as A-label; both are given.
func subject(r *mailcheck.Report) string {
	a := r.Address
	if a.Domain == "" {
		if len(r.Servers) == 1 {
			return safe(r.Servers[0].URL())
		}
		return ""
	}
	u := a.Unicode()
	if u == a.Domain {
		return safe(a.String())
	}
	return safe(mailcheck.Address{Local: a.Local, Domain: u}.String() + " (" + a.Domain + ")")
}

// The two halves of an account, and what does both.
var (
	incoming = []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3}
	outgoing = []mailcheck.Protocol{mailcheck.Submission}
	exchange = []mailcheck.Protocol{mailcheck.ActiveSync, mailcheck.EWS}
)

// accountSentence sums up the test of an address.
func accountSentence(r *mailcheck.Report) string {
	in, canRead := best(r, incoming)
	out, canSend := best(r, outgoing)
	both, canSync := best(r, exchange)
	switch {
	case canRead && canSend:
		works := worksSentence(r, fmt.Sprintf("read mail with %s, send with %s", with(in), with(out)))
		if canSync {
			works += fmt.Sprintf(" Better where the program speaks it: Exchange, with %s.", with(both))
		}
		return works
	case canSync:
		return worksSentence(r, "read and send mail with Exchange, by "+with(both)) + " It needs a program that speaks Exchange."
	case canRead:
		return missingSentence(r, "sending mail", outgoing) + " Reading works with " + with(in) + "."
	case canSend:
		return missingSentence(r, "reading mail", incoming) + " Sending works with " + with(out) + "."
	}
	return missingSentence(r, "reading or sending mail", slices.Concat(incoming, outgoing, exchange))
}

// worksSentence adds to working settings what is wrong besides.
func worksSentence(r *mailcheck.Report, works string) string {
	switch r.Verdict {
	case mailcheck.Warn:
		return fmt.Sprintf("works, with %s: %s.", count(len(roots(r, checks.Warning)), "warning"), works)
	case mailcheck.Fail:
		return failureInShort(r) + ". Works all the same: " + works + "."
	}
	return works + "."
}

// failureInShort names the worst failure, where it is, and how many others there are.
func failureInShort(r *mailcheck.Report) string {
	failures := roots(r, checks.Failure)
	if len(failures) == 0 {
		return "something fails"
	}
	text := inside(failures[0].Check.Summary)
	if len(failures[0].Places) > 0 {
		text += " (" + few(failures[0].Places, 1) + ")"
	}
	if n := len(failures) - 1; n > 0 {
		text += ", and " + count(n, "more failure")
	}
	return text
}

// missingSentence says that no server works for a purpose, and why.
func missingSentence(r *mailcheck.Report, purpose string, protocols []mailcheck.Protocol) string {
	tested := slices.ContainsFunc(r.Servers, func(s mailcheck.ServerResult) bool {
		return slices.Contains(protocols, s.Protocol) && !hidden(s)
	})
	text := "no server found for " + purpose
	if tested {
		text = "no working server for " + purpose
	}
	if r.Verdict == mailcheck.Warn && tested {
		text = "the test did not get as far as a working server for " + purpose
	}
	if cause := causeFor(r, protocols); cause != "" {
		text += ": " + cause
	}
	return text + "."
}

// causeFor returns what keeps the servers of these protocols from working, as
// part of a sentence: the worst finding about one of them, else about discovery.
func causeFor(r *mailcheck.Report, protocols []mailcheck.Protocol) string {
	discovery := ""
	for _, f := range r.Findings {
		if f.Severity != checks.Failure || f.BecauseOf != nil || strings.HasPrefix(f.Check.ID, "account.") {
			continue
		}
		if slices.Contains(protocols, protocolOf(r, f.Server)) {
			return inside(f.Check.Summary)
		}
		if f.Server == "" && discovery == "" {
			discovery = inside(f.Check.Summary)
		}
	}
	return discovery
}

// protocolOf returns the protocol of the server with that URL.
func protocolOf(r *mailcheck.Report, url string) mailcheck.Protocol {
	for _, s := range r.Servers {
		if s.URL() == url {
			return s.Protocol
		}
	}
	return ""
}

// serversSentence sums up the test of servers that were given by name.
func serversSentence(r *mailcheck.Report) string {
	var failed []string
	for _, s := range r.Servers {
		if s.Verdict == mailcheck.Fail {
			failed = append(failed, safe(s.URL()))
		}
	}
	total := len(r.Servers)
	cause := causeFor(r, mailcheck.Protocols)
	switch {
	case total == 0:
		return "no server was tested."
	case len(failed) > 0 && total == 1 && cause != "":
		return cause + "."
	case len(failed) == total && total == 1:
		return "does not work."
	case len(failed) == total:
		return fmt.Sprintf("none of %s works.", count(total, "server"))
	case len(failed) > 0:
		return fmt.Sprintf("%d of %d servers failed: %s.", len(failed), total, few(failed, 2))
	}
	text := "works"
	if total > 1 {
		text = fmt.Sprintf("all %d servers work", total)
	}
	if n := len(roots(r, checks.Warning)); n > 0 {
		text += ", with " + count(n, "warning")
	}
	return text + "."
}

// best returns the first setting of these protocols that passed. A server whose
// test was not finished has not passed, however well it began.
func best(r *mailcheck.Report, protocols []mailcheck.Protocol) (mailcheck.Setting, bool) {
	for _, s := range r.Usable() {
		halfway := slices.ContainsFunc(r.Servers, func(t mailcheck.ServerResult) bool { return t.URL() == s.URL() && unfinished(t) })
		if slices.Contains(protocols, s.Protocol) && !halfway {
			return s, true
		}
	}
	return mailcheck.Setting{}, false
}

// with describes a server in a sentence.
func with(s mailcheck.Setting) string {
	return fmt.Sprintf("%s at %s (%s)", protocolName(s.Protocol), safe(s.Endpoint()), securityName(s.Security))
}

// roots returns the findings of a severity that no other has caused, alike ones
// as one.
func roots(r *mailcheck.Report, severity checks.Severity) []group {
	return slices.DeleteFunc(groups(r.Findings), func(g group) bool { return g.Severity != severity })
}

func protocolName(p mailcheck.Protocol) string {
	switch p {
	case mailcheck.Submission:
		return "submission"
	case mailcheck.ActiveSync:
		return "ActiveSync"
	case mailcheck.CalDAV:
		return "CalDAV"
	case mailcheck.CardDAV:
		return "CardDAV"
	case mailcheck.Sieve:
		return "ManageSieve"
	}
	return strings.ToUpper(string(p))
}

func securityName(s mailcheck.Security) string {
	switch s {
	case mailcheck.ImplicitTLS:
		return "TLS"
	case mailcheck.StartTLS:
		return "STARTTLS"
	}
	return "not encrypted"
}
