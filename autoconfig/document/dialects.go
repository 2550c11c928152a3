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
	NextcloudDialect, AercDialect,
}

var (
	// A bad server is dropped alone. The names of exchange and nntp servers are read
	// too, but make no account of IMAP, POP3 and submission.
	ThunderbirdDialect = Dialect{
		Client: "Thunderbird", Ref: "thunderbird-desktop: readFromXML.sys.mjs, FetchConfig.sys.mjs, OAuth2Providers.sys.mjs",
		XMLType: true, ID: true, Domain: true, ASCIIHost: true, Incoming: []string{"imap", "pop3"}, Sockets: exactSockets,
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
	// An unknown socketType means: try both. TLS comes first there.
	DeltaDialect = Dialect{
		Client: "Delta Chat", Ref: "chatmail/core: configure/auto_mozilla.rs",
		Incoming: []string{"imap"}, Sockets: foldedSockets, AnyCase: true, Otherwise: mailcheck.ImplicitTLS, Username: true,
	}
	// TLS is what Server in serverconfiguration.h starts from.
	KmailDialect = Dialect{
		Client: "KMail", Ref: "kmail-account-wizard: serverconfiguration.cpp",
		Incoming: []string{"imap", "pop3"}, Sockets: exactSockets, Otherwise: mailcheck.ImplicitTLS,
	}
	// Each element overwrites what an earlier section of the same type said; a
	// section with a bad port would keep the earlier one's, which is not followed.
	EvolutionDialect = Dialect{
		Client: "Evolution", Ref: "evolution: src/mail/e-mail-autoconfig.c",
		Incoming: []string{"imap", "pop3"}, Sockets: exactSockets, Otherwise: mailcheck.Plain, LastIn: true, LastOut: true,
	}
	// It never connects in clear: "plain", too, becomes what the port stands for.
	FairEmailDialect = Dialect{
		Client: "FairEmail", Ref: "FairEmail: EmailProvider.java (getISPDB)",
		Incoming: []string{"imap"}, ByPort: true, LastIn: true, LastOut: true,
		Sockets: map[string]mailcheck.Security{"SSL": mailcheck.ImplicitTLS, "STARTTLS": mailcheck.StartTLS},
		Names:   []string{"%EMAILADDRESS%", "%EMAILLOCALPART%"}, RawHost: true,
	}
	NextcloudDialect = Dialect{
		Client: "Nextcloud Mail", Ref: "nextcloud/mail: lib/Service/AutoConfig/IspDb.php",
		Incoming: []string{"imap"}, AnyCase: true, Otherwise: mailcheck.Plain, RawHost: true,
		Sockets: map[string]mailcheck.Security{"ssl": mailcheck.ImplicitTLS, "starttls": mailcheck.StartTLS, "tls": mailcheck.StartTLS, "plain": mailcheck.Plain},
	}
	// One struct holds all outgoingServer elements, so the last one stays.
	AercDialect = Dialect{
		Client: "aerc", Ref: "aerc: lib/autoconfig/autoconfig.go",
		Incoming: []string{"imap"}, Sockets: foldedSockets, AnyCase: true, Otherwise: mailcheck.StartTLS, LastOut: true,
		Names: []string{"%EMAILADDRESS%"}, RawHost: true,
	}
)
