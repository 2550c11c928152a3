package setup

import (
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// env is a file of variables for programs that send mail, as the readers of .env files
// and shells know it, with a block for each framework.
var env = Format{
	Name: "env", Doc: "variables for programs that send: Django, Laravel, Rails ...",
	Place: mailcheck.Textf("where the program reads its variables from, such as .env, readable by nobody else"),
	Next:  mailcheck.Textf("put the password in the place of the empty value, and take the block of your framework"),
	Asks:  mailcheck.Textf("nothing"),
	Proof: mailcheck.Textf("a shell; no framework"),
	Sends: true, Logins: []Login{Password}, Named: true,
	Against: notForEnv,
	Write:   writeEnv,
}

// envValue writes a value in quotation marks in which nothing is special for any reader:
// of those between double ones, each reader expands some.
func envValue(value string) (string, error) {
	switch {
	case !strings.Contains(value, "'"):
		return "'" + value + "'", nil
	case !strings.ContainsAny(value, "\"$`\\!#"):
		return `"` + value + `"`, nil
	}
	return "", &sheet.ValueError{Value: value, Why: mailcheck.Textf("the readers of such files do not agree on how to write it")}
}

func notForEnv(s Server) mailcheck.Text {
	if _, err := envValue(s.Username); err != nil {
		return mailcheck.Textf("the readers of such files do not agree on how to write the user name %s", s.Username)
	}
	return mailcheck.Text{}
}

func writeEnv(a Account, out *sheet.Set) {
	smtp := a.Sending[0]
	f := out.Text("mail.env", sheet.Private, envValue)
	f.Comments(a.Warnings)
	f.Line(`SMTP_HOST=%s`, smtp.Host)
	f.Line(`SMTP_PORT=%d`, smtp.Port)
	if smtp.Implicit() {
		f.Comment(`TLS from the first byte.`)
		f.Line(`SMTP_SECURITY=tls`)
	} else {
		f.Comment(`STARTTLS, and no mail without it.`)
		f.Line(`SMTP_SECURITY=starttls`)
	}
	f.Line(`SMTP_USER=%s`, smtp.Username)
	f.Comment(`To be filled in.`)
	f.Line(`SMTP_PASSWORD=`)
	f.Line(`SMTP_FROM=%s`, a.Address.String())
	if a.Name != "" {
		f.Line(`SMTP_FROM_NAME=%s`, a.Name)
	}
	if smtp.Implicit() {
		envImplicit(a, smtp, f)
	} else {
		envStartTLS(smtp, f)
	}
	f.Line(``)
	f.Comment(`Django's settings.py, from 4.2 on (older versions verify no certificate), with the line above:`)
	f.Comment(`EMAIL_HOST, EMAIL_PORT = os.environ["SMTP_HOST"], int(os.environ["SMTP_PORT"])`)
	f.Comment(`EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = os.environ["SMTP_USER"], os.environ["SMTP_PASSWORD"]`)
	f.Comment(`DEFAULT_FROM_EMAIL = os.environ["SMTP_FROM"]`)
}

// laravel writes the variables that Laravel 11 has.
func laravel(a Account, s Server, f *sheet.Text) {
	f.Line(`#MAIL_MAILER=smtp`)
	f.Line(`#MAIL_HOST=%s`, s.Host)
	f.Line(`#MAIL_PORT=%d`, s.Port)
	f.Line(`#MAIL_USERNAME=%s`, s.Username)
	f.Line(`#MAIL_PASSWORD=`)
	f.Line(`#MAIL_FROM_ADDRESS=%s`, a.Address.String())
}

func envImplicit(a Account, s Server, f *sheet.Text) {
	f.Line(``)
	f.Comment(`Laravel from 11 on:`)
	laravel(a, s, f)
	f.Line(`#MAIL_SCHEME=smtps`)
	f.Line(``)
	f.Comment(`Symfony, the password percent-encoded:`)
	f.Line(`#MAILER_DSN=%s`, "smtps://"+sheet.Percent(s.Username)+":PASSWORD@"+s.Endpoint())
	f.Line(``)
	f.Comment(`Django: EMAIL_USE_SSL = True`)
	f.Comment(`Rails: config.action_mailer.smtp_settings = { address: ENV["SMTP_HOST"], port: ENV["SMTP_PORT"].to_i, user_name: ENV["SMTP_USER"], password: ENV["SMTP_PASSWORD"], authentication: :plain, ssl: true }`)
	f.Comment(`nodemailer: { host: process.env.SMTP_HOST, port: +process.env.SMTP_PORT, secure: true, auth: { user: process.env.SMTP_USER, pass: process.env.SMTP_PASSWORD } }`)
	f.Comment(`PHPMailer and WordPress (phpmailer_init): $mail->SMTPAuth = true; $mail->SMTPSecure = 'ssl'; $mail->Host = getenv('SMTP_HOST'); $mail->Port = getenv('SMTP_PORT'); $mail->Username = getenv('SMTP_USER'); $mail->Password = getenv('SMTP_PASSWORD');`)
}

// envStartTLS names what keeps each from sending in clear where STARTTLS is taken away.
func envStartTLS(s Server, f *sheet.Text) {
	f.Line(``)
	f.Comment(`Laravel: no variable makes it insist on STARTTLS, so there is no block for it.`)
	f.Line(``)
	f.Comment(`Symfony from 7.3 on, the password percent-encoded; older versions send in clear where STARTTLS is taken away:`)
	f.Line(`#MAILER_DSN=%s`, "smtp://"+sheet.Percent(s.Username)+":PASSWORD@"+s.Endpoint()+"?require_tls=true")
	f.Line(``)
	f.Comment(`Django: EMAIL_USE_TLS = True`)
	f.Comment(`Rails: config.action_mailer.smtp_settings = { address: ENV["SMTP_HOST"], port: ENV["SMTP_PORT"].to_i, user_name: ENV["SMTP_USER"], password: ENV["SMTP_PASSWORD"], authentication: :plain, enable_starttls: true }`)
	f.Comment(`nodemailer: { host: process.env.SMTP_HOST, port: +process.env.SMTP_PORT, secure: false, requireTLS: true, auth: { user: process.env.SMTP_USER, pass: process.env.SMTP_PASSWORD } }`)
	f.Comment(`PHPMailer and WordPress (phpmailer_init): $mail->SMTPAuth = true; $mail->SMTPSecure = 'tls'; $mail->Host = getenv('SMTP_HOST'); $mail->Port = getenv('SMTP_PORT'); $mail->Username = getenv('SMTP_USER'); $mail->Password = getenv('SMTP_PASSWORD');`)
}
