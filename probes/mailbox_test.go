package probes

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lab"
)

// opened logs in at one server of the small provider that differs so, and returns what
// was seen there.
func opened(t *testing.T, protocol mailcheck.Protocol, rtt time.Duration, adjust func(*lab.Mail)) mailcheck.ServerResult {
	t.Helper()
	const host = "mail.example.com"
	m := lab.Mail{Host: host, Users: map[string]string{"alice@example.com": temptation}}
	if adjust != nil {
		adjust(&m)
	}
	behaviour := map[mailcheck.Protocol]func(lab.Mail) lab.Behaviour{mailcheck.IMAP: lab.IMAP, mailcheck.POP3: lab.POP3, mailcheck.Submission: lab.SMTP}[protocol]
	port := mailcheck.DefaultPort(protocol, mailcheck.ImplicitTLS)
	s := lab.Scenario{Address: "alice@example.com", Zone: host + ". A 192.0.2.1\n", Hosts: map[string]lab.Host{host: {port: lab.TLS(lab.Cert{Names: []string{host}}, behaviour(m))}}}
	var r *mailcheck.Report
	synctest.Test(t, func(t *testing.T) {
		r, _ = visit(t, s, rtt, func(ctx context.Context, c *Client, _ mailcheck.Address) (*mailcheck.Report, error) {
			server := mailcheck.Server{Protocol: protocol, Host: host, Port: port, Security: mailcheck.ImplicitTLS}
			return c.Servers(ctx, []mailcheck.Server{server}, &Options{Credentials: Credentials{Password: temptation, Username: "alice@example.com"}})
		})
		checkConcealed(t, r, temptation)
	})
	if l := r.Servers[0].Login; l == nil || l.State != mailcheck.LoginAccepted {
		t.Fatalf("%+v %v", l, r.Findings)
	}
	return r.Servers[0]
}

func on(command string, b lab.Behaviour) func(*lab.Mail) {
	return func(m *lab.Mail) { m.On = map[string]lab.Behaviour{command: b} }
}

// What an ordinary account has behind its logins.
func TestMailboxes(t *testing.T) {
	for protocol, want := range map[mailcheck.Protocol]mailcheck.Mailbox{
		mailcheck.IMAP: {
			Messages: 3, Identity: []mailcheck.Property{{Key: "name", Value: "Dovecot"}}, Namespaces: []mailcheck.Namespace{{Kind: "personal", Delimiter: "/"}}, Count: 5,
			Folders: []mailcheck.Folder{{Name: "Drafts", Use: "drafts"}, {Name: "Sent", Use: "sent"}, {Name: "Trash", Use: "trash"}, {Name: "Junk", Use: "junk"}},
			Quotas:  []mailcheck.Quota{{Root: "User quota", Resource: "storage", Used: 512 << 20, Limit: 1 << 30}},
		},
		mailcheck.POP3:       {Messages: 3, Collecting: &mailcheck.Collecting{Leave: mailcheck.LeaveAlways, Top: true, Octets: 4096}},
		mailcheck.Submission: {Messages: -1, Sending: &mailcheck.Sending{As: "alice@example.com", State: mailcheck.SendingTaken, MaxSize: 52428800, EightBit: true, UTF8: true}},
	} {
		s := opened(t, protocol, 0, nil)
		if diff := cmp.Diff(&want, s.Mailbox); diff != "" {
			t.Errorf("%s: %s", protocol, diff)
		}
		if len(s.Login.Capabilities) == 0 {
			t.Errorf("%s: no capabilities after the login", protocol)
		}
	}
}

// The look takes at most three round trips more than the login, whatever the server lacks.
func TestMailboxRoundTrips(t *testing.T) {
	const rtt = 50 * time.Millisecond
	bare := map[mailcheck.Protocol][]string{
		mailcheck.IMAP: {"IMAP4rev1", "AUTH=PLAIN"}, mailcheck.POP3: {"USER", "UIDL", "TOP"}, mailcheck.Submission: {"AUTH PLAIN", "8BITMIME"},
	}
	for protocol, trips := range map[mailcheck.Protocol][2]int{mailcheck.IMAP: {2, 2}, mailcheck.POP3: {2, 3}, mailcheck.Submission: {1, 3}} {
		for i, adjust := range []func(*lab.Mail){nil, func(m *lab.Mail) { m.TLSCaps = bare[protocol] }} {
			s := opened(t, protocol, rtt, adjust)
			for _, step := range s.Steps {
				if n := int((step.Elapsed + rtt/2) / rtt); step.Op == mailcheck.OpMailbox && n != trips[i] {
					t.Errorf("%s, lacking features %t: %d round trips, not %d", protocol, i == 1, n, trips[i])
				}
			}
		}
	}
}

