package conclude

import (
	"slices"

	"mailcheck"
	"mailcheck/autoconfig/client"
	"mailcheck/checks"
)

// outdatedLists finds entries of the provider database, and of the table of providers,
// that name another server than the domain itself does. The domain is believed; its
// administrator can only tell whoever keeps the list.
func outdatedLists(r *mailcheck.Report) []mailcheck.Finding {
	var all []mailcheck.Finding
	for _, list := range r.Sources {
		for _, p := range mailProtocols {
			listed := preferred(r, list, p)
			if !isList(list.Form, listed) {
				continue
			}
			own := ownServers(r, p)
			if len(own) == 0 || slices.ContainsFunc(own, func(s mailcheck.Server) bool { return s.Key() == listed.Key() }) {
				continue
			}
			weaker := byStrength(listed.Security, own[0].Security) > 0
			fails := r.Result(listed).Verdict == mailcheck.Fail
			sameHost := slices.ContainsFunc(own, func(s mailcheck.Server) bool { return s.Host == listed.Host })
			if sameHost && !weaker && !fails {
				continue // another port of the same server, and no worse
			}
			if f, read := outdated(r, list, listed, own[0]); read {
				if weaker || fails {
					f.Severity = checks.Warning
				}
				all = append(all, f)
			}
		}
	}
	return all
}

// toldOfList reports whether it is the entry of a list that names a server, against the
// domain.
func toldOfList(r *mailcheck.Report, s mailcheck.Server) bool {
	return slices.ContainsFunc(outdatedLists(r), func(f mailcheck.Finding) bool { return f.Target == s.URL() })
}

// isList reports whether a server is from a list of providers by its domain, and not by
// whoever runs the mail exchanger.
func isList(form mailcheck.SourceForm, s mailcheck.Server) bool {
	return s.Host != "" && (form == mailcheck.Database || s.Vouch == mailcheck.VouchedByTable)
}

// ownServers returns what the domain itself publishes for a protocol, preferred first,
// if the first of it works.
func ownServers(r *mailcheck.Report, p mailcheck.Protocol) []mailcheck.Server {
	var own []mailcheck.Server
	for _, s := range publishedServers(r) {
		if r.Source(s.Sources[0]).Own() && s.Protocol == p {
			own = append(own, s)
		}
	}
	if len(own) > 0 && r.Result(own[0]).Verdict == mailcheck.Fail {
		return nil // which of them is out of date is open
	}
	return own
}

// outdated says what the list names, and which programs take it. Of the table nobody but
// mailcheck is known to read it.
func outdated(r *mailcheck.Report, list mailcheck.SourceResult, listed, own mailcheck.Server) (f mailcheck.Finding, read bool) {
	f = mailcheck.NewFinding(checks.ISPDBOutdated, "mailcheck's own table of providers names %s, %s names %s", listed.URL(), own.Sources[0], own.URL())
	f.Fix = mailcheck.Textf("Tell whoever keeps mailcheck, and the programs that have the domain in a list of their own, that %s is right.", own.URL())
	if list.Form == mailcheck.Database {
		f.Clients = client.TakingFromDatabase(formsOf(r, own.Protocol))
		f.Detail = mailcheck.Evidencef("the public database of providers names %s, %s names %s; these programs come to the database first: %s", listed.URL(), own.Sources[0], own.URL(), mailcheck.ListOf(f.Clients))
		f.Fix = mailcheck.Textf("Ask the keepers of the database (https://github.com/thunderbird/autoconfig) to put %s in the place of %s. Until then leave %s running.", own.URL(), listed.URL(), listed.Endpoint())
		if r.Result(listed).Verdict == mailcheck.Fail {
			f.Fix = mailcheck.Textf("Ask the keepers of the database (https://github.com/thunderbird/autoconfig) to put %s in the place of %s, which does not work.", own.URL(), listed.URL())
		}
	}
	f.Server, f.Target, f.Instead = listed.URL(), listed.URL(), own.URL()
	return f, list.Form != mailcheck.Database || len(f.Clients) > 0
}

// formsOf returns the forms in which the domain itself names servers of a protocol.
func formsOf(r *mailcheck.Report, p mailcheck.Protocol) []mailcheck.SourceForm {
	var forms []mailcheck.SourceForm
	for _, source := range r.Sources {
		if source.Own() && len(source.Hosts(p)) > 0 {
			forms = append(forms, source.Form)
		}
	}
	return forms
}

// listCause blames an entry that is out of date for it that its server does not work.
func listCause(e *evidence, f *mailcheck.Finding) *checks.Check {
	s := resultOf(e.Report, f.Server)
	onlyListed := len(s.Sources) > 0 && !slices.ContainsFunc(s.Sources, func(name string) bool { return e.Source(name).Own() })
	if f.Check != checks.ISPDBOutdated && f.Severity == checks.Failure && onlyListed && blames(e, checks.ISPDBOutdated, f.Server) {
		return checks.ISPDBOutdated
	}
	return nil
}
