package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// machine is a NATS server in this process, which can be started anew on what it has kept.
type machine struct {
	t   *testing.T
	dir string

	mu sync.Mutex
	*server.Server
}

func start(t *testing.T) *machine {
	m := &machine{t: t, dir: t.TempDir()}
	m.restart()
	t.Cleanup(func() { m.Shutdown(); m.WaitForShutdown() })
	return m
}

func (m *machine) restart() {
	m.t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Server != nil {
		m.Shutdown()
		m.WaitForShutdown()
	}
	s, err := server.NewServer(&server.Options{DontListen: true, JetStream: true, StoreDir: m.dir, NoSigs: true})
	if err != nil {
		m.t.Fatal(err)
	}
	go s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		m.t.Fatal("the NATS server does not start")
	}
	m.Server = s
}

// InProcessConn is a connection to the server as it is now.
func (m *machine) InProcessConn() (net.Conn, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.Server.InProcessConn()
}

// place is where the survey is.
func (m *machine) place() Server {
	return Server{Name: "test", options: []nats.Option{nats.InProcessServer(m), nats.ReconnectWait(20 * time.Millisecond)}}
}

func (m *machine) queue() *Queue {
	m.t.Helper()
	q, err := Create(m.t.Context(), m.place())
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(q.Close)
	return q
}

func jobs(n int) (all []Job) {
	for i := range n {
		address := fmt.Sprintf("alice@d%d.example", i)
		all = append(all, Job{Key: address, Text: address, File: "-", Line: i + 1})
	}
	return all
}

func operator(j Job) string { return fmt.Sprintf("operator%d.example", j.Line%100) }

func giveUp(j Job, why string) ([]byte, error) { return fmt.Appendf(nil, "%s: %s", j.Key, why), nil }

// collect returns the lines by their first words.
func collect(t *testing.T, q *Queue) map[string]int {
	t.Helper()
	lines := map[string]int{}
	if err := q.Collect(t.Context(), func(line []byte) error { lines[string(line)]++; return nil }); err != nil {
		t.Error(err)
	}
	return lines
}

// Jobs that are fed twice, a worker that dies with jobs in hand, one that is slower than the
// time for a job, one that always dies, and two readers: each address has one line.
func TestNothingLostNothingTwice(t *testing.T) {
	m := start(t)
	q := m.queue()
	const n = 300
	if fresh, err := q.Feed(t.Context(), jobs(n), operator); fresh != n || err != nil {
		t.Fatalf("%d are new, %v", fresh, err)
	}
	if fresh, err := q.Feed(t.Context(), jobs(n), operator); fresh != 0 || err != nil {
		t.Fatalf("%d are new at the second time, %v", fresh, err)
	}

	short := time.Second
	dead, err := Create(t.Context(), m.place())
	if err != nil {
		t.Fatal(err)
	}
	dies, release := make(chan struct{}, 10), make(chan struct{})
	var dying sync.WaitGroup
	dying.Go(func() {
		_ = dead.Work(t.Context(), Worker{Concurrency: 3, Lost: short, GiveUp: giveUp, Test: func(context.Context, Job, int) ([]byte, time.Duration, error) {
			dies <- struct{}{}
			<-release
			return nil, 0, errors.New("dead")
		}})
	})
	for range 3 {
		<-dies
	}
	dead.conn.Close() // as kill -9 does
	defer dying.Wait()
	defer close(release)

	var done atomic.Int32
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			err := m.queue().Work(t.Context(), Worker{Concurrency: 8, Lost: short, GiveUp: giveUp, Test: func(ctx context.Context, j Job, _ int) ([]byte, time.Duration, error) {
				switch {
				case j.Line == 7: // what kills its worker never says anything
					return nil, time.Millisecond, nil
				case j.Line == 8:
					time.Sleep(2 * short) // and says so meanwhile
				}
				done.Add(1)
				return []byte(j.Key), 0, nil
			}})
			if err != nil {
				t.Error(err)
			}
		})
	}
	readers := make([]map[string]int, 2)
	for i := range readers {
		all.Go(func() { readers[i] = collect(t, q) })
	}
	all.Wait()
	for i, lines := range readers {
		if len(lines) != n || lines["alice@d6.example: gave up after 5 tries"] != 1 {
			t.Errorf("reader %d has %d lines, and of the job that comes to nothing %d", i, len(lines), lines["alice@d6.example: gave up after 5 tries"])
		}
		for line, times := range lines {
			if times != 1 {
				t.Errorf("%q comes %d times", line, times)
			}
		}
	}
	if tested := done.Load(); tested < n-1 || tested > n+1 { // a loaded machine may be late with a word or two
		t.Errorf("%d tests of %d jobs", tested, n-1)
	}
}

