//go:build unix

package probes

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/internal/lab"
)

// survey checks n addresses, with so many runs at work.
func survey(tb testing.TB, c *Client, n, atOnce int, address func(int) mailcheck.Address, judge func(int, *mailcheck.Report)) {
	tb.Helper()
	c.Survey.Runs = atOnce
	var next atomic.Int32
	var wg sync.WaitGroup
	for range CallersFor(atOnce) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
				r, err := c.Account(ctx, address(i), nil)
				cancel()
				if err != nil {
					tb.Error(err)
					return
				}
				judge(i, r)
			}
		})
	}
	wg.Wait()
}

func domainNumber(i int) mailcheck.Address {
	return mailcheck.Address{Local: "alice", Domain: fmt.Sprintf("d%d.example", i)}
}

func allPass(tb testing.TB) func(int, *mailcheck.Report) {
	return func(i int, r *mailcheck.Report) {
		if r.Verdict != mailcheck.Pass || len(r.Servers) != 4 {
			tb.Errorf("address %d: %s with %d servers, %q", i, r.Verdict, len(r.Servers), ids(r))
		}
	}
}

// BenchmarkSurveyCPU compares the processor time of a survey with that of the leanest loop
// that makes the same handshakes: it connects, shakes hands, verifies, reads a
// greeting and hangs up, and asks no DNS. Both ends of the network run in this process. The aim is at
// most 1.25 times the loop ("x-loop") where every domain has servers of its own, and at
// most 0.5 times where ten operators serve all, whom the loop visits for each domain.
func BenchmarkSurveyCPU(b *testing.B) {
	for _, operators := range []int{0, 10} {
		b.Run(fmt.Sprintf("operators=%d", operators), func(b *testing.B) {
			const domains = 200
			l := newLeanInternet(b)
			l.operators = operators
			l.certify(domains)
			run := func(n int) {
				c := l.client(hasty())
				defer c.Close()
				survey(b, c, n, 16, domainNumber, allPass(b))
			}
			run(1)
			defer debug.SetGCPercent(debug.SetGCPercent(400)) // garbage waits as long as in the command while it has room
			var whole, alone time.Duration
			for b.Loop() {
				whole += cpuTime(b, func() { run(domains) })
				alone += cpuTime(b, func() { leanLoop(b, l, domains) })
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(whole.Microseconds())/1000/float64(b.N*domains), "cpu-ms/domain")
			b.ReportMetric(float64(alone.Microseconds())/1000/float64(b.N*domains), "loop-ms/domain")
			b.ReportMetric(float64(whole)/float64(alone), "x-loop")
			b.ReportMetric(float64(l.queries.Load())/float64(1+b.N*domains), "questions/domain")
		})
	}
}

// leanLoop makes the handshakes of n domains.
func leanLoop(tb testing.TB, l *leanInternet, n int) {
	var next atomic.Int32
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				for _, server := range []struct {
					name string
					port uint16
				}{{"imap", 993}, {"pop", 995}, {"smtp", 465}, {"smtp", 465}} {
					conn, err := l.Dial(tb.Context(), "tcp", fmt.Sprintf("10.%d.%d.%d:%d", i>>16, i>>8&255, i&255, server.port))
					if err != nil {
						tb.Error(err)
						return
					}
					secure := tls.Client(conn, &tls.Config{ServerName: fmt.Sprintf("%s%d.mail.example", server.name, i), RootCAs: l.roots})
					if _, err := secure.Read(make([]byte, 100)); err != nil {
						tb.Error(err)
					}
					conn.Close()
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkSurveyMemory measures the most memory that the process has at a time in surveys,
// 16 addresses at once: of the heap, and of everything. The aim is at most 64 MB for 10,000
// domains with servers of their own, and at most a tenth more for five times as many.
func BenchmarkSurveyMemory(b *testing.B) {
	for _, size := range []struct{ domains, operators int }{{2_000, 0}, {10_000, 0}, {50_000, 0}, {10_000, 100}, {50_000, 100}} {
		b.Run(fmt.Sprintf("domains=%d/operators=%d", size.domains, size.operators), func(b *testing.B) {
			l := newLeanInternet(b)
			l.operators = size.operators
			var heap, all, goroutines uint64
			for b.Loop() {
				c := l.client(hasty())
				stop := watchMemory(func(inUse, mapped uint64, running int) {
					heap, all, goroutines = max(heap, inUse), max(all, mapped), max(goroutines, uint64(running))
				})
				survey(b, c, size.domains, 16, domainNumber, allPass(b))
				stop()
				c.Close()
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(heap)/(1<<20), "heap-MB")
			b.ReportMetric(float64(all)/(1<<20), "all-MB")
			b.ReportMetric(float64(goroutines), "goroutines")
		})
	}
}

// watchMemory looks every now and then, until stop is called.
func watchMemory(look func(inUse, mapped uint64, goroutines int)) (stop func()) {
	done, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		samples := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
		ticker := time.NewTicker(20 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				metrics.Read(samples)
				look(samples[0].Value.Uint64(), samples[1].Value.Uint64()-samples[2].Value.Uint64(), runtime.NumGoroutine())
			case <-done:
				return
			}
		}
	}()
	return func() { close(done); <-over }
}

