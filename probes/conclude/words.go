package conclude

import (
	"slices"

	"mailcheck"
	"mailcheck/checks"
)

// PublishedMethods says which mechanisms of a server are meant by the words of
// Mail Autoconfig.
var PublishedMethods = map[string][]string{
	"password-cleartext": {"PLAIN", "LOGIN"},
	"plain":              {"PLAIN", "LOGIN"}, // older word
	"password-encrypted": {"CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS", "APOP"},
	"secure":             {"CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS", "APOP"},
	"OAuth2":             {"XOAUTH2", "OAUTHBEARER"},
	"NTLM":               {"NTLM"},
	"GSSAPI":             {"GSSAPI", "GSS-SPNEGO"},
}

// Offers lists the ways to log in. The LOGIN of IMAP and the USER of POP3 are
// commands, not mechanisms.
func Offers(s mailcheck.ServerResult) mailcheck.List {
	list := slices.Clone(s.Mechanisms.AfterTLS)
	if s.PasswordOK && !slices.Contains(list, "PLAIN") && !slices.Contains(list, "LOGIN") {
		list = append(list, "password in clear")
	}
	return mailcheck.ListOf(list).Or("nothing")
}

// Choose says which server to use instead.
func Choose(door mailcheck.Server) mailcheck.Text {
	return mailcheck.Textf("In the mail program choose %s, port %d, %s: that works from here.", door.Host, door.Port, SecurityInWords(door.Security))
}

// SecurityInWords names a security as mail programs do.
func SecurityInWords(s mailcheck.Security) string {
	if s == mailcheck.ImplicitTLS {
		return "SSL/TLS"
	}
	return "STARTTLS"
}

// heardOf returns what the two questions found of one kind.
func heardOf(c *checks.Check) func(*mailcheck.Report) mailcheck.Text {
	return func(r *mailcheck.Report) mailcheck.Text {
		for _, f := range mailcheck.FindingsOf(r.Network) {
			if f.Check == c {
				return f.Detail
			}
		}
		return mailcheck.Text{}
	}
}
