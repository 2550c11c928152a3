//go:build real

package realtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// Users of setup files, who do not log in with their addresses.
const (
	oddName   = `o"h$a\r #1%`
	otherName = `o'hara "x"`
	plainName = "bob-plain"
)

// plainPassword is for programs that know ASCII alone.
const plainPassword = "plain-password"

// setupFiles are two domains whose settings files go to real programs, one for each way to
// begin TLS, and servers that stand in the place of theirs and deserve no password.
var setupFiles = []scenario{{
	name:     "files-tls",
	records:  calendarRecords,
	program:  members,
	cert:     filesGood,
	web:      strings.ReplaceAll(settings, "%EMAILADDRESS%", strings.ReplaceAll(oddName, `"`, "&quot;")),
	settings: "smtpd_sasl_path = DIR/members/auth\n",
	ports:    []int{993, 995, 465},
	users:    []string{oddName},
	servers:  []string{"imap imap:993 tls pass", "pop3 pop:995 tls pass", "submission smtp:465 tls pass"},
}, {
	name:    "files-starttls",
	program: members,
	cert:    filesGood,
	web: strings.NewReplacer("%EMAILADDRESS%", strings.ReplaceAll(otherName, `"`, "&quot;"), ">SSL<", ">STARTTLS<",
		">993<", ">143<", ">995<", ">110<", ">465<", ">587<").Replace(settings),
	settings: "smtpd_sasl_path = DIR/members/auth\n",
	ports:    []int{143, 110, 587},
	users:    []string{otherName},
	servers:  []string{"imap imap:143 starttls pass", "pop3 pop:110 starttls pass", "submission smtp:587 starttls pass"},
}, {
	name:     "files-plain",
	program:  members,
	cert:     filesGood,
	web:      strings.ReplaceAll(settings, "%EMAILADDRESS%", plainName),
	settings: "smtpd_sasl_path = DIR/members/auth\n",
	ports:    []int{993, 995, 465},
	users:    []string{plainName},
	servers:  []string{"imap imap:993 tls pass", "pop3 pop:995 tls pass", "submission smtp:465 tls pass"},
}, {
	name:     "files-wrong-name",
	program:  members,
	cert:     wrongName,
	settings: "smtpd_sasl_path = DIR/members/auth\n",
	ports:    everyPort,
	users:    []string{oddName, otherName, plainName},
	exit:     1,
	servers:  everyFails,
	findings: everyFinding("tls.name-mismatch"),
}, {
	name:     "files-unknown-issuer",
	program:  members,
	cert:     filesUnknown,
	settings: "smtpd_sasl_path = DIR/members/auth\n",
	ports:    everyPort,
	users:    []string{oddName, otherName, plainName},
	exit:     1,
	servers:  everyFails,
	findings: everyFinding("tls.private-ca"),
}, {
	name:     "files-stripped", // where STARTTLS was taken away, and logins are taken in clear
	program:  members,
	cert:     none,
	settings: "smtpd_sasl_path = DIR/members/auth\nsmtpd_tls_auth_only = no\n",
	ports:    []int{143, 110, 587},
	users:    []string{oddName, otherName, plainName},
	exit:     1,
	servers:  []string{"imap imap:143 starttls fail", "pop3 pop:110 starttls fail", "submission smtp:587 starttls fail"},
	findings: []string{"starttls.missing imap:143", "starttls.missing pop:110", "starttls.missing smtp:587"},
}}

var (
	everyPort  = []int{993, 143, 995, 110, 465, 587}
	everyFails = []string{
		"imap imap:993 tls fail", "imap imap:143 starttls fail", "pop3 pop:995 tls fail", "pop3 pop:110 starttls fail",
		"submission smtp:465 tls fail", "submission smtp:587 starttls fail",
	}
)

func everyFinding(id string) (all []string) {
	for _, endpoint := range []string{"imap:993", "imap:143", "pop:995", "pop:110", "smtp:465", "smtp:587"} {
		all = append(all, id+" "+endpoint)
	}
	return all
}

// fileUser is a program that a setup file is for.
type fileUser struct {
	format, file string // what --for takes, and where the file goes
	program      string
	sends        bool     // and not reads
	domains      []string // whose files it uses
	use          string   // how it is run, for a shell in the home directory; its end says whether it worked
}

var (
	bothDomains  = []string{"files-tls", "files-starttls"}
	plainDomains = []string{"files-tls", "files-plain"} // getmail has no STARTTLS, and knows odd names at POP3 alone
)

