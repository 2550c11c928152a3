//go:build real

package realtest

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
)

// nats is a NATS server with the configuration of docs/bulk.md, of which a survey's queue is.
type nats struct {
	dir, address string
	process      *exec.Cmd
}

// newNATS prepares one, whose users are those of a change to the configuration.
func newNATS(t *testing.T, change func(config string) string) *nats {
	t.Helper()
	if os.Getenv("MAILCHECK_NATS") == "" {
		leaveOut("a queue in a NATS server", "MAILCHECK_NATS names no program")
		t.Skip()
	}
	n := &nats{dir: t.TempDir(), address: fmt.Sprintf("127.0.0.1:%d", freePort(netip.MustParseAddr("127.0.0.1")))}
	certificate := internet.issue(leaf{}, 4222, internet.root, []string{"localhost"})
	check(os.WriteFile(n.dir+"/server.pem", certificate, 0o600))
	config := strings.NewReplacer("0.0.0.0:4222", n.address, "/var/lib/nats", n.dir+"/store",
		"/etc/nats/cert.pem", n.dir+"/server.pem", "/etc/nats/key.pem", n.dir+"/server.pem").Replace(recipe(t, "/etc/nats-server.conf"))
	check(os.WriteFile(n.dir+"/conf", []byte(change(config)), 0o600))
	n.start(t)
	t.Cleanup(n.kill)
	return n
}

func (n *nats) start(t *testing.T) {
	t.Helper()
	log := must(os.Create(n.dir + "/log"))
	defer log.Close()
	n.process = exec.Command(os.Getenv("MAILCHECK_NATS"), "-c", n.dir+"/conf")
	n.process.Stderr = log
	n.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	check(n.process.Start())
	if err := answers(n.address); err != nil {
		t.Fatalf("%v\n%s", err, must(os.ReadFile(n.dir+"/log")))
	}
}

// kill gives it no time to write anything.
func (n *nats) kill() {
	n.process.Process.Kill()
	n.process.Wait()
}

// url is that of the server with a scheme.
func (n *nats) url(scheme string) string {
	return scheme + "://" + strings.Replace(n.address, "127.0.0.1", "localhost", 1)
}

// write returns the name of a file with a secret.
func (n *nats) write(name string, content []byte) string {
	check(os.WriteFile(n.dir+"/"+name, content, 0o600))
	return n.dir + "/" + name
}

// bulk is a process of a subcommand of bulk, with the server's certificate authority.
func (n *nats) bulk(creds string, args ...string) *exec.Cmd {
	args = append([]string{"bulk"}, args...)
	return exec.Command(os.Getenv("MAILCHECK_BINARY"), append(args, "--nats", n.url("tls"), "--nats-creds", creds, "--nats-ca", internet.path("root.pem"))...)
}

// tests are the flags of a worker in this internet.
func tests() []string {
	return []string{"--resolver", internet.resolver, "--ca-file", internet.path("root.pem"), "--ispdb", "off", "--no-guess", "--rate", "100", "--lost-after", "2s", "--fields", "verdict"}
}

// withKey has the user of an NKey alone, whose seed is returned.
func withKey(t *testing.T) (change func(string) string, seed []byte) {
	key := must(nkeys.CreateUser())
	return func(config string) string {
		return replaced(t, config, `"U[A-Z0-9]{50,}"`, fmt.Sprintf("%q", must(key.PublicKey())))
	}, must(key.Seed())
}

