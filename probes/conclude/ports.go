package conclude

import (
	"slices"

	"mailcheck"
	"mailcheck/checks"
)

// usual are the ports that programs connect to without being told, and what they expect
// there (RFC 8314 section 7).
var usual = []mailcheck.Server{
	{Protocol: mailcheck.IMAP, Port: 993, Security: mailcheck.ImplicitTLS}, {Protocol: mailcheck.IMAP, Port: 143, Security: mailcheck.StartTLS},
	{Protocol: mailcheck.POP3, Port: 995, Security: mailcheck.ImplicitTLS}, {Protocol: mailcheck.POP3, Port: 110, Security: mailcheck.StartTLS},
	{Protocol: mailcheck.Submission, Port: 465, Security: mailcheck.ImplicitTLS}, {Protocol: mailcheck.Submission, Port: 587, Security: mailcheck.StartTLS},
}

// portUnusual finds servers that work as they are published, on a port where programs
// expect something else. For SRV records with the port of the other way to encrypt there
// is srv.port-odd.
func portUnusual(r *mailcheck.Report) []mailcheck.Finding {
	var all []mailcheck.Finding
	for _, s := range r.Servers {
		i := slices.IndexFunc(usual, func(u mailcheck.Server) bool { return u.Port == s.Port })
		if i < 0 || s.Security == mailcheck.Plain || s.Guessed() || len(s.Sources) == 0 || !s.Verdict.Usable() || !slices.Contains(mailProtocols, s.Protocol) {
			continue
		}
		expected := usual[i]
		if expected.Protocol == s.Protocol && (expected.Security == s.Security || namedOddly(r, s.Server)) {
			continue
		}
		f := mailcheck.NewFinding(checks.PublishPortUnusual, "%s works, while programs expect %s with %s on port %d", s.URL(),
			protocolInWords(expected.Protocol), SecurityInWords(expected.Security), s.Port)
		f.Fix = mailcheck.Textf("Offer %s with %s on port %d of %s as well, and publish that.", protocolInWords(s.Protocol), SecurityInWords(s.Security),
			mailcheck.DefaultPort(s.Protocol, s.Security), s.Host)
		f.Server = s.URL()
		all = append(all, f)
	}
	return all
}

// namedOddly reports whether an SRV record was found to name the server by the port of
// the other way to encrypt.
func namedOddly(r *mailcheck.Report, s mailcheck.Server) bool {
	return slices.ContainsFunc(r.Sources, func(source mailcheck.SourceResult) bool {
		return slices.ContainsFunc(source.Findings(), func(f mailcheck.Finding) bool { return f.Check == checks.SRVPortOdd && f.Target == s.URL() })
	})
}

func protocolInWords(p mailcheck.Protocol) string {
	return map[mailcheck.Protocol]string{mailcheck.IMAP: "IMAP", mailcheck.POP3: "POP3", mailcheck.Submission: "SMTP"}[p]
}