// fileUsers each end well only once they have logged in, and fetched or sent a message.
var fileUsers = []fileUser{
	{"msmtp", ".msmtprc", "msmtp", true, bothDomains, `printf 'Subject: x\n\nx\n' | msmtp alice@example.org`},
	{"neomutt", "neomuttrc", "neomutt", true, bothDomains, `echo x | neomutt -F neomuttrc -s x alice@example.org`},
	{"neomutt", "neomuttrc", "mutt", true, bothDomains, `echo x | mutt -F neomuttrc -s x alice@example.org`},
	{"mbsync", ".mbsyncrc", "mbsync", false, bothDomains, `mkdir -p "Mail/$DOMAIN" && mbsync -a && grep -rq 'Hello!' "Mail/$DOMAIN/INBOX"`},
	{"fetchmail", ".fetchmailrc", "fetchmail", false, bothDomains, atTerminal + `terminal "fetchmail -a --mda 'cat >>mail'" "Enter password" "$PASSWORD" && grep -q 'Hello!' mail`},
	{"getmail", "getmailrc", "getmail", false, plainDomains, `mkdir -p "Mail/$DOMAIN/cur" "Mail/$DOMAIN/new" "Mail/$DOMAIN/tmp" && getmail -g . -r getmailrc && grep -rq 'Hello!' "Mail/$DOMAIN/new"`},
	{"imapsync", "imapsync.sh", "imapsync", false, bothDomains, `case $DOMAIN in files-tls.*) one="--ssl1 --port1 993";; *) one="--nossl1 --tls1 --port1 143";; esac
printf %s "$PASSWORD" >secret; sh imapsync.sh --host1 "$GOOD" $one --sslargs1 SSL_verify_mode=0 --user1 "$LOGIN" --passfile1 "$HOME/secret" --passfile2 "$HOME/secret" --justlogin --noreleasecheck --nolog --pidfile pid`},
	{"emacs", "mail.el", "emacs", false, bothDomains, emacsBatch(`getenv "PASSWORD"`) + `(unless (nnimap-open-server (nth 1 gnus-select-method) (nthcdr 2 gnus-select-method)) (error "%s" (nnheader-get-report (quote nnimap)))))'`},
	{"emacs", "mail.el", "emacs", true, bothDomains, emacsBatch(`encode-coding-string (getenv "PASSWORD") (quote utf-8)`) + `(with-temp-buffer
  (insert "From: " user-mail-address "\nTo: alice@example.org\nSubject: x\n" mail-header-separator "\nx\n") (smtpmail-send-it)))'`},
	{"aerc", ".config/aerc/accounts.conf", "aerc", false, bothDomains, atTerminal + `terminal aerc 'Hello|x509|not available|rror' ':quit' && grep -q Hello screen`},
}

// atTerminal is a shell function that runs a program at a terminal: whenever a pattern is on
// the screen, what comes after it is typed, a single letter again where nothing follows.
const atTerminal = `terminal() {
	mkfifo keys; script -qefc "$1" screen <keys >/dev/null & shift; exec 3>keys; touch screen; typed=
	while [ $# -gt 0 ]; do
		n=0
		until grep -Eq "$1" screen || ! kill -0 $! 2>/dev/null || [ $n -gt 150 ]; do
			sleep 0.1; n=$((n + 1))
			[ $((n % 30)) != 29 ] || [ ${#typed} != 1 ] || printf %s "$typed" >&3
		done
		typed=$2; { printf '%s\r' "$2" >&3; } 2>/dev/null; shift 2
	done
	wait $!
}
`

// emacsBatch begins a call of Emacs whose keyring has a password for whatever user the
// setup file names: an expression, since smtpmail does not encode it by itself.
func emacsBatch(password string) string {
	return strings.ReplaceAll(`mkdir .emacs.d; emacs -Q --batch --load mail.el --eval '(progn (require (quote nnimap)) (require (quote smtpmail)) (require (quote auth-source))
  (advice-add (quote auth-source-search) :override (lambda (&rest spec) (list (list :host (plist-get spec :host) :port (plist-get spec :port)
    :user (plist-get spec :user) :secret (lambda () (SECRET))))))
`, "SECRET", password)
}

// passwordOf returns the password of a user of Dovecot.
func passwordOf(user string) string {
	if user == plainName {
		return plainPassword
	}
	if slices.ContainsFunc(everyWay, func(s scenario) bool { return slices.Contains(s.users, user) }) {
		return waysPassword
	}
	return memberPassword
}

// asNobody runs a command line as a user whose machine trusts the authority of the tests
// and no other, and finds the servers of a domain where they are told.
const asNobody = `set -e
mount --make-rprivate /
mount -t proc proc /proc
mount --bind "$1/hosts" /etc/hosts
mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf
mount --bind "$1/certs" /etc/ssl/certs
cd "$1/home"
exec env -i LC_ALL=C.UTF-8 TERM=xterm USER=nobody HOME="$1/home" PATH="$1/bin:/usr/local/bin:/usr/bin:/bin" DOMAIN="$2" LOGIN="$3" PASSWORD="$4" GOOD="$6" \
	setpriv --reuid 65534 --regid 65534 --clear-groups timeout 60 sh -c "$5"`

