package mailcheck

import "testing"

// What servers say to a login, and what that means.
func TestClassifyLogin(t *testing.T) {
	for _, c := range []struct {
		reply string
		want  *Check
	}{
		// RFC 5530, Dovecot
		{"NO [AUTHENTICATIONFAILED] Authentication failed.", LoginRejected},
		{"NO [AUTHORIZATIONFAILED] Permission denied", LoginNotAuthorized},
		{"NO [EXPIRED] Password expired.", LoginPasswordExpired},
		{"NO [CONTACTADMIN] Login disabled", LoginDisabled},
		{"NO [PRIVACYREQUIRED] Cleartext authentication disallowed on non-secure (SSL/TLS) connections.", LoginMechanism},
		{"NO [UNAVAILABLE] Temporary authentication failure. [mx1:2026-11-22 10:00:00]", LoginUnavailable},
		{"NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)", LoginLimit},
		{"NO [LIMIT] Maximum number of connections from user+IP exceeded", LoginLimit},
		{"NO [INUSE] Mailbox is in use", LoginLimit},
		{"NO [SERVERBUG] Internal error occurred. Refer to server log for more information.", LoginUnavailable},
		{"BAD Unknown command LOGIN", LoginMechanism},
		{"BAD Error in IMAP command received by server.", LoginMechanism},
		{"BAD [AUTHENTICATIONFAILED] Authentication failed.", LoginRejected},
		{"BAD Invalid credentials", LoginRejected},
		{"BAD [LIMIT] Too many connections", LoginLimit},
		{"BYE Too many connections from your IP", LoginLimit},
		{"-ERR [AUTH] Authentication failed.", LoginRejected},
		{"-ERR [IN-USE] Mailbox is locked by another POP3 session", LoginLimit},
		{"-ERR [LOGIN-DELAY] minimum time between mail checks violation", LoginLimit},
		{"-ERR [SYS/TEMP] Temporary authentication failure.", LoginUnavailable},
		{"-ERR [SYS/PERM] Account disabled", LoginDisabled},
		{"-ERR Unknown command.", LoginMechanism},
		{"-ERR Unsupported authentication mechanism.", LoginMechanism},
		{"525 5.7.13 Disabled", LoginDisabled},
		{"523 5.7.10 Encryption needed to use mechanism", LoginMechanism},
		// Gmail
		{"NO [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)", LoginAppPassword},
		{"NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", LoginRejected},
		{"NO [WEBALERT https://accounts.google.com/signin/continue?x] Web login required. / NO [ALERT] Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)", LoginBrowser},
		{"NO [ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings page and enable your account for IMAP access. (Failure)", LoginProtocolOff},
		{"NO [ALERT] Too many simultaneous connections. (Failure)", LoginLimit},
		{"NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)", LoginLimit},
		{"534 5.7.9 Application-specific password required. For more information, go to / 5.7.9 https://support.google.com/mail/?p=InvalidSecondFactor x - gsmtp", LoginAppPassword},
		{"534 5.7.14 <https://accounts.google.com/signin/continue?sarp=1> Please log in via / 5.7.14 your web browser and then try again. / 5.7.14 x - gsmtp", LoginBrowser},
		{"534 5.7.14 <https://accounts.google.com/signin/continue?sarp=1> Please / 5.7.14 log in via your web / 5.7.14 browser", LoginBrowser},
		{"535 5.7.8 Username and Password not accepted. For more information, go to / 5.7.8  https://support.google.com/mail/?p=BadCredentials x - gsmtp", LoginRejected},
		{"454 4.7.0 Too many login attempts, please try again later. x - gsmtp", LoginThrottled},
		// Exchange
		{"NO LOGIN failed.", LoginRejected},
		{"NO AUTHENTICATE failed.", LoginRejected},
		{"NO Basic authentication is disabled. / BYE Connection closed.", LoginBasicDisabled},
		{"BAD User is authenticated but not connected.", LoginNotAuthorized},
		{"-ERR Authentication failure: unknown user name or bad password.", LoginRejected},
		{"-ERR Logon failure: unknown user name or bad password.", LoginRejected},
		{"504 5.7.4 Unrecognized authentication type", LoginMechanism},
		{"535 5.7.3 Authentication unsuccessful [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]", LoginRejected},
		{"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information.", LoginSMTPAuthDisabled},
		{"535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [x]", LoginBasicDisabled},
		{"550 5.7.30 Basic authentication is not supported for Client Submission.", LoginBasicDisabled},
		{"535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator.", LoginPolicy},
		{"535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator.", LoginPolicy},
		{"535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.", LoginRejected},
		// Yahoo, GMX, iCloud, Yandex, mail.ru, Zoho, NetEase, QQ
		{"NO [AUTHENTICATIONFAILED] LOGIN Invalid credentials", LoginRejected},
		{"NO [LIMIT] LOGIN Rate limit hit.", LoginThrottled},
		{"535 5.7.0 (#AUTH005) Too many bad auth attempts.", LoginAppPassword},
		{"NO authentication failed", LoginRejected},
		{"535 Authentication credentials invalid", LoginRejected},
		{"535 5.7.8 Error: authentication failed: authentication failure", LoginRejected},
		{"NO [AUTHENTICATIONFAILED] LOGIN Invalid credentials or IMAP is disabled", LoginRejected},
		{"535 5.7.8 Error: authentication failed: This user does not have access rights to this service", LoginProtocolOff},
		{"535 5.7.0 NEOBHODIM parol prilozheniya https://help.mail.ru/mail/security/protection/external / Application password is REQUIRED", LoginAppPassword},
		{"NO [ALERT] You are yet to enable IMAP for your account. Please contact your administrator (Failure)", LoginProtocolOff},
		{"NO LOGIN Login error or password error", LoginRejected},
		{"550 User has no permission", LoginProtocolOff},
		{"535 Login Fail. Please enter your authorization code to login. More information in https://service.mail.qq.com/detail/0/53", LoginAppPassword},
		// Courier
		{"NO Login failed.", LoginRejected},
		{"NO Temporary problem, please try again later", LoginUnavailable},
		{"-ERR Maximum connection limit reached for 192.0.2.1", LoginLimit},
		// Cyrus
		{"NO Login failed: authentication failure", LoginRejected},
		{"NO Login only available under a layer", LoginMechanism},
		{"-ERR [AUTH] USER command only available under a layer", LoginMechanism},
		{"NO no mechanism available", LoginMechanism},
		{"-ERR [AUTH] Invalid login", LoginRejected},
		// Postfix
		{"535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", LoginRejected},
		{"535 5.7.8 Error: authentication failed: (reason unavailable)", LoginRejected},
		{"535 5.7.8 Error: authentication failed: Connection lost to authentication server", LoginUnavailable},
		{"454 4.7.0 Temporary authentication failure: Connection lost to authentication server", LoginUnavailable},
		{"503 5.5.1 Error: authentication not enabled", LoginMechanism},
		{"504 5.5.4 Encryption required for requested authentication mechanism", LoginMechanism},
		{"538 5.7.11 Encryption required for requested authentication mechanism", LoginMechanism},
		{"450 4.7.1 Error: too many AUTH commands from unknown[192.0.2.1]", LoginThrottled},
		{"421 4.7.0 mx.example.com Error: too many errors", LoginThrottled},
		{"432 4.7.12 A password transition is needed", LoginPasswordExpired},
		{"501 5.7.0 Authentication aborted", LoginMechanism},
		{"500 5.5.6 Authentication exchange line is too long", LoginMechanism},
		// Exim, hMailServer
		{"535 Incorrect authentication data", LoginRejected},
		{"435 Unable to authenticate at present: lookup deferred", LoginUnavailable},
		{"503 AUTH command used when not advertised", LoginMechanism},
		{"504 LOGIN authentication mechanism not supported", LoginMechanism},
		{"501 Invalid base64 data", LoginMechanism},
		{"535 Authentication failed. Too many invalid logon attempts.", LoginThrottled},
	} {
		if got := ClassifyLogin(c.reply, false); got != c.want {
			t.Errorf("%q is %s, want %s", c.reply, got.ID, c.want.ID)
		}
	}
	for reply, want := range map[string]*Check{
		`NO AUTHENTICATE failed.`:                                          LoginTokenRejected,
		`NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)`:          LoginTokenRejected,
		`BYE Session invalidated - AccessTokenExpired`:                     LoginTokenRejected,
		`535 5.7.8 no ({"status":"invalid_token"})`:                        LoginTokenRejected,
		`BAD User is authenticated but not connected.`:                     LoginNotAuthorized,
		`535 5.7.139 SmtpClientAuthentication is disabled for the Tenant.`: LoginSMTPAuthDisabled,
		`504 5.7.4 Unrecognized authentication type [x.prod.outlook.com]`:  LoginMechanism,
		`454 4.7.0 Temporary authentication failure`:                       LoginUnavailable,
	} {
		if got := ClassifyLogin(reply, true); got != want {
			t.Errorf("with a token, %q is %s, want %s", reply, got.ID, want.ID)
		}
	}
}
