package netx

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// maxClocks bounds the hosts whose time is remembered.
const maxClocks = 64

// clock remembers how this machine's time differs from that of the web servers
// it met, each of which says its own in every answer (RFC 9110 section 6.6.1).
type clock struct {
	mu     sync.Mutex
	behind map[string]time.Duration // by host
}

// note reads the Date of an answer. A cache sends the Date of the original, and
// says in Age how long ago that was (RFC 9111 section 5.1).
func (c *clock) note(host string, header http.Header) {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return
	}
	if age, err := strconv.ParseUint(header.Get("Age"), 10, 31); err == nil {
		date = date.Add(time.Duration(age) * time.Second)
	}
	c.learn(map[string]time.Duration{host: time.Until(date)})
}

// learn takes over what was noted of hosts.
func (c *clock) learn(behind map[string]time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.behind == nil {
		c.behind = make(map[string]time.Duration)
	}
	for host, d := range behind {
		if _, known := c.behind[host]; known || len(c.behind) < maxClocks {
			c.behind[host] = d
		}
	}
}

// ClockError returns how far this machine's clock is behind (negative: ahead)
// the web servers that this run got an answer from, as their median, and how
// many those are. With none it knows nothing. Nobody vouches for a server's
// clock, and half a round trip and the one-second grain of Date are in it: it is
// good for hours and days.
func (n *Run) ClockError() (behind time.Duration, servers int) {
	n.clock.mu.Lock()
	defer n.clock.mu.Unlock()
	var all []time.Duration
	for _, d := range n.clock.behind {
		all = append(all, d)
	}
	if len(all) == 0 {
		return 0, 0
	}
	slices.Sort(all)
	return all[(len(all)-1)/2], len(all)
}

// Clocks returns what is known of the web servers' clocks, for [Run.LearnClocks].
func (n *Run) Clocks() map[string]time.Duration {
	n.clock.mu.Lock()
	defer n.clock.mu.Unlock()
	return maps.Clone(n.clock.behind)
}

// LearnClocks takes over what another run knows.
func (n *Run) LearnClocks(behind map[string]time.Duration) { n.clock.learn(behind) }
