package mailbox

import (
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
	"mailcheck/checks"
)

// What a server says to ID and EXAMINE, and what comes of it.
func TestExamine(t *testing.T) {
	id := []string{"IMAP4rev1", "ID"}
	test := func(name string, caps []string, says string, want Opened) {
		t.Run(name, func(t *testing.T) {
			c := script(says)
			s := Open(c, caps)
			defer s.Close()
			got, err := s.Examine("INBOX", true)
			if err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			packet := "T1 EXAMINE INBOX\r\n"
			if mailcheck.Has(caps, "ID") {
				packet = "T1 ID (\"name\" \"mailcheck\")\r\nT2 EXAMINE INBOX\r\n"
			}
			if diff := cmp.Diff([]string{packet}, c.packets); diff != "" {
				t.Error("one packet is enough:", diff)
			}
		})
	}
	test("Dovecot", id, crlf(`* ID ("name" "Dovecot")`, `T1 OK ID completed (0.001 + 0.000 secs).`,
		`* FLAGS (\Answered \Flagged \Deleted \Seen \Draft)`, `* OK [PERMANENTFLAGS ()] Read-only mailbox.`, `* 12 EXISTS`, `* 0 RECENT`,
		`* OK [UIDVALIDITY 1763800000] UIDs valid`, `* OK [UIDNEXT 13] Predicted next UID`, `T2 OK [READ-ONLY] Examine completed (0.001 + 0.000 secs).`),
		Opened{Messages: 12, Server: map[string]string{"name": "Dovecot"}})
	test("Cyrus, whose ID is long", []string{"IMAP4rev1", "id"}, crlf(
		`* ID ("name" "Cyrus IMAPD" "version" "3.6.1" "vendor" "Project Cyrus" "support-url" "https://www.cyrusimap.org" "OS" "Linux" "environment" NIL)`,
		`T1 OK Completed`, `* 3 EXISTS`, `* OK [HIGHESTMODSEQ 9] Ok`, `* OK [URLMECH INTERNAL] Ok`, `T2 OK [READ-ONLY] Completed`),
		Opened{Messages: 3, Server: map[string]string{
			"name": "Cyrus IMAPD", "version": "3.6.1", "vendor": "Project Cyrus", "support-url": "https://www.cyrusimap.org", "os": "Linux"}})
	test("Courier has no ID", []string{"IMAP4rev1"}, crlf(`* FLAGS (\Draft)`, `* 1 EXISTS`, `* OK [MYRIGHTS "acdilrsw"] ACL`, `T1 OK [READ-ONLY] Ok`),
		Opened{Messages: 1})
	test("ID is offered and refused", id, crlf(`T1 NO Error in IMAP command`, `* 1 EXISTS`, `T2 OK done`),
		Opened{Messages: 1, IDRefused: "NO Error in IMAP command"})
	test("NetEase", id, crlf(`* ID NIL`, `T1 OK ID completed`, `T2 NO EXAMINE Unsafe Login. Please contact kefu@188.com for help`),
		Opened{Server: map[string]string{}, Refused: []string{"NO EXAMINE Unsafe Login. Please contact kefu@188.com for help"}})
	test("Exchange", id, crlf(`* ID nil`, `T1 OK ID completed`, `T2 BAD User is authenticated but not connected.`),
		Opened{Server: map[string]string{}, Refused: []string{"BAD User is authenticated but not connected."}})
	test("BYE in the middle", id, crlf(`T1 OK done`, `* BAD internal error`, `* BYE Connection is closed. 13`, `T2 OK never read`),
		Opened{Refused: []string{"BAD internal error", "BYE Connection is closed. 13"}})
	test("BYE to ID", id, crlf(`* bye [UNAVAILABLE] Restart`), Opened{Refused: []string{"bye [UNAVAILABLE] Restart"}})
	test("BYE behind an answer that came early", id, crlf(`* 2 EXISTS`, `T2 OK done`, `* BYE for now`), Opened{Messages: 2})
	test("an alert beside the consent", id, crlf(`T1 OK done`, `* NO [ALERT] Quota is at 99%`, `* 5 EXISTS`, `T2 OK [READ-ONLY] done`),
		Opened{Messages: 5, Alerts: []string{"Quota is at 99%"}})
	test("an alert in the consent", id, crlf(`T1 OK [ALERT] Renew your plan`, `* OK [alert] Maintenance at noon`, `T2 OK [ALERT] Over quota`),
		Opened{Alerts: []string{"Renew your plan", "Maintenance at noon", "Over quota"}})
	test("a refusal with what led to it", id, crlf(`* NO about ID`, `T1 OK done`, `* NO [WEBALERT https://example.com/a] Log in`, `* OK [ALERT] Look here`,
		`* OK Still here`, `T2 NO [ALERT] Please log in via your web browser (Failure)`),
		Opened{Alerts: []string{"Look here", "Please log in via your web browser (Failure)"}, Refused: []string{
			"NO [WEBALERT https://example.com/a] Log in", "OK [ALERT] Look here", "NO [ALERT] Please log in via your web browser (Failure)"}})
	test("words in the case and with the spaces that it likes", id, crlf(`*   id  ( "NAME"   "x" )`, `T1 ok`, `* 7 exists`, `* ok [uidnext  8]`, `T2  Ok`),
		Opened{Messages: 7, Server: map[string]string{"name": "x"}})
}

