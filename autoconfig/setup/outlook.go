package setup

import (
	"encoding/xml"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/autoconfig/setup/sheet"
)

// outlook is the answers of an Autodiscover service ([MS-OXDSCLI]) for the domain's web
// server, and what to do in Outlook itself, which mostly ignores them.
var outlook = Format{
	Name: "outlook", Aliases: []string{"autodiscover"}, Doc: "Autodiscover answers for the web server, and Outlook's own steps",
	Place: mailcheck.Textf("the folder autodiscover: on the web server https://autodiscover.DOMAIN/; outlook-steps.txt: in the hands of who sets Outlook up"),
	Next:  mailcheck.Textf("have the web server answer POST like GET, in any spelling of the path (nginx answers a POST for a file with 405; --for site writes a configuration that does), then: mailcheck lint https://autodiscover.DOMAIN/autodiscover/autodiscover.xml"),
	Asks:  mailcheck.Textf("in classic Outlook what outlook-steps.txt says; in programs that read the answer the password alone"),
	Proof: mailcheck.Textf("mailcheck lint; no Outlook"),
	Reads: []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3}, Sends: true,
	Logins: []Login{Password}, Domain: true, Folder: true, All: true,
	Against: notInAnswer,
	Write:   writeOutlook,
}

// notInAnswer refuses user names that differ from person to person: a file is the same
// for everybody, and without a name in it the address is taken.
func notInAnswer(s Server) mailcheck.Text {
	if s.Username == "" && s.Template != "%EMAILADDRESS%" && document.Unfilled(s.Template) {
		return mailcheck.Textf("the answer is the same for everybody, and the user name is not the address")
	}
	return mailcheck.Text{}
}

func writeOutlook(a Account, out *sheet.Set) {
	answer := xmlAnswer{Space: "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"}
	answer.Response.Space = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
	answer.Response.User.DisplayName = a.Address.Unicode() // everybody's, as the file is
	answer.Response.Account = xmlAccount{Type: "email", Action: "settings"}
	personal := false
	for _, s := range append(a.Reading[:len(a.Reading):len(a.Reading)], a.Sending...) {
		p := answerProtocol(s)
		personal = personal || p.LoginName != "" && !a.Domain()
		answer.Response.Account.Protocols = append(answer.Response.Account.Protocols, p)
	}
	out.XML("autodiscover/autodiscover.xml", a.Warnings, answer)
	out.JSON("autodiscover/autodiscover.json", versionTwo{"AutodiscoverV1", "https://autodiscover." + a.Address.Domain + "/autodiscover/autodiscover.xml"})
	out.TextPage("outlook-steps.txt", outlookSteps(a))
	if personal {
		out.Note(mailcheck.Textf("autodiscover.xml has a user name that is not the address, so it is for %s alone; a server that tells people apart has to put each one's own in", a.Address.String()))
	}
}

// versionTwo leads who asks in the newer way to the answer above.
type versionTwo struct {
	Protocol string
	URL      string `json:"Url"`
}

type xmlAnswer struct {
	XMLName  xml.Name `xml:"Autodiscover"`
	Space    string   `xml:"xmlns,attr"`
	Response struct {
		Space string `xml:"xmlns,attr"`
		User  struct {
			DisplayName string
		}
		Account xmlAccount
	}
}

type xmlAccount struct {
	Type      string `xml:"AccountType"`
	Action    string
	Protocols []xmlProtocol `xml:"Protocol"`
}

// xmlProtocol has everything whose default would hurt: SPA is on unless it is written, and
// programs differ in whether they read SSL or Encryption.
type xmlProtocol struct {
	Type           string
	Server         string
	Port           uint16
	LoginName      string `xml:",omitempty"`
	DomainRequired string
	SPA            string
	SSL            string
	Encryption     string
	AuthRequired   string
	UsePOPAuth     string `xml:",omitempty"`
}

func answerProtocol(s Server) xmlProtocol {
	p := xmlProtocol{Type: protocolWord(s), Server: s.Host, Port: s.Port, DomainRequired: "off", SPA: "off", SSL: "on", Encryption: "TLS", AuthRequired: "on"}
	if s.Implicit() {
		p.Encryption = "SSL" // TLS means STARTTLS in this format
	}
	if s.Protocol.Sends() {
		p.UsePOPAuth = "off"
	}
	if s.Template != "%EMAILADDRESS%" {
		p.LoginName = s.Username
		if p.LoginName == "" {
			p.LoginName = s.Template // a name that all share
		}
	}
	return p
}

// outlookSteps says which Outlook reads the answer, and what to do in the others.
func outlookSteps(a Account) sheet.Page {
	page := sheet.Page{Title: mailcheck.Textf("Outlook for %s", a.Address.Unicode()), Warnings: a.Warnings}
	page.Parts = append(page.Parts, sheet.Part{Title: mailcheck.Textf("Which Outlook reads autodiscover.xml"), Says: []mailcheck.Text{
		mailcheck.Textf("Classic Outlook for Windows reads it in its old dialog (Control Panel > Mail). Its new dialog often ignores servers for IMAP, POP3 and SMTP there, and asks."),
		mailcheck.Textf("The new Outlook for Windows and Outlook on phones do not read it: the service behind them has a table of its own, and asks autodiscover.json for Exchange alone. eM Client and Thunderbird read it."),
	}}, sheet.Part{Title: mailcheck.Textf("Giving classic Outlook the file"), Says: []mailcheck.Text{
		mailcheck.Textf("Without a web server, classic Outlook takes the file from the disk of one computer. With regedit, below HKEY_CURRENT_USER\\Software\\Microsoft\\Office\\16.0\\Outlook\\AutoDiscover, make these values, and start Outlook anew:"),
	}, Asks: []sheet.Field{
		asked("PreferLocalXML (DWORD)", mailcheck.Textf("1")),
		asked(a.Address.Domain+" (string)", mailcheck.Textf("the path of autodiscover.xml, such as C:\\mail\\autodiscover.xml")),
	}, Notes: []mailcheck.Text{
		mailcheck.Textf("The old dialog comes back with the value DisableOffice365SimplifiedAccountCreation (DWORD) 1 below HKEY_CURRENT_USER\\Software\\Microsoft\\Office\\16.0\\Outlook\\setup."),
		mailcheck.Textf("A .prf file is of no use: since Outlook 2013 it makes no account for IMAP or POP3."),
	}})
	for _, d := range dialogs {
		if d.outlook && (d.when == nil || d.when(a)) {
			page.Parts = append(page.Parts, d.part(a))
		}
	}
	return page
}
