package report

import (
	"cmp"
	"slices"

	"mailcheck"
	"mailcheck/checks"
)

// clientsTable says what each mail client would end up with, a row per client.
func clientsTable(p *page, r *mailcheck.Report) {
	sentence := clientsSentence(r)
	if r.Address.Domain != "" {
		sentence = mailcheck.Textf("%s: %s", r.Address, sentence)
	}
	p.paragraph(0, 2, sentence)
	p.blank()
	clientsAlone(p, r)
	clientsHelp(p, r)
}

// clientsAlone says what each client would end up with, and why.
func clientsAlone(p *page, r *mailcheck.Report) {
	known, unknown := partition(r.Clients)
	clientsGrid(p, known)
	p.blank()
	clientReasons(p, known)
	if p.Verbose {
		clientReasons(p, unknown)
	} else {
		clientExposures(p, r.Clients)
		notKnown(p, unknown)
	}
}

// clientsHelp says what helps, and what to know about the servers.
func clientsHelp(p *page, r *mailcheck.Report) {
	known, _ := partition(r.Clients)
	clientSetups(p, r, known)
	p.blank()
	var taken []mailcheck.Server
	for _, c := range known {
		taken = append(taken, c.Servers...)
	}
	unvouched(p, r, taken)
	p.say(0, 0, "Passwords were not tried. How a client asks, place by place: --verbose. Whether the servers work: mailcheck check %s", r.Address)
}

// partition parts the clients of which something is known from the others, which nobody
// needs to read a row about.
func partition(clients []mailcheck.ClientResult) (known, unknown []mailcheck.ClientResult) {
	for _, c := range clients {
		if c.Outcome == mailcheck.NotKnown {
			unknown = append(unknown, c)
		} else {
			known = append(known, c)
		}
	}
	return known, unknown
}

// notKnown names the clients of which nothing certain is known.
func notKnown(p *page, clients []mailcheck.ClientResult) {
	var names []mailcheck.Text
	for _, c := range clients {
		names = append(names, verbatim(c.Client))
	}
	if len(names) > 0 {
		p.blank()
		p.say(0, 2, "Not known (--verbose says why): %s.", mailcheck.Joined(names, "; "))
	}
}

// clientsGrid writes a row per client. Many end up with the same, so each set of
// servers has a letter and stands below. Sources have a column where there are any.
func clientsGrid(p *page, clients []mailcheck.ClientResult) {
	sources := slices.ContainsFunc(clients, func(c mailcheck.ClientResult) bool { return c.Source != "" })
	rows := [][]cell{header("Client", "Outcome", "Settings")}
	if sources {
		rows[0] = slices.Insert(rows[0], 2, header("Source")...)
	}
	var distinct []mailcheck.Text
	for _, c := range clients {
		letter := mailcheck.Textf("-")
		if servers := clientServers(c); !servers.Empty() {
			i := slices.IndexFunc(distinct, servers.Equal)
			if i < 0 {
				distinct, i = append(distinct, servers), len(distinct)
			}
			letter = letterOf(i)
		}
		row := []cell{plain(verbatim(c.Client)), coloured(ours(c.Outcome), outcomeSeverity(c)), plain(letter)}
		if sources {
			row = slices.Insert(row, 2, plain(verbatim(cmp.Or(c.Source, "-"))))
		}
		rows = append(rows, row)
	}
	if !p.grid(rows) {
		for _, row := range rows[1:] {
			var texts []mailcheck.Text
			for _, c := range row {
				texts = append(texts, c.text())
			}
			p.paragraph(0, 2, mailcheck.Joined(texts, "; "))
		}
	}
	p.blank()
	for i, servers := range distinct {
		p.say(0, 2, "%s: %s", letterOf(i), servers)
	}
}

// clientReasons says why, once for all clients with the same reason; with --verbose
// for each, with the way there.
func clientReasons(p *page, clients []mailcheck.ClientResult) {
	names := map[string][]mailcheck.Text{}
	for _, c := range clients {
		names[c.Reason.String()] = append(names[c.Reason.String()], verbatim(c.Client))
	}
	said := map[string]bool{"": true}
	for _, c := range clients {
		reason := c.Reason.String()
		if p.Verbose {
			clientWay(p, c)
		} else if !said[reason] {
			p.say(0, 2, "%s: %s.", mailcheck.Joined(names[reason], "; "), c.Reason)
		}
		said[reason] = true
	}
}

