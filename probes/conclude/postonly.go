package conclude

import (
	"net/http"
	"slices"

	"mailcheck"
	"mailcheck/autoconfig/client"
	"mailcheck/checks"
)

// postOnly finds an Autodiscover service that is closed to programs that ask by GET,
// unless they read a settings file, which they look for first.
func postOnly(r *mailcheck.Report) []mailcheck.Finding {
	if r.Source("autoconfig").State == mailcheck.Found {
		return nil
	}
	places := r.Source("autodiscover").Places
	i := slices.IndexFunc(places, func(p mailcheck.Place) bool {
		return p.Method == http.MethodPost && !p.OverHTTP() && len(mailServers(p)) > 0 && slices.ContainsFunc(places, func(got mailcheck.Place) bool {
			return got.Method == http.MethodGet && got.URL == p.URL && len(got.Servers) == 0
		})
	})
	if i < 0 {
		return nil
	}
	posted := places[i]
	f := mailcheck.NewFinding(checks.AutodiscoverPostOnly, "POST %s names %s, GET nothing", posted.URL, endpoints(posted))
	f.Source, f.Clients = "autodiscover", client.AskingByGet()
	return []mailcheck.Finding{f}
}
