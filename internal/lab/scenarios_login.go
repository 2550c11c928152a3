package lab

import (
	"encoding/base64"
	"fmt"
	"sync"
	"sync/atomic"
)

// The scenarios in which the check logs in. The right password is "correct horse".
const rightPassword = "correct horse"

// password has the check log in with a password.
func password(p string) change { return func(s *Scenario) { s.Password = p } }

// token has the check log in with an OAuth2 access token.
func token(t string) change { return func(s *Scenario) { s.Token = t } }

// jwt returns a token that says of itself what is claimed (RFC 7519), with a signature
// that nobody looks at.
func jwt(claims string) string {
	return "eyJhbGciOiJSUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2lnbmF0dXJl"
}

// mailboxes puts servers of the small provider in place that let one user in, if any,
// by the right password; adjust may change each.
func mailboxes(user string, adjust func(*Mail)) change {
	return func(s *Scenario) {
		users := make(map[string]string)
		if user != "" {
			users[user] = rightPassword
		}
		mail := func(host string, upgrade bool) Mail {
			m := Mail{Host: host, Users: users}
			if upgrade {
				m = upgradable(host)
				m.Users = users
			}
			if adjust != nil {
				adjust(&m)
			}
			return m
		}
		s.Hosts[imapHost] = Host{993: TLS(cert(imapHost), IMAP(mail(imapHost, false)))}
		s.Hosts[popHost] = Host{995: TLS(cert(popHost), POP3(mail(popHost, false)))}
		s.Hosts[smtpHost] = Host{465: TLS(cert(smtpHost), SMTP(mail(smtpHost, false))), 587: SMTP(mail(smtpHost, true))}
	}
}

const wholeAddress, localPart = "alice@example.com", "alice"

// refusing has the IMAP server answer every login so.
func refusing(reply string) change {
	return serve(imapHost, 993, TLS(cert(imapHost), IMAP(Mail{Host: imapHost, On: map[string]Behaviour{
		"AUTHENTICATE": Say("{tag} " + reply + "\r\n"), "LOGIN": Say("{tag} " + reply + "\r\n"),
	}})))
}

// refusingSMTP has the submission servers answer every login so.
func refusingSMTP(reply string) change {
	return func(s *Scenario) {
		on := map[string]Behaviour{"AUTH": Say(reply + "\r\n")}
		upgrade := upgradable(smtpHost)
		upgrade.On = on
		s.Hosts[smtpHost] = Host{465: TLS(cert(smtpHost), SMTP(Mail{Host: smtpHost, On: on})), 587: SMTP(upgrade)}
	}
}

// muteExchange has IMAP and POP3 refuse every login without a reason, as Exchange does, and
// submission answer so; where that is empty, it lets users in.
func muteExchange(submission string) change {
	return func(s *Scenario) {
		if submission != "" {
			refusingSMTP(submission)(s)
		}
		greet := func(line string) Behaviour { return Say(line + "\r\n") }
		imap := Say("{tag} NO AUTHENTICATE failed.\r\n")
		pop := Say("-ERR Logon failure: unknown user name or bad password.\r\n")
		s.Hosts[imapHost] = Host{993: TLS(cert(imapHost), IMAP(Mail{Host: imapHost, On: map[string]Behaviour{
			"greeting": greet("* OK The Microsoft Exchange IMAP4 service is ready."), "AUTHENTICATE": imap, "LOGIN": imap,
		}}))}
		s.Hosts[popHost] = Host{995: TLS(cert(popHost), POP3(Mail{Host: popHost, On: map[string]Behaviour{
			"greeting": greet("+OK The Microsoft Exchange POP3 service is ready."), "AUTH": pop, "PASS": pop,
		}}))}
	}
}

