package autoconfig

import (
	"errors"
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

	// Autodiscover over http, other than for a redirect, which only some programs take.
	AutodiscoverHTTP Place = "autodiscover (http)"
	BuiltIn          Place = "built-in" // the client's own list of providers
)

// Copy is what one place answered, kept so that the rules of each mail client
// can be applied to it later without another connection.
type Copy struct {
	Source      string // name of the source that asked
	Place       Place
	Method      string // of HTTP
	URL         string // as asked; a folder for a local database
	Final       string // the URL that answered, after redirects; as asked if there was no answer
	State       mailcheck.State
	Reason      mailcheck.Text
	Status      int    // of HTTP; 0 if there was no answer
	ContentType string // media type alone; empty if it came from a folder
	Insecure    bool   // http was involved, so anybody on the way may have written it
	Config      *document.Config
	Typed       *document.Config // what it is to programs that allow a document type, where that alone makes it malformed
	Declares    bool             // the document type has declarations, so this is not known
	Answer      *document.AutodiscoverAnswer
	Bare        bool // asked without ?emailaddress=, where it was asked with it, too
}

// typed is what a malformed settings file is to programs that allow a document type.
type typed struct {
	config   *document.Config
	declares bool
}

func readTyped(body []byte) typed {
	config, err := document.ParseTypedConfig(body)
	return typed{config, errors.Is(err, document.ErrDeclares)}
}

// copyOf keeps what a place answered to a GET.
func copyOf(source, url string, a answer) Copy {
	d := Copy{Source: source, Place: placeOf(source, url), Method: http.MethodGet, URL: url, Final: url, State: a.state, Reason: a.reason, Config: a.config, Typed: a.typed.config, Declares: a.typed.declares, Answer: a.pox}
	if a.fetched != nil {
		d.Status, d.ContentType, d.Insecure, d.Final = a.fetched.Status, a.fetched.ContentType, a.fetched.Insecure, a.fetched.URL
	}
	if d.Status == 0 && a.config != nil {
		d.Status = http.StatusOK // from a folder
	}
	return d
}

// OverHTTP reports whether the answer itself came over http, not merely a redirect that
// led to it.
func (c Copy) OverHTTP() bool { return strings.HasPrefix(c.Final, "http://") }

// place is what the copy names for an address.
func (c Copy) place(a mailcheck.Address) mailcheck.Place {
	p := mailcheck.Place{Method: c.Method, URL: c.URL, Final: c.Final, Status: c.Status}
	switch {
	case c.Config != nil:
		p.Servers, _ = c.Config.Servers(a)
	case c.Answer != nil:
		p.Servers, _ = c.Answer.Servers(a)
	}
	p.Servers = p.Servers[:min(MaxServers, len(p.Servers))]
	for i := range p.Servers {
		p.Servers[i].Sources = []string{c.Source}
		p.Servers[i] = WithUsername(p.Servers[i], a)
	}
	return p
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
