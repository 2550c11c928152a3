package serve

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Refusal says that a run is not made now.
type Refusal struct {
	Why   string        // a sentence for whoever asks
	After time.Duration // to ask again in
	Busy  bool          // the service has too much to do, and it was not the one who asks
}

func (e *Refusal) Error() string { return e.Why }

// limits are how often runs are made. Whoever calls their methods holds a lock.
type limits struct {
	clients, domains, logins, domainLogins, clientLogins, readers window
}

// rate is so many in a time.
type rate struct {
	most int
	in   time.Duration
}

// How often runs are made, and what came of them is read.
var (
	perClient      = rate{10, time.Minute}  // somebody at a help desk takes longer for a call
	perDomain      = rate{6, time.Minute}   // a mail server bans an address that comes too often
	perLogin       = rate{3, time.Hour}     // an account is locked after some wrong passwords
	perDomainLogin = rate{30, time.Hour}    // nobody tries one password with all users of a domain
	perClientLogin = rate{10, time.Hour}    // nor everywhere
	perReader      = rate{300, time.Minute} // a page of a result costs some 40 ms of a processor
)

// limited is one limit of a run.
type limited struct {
	in   *window
	key  string
	rate rate
	why  string
}

// read counts a look at a result, or refuses it.
func (l *limits) read(client string, now time.Time) error {
	if after := l.readers.wait(client, perReader, now); after > 0 {
		return &Refusal{Why: "You have asked for very many pages just now.", After: after}
	}
	l.readers.count(client, perReader, now)
	return nil
}

// take counts a run in, or refuses it; then it counts nowhere.
func (l *limits) take(job Job, now time.Time) error {
	if job.Client == "" {
		return nil
	}
	domain := keyOf(cmp.Or(job.Address.Domain, job.Target))
	all := []limited{
		{&l.clients, job.Client, perClient, "You have started very many tests just now."},
		{&l.domains, domain, perDomain, "This domain was tested very often just now."},
	}
	if job.Credentials.Given() {
		all = append(all,
			limited{&l.domainLogins, domain, perDomainLogin, "Very many logins were tested at this domain in the last hour."},
			limited{&l.clientLogins, job.Client, perClientLogin, "You have tested very many logins in the last hour."})
		names := []string{nameOf(job.Target), nameOf(job.Credentials.Username)}
		for i, name := range names {
			if name != "" && !slices.Contains(names[:i], name) {
				all = append(all, limited{&l.logins, name, perLogin, "Somebody of this name was logged in three times in the last hour, and more could lock the account."})
			}
		}
	}
	for _, one := range all {
		if after := one.in.wait(one.key, one.rate, now); after > 0 {
			return &Refusal{Why: one.why, After: after}
		}
	}
	for _, one := range all {
		one.in.count(one.key, one.rate, now)
	}
	return nil
}

// nameOf is what the forms of a user name have in common: alice, alice@example.com, CORP\alice. The
// domain does not count: whoever has one can have it name somebody else's servers.
func nameOf(user string) string {
	name, _, _ := strings.Cut(user[strings.LastIndexByte(user, '\\')+1:], "@")
	return keyOf(name)
}

// keyOf is a name as it is compared.
func keyOf(name string) string { return strings.ToLower(name) }

// window remembers when something was done, by whom, so that nobody does it more often than
// so many times in any stretch of a length.
type window struct {
	done map[string][]time.Time // the latest last
}

// maxRemembered bounds those who are remembered. Beyond it whoever is new has to wait: a crowd
// must not make it forget.
const maxRemembered = 10_000

// wait returns how long it has to be waited; 0 for not at all.
func (w *window) wait(key string, r rate, now time.Time) time.Duration {
	done, known := w.done[key]
	if !known && len(w.done) >= maxRemembered {
		for k, times := range w.done {
			if now.Sub(times[len(times)-1]) >= r.in {
				delete(w.done, k)
			}
		}
		if len(w.done) >= maxRemembered {
			return r.in
		}
	}
	if len(done) < r.most {
		return 0
	}
	return max(r.in-now.Sub(done[len(done)-r.most]), 0)
}

// count counts it as done.
func (w *window) count(key string, r rate, now time.Time) {
	if w.done == nil {
		w.done = map[string][]time.Time{}
	}
	done := append(w.done[key], now)
	w.done[key] = done[max(len(done)-r.most, 0):]
}
