package report

import (
	"io"
	"slices"
	"time"

	"mailcheck"
)

// tables are what people see of each view.
var tables = map[View]func(*page, *mailcheck.Report){
	Account: accountTable,
	Sources: sourcesTable,
	Clients: clientsTable,
	File:    fileTable,
}

// Table writes the report for people.
func Table(w io.Writer, r *mailcheck.Report, opts Options) error {
	p := &page{Options: opts}
	tables[opts.View](p, r)
	machine(p, r)
	_, err := io.WriteString(w, p.String())
	return err
}

// accountTable says whether an account works: the verdict, the servers, what each
// source said, and the findings with their remedies.
func accountTable(p *page, r *mailcheck.Report) {
	verdictLine(p, r, testSentence(r))
	userNames(p, r)
	signedIn(p, r)
	servers(p, r)
	attempts(p, r)
	mailboxes(p, r)
	flow(p, r)
	audits(p, r)
	sources(p, r, p.Verbose)
	findings(p, r)
	footer(p, r)
}

// testSentence sums up what was tested: an address, or servers that were named.
func testSentence(r *mailcheck.Report) mailcheck.Text {
	if r.Address.Domain == "" {
		return serversSentence(r)
	}
	return accountSentence(r)
}

// userNames names what to log in with, where the sources say it.
func userNames(p *page, r *mailcheck.Report) {
	if slices.ContainsFunc(r.Usable(), func(s mailcheck.Setting) bool { return s.OwnName && s.Username == "" }) {
		p.say(6, 8, "User name: that of the account at the provider, see below")
		return
	}
	var names []string
	for _, s := range r.Usable() {
		if s.Username != "" && !slices.Contains(names, s.Username) {
			names = append(names, s.Username)
		}
	}
	if len(names) > 0 {
		p.say(6, 8, "User name: %s", mailcheck.ListOf(names).AtMost(2))
	}
}

// signedIn says that the run logged in with what is kept, which nobody gave it.
func signedIn(p *page, r *mailcheck.Report) {
	tried := slices.ContainsFunc(r.Servers, func(s mailcheck.ServerResult) bool { return s.Login != nil && s.Login.State != mailcheck.LoginSkipped })
	if r.SignIn != nil && r.SignIn.State == mailcheck.SignInUsed && tried {
		p.say(6, 8, "Login: with the sign-in that is kept, at %s", r.SignIn.Issuer)
	}
}

// servers writes a row per server. Guesses that were wrong are one line: nobody
// said that there is a server.
func servers(p *page, r *mailcheck.Report) {
	rows := [][]cell{header("Protocol", "Server", "Security", "Result", "Seen")}
	var wrong []string
	numbers := numbered(r)
	for _, s := range ranked(r.Servers) {
		if hidden(s) && !p.Verbose {
			wrong = append(wrong, s.Endpoint())
			continue
		}
		rows = append(rows, []cell{
			plain(verbatim(protocolName(s.Protocol))), plain(verbatim(s.Endpoint())), plain(securityName(s.Security)),
			coloured(result(s), severityOf(s.Verdict)), plain(seen(p, r, s, numbers)),
		})
	}
	p.blank()
	if len(rows) > 1 && !p.grid(rows) {
		serverList(p, rows[1:])
	}
	notTried(p, r)
	if !slices.ContainsFunc(r.Servers, func(s mailcheck.ServerResult) bool { return s.Login != nil }) {
		unvouched(p, r, usable(r))
	}
	if len(wrong) > 0 {
		p.say(0, 2, "Guessed, but not there: %s", mailcheck.ListOf(wrong).AtMost(3))
	}
}