// run lets the program work with a setup file, at servers at an address.
func (u fileUser) run(t *testing.T, file string, of, at scenario) (string, error) {
	t.Helper()
	reading, sending := at, of
	if u.sends {
		reading, sending = of, at
	}
	return atHome(t, map[string]string{u.file: file}, u.use, of, reading, sending)
}

// atHome runs a command line in a home directory with some files, for the first user of a
// domain, whose servers for reading and sending are those of two scenarios.
func atHome(t *testing.T, files map[string]string, use string, of, reading, sending scenario) (string, error) {
	t.Helper()
	domain := of.domain()
	dir, write := machine(t, fmt.Sprintf("127.0.0.1 localhost %s\n%s imap.%[4]s pop.%[4]s\n%[3]s smtp.%[4]s\n", must(os.Hostname()), reading.address, sending.address, domain))
	write("bin/secret-tool", "#!/bin/sh\n[ \"$*\" = 'lookup service mail user bob@"+domain+"' ] && printf %s \"$PASSWORD\"\n", 0o755)
	for name, text := range files {
		write("home/"+name, text, 0o600)
	}
	check(filepath.WalkDir(filepath.Join(dir, "home"), func(path string, _ os.DirEntry, err error) error {
		check(err)
		return os.Chown(path, nobody, nobody)
	}))
	if out, err := exec.Command("openssl", "rehash", filepath.Join(dir, "certs")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cmd := exec.Command("sh", "-c", asNobody, "sh", dir, domain, of.users[0], passwordOf(of.users[0]), use, of.address.String())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID} // with it ends whatever it has started
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// machine makes the files of a machine that finds the servers where hosts says, and trusts
// the authority of the tests and no other. It returns their folder, and what puts a further
// one there.
func machine(t *testing.T, hosts string) (dir string, write func(name, text string, mode os.FileMode)) {
	t.Helper()
	dir = must(os.MkdirTemp("", "mailcheck-machine-"))
	t.Cleanup(func() { os.RemoveAll(dir) })
	check(os.Chmod(dir, 0o755))
	write = func(name, text string, mode os.FileMode) {
		check(os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		check(os.WriteFile(filepath.Join(dir, name), []byte(text), mode))
	}
	write("hosts", hosts, 0o644)
	write("nsswitch.conf", "hosts: files\npasswd: files\ngroup: files\n", 0o644)
	write("certs/ca-certificates.crt", string(pemBlock("CERTIFICATE", internet.root.cert.Raw)), 0o644)
	return dir, write
}

// TestSetupFiles lets each program work with its file at the servers that are meant, and
// at others in their place, which must not come to see the password.
func TestSetupFiles(t *testing.T) {
	t.Parallel()
	for _, u := range fileUsers {
		t.Run(u.program, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(u.program); err != nil {
				leaveOut("setup file of "+u.format, u.program+" is not installed")
				t.Skip()
			}
			for _, name := range u.domains {
				of := internet.of(name)
				file, exit := mailcheck(t, "setup", "bob@"+of.domain(), "--for", u.format, "--no-guess")
				if exit != 0 {
					t.Errorf("%s: exit code %d", name, exit)
					continue
				}
				if strings.Contains(file, passwordOf(of.users[0])) {
					t.Errorf("%s: the password is in the file", name)
				}
				if out, err := u.run(t, file, of, of); err != nil {
					t.Errorf("%s: %v\n%s\n%s", name, err, out, file)
				}
				for _, bad := range []string{"files-wrong-name", "files-unknown-issuer", "files-stripped"} {
					if bad == "files-stripped" && name != "files-starttls" {
						continue
					}
					out, err := u.run(t, file, of, internet.of(bad))
					if err == nil {
						t.Errorf("%s: the program does not mind %s\n%s", name, bad, out)
					}
				}
			}
		})
	}
	t.Cleanup(func() { gotNoPassword(t) })
}

// gotNoPassword looks for what the servers log of whoever logs in, or tries to.
func gotNoPassword(t *testing.T) {
	for _, name := range []string{"files-wrong-name", "files-unknown-issuer", "files-stripped"} {
		s := internet.of(name)
		for line := range strings.Lines(internet.logs()) {
			here := strings.Contains(line, "lip="+s.address.String()+",") || strings.Contains(line, " "+name+"/smtpd[")
			for _, phrase := range []string{"Login:", "auth failed", "sasl_username", "SASL", "plaintext"} {
				if here && strings.Contains(line, phrase) {
					t.Errorf("%s saw a login: %s", name, line)
				}
			}
		}
	}
}
