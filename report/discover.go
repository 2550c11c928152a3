package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"mailcheck"
)

// Discover writes what each source publishes, side by side, and where the
// sources disagree.
func Discover(w io.Writer, r *mailcheck.Report, opts Options) error {
	p := &page{width: opts.width()}
	verdictLine(p, r, opts, discoverySentence(r))
	p.blank()
	published := publishedRows(r)
	if len(published) > 1 && !p.grid(published) {
		publishedList(p, r)
	}
	aroundMail(p, r)
	disagreements(p, r)
	sources(p, r, Options{Verbose: true}) // here they are the answer
	findings(p, r, opts)
	footer(p, r)
	_, err := io.WriteString(w, p.String())
	return err
}

// discoverySentence counts the sources that had something to say.
func discoverySentence(r *mailcheck.Report) string {
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
		return missingSentence(r, "reading or sending mail", nil)
	}
	return fmt.Sprintf("settings found at %d of %s: %s.", len(names), count(asked, "source"), strings.Join(names, ", "))
}

// publishedRows has a row per source that names mail servers and a column per
// protocol of a mail account. A source that names another host than one of more
// trust is marked.
func publishedRows(r *mailcheck.Report) [][]string {
	columns := slices.Concat(incoming, outgoing)
	for _, p := range exchange {
		if slices.ContainsFunc(r.Sources, func(s mailcheck.SourceResult) bool { return len(endpoints(s, p)) > 0 }) {
			columns = append(columns, p)
		}
	}
	rows := [][]string{{"Source"}}
	for _, protocol := range columns {
		name := protocolName(protocol)
		rows[0] = append(rows[0], strings.ToUpper(name[:1])+name[1:])
	}
	for _, s := range r.Sources {
		if !slices.ContainsFunc(s.Servers, forMail) {
			continue
		}
		row := []string{s.Name}
		for _, protocol := range columns {
			names := endpoints(s, protocol)
			if len(names) == 0 {
				names = []string{"-"}
			}
			if disagrees(r, s.Name, protocol) {
				names[0] += " (!)"
			}
			row = append(row, strings.Join(names, "\n"))
		}
		rows = append(rows, row)
	}
	return rows
}

func forMail(s mailcheck.Server) bool {
	return s.Protocol.Reads() || s.Protocol.Sends() || s.Protocol.Exchange()
}

func disagrees(r *mailcheck.Report, source string, p mailcheck.Protocol) bool {
	return slices.ContainsFunc(mailcheck.Disagreements(r.Sources), func(d mailcheck.Disagreement) bool {
		return d.Protocol == p && d.Second.Name == source
	})
}

// aroundMail lists what is published besides mail servers: calendars, address
// books and the like.
func aroundMail(p *page, r *mailcheck.Report) {
	rows := [][]string{{"Also", "Server", "Source"}}
	for _, s := range r.Settings {
		if !forMail(s.Server) {
			rows = append(rows, []string{protocolName(s.Protocol), safe(s.URL()), strings.Join(s.Sources, ", ")})
		}
	}
	if len(rows) == 1 {
		return
	}
	p.blank()
	if !p.grid(rows) {
		for _, row := range rows[1:] {
			p.paragraph(0, 2, fmt.Sprintf("%s (%s): %s", row[0], row[2], row[1]))
		}
	}
}

// endpoints lists what a source publishes for a protocol.
func endpoints(s mailcheck.SourceResult, protocol mailcheck.Protocol) []string {
	var names []string
	for _, server := range s.Servers {
		if server.Protocol == protocol {
			names = append(names, safe(server.Endpoint())+" "+securityName(server.Security))
		}
	}
	return names
}

// publishedList is what becomes of the table where names are too long for it.
func publishedList(p *page, r *mailcheck.Report) {
	for _, s := range r.Sources {
		servers := slices.DeleteFunc(slices.Clone(s.Servers), func(s mailcheck.Server) bool { return !forMail(s) })
		if len(servers) > 0 {
			p.paragraph(0, 2, s.Name+":")
		}
		for _, server := range servers {
			p.paragraph(2, 4, fmt.Sprintf("%s at %s (%s)", protocolName(server.Protocol), safe(server.Endpoint()), securityName(server.Security)))
		}
	}
}

// disagreements names the protocols for which two sources prefer different
// servers: which one a client uses then depends on the client. A guess disagrees
// with nobody.
func disagreements(p *page, r *mailcheck.Report) {
	p.blank()
	for _, protocol := range mailcheck.Protocols {
		var preferred, says []string
		for _, s := range r.Sources {
			names := endpoints(s, protocol)
			if len(names) == 0 || s.Kind == mailcheck.Guessed {
				continue
			}
			if !slices.Contains(preferred, names[0]) {
				preferred = append(preferred, names[0])
			}
			says = append(says, s.Name+" prefers "+names[0])
		}
		if len(preferred) > 1 {
			p.paragraph(0, 2, fmt.Sprintf("The sources disagree about %s: %s.", protocolName(protocol), strings.Join(says, "; ")))
		}
	}
}
