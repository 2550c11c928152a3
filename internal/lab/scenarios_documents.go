package lab

import (
	"slices"
	"strings"
)

// DocumentKind is a kind of published document.
type DocumentKind int

// The kinds of published documents.
const (
	SettingsFile DocumentKind = iota // config-v1.1.xml
	PoxAnswer                        // of Autodiscover
	PACCDocument
)

// BrokenDocument is a good document with one change for the worse. Whoever follows the
// remedies that are given for it has a good one again.
type BrokenDocument struct {
	Name, Doc string
	Want      string // the ids that must come out, in one line
	Kind      DocumentKind
	Old, New  string // the change; each Old is replaced
}

// umlautHost is a host with an umlaut, as A-labels.
const umlautHost = "xn--imp-rla.example.com"

// Body is the document.
func (b BrokenDocument) Body() string { return strings.ReplaceAll(b.Kind.good(), b.Old, b.New) }

// good is a faultless document for the small provider.
func (k DocumentKind) good() string {
	switch k {
	case PoxAnswer:
		return poxSettings(poxMail("IMAP", imapHost, 993, "SSL"), poxMail("SMTP", smtpHost, 587, "TLS"))
	case PACCDocument:
		return paccDocument
	}
	return config(incoming("imap", imapHost, 993, "SSL"), outgoing(smtpHost, 587, "STARTTLS"))
}

// Publish returns the small provider that publishes a document of that kind and nothing
// else.
func (k DocumentKind) Publish(body string) Scenario {
	change := onlyAutoconfig(XML(body))
	none := without("_imaps._tcp", "_pop3s._tcp", "_submissions._tcp", "_submission._tcp")
	switch k {
	case PoxAnswer:
		change = func(s *Scenario) { none(s); autodiscover(XML(body))(s) }
	case PACCDocument:
		change = func(s *Scenario) { none(s); paccOf(body)(s) }
	}
	return provider("document", "a document", "", change,
		serve(imapHost, 143, imap(imapHost)), // so that a document may name either port
		records("xn--imp-rla A 192.0.2.13"), serve(umlautHost, 993, imaps(umlautHost)))
}

// brokenDocuments are published documents that programs stumble over: each as it is read
// by them, not as it was meant.
func brokenDocuments() []Scenario {
	var all []Scenario
	for _, b := range BrokenDocuments() {
		s := b.Kind.Publish(b.Body())
		s.Name, s.Doc, s.Want = b.Name, b.Doc, slices.Sorted(slices.Values(strings.Fields(b.Want)))
		all = append(all, s)
	}
	all = append(all, namesElsewhere()...)
	return append(all, programSources()...)
}

