package mailbox

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
	"mailcheck/checks"
)

// What servers say of an account, and what comes of it.
func TestSurvey(t *testing.T) {
	test := func(name, caps, says string, packet []string, want Account) {
		t.Run(name, func(t *testing.T) {
			c := script(says)
			s := Open(c, strings.Fields(caps))
			defer s.Close()
			got, err := s.Survey()
			if err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]string{crlf(packet...)}, c.packets); diff != "" {
				t.Error("one packet is enough:", diff)
			}
		})
	}
	test("Dovecot", "IMAP4rev1 NAMESPACE QUOTA SPECIAL-USE LIST-EXTENDED", crlf(
		`* NAMESPACE (("" "/")) NIL NIL`, `M1 OK Namespace completed (0.001 + 0.000 secs).`,
		`* QUOTAROOT INBOX "User quota"`, `* QUOTA "User quota" (STORAGE 512 102400 MESSAGE 3 0)`, `M2 OK Getquotaroot completed.`,
		`* LIST (\HasNoChildren \Drafts) "/" Drafts`, `* LIST (\HasNoChildren \Sent) "/" "Sent Messages"`, `* LIST (\HasNoChildren) "/" INBOX`, `M3 OK List completed.`),
		[]string{"M1 NAMESPACE", "M2 GETQUOTAROOT INBOX", `M3 LIST "" "*" RETURN (SPECIAL-USE)`},
		Account{Namespaces: []mailcheck.Namespace{{Kind: "personal", Delimiter: "/"}}, Count: 3,
			Folders: []mailcheck.Folder{{Name: "Drafts", Use: mailcheck.UseDrafts}, {Name: "Sent Messages", Use: mailcheck.UseSent}},
			Quotas:  []mailcheck.Quota{{Root: "User quota", Resource: "storage", Used: 512 << 10, Limit: 100 << 20}, {Root: "User quota", Resource: "message", Used: 3}}})
	test("Cyrus, with attributes in small letters and no quota", "IMAP4rev1 NAMESPACE QUOTA SPECIAL-USE", crlf(
		`* NAMESPACE (("" "/")) (("Other Users/" "/")) (("Shared Folders/" "/"))`, `M1 OK Completed`, `* QUOTAROOT INBOX`, `M2 OK Completed`,
		`* LIST (\HasNoChildren \drafts) "/" Drafts`, `M3 OK Completed (0.000 secs 1 calls)`),
		[]string{"M1 NAMESPACE", "M2 GETQUOTAROOT INBOX", `M3 LIST "" "*"`},
		Account{Namespaces: []mailcheck.Namespace{{Kind: "personal", Delimiter: "/"}, {Kind: "other", Prefix: "Other Users/", Delimiter: "/"}, {Kind: "shared", Prefix: "Shared Folders/", Delimiter: "/"}},
			Folders: []mailcheck.Folder{{Name: "Drafts", Use: mailcheck.UseDrafts}}, Count: 1})
	test("Courier, with a quota without a list", "IMAP4rev1 NAMESPACE QUOTA", crlf(
		`* NAMESPACE (("INBOX." ".")) NIL (("#shared." ".")("shared." "."))`, `M1 OK NAMESPACE completed.`, `* QUOTAROOT "INBOX" "ROOT"`, `* QUOTA "ROOT"`, `M2 OK GETQUOTAROOT completed.`,
		`* LIST (\HasNoChildren) "." "INBOX.Sent"`, `* LIST (\Unmarked \HasChildren) "." "INBOX"`, `M3 OK LIST completed`),
		[]string{"M1 NAMESPACE", "M2 GETQUOTAROOT INBOX", `M3 LIST "" "*"`},
		Account{Namespaces: []mailcheck.Namespace{{Kind: "personal", Prefix: "INBOX.", Delimiter: "."}, {Kind: "shared", Prefix: "#shared.", Delimiter: "."}, {Kind: "shared", Prefix: "shared.", Delimiter: "."}},
			Folders: []mailcheck.Folder{{Name: "INBOX.Sent", Use: mailcheck.UseSent, Guessed: true}}, Count: 2})
	test("refused, with an alert", "IMAP4rev1 QUOTA", crlf(`M1 BAD Unknown command`, `* OK [ALERT] Soon full`, `* LIST () NIL X`, `M2 OK done`),
		[]string{"M1 GETQUOTAROOT INBOX", `M2 LIST "" "*"`}, Account{Count: 1, Alerts: []string{"Soon full"}, Refused: []string{"BAD Unknown command"}})
	test("BYE", "IMAP4rev1", crlf(`* BYE Going down`), []string{`M1 LIST "" "*"`}, Account{Refused: []string{"BYE Going down"}})
	test("names as literals and of any kind", "IMAP4rev1", crlf(`* LIST () "/" {4}`, `T1 O`, `* list (\Noselect \Sent`, `* LIST (\NoSelect) "/" Trash`, `* LIST () "/" {3}`, "a\r\n (\"x\" (y))", `M1 OK`),
		[]string{`M1 LIST "" "*"`}, Account{Count: 3})
}

