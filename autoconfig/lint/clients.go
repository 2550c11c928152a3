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
	told := grouped{l: l}
	for _, d := range document.Dialects {
		r := d.Read(c, a)
		result := mailcheck.ClientResult{Client: d.Client, Ref: d.Ref, Outcome: mailcheck.Configures}
		switch {
		case d.Ignores(l.ContentType):
			result.Outcome, result.Reason = mailcheck.Fails, document.Ignored(l.ContentType)
		case r.Refused != nil:
			result.Outcome, result.Reason = mailcheck.Fails, mailcheck.Textf("refuses the whole file because of %s", r.Refused.Place())
			fix := mailcheck.Textf("Correct that place, or take the section out.")
			if len(r.Dropped) == 0 && len(r.Incoming) == 0 {
				fix = mailcheck.Textf("If the server has IMAP, publish it: these programs read no POP3.")
			}
			if r.Refused.Behind {
				fix = mailcheck.Textf("Put the section for IMAP before it: these programs read the first alone.")
			}
			told.find(checks.PublishClientRefuses, *r.Refused, d.Client, fix)
		default:
			result.Reason, result.Servers = r.Aside(), r.Taken()
			if offer := r.Offer(); !offer.Empty() {
				result.Outcome, result.Reason = mailcheck.Asks, offer
			}
			for _, s := range result.Servers {
				if why := d.Unreachable(s); !why.Empty() {
					result.Outcome, result.Reason = mailcheck.Fails, why
				}
			}
			for _, dropped := range r.Dropped {
				told.find(checks.LintClientDrops, dropped, d.Client, mailcheck.Text{})
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
	l.Findings = slices.DeleteFunc(l.Findings, func(f mailcheck.Finding) bool { return f.Check == checks.PublishClientRefuses })
	if !slices.ContainsFunc(l.Findings, func(f mailcheck.Finding) bool { return f.Severity == checks.Failure }) {
		l.at(provider, checks.LintMissing, "no mail program that is known here can use the file").
			Fix = mailcheck.Textf("Correct what each of them names as its reason.")
	}
}

// askedByNone says of the clients that could use the file that they do not ask for it there.
func (l *linter) askedByNone() {
	for i := range l.Clients {
		if c := &l.Clients[i]; c.Outcome == mailcheck.Configures {
			c.Outcome, c.Reason = mailcheck.Fails, mailcheck.Textf("could use the file, but does not ask for one at this URL")
		}
	}
}

// grouped says once what several clients make of the same place.
type grouped struct {
	l    *linter
	said []said
}

// said is a finding about a place, and where it is among those of the file.
type said struct {
	check *checks.Check
	fault document.Fault
	index int
}

func (g *grouped) find(c *checks.Check, f document.Fault, client string, fix mailcheck.Text) {
	i := slices.IndexFunc(g.said, func(s said) bool {
		return s.check == c && s.fault.Line == f.Line && s.fault.Column == f.Column && s.fault.Text.Equal(f.Text)
	})
	if i < 0 {
		if len(g.l.Findings) == maxFindings {
			return
		}
		i = len(g.said)
		g.said = append(g.said, said{c, f, len(g.l.Findings)})
		g.l.find(c, f.Line, f.Column, "%s", f.Text).Fix = fix
	}
	finding := &g.l.Findings[g.said[i].index]
	finding.Clients = append(finding.Clients, client)
	finding.Detail = mailcheck.Evidencef("%s: %s", strings.Join(finding.Clients, "; "), f.Text)
}
