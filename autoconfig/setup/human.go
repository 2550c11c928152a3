package setup

import (
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/autoconfig/provider"
	"mailcheck/autoconfig/setup/sheet"
)

// These are the settings for a person who types them in. Each is a format of its own, as
// each is a file that somebody may want beside others; an option for the form would mean
// nothing to every other format.
var (
	human         = forPeople("human", nil, "mail-settings.txt", "page of settings and dialogs for people, as plain text", (*sheet.Set).TextPage)
	humanMarkdown = forPeople("human-markdown", []string{"human-md"}, "mail-settings.md", "the same page as Markdown, for a wiki or a ticket", (*sheet.Set).MarkdownPage)
	humanHTML     = forPeople("human-html", nil, "mail-settings.html", "the same page as HTML, for the web and for paper", (*sheet.Set).HTMLPage)
)

func forPeople(name string, aliases []string, file, doc string, put func(*sheet.Set, string, sheet.Page)) Format {
	return Format{
		Name: name, Aliases: aliases, Doc: doc,
		Place: mailcheck.Textf("where people look for help: a web page, a wiki, a letter"),
		Next:  mailcheck.Textf("look through it once, since dialogs change, and give it to whoever sets a program up"),
		Asks:  mailcheck.Textf("what the table of the program says, and the password"),
		Proof: mailcheck.Textf("nobody: the dialogs are those of 2025 and 2026, and were not clicked through"),
		Reads: []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3}, Sends: true,
		Logins: []Login{Password, Challenge, OAuth2}, Domain: true, All: true, Named: true,
		Around: []mailcheck.Protocol{mailcheck.CalDAV, mailcheck.CardDAV, mailcheck.JMAP, mailcheck.Sieve},
		Write: func(a Account, out *sheet.Set) {
			if address := a.Address.Username(); !mailcheck.Printable(address) {
				out.Refuse(address, mailcheck.Textf("it has an invisible or control character"))
			}
			put(out, file, pageForPeople(a))
		},
	}
}

func pageForPeople(a Account) sheet.Page {
	page := sheet.Page{Title: mailcheck.Textf("Mail settings of %s", a.Address.String()), Warnings: a.Warnings}
	account := sheet.Part{Title: mailcheck.Textf("The account")}
	if a.Domain() {
		page.Title = mailcheck.Textf("Mail settings for everybody at %s", a.Address.Unicode())
		account.Says = []mailcheck.Text{mailcheck.Textf("Your name and your e-mail address are what you type first. All the rest is below.")}
	} else {
		if a.Name != "" {
			account.Asks = append(account.Asks, asked("Name", mailcheck.Textf("%s", a.Name)))
		}
		account.Asks = append(account.Asks, asked("E-mail address", mailcheck.Textf("%s", a.Address.String())))
	}
	account.Notes = []mailcheck.Text{mailcheck.Textf("Most programs find everything by themselves from the address and the password. Where one does not, its dialog asks for what stands here.")}
	page.Parts = append(page.Parts, account)
	for i, s := range a.Reading {
		page.Parts = append(page.Parts, serverPart(a, s, i))
	}
	for i, s := range a.Sending {
		page.Parts = append(page.Parts, serverPart(a, s, i))
	}
	for _, s := range a.Around {
		page.Parts = append(page.Parts, aroundPart(a, s))
	}
	page.Parts = append(page.Parts, passwordPart(a), protocolPart(a))
	if len(a.Links) > 0 {
		page.Parts = append(page.Parts, linksPart(a))
	}
	for _, d := range dialogs {
		if d.when == nil || d.when(a) {
			page.Parts = append(page.Parts, d.part(a))
		}
	}
	return page
}

func asked(name string, value mailcheck.Text) sheet.Field {
	return sheet.Field{Name: mailcheck.Text{Format: name}, Value: value}
}

// serverPart has what every program asks of a server, in no program's words.
func serverPart(a Account, s Server, i int) sheet.Part {
	title := mailcheck.Textf("Sending mail with SMTP")
	switch {
	case s.Protocol.Reads() && i == 0:
		title = mailcheck.Textf("Reading mail with %s", protocolWord(s))
	case s.Protocol.Reads():
		title = mailcheck.Textf("Reading mail with %s, another way", protocolWord(s))
	case i > 0:
		title = mailcheck.Textf("Sending mail with SMTP, another way")
	}
	encryption := mailcheck.Textf("SSL/TLS (from the first byte)")
	if !s.Implicit() {
		encryption = mailcheck.Textf("STARTTLS")
	}
	var ways mailcheck.Text
	for _, l := range s.Logins {
		if ways.Empty() {
			ways = loginWords[l]
		} else {
			ways = mailcheck.Textf("%s, or %s", ways, loginWords[l])
		}
	}
	return sheet.Part{Title: title, Asks: []sheet.Field{
		asked("Server", mailcheck.Textf("%s", s.Host)),
		asked("Port", mailcheck.Textf("%d", s.Port)),
		asked("Encryption", encryption),
		asked("User name", userWords(a, s)),
		asked("Login", ways),
	}}
}