// Where the login did not bring the capabilities they are asked for beside the rest, and
// what is asked then goes by the new ones.
func TestStaleCapabilities(t *testing.T) {
	c := script(crlf(`* 1 EXISTS`, `T1 OK done`, `* CAPABILITY IMAP4rev1 NAMESPACE`, `M1 OK done`, `* NAMESPACE NIL NIL NIL`, `M2 OK done`, `M3 OK done`))
	s := Open(c, []string{"IMAP4rev1", "QUOTA"})
	defer s.Close()
	s.Stale = true
	if o, err := s.Examine("INBOX", false); err != nil || !slices.Equal(o.Capabilities, []string{"IMAP4rev1", "NAMESPACE"}) {
		t.Errorf("%+v, %v", o, err)
	}
	if a, err := s.Survey(); err != nil || a.Count != 0 {
		t.Errorf("%+v, %v", a, err)
	}
	want := []string{"T1 EXAMINE INBOX\r\nM1 CAPABILITY\r\n", "M2 NAMESPACE\r\nM3 LIST \"\" \"*\"\r\n"}
	if diff := cmp.Diff(want, c.packets); diff != "" {
		t.Error(diff)
	}
}

// A list without an end is read as far as the conversation lets it, and what was read
// counts.
func TestSurveyEndless(t *testing.T) {
	line := "* LIST (\\Sent) \"/\" Sent\r\n"
	s := Open(script(strings.Repeat(line, 2*maxLines)), nil)
	defer s.Close()
	a, err := s.Survey()
	if e, ok := errors.AsType[*checks.Error](err); !ok || e.Check != checks.ReplyTooLong || a.Count == 0 || len(a.Folders) != a.Count {
		t.Errorf("%v, %d folders", err, a.Count)
	}
	if _, err := s.Survey(); err == nil {
		t.Error("it is asked again")
	}
}

// What a folder is there for, as far as its name tells it.
func TestAssign(t *testing.T) {
	for names, want := range map[string]string{
		"INBOX Sent Drafts Trash Junk Archive":                   "sent Sent?, drafts Drafts?, trash Trash?, junk Junk?, archive Archive?",
		"Gesendet Entwürfe Papierkorb Spam":                      "sent Gesendet?, drafts Entwürfe?, trash Papierkorb?, junk Spam?",
		"Éléments/envoyés Brouillons Corbeille Indésirables":     "sent Éléments/envoyés?, drafts Brouillons?, trash Corbeille?, junk Indésirables?",
		"отправленные Черновики Корзина Спам":                    "sent отправленные?, drafts Черновики?, trash Корзина?, junk Спам?",
		"已发送 草稿箱 已删除 垃圾邮件":                                       "sent 已发送?, drafts 草稿箱?, trash 已删除?, junk 垃圾邮件?",
		"Sent=sent Gesendet":                                     "sent Sent",
		"Papierkorb=drafts Trash":                                "drafts Papierkorb, trash Trash?",
		"Projects/2019/Sent":                                     "",
		"Sent-old Trashed":                                       "",
		"Old/Sent Gesendet":                                      "sent Old/Sent?", // the name that most programs make
		"[Gmail]/All=all [Gmail]/Papelera=trash [Gmail]/Enviado": "all [Gmail]/All, trash [Gmail]/Papelera",
	} {
		var all []entry
		for word := range strings.FieldsSeq(names) {
			name, use, _ := strings.Cut(word, "=")
			e := entry{name: name, delimiter: "/", opens: true}
			if use != "" {
				e.uses = []mailcheck.FolderUse{mailcheck.FolderUse(use)}
			}
			all = append(all, e)
		}
		var got []string
		for _, f := range assign(all) {
			mark := ""
			if f.guessed {
				mark = "?"
			}
			got = append(got, fmt.Sprintf("%s %s%s", f.use, f.name, mark))
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %q, want %q", names, strings.Join(got, ", "), want)
		}
	}
}

