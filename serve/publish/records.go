package publish

import (
	"fmt"
	"strings"
)

// Records returns what goes into the zones of the domains, as text to be pasted: names that
// lead to the server, the digest of each PACC document, the id of each policy. What the
// administrator has to fill in first stands behind a semicolon.
func (p *Publisher) Records() string {
	var b strings.Builder
	for _, s := range p.sites {
		s.writeRecords(&b, p.shelf.get(s))
	}
	return b.String()
}

// writeRecords writes those of one domain. Names in it are A-labels, in which nothing is to be
// escaped.
func (s *site) writeRecords(b *strings.Builder, c *content) {
	fmt.Fprintf(b, "; Records for the zone of %s. Put the name of this server in the place of WEBSERVER, and take\n; the semicolon away; or write A and AAAA records with its addresses instead.\n", s.Name)
	if c == nil {
		fmt.Fprintf(b, "; What else belongs here is known when a check of the domain has found settings.\n")
	}
	names := []string{autoconfigName, autodiscoverName}
	if s.Policy != nil {
		names = append(names, policyName)
	}
	for _, name := range names {
		fmt.Fprintf(b, ";%s.%s. 3600 IN CNAME WEBSERVER.\n", name, s.Name)
	}
	if c != nil {
		b.WriteString(c.pacc)
	}
	if s.Policy != nil {
		fmt.Fprintf(b, "; MTA-STS (RFC 8461): the id changes with the policy, and other servers look at it. Put it in\n; when https://%s.%s%s answers.\n", policyName, s.Name, policyPath)
		fmt.Fprintf(b, "_mta-sts.%s. 3600 IN TXT \"v=STSv1; id=%s\"\n", s.Name, s.Policy.id())
	}
	b.WriteString("\n")
}
