package document

import (
	"cmp"
	"slices"
	"strings"

	"mailcheck"
)

// Dialect is what one client's parser makes of a settings file: what it insists
// on, what it ignores, and whether one bad section spoils the file.
type Dialect struct {
	Client string
	Ref    string

	XMLType   bool                          // reads the file only if it is served as XML
	WholeFile bool                          // one bad section of a type it reads spoils the file
	ID        bool                          // wants a host name in emailProvider's id
	Domain    bool                          // wants at least one valid domain element
	DocType   bool                          // reads a file that has a document type
	Incoming  []string                      // types of incomingServer it reads
	Exchange  []string                      // those for Exchange, which it offers like any other
	Sockets   map[string]mailcheck.Security // the values of socketType it knows
	AnyCase   bool                          // of socketType
	Several   bool                          // of several socketType it takes the first that it knows
	ExactType bool                          // of the section, in small letters
	PortIn    bool                          // a section for reading may do without port, and has that of its protocol
	PortStart bool                          // what stands behind the number of a port does not matter
	Otherwise mailcheck.Security            // what an unknown socketType becomes; empty: the section is bad
	ByPort    bool                          // it becomes STARTTLS on ports 143 and 587, and TLS on any other
	Username  bool                          // a section without user name is bad
	Names     []string                      // the placeholders it knows, each as the whole user name; nil: all, anywhere
	ASCIIHost bool                          // refuses a host name with letters outside ASCII, in the id and as domain too
	RawHost   bool                          // fills in no placeholders in hostname
	AnyHost   bool                          // takes any word for a host name, and then cannot reach it
	Trips     []HostForm                    // the forms of a host name that it takes as they stand, and then cannot reach
	Spaces    []string                      // the elements, or incomingServer/ and such a one, whose spaces around the value it takes as part of it
	Auth      []string                      // the values of authentication it knows; nil: it does not read them
	AuthOut   []string                      // further ones, for outgoing servers
	AuthHosts bool                          // OAuth2 counts only for the hosts it has a sign-in page for
	LastIn    bool                          // of several incoming servers of one type it takes the last
	LastOut   bool                          // of several outgoing servers it takes the last
	First     bool                          // of each direction it reads the first section alone, of whatever type that is
	Always    map[string]mailcheck.Security // by type of section, what it sets whatever socketType says
	Address   bool                          // logs in with the address, whatever username says
	Default   bool                          // has a default server for sending, which a section may ask for instead of itself
}

// Fault is why a client does not use a section, or the whole file.
type Fault struct {
	Line, Column int
	Text         mailcheck.Text
	OAuth        bool // the only way to log in is OAuth2, and the client has no sign-in page for the host
	Behind       bool // the section that it could read stands behind another, at which it stops
	outgoing     bool // it is about a server for sending
}

// Place returns the fault with its line.
func (f Fault) Place() mailcheck.Text { return mailcheck.Textf("line %d: %s", f.Line, f.Text) }

// reading is what a client ends up with from one file.
type reading struct {
	Incoming []mailcheck.Server
	Outgoing []mailcheck.Server
	Dropped  []Fault // sections it leaves out
	Refused  *Fault  // why it does not use the file at all; nil if it does
	Foremost string  // the type of the first section for reading that it takes
	Default  string  // the element by which it sends through its default server; empty where it does not
}

// Aside says where mail goes out if not through the server that the file names; nothing
// if it does go there.
func (r reading) Aside() mailcheck.Text {
	if r.Default == "" {
		return mailcheck.Text{}
	}
	return mailcheck.Textf("sends through its default server, such as that of another account, as <%s> says", r.Default)
}

// Ignores reports whether the client leaves a file out for its media type. A file
// from a folder has none, and what becomes of an answer without one is not known.
func (d Dialect) Ignores(contentType string) bool {
	return d.XMLType && strings.Contains(contentType, "/") && !XMLType(contentType)
}

func Ignored(contentType string) mailcheck.Text {
	return mailcheck.Textf("ignored, because it is served as %q and not as XML", contentType)
}