// A name is known for one use alone, in small letters.
func TestUseNames(t *testing.T) {
	seen := map[string]mailcheck.FolderUse{}
	for use, names := range useNames {
		for _, name := range names {
			if name != strings.ToLower(name) || seen[name] != "" {
				t.Errorf("%q is known for %s, and for %q", name, use, seen[name])
			}
			seen[name] = use
		}
	}
}

func TestDecodeName(t *testing.T) {
	for name, want := range map[string]string{
		"INBOX": "INBOX", "Entw&APw-rfe": "Entwürfe", "R&-D": "R&D", "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-": "Отправленные", "&2D3eAA-": "😀",
		"R&D": "R&D", "&": "&", "&-": "&", "&!!-": "&!!-", "&AA-": "&AA-", "&2D0-": "&2D0-", "Entwürfe": "Entwürfe", "a&APx-": "a&APx-",
	} {
		if got := decodeName(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}

// Whatever a server says of folders, namespaces and quotas, what is made of it is bounded.
func FuzzData(f *testing.F) {
	for _, line := range []string{
		`LIST (\HasNoChildren \Sent) "/" "Sent"`, `LIST () NIL {3}`, `LIST (\Sent`, `LIST () "/" &IC4-x`, `NAMESPACE (("" "/")) NIL (("#shared." ".")("x" NIL "X" ("y")))`,
		`NAMESPACE ))((`, `QUOTA "" (STORAGE 1 2 MESSAGE 3 4)`, `QUOTA "ROOT"`, `QUOTA x (STORAGE 99999999999999999999 1)`, `QUOTA x (STORAGE 1 9223372036854775807)`, `CAPABILITY ( a`,
	} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		var through filter
		tokens, _, ok := scan(line)
		if !ok || len(tokens) < 2 {
			return
		}
		for _, word := range []string{"LIST", "NAMESPACE", "QUOTA", "CAPABILITY"} {
			through.keep(word, tokens[1:])
		}
		for _, folder := range assign(through.folders) {
			if folder.name == "" || len(folder.name) > 3*maxName {
				t.Errorf("a folder %q", folder.name)
			}
		}
		if len(through.spaces) > maxSpaces {
			t.Errorf("%d namespaces", len(through.spaces))
		}
		for _, q := range through.quotas {
			if q.Used < 0 || q.Limit < 0 || q.Percent() < 0 || q.Full() && q.Limit == 0 {
				t.Errorf("%+v", q)
			}
		}
		if utf8.ValidString(line) && !utf8.ValidString(decodeName(line)) {
			t.Errorf("%q is decoded to what is no text", line)
		}
	})
}

// io.EOF of a server that hangs up at the question comes back as it is.
func TestSurveyHungUp(t *testing.T) {
	s := Open(script("* LIST () NIL x\r\n"), nil)
	defer s.Close()
	if a, err := s.Survey(); err != io.EOF || a.Count != 1 {
		t.Errorf("%+v, %v", a, err)
	}
}
