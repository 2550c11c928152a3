package oauth

import "time"

// How long signing in may take. People look for their telephone and type passwords, so
// that minutes are meant.
const (
	codeWait = 5 * time.Minute  // from the page that is opened to the browser's return; somebody who has gone away starts again
	headWait = 10 * time.Second // a browser sends a request in one piece
	farewell = 1 * time.Second  // the page that says it worked is small and goes to this machine

	deviceWait   = 15 * time.Minute // where the server does not say how long the code lives: what most say
	maxDevice    = 30 * time.Minute // whatever the server says
	pollStandard = 5 * time.Second  // RFC 8628 section 3.2
	pollMin      = 1 * time.Second
	pollMax      = 60 * time.Second // a longer pause would let the code expire unseen
	pollSlower   = 5 * time.Second  // for each slow_down (RFC 8628 section 3.5)

	maxLife = 365 * 24 * time.Hour // of a token: far beyond those that exist, and far below where times overflow
)
