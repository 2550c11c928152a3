package setup

import (
	"slices"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// site is all that a domain's web server gives to mail programs and to people, and what
// makes the server give it.
var site = Format{
	Name: "site", Doc: "folder for the domain's web server, with nginx, Caddy, Apache",
	Place: mailcheck.Textf("the folder www on the web server; nginx.conf, Caddyfile or apache.conf in its configuration; the lines of web.zone and pacc.zone in the domain's zone"),
	Next:  mailcheck.Textf("follow README.txt from top to bottom; it ends with the commands that prove it"),
	Asks:  mailcheck.Textf("the password alone, by programs that read the files; what the page says, by the others"),
	Proof: mailcheck.Textf("mailcheck; served by nginx, Caddy and Apache, Thunderbird took its settings from it; no Apple device and no Outlook"),
	Reads: []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3}, Sends: true,
	Around: []mailcheck.Protocol{mailcheck.CalDAV, mailcheck.CardDAV, mailcheck.JMAP, mailcheck.Sieve},
	Logins: []Login{Password, Challenge, OAuth2}, Domain: true, Folder: true, All: true, Signed: true,
	Against: ofOnePerson,
	Write:   writeSite,
}

// ofOnePerson refuses a user name that the address does not tell: what is on the web is
// for everybody.
func ofOnePerson(s Server) mailcheck.Text {
	if s.Username != "" && s.Template == s.Username {
		return mailcheck.Textf("the user name is not made of the address, and a web site is the same for everybody")
	}
	return mailcheck.Text{}
}

// sitePart is a format of which the site has the files.
type sitePart struct {
	format Format
	main   string              // the file that programs ask for
	host   string              // the name below the domain where they ask; empty: a person is led to it
	places map[string][]string // of each of its files
	link   sheet.Link          // for people
	of     Account             // what the files are written from
}

// siteParts are all that a site can have.
var siteParts = []sitePart{
	{
		format: thunderbird, main: "www/mail/config-v1.1.xml", host: "autoconfig",
		places: map[string][]string{"config-v1.1.xml": {"www/mail/config-v1.1.xml", "www/.well-known/autoconfig/mail/config-v1.1.xml"}},
	},
	{
		format: outlook, main: "www/autodiscover/autodiscover.xml", host: "autodiscover",
		places: map[string][]string{
			"autodiscover/autodiscover.xml":  {"www/autodiscover/autodiscover.xml"},
			"autodiscover/autodiscover.json": {"www/autodiscover/autodiscover.json"},
			"outlook-steps.txt":              {"www/outlook-steps.txt"},
		},
		link: sheet.Link{Text: mailcheck.Textf("Outlook: which version finds the settings by itself, and the steps in the others"), To: "outlook-steps.txt"},
	},
	{
		format: pacc, main: "www/.well-known/user-agent-configuration.json", host: "ua-auto-config",
		places: map[string][]string{
			"user-agent-configuration.json": {"www/.well-known/user-agent-configuration.json"},
			"pacc.zone":                     {"pacc.zone"},
		},
	},
	{
		format: apple, main: "www/mail.mobileconfig",
		places: map[string][]string{"mail.mobileconfig": {"www/mail.mobileconfig"}},
		link:   sheet.Link{Text: mailcheck.Textf("iPhone, iPad and Mac: open this profile in Safari, then allow it in the settings"), To: "mail.mobileconfig"},
	},
}

// writeSite writes what programs and people get, and what the web server and the zone need
// for that.
func writeSite(a Account, out *sheet.Set) {
	a = a.everybody()
	parts := a.possibleParts(out)
	var hosts []string
	for _, p := range parts {
		if p.host != "" {
			hosts = append(hosts, p.host+"."+a.Address.Domain)
		}
	}
	out.TextPage("README.txt", siteReadme(a, parts, hosts))
	out.HTMLPage("www/index.html", siteIndex(a, parts, out.Signer != nil))
	for _, p := range parts {
		files := sheet.Set{Made: out.Made, Signer: out.Signer, Language: out.Language}
		p.format.Write(p.of, &files)
		out.Add(&files, p.places)
	}
	writeNginx(hosts, out)
	writeCaddy(hosts, out)
	writeApache(hosts, out)
	writeWebNames(a, parts, out)
}

// everybody returns an account without what it says of one person.
func (a Account) everybody() Account {
	of := func(servers []Server) []Server {
		all := slices.Clone(servers)
		for i := range all {
			all[i].Username = ""
		}
		return all
	}
	a.Address.Local, a.Name = "", ""
	a.Reading, a.Sending, a.Around = of(a.Reading), of(a.Sending), of(a.Around)
	return a
}

// possibleParts returns those parts that can be written, and notes what is not in them.
func (a Account) possibleParts(out *sheet.Set) []sitePart {
	var parts []sitePart
	for _, p := range siteParts {
		of, reasons := p.format.suited(a)
		if !p.format.enough(of) {
			for _, reason := range reasons {
				out.Note(mailcheck.Textf("no %s: %s", p.main, reason))
			}
			continue
		}
		p.of = p.format.written(of)
		p.of.Warnings = p.of.warnings()
		for _, what := range append(reasons, p.of.withoutOAuth2()...) {
			out.Note(mailcheck.Textf("left out of %s: %s", p.main, what))
		}
		parts = append(parts, p)
	}
	return parts
}

// siteIndex is the page for people, with the files that they can do something with.
func siteIndex(a Account, parts []sitePart, signed bool) sheet.Page {
	page := pageForPeople(a)
	files := sheet.Part{Title: mailcheck.Textf("What programs take by themselves"), Says: []mailcheck.Text{
		mailcheck.Textf("Thunderbird, and programs like it, find the settings by themselves: type in your name, the address and the password."),
	}}
	for _, p := range parts {
		if p.link.To != "" {
			files.Links = append(files.Links, p.link)
		}
		if p.format.Signed && !signed {
			files.Notes = append(files.Notes, mailcheck.Textf("The device says that the profile is not signed, and it is not."))
		}
	}
	page.Parts = slices.Insert(page.Parts, 1, files)
	return page
}
