//go:build real

package realtest

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// accounts are the scenarios of other programs than Dovecot that have users.
var accounts = []scenario{{
	name:    "cyrus-login",
	program: cyrus,
	ports:   []int{993, 143, 995, 110},
	users:   []string{memberAt("cyrus-login"), homelessAt("cyrus-login")},
	settings: "sasl_pwcheck_method: saslauthd\nsasl_saslauthd_path: DIR/mux\nvirtdomains: userid\n" +
		"autocreate_quota: 5000\nautocreate_users: " + memberAt("cyrus-login") + "\n", // homeless gets no mailbox
	servers: []string{"imap imap:993 tls pass", "imap imap:143 starttls pass", "pop3 pop:995 tls pass", "pop3 pop:110 starttls pass"},
}, {
	name:     "cyrus-new", // whose user has never logged in
	program:  cyrus,
	ports:    []int{993, 995},
	users:    []string{memberAt("cyrus-new")},
	settings: "sasl_pwcheck_method: saslauthd\nsasl_saslauthd_path: DIR/mux\nvirtdomains: userid\nautocreate_quota: 0\nautocreate_users: " + memberAt("cyrus-new") + "\n",
	servers:  []string{"imap imap:993 tls pass", "pop3 pop:995 tls pass"},
}, {
	name:    "courier-login",
	program: courier,
	ports:   []int{993, 143, 995, 110},
	users:   []string{memberAt("courier-login"), homelessAt("courier-login")},
	servers: []string{"imap imap:993 tls pass", "imap imap:143 starttls pass", "pop3 pop:995 tls pass", "pop3 pop:110 starttls pass"},
}}

// memberAt and homelessAt are two users of a scenario: one who has a mailbox, and one
// whose login is accepted and whose mailbox does not open.
func memberAt(scenario string) string   { return "bob@" + scenario + ".example" }
func homelessAt(scenario string) string { return "homeless@" + scenario + ".example" }

// knows reports whether the password is right for a user of some scenario.
func knows(user, password string) bool {
	for _, s := range scenarios {
		for _, u := range s.users {
			if u == user {
				return password == memberPassword
			}
		}
	}
	return false
}

// listenUnix answers connections to a socket that every daemon may use.
func (w *world) listenUnix(path string, answer func(net.Conn)) {
	l := must(net.Listen("unix", path))
	check(os.Chmod(path, 0o777))
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				answer(c)
			}()
		}
	}()
}

// saslauthd answers Cyrus's SASL library as the daemon of that name does: it is asked
// with four counted strings, and says OK or NO in one.
func saslauthd(c net.Conn) {
	var words [4]string // user, password, service, realm
	for i := range words {
		var size uint16
		if binary.Read(c, binary.BigEndian, &size) != nil {
			return
		}
		word := make([]byte, size)
		if _, err := io.ReadFull(c, word); err != nil {
			return
		}
		words[i] = string(word)
	}
	user := words[0]
	if words[3] != "" && !strings.Contains(user, "@") {
		user += "@" + words[3]
	}
	answer := "NO"
	if knows(user, words[1]) {
		answer = "OK"
	}
	c.Write(append([]byte{0, byte(len(answer))}, answer...))
}

// authdaemond answers Courier as the daemon of that name does. Whoever is let in is told
// where the mail of the user is; of homeless it is where nobody can look.
func (w *world) authdaemond(c net.Conn) {
	in := bufio.NewReader(c)
	var size int
	for { // lines about the client come before the request
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		if _, err := fmt.Sscanf(line, "AUTH %d", &size); err == nil {
			break
		}
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(in, body); err != nil {
		return
	}
	words := strings.Split(string(body), "\n") // service, kind, user, password
	if len(words) < 4 || words[1] != "login" || !knows(words[2], words[3]) {
		fmt.Fprint(c, "FAIL\n")
		return
	}
	home := w.path("courier", "mail", words[2])
	fmt.Fprintf(c, "UID=%[2]d\nGID=%[2]d\nHOME=%[3]s\nADDRESS=%[1]s\nMAILDIR=%[3]s\n.\n", words[2], firstID+1, home)
}

// nobody is the user of that name.
const nobody = 65534

// folderOf returns the name of a user's mailbox.
func folderOf(user string) string {
	return regexp.MustCompile(`[^a-z0-9@.-]`).ReplaceAllString(user, "_")
}

// maildirs makes the mailboxes of the users of scenarios, with a message that no program
// has seen yet and one that was read. Of homeless it makes one that others may not enter.
func (w *world) maildirs(program string, owner int, scenarios []scenario) {
	for _, s := range scenarios {
		for _, user := range s.users {
			for _, dir := range []string{"new", "cur", "tmp"} {
				check(os.MkdirAll(w.path(program, "mail", folderOf(user), dir), 0o755))
			}
			for _, file := range []string{"new/1700000000.M1P1.mail", "cur/1700000001.M2P1.mail:2,S"} {
				w.write(filepath.Join(program, "mail", folderOf(user), file), "From: alice@example.org\nTo: "+user+"\nSubject: Hello\n\nHello!\n")
			}
			if user == homelessAt(s.name) {
				check(os.Chmod(w.path(program, "mail", folderOf(user)), 0o700))
				continue
			}
			check(filepath.WalkDir(w.path(program, "mail", folderOf(user)), func(path string, _ os.DirEntry, err error) error {
				return errors.Join(err, os.Chown(path, owner, owner))
			}))
		}
	}
}

// ofAccounts reports whether a line of a log is about a scenario whose users log in.
func ofAccounts(line string) bool {
	return slices.ContainsFunc(scenarios, func(s scenario) bool {
		return len(s.users) > 0 && (strings.Contains(line, s.address.String()) || strings.Contains(line, " "+s.name+"/smtpd[") || strings.Contains(line, "@"+s.domain()))
	})
}
