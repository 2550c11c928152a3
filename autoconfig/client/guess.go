package client

import (
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/checks"
)

// guess is a kind of endpoint that a program tries at likely names. It counts as a
// server there once it answers, whether or not a login can succeed.
type guess struct {
	protocol mailcheck.Protocol
	security mailcheck.Security
	prefixes []string // of the domain; "" is the domain itself
	ports    []uint16
}

// thunderbirdGuesses are in the order of sortTriesByPreference: encrypted before plain,
// IMAP before POP3, TLS from the first byte before STARTTLS; then by name and port.
var thunderbirdGuesses = []guess{
	{mailcheck.IMAP, mailcheck.ImplicitTLS, []string{"imap.", "mail.", ""}, []uint16{993}},
	{mailcheck.IMAP, mailcheck.StartTLS, []string{"imap.", "mail.", ""}, []uint16{143}},
	{mailcheck.POP3, mailcheck.ImplicitTLS, []string{"pop3.", "pop.", "mail.", ""}, []uint16{995}},
	{mailcheck.POP3, mailcheck.StartTLS, []string{"pop3.", "pop.", "mail.", ""}, []uint16{110}},
	{mailcheck.IMAP, mailcheck.Plain, []string{"imap.", "mail.", ""}, []uint16{143}},
	{mailcheck.POP3, mailcheck.Plain, []string{"pop3.", "pop.", "mail.", ""}, []uint16{110}},
	{mailcheck.Submission, mailcheck.ImplicitTLS, []string{"smtp.", "mail.", ""}, []uint16{465}},
	{mailcheck.Submission, mailcheck.StartTLS, []string{"smtp.", "mail.", ""}, []uint16{587, 25}},
	{mailcheck.Submission, mailcheck.Plain, []string{"smtp.", "mail.", ""}, []uint16{587, 25}},
}

// lookGuess takes the likely names. Most clients that guess try to log in, so that a
// guess counts once it works; others are content with less.
func (w *walk) lookGuess() find {
	if w.guesses != nil {
		if len(w.discovery.Likely) == 0 {
			return find{note: w.source("guess").Reason}
		}
		found := w.lookTried(w.candidates(""))
		for i := range found.servers {
			if w.local && w.address.Local != "" {
				found.servers[i].Username = w.address.Local
			}
		}
		return found
	}
	var upgraded, likely []mailcheck.Server
	for _, s := range w.source("guess").Servers {
		switch {
		case w.fails(s):
		case s.Security == mailcheck.StartTLS && slices.Contains(w.upgrades, s.Protocol):
			upgraded = append(upgraded, s)
		default:
			likely = append(likely, s)
		}
	}
	return find{servers: w.choose(slices.Concat(upgraded, likely)), note: mailcheck.Textf("none of the usual host names answers")}
}

// guessesAs adds to why the program guesses with which user names it then logs in.
func (w *walk) guessesAs(why mailcheck.Text) mailcheck.Text {
	if !w.local || w.address.Local == "" {
		return why
	}
	return mailcheck.Textf("%s; logs in as %s, and as %s if that is refused", why, w.address.Local, w.address)
}

// candidates lists what the program tries, in its order: at the usual names that have an
// address, or on one host alone.
func (w *walk) candidates(host string) []mailcheck.Server {
	var servers []mailcheck.Server
	for _, g := range w.guesses {
		hosts := []string{host}
		if host == "" {
			hosts = nil
			for _, prefix := range g.prefixes {
				hosts = append(hosts, prefix+w.address.Domain)
			}
			hosts = slices.DeleteFunc(hosts, func(h string) bool { return !slices.Contains(w.discovery.Likely, h) })
		}
		for _, h := range hosts {
			for _, port := range g.ports {
				servers = append(servers, autoconfig.WithUsername(mailcheck.Server{
					Protocol: g.protocol, Host: h, Port: port, Security: g.security,
					Sources: []string{string(autoconfig.Guess)}, Kind: mailcheck.Guessed,
				}, w.address))
			}
		}
	}
	return servers
}

