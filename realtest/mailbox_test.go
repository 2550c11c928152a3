//go:build real

package realtest

import (
	"bufio"
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// mailboxes are the scenarios in which what a login opens is looked at, with where the
// files of the mailboxes are, if they are Maildirs.
var mailboxes = map[string]string{"mailbox": "members/mail", "courier-login": "courier/mail", "cyrus-login": ""}

// looks are what mailcheck says after an accepted login, until it leaves.
var looks = map[string][]string{
	"imap":       {`ID ("name" "mailcheck")`, "EXAMINE INBOX", "NAMESPACE", "GETQUOTAROOT INBOX", `LIST "" "*" RETURN (SPECIAL-USE)`, "LOGOUT"},
	"pop3":       {"STAT", "CAPA", "UIDL", "TOP N 0", "QUIT"},
	"submission": {"MAIL FROM:<USER>", "RCPT TO:<USER>", "RSET", "EHLO [127.0.0.1]", "QUIT"},
}

// courierLooks differ, since Courier has neither ID nor special uses, and does not say at the
// login what its user may do.
var courierLooks = []string{"EXAMINE INBOX", "CAPABILITY", "NAMESPACE", "GETQUOTAROOT INBOX", `LIST "" "*"`, "LOGOUT"}

// An accepted login costs each server one connection, and the look at the mailbox
// changes nothing there.
func TestLoginLooksOnly(t *testing.T) {
	for name := range mailboxes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, ok := internet.find(name)
			if !ok {
				t.Skip("its program is not here")
			}
			arrive(t, s)
			pop3 := func(server string) bool { return strings.HasPrefix(server, "pop3") }
			before := inventory(t, s)
			lookOnce(t, s, slices.DeleteFunc(s.urls(), pop3))
			after := inventory(t, s)
			if s.program == courier { // it moves what is new even where it opens the folder for reading alone, and does not tell
				before, after = moved(before), moved(after)
			}
			same(t, "the mailbox", after, before)

			// A POP3 login is for having the mail, which is no longer new for some servers then.
			lookOnce(t, s, slices.DeleteFunc(s.urls(), func(server string) bool { return !pop3(server) }))
			same(t, "the mailbox after POP3", noticed(inventory(t, s)), noticed(before))
		})
	}
}

// lookOnce logs in at servers and holds mailcheck to what it may do there.
func lookOnce(t *testing.T, s scenario, servers []string) {
	t.Helper()
	user, args := memberAt(s.name), append([]string{"probe"}, servers...)
	relays := map[string]*relay{}
	for _, u := range servers {
		relays[u] = relayTo(t, s, u)
		args = append(args, "--connect-to", relays[u].instead)
	}
	transcript, exit := mailcheck(t, append(args, "--username", user, "--password-file", passwordFile(t, memberPassword), "-o", "transcript")...)
	if exit != 0 {
		t.Errorf("exit code %d", exit)
	}
	said := saidAfterLogin(transcript)
	for u, r := range relays {
		if n := r.connections.Load(); n != 1 {
			t.Errorf("%s: %d connections", u, n)
		}
		same(t, u, said[u], wantedLook(s, u, user))
	}
	if t.Failed() {
		t.Log(transcript)
	}
}

// arrive lets a message arrive that no program has seen.
func arrive(t *testing.T, s scenario) {
	t.Helper()
	imapSession(t, s, "SELECT INBOX") // what was there before is known then
	const message = "From: alice@example.org\r\nSubject: New\r\n\r\nHello!\r\n"
	if dir := mailboxes[s.name]; dir != "" {
		internet.write(filepath.Join(dir, memberAt(s.name), "new/1700000002.M3P1.mail"), message)
		return
	}
	imapSession(t, s, fmt.Sprintf("APPEND INBOX {%d+}\r\n%s", len(message), message))
}

// moved is an inventory in which what is new was moved to where the other messages are.
func moved(inventory []string) (list []string) {
	for _, line := range inventory {
		list = append(list, regexp.MustCompile(`/new/(.*)$`).ReplaceAllString(line, "/cur/$1:2,"))
	}
	return list
}

// noticed is an inventory without what tells whether a program has seen a message.
func noticed(inventory []string) (list []string) {
	for _, line := range moved(inventory) {
		list = append(list, regexp.MustCompile(`RECENT \d+`).ReplaceAllString(line, "RECENT"))
	}
	return list
}

