package checks

var pop3Checks = []*Check{
	POP3NotLeft, POP3LeftForDays, POP3UIDLBroken,
}

var (
	POP3NotLeft = &Check{"pop3.not-left", Warning, User,
		"By POP3 mail cannot be left on the server.",
		"Use IMAP if mail is read on more than one device, or let one program alone collect it, and back its files up. A program that is set to leave mail on this server loses sight of it, or collects it again each time.",
		"RFC 2449 section 6.7 (EXPIRE 0), RFC 1939 section 7 (UIDL)"}
	POP3LeftForDays = &Check{"pop3.left-for-days", Info, User,
		"The server deletes mail some days after it was collected by POP3, whatever the mail program is set to.",
		"Keep the mail in the program that collects it, and back its files up, or use IMAP.",
		"RFC 2449 section 6.7 (EXPIRE)"}
	POP3UIDLBroken = &Check{"pop3.uidl-broken", Warning, Operator,
		"The names by which a POP3 program knows its messages again are not valid, so it may collect mail twice, or miss some.",
		"Every message needs a name of its own, of 1 to 70 printable characters, that stays the same (Dovecot: pop3_uidl_format = %08Xu%08Xv). After a move to another server keep the old names (Dovecot: pop3_reuse_xuidl, pop3_migration).",
		"RFC 1939 section 7 (UIDL)"}
)
