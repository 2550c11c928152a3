package trace

import (
	"testing"

	"mailcheck/checks"
)

// What servers say to a login, and what that means.
func TestClassifyLogin(t *testing.T) {
	for _, c := range []struct {
		reply string
		want  *checks.Check
	}{
		// RFC 5530, Dovecot
		{"NO [AUTHENTICATIONFAILED] Authentication failed.", checks.LoginRejected},
		{"NO [AUTHORIZATIONFAILED] Permission denied", checks.LoginNotAuthorized},
		{"NO [EXPIRED] Password expired.", checks.LoginPasswordExpired},
		{"NO [CONTACTADMIN] Login disabled", checks.LoginDisabled},
		{"NO [PRIVACYREQUIRED] Cleartext authentication disallowed on non-secure (SSL/TLS) connections.", checks.LoginMechanism},
		{"NO [UNAVAILABLE] Temporary authentication failure. [mx1:2026-11-22 10:00:00]", checks.LoginUnavailable},
		{"NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)", checks.LoginLimit},
		{"NO [LIMIT] Maximum number of connections from user+IP exceeded", checks.LoginLimit},
		{"NO [INUSE] Mailbox is in use", checks.LoginLimit},
		{"NO [SERVERBUG] Internal error occurred. Refer to server log for more information.", checks.LoginUnavailable},
		{"BAD Unknown command LOGIN", checks.LoginMechanism},
		{"BAD Error in IMAP command received by server.", checks.LoginMechanism},
		{"BAD [AUTHENTICATIONFAILED] Authentication failed.", checks.LoginRejected},
		{"BAD Invalid credentials", checks.LoginRejected},
		{"BAD [LIMIT] Too many connections", checks.LoginLimit},
		{"BYE Too many connections from your IP", checks.LoginLimit},
		{"-ERR [AUTH] Authentication failed.", checks.LoginRejected},
		{"-ERR [IN-USE] Mailbox is locked by another POP3 session", checks.LoginLimit},
		{"-ERR [LOGIN-DELAY] minimum time between mail checks violation", checks.LoginLimit},
		{"-ERR [SYS/TEMP] Temporary authentication failure.", checks.LoginUnavailable},
		{"-ERR [SYS/TEMP] Unable to open maildrop: Mailbox does not exist", checks.LoginMailbox},
		{"-ERR [SYS/TEMP] Unable to open maildrop: Mailbox already exists", checks.LoginLimit},
		{"-ERR [SYS/PERM] Account disabled", checks.LoginDisabled},
		{"-ERR Unknown command.", checks.LoginMechanism},
		{"-ERR Unsupported authentication mechanism.", checks.LoginMechanism},
		{"525 5.7.13 Disabled", checks.LoginDisabled},
		{"523 5.7.10 Encryption needed to use mechanism", checks.LoginMechanism},
		// Gmail
		{"NO [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)", checks.LoginAppPassword},
		{"NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", checks.LoginRejected},
		{"NO [WEBALERT https://accounts.google.com/signin/continue?x] Web login required. / NO [ALERT] Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)", checks.LoginBrowser},
		{"NO [ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings page and enable your account for IMAP access. (Failure)", checks.LoginProtocolOff},
		{"NO [ALERT] Too many simultaneous connections. (Failure)", checks.LoginLimit},
		{"NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)", checks.LoginLimit},
		{"534 5.7.9 Application-specific password required. For more information, go to / 5.7.9 https://support.google.com/mail/?p=InvalidSecondFactor x - gsmtp", checks.LoginAppPassword},
		{"534 5.7.14 <https://accounts.google.com/signin/continue?sarp=1> Please log in via / 5.7.14 your web browser and then try again. / 5.7.14 x - gsmtp", checks.LoginBrowser},
		{"534 5.7.14 <https://accounts.google.com/signin/continue?sarp=1> Please / 5.7.14 log in via your web / 5.7.14 browser", checks.LoginBrowser},
		{"535 5.7.8 Username and Password not accepted. For more information, go to / 5.7.8  https://support.google.com/mail/?p=BadCredentials x - gsmtp", checks.LoginRejected},
		{"454 4.7.0 Too many login attempts, please try again later. x - gsmtp", checks.LoginThrottled},
		// Exchange
		{"NO LOGIN failed.", checks.LoginRejected},
		{"NO AUTHENTICATE failed.", checks.LoginRejected},
		{"NO Basic authentication is disabled. / BYE Connection closed.", checks.LoginBasicDisabled},
		{"BAD User is authenticated but not connected.", checks.LoginNotAuthorized},
		{"-ERR Authentication failure: unknown user name or bad password.", checks.LoginRejected},
		{"-ERR Logon failure: unknown user name or bad password.", checks.LoginRejected},
		{"504 5.7.4 Unrecognized authentication type", checks.LoginMechanism},
		{"535 5.7.3 Authentication unsuccessful [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]", checks.LoginRejected},
		{"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information.", checks.LoginSMTPAuthDisabled},
		{"535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [x]", checks.LoginBasicDisabled},
		{"550 5.7.30 Basic authentication is not supported for Client Submission.", checks.LoginBasicDisabled},
		{"535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator.", checks.LoginPolicy},
		{"535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator.", checks.LoginPolicy},
		{"535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.", checks.LoginRejected},
		// Yahoo, GMX, iCloud, Yandex, mail.ru, Zoho, NetEase, QQ
		{"NO [AUTHENTICATIONFAILED] LOGIN Invalid credentials", checks.LoginRejected},
		{"NO [LIMIT] LOGIN Rate limit hit.", checks.LoginThrottled},
		{"535 5.7.0 (#AUTH005) Too many bad auth attempts.", checks.LoginAppPassword},
		{"NO authentication failed", checks.LoginRejected},
		{"535 Authentication credentials invalid", checks.LoginRejected},
		{"535 5.7.8 Error: authentication failed: authentication failure", checks.LoginRejected},
		{"NO [AUTHENTICATIONFAILED] LOGIN Invalid credentials or IMAP is disabled", checks.LoginProtocolOff},
		{"535 5.7.8 Error: authentication failed: This user does not have access rights to this service", checks.LoginProtocolOff},
		{"535 5.7.0 NEOBHODIM parol prilozheniya https://help.mail.ru/mail/security/protection/external / Application password is REQUIRED", checks.LoginAppPassword},
		{"NO [ALERT] You are yet to enable IMAP for your account. Please contact your administrator (Failure)", checks.LoginProtocolOff},
		{"NO LOGIN Login error or password error", checks.LoginRejected},
		{"550 User has no permission", checks.LoginProtocolOff},
		{"535 Login Fail. Please enter your authorization code to login. More information in https://service.mail.qq.com/detail/0/53", checks.LoginAppPassword},
		// Courier
		{"NO Login failed.", checks.LoginRejected},
		{"NO Temporary problem, please try again later", checks.LoginUnavailable},
		{"-ERR Maximum connection limit reached for 192.0.2.1", checks.LoginLimit},
		// Cyrus
		{"NO Login failed: authentication failure", checks.LoginRejected},
		{"NO Login only available under a layer", checks.LoginMechanism},
		{"-ERR [AUTH] USER command only available under a layer", checks.LoginMechanism},
		{"NO no mechanism available", checks.LoginMechanism},
		{"-ERR [AUTH] Invalid login", checks.LoginRejected},
		// Postfix
		{"535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", checks.LoginRejected},
		{"535 5.7.8 Error: authentication failed: (reason unavailable)", checks.LoginRejected},
		{"535 5.7.8 Error: authentication failed: Connection lost to authentication server", checks.LoginUnavailable},
		{"454 4.7.0 Temporary authentication failure: Connection lost to authentication server", checks.LoginUnavailable},
		{"503 5.5.1 Error: authentication not enabled", checks.LoginMechanism},
		{"504 5.5.4 Encryption required for requested authentication mechanism", checks.LoginMechanism},
		{"538 5.7.11 Encryption required for requested authentication mechanism", checks.LoginMechanism},
		{"450 4.7.1 Error: too many AUTH commands from unknown[192.0.2.1]", checks.LoginThrottled},
		{"421 4.7.0 mx.example.com Error: too many errors", checks.LoginThrottled},
		{"432 4.7.12 A password transition is needed", checks.LoginPasswordExpired},
		{"501 5.7.0 Authentication aborted", checks.LoginMechanism},
		{"500 5.5.6 Authentication exchange line is too long", checks.LoginMechanism},
		// Exim, hMailServer
		{"535 Incorrect authentication data", checks.LoginRejected},
		{"435 Unable to authenticate at present: lookup deferred", checks.LoginUnavailable},
		{"503 AUTH command used when not advertised", checks.LoginMechanism},
		{"504 LOGIN authentication mechanism not supported", checks.LoginMechanism},
		{"501 Invalid base64 data", checks.LoginMechanism},
		// Cyrus SASL, to a channel binding that it does not have; Dovecot without its own service
		{"NO bad protocol / cancel", checks.LoginMechanism},
		{"* BYE Auth process broken", checks.LoginUnavailable},
		{"NO [UNAVAILABLE] Waiting for authentication process to respond..", checks.LoginUnavailable},
		{"535 Authentication failed. Too many invalid logon attempts.", checks.LoginThrottled},
	} {
		if got := ClassifyLogin(c.reply, checks.LoginRejected); got != c.want {
			t.Errorf("%q is %s, want %s", c.reply, got.ID, c.want.ID)
		}
	}
	for reply, want := range map[string]*checks.Check{
		`NO AUTHENTICATE failed.`:                                          checks.LoginTokenRejected,
		`NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)`:          checks.LoginTokenRejected,
		`BYE Session invalidated - AccessTokenExpired`:                     checks.LoginTokenRejected,
		`535 5.7.8 no ({"status":"invalid_token"})`:                        checks.LoginTokenRejected,
		`BAD User is authenticated but not connected.`:                     checks.LoginNotAuthorized,
		`535 5.7.139 SmtpClientAuthentication is disabled for the Tenant.`: checks.LoginSMTPAuthDisabled,
		`504 5.7.4 Unrecognized authentication type [x.prod.outlook.com]`:  checks.LoginMechanism,
		`454 4.7.0 Temporary authentication failure`:                       checks.LoginUnavailable,
	} {
		if got := ClassifyLogin(reply, checks.LoginTokenRejected); got != want {
			t.Errorf("with a token, %q is %s, want %s", reply, got.ID, want.ID)
		}
	}
}