// A server that is started anew in the middle of a survey has lost nothing.
func TestRestartedServer(t *testing.T) {
	m := start(t)
	q := m.queue()
	if _, err := q.Feed(t.Context(), jobs(60), operator); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	if err := q.Work(t.Context(), Worker{Concurrency: 4, Lost: time.Second, GiveUp: giveUp, Test: func(_ context.Context, j Job, _ int) ([]byte, time.Duration, error) {
		if j.Line%20 == 0 {
			once.Do(m.restart)
		}
		return []byte(j.Key), 0, nil
	}}); err != nil {
		t.Fatal(err)
	}
	if lines := collect(t, q); len(lines) != 60 {
		t.Errorf("%d lines", len(lines))
	}
}

// However many workers there are, an operator meets two of them at the most.
func TestOfOneOperator(t *testing.T) {
	m := start(t)
	q := m.queue()
	if _, err := q.Feed(t.Context(), jobs(40), func(Job) string { return "one.example" }); err != nil {
		t.Fatal(err)
	}
	var now, most atomic.Int32
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if err := m.queue().Work(t.Context(), Worker{Concurrency: 8, GiveUp: giveUp, Test: func(_ context.Context, j Job, _ int) ([]byte, time.Duration, error) {
				most.Store(max(most.Load(), now.Add(1)))
				defer now.Add(-1)
				time.Sleep(time.Millisecond)
				return []byte(j.Key), 0, nil
			}}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if most.Load() > perPart {
		t.Errorf("%d at once", most.Load())
	}
}

// What has a line is not fed again, although the stream has forgotten it with the start of the server.
func TestFedAgain(t *testing.T) {
	m := start(t)
	q := m.queue()
	feed := func(all []Job) int {
		t.Helper()
		fresh, err := q.Feed(t.Context(), all, operator)
		if err != nil {
			t.Fatal(err)
		}
		return fresh
	}
	work := func() {
		t.Helper()
		if err := q.Work(t.Context(), Worker{Concurrency: 1, GiveUp: giveUp, Test: func(_ context.Context, j Job, _ int) ([]byte, time.Duration, error) {
			return []byte(j.Key), 0, nil
		}}); err != nil {
			t.Fatal(err)
		}
	}
	feed(jobs(3))
	work()
	m.restart()
	if n := feed(jobs(5)); n != 2 {
		t.Errorf("%d are new", n)
	}
	if n := feed(jobs(5)); n != 0 {
		t.Errorf("%d are new at the second time", n)
	}
	work()
	if lines := collect(t, q); len(lines) != 5 {
		t.Errorf("%d lines", len(lines))
	}
}

// What is in hand when a worker is interrupted goes to the next one at once.
func TestInterruptedWorker(t *testing.T) {
	m := start(t)
	q := m.queue()
	if _, err := q.Feed(t.Context(), jobs(3), operator); err != nil {
		t.Fatal(err)
	}
	if lines, left, err := q.Count(t.Context()); lines != 0 || left != 3 || err != nil {
		t.Errorf("%d lines, %d left, %v", lines, left, err)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	err := q.Work(ctx, Worker{Concurrency: 1, Lost: time.Hour, GiveUp: giveUp, Test: func(ctx context.Context, j Job, _ int) ([]byte, time.Duration, error) {
		interrupt()
		<-ctx.Done()
		return nil, 0, ctx.Err()
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("it ends with %v", err)
	}
	again := m.queue()
	if err := again.Work(t.Context(), Worker{Concurrency: 1, Lost: time.Hour, GiveUp: giveUp, Test: func(_ context.Context, j Job, _ int) ([]byte, time.Duration, error) {
		return []byte(j.Key), 0, nil
	}}); err != nil {
		t.Error(err)
	}
	if lines := collect(t, again); len(lines) != 3 {
		t.Errorf("%d lines", len(lines))
	}
	if lines, left, err := again.Count(t.Context()); lines != 3 || left != 0 || err != nil {
		t.Errorf("%d lines, %d left, %v", lines, left, err)
	}
}

// What cannot be read, comes too long, or was put there by something else is told.
func TestForeignQueue(t *testing.T) {
	m := start(t)
	q := m.queue()
	if _, err := q.js.Publish(t.Context(), q.subject("03.x"), []byte(`{"key": 5}`)); err != nil {
		t.Fatal(err)
	}
	if _, err := q.Feed(t.Context(), jobs(1), operator); err != nil {
		t.Fatal(err)
	}
	long := make([]byte, 2<<20)
	for i := range long {
		long[i] = byte(i*i>>7) ^ byte(i>>3*i) // hardly compressed
	}
	if err := q.Work(t.Context(), Worker{Concurrency: 2, GiveUp: giveUp, Test: func(context.Context, Job, int) ([]byte, time.Duration, error) { return long, 0, nil }}); err != nil {
		t.Fatal(err)
	}
	lines := collect(t, q)
	if lines["job 1: it is no job of this version of mailcheck"] != 1 || len(lines) != 2 {
		for line := range lines {
			t.Errorf("%.200q", line)
		}
	}

	failed := errors.New("no further")
	if err := q.Collect(t.Context(), func([]byte) error { return failed }); err != failed {
		t.Errorf("a reader that fails: %v", err)
	}
	if _, err := q.lines.Put(t.Context(), "strange", []byte("not packed")); err != nil {
		t.Fatal(err)
	}
	if err := q.Collect(t.Context(), func([]byte) error { return nil }); err == nil {
		t.Error("a line that is none is not told")
	}

	ask := func(want error, change func(*Server)) {
		t.Helper()
		s := m.place()
		change(&s)
		if _, err := Find(t.Context(), s); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
	ask(ErrNotThere, func(s *Server) { s.Name = "other" })
	ask(ErrName, func(s *Server) { s.Name = "../x" })
	ask(ErrSecret, func(s *Server) { s.URL = "nats://alice:secret@nats.example" })
	if _, err := q.js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "mailcheck-strange", Subjects: []string{"strange"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := q.js.CreateKeyValue(t.Context(), jetstream.KeyValueConfig{Bucket: "mailcheck-strange"}); err != nil {
		t.Fatal(err)
	}
	ask(ErrOtherKind, func(s *Server) { s.Name = "strange" })
	ask(errNotAnybody, func(s *Server) { s.Credentials = "queue_test.go" })
	if _, err := Find(t.Context(), Server{Name: "test", Credentials: filepath.Join(t.TempDir(), "none")}); err == nil {
		t.Error("credentials that are not there are not told")
	}
}

// A line that something else has put there is told as that.
func TestForeignLine(t *testing.T) {
	q := start(t).queue()
	if _, err := q.lines.PutString(t.Context(), "theirs", "no line"); err != nil {
		t.Fatal(err)
	}
	if err := q.Collect(t.Context(), func(line []byte) error { t.Errorf("%q", line); return nil }); !errors.Is(err, ErrOtherKind) {
		t.Errorf("it ends with %v", err)
	}
}

// Old servers are recognised, and no other.
func TestOldServer(t *testing.T) {
	for version, want := range map[string]bool{"2.9.10": true, "1.4.1": true, "2.10.0": false, "2.15.3": false, "3.0.0": false, "": false, "dev": false} {
		if old(version) != want {
			t.Errorf("%q", version)
		}
	}
}

// Whatever stands in the bucket, no more comes out of it than a line may have.
func FuzzUnpack(f *testing.F) {
	f.Add(pack([]byte("{}\n")))
	f.Add([]byte("\x1f\x8b\x08"))
	f.Fuzz(func(t *testing.T, value []byte) {
		if line, err := unpack(value); err == nil && len(line) > maxLine {
			t.Errorf("%d bytes", len(line))
		}
	})
}

// A job is read as it was written.
func TestJob(t *testing.T) {
	want := jobs(1)[0]
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Job
	if err := json.Unmarshal(data, &got); got != want || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
}
