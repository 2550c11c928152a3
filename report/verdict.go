package report

import (
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// verdictLine writes the line by which a reader judges the whole: what was
// tested, whether it works and with which servers, and if not, why.
func verdictLine(p *page, r *mailcheck.Report, sentence mailcheck.Text) {
	if who := subject(r); !who.Empty() {
		sentence = mailcheck.Textf("%s: %s", who, sentence)
	}
	word := p.in(shouted(r.Verdict)).String()
	if word == "" {
		p.paragraph(0, 0, sentence)
		return
	}
	indent := columns(word) + len(gap)
	for i, line := range wrap(p.in(sentence).String(), p.width()-indent) {
		lead := strings.Repeat(" ", indent)
		if i == 0 {
			lead = p.paint(word, severityOf(r.Verdict)) + gap
		}
		p.WriteString(lead + line + "\n")
	}
}

// shouted is the word for a verdict that the line begins with.
func shouted(v mailcheck.Verdict) mailcheck.Text {
	return ours(strings.ToUpper(string(v)))
}

// subject names what was tested. People know an internationalised domain in
// their own script, servers know it as A-label; both are given.
func subject(r *mailcheck.Report) mailcheck.Text {
	a := r.Address
	switch u := a.Unicode(); {
	case r.File != "":
		return verbatim(r.File)
	case a.Domain == "" && len(r.Servers) == 1:
		return verbatim(r.Servers[0].URL())
	case u == a.Domain:
		return verbatim(a.String())
	default:
		return mailcheck.Textf("%s (%s)", mailcheck.Address{Local: a.Local, Domain: u}, a.Domain)
	}
}

// The two halves of an account, and what does both.
var (
	incoming = []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3}
	outgoing = []mailcheck.Protocol{mailcheck.Submission}
	exchange = []mailcheck.Protocol{mailcheck.ActiveSync, mailcheck.EWS}
)

// purpose is what servers may be missing for, with what is said then: a sentence each,
// since not every language can put the purpose into one.
type purpose struct {
	protocols   []mailcheck.Protocol
	notFound    mailcheck.Text
	notWorking  mailcheck.Text
	notReached  mailcheck.Text
	outOfTime   mailcheck.Text
	interrupted mailcheck.Text
}

func toRead() purpose {
	return purpose{
		incoming,
		mailcheck.Textf("no server found for reading mail"),
		mailcheck.Textf("no working server for reading mail"),
		mailcheck.Textf("the test did not get as far as a working server for reading mail"),
		mailcheck.Textf("the time for the whole test ran out before any server was found for reading mail"),
		mailcheck.Textf("the test was interrupted before any server was found for reading mail"),
	}
}

func toSend() purpose {
	return purpose{
		outgoing,
		mailcheck.Textf("no server found for sending mail"),
		mailcheck.Textf("no working server for sending mail"),
		mailcheck.Textf("the test did not get as far as a working server for sending mail"),
		mailcheck.Textf("the time for the whole test ran out before any server was found for sending mail"),
		mailcheck.Textf("the test was interrupted before any server was found for sending mail"),
	}
}

func toReadOrSend() purpose {
	return purpose{
		slices.Concat(incoming, outgoing, exchange),
		mailcheck.Textf("no server found for reading or sending mail"),
		mailcheck.Textf("no working server for reading or sending mail"),
		mailcheck.Textf("the test did not get as far as a working server for reading or sending mail"),
		mailcheck.Textf("the time for the whole test ran out before any server was found for reading or sending mail"),
		mailcheck.Textf("the test was interrupted before any server was found for reading or sending mail"),
	}
}

// accountSentence sums up the test of an address.
func accountSentence(r *mailcheck.Report) mailcheck.Text {
	in, canRead := r.Best(incoming...)
	out, canSend := r.Best(outgoing...)
	sync, canSync := r.Best(exchange...)
	switch {
	case canRead && canSend:
		works := worksSentence(r, mailcheck.Textf("read mail with %s, send with %s", described(in.Server), described(out.Server)))
		if canSync {
			return mailcheck.Textf("%s Better where the program speaks it: Exchange, with %s.", works, described(sync.Server))
		}
		return works
	case canSync:
		return mailcheck.Textf("%s It needs a program that speaks Exchange.", worksSentence(r, mailcheck.Textf("read and send mail with Exchange, by %s", described(sync.Server))))
	case canRead:
		return mailcheck.Textf("%s Reading works with %s.", missingSentence(r, toSend()), described(in.Server))
	case canSend:
		return mailcheck.Textf("%s Sending works with %s.", missingSentence(r, toRead()), described(out.Server))
	}
	return missingSentence(r, toReadOrSend())
}

// worksSentence adds to working settings what is wrong besides.
func worksSentence(r *mailcheck.Report, works mailcheck.Text) mailcheck.Text {
	switch r.Verdict {
	case mailcheck.Warn:
		return mailcheck.Textf("works, with %s: %s.", warningCount(r), works)
	case mailcheck.Fail:
		return mailcheck.Textf("%s. This does work: %s.", failureInShort(r), works)
	}
	return mailcheck.Textf("%s.", works)
}

