package probes

import (
	"strings"

	"mailcheck"
	"mailcheck/internal/lazy"
)

// programs are the words by which mail servers name themselves in greetings and
// in POP3's IMPLEMENTATION capability (RFC 2449 section 6.9). The first that fits
// counts, so that what is said inside another name stands above it.
var programs = []struct{ word, name string }{
	{"gimap", "Gmail"}, {"gsmtp", "Gmail"}, {"gpop", "Gmail"},
	{"microsoft exchange", "Microsoft Exchange"}, {"microsoft esmtp mail service", "Microsoft Exchange"},
	{"dovecot", "Dovecot"}, {"postfix", "Postfix"}, {"exim", "Exim"}, {"opensmtpd", "OpenSMTPD"}, {"sendmail", "Sendmail"},
	{"cyrus imap", "Cyrus IMAP"}, {"cyrus pop3", "Cyrus IMAP"}, {"cyrus", "Cyrus IMAP"},
	{"courier-imap", "Courier"}, {"courier mail server", "Courier"}, {"courier", "Courier"},
	{"stalwart", "Stalwart"}, {"maddy", "Maddy"}, {"haraka", "Haraka"}, {"james", "Apache James"},
	{"zimbra", "Zimbra"}, {"kerio", "Kerio Connect"}, {"mdaemon", "MDaemon"}, {"hmailserver", "hMailServer"},
	{"smartermail", "SmarterMail"}, {"mailenable", "MailEnable"}, {"icewarp", "IceWarp"}, {"axigen", "Axigen"},
	{"communigate", "CommuniGate Pro"}, {"groupwise", "GroupWise"}, {"lotus domino", "HCL Domino"}, {"domino", "HCL Domino"},
	{"qmail", "qmail"}, {"qpopper", "Qpopper"}, {"zoho", "Zoho"},
}

var (
	// hostName is a name of several labels: a greeting names the host, and a host
	// may be called after the program it had ten years ago.
	hostName = lazy.Regexp(`(?i)\b[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}\b`)
	version  = lazy.Regexp(`(?i)^(?: pro| connect| server| esmtp| smtp| imap4?| pop3?)*[ /-]v?([0-9]+\.[0-9][0-9A-Za-z.+~-]*)`)
)

// software names the program that wrote a greeting, with its version where it
// says one; nothing where it does not name itself.
func software(greeting string) string {
	said := hostName().ReplaceAllString(strings.ToValidUTF8(greeting, "?"), "")
	text := strings.Map(asciiLower, said) // of the same length, so that the version keeps its letters
	for _, p := range programs {
		i := strings.Index(text, p.word)
		if i < 0 {
			continue
		}
		if v := version().FindStringSubmatch(said[i+len(p.word):]); v != nil {
			return p.name + " " + mailcheck.Clean(strings.TrimRight(v[1], ".-"))
		}
		return p.name
	}
	return ""
}

func asciiLower(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}

// implementation returns what a POP3 server calls itself among its capabilities.
func implementation(caps []string) string {
	for _, c := range caps {
		if name, ok := cutPrefixFold(c, "IMPLEMENTATION "); ok {
			return software(name)
		}
	}
	return ""
}
