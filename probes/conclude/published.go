package conclude

import (
	"slices"

	"mailcheck"
	"mailcheck/autoconfig/client"
	"mailcheck/autoconfig/document"
	"mailcheck/autoconfig/provider"
	"mailcheck/checks"
)

// guessedOnly says that servers work which nobody names: most mail programs do not
// guess, or not these names. The records to publish are those of what works.
func guessedOnly(r *mailcheck.Report) []mailcheck.Finding {
	var guessed []mailcheck.Server
	var records []string
	for _, s := range r.Settings {
		if !s.Guessed() || s.Verdict == mailcheck.Fail || s.Verdict == mailcheck.Untested || namedFor(r, s.Protocol) {
			continue
		}
		guessed = append(guessed, s.Server)
		if record := document.SRVRecord(s.Server, r.Address.Domain); record != "" && !slices.Contains(records, record) {
			records = append(records, record)
		}
	}
	if len(guessed) == 0 || publishesBadSection(r) {
		return nil
	}
	var urls, hosts []string
	var trusting []mailcheck.Text // nobody else vouches for a guess
	for _, s := range guessed {
		urls = append(urls, s.URL())
		if !slices.Contains(hosts, s.Host) {
			hosts, trusting = append(hosts, s.Host), append(trusting, mailcheck.Textf(" --trust-server %s", s.Host))
		}
	}
	f := mailcheck.NewFinding(checks.PublishGuessed, "no source names %s; %s", mailcheck.ListOf(urls).AtMost(4), plainForms())
	f.Fix = mailcheck.Textf("Publish in DNS: %s Most programs read a settings file instead: serve it at https://autoconfig.%s/mail/config-v1.1.xml; `mailcheck setup %s --for thunderbird%s` writes it.",
		mailcheck.Joined(records, " "), r.Address.Domain, r.Address, mailcheck.Joined(trusting, ""))
	f.Name = r.Address.Domain
	return []mailcheck.Finding{f}
}

// plainForms names the programs with which it matters most that nothing is published.
func plainForms() mailcheck.Text {
	return mailcheck.Textf("programs whose form for the servers begins without encryption: %s", mailcheck.ListOf(client.PresettingPlain()).AtMost(6))
}

// publishesBadSection reports whether a source would name servers, if a section of its
// document could be read: that is the cause then.
func publishesBadSection(r *mailcheck.Report) bool {
	return slices.ContainsFunc(r.Sources, func(s mailcheck.SourceResult) bool {
		return s.Kind == mailcheck.Published && slices.ContainsFunc(s.Findings(), func(f mailcheck.Finding) bool {
			bad := f.Check == checks.AutoconfigBadSection || f.Check == checks.AutodiscoverBadSection
			return bad || f.Check == checks.PublishTemplate && f.Target != "" // of how its server is encrypted
		})
	})
}

// namedFor reports whether some source names a server for the same direction.
func namedFor(r *mailcheck.Report, p mailcheck.Protocol) bool {
	return slices.ContainsFunc(r.Servers, func(s mailcheck.ServerResult) bool {
		alike := p.Reads() && s.Protocol.Reads() || p.Sends() && s.Protocol.Sends() || s.Protocol.Exchange()
		return alike && !s.Guessed()
	})
}

// directionsDeclined says which of reading and sending the domain declares that it
// does not offer: by a "." for each protocol of it, with nobody naming a server all
// the same (RFC 6186 section 3.4).
func directionsDeclined(r *mailcheck.Report) (reading, sending bool) {
	declined := map[mailcheck.Protocol]bool{}
	for _, source := range r.Sources {
		for _, f := range source.Findings() {
			for _, service := range document.Services {
				if f.Check == checks.SRVNotOffered && f.Name == service.Name(r.Address.Domain) {
					declined[service.Protocol] = true
				}
			}
		}
	}
	reading = declined[mailcheck.IMAP] && declined[mailcheck.POP3] && !namedFor(r, mailcheck.IMAP)
	sending = declined[mailcheck.Submission] && !namedFor(r, mailcheck.Submission)
	return reading, sending
}

// oneWay is the statement of a domain that offers one direction alone.
func oneWay(r *mailcheck.Report, what string) mailcheck.Finding {
	f := mailcheck.NewFinding(checks.AccountOneWay, "%s declares by SRV records with the target \".\" that it offers no server for %s", r.Address.Domain, what)
	f.Name = r.Address.Domain
	return f
}

// misspelt asks about a domain that is nearly a large provider's, and where nobody
// publishes anything. Such domains are often registered, to catch what goes astray.
func misspelt(r *mailcheck.Report) []mailcheck.Finding {
	meant, ok := provider.Resembling(r.Address.Domain)
	if !ok || slices.ContainsFunc(r.Sources, func(s mailcheck.SourceResult) bool {
		return s.State == mailcheck.Found && (s.Kind == mailcheck.Published || s.Kind == mailcheck.Known)
	}) {
		return nil
	}
	f := mailcheck.NewFinding(checks.AccountMisspelt, "%s resembles %s", r.Address.Domain, meant)
	f.Fix = mailcheck.Textf("Did you mean %s?", mailcheck.Address{Local: r.Address.Local, Domain: meant})
	f.Name = r.Address.Domain
	if len(r.Usable()) == 0 {
		f.Severity = checks.Failure
	}
	return []mailcheck.Finding{f}
}

// oldHosts returns the operators whose servers look like those of an old host.
func oldHosts(r *mailcheck.Report) []string {
	var operators []string
	for _, source := range r.Sources {
		for _, f := range source.Findings() {
			if f.Check == checks.PublishOldHost {
				operators = append(operators, f.Name)
			}
		}
	}
	return operators
}

// byAge orders hosts: those of an old operator come last.
func byAge(old []string, a, b string) int {
	is := func(host string) int {
		if slices.ContainsFunc(old, func(operator string) bool { return document.Inside(host, operator) }) {
			return 1
		}
		return 0
	}
	return is(a) - is(b)
}
