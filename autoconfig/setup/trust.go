package setup

import (
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
)

// UnverifiedError says that a setup would name servers that nobody vouches for. A mail
// program sends them the password, as a login by mailcheck itself would.
type UnverifiedError struct {
	Format   Format
	Servers  []Server // of which one for each side would do
	Warnings []mailcheck.Text
}

func (e *UnverifiedError) Error() string {
	return "nobody vouches for the servers that " + e.Format.Name + " would be told to use"
}

// Hosts returns the names of the servers, which the user may vouch for.
func (e *UnverifiedError) Hosts() []string {
	var hosts []string
	for _, s := range e.Servers {
		if !slices.Contains(hosts, s.Host) {
			hosts = append(hosts, s.Host)
		}
	}
	return hosts
}

// vouched returns what is left of an account without the servers that nobody vouches for.
func (a Account) vouched() Account {
	unvouched := func(s Server) bool { return !s.Vouched() }
	a.Reading = slices.DeleteFunc(slices.Clone(a.Reading), unvouched)
	a.Sending = slices.DeleteFunc(slices.Clone(a.Sending), unvouched)
	a.Around = slices.DeleteFunc(slices.Clone(a.Around), unvouched)
	a.OAuth = slices.DeleteFunc(slices.Clone(a.OAuth), func(o mailcheck.OAuth) bool { return !o.Vouched })
	return a
}

// unverified says of each server that nobody vouches for where it was found.
func (a Account) unverified() (servers []Server, warnings []mailcheck.Text) {
	for _, s := range a.servers() {
		if !s.Vouched() {
			servers = append(servers, s)
			warnings = append(warnings, mailcheck.Textf("nobody vouches for %s, so whoever can forge what names it gets the password: %s", s.url, s.origin))
		}
	}
	return servers, warnings
}

// warnings are about each server that nobody vouches for, or of which nobody knows whether
// it works.
func (a Account) warnings() []mailcheck.Text {
	_, warnings := a.unverified()
	for _, s := range a.servers() {
		if s.untested {
			warnings = append(warnings, mailcheck.Textf("%s is published (%s), and could not be tested: whether it works is not known", s.url, s.origin))
		}
	}
	return warnings
}

// refusal is the error of a format that servers would do for which nobody vouches for.
func (f Format) refusal(all, sure Account) error {
	if len(sure.Reading) > 0 {
		all.Reading = nil
	}
	if len(sure.Sending) > 0 {
		all.Sending = nil
	}
	if !f.byAround(all) {
		all.Around = nil
	}
	servers, warnings := all.unverified()
	return &UnverifiedError{f, servers, warnings}
}

// leftOut names the servers that are not written although they passed.
func leftOut(all Account) []mailcheck.Text {
	servers, _ := all.unverified()
	var urls []string
	for _, s := range servers {
		urls = append(urls, s.url)
	}
	if len(urls) == 0 {
		return nil
	}
	return []mailcheck.Text{mailcheck.Textf("left out, since nobody vouches for them: %s", mailcheck.ListOf(urls))}
}

// origin says where a server was found, source by source.
func origin(r *mailcheck.Report, s mailcheck.Server) mailcheck.Text {
	var places []mailcheck.Text
	for _, source := range r.Sources {
		for _, published := range source.Servers {
			if published.Key() == s.Key() {
				places = append(places, placeIn(source, published, r.Address.Domain))
				break
			}
		}
	}
	if len(places) == 0 {
		return mailcheck.Textf("%s", mailcheck.ListOf(s.Sources))
	}
	return mailcheck.Joined(places, " and ")
}

func placeIn(source mailcheck.SourceResult, s mailcheck.Server, domain string) mailcheck.Text {
	where := s.Position.Document
	switch service := document.ServiceOf(s.Protocol, s.Security); {
	case source.Kind == mailcheck.Guessed:
		return mailcheck.Textf("%s (nobody publishes it)", source.Name)
	case source.Form == mailcheck.Records && service.Label != "":
		return mailcheck.Textf("%s (the DNS record %s, of which no signature was validated)", source.Name, service.Name(domain))
	case strings.HasPrefix(where, "http://"):
		return mailcheck.Textf("%s (%s, which anybody on the way can change)", source.Name, where)
	case source.Kind == mailcheck.Known && where != "":
		return mailcheck.Textf("%s (%s, where the mail exchanger leads)", source.Name, where)
	case source.Kind == mailcheck.Known:
		return mailcheck.Textf("%s (where the mail exchanger leads)", source.Name)
	case where != "":
		return mailcheck.Textf("%s (%s)", source.Name, where)
	}
	return mailcheck.Textf("%s", source.Name)
}

// otherNames says which user names for a server were not believed, since the sources that
// have them do not vouch for it.
func otherNames(r *mailcheck.Report, s mailcheck.Server, template string) []mailcheck.Text {
	var notes []mailcheck.Text
	for _, source := range r.Sources {
		for _, published := range source.Servers {
			name := document.UsernameTemplate(published.Username, r.Address)
			if published.Key() == s.Key() && published.Vouch == mailcheck.NotVouched && name != template && s.Vouch != mailcheck.NotVouched {
				notes = append(notes, mailcheck.Textf("%s has the user name %s for %s, which can be forged there; the file has %s", source.Name, name, s.URL(), template))
			}
		}
	}
	return notes
}