// A second question goes on where the first ended, and names are sent as IMAP has
// them.
func TestExamineAgain(t *testing.T) {
	c := script(crlf("T1 NO not yet", "T2 OK done", "* 4 EXISTS", "T3 OK done"))
	s := Open(c, []string{"IMAP4rev1", "IMAP4rev2", "ID", "LITERAL+"})
	defer s.Close()
	if o, err := s.Examine("Entwürfe & mehr", false); err != nil || len(o.Refused) != 1 {
		t.Errorf("%+v, %v", o, err)
	}
	if o, err := s.Examine("INBOX", true); err != nil || o.Messages != 4 || o.Refused != nil {
		t.Errorf("%+v, %v", o, err)
	}
	want := []string{"T1 EXAMINE \"Entw&APw-rfe &- mehr\"\r\n", "T2 ID (\"name\" \"mailcheck\")\r\nT3 EXAMINE INBOX\r\n"}
	if diff := cmp.Diff(want, c.packets); diff != "" {
		t.Error(diff)
	}
}

// A name that needs a literal, or none at all, is not sent.
func TestExamineStrangeNames(t *testing.T) {
	c := script("")
	s := Open(c, nil)
	defer s.Close()
	for _, name := range []string{"", "a\r\nT9 LOGOUT", "a\x00b", "\xff", strings.Repeat("a", 1001)} {
		if _, err := s.Examine(name, false); err == nil {
			t.Errorf("%q is sent", name)
		}
	}
	if len(c.packets) > 0 {
		t.Errorf("%q is sent", c.packets)
	}
}

// Whatever go-imap writes, no literal goes out, and nobody waits for the consent. Which
// error a command then has is chance: go-imap closes the connection over the failed
// write, and what reads there may be the first to end the command.
func TestNoLiterals(t *testing.T) {
	for _, caps := range [][]string{{"IMAP4rev1"}, {"IMAP4rev1", "LITERAL+", "literal-"}} {
		c := script("")
		s := Open(c, caps)
		if err := s.client.Create(strings.Repeat("a", 5000), nil).Wait(); err == nil {
			t.Errorf("%v: the folder was made", caps)
		}
		if w := s.wire.written(); len(w) > 0 {
			t.Errorf("%v: %q is to be sent", caps, w)
		}
		s.Close()
	}
}

// After the end of a session nothing is asked, and why it ended is told.
func TestExamineAfterEnd(t *testing.T) {
	c := script(crlf("* BYE see you"))
	s := Open(c, nil)
	if _, err := s.Examine("INBOX", false); err != nil {
		t.Error(err)
	}
	_, err := s.Examine("INBOX", false)
	var found *checks.Error
	if !errors.As(err, &found) || found.Check != checks.ReplyClosed {
		t.Error(err)
	}
	s.Close()
	s.Close()
	s = Open(script(""), nil)
	s.Close()
	if _, err := s.Examine("INBOX", false); err != errClosed {
		t.Error(err)
	}
	if len(c.packets) != 1 {
		t.Errorf("%q", c.packets)
	}
}

