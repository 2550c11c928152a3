//go:build real

package realtest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// members is Dovecot with users who may log in, for itself and for Postfix.
const members = "Dovecot with users"

// The user who may log in, under the whole address alone.
const (
	memberName     = "bob@login.example"
	memberPassword = `correct "horse" pässwörd`
)

// logins is a domain whose settings file has the user name in the wrong form.
var logins = []scenario{{
	name:     "login",
	program:  members,
	web:      strings.ReplaceAll(settings, "%EMAILADDRESS%", "%EMAILLOCALPART%"),
	settings: "smtpd_sasl_path = DIR/members/auth\n",
	ports:    []int{993, 143, 995, 110, 465, 587},
	users:    []string{memberName},
	servers: []string{
		"imap imap:993 tls pass", "imap imap:143 starttls pass",
		"pop3 pop:995 tls pass", "pop3 pop:110 starttls pass",
		"submission smtp:465 tls pass", "submission smtp:587 starttls pass",
	},
}, {
	name:     "mailbox",
	program:  members,
	web:      settings,
	settings: "smtpd_sasl_path = DIR/members/auth\n",
	ports:    []int{993, 143, 995, 110, 465, 587},
	users:    []string{memberAt("mailbox"), homelessAt("mailbox")},
	servers: []string{
		"imap imap:993 tls pass", "imap imap:143 starttls pass",
		"pop3 pop:995 tls pass", "pop3 pop:110 starttls pass",
		"submission smtp:465 tls pass", "submission smtp:587 starttls pass",
	},
}, {
	name:    "stands", // whose user has a mailbox that is nearly full
	program: members,
	ports:   []int{993, 995},
	users:   []string{memberAt("stands")},
	servers: []string{"imap imap:993 tls pass", "pop3 pop:995 tls pass"},
}, {
	name:    "senders",
	program: members,
	settings: "smtpd_sasl_path = DIR/members/auth\nsmtpd_sender_restrictions = reject_sender_login_mismatch\n" +
		"smtpd_sender_login_maps = inline:{ { bob@senders.example = bob@senders.example }, { homeless@senders.example = somebody@senders.example } }\n",
	ports:   []int{465, 587},
	users:   []string{memberAt("senders"), homelessAt("senders")},
	servers: []string{"submission smtp:465 tls pass", "submission smtp:587 starttls pass"},
}, {
	name:     "full", // whose disk never has enough room
	program:  members,
	settings: "smtpd_sasl_path = DIR/members/auth\nqueue_minfree = 1000000000000000000\nmessage_size_limit = 10240000\n",
	ports:    []int{465, 587},
	users:    []string{homelessAt("full")},
	servers:  []string{"submission smtp:465 tls pass", "submission smtp:587 starttls pass"},
}, {
	name:     "lone", // whose users may have one connection to each service
	program:  members,
	settings: "mail_max_userip_connections = 1\npop3_lock_session = yes\n",
	ports:    []int{993, 143, 995, 110},
	users:    []string{memberAt("lone")},
	servers:  []string{"imap imap:993 tls pass", "imap imap:143 starttls pass", "pop3 pop:995 tls pass", "pop3 pop:110 starttls pass"},
}, {
	name:     "ways", // whose users may show a certificate
	program:  members,
	settings: "ssl_ca = <DIR/root.pem\nssl_require_crl = no\nssl_verify_client_cert = yes\nssl_cert_username_field = commonName\n",
	ports:    []int{993, 143, 995},
	users:    []string{memberAt("ways")},
	servers:  []string{"imap imap:993 tls pass", "imap imap:143 starttls pass", "pop3 pop:995 tls pass"},
}}

// members starts Dovecot for the scenarios with users. The passwords are kept in
// clear, so that every mechanism can be offered.
func (w *world) members(scenarios []scenario) {
	var doors loginDoors
	var users, local strings.Builder
	for _, s := range scenarios {
		doors.open(s)
		for _, user := range s.users {
			// Dovecot looks the name up as it escapes it.
			name := strings.NewReplacer(`\`, `\\`, `"`, `\"`, `'`, `\'`).Replace(user)
			fmt.Fprintf(&users, "%s:{PLAIN}%s::::%s::\n", name, passwordOf(user), w.path("members", "mail", folderOf(user)))
		}
		switch {
		case s.cert == none: // and whoever asks may log in all the same
			fmt.Fprintf(&local, "local %s {\n  ssl = no\n  disable_plaintext_auth = no\n}\n", s.address)
		case s.cert != "":
			fmt.Fprintf(&local, "local %[1]s {\n  ssl_cert = <%[2]s\n  ssl_key = <%[2]s\n}\n", s.address, w.path(s.pem()))
		}
		if !slices.Contains(s.ports, 587) && !slices.Contains(s.ports, 465) { // else the settings are Postfix's
			fmt.Fprintf(&local, "local %s {\n%s}\n", s.address, s.configured(w.dir))
		}
	}
	w.write("members/users", users.String())
	w.maildirs("members", nobody, scenarios)
	w.filters(memberAt("sieve-trip"), rules)
	w.filters(memberAt("services"), rules)
	w.write("members.conf", fmt.Sprintf(`
base_dir = %[1]s/members/run
state_dir = %[1]s/members/run
log_path = %[1]s/members.log
protocols = imap pop3 lmtp sieve
listen = 127.0.0.1
ssl = yes
ssl_cert = <%[1]s/good.pem
ssl_key = <%[1]s/good.pem
disable_plaintext_auth = yes
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256 external
auth_failure_delay = 0
auth_ssl_username_from_cert = yes
auth_username_chars =
mail_location = maildir:~
passdb {
  driver = static
  mechanisms = external
  args = nopassword
}
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%%u %[1]s/members/users
}
userdb {
  driver = passwd-file
  args = username_format=%%u %[1]s/members/users
  default_fields = uid=nobody gid=nogroup
}
mail_plugins = quota
protocol imap {
  mail_plugins = quota imap_quota
}
protocol lmtp {
  mail_plugins = quota sieve
}
plugin {
  quota = maildir:User quota
  quota_rule = *:storage=1M
  sieve = file:%[1]s/members/sieve/%%u/scripts;active=%[1]s/members/sieve/%%u/active.sieve
}
namespace inbox {
  inbox = yes
  mailbox Sent {
    special_use = \Sent
    auto = create
  }
  mailbox Trash {
    special_use = \Trash
    auto = create
  }
  mailbox Junk { # which the first rule for it makes
    special_use = \Junk
  }
  mailbox Entwürfe {
    auto = create
  }
  mailbox Lists { # by Postfix, so that Dovecot would not notice within a session that it is new
    auto = create
  }
}
service auth {
  unix_listener %[1]s/members/auth {
    mode = 0666
  }
}
service lmtp {
  unix_listener %[1]s/members/lmtp {
    mode = 0666
  }
}
service anvil { # which makes whoever failed once wait longer each time
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
%[2]s%[3]s`, w.dir, doors.services(), local.String()))
	w.start("dovecot", "-F", "-c", w.path("members.conf"))
}

// filters gives a user a filter script that is active.
func (w *world) filters(user, script string) {
	w.write(filepath.Join("members/sieve", user, "scripts/filing.sieve"), script)
	check(os.Symlink("scripts/filing.sieve", w.path("members/sieve", user, "active.sieve")))
	check(filepath.WalkDir(w.path("members/sieve"), func(path string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, nobody, nobody)) // who also compiles it
	}))
}

