package checks

var publishChecks = []*Check{
	PublishPortSecurity, PublishAuthNotOffered, PublishPlainNeedless, PublishOAuthOnly,
	PublishSourcesDisagree, PublishDeclined, PublishClientRefuses, PublishUsername,
	PublishSRVPrefers, PublishHostNotASCII, PublishHostFinalDot, PublishUsernameDomain, PublishUsernameCut,
	PublishTemplate, PublishSeveral, PublishPreferredServer, PublishFileFault,
	PublishNoEncryption,
	PublishOldHost, PublishGuessed, PublishWeakest, PublishWeakFirst, PublishPortUnusual,
}

var (
	PublishPortSecurity = &Check{"publish.port-security", Failure, Admin,
		"The published port and the published encryption do not belong together, so clients wait for the wrong thing and give up.",
		"Ports 993, 995 and 465 start with TLS; ports 143, 110 and 587 switch to it with STARTTLS.",
		"RFC 8314 section 7.1, RFC 6409"}
	PublishAuthNotOffered = &Check{"publish.auth-not-offered", Failure, Admin,
		"The published settings tell clients to log in in a way that the server does not offer.",
		"Publish the way that the server offers (usually password-cleartext, which is safe inside TLS), or switch the published one on at the server.",
		"draft-ietf-mailmaint-autoconfig section 3.2"}
	PublishPlainNeedless = &Check{"publish.plain-needless", Warning, Admin,
		"The published settings leave encryption out although the same host offers it.",
		"Publish the encrypted port of the same host.",
		"RFC 8314 section 4.1, NDSS 2025 Automatic Insecurity A3.1"}
	PublishOAuthOnly = &Check{"publish.oauth-only", Warning, Admin,
		"The only published way to log in is OAuth2, and clients know no sign-in page for this host, so they cannot use it.",
		"Publish password-cleartext (with an app password) as a second <authentication>, or have the host added to the clients' lists; Thunderbird's is built in.",
		"draft-ietf-mailmaint-autoconfig section 3.2, draft-ietf-mailmaint-oauth-public"}
	PublishSourcesDisagree = &Check{"publish.sources-disagree", Warning, Admin,
		"Two sources name different servers for the same thing, so which one is used depends on the mail program.",
		"Decide which is right, and publish the same host in both.",
		"RFC 6186 section 3, draft-ietf-mailmaint-autoconfig section 4"}
	PublishDeclined = &Check{"publish.declined", Warning, Admin,
		"DNS says that a service is not offered, while another source publishes it.",
		"If the service is offered, publish its SRV record; if not, take its section out of the settings file.",
		"RFC 6186 section 3.4"}
	PublishClientRefuses = &Check{"publish.client-refuses", Warning, Admin,
		"A mail program refuses the whole settings file, although others can read it.",
		"Correct the section named in the evidence, or take it out. `mailcheck lint` shows what each program makes of the file.",
		"draft-ietf-mailmaint-autoconfig section 3"}
	PublishUsername = &Check{"publish.username-refused", Failure, Admin,
		"The server refuses the user name that is published and accepts another form of it, so mail programs that configure themselves cannot log in.",
		"Publish the form that the server accepts: %EMAILADDRESS% is the whole address, %EMAILLOCALPART% the part before the @.",
		"draft-ietf-mailmaint-autoconfig section 3, RFC 6186 section 4"}
	PublishSRVPrefers = &Check{"publish.srv-prefers", Warning, Admin,
		"SRV records prefer a port or an encryption that the settings file leaves out, so mail programs that read DNS end up with something else than those that read the file.",
		"Give the record of what the file names the lowest priority number, or add the other to the file.",
		"RFC 6186 section 3.4, RFC 8314 section 5.1"}
	PublishHostNotASCII = &Check{"publish.host-not-ascii", Warning, Admin,
		"A published name has letters outside ASCII, and mail programs take it as it stands: Thunderbird refuses it.",
		"Write the name as A-labels, the form that begins with xn--.",
		"RFC 5890 section 2.3.2.1, RFC 1123 section 2.1"}
	PublishHostFinalDot = &Check{"publish.host-final-dot", Warning, Admin,
		"A published host name ends in a dot, and some mail programs compare it with the certificate so.",
		"Write the name without the dot at its end; only zone files need it.",
		"RFC 9525 section 6.3, RFC 5280 section 4.2.1.6"}
	PublishUsernameDomain = &Check{"publish.username-domain", Warning, Admin,
		"The published user name is in another domain than the address.",
		"If the file was made for another domain, write the user name of this one. If the accounts really have that name, nothing has to be done.",
		"draft-ietf-mailmaint-autoconfig section 3.4"}
	PublishUsernameCut = &Check{"publish.username-cut", Warning, Admin,
		"The published user name begins or ends with an @, as if a template had lost a part.",
		"Write the whole user name; see why the program that makes the file knew no value for the missing part.",
		"draft-ietf-mailmaint-autoconfig section 3.4"}
	PublishTemplate = &Check{"publish.template", Warning, Admin,
		"A published value is a template that no mail program fills in there, so programs take it as it stands.",
		"Have the program that makes the file fill the value in. Only Mail Autoconfig has placeholders, and only %EMAILADDRESS%, %EMAILLOCALPART% and %EMAILDOMAIN%.",
		"draft-ietf-mailmaint-autoconfig section 3.4, NDSS 2025 Automatic Insecurity A4.1"}
	PublishSeveral = &Check{"publish.several-values", Warning, Admin,
		"One published value holds several, where programs expect one and take them all for one.",
		"Write one value; give each further one a section or a payload of its own.",
		"draft-ietf-mailmaint-autoconfig section 3, Apple device management"}
	PublishPreferredServer = &Check{"publish.preferred-server", Warning, Admin,
		"The settings file tells Thunderbird to send through another server than the one it names: the default server, which may be another account's.",
		"Leave useGlobalPreferredServer and addThisServer out, so that mail goes out by the server that the file names.",
		"https://wiki.mozilla.org/Thunderbird:Autoconfiguration:ConfigFileFormat"}
	PublishFileFault = &Check{"publish.file-fault", Warning, Admin,
		"A published file has a fault by the rules of its format, so mail programs leave out what it spoils or refuse the file.",
		"Correct the file at the place given. `mailcheck lint` shows what each program makes of it.",
		"draft-ietf-mailmaint-autoconfig section 3, MS-OXDSCLI section 2.2.4, draft-ietf-mailmaint-pacc"}
	PublishNoEncryption = &Check{"publish.no-encryption", Failure, Admin,
		"A published file names no server with encryption, so every mail program that reads it sends the password readable for anybody on the way.",
		"Have the mail server offer TLS, on port 993 for IMAP, 995 for POP3 and 465 for sending, and name these ports in the file.",
		"RFC 8314 section 4.1, NDSS 2025 Automatic Insecurity A3.1"}
	PublishOldHost = &Check{"publish.old-host", Warning, Admin,
		"Servers of two operators are published for one service, and only one of them takes the domain's mail, so the other looks like the old host.",
		"After a move, take the records of the old host out of DNS and out of the settings files. If both are meant, there is nothing to mend.",
		"RFC 6186 section 3, RFC 5321 section 5.1"}
	PublishGuessed = &Check{"publish.guessed-only", Warning, Admin,
		"Nobody publishes the servers: they were found by guessing usual names, and most mail programs will ask their users instead.",
		"Publish SRV records, and a settings file at https://autoconfig.DOMAIN/mail/config-v1.1.xml; `mailcheck setup ADDRESS --for thunderbird --trust-server HOST` writes it.",
		"RFC 6186, draft-ietf-mailmaint-autoconfig section 4.1, NDSS 2025 Automatic Insecurity A5.1"}
	PublishWeakest = &Check{"publish.weakest-place", Warning, Admin,
		"One place protects a protocol less than another does, and an attacker on the way can choose the weakest by keeping the others from answering.",
		"Publish the same servers with the same protection everywhere.",
		"RFC 8314 section 4.1, NDSS 2025 Automatic Insecurity A10.1"}
	PublishWeakFirst = &Check{"publish.weak-first", Warning, Admin,
		"The published settings name a server with STARTTLS, or without encryption, before one with TLS from the first byte, and mail programs take the first.",
		"Put the section with TLS from the first byte before the other, and leave out what has no encryption.",
		"draft-ietf-mailmaint-autoconfig section 3.2, RFC 8314 section 3, NDSS 2025 Automatic Insecurity A9.2"}
	PublishPortUnusual = &Check{"publish.port-unusual", Info, Operator,
		"The server works as it is published, but on a port that usually means something else, so mail programs that go by the port alone miss it.",
		"Offer the service on its usual port as well: TLS from the first byte on 993 (IMAP), 995 (POP3) and 465 (submission), STARTTLS on 143, 110 and 587.",
		"RFC 8314 section 7, NDSS 2025 A Multifaceted Study section 5"}
)
