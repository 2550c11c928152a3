package probes

import (
	"mailcheck"
	"mailcheck/internal/netx"
)

// compareClock tells how this machine's clock differs from those of the run's
// web servers.
func compareClock(n *netx.Run) mailcheck.Clock {
	behind, servers := n.ClockError()
	return mailcheck.Clock{Behind: behind, Servers: servers}
}
