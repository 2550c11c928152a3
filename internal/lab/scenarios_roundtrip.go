package lab

import (
	"strings"
	"time"
)

// The scenarios in which the check sends a message, and in which it makes a folder.

// posted has the servers of the small provider share a mailbox, from which the check sends
// a message to itself.
func posted(p *Post, changes ...func(*Mail)) change {
	return func(s *Scenario) {
		mailboxes(wholeAddress, func(m *Mail) {
			m.Post = p
			for _, change := range changes {
				change(m)
			}
		})(s)
		s.Password, s.RoundTrip = rightPassword, true
	}
}

// synced does the same, and the check makes a folder instead.
func synced(p *Post) change {
	return func(s *Scenario) {
		posted(p)(s)
		s.RoundTrip, s.Writes = false, true
	}
}

// addressed has the message go to another address.
func addressed(to string) change { return func(s *Scenario) { s.To = to } }

// withoutIMAP leaves POP3 alone to read mail with.
func withoutIMAP(s *Scenario) {
	delete(s.Hosts[imapHost], 993)
	without("_imaps._tcp")(s)
}

// plusless are capabilities of a server that cannot remove one message alone, nor move it.
var plusless = []string{"IMAP4rev1", "IDLE"}

func roundTrips() []Scenario {
	return []Scenario{
		provider("roundtrip", "a message that is sent to oneself arrives at once, and is removed", "", posted(&Post{})),
		provider("roundtrip-queued", "the message takes twenty seconds to arrive", "roundtrip.slow", posted(&Post{Delay: 20 * time.Second})),
		provider("roundtrip-verified", "the receiving server notes that it verified the sender; what somebody else claims counts for nothing", "",
			posted(&Post{Adds: []string{"Authentication-Results: mx.example.com; spf=pass smtp.mailfrom=alice@example.com; dkim=pass header.d=example.com; dmarc=pass", "Authentication-Results: mx.example.net; dmarc=fail"}})),
		provider("roundtrip-not-verified", "the receiving server notes that the sender failed DMARC", "roundtrip.not-verified",
			posted(&Post{Adds: []string{"Authentication-Results: mx.example.com 1; spf=none; dmarc=fail (p=none) header.from=example.com"}})),
		provider("roundtrip-junk", "the message is filed as spam", "roundtrip.junk", posted(&Post{Into: "Junk"})),
		provider("roundtrip-marked", "the message arrives in the inbox, marked as spam", "roundtrip.junk", posted(&Post{Adds: []string{"X-Spam-Flag: YES"}})),
		provider("roundtrip-filed", "a rule files the message in a folder of the user's", "mailbox.folder-missing roundtrip.filed", posted(&Post{Folders: []string{"Lists", `\Sent Sent`}, Into: "Lists"})),
		provider("roundtrip-new-folder", "a rule files the message in a folder that it makes for it", "roundtrip.filed", posted(&Post{Into: "Lists"})),
		provider("roundtrip-echo", "a server writes the password into the header, and names a folder after it", "mailbox.folder-missing roundtrip.filed", posted(&Post{
			Folders: []string{"Old " + rightPassword, `\Sent Sent`}, Into: "Old " + rightPassword,
			Adds: []string{"Authentication-Results: " + strings.ReplaceAll(rightPassword, " ", "-") + "; spf=pass", "Received: from correct horse by " + rightPassword + " with " + rightPassword + " id Y29ycmVjdCBob3JzZQ==; Mon, 02 Jan 2006 15:04:05 +0000"}})),
		provider("roundtrip-relay", "a relay writes the Message-ID anew and drops fields that it does not know", "", posted(&Post{Relay: true})),
		provider("roundtrip-sent-copy", "the server keeps a copy of what is sent, which is removed, too", "", posted(&Post{Keeps: true})),
		provider("roundtrip-pop3", "there is no IMAP: the message is waited for and removed by POP3", "", withoutIMAP, posted(&Post{Delay: 1500 * time.Millisecond}), withoutIMAP),
		provider("roundtrip-never", "the message is taken and never arrives", "roundtrip.not-seen", posted(&Post{Never: true})),
		provider("roundtrip-elsewhere", "the message goes to an address whose mail arrives in another mailbox", "roundtrip.not-here", posted(&Post{Never: true}), addressed("bob@example.net")),
		provider("roundtrip-greylisted", "the submission server greylists its own users", "roundtrip.deferred",
			posted(&Post{}, answering(smtpHost, "RCPT", "450 4.2.0 <alice@example.com>: Recipient address rejected: Greylisted, see http://postgrey.example/help\r\n"))),
		provider("roundtrip-refused", "a filter refuses the message once it has seen it", "roundtrip.refused", posted(&Post{Refuses: "550 5.7.1 Message rejected as spam by Content Filtering."})),
		provider("roundtrip-no-smtputf8", "the address has letters beyond ASCII, and the submission server does not take such", "roundtrip.refused", posted(&Post{}, func(m *Mail) {
			if m.Host == smtpHost {
				m.TLSCaps = []string{"PIPELINING", "SIZE 52428800", "ENHANCEDSTATUSCODES", "8BITMIME", "AUTH PLAIN LOGIN"}
			}
		}), addressed("älice@example.com")),
		provider("roundtrip-broken", "the submission server hangs up instead of taking the message", "roundtrip.broken", posted(&Post{}, func(m *Mail) {
			if m.Host == smtpHost {
				m.On = map[string]Behaviour{"DATA": CloseAtOnce}
			}
		})),
		provider("roundtrip-dropped", "the submission server hangs up when it has the message, and delivers it all the same", "roundtrip.broken", posted(&Post{Dies: true})),
		provider("roundtrip-vanished", "the servers to read mail from hang up on everybody once the message was sent", "roundtrip.no-look roundtrip.left", posted(&Post{Vanishes: true})),
		provider("roundtrip-no-uidplus", "the server can neither remove one message alone nor move it", "roundtrip.left", posted(&Post{Caps: plusless})),
		provider("roundtrip-trash", "the server cannot remove one message alone, but move it to the trash", "caps.missing roundtrip.left", posted(&Post{Caps: append(plusless, "MOVE", "SPECIAL-USE")})),
		provider("roundtrip-untried", "no login is accepted, so that no message is sent", "login.rejected roundtrip.untried", posted(&Post{}), password("wrong battery")),
	}
}

func synchronisations() []Scenario {
	return []Scenario{
		provider("sync", "a folder and a message made in one program are seen in another at once", "", synced(&Post{})),
		provider("sync-apart", "the machines behind the name of the server have a mailbox each", "sync.folder", synced(&Post{Apart: true})),
		provider("sync-stale", "what one session puts into a folder another does not see", "sync.idle-polls sync.message", synced(&Post{Stale: true})),
		provider("sync-deaf", "IDLE is offered, and tells nothing", "sync.idle-polls", synced(&Post{Deaf: true})),
		provider("sync-read-only", "no folder can be made in the mailbox", "sync.untried", synced(&Post{ReadOnly: true})),
		provider("sync-left", "a folder can be made, and not be removed", "sync.left", synced(&Post{Locked: true})),
	}
}