// surveyTime returns how long a survey takes by the clock of a bubble, and how many runs
// passed.
func surveyTime(t *testing.T, l *leanInternet, n, atOnce int, address func(int) mailcheck.Address) (took time.Duration, passed int32) {
	synctest.Test(t, func(t *testing.T) {
		l.rtt = 20 * time.Millisecond
		c := l.client(hasty())
		defer c.Close()
		var pass atomic.Int32
		began := time.Now()
		survey(t, c, n, atOnce, address, func(_ int, r *mailcheck.Report) {
			if r.Verdict == mailcheck.Pass {
				pass.Add(1)
			}
		})
		took, passed = time.Since(began), pass.Load()
	})
	return took, passed
}

var surveyDomains = flag.Int("survey", 200, "how many domains TestSurveyAmongBlackHoles surveys")

// Servers that never answer hold up nobody but who waits for them: a survey with a tenth of
// black holes takes no longer than its work shared by all who work, or the longest run,
// whichever is more, and a tenth.
func TestSurveyAmongBlackHoles(t *testing.T) {
	l := newLeanInternet(t)
	good, passed := surveyTime(t, l, 1, 1, domainNumber)
	if passed != 1 {
		t.Fatal("a good domain does not pass")
	}
	l.black = func(n int) bool { return n%10 == 0 }
	bad, passed := surveyTime(t, l, 1, 1, domainNumber)
	if passed != 0 {
		t.Fatal("a black hole passes")
	}
	t.Logf("a good domain takes %v, a black hole %v", good, bad)
	domains := *surveyDomains
	for _, atOnce := range []int{domains * 64 / 1000, domains / 8, domains / 4} {
		work := time.Duration(domains*9/10)*good + time.Duration(domains/10)*bad
		most := max(work/time.Duration(atOnce), bad)*11/10 + good
		all, passed := surveyTime(t, l, domains, atOnce, domainNumber)
		t.Logf("%d domains, %d at once, take %v of %v", domains, atOnce, all, most)
		if all > most || int(passed) != domains*9/10 {
			t.Errorf("%d at once took %v, %d passed; at most were to be %v", atOnce, all, passed, most)
		}
	}
}

// A thousand addresses of ten domains take less than twice as long as the ten domains.
func TestSurveyOfFewDomains(t *testing.T) {
	l := newLeanInternet(t)
	ten, _ := surveyTime(t, l, 10, 64, domainNumber)
	all, passed := surveyTime(t, l, 1000, 64, func(i int) mailcheck.Address {
		a := domainNumber(i % 10)
		a.Local = fmt.Sprintf("user%d", i)
		return a
	})
	t.Logf("ten addresses take %v, a thousand of the same domains %v", ten, all)
	if passed != 1000 || all >= 2*ten {
		t.Errorf("%d pass, within %v; ten take %v", passed, all, ten)
	}
}

// One run at a time: the next begins when the one before is over, or waits itself.
func TestSurveyRooms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Survey{Runs: 1}
		s.prepare()
		began := time.Now()
		s.enter(t.Context())() // over at once
		slow := s.enter(t.Context())
		if d := time.Since(began); d != 0 {
			t.Errorf("the second waits for %v", d)
		}
		next := s.enter(t.Context())
		if d := time.Since(began); d != busyTime {
			t.Errorf("the third waits for %v", d)
		}
		slow()
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		s.enter(ctx)()
		if d := time.Since(began); d != busyTime+time.Millisecond {
			t.Errorf("the fourth waits for %v, although its time is over", d)
		}
		next()
	})
}

// Runs that test their servers themselves come to an operator two at once, too, and no more at once than
// two mail programs.
func TestSurveyOwnRunsTakeTurns(t *testing.T) {
	var most int
	synctest.Test(t, func(t *testing.T) {
		s, addresses := customers(10, func(host string) lab.Behaviour {
			return lab.IMAP(lab.Mail{Host: host, GreetingDelay: 4 * time.Second})
		})
		s.Zone = strings.ReplaceAll(s.Zone, "_imaps._tcp SRV", "@ MX 10 mx.hosting.example.\n_imaps._tcp SRV")
		l := lab.New(s)
		defer l.Close()
		v := &visits{dial: l.Dial}
		c := inside(l)
		c.Dial, c.Survey = v.Dial, hasty()
		c.Survey.AtOnce = 2
		defer c.Close()
		var all sync.WaitGroup
		for _, text := range addresses {
			a, _ := mailcheck.ParseAddress(text)
			all.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				r, err := c.Account(ctx, a, &Options{TLSAudit: true})
				if err != nil || r.Servers[0].Verdict != mailcheck.Pass || r.Elapsed > 30*time.Second {
					t.Errorf("%v %s after %v: %q", err, r.Verdict, r.Elapsed, ids(r))
				}
			})
		}
		all.Wait()
		most = v.most
	})
	if most < 2 || most > 2*2 { // an audit opens a connection before the last one is gone
		t.Errorf("%d connections at once", most)
	}
}

// The web server that many domains share is asked in a pace, too: after the first four by ten runs a second.
func TestSurveyWebPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := lab.Scenario{Hosts: map[string]lab.Host{"192.0.2.80": {443: lab.CloseAtOnce}}}
		var addresses []string
		for i := range 44 {
			s.Zone += fmt.Sprintf("$ORIGIN customer%d.example.\nautoconfig A 192.0.2.80\n", i)
			addresses = append(addresses, fmt.Sprintf("alice@customer%d.example", i))
		}
		l := lab.New(s)
		defer l.Close()
		c := inside(l)
		c.Survey = &Survey{}
		defer c.Close()
		began := time.Now()
		surveyed(t, c, addresses...)
		if took := time.Since(began); took < 4*time.Second || took > 5*time.Second {
			t.Errorf("44 runs took %v", took)
		}
	})
}
