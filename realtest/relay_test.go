//go:build real

package realtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// relayMain and relayMaster make a Postfix that does nothing but send by its relay. DIR is
// where it keeps all its files.
const (
	relayMain = `compatibility_level = 3.6
queue_directory = DIR/queue
data_directory = DIR/data
maillog_file_prefixes = DIR
maillog_file = DIR/log
inet_interfaces = loopback-only
myhostname = client.example
mydestination =
smtp_host_lookup = native
in_flow_delay = 0
`
	relayMaster = `pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
postlog unix-dgram n - n - 1 postlogd
`
)

// asRelay runs Postfix with the files where Debian has them, until it knows what becomes of
// a message; its end says whether that was sent.
const asRelay = `set -e
mount --make-rprivate /
mount --bind "$1/hosts" /etc/hosts
mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf
mount --bind "$1/certs" /etc/ssl/certs
mount --bind "$1/postfix" /etc/postfix
postfix check
postfix start
printf 'Subject: x\n\nx\n' | sendmail -f "somebody@client.example" alice@example.org
n=0; until grep -q 'status=' "$1/log" || [ $n -gt 200 ]; do sleep 0.1; n=$((n + 1)); done
cat "$1/log"
grep -q 'status=sent' "$1/log"`

// TestRelayFiles lets Postfix send through an account with the files for it, and shows that
// it holds the message back where the server's certificate is bad.
func TestRelayFiles(t *testing.T) {
	t.Parallel()
	for _, name := range bothDomains {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			of := internet.of(name)
			folder := t.TempDir()
			if _, exit := mailcheck(t, "setup", "bob@"+of.domain(), "--for", "postfix", "--no-guess", "--directory", folder); exit != 0 {
				t.Fatalf("exit code %d", exit)
			}
			if out, err := relays(t, folder, of, of); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
			for _, bad := range []string{"files-wrong-name", "files-unknown-issuer", "files-stripped"} {
				if bad == "files-stripped" && name != "files-starttls" {
					continue
				}
				if out, err := relays(t, folder, of, internet.of(bad)); err == nil || !strings.Contains(out, "status=deferred") {
					t.Errorf("Postfix does not mind %s: %v\n%s", bad, err, out)
				}
			}
		})
	}
	t.Cleanup(func() { gotNoPassword(t) })
}

// relays lets Postfix send with the files of a folder, to a server at an address.
func relays(t *testing.T, folder string, of, at scenario) (string, error) {
	t.Helper()
	dir, write := machine(t, fmt.Sprintf("127.0.0.1 localhost\n%s smtp.%s\n", at.address, of.domain()))
	read := func(name string) string { return string(must(os.ReadFile(filepath.Join(folder, name)))) }
	write("postfix/main.cf", strings.ReplaceAll(relayMain, "DIR", dir)+read("relay.cf"), 0o644)
	write("postfix/master.cf", relayMaster, 0o644)
	write("postfix/sasl_passwd", strings.ReplaceAll(read("sasl_passwd"), ":PASSWORD", ":"+passwordOf(of.users[0])), 0o600)
	for _, name := range []string{"postfix-files", "dynamicmaps.cf"} { // without which it does not start
		if text, err := os.ReadFile(filepath.Join("/etc/postfix", name)); err == nil {
			write("postfix/"+name, string(text), 0o644)
		}
	}
	check(os.Mkdir(filepath.Join(dir, "queue"), 0o755))
	write("log", "", 0o644)
	out, err := exec.Command("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", asRelay, "sh", dir).CombinedOutput()
	return string(out), err
}
