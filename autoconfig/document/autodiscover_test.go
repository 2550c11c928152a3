package document

import (
	"fmt"
	"strings"
	"testing"

	"mailcheck"
	"mailcheck/internal/sample"
)

// answerOf returns an answer of the service with this inside Account.
func answerOf(account string) string {
	return `<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
<Response xmlns="` + PoxResponseSchema + `"><User><DisplayName>sample.Alice</DisplayName></User>
<Account><AccountType>email</AccountType><Action>settings</Action>` + account + `</Account></Response></Autodiscover>`
}

func protocolOf(fields ...string) string {
	text := "<Protocol>"
	for i := 0; i+1 < len(fields); i += 2 {
		text += fmt.Sprintf("<%s>%s</%[1]s>", fields[i], fields[i+1])
	}
	return text + "</Protocol>"
}

// Each section becomes the server that Outlook would use.
func TestAutodiscoverServers(t *testing.T) {
	for _, c := range []struct{ name, account, want string }{
		{"TLS", protocolOf("Type", "IMAP", "Server", "imap.example.com", "Port", "993", "SSL", "on", "SPA", "off", "LoginName", "alice"),
			"imaps://imap.example.com:993 alice"},
		{"no port", protocolOf("Type", "POP3", "Server", "pop.example.com", "SPA", "off"), "pop3s://pop.example.com:995"},
		{"Encryption counts more than SSL", protocolOf("Type", "SMTP", "Server", "smtp.example.com", "Port", "587", "SSL", "off", "Encryption", "TLS", "SPA", "off"),
			"submission://smtp.example.com:587"},
		{"SSL on the STARTTLS port", protocolOf("Type", "imap", "Server", "imap.example.com", "Port", "143", "SSL", "on", "SPA", "off"), "imap://imap.example.com:143"},
		{"SSL on 465", protocolOf("Type", "SMTP", "Server", "smtp.example.com", "Port", "465", "SSL", "on", "SPA", "off"), "submissions://smtp.example.com:465"},
		{"SSL off", protocolOf("Type", "IMAP", "Server", "imap.example.com", "Port", "143", "SSL", "off", "SPA", "off"), "imap+plain://imap.example.com:143"},
		{"Encryption None", protocolOf("Type", "IMAP", "Server", "imap.example.com", "Port", "143", "SSL", "on", "Encryption", "None", "SPA", "off"), "imap+plain://imap.example.com:143"},
		{"SPA left on", protocolOf("Type", "IMAP", "Server", "imap.example.com", "Port", "993"), "imaps://imap.example.com:993; autodiscover.spa"},
		{"login of POP3 for SMTP", protocolOf("Type", "SMTP", "Server", "smtp.example.com", "Port", "465", "UsePOPAuth", "on", "SPA", "off") +
			protocolOf("Type", "POP3", "Server", "pop.example.com", "LoginName", "alice", "SPA", "off"), "submissions://smtp.example.com:465 alice, pop3s://pop.example.com:995 alice"},
		{"no login for SMTP", protocolOf("Type", "SMTP", "Server", "smtp.example.com", "Port", "465", "AuthRequired", "off"), "submissions://smtp.example.com:465"},
		{"a domain is wanted", protocolOf("Type", "IMAP", "Server", "imap.example.com", "LoginName", "alice", "DomainRequired", "on", "SPA", "off"),
			"imaps://imap.example.com:993 alice; autodiscover.domain-required"},
		{"a domain is given", protocolOf("Type", "IMAP", "Server", "imap.example.com", "LoginName", `EXAMPLE\alice`, "DomainRequired", "on", "SPA", "off"),
			`imaps://imap.example.com:993 EXAMPLE\alice`},
		{"for MAPI and for later", protocolOf("Type", "IMAP", "Server", "imap.example.com", "SPA", "off", "TTL", "0", "SMTPLast", "on", "ServerExclusiveConnect", "on",
			"AuthPackage", "Kerberos", "CertPrincipalName", "msstd:other.example"), "imaps://imap.example.com:993"},
		{"no server", protocolOf("Type", "IMAP", "Port", "993", "SPA", "off"), "; autodiscover.bad-section"},
		{"impossible port", protocolOf("Type", "IMAP", "Server", "imap.example.com", "Port", "0", "SPA", "off"), "; autodiscover.bad-section"},
		{"unknown Encryption", protocolOf("Type", "IMAP", "Server", "imap.example.com", "Port", "993", "Encryption", "yes", "SPA", "off"), "; autodiscover.bad-section"},
		{"hidden character", protocolOf("Type", "IMAP", "Server", "imap.example.com", "LoginName", "alice\u202e", "SPA", "off"), "; autodiscover.bad-section"},
		{"outside before inside", protocolOf("Type", "EXCH", "Server", "guid@example.com", "EwsUrl", "https://ex1.corp.example/EWS/Exchange.asmx") +
			protocolOf("Type", "EXPR", "Server", "mail.example.com", "ASUrl", "https://mail.example.com/EWS/Exchange.asmx"),
			"https://mail.example.com/EWS/Exchange.asmx alice@example.com"},
		{"inside only", protocolOf("Type", "EXCH", "EwsUrl", "https://ex1.corp.example:8443/EWS/Exchange.asmx?x=1"),
			"https://ex1.corp.example:8443/EWS/Exchange.asmx alice@example.com"},
		{"EXHTTP as attribute", `<Protocol Type="mapiHttp" Version="1"/><Protocol Type="EXHTTP"><EwsUrl>https://mail.example.com</EwsUrl></Protocol>`,
			"https://mail.example.com/EWS/Exchange.asmx alice@example.com"},
		{"Exchange over http", protocolOf("Type", "EXPR", "EwsUrl", "http://mail.example.com/EWS/Exchange.asmx"), "; autodiscover.bad-section"},
		{"a password in the URL", protocolOf("Type", "EXPR", "EwsUrl", "https://alice:secret@mail.example.com/EWS/Exchange.asmx"), "; autodiscover.bad-section"},
		{"a line break in the URL", protocolOf("Type", "EXPR", "EwsUrl", "https://mail.example.com/a\r\nX: y"), "; autodiscover.bad-section"},
		{"other types", protocolOf("Type", "CalDAV", "Server", "https://dav.example.com/") + protocolOf("Type", "WEB"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := ParseAutodiscover([]byte(answerOf(c.account)))
			if err != nil {
				t.Fatal(err)
			}
			servers, problems := a.Servers(sample.Alice)
			var got []string
			for _, s := range servers {
				got = append(got, strings.TrimSpace(s.URL()+" "+s.Username))
			}
			text := strings.Join(got, ", ")
			for _, p := range problems {
				text += "; " + p.Check.ID
			}
			if text != c.want {
				t.Errorf("got  %s\nwant %s", text, c.want)
			}
		})
	}
}

