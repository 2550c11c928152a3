package checks

var syncChecks = []*Check{SyncUntried, SyncFolder, SyncMessage, SyncIdlePolls, SyncLeft}

var (
	SyncUntried = &Check{"sync.untried", Warning, User,
		"Whether folders and messages are the same in all programs was not tested: the folder for the test could not be made.",
		"Read the server's words in the evidence: the mailbox may be full or read-only, or the server keeps users from making folders. Without a login by IMAP there is nothing to test.",
		"RFC 9051 section 6.3.4"}
	SyncFolder = &Check{"sync.folder", Failure, Operator,
		"A folder made in one program is not seen in another.",
		"Several machines serve this name, and they do not share one store, or not at once (Dovecot: a director, or replication; Cyrus: a frontend with mupdate). Send a user always to the same one, or mend what copies between them.",
		"RFC 9051 section 6.3.9"}
	SyncMessage = &Check{"sync.message", Failure, Operator,
		"A message put into a folder by one program is not seen by another.",
		"The sessions see different copies or a stale index of the mailbox: see replication, and on network storage the locking and caching of the index (Dovecot: mmap_disable, mail_nfs_index, mail_nfs_storage).",
		"RFC 9051 section 7.4.1, RFC 3501 section 5.2"}
	SyncIdlePolls = &Check{"sync.idle-polls", Info, Operator,
		"The server offers to tell of new mail at once (IDLE), and is late or silent.",
		"Let the server be told of changes: Cyrus needs the service idled, Courier IMAP_ENHANCEDIDLE and a kernel with inotify, Dovecot a storage on which inotify works (else mailbox_idle_check_interval counts).",
		"RFC 2177"}
	SyncLeft = &Check{"sync.left", Warning, User,
		"The folder made for the test could not be removed.",
		"Delete the folder that the evidence names, with all that is in it.",
		"RFC 9051 section 6.3.5"}
)
