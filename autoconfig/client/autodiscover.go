package client

import (
	"net/http"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig"
)

// lookAutodiscover takes what the service answers to the program's way of asking, as the
// program reads it. Outlook's own set-up takes only Exchange from it; Thunderbird takes
// Exchange where there is no IMAP or POP3, and the others do not speak it.
func (w *walk) lookAutodiscover() find {
	source := w.source("autodiscover")
	switch {
	case source.State == "":
		return find{note: mailcheck.Textf("not asked in this run"), unanswered: true}
	case w.byGet:
		return w.lookGot(source)
	case w.signsIn && w.discovery.Autodiscovered.Login:
		return find{outcome: mailcheck.Asks, note: mailcheck.Textf("its Autodiscover service wants a login, so it asks for the password first, and asks again with it")}
	case w.settles && w.discovery.Autodiscovered.Missed:
		return find{note: mailcheck.Textf("does not count, since a place that it asks before has answered with something else"), unusable: true}
	case w.direct && w.discovery.Autodiscovered.ByURL:
		return find{note: mailcheck.Textf("the answer sends to another URL, which it does not follow"), unusable: true}
	}
	read := reading{servers: source.Servers}
	if c, ok := w.answered(http.MethodPost, "https://"); ok && w.words != nil {
		read = w.read(c)
		read.servers = append(read.servers, slices.DeleteFunc(source.Servers, func(s mailcheck.Server) bool { return !s.Protocol.Exchange() })...)
	}
	found := w.lookAnswer(read)
	if found.servers != nil || found.outcome != "" {
		return found
	}
	for _, s := range source.Servers {
		if s.Protocol.Exchange() && (w.exchange || w.guesses != nil) {
			return w.lookBeside(s)
		}
	}
	switch {
	case w.exchange && len(source.Servers) > 0:
		return find{note: mailcheck.Textf("answers with IMAP, POP3 or SMTP, which it ignores"), unusable: true}
	case slices.ContainsFunc(read.servers, func(s mailcheck.Server) bool { return !s.Protocol.Exchange() }):
		return found
	case len(source.Servers) > 0:
		return find{note: mailcheck.Textf("names only Exchange, which it does not speak"), unusable: true}
	}
	return find{note: source.Reason, unanswered: source.State == mailcheck.Failed}
}

// lookGot takes what the service answers to GET, which is in no standard.
func (w *walk) lookGot(source mailcheck.SourceResult) find {
	c, ok := w.answered(http.MethodGet, "https://")
	switch {
	case ok:
		return w.lookAnswer(w.read(c))
	case len(source.Servers) > 0:
		return find{note: mailcheck.Textf("gives nothing to the program, which asks by GET"), unusable: true}
	}
	return find{note: source.Reason, unanswered: source.State == mailcheck.Failed}
}

// lookAutodiscoverHTTP takes what the service answers over http, where the protocol has
// nothing but a redirect.
func (w *walk) lookAutodiscoverHTTP() find {
	method := http.MethodPost
	if w.byGet {
		method = http.MethodGet
	}
	c, ok := w.answered(method, "http://")
	if !ok {
		return find{note: mailcheck.Textf("no answer with settings")}
	}
	return w.lookAnswer(w.read(c))
}

// answered returns the answer with mail servers that the program comes upon first, of
// those to its way of asking: that of the domain, of autodiscover.DOMAIN, or of where
// these send to.
func (w *walk) answered(method, scheme string) (autoconfig.Copy, bool) {
	own, named := scheme+w.address.Domain+"/", scheme+"autodiscover."+w.address.Domain+"/"
	order := []string{own, named, scheme}
	if w.named {
		order = []string{named, own, scheme}
	}
	if w.direct && !w.named {
		order = order[:2]
	}
	for _, prefix := range order {
		for _, c := range w.discovery.Copies {
			if c.Source == "autodiscover" && c.Method == method && c.Answer != nil && strings.HasPrefix(c.URL, prefix) && c.OverHTTP() == (scheme == "http://") {
				return c, true
			}
		}
	}
	return autoconfig.Copy{}, false
}

// reading is what a program has from an answer.
type reading struct {
	servers []mailcheck.Server
	doubt   mailcheck.Text // why it is not known what it makes of it
	former  mailcheck.Text // what versions that are still in use make of it, if that is worse
}

// read reads an answer as the program does.
func (w *walk) read(c autoconfig.Copy) reading {
	var r reading
	r.servers, r.doubt = w.words.Read(c.Answer, w.address)
	for i := range r.servers {
		r.servers[i] = autoconfig.WithUsername(r.servers[i], w.address)
		r.servers[i].Sources, r.servers[i].Position.Document = []string{c.Source}, c.URL
	}
	if w.former == nil {
		return r
	}
	plain := func(s mailcheck.Server) bool { return s.Security == mailcheck.Plain }
	if old, _ := w.former.Read(c.Answer, w.address); slices.ContainsFunc(old, plain) && !slices.ContainsFunc(r.servers, plain) {
		r.former = mailcheck.Textf("versions up to 115 use no encryption here, since SSL is not on")
	}
	return r
}

// lookAnswer chooses among the servers of an answer.
func (w *walk) lookAnswer(r reading) find {
	if w.exchange {
		return find{}
	}
	if !r.doubt.Empty() {
		return find{outcome: mailcheck.NotKnown, note: mailcheck.Textf("what it makes of the answer is not known: %s", r.doubt)}
	}
	if servers := w.choose(r.servers); servers != nil {
		return find{servers: servers, note: r.former}
	}
	if servers := w.first(w.incoming, r.servers); servers != nil && w.inOrder {
		return find{servers: servers, note: r.former} // those for sending that it has already may do
	}
	return find{note: mailcheck.Textf("names no servers that it can use"), unusable: len(r.servers) > 0}
}

// lookBeside takes an Exchange server, or what a program that guesses prefers to it:
// IMAP or POP3, and submission, on the same host.
func (w *walk) lookBeside(s mailcheck.Server) find {
	if found := w.lookTried(w.candidates(s.Host)); found.servers != nil {
		found.note = mailcheck.Textf("Autodiscover names Exchange alone; so it guesses %s on the same host", found.servers[0].URL())
		return found
	}
	return find{servers: []mailcheck.Server{s}}
}
