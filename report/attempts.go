package report

import (
	"slices"

	"mailcheck"
	"mailcheck/checks"
)

// attempts writes which way to log in was accepted where, and below it what was said of the
// others: only where every way was to be tried.
func attempts(p *page, r *mailcheck.Report) {
	tried := slices.DeleteFunc(ranked(r.Servers), func(s mailcheck.ServerResult) bool { return s.Login == nil || len(s.Login.Attempts) == 0 })
	if len(tried) == 0 {
		return
	}
	head := []cell{plain(mailcheck.Textf("Mechanism"))}
	for _, s := range tried {
		head = append(head, plain(mailcheck.Textf("%s %s port %d", protocolName(s.Protocol), s.Host, s.Port)))
	}
	rows := [][]cell{head}
	for _, way := range waysOf(tried) {
		row := []cell{plain(wayText(way))}
		for _, s := range tried {
			row = append(row, became(s.Login, way))
		}
		rows = append(rows, row)
	}
	p.blank()
	if !p.grid(rows) {
		becameList(p, rows)
	}
	p.blank()
	for _, s := range tried {
		saidOf(p, s)
	}
}

// loginWay is a row: a mechanism, and what it is bound to.
type loginWay struct{ mechanism, binding string }

// wayText names a way to log in.
func wayText(w loginWay) mailcheck.Text {
	switch w.binding {
	case "":
		return verbatim(w.mechanism)
	case "y":
		return mailcheck.Textf("%s (flag y)", w.mechanism)
	}
	return mailcheck.Textf("%s (%s)", w.mechanism, w.binding)
}

// waysOf lists the ways of all servers, those that were gone before those that were not.
func waysOf(servers []mailcheck.ServerResult) []loginWay {
	var gone, left []loginWay
	for _, s := range servers {
		for _, a := range s.Login.Attempts {
			w := loginWay{a.Mechanism, a.Binding}
			if a.State != mailcheck.LoginSkipped && !slices.Contains(gone, w) {
				gone = append(gone, w)
			}
		}
	}
	for _, s := range servers {
		for _, a := range s.Login.Attempts {
			if w := (loginWay{a.Mechanism, a.Binding}); !slices.Contains(gone, w) && !slices.Contains(left, w) {
				left = append(left, w)
			}
		}
	}
	return append(gone, left...)
}

// states are those of an attempt, the best first, with what is said of each.
var states = []struct {
	state    mailcheck.LoginState
	words    string
	severity checks.Severity
}{
	{mailcheck.LoginAccepted, "accepted", checks.OK},
	{mailcheck.LoginRefused, "rejected", checks.Failure},
	{mailcheck.LoginBroken, "failed", checks.Warning},
	{mailcheck.LoginSkipped, "not tried", checks.Info},
}

// became is what became of a way at one server, under whatever user name it went best.
func became(l *mailcheck.Login, w loginWay) cell {
	for _, s := range states {
		if slices.ContainsFunc(l.Attempts, func(a mailcheck.Attempt) bool { return loginWay{a.Mechanism, a.Binding} == w && a.State == s.state }) {
			return coloured(ours(s.words), s.severity)
		}
	}
	return plain(ours("-")) // it is not offered
}

// becameList is what becomes of the grid where names are too long for it.
func becameList(p *page, rows [][]cell) {
	for i, server := range rows[0][1:] {
		p.say(0, 2, "%s", server.text())
		for _, row := range rows[1:] {
			if words := row[i+1].text(); words.String() != "-" {
				p.say(2, 4, "%s: %s", row[0].text(), words)
			}
		}
	}
}

// saidOf writes a server's words to each way that was not accepted, or why it was not
// gone; the same words once.
func saidOf(p *page, s mailcheck.ServerResult) {
	var said []mailcheck.Text
	for _, a := range s.Login.Attempts {
		if a.State != mailcheck.LoginAccepted && !slices.ContainsFunc(said, a.Reason.Equal) {
			said = append(said, a.Reason)
		}
	}
	if len(said) == 0 {
		return
	}
	p.say(0, 2, "%s:", s.Endpoint())
	for _, words := range said {
		var ways []mailcheck.Text
		for _, a := range s.Login.Attempts {
			text := wayText(loginWay{a.Mechanism, a.Binding})
			if a.State != mailcheck.LoginAccepted && a.Reason.Equal(words) && !slices.ContainsFunc(ways, text.Equal) {
				ways = append(ways, text)
			}
		}
		p.say(2, 4, "%s: %s", mailcheck.Joined(ways, ", "), words)
	}
}