// clientWay says why, the way there and who says so.
func clientWay(p *page, c mailcheck.ClientResult) {
	if c.Reason.Empty() {
		p.say(0, 2, "%s:", c.Client)
	} else {
		p.say(0, 2, "%s: %s.", c.Client, c.Reason)
	}
	for _, line := range c.Asked {
		p.paragraph(4, 6, line)
	}
	clientExposure(p, c)
	p.say(4, 6, "Rules: %s", c.Ref)
}

// clientSetups names what the setup command writes for those that do not configure
// themselves.
func clientSetups(p *page, r *mailcheck.Report, clients []mailcheck.ClientResult) {
	var formats []string
	names := map[string][]mailcheck.Text{}
	for _, c := range clients {
		if c.Outcome == mailcheck.Configures || c.Setup == "" {
			continue
		}
		if names[c.Setup] == nil {
			formats = append(formats, c.Setup)
		}
		names[c.Setup] = append(names[c.Setup], verbatim(c.Client))
	}
	if len(formats) == 0 {
		return
	}
	p.blank()
	p.say(0, 2, "What helps those that do not configure themselves is written by mailcheck setup %s and:", r.Address)
	for _, format := range formats {
		p.say(2, 4, "--for %s: %s", format, mailcheck.Joined(names[format], "; "))
	}
}

func clientsSentence(r *mailcheck.Report) mailcheck.Text {
	counts := map[mailcheck.Outcome]int{}
	for _, c := range r.Clients {
		counts[c.Outcome]++
	}
	all := mailcheck.Count{N: len(r.Clients), Noun: "mail client"}
	text := mailcheck.Textf("of %s %d will set up the account, %d must ask the user, %d will fail.", all,
		counts[mailcheck.Configures], counts[mailcheck.Asks], counts[mailcheck.Fails])
	if n := counts[mailcheck.NotKnown]; n > 0 {
		text = mailcheck.Textf("of %s %d will set up the account, %d must ask the user, %d will fail; of %d it is not known.", all,
			counts[mailcheck.Configures], counts[mailcheck.Asks], counts[mailcheck.Fails], n)
	}
	clear := 0
	for _, c := range r.Clients {
		if c.Password.Clear() {
			clear++
		}
	}
	if clear > 0 {
		return mailcheck.Textf("%s With %d of them the password is not encrypted.", text, clear)
	}
	return text
}

func clientServers(c mailcheck.ClientResult) mailcheck.Text {
	var names []mailcheck.Text
	for _, s := range c.Servers {
		name := mailcheck.Textf("%s %s (%s)", protocolName(s.Protocol), s.Endpoint(), securityName(s.Security))
		if s.Username != "" {
			name = mailcheck.Textf("%s, user name %s", name, s.Username)
		}
		names = append(names, name)
	}
	return mailcheck.Joined(names, "; ")
}

// outcomeSentence says what becomes of one client, and why.
func outcomeSentence(c mailcheck.ClientResult) mailcheck.Text {
	text := ours(c.Outcome)
	if !c.Reason.Empty() {
		text = mailcheck.Textf("%s: %s", text, c.Reason)
	}
	if c.Password.Clear() {
		text = mailcheck.Textf("%s; password: %s", text, ours(c.Password))
	}
	return text
}

// letterOf numbers with letters, since findings have the digits.
func letterOf(i int) mailcheck.Text { return verbatim(string(rune('A' + i%26))) }

// outcomeSeverity is that of what comes of it. To configure itself is no success for a
// client that then gives the password away.
func outcomeSeverity(c mailcheck.ClientResult) checks.Severity {
	switch c.Outcome {
	case mailcheck.Configures:
		if c.Password.Clear() {
			return checks.Failure
		}
		return checks.OK
	case mailcheck.Asks:
		return checks.Warning
	case mailcheck.Fails:
		return checks.Failure
	}
	return checks.Info
}