func TestAutodiscoverAnswers(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"error", `<Autodiscover><Response><Error Time="1" Id="2"><ErrorCode>601</ErrorCode><Message>Provider is not available</Message></Error></Response></Autodiscover>`, "error 601 Provider is not available"},
		{"error without a code", `<Autodiscover><Response><Error/></Response></Autodiscover>`, "error none "},
		{"redirectUrl", strings.Replace(answerOf("<RedirectUrl>https://a.example/x</RedirectUrl>"), ">settings<", ">redirectUrl<", 1), "redirectUrl https://a.example/x "},
		{"redirectAddr", strings.Replace(answerOf("<RedirectAddr>a@b.example</RedirectAddr>"), ">settings<", ">redirectAddr<", 1), "redirectAddr  a@b.example"},
		{"redirect for phones", `<Autodiscover><Response><Action><Redirect>a@b.example</Redirect></Action></Response></Autodiscover>`, "redirectAddr  a@b.example"},
		{"redirect to no address", strings.Replace(answerOf(""), ">settings<", ">redirectAddr<", 1), "line 4: the action is redirectAddr, but there is no <RedirectAddr>"},
		{"byte order mark", "\xef\xbb\xbf" + answerOf(""), "settings  "},
		{"another document", "<clientConfig/>", "line 1: the outermost element is <clientConfig>, not <Autodiscover>"},
		{"no response", "<Autodiscover/>", "line 1: there is no <Response>"},
		{"empty response", "<Autodiscover><Response/></Autodiscover>", "line 1: <Response> has neither <Account> nor <Error>"},
		{"document type", `<!DOCTYPE a [<!ENTITY b "c">]><Autodiscover/>`, "line 1, column 31: a document type or other declaration is not allowed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := ParseAutodiscover([]byte(c.body))
			got := ""
			switch {
			case err != nil:
				got = err.Error()
			case a.ErrorCode != "":
				got = "error " + a.ErrorCode + " " + a.Message
			default:
				got = a.Action + " " + a.RedirectURL + " " + a.RedirectAddr
			}
			if got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestAutodiscoverVersionTwo(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{`{"Protocol":"ActiveSync","Url":"https://a.example/x"}`, "ActiveSync https://a.example/x"},
		{`{"ErrorCode":"InvalidProtocol","ErrorMessage":"no"}`, "InvalidProtocol no"},
		{`{}`, "the answer has neither Url nor ErrorCode"},
		{`<html>`, "invalid character '<' looking for beginning of value"},
	} {
		a, err := ParseAutodiscoverV2([]byte(c.body))
		got := ""
		switch {
		case err != nil:
			got = err.Error()
		case a.ErrorCode != "":
			got = a.ErrorCode + " " + a.ErrorMessage
		default:
			got = a.Protocol + " " + a.URL
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.body, got, c.want)
		}
	}
}

