package lint

import (
	"mailcheck"
	"mailcheck/autoconfig/document"
)

// The documents that discovery has read are judged by the same rules as files, for the
// address that they were asked for. What each mail program makes of a settings file is
// left out: the rules of package client say that.

// Config judges a settings file of Mail Autoconfig.
func Config(c *document.Config, a mailcheck.Address) []mailcheck.Finding {
	l := published(a)
	lintConfig(l, c.Root)
	return l.Findings
}

// Answer judges an Autodiscover answer (POX), which may have been given about another
// address, to which the service sent.
func Answer(answer *document.AutodiscoverAnswer, a, asked mailcheck.Address) []mailcheck.Finding {
	l := published(a)
	if asked.Domain != a.Domain {
		l.domains = append(l.domains, asked.Domain)
	}
	lintAutodiscover(l, answer.Root)
	return l.Findings
}

// PACC judges a PACC document.
func PACC(p *document.PACC, a mailcheck.Address) []mailcheck.Finding {
	l := published(a)
	lintPACC(l, p.Root)
	return l.Findings
}

func published(a mailcheck.Address) *linter {
	l := &linter{Report: new(mailcheck.Report), live: true, address: a, domains: []string{a.Domain}}
	if a.Local == "" {
		l.address.Local = sampleAddress.Local // so that placeholders can be filled in
	}
	return l
}
