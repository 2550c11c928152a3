package setup

import (
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// apps is a folder with lines for the configuration of programs that people host
// themselves and that send mail.
var apps = Format{
	Name: "apps", Doc: "lines for Gitea, Grafana, Nextcloud, GitLab and others",
	Place: mailcheck.Textf("each file's lines in the configuration of the program that it is named after"),
	Next:  mailcheck.Textf("put the password where the file says, and start the program anew"),
	Asks:  mailcheck.Textf("nothing"),
	Proof: mailcheck.Textf("none of the programs; only that the files say what they should"),
	Sends: true, Logins: []Login{Password}, Folder: true, Named: true,
	Against: notForApps,
	Write:   writeApps,
}

// app is one of the programs.
type app struct {
	name   string
	file   string
	escape sheet.Escape
	lacks  func(Server) bool // whether it cannot be told to send so that nobody else can read it
	lines  func(Account, Server, *sheet.Text)
}

var appTable = []app{
	{"Gitea and Forgejo", "gitea.ini", goINI, nil, gitea},
	{"Grafana", "grafana.ini", goINI, onlyOn465, grafana},
	{"Alertmanager", "alertmanager.yml", yamlString, onlyOn465, alertmanager},
	{"Nextcloud", "nextcloud.sh", shellWord, opportunistic, nextcloud},
	{"GitLab", "gitlab.rb", rubyString, opportunistic, gitlab},
	{"Mastodon", "mastodon.env", envValue, nil, mastodon},
	{"Vaultwarden", "vaultwarden.env", envValue, nil, vaultwarden},
	{"Home Assistant", "home-assistant.yml", yamlString, nil, homeAssistant},
}

// onlyOn465 is about programs for which the port tells whether TLS begins with the first
// byte.
func onlyOn465(s Server) bool { return s.Implicit() != (s.Port == 465) }

// opportunistic is about programs that send in clear where STARTTLS is taken away.
func opportunistic(s Server) bool { return !s.Implicit() }

// yamlString and rubyString write values that stand in single quotes.
func yamlString(value string) (string, error) { return strings.ReplaceAll(value, "'", "''"), nil }

func rubyString(value string) (string, error) {
	return strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value), nil
}

// held reports whether all of the files can have a value: some of the programs take a
// dollar, %( and {{ for the beginning of something else.
func held(value string) bool {
	_, err := envValue(value)
	return err == nil && !strings.ContainsAny(value, "`$") && !strings.Contains(value, "%(") && !strings.Contains(value, "{{")
}

func notForApps(s Server) mailcheck.Text {
	if !held(s.Username) {
		return mailcheck.Textf("some of the programs take something in the user name %s for a command or for the name of a variable", s.Username)
	}
	return mailcheck.Text{}
}

func writeApps(a Account, out *sheet.Set) {
	s, address := a.Sending[0], a.Address.String()
	for _, value := range []string{address, a.Name} {
		if !held(value) {
			out.Refuse(value, mailcheck.Textf("some of the programs take something in it for a command or for the name of a variable"))
		}
	}
	if _, ok := mailbox("", address); !ok {
		out.Refuse(address, mailcheck.Textf("the programs do not read it as an address"))
	}
	var without []string
	for _, program := range appTable {
		if program.lacks != nil && program.lacks(s) {
			without = append(without, program.name)
			continue
		}
		f := out.Text(program.file, sheet.Private, program.escape)
		f.Comments(a.Warnings)
		program.lines(a, s, f)
	}
	if len(without) > 0 {
		out.Note(mailcheck.Textf("no file for %s: with this server they cannot be told to send nothing without TLS", mailcheck.ListOf(without)))
	}
}

func gitea(a Account, s Server, f *sheet.Text) {
	from, _ := mailbox(a.Name, a.Address.String())
	f.Comment(`For app.ini, Gitea from 1.18 on.`)
	f.Line(`[mailer]`)
	f.Line(`ENABLED = true`)
	if s.Implicit() {
		f.Line(`PROTOCOL = smtps`)
	} else {
		f.Line(`PROTOCOL = smtp+starttls`)
	}
	f.Line("SMTP_ADDR = `%s`", s.Host)
	f.Line(`SMTP_PORT = %d`, s.Port)
	f.Line(`FORCE_TRUST_SERVER_CERT = false`)
	f.Line("USER = `%s`", s.Username)
	f.Comment(`The password between backquotes.`)
	f.Line("PASSWD = ``")
	f.Line("FROM = `%s`", from)
}

func grafana(a Account, s Server, f *sheet.Text) {
	f.Comment(`For grafana.ini.`)
	f.Line(`[smtp]`)
	f.Line(`enabled = true`)
	f.Line("host = `%s`", s.Endpoint())
	f.Line("user = `%s`", s.Username)
	f.Comment(`The file that has the password.`)
	f.Line(`password = $__file{/etc/grafana/smtp_password}`)
	f.Line("from_address = `%s`", a.Address.String())
	if a.Name != "" {
		f.Line("from_name = `%s`", a.Name)
	}
	f.Line(`skip_verify = false`)
	if !s.Implicit() {
		f.Line(`startTLS_policy = MandatoryStartTLS`)
	}
}