// toTry is what has to be tested to know what the program takes: nothing if it does not
// come to guessing. What a server says in clear is learned where STARTTLS is tried.
func (w *walk) toTry() []mailcheck.Server {
	if w.guesses == nil {
		return nil
	}
	var servers []mailcheck.Server
	switch r := w.run(); {
	case r.Source == "":
		servers = w.candidates("")
	case len(r.Servers) == 1 && r.Servers[0].Protocol.Exchange():
		servers = w.candidates(r.Servers[0].Host)
	}
	return slices.DeleteFunc(servers, func(s mailcheck.Server) bool { return s.Security == mailcheck.Plain })
}

// lookTried takes the first server for reading and the first for sending that answer.
func (w *walk) lookTried(candidates []mailcheck.Server) find {
	var in, out []mailcheck.Server
	for _, s := range candidates {
		switch {
		case !w.answers(s):
		case s.Protocol.Reads() && in == nil:
			in = []mailcheck.Server{s}
		case s.Protocol.Sends() && out == nil:
			out = []mailcheck.Server{s}
		}
	}
	if in == nil || out == nil {
		return find{note: mailcheck.Textf("the usual host names have no server for reading and one for sending that answer")}
	}
	return find{servers: slices.Concat(in, out), guessed: true}
}

// answers reports whether a program that looks no further takes a guess. TLS from the
// first byte needs a good certificate, but then any word will do, a refusal too. With
// STARTTLS it does not begin TLS: the word in what is said before it decides, wherever
// it stands, in the server's own name too. Without encryption any word will do.
func (w *walk) answers(s mailcheck.Server) bool {
	r, ok := w.met(s)
	switch {
	case !ok || r.Greeting == "":
		return false
	case s.Security == mailcheck.ImplicitTLS:
		return r.TLS != nil && r.TLS.Verified && !mailcheck.Shows(r.Findings(), checks.TLSRevoked, checks.TLSMustStapleMissing)
	case s.Security == mailcheck.StartTLS:
		word := "STARTTLS"
		if s.Protocol == mailcheck.POP3 {
			word = "STLS"
		}
		said := append([]string{r.Greeting}, r.Capabilities.BeforeTLS...)
		return slices.ContainsFunc(said, func(text string) bool { return strings.Contains(strings.ToUpper(text), word) })
	}
	return true
}

// met returns the result of the server that was tested in the place of a guess: one
// without encryption says the same as where STARTTLS was tried.
func (w *walk) met(s mailcheck.Server) (mailcheck.ServerResult, bool) {
	if s.Security == mailcheck.Plain {
		s.Security = mailcheck.StartTLS
	}
	return w.result(s)
}

// misguess says why the account does not work with servers that only had to answer;
// nothing if it does, or if the program guesses otherwise.
func (w *walk) misguess(servers []mailcheck.Server) mailcheck.Text {
	if w.guesses == nil {
		return mailcheck.Text{}
	}
	for _, s := range servers {
		r, ok := w.met(s)
		switch {
		case s.Security == mailcheck.Plain && !onlyFailures(r, []*checks.Check{checks.StartTLSMissing}):
			return mailcheck.Textf("guesses %s, because a server answers there; then the login fails: %s", s.URL(), failureOf(r))
		case s.Security == mailcheck.Plain:
		case !ok || r.Verdict != mailcheck.Fail:
		case s.Security == mailcheck.StartTLS:
			return mailcheck.Textf("guesses %s, because the server says STARTTLS, without looking at its certificate; then the login fails: %s", s.URL(), failureOf(r))
		default:
			return mailcheck.Textf("guesses %s, because a server answers there, whatever it says; then the login fails: %s", s.URL(), failureOf(r))
		}
	}
	return mailcheck.Text{}
}
