package oauth

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"sync"
)

const (
	maxHead   = 16 << 10 // bytes of a request of the browser
	maxStrays = 100      // requests that are not the answer; a browser asks for an icon, and what asks more often is guessing
)

// listener waits on this machine for the browser to bring the answer (RFC 8252 section
// 7.3). It takes one.
type listener struct {
	expected *expected
	server   *http.Server
	came     chan outcome // gets one

	mu     sync.Mutex
	over   bool
	strays int
}

type outcome struct {
	answer answer
	err    error
}

// listen opens a port of the loopback interface and puts it into the redirect.
func listen(x *expected) (*listener, error) {
	port := x.redirect.Port()
	if port == "" {
		port = "0"
	}
	// The name localhost means [::1] too, where somebody else may listen; a browser
	// that finds nobody there comes here.
	socket, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return nil, err
	}
	_, port, _ = net.SplitHostPort(socket.Addr().String())
	x.redirect.Host = net.JoinHostPort(x.redirect.Hostname(), port)
	l := &listener{expected: x, came: make(chan outcome, 1)}
	l.server = &http.Server{
		Handler: l, ReadTimeout: headWait, ReadHeaderTimeout: headWait, WriteTimeout: headWait,
		IdleTimeout: headWait, MaxHeaderBytes: maxHead, ErrorLog: log.New(io.Discard, "", 0),
	}
	go l.server.Serve(socket)
	return l, nil
}

// close ends the server. A page that is on its way may arrive.
func (l *listener) close() {
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	if l.server.Shutdown(ctx) != nil {
		l.server.Close()
	}
}

// ServeHTTP answers the browser, and whoever else knocks.
func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	header.Set("Referrer-Policy", "no-referrer") // the address has the code in it
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Connection", "close")
	query, err := url.ParseQuery(r.URL.RawQuery)
	path := l.expected.redirect.EscapedPath()
	switch {
	case r.Host != l.expected.redirect.Host: // a name that somebody made point here
		l.stray(w, http.StatusMisdirectedRequest)
	case r.URL.EscapedPath() != path && (path != "" || r.URL.Path != "/"):
		l.stray(w, http.StatusNotFound)
	case r.Method != http.MethodGet:
		header.Set("Allow", http.MethodGet)
		l.stray(w, http.StatusMethodNotAllowed)
	case err != nil || !l.expected.isOurs(query):
		l.stray(w, http.StatusBadRequest)
	default:
		l.deliver(w, query)
	}
}

// deliver takes the answer, if it is the first.
func (l *listener) deliver(w http.ResponseWriter, query url.Values) {
	l.mu.Lock()
	first := !l.over
	l.over = true
	l.mu.Unlock()
	if !first {
		page(w, http.StatusGone, "This sign-in is over.")
		return
	}
	a, err := l.expected.take(query)
	if err != nil {
		page(w, http.StatusOK, "The sign-in did not work. The terminal says why; you can close this page.")
	} else {
		page(w, http.StatusOK, "mailcheck goes on in the terminal. You can close this page.")
	}
	l.came <- outcome{a, err}
}

// stray refuses what is not the answer.
func (l *listener) stray(w http.ResponseWriter, status int) {
	l.mu.Lock()
	l.strays++
	tooMany := l.strays > maxStrays && !l.over
	l.over = l.over || tooMany
	l.mu.Unlock()
	page(w, status, "This is not the answer that mailcheck waits for.")
	if tooMany {
		l.came <- outcome{err: errors.New("somebody on this machine sends requests to the port where the browser's answer is waited for")}
	}
}

// page writes a page of one sentence, which has nothing of the request in it.
func page(w http.ResponseWriter, status int, sentence string) {
	w.WriteHeader(status)
	io.WriteString(w, `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>mailcheck</title><p>`)
	io.WriteString(w, sentence)
	io.WriteString(w, "</p></html>\n")
}