// The same in the words of other servers and languages.
func TestClassifyLoginFamilies(t *testing.T) {
	for _, c := range []struct {
		reply string
		want  *checks.Check
	}{
		{"NO Server Unavailable. 15", checks.LoginUnavailable},
		{"NO System Error (Failure)", checks.LoginUnavailable},
		{"535 5.7.8 Error: authentication failed: generic failure", checks.LoginUnavailable},
		{"-ERR internal server error", checks.LoginUnavailable},
		{"NO Unable to contact authentication server", checks.LoginUnavailable},
		{"NO Interner Fehler, bitte versuchen Sie es später erneut", checks.LoginUnavailable},
		{"NO Erreur interne du serveur", checks.LoginUnavailable},
		{"535 Błąd serwera uwierzytelniania", checks.LoginUnavailable},
		{"535 Внутренняя ошибка сервера", checks.LoginUnavailable},
		{"NO 系统繁忙,请稍后再试", checks.LoginUnavailable},
		{"-ERR サーバエラー", checks.LoginUnavailable},
		{"-ERR Maildrop already locked", checks.LoginLimit},
		{"-ERR mailbox already in use by pid 1234", checks.LoginLimit},
		{"NO LOGIN failed: must change password", checks.LoginPasswordExpired},
		{"NO Ihr Passwort ist abgelaufen", checks.LoginPasswordExpired},
		{"535 Срок действия пароля истек", checks.LoginPasswordExpired},
		{"535 5.7.8 Account suspended", checks.LoginDisabled},
		{"NO User is disabled", checks.LoginDisabled},
		{"NO Das Postfach ist gesperrt", checks.LoginDisabled},
		{"535 La cuenta está suspendida", checks.LoginDisabled},
		{"535 Konto zostało zablokowane", checks.LoginDisabled},
		{"535 账号已被冻结", checks.LoginDisabled},
		{"NO LOGIN failed. Account is blocked. Login to your account via a web browser to verify your identity.", checks.LoginBrowser},
		{"NO IMAP service is disabled for this user", checks.LoginProtocolOff},
		{"NO IMAP ist für dieses Konto nicht freigeschaltet", checks.LoginProtocolOff},
		{"535 SMTP no está habilitado para esta cuenta", checks.LoginProtocolOff},
		{"-ERR Доступ по протоколу POP3 отключен", checks.LoginProtocolOff},
		{"535 5.7.1 Username and Password not accepted. Please enable POP3/SMTP in settings", checks.LoginProtocolOff},
		{"535 Error: 请使用授权码登录", checks.LoginAppPassword},
		{"NO 2FA enabled: use a device password", checks.LoginAppPassword},
		{"535 5.7.8 Your IP has been blocked for repeated authentication errors", checks.LoginThrottled},
		{"-ERR IP address 192.0.2.1 is temporarily banned", checks.LoginThrottled},
		{"NO [CONTACTADMIN] Too many authentication failures", checks.LoginThrottled},
		{"NO Trop de tentatives échouées", checks.LoginThrottled},
		{"535 5.7.1 Logins from your country are not allowed", checks.LoginPolicy},
		{"NO Zugangsdaten ungültig", checks.LoginRejected},
		{"535 Nom d'utilisateur ou mot de passe incorrect", checks.LoginRejected},
		{"535 用户名或密码错误", checks.LoginRejected},
		{"535 Неверный логин или пароль", checks.LoginRejected},
		{"535 ユーザー名またはパスワードが正しくありません", checks.LoginRejected},
		{"NO", checks.LoginRejected},
		{"-ERR", checks.LoginRejected},
		{"535 5.7.8", checks.LoginRejected},
		{"NO The stars are not right", checks.LoginUnknown},
		{"535 Nix da", checks.LoginUnknown},
	} {
		if got := ClassifyLogin(c.reply, checks.LoginRejected); got != c.want {
			t.Errorf("%q is %s, want %s", c.reply, got.ID, c.want.ID)
		}
	}
}
