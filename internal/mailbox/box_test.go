package mailbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
	"mailcheck/checks"
)

func (c *conversation) Begin() { c.lines, c.bytes = 0, 0 }

func (c *conversation) Await(context.Context, time.Duration) (bool, error) {
	_, err := c.in.Peek(1)
	return err == nil, c.mend(err)
}

// boxed counts the tags of a Box, which the scripts have as T1, T2.
type boxed struct {
	*conversation
	n int
}

func (b *boxed) Tag(string) string {
	b.n++
	return fmt.Sprintf("T%d", b.n)
}

func box(caps, says string) (*Box, *boxed) {
	talk := &boxed{conversation: script(says)}
	return Enter(talk, strings.Fields(caps)), talk
}

func TestFolders(t *testing.T) {
	test := func(name, caps, says string, want []Folder, more int) {
		t.Helper()
		b, _ := box(caps, says)
		got, n, err := b.Folders()
		if diff := cmp.Diff(want, got); diff != "" || n != more || err != nil {
			t.Errorf("%s: %d more, %v (-want +got):\n%s", name, n, err, diff)
		}
	}
	inbox := Folder{Name: "INBOX", Shown: "INBOX", Use: mailcheck.UseInbox}
	test("Dovecot", "", crlf(`* LIST (\HasNoChildren \Sent) "/" Sent`, `* LIST (\HasNoChildren) "/" INBOX`, `* LIST (\Noselect) "/" Public`, `T1 OK done`),
		[]Folder{inbox, {Name: "Sent", Shown: "Sent", Use: mailcheck.UseSent}}, 0)
	test("Cyrus writes small letters", "", crlf(`* LIST (\junk) "/" "Junk mail"`, `T1 OK done`), []Folder{inbox, {Name: "Junk mail", Shown: "Junk mail", Use: mailcheck.UseJunk}}, 0)
	test("Courier says no use", "", crlf(`* LIST (\Unmarked) "." "INBOX.Spam"`, `* LIST () "." "INBOX"`, `T1 OK done`), []Folder{inbox, {Name: "INBOX.Spam", Shown: "INBOX.Spam", Use: mailcheck.UseJunk}}, 0)
	test("names of other languages", "", crlf(`* LIST (\Flagged \Trash) "/" "Gel&APY-scht"`, `* LIST () "/" "&Bdpw&-"`, `* LIST () "/" "Entw&APw-rfe"`, `T1 OK done`),
		[]Folder{inbox, {Name: "Gel&APY-scht", Shown: "Gelöscht", Use: mailcheck.UseTrash}, {Name: "&Bdpw&-", Shown: "&Bdpw&-"}, {Name: "Entw&APw-rfe", Shown: "Entwürfe", Use: mailcheck.UseDrafts}}, 0)
	test("a name in a literal", "", "* LIST () NIL {4}\r\na\"b\\\r\nT1 OK done\r\n", []Folder{inbox, {Name: `a"b\`, Shown: `a"b\`}}, 0)
	test("names that cannot be said", "", crlf(`* LIST () "/" ""`, "* LIST () \"/\" \"a\x07b\"", `* LIST () "/" "`+strings.Repeat("x", 2000)+`"`, `T1 OK done`), []Folder{inbox}, 0)
	test("what is no list", "", crlf(`* LIST`, `* LIST (`, `* LIST () "/"`, `* LIST "/" a`, `* 3 EXISTS`, `* OK [ALERT] hello`, `T1 OK done`), []Folder{inbox}, 0)
	b, _ := box("", crlf(`T1 NO no`))
	if folders, _, err := b.Folders(); len(folders) != 1 || !Refused(err) {
		t.Errorf("refused: %v, %v", folders, err)
	}
}

// What the user's own folders begin with goes into commands, as the server writes it.
func TestPrefix(t *testing.T) {
	for says, want := range map[string]string{
		`* NAMESPACE (("INBOX." ".")) NIL (("#shared." "."))`: "INBOX.",
		`* NAMESPACE (("Entw&APw-rfe/" "/")) NIL NIL`:         "Entw&APw-rfe/",
		`* NAMESPACE (("" "/")) NIL NIL`:                      "",
		`* NAMESPACE NIL NIL (("#shared." "."))`:              "",
		"* NAMESPACE ((\"a\x07\" \".\")) NIL NIL":             "",
		`* NAMESPACE`: "",
	} {
		b, _ := box("NAMESPACE", crlf(says, `T1 OK done`))
		if got, err := b.Prefix(); got != want || err != nil {
			t.Errorf("%s: %q, %v", says, got, err)
		}
	}
}

// Ten thousand folders are counted, and so many kept as are looked into; a list without
// end comes to one.
func TestManyFolders(t *testing.T) {
	var says strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&says, "* LIST () \"/\" \"folder %d\"\r\n", i)
	}
	b, _ := box("", says.String()+"T1 OK done\r\n")
	if folders, more, err := b.Folders(); len(folders) != maxFolders+1 || more != 10_000-maxFolders || err != nil {
		t.Errorf("%d folders, %d more, %v", len(folders), more, err)
	}
	b, _ = box("", strings.Repeat(says.String(), 3))
	if _, _, err := b.Folders(); !isCheck(err, checks.ReplyTooLong) {
		t.Errorf("without end: %v", err)
	}
	if _, err := b.Marks([]string{"INBOX"}); err == nil {
		t.Error("it goes on")
	}
}

func isCheck(err error, c *checks.Check) bool {
	var found *checks.Error
	return errors.As(err, &found) && found.Check == c
}

const header = "Subject: mailcheck test message tok\r\n\r\n"

// A range up to * has the last message in it, however old; and a message with another
// token is none of ours, nor one that only quotes it.
func TestFindOnlyTheMarked(t *testing.T) {
	fetch := func(n, uid int, header string) string {
		return fmt.Sprintf("* %d FETCH (UID %d BODY[HEADER.FIELDS (X-MAILCHECK-TOKEN SUBJECT)]<0> {%d}\r\n%s)\r\n", n, uid, len(header), header)
	}
	b, talk := box("", fetch(12, 12, header)+fetch(13, 13, "Subject: mailcheck test message other\r\n\r\n")+fetch(14, 14, "Subject: tok\r\nReferences: mailcheck test message tok\r\n\r\n")+fetch(15, 15, header)+"T1 OK done\r\n")
	uids, err := b.Find("tok", 13)
	if diff := cmp.Diff([]uint32{15}, uids); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if got := talk.packets[0]; got != "T1 UID FETCH 13:* (UID BODY.PEEK[HEADER.FIELDS (X-MAILCHECK-TOKEN SUBJECT)]<0.2048>)\r\n" {
		t.Errorf("asked: %q", got)
	}
	// A header may have what looks like an answer in it.
	b, _ = box("", fetch(1, 1, "Subject: x\r\nT1 OK done\r\n\r\n")+fetch(2, 2, header)+"T1 OK done\r\n")
	if uids, err := b.Find("tok", 1); len(uids) != 1 || err != nil {
		t.Errorf("%v, %v", uids, err)
	}
	// Where it is not known what is new, the server's hits are looked at.
	b, _ = box("", "* SEARCH 7 8\r\nT1 OK done\r\n"+fetch(1, 7, "Subject: tok\r\n\r\n")+fetch(2, 8, header)+"T2 OK done\r\n")
	if uids, err := b.Find("tok", 0); len(uids) != 1 || uids[0] != 8 || err != nil {
		t.Errorf("%v, %v", uids, err)
	}
}

// Exactly one message is removed, and never one by EXPUNGE alone, which removes what other
// programs have marked.
func TestRemove(t *testing.T) {
	found := fmt.Sprintf("* 1 FETCH (UID 5 BODY[HEADER.FIELDS (SUBJECT)]<0> {%d}\r\n%s)\r\n", len(header), header)
	opened := "* OK [UIDVALIDITY 9] x\r\nT1 OK done\r\n"
	test := func(name, caps, trash, says string, want Removed, fails bool, commands ...string) {
		t.Helper()
		b, talk := box(caps, says)
		how, err := b.Remove("INBOX", 5, 9, "tok", trash)
		var sent []string
		for _, p := range talk.packets {
			_, command, _ := strings.Cut(strings.TrimSpace(p), " ")
			if !strings.HasPrefix(command, "UID FETCH") {
				sent = append(sent, command)
			}
		}
		if diff := cmp.Diff(commands, sent); diff != "" || how != want || (err != nil) != fails {
			t.Errorf("%s: %v %v (-want +got):\n%s", name, how, err, diff)
		}
	}
	mark := `UID STORE 5 +FLAGS.SILENT (\Deleted)`
	test("with UIDPLUS", "UIDPLUS", "Trash", opened+found+"T2 OK\r\nT3 OK\r\nT4 OK\r\nT5 OK\r\n", Gone, false, `SELECT "INBOX"`, mark, "UID EXPUNGE 5")
	test("it is still there", "UIDPLUS", "", opened+found+"T2 OK\r\nT3 OK\r\nT4 OK\r\n"+found+"T5 OK\r\n", Marked, false, `SELECT "INBOX"`, mark, "UID EXPUNGE 5")
	test("with MOVE alone", "MOVE", "Trash", opened+found+"T2 OK\r\nT3 OK\r\n", Trashed, false, `SELECT "INBOX"`, `UID MOVE 5 "Trash"`)
	test("with MOVE and no trash", "MOVE", "", opened+found+"T2 OK\r\nT3 OK\r\n", Marked, false, `SELECT "INBOX"`, mark)
	test("with neither", "", "Trash", opened+found+"T2 OK\r\nT3 OK\r\n", Marked, false, `SELECT "INBOX"`, mark)
	test("at Gmail", "UIDPLUS MOVE X-GM-EXT-1", "[Gmail]/Trash", opened+found+"T2 OK\r\nT3 OK\r\n", Trashed, false, `SELECT "INBOX"`, `UID MOVE 5 "[Gmail]/Trash"`)
	test("another message has the number", "UIDPLUS", "", opened+strings.ReplaceAll(found, "tok", "kot")+"T2 OK\r\n", Gone, false, `SELECT "INBOX"`)
	anew, search := strings.ReplaceAll(opened, "9", "10"), `UID SEARCH OR HEADER X-MAILCHECK-TOKEN "tok" SUBJECT "tok"`
	test("numbered anew", "UIDPLUS", "", anew+"* SEARCH 7\r\nT2 OK\r\n"+strings.ReplaceAll(found, "UID 5", "UID 7")+"T3 OK\r\n"+strings.ReplaceAll(found, "UID 5", "UID 7")+"T4 OK\r\nT5 OK\r\nT6 OK\r\nT7 OK\r\n", Gone, false,
		`SELECT "INBOX"`, search, `UID STORE 7 +FLAGS.SILENT (\Deleted)`, "UID EXPUNGE 7")
	test("numbered anew, and another has the number", "UIDPLUS", "", anew+"* SEARCH 5\r\nT2 OK\r\n"+strings.ReplaceAll(found, "tok", "kot")+"T3 OK\r\n", NotRemoved, true, `SELECT "INBOX"`, search)
	test("numbered anew, and not found", "UIDPLUS", "", anew+"* SEARCH\r\nT2 OK\r\n", NotRemoved, true, `SELECT "INBOX"`, search)
	test("the mark is refused", "UIDPLUS", "", opened+found+"T2 OK\r\nT3 NO read-only\r\n", NotRemoved, true, `SELECT "INBOX"`, mark)
	test("the server goes", "UIDPLUS", "", opened+found+"T2 OK\r\n* BYE away\r\n", NotRemoved, true, `SELECT "INBOX"`, mark)
}

func TestAppend(t *testing.T) {
	b, talk := box("", "+ go on\r\nT1 OK [APPENDUID 1 2] done\r\n")
	if err := b.Append("f", []string{"Subject: x", "", "hello"}); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"T1 APPEND \"f\" (\\Seen) {19}\r\n", "Subject: x\r\n\r\nhello\r\n"}, talk.packets); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	b, talk = box("", "T1 NO [TRYCREATE] no such folder\r\nT2 OK\r\n")
	if err := b.Append("f", []string{"x"}); !Refused(err) || len(talk.packets) != 1 {
		t.Errorf("%v, sent %q", err, talk.packets)
	}
	if err := b.Delete("f"); err != nil {
		t.Errorf("after a refusal: %v", err)
	}
}

