package mailbox

import (
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck/checks"
)

// allowed is all that go-imap may ever read but the greeting.
var allowed = func() *regexp.Regexp {
	const flag = `(\\\*|\\?[!#$&'+-Z[^-z|}~]+)`
	const list = `\((` + flag + `( ` + flag + `)*)?\)`
	return regexp.MustCompile(`^(` +
		`|T[12] (OK|NO|BAD)\r\n` +
		`|\* [0-9]{1,10} EXISTS\r\n` +
		`|\* OK \[(UIDNEXT|UIDVALIDITY|HIGHESTMODSEQ) [0-9]{1,19}\]\r\n` +
		`|\* FLAGS ` + list + `\r\n` +
		`|\* OK \[PERMANENTFLAGS ` + list + `\]\r\n` +
		`)$`)
}()

// Whatever the server says, and whatever it offers: the question comes to an end, with
// an error of the conversation or of the protocol, never one of go-imap's, which gets
// to read nothing but what it reads well; and nothing of it goes on after Close.
func FuzzFilter(f *testing.F) {
	for _, line := range harmless {
		f.Add("IMAP4rev1 ID", crlf(line, "* 2 EXISTS", "T1 OK done", line, "T2 OK done"))
	}
	for _, says := range []string{
		crlf(`* ID ("name" "Dovecot")`, `T1 OK done`, `* FLAGS (\Seen \*)`, `* OK [PERMANENTFLAGS (\Seen \*)] x`, `* 3 EXISTS`, `* OK [UIDNEXT 4] x`, `T2 OK [READ-ONLY] done`),
		crlf(`T1 OK done`, `T2 NO EXAMINE Unsafe Login. Please contact kefu@188.com for help`),
		crlf(`* NO [ALERT] x`, `* BYE x`), crlf(`T2 BAD User is authenticated but not connected.`, `* BYE`),
		"* ID ({4}\r\nname {3}\r\nFoo)\r\n* 1 FETCH (BODY[] {11}\r\nT2 NO x\r\n\r\n)\r\nT1 OK\r\nT2 OK\r\n",
		"T1 OK [CAPABILITY (] x\r\nT2 OK [CAPABILITY (] x\r\n", "T1", "",
	} {
		f.Add("IMAP4rev1 ID", says)
		f.Add("IMAP4rev2 ( ID LITERAL+ b] c(", says)
	}
	f.Fuzz(func(t *testing.T, caps, says string) {
		through := filter{lines: script(says), waiting: []string{"T1", "T2"}, counted: map[string]string{"T1": "T1", "T2": "T2"}}
		for len(through.waiting) > 0 && through.bye == "" {
			passed, err := through.next()
			if err != nil {
				break
			}
			if !allowed.MatchString(passed) {
				t.Fatalf("%q goes through", passed)
			}
		}
		// A bubble finds who waits for good, the timer who never comes to an end.
		defer time.AfterFunc(10*time.Second, func() { panic("no end: " + says) }).Stop()
		synctest.Test(t, func(t *testing.T) {
			s := Open(script(says), strings.Split(caps, " "))
			defer s.Close()
			if s.over != nil {
				t.Fatal(s.over)
			}
			o, err := s.Examine("INBOX", true)
			var found *checks.Error
			if err != nil && err != io.EOF && !errors.As(err, &found) {
				t.Error(err)
			}
			if err == nil && len(o.Refused) > 0 && o.Messages > 0 {
				t.Errorf("a folder is closed and open: %+v", o)
			}
			s.Stale = true
			if _, err := s.Survey(); err != nil && err != io.EOF && !errors.As(err, &found) {
				t.Error(err)
			}
			if _, err := s.Examine("INBOX", false); err != nil && err != io.EOF && !errors.As(err, &found) {
				t.Error(err)
			}
		})
	})
}