// The errors of the conversation come back as they are, with what was said before.
func TestExamineErrors(t *testing.T) {
	broken := errors.New("the cable is cut")
	for _, c := range []*conversation{script(crlf("T1 OK done", "* NO [ALERT] going down")), script(crlf("T1 OK done", "* NO [ALERT] going down") + "* OK cu")} {
		c.fault = broken
		s := Open(c, []string{"ID"})
		o, err := s.Examine("INBOX", true)
		if err != broken {
			t.Errorf("the error is %v", err)
		}
		want := Opened{Refused: []string{"NO [ALERT] going down"}, Alerts: []string{"going down"}}
		if diff := cmp.Diff(want, o); diff != "" {
			t.Error(diff)
		}
		if _, err := s.Examine("INBOX", true); err != broken {
			t.Errorf("then the error is %v", err)
		}
		s.Close()
	}
}

// The server that go-imap brings along understands what is said.
func TestExamineMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn, end := memory(t)
		defer end()
		c := over(conn)
		if greeting, err := c.Read(); err != nil || !strings.HasPrefix(greeting, "* PREAUTH") {
			t.Fatalf("%q, %v", greeting, err)
		}
		s := Open(c, []string{"IMAP4rev1", "ID"})
		defer s.Close()
		want := Opened{Messages: 3, IDRefused: "BAD Unknown command"}
		for range 2 {
			got, err := s.Examine("INBOX", true)
			if err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		}
		got, err := s.Examine("nowhere", false)
		if err != nil || len(got.Refused) != 1 || !strings.HasPrefix(got.Refused[0], "NO [NONEXISTENT]") {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// Should go-imap give up after all, that is an error, and nobody waits.
func TestExamineAfterAFault(t *testing.T) {
	for _, fault := range []string{"* XFOO", "T7 OK", "+ ", "* ID (", "", "* 1 FETCH {9}", "* QUOTA a"} {
		synctest.Test(t, func(t *testing.T) {
			s := Open(script(crlf("T1 OK done")), nil)
			defer s.Close()
			s.wire.feed(crlf(fault))
			if o, err := s.Examine("INBOX", false); err == nil {
				t.Errorf("%q: %+v", fault, o)
			}
			if _, err := s.Examine("INBOX", false); err == nil {
				t.Errorf("%q: it goes on", fault)
			}
		})
	}
}

// Close ends go-imap wherever it is.
func TestCloseAnywhere(t *testing.T) {
	for _, begun := range []string{"", "* ", "* OK [UIDNEXT", "* OK [X ", "* OK [CAPABILITY", "T1", "* LIST (", "* 1 FETCH (BODY[] {9}\r\nabc", "* XFOO\r\n"} {
		synctest.Test(t, func(t *testing.T) {
			s := Open(script(""), nil)
			s.wire.feed(begun)
			synctest.Wait()
			s.Close()
		})
	}
}

// Time is the caller's: a silent server is left when the caller's limit is over, not
// at any of go-imap's.
func TestExamineSilence(t *testing.T) {
	for _, limit := range []time.Duration{2 * time.Second, 10 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			client, server := net.Pipe()
			defer server.Close()
			defer client.Close()
			go func() {
				server.Read(make([]byte, 1000))
				io.WriteString(server, crlf("T1 OK done", "* OK wait a moment"))
			}()
			client.SetDeadline(time.Now().Add(limit))
			began := time.Now()
			s := Open(over(client), []string{"ID"})
			defer s.Close()
			if _, err := s.Examine("INBOX", true); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error(err)
			}
			if took := time.Since(began); took != limit {
				t.Errorf("it took %v, not %v", took, limit)
			}
		})
	}
}

// The conversation can be used on after Close.
func TestCloseLeavesTheConversation(t *testing.T) {
	c := script(crlf("T1 OK done", "* BYE", "c9 OK bye"))
	s := Open(c, nil)
	if _, err := s.Examine("INBOX", false); err != nil {
		t.Error(err)
	}
	s.Close()
	if line, err := c.Read(); line != "* BYE" || err != nil {
		t.Errorf("%q, %v is read", line, err)
	}
}