func alertmanager(a Account, s Server, f *sheet.Text) {
	f.Comment(`For alertmanager.yml.`)
	f.Line(`global:`)
	f.Line(`  smtp_smarthost: '%s'`, s.Endpoint())
	f.Line(`  smtp_from: '%s'`, a.Address.String())
	f.Line(`  smtp_auth_username: '%s'`, s.Username)
	f.Comment(`The file that has the password.`)
	f.Line(`  smtp_auth_password_file: '/etc/alertmanager/smtp_password'`)
	if s.Implicit() {
		f.Comment(`On port 465 TLS begins with the first byte; the next word is about STARTTLS alone.`)
		f.Line(`  smtp_require_tls: false`)
	} else {
		f.Line(`  smtp_require_tls: true`)
	}
}

func nextcloud(a Account, s Server, f *sheet.Text) {
	f.Comment(`To be run as the user of the web server, in the folder of Nextcloud.`)
	f.Line(`php occ config:system:set mail_smtpmode --value=smtp`)
	f.Line(`php occ config:system:set mail_smtphost --value='%s'`, s.Host)
	f.Line(`php occ config:system:set mail_smtpport --value=%d`, s.Port)
	f.Line(`php occ config:system:set mail_smtpsecure --value=ssl`)
	f.Line(`php occ config:system:set mail_smtpauth --type=boolean --value=true`)
	f.Line(`php occ config:system:set mail_smtpname --value='%s'`, s.Username)
	f.Line(`php occ config:system:set mail_from_address --value='%s'`, a.Address.Local)
	f.Line(`php occ config:system:set mail_domain --value='%s'`, a.Address.Domain)
	f.Comment(`The password belongs into mail_smtppassword: Administration settings, Basic settings.`)
}

func gitlab(a Account, s Server, f *sheet.Text) {
	f.Comment(`For /etc/gitlab/gitlab.rb; then: gitlab-ctl reconfigure`)
	f.Line(`gitlab_rails['smtp_enable'] = true`)
	f.Line(`gitlab_rails['smtp_address'] = '%s'`, s.Host)
	f.Line(`gitlab_rails['smtp_port'] = %d`, s.Port)
	f.Line(`gitlab_rails['smtp_user_name'] = '%s'`, s.Username)
	f.Comment(`To be filled in.`)
	f.Line(`gitlab_rails['smtp_password'] = ''`)
	f.Line(`gitlab_rails['smtp_domain'] = '%s'`, a.Address.Domain)
	f.Line(`gitlab_rails['smtp_authentication'] = 'login'`)
	f.Line(`gitlab_rails['smtp_tls'] = true`)
	f.Line(`gitlab_rails['smtp_enable_starttls_auto'] = false`)
	f.Line(`gitlab_rails['smtp_openssl_verify_mode'] = 'peer'`)
	f.Line(`gitlab_rails['gitlab_email_from'] = '%s'`, a.Address.String())
}

func mastodon(a Account, s Server, f *sheet.Text) {
	f.Comment(`For .env.production.`)
	f.Line(`SMTP_SERVER=%s`, s.Host)
	f.Line(`SMTP_PORT=%d`, s.Port)
	f.Line(`SMTP_LOGIN=%s`, s.Username)
	f.Comment(`To be filled in.`)
	f.Line(`SMTP_PASSWORD=`)
	f.Line(`SMTP_FROM_ADDRESS=%s`, a.Address.String())
	f.Line(`SMTP_OPENSSL_VERIFY_MODE=peer`)
	if s.Implicit() {
		f.Line(`SMTP_SSL=true`)
	} else {
		f.Line(`SMTP_ENABLE_STARTTLS=always`)
	}
}

func vaultwarden(a Account, s Server, f *sheet.Text) {
	f.Comment(`For Vaultwarden's .env.`)
	f.Line(`SMTP_HOST=%s`, s.Host)
	f.Line(`SMTP_PORT=%d`, s.Port)
	if s.Implicit() {
		f.Line(`SMTP_SECURITY=force_tls`)
	} else {
		f.Line(`SMTP_SECURITY=starttls`)
	}
	f.Line(`SMTP_USERNAME=%s`, s.Username)
	f.Comment(`To be filled in.`)
	f.Line(`SMTP_PASSWORD=`)
	f.Line(`SMTP_FROM=%s`, a.Address.String())
	if a.Name != "" {
		f.Line(`SMTP_FROM_NAME=%s`, a.Name)
	}
}

func homeAssistant(a Account, s Server, f *sheet.Text) {
	f.Comment(`For configuration.yaml; the password is smtp_password in secrets.yaml.`)
	f.Line(`notify:`)
	f.Line(`  - name: mail`)
	f.Line(`    platform: smtp`)
	f.Line(`    server: '%s'`, s.Host)
	f.Line(`    port: %d`, s.Port)
	if s.Implicit() {
		f.Line(`    encryption: tls`)
	} else {
		f.Line(`    encryption: starttls`)
	}
	f.Line(`    verify_ssl: true`)
	f.Line(`    username: '%s'`, s.Username)
	f.Line(`    password: !secret smtp_password`)
	f.Line(`    sender: '%s'`, a.Address.String())
	if a.Name != "" {
		f.Line(`    sender_name: '%s'`, a.Name)
	}
	f.Line(`    recipient: '%s'`, a.Address.String())
}
