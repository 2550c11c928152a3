package lint

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailcheck/checks"
)

// broken is a good document with one change. What lint says about each of them is
// in testdata/lint.txt.
type broken struct{ name, body string }

func brokenFiles() []broken {
	return slices.Concat(brokenSyntax(), brokenConfigs(), brokenProfiles(), brokenAnswers(), brokenPACC(), brokenZones(), brokenCodes(), brokenK9())
}

// changed makes a file of each name and the two texts behind it: what stands in the
// document, and what takes its place.
func changed(document, kind string, pairs ...string) []broken {
	var files []broken
	for i := 0; i < len(pairs); i += 3 {
		files = append(files, broken{kind + ": " + pairs[i], in(document, pairs[i+1], pairs[i+2])})
	}
	return files
}

func brokenSyntax() []broken {
	return []broken{
		{"no XML", "clientConfig"}, {"an element left open", in(goodConfig, "</hostname>", "")}, {"two outermost elements", "<clientConfig/><clientConfig/>"},
		{"a document type", in(goodConfig, "<clientConfig", "<!DOCTYPE clientConfig SYSTEM \"x.dtd\">\n<clientConfig")},
		{"an entity that is not known", in(goodConfig, "imap.example.com", "&host;")},
		{"UTF-16", "\xff\xfe<\x00c\x00"}, {"UTF-16, declared alone", in(goodConfig, `version="1.0"`, `version="1.0" encoding="UTF-16"`)},
		{"latin 1, declared", in(in(goodConfig, `version="1.0"`, `version="1.0" encoding="ISO-8859-1"`), "<domain>", "<displayName>B\xfccher</displayName><domain>")},
		{"latin 1, not declared", in(goodConfig, "<domain>", "<displayName>B\xfccher</displayName><domain>")},
		{"empty", " \n"}, {"a web page", "\n<!DOCTYPE html>\n<html></html>"}, {"a web page in XHTML", `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>`},
		{"2 MiB", strings.Repeat(" ", 2<<20)}, {"binary property list", "bplist00\xd1"}, {"S/MIME", "MIME-Version: 1.0\nContent-Type: multipart/signed\n"},
		{"another XML", "<?xml version='1.0'?>\n<feed/>"}, {"Autodiscover version 2", `{"Protocol":"AutodiscoverV1","Url":"https://example.com/"}`},
		{"a JSON list", "[]"},
	}
}