// withJWT has users with a JWT, as operators of many accounts do; the credentials of one, with
// the permissions of docs/bulk.md, are returned.
func withJWT(t *testing.T) (change func(string) string, creds []byte) {
	operator, system, account, user := must(nkeys.CreateOperator()), must(nkeys.CreateAccount()), must(nkeys.CreateAccount()), must(nkeys.CreateUser())
	self := jwt.NewOperatorClaims(must(operator.PublicKey()))
	servers := jwt.NewAccountClaims(must(system.PublicKey()))
	self.SystemAccount = servers.Subject
	about := jwt.NewAccountClaims(must(account.PublicKey()))
	about.Limits.JetStreamLimits = jwt.JetStreamLimits{DiskStorage: jwt.NoLimit, Streams: jwt.NoLimit, Consumer: jwt.NoLimit}
	who := jwt.NewUserClaims(must(user.PublicKey()))
	who.Permissions = jwt.Permissions{Pub: jwt.Permission{Allow: jwt.StringList{"$JS.>", "$KV.>", "mailcheck.>"}}, Sub: jwt.Permission{Allow: jwt.StringList{"_INBOX.>"}}}
	creds = must(jwt.FormatUserConfig(must(who.Encode(account)), must(user.Seed())))
	return func(config string) string {
		return replaced(t, config, `(?s)authorization.*`, fmt.Sprintf("operator: %s\nresolver: MEMORY\nresolver_preload: { %s: %s, %s: %s }\n",
			must(self.Encode(operator)), servers.Subject, must(servers.Encode(operator)), about.Subject, must(about.Encode(operator))))
	}, creds
}

func replaced(t *testing.T, text, pattern, by string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindString(text)
	if found == "" {
		t.Fatalf("docs/bulk.md has no %s in\n%s", pattern, text)
	}
	return strings.Replace(text, found, by, 1)
}

// A survey in a real server, of which a worker and the server itself are killed, has a line for
// each address, and no two for any.
func TestQueue(t *testing.T) {
	for name, with := range map[string]func(*testing.T) (func(string) string, []byte){"NKey": withKey, "JWT": withJWT} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			change, secret := with(t)
			n := newNATS(t, change)
			creds := n.write("creds", secret)
			want := []string{"nonsense at line 1"}
			for i := range 60 {
				want = append(want, fmt.Sprintf("user%d@healthy.example", i))
			}
			list := n.write("list", []byte(strings.Join(want, "\n")))
			slices.Sort(want)
			feed := func() string {
				out, err := n.bulk(creds, "feed", list, "--resolver", internet.resolver).CombinedOutput()
				if err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				return string(out)
			}
			if out := feed(); !strings.HasPrefix(out, "61 addresses were put into the queue, 0 there already") {
				t.Errorf("feed says: %s", out)
			}
			reader := n.bulk(creds, "collect")
			var told bytes.Buffer
			reader.Stderr = &told
			lines := bufio.NewReader(must(reader.StdoutPipe()))
			check(reader.Start())
			var got []string
			collect := func(most int) {
				for ; most > 0; most-- {
					line, err := lines.ReadBytes('\n')
					if err == io.EOF {
						return
					}
					got = append(got, inputOf(t, line))
				}
			}
			work := func() *exec.Cmd {
				worker := n.bulk(creds, append([]string{"work", "--concurrency", "2"}, tests()...)...)
				worker.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
				check(worker.Start())
				return worker
			}
			first := work()
			collect(5)
			first.Process.Kill()
			first.Wait()
			second := work()
			collect(5)
			n.kill()
			n.start(t)
			third := work()
			collect(len(want) + 1)
			for _, c := range []*exec.Cmd{second, third} {
				if err := c.Wait(); err != nil {
					t.Errorf("a worker: %v", err)
				}
			}
			if reader.Wait(); reader.ProcessState.ExitCode() != 1 { // of the nonsense
				t.Errorf("collect ends with %v\n%s", reader.ProcessState, told.String())
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("collected are %d: %q", len(got), got)
			}
			if out := feed(); !strings.HasPrefix(out, "0 addresses were put into the queue, 61 there already") {
				t.Errorf("feed says: %s", out)
			}
			again, _ := n.bulk(creds, "collect").Output()
			if n := bytes.Count(again, []byte("\n")); n != len(want) {
				t.Errorf("%d lines at the second time", n)
			}
		})
	}
}

func inputOf(t *testing.T, line []byte) string {
	var d struct{ Input string }
	if err := json.Unmarshal(line, &d); err != nil {
		t.Fatalf("%v in %q", err, line)
	}
	return d.Input
}