// Whatever an answer says, the servers taken from it are fit to be connected to.
func FuzzParseAutodiscover(f *testing.F) {
	f.Add(answerOf(protocolOf("Type", "IMAP", "Server", "imap.example.com", "Port", "993", "SSL", "on", "Encryption", "TLS", "LoginName", "alice")))
	f.Add(answerOf(protocolOf("Type", "EXPR", "EwsUrl", "https://mail.example.com/EWS/Exchange.asmx")))
	f.Add(`<Autodiscover><Response><Action><Settings><Server><Type>MobileSync</Type><Url>https://a.example/x</Url></Server></Settings></Action></Response></Autodiscover>`)
	f.Add(`<Autodiscover><Response><Error><ErrorCode>600</ErrorCode></Error></Response></Autodiscover>`)
	f.Fuzz(func(t *testing.T, body string) {
		a, err := ParseAutodiscover([]byte(body))
		if err != nil {
			return
		}
		servers, problems := a.Servers(sample.Alice)
		for _, s := range servers {
			checkServer(t, s)
		}
		if len(problems) > MaxProblems {
			t.Errorf("%d problems", len(problems))
		}
	})
}

func FuzzParseAutodiscoverV2(f *testing.F) {
	f.Add(`{"Protocol":"ActiveSync","Url":"https://a.example/Microsoft-Server-ActiveSync"}`)
	f.Add(`{"Protocol":"EWS","Url":"https://[2001:db8::1]:8443/EWS/%0d%0aExchange.asmx?a#b"}`)
	f.Add(`{"ErrorCode":"InvalidProtocol","ErrorMessage":"no"}`)
	f.Fuzz(func(t *testing.T, body string) {
		a, err := ParseAutodiscoverV2([]byte(body))
		if err != nil {
			return
		}
		if s, err := mailcheck.ParseWebServer(mailcheck.ActiveSync, a.URL); err == nil {
			checkServer(t, s)
		}
	})
}

func checkServer(t *testing.T, s mailcheck.Server) {
	t.Helper()
	host, err := mailcheck.ParseHost(s.Host)
	if err != nil || host != s.Host || s.Port == 0 || s.Security == "" || !mailcheck.Printable(s.Username) {
		t.Errorf("not a server to connect to: %+v", s)
	}
	if s.Protocol.Exchange() != strings.HasPrefix(s.Path, "/") || strings.ContainsAny(s.Path, " \r\n\t?#") || !mailcheck.Printable(s.Path) {
		t.Errorf("not a path to ask for: %q", s.Path)
	}
}
