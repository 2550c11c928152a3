package netx

import "time"

// How long the network may take. A lost packet is sent again after a second, so that
// every limit leaves room for one.
const (
	// DNS: a question over all tries. A resolver that has to walk slow name servers
	// may need seconds, so each try listens to the end.
	queryLimit  = 5 * time.Second
	resendAfter = 1 * time.Second  // then it goes to the next server, or again to the same: one dead resolver must not cost the run more than this once
	tcpLimit    = 2 * time.Second  // the second try over TCP
	familyGrace = 2 * time.Second  // a family that answered waits for the other: some name servers drop questions for AAAA
	failureLife = 30 * time.Second // a question that failed is not asked again for so long: a bulk run is longer than a hiccup of the resolver
	minLife     = 1 * time.Minute  // an answer counts for so long whatever its TTL: a run must not hear two answers to one question
	maxLife     = 5 * time.Minute  // and for so long at most: whoever has changed a record asks again to see it changed
	proofLimit  = 2 * time.Second  // for finding out why an answer failed

	connectionAttemptDelay = 250 * time.Millisecond // the head start of an address over the next one (RFC 8305 section 5)
	connectTimeout         = 5 * time.Second        // one attempt; a lost SYN is sent again after 1 s and 3 s, so that two may get lost

	// HTTP: one hop from the lookup to the last byte. It covers a connection whose
	// first SYN was lost and a slow web server; documents are small.
	fetchTimeout   = 10 * time.Second
	authorityLimit = 30 * time.Second // one request to a certificate authority, which signs while it is waited for
	turnPatience   = 2 * time.Second  // a document waits for another one of the same host, but not so long that one that hangs delays the rest
	idleTimeout    = 30 * time.Second // a connection waits for the next document of its host
	keptLife       = 15 * time.Minute // a document counts for so long, where runs share them: a survey of a large provider's domains asks for it a few times
	promptly       = 1 * time.Second  // nobody's head start is as short, so that it does not matter whether a document came sooner
	pingAfter      = 10 * time.Second // an HTTP/2 connection on which nothing came is asked whether it still lives
	pingTimeout    = 5 * time.Second  // and given up: the runs that share a dead one would go on waiting for it
)
