package checks

var mailboxChecks = []*Check{
	MailboxFull, MailboxNearlyFull, MailboxFolderMissing, MailboxFolderGuessed,
	MailboxManyFolders, MailboxAlert, MailboxUntold, MailboxAddressUnknown,
}

var (
	MailboxFull = &Check{"mailbox.full", Failure, User,
		"The mailbox is full: new mail is sent back to whoever wrote it, or waits outside.",
		"Delete large messages, those in Sent too, then empty the Trash: what lies there counts. Or ask the provider for more room.",
		"RFC 9208 section 3.1, RFC 5530 section 3 (OVERQUOTA)"}
	MailboxNearlyFull = &Check{"mailbox.nearly-full", Warning, User,
		"The mailbox is nearly full; once it is, new mail is sent back to whoever wrote it.",
		"Delete large messages, those in Sent too, then empty the Trash: what lies there counts. Or ask the provider for more room.",
		"RFC 9208 section 3.1"}
	MailboxFolderMissing = &Check{"mailbox.folder-missing", Info, User,
		"The mailbox has no folder for some of what mail programs put aside.",
		"Nothing is broken: a mail program makes the folder when it first needs it. Until then a copy of what was sent, or what was deleted, is only on the device. Whoever runs the server can make the folders for everybody (Dovecot: namespace inbox, mailbox Sent { auto = subscribe }).",
		"RFC 6154 section 2"}
	MailboxFolderGuessed = &Check{"mailbox.folder-guessed", Info, Operator,
		"The server does not say which folders are for sent mail, drafts, deleted mail and spam; programs go by the names.",
		"Have the server say it (Dovecot: special_use = \\Sent; Cyrus: specialusealways), so that a program in another language does not make a second set. In a mail program choose the folders in the settings of the account, the same in all programs.",
		"RFC 6154 section 2"}
	MailboxManyFolders = &Check{"mailbox.many-folders", Info, User,
		"The mailbox has so many folders that mailcheck has not read the list to its end.",
		"Nothing is broken, but mail programs look into each subscribed folder, and become slow. Subscribe to those that are in use, and join old ones.",
		"RFC 9051 section 6.3.9"}
	MailboxAlert = &Check{"mailbox.alert", Info, User,
		"The server wants every user to read a message, which few mail programs show.",
		"Read the words of the server in the evidence. They often announce work on the server, a mailbox that is nearly full, or a password that has to be changed.",
		"RFC 9051 section 7.1 (ALERT)"}
	MailboxUntold = &Check{"mailbox.untold", Warning, Operator,
		"The mailbox opens, but the server does not answer well what mail programs ask next.",
		"See the server's log for the time of the test. Mail programs ask the same: with a server that falls silent at the list of folders they show no mail.",
		"RFC 9051 section 6.3.9, RFC 9208 section 4.1, RFC 1939 section 7"}
	MailboxAddressUnknown = &Check{"mailbox.address-unknown", Warning, Operator,
		"The user may send, but the server does not know the user's own address as one that gets mail.",
		"Give the address a mailbox or an alias (Postfix: virtual_mailbox_maps or virtual_alias_maps), and see whether it was misspelt. Answers to what the user sends come back as not deliverable.",
		"RFC 5321 section 4.2.3 (550), RFC 3463 section 3.2 (5.1.1)"}
)