// A login that does not say what the user may do is followed by the question.
func TestCapabilitiesAskedAgain(t *testing.T) {
	s := opened(t, mailcheck.IMAP, 0, func(m *lab.Mail) {
		m.TLSCaps = []string{"IMAP4rev1", "SASL-IR", "AUTH=PLAIN"}
		m.CapsInGreeting = true
		m.On = map[string]lab.Behaviour{
			"AUTHENTICATE": lab.Say("{tag} OK in\r\n"), "EXAMINE": lab.Say("* 1 EXISTS\r\n{tag} OK done\r\n"),
			"CAPABILITY": lab.Say("* CAPABILITY IMAP4rev1 AUTH=PLAIN SPECIAL-USE\r\n{tag} OK done\r\n"), "LIST": lab.Say("* LIST (\\Sent) \"/\" Sent\r\n{tag} OK done\r\n"),
		}
	})
	if got := strings.Join(s.Login.Capabilities, " "); got != "IMAP4rev1 AUTH=PLAIN SPECIAL-USE" || s.Mailbox.Count != 1 {
		t.Errorf("%q, %+v", got, s.Mailbox)
	}
}

// Whatever comes, nothing is said that changes a mailbox, and no message is read.
func TestLooksOnly(t *testing.T) {
	allowed := []string{"ID", "EXAMINE", "CAPABILITY", "NAMESPACE", "GETQUOTAROOT", "LIST", "LOGOUT", "STAT", "CAPA", "UIDL", "TOP", "QUIT", "LISTSCRIPTS", "MAIL", "RCPT", "RSET", "EHLO"}
	for _, s := range lab.Scenarios() {
		if s.Password == "" || raceDetector {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			r, _ := visit(t, s, 0, accountWith(Options{Credentials: Credentials{Password: s.Password}}))
			for _, server := range r.Servers {
				in := false
				for _, line := range server.Conversation {
					words := strings.Fields(line.Text)
					if server.Protocol == mailcheck.IMAP && len(words) > 1 {
						words = words[1:]
					}
					login := len(words) > 0 && slices.Contains([]string{"AUTH", "AUTHENTICATE", "LOGIN", "USER", "PASS"}, words[0])
					in = in || login && line.Client
					if in && line.Client && len(words) > 0 && !login && !slices.Contains(allowed, words[0]) && !strings.Contains(line.Text, hidden) {
						t.Errorf("%s: %s is told %q", s.Name, server.URL(), line.Text)
					}
					if strings.Contains(line.Text, "Lunch") || strings.Contains(line.Text, "Projects") {
						t.Errorf("%s: the transcript has %q", s.Name, line.Text)
					}
				}
			}
		})
	}
}

// Lists without an end, told at once or a line at a time, end the look and not the run; what
// was seen before stays.
func TestEndlessLists(t *testing.T) {
	forever := func(line string, pause time.Duration) lab.Behaviour {
		return func(c *lab.Conn) {
			for c.Say(line) && (pause == 0 || c.Sleep(pause)) {
			}
		}
	}
	for _, pause := range []time.Duration{0, 300 * time.Millisecond} {
		s := opened(t, mailcheck.IMAP, 0, on("LIST", forever("* LIST () \"/\" x\r\n", pause)))
		many := mailcheck.Shows(s.Findings(), checks.MailboxManyFolders)
		untold := mailcheck.Shows(s.Findings(), checks.MailboxUntold)
		if many != (pause == 0) || untold == many || s.Mailbox.Messages != 3 || len(s.Mailbox.Quotas) != 1 || s.Verdict == mailcheck.Fail {
			t.Errorf("pause %v: %+v, %v", pause, s.Mailbox, s.Findings())
		}
		s = opened(t, mailcheck.POP3, 0, on("UIDL", lab.Then(lab.Say("+OK\r\n"), forever("1 abc\r\n", pause))))
		if !mailcheck.Shows(s.Findings(), checks.MailboxUntold) || s.Mailbox.Collecting.Leave != mailcheck.LeaveUnknown || s.Mailbox.Messages != 3 {
			t.Errorf("pause %v: %+v, %v", pause, s.Mailbox.Collecting, s.Findings())
		}
	}
}