// wantedLook is what mailcheck has to say to a server.
func wantedLook(s scenario, server, user string) (want []string) {
	protocol := strings.TrimSuffix(server[:strings.Index(server, ":")], "s")
	lines := looks[protocol]
	if s.program == courier && protocol == "imap" {
		lines = courierLooks
	}
	for _, line := range lines {
		want = append(want, strings.ReplaceAll(line, "USER", user))
	}
	return want
}

// saidAfterLogin returns what a transcript has mailcheck say to each server once it was
// let in.
func saidAfterLogin(transcript string) map[string][]string {
	said := map[string][]string{}
	server, in := "", false
	for line := range strings.Lines(transcript) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "server "); ok {
			server, in = name[:strings.LastIndex(name, ":")], false
		}
		if _, words, ok := strings.Cut(line, " >> "); ok && in {
			words = imapTag.ReplaceAllString(words, "")
			said[server] = append(said[server], newest.ReplaceAllString(words, "TOP N 0"))
		}
		in = in || strings.Contains(line, " - auth: ")
	}
	return said
}

// imapTag is the tag of a command, which is nobody's business.
var imapTag = regexp.MustCompile(`^[TMc][0-9]+ `)

// newest asks for the head of the last message, whichever that is.
var newest = regexp.MustCompile(`^TOP [0-9]+ 0$`)

// relay passes connections on to a server and counts them.
type relay struct {
	instead     string // the value of --connect-to
	connections atomic.Int32
}

func relayTo(t *testing.T, s scenario, server string) *relay {
	t.Helper()
	u := must(url.Parse(server))
	port := map[string]uint16{"imaps": 993, "imap": 143, "pop3s": 995, "pop3": 110, "submissions": 465, "submission": 587}[u.Scheme]
	l := must(net.Listen("tcp", "127.0.0.1:0"))
	t.Cleanup(func() { l.Close() })
	r := &relay{instead: fmt.Sprintf("%s:%d:%s", u.Host, port, l.Addr())}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			r.connections.Add(1)
			to, err := net.Dial("tcp", netip.AddrPortFrom(s.address, port).String())
			if err != nil {
				c.Close()
				continue
			}
			pass := func(to, from net.Conn) {
				io.Copy(to, from)
				to.(*net.TCPConn).CloseWrite()
			}
			go pass(to, c)
			go pass(c, to)
		}
	}()
	return r
}

// inventory is what is in a mailbox and in the queue: the messages, their flags and the
// folders, as another program sees them, and the names of the files.
func inventory(t *testing.T, s scenario) (all []string) {
	t.Helper()
	all = imapSession(t, s, "STATUS INBOX (MESSAGES RECENT UNSEEN UIDNEXT UIDVALIDITY)", `LIST "" "*"`)
	if dir := mailboxes[s.name]; dir != "" {
		all = append(all, files(internet.path(dir, memberAt(s.name)), "new", "cur", "tmp")...)
	}
	var queued []string
	for range 100 { // cleanup removes the file of a message that was not sent when it comes to that
		if queued = files(internet.path("queue"), "incoming", "active", "deferred", "maildrop", "hold"); len(queued) == 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	return append(all, queued...)
}

func files(dir string, below ...string) (names []string) {
	for _, sub := range below {
		filepath.WalkDir(filepath.Join(dir, sub), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				names = append(names, path)
			}
			return nil
		})
	}
	return names
}

// imapSession logs in with another client and returns the untagged lines of the answers.
func imapSession(t *testing.T, s scenario, commands ...string) (answers []string) {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(must(os.ReadFile(internet.path("root.pem"))))
	c, err := tls.Dial("tcp", netip.AddrPortFrom(s.address, 993).String(), &tls.Config{RootCAs: roots, ServerName: "imap." + s.domain()})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(15 * time.Second))
	in := bufio.NewScanner(c)
	in.Scan() // the greeting
	plain := base64.StdEncoding.EncodeToString([]byte("\x00" + memberAt(s.name) + "\x00" + memberPassword))
	for _, command := range slices.Concat([]string{"AUTHENTICATE PLAIN"}, commands, []string{"LOGOUT"}) {
		fmt.Fprintf(c, "x %s\r\n", command)
		for in.Scan() && !strings.HasPrefix(in.Text(), "x ") {
			switch line := in.Text(); {
			case strings.HasPrefix(line, "+"):
				fmt.Fprintf(c, "%s\r\n", plain)
			case strings.HasPrefix(line, "* STATUS"), strings.HasPrefix(line, "* LIST"):
				answers = append(answers, line)
			}
		}
		if command != "LOGOUT" && !strings.HasPrefix(in.Text(), "x OK") {
			t.Fatalf("%s: %q %v", command, in.Text(), in.Err())
		}
	}
	return answers
}