// logIn runs mailcheck with a password from a file, and makes sure that it is
// nowhere in the output.
func logIn(t *testing.T, password string, args ...string) (report, int) {
	t.Helper()
	args = append(args, "--password-file", passwordFile(t, password))
	text, _ := mailcheck(t, append(slices.Clone(args), "-v")...)
	if strings.Contains(text, password) {
		t.Errorf("the password is in the output:\n%s", text)
	}
	return mailcheckJSON(t, args...)
}

func passwordFile(t *testing.T, password string) string {
	t.Helper()
	file := t.TempDir() + "/password"
	check(os.WriteFile(file, []byte(password+"\n"), 0o600))
	return file
}

// finds reports whether something was found at whatever server. Which one is asked first
// depends on which is ready, and a loaded machine takes its time.
func (r report) finds(id string) bool {
	return slices.ContainsFunc(r.Findings, func(f finding) bool { return f.ID == id })
}

// The settings file publishes the part before the @; the servers take the address.
func TestLogin(t *testing.T) {
	t.Parallel()
	r, exit := logIn(t, memberPassword, "check", memberName, "--no-guess")
	if exit != 1 || !r.finds("publish.username-refused") {
		t.Errorf("exit code %d, findings %+v", exit, r.Findings)
	}
	for _, s := range r.Servers {
		if s.Login.State != "accepted" || s.Login.Username != memberName {
			t.Errorf("%s:%d: %+v", s.Host, s.Port, s.Login)
		}
	}
	if len(r.Servers) != 3 {
		t.Errorf("%d servers", len(r.Servers))
	}
}

// A wrong password is tried at one server, under both forms of the user name.
func TestLoginRejected(t *testing.T) {
	t.Parallel()
	r, exit := logIn(t, "not the password", "check", memberName, "--no-guess")
	if exit != 1 || !r.finds("login.rejected") {
		t.Errorf("exit code %d, findings %+v", exit, r.Findings)
	}
	var states []string
	for _, s := range r.Servers {
		states = append(states, s.Login.State)
	}
	same(t, "states", states, []string{"rejected", "skipped", "skipped"})
}

// Every mechanism that mailcheck knows lets the user in at Dovecot and at Postfix, by
// TLS and by STARTTLS.
func TestLoginMechanisms(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{"imaps://imap", "imap://imap", "pop3s://pop", "pop3://pop", "submissions://smtp", "submission://smtp"} {
		r, exit := logIn(t, memberPassword, "probe", scheme+".login.example", "--username", memberName, "--all-mechanisms")
		if exit != 0 {
			t.Errorf("%s: exit code %d, findings %+v", scheme, exit, r.Findings)
		}
		var accepted []string
		for _, step := range r.Servers[0].Steps {
			if step.Op == "auth" && step.Error == "" {
				accepted = append(accepted, strings.TrimSpace(strings.Split(step.Detail, " as ")[0]))
			}
		}
		want := []string{"PLAIN", "LOGIN", "SCRAM-SHA-256 (flag y)", "SCRAM-SHA-1", "CRAM-MD5"}
		switch {
		case strings.HasPrefix(scheme, "imap"):
			want = append(want, "LOGIN command")
		case strings.HasPrefix(scheme, "pop3"):
			want = append(want, "USER command")
		}
		same(t, scheme+": accepted", accepted, want)
	}
}

// A server whose certificate is for another name gets no password.
func TestNoLoginWithoutTrust(t *testing.T) {
	t.Parallel()
	r, _ := logIn(t, memberPassword, "probe", "imaps://imap.wrong-name.example", "--username", memberName)
	if s := r.Servers[0]; s.Login.State != "skipped" {
		t.Errorf("%+v", s.Login)
	}
}