// Behind the login a server can repeat the password wherever it has something to say.
func TestSecretsInAMailbox(t *testing.T) {
	coded := base64.StdEncoding.EncodeToString([]byte(temptation))
	for _, secret := range []string{temptation, coded, modifiedUTF7(temptation), "S3cret-Tempt&AEA-tion"} {
		for command, reply := range map[string]string{
			"LIST": "* LIST (\\Sent) \"/\" \"%s\"\r\n* LIST () \"/\" \"%[1]s\"\r\n{tag} NO [ALERT] %[1]s\r\n", "EXAMINE": "* OK [ALERT] %s\r\n* 1 EXISTS\r\n{tag} OK done\r\n",
			"ID": "* ID (\"name\" \"%s\" \"%[1]s\" \"x\")\r\n{tag} OK done\r\n", "NAMESPACE": "* NAMESPACE ((\"%s\" \"/\")) NIL NIL\r\n{tag} OK done\r\n",
			"GETQUOTAROOT": "* QUOTA \"%s\" (STORAGE 99 100)\r\n{tag} OK done\r\n",
		} {
			opened(t, mailcheck.IMAP, 0, on(command, lab.Say(fmt.Sprintf(reply, secret))))
		}
	}
	for command, reply := range map[string]string{"STAT": "+OK 2 9 %s\r\n", "CAPA": "+OK\r\nUIDL\r\nUSER\r\nX-%s\r\n.\r\n", "UIDL": "+OK\r\n1 %s\r\n2 %[1]s\r\n.\r\n", "TOP": "+OK %s\r\n%[1]s\r\n.\r\n"} {
		if command != "CAPA" { // before the login nobody knows the password
			opened(t, mailcheck.POP3, 0, on(command, lab.Say(fmt.Sprintf(reply, temptation))))
		}
	}
	opened(t, mailcheck.Submission, 0, on("RCPT", lab.Say("550 5.1.1 user unknown: "+temptation+"\r\n")))
}

// Names of messages that programs cannot go by are told from those that they can.
func TestUniqueNames(t *testing.T) {
	for reply, want := range map[string]string{
		"+OK\r\n.\r\n":                                      "always",
		"+OK\r\n1 a\r\n2 b\r\n.\r\n":                        "always",
		"+OK\r\n1 a\r\n2 a\r\n.\r\n":                        "always pop3.uidl-broken",
		"+OK\r\n1 \r\n.\r\n":                                "always pop3.uidl-broken",
		"+OK\r\n1 a b\r\n.\r\n":                             "always pop3.uidl-broken",
		"+OK\r\n1 " + strings.Repeat("x", 71) + "\r\n.\r\n": "always pop3.uidl-broken",
		"+OK\r\n1 " + strings.Repeat("x", 70) + "\r\n.\r\n": "always",
		"-ERR no\r\n":                                       "no pop3.not-left",
	} {
		s := opened(t, mailcheck.POP3, 0, on("UIDL", lab.Say(reply)))
		got := []string{string(s.Mailbox.Collecting.Leave)}
		for _, f := range s.Findings() {
			got = append(got, f.Check.ID)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", reply, got, want)
		}
	}
}

// Of a maildrop with very many messages one name is asked for.
func TestManyMessages(t *testing.T) {
	s := opened(t, mailcheck.POP3, 0, func(m *lab.Mail) {
		m.On = map[string]lab.Behaviour{"STAT": lab.Say("+OK 123456 9999999999\r\n"), "UIDL": lab.Say("+OK 123456 abc\r\n"), "TOP": lab.Say("-ERR no\r\n")}
	})
	if c := s.Mailbox.Collecting; c.Leave != mailcheck.LeaveAlways || c.Top || s.Mailbox.Messages != 123456 {
		t.Errorf("%+v", s.Mailbox)
	}
	if !slices.ContainsFunc(s.Conversation, func(l mailcheck.Line) bool { return l.Text == "UIDL 123456" }) {
		t.Error("the names of all are asked for")
	}
}

// What RCPT says of the user's own address, and what of others.
func TestOwnAddress(t *testing.T) {
	for reply, want := range map[string]string{
		"250 ok":                              "accepted",
		"450 4.2.0 Greylisted, try again":     "later",
		"550 5.1.1 User unknown":              "untested mailbox.address-unknown",
		"550 5.7.1 Too many messages for you": "untested",
		"553 5.7.1 <a@b>: Sender address rejected: not owned by user": "refused login.sender-refused",
	} {
		s := opened(t, mailcheck.Submission, 0, on("RCPT", lab.Say(reply+"\r\n")))
		got := string(s.Mailbox.Sending.State)
		for _, f := range s.Findings() {
			got += " " + f.Check.ID
		}
		if got != want {
			t.Errorf("%q: %q, want %q", reply, got, want)
		}
	}
}