// IMAP servers hear who makes a survey, and have nothing against it.
func TestContact(t *testing.T) {
	list := t.TempDir() + "/list"
	check(os.WriteFile(list, []byte(sound+"\n"), 0o600))
	out, _ := mailcheck(t, "bulk", list, "--no-guess", "--contact", "https://survey.example.org/who")
	said := regexp.MustCompile(`[^"]* ID \(.*?\)`).FindString(strings.ReplaceAll(out, `\"`, `"`))
	for _, name := range []string{"healthy", "cyrus"} {
		s, there := internet.find(name)
		if !there {
			continue // left out, which was said
		}
		c := must(tls.Dial("tcp", fmt.Sprintf("%s:993", s.address), &tls.Config{InsecureSkipVerify: true}))
		defer c.Close()
		check(c.SetDeadline(time.Now().Add(10 * time.Second)))
		must(fmt.Fprintf(c, "%s\r\nc9 LOGOUT\r\n", said))
		if heard := must(io.ReadAll(c)); !bytes.Contains(heard, []byte("c8 OK")) {
			t.Errorf("%s answers %q to %q", name, heard, said)
		}
	}
	await(t, "Dovecot", func() (string, bool) {
		log := string(must(os.ReadFile(internet.path("dovecot.log"))))
		return log, strings.Contains(log, "support-url=https://survey.example.org/who")
	})
}

// Who may not come, and who comes to something else than he believes, is told why.
func TestQueueRefused(t *testing.T) {
	change, secret := withKey(t)
	n := newNATS(t, change)
	creds, stranger := n.write("creds", secret), n.write("stranger", must(must(nkeys.CreateUser()).Seed()))
	other := n.write("other.pem", pemBlock("CERTIFICATE", newAuthority("Other Root", nil).cert.Raw))
	plain := newNATS(t, func(config string) string {
		return replaced(t, change(config), `(?m)^tls .*\n`, "")
	})
	little := newNATS(t, func(config string) string {
		return replaced(t, change(config), `, "\$KV\.>"`, "")
	})
	root := internet.path("root.pem")
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"nobody":        {[]string{"--nats", n.url("tls"), "--nats-ca", root}, "Authorization Violation\n.*--nats-creds"},
		"stranger":      {[]string{"--nats", n.url("tls"), "--nats-ca", root, "--nats-creds", stranger}, "Authorization Violation\n.*--nats-creds"},
		"unknown CA":    {[]string{"--nats", n.url("tls"), "--nats-creds", creds}, "unknown authority\n.*--nats-ca"},
		"other CA":      {[]string{"--nats", n.url("tls"), "--nats-ca", other, "--nats-creds", creds}, "unknown authority\n.*--nats-ca"},
		"other name":    {[]string{"--nats", "tls://" + n.address, "--nats-ca", root, "--nats-creds", creds}, "IP SANs\n.*the name in the URL"},
		"no TLS there":  {[]string{"--nats", plain.url("tls"), "--nats-ca", root, "--nats-creds", creds}, "secure connection not available\n.*has no TLS"},
		"nobody there":  {[]string{"--nats", "tls://localhost:1", "--nats-creds", creds}, "no servers available.*\n.*reachable"},
		"little to say": {[]string{"--nats", little.url("tls"), "--nats-ca", root, "--nats-creds", creds}, `forbids this user.*"\$KV\.`},
	} {
		list := n.write("nonsense", []byte("nonsense\n"))
		out, err := exec.Command(os.Getenv("MAILCHECK_BINARY"), append([]string{"bulk", "feed", list, "--resolver", internet.resolver}, c.args...)...).CombinedOutput()
		if err == nil { // it may feed
			out, err = exec.Command(os.Getenv("MAILCHECK_BINARY"), append(append([]string{"bulk", "work"}, c.args...), tests()...)...).CombinedOutput()
		}
		if code := 3; err == nil || err.(*exec.ExitError).ExitCode() != code || !regexp.MustCompile(c.want).Match(out) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
		if bytes.Contains(out, secret) || strings.Contains(string(out), "\nnats:") {
			t.Errorf("%s: the client library writes by itself, or a secret is shown: %s", name, out)
		}
	}
}
