package report

import (
	"fmt"
	"strings"

	"mailcheck"
)

// families gives the first part of a check's id a title.
var families = []struct{ prefix, title string }{
	{"dns", "DNS"},
	{"srv", "DNS service records"},
	{"mx", "Mail exchangers"},
	{"autoconfig", "Settings files"},
	{"autodiscover", "Autodiscover"},
	{"exchange", "Exchange"},
	{"pacc", "PACC settings documents"},
	{"txt", "Settings in TXT records"},
	{"oauth", "OAuth2 issuers"},
	{"provider", "What large providers ask of their users"},
	{"ispdb", "The public provider database"},
	{"http", "Web servers"},
	{"publish", "Contradictions in what is published"},
	{"tcp", "Reaching a server"},
	{"net", "This machine's network"},
	{"tls", "TLS and certificates"},
	{"dane", "DANE"},
	{"starttls", "STARTTLS"},
	{"greet", "Greetings"},
	{"reply", "Replies"},
	{"auth", "Ways to log in"},
	{"login", "Logging in"},
	{"caps", "Features of a server"},
	{"dav", "Calendars and address books"},
	{"jmap", "JMAP"},
	{"sieve", "Filter scripts"},
	{"account", "The account as a whole"},
	{"lint", "Setup files given to lint"},
	{"run", "The test itself"},
	{"internal", "Unknown errors"},
}

// ChecksDoc returns docs/checks.md, a section per check.
func ChecksDoc() []byte {
	var b strings.Builder
	b.WriteString("# What mailcheck can find\n\n")
	b.WriteString("This page is generated from the checks themselves; `mailcheck explain ID` shows one of them.\n\n")
	b.WriteString("A *failure* does not work. A *warning* works now, or for some mail programs only. An *info* needs no action.\n\n")
	for _, f := range families {
		fmt.Fprintf(&b, "- [%s](#%s):", f.title, anchor(f.title))
		for i, c := range family(f.prefix) {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, " [%s](#%s)", c.ID, anchor(c.ID))
		}
		b.WriteByte('\n')
	}
	for _, f := range families {
		fmt.Fprintf(&b, "\n## %s\n", f.title)
		for _, c := range family(f.prefix) {
			checkSection(&b, c)
		}
	}
	return []byte(b.String())
}

func checkSection(b *strings.Builder, c *mailcheck.Check) {
	fmt.Fprintf(b, "\n### %s\n\n", c.ID)
	fmt.Fprintf(b, "%s\n\n", markdown(c.Summary))
	fmt.Fprintf(b, "- Severity: %s\n", c.Severity)
	fmt.Fprintf(b, "- Who acts: %s\n", strings.ToLower(actor(c.Who)))
	fmt.Fprintf(b, "- What to do: %s\n", markdown(c.Remedy))
	fmt.Fprintf(b, "- Reference: %s\n", markdown(c.Ref))
}

// family returns the checks whose id begins with that word.
func family(prefix string) []*mailcheck.Check {
	var members []*mailcheck.Check
	for _, c := range mailcheck.Checks {
		if strings.HasPrefix(c.ID, prefix+".") {
			members = append(members, c)
		}
	}
	return members
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
