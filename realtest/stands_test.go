//go:build real

package realtest

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What each server says of a mailbox behind the login, put in one line.
func (m *mailbox) line() string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	for _, n := range m.Namespaces {
		add("%s %q %q", n.Kind, n.Prefix, n.Delimiter)
	}
	slices.SortFunc(m.Folders, func(a, b folder) int { return cmp.Compare(a.Name, b.Name) })
	for _, f := range m.Folders {
		mark := ""
		if f.Guessed {
			mark = "?"
		}
		add("%s %s%s", f.Use, f.Name, mark)
	}
	for _, q := range m.Quotas {
		add("quota %s of %d", q.Resource, q.Limit)
	}
	if m.Collecting != nil {
		add("leave %s, top %t, delay %v", m.Collecting.Leave, m.Collecting.Top, m.Collecting.Delay/1000)
	}
	if m.Sending != nil {
		add("sending %s, up to %d", m.Sending.State, m.Sending.MaxSize)
	}
	return strings.Join(parts, "; ")
}

// How a mailbox stands is what its server says of it.
func TestMailboxStands(t *testing.T) {
	for name, want := range map[string][]string{
		"stands": {
			`imap: personal "" "."; drafts Entwürfe?; sent Sent; trash Trash; quota storage of 1048576`,
			`pop3: leave always, top true, delay 0`,
		},
		"courier-login": {
			`imap: personal "INBOX." "."; shared "#shared." "."; shared "shared." "."`,
			`pop3: leave always, top true, delay 10`,
		},
		"cyrus-login": {
			`imap: personal "" "/"; other "Other Users/" "/"; shared "Shared Folders/" "/"; quota storage of 5120000`,
			`pop3: leave always, top true, delay 0`,
		},
		"senders": {`submission: sending accepted, up to 10240000`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, ok := internet.find(name)
			if !ok {
				t.Skip("its program is not here")
			}
			if name == "stands" { // 96 % of its quota
				message := "From: alice@example.org\r\nSubject: Pictures\r\n\r\n" + strings.Repeat(strings.Repeat("x", 70)+"\r\n", 14_000)
				internet.write(filepath.Join("members/mail", memberAt(name), "cur/1700000003.M4P1.mail:2,S"), message)
			}
			r, exit := logIn(t, memberPassword, append([]string{"probe", "--username", memberAt(name)}, s.urls()...)...)
			if exit != 0 {
				t.Errorf("exit code %d", exit)
			}
			seen := map[string]bool{}
			var got []string
			for _, server := range r.Servers {
				if server.Mailbox == nil {
					t.Fatalf("%s:%d: nobody looked: %+v", server.Host, server.Port, server.Login)
				}
				line := server.Protocol + ": " + server.Mailbox.line()
				if !seen[line] {
					got = append(got, line)
				}
				seen[line] = true
				if server.Protocol != "submission" && server.Mailbox.Messages < 1 {
					t.Errorf("%s: %d messages", server.Protocol, server.Mailbox.Messages)
				}
			}
			same(t, "the mailbox", got, want)
			if r.finds("mailbox.nearly-full") != (name == "stands") || r.finds("mailbox.untold") {
				t.Errorf("findings %+v", r.Findings)
			}
			text, _ := mailcheck(t, append([]string{"probe", "--username", memberAt(name), "--password-file", passwordFile(t, memberPassword)}, s.urls()...)...)
			t.Log(text)
		})
	}
}
