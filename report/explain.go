package report

import (
	"io"
	"strings"

	"mailcheck/checks"
)

// Explain writes everything there is to say about one check.
func Explain(w io.Writer, c *checks.Check, opts Options) error {
	p := &page{width: opts.width()}
	p.WriteString(c.ID + gap + paint(opts, c.Severity.String(), c.Severity) + "\n\n")
	p.paragraph(0, 0, c.Summary)
	p.blank()
	p.paragraph(0, 2, "Who acts: "+strings.ToLower(actor(c.Who)))
	p.paragraph(0, 2, "What to do: "+c.Remedy)
	p.paragraph(0, 2, "Reference: "+c.Ref)
	_, err := io.WriteString(w, p.String())
	return err
}

// List writes one row per check.
func List(w io.Writer, opts Options) error {
	p := &page{width: opts.width()}
	rows := [][]string{{"Check", "Severity", "What is wrong"}}
	for _, c := range checks.All {
		rows = append(rows, []string{c.ID, paint(opts, c.Severity.String(), c.Severity), c.Summary})
	}
	p.grid(rows)
	_, err := io.WriteString(w, p.String())
	return err
}
