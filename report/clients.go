package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// Clients writes what each mail client would end up with, a row per client.
func Clients(w io.Writer, r *mailcheck.Report, opts Options) error {
	p := &page{width: opts.width()}
	p.paragraph(0, 2, fmt.Sprintf("%s: %s", safe(r.Address.String()), clientsSentence(r)))
	p.blank()
	clientsGrid(p, r.Clients, opts)
	p.blank()
	clientReasons(p, r.Clients, opts)
	p.blank()
	p.paragraph(0, 0, "Passwords were not tried. How a client asks, place by place: --verbose. Whether the servers work: mailcheck check "+safe(r.Address.String()))
	_, err := io.WriteString(w, p.String())
	return err
}

// clientsGrid writes a row per client. Many end up with the same, so each set of
// servers has a letter and stands below. Sources have a column where there are any.
func clientsGrid(p *page, clients []mailcheck.ClientResult, opts Options) {
	sources := slices.ContainsFunc(clients, func(c mailcheck.ClientResult) bool { return c.Source != "" })
	header := []string{"Client", "Outcome", "Settings"}
	if sources {
		header = slices.Insert(header, 2, "Source")
	}
	rows := [][]string{header}
	var distinct []string
	for _, c := range clients {
		letter := "-"
		if servers := clientServers(c); servers != "" {
			if !slices.Contains(distinct, servers) {
				distinct = append(distinct, servers)
			}
			letter = letterOf(slices.Index(distinct, servers))
		}
		row := []string{c.Client, paint(opts, string(c.Outcome), outcomeSeverity(c.Outcome)), letter}
		if sources {
			row = slices.Insert(row, 2, dash(c.Source))
		}
		rows = append(rows, row)
	}
	if !p.grid(rows) {
		for _, row := range rows[1:] {
			p.paragraph(0, 2, strings.Join(row, "; "))
		}
	}
	p.blank()
	for i, servers := range distinct {
		p.paragraph(0, 2, letterOf(i)+": "+servers)
	}
}

// clientReasons says why, once for all clients with the same reason; with --verbose
// for each, with the way there.
func clientReasons(p *page, clients []mailcheck.ClientResult, opts Options) {
	names := map[string][]string{}
	for _, c := range clients {
		names[c.Reason.String()] = append(names[c.Reason.String()], c.Client)
	}
	for _, c := range clients {
		if opts.Verbose {
			clientWay(p, c)
		} else if !c.Reason.Empty() && names[c.Reason.String()][0] == c.Client {
			p.paragraph(0, 2, strings.Join(names[c.Reason.String()], "; ")+": "+safe(c.Reason.String())+".")
		}
	}
}

// clientWay says why, the way there and who says so.
func clientWay(p *page, c mailcheck.ClientResult) {
	text := c.Client + ":"
	if !c.Reason.Empty() {
		text += " " + safe(c.Reason.String()) + "."
	}
	p.paragraph(0, 2, text)
	for _, line := range c.Asked {
		p.paragraph(4, 6, line.String())
	}
	p.paragraph(4, 6, "Rules: "+c.Ref)
}

func clientsSentence(r *mailcheck.Report) string {
	counts := map[mailcheck.Outcome]int{}
	for _, c := range r.Clients {
		counts[c.Outcome]++
	}
	say := func(o mailcheck.Outcome, one, more string) string {
		if counts[o] == 1 {
			return one
		}
		return more
	}
	text := fmt.Sprintf("%d of %s %s, %d %s the user, %d %s",
		counts[mailcheck.Configures], count(len(r.Clients), "mail client"), say(mailcheck.Configures, "configures itself", "configure themselves"),
		counts[mailcheck.Asks], say(mailcheck.Asks, "asks", "ask"), counts[mailcheck.Fails], say(mailcheck.Fails, "fails", "fail"))
	if n := counts[mailcheck.NotKnown]; n > 0 {
		text += fmt.Sprintf("; of %d nothing is known", n)
	}
	return text + "."
}

func clientServers(c mailcheck.ClientResult) string {
	var names []string
	for _, s := range c.Servers {
		name := fmt.Sprintf("%s %s (%s)", protocolName(s.Protocol), safe(s.Endpoint()), securityName(s.Security))
		if s.Username != "" {
			name += ", user name " + safe(s.Username)
		}
		names = append(names, name)
	}
	return strings.Join(names, "; ")
}

// letterOf numbers with letters, since findings have the digits.
func letterOf(i int) string { return string(rune('A' + i%26)) }

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func outcomeSeverity(o mailcheck.Outcome) checks.Severity {
	switch o {
	case mailcheck.Configures:
		return checks.OK
	case mailcheck.Asks:
		return checks.Warning
	case mailcheck.Fails:
		return checks.Failure
	}
	return checks.Info
}

type jsonClient struct {
	Client  string          `json:"client"`
	Outcome string          `json:"outcome"`
	Source  string          `json:"source"`
	Reason  string          `json:"reason"`
	Servers []jsonPublished `json:"servers"`
	Asked   []string        `json:"asked"`
	Ref     string          `json:"ref"`
}

// jsonClients leaves the field out of the documents of other commands.
func jsonClients(clients []mailcheck.ClientResult) []jsonClient {
	if len(clients) == 0 {
		return nil
	}
	return each(clients, jsonClientOf)
}

func jsonClientOf(c mailcheck.ClientResult) jsonClient {
	return jsonClient{c.Client, string(c.Outcome), c.Source, safe(c.Reason.String()), each(c.Servers, published), each(c.Asked, mailcheck.Text.String), c.Ref}
}