func brokenConfigs() []broken {
	files := changed(goodConfig, "autoconfig",
		"no version", ` version="1.1"`, "", "no provider", goodConfig[strings.Index(goodConfig, "  <emailProvider"):strings.Index(goodConfig, "</clientConfig>")], "",
		"no id", ` id="example.com"`, "", "an id that is no domain", `id="example.com"`, `id="Example Inc"`,
		"no domain", "<domain>example.com</domain>", "", "a domain with @", "<domain>", "<domain>@", "purpose", "<domain>", `<domain purpose="web">`,
		"long name", "<domain>", "<displayShortName>"+strings.Repeat("x", 21)+"</displayShortName><domain>",
		"documentation without url", "<domain>", "<documentation/><domain>", "update without url", "</emailProvider>", "</emailProvider><clientConfigUpdate/>",
		"unknown element", "<domain>", "<Domain>x</Domain><domain>", "section in the wrong place", "</emailProvider>", "</emailProvider><incomingServer/>",
		"no type", ` type="imap"`, "", "type in capital letters", `type="imap"`, `type="IMAP"`, "unknown type", `type="imap"`, `type="imap4"`,
		"smtp for reading", `type="imap"`, `type="smtp"`,
		"no host", "<hostname>imap.example.com</hostname>", "", "a URL as host", "<hostname>imap", "<hostname>https://imap", "a placeholder in host", "imap.example.com", "imap.%DOMAIN%",
		"no port", "<port>993</port>", "", "port 0", "<port>993", "<port>0", "port 65536", "<port>993", "<port>65536", "port in words", "<port>993", "<port>imaps",
		"no socketType", "<socketType>SSL</socketType>", "", "TLS", "<socketType>SSL", "<socketType>TLS", "starttls", "<socketType>SSL", "<socketType>starttls",
		"plain", "<socketType>SSL", "<socketType>plain",
		"empty socketType", "<socketType>SSL", "<socketType>", "template as socketType", "<socketType>SSL", "<socketType>%server/imap/socket/%", "SSL/TLS", "<socketType>SSL", "<socketType>SSL/TLS", "STARTTLS on 993", "<socketType>SSL", "<socketType>STARTTLS",
		"no authentication", "<authentication>password-cleartext</authentication>", "", "authentication in capital letters", "password-cleartext", "Password-Cleartext",
		"OAuth2 alone", "password-cleartext", "OAuth2", "TLS certificate alone", "password-cleartext", "TLS-client-cert",
		"system", "<authentication>", `<authentication system="ldap">`, "http system", "<authentication>password-cleartext", `<authentication system="http">Bearer`,
		"encoded user name", "%EMAILADDRESS%", "alice%40example.com", "port twice", "<port>993</port>", "<port>993</port><port>143</port>",
		"calendar without type", "</emailProvider>", "</emailProvider><calendar><url>https://dav.example.com/</url></calendar>",
		"calendar without url", "</emailProvider>", `</emailProvider><calendar type="caldav"/>`,
		"address book over http", "</emailProvider>", `</emailProvider><addressbook type="carddav"><url>http://dav.example.com/</url></addressbook>`,
		"jmap without scheme", "<outgoingServer", `<incomingServer type="jmap"><url>jmap.example.com</url></incomingServer><outgoingServer`,
		"oAuth2", "</emailProvider>", "</emailProvider><oAuth2><tokenUrl>x</tokenUrl><authURL>http://auth.example.com/</authURL></oAuth2>",
	)
	files = append(files,
		broken{"autoconfig: nothing for sending", goodConfig[:strings.Index(goodConfig, "    <outgoing")] + goodConfig[strings.Index(goodConfig, "  </emailProvider"):]},
		broken{"autoconfig: nothing encrypted", strings.ReplaceAll(goodConfig, "<socketType>SSL", "<socketType>plain")},
		broken{"autoconfig: unsupported authentication everywhere", strings.ReplaceAll(goodConfig, "password-cleartext", "TLS-client-cert")},
	)
	return files
}

