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
	Around  []Server          // services around the mail, the best of each protocol; Exchange does for reading and sending, too
	OAuth   []mailcheck.OAuth // where the account's owner gives leave to log in, as published
	Links   []mailcheck.Link  // pages for people, which nobody can forge that the settings name

	// Warnings are about the servers above that nobody vouches for. A writer puts them
	// into the file where it has room for such words.
	Warnings []mailcheck.Text

	known  []mailcheck.Server // whatever came of their test
	zone   zoneFacts          // of formats for a zone
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
	Path     string             // of the URL, for protocols over HTTPS
	Username string             // the person's login name; empty only where the setup is for a domain
	Template string             // the same with the placeholders of Mail Autoconfig, which fit everybody
	Logins   []Login            // never empty; the best first

	lacks      Login    // the best way to log in, which the file cannot set up
	mechanisms []string // of SASL, that it offers inside TLS

	untested bool // it is published, and was not reached

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

// Place returns the URL of a service over HTTPS.
func (s Server) Place() string {
	return "https://" + strings.TrimSuffix(s.Endpoint(), ":443") + s.Path
}

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
// cannot do with the others that passed. With POP3 wanted there is no IMAP. Those that were
// not reached come after those that passed, and only where they may be unverified.
func (f Format) account(r *mailcheck.Report, o Options) (Account, []mailcheck.Text) {
	a := Account{Address: r.Address, OAuth: issuers(r), Links: links(r), known: known(r), issuer: issuer(r)}
	var reasons []mailcheck.Text
	for _, setting := range r.Settings {
		s, ok := server(r, setting)
		s.untested = s.untested && !o.Declared
		switch {
		case !ok, s.untested && !o.Unverified, o.POP3 && s.Protocol == mailcheck.IMAP:
		case setting.OwnName && setting.Username == "":
			reasons = append(reasons, mailcheck.Textf("%s: the user name is that of the account at the provider, which the address does not tell", setting.URL()))
		case s.Protocol.Reads():
			a.Reading = append(a.Reading, s)
		case s.Protocol.Sends():
			a.Sending = append(a.Sending, s)
		default:
			a.Around = append(a.Around, s)
		}
	}
	for _, servers := range [][]Server{a.Reading, a.Sending, a.Around} {
		slices.SortStableFunc(servers, func(a, b Server) int {
			return cmp.Or(cmp.Compare(slices.Index(mailcheck.Protocols, a.Protocol), slices.Index(mailcheck.Protocols, b.Protocol)), cmp.Compare(a.rank(), b.rank()))
		})
	}
	a, unsuited := f.suited(a)
	return a, append(reasons, unsuited...)
}

// rank orders the servers of a protocol: those that passed first, and of them those that
// somebody vouches for.
func (s Server) rank() int {
	n := 0
	if s.untested {
		n += 2
	}
	if !s.Vouched() {
		n++
	}
	return n
}

// suited returns what there is in an account for the format, and says what it cannot do
// with the rest.
func (f Format) suited(a Account) (Account, []mailcheck.Text) {
	if f.Issuer && a.issuer == "" {
		f.Logins = slices.DeleteFunc(slices.Clone(f.Logins), func(l Login) bool { return l == OAuth2 })
	}
	var reasons []mailcheck.Text
	wanted := f.wants()
	of := func(servers []Server) []Server {
		var suited []Server
		for _, s := range servers {
			known := f.knows(s)
			switch why := f.against(s); {
			case !slices.Contains(wanted, s.Protocol):
				continue
			case !why.Empty():
				reasons = append(reasons, mailcheck.Textf("%s: %s", s.url, why))
				continue
			}
			if best := s.Logins[0]; !slices.Contains(known, best) {
				s.lacks = best
			}
			s.Logins = known
			suited = append(suited, s)
		}
		return suited
	}
	a.Reading, a.Sending, a.Around = of(a.Reading), of(a.Sending), firstOfEach(of(a.Around))
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

// links returns the pages that are published in a way that nobody can forge, each once.
func links(r *mailcheck.Report) []mailcheck.Link {
	var all []mailcheck.Link
	for _, source := range r.Sources {
		for _, link := range source.Links {
			if link.Vouched && mailcheck.Printable(link.URL) && !slices.Contains(all, link) {
				all = append(all, link)
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
		Protocol: setting.Protocol, Host: host, Port: setting.Port, Security: setting.Security, Path: setting.Path,
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
	names := s.Username + "|" + s.Template + "|" + s.Path
	clean := mailcheck.Printable(names) && strings.TrimSpace(s.Username) == s.Username && strings.TrimSpace(s.Template) == s.Template
	protected := s.Security == mailcheck.ImplicitTLS || s.Security == mailcheck.StartTLS
	passed := setting.Verdict.Usable() && result.TLS != nil && result.TLS.Verified
	if s.untested = notReached(setting, result); s.untested {
		s.Logins, s.mechanisms = publishedLogins(setting.Auth)
	}
	return s, protected && (passed || s.untested) && s.Port > 0 && len(s.Logins) > 0 && clean
}

// notReached reports whether a server is published, and nothing is known against it but
// that it could not be reached from here, or was not tried.
func notReached(setting mailcheck.Setting, result mailcheck.ServerResult) bool {
	if setting.Guessed() || setting.Verdict.Usable() || result.TLS != nil || result.Greeting != "" {
		return false
	}
	answered := slices.ContainsFunc(result.Addresses, func(a mailcheck.AddressResult) bool {
		return a.State == mailcheck.Connected || a.State == mailcheck.Refused
	})
	return !answered && (len(result.Addresses) > 0 || setting.Verdict != mailcheck.Fail)
}

// publishedLogins returns the ways to log in that are published; who says nothing of that
// has a password in mind.
func publishedLogins(auth []string) (ways []Login, mechanisms []string) {
	for _, way := range []Login{OAuth2, Password, Challenge} {
		if slices.ContainsFunc(auth, func(word string) bool { return slices.Equal(document.Methods[word], document.Methods[string(way)]) }) || way == Password && len(auth) == 0 {
			ways = append(ways, way)
			mechanisms = append(mechanisms, document.Methods[string(way)]...)
		}
	}
	return ways, mechanisms
}

// logins names the ways to log in that a server offered inside TLS, best first. A
// password in clear is safe inside TLS and the one way that every client has; the
// challenge mechanisms only help clients that insist.
func logins(result mailcheck.ServerResult) []Login {
	offered := func(names ...string) bool {
		return slices.ContainsFunc(result.Mechanisms.AfterTLS, func(m string) bool { return slices.Contains(names, m) })
	}
	var ways []Login
	if offered(append(slices.Clone(document.Methods["OAuth2"]), "BEARER")...) { // Bearer is that of HTTP (RFC 6750)
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
