package bulk

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lab"
	"mailcheck/probes"
	"mailcheck/report"
)

// inLab makes a survey in a scenario, within a bubble, and hands over what becomes of it.
func inLab(t *testing.T, scenario string, made func(t *testing.T, l *lab.Lab, s *Survey)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		found, ok := lab.Find(scenario)
		if !ok {
			t.Fatalf("no scenario %q", scenario)
		}
		l := lab.New(found)
		defer l.Close()
		c := &probes.Client{Dial: l.Dial, Resolvers: []string{lab.Resolver}, Anchors: l.Anchors(), Roots: l.Roots()}
		defer c.Close()
		made(t, l, &Survey{Client: c, Timeout: 30 * time.Second, Concurrency: 4, LoginsPerOperator: 20})
	})
}

// addresses are inputs, a line each.
func addresses(texts ...string) (all []Input) {
	for i, text := range texts {
		all = append(all, Input{Text: text, File: "-", Line: i + 1})
	}
	return all
}

// many are addresses of example.com.
func many(n int) []Input {
	var texts []string
	for i := range n {
		texts = append(texts, fmt.Sprintf("user%d@example.com", i))
	}
	return addresses(texts...)
}

// Every input has one outcome, and that of an address is the same as of a run of its own.
func TestRunIsCheck(t *testing.T) {
	for _, scenario := range []string{"healthy", "cert-expired", "login", "dns-refused", "no-mail"} {
		if _, ok := lab.Find(scenario); !ok {
			continue
		}
		inLab(t, scenario, func(t *testing.T, _ *lab.Lab, s *Survey) {
			s.Client.Survey = &probes.Survey{}
			seen := map[int]report.Outcome{}
			s.Done = func(o report.Outcome) error {
				if _, twice := seen[o.Line]; twice {
					t.Errorf("line %d twice", o.Line)
				}
				seen[o.Line] = o
				return nil
			}
			inputs := append(many(5), addresses("nonsense", "example.com", "nowhere.example")...)
			for i := range inputs {
				inputs[i].Line = i + 1
			}
			if err := s.Run(t.Context(), inputs); err != nil || len(seen) != len(inputs) {
				t.Fatalf("%v, %d outcomes", err, len(seen))
			}
			for _, in := range inputs {
				o := seen[in.Line]
				if o.Input != in.Text || o.File != in.File || (o.Report == nil) != (in.Text == "nonsense") || (o.Error == "") != (o.Report != nil) {
					t.Errorf("%+v: %+v", in, o)
				}
				if o.Report != nil {
					sameAsCheck(t, s, o)
				}
			}
		})
	}
}

// sameAsCheck compares an outcome with a run of a client that has seen nothing before.
func sameAsCheck(t *testing.T, s *Survey, o report.Outcome) {
	t.Helper()
	c := &probes.Client{Dial: s.Client.Dial, Resolvers: s.Client.Resolvers, Anchors: s.Client.Anchors, Roots: s.Client.Roots}
	defer c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), s.Timeout)
	defer cancel()
	r, err := c.Account(ctx, o.Report.Address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := report.Diff(r, o.Report); len(d.Changes) > 0 || r.Verdict != o.Report.Verdict || len(r.Findings) != len(o.Report.Findings) {
		t.Errorf("%s is %s, alone %s: %+v", o.Input, o.Report.Verdict, r.Verdict, d.Changes)
	}
}

// No more than were asked for run at once.
func TestRunConcurrency(t *testing.T) {
	inLab(t, "silent-server", func(t *testing.T, _ *lab.Lab, s *Survey) {
		var mu sync.Mutex
		running, most := 0, 0
		s.Begun = func(Input) {
			mu.Lock()
			defer mu.Unlock()
			running++
			most = max(most, running)
		}
		began := time.Now()
		s.Done = func(report.Outcome) error {
			mu.Lock()
			defer mu.Unlock()
			running--
			return nil
		}
		if err := s.Run(t.Context(), many(12)); err != nil {
			t.Fatal(err)
		}
		if most != s.Concurrency {
			t.Errorf("%d at once", most)
		}
		if took := time.Since(began); took > 3*s.Timeout {
			t.Errorf("three rounds took %s", took)
		}
	})
}

// After an interruption nothing begins, what ends soon is handed over, nothing that was cut
// off is, and it is over within two seconds. What is left is done the next time.
func TestRunInterrupted(t *testing.T) {
	inLab(t, "silent-server", func(t *testing.T, _ *lab.Lab, s *Survey) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		stopped := time.Now()
		done := map[string]bool{}
		s.Done = func(o report.Outcome) error {
			done[o.Key()] = true
			if mailcheck.Shows(o.Report.Findings, checks.RunInterrupted) {
				t.Errorf("%s was cut off", o.Input)
			}
			return nil
		}
		time.AfterFunc(50*time.Second, func() { stopped = time.Now(); cancel() })
		inputs := many(40)
		if err := s.Run(ctx, inputs); !errors.Is(err, context.Canceled) {
			t.Fatalf("%v", err)
		}
		if late := time.Since(stopped); late >= 2*time.Second {
			t.Errorf("it went on for %s", late)
		}
		first := len(done)
		if first == 0 || first == len(inputs) {
			t.Fatalf("%d were done", first)
		}
		todo, _ := Plan(inputs, done)
		if err := s.Run(t.Context(), todo); err != nil || len(done) != len(inputs) || len(todo) != len(inputs)-first {
			t.Errorf("%v: %d of %d were done, of which %d the second time", err, len(done), len(inputs), len(todo))
		}
	})
}

