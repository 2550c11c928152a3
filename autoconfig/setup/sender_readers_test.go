package setup

import (
	"fmt"
	"net"
	"net/mail"
	"strings"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
)

// mixed are names that no quotation marks hold for all readers of .env files.
func mixed(name string) bool {
	return strings.Contains(name, "'") && strings.ContainsAny(name, "\"$`\\!#")
}

// envValues reads lines of a name and a value in quotation marks, also those behind a
// number sign without a space, which somebody may take it from. Of these a name may come
// twice.
func envValues(text string) (map[string]string, error) {
	values := map[string]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		key, value, ok := strings.Cut(strings.TrimPrefix(line, "#"), "=")
		if _, twice := values[key]; twice || !ok {
			return nil, fmt.Errorf("the line %q", line)
		}
		inner := strings.TrimSuffix(value[min(1, len(value)):], value[:min(1, len(value))])
		switch {
		case !strings.ContainsAny(value, "'\" #$`\\"):
			values[key] = value
		case value == "'"+inner+"'" && !strings.Contains(inner, "'"), value == `"`+inner+`"` && !strings.ContainsAny(inner, "\"$`\\!#"):
			values[key] = inner
		default:
			return nil, fmt.Errorf("the line %q", line)
		}
	}
	return values, nil
}

func readEnv(made Setup, _ mailcheck.Address) (told, error) {
	values, err := envValues(string(made.Files[0].Body()))
	if err != nil {
		return told{}, err
	}
	s, err := read(mailcheck.Submission, values["SMTP_HOST"], values["SMTP_PORT"], values["SMTP_USER"], values["SMTP_SECURITY"] == "tls", string(Password))
	if err != nil || values["SMTP_PASSWORD"] != "" || values["MAIL_PASSWORD"] != "" {
		return told{}, fmt.Errorf("the values %q: %v", values, err)
	}
	dsn, query, _ := strings.Cut(values["MAILER_DSN"], "?")
	symfony, err := dsnServer(dsn)
	if err != nil || symfony.Host != s.Host || symfony.Port != s.Port || symfony.Username != s.Username || symfony.Security != s.Security || (query == "require_tls=true") != (s.Security == mailcheck.StartTLS) {
		return told{}, fmt.Errorf("the DSN %q: %v", values["MAILER_DSN"], err)
	}
	if user, ok := values["MAIL_USERNAME"]; ok && (user != s.Username || values["MAIL_HOST"] != s.Host || values["MAIL_SCHEME"] != "smtps") || ok != (s.Security == mailcheck.ImplicitTLS) {
		return told{}, fmt.Errorf("the values %q", values)
	}
	return told{servers: []mailcheck.Server{s}, address: values["SMTP_FROM"], person: values["SMTP_FROM_NAME"]}, nil
}

// dsnServer reads a URL with a placeholder for the password.
func dsnServer(text string) (mailcheck.Server, error) {
	s, _, err := locator(strings.Replace(text, ":PASSWORD@", "@", 1))
	return s, err
}

// appsRefuse are names that one of the programs would take for something else.
func appsRefuse(name string) bool {
	return mixed(name) || strings.ContainsAny(name, "`$") || strings.Contains(name, "%(") || strings.Contains(name, "{{")
}

// noAddress are addresses that programs do not read as they stand.
func noAddress(address string) bool {
	a, err := mail.ParseAddress("<" + address + ">")
	return err != nil || a.String() != "<"+address+">"
}

// unquoted reads a value in quotation marks of one kind, doubled or behind a backslash
// where one stands in it.
func unquoted(value, mark, inside string) (string, error) {
	if len(value) < 2 || !strings.HasPrefix(value, mark) || !strings.HasSuffix(value, mark) {
		return value, nil
	}
	value = value[1 : len(value)-1]
	rest := value
	if inside != "" {
		rest = strings.ReplaceAll(value, inside, "")
		value = strings.ReplaceAll(value, inside, mark)
	}
	if strings.Contains(rest, mark) {
		return "", fmt.Errorf("%s has a live %s", value, mark)
	}
	return value, nil
}

