package report

import (
	"io"

	"mailcheck"
	"mailcheck/checks"
)

// Explain writes everything there is to say about one check.
func Explain(w io.Writer, c *checks.Check, opts Options) error {
	p := &page{Options: opts}
	p.WriteString(c.ID + gap + p.paint(p.Language.Words(c.Severity.String()), c.Severity) + "\n\n")
	p.paragraph(0, 0, ours(c.Summary))
	p.blank()
	p.say(0, 2, "Who acts: %s", mailcheck.Clause(Actor(c.Who)))
	p.say(0, 2, "What to do: %s", ours(c.Remedy))
	p.say(0, 2, "Reference: %s", c.Ref)
	machine(p, nil)
	_, err := io.WriteString(w, p.String())
	return err
}

// List writes one row per check.
func List(w io.Writer, opts Options) error {
	p := &page{Options: opts}
	rows := [][]cell{header("Check", "Severity", "What is wrong")}
	for _, c := range checks.All {
		rows = append(rows, []cell{plain(verbatim(c.ID)), coloured(ours(c.Severity.String()), c.Severity), plain(ours(c.Summary))})
	}
	p.grid(rows)
	_, err := io.WriteString(w, p.String())
	return err
}