// BrokenDocuments returns them.
func BrokenDocuments() []BrokenDocument {
	const user = "%EMAILADDRESS%"
	return []BrokenDocument{
		{"file-umlaut", "a host name of the settings file has an umlaut", "publish.host-not-ascii", SettingsFile, "imap.example.com", "imäp.example.com"},
		{"file-id-umlaut", "the settings file has its id with an umlaut", "publish.host-not-ascii", SettingsFile, `id="example.com"`, `id="exämple.com"`},
		{"file-final-dot", "a host name of the settings file ends in a dot", "publish.host-final-dot", SettingsFile, "imap.example.com", "imap.example.com."},
		{"file-two-hosts", "one element of the settings file names two hosts", "autoconfig.bad-section", SettingsFile, "imap.example.com", "imap.example.com, imap2.example.com"},
		{"file-host-url", "a URL stands where the settings file names a host", "autoconfig.bad-section", SettingsFile, "imap.example.com", "imaps://imap.example.com:993"},
		{"file-no-port", "the port of the settings file is empty", "autoconfig.bad-section", SettingsFile, "<port>587</port>", "<port></port>"},
		{"file-starttls-small", "socketType is written in small letters", "autoconfig.bad-section", SettingsFile, "STARTTLS", "starttls"},
		{"file-socket-tls", "socketType is TLS", "autoconfig.bad-section", SettingsFile, "<socketType>SSL", "<socketType>TLS"},
		{"file-socket-both", "socketType is SSL/TLS", "autoconfig.bad-section", SettingsFile, "<socketType>SSL", "<socketType>SSL/TLS"},
		{"file-socket-missing", "a section of the settings file has no socketType", "autoconfig.bad-section", SettingsFile, "      <socketType>SSL</socketType>\n", ""},
		{"file-socket-template", "socketType was not filled in", "publish.template", SettingsFile, "<socketType>SSL", "<socketType>%server/imap/socket/%"},
		{"file-socket-starttls-993", "socketType is STARTTLS on port 993", "publish.port-security tls.tls-on-starttls-port account.no-incoming", SettingsFile, "<socketType>SSL", "<socketType>STARTTLS"},
		{"file-socket-plain-993", "socketType is plain on port 993", "publish.client-refuses publish.port-security tls.tls-on-starttls-port account.no-incoming", SettingsFile, "<socketType>SSL", "<socketType>plain"},
		{"file-authentication-empty", "every authentication of the settings file is empty", "publish.file-fault", SettingsFile, "<authentication>password-cleartext</authentication>", "<authentication></authentication>"},
		{"file-authentication-missing", "the settings file names no way to log in", "publish.file-fault", SettingsFile, "<authentication>password-cleartext</authentication>", ""},
		{"file-username-empty", "the user name of the settings file is empty", "autoconfig.bad-section publish.client-refuses", SettingsFile, user, ""},
		{"file-username-domain", "the user name of the settings file is in another domain", "publish.username-domain", SettingsFile, user, "%EMAILLOCALPART%@example.org"},
		{"file-username-cut", "the user name of the settings file lost its domain", "publish.username-cut", SettingsFile, user, "%EMAILLOCALPART%@"},
		{"file-username-open", "the placeholder of the user name lacks its second %", "autoconfig.placeholder", SettingsFile, user, "%EMAILADDRESS"},
		{"file-username-jinja", "the user name of the settings file is a template", "publish.template", SettingsFile, user, "{{ email }}"},
		{"file-username-braces", "the user name of the settings file is a template in braces", "publish.template", SettingsFile, user, "{user}@example.com"},
		{"file-username-shell", "the user name of the settings file is a variable", "publish.template", SettingsFile, user, "$user@example.com"},
		{"file-username-several", "one user name of the settings file is two", "publish.several-values", SettingsFile, user, "alice@example.com, alice.smith@example.com"},
		{"file-username-nbsp", "a no-break space stands behind the user name", "publish.file-fault", SettingsFile, user, user + "\u00a0"},
		{"file-preferred", "the settings file tells Thunderbird to send through its default server", "publish.preferred-server", SettingsFile, "    </outgoingServer>", "      <useGlobalPreferredServer>true</useGlobalPreferredServer>\n    </outgoingServer>"},
		{"file-not-added", "the settings file tells Thunderbird not to take its server for sending", "publish.preferred-server", SettingsFile, "    </outgoingServer>", "      <addThisServer>false</addThisServer>\n    </outgoingServer>"},
		{"file-password", "the settings file holds a password", "publish.file-fault", SettingsFile, "    </incomingServer>", "      <password>hunter2</password>\n    </incomingServer>"},

		{"answer-tls-993", "the Autodiscover answer has Encryption TLS for port 993", "publish.port-security tls.tls-on-starttls-port account.no-incoming", PoxAnswer, "<Encryption>SSL", "<Encryption>TLS"},
		{"answer-ssl-off", "the Autodiscover answer has SSL off for port 993", "publish.port-security tls.tls-on-starttls-port account.no-incoming", PoxAnswer, "<SSL>on</SSL>\n        <Encryption>SSL</Encryption>", "<SSL>off</SSL>"},
		{"answer-none", "the Autodiscover answer has Encryption None for port 993", "publish.port-security tls.tls-on-starttls-port account.no-incoming", PoxAnswer, "<Encryption>SSL", "<Encryption>None"},
		{"answer-ssl-587", "the Autodiscover answer says SSL for port 587", "autodiscover.ssl-port", PoxAnswer, "<Encryption>TLS</Encryption>", ""},
		{"answer-starttls", "the Autodiscover answer has an Encryption of another format", "autodiscover.bad-section", PoxAnswer, "<Encryption>TLS", "<Encryption>STARTTLS"},
		{"answer-ssl-true", "the Autodiscover answer has SSL true", "autodiscover.bad-section", PoxAnswer, "<SSL>on", "<SSL>true"},
		{"answer-ssl-off-word", "the Autodiscover answer has SSL off and an Encryption of another format", "autodiscover.bad-section", PoxAnswer, "<SSL>on</SSL>\n        <Encryption>TLS", "<SSL>off</SSL>\n        <Encryption>starttls"},
		{"answer-ssl-contradicts", "the Autodiscover answer has SSL off beside Encryption SSL", "autodiscover.ssl-off", PoxAnswer, "<SSL>on</SSL>\n        <Encryption>SSL", "<SSL>off</SSL>\n        <Encryption>SSL"},
		{"answer-encryption-template", "the Encryption of the Autodiscover answer was not filled in", "publish.template", PoxAnswer, "<Encryption>TLS", "<Encryption>%server/smtp/socket/%"},
		{"answer-placeholder", "the Autodiscover answer has a placeholder of Mail Autoconfig", "publish.template", PoxAnswer, "alice@example.com", user},
		{"answer-username-domain", "the user name of the Autodiscover answer is in another domain", "publish.username-domain", PoxAnswer, "alice@example.com", "alice@example.org"},
		{"answer-final-dot", "the server of the Autodiscover answer ends in a dot", "publish.host-final-dot", PoxAnswer, "imap.example.com", "imap.example.com."},
		{"answer-no-port", "a port of the Autodiscover answer is empty", "autodiscover.bad-section", PoxAnswer, "<Port>587</Port>", "<Port></Port>"},
		{"answer-host-port", "a host of the Autodiscover answer has a port", "autodiscover.bad-section", PoxAnswer, "imap.example.com", "imap.example.com:993"},
		{"answer-username-cut", "the user name of the Autodiscover answer lost its domain", "publish.username-cut", PoxAnswer, "alice@example.com", "alice@"},
		{"answer-no-action", "the Autodiscover answer has no action", "publish.file-fault", PoxAnswer, "      <Action>settings</Action>\n", ""},

		{"pacc-final-dot", "a host of the PACC document ends in a dot", "publish.host-final-dot", PACCDocument, "imap.example.com", "imap.example.com."},
		{"pacc-url", "a URL stands where the PACC document names a host", "pacc.bad-entry", PACCDocument, "imap.example.com", "imaps://imap.example.com"},
		{"pacc-template", "a host of the PACC document has a placeholder of Mail Autoconfig", "publish.template", PACCDocument, "imap.example.com", "imap.%EMAILDOMAIN%"},
		{"pacc-no-authentication", "the PACC document does not say how to log in", "publish.file-fault", PACCDocument, "  \"authentication\": {\"password\": true},\n", ""},
	}
}

