package conclude

import (
	"net/url"
	"slices"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/autoconfig/client"
	"mailcheck/checks"
)

// inClear is what a form of settings is called that is given over http, and where
// programs take it there.
type inClear struct {
	form               mailcheck.SourceForm
	too, differs, only *checks.Check
	places             []autoconfig.Place
}

// allInClear lists the forms. That a settings file is over http alone is found where it
// is read.
var allInClear = []inClear{
	{mailcheck.SettingsFile, checks.AutoconfigHTTPToo, checks.AutoconfigHTTPDiffers, nil, []autoconfig.Place{autoconfig.HTTPHost, autoconfig.HTTPWellKnown}},
	{mailcheck.Answer, checks.AutodiscoverHTTPToo, checks.AutodiscoverHTTPDiffers, checks.AutodiscoverHTTPOnly, []autoconfig.Place{autoconfig.AutodiscoverHTTP}},
}

// overHTTP finds settings that are given over http without a redirect to https. Where
// they are the same over https, somebody on the way may change them; else programs get
// something else than the others from the beginning.
func overHTTP(r *mailcheck.Report) []mailcheck.Finding {
	var all []mailcheck.Finding
	for _, kind := range allInClear {
		for _, source := range r.Sources {
			if source.Form == kind.form && source.Own() {
				all = append(all, kind.find(source)...)
			}
		}
	}
	return all
}

// find compares the places of a source.
func (kind inClear) find(source mailcheck.SourceResult) []mailcheck.Finding {
	check := kind.too
	var evidence []mailcheck.Text
	for i, p := range source.Places {
		sameByGet := func(o mailcheck.Place) bool { return o.URL == p.URL && slices.Equal(mailServers(o), mailServers(p)) }
		if !p.OverHTTP() || len(mailServers(p)) == 0 || slices.ContainsFunc(source.Places[:i], sameByGet) {
			continue
		}
		switch twin, there := encrypted(source.Places, p); {
		case !there:
			check = kind.only
			evidence = append(evidence, mailcheck.Textf("%s %s names %s", p.Method, p.Name(), endpoints(p)))
		case !slices.Equal(mailServers(p), mailServers(twin)):
			check = kind.differs
			evidence = append(evidence, mailcheck.Textf("%s %s names %s, %s %s", p.Method, p.Name(), endpoints(p), twin.Name(), endpoints(twin)))
		default:
			evidence = append(evidence, mailcheck.Textf("%s %s answers without a redirect to https", p.Method, p.URL))
		}
	}
	if len(evidence) == 0 || check == nil {
		return nil
	}
	programs := client.Asking(kind.places...)
	f := mailcheck.NewFinding(check, "%s; programs that take it there: %s", mailcheck.Joined(evidence, "; "), mailcheck.ListOf(programs).AtMost(6))
	f.Source, f.Clients = source.Name, programs
	return []mailcheck.Finding{f}
}

// encrypted returns the answer over https that one over http is to be compared with:
// that of the same host, or else any.
func encrypted(places []mailcheck.Place, insecure mailcheck.Place) (twin mailcheck.Place, there bool) {
	for _, p := range places {
		if u, err := url.Parse(p.URL); err != nil || u.Scheme != "https" || len(mailServers(p)) == 0 {
			continue
		}
		if hostOf(p.URL) == hostOf(insecure.URL) {
			return p, true
		}
		if !there {
			twin, there = p, true
		}
	}
	return twin, there
}

func hostOf(where string) string {
	u, err := url.Parse(where)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// mailServers are what a place names for mail, each by its URL.
func mailServers(p mailcheck.Place) []string {
	var urls []string
	for _, s := range p.Servers {
		if s.Protocol.Reads() || s.Protocol.Sends() {
			urls = append(urls, s.URL())
		}
	}
	return urls
}

func endpoints(p mailcheck.Place) mailcheck.List { return mailcheck.ListOf(mailServers(p)).AtMost(4) }