func brokenProfiles() []broken {
	files := changed(goodProfile, "profile",
		"type", "<string>Configuration", "<string>Config", "no version", "<key>PayloadVersion</key><integer>1</integer>\n<key>PayloadIdentifier</key><string>com.example.mail<", "<key>PayloadIdentifier</key><string>com.example.mail<",
		"version as string", "<key>PayloadVersion</key><integer>1</integer>", "<key>PayloadVersion</key><string>1</string>", "version 2", "<integer>1<", "<integer>2<",
		"no identifier", "<key>PayloadIdentifier</key><string>com.example.mail</string>", "", "no UUID", "<key>PayloadUUID</key><string>0C5A7C1E-0000-4000-8000-000000000001</string>", "",
		"UUID twice", "000000000002", "000000000001", "identifier twice", "com.example.mail.account", "com.example.mail",
		"encrypted", "<key>PayloadContent", "<key>IsEncrypted</key><true/><key>PayloadContent",
		"an item that is no dict", "<array><dict>", "<array><string>x</string><dict>", "a key without value", "<key>EmailAccountType</key><string>EmailTypeIMAP</string>", "<key>EmailAccountType</key>",
		"a value without key", "<key>EmailAccountType</key>", "", "a key twice", "<key>EmailAccountType", "<key>EmailAccountType</key><string>EmailTypeIMAP</string><key>EmailAccountType",
		"no account type", "<key>EmailAccountType</key><string>EmailTypeIMAP</string>", "", "account type", "EmailTypeIMAP", "IMAP",
		"no authentication", "<key>IncomingMailServerAuthentication</key><string>EmailAuthPassword</string>", "", "authentication", "EmailAuthPassword", "EmailAuthOAuth2",
		"no host", "<key>OutgoingMailServerHostName</key><string>smtp.example.com</string>", "", "empty host", "smtp.example.com", "", "host with port", "smtp.example.com", "smtp.example.com:465",
		"port as string", "<integer>993</integer>", "<string>993</string>", "port too large", "<integer>993", "<integer>99993", "port in words", "<integer>993", "<integer>imaps",
		"TLS as string", "<key>IncomingMailServerUseSSL</key><true/>", "<key>IncomingMailServerUseSSL</key><string>true</string>", "no TLS", "<key>IncomingMailServerUseSSL</key><true/>", "",
		"TLS off", "<key>IncomingMailServerUseSSL</key><true/>", "<key>IncomingMailServerUseSSL</key><false/>", "unknown key", "IncomingMailServerUseSSL", "IncomingMailServerUseTLS",
		"key in other letters", "<key>EmailAccountType", "<key>emailAddress</key><string>alice@example.com</string><key>EmailAccountType",
		"password", "<key>EmailAccountType", "<key>IncomingPassword</key><string>x</string><key>EmailAccountType", "no port for sending", "<key>OutgoingMailServerPortNumber</key><integer>465</integer>", "",
		"another payload alone", "com.apple.mail.managed", "com.apple.wifi.managed", "no payload type", "<key>PayloadType</key><string>com.apple.mail.managed</string>", "",
	)
	payload := func(name, kind, keys string) {
		files = append(files, broken{"profile: " + name, goodProfile[:strings.Index(goodProfile, "<key>PayloadType</key><string>com.apple.mail")] +
			"<key>PayloadType</key><string>" + kind + "</string>\n<key>PayloadVersion</key><integer>1</integer><key>PayloadIdentifier</key><string>x</string><key>PayloadUUID</key><string>y</string>\n" +
			keys + "\n</dict></array>\n</dict></plist>"})
	}
	files = append(files, broken{"profile: no dict", `<plist version="1.0"><array/></plist>`},
		broken{"profile: content that is no array", strings.NewReplacer("<array>", "<dict>", "</array>", "</dict>", "<dict>\n", "<key>x</key><dict>\n").Replace(goodProfile)})
	payload("CalDAV without host", "com.apple.caldav.account", "")
	payload("CalDAV", "com.apple.caldav.account", "<key>CalDAVHostName</key><string>https://dav.example.com</string><key>CalDAVUseSSL</key><false/><key>CalDAVPort</key><integer>0</integer>")
	payload("CardDAV", "com.apple.carddav.account", "<key>CardDAVHostName</key><integer>1</integer><key>CardDAVPassword</key><string>x</string><key>CalDAVPort</key><integer>443</integer>")
	payload("ActiveSync", "com.apple.eas.account", "<key>OAuth</key><true/>\n<key>Password</key><string>x</string>\n<key>OAuthSignInURL</key><string>https://example.com/</string>\n<key>MailNumberOfPastDaysToSync</key><integer>2</integer>")
	payload("ActiveSync for nothing", "com.apple.eas.account", "<key>SSL</key><true/>\n<key>EnableMail</key><false/><key>EnableContacts</key><false/><key>EnableCalendars</key><false/><key>EnableReminders</key><false/><key>EnableNotes</key><false/>")
	payload("Exchange Web Services", "com.apple.ews.account", "<key>Host</key><string>https://x/</string>\n<key>SSL</key><false/>\n<key>Port</key><string>443</string>")
	return files
}