// offering has the servers offer these mechanisms and no password in clear.
func offering(mechanism string) func(*Mail) {
	return func(m *Mail) {
		switch m.Host {
		case imapHost:
			m.TLSCaps = []string{"IMAP4rev1", "SASL-IR", "LOGINDISABLED", "AUTH=" + mechanism, "IDLE", "UIDPLUS", "MOVE", "SPECIAL-USE"}
		case popHost:
			m.TLSCaps = []string{"TOP", "UIDL", "RESP-CODES", "PIPELINING", "SASL " + mechanism}
		case smtpHost:
			m.TLSCaps = []string{"PIPELINING", "SIZE 52428800", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8", "CHUNKING", "AUTH " + mechanism}
		}
	}
}

// stating is a settings file of the small provider in which the user name has a form.
func stating(username string) Reply { return spelled(username, username, username, username) }

// spelled has a user name for each of the four servers.
func spelled(usernames ...string) Reply {
	with := func(element, protocol, host string, port int, socket, username string) string {
		return fmt.Sprintf("    <%s type=%q>\n      <hostname>%s</hostname>\n      <port>%d</port>\n      <socketType>%s</socketType>\n      <username>%s</username>\n      <authentication>password-cleartext</authentication>\n    </%[1]s>\n",
			element, protocol, host, port, socket, username)
	}
	return XML(config(
		with("incomingServer", "imap", imapHost, 993, "SSL", usernames[0]), with("incomingServer", "pop3", popHost, 995, "SSL", usernames[1]),
		with("outgoingServer", "smtp", smtpHost, 465, "SSL", usernames[2]), with("outgoingServer", "smtp", smtpHost, 587, "STARTTLS", usernames[3]),
	))
}

// fileOverHTTP publishes a settings file over http alone, beside what else is published.
func fileOverHTTP(r Reply) change {
	return func(s *Scenario) {
		autoconfig(nil)(s)
		host(webHost, Host{80: web(r), 443: TLS(cert(webHost), HTTP(nil))})(s)
	}
}

func logins() []Scenario {
	return []Scenario{
		provider("login", "the password is right: all servers let the user in",
			"", mailboxes(wholeAddress, nil), password(rightPassword)),
		provider("login-rejected", "the password is wrong",
			"login.rejected", mailboxes(wholeAddress, nil), password("wrong battery")),
		provider("login-username-refused", "the settings file has users log in with the part before the @, the servers want the whole address",
			"publish.username-refused", onlyAutoconfig(stating("%EMAILLOCALPART%")), mailboxes(wholeAddress, nil), password(rightPassword)),
		provider("login-username-form", "the servers want the part before the @, which SRV records cannot say",
			"login.username-form", mailboxes(localPart, nil), password(rightPassword)),
		provider("login-username-published", "the servers want the part before the @, and a settings file says so besides the SRV records",
			"", autoconfig(stating("%EMAILLOCALPART%")), mailboxes(localPart, nil), password(rightPassword)),
		provider("login-username-forged", "a settings file over http, where anybody on the way can write it, has users log in as somebody else",
			"autoconfig.http-only", mailboxes(wholeAddress, nil), password(rightPassword), fileOverHTTP(stating("mallory@example.com"))),
		provider("login-username-spellings", "a settings file over http spells the user name differently for each server, and the password is wrong",
			"autoconfig.http-only login.rejected", mailboxes(wholeAddress, nil), password("wrong battery"), fileOverHTTP(spelled(
				"alice%example.com", `EXAMPLE\alice`, "alice@example.com.", "alice+@example.com"))),
		provider("login-scram", "the servers take SCRAM-SHA-256 alone",
			"", mailboxes(wholeAddress, offering("SCRAM-SHA-256")), password(rightPassword)),
		provider("login-scram-forged", "a server with SCRAM consents without proving that it knows the password",
			"account.no-incoming account.no-outgoing login.server-signature", mailboxes(wholeAddress, func(m *Mail) { offering("SCRAM-SHA-256")(m); m.ForgetsSignature = true }), password(rightPassword)),
		provider("login-scram-costly", "a server with SCRAM asks for a billion rounds of hashing",
			"account.no-incoming account.no-outgoing login.failed", mailboxes(wholeAddress, func(m *Mail) { offering("SCRAM-SHA-256")(m); m.Iterations = 1_000_000_000 }), password(rightPassword)),
		provider("login-cram-md5", "the servers take CRAM-MD5 alone",
			"", mailboxes(wholeAddress, offering("CRAM-MD5")), password(rightPassword)),
		provider("login-token", "the servers take an OAuth2 token",
			"", mailboxes("", func(m *Mail) { offering("OAUTHBEARER")(m); m.Token = "ya29.good" }), token("ya29.good")),
		provider("login-token-rejected", "the OAuth2 token is too old",
			"login.token-rejected", mailboxes("", func(m *Mail) { offering("XOAUTH2")(m); m.Token = "ya29.good" }), token("ya29.old")),
		provider("login-token-expired", "the OAuth2 token says itself that it is too old, and for whom it is",
			"login.token-rejected", mailboxes("", func(m *Mail) { offering("XOAUTH2")(m); m.Token = "ya29.good" }),
			token(jwt(`{"iss":"https://auth.example.com","email":"bob@example.com","exp":946684000}`))),
		provider("login-token-other-service", "the OAuth2 token is for another service of Microsoft",
			"login.token-rejected", mailboxes("", func(m *Mail) { offering("XOAUTH2")(m); m.Token = "ya29.good" }),
			token(jwt(`{"iss":"https://sts.windows.net/4711/","aud":"https://graph.microsoft.com","scp":"Mail.Read","upn":"alice@example.com","exp":4102444800}`))),
		provider("login-needs-token", "the servers take OAuth2 alone, a password is given",
			"login.no-mechanism", mailboxes("", offering("XOAUTH2")), password(rightPassword)),
		provider("login-mechanism-refused", "a server announces PLAIN and refuses it, then takes LOGIN",
			"login.mechanism", mailboxes(wholeAddress, func(m *Mail) {
				if m.Host == imapHost {
					m.On = map[string]Behaviour{"AUTHENTICATE": Say("{tag} BAD Unknown authentication mechanism\r\n")}
				}
			}), password(rightPassword)),
		provider("login-mechanism-unseen", "a server refuses PLAIN with the words for a wrong password before it was told one, then takes LOGIN",
			"login.mechanism", mailboxes(wholeAddress, func(m *Mail) {
				if m.Host == imapHost {
					m.TLSCaps = []string{"IMAP4rev1", "ID", "IDLE", "LITERAL+", "AUTH=PLAIN"} // without SASL-IR nothing goes with the command
					m.On = map[string]Behaviour{"AUTHENTICATE": Say("{tag} NO [AUTHENTICATIONFAILED] Authentication failed.\r\n")}
				}
			}), password(rightPassword)),
		provider("login-unknown-refusal", "the server refuses the login in words that nobody knows", "login.unknown-refusal",
			mailboxes(wholeAddress, nil), password(rightPassword), refusing("NO The stars are not right.")),
		provider("login-refused-in-chinese", "the server asks for an authorization code, in GBK", "login.app-password",
			mailboxes(wholeAddress, nil), password(rightPassword), refusing("NO Error: \xc7\xeb\xca\xb9\xd3\xc3\xca\xda\xc8\xa8\xc2\xeb\xb5\xc7\xc2\xbc")),
		provider("login-protocol-off-alert", "the server consents to the login, and says in an alert that IMAP is not switched on", "login.protocol-off",
			mailboxes(wholeAddress, func(m *Mail) {
				if m.Host == imapHost {
					m.On = map[string]Behaviour{"AUTHENTICATE": Say("{tag} OK [ALERT] Please enable IMAP access in your account settings first.\r\n")}
				}
			}), password(rightPassword)),
		provider("login-mailbox-closed", "the login is accepted, and the inbox cannot be opened", "login.mailbox-closed",
			mailboxes(wholeAddress, answering(imapHost, "EXAMINE", "{tag} NO [NONEXISTENT] No such folder.\r\n")), password(rightPassword)),
		provider("login-not-connected", "the login is accepted, and the user has no mailbox that IMAP can open", "login.not-authorized",
			mailboxes(wholeAddress, answering(imapHost, "EXAMINE", "{tag} BAD User is authenticated but not connected.\r\n")), password(rightPassword)),
		provider("login-asks-who", "the mailbox opens only to programs that say who they are", "",
			mailboxes(wholeAddress, func(m *Mail) {
				if m.Host == imapHost {
					m.On = wantsID()
				}
			}), password(rightPassword)),
		provider("login-maildrop-shut", "the POP3 login is accepted, and the maildrop cannot be opened", "login.mailbox-closed",
			mailboxes(wholeAddress, answering(popHost, "STAT", "-ERR [SYS/PERM] Mailbox is corrupt.\r\n")), password(rightPassword)),
		provider("login-mailbox-unreadable", "the login is accepted, and the server may not read the files of the inbox", "login.mailbox-closed",
			mailboxes(wholeAddress, answering(imapHost, "EXAMINE", "{tag} NO [SERVERBUG] Internal error occurred. Refer to server log for more information.\r\n")), password(rightPassword)),
		provider("login-maildrop-missing", "the POP3 server answers the right password with the words that there is no maildrop", "login.mailbox-closed",
			mailboxes(wholeAddress, answering(popHost, "AUTH", "-ERR [SYS/TEMP] Unable to open maildrop: Mailbox does not exist\r\n")), password(rightPassword)),
		provider("login-one-at-a-time", "the servers let a user in on one connection at a time", "",
			mailboxes(wholeAddress, func(m *Mail) {
				if m.Host == popHost {
					m.On = inUseAtFirst("-ERR [IN-USE] The mailbox is in use by another session.\r\n")
				}
			}), password(rightPassword)),
		provider("login-first-ever", "the servers make the mailbox at the first login, and POP3 finds it half made by IMAP", "",
			mailboxes(wholeAddress, func(m *Mail) {
				if m.Host == popHost {
					m.On = inUseAtFirst("-ERR [SYS/TEMP] Unable to open maildrop: Mailbox already exists\r\n")
				}
			}), password(rightPassword)),
		provider("login-sender-refused", "the login is accepted, and the server does not let the user send as the address", "account.no-outgoing login.sender-refused",
			mailboxes(wholeAddress, answering(smtpHost, "MAIL", "553 5.7.1 <alice@example.com>: Sender address rejected: not owned by user alice@example.com\r\n")), password(rightPassword)),
		provider("login-disk-full", "the login is accepted, and the server has no room for a message", "account.no-outgoing login.no-message",
			mailboxes(wholeAddress, answering(smtpHost, "MAIL", "452 4.3.1 Insufficient system storage\r\n")), password(rightPassword)),
		provider("login-app-password", "the server wants an app password",
			"login.app-password", mailboxes(wholeAddress, nil), password(rightPassword),
			refusing("NO [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)")),
		provider("login-web-browser", "the provider wants a login with a web browser first",
			"login.web-browser", mailboxes(wholeAddress, nil), password(rightPassword),
			refusing("NO [ALERT] Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)")),
		provider("login-password-expired", "the password has expired",
			"login.password-expired", mailboxes(wholeAddress, nil), password(rightPassword), refusing("NO [EXPIRED] Password expired.")),
		provider("login-basic-disabled", "the organisation has switched off logins with a password",
			"login.basic-disabled", mailboxes(wholeAddress, nil), password(rightPassword), refusing("NO Basic authentication is disabled.")),
		provider("login-protocol-off", "IMAP is not switched on for the mailbox",
			"login.protocol-off", mailboxes(wholeAddress, nil), password(rightPassword),
			refusing("NO [ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings page and enable your account for IMAP access. (Failure)")),
		provider("login-account-disabled", "the account is switched off",
			"login.account-disabled", mailboxes(wholeAddress, nil), password(rightPassword), refusing("NO [CONTACTADMIN] Login is disabled.")),
		provider("login-not-authorized", "the user may not open the mailbox",
			"login.not-authorized", mailboxes(wholeAddress, nil), password(rightPassword), refusing("NO [AUTHORIZATIONFAILED] Not allowed.")),
		provider("login-unavailable", "the server cannot reach its password database",
			"login.unavailable", mailboxes(wholeAddress, nil), password(rightPassword), refusing("NO [UNAVAILABLE] Temporary authentication failure.")),
		provider("login-limit", "the mailbox has too many connections",
			"login.limit", mailboxes(wholeAddress, nil), password(rightPassword), refusing("NO [LIMIT] Maximum number of connections from user+IP exceeded.")),
		provider("login-too-many-attempts", "there were too many wrong attempts to log in, by some telephone perhaps",
			"login.too-many-attempts", mailboxes(wholeAddress, nil), password(rightPassword), refusing("NO [LIMIT] LOGIN Rate limit hit.")),
		provider("login-closed", "the server hangs up at a wrong password",
			"login.failed", mailboxes(wholeAddress, nil), password("wrong battery"),
			serve(imapHost, 993, TLS(cert(imapHost), IMAP(Mail{Host: imapHost, On: map[string]Behaviour{"AUTHENTICATE": CloseAtOnce, "LOGIN": CloseAtOnce}})))),
		provider("login-nonsense", "the server answers a login with nonsense",
			"login.failed", mailboxes(wholeAddress, nil), password(rightPassword),
			serve(imapHost, 993, TLS(cert(imapHost), IMAP(Mail{Host: imapHost, On: map[string]Behaviour{"AUTHENTICATE": Say("Segmentation fault\r\n")}})))),
		provider("login-smtp-auth-disabled", "sending with a mail program is switched off for the organisation",
			"account.no-outgoing login.smtp-auth-disabled", mailboxes(wholeAddress, nil), password(rightPassword),
			refusingSMTP("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.")),
		provider("login-policy", "a policy of the organisation forbids the login",
			"account.no-outgoing login.policy", mailboxes(wholeAddress, nil), password(rightPassword),
			refusingSMTP("535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator.")),
		provider("login-exchange-tells", "Exchange takes no passwords any more, which only its submission service says",
			"login.basic-disabled", mailboxes(wholeAddress, nil), password(rightPassword),
			muteExchange("535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [AB0C0000.EURP000.PROD.OUTLOOK.COM]")),
		provider("login-exchange-wrong-password", "the password is wrong, and Exchange says so in no service",
			"login.rejected", mailboxes(wholeAddress, nil), password(rightPassword),
			muteExchange("535 5.7.3 Authentication unsuccessful [AB0C0000.EURP000.PROD.OUTLOOK.COM]")),
		provider("login-exchange-imap-off", "the mailbox is not open for IMAP and POP3, and Exchange takes the password for sending",
			"account.no-incoming login.protocol-off", mailboxes(wholeAddress, nil), password(rightPassword), muteExchange("")),
		provider("login-echo", "a server repeats the command that it does not understand, password and all",
			"login.mechanism", mailboxes(wholeAddress, nil), password(rightPassword),
			serve(imapHost, 993, TLS(cert(imapHost), IMAP(Mail{
				Host: imapHost, TLSCaps: []string{"IMAP4rev1", "SASL-IR", "IDLE", "UIDPLUS", "MOVE", "SPECIAL-USE"},
				On: map[string]Behaviour{"LOGIN": Say(`{tag} BAD Unknown command: LOGIN "alice@example.com" "correct horse" (636f727265637420686f727365, AGFsaWNlQGV4YW1wbGUuY29tAGNvcnJlY3QgaG9yc2U=)` + "\r\n")},
			})))),
		provider("login-foreign-srv", "unsigned SRV records name servers of another domain, which could be anybody's",
			"login.not-trusted srv.foreign-domain",
			zoneOf(`$ORIGIN example.com.
@                  MX  10 mx
_imaps._tcp        SRV 0 1 993 imap.example.net.
_submissions._tcp  SRV 0 1 465 smtp.example.net.
mx                 A   192.0.2.25
$ORIGIN example.net.
imap               A   192.0.2.10
smtp               A   192.0.2.25
`),
			host("imap.example.net", Host{993: imaps("imap.example.net")}),
			host("smtp.example.net", Host{465: submissions("smtp.example.net")}),
			password(rightPassword)),
	}
}

// answering has the server of a host answer a command so.
func answering(host, command, line string) func(*Mail) {
	return func(m *Mail) {
		if m.Host == host {
			m.On = map[string]Behaviour{command: Say(line)}
		}
	}
}

// inUseAtFirst has a maildrop in use by another connection every other time.
func inUseAtFirst(refusal string) map[string]Behaviour {
	var asked atomic.Int32
	return map[string]Behaviour{
		"AUTH": func(c *Conn) {
			if asked.Add(1)%2 == 1 {
				c.Say(refusal)
				return
			}
			c.Say("+OK Logged in.\r\n")
		},
		"STAT": Say("+OK 0 0\r\n"),
		"UIDL": Say("+OK\r\n.\r\n"),
	}
}

// wantsID opens a mailbox only on connections on which ID was said before.
func wantsID() map[string]Behaviour {
	var known sync.Map // connections
	return map[string]Behaviour{
		"ID": func(c *Conn) {
			known.Store(c, true)
			c.Say("* ID NIL\r\n{tag} OK ID completed\r\n")
		},
		"EXAMINE": func(c *Conn) {
			if _, ok := known.Load(c); !ok {
				c.Say("{tag} NO EXAMINE Unsafe Login. Please contact kefu@188.com for help\r\n")
				return
			}
			c.Say("{tag} OK [READ-ONLY] EXAMINE completed\r\n")
		},
	}
}