// An interruption after the last outcome is none.
func TestRunInterruptedAtTheEnd(t *testing.T) {
	inLab(t, "healthy", func(t *testing.T, _ *lab.Lab, s *Survey) {
		ctx, cancel := context.WithCancel(t.Context())
		s.Done = func(report.Outcome) error { cancel(); return nil }
		if err := s.Run(ctx, many(1)); err != nil {
			t.Error(err)
		}
	})
}

// Where an outcome cannot be kept the survey ends, with the reason.
func TestRunCannotKeep(t *testing.T) {
	inLab(t, "healthy", func(t *testing.T, _ *lab.Lab, s *Survey) {
		full, n := errors.New("no space left on device"), 0
		s.Done = func(report.Outcome) error { n++; return full }
		if err := s.Run(t.Context(), many(50)); !errors.Is(err, full) || n != 1 {
			t.Errorf("%v after %d outcomes", err, n)
		}
	})
	inLab(t, "healthy", func(t *testing.T, _ *lab.Lab, s *Survey) {
		s.Client.Close()
		s.Done = func(report.Outcome) error { return nil }
		if err := s.Run(t.Context(), many(3)); !errors.Is(err, probes.ErrClosed) {
			t.Errorf("without a network: %v", err)
		}
	})
}

// Accounts are logged in to, each once, and at one operator no more than some a minute; others
// do not wait for them. No password is in an outcome.
func TestRunLogins(t *testing.T) {
	inLab(t, "login", func(t *testing.T, l *lab.Lab, s *Survey) {
		found, _ := lab.Find("login")
		s.Client.Survey, s.LoginsPerOperator = &probes.Survey{}, 2
		var began []time.Duration
		start := time.Now()
		inputs := many(2)
		for range 5 {
			inputs = append(inputs, Input{Text: found.Address, File: "accounts.csv", Line: len(inputs) + 1, Account: &Account{password: found.Password}})
		}
		var mu sync.Mutex
		s.Begun = func(in Input) {
			mu.Lock()
			defer mu.Unlock()
			if in.Account != nil {
				began = append(began, time.Since(start).Round(time.Second))
			}
		}
		accepted := 0
		s.Done = func(o report.Outcome) error {
			line, err := report.SurveyLine(o, nil, report.Options{})
			if err != nil || strings.Contains(string(line), found.Password) {
				t.Errorf("%v, or the password is in the line of %s", err, o.Input)
			}
			if strings.Contains(string(line), `"state":"accepted"`) {
				accepted++
			}
			return nil
		}
		if err := s.Run(t.Context(), inputs); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(began) != "[0s 30s 1m0s 1m30s 2m0s]" || accepted != 5 {
			t.Errorf("logged in at %v, accepted %d", began, accepted)
		}
	})
}

// A password that cannot be had is told as that, and nothing is sent.
func TestRunWithoutPassword(t *testing.T) {
	inLab(t, "login", func(t *testing.T, l *lab.Lab, s *Survey) {
		inputs := []Input{{Text: "alice@example.com", File: "accounts.csv", Line: 2, Account: &Account{command: "exit 3"}},
			{File: "accounts.csv", Line: 3, Err: errors.New("no address")}}
		var outcomes []report.Outcome
		s.Done = func(o report.Outcome) error { outcomes = append(outcomes, o); return nil }
		if err := s.Run(t.Context(), inputs); err != nil || len(outcomes) != 2 || len(l.Credentials()) > 0 {
			t.Errorf("%v, %d outcomes, %q", err, len(outcomes), l.Credentials())
		}
		for _, o := range outcomes {
			if o.Report != nil || o.Error == "" {
				t.Errorf("%+v", o)
			}
		}
	})
}

// without has the network of a survey away for a time.
func without(s *Survey, long time.Duration) {
	dial, back := s.Client.Dial, time.Now().Add(long)
	s.Client.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if time.Now().Before(back) {
			return nil, &net.OpError{Op: "dial", Net: network, Err: os.NewSyscallError("connect", syscall.ENETUNREACH)}
		}
		return dial(ctx, network, address)
	}
}

// What came to nothing is tested once more, and has one outcome.
func TestRunRepeats(t *testing.T) {
	inLab(t, "healthy", func(t *testing.T, _ *lab.Lab, s *Survey) {
		without(s, 30*time.Second)
		verdicts := map[string]mailcheck.Verdict{}
		s.Done = func(o report.Outcome) error {
			if verdicts[o.Input] != "" {
				t.Errorf("%s twice", o.Input)
			}
			verdicts[o.Input] = o.Report.Verdict
			return nil
		}
		if err := s.Run(t.Context(), many(6)); err != nil || len(verdicts) != 6 {
			t.Fatalf("%v, %d outcomes", err, len(verdicts))
		}
		for input, v := range verdicts {
			if v != mailcheck.Pass {
				t.Errorf("%s: %s", input, v)
			}
		}
	})
}

// A survey whose network has gone ends, and takes nothing for done.
func TestRunWithoutNetwork(t *testing.T) {
	inLab(t, "healthy", func(t *testing.T, _ *lab.Lab, s *Survey) {
		without(s, time.Hour)
		s.Done = func(o report.Outcome) error {
			t.Errorf("%s is done", o.Input)
			return nil
		}
		if err := s.Run(t.Context(), many(100)); !errors.Is(err, ErrNoNetwork) {
			t.Errorf("%v", err)
		}
	})
}
