package serve

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"mailcheck"
	"mailcheck/probes"
	"mailcheck/report"
)

// Runs makes runs for people and programs: so many at once, each target once for all who ask
// within a minute, nobody more often than is fair. It keeps what they learned for a while.
// It is safe for use by several goroutines, and must not change once it is used.
type Runs struct {
	Client  *probes.Client
	Options probes.Options // of every run; what is logged in with belongs to a [Job]
	Timeout time.Duration  // of a run, from when its turn has come; 0 for 30 s
	Version string         // of mailcheck, for JSON

	mu      sync.Mutex
	kept    store
	limits  limits
	counts  Counts
	latest  map[string]*Run // by kind and target: that are shared
	working chan struct{}   // a place for each run at work
	waiting int             // for their turn
	wg      sync.WaitGroup
	closed  bool
}

// What the runs may take.
const (
	atOnce     = 8                // runs at work: one opens some forty connections
	maxWaiting = 256              // runs that wait for their turn; the last of them waits some minutes
	runTimeout = 30 * time.Second // as mailcheck check has it
	fresh      = 1 * time.Minute  // a run is shared for so long after it began: whoever has mended something asks again soon
)

// Job is a run that somebody wants.
type Job struct {
	Address mailcheck.Address // that is tested; empty where Do tests something else
	Kind    string            // of run: those of one kind and target are shared; empty for the check of an address
	Target  string            // what is tested, for everybody the same; empty for the address
	Client  string            // who asks, for the limits; empty: nobody to be limited
	Timeout time.Duration     // 0 for that of the Runs
	Passing bool              // nobody looks for it by its id, so that it takes no place from those that are

	// Credentials make the run one that is not shared, and that the limits of logins are for.
	Credentials probes.Credentials

	// Do makes the run; nil: it is the check of the address.
	Do func(context.Context, *probes.Client, *probes.Options) (*mailcheck.Report, error)
}

// Start begins a run, or returns the one that somebody else began a short while ago. The run
// goes on whoever waits for it. The error is a *Refusal.
func (r *Runs) Start(job Job) (_ *Run, err error) {
	if job.Target == "" {
		job.Target = job.Address.String()
	}
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	defer func() {
		if err != nil {
			r.counts.Refused++
		}
	}()
	if r.closed {
		return nil, &Refusal{Why: "The service is about to end.", After: time.Minute, Busy: true}
	}
	key := job.Kind + "\n" + keyOf(job.Target)
	if last := r.latest[key]; last != nil && !job.Credentials.Given() && now.Sub(last.Asked) < fresh {
		return last, nil
	}
	if r.waiting >= maxWaiting {
		return nil, &Refusal{Why: "Too many tests are waiting for their turn.", After: 10 * time.Second, Busy: true}
	}
	if err := r.limits.take(job, now); err != nil {
		return nil, err
	}
	run := &Run{ID: newID(), Address: job.Address, Target: job.Target, Asked: now, changed: make(chan struct{})}
	if !job.Passing {
		r.kept.add(run)
	}
	if !job.Credentials.Given() {
		r.share(key, run)
	}
	if r.working == nil {
		r.working = make(chan struct{}, atOnce)
	}
	r.waiting++
	r.counts.Started++
	r.wg.Go(func() { r.make(run, job) })
	return run, nil
}

// share has those who ask for the same get this run. Runs that are too old for that go.
func (r *Runs) share(key string, run *Run) {
	if r.latest == nil {
		r.latest = map[string]*Run{}
	}
	for k, old := range r.latest {
		if run.Asked.Sub(old.Asked) >= fresh {
			delete(r.latest, k)
		}
	}
	r.latest[key] = run
}

// make makes a run in its turn.
func (r *Runs) make(run *Run, job Job) {
	r.working <- struct{}{}
	defer func() { <-r.working }()
	r.mu.Lock()
	r.waiting--
	r.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), cmp.Or(job.Timeout, r.Timeout, runTimeout))
	defer cancel()
	opts := r.Options
	opts.Credentials, opts.Watch = job.Credentials, run.watch
	do := job.Do
	if do == nil {
		do = func(ctx context.Context, c *probes.Client, o *probes.Options) (*mailcheck.Report, error) {
			return c.Account(ctx, job.Address, o)
		}
	}
	run.tell(Event{Kind: Started})
	began := time.Now()
	result, err := do(ctx, r.Client, &opts)
	took := time.Since(began)
	document, err := pack(result, err, r.Version)
	run.end(document, err)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept.weigh(run)
	r.counts.add(result, took)
}

// pack writes a report as it is kept.
func pack(r *mailcheck.Report, err error, version string) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if err := report.JSON(w, r, report.Options{Version: version}); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