func brokenAnswers() []broken {
	files := changed(goodAnswer, "Autodiscover",
		"https namespace", `xmlns="http://schemas.microsoft.com/exchange/autodiscover/r`, `xmlns="https://schemas.microsoft.com/exchange/autodiscover/r`,
		"namespace of the request", "outlook/responseschema", "outlook/requestschema", "account type", "<AccountType>email", "<AccountType>e-mail", "no account type", "<AccountType>email</AccountType>", "",
		"action", "<Action>settings", "<Action>setting", "no action", "<Action>settings</Action>", "", "redirect without URL", "<Action>settings", "<Action>redirectUrl",
		"redirect over http", "<Action>settings</Action>", "<Action>redirectUrl</Action><RedirectUrl>http://example.com/</RedirectUrl>",
		"redirect without address", "<Action>settings", "<Action>redirectAddr", "redirect to no address", "<Action>settings</Action>", "<Action>redirectAddr</Action><RedirectAddr>example.com</RedirectAddr>",
		"two accounts", "</Account>", "</Account><Account><AccountType>email</AccountType><Action>settings</Action></Account>",
		"type", "<Type>IMAP", "<Type>IMAP4", "no type", "<Type>IMAP</Type>", "", "nothing for sending", "<Type>SMTP", "<Type>WEB",
		"no server", "<Server>imap.example.com</Server>", "", "server with port", "imap.example.com", "imap.example.com:993",
		"no port", "<Port>993</Port>", "", "port", "<Port>993", "<Port>imaps", "SSL", "<SSL>on", "<SSL>true", "SSL off", "<SSL>on", "<SSL>off",
		"encryption", "<Encryption>TLS", "<Encryption>STARTTLS", "no encryption", "<Encryption>TLS", "<Encryption>None",
		"Encryption alone", "<SSL>on</SSL><Encryption>", "<Encryption>", "SSL off beside Encryption", "<SSL>on</SSL><Encryption>", "<SSL>off</SSL><Encryption>",
		"SSL off beside another word", "<SSL>on</SSL><Encryption>TLS", "<SSL>off</SSL><Encryption>STARTTLS", "another word for both", "<SSL>on</SSL><Encryption>TLS", "<SSL>yes</SSL><Encryption>yes",
		"template as Encryption", "<Encryption>TLS", "<Encryption>%server/smtp/socket/%", "encryption and port", "<Encryption>TLS", "<Encryption>SSL",
		"SPA", "<SPA>off", "<SPA>no", "SPA on", "<SPA>off", "<SPA>on", "TTL", "<Port>993", "<TTL>1 hour</TTL><Port>993", "unknown element", "<Port>993", "<encryption>SSL</encryption><Port>993",
	)
	files = append(files,
		broken{"Autodiscover: no response", `<Autodiscover xmlns="` + answerSpace + `"/>`},
		broken{"Autodiscover: no account", `<Autodiscover xmlns="` + answerSpace + `"><Response xmlns="` + outlookSpace + `"><User/></Response></Autodiscover>`})
	phone := func(name, action string) {
		files = append(files, broken{"ActiveSync answer: " + name, `<Autodiscover xmlns="` + answerSpace + `"><Response xmlns="` + mobileSpace + "\">\n" + action + "</Response></Autodiscover>"})
	}
	phone("good", "<Action><Settings><Server><Type>MobileSync</Type><Url>https://example.com/Microsoft-Server-ActiveSync</Url><Name>x</Name></Server></Settings></Action>")
	phone("no action", "")
	phone("no settings", "<Action/>")
	phone("no server", "<Action><Settings/></Action>")
	phone("server", "<Action><Settings><Server><Type>EAS</Type><Url>http://example.com/</Url></Server><Server><Type>MobileSync</Type></Server></Settings></Action>")
	phone("error", "<Action><Error><Status>1</Status><Message>no such mailbox</Message></Error></Action>")
	return append(files, broken{"Autodiscover: nothing encrypted", in(in(goodAnswer, "<SSL>on</SSL></Protocol>", "<SSL>off</SSL></Protocol>"), "<Encryption>TLS", "<Encryption>None")})
}

