package probes

import (
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// service is something other than what was expected behind a port.
type service struct {
	begins   string // how the first line begins, in any case
	name     string // as a sentence calls it; empty for none
	protocol mailcheck.Protocol
}

// services are known by the first thing they say, most telling first. Five bytes
// suffice for most: more does not remain of an answer to a TLS handshake.
var services = []service{
	{"HTTP/", "a web server (HTTP)", ""}, {"<!DOCTYPE", "a web server (HTTP)", ""}, {"<html", "a web server (HTTP)", ""},
	{"<?xml", "a chat server (XMPP)", ""}, {"<stream", "a chat server (XMPP)", ""},
	{"SSH-", "a remote login server (SSH)", ""}, {"RFB ", "a remote desktop (VNC)", ""}, {"\x03\x00\x00", "a remote desktop (RDP)", ""},
	{"\xff\xfd", "a remote login server (Telnet)", ""}, {"\xff\xfb", "a remote login server (Telnet)", ""},
	{"* OK", "an IMAP server", mailcheck.IMAP}, {"* BYE", "an IMAP server", mailcheck.IMAP}, {"* PREAUTH", "an IMAP server", mailcheck.IMAP},
	{"-ERR unknown command", "a Redis database", ""}, {"-ERR wrong number", "a Redis database", ""},
	{"+OK", "a POP3 server", mailcheck.POP3}, {"-ERR", "a POP3 server", mailcheck.POP3},
	{`"IMPLEMENTATION"`, "a filter server (ManageSieve)", ""}, {`"IMPL`, "a filter server (ManageSieve)", ""},
	{"220 (vsFTPd", "an FTP server", ""}, {"220 ProFTPD", "an FTP server", ""}, {"220-FileZilla", "an FTP server", ""},
	{"220---------- Welcome to Pure-FTPd", "an FTP server", ""},
	{"220", "an SMTP or FTP server", mailcheck.Submission}, {"421", "an SMTP server", mailcheck.Submission}, {"554", "an SMTP server", mailcheck.Submission},
	{"200 ", "a news server (NNTP)", ""}, {"201 ", "a news server (NNTP)", ""},
	{"J\x00\x00\x00\x0a", "a database server (MySQL)", ""}, {"[\x00\x00\x00\x0a", "a database server (MySQL)", ""},
}

// serviceOf returns the service whose first line this is; one without a name if
// none is known.
func serviceOf(line string) service {
	for _, s := range services {
		if _, ok := cutPrefixFold(line, s.begins); ok {
			if s.protocol == mailcheck.Submission && strings.Contains(strings.ToUpper(line), "SMTP") {
				s.name = "an SMTP server"
			}
			return s
		}
	}
	return service{}
}

// spoken returns a protocol as people call it who run servers.
func spoken(p mailcheck.Protocol) mailcheck.Text {
	if p == mailcheck.Submission {
		return mailcheck.Textf("mail submission (SMTP)")
	}
	return mailcheck.Textf("%s", strings.ToUpper(string(p)))
}

// notThisProtocol names the service that answers with such a line, or says that
// the line is no greeting at all.
func notThisProtocol(want mailcheck.Protocol, line string) error {
	if _, ok := cutPrefixFold(line, "\x15\x03"); ok { // a TLS alert, RFC 8446 section 5.1
		return checks.TLSOnStartTLSPort.Errorf("the server's first bytes are a TLS alert")
	}
	if s := serviceOf(line); s.name != "" {
		return checks.GreetOtherProtocol.Errorf("%s answers instead of %s: %q", mailcheck.Text{Format: s.name}, spoken(want), line)
	}
	return checks.GreetMalformed.Errorf("the first line is %q", line)
}
