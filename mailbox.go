package mailcheck

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Mailbox is how an account stands behind an accepted login, as far as questions that
// change nothing tell. What the server was not asked, or did not say, is zero.
type Mailbox struct {
	Messages   int         // in the inbox, of POP3 in the maildrop; -1 where that is not known
	Alerts     []string    // what an IMAP server wants every user to read (RFC 9051 section 7.1)
	Identity   []Property  // what an IMAP server says of itself (RFC 2971)
	Namespaces []Namespace // of an IMAP server
	Folders    []Folder    // of an IMAP server, that are there for something
	Count      int         // of all folders; 0 where they are not known
	More       bool        // there are more, which were not read
	Quotas     []Quota     // of the inbox
	Collecting *Collecting // of POP3
	Sending    *Sending    // of submission
}

// Property is one thing that a server says of itself.
type Property struct{ Key, Value string }

// Namespace is where folders of one kind are (RFC 2342).
type Namespace struct {
	Kind      string // personal, other or shared
	Prefix    string // of the names of its folders
	Delimiter string // between the levels of a name; empty where there is one level
}

// Further uses of folders (RFC 6154, RFC 8457).
const (
	UseFlagged   FolderUse = "flagged"
	UseImportant FolderUse = "important"
)

// NeededUses are the uses for which every mail program wants a folder.
var NeededUses = []FolderUse{UseSent, UseDrafts, UseTrash, UseJunk}

// Folder is one that is there for something.
type Folder struct {
	Name    string // in letters as people read them
	Use     FolderUse
	Guessed bool // by its name, since the server does not say it
}

// Missing returns the needed uses for which there is no folder. Where the folders are not
// all known nobody can say.
func (m *Mailbox) Missing() []FolderUse {
	if m.Count == 0 || m.More {
		return nil
	}
	var missing []FolderUse
	for _, use := range NeededUses {
		if !slices.ContainsFunc(m.Folders, func(f Folder) bool { return f.Use == use }) {
			missing = append(missing, use)
		}
	}
	return missing
}

// Guessed returns the folders that only their names tell.
func (m *Mailbox) Guessed() []Folder {
	return slices.DeleteFunc(slices.Clone(m.Folders), func(f Folder) bool { return !f.Guessed })
}

// Quota is a limit of what may lie in a mailbox (RFC 9208).
type Quota struct {
	Root     string // what shares the limit, as the server calls it
	Resource string // storage or message
	Used     int64  // bytes of storage, or messages
	Limit    int64  // 0 for none
}

// Percent is how much of the limit is used; 0 where there is none.
func (q Quota) Percent() int {
	if q.Limit <= 0 {
		return 0
	}
	return int(min(float64(q.Used)/float64(q.Limit)*100, 10_000))
}

// NearlyFull is the percentage of a quota from which on its user has to act.
const NearlyFull = 90

// Full reports whether nothing more goes in.
func (q Quota) Full() bool { return q.Limit > 0 && q.Used >= q.Limit }

// Leave says whether mail that was collected by POP3 can stay on the server.
type Leave string

// What can become of it.
const (
	LeaveAlways  Leave = "always"
	LeaveForDays Leave = "days"    // and is deleted by the server then
	LeaveNot     Leave = "no"      // it goes, or is fetched again each time
	LeaveUnknown Leave = "unknown" // the server was not asked to the end
)

// Collecting is what POP3 lets its user do (RFC 1939, RFC 2449).
type Collecting struct {
	Leave  Leave
	Days   int           // for which mail stays, with LeaveForDays
	Top    bool          // subjects can be had without the whole mail
	Delay  time.Duration // that the server wants between two logins; 0 for none
	Octets int64         // of all messages
}

// Sending is what a submission server says of a message (RFC 6409). None was sent.
type Sending struct {
	As         string // the user's own address; empty where it is not known
	State      SendingState
	MaxSize    int64 // bytes of a message; 0 where no limit is announced
	EightBit   bool  // letters outside ASCII need not be recoded (RFC 6152)
	UTF8       bool  // addresses with letters outside ASCII (RFC 6531)
	Deliveries bool  // reports of delivery can be asked for (RFC 3461)
}

// SendingState is what became of the envelope of a message from the user to the user.
type SendingState string

// The states of sending.
const (
	SendingTaken    SendingState = "accepted" // so far: some judge the message itself
	SendingLater    SendingState = "later"    // the recipient was put off, which says nothing of the sender
	SendingRefused  SendingState = "refused"
	SendingNotTried SendingState = "untested"
)

// Size is a number of bytes, shown in the one unit a person would use.
type Size int64

func (s Size) String() string {
	value, unit := float64(s), "bytes"
	for _, next := range []string{"KB", "MB", "GB", "TB", "PB", "EB"} {
		if value < 1024 {
			break
		}
		value, unit = value/1024, next
	}
	if s == 1 {
		return "1 byte"
	}
	if unit == "bytes" || value >= 100 {
		return fmt.Sprintf("%.0f %s", value, unit)
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", value), ".0") + " " + unit
}