func brokenPACC() []broken {
	return changed(goodPACC, "PACC",
		"comma at the end", `"password": true}`, `"password": true,}`, "single quotes", `"imap"`, `'imap'`, "comment", `"imap"`, `// for reading
    "imap"`, "byte order mark", "{\n", "\xef\xbb\xbf{\n", "two documents", "\n}\n", "\n}\n{}\n", "a brace too many", "\n}\n", "\n}\n}\n",
		"no protocols", `"protocols"`, `"Protocols"`, "protocols as list", goodPACC[strings.Index(goodPACC, "{\n    \"imap"):strings.Index(goodPACC, ",\n  \"auth")], "[]",
		"unknown protocol", `"caldav"`, `"calendar"`, "no host", `"host": "imap`, `"hostname": "imap`, "host as number", `"imap.example.com"`, "993",
		"host as text", `{"host": "imap.example.com"}`, `"imap.example.com"`, "host with port", "imap.example.com", "imap.example.com:993",
		"URL over http", "https://dav", "http://dav", "URL with port", "dav.example.com", "dav.example.com:8443", "URL without path", "dav.example.com/calendar/", "dav.example.com",
		"nothing for sending", `"submit"`, `"webdav"`, "nothing for reading", `"imap"`, `"managesieve"`, "draft 02", `"submit"`, `"smtp"`,
		"no authentication", `"authentication"`, `"auth"`, "unknown authentication", `"password"`, `"Password"`, "password in quotation marks", `"password": true`, `"password": "true"`,
		"no way to log in", `"oauth-public": {"issuer": "https://auth.example.com/"}, "password": true`, `"password": false`, "no issuer", `"issuer"`, `"url"`, "issuer over http", "https://auth", "http://auth",
		"name", "Example Mail", strings.Repeat("x", 61), "logo", `"shortName"`, `"logo": "https://example.com/logo.svg", "shortName"`,
		"contact", `"provider"`, `"help": {"contact": "mailto:x@example.com"}, "provider"`, "a protocol twice", `"submit"`, `"imap": {"host": "other.example.com"}, "submit"`,
	)
}

func brokenZones() []broken {
	return changed(goodZone, "zone",
		"target without dot", "1 993 imap.example.com.", "1 993 imap.example.com", "owner without dot", "_imaps._tcp 3600", "_imaps._tcp.example.com 3600",
		"alias without dot", "web.example.com.", "web.example.com", "TXT cut", `"v=UAAC1; a=sha256; d=/m6AKEdIqnslFH+TVG+PnRyEejo1lRLaRS46GQ8ODng="`, "v=UAAC1; a=sha256; d=/m6AKEdIqnslFH+TVG+PnRyEejo1lRLaRS46GQ8ODng=",
		"TXT cut behind a space", `"v=STSv1; id=1"`, "v=STSv1 ; id=1", "a comment behind a TXT", `"v=STSv1; id=1"`, `"v=STSv1; id=1" ; a=b`,
		"SRV to an IP address", "imap.example.com.", "192.0.2.1.", "SRV to an alias", "imap.example.com.", "autoconfig", "SRV with port 0", "1 993", "1 0", "SRV for STARTTLS", "1 993", "1 143",
		"SRV with the port of another protocol", "1 993", "1 465", "a dot with a port", "0 0 0 .", "0 0 995 .", "a dot beside a server", "_pop3s._tcp 3600", "_imaps._tcp 3600",
		"a service that nobody asks for", "_imaps._tcp", "_smtps._tcp", "transport", "_imaps._tcp", "_imaps._tls", "Autodiscover on another port", "443 exchange", "8443 exchange",
		"calendars without encryption", "_caldavs._tcp 3600 IN SRV", "_caldav._tcp 3600 IN SRV", "path", "path=/dav/", "path=dav", "digest without underscore", "_ua-auto-config", "ua-auto-config",
		"no digest", "v=UAAC1", "v=UAAC2", "MTA-STS without id", "; id=1", "", "TLS-RPT without address", "mailto:tls@example.com", "tls@example.com",
		"TLSA cut", "3 1 1 0b9f", "3 1 1 0b", "TLSA of a host", "_993._tcp.imap", "imap", "alias beside another record", "www 3600", "autoconfig 3600", "WEBSERVER", "web.example.com.", "WEBSERVER.",
		"umlaut", "www 3600", "b\u00fccher 3600", "a record that is none", "SRV 0 0 0 .", "SRV 0 0 .", "a quotation mark", `"path=/dav/"`, `"path=/dav/`, "a file that is included", "; Records", "$INCLUDE /etc/passwd",
		"a number as type", "SRV 0 0 0 .", `TYPE33 \# 7 00000000000000`,
	)
}

