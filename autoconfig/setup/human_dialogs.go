package setup

import (
	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// dialog is how one program asks for an account that it does not find by itself.
type dialog struct {
	program string
	outlook bool
	path    func(protocol string) mailcheck.Text // how one gets there
	asks    []ask                                // in its order and its words
	notes   []mailcheck.Text

	implicit, starttls string                      // its words for the encryption
	logins             map[Login]string            // its words for the ways to log in that it has
	when               func(Account) bool          // nil: always
	against            func(Server) mailcheck.Text // why it cannot use a server; nil: any will do
}

// ask is one question. A fixed one has the same answer for every account.
type ask struct {
	words string
	of    subject
	fixed string
}

// subject is what a dialog asks for.
type subject int

const (
	fixed subject = iota
	theName
	theAddress
	thePassword
	theProtocol
	inHost
	inPort
	inSecurity
	inLogin
	inUser
	outHost
	outPort
	outSecurity
	outLogin
	outUser
)

// onlyPassword is for dialogs that have one way to log in.
var onlyPassword = map[Login]string{Password: "Password"}

// sameName reports whether everybody's user name is the e-mail address at both servers.
func sameName(a Account) bool {
	return a.Reading[0].Template == "%EMAILADDRESS%" && a.Sending[0].Template == "%EMAILADDRESS%"
}

func otherName(a Account) bool { return !sameName(a) }

// dialogs are those of the programs that most people have. They are as of 2025 and 2026.
var dialogs = []dialog{
	{
		program: "Outlook for Windows, classic", outlook: true, when: sameName,
		path: func(protocol string) mailcheck.Text {
			return mailcheck.Textf("File > Add Account: type the address, open Advanced options, tick \"Let me set up my account manually\", choose Connect, then %s.", protocol)
		},
		asks: []ask{
			{"Incoming mail, Server", inHost, ""}, {"Incoming mail, Port", inPort, ""}, {"Incoming mail, Encryption method", inSecurity, ""},
			{"Incoming mail, Require logon using Secure Password Authentication (SPA)", fixed, "no"},
			{"Outgoing mail, Server", outHost, ""}, {"Outgoing mail, Port", outPort, ""}, {"Outgoing mail, Encryption method", outSecurity, ""},
			{"Outgoing mail, Require logon using Secure Password Authentication (SPA)", fixed, "no"},
			{"Password", thePassword, ""},
		},
		implicit: "SSL/TLS", starttls: "STARTTLS", logins: onlyPassword,
	},
	{
		program: "Outlook for Windows, classic", outlook: true, when: otherName,
		path: func(string) mailcheck.Text {
			return mailcheck.Textf("The dialog inside Outlook takes the address for the user name, which is another here. Use the Control Panel: Mail > Email Accounts > New > Manual setup > POP or IMAP.")
		},
		asks: []ask{
			{"Your Name", theName, ""}, {"Email Address", theAddress, ""}, {"Account Type", theProtocol, ""},
			{"Incoming mail server", inHost, ""}, {"Outgoing mail server (SMTP)", outHost, ""},
			{"User Name", inUser, ""}, {"Password", thePassword, ""}, {"Require logon using Secure Password Authentication (SPA)", fixed, "no"},
			{"More Settings > Outgoing Server: My outgoing server (SMTP) requires authentication", fixed, "yes"},
			{"More Settings > Outgoing Server: Log on using, User Name", outUser, ""},
			{"More Settings > Advanced: Incoming server", inPort, ""}, {"More Settings > Advanced: encrypted connection, incoming", inSecurity, ""},
			{"More Settings > Advanced: Outgoing server (SMTP)", outPort, ""}, {"More Settings > Advanced: encrypted connection, outgoing", outSecurity, ""},
		},
		implicit: "SSL/TLS", starttls: "STARTTLS", logins: onlyPassword,
	},
	{
		program: "Outlook for Windows, new", outlook: true,
		path: func(protocol string) mailcheck.Text {
			return mailcheck.Textf("Settings > Accounts > Your accounts > Add account: type the address, choose %s as the provider, then Show more.", protocol)
		},
		asks: []ask{
			{"Password", thePassword, ""}, {"Incoming server", inHost, ""}, {"Port", inPort, ""}, {"Secure connection type", inSecurity, ""},
			{"SMTP username", outUser, ""}, {"SMTP password", thePassword, ""}, {"SMTP server", outHost, ""}, {"SMTP port", outPort, ""}, {"SMTP secure connection type", outSecurity, ""},
		},
		notes: []mailcheck.Text{
			mailcheck.Textf("It then asks for leave to synchronise: the password and a copy of the mail go to Microsoft, whose servers fetch the mail. Who does not want that takes another program."),
		},
		implicit: "SSL/TLS", starttls: "STARTTLS", logins: onlyPassword,
	},
	{
		program: "iPhone and iPad",
		path: func(protocol string) mailcheck.Text {
			return mailcheck.Textf("Settings > Apps > Mail > Mail Accounts (up to iOS 17: Settings > Mail > Accounts) > Add Account > Other > Add Mail Account, and at the top %s.", protocol)
		},
		asks: []ask{
			{"Name", theName, ""}, {"Email", theAddress, ""}, {"Password", thePassword, ""},
			{"Incoming Mail Server, Host Name", inHost, ""}, {"Incoming Mail Server, User Name", inUser, ""}, {"Incoming Mail Server, Password", thePassword, ""},
			{"Outgoing Mail Server, Host Name", outHost, ""}, {"Outgoing Mail Server, User Name", outUser, ""}, {"Outgoing Mail Server, Password", thePassword, ""},
			{"Afterwards, Account > Advanced: Use SSL", inSecurity, ""}, {"Account > Advanced: Authentication", inLogin, ""}, {"Account > Advanced: Server Port", inPort, ""},
			{"Account > SMTP > Primary Server: Use SSL", outSecurity, ""}, {"Account > SMTP > Primary Server: Authentication", outLogin, ""}, {"Account > SMTP > Primary Server: Server Port", outPort, ""},
		},
		notes: []mailcheck.Text{
			mailcheck.Textf("User name and password of the outgoing server are marked as optional, and are not."),
			mailcheck.Textf("A configuration profile has all this in one file: mailcheck setup --for apple."),
		},
		implicit: "on", starttls: "on", logins: onlyPassword, against: portSaysOtherwise,
	},
	{
		program: "Apple Mail on the Mac",
		path: func(string) mailcheck.Text {
			return mailcheck.Textf("Mail > Add Account > Other Mail Account. If it cannot verify name and password, it asks for the servers.")
		},
		asks: []ask{
			{"Name", theName, ""}, {"Email Address", theAddress, ""}, {"Password", thePassword, ""},
			{"User Name", inUser, ""}, {"Account Type", theProtocol, ""}, {"Incoming Mail Server", inHost, ""}, {"Outgoing Mail Server", outHost, ""},
			{"Afterwards, Settings > Accounts > Server Settings: Automatically manage connection settings", fixed, "off"},
			{"Server Settings, incoming: Port", inPort, ""}, {"Server Settings, incoming: Use TLS/SSL", inSecurity, ""}, {"Server Settings, incoming: Authentication", inLogin, ""},
			{"Server Settings, outgoing: User Name", outUser, ""}, {"Server Settings, outgoing: Port", outPort, ""}, {"Server Settings, outgoing: Use TLS/SSL", outSecurity, ""}, {"Server Settings, outgoing: Authentication", outLogin, ""},
		},
		notes:    []mailcheck.Text{mailcheck.Textf("A configuration profile has all this in one file: mailcheck setup --for apple.")},
		implicit: "on", starttls: "on", logins: onlyPassword, against: portSaysOtherwise,
	},
	{
		program: "Gmail app on Android",
		path: func(protocol string) mailcheck.Text {
			return mailcheck.Textf("Picture at the top right > Add another account > Other: type the address, then Manual setup > Personal (%s).", protocol)
		},
		asks: []ask{
			{"Incoming, Username", inUser, ""}, {"Incoming, Password", thePassword, ""}, {"Incoming, Server", inHost, ""}, {"Incoming, Port", inPort, ""}, {"Incoming, Security type", inSecurity, ""},
			{"Outgoing, Require sign-in", fixed, "on"}, {"Outgoing, Username", outUser, ""}, {"Outgoing, Password", thePassword, ""}, {"Outgoing, SMTP server", outHost, ""}, {"Outgoing, Port", outPort, ""}, {"Outgoing, Security type", outSecurity, ""},
			{"Your name", theName, ""},
		},
		notes:    []mailcheck.Text{mailcheck.Textf("Never a security type with \"accept all certificates\".")},
		implicit: "SSL/TLS", starttls: "STARTTLS", logins: onlyPassword,
	},
	{
		program: "Samsung Email",
		path: func(protocol string) mailcheck.Text {
			return mailcheck.Textf("Add account > Other > Manual setup > %s.", protocol)
		},
		asks: []ask{
			{"Email address", theAddress, ""}, {"User name", inUser, ""}, {"Password", thePassword, ""},
			{"Incoming server", inHost, ""}, {"Security type", inSecurity, ""}, {"Port", inPort, ""}, {"IMAP path prefix", fixed, "leave it empty"},
			{"SMTP server", outHost, ""}, {"SMTP, Security type", outSecurity, ""}, {"SMTP, Port", outPort, ""}, {"Require sign-in", fixed, "on"}, {"SMTP, User name", outUser, ""}, {"SMTP, Password", thePassword, ""},
		},
		notes:    []mailcheck.Text{mailcheck.Textf("Never a security type with \"accept all certificates\".")},
		implicit: "SSL", starttls: "TLS (which means STARTTLS here)", logins: onlyPassword,
	},
	{
		program: "Thunderbird on a computer",
		path: func(string) mailcheck.Text {
			return mailcheck.Textf("New Account > Email: type name and address, Continue, then Configure manually.")
		},
		asks: []ask{
			{"Your full name", theName, ""}, {"Email address", theAddress, ""},
			{"Incoming server, Protocol", theProtocol, ""}, {"Incoming server, Hostname", inHost, ""}, {"Incoming server, Port", inPort, ""}, {"Incoming server, Connection security", inSecurity, ""}, {"Incoming server, Authentication method", inLogin, ""}, {"Incoming server, Username", inUser, ""},
			{"Outgoing server, Hostname", outHost, ""}, {"Outgoing server, Port", outPort, ""}, {"Outgoing server, Connection security", outSecurity, ""}, {"Outgoing server, Authentication method", outLogin, ""}, {"Outgoing server, Username", outUser, ""},
		},
		notes:    []mailcheck.Text{mailcheck.Textf("It asks for the password at the end, and offers to keep it.")},
		implicit: "SSL/TLS", starttls: "STARTTLS", logins: map[Login]string{Password: "Normal password", Challenge: "Encrypted password", OAuth2: "OAuth2"},
	},
	{
		program: "Thunderbird for Android, and K-9 Mail",
		path: func(string) mailcheck.Text {
			return mailcheck.Textf("Add account: type the address, then Edit configuration.")
		},
		asks: []ask{
			{"Incoming, Protocol", theProtocol, ""}, {"Incoming, Server", inHost, ""}, {"Incoming, Security", inSecurity, ""}, {"Incoming, Port", inPort, ""}, {"Incoming, Authentication", inLogin, ""}, {"Incoming, Username", inUser, ""}, {"Incoming, Password", thePassword, ""}, {"Incoming, Client certificate", fixed, "none"},
			{"Outgoing, Server", outHost, ""}, {"Outgoing, Security", outSecurity, ""}, {"Outgoing, Port", outPort, ""}, {"Outgoing, Require sign-in", fixed, "on"}, {"Outgoing, Authentication", outLogin, ""}, {"Outgoing, Username", outUser, ""}, {"Outgoing, Password", thePassword, ""},
			{"Your name", theName, ""},
		},
		implicit: "SSL/TLS", starttls: "STARTTLS", logins: map[Login]string{Password: "Normal password", Challenge: "Encrypted password", OAuth2: "OAuth 2.0"},
	},
}

// part fills a dialog in, or says why that is of no use.
func (d dialog) part(a Account) sheet.Part {
	in, out := a.Reading[0], a.Sending[0]
	part := sheet.Part{Title: mailcheck.Textf("%s", d.program)}
	for _, s := range []Server{in, out} {
		if d.login(s) == "" {
			part.Says = []mailcheck.Text{mailcheck.Textf("This program cannot be set up by hand here: %s wants a way to log in that its dialog does not have (%s). If it lists the provider by name, choose that; else take another program.", s.Host, loginWords[s.Logins[0]])}
			return part
		}
		if d.against != nil {
			if why := d.against(s); !why.Empty() {
				part.Says = []mailcheck.Text{mailcheck.Textf("This program cannot use %s, port %d: its dialog cannot say whether TLS begins with the first byte, and the port means the other way.", s.Host, s.Port)}
				return part
			}
		}
	}
	part.Says = []mailcheck.Text{d.path(protocolWord(in))}
	for _, q := range d.asks {
		part.Asks = append(part.Asks, asked(q.words, d.answer(a, q)))
	}
	part.Notes = d.notes
	if word := d.logins[OAuth2]; word != "" && (d.login(in) == word || d.login(out) == word) {
		part.Notes = append(part.Notes[:len(part.Notes):len(part.Notes)], mailcheck.Textf("OAuth2 works only where the program knows the provider's sign-in page."))
	}
	return part
}

// login is the dialog's word for the best way to log in that it has.
func (d dialog) login(s Server) string {
	for _, l := range s.Logins {
		if word := d.logins[l]; word != "" {
			return word
		}
	}
	return ""
}

func (d dialog) security(s Server) string {
	if s.Implicit() {
		return d.implicit
	}
	return d.starttls
}

// answer is what to type or choose.
func (d dialog) answer(a Account, q ask) mailcheck.Text {
	in, out := a.Reading[0], a.Sending[0]
	word := q.fixed
	switch q.of {
	case theName:
		if word = a.Name; word == "" {
			return mailcheck.Textf("your name, as others are to see it")
		}
	case theAddress:
		if word = a.Address.Username(); word == "" {
			return mailcheck.Textf("your e-mail address")
		}
	case thePassword:
		return mailcheck.Textf("the password")
	case theProtocol:
		word = protocolWord(in)
	case inHost:
		word = in.Host
	case outHost:
		word = out.Host
	case inPort:
		return mailcheck.Textf("%d", in.Port)
	case outPort:
		return mailcheck.Textf("%d", out.Port)
	case inSecurity:
		word = d.security(in)
	case outSecurity:
		word = d.security(out)
	case inLogin:
		word = d.login(in)
	case outLogin:
		word = d.login(out)
	case inUser:
		return userWords(a, in)
	case outUser:
		return userWords(a, out)
	}
	return mailcheck.Textf("%s", word)
}
