package lint

import (
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
)

// lintClients reads the file as each client does.
func lintClients(l *linter, provider *document.Node, c *document.Config) {
	a := mailcheck.Address{Local: "alice", Domain: "example.com"}
	for _, domain := range append(c.Domains, c.ID) {
		if d, err := mailcheck.ParseDomain(domain); err == nil {
			a.Domain = d
			break
		}
	}
	told := grouped{l: l, clients: map[string][]string{}, finding: map[string]int{}}
	for _, d := range document.Dialects {
		r := d.Read(c, a)
		result := mailcheck.ClientResult{Client: d.Client, Ref: d.Ref, Outcome: mailcheck.Configures}
		switch {
		case d.Ignores(l.ContentType):
			result.Outcome, result.Reason = mailcheck.Fails, document.Ignored(l.ContentType)
		case r.Refused != nil:
			result.Outcome, result.Reason = mailcheck.Fails, "refuses the whole file: "+mailcheck.Clean(r.Refused.String())
			fix := "Correct that place, or take the section out."
			if len(r.Dropped) == 0 && len(r.Incoming) == 0 {
				fix = "If the server has IMAP, publish it: these programs read no POP3."
			}
			told.find(checks.PublishClientRefuses, *r.Refused, d.Client, fix)
		default:
			result.Servers = []mailcheck.Server{r.Incoming[0], r.Outgoing[0]}
			for _, dropped := range r.Dropped {
				told.find(checks.LintClientDrops, dropped, d.Client, "")
			}
		}
		l.Clients = append(l.Clients, result)
	}
	if !slices.ContainsFunc(l.Clients, func(c mailcheck.ClientResult) bool { return c.Outcome == mailcheck.Configures }) {
		l.usedByNone(provider)
	}
}

// usedByNone says that no client takes the file. What is wrong with it is a failure
// then, and no longer a matter of single clients.
func (l *linter) usedByNone(provider *document.Node) {
	l.Findings = slices.DeleteFunc(l.Findings, func(f mailcheck.LintFinding) bool { return f.Check == checks.PublishClientRefuses })
	if !slices.ContainsFunc(l.Findings, func(f mailcheck.LintFinding) bool { return f.Severity == checks.Failure }) {
		l.at(provider, checks.LintMissing, "no mail program that is known here can use the file").
			Fix = "Correct what each of them names as its reason."
	}
}

// grouped says once what several clients make of the same place.
type grouped struct {
	l       *linter
	clients map[string][]string // by what they say
	finding map[string]int
}

func (g *grouped) find(c *checks.Check, f document.Fault, client, fix string) {
	key := c.ID + " " + f.String()
	if _, known := g.finding[key]; !known {
		if len(g.l.Findings) == maxFindings {
			return
		}
		g.finding[key] = len(g.l.Findings)
		g.l.find(c, f.Line, f.Column, "").Fix = fix
	}
	g.clients[key] = append(g.clients[key], client)
	g.l.Findings[g.finding[key]].Detail = strings.Join(g.clients[key], "; ") + ": " + mailcheck.Clean(f.Text)
}
