package setup

import (
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// siteReadme says to the administrator what goes where, in the order in which it is done.
func siteReadme(a Account, parts []sitePart, hosts []string) sheet.Page {
	domain := a.Address.Domain
	has := func(f Format) bool {
		return slices.ContainsFunc(parts, func(p sitePart) bool { return p.format.Name == f.Name })
	}
	page := sheet.Page{Title: mailcheck.Textf("A web site with the mail settings of %s", domain), Warnings: a.Warnings}
	here := sheet.Part{Title: mailcheck.Textf("What is here"), Asks: []sheet.Field{
		asked("www", mailcheck.Textf("what the web server gives out; change nothing in it")),
		asked("nginx.conf", mailcheck.Textf("for nginx")),
		asked("Caddyfile", mailcheck.Textf("for Caddy")),
		asked("apache.conf", mailcheck.Textf("for Apache")),
		asked("web.zone", mailcheck.Textf("DNS records that lead to the web server")),
	}}
	if has(pacc) {
		here.Asks = append(here.Asks, asked("pacc.zone", mailcheck.Textf("DNS records of the PACC document")))
	}
	page.Parts = append(page.Parts, here)
	step := 0
	next := func(title mailcheck.Text, part sheet.Part) {
		step++
		part.Title = mailcheck.Textf("%d. %s", step, title)
		page.Parts = append(page.Parts, part)
	}

	next(mailcheck.Textf("Lead the names to the web server"), sheet.Part{Says: []mailcheck.Text{
		mailcheck.Textf("All these names need a record in DNS: %s. The files whose names end in .zone have them; put in the name of your web server.", mailcheck.ListOf(hosts)),
	}})
	next(mailcheck.Textf("Get a certificate"), sheet.Part{Says: []mailcheck.Text{
		mailcheck.Textf("It needs all these names. Caddy gets it by itself. For nginx and Apache get one as you do for your other sites, from Let's Encrypt for example; nothing here can know where it is."),
	}})
	next(mailcheck.Textf("Put the files on the web server"), sheet.Part{Says: []mailcheck.Text{
		mailcheck.Textf("Copy all that is in www to /var/www/mail-settings, with the folder .well-known, which does not show everywhere. Everybody may read it: no password is in it."),
		mailcheck.Textf("Of nginx.conf, Caddyfile and apache.conf take the one for your web server, and do what its first lines say. It answers Outlook, which asks with POST and in several spellings of the path, and gives each file the type without which programs ignore it."),
	}})
	if has(pacc) {
		next(mailcheck.Textf("Publish the digest"), sheet.Part{Says: []mailcheck.Text{
			mailcheck.Textf("When the files are there, put the record _ua-auto-config of pacc.zone into the zone. Programs compare it with the document, so each new document needs its own record."),
		}})
	}
	next(mailcheck.Textf("Prove it"), sheet.Part{Asks: siteProofs(domain, parts)})
	page.Parts = append(page.Parts, sheet.Part{Title: mailcheck.Textf("For people"), Says: []mailcheck.Text{
		mailcheck.Textf("Give them https://%s/: a page with what each program asks, and the files that they can open. It prints.", hosts[0]),
	}}, ownSite(domain), sheet.Part{Title: mailcheck.Textf("What is not here"), Says: []mailcheck.Text{
		mailcheck.Textf("SRV records, which some programs look up instead: mailcheck setup %s --for dns", domain),
		mailcheck.Textf("A policy for MTA-STS (mta-sts.txt): it is about mail that other servers send to the domain, and which servers take that is yours to say."),
	}})
	return page
}

// siteProofs are the commands that show whether all is as it should be.
func siteProofs(domain string, parts []sitePart) []sheet.Field {
	var all []sheet.Field
	command := func(text, shows mailcheck.Text) { all = append(all, sheet.Field{Name: text, Value: shows}) }
	for _, p := range parts {
		if p.host != "" {
			command(mailcheck.Textf("mailcheck lint https://%s.%s%s", p.host, domain, p.path()), mailcheck.Textf("no failure"))
		}
	}
	command(mailcheck.Textf("mailcheck discover %s", domain), mailcheck.Textf("the sources that find servers"))
	command(mailcheck.Textf("mailcheck clients %s", domain), mailcheck.Textf("the programs that configure themselves"))
	return all
}

// ownSite says what to do about a name that has a web site as a rule.
func ownSite(domain string) sheet.Part {
	return sheet.Part{Title: mailcheck.Textf("The web site of %s itself", domain), Says: []mailcheck.Text{
		mailcheck.Textf("Programs ask there too, and it is no fault if they find nothing. If there is no such site, add the name %s beside the others, in the file for the web server and in the certificate. If there is one, a redirect will do:", domain),
	}, Asks: []sheet.Field{
		asked("nginx", mailcheck.Textf("location = %s { return 301 https://autoconfig.%s%s; }", ownPath, domain, configPath)),
		asked("Caddy", mailcheck.Textf("redir %s https://autoconfig.%s%s", ownPath, domain, configPath)),
		asked("Apache", mailcheck.Textf("Redirect 301 %s https://autoconfig.%s%s", ownPath, domain, configPath)),
	}}
}

// Where programs look for a settings file (draft-ietf-mailmaint-autoconfig section 4.1).
const (
	configPath = "/mail/config-v1.1.xml"
	ownPath    = "/.well-known/autoconfig" + configPath // on the domain's own web server
)

// path is that of the URL of the main file.
func (p sitePart) path() string { return strings.TrimPrefix(p.main, "www") }
