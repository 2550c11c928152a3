package document

import "mailcheck"

var (
	exactSockets = map[string]mailcheck.Security{
		"SSL": mailcheck.ImplicitTLS, "STARTTLS": mailcheck.StartTLS, "plain": mailcheck.Plain,
	}
	foldedSockets = map[string]mailcheck.Security{
		"ssl": mailcheck.ImplicitTLS, "starttls": mailcheck.StartTLS, "plain": mailcheck.Plain,
	}
)

// Dialects are the parsers of settings files, as their source code has them.
var Dialects = []Dialect{
	ThunderbirdDialect, AndroidDialect, DeltaDialect, KmailDialect, EvolutionDialect, FairEmailDialect,
	NextcloudDialect, AercDialect, GearyDialect,
}

var (
	// A bad server is dropped alone. Of sections for reading the first good one is
	// offered first, Exchange's too; nntp, owa and, where a preference says so, graph are
	// read as well, but not followed. A section for reading without port makes an account
	// with port 0, which stands for that of the protocol (nsMsgIncomingServer.cpp).
	ThunderbirdDialect = Dialect{
		Client: "Thunderbird", Ref: "thunderbird-desktop: readFromXML.sys.mjs, FetchConfig.sys.mjs, OAuth2Providers.sys.mjs",
		XMLType: true, ID: true, Domain: true, ASCIIHost: true, Incoming: []string{"imap", "pop3"}, ExactType: true, Sockets: exactSockets, Several: true,
		Exchange: []string{"exchange", "ews"}, DocType: true, PortIn: true, PortStart: true, Spaces: []string{"socketType", "username"},
		Auth:      []string{"password-cleartext", "password-encrypted", "plain", "secure", "NTLM", "GSSAPI", "OAuth2"},
		AuthOut:   []string{"none", "client-IP-address", "smtp-after-pop"},
		AuthHosts: true, Default: true,
	}
	// parserError aborts the file. "plain" is no value of socketType here.
	AndroidDialect = Dialect{
		Client: "Thunderbird for Android, K-9", Ref: "thunderbird-android: RealAutoconfigParser.kt",
		WholeFile: true, ID: true, Domain: true, ASCIIHost: true, Incoming: []string{"imap"},
		Sockets:  map[string]mailcheck.Security{"SSL": mailcheck.ImplicitTLS, "STARTTLS": mailcheck.StartTLS},
		Username: true, Auth: []string{"OAuth2", "password-cleartext", "password-encrypted"},
	}
	// An unknown socketType means: try both. TLS comes first there. It looks hosts up as
	// they stand (net/dns.rs), and rustls takes a final dot, but no letter outside ASCII
	// (pki-types: server_name.rs, webpki: dns_name.rs).
	DeltaDialect = Dialect{
		Client: "Delta Chat", Ref: "chatmail/core: configure/auto_mozilla.rs",
		Incoming: []string{"imap"}, Sockets: foldedSockets, AnyCase: true, Otherwise: mailcheck.ImplicitTLS, Username: true,
		AnyHost: true, Trips: []HostForm{Umlauts},
	}
	// TLS is what Server in serverconfiguration.h starts from. For POP3 the wizard sets
	// UseTLS, which is STARTTLS, and never UseSSL (accountconfiguration.cpp). Qt looks up A-labels, takes
	// no spaces (QUrl::toAce) and compares certificates with the dot (QSslSocketPrivate::
	// isMatchingHostname); KMail then asks whether to go on. Only the host for sending is
	// trimmed (kmailtransport: transport.cpp).
	KmailDialect = Dialect{
		Client: "KMail", Ref: "kmail-account-wizard: serverconfiguration.cpp, accountconfiguration.cpp",
		Incoming: []string{"imap", "pop3"}, Sockets: exactSockets, Otherwise: mailcheck.ImplicitTLS,
		Always:  map[string]mailcheck.Security{"pop3": mailcheck.StartTLS},
		AnyHost: true, Trips: []HostForm{FinalDot}, Spaces: []string{"incomingServer/hostname", "socketType", "username"},
	}
	// Each element overwrites what an earlier section of the same type said; a
	// section with a bad port would keep the earlier one's, which is not followed. Camel
	// trims host and user name and looks up A-labels (camel-network-settings.c,
	// camel-net-utils.c); GnuTLS and OpenSSL compare certificates with the dot
	// (glib-networking: gtlscertificate-gnutls.c), and Evolution then asks whether to go on.
	EvolutionDialect = Dialect{
		Client: "Evolution", Ref: "evolution: src/mail/e-mail-autoconfig.c",
		Incoming: []string{"imap", "pop3"}, Sockets: exactSockets, Otherwise: mailcheck.Plain, LastIn: true, LastOut: true,
		AnyHost: true, Trips: []HostForm{FinalDot}, Spaces: []string{"socketType"},
	}
	// The end of any section for reading ends its search for one, so POP3 before IMAP hides
	// that (hasImap). It never connects in clear: "plain", too, becomes what the port stands for. Hosts go
	// into InetAddress and are compared with certificates as they stand (DnsHelper.java,
	// EntityCertificate.java; the build of the Play store does not compare them).
	FairEmailDialect = Dialect{
		Client: "FairEmail", Ref: "FairEmail: EmailProvider.java (getISPDB)",
		Incoming: []string{"imap"}, ByPort: true, First: true,
		Sockets: map[string]mailcheck.Security{"SSL": mailcheck.ImplicitTLS, "STARTTLS": mailcheck.StartTLS},
		Names:   []string{"%EMAILADDRESS%", "%EMAILLOCALPART%"}, RawHost: true,
		AnyHost: true, Trips: []HostForm{FinalDot, Umlauts}, Spaces: []string{"hostname", "port", "socketType", "username"},
	}
	// AccountForm.vue trims the hosts. Horde joins host and port (Socket/Client.php); PHP
	// looks the host up as it stands and compares certificates without its final dot
	// (xp_socket.c, xp_ssl.c).
	NextcloudDialect = Dialect{
		Client: "Nextcloud Mail", Ref: "nextcloud/mail: lib/Service/AutoConfig/IspDb.php",
		Incoming: []string{"imap"}, AnyCase: true, Otherwise: mailcheck.Plain, RawHost: true,
		Sockets: map[string]mailcheck.Security{"ssl": mailcheck.ImplicitTLS, "starttls": mailcheck.StartTLS, "tls": mailcheck.StartTLS, "plain": mailcheck.Plain},
		AnyHost: true, Trips: []HostForm{Umlauts, BareIPv6}, Spaces: []string{"socketType", "username"},
	}
	// One struct holds all outgoingServer elements, so the last one stays. The wizard fills in
	// the address as both user names, whatever was found (discoverServices), and joins
	// host and port to a URL (account-wizard.go); Go looks up no letters outside ASCII and
	// compares certificates without the final dot (net/dnsclient.go, crypto/x509/verify.go).
	AercDialect = Dialect{
		Client: "aerc", Ref: "aerc: lib/autoconfig/autoconfig.go, app/account-wizard.go",
		Incoming: []string{"imap"}, Sockets: foldedSockets, AnyCase: true, Otherwise: mailcheck.StartTLS, LastOut: true,
		Address: true, RawHost: true,
		AnyHost: true, Trips: []HostForm{Umlauts, BareIPv6}, Spaces: []string{"hostname", "port", "socketType"},
	}
	// A login name is not read: the form has the address (accounts-editor-add-pane.vala).
	GearyDialect = Dialect{
		Client: "Geary", Ref: "geary: src/client/accounts/accounts-autoconfig.vala",
		Incoming: []string{"imap"}, Otherwise: mailcheck.Plain, First: true, Address: true, RawHost: true, AnyHost: true,
		Sockets: map[string]mailcheck.Security{"SSL": mailcheck.ImplicitTLS, "STARTTLS": mailcheck.StartTLS},
		Spaces:  []string{"hostname", "socketType"},
	}
	// FaultlessDialect stands for programs that read settings files in a way nobody has
	// looked at: a faultless section means the same to all of them.
	FaultlessDialect = Dialect{Incoming: []string{"imap"}, Sockets: exactSockets}
	// PlainDialect is the same for those that were seen to connect in clear where they do
	// not know the word ("Automatic Insecurity", NDSS 2025, A4.1).
	PlainDialect = Dialect{Incoming: []string{"imap"}, Sockets: exactSockets, Otherwise: mailcheck.Plain}
)
