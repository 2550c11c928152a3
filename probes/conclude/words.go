package conclude

import (
	"slices"

	"mailcheck"
	"mailcheck/checks"
)

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
