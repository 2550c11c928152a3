package lab

import (
	"fmt"
	"strings"
)

// opening logs in by the right password at servers of which one answers a command so.
func opening(name, doc, want, host, command, line string) Scenario {
	return provider(name, doc, want, mailboxes(wholeAddress, answering(host, command, line)), password(rightPassword))
}

// usedOf is a quota in KiB.
func usedOf(used, limit int) string {
	return fmt.Sprintf("* QUOTAROOT INBOX \"User quota\"\r\n* QUOTA \"User quota\" (STORAGE %d %d)\r\n{tag} OK Getquotaroot completed.\r\n", used, limit)
}

// announcing is a reply to CAPA with one line more than usual.
func announcing(capability string) string {
	return "+OK\r\nTOP\r\nUIDL\r\nRESP-CODES\r\nPIPELINING\r\nAUTH-RESP-CODE\r\nUSER\r\nSASL PLAIN LOGIN\r\n" + capability + "\r\n.\r\n"
}

func openedMailboxes() []Scenario {
	german := folders(`(\HasChildren) "." INBOX`, `(\HasNoChildren) "." INBOX.Gesendet`, `(\HasNoChildren) "." INBOX.Entw&APw-rfe`,
		`(\HasNoChildren) "." INBOX.Papierkorb`, `(\HasNoChildren) "." INBOX.Spamverdacht`)
	fresh := folders(`(\HasNoChildren) "/" INBOX`, `(\HasNoChildren \Sent) "/" Sent`)
	return []Scenario{
		opening("mailbox-nearly-full", "the mailbox is 93 % full", "mailbox.nearly-full", imapHost, "GETQUOTAROOT", usedOf(976000, 1048576)),
		opening("mailbox-full", "the mailbox is full, so that new mail is sent back", "mailbox.full", imapHost, "GETQUOTAROOT", usedOf(1048600, 1048576)),
		opening("mailbox-folders-missing", "the mailbox has folders for what was sent alone", "mailbox.folder-missing", imapHost, "LIST", fresh),
		opening("mailbox-folders-guessed", "the server does not say what its folders are for, and their names are German", "mailbox.folder-guessed", imapHost, "LIST", german),
		opening("mailbox-alert", "the server wants every user to read something", "mailbox.alert", imapHost, "EXAMINE",
			"* OK [ALERT] The server moves on Saturday at noon.\r\n* 3 EXISTS\r\n{tag} OK [READ-ONLY] Examine completed.\r\n"),
		opening("mailbox-many-folders", "the mailbox has 10,000 folders", "mailbox.many-folders", imapHost, "LIST", tenThousand()),
		opening("mailbox-list-refused", "the server refuses to list the folders", "mailbox.untold", imapHost, "LIST", "{tag} NO [SERVERBUG] Internal error occurred.\r\n"),
		provider("mailbox-list-silent", "the server falls silent at the question which folders there are", "mailbox.untold",
			mailboxes(wholeAddress, func(m *Mail) {
				if m.Host == imapHost {
					m.On = map[string]Behaviour{"LIST": Silent}
				}
			}), password(rightPassword)),
		opening("mailbox-hostile-names", "folders have names that would write over a terminal, or are none", "mailbox.folder-missing", imapHost, "LIST",
			folders(`() "/" "A&AAA-B"`, "() \"/\" \"evil\x1b[31m\"", `() "/" "&IC4-gnp.exe"`, `() "/" "&IC4"`, `(\Sent) "/" "S&ICs-ent"`, `(\Drafts) NIL {7}`+"\r\nD\"\x00\r\nT5", `() "//" ""`)),
		opening("mailbox-address-unknown", "the user may send, but the server knows nobody of the user's address", "mailbox.address-unknown", smtpHost, "RCPT",
			"550 5.1.1 <alice@example.com>: Recipient address rejected: User unknown in virtual mailbox table\r\n"),
		opening("pop3-not-left", "the server deletes mail as soon as it is collected", "pop3.not-left", popHost, "CAPA", announcing("EXPIRE 0")),
		opening("pop3-without-names", "the server does not tell messages apart, so that no mail can be left there", "pop3.not-left", popHost, "UIDL", "-ERR Unknown command.\r\n"),
		opening("pop3-left-for-days", "the server deletes mail two weeks after it was collected", "pop3.left-for-days", popHost, "CAPA", announcing("EXPIRE 14 USER\r\nLOGIN-DELAY 120")),
		opening("pop3-uidl-broken", "two messages have the same name", "pop3.uidl-broken", popHost, "UIDL", "+OK\r\n1 0001\r\n2 0002\r\n3 0001\r\n.\r\n"),
	}
}

// tenThousand is the reply of a mailbox with so many folders, in the order of the alphabet.
func tenThousand() string {
	lines := make([]string, 10_000)
	for i := range lines {
		lines[i] = fmt.Sprintf(`(\HasNoChildren) "/" "Projects/%04d %s"`, i, strings.Repeat("x", i%30))
	}
	return folders(lines...)
}
