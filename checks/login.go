package checks

var loginChecks = []*Check{
	LoginRejected, LoginAppPassword, LoginBrowser, LoginPasswordExpired, LoginTokenRejected,
	LoginBasicDisabled, LoginSMTPAuthDisabled, LoginPolicy, LoginProtocolOff, LoginDisabled,
	LoginNotAuthorized, LoginUnavailable, LoginLimit, LoginThrottled, LoginMechanism, LoginFailed,
	LoginNotTrusted, LoginNoMechanism, LoginServerSignature, LoginUsernameForm,
	LoginUnknown, LoginMailbox, LoginWantsID, LoginSender, LoginNoMessage,
	LoginBindingRefused, LoginBindingMismatch, LoginBindingStripped, LoginCertificateRejected, LoginCertificateUnasked,
	LoginSignInRefused, LoginSignInBlocked, LoginForeignToken,
}

var (
	LoginRejected = &Check{"login.rejected", Failure, User,
		"The server rejects the user name or the password.",
		"Type the password again, and log in to the provider's web page with it. If that works, ask the provider whether mail programs need another user name, an app password, OAuth2, or IMAP to be switched on first: many servers answer all of that with the same words.",
		"RFC 5530 section 3, RFC 4954 section 6, RFC 3206 section 4"}
	LoginAppPassword = &Check{"login.app-password", Failure, User,
		"The server wants an app password: the password of the web page does not work in mail programs.",
		"Make an app password in the security settings of the account, and use it in the mail program in the place of the password.",
		"Google support 185833, RFC 4954 section 6 (534 5.7.9)"}
	LoginBrowser = &Check{"login.web-browser", Failure, User,
		"The provider thinks that the login is suspicious and wants the user to log in with a web browser first.",
		"Log in to the provider's web page on the same network and confirm that it was you; then try again, with OAuth2 or an app password if the account has them.",
		"Google support 78754"}
	LoginPasswordExpired = &Check{"login.password-expired", Failure, User,
		"The password has expired.",
		"Choose a new password on the provider's web page, then enter it in the mail program.",
		"RFC 5530 section 3 (EXPIRED), RFC 4954 section 6 (432)"}
	LoginTokenRejected = &Check{"login.token-rejected", Failure, User,
		"The server rejects the OAuth2 access token.",
		"Get a new token: they live for about an hour. It has to be for this account, and its scope for this protocol, such as https://mail.google.com/, or https://outlook.office.com/IMAP.AccessAsUser.All and SMTP.Send; the evidence says which scope the server wants, if it says so.",
		"RFC 7628 section 3.2.2, Google XOAUTH2, Microsoft OAuth for IMAP, POP and SMTP"}
	LoginBasicDisabled = &Check{"login.basic-disabled", Failure, User,
		"The server does not let anybody log in with a password; only OAuth2 works there.",
		"Set the account up anew in a mail program that opens the provider's sign-in page (\"OAuth2\" in Thunderbird). The password may well be right.",
		"Microsoft: Deprecation of Basic authentication in Exchange Online"}
	LoginSMTPAuthDisabled = &Check{"login.smtp-auth-disabled", Failure, Admin,
		"Sending with a mail program is switched off for this mailbox or the whole organisation (SMTP AUTH).",
		"In Exchange Online PowerShell: Set-CASMailbox -Identity ADDRESS -SmtpClientAuthenticationDisabled $false for one mailbox, or Set-TransportConfig -SmtpClientAuthenticationDisabled $false for all; what is set for a mailbox wins. OAuth2 does not help while it is off.",
		"https://aka.ms/smtp_auth_disabled"}
	LoginPolicy = &Check{"login.policy", Failure, Admin,
		"A policy of the organisation forbids this login (security defaults or conditional access).",
		"See the sign-in logs for this user in the directory (Entra ID): they name the policy. Use a program that signs in with OAuth2, which security defaults demand of everybody, or allow the protocol for the user.",
		"Microsoft: 535 5.7.139"}
	LoginProtocolOff = &Check{"login.protocol-off", Failure, User,
		"The mailbox is not open for this protocol: it has to be switched on first.",
		"Switch on IMAP or POP3 in the settings of the account on the provider's web page; in an organisation the administrator may have to. Some providers switch it off again when nobody has used it for long.",
		"Google support 7126229, RFC 3206 section 4"}
	LoginDisabled = &Check{"login.account-disabled", Failure, Admin,
		"The account is switched off for logins by whoever runs the server.",
		"Enable the account, if it was not switched off on purpose; the evidence has the server's words.",
		"RFC 5530 section 3 (CONTACTADMIN), RFC 5248 (525 5.7.13), RFC 3206 section 3"}
	LoginNotAuthorized = &Check{"login.not-authorized", Failure, Admin,
		"User name and password are right, but this user may not open the mailbox.",
		"Grant the user access to the mailbox. For Exchange Online with an application's token: New-ServicePrincipal with the object id of the enterprise application, then Add-MailboxPermission.",
		"RFC 5530 section 3 (AUTHORIZATIONFAILED)"}
	LoginUnavailable = &Check{"login.unavailable", Failure, Operator,
		"The server cannot check the login at the moment.",
		"The service that knows the passwords (LDAP, SQL, Dovecot auth) does not answer the mail server: see the mail server's log. The password may well be right. Courier says the same where the directory of the user's mail is missing or closed to it.",
		"RFC 5530 section 3 (UNAVAILABLE), RFC 4954 section 6 (454), RFC 3206 section 3"}
	LoginLimit = &Check{"login.limit", Failure, User,
		"The server lets nobody else into the mailbox for now: it has too many connections, too much traffic, or is in use.",
		"Close other mail programs and telephones that use the account, wait a quarter of an hour, try again. Whoever runs the server can raise the limit (Dovecot: mail_max_userip_connections).",
		"RFC 5530 section 3 (LIMIT, INUSE), RFC 2449 section 8.1"}
	LoginThrottled = &Check{"login.too-many-attempts", Failure, User,
		"The server takes no more attempts to log in for now: there were too many wrong ones.",
		"Find the mail program or telephone that still has an old password, and stop it. Then wait, an hour with some providers, and try once: every attempt before may prolong the lock.",
		"Gmail 454 4.7.0, Postfix smtpd_client_auth_rate_limit, Yahoo"}
	LoginMechanism = &Check{"login.mechanism", Warning, Operator,
		"The server offers a way to log in and then refuses it as such.",
		"Take the mechanism out of the list that the server announces, or configure it fully; clients that prefer it cannot log in.",
		"RFC 4954 section 4 (504), RFC 9051 section 6.2.2"}
	LoginFailed = &Check{"login.failed", Failure, Operator,
		"The login came to no decision: the server broke off or answered nonsense.",
		"See the server's log for the time of the test. Some servers hang up, or fall silent, at a wrong password: have the user type it again first.",
		"RFC 9051 section 6.2, RFC 4954, RFC 5034"}
	LoginNotTrusted = &Check{"login.not-trusted", Warning, User,
		"No login was tried at this server: nothing that cannot be forged says that it belongs to the address, so it does not get the password.",
		"If you know that the server is the right one, say so: --trust-server with its name.",
		"RFC 6186 section 6"}
	LoginNoMechanism = &Check{"login.no-mechanism", Warning, User,
		"No login was tried at this server: it offers no way to log in that fits what was given.",
		"Where only OAuth2 is offered, a password is of no use: use a mail program that opens the provider's sign-in page, or give a token (MAILCHECK_TOKEN).",
		"RFC 4422, RFC 7628"}
	LoginServerSignature = &Check{"login.server-signature", Failure, Operator,
		"The server does not prove that it knows the password, as this way of logging in demands; the login was ended.",
		"See that the server finishes SCRAM with its signature (v=...). If it does at your end, somebody stands between: until that is clear nobody should log in there.",
		"RFC 5802 section 5, RFC 7677"}
	LoginUsernameForm = &Check{"login.username-form", Warning, Admin,
		"The server wants another form of user name than mail programs try first, and no settings file says so.",
		"Publish a settings file (Mail Autoconfig) with the right <username>; SRV records cannot tell it. `mailcheck setup ADDRESS --for thunderbird`, with the password, writes it.",
		"RFC 6186 section 4, draft-ietf-mailmaint-autoconfig section 3"}
	LoginUnknown = &Check{"login.unknown-refusal", Failure, User,
		"The server refuses the login, and it cannot be told from its words why.",
		"Read the server's own words in the evidence, and give them to whoever runs the server, who finds the reason in the log. Do not type the password over and over: that may lock the account.",
		"RFC 5530 section 1, RFC 4954 section 6"}
	LoginMailbox = &Check{"login.mailbox-closed", Failure, Operator,
		"The login is accepted, but the mailbox behind it does not open, so no mail can be read.",
		"See the server's log for this user: the mailbox may not have been made yet, its files may belong to another user, or its storage may be away (Dovecot: mail_location or mail_path, and doveadm mailbox list -u USER).",
		"RFC 9051 section 6.3.3, RFC 1939 section 5"}
	LoginWantsID = &Check{"login.wants-id", Info, User,
		"The mailbox opens only to programs that say who they are (the ID command of IMAP).",
		"Use a mail program that sends ID, as Thunderbird, Outlook, Apple Mail and FairEmail do. NetEase (163.com, 126.com, yeah.net) calls all others an unsafe login.",
		"RFC 2971"}
	LoginSender = &Check{"login.sender-refused", Failure, Admin,
		"The login is accepted, but the server does not let this user send as the address.",
		"In the mail program choose the address that belongs to the login as the sender. If this address is to be used, have it allowed for the login (Postfix: smtpd_sender_login_maps; Exchange: the right SendAs; many providers: add it as an alias first).",
		"RFC 6409 section 6.1"}
	LoginNoMessage = &Check{"login.no-message", Failure, Operator,
		"The login is accepted, but the server takes no message for now.",
		"See the server's log: its disk may be full (Postfix: 452, queue_minfree), or something that it asks about senders may be away (451). Mail programs keep the message and try again.",
		"RFC 5321 sections 4.2.1 and 4.5.4"}
	LoginBindingRefused = &Check{"login.binding-refused", Warning, Operator,
		"The server offers logins that are bound to the TLS connection (-PLUS), and takes no binding that this version of TLS has.",
		"Mail programs that prefer these mechanisms cannot log in. Update the server (Cyrus SASL 2.1 knows tls-unique alone, which TLS 1.3 does not have), or take the -PLUS mechanisms out of its list. Where a proxy or balancer ends TLS in front of the server they cannot work at all.",
		"RFC 5802 section 6.1, RFC 9266 section 3"}
	LoginBindingMismatch = &Check{"login.binding-mismatch", Failure, Operator,
		"The login does not fit the TLS connection: whoever ends TLS here is not the server that checks the login.",
		"If a proxy or balancer of yours ends TLS in front of the mail server, it is that: take the -PLUS mechanisms out of the list that is offered behind it. If there is none, somebody stands between with a certificate that is trusted here: do not log in from this network, and change the password from another one.",
		"RFC 5802 section 7, RFC 5929 section 3, RFC 9266"}
	LoginBindingStripped = &Check{"login.binding-stripped", Failure, Operator,
		"The server holds that it offers logins bound to the TLS connection (-PLUS), but the list that arrives here has none: somebody on the way took them out.",
		"If a proxy of yours writes the list of mechanisms (Dovecot or nginx as a proxy, a balancer, an antivirus program), have the server behind it offer no -PLUS mechanism either. If there is none, somebody stands between with a certificate that is trusted here: do not log in from this network, and change the password from another one.",
		"RFC 5802 section 6"}
	LoginCertificateRejected = &Check{"login.certificate-rejected", Failure, User,
		"The server does not take the client certificate for a login.",
		"See that the certificate is the one issued for this account, by the authority that the server knows, and for clients (clientAuth). Whoever runs the server finds the reason in its log: the authority is not in its list (Dovecot: ssl_ca; Exim: tls_verify_certificates), or the name in the certificate is no user.",
		"RFC 4422 appendix A, RFC 8446 section 6.2"}
	LoginCertificateUnasked = &Check{"login.certificate-unasked", Warning, Operator,
		"The server offers a login with a client certificate (EXTERNAL), but asks for no certificate when TLS begins, so that none can be shown.",
		"Have the service ask for one (Dovecot: ssl_verify_client_cert = yes, auth_ssl_username_from_cert = yes; Exim: tls_try_verify_hosts), or take EXTERNAL out of its list.",
		"RFC 4422 appendix A, RFC 8446 section 4.3.2"}
	LoginSignInRefused = &Check{"login.sign-in-refused", Warning, User,
		"The provider does not take the kept sign-in any more, so no login was tried.",
		"Sign in again: `mailcheck login ADDRESS`. A new password, months without use or the administrator can end a sign-in; mail programs may have to sign in again, too.",
		"RFC 6749 section 5.2 (invalid_grant)"}
	LoginSignInBlocked = &Check{"login.sign-in-unusable", Warning, User,
		"The kept sign-in could not be used, so no login was tried.",
		"The evidence says what stands in the way: unlock the keyring, or have the provider's sign-in server reached, and test again.",
		"RFC 6749 section 6"}
	LoginForeignToken = &Check{"login.foreign-token", Warning, User,
		"No login was tried at this server: the kept sign-in is at another provider, whose token goes to nobody else.",
		"Where the mailbox has moved, sign in at its provider of now: `mailcheck login ADDRESS`. Where it has not, the settings lead to the wrong server.",
		"RFC 6750 section 5.2 (token redirect)"}
)
