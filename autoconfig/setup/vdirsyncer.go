package setup

import (
	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// vdirsyncer is a configuration file of vdirsyncer (its documentation, "Full configuration
// manual"), in which every value is JSON.
var vdirsyncer = Format{
	Name: "vdirsyncer", Doc: "config of vdirsyncer: copies calendars and contacts to files",
	Place:  mailcheck.Textf("~/.config/vdirsyncer/config"),
	Next:   mailcheck.Textf("store the password as the last line of the file says, then: vdirsyncer discover && vdirsyncer sync"),
	Asks:   mailcheck.Textf("nothing once the password is stored; and, at the first run, which of the calendars to copy"),
	Proof:  mailcheck.Textf("vdirsyncer copied calendars and contacts from Radicale with it, and refused bad certificates"),
	Around: []mailcheck.Protocol{mailcheck.CalDAV, mailcheck.CardDAV},
	Logins: []Login{Password},
	Write:  writeVdirsyncer,
}

func writeVdirsyncer(a Account, out *sheet.Set) {
	f := out.Text("config", sheet.Private, cString)
	f.Comments(a.Warnings)
	f.Line(`[general]`)
	f.Line(`status_path = "~/.local/share/vdirsyncer/status/"`)
	for _, s := range a.Around {
		if s.Protocol == mailcheck.CalDAV {
			vdirsyncerPair(a, s, "calendars", ".ics", f)
		} else {
			vdirsyncerPair(a, s, "contacts", ".vcf", f)
		}
	}
	f.Line(``)
	sayQuotedPassword(a, f, out)
}

// vdirsyncerPair writes the two places between which the program copies. No shell reads
// the command.
func vdirsyncerPair(a Account, s Server, what, ending string, f *sheet.Text) {
	f.Line(``)
	f.Line(`[pair %s]`, what)
	f.Line(`a = "%s_here"`, what)
	f.Line(`b = "%s_there"`, what)
	f.Line(`collections = ["from a", "from b"]`)
	f.Line(`conflict_resolution = null`)
	f.Line(``)
	f.Line(`[storage %s_here]`, what)
	f.Line(`type = "filesystem"`)
	f.Line(`path = "~/.local/share/vdirsyncer/%s/%s/"`, a.Address.Domain, what)
	f.Line(`fileext = "%s"`, ending)
	f.Line(``)
	f.Line(`[storage %s_there]`, what)
	f.Line(`type = "%s"`, string(s.Protocol))
	f.Line(`url = "%s"`, s.Place())
	f.Line(`username = "%s"`, s.Username)
	f.Line(`password.fetch = ["command", "secret-tool", "lookup", "service", "mail", "user", "%s"]`, a.Address.String())
	if !s.Offers("BASIC") {
		f.Line(`auth = "guess"`)
	}
}
