package conclude

import (
	"net/url"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
)

// refuteNotes takes back a note that another source refutes: what a signed answer or a
// file of the domain's own says, too, is meant.
func refuteNotes(r *mailcheck.Report) {
	vouched := func(url string) bool { return resultOf(r, url).Vouch != mailcheck.NotVouched }
	for i := range r.Sources {
		mailcheck.TakeBack(r.Sources[i].Steps, func(_ mailcheck.Step, f mailcheck.Finding) bool {
			return f.Check == checks.SRVForeignDomain && vouched(f.Target)
		})
	}
}

// namesCause blames a resolver that knows nobody, and then a slip in the domain, for
// whatever does not exist.
func namesCause(e *evidence, f *mailcheck.Finding) *checks.Check {
	for _, root := range []*checks.Check{checks.DNSKnowsNothing, checks.AccountMisspelt} {
		follows := f.Check == checks.AccountNoSettings || f.Check == checks.DNSNotFound && f.Server == "" || f.Check == checks.MXNull || f.Check == checks.MXNone
		if root == checks.DNSKnowsNothing {
			follows = follows || f.Check == checks.ISPDBUnreachable || f.Check == checks.DNSNotFound || f.Check == checks.AccountMisspelt ||
				f.Check == checks.AccountNoIncoming || f.Check == checks.AccountNoOutgoing
		}
		if e.first[root] != nil && follows {
			return root
		}
	}
	return nil
}

// wildcardCause blames a wildcard record for what a web server says that nobody set up
// for settings.
func wildcardCause(e *evidence, f *mailcheck.Finding) *checks.Check {
	root := e.first[checks.DNSWildcard]
	if root == nil || f.Source == "" || f.Severity == checks.OK {
		return nil
	}
	switch f.Check {
	case checks.AutoconfigCertificate, checks.AutoconfigUnreachable, checks.AutoconfigStatus, checks.AutoconfigHTML,
		checks.AutodiscoverCertificate, checks.AutodiscoverUnreachable, checks.AutodiscoverStatus, checks.AutodiscoverHTML:
	default:
		return nil
	}
	u, err := url.Parse(f.URL)
	if err != nil {
		return nil
	}
	label, rest, _ := strings.Cut(u.Hostname(), ".")
	if "*."+rest == root.Name && slices.Contains(strings.Fields(root.Element), label) {
		return checks.DNSWildcard
	}
	return nil
}

// oldHostCause blames records of the old host where it refuses a login that another
// operator's server accepts, and for naming other servers than another source.
func oldHostCause(e *evidence, f *mailcheck.Finding) *checks.Check {
	root := e.first[checks.PublishOldHost]
	if root == nil {
		return nil
	}
	old := func(s *mailcheck.ServerResult) bool { return document.Inside(s.Host, root.Name) }
	switch {
	case f.Check == checks.PublishSourcesDisagree:
		return checks.PublishOldHost
	case f.Check != checks.LoginRejected || !old(resultOf(e.Report, f.Server)):
		return nil
	}
	for i := range e.Servers {
		if s := &e.Servers[i]; !old(s) && s.Login != nil && s.Login.State == mailcheck.LoginAccepted {
			return checks.PublishOldHost
		}
	}
	return nil
}

// deadNameCause blames a name that does not exist for it that its source names another
// server than the next: nobody can have meant it.
func deadNameCause(e *evidence, f *mailcheck.Finding) *checks.Check {
	if f.Check != checks.PublishSourcesDisagree {
		return nil
	}
	for _, o := range e.Findings {
		if isDeadName(o.Check) && o.Server == f.Target {
			return o.Check
		}
	}
	return nil
}

// guessedCause blames what is wrong with the domain's own settings, if anything is.
func guessedCause(e *evidence, f *mailcheck.Finding) *checks.Check {
	if f.Check != checks.PublishGuessed {
		return nil
	}
	for i := range e.Findings {
		o := &e.Findings[i]
		source := e.Source(o.Source)
		if o.Severity >= checks.Warning && o.Source != "" && source.State == mailcheck.Failed && source.Own() &&
			wildcardCause(e, o) == nil {
			return o.Check
		}
	}
	return nil
}

// declinedCause blames what publishes a service that DNS declines, if the server does
// not answer: the domain does not offer it.
func declinedCause(e *evidence, f *mailcheck.Finding) *checks.Check {
	if f.Server == "" || f.Severity != checks.Failure {
		return nil
	}
	s := resultOf(e.Report, f.Server)
	service := document.ServiceOf(s.Protocol, s.Security)
	for i := range e.Findings {
		if o := &e.Findings[i]; o.Check == checks.PublishDeclined && o.Name == service.Name(e.Address.Domain) {
			return checks.PublishDeclined
		}
	}
	return nil
}

// raiseRoots makes a cause as bad as what follows from it, and where a declined
// service is closed says so in its remedy.
func raiseRoots(e *evidence) {
	for _, c := range []*checks.Check{checks.DNSWildcard, checks.PublishOldHost, checks.PublishDeclined} {
		root := e.first[c]
		for i := range e.Findings {
			f := &e.Findings[i]
			if root == nil || f.BecauseOf != c {
				continue
			}
			root.Severity = max(root.Severity, f.Severity)
			if s := resultOf(e.Report, root.Target); c == checks.PublishDeclined && s.Host != "" {
				publisher, _ := publisherOf(e.Report, s)
				root.Fix = mailcheck.Textf("The server does not answer, as DNS says. %s", withdraw(e.Report, publisher, s.Server))
				root.Meanwhile = f.Meanwhile
			}
		}
	}
}