func TestWait(t *testing.T) {
	test := func(name, says string, told, fails bool) {
		t.Helper()
		b, _ := box("", says)
		got, _, err := b.Wait(t.Context(), time.Second, nil)
		if got != told || (err != nil) != fails {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
	test("told", "+ idling\r\n* OK Still here\r\n* 4 EXISTS\r\nT1 OK done\r\n", true, false)
	test("told before it waits", "* 4 EXISTS\r\n+ idling\r\n* 5 EXISTS\r\nT1 OK\r\n", true, false)
	test("refused", "T1 BAD what\r\n", false, true)
	test("bye", "+ idling\r\n* BYE away\r\n", false, true)
	test("nonsense", "what\r\n", false, true)
}

// Whatever a server says: each question comes to an end, with an error of the conversation
// or of the protocol, and nothing is kept without a bound.
func FuzzBox(f *testing.F) {
	f.Add("UIDPLUS", crlf(`* LIST (\Sent) "/" Sent`, `T1 OK`, `* STATUS INBOX (UIDNEXT 4 UIDVALIDITY 1)`, `T2 OK`, `* OK [UIDNEXT 4] x`, `T3 OK`))
	f.Add("MOVE NAMESPACE", "* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\r\nT1 OK\r\n* 1 FETCH (UID 5 BODY[HEADER]<0> {3}\r\nabc)\r\nT2 OK\r\n")
	f.Add("", "+ x\r\n* 1 EXISTS\r\nT1 OK\r\n* SEARCH 1 2 3\r\n* BYE")
	f.Fuzz(func(t *testing.T, caps, says string) {
		b, _ := box(caps, says)
		ask := []func() error{
			func() error {
				folders, _, err := b.Folders()
				if len(folders) > maxFolders+1 {
					t.Errorf("%d folders", len(folders))
				}
				return err
			},
			func() error { _, err := b.Marks([]string{"INBOX", "a"}); return err },
			func() error { _, err := b.Open("INBOX", false); return err },
			func() error { _, err := b.Find("tok", 3); return err },
			func() error { _, err := b.Find("tok", 0); return err },
			func() error { _, err := b.Header(3); return err },
			func() error { _, err := b.Prefix(); return err },
			func() error { _, err := b.Exists("a"); return err },
			func() error { _, _, err := b.Wait(t.Context(), time.Second, nil); return err },
			func() error { _, err := b.Remove("INBOX", 5, 1, "tok", "Trash"); return err },
			func() error { return b.Append("a", []string{"x"}) },
		}
		for _, question := range ask {
			var found *checks.Error
			if err := question(); err != nil && err != io.EOF && !errors.As(err, &found) && !Refused(err) && err != ErrRenumbered {
				t.Error(err)
			}
		}
	})
}
