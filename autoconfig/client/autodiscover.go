package client

import (
	"mailcheck"
	"mailcheck/autoconfig/document"
)

// lookAutodiscover takes what the Autodiscover source found. Outlook's own set-up
// takes only Exchange from it; Thunderbird takes Exchange where there is no IMAP or
// POP3, and the others do not speak it.
func (w *walk) lookAutodiscover() find {
	source := w.source("autodiscover")
	switch {
	case source.State == "":
		return find{note: mailcheck.Textf("not asked in this run")}
	case w.signsIn && w.discovery.Autodiscovered.Login:
		return find{outcome: mailcheck.Asks, note: mailcheck.Textf("its Autodiscover service wants a login, so it asks for the password first, and asks again with it")}
	case w.settles && w.discovery.Autodiscovered.Missed:
		return find{note: mailcheck.Textf("does not count, since a place that it asks before has answered with something else"), unusable: true}
	case w.settles && w.discovery.Autodiscovered.ByURL:
		return find{note: mailcheck.Textf("the answer sends to another URL, which it does not follow"), unusable: true}
	}
	if servers := w.choose(source.Servers); servers != nil && !w.exchange {
		return find{servers: servers}
	}
	if servers := w.first(w.incoming, source.Servers); servers != nil && w.inOrder {
		return find{servers: servers} // those for sending that it has already may do
	}
	for _, s := range source.Servers {
		if s.Protocol.Exchange() && (w.exchange || w.dialect == &document.ThunderbirdDialect) {
			return w.lookBeside(s)
		}
	}
	switch {
	case w.exchange && len(source.Servers) > 0:
		return find{note: mailcheck.Textf("answers with IMAP, POP3 or SMTP, which it ignores"), unusable: true}
	case len(source.Servers) > 0:
		return find{note: mailcheck.Textf("names only Exchange, which it does not speak")}
	}
	return find{note: source.Reason}
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