// serverList is what becomes of the table where names are too long for it.
func serverList(p *page, rows [][]cell) {
	for _, row := range rows {
		p.say(0, 2, "%s, %s: %s", row[0].text(), row[2].text(), row[3].text())
		p.paragraph(2, 4, row[1].text())
		p.paragraph(2, 4, row[4].text())
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
		!slices.ContainsFunc(s.Addresses, func(a mailcheck.AddressResult) bool { return a.State == mailcheck.Connected })
}

func result(s mailcheck.ServerResult) mailcheck.Text {
	switch {
	case answered(s):
		return mailcheck.Textf("answers")
	case s.Verdict == mailcheck.Pass:
		return mailcheck.Textf("ok")
	case s.Verdict == mailcheck.Warn:
		return mailcheck.Textf("warning")
	case s.Verdict == mailcheck.Fail:
		return mailcheck.Textf("FAILED")
	}
	return mailcheck.Textf("untested")
}

// validFor is how long a server's certificate is still good, if it is: it may have ended
// while others were tested.
func validFor(s mailcheck.ServerResult, from time.Time) time.Duration {
	if len(s.TLS.Chain) == 0 {
		return 0
	}
	return s.TLS.Chain[0].NotAfter.Sub(from)
}

// seen says in a few words what a test saw: the worst finding with its number
// below, else how the connection is protected and how to log in.
func seen(p *page, r *mailcheck.Report, s mailcheck.ServerResult, numbers map[string]int) mailcheck.Text {
	if waiting(s) {
		return mailcheck.Textf("login not tried")
	}
	if !s.Verdict.Usable() {
		if answered(s) && s.Login.State == mailcheck.LoginAccepted {
			return mailcheck.Textf("%s, %s", wayIn(s), worst(s, numbers))
		}
		return worst(s, numbers)
	}
	var words []mailcheck.Text
	if s.TLS != nil {
		words = append(words, verbatim(s.TLS.Version))
		if left := validFor(s, finished(r)); left > 0 && (p.Verbose || p.width() >= roomy) {
			words = append(words, mailcheck.Textf("certificate valid %s", mailcheck.Span(left)))
		}
		if s.TLS.DANE != nil && s.TLS.DANE.State == "ok" {
			words = append(words, mailcheck.Textf("DANE good"))
		}
	}
	words = append(words, wayIn(s))
	if s.Software != "" && (p.Verbose || p.width() >= roomy) {
		words = append(words, verbatim(s.Software))
	}
	if s.Verdict == mailcheck.Warn {
		words = append(words, worst(s, numbers))
	}
	return mailcheck.Joined(words, ", ")
}

// wayIn says whether the login worked; without one, how one can log in.
func wayIn(s mailcheck.ServerResult) mailcheck.Text {
	switch {
	case s.Login != nil && s.Login.State == mailcheck.LoginAccepted:
		return mailcheck.Textf("logged in (%s)", s.Login.Mechanism)
	case s.Login != nil && s.Login.State == mailcheck.LoginSkipped:
		return mailcheck.Textf("login not tried")
	case s.PasswordOK:
		return mailcheck.Textf("password login")
	case len(s.Mechanisms.AfterTLS) > 0:
		return mailcheck.Textf("login with %s", mailcheck.ListOf(s.Mechanisms.AfterTLS).AtMost(2))
	case s.Verdict == mailcheck.Pass && s.Path != "":
		return mailcheck.Textf("answers without a login")
	}
	return mailcheck.Textf("no login offered")
}

// worst names the worst finding of a server, and its number in the list below.
func worst(s mailcheck.ServerResult, numbers map[string]int) mailcheck.Text {
	var found mailcheck.Finding
	for _, f := range s.Findings() {
		if f.Severity > found.Severity {
			found = f
		}
	}
	if found.Check == nil {
		return mailcheck.Textf("not tested")
	}
	if n := numbers[found.Check.ID+" "+s.URL()]; n > 0 {
		return mailcheck.Textf("%s [%d]", found.Check.ID, n)
	}
	return verbatim(found.Check.ID)
}

// sources writes what each source had to say. Where settings were found, those
// that have nothing are one line: there are many, and the reader has an answer.
func sources(p *page, r *mailcheck.Report, all bool) {
	if len(r.Sources) == 0 {
		return
	}
	rows := [][]cell{header("Source", "State", "What it says")}
	var nothing []string
	for _, s := range r.Sources {
		switch {
		case s.State == mailcheck.Absent && !s.Publishes():
			// nobody expects it
		case s.State == mailcheck.Absent && len(r.Settings) > 0 && !all:
			nothing = append(nothing, s.Name)
		default:
			rows = append(rows, []cell{plain(verbatim(s.Name)), plain(ours(s.State)), plain(s.Reason)})
		}
	}
	p.blank()
	if len(rows) > 1 && !p.grid(rows) {
		for _, row := range rows[1:] {
			p.say(0, 2, "%s: %s, %s", row[0].text(), row[1].text(), row[2].text())
		}
	}
	if len(nothing) > 0 {
		p.say(0, 2, "Nothing in %s (-v says why)", mailcheck.Count{N: len(nothing), Noun: "other source"})
	}
}

// machine says that a machine has made the translation, where no native reader has read it.
func machine(p *page, _ *mailcheck.Report) {
	if text := p.Language.Foot(); !text.Empty() {
		p.blank()
		p.paragraph(0, 0, text)
	}
}

// footer says when the test ran, and where to read on.
func footer(p *page, r *mailcheck.Report) {
	p.blank()
	p.say(0, 0, "Tested on %s in %.1f s.", mailcheck.Stamp(finished(r)), r.Elapsed.Seconds())
	if all := groups(r.Findings); len(all) > 0 {
		p.say(0, 0, "More about a finding: mailcheck explain %s", all[0].Check.ID)
	}
}
