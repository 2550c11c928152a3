package setup

import (
	"cmp"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
)

// Account is what a setup is written from: servers that passed their test, protected,
// and each with a way to log in that the format can express. It has no room for a
// secret. All text in it is printable.
type Account struct {
	Address mailcheck.Address // of a domain alone only where the format can serve one
	Name    string            // the person's, as others see it; may be empty
	Reading []Server          // best first, IMAP before POP3; never empty where the format reads mail
	Sending []Server          // best first; never empty where the format sends mail
	OAuth   []mailcheck.OAuth // where the account's owner gives leave to log in, as published

	// Warnings are about the servers above that nobody vouches for. A writer puts them
	// into the file where it has room for such words.
	Warnings []mailcheck.Text

	known  []mailcheck.Server // whatever came of their test
	issuer string             // of OAuth2, as published and vouched for; may be empty
}

// Domain reports whether the setup is for everybody of a domain.
func (a Account) Domain() bool { return a.Address.Local == "" }

// Server is a server to use.
type Server struct {
	Protocol mailcheck.Protocol
	Host     string // host name as A-labels, or an IP address
	Port     uint16
	Security mailcheck.Security // ImplicitTLS or StartTLS
	Username string             // the person's login name; empty only where the setup is for a domain
	Template string             // the same with the placeholders of Mail Autoconfig, which fit everybody
	Logins   []Login            // never empty; the best first

	lacks      Login    // the best way to log in, which the file cannot set up
	mechanisms []string // of SASL, that it offers inside TLS

	vouch   mailcheck.Vouch
	url     string
	sources []string         // that name it
	origin  mailcheck.Text   // where it was found
	doubts  []mailcheck.Text // about its user name
}

// Vouched reports whether the server may have the password: the domain or the user names
// it in a way that nobody can forge.
func (s Server) Vouched() bool { return s.vouch != mailcheck.NotVouched }

// Implicit reports whether TLS begins with the first byte.
func (s Server) Implicit() bool { return s.Security == mailcheck.ImplicitTLS }

// Endpoint returns host:port as a URL has it, with brackets around an IPv6 address
// (RFC 3986 section 3.2.2).
func (s Server) Endpoint() string { return net.JoinHostPort(s.Host, strconv.Itoa(int(s.Port))) }

// IsIP reports whether the server has no name.
func (s Server) IsIP() bool {
	_, err := netip.ParseAddr(s.Host)
	return err == nil
}

// OnlyOAuth2 reports whether a password is of no use at the server.
func (s Server) OnlyOAuth2() bool {
	return !slices.ContainsFunc(s.Logins, func(l Login) bool { return l != OAuth2 })
}

// Offers reports whether the server has a SASL mechanism, for programs that take no
// other than the one they are told.
func (s Server) Offers(mechanism string) bool { return slices.Contains(s.mechanisms, mechanism) }

// Login is a way to log in that a server offers inside TLS.
type Login string

// The ways to log in, in the words of Mail Autoconfig.
const (
	Password  Login = "password-cleartext"
	Challenge Login = "password-encrypted" // CRAM-MD5
	OAuth2    Login = "OAuth2"
)

