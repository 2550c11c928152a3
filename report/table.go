package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// Table writes the report for people: the verdict, the servers, what each
// source said, and the findings with their remedies.
func Table(w io.Writer, r *mailcheck.Report, opts Options) error {
	p := &page{width: opts.width()}
	if r.Address.Domain == "" {
		verdictLine(p, r, opts, serversSentence(r))
	} else {
		verdictLine(p, r, opts, accountSentence(r))
	}
	userNames(p, r)
	servers(p, r, opts)
	audits(p, r)
	sources(p, r, opts)
	findings(p, r, opts)
	footer(p, r)
	_, err := io.WriteString(w, p.String())
	return err
}

// userNames names what to log in with, where the sources say it.
func userNames(p *page, r *mailcheck.Report) {
	var names []string
	for _, s := range r.Usable() {
		if s.Username != "" && !slices.Contains(names, safe(s.Username)) {
			names = append(names, safe(s.Username))
		}
	}
	if len(names) > 0 {
		p.paragraph(6, 8, "User name: "+few(names, 2))
	}
}

// servers writes a row per server. Guesses that were wrong are one line: nobody
// said that there is a server.
func servers(p *page, r *mailcheck.Report, opts Options) {
	rows := [][]string{{"Protocol", "Server", "Security", "Result", "Seen"}}
	var wrong []string
	numbers := numbered(r)
	for _, s := range ranked(r.Servers) {
		if hidden(s) && !opts.Verbose {
			wrong = append(wrong, safe(s.Endpoint()))
			continue
		}
		rows = append(rows, []string{
			protocolName(s.Protocol), safe(s.Endpoint()), securityName(s.Security),
			paint(opts, result(s), severityOf(s.Verdict)), seen(r, s, numbers, opts),
		})
	}
	p.blank()
	if len(rows) > 1 && !p.grid(rows) {
		serverList(p, rows[1:])
	}
	if len(wrong) > 0 {
		p.paragraph(0, 2, "Guessed, but not there: "+few(wrong, 3))
	}
}

// serverList is what becomes of the table where names are too long for it.
func serverList(p *page, rows [][]string) {
	for _, row := range rows {
		p.paragraph(0, 2, fmt.Sprintf("%s, %s: %s", row[0], row[2], row[3]))
		p.paragraph(2, 4, row[1])
		p.paragraph(2, 4, row[4])
	}
}

// ranked orders servers by protocol, working ones first.
func ranked(servers []mailcheck.ServerResult) []mailcheck.ServerResult {
	rank := func(s mailcheck.ServerResult) int {
		verdict := slices.Index([]mailcheck.Verdict{mailcheck.Pass, mailcheck.Warn, mailcheck.Fail}, s.Verdict)
		return 10*slices.Index(mailcheck.Protocols, s.Protocol) + verdict
	}
	sorted := slices.Clone(servers)
	slices.SortStableFunc(sorted, func(a, b mailcheck.ServerResult) int { return rank(a) - rank(b) })
	return sorted
}

// hidden reports whether a server was only guessed and never answered.
func hidden(s mailcheck.ServerResult) bool {
	return s.Guessed() && s.Verdict == mailcheck.Fail &&
		!slices.ContainsFunc(s.Addresses, func(a mailcheck.AddressResult) bool { return a.State == "connected" })
}

func result(s mailcheck.ServerResult) string {
	switch {
	case unfinished(s), s.Verdict == mailcheck.Untested:
		return "untested"
	case s.Verdict == mailcheck.Pass:
		return "ok"
	case s.Verdict == mailcheck.Warn:
		return "warning"
	}
	return "FAILED"
}

// unfinished reports whether the run ended before the server's test did.
func unfinished(s mailcheck.ServerResult) bool {
	return s.Verdict == "" || slices.ContainsFunc(s.Findings(), func(f mailcheck.Finding) bool { return f.Check == checks.RunTimeout })
}

