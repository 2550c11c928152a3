package report

import "mailcheck"

// exposure is a way in which the password is in danger with some clients, or what its
// user sees of it.
type exposure struct {
	text  string // of several clients
	holds func(mailcheck.ClientResult) bool
}

// exposures are the lines below the reasons, the worst first. What protects the password
// as it should is not said; what is not known neither. JSON has all of it.
var exposures = []exposure{
	{"Password not encrypted, without a word", func(c mailcheck.ClientResult) bool { return c.Password == mailcheck.ClearSilently }},
	{"Password not encrypted; whether the user is asked is not known", func(c mailcheck.ClientResult) bool { return c.Password == mailcheck.ClearNotKnown }},
	{"Password not encrypted, after a warning", func(c mailcheck.ClientResult) bool { return c.Password == mailcheck.ClearWarned }},
	{"Password not encrypted, after asking the user", func(c mailcheck.ClientResult) bool { return c.Password == mailcheck.ClearAsked }},
	{"Settings taken over http, where anybody on the way can change them", func(c mailcheck.ClientResult) bool { return c.OverHTTP == mailcheck.HTTPTaken }},
	{"Settings taken over http if https fails, as somebody on the way can arrange", func(c mailcheck.ClientResult) bool { return c.OverHTTP == mailcheck.HTTPFallback }},
	{"Bad certificate accepted without a word", func(c mailcheck.ClientResult) bool { return c.BadCertificate == mailcheck.GoesOn }},
	{"Bad certificate: asks the user, who may go on", func(c mailcheck.ClientResult) bool { return c.BadCertificate == mailcheck.AsksToGoOn }},
	{"Bad certificate: refuses the server", func(c mailcheck.ClientResult) bool { return c.BadCertificate == mailcheck.Stops }},
	{"Goes on unencrypted, without a word, if somebody on the way takes STARTTLS away", func(c mailcheck.ClientResult) bool { return c.NoStartTLS == mailcheck.GoesOn }},
	{"Asks whether to go on unencrypted if somebody on the way takes STARTTLS away", func(c mailcheck.ClientResult) bool { return c.NoStartTLS == mailcheck.AsksToGoOn }},
	{"The form for the servers, which the user has to fill in, begins without encryption", func(c mailcheck.ClientResult) bool { return c.PresetsPlain }},
	{"Log in without showing first which servers they found", func(c mailcheck.ClientResult) bool { return c.Confirms == mailcheck.DoesNot }},
}

// clientExposures says what becomes of the password, once for all clients alike.
func clientExposures(p *page, clients []mailcheck.ClientResult) {
	begun := false
	for _, e := range exposures {
		var names []mailcheck.Text
		for _, c := range clients {
			if e.holds(c) {
				names = append(names, verbatim(c.Client))
			}
		}
		if len(names) == 0 {
			continue
		}
		if !begun {
			p.blank()
			begun = true
		}
		p.say(0, 2, "%s: %s.", ours(e.text), mailcheck.Joined(names, "; "))
	}
}

// clientExposure says of one client all that is known.
func clientExposure(p *page, c mailcheck.ClientResult) {
	say := func(value string, fact mailcheck.Text) {
		if value != "" {
			p.paragraph(4, 6, fact)
		}
	}
	if c.PresetsPlain {
		p.say(4, 6, "Its form for the servers begins without encryption.")
	}
	say(string(c.Password), mailcheck.Textf("Password: %s", ours(c.Password)))
	say(string(c.Confirms), mailcheck.Textf("Shows the servers it found before it logs in: %s", ours(c.Confirms)))
	say(string(c.OverHTTP), mailcheck.Textf("Settings over http: %s", ours(c.OverHTTP)))
	say(string(c.BadCertificate), mailcheck.Textf("At a bad certificate: %s", ours(c.BadCertificate)))
	say(string(c.NoStartTLS), mailcheck.Textf("If somebody takes STARTTLS away: %s", ours(c.NoStartTLS)))
}
