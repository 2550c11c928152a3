package conclude

import (
	"mailcheck"
	"mailcheck/autoconfig/document"
)

// The remedies speak the words of the format in which a source names a server, since
// another's would not be understood there: socketType is nothing to Autodiscover, and
// Encryption nothing to Mail Autoconfig.

// portAndSecurity is how a format writes a port and how it is encrypted.
func portAndSecurity(form mailcheck.SourceForm, port uint16, s mailcheck.Security) mailcheck.Text {
	switch {
	case form == mailcheck.Answer && s == mailcheck.Plain:
		return mailcheck.Textf("<Port>%d</Port> with <Encryption>%s</Encryption>", port, encryption(s))
	case form == mailcheck.Answer: // some programs read SSL alone
		return mailcheck.Textf("<Port>%d</Port> with <SSL>on</SSL> and <Encryption>%s</Encryption>", port, encryption(s))
	}
	return mailcheck.Textf("<port>%d</port> with <socketType>%s</socketType>", port, document.SocketType(s))
}

// asPublished is what a format has that was read so, in its own words.
func asPublished(form mailcheck.SourceForm, s mailcheck.Security) mailcheck.Text {
	switch {
	case form != mailcheck.Answer:
		return mailcheck.Textf("socketType %s", document.SocketType(s))
	case s == mailcheck.Plain:
		return mailcheck.Textf("no encryption (SSL off, or Encryption None)")
	case s == mailcheck.StartTLS:
		return mailcheck.Textf("Encryption TLS, which means STARTTLS")
	}
	return mailcheck.Textf("Encryption SSL, which means TLS from the first byte")
}

// encryption is the word of an Autodiscover answer (MS-OXDSCLI section 2.2.4.1.1.2.6).
func encryption(s mailcheck.Security) string {
	return map[mailcheck.Security]string{mailcheck.ImplicitTLS: "SSL", mailcheck.StartTLS: "TLS", mailcheck.Plain: "None"}[s]
}

// userNamed is how a format gives the user name that a server accepts.
func userNamed(form mailcheck.SourceForm, accepted string, a mailcheck.Address, endpoints []string) mailcheck.Text {
	switch form {
	case mailcheck.Answer:
		return mailcheck.Textf("Answer with <LoginName>%s</LoginName> for %s.", accepted, mailcheck.ListOf(endpoints))
	case mailcheck.Document:
		return mailcheck.Textf("Let the server accept the address too: a PACC document can name no other user name.")
	}
	return mailcheck.Textf("Write <username>%s</username> in the sections for %s.", document.UsernameTemplate(accepted, a), mailcheck.ListOf(endpoints))
}

// methodWords are how a format names ways to log in.
func methodWords(form mailcheck.SourceForm, methods []string) mailcheck.Text {
	var words []string
	for _, m := range methods {
		switch {
		case form == mailcheck.Answer:
			words = append(words, "<SPA>off</SPA>")
		case form == mailcheck.Document && m == "OAuth2":
			words = append(words, `"oauth-public"`)
		case form == mailcheck.Document:
			words = append(words, `"password": true`)
		default:
			words = append(words, "<authentication>"+m+"</authentication>")
		}
	}
	return mailcheck.Joined(words, " and ")
}
