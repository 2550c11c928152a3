package autoconfig

import "time"

// How long discovery waits, and for what. Documents and DNS have limits of their own
// in package netx.
const (
	// A fallback source waits for the sources before it: the time of a few slow round
	// trips. Without it a good published answer would come with needless connections
	// to guessed hosts; without an end to it one silent web server would hold up
	// everything.
	headStart = 3 * time.Second

	// What is asked over http, and by the ways that few programs go, while the settings
	// are known already. A port 80 behind which nothing answers must not hold up the run.
	asidePatience = time.Second

	// The look at a .well-known place, redirects included. Most domains have nothing
	// there, and the run must not wait for that.
	wellKnownTimeout = 10 * time.Second

	// The question for a TLSA record: some name servers never answer it, and no
	// client waits.
	tlsaPatience = time.Second

	// The proof of a record by DNSSEC: three dependent questions, one of which may have to
	// be sent again. The servers that it is about are tested meanwhile.
	proofPatience = 2 * time.Second
)