// aroundTitles say what services around the mail are for.
var aroundTitles = map[mailcheck.Protocol]mailcheck.Text{
	mailcheck.CalDAV:  mailcheck.Textf("Calendars (CalDAV)"),
	mailcheck.CardDAV: mailcheck.Textf("Contacts (CardDAV)"),
	mailcheck.JMAP:    mailcheck.Textf("Mail in programs that know JMAP"),
	mailcheck.Sieve:   mailcheck.Textf("Filters on the server (ManageSieve)"),
}

// aroundPart has what programs ask of a service around the mail.
func aroundPart(a Account, s Server) sheet.Part {
	if !s.Protocol.OverHTTPS() {
		p := serverPart(a, s, 0)
		p.Title = aroundTitles[s.Protocol]
		return p
	}
	return sheet.Part{Title: aroundTitles[s.Protocol], Asks: []sheet.Field{
		asked("Address (URL)", mailcheck.Textf("%s", s.Place())),
		asked("User name", userWords(a, s)),
	}, Notes: []mailcheck.Text{mailcheck.Textf("The password is that of the mailbox. A program that asks for a server and no address wants %s.", s.Host)}}
}

// linksPart has the provider's own pages.
func linksPart(a Account) sheet.Part {
	p := sheet.Part{Title: mailcheck.Textf("More from the provider")}
	for _, link := range a.Links {
		switch link.Kind {
		case mailcheck.Documentation:
			p.Says = append(p.Says, mailcheck.Textf("Help: %s", link.URL))
		case mailcheck.Webmail:
			p.Says = append(p.Says, mailcheck.Textf("Mail in the browser: %s", link.URL))
		}
	}
	return p
}

var loginWords = map[Login]mailcheck.Text{
	Password:  mailcheck.Textf("password"),
	Challenge: mailcheck.Textf("encrypted password (CRAM-MD5)"),
	OAuth2:    mailcheck.Textf("OAuth2"),
}

func protocolWord(s Server) string {
	if s.Protocol.Sends() {
		return "SMTP"
	}
	return strings.ToUpper(string(s.Protocol))
}

// userWords says what the user name at a server is, to a person or to everybody.
func userWords(a Account, s Server) mailcheck.Text {
	switch {
	case !a.Domain():
		return mailcheck.Textf("%s", s.Username)
	case s.Template == "%EMAILADDRESS%":
		return mailcheck.Textf("your e-mail address")
	case s.Template == "%EMAILLOCALPART%":
		return mailcheck.Textf("the part of your e-mail address before the @")
	case document.Unfilled(s.Template):
		return mailcheck.Textf("your e-mail address, written as in %s", document.Expand(s.Template, mailcheck.Address{Local: "user", Domain: a.Address.Domain}))
	}
	return mailcheck.Textf("%s", s.Template)
}

// passwordPart says what the provider's users have to do before the password works.
func passwordPart(a Account) sheet.Part {
	p := sheet.Part{Title: mailcheck.Textf("The password")}
	if advice := provider.LoginAdvice(a.Address.Domain, a.Reading[0].Host); !advice.Empty() {
		p.Says = append(p.Says, advice)
	} else {
		p.Says = append(p.Says, mailcheck.Textf("It is that of the mailbox, usually the one of the web mail."))
		p.Says = append(p.Says, mailcheck.Textf("With two-step sign-in most providers refuse it in a mail program that knows no OAuth2. They have app passwords for that: look in the security settings of the web mail, make one for each program, and type it in place of the password."))
	}
	if a.Reading[0].OnlyOAuth2() || a.Sending[0].OnlyOAuth2() {
		p.Says = append(p.Says, mailcheck.Textf("The server takes no password from a mail program, but OAuth2 alone: the program opens the provider's own sign-in page. Only a program that knows the provider can do that; choose the provider by its name there, and not \"Other\"."))
	}
	p.Says = append(p.Says, mailcheck.Textf("If a program says that it cannot verify the certificate of a server, do not go on: the servers here had good ones. Never choose \"accept all certificates\", and never \"None\" for the encryption."))
	return p
}

// protocolPart says whether POP3 suits.
func protocolPart(a Account) sheet.Part {
	p := sheet.Part{Title: mailcheck.Textf("IMAP or POP3")}
	has := func(protocol mailcheck.Protocol) bool {
		return slices.ContainsFunc(a.Reading, func(s Server) bool { return s.Protocol == protocol })
	}
	switch {
	case has(mailcheck.IMAP) && has(mailcheck.POP3):
		p.Says = []mailcheck.Text{mailcheck.Textf("Choose IMAP: the mail and its folders stay on the server, and every device shows the same. POP3 fetches the inbox alone to one device; it suits who reads on that one only, or wants the mailbox emptied. With POP3, have the program leave the messages on the server until there is a backup of the device.")}
	case has(mailcheck.IMAP):
		p.Says = []mailcheck.Text{mailcheck.Textf("Choose IMAP: the mail and its folders stay on the server, and every device shows the same. For POP3 nothing that works is known here.")}
	default:
		p.Says = []mailcheck.Text{mailcheck.Textf("These are settings for POP3: it fetches the inbox alone to one device. On every device, have the program leave the messages on the server, or the others do not see them; and keep a backup of the device.")}
	}
	return p
}