// failureInShort names the worst failure, where it is, and how many others there are.
func failureInShort(r *mailcheck.Report) mailcheck.Text {
	failures := roots(r, checks.Failure)
	if len(failures) == 0 {
		return mailcheck.Textf("something fails")
	}
	text := mailcheck.Textf("%s", mailcheck.Clause(failures[0].Check.Summary))
	if len(failures[0].Places) > 0 {
		text = mailcheck.Textf("%s (%s)", text, mailcheck.ListOf(failures[0].Places).AtMost(1))
	}
	if n := len(failures) - 1; n > 0 {
		return mailcheck.Textf("%s, and %s", text, mailcheck.Count{N: n, Noun: "more failure"})
	}
	return text
}

// missingSentence says that no server works for a purpose, and why.
func missingSentence(r *mailcheck.Report, to purpose) mailcheck.Text {
	tested := slices.ContainsFunc(r.Servers, func(s mailcheck.ServerResult) bool {
		return slices.Contains(to.protocols, s.Protocol) && !hidden(s)
	})
	if c := untried(r, to.protocols); c != nil {
		return mailcheck.Textf("the servers answer, but whether a login works is not known. %s", ours(c.Summary))
	}
	text := to.notFound
	switch {
	case !tested && r.Verdict == mailcheck.Untested:
		if mailcheck.Shows(r.Findings, checks.RunInterrupted) {
			return mailcheck.Textf("%s.", to.interrupted)
		}
		return mailcheck.Textf("%s.", to.outOfTime)
	case tested && r.Verdict == mailcheck.Untested:
		text = to.notReached
	case tested:
		text = to.notWorking
	}
	if c := causeFor(r, to.protocols); c != nil {
		if at := refused(r, to.protocols); at != nil {
			return refusedSentence(at, c)
		}
		return mailcheck.Textf("%s: %s.", text, mailcheck.Clause(c.Summary))
	}
	return mailcheck.Textf("%s.", text)
}

// undecided are the checks for which nobody knows whether a login works.
var undecided = []*checks.Check{checks.RunTimeout, checks.RunInterrupted, checks.RunSlowDown, checks.LoginNoMechanism, checks.LoginNotTrusted}

// untried returns why it is not known whether a login works at the servers of these
// protocols, if they are in order but for that; else nil.
func untried(r *mailcheck.Report, protocols []mailcheck.Protocol) *checks.Check {
	var why *checks.Check
	for _, s := range r.Servers {
		switch {
		case !slices.Contains(protocols, s.Protocol) || hidden(s):
		case !answered(s):
			return nil
		default:
			for _, f := range s.Findings() {
				if slices.ContainsFunc(undecided, f.Check.Is) {
					why = f.Check
				}
			}
		}
	}
	return why
}

// causeFor returns what keeps the servers of these protocols from working: the worst
// finding about one of them, else about discovery; nil if nothing is known.
func causeFor(r *mailcheck.Report, protocols []mailcheck.Protocol) *checks.Check {
	var discovery *checks.Check
	for _, f := range r.Findings {
		if f.Severity != checks.Failure || f.BecauseOf != nil || strings.HasPrefix(f.Check.ID, "account.") {
			continue
		}
		if slices.Contains(protocols, protocolOf(r, f.Server)) {
			return f.Check
		}
		if f.Server == "" && discovery == nil {
			discovery = f.Check
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
func serversSentence(r *mailcheck.Report) mailcheck.Text {
	var failed []string
	for _, s := range r.Servers {
		if s.Verdict == mailcheck.Fail {
			failed = append(failed, s.URL())
		}
	}
	total := len(r.Servers)
	cause := causeFor(r, mailcheck.Protocols)
	switch {
	case total == 0:
		return mailcheck.Textf("no server was tested.")
	case len(failed) > 0 && total == 1 && cause != nil:
		return mailcheck.Textf("%s.", mailcheck.Clause(cause.Summary))
	case len(failed) == total && total == 1:
		return mailcheck.Textf("does not work.")
	case len(failed) == total:
		return mailcheck.Textf("none of %d servers works.", total)
	case len(failed) > 0:
		return mailcheck.Textf("%d of %d servers failed: %s.", len(failed), total, mailcheck.ListOf(failed).AtMost(2))
	}
	if r.Verdict == mailcheck.Untested {
		return mailcheck.Textf("whether it works is not known: %s.", unfinished(r))
	}
	switch w := warningCount(r); {
	case total > 1 && w.N > 0:
		return mailcheck.Textf("all %d servers work, with %s.", total, w)
	case total > 1:
		return mailcheck.Textf("all %d servers work.", total)
	case w.N > 0:
		return mailcheck.Textf("works, with %s.", w)
	}
	return mailcheck.Textf("works.")
}

// unfinished says how the test of servers ended early.
func unfinished(r *mailcheck.Report) mailcheck.Text {
	for _, f := range r.Findings {
		if slices.ContainsFunc(undecided, f.Check.Is) {
			return mailcheck.Textf("%s", mailcheck.Clause(f.Check.Summary))
		}
	}
	return mailcheck.Textf("the run ended before the test did")
}

// described names a server in a sentence.
func described(s mailcheck.Server) mailcheck.Text {
	return mailcheck.Textf("%s at %s (%s)", protocolName(s.Protocol), s.Endpoint(), securityName(s.Security))
}

func warningCount(r *mailcheck.Report) mailcheck.Count {
	return mailcheck.Count{N: len(roots(r, checks.Warning)), Noun: "warning"}
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

func securityName(s mailcheck.Security) mailcheck.Text {
	switch s {
	case mailcheck.ImplicitTLS:
		return mailcheck.Textf("TLS")
	case mailcheck.StartTLS:
		return mailcheck.Textf("STARTTLS")
	}
	return mailcheck.Textf("not encrypted")
}
