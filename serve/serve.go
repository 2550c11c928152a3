// Package serve is mailcheck for those who do not open a terminal: a page for a browser and an
// interface for programs, over one set of runs.
//
// # Runs
//
// Whoever asks, [Runs] makes the runs: a few at once, the others wait for their turn; one run
// for all who ask for the same within a minute; nobody too often. A run goes on when who asked
// for it has gone, and is found by an id that nobody can guess, for an hour. No address stands in
// a URL.
//
// # What it does for strangers
//
// The page lets strangers choose which hosts this machine talks to. So its client is one that
// dials public addresses alone ([probes.Client]), and a request chooses neither resolver nor
// roots.
package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Server is the service.
type Server struct {
	Runs   *Runs
	Access Access
	Routes []Route     // beside the service's own
	Sites  Sites       // answer at names of their own, before anything else; nil: there are none
	TLS    *tls.Config // with its certificates; nil: in clear, for loopback and a proxy in front

	OwnNames []string // of this machine, which a copy to give away has not
}

// Route is one more thing that is served.
type Route struct {
	Pattern string // as [http.ServeMux] has it; with a host it comes before all that has none
	Open    bool   // for everybody, whoever may use the rest: mail programs have no token
	http.Handler
}

// Sites are what has names of its own, and is for everybody who asks there.
type Sites interface {
	http.Handler
	Answers(host string) bool // whether a request with this Host is for them
}

// How long a client may take. What a run takes is not in it.
const (
	headerTimeout = 5 * time.Second  // for the header of a request
	readTimeout   = 15 * time.Second // for all of it: forms are small
	writeTimeout  = 30 * time.Second // for an answer; those that wait for a run ask for more
	idleTimeout   = 1 * time.Minute
	maxHeader     = 16 << 10        // bytes of a request's header
	grace         = 5 * time.Second // for answers under way when the runs have ended
)

// Handler returns the handler of everything that is served.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range slices.Concat(s.pageRoutes(), s.programRoutes(), s.Routes) {
		h := r.Handler
		if !r.Open {
			h = s.Access.guard(headers(h))
		}
		mux.Handle(r.Pattern, h)
	}
	same := http.NewCrossOriginProtection()
	same.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refuse(w, r, http.StatusForbidden, "The request comes from another site.")
	}))
	own := same.Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.Sites != nil && s.Sites.Answers(r.Host) {
			s.Sites.ServeHTTP(w, r)
			return
		}
		own.ServeHTTP(w, r)
	})
}

// pageRoutes are those of the page.
func (s *Server) pageRoutes() []Route {
	return []Route{
		{"GET /healthz", true, http.HandlerFunc(healthy)},
		{"GET /{$}", false, http.HandlerFunc(s.form)},
		{"POST /check", false, http.HandlerFunc(s.check)},
		{"GET /r/{id}", false, s.paced(s.result)},
		{"POST /r/{id}/share", false, s.paced(s.share)},
		{"GET /r/{id}/setup/{format}/{file...}", false, s.paced(s.setupFile)},
		{"GET /s/{id}", false, s.paced(s.shared)},
		{"GET /explain/{check}", false, http.HandlerFunc(s.explain)},
		{"/", false, http.HandlerFunc(s.nothing)},
	}
}

// paced lets nobody have this machine write results all the time.
func (s *Server) paced(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := s.Runs.mayRead(s.Access.client(r))
		switch {
		case err == nil:
			next(w, r)
		case strings.HasPrefix(r.URL.Path, "/api/"):
			writeProblem(w, problemOf(err))
		default:
			p := problemOf(err)
			p.header(w)
			write(w, r, p.Status, "message", messagePage{newTop(r, "Too often - mailcheck"), "Too often", p.Detail})
		}
	})
}

// programRoutes are those of the interface for programs.
func (s *Server) programRoutes() []Route {
	all := []Route{{"/api/", false, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, problem{Status: http.StatusNotFound, Detail: "The interface has no such path."})
	})}}
	for path, handlers := range s.interfaceRoutes() {
		all = append(all, Route{path, false, wrongMethod(handlers)})
		for method, h := range handlers {
			all = append(all, Route{method + " " + path, false, s.paced(h)})
		}
	}
	return all
}

// healthy says that the program is up. It asks nobody.
func healthy(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, "ok\n")
}

// Serve answers what comes over a listener until ctx ends; then it lets the runs that are under
// way come to their end, at most for patience, and their readers with them.
func (s *Server) Serve(ctx context.Context, l net.Listener, patience time.Duration) error {
	server := &http.Server{
		Handler: s.Handler(), TLSConfig: s.TLS, ErrorLog: log.New(io.Discard, "", 0), // who connects, and how, is nobody's concern
		ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
	}
	ended := make(chan error, 1)
	go func() {
		if s.TLS != nil {
			ended <- server.ServeTLS(l, "", "")
		} else {
			ended <- server.Serve(l)
		}
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	go server.Shutdown(last) // takes no more, while the runs end
	s.Runs.Close(last)
	rest, stop := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer stop()
	if err := server.Shutdown(rest); err != nil {
		server.Close()
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
