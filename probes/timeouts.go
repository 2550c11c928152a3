package probes

import "time"

// How long a probe waits, and for what. The time of the whole run cuts all of it
// short. A lost packet is sent again after a second, so nothing that crosses the
// network waits less than that, but for what is next door.
const (
	handshakeTimeout = 10 * time.Second // slow key operations on a loaded server take seconds, not more
	greetingTimeout  = 25 * time.Second // greet delays of 5 to 20 s are in use; with connecting it stays below the 30 s of a run
	longestGreeting  = 60 * time.Second // where the run has time for it; RFC 5321 section 4.5.3.2.1 grants 5 minutes, but clients give up
	guessTimeout     = 10 * time.Second // nobody said that a guessed server is there
	replyTimeout     = 10 * time.Second // capability lists are answered from memory
	slowGreeting     = 5 * time.Second  // from here on impatient clients give up
	farewellTimeout  = time.Second      // for the last command, whose reply nobody waits for

	// A server may take its time to decide on a login: many make a wrong password
	// wait, some for 15 s and more.
	loginTimeout = 25 * time.Second

	// A server that has failed already does not get the patience of the first
	// connection: this bounds each further one. Only where the way to TLS was seen to
	// take long, as to a server that is far away or greets late, the bound is twice
	// that: a shorter one would call a server silent that answers as it always does.
	askTimeout = 5 * time.Second

	// A server that counts a user's connections needs a moment to notice that one
	// has ended.
	noticeTime = 100 * time.Millisecond

	// Other addresses of a server are visited side by side.
	othersTimeout = 8 * time.Second

	// A server that is silent for so long is suspected of waiting for the client to
	// begin. Greet delays are that long as well, but those servers answer a
	// ClientHello with anything but TLS.
	silence = 3 * time.Second

	hangs       = 2 * time.Second         // a connection that is not there by then is looked around for: a lost packet was sent again and answered
	glance      = 2 * time.Second         // for a port that nobody names: nothing but a remedy hangs on it; covers one lost packet
	nearbyLimit = 2500 * time.Millisecond // for connecting to another port; covers one lost packet, and ends before the connection's own limit

	// What is asked elsewhere about a bad certificate keeps the mail server waiting
	// for a command; it must not lose patience.
	inquiryTimeout = 5 * time.Second

	// A reply to the first command that refuses it may have been meant for something
	// else, and the true one is under way then: one round trip, or a lost packet that is
	// sent again. What a header in front of the conversation brings about comes at once.
	strayWait   = 1500 * time.Millisecond
	strayNearby = 10 * time.Millisecond

	// The TLSA records were asked for at the beginning of a conversation, and are
	// waited for at its end. Some name servers never answer questions of a type that
	// they do not know.
	tlsaPatience = time.Second

	// Services of one web server take turns on a connection: what a slow server
	// needs for some replies, but not so long that one that hangs delays the rest.
	turnPatience = 2 * time.Second

	// The server has a smuggled command already, so that the answer takes one round
	// trip and some work.
	injectionWait = 2 * time.Second

	// A login page is next door; one lost packet is sent again after a second.
	portalLimit = 1500 * time.Millisecond

	// Servers wait so long at least for the header of a proxy (Dovecot's
	// haproxy_timeout is 3 s, Postfix's smtpd_upstream_proxy_timeout 5 s), while one that
	// bans an address hangs up at once.
	proxyPatience = 2 * time.Second

	// One that bans an address at a port with TLS is not kept waiting for longer: its
	// hanging up is a round trip away, or a lost packet is sent again.
	hangUpWait = time.Second

	// Servers look for spam and viruses while the client waits for the reply to a message.
	handInTimeout = 60 * time.Second

	// A message to oneself mostly arrives within a second. Greylisting takes some minutes,
	// for which nobody sits and waits.
	roundTripPatience = 60 * time.Second

	// All folders are looked into once more before a run ends.
	lastLook = 2 * time.Second

	// How long one waits before a mailbox is looked into again, at first and at last: it is
	// looked into often while everybody waits for it, and no server is asked for long.
	firstPause   = 350 * time.Millisecond
	longestPause = 4 * time.Second

	// Where the user ends the run the message is mostly about to arrive, and can be removed.
	afterInterrupt = 3 * time.Second

	// IDLE that works tells within a second or so; servers that only look now and then do so
	// once a minute.
	idlePushes   = 5 * time.Second
	idlePatience = 70 * time.Second

	// Machines that share a mailbox may need a moment to tell each other.
	syncTries = 3
	syncPause = 2 * time.Second

	// Some POP3 servers refuse a user who comes again sooner (RFC 2449 section 6.5).
	maildropPause = 10 * time.Second

	// Operators that asked a survey to slow down are left alone for so long: the counters of
	// connections a minute are empty then (Postfix: anvil_rate_time_unit), and so are most
	// lists of whom to greylist. Each further time it is twice as long.
	usualRest   = time.Minute
	longestRest = 15 * time.Minute

	// What a server answered counts in a survey: long enough for one night's, and a day's
	// notices what has changed.
	answerLife = time.Hour
	pathLife   = time.Minute // so long after its end an intermediate certificate may count

	// What was made is removed although the run has ended, but nobody waits for long.
	cleanTimeout = 15 * time.Second
)
