package serve

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the pages and their style
	"encoding/hex"
	"errors"
	"html/template"
	"net/http"
	"strings"
	"sync"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/probes"
	"mailcheck/report"
)

//go:embed pages.html
var pagesSource string

//go:embed pages.css
var pagesStyle string

// look is how every page looks.
type look struct {
	style  template.CSS
	policy string // Content-Security-Policy
}

// site is made when a page is wanted: other commands do not wait for it.
var site = sync.OnceValue(func() look {
	style := report.PageStyle() + template.CSS(unixLines(pagesStyle))
	return look{
		style,
		"default-src 'none'; " + report.PagePolicy(style) + "; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	}
})

// maxForm bounds what is sent with a form, and with most else.
const maxForm = 64 << 10

// top is what every page begins with.
type top struct {
	Lang    string
	Dir     string // in which the language is written
	Title   string
	Style   template.CSS
	Others  []otherLanguage
	Machine bool   // has made the translation
	Here    string // where the page is to be had again; empty for where it is
}

func newTop(r *http.Request, title string) top {
	tag := languageOf(r)
	language := in(tag).language
	return top{tag, language.Direction(), title, site().style, others(tag), !language.Reviewed(), ""}
}

// headers sets what every answer of the site has.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", site().policy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Robots-Tag", "noindex")
		h.Set("Vary", "Accept-Language, Cookie")
		remember(w, r)
		next.ServeHTTP(w, r)
	})
}

// rendered returns a page, or a part of one.
func rendered(r *http.Request, name string, data any) ([]byte, error) {
	var b bytes.Buffer
	err := in(languageOf(r)).ExecuteTemplate(&b, name, data)
	return b.Bytes(), err
}

// write writes a page.
func write(w http.ResponseWriter, r *http.Request, status int, name string, data any) {
	body, err := rendered(r, name, data)
	if err != nil {
		http.Error(w, "The page could not be made.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(body)
}

// formPage is the first page.
type formPage struct {
	top
	Wrong     string // with what was sent; empty for nothing
	Address   string
	Username  string
	Passwords bool
}

func (s *Server) form(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	write(w, r, http.StatusOK, "form", s.newForm(r))
}

func (s *Server) newForm(r *http.Request) formPage {
	return formPage{top: newTop(r, "mailcheck"), Passwords: s.Access.takesPassword(r)}
}

// check begins a run, and leads to its page.
func (s *Server) check(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	run, err := s.wanted(r)
	if err != nil {
		p, form := problemOf(err), s.newForm(r)
		p.header(w)
		form.Address, form.Username = mailcheck.Clean(r.PostForm.Get("address")), mailcheck.Clean(r.PostForm.Get("username"))
		form.Title, form.Here = "Not tested - mailcheck", "/"
		if said := in(form.Lang).language.Words(err.Error()); said != err.Error() {
			form.Wrong = sentence(said)
		} else {
			form.Wrong = in(form.Lang).language.Words(p.Detail)
		}
		write(w, r, p.Status, "form", form)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/r/"+run.ID, http.StatusSeeOther)
}

// wanted starts what a form asks for.
func (s *Server) wanted(r *http.Request) (*Run, error) {
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	return s.start(r, order{r.PostForm.Get("address"), r.PostForm.Get("username"), r.PostForm.Get("password")})
}

// order is what somebody wants tested.
type order struct {
	Address  string `json:"address"`
	Username string `json:"username"`
	Password string `json:"password"`
}

// start begins what somebody wants. The error is a *Refusal, or says what is wrong with the order.
func (s *Server) start(r *http.Request, o order) (*Run, error) {
	a, err := mailcheck.ParseAddress(o.Address)
	if err != nil {
		return nil, err
	}
	job := Job{Address: a, Client: s.Access.client(r)}
	if o.Password == "" {
		return s.Runs.Start(job)
	}
	switch {
	case !s.Access.takesPassword(r):
		return nil, errors.New("no password is taken here")
	case !mailcheck.Printable(o.Username) || len(o.Username) > maxUsername:
		return nil, errors.New("the user name has characters that no user name has, or is too long")
	case a.Local == "" && o.Username == "":
		return nil, errors.New("a domain alone has no login: give the address")
	}
	if err := probes.CheckSecret(o.Password); err != nil {
		return nil, err
	}
	job.Credentials = probes.Credentials{Username: strings.TrimSpace(o.Username), Password: o.Password}
	return s.Runs.Start(job)
}

// maxUsername is longer than any user name.
const maxUsername = 256

// messagePage says one thing.
type messagePage struct {
	top
	Heading, Text string
}

func (s *Server) nothing(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	write(w, r, http.StatusNotFound, "message", messagePage{newTop(r, "Nothing here - mailcheck"), "There is nothing here", "A report is kept for an hour, as long as there is room. Test the address again."})
}

// explain shows one check.
func (s *Server) explain(w http.ResponseWriter, r *http.Request) {
	c := checks.ByID(strings.ToLower(r.PathValue("check")))
	if c == nil {
		s.nothing(w, r)
		return
	}
	body, err := rendered(r, "explain", struct {
		top
		*checks.Check
		Actor string
	}{newTop(r, c.ID+" - mailcheck"), c, report.Actor(c.Who)})
	if err != nil {
		http.Error(w, "The page could not be made.", http.StatusInternalServerError)
		return
	}
	serveBytes(w, r, "text/html; charset=utf-8", body)
}

// etag names a content.
func etag(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}
