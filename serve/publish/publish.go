// Package publish gives the setup files of one's own domains to mail programs and to people,
// over HTTP, where each of them looks.
//
// # What is given out
//
// Of a domain D, which the Host of a request names: the settings file of Mail Autoconfig at
// autoconfig.D, the answers of Autodiscover at autodiscover.D, the PACC document at
// ua-auto-config.D, a profile for Apple's devices and a page for people at all of them, and
// the policy of MTA-STS at mta-sts.D alone. D itself has all but the last, for whoever leads
// the well-known places of the domain's web site here. The files are those of
// `mailcheck setup --for site`, made by the same code from the same [mailcheck.Report]; the
// report is of a check of the domain, or of what its owner has written down ([Domain]).
//
// # What is refused
//
// A domain is answered for at its own names alone, and no request makes anything look up or
// dial anything. An address in a request is read, held against the domain, and written into
// user names; it stands in no log. Nobody logs in, no cookie is set, nobody is sent elsewhere.
package publish

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"mime"
	"net"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"mailcheck"
	"mailcheck/autoconfig/setup"
	"mailcheck/autoconfig/setup/sheet"
)

// Publisher answers for domains; it is safe for use by several goroutines.
type Publisher struct {
	sites  []*site
	byHost map[string]*site
	shelf  shelf
}

// Options says what belongs to no domain alone.
type Options struct {
	Signer *sheet.Signer // of profiles; nil: they are not signed
	When   time.Time     // that files from the servers in the file bear: when that was written
}

// site is what is given out for a domain.
type site struct {
	Domain
	options setup.Options
	report  atomic.Pointer[mailcheck.Report] // that it is made of; nil as long as no check has found anything
}

// content is what is given out for a domain, made from one report.
type content struct {
	site   *site
	report *mailcheck.Report
	files  map[string]file // by the path of the URL
	pacc   string          // the records of the PACC document, as lines of a zone; may be empty
}

// file is what one URL has.
type file struct {
	body  []byte
	media string
	etag  string
}

// New returns a publisher of the domains. Those that are published from a check have nothing
// until [Publisher.Keep] has checked them.
func New(domains []Domain, o Options) *Publisher {
	p := &Publisher{byHost: map[string]*site{}}
	for _, d := range domains {
		s := &site{Domain: d, options: setup.Options{Declared: !d.FromCheck, Signer: o.Signer}}
		if !d.FromCheck {
			s.options.When = o.When
			s.report.Store(setup.Declared(d.Name, d.Servers))
		}
		p.sites = append(p.sites, s)
		for _, host := range d.hosts() {
			p.byHost[host] = s
		}
	}
	return p
}

// The names below a domain at which programs ask.
const (
	autoconfigName   = "autoconfig"
	autodiscoverName = "autodiscover"
	paccName         = "ua-auto-config"
	policyName       = "mta-sts"
)

// hosts are the names at which a domain is answered for.
func (d Domain) hosts() []string {
	all := []string{d.Name}
	for _, name := range []string{autoconfigName, autodiscoverName, paccName, policyName} {
		all = append(all, name+"."+d.Name)
	}
	return all
}

// Names returns the names that programs ask for here, for which certificates are wanted.
// The domains themselves are not among them, since each has a web site as a rule.
func (p *Publisher) Names() []string {
	var all []string
	for _, s := range p.sites {
		all = append(all, autoconfigName+"."+s.Name, autodiscoverName+"."+s.Name, paccName+"."+s.Name)
		if s.Policy != nil {
			all = append(all, policyName+"."+s.Name)
		}
	}
	return all
}

// Answers reports whether requests with this Host are for the publisher.
func (p *Publisher) Answers(host string) bool {
	_, ok := p.byHost[hostName(host)]
	return ok
}

// hostName returns the name in a Host field, which may have a port and a final dot (RFC 9110
// section 7.2).
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// make makes what is given out of a report.
func (s *site) make(r *mailcheck.Report) (*content, error) {
	all, err := made(r, s.options)
	if err != nil {
		return nil, err
	}
	c := &content{site: s, report: r, files: map[string]file{}}
	for _, f := range all.Files {
		switch where, ok := strings.CutPrefix(f.Name, "www"); {
		case ok && where == "/index.html":
			c.files["/"] = fileOf(where, f.Body())
		case ok:
			c.files[where] = fileOf(where, f.Body())
		case f.Name == "pacc.zone":
			c.pacc = string(f.Body())
		}
	}
	return c, nil
}

// medias are those without which programs ignore a file.
var medias = map[string]string{
	".xml": "text/xml; charset=utf-8", ".json": "application/json", ".mobileconfig": "application/x-apple-aspen-config",
	".html": "text/html; charset=utf-8", ".txt": "text/plain; charset=utf-8",
}

