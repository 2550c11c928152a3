package mailcheck

import "time"

// RoundTrip is what became of a marked message that was sent to be waited for.
type RoundTrip struct {
	State RoundTripState
	From  string // sender and envelope sender
	To    string // recipient
	Token string // that marks the message: in the subject, in the Message-ID, and in a field X-Mailcheck-Token

	Server string        // URL of the submission server
	Reply  string        // its last words about the message, cleaned
	Queue  string        // the id that it gave the message, where its words have one
	Took   time.Duration // from MAIL to the reply to the message

	Arrivals       []Arrival      // where it was seen, in the order it was looked for
	Hops           []Hop          // the servers that it went through, first to last
	HopsLeftOff    int            // how many more there were
	Authentication []Verification // what servers say that they verified, last server first
	Removals       []Removal      // of the message, wherever it lay

	Steps        []Step
	Conversation []Line
}

// RoundTripState says how far the message came.
type RoundTripState string

// The states of a round trip.
const (
	RoundTripUntried   RoundTripState = "untried"   // nothing was sent
	RoundTripRefused   RoundTripState = "refused"   // the server did not take the message
	RoundTripDoubtful  RoundTripState = "doubtful"  // nobody knows whether the server took it, and it was not seen
	RoundTripAccepted  RoundTripState = "accepted"  // the server took it, and it was not seen within the time
	RoundTripDelivered RoundTripState = "delivered" // it was seen in the mailbox
)

// Arrival is where a message was seen.
type Arrival struct {
	Server string        // URL
	Folder string        // as the server writes it; empty with POP3
	Use    FolderUse     // what the folder is for
	After  time.Duration // since the submission server took the message, when it was seen
	Pushed bool          // the server told of it by itself (IDLE); else it was found by asking
}

// FolderUse is what a folder is for (RFC 6154), as the server or its name says.
type FolderUse string

// The uses of folders. One without a use is the user's own.
const (
	UseInbox   FolderUse = "inbox"
	UseJunk    FolderUse = "junk"
	UseSent    FolderUse = "sent"
	UseTrash   FolderUse = "trash"
	UseDrafts  FolderUse = "drafts"
	UseArchive FolderUse = "archive"
	UseAll     FolderUse = "all" // of all messages, wherever they lie
	UseOther   FolderUse = ""
)

// Hop is one server that a message went through, as it says in its Received field (RFC
// 5321 section 4.4). All of it but that of the last servers may be made up.
type Hop struct {
	From, By string        // host names
	With     string        // protocol, such as ESMTPSA
	ID       string        // in its queue
	At       time.Time     // by its own clock; zero if it does not say
	Delay    time.Duration // since the hop before, by two clocks; negative where they differ
}

// Verification is one result of a check of sender or signature, as an
// Authentication-Results field has it (RFC 8601).
type Verification struct {
	By     string // authserv-id: who says that he verified it
	Own    bool   // that is the receiving server; of others it is a claim that anybody can make
	Method string // such as spf, dkim, dmarc
	Result string // such as pass, fail, none
}

// Removal is that of something that mailcheck made, from where it lay.
type Removal struct {
	Server string // URL
	Folder string // as the server writes it; empty with POP3
	UID    uint32 // of the message; 0 where the folder itself is meant, and with POP3
	Done   bool
	Why    Text // it was not
}

// Synchronisation is whether what is done in one IMAP session is seen in another of the
// same user.
type Synchronisation struct {
	Server string // URL
	Folder string // that was made for it, as the server writes it; empty if none was

	FolderSeen  bool          // in the other session
	FolderAfter time.Duration // since it was made
	Message     MessageSync

	MessageAfter time.Duration // since it was put there, when the other session saw it
	Idle         IdleState
	IdleAfter    time.Duration // since then, when IDLE told of it; or how long it did not

	Removals     []Removal // of the folder
	Steps        []Step
	Conversation []Line
}

// MessageSync says whether a message put into the folder in one session was seen in the other.
type MessageSync string

// The states.
const (
	MessageUntried MessageSync = ""
	MessageSeen    MessageSync = "seen"
	MessageUnseen  MessageSync = "unseen"
)

// IdleState says what IDLE (RFC 2177) is good for.
type IdleState string

// The states.
const (
	IdleUntried IdleState = ""
	IdleAbsent  IdleState = "not offered"
	IdlePushes  IdleState = "pushes" // tells of a new message within seconds
	IdlePolls   IdleState = "polls"  // tells of it, but late
	IdleSilent  IdleState = "silent" // told nothing within the time
)