// Read applies the parser's rules to a file.
func (d Dialect) Read(c *Config, a mailcheck.Address) reading {
	var r reading
	refuse := func(f Fault) {
		if r.Refused == nil {
			r.Refused = &f
		}
	}
	valid := func(name string) bool {
		_, err := mailcheck.ParseHost(Expand(name, a))
		return err == nil && (!d.ASCIIHost || legalHost(name))
	}
	if d.ID && !valid(c.ID) {
		refuse(Fault{Line: c.Line, Column: c.Column, Text: mailcheck.Textf("emailProvider has the id %q, which it does not take for a host name", c.ID)})
	}
	if d.Domain && !slices.ContainsFunc(c.Written, valid) {
		refuse(Fault{Line: c.Line, Column: c.Column, Text: mailcheck.Textf("there is no valid <domain>")})
	}
	for i, s := range c.Sections {
		if d.First && hides(c.Sections[:i], s.Outgoing) {
			continue
		}
		if !d.reads(s) && !d.exchange(s) {
			continue
		}
		server, why := d.section(d.spaced(s), a)
		switch {
		case !why.Empty() && d.exchange(s): // the others are what the file is judged by
		case !why.Empty():
			f := Fault{
				Line: s.Line, Column: s.Column, Text: mailcheck.Textf("section %d (%s): %s", i+1, s.Type, why),
				OAuth: slices.Equal(s.methods(), []string{"OAuth2"}), outgoing: s.Outgoing,
			}
			r.Dropped = append(r.Dropped, f)
			if d.WholeFile {
				refuse(f)
			}
		case s.Outgoing:
			if d.Default && len(r.Outgoing) == 0 {
				r.Default = s.Elsewhere
			}
			r.Outgoing = append(r.Outgoing, server)
		default:
			r.Foremost = cmp.Or(r.Foremost, s.Type)
			r.Incoming = append(r.Incoming, server)
		}
	}
	if d.LastIn {
		slices.Reverse(r.Incoming)
		slices.SortStableFunc(r.Incoming, func(a, b mailcheck.Server) int {
			return slices.Index(d.Incoming, string(a.Protocol)) - slices.Index(d.Incoming, string(b.Protocol))
		})
	}
	if d.LastOut {
		slices.Reverse(r.Outgoing)
	}
	if len(r.Incoming) == 0 && d.First {
		r.hidden(c, d.Incoming)
	}
	if len(r.Incoming) == 0 {
		refuse(r.without(c, false, mailcheck.Textf("there is no usable incomingServer of type %s", mailcheck.Joined(d.Incoming, " or "))))
	}
	if len(r.Outgoing) == 0 {
		refuse(r.without(c, true, mailcheck.Textf("there is no usable outgoingServer of type smtp")))
	}
	return r
}

// hides reports whether one of the sections is of the direction, so that a client that
// reads the first alone does not look at those after it.
func hides(sections []Section, outgoing bool) bool {
	return slices.ContainsFunc(sections, func(s Section) bool { return s.Outgoing == outgoing })
}

// hidden notes the section of another type that keeps a client from the one it could read.
func (r *reading) hidden(c *Config, types []string) {
	i := slices.IndexFunc(c.Sections, func(s Section) bool { return !s.Outgoing })
	other := slices.ContainsFunc(c.Sections, func(s Section) bool { return !s.Outgoing && slices.Contains(types, s.Type) })
	if i < 0 || !other || slices.Contains(types, c.Sections[i].Type) {
		return
	}
	s := c.Sections[i]
	r.Dropped = append(r.Dropped, Fault{Line: s.Line, Column: s.Column, Behind: true, Text: mailcheck.Textf("section %d (%s) is the first for reading, and it looks at no other", i+1, s.Type)})
}

// without says why there is no server for reading or sending: the first one that
// the client leaves out, if the file has any.
func (r reading) without(c *Config, outgoing bool, text mailcheck.Text) Fault {
	for _, f := range r.Dropped {
		if f.outgoing == outgoing {
			return Fault{Line: f.Line, Column: f.Column, OAuth: f.OAuth, Behind: f.Behind, Text: mailcheck.Textf("%s; %s", text, f.Text)}
		}
	}
	return Fault{Line: c.Line, Column: c.Column, Text: text}
}

