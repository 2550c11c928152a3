package signin

import "time"

const (
	keyringTime = 20 * time.Second // for somebody to type the keyring's password, which it waits for without an end
	lockTime    = 30 * time.Second // for another mailcheck to renew a sign-in: the time of a request, and that of the keyring
	graceTime   = 3 * time.Second  // after Ctrl-C, for the answer to a request that may have made the old token void
	keepTime    = 10 * time.Second // for a new token to be kept, also after Ctrl-C
)
