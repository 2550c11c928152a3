package autoconfig

import (
	"net/http"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
)

// Place is where a settings file may be, in the words of this package.
type Place string

// The places of settings files, and the sources that have none.
const (
	HTTPSHost      Place = "autoconfig (https)"
	HTTPSWellKnown Place = ".well-known (https)"
	HTTPHost       Place = "autoconfig (http)"
	HTTPWellKnown  Place = ".well-known (http)"
	Database       Place = "ispdb"
	Exchanger      Place = "mx"
	Records        Place = "srv"
	Autodiscover   Place = "autodiscover"
	Guess          Place = "guess"
	BuiltIn        Place = "built-in" // the client's own list of providers
)

// Copy is what one place answered, kept so that the rules of each mail client
// can be applied to it later without another connection.
type Copy struct {
	Source      string // name of the source that asked
	Place       Place
	URL         string // as asked; a folder for a local database
	State       mailcheck.State
	Reason      mailcheck.Text
	Status      int    // of HTTP; 0 if there was no answer
	ContentType string // media type alone; empty if it came from a folder
	Insecure    bool   // http was involved, so anybody on the way may have written it
	Config      *document.Config
	Bare        bool // asked without ?emailaddress=, where it was asked with it, too
}

// documentOf keeps what a place answered.
func copyOf(source, url string, a answer) Copy {
	d := Copy{Source: source, Place: placeOf(source, url), URL: url, State: a.state, Reason: a.reason, Config: a.config}
	if a.fetched != nil {
		d.Status, d.ContentType, d.Insecure = a.fetched.Status, a.fetched.ContentType, a.fetched.Insecure
	}
	if d.Status == 0 && a.config != nil {
		d.Status = http.StatusOK // from a folder
	}
	return d
}

// placeOf names the place of a URL that a source asked.
func placeOf(source, url string) Place {
	scheme, rest, _ := strings.Cut(url, "://")
	switch hosted := strings.HasPrefix(rest, "autoconfig."); {
	case source != ownFiles:
		return Place(source)
	case scheme == "https" && hosted:
		return HTTPSHost
	case scheme == "https":
		return HTTPSWellKnown
	case hosted:
		return HTTPHost
	}
	return HTTPWellKnown
}