// keep keeps a report as one to give away, for longer than a run.
func (r *Runs) keep(result *mailcheck.Report) (*Run, error) {
	document, err := pack(result, nil, r.Version)
	if err != nil {
		return nil, err
	}
	run := &Run{ID: newID(), Address: result.Address, Target: result.Address.String(), Shared: true, Asked: time.Now(), changed: make(chan struct{})}
	run.end(document, nil)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept.add(run)
	r.kept.weigh(run)
	return run, nil
}

// mayRead counts a look at a result. The error is a *Refusal.
func (r *Runs) mayRead(client string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.limits.read(client, time.Now())
}

// Find returns the run with an id; nil where there is none, or none any more.
func (r *Runs) Find(id string) *Run {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.kept.find(id)
}

// Close takes no more runs, and waits for those that are under way. When ctx ends, so do
// they, with what they have learned.
func (r *Runs) Close(ctx context.Context) {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	over := make(chan struct{})
	go func() { r.wg.Wait(); close(over) }()
	select {
	case <-over:
	case <-ctx.Done():
		r.Client.Close()
		<-over
	}
}

// newID returns a name that nobody can guess.
func newID() string { return rand.Text() }

// Run is one run, under way or over.
type Run struct {
	ID      string // that nobody can guess
	Address mailcheck.Address
	Target  string
	Shared  bool // it is a copy without the person
	Asked   time.Time

	mu       sync.Mutex
	began    time.Time
	events   []Event
	changed  chan struct{} // closed when there is more
	over     bool
	document []byte // gzip of JSON
	err      error
	weight   int // as the store counts it
}

// Event is a moment of a run.
type Event struct {
	Kind   EventKind
	At     time.Duration    // since its turn came
	Server mailcheck.Server // whose test has come so far; zero for the other kinds
}

// EventKind says what an event is about.
type EventKind string

// The kinds.
const (
	Started EventKind = "started" // its turn has come
	Begun   EventKind = "begun"   // the test of a server
	Passed  EventKind = "passed"  // a client can use the server
	Failed  EventKind = "failed"  // none can, or the time ran out
	Ended   EventKind = "ended"   // the report is there
)

// maxEvents is more than the servers of a run give.
const maxEvents = 400

var progressed = map[probes.Progress]EventKind{probes.Begun: Begun, probes.Passed: Passed, probes.Failed: Failed}

// watch is told how far the test of a server has come. What is only guessed is told once it
// works.
func (r *Run) watch(s mailcheck.Server, p probes.Progress) {
	if !s.Guessed() || p == probes.Passed {
		r.tell(Event{Kind: progressed[p], Server: s})
	}
}

func (r *Run) tell(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over || len(r.events) >= maxEvents {
		return
	}
	if e.Kind == Started {
		r.began = time.Now()
	}
	r.add(e)
}

// add adds an event, and wakes who waits for it. The caller holds mu.
func (r *Run) add(e Event) {
	e.At = time.Since(r.began)
	r.events = append(r.events, e)
	close(r.changed)
	r.changed = make(chan struct{})
}

func (r *Run) end(document []byte, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.document, r.err, r.over = document, err, true
	r.add(Event{Kind: Ended})
}

// Events returns the events from one on, by its index, and a channel that is closed when
// there are more; nil after the last one.
func (r *Run) Events(from int) (events []Event, more <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.over {
		more = r.changed
	}
	return r.events[min(max(from, 0), len(r.events)):], more
}

// Over reports whether the run has ended.
func (r *Run) Over() bool {
	_, more := r.Events(0)
	return more == nil
}

// state is a word for how far the run has come.
func (r *Run) state() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.err != nil:
		return "failed"
	case r.over:
		return "done"
	case len(r.events) == 0:
		return "waiting"
	}
	return "running"
}

// life is how long the run is kept.
func (r *Run) life() time.Duration {
	if r.Shared {
		return sharedFor
	}
	return keptFor
}

// Until returns when the run is let go.
func (r *Run) Until() time.Time { return r.Asked.Add(r.life()) }

// Wait waits for the end of the run. The error is the context's.
func (r *Run) Wait(ctx context.Context) error {
	for {
		_, more := r.Events(0)
		if more == nil {
			return nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// ErrUnderWay says that a run has not ended.
var ErrUnderWay = errors.New("the run is under way")

// Report returns what the run has learned, each time anew. The error is ErrUnderWay, or that
// which kept the run from being made.
func (r *Run) Report() (*mailcheck.Report, error) {
	r.mu.Lock()
	document, over, err := r.document, r.over, r.err
	r.mu.Unlock()
	switch {
	case !over:
		return nil, ErrUnderWay
	case err != nil:
		return nil, err
	}
	text, err := gzip.NewReader(bytes.NewReader(document))
	if err != nil {
		return nil, err
	}
	return report.Read(text)
}