// section reads one section, or says why the client does not.
func (d Dialect) section(s Section, a mailcheck.Address) (server mailcheck.Server, why mailcheck.Text) {
	if d.exchange(s) {
		s = s.byURL()
	}
	host, why := d.host(s, a)
	switch {
	case d.ExactType && s.Word != s.Type:
		return server, mailcheck.Textf("type is %q, which it does not know", s.Word)
	case !why.Empty():
		return server, why
	}
	security := d.security(s)
	port, err := d.port(s, security)
	switch {
	case err != nil || port == 0:
		return server, mailcheck.Textf("port %q is not a number from 1 to 65535", s.Port)
	case security != "":
	case s.SocketType == "":
		return server, mailcheck.Textf("socketType is missing")
	default:
		return server, mailcheck.Textf("socketType is %q, which it does not know", s.SocketType)
	}
	if d.Username && s.Username == "" {
		return server, mailcheck.Textf("username is missing")
	}
	if why := d.authentication(s, host); !why.Empty() {
		return server, why
	}
	server = mailcheck.Server{
		Protocol: SectionProtocols[s.Type], Host: d.written(s, a), Port: port, Security: security,
		Username: d.username(s, a), Auth: s.methods(), Position: mailcheck.Position{Line: s.Line},
	}
	if d.exchange(s) {
		return s.webServices(host, server), mailcheck.Text{}
	}
	if d.Unreachable(server).Empty() {
		server.Host = host
	}
	return server, mailcheck.Text{}
}

// host returns the host name of a section as the client has it, or why it has none.
func (d Dialect) host(s Section, a mailcheck.Address) (host string, why mailcheck.Text) {
	host, err := mailcheck.ParseHost(Expand(s.Hostname, a))
	bad := err != nil && !strings.Contains(s.Hostname, "%EMAILLOCALPART%")
	switch {
	case s.Hostname == "":
		return "", mailcheck.Textf("hostname is missing")
	case d.RawHost && Unfilled(s.Hostname):
		return s.Hostname, mailcheck.Text{}
	case bad && d.AnyHost:
		return d.written(s, a), mailcheck.Text{}
	case bad:
		return "", mailcheck.Textf("hostname %q is not a host name", s.Hostname)
	case d.ASCIIHost && !legalHost(s.Hostname):
		return "", mailcheck.Textf("hostname %q has characters that it does not allow in a host name", s.Hostname)
	}
	return host, mailcheck.Text{}
}

// username returns the user name of a section as the client has it.
func (d Dialect) username(s Section, a mailcheck.Address) string {
	if d.Address {
		return Expand("%EMAILADDRESS%", a)
	}
	if d.Names != nil && !slices.Contains(d.Names, s.Username) {
		return s.Username
	}
	return Expand(s.Username, a)
}

// authentication says why the client knows no way to log in to a section's server.
func (d Dialect) authentication(s Section, host string) mailcheck.Text {
	if d.Auth == nil {
		return mailcheck.Text{}
	}
	for _, method := range s.Auth {
		switch {
		case method == "OAuth2" && d.AuthHosts && !OAuthHost(host):
		case slices.Contains(d.Auth, method), s.Outgoing && slices.Contains(d.AuthOut, method):
			return mailcheck.Text{}
		}
	}
	switch {
	case len(s.Auth) == 0:
		return mailcheck.Textf("authentication is missing")
	case len(s.methods()) == 0:
		return mailcheck.Textf("authentication is empty")
	case slices.Contains(s.Auth, "OAuth2"):
		return mailcheck.Textf("OAuth2 is the only authentication, and it has no sign-in page for %s", host)
	}
	return mailcheck.Textf("authentication is %s, which it does not know", strings.Join(s.methods(), ", "))
}

// oauthHosts are the hosts, with all below them, for which Thunderbird has a
// sign-in page built in (kHostnames in OAuth2Providers.sys.mjs). The entries that
// serve only calendars and address books are left out.
var oauthHosts = []string{
	"googlemail.com", "gmail.com", "imap.mail.ru", "smtp.mail.ru", "imap.yandex.com", "smtp.yandex.com",
	"imap.mail.yahoo.com", "pop.mail.yahoo.com", "smtp.mail.yahoo.com", "imap.aol.com", "pop.aol.com", "smtp.aol.com",
	"office365.com", "outlook.com", "hotmail.com", "imap.fastmail.com", "pop.fastmail.com", "smtp.fastmail.com",
	"imap.comcast.net", "pop.comcast.net", "smtp.comcast.net", "mail.thundermail.com", "mail.tb.pro",
}

// OAuthHost reports whether clients know where to sign in for a mail host. They
// do not read it from settings files, so for any other host OAuth2 cannot be used.
func OAuthHost(host string) bool {
	return slices.ContainsFunc(oauthHosts, func(known string) bool { return Inside(host, known) })
}