func fileOf(name string, body []byte) file {
	sum := sha256.Sum256(body)
	return file{body, medias[path.Ext(name)], fmt.Sprintf("%q", fmt.Sprintf("%x", sum[:16]))}
}

// keepFor is for how long a program may keep a file: an hour, so that a change is soon everywhere.
const keepFor = "max-age=3600"

// The paths that are more than a file.
const (
	poxPath     = "/autodiscover/autodiscover.xml"
	jsonPath    = "/autodiscover/autodiscover.json"
	profilePath = "/mail.mobileconfig"
	policyPath  = "/.well-known/mta-sts.txt"
)

// ServeHTTP answers a request for a name that the publisher has, and 404 to any other.
func (p *Publisher) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	host := hostName(r.Host)
	s, ok := p.byHost[host]
	if !ok {
		http.NotFound(w, r)
		return
	}
	where := r.URL.Path
	if lower := strings.ToLower(where); strings.HasPrefix(lower, "/autodiscover/") { // programs differ in how they spell it
		where = lower
	}
	read := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch c := p.shelf.get(s); {
	case host == policyName+"."+s.Name:
		s.servePolicy(w, r, where, read)
	case !read && (where != poxPath || r.Method != http.MethodPost):
		refuseMethod(w, where)
	case c == nil:
		w.Header().Set("Retry-After", "60")
		http.Error(w, "the settings of this domain are not known yet", http.StatusServiceUnavailable)
	case r.Method == http.MethodPost:
		s.answerPOX(w, r, c)
	case where == jsonPath || strings.HasPrefix(where, jsonPath+"/"):
		s.answerJSON(w, r, c)
	default:
		s.serveFile(w, r, c, where)
	}
}

func refuseMethod(w http.ResponseWriter, where string) {
	allowed := "GET, HEAD"
	if where == poxPath {
		allowed += ", POST"
	}
	w.Header().Set("Allow", allowed)
	http.Error(w, "this is only read", http.StatusMethodNotAllowed)
}

// servePolicy answers at the one name where a policy counts. Who fetches it is not to keep it
// by the rules of HTTP (RFC 8461 section 3.3).
func (s *site) servePolicy(w http.ResponseWriter, r *http.Request, where string, read bool) {
	switch {
	case where != policyPath || s.Policy == nil:
		http.NotFound(w, r)
	case !read:
		refuseMethod(w, where)
	default:
		fileOf(where, s.Policy.text()).serve(w, r, "no-cache")
	}
}

// serveFile gives out a file, which is the same for everybody but where an address is given
// and the format has a place for it.
func (s *site) serveFile(w http.ResponseWriter, r *http.Request, c *content, where string) {
	f, ok := c.files[where]
	address, asked, err := addressIn(r.URL.Query().Get("emailaddress"))
	switch {
	case !ok, err != nil, asked && address.Domain != s.Name:
		http.NotFound(w, r)
	case asked && address.Local != "" && where == profilePath:
		s.serveOwn(w, r, c, address, "apple", "mail.mobileconfig")
	default:
		f.serve(w, r, keepFor)
	}
}

// addressIn reads the address that a request names, if it names one.
func addressIn(text string) (a mailcheck.Address, asked bool, err error) {
	if text == "" {
		return mailcheck.Address{}, false, nil
	}
	a, err = mailcheck.ParseAddress(text)
	return a, true, err
}

// serveOwn gives out a file that is written for one person. Nobody keeps it: it has a name in it.
func (s *site) serveOwn(w http.ResponseWriter, r *http.Request, c *content, a mailcheck.Address, format, name string) {
	f, ok := setup.ByName(format)
	if !ok {
		panic("there is no format " + format)
	}
	own, err := f.Make(setup.Person(c.report, a.Local), s.options)
	i := slices.IndexFunc(own.Files, func(f sheet.File) bool { return f.Name == name })
	if err != nil || i < 0 {
		http.NotFound(w, r)
		return
	}
	fileOf(name, own.Files[i].Body()).serve(w, r, "no-store")
}

// serve answers with the file, or that it has not changed. The time of a change is not told:
// the tag says more.
func (f file) serve(w http.ResponseWriter, r *http.Request, keep string) {
	h := w.Header()
	h.Set("Content-Type", f.media)
	h.Set("Cache-Control", keep)
	h.Set("ETag", f.etag)
	if kind, _, _ := mime.ParseMediaType(f.media); kind == "text/html" {
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
	}
	if r.Method == http.MethodPost { // an answer, of which nobody has a part
		h.Del("ETag")
		_, _ = w.Write(f.body)
		return
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.body))
}
