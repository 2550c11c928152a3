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
	disagreements(p, r)
	sources(p, r)
	findings(p, r, opts)
	footer(p, r)
	_, err := io.WriteString(w, p.String())
	return err
}

// discoverySentence counts the sources that had something to say.
func discoverySentence(r *mailcheck.Report) string {
	var names []string
	for _, s := range r.Sources {
		if len(s.Servers) > 0 {
			names = append(names, s.Name)
		}
	}
	if len(names) == 0 {
		return missingSentence(r, "reading or sending mail", nil)
	}
	return fmt.Sprintf("settings found at %d of %s: %s.", len(names), count(len(r.Sources), "source"), strings.Join(names, ", "))
}

// publishedRows has a row per source that names servers and a column per protocol.
func publishedRows(r *mailcheck.Report) [][]string {
	columns := slices.DeleteFunc(slices.Clone(mailcheck.Protocols), func(p mailcheck.Protocol) bool {
		return p.Exchange() && !slices.ContainsFunc(r.Sources, func(s mailcheck.SourceResult) bool { return len(endpoints(s, p)) > 0 })
	})
	rows := [][]string{{"Source"}}
	for _, protocol := range columns {
		name := protocolName(protocol)
		rows[0] = append(rows[0], strings.ToUpper(name[:1])+name[1:])
	}
	for _, s := range r.Sources {
		if len(s.Servers) == 0 {
			continue
		}
		row := []string{s.Name}
		for _, protocol := range columns {
			names := endpoints(s, protocol)
			if len(names) == 0 {
				names = []string{"-"}
			}
			row = append(row, strings.Join(names, "\n"))
		}
		rows = append(rows, row)
	}
	return rows
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
		if len(s.Servers) > 0 {
			p.paragraph(0, 2, s.Name+":")
		}
		for _, server := range s.Servers {
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
			if len(names) == 0 || s.Name == "guess" {
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
