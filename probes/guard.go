package probes

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"mailcheck"
	"mailcheck/checks"
)

// headStart is how long the first login waits for a server that ranks higher to be
// ready, so that it is mostly the same one in every run. The longer the way has been so
// far, the further apart are those that go it side by side.
func headStart(sofar time.Duration) time.Duration {
	return min(max(sofar/4, 10*time.Millisecond), 250*time.Millisecond)
}

// guard keeps an account of one operator from being locked. What another operator
// refuses says nothing about it: an old host knows the password of then.
//
// A user name that was not let in yet is tried at one server alone, since several
// refusals may lock the account. Once it was let in, the others have nothing to fear and
// go side by side. However many names the settings have, no more than maxRefused are
// refused: they may be spellings of one.
type guard struct {
	started time.Time // of the run
	mu      sync.Mutex
	begun   bool            // the first was chosen
	busy    bool            // somebody tries a name that was not let in yet
	waiting []*place        // for that to end
	letIn   map[string]bool // accounts
	closed  map[string]bool // accounts that are not tried again
	asked   map[string]bool // of those, the ones that Exchange was mute about, which its submission is asked about once
	asking  string          // the one that it is asked about now
	over    bool            // no user name is tried again
	opening bool            // the first waits for its head start
	settled bool            // no mail server of the run has anything more to say
	webIn   bool            // a service let a user in
	apart   bool            // one refused what the mail servers take, so no service is asked again
	inside  int             // connections on which a user was let in
}

// accountOf returns what a guard calls a user, however the name is spelled; one whom a client
// certificate names has none.
func accountOf(name string) string { return cmp.Or(fold(name), "the certificate's") }

// maxRefused is how many user names an operator may refuse: the one that is published, or
// the address, and its other form.
const maxRefused = 2

// spent reports whether no login is made any more under a name that was not let in.
func (g *guard) spent(name string) bool { return g.closed[name] || len(g.closed) >= maxRefused }

// place is the one of a login in the queue of a guard.
type place struct {
	guard *guard
	name  string        // of the user, folded
	rank  int           // the lower goes first
	sends bool          // at a submission server
	ready chan struct{} // closed when it may begin
	alone bool
	asks  bool // although the name is closed
	late  bool // begins when no other connection is in the mailbox any more
	waits bool // at what stands around the mail, so that the mail servers go first
}

// queue asks for the turn of a login under a user name.
func (g *guard) queue(name string, rank int, at mailcheck.Protocol, late bool) *place {
	g.mu.Lock()
	defer g.mu.Unlock()
	t := &place{guard: g, name: accountOf(name), rank: rank, sends: at.Sends(), late: late, waits: !at.Reads() && !at.Sends(), ready: make(chan struct{})}
	g.waiting = append(g.waiting, t)
	if !g.begun && !g.opening && !t.waits {
		g.opening = true
		time.AfterFunc(headStart(time.Since(g.started)), func() {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.begun = true
			g.admit()
		})
	}
	g.admit()
	return t
}

// admit lets those begin who may.
func (g *guard) admit() {
	if !g.begun {
		return
	}
	slices.SortStableFunc(g.waiting, func(a, b *place) int { return cmp.Compare(a.rank, b.rank) })
	if i := slices.IndexFunc(g.waiting, g.mayAsk); i >= 0 && !g.busy {
		t := g.waiting[i]
		t.asks, g.asking = true, t.name
		delete(g.asked, t.name)
		g.begin(t, true)
		g.waiting = slices.Delete(g.waiting, i, i+1)
	}
	g.waiting = slices.DeleteFunc(g.waiting, func(t *place) bool {
		decided := g.decided(t)
		if !decided && (g.busy || t.late && g.inside > 0 || t.waits && !g.settled && !g.letIn[t.name]) || g.asking == t.name {
			return false
		}
		g.begin(t, !decided)
		return true
	})
}

// decided reports whether it is known what becomes of a login, or that it can do no harm.
func (g *guard) decided(t *place) bool {
	known := g.letIn[t.name] && (!t.waits || g.webIn)
	return g.over || t.waits && g.apart || !t.late && (known || g.spent(t.name) && !g.letIn[t.name])
}

// mayAsk reports whether a login is the one that Exchange's submission is asked with.
func (g *guard) mayAsk(t *place) bool {
	return t.sends && g.asked[t.name] && !g.over && !g.letIn[t.name]
}

// begin gives somebody the turn.
func (g *guard) begin(t *place, alone bool) {
	t.alone = alone
	g.busy = g.busy || alone
	close(t.ready)
}

// shut reports whether a login may not be made, and whether that holds for every name.
func (t *place) shut() (shut, all bool) {
	t.guard.mu.Lock()
	defer t.guard.mu.Unlock()
	if t.asks {
		t.asks = false
		return false, false
	}
	all = t.guard.over || t.waits && t.guard.apart
	return all || t.guard.spent(t.name) && !t.guard.letIn[t.name], all
}

// refused reports whether somebody at the operator refused the name.
func (t *place) refused() bool {
	t.guard.mu.Lock()
	defer t.guard.mu.Unlock()
	return t.guard.closed[t.name]
}

// learn has the guard draw its conclusions from a login.
func (t *place) learn(e *entry) {
	g := t.guard
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case e.ok():
		g.letIn[accountOf(e.User)] = true
		g.webIn = g.webIn || t.waits
		g.inside++
	case t.waits && g.letIn[accountOf(e.User)]: // the mail servers know the account, whatever a service says
		g.apart = g.apart || e.check.RejectsCredentials() || e.check == checks.LoginThrottled
	case e.rejected():
		if e.mute && len(g.closed) == 0 {
			g.asked[accountOf(e.User)] = true
		}
		g.closed[accountOf(e.User)] = true
	case e.check == checks.LoginAppPassword: // the password is known, and not wrong
	case e.check == checks.LoginThrottled || e.check.RejectsCredentials() || e.doubtful:
		g.over = true // the user is known, so another form of the name would be no better
	case e.sent && (e.check == checks.LoginFailed || e.check == checks.RunTimeout):
		g.over = true // some servers hang up, or fall silent, where others reject
	}
}

// retry keeps the turn for another user name, if it is held alone.
func (t *place) retry(name string) bool {
	if t == nil {
		return false
	}
	t.guard.mu.Lock()
	defer t.guard.mu.Unlock()
	if t.alone && t.guard.asking == "" {
		t.name = accountOf(name)
		return true
	}
	return false
}

// crowded reports whether a refusal for too many connections may be owed to those of
// this run: some servers let a user in once, or lock a maildrop for one.
func (t *place) crowded(e *entry) bool {
	t.guard.mu.Lock()
	defer t.guard.mu.Unlock()
	return e.check == checks.LoginLimit && t.guard.letIn[t.name] && !t.late
}

// out notes that a connection on which a user was let in has ended.
func (g *guard) out() {
	time.AfterFunc(noticeTime, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.inside--
		g.admit()
	})
}

// servicesApart reports whether a service refused what the mail servers take.
func (g *guard) servicesApart() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.apart
}

// settle lets those begin who wait for the mail servers, which have all been tested.
func (g *guard) settle() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.begun, g.settled = true, true
	g.admit()
}

// leave makes room for the next.
func (t *place) leave() {
	g := t.guard
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = slices.DeleteFunc(g.waiting, func(o *place) bool { return o == t })
	if t.alone {
		g.busy, g.asking, t.alone = false, "", false
	}
	g.admit()
}
