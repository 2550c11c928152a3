package report

import (
	"fmt"
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// ChecksDoc returns docs/checks.md, a section per check.
func ChecksDoc() []byte {
	var b strings.Builder
	b.WriteString("# What mailcheck can find\n\n")
	b.WriteString("This page is generated from the checks themselves; `mailcheck explain ID` shows one of them.\n\n")
	b.WriteString("A *failure* does not work. A *warning* works now, or for some mail programs only. An *info* needs no action.\n\n")
	for _, f := range checks.Families {
		fmt.Fprintf(&b, "- [%s](#%s):", f.Title, anchor(f.Title))
		for i, c := range f.Checks {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, " [%s](#%s)", c.ID, anchor(c.ID))
		}
		b.WriteByte('\n')
	}
	for _, f := range checks.Families {
		fmt.Fprintf(&b, "\n## %s\n", f.Title)
		for _, c := range f.Checks {
			checkSection(&b, c)
		}
	}
	return []byte(b.String())
}

func checkSection(b *strings.Builder, c *checks.Check) {
	fmt.Fprintf(b, "\n### %s\n\n", c.ID)
	fmt.Fprintf(b, "%s\n\n", markdown(c.Summary))
	fmt.Fprintf(b, "- Severity: %s\n", c.Severity)
	fmt.Fprintf(b, "- Who acts: %s\n", mailcheck.Clause(Actor(c.Who)))
	fmt.Fprintf(b, "- What to do: %s\n", markdown(c.Remedy))
	fmt.Fprintf(b, "- Reference: %s\n", markdown(c.Ref))
}

// anchor returns the fragment that a heading gets: lower case, no punctuation,
// hyphens for spaces.
func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '.' || r == '\'':
			return -1
		}
		return r
	}, strings.ToLower(heading))
}

// markdown escapes what Markdown would take for its own. Text between backticks
// in a check is meant as code and stays as it is.
func markdown(s string) string {
	parts := strings.Split(s, "`")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = escaper.Replace(parts[i])
	}
	return strings.Join(parts, "`")
}

var escaper = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "[", `\[`, "]", `\]`, "|", `\|`, "#", `\#`, "--", `\-\-`)