// namesElsewhere publish user names of another domain, and log in; and what no remedy is followed for to the letter.
func namesElsewhere() []Scenario {
	unencrypted := config(incoming("imap", imapHost, 143, "plain"), outgoing(smtpHost, 587, "plain"))
	elsewhere := onlyAutoconfig(XML(userNamed("%EMAILLOCALPART%@example.org")))
	return []Scenario{
		provider("file-unencrypted", "the settings file names no server with encryption, though both hosts have it", "account.no-incoming account.no-outgoing autoconfig.plain publish.client-refuses publish.no-encryption publish.plain-needless",
			onlyAutoconfig(XML(unencrypted)), serve(imapHost, 143, imap(imapHost))),
		provider("answer-encryption-alone", "the Autodiscover answer says by Encryption alone how its servers are encrypted", "autodiscover.ssl-missing",
			unpublished, autodiscover(XML(strings.ReplaceAll(PoxAnswer.good(), "<SSL>on</SSL>", "")))),
		provider("username-domain-accepted", "the published user name is in another domain, and the accounts are really named so", "",
			elsewhere, mailboxes("alice@example.org", nil), password(rightPassword)),
		provider("username-domain-refused", "the published user name is in another domain, and the server refuses it", "publish.username-domain publish.username-refused",
			elsewhere, mailboxes(wholeAddress, nil), password(rightPassword)),
		provider("file-blank-line", "an empty line stands before the XML declaration of the settings file", "autoconfig.malformed",
			autoconfig(XML("\n"+config(incoming("imap", imapHost, 993, "SSL"), outgoing(smtpHost, 465, "SSL"))))),
		provider("file-byte-order-mark", "the settings file begins with a byte order mark, as XML allows", "",
			autoconfig(XML("\xef\xbb\xbf"+config(incoming("imap", imapHost, 993, "SSL"), outgoing(smtpHost, 465, "SSL"))))),
	}
}

// programSources are the programs that should have made a document.
func programSources() []Scenario {
	const php = "<?php\nheader('Content-Type: text/xml');\n?>\n<clientConfig version=\"1.1\"/>\n"
	return []Scenario{
		provider("source-perl", "the web server sends the Perl source of the program that should make the settings file", "autoconfig.program-source",
			autoconfig(Body("text/plain", "#!/usr/bin/perl\nprint \"Content-type: text/xml\\n\\n\";\n"))),
		provider("source-php", "the web server sends the PHP source of the program that should make the settings file", "autoconfig.program-source",
			autoconfig(Body("application/octet-stream", php))),
		provider("source-php-in-xml", "PHP behind an XML declaration was not run", "autoconfig.program-source",
			autoconfig(XML("<?xml version=\"1.0\"?>\n<?php include 'domains.php'; ?>\n<clientConfig version=\"1.1\"/>\n"))),
		provider("source-python", "the web server sends the Python source of the program that should make the settings file", "autoconfig.program-source",
			autoconfig(Body("text/x-python", "from flask import Flask, request\napp = Flask(__name__)\n"))),
		provider("source-asp", "the web server sends the ASP source of the program that should make the settings file", "autoconfig.program-source",
			autoconfig(Body("text/html", "<%@ Language=VBScript %>\n<% Response.ContentType = \"text/xml\" %>\n"))),
		provider("source-autodiscover", "the web server sends the PHP source of the program that should answer as Autodiscover", "autodiscover.program-source",
			autodiscover(Body("text/plain", php))),
	}
}
