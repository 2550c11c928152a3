package serve

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/internal/lab"
	"mailcheck/probes"
)

// inLab has runs in a scenario, within a bubble.
func inLab(t *testing.T, scenario string, with func(t *testing.T, l *lab.Lab, r *Runs)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		found, ok := lab.Find(scenario)
		if !ok {
			t.Fatalf("no scenario %q", scenario)
		}
		l := lab.New(found)
		l.RTT = 20 * time.Millisecond
		defer l.Close()
		c := &probes.Client{Dial: l.Dial, Resolvers: []string{lab.Resolver}, Anchors: l.Anchors(), Roots: l.Roots()}
		defer c.Close()
		r := &Runs{Client: c}
		defer r.Close(t.Context())
		with(t, l, r)
	})
}

func address(t *testing.T, typed string) mailcheck.Address {
	t.Helper()
	a, err := mailcheck.ParseAddress(typed)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func start(t *testing.T, r *Runs, job Job) *Run {
	t.Helper()
	run, err := r.Start(job)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// Whoever asks for the same within a minute gets the same run, whatever the case of the letters;
// later, or with a password, one of his own.
func TestRunIsShared(t *testing.T) {
	inLab(t, "healthy", func(t *testing.T, _ *lab.Lab, r *Runs) {
		one := start(t, r, Job{Address: address(t, "alice@example.com")})
		if two := start(t, r, Job{Address: address(t, "Alice@Example.com")}); two != one {
			t.Error("a second run of one address")
		}
		if other := start(t, r, Job{Address: address(t, "bob@example.com")}); other == one {
			t.Error("one run of two addresses")
		}
		secret := Job{Address: address(t, "alice@example.com"), Credentials: probes.Credentials{Password: "swordfish"}}
		if own := start(t, r, secret); own == one || own == start(t, r, secret) {
			t.Error("a run with a password is shared")
		}
		if err := one.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		report, err := one.Report()
		if err != nil || report.Verdict != mailcheck.Pass {
			t.Errorf("%v, %v", report, err)
		}
		if r.Find(one.ID) != one || r.Find("A") != nil {
			t.Error("the run is not found by its id alone")
		}
		time.Sleep(fresh)
		if later := start(t, r, Job{Address: address(t, "alice@example.com")}); later == one {
			t.Error("an old run is shared")
		}
		time.Sleep(keptFor)
		if r.Find(one.ID) != nil {
			t.Error("a run is kept for ever")
		}
	})
}

// Eight runs are at work, the others wait for their turn, and more than may wait are refused.
func TestTurns(t *testing.T) {
	inLab(t, "healthy", func(t *testing.T, _ *lab.Lab, r *Runs) {
		working, most := 0, 0
		end := make(chan struct{})
		var runs []*Run
		for i := range atOnce + maxWaiting {
			runs = append(runs, start(t, r, Job{Target: fmt.Sprint(i), Kind: "test", Do: func(context.Context, *probes.Client, *probes.Options) (*mailcheck.Report, error) {
				r.mu.Lock()
				working++
				most = max(most, working)
				r.mu.Unlock()
				<-end
				r.mu.Lock()
				working--
				r.mu.Unlock()
				return &mailcheck.Report{}, nil
			}}))
			synctest.Wait()
		}
		refused, err := r.Start(Job{Target: "more", Kind: "test"})
		if e, ok := errors.AsType[*Refusal](err); refused != nil || !ok || e.After <= 0 {
			t.Errorf("more than may wait: %v", err)
		}
		close(end)
		for _, run := range runs {
			if err := run.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if most != atOnce {
			t.Errorf("%d runs at once", most)
		}
		if r.kept.order.Len() != maxKept {
			t.Errorf("%d runs are kept", r.kept.order.Len())
		}
	})
}

// An event is told once, in order, to whoever comes early or late.
func TestEvents(t *testing.T) {
	inLab(t, "healthy", func(t *testing.T, _ *lab.Lab, r *Runs) {
		run := start(t, r, Job{Address: address(t, "alice@example.com")})
		var live []Event
		for {
			events, more := run.Events(len(live))
			live = append(live, events...)
			if more == nil {
				break
			}
			<-more
		}
		late, _ := run.Events(0)
		if fmt.Sprint(live) != fmt.Sprint(late) || live[0].Kind != Started || live[len(live)-1].Kind != Ended || len(live) < 4 {
			t.Errorf("%v, %v", live, late)
		}
	})
}

// The password is in nothing that is kept of a run.
func TestPasswordIsNotKept(t *testing.T) {
	inLab(t, "login", func(t *testing.T, l *lab.Lab, r *Runs) {
		found, _ := lab.Find("login")
		run := start(t, r, Job{Address: address(t, found.Address), Credentials: probes.Credentials{Password: found.Password}})
		if err := run.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		report, err := run.Report()
		r.mu.Lock() // the store may just be weighing the run
		run.mu.Lock()
		kept := fmt.Sprintf("%+v %+v", run, report)
		run.mu.Unlock()
		r.mu.Unlock()
		if err != nil || strings.Contains(kept, found.Password) {
			t.Errorf("the password is there, or %v", err)
		}
		if len(l.Credentials()) == 0 {
			t.Error("no login was tried")
		}
	})
}

// Each limit refuses the one too many, says when to come again, and lets him then.
func TestLimits(t *testing.T) {
	password := probes.Credentials{Password: "swordfish"}
	test := func(name string, rate rate, job func(i int) Job) {
		t.Helper()
		inLab(t, "healthy", func(t *testing.T, _ *lab.Lab, r *Runs) {
			now := time.Now()
			for i := range rate.most {
				if err := r.limits.take(job(i), now); err != nil {
					t.Fatalf("%s: number %d: %v", name, i, err)
				}
			}
			e, ok := errors.AsType[*Refusal](r.limits.take(job(rate.most), now))
			if !ok || e.After != rate.in {
				t.Fatalf("%s: %+v", name, e)
			}
			if err := r.limits.take(job(rate.most), now.Add(e.After)); err != nil {
				t.Errorf("%s: afterwards: %v", name, err)
			}
		})
	}
	client := func(i int) string { return fmt.Sprintf("192.0.2.%d", i) }
	at := func(i int) mailcheck.Address {
		return mailcheck.Address{Local: "a", Domain: fmt.Sprintf("d%d.example", i)}
	}
	user := func(i int) mailcheck.Address {
		return mailcheck.Address{Local: fmt.Sprint("u", i), Domain: "example.com"}
	}
	test("client", perClient, func(i int) Job { return Job{Client: "192.0.2.1", Address: at(i), Target: at(i).String()} })
	test("domain", perDomain, func(i int) Job { return Job{Client: client(i), Address: user(i), Target: user(i).String()} })
	test("login", perLogin, func(i int) Job {
		return Job{Client: client(i), Address: user(1), Target: "u1@example.com", Credentials: password}
	})
	test("user name", perLogin, func(i int) Job {
		return Job{Client: client(i), Address: user(i), Target: user(i).String(), Credentials: probes.Credentials{Password: "swordfish", Username: "Bob"}}
	})
}

// A crowd cannot make a window forget, nor grow it.
func TestWindowIsBounded(t *testing.T) {
	var w window
	now := time.Now()
	for i := range maxRemembered {
		w.count(fmt.Sprint(i), perLogin, now)
	}
	if w.wait("new", perLogin, now) == 0 {
		t.Error("a full window takes one more")
	}
	if w.wait("1", perLogin, now) != 0 {
		t.Error("who is known may not")
	}
	if w.wait("new", perLogin, now.Add(perLogin.in)) != 0 || len(w.done) != 0 {
		t.Errorf("%d are remembered for ever", len(w.done))
	}
}

// However a user name is written, and whatever domain leads to its server, it is one.
func TestNameOf(t *testing.T) {
	for _, user := range []string{"alice", "Alice", "alice@example.com", `CORP\alice`, `CORP\alice@elsewhere.example`, "ALICE@d1.attacker.example"} {
		if got := nameOf(user); got != "alice" {
			t.Errorf("%s is %q", user, got)
		}
	}
	inLab(t, "healthy", func(t *testing.T, _ *lab.Lab, r *Runs) {
		try := func(typed, username string) error {
			return r.limits.take(Job{Client: typed, Address: address(t, typed), Target: typed, Credentials: probes.Credentials{Password: "swordfish", Username: username}}, time.Now())
		}
		for _, typed := range []string{"alice@example.com", "alice@d1.attacker.example", "x@d2.attacker.example"} {
			if err := try(typed, map[bool]string{true: "alice"}[typed[0] == 'x']); err != nil {
				t.Fatalf("%s: %v", typed, err)
			}
		}
		if try("y@d3.attacker.example", `CORP\Alice`) == nil || try("alice@d4.attacker.example", "") == nil {
			t.Error("a fourth login with one name")
		}
	})
}
