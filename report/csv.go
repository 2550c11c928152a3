package report

import (
	"bytes"
	"encoding/csv"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lazy"
)

// CSV writes rows for a spreadsheet: one for each server, source, mail client, or finding
// about a file. It is made for Excel, the one reader that cannot be told otherwise when a
// file is opened by a click: lines end in CR LF, as RFC 4180 has it, and a byte order mark
// comes first, without which Excel reads every letter that is not ASCII wrong. Programs
// have the jsonl format.
func CSV(w io.Writer, r *mailcheck.Report, opts Options) error {
	t := csvTables[opts.View]
	if _, err := io.WriteString(w, "\ufeff"+string(csvLine(t.columns))); err != nil {
		return err
	}
	for _, row := range t.rows(r, opts) {
		if _, err := w.Write(csvLine(row.cells(t.columns))); err != nil {
			return err
		}
	}
	return nil
}

// csvLine returns cells as one line.
func csvLine(cells []string) []byte {
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	out.UseCRLF = true
	_ = out.Write(cells) // a buffer takes it
	out.Flush()
	return b.Bytes()
}

// csvRow has the values of some columns.
type csvRow map[string]string

func (row csvRow) cells(columns []string) []string {
	return each(columns, func(column string) string { return csvCell(row[column]) })
}

// csvTables are what each view has. The columns have the names of the json format where
// they have the same meaning.
var csvTables = map[View]struct {
	columns []string
	rows    func(*mailcheck.Report, Options) []csvRow
}{
	Account: {slices.Concat([]string{"address", "protocol", "host", "port", "security", "path", "username", "verdict"}, csvFinding,
		[]string{"tls_version", "not_after", "days_left", "login", "software", "sources", "elapsed_ms"}), csvServers},
	Sources: {slices.Concat([]string{"address", "source", "kind", "state", "reason", "servers", "elapsed_ms"}, csvFinding), csvSources},
	Clients: {[]string{"address", "client", "outcome", "source", "servers", "reason", "password", "over_http", "confirms", "bad_certificate",
		"no_starttls", "presets_plain", "setup"}, csvClients},
	File: {slices.Concat([]string{"file", "line", "column"}, csvFinding, []string{"element", "clients"}), csvFile},
}

// csvFinding are the columns of a finding: of several, the first.
var csvFinding = []string{"id", "severity", "who_acts", "summary", "detail", "remedy"}

func (row csvRow) found(found []group) csvRow {
	if len(found) > 0 {
		f := found[0].Finding
		row["id"], row["severity"], row["who_acts"] = f.Check.ID, f.Severity.String(), Actor(f.Actor())
		row["summary"], row["detail"], row["remedy"] = f.Check.Summary, f.Detail.String(), f.Remedy().String()
	}
	return row
}

// csvServers has a row for each server, and for what is wrong with the account besides.
func csvServers(r *mailcheck.Report, opts Options) []csvRow {
	var rows []csvRow
	for _, s := range ranked(r.Servers) {
		if hidden(s) && !opts.Verbose {
			continue
		}
		row := csvRow{
			"address": r.Address.String(), "protocol": string(s.Protocol), "host": s.Host, "port": strconv.Itoa(int(s.Port)), "security": string(s.Security),
			"path": s.Path, "username": s.Username, "verdict": verdictWord(s.Verdict), "software": s.Software, "sources": strings.Join(s.Sources, " "),
			"elapsed_ms": strconv.FormatInt(s.Elapsed.Milliseconds(), 10),
		}
		if s.TLS != nil {
			row["tls_version"] = s.TLS.Version
		}
		if leaf := leafOf(s); leaf != nil {
			row["not_after"] = leaf.NotAfter.UTC().Format(time.RFC3339)
			row["days_left"] = strconv.Itoa(int(math.Floor(leaf.NotAfter.Sub(finished(r)).Hours() / 24)))
		}
		if s.Login != nil {
			row["login"] = string(s.Login.State)
		}
		rows = append(rows, row.found(foundAt(r, s)))
	}
	for _, g := range aside(r) {
		rows = append(rows, csvRow{"address": r.Address.String(), "verdict": string(mailcheck.VerdictOf([]mailcheck.Finding{g.Finding}))}.found([]group{g}))
	}
	if len(rows) == 0 {
		rows = []csvRow{{"address": r.Address.String(), "verdict": verdictWord(r.Verdict)}}
	}
	return rows
}