func brokenCodes() []broken {
	return changed(goodCode1, "code",
		"version 2", "[1,[1", "[2,[1", "version as text", "[1,[1", `["1",[1`, "code 2 of 1", "[1,1]", "[2,1]", "cut off", `,[[[0,"smtp.example.com",465,3,1,"alice@example.com"],["alice@example.com","Alice"]]]`, "",
		"no identity", `,["alice@example.com","Alice"]`, "", "identity as text", `["alice@example.com","Alice"]`, `"alice@example.com"`, "no name", `,"Alice"`, "", "null as name", `"Alice"`, "null",
		"address", `["alice@example.com","A`, `["alice","A`, "umlauts in the address", `["alice@example.com","A`, `["älice@example.com","A`, "protocol", `[0,"imap`, `[2,"imap`, "POP3 for sending", `[0,"smtp`, `[1,"smtp`,
		"host with port", "imap.example.com", "imap.example.com:993", "umlauts in the host", "imap.example.com", "bücher.example", "port 0", "993", "0", "port as text", "993", `"993"`,
		"encryption 0", "993,3", "993,0", "encryption 1", "993,3", "993,1", "encryption 4", "993,3", "993,4", "login 3", "993,3,1", "993,3,3", "login 7", "993,3,1", "993,3,7",
		"line break in the user name", `1,"alice@example.com"],[[[`, `1,"alice\n@example.com"],[[[`, "password", `1,"alice@example.com"],[[[`, `1,"alice@example.com","","secret"],[[[`,
		"password for sending", `1,"alice@example.com"],["a`, `1,"alice@example.com","secret"],["a`, "long", "Alice", strings.Repeat("Alice ", 200), "too long", "Alice", strings.Repeat("Alice ", 600),
	)
}

func brokenK9() []broken {
	return changed(goodK9, "K-9 Mail",
		"format", `format="1"`, `format="2"`, "version", `version="99"`, `version="x"`, "no uuid", ` uuid="5bad8ab3-8a04-5331-9113-edf961f9f6bd"`, "",
		"type", `type="IMAP"`, `type="imap"`, "no host", "<host>imap.example.com</host>", "", "host with port", "imap.example.com", "imap.example.com:993",
		"port", "<port>993", "<port>imaps", "word for encryption", "SSL_TLS_REQUIRED", "SSL", "no encryption", "SSL_TLS_REQUIRED", "NONE", "word for the login", ">PLAIN<", ">OAUTH2<",
		"no user name", "<username>alice@example.com</username>\n</in", "</in", "password", "</username>\n</in", "</username><password>x</password>\n</in",
		"address", "<email>alice@example.com", "<email>alice",
		"no identity", "<identity><name>Alice</name><email>alice@example.com</email></identity>", "",
		"no server for sending", goodK9[strings.Index(goodK9, "<outgoing"):strings.Index(goodK9, "<identities>")], "",
		"no account", goodK9[strings.Index(goodK9, "<account "):strings.Index(goodK9, "</accounts>")], "",
	)
}

// What is wrong with each document, where, and what to do.
func TestLintBroken(t *testing.T) {
	var b bytes.Buffer
	for _, f := range brokenFiles() {
		fmt.Fprintf(&b, "== %s\n", f.name)
		for _, found := range Judge(File{Name: "file", Body: []byte(f.body)}).Findings {
			if found.Check == checks.LintUnsigned {
				continue
			}
			fmt.Fprintf(&b, "%d:%d %s %s: %s\n\t%s\n", found.Line, found.Column, found.Severity, found.Check.ID, found.Detail.String(), found.Remedy().String())
		}
	}
	file := filepath.Join("testdata", "lint.txt")
	if *update {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want = bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n")) // a checkout on Windows may have added the \r
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