// seen says in a few words what a test saw: the worst finding with its number
// below, else how the connection is protected and how to log in.
func seen(r *mailcheck.Report, s mailcheck.ServerResult, numbers map[string]int, opts Options) string {
	if s.Login != nil && s.Login.State == mailcheck.LoginSkipped && s.Verdict == mailcheck.Untested {
		return "login not tried: " + safe(s.Login.Reason.String())
	}
	if s.Verdict == mailcheck.Fail || unfinished(s) {
		return worst(s, numbers)
	}
	var words []string
	if s.TLS != nil {
		words = append(words, safe(s.TLS.Version))
		if len(s.TLS.Chain) > 0 {
			words = append(words, fmt.Sprintf("certificate valid %s", mailcheck.Span(s.TLS.Chain[0].NotAfter.Sub(finished(r)))))
		}
		if s.TLS.DANE != nil && s.TLS.DANE.State == "ok" {
			words = append(words, "DANE good")
		}
	}
	words = append(words, login(s))
	if s.Software != "" && (opts.Verbose || opts.width() >= roomy) {
		words = append(words, safe(s.Software))
	}
	if s.Verdict == mailcheck.Warn {
		words = append(words, worst(s, numbers))
	}
	return strings.Join(words, ", ")
}

// login says whether the login worked; without one, how one can log in.
func login(s mailcheck.ServerResult) string {
	switch {
	case s.Login != nil && s.Login.State == mailcheck.LoginAccepted:
		return "logged in (" + safe(s.Login.Mechanism) + ")"
	case s.Login != nil && s.Login.State == mailcheck.LoginSkipped:
		return "login not tried"
	case s.PasswordOK:
		return "password login"
	case len(s.Mechanisms.AfterTLS) > 0:
		return "login with " + safe(few(s.Mechanisms.AfterTLS, 2))
	case s.Verdict == mailcheck.Pass && s.Path != "":
		return "answers without a login"
	}
	return "no login offered"
}

// worst names the worst finding of a server, and its number in the list below.
func worst(s mailcheck.ServerResult, numbers map[string]int) string {
	var found mailcheck.Finding
	for _, f := range s.Findings() {
		if f.Severity > found.Severity {
			found = f
		}
	}
	if found.Check == nil {
		return "not tested"
	}
	if n := numbers[found.Check.ID+" "+s.URL()]; n > 0 {
		return fmt.Sprintf("%s [%d]", found.Check.ID, n)
	}
	return found.Check.ID
}

// sources writes what each source had to say. Where settings were found, those
// that have nothing are one line: there are many, and the reader has an answer.
func sources(p *page, r *mailcheck.Report, opts Options) {
	if len(r.Sources) == 0 {
		return
	}
	rows := [][]string{{"Source", "State", "What it says"}}
	var nothing []string
	for _, s := range r.Sources {
		switch {
		case s.State == mailcheck.Absent && !s.Publishes():
			// nobody expects it
		case s.State == mailcheck.Absent && len(r.Settings) > 0 && !opts.Verbose:
			nothing = append(nothing, s.Name)
		default:
			rows = append(rows, []string{s.Name, string(s.State), safe(s.Reason.String())})
		}
	}
	p.blank()
	if len(rows) > 1 && !p.grid(rows) {
		for _, row := range rows[1:] {
			p.paragraph(0, 2, fmt.Sprintf("%s: %s, %s", row[0], row[1], row[2]))
		}
	}
	if len(nothing) > 0 {
		p.paragraph(0, 2, "Absent (-v says why): "+strings.Join(nothing, ", "))
	}
}

// footer says when the test ran, and where to read on.
func footer(p *page, r *mailcheck.Report) {
	p.blank()
	p.paragraph(0, 0, fmt.Sprintf("Tested on %s in %.1f s.", finished(r).UTC().Format("2006-01-02 15:04 UTC"), r.Elapsed.Seconds()))
	if all := groups(r.Findings); len(all) > 0 {
		p.paragraph(0, 0, "More about a finding: mailcheck explain "+all[0].Check.ID)
	}
}