// What a login opens may be shut for the user, in each server's own words.
func TestLoginOpensNothing(t *testing.T) {
	all := func(id string, servers ...string) (list []string) {
		for _, server := range servers {
			list = append(list, id+" "+server)
		}
		return list
	}
	incoming := []string{"imap:993", "imap:143", "pop:995", "pop:110"}
	for name, want := range map[string][]string{
		"mailbox":       all("login.mailbox-closed", incoming...), // and the user may send
		"cyrus-login":   all("login.mailbox-closed", incoming...),
		"courier-login": all("login.unavailable", incoming...), // with the words for an authentication that is down
		"senders":       all("login.sender-refused", "smtp:465", "smtp:587"),
		"full":          all("login.no-message", "smtp:465", "smtp:587"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, ok := internet.find(name)
			if !ok {
				t.Skip("its program is not here")
			}
			r, exit := logIn(t, memberPassword, append([]string{"probe", "--username", homelessAt(name)}, s.urls()...)...)
			var found []string
			for _, f := range r.Findings {
				_, endpoint, _ := strings.Cut(f.Server, "://")
				if f.Severity != "info" {
					found = append(found, f.ID+" "+strings.ReplaceAll(endpoint, "."+s.domain(), ""))
				}
				t.Log(f.ID, f.Server, f.Detail)
			}
			same(t, "findings", found, want)
			if exit != 1 {
				t.Errorf("exit code %d", exit)
			}
		})
	}
}

// Cyrus makes a mailbox at the first login, and tells whoever comes in the meantime that it
// cannot be opened.
func TestLoginFirstEver(t *testing.T) {
	t.Parallel()
	s, ok := internet.find("cyrus-new")
	if !ok {
		t.Skip("its program is not here")
	}
	r, exit := mailcheckJSON(t, append([]string{"probe", "--username", memberAt(s.name), "--password-file", passwordFile(t, memberPassword)}, s.urls()...)...)
	if exit != 0 {
		t.Errorf("exit code %d, findings %+v", exit, r.Findings)
	}
}

// Who may send as an address, may; and one connection a user is enough for a check,
// however many servers there are.
func TestLoginAllPass(t *testing.T) {
	for _, name := range []string{"senders", "lone"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, exit := logIn(t, memberPassword, append([]string{"probe", "--username", memberAt(name)}, internet.of(name).urls()...)...)
			if exit != 0 {
				t.Errorf("exit code %d, findings %+v", exit, r.Findings)
			}
		})
	}
}

// The first login is made alone, and decides whether the others are made.
func TestLoginFirstAlone(t *testing.T) {
	t.Parallel()
	r, _ := logIn(t, memberPassword, append([]string{"probe", "--username", memberName}, internet.of("login").urls()...)...)
	type span struct{ start, end float64 }
	var logins []span
	for _, s := range r.Servers {
		for _, step := range s.Steps {
			if step.Op == "auth" {
				logins = append(logins, span{step.Start, step.Start + step.Elapsed})
			}
		}
	}
	slices.SortFunc(logins, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	if len(logins) != 6 || logins[1].start < logins[0].end {
		t.Errorf("logins: %v", logins)
	}
	t.Log(logins)
}

// What a login costs in time is told, not judged.
func TestLoginTime(t *testing.T) {
	elapsed := func(args ...string) time.Duration {
		began := time.Now()
		r, exit := mailcheckJSON(t, append([]string{"check", memberAt("mailbox"), "--no-guess"}, args...)...)
		for _, s := range r.Servers {
			if exit != 0 || len(args) > 0 && s.Login.State != "accepted" {
				t.Errorf("exit code %d, %s: %+v", exit, s.Host, s.Login)
			}
		}
		return time.Since(began).Round(time.Millisecond)
	}
	file := passwordFile(t, memberPassword)
	for range 3 {
		t.Logf("without a password %v, with it %v", elapsed(), elapsed("--password-file", file))
	}
}
