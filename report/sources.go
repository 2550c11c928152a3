package report

import (
	"slices"

	"mailcheck"
)

// sourcesTable says what each source publishes, side by side, and where the sources
// disagree.
func sourcesTable(p *page, r *mailcheck.Report) {
	verdictLine(p, r, discoverySentence(r))
	p.blank()
	sideBySide(p, r)
	sources(p, r, true) // here they are the answer
	findings(p, r)
	footer(p, r)
}

// sideBySide puts what the sources publish side by side.
func sideBySide(p *page, r *mailcheck.Report) {
	published := publishedRows(r)
	if len(published) > 1 && !p.grid(published) {
		publishedList(p, r)
	}
	aroundMail(p, r)
	preferences(p, r)
	unvouched(p, r, usable(r))
}

// discoverySentence counts the sources that had something to say.
func discoverySentence(r *mailcheck.Report) mailcheck.Text {
	var names []string
	asked := 0
	for _, s := range r.Sources {
		if slices.ContainsFunc(s.Servers, forMail) {
			names = append(names, s.Name)
		}
		if s.Publishes() {
			asked++
		}
	}
	if len(names) == 0 {
		return missingSentence(r, purpose{notFound: toReadOrSend().notFound})
	}
	return mailcheck.Textf("settings found at %d of %s: %s.", len(names), mailcheck.Count{N: asked, Noun: "source"}, mailcheck.ListOf(names))
}

// publishedRows has a row per source that names mail servers and a column per
// protocol of a mail account. A source that names another host than one of more
// trust is marked.
func publishedRows(r *mailcheck.Report) [][]cell {
	protocols := slices.Concat(incoming, outgoing)
	for _, p := range exchange {
		if slices.ContainsFunc(r.Sources, func(s mailcheck.SourceResult) bool { return len(endpoints(s, p)) > 0 }) {
			protocols = append(protocols, p)
		}
	}
	disagreements := mailcheck.Disagreements(r.Sources)
	rows := [][]cell{header("Source")}
	for _, protocol := range protocols {
		rows[0] = append(rows[0], plain(columnTitle(protocol)))
	}
	for _, s := range r.Sources {
		if !slices.ContainsFunc(s.Servers, forMail) {
			continue
		}
		row := []cell{plain(verbatim(s.Name))}
		for _, protocol := range protocols {
			names := endpoints(s, protocol)
			if len(names) == 0 {
				names = []mailcheck.Text{mailcheck.Textf("-")}
			}
			if disagrees(disagreements, s.Name, protocol) {
				names[0] = mailcheck.Textf("%s (!)", names[0])
			}
			row = append(row, plain(names...))
		}
		rows = append(rows, row)
	}
	return rows
}

func columnTitle(p mailcheck.Protocol) mailcheck.Text {
	if p == mailcheck.Submission {
		return mailcheck.Textf("Submission")
	}
	return verbatim(protocolName(p))
}

func forMail(s mailcheck.Server) bool {
	return s.Protocol.Reads() || s.Protocol.Sends() || s.Protocol.Exchange()
}

func disagrees(all []mailcheck.Disagreement, source string, p mailcheck.Protocol) bool {
	return slices.ContainsFunc(all, func(d mailcheck.Disagreement) bool {
		return d.Protocol == p && d.Second.Name == source
	})
}

// aroundMail lists what is published besides mail servers: calendars, address
// books and the like.
func aroundMail(p *page, r *mailcheck.Report) {
	rows := [][]cell{header("Also", "Server", "Source")}
	for _, s := range r.Settings {
		if !forMail(s.Server) {
			rows = append(rows, []cell{plain(verbatim(protocolName(s.Protocol))), plain(verbatim(s.URL())), plain(mailcheck.Textf("%s", mailcheck.ListOf(s.Sources)))})
		}
	}
	if len(rows) == 1 {
		return
	}
	p.blank()
	if !p.grid(rows) {
		for _, row := range rows[1:] {
			p.say(0, 2, "%s (%s): %s", row[0].text(), row[2].text(), row[1].text())
		}
	}
}

// endpoints lists what a source publishes for a protocol.
func endpoints(s mailcheck.SourceResult, protocol mailcheck.Protocol) []mailcheck.Text {
	var names []mailcheck.Text
	for _, server := range s.Servers {
		if server.Protocol == protocol {
			names = append(names, endpoint(server))
		}
	}
	return names
}

func endpoint(s mailcheck.Server) mailcheck.Text {
	return mailcheck.Textf("%s %s", s.Endpoint(), securityName(s.Security))
}

// publishedList is what becomes of the table where names are too long for it.
func publishedList(p *page, r *mailcheck.Report) {
	for _, s := range r.Sources {
		servers := slices.DeleteFunc(slices.Clone(s.Servers), func(s mailcheck.Server) bool { return !forMail(s) })
		if len(servers) > 0 {
			p.say(0, 2, "%s:", s.Name)
		}
		for _, server := range servers {
			p.paragraph(2, 4, described(server))
		}
	}
}

// preferences says for which protocols it depends on the source which server a
// client gets.
func preferences(p *page, r *mailcheck.Report) {
	p.blank()
	for _, protocol := range mailcheck.Protocols {
		var says []mailcheck.Text
		for _, preferred := range mailcheck.Preferences(r.Sources, protocol) {
			says = append(says, mailcheck.Textf("%s prefers %s", preferred.Source, endpoint(preferred.Server)))
		}
		if len(says) > 0 {
			p.say(0, 2, "Which server a client gets for %s depends on the source that it reads: %s.", protocolName(protocol), mailcheck.Joined(says, "; "))
		}
	}
}
