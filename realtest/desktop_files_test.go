//go:build real

package realtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// desktopUser is a program with windows that setup files are for.
type desktopUser struct {
	format, program string
	folder          string // where its files go
	use             string // how it is run, for a shell in the home directory at a desktop; it says "logged in" or "refused"
}

// atDesktop begins a script at a desktop of its own, with a keyring that is open. GIO takes
// a machine without a route for one that is offline, unless it is told not to look.
const atDesktop = `export XDG_RUNTIME_DIR="$HOME/run" NO_AT_BRIDGE=1 GSETTINGS_BACKEND=memory GIO_USE_NETWORK_MONITOR=base
mkdir -m 700 run
Xvfb -displayfd 3 -nolisten tcp 3>display &
until [ -s display ]; do sleep 0.1; done
export DISPLAY=:$(cat display)
printf x | gnome-keyring-daemon --unlock --components=secrets
until dbus-send --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets | grep -q true; do sleep 0.1; done
keep() { printf %s "$PASSWORD" | /usr/bin/secret-tool store --label=mail "$@"; }
# title waits for a window and sets id.
title() { id=$(xdotool search --sync --onlyvisible --name "$1" | head -n 1); }
# outcome waits for a pattern in the log of a program that has logged in, or for another
# there, or for a window with a title.
outcome() {
	n=0
	while [ $((n += 1)) -lt 150 ]; do
		if grep -Pzq "$1" log*; then echo logged in >result; return; fi
		if grep -Pzq "$2" log* || xdotool search --onlyvisible --name "${3:-no window}" | grep -q .; then echo refused >result; return; fi
		sleep 0.2
	done
	cat log* >result
}
`

// atWindows runs a script at such a desktop.
const atWindows = `dbus-run-session -- sh use >output 2>&1; cat result || cat output`

var desktopUsers = []desktopUser{
	{"evolution", "evolution", ".config/evolution/sources", `
for f in .config/evolution/sources/*.source; do
	keep xdg:schema org.gnome.Evolution.Data.Source eds-origin evolution-data-server e-source-uid "$(basename "$f" .source)"
done
CAMEL_DEBUG=imapx:io stdbuf -oL evolution -c mail >log 2>&1 &
# A greeting, the end of the connection, and another connection; or a question.
outcome 'UID FETCH' "imapx:(.)\][^\n]*ready[^\n]*\n[^\n]*''\n((?!\[imapx)[^\n]*\n)*\[imapx:(?!\1)" '^Certificate trust'
`},
	{"geary", "geary", ".config/geary/account_01", `
keep xdg:schema org.gnome.Geary proto IMAP host "imap.$DOMAIN" login "$LOGIN"
keep xdg:schema org.gnome.Geary proto SMTP host "smtp.$DOMAIN" login "$LOGIN"
stdbuf -oL geary -d >log 2>&1 &
outcome 'Status changed to: connected' 'tls-validation-failed|STARTTLS unavailable'
`},
	{"claws", "claws-mail", ".claws-mail", `
stdbuf -oL claws-mail --debug >log 2>&1 &
title "Setup Wizard"
xdotool windowmove --sync $id 0 0
for x in 295 295 295 295 397; do xdotool mousemove $x 480 click 1; done # Next, and Save
title 'TLS certificate is|^Error$'
echo refused >result
grep -q "^$GOOD imap" /etc/hosts || exit 0
xdotool windowfocus --sync $id key alt+a # accept
title password
xdotool windowfocus --sync $id type --delay 150 "$PASSWORD"
xdotool key Return
outcome 'UID FETCH' 'LOGIN failed'
`},
	// The part of KMail that reads mail runs without KMail, and asks for the password before
	// it connects.
	{"kmail", "akonadictl", "kmail", `
export KIMAP_LOGFILE="$HOME/log"
dbus-update-activation-environment DISPLAY XDG_RUNTIME_DIR KIMAP_LOGFILE
mkdir .config
printf '[Wallet]\nEnabled=false\n' >.config/kwalletrc
sh kmail/kmail.sh >log 2>&1
title '^Password'
xdotool windowfocus --sync $id type --delay 150 "$PASSWORD"
xdotool key Return
outcome 'C: A[0-9]+ LIST' 'no such line' 'Server Authentication|Could Not Authenticate'
`},
}

// decides lets a program use its files until it does what is wanted, or logs in where it
// must not. On a busy machine a window may come too late for what is typed into it, or get
// only a part of the password, which looks like a refusal.
func (u desktopUser) decides(t *testing.T, want string, files map[string]string, of, at scenario) (out string, err error) {
	t.Helper()
	for range 4 {
		out, err = atHome(t, files, atWindows, of, at, at)
		if out = strings.TrimSpace(out); out == want || out == "logged in" {
			break
		}
	}
	return out, err
}

// TestDesktopFiles lets programs with windows read mail with their files at the servers
// that are meant, and at others in their place, which must not come to see the password.
func TestDesktopFiles(t *testing.T) {
	t.Parallel()
	for _, u := range desktopUsers {
		t.Run(u.format, func(t *testing.T) {
			t.Parallel()
			for _, program := range []string{u.program, "Xvfb", "xdotool", "gnome-keyring-daemon", "secret-tool", "dbus-run-session"} {
				if _, err := exec.LookPath(program); err != nil {
					leaveOut("setup files of "+u.format, program+" is not installed")
					t.Skip()
				}
			}
			for _, name := range bothDomains {
				of := internet.of(name)
				files := map[string]string{"use": atDesktop + u.use}
				folder := t.TempDir()
				if _, exit := mailcheck(t, "setup", "bob@"+of.domain(), "--for", u.format, "--name", `Bob "B" O'Hara`, "--no-guess", "--directory", folder); exit != 0 {
					t.Errorf("%s: exit code %d", name, exit)
					continue
				}
				for _, path := range must(filepath.Glob(filepath.Join(folder, "*"))) {
					files[u.folder+"/"+filepath.Base(path)] = string(must(os.ReadFile(path)))
				}
				for at, want := range map[string]string{name: "logged in", "files-wrong-name": "refused", "files-unknown-issuer": "refused", "files-stripped": "refused"} {
					if at == "files-stripped" && name != "files-starttls" {
						continue
					}
					switch out, err := u.decides(t, want, files, of, internet.of(at)); {
					case out == want:
					case out == "logged in" || out == "refused":
						t.Errorf("%s at %s: it %s", name, at, out)
					default:
						leaveOut("setup files of "+u.format+" at "+at, "nothing came of it in four times")
						t.Logf("%s at %s: %v\n%s", name, at, err, out)
					}
				}
			}
		})
	}
	t.Cleanup(func() { gotNoPassword(t) })
}