// foundAt are the findings about a server, the worst first.
func foundAt(r *mailcheck.Report, s mailcheck.ServerResult) []group {
	found := slices.DeleteFunc(slices.Clone(r.Findings), func(f mailcheck.Finding) bool { return f.Server != s.URL() })
	if len(found) == 0 {
		found = s.Findings()
	}
	return groups(found)
}

// aside are the faults of an account that are no server's, and no consequence of another.
func aside(r *mailcheck.Report) []group {
	return slices.DeleteFunc(groups(r.Findings), func(g group) bool { return g.Server != "" || g.Severity < checks.Warning })
}

// leafOf returns the certificate of a server, be it one that could not be verified; nil
// where none was seen.
func leafOf(s mailcheck.ServerResult) *mailcheck.Certificate {
	if s.TLS != nil && len(s.TLS.Chain) > 0 {
		return &s.TLS.Chain[0]
	}
	for _, step := range s.Steps {
		if step.Leaf != nil {
			return step.Leaf
		}
	}
	return nil
}

func csvSources(r *mailcheck.Report, _ Options) []csvRow {
	var rows []csvRow
	for _, s := range r.Sources {
		found := slices.DeleteFunc(slices.Clone(r.Findings), func(f mailcheck.Finding) bool { return f.Source != s.Name })
		rows = append(rows, csvRow{
			"address": r.Address.String(), "source": s.Name, "kind": string(s.Kind), "state": string(s.State), "reason": s.Reason.String(),
			"servers": urls(s.Servers), "elapsed_ms": strconv.FormatInt(s.Elapsed.Milliseconds(), 10),
		}.found(groups(found)))
	}
	return rows
}

func csvClients(r *mailcheck.Report, _ Options) []csvRow {
	var rows []csvRow
	for _, c := range r.Clients {
		row := csvRow{
			"address": r.Address.String(), "client": c.Client, "outcome": string(c.Outcome), "source": c.Source, "servers": urls(c.Servers),
			"reason": c.Reason.String(), "password": string(c.Password), "over_http": string(c.OverHTTP), "confirms": string(c.Confirms),
			"bad_certificate": string(c.BadCertificate), "no_starttls": string(c.NoStartTLS), "setup": c.Setup,
		}
		if c.PresetsPlain {
			row["presets_plain"] = "yes"
		}
		rows = append(rows, row)
	}
	return rows
}

func csvFile(r *mailcheck.Report, _ Options) []csvRow {
	var rows []csvRow
	for _, g := range inFile(r.Findings) {
		row := csvRow{"file": r.File, "element": g.Element, "clients": strings.Join(g.Clients, "; ")}
		if g.Line > 0 {
			row["line"], row["column"] = strconv.Itoa(g.Line), strconv.Itoa(g.Column)
		}
		rows = append(rows, row.found([]group{g}))
	}
	return rows
}

// urls are servers in the form that the probe command reads.
func urls(servers []mailcheck.Server) string {
	var all []string
	for _, s := range servers {
		all = append(all, s.URL())
	}
	return strings.Join(all, " ")
}

// What a spreadsheet takes for the beginning of a formula, in a cell or, where columns are
// parted by semicolons, in what it then takes for the next; and what is only a number.
var (
	formula = lazy.Regexp(`(^|;)([\s'"]*[=+\-@＝＋－＠])`)
	number  = lazy.Regexp(`^-?[0-9]{1,15}$`)
)

// csvCell returns a text that is shown as it is, and never carried out.
func csvCell(s string) string {
	if number().MatchString(s) {
		return s
	}
	return formula().ReplaceAllString(verbatim(s).String(), "${1}'${2}")
}