// account chooses the servers that the format can be written with, and says what it
// cannot do with the others that passed. With POP3 wanted there is no IMAP.
func (f Format) account(r *mailcheck.Report, pop3 bool) (Account, []mailcheck.Text) {
	a := Account{Address: r.Address, issuer: issuer(r)}
	if f.Issuer && a.issuer == "" {
		f.Logins = slices.DeleteFunc(slices.Clone(f.Logins), func(l Login) bool { return l == OAuth2 })
	}
	var reasons []mailcheck.Text
	for _, setting := range r.Usable() {
		s, ok := server(r, setting)
		if !ok || pop3 && s.Protocol == mailcheck.IMAP {
			continue
		}
		if setting.OwnName && setting.Username == "" {
			reasons = append(reasons, mailcheck.Textf("%s: the user name is that of the account at the provider, which the address does not tell", setting.URL()))
			continue
		}
		why := f.against(s)
		known := f.knows(s)
		if best := s.Logins[0]; !slices.Contains(known, best) {
			s.lacks = best
		}
		s.Logins = known
		switch {
		case setting.Protocol.Reads() && len(f.Reads) == 0, setting.Protocol.Sends() && !f.Sends:
		case !why.Empty():
			reasons = append(reasons, mailcheck.Textf("%s: %s", setting.URL(), why))
		case setting.Protocol.Reads():
			a.Reading = append(a.Reading, s)
		case setting.Protocol.Sends():
			a.Sending = append(a.Sending, s)
		}
	}
	rank := func(s Server) int { // those that somebody vouches for first
		if s.Vouched() {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(a.Reading, func(a, b Server) int {
		return cmp.Or(cmp.Compare(slices.Index(mailcheck.Protocols, a.Protocol), slices.Index(mailcheck.Protocols, b.Protocol)), cmp.Compare(rank(a), rank(b)))
	})
	slices.SortStableFunc(a.Sending, func(a, b Server) int { return cmp.Compare(rank(a), rank(b)) })
	a.OAuth = issuers(r)
	a.known = known(r)
	return a, reasons
}

// known returns the servers that are published, and those guessed ones that are there.
func known(r *mailcheck.Report) []mailcheck.Server {
	var all []mailcheck.Server
	for _, setting := range r.Settings {
		all = append(all, setting.Server)
	}
	for _, result := range r.Servers {
		if result.TLS != nil || result.Greeting != "" {
			all = append(all, result.Server)
		}
	}
	return all
}

// issuers returns the OAuth2 services that are published completely enough to get a
// token there.
func issuers(r *mailcheck.Report) []mailcheck.OAuth {
	var all []mailcheck.OAuth
	for _, source := range r.Sources {
		for _, o := range source.OAuth {
			words := strings.Join(append([]string{o.Issuer, o.AuthURL, o.TokenURL, o.DeviceURL}, o.Scopes...), " ")
			if o.AuthURL != "" && o.TokenURL != "" && mailcheck.Printable(words) {
				all = append(all, o)
			}
		}
	}
	return all
}

// against says why the program cannot be told to use a server; nothing if it can.
func (f Format) against(s Server) mailcheck.Text {
	switch {
	case s.Protocol.Reads() && !slices.Contains(f.Reads, s.Protocol):
		return mailcheck.Textf("%s does not speak %s", f.Name, strings.ToUpper(string(s.Protocol)))
	case len(f.knows(s)) == 0 && s.OnlyOAuth2():
		return mailcheck.Textf("the server wants OAuth2, which the file cannot set up")
	case len(f.knows(s)) == 0:
		return mailcheck.Textf("the file cannot name the way to log in that the server offers (CRAM-MD5)")
	case f.Against != nil:
		return f.Against(s)
	}
	return mailcheck.Text{}
}

// server returns a setting that a program can be given: one that keeps the password
// and the mail to itself, lets somebody log in, and has names that nothing hides in.
func server(r *mailcheck.Report, setting mailcheck.Setting) (Server, bool) {
	host, err := mailcheck.ParseHost(setting.Host)
	if ip, ipErr := netip.ParseAddr(host); err != nil || ipErr == nil && ip.Zone() != "" { // a zone means something on one machine alone
		return Server{}, false
	}
	result := r.Result(setting.Server)
	s := Server{
		Protocol: setting.Protocol, Host: host, Port: setting.Port, Security: setting.Security,
		Username: setting.Username, Template: document.UsernameTemplate(setting.Username, r.Address),
		Logins: logins(result), mechanisms: result.Mechanisms.AfterTLS,
		vouch: setting.Vouch, url: setting.URL(), sources: setting.Sources, origin: origin(r, setting.Server),
	}
	s.doubts = otherNames(r, setting.Server, s.Template)
	if s.Username == "" || document.Unfilled(s.Username) {
		s.Username = r.Address.Username()
	}
	if r.Address.Local == "" {
		s.Username = ""
	}
	// Who reads a file may cut a space at an end of a name.
	names := s.Username + "|" + s.Template
	clean := mailcheck.Printable(names) && strings.TrimSpace(s.Username) == s.Username && strings.TrimSpace(s.Template) == s.Template
	protected := (s.Security == mailcheck.ImplicitTLS || s.Security == mailcheck.StartTLS) && result.TLS != nil && result.TLS.Verified
	mail := s.Protocol.Reads() || s.Protocol.Sends()
	return s, mail && protected && s.Port > 0 && len(s.Logins) > 0 && clean
}

// logins names the ways to log in that a server offered inside TLS, best first. A
// password in clear is safe inside TLS and the one way that every client has; the
// challenge mechanisms only help clients that insist.
func logins(result mailcheck.ServerResult) []Login {
	offered := func(names ...string) bool {
		return slices.ContainsFunc(result.Mechanisms.AfterTLS, func(m string) bool { return slices.Contains(names, m) })
	}
	var ways []Login
	if offered(document.Methods["OAuth2"]...) {
		ways = append(ways, OAuth2)
	}
	if result.PasswordOK {
		ways = append(ways, Password)
	}
	if offered("CRAM-MD5") {
		ways = append(ways, Challenge)
	}
	if len(ways) > 1 && ways[0] == OAuth2 && !slices.Contains(result.Auth, "OAuth2") {
		// Clients know the OAuth2 service of few providers; unless the provider
		// publishes it, the password comes first.
		ways = append(ways[1:], OAuth2)
	}
	return ways
}
