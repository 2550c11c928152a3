package report

import (
	"slices"

	"mailcheck"
	"mailcheck/checks"
)

// fileTable says what is wrong with a file, and what each mail client makes of it.
func fileTable(p *page, r *mailcheck.Report) {
	verdictLine(p, r, fileSentence(r))
	fileClients(p, r)
	fileFindings(p, r)
}

// fileSentence says what the file is, and how much is wrong with it.
func fileSentence(r *mailcheck.Report) mailcheck.Text {
	kind := ours(r.Kind)
	if kind.Empty() {
		kind = mailcheck.Textf("unknown kind of file")
	}
	return mailcheck.Textf("%s, %s.", kind, fileCounts(r.Findings))
}

// fileClients says what each mail client makes of the file.
func fileClients(p *page, r *mailcheck.Report) {
	if len(r.Clients) > 0 {
		p.blank()
		clientsGrid(p, r.Clients)
	}
	reasons := &page{Options: p.Options, told: p.told}
	clientReasons(reasons, slices.DeleteFunc(slices.Clone(r.Clients), func(c mailcheck.ClientResult) bool {
		return !p.Verbose && named(r.Findings, c.Client)
	}))
	if reasons.Len() > 0 {
		p.blank()
		p.WriteString(reasons.String())
	}
}

func fileFindings(p *page, r *mailcheck.Report) {
	for _, f := range r.Findings {
		fileFinding(p, f)
	}
}

// fileCounts says how much is wrong.
func fileCounts(findings []mailcheck.Finding) mailcheck.Text {
	var counts []mailcheck.Count
	for _, s := range []checks.Severity{checks.Failure, checks.Warning, checks.Info} {
		c := mailcheck.Count{Noun: s.String()}
		if s == checks.Info {
			c.Noun = "note"
		}
		for _, f := range findings {
			if f.Severity == s {
				c.N++
			}
		}
		if c.N > 0 {
			counts = append(counts, c)
		}
	}
	if len(counts) == 0 {
		return mailcheck.Textf("nothing to mend")
	}
	return mailcheck.Joined(counts, ", ")
}

// named reports whether a finding says what a client makes of the file, so that it
// need not be said twice.
func named(findings []mailcheck.Finding, client string) bool {
	return slices.ContainsFunc(findings, func(f mailcheck.Finding) bool { return slices.Contains(f.Clients, client) })
}

// fileFinding writes where and what first, so that an editor can jump there.
func fileFinding(p *page, f mailcheck.Finding) {
	p.blank()
	severity := p.in(ours(f.Severity.String()))
	title := mailcheck.Textf("%s: %s: %s", where(f), severity, f.Check.ID)
	if !p.tell(block{title: true, severity: f.Severity, item: item{text: title}}) {
		p.WriteString(where(f).String() + ": " + p.paint(severity.String(), f.Severity) + ": " + f.Check.ID + "\n")
	}
	p.item(seenItem(f.Detail))
	p.item(item{fact, mailcheck.Textf("Means"), ours(f.Check.Summary)})
	p.item(item{toAct, actor(f.Actor()), f.Remedy()})
}

// where names the place in a file as compilers do.
func where(f mailcheck.Finding) mailcheck.Text {
	if f.Line > 0 {
		return mailcheck.Textf("%s:%d:%d", f.Source, f.Line, f.Column)
	}
	return verbatim(f.Source)
}
