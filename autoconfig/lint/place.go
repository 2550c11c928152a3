package lint

import (
	"net/url"
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// place is where programs ask for a file: at a path, of a host with that first label
// or, where it is empty, of any host.
type place struct{ label, path string }

// places are where programs ask for each kind of file, by the outermost element; a
// profile is opened from anywhere. Paths are compared as web servers mostly do for
// Autodiscover, without regard to case; MS-OXDISCO writes it in two ways.
var places = map[string][]place{
	"clientConfig": {{"autoconfig", "/mail/config-v1.1.xml"}, {"", "/.well-known/autoconfig/mail/config-v1.1.xml"}},
	"Autodiscover": {{"", "/autodiscover/autodiscover.xml"}},
}

// databases are where settings files of many domains are kept, each under its name.
var databases = []string{"v1.ispdb.net", "autoconfig.thunderbird.net", "live.thunderbird.net"}

// placed says of a URL that no program asks it.
func (l *linter) placed(root string) {
	u, err := url.Parse(l.Name)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || len(places[root]) == 0 {
		return
	}
	for _, host := range databases {
		if strings.EqualFold(u.Hostname(), host) {
			return
		}
	}
	label, domain, _ := strings.Cut(strings.ToLower(u.Hostname()), ".")
	for _, p := range places[root] {
		if strings.EqualFold(strings.TrimSuffix(u.Path, "/"), p.path) && (p.label == "" || p.label == label) {
			return
		}
	}
	if label != "autoconfig" && label != "www" && label != "autodiscover" {
		domain = u.Hostname()
	}
	f := l.find(checks.LintPlace, 0, 0, "%s", l.Name)
	f.Fix = mailcheck.Textf("Programs ask at https://autoconfig.%s/mail/config-v1.1.xml and at https://%[1]s/.well-known/autoconfig/mail/config-v1.1.xml, for the domain after the @. Serve the file there, or redirect from there to here.", domain)
	if root == "Autodiscover" {
		f.Fix = mailcheck.Textf("Programs ask at https://autodiscover.%s/autodiscover/autodiscover.xml and at https://%[1]s/autodiscover/autodiscover.xml, for the domain after the @. Serve the answer there, or redirect from there to here.", domain)
	}
}