// readApps reads every file as its program does; all have to say the same.
func readApps(made Setup, _ mailcheck.Address) (told, error) {
	var same told
	for _, file := range made.Files {
		values := map[string]string{}
		for line := range strings.Lines(string(file.Body())) {
			line = strings.TrimSpace(line)
			key, value, mark, inside := "", "", "'", ""
			switch file.Name {
			case "gitea.ini", "grafana.ini":
				key, value, _ = strings.Cut(line, " = ")
				mark = "`"
			case "alertmanager.yml", "home-assistant.yml":
				key, value, _ = strings.Cut(line, ": ")
				inside = "''"
			case "nextcloud.sh":
				key, value, _ = strings.Cut(strings.TrimPrefix(line, "php occ config:system:set "), " --value=")
				inside = `'\''`
			case "gitlab.rb":
				key, value, _ = strings.Cut(line, " = ")
				key, inside = strings.TrimSuffix(strings.TrimPrefix(key, "gitlab_rails['"), "']"), `\'`
				value = strings.ReplaceAll(value, `\\`, "\x00")
			default:
				continue
			}
			if line == "" || line[0] == '#' {
				continue
			}
			read, err := unquoted(value, mark, inside)
			if err != nil {
				return told{}, fmt.Errorf("%s: %w", file.Name, err)
			}
			values[key] = strings.ReplaceAll(read, "\x00", `\`)
		}
		if strings.HasSuffix(file.Name, ".env") {
			var err error
			if values, err = envValues(string(file.Body())); err != nil {
				return told{}, err
			}
		}
		k := appKeys[file.Name]
		host, port := values[k.host], values[k.port]
		if k.port == "" {
			var err error
			if host, port, err = net.SplitHostPort(host); err != nil {
				return told{}, err
			}
		}
		protection := values[k.protection]
		if protection != k.implicit && protection != k.starttls {
			return told{}, fmt.Errorf("%s: the protection is %q", file.Name, protection)
		}
		s, err := read(mailcheck.Submission, host, port, values[k.user], protection == k.implicit, string(Password))
		if err != nil {
			return told{}, fmt.Errorf("%s: %w", file.Name, err)
		}
		of := told{[]mailcheck.Server{s}, values[k.address], ""}
		switch file.Name {
		case "gitea.ini":
			of.address = strings.TrimSuffix(of.address[strings.LastIndexByte(of.address, '<')+1:], ">")
		case "nextcloud.sh":
			of.address += "@" + values["mail_domain"]
		}
		if same.servers == nil {
			same = of
		}
		if diff := cmp.Diff(same, of, cmp.AllowUnexported(told{})); diff != "" {
			return told{}, fmt.Errorf("%s says something else:\n%s", file.Name, diff)
		}
	}
	return same, nil
}

// appKeys are the names that the programs have for the parts of a setup.
var appKeys = map[string]struct{ host, port, user, address, protection, implicit, starttls string }{
	"gitea.ini":          {"SMTP_ADDR", "SMTP_PORT", "USER", "FROM", "PROTOCOL", "smtps", "smtp+starttls"},
	"grafana.ini":        {"host", "", "user", "from_address", "startTLS_policy", "", "MandatoryStartTLS"},
	"alertmanager.yml":   {"smtp_smarthost", "", "smtp_auth_username", "smtp_from", "smtp_require_tls", "false", "true"},
	"nextcloud.sh":       {"mail_smtphost", "mail_smtpport", "mail_smtpname", "mail_from_address", "mail_smtpsecure", "ssl", "none"},
	"gitlab.rb":          {"smtp_address", "smtp_port", "smtp_user_name", "gitlab_email_from", "smtp_tls", "true", "none"},
	"mastodon.env":       {"SMTP_SERVER", "SMTP_PORT", "SMTP_LOGIN", "SMTP_FROM_ADDRESS", "SMTP_ENABLE_STARTTLS", "", "always"},
	"vaultwarden.env":    {"SMTP_HOST", "SMTP_PORT", "SMTP_USERNAME", "SMTP_FROM", "SMTP_SECURITY", "force_tls", "starttls"},
	"home-assistant.yml": {"server", "port", "username", "sender", "encryption", "tls", "starttls"},
}
