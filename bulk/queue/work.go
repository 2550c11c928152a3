package queue

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Worker says what becomes of jobs.
type Worker struct {
	Concurrency int // jobs in hand at once

	// Test returns the line of a job that was tried so many times before, or how much later somebody is
	// to try it again. An error ends the work; others get the job.
	Test func(ctx context.Context, job Job, tries int) (line []byte, later time.Duration, err error)

	// GiveUp returns the line of a job that comes to nothing.
	GiveUp func(job Job, why string) ([]byte, error)

	// Stay has the worker wait for further jobs where it would end otherwise.
	Stay bool

	// Lost is how long a worker may say nothing of a job before it is somebody else's; 0 for [AckWait].
	// What the last worker to begin says holds for all.
	Lost time.Duration
}

// idle is how long a worker waits where there is nothing to do.
const idle = 500 * time.Millisecond

// Work tests jobs until there are none left, or the end of the context: what is in hand by then
// goes to others at once.
func (q *Queue) Work(ctx context.Context, w Worker) (err error) {
	ctx, end := q.until(ctx)
	defer end(&err)
	w.Lost = cmp.Or(w.Lost, AckWait)
	shelves, err := q.consumers(ctx, w.Lost)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var all sync.WaitGroup
	defer all.Wait()
	hands := make(chan struct{}, max(1, w.Concurrency))
	silent := time.Time{} // since when the server does not answer
	for next := 0; ; {
		select {
		case hands <- struct{}{}: // first: the time of a job runs from when it is taken
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		var m jetstream.Msg
		m, next, err = take(shelves, next)
		if m != nil {
			silent = time.Time{}
			all.Go(func() {
				defer func() { <-hands }()
				if err := q.do(ctx, w, m); err != nil {
					stop(err)
				}
			})
			continue
		}
		<-hands
		over, err := q.over(ctx, len(hands), &silent, err)
		if err != nil || over && !w.Stay {
			return err
		}
		select {
		case <-time.After(idle):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// over reports whether there is nothing left to do, which also means that nobody else has anything in
// hand. A server that does not answer is waited for.
func (q *Queue) over(ctx context.Context, inHand int, silent *time.Time, err error) (bool, error) {
	var left uint64
	if err == nil {
		asked, cancel := context.WithTimeout(ctx, replyTime)
		defer cancel()
		left, err = q.left(asked)
	}
	switch {
	case ctx.Err() != nil:
		return false, context.Cause(ctx)
	case err == nil:
		*silent = time.Time{}
		return left == 0 && inHand == 0, nil
	case errors.Is(err, jetstream.ErrStreamNotFound):
		return false, ErrNotThere
	case silent.IsZero():
		*silent = time.Now()
	case time.Since(*silent) > patience:
		return false, err
	}
	return false, nil
}

// consumers returns those of all parts.
func (q *Queue) consumers(ctx context.Context, lost time.Duration) (all []jetstream.Consumer, err error) {
	ctx, cancel := context.WithTimeout(ctx, replyTime)
	defer cancel()
	for i := range parts {
		part := fmt.Sprintf("%02d", i)
		c, err := q.jobs.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
			Durable: part, FilterSubject: q.subject(part + ".>"), AckPolicy: jetstream.AckExplicitPolicy, AckWait: lost, MaxAckPending: perPart,
		})
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// take takes a job from the first of the parts that has one to give, from one on, and says with
// which one to go on. Nil: none has.
func take(shelves []jetstream.Consumer, from int) (m jetstream.Msg, next int, err error) {
	for i := range shelves {
		at := (from + i) % len(shelves)
		batch, failed := shelves[at].FetchNoWait(1)
		if failed != nil {
			err = failed
			continue
		}
		for m := range batch.Messages() {
			return m, (at + 1) % len(shelves), nil
		}
		if failed := batch.Error(); failed != nil {
			err = failed
		}
	}
	return nil, from, err
}

// do does one job. The error is one that ends the work.
func (q *Queue) do(ctx context.Context, w Worker, m jetstream.Msg) error {
	job, tries := read(m)
	done := context.AfterFunc(ctx, func() { _ = m.Nak() }) // others are to have it at once
	defer done()
	defer keepAlive(m, w.Lost/3)()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if _, err := q.lines.Get(ctx, id(job.Key)); err == nil { // somebody was faster
		acknowledge(ctx, m)
		return nil
	}
	var line []byte
	var later time.Duration
	var err error
	switch {
	case job.Key == "":
		job.Key = fmt.Sprintf("job %d", job.Line)
		line, err = w.GiveUp(job, "it is no job of this version of mailcheck")
	case tries > MaxTries:
		line, err = w.GiveUp(job, fmt.Sprintf("gave up after %d tries", MaxTries))
	default:
		line, later, err = w.Test(ctx, job, tries-1)
	}
	switch {
	case err != nil || ctx.Err() != nil:
		_ = m.Nak()
		return err
	case later > 0:
		return m.NakWithDelay(later)
	}
	if err := q.keep(ctx, w, job, line); err != nil {
		_ = m.Nak()
		return err
	}
	acknowledge(ctx, m)
	return nil
}

// read returns the job of a message, and which try it is. A job without a key is none.
func read(m jetstream.Msg) (job Job, tries int) {
	meta, err := m.Metadata()
	if err != nil {
		return Job{}, 1
	}
	if json.Unmarshal(m.Data(), &job) != nil || job.Key == "" || job.Line < 1 {
		job = Job{File: "queue", Line: int(meta.Sequence.Stream)}
	}
	return job, int(meta.NumDelivered)
}

// keepAlive says again and again that somebody is at work on a message, until the returned
// function is called.
func keepAlive(m jetstream.Msg, every time.Duration) (end func()) {
	stop, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				_ = m.InProgress() // a lost one is followed by the next
			case <-stop:
				return
			}
		}
	}()
	return func() { close(stop); <-over }
}

// acknowledge ends a job whose line is in the bucket. If that is lost the job comes again, and its key is found.
func acknowledge(ctx context.Context, m jetstream.Msg) {
	ctx, cancel := context.WithTimeout(ctx, replyTime)
	defer cancel()
	_ = m.DoubleAck(ctx)
}

// keep puts a line into the bucket, unless there is one. A server that does not answer is
// waited for.
func (q *Queue) keep(ctx context.Context, w Worker, job Job, line []byte) error {
	value := pack(line)
	if most := q.conn.MaxPayload(); most > 0 && int64(len(value))+maxHeader > most {
		short, err := w.GiveUp(job, fmt.Sprintf("%v (%d bytes; it takes %d): see --fields", ErrTooLong, len(value), most))
		if err != nil {
			return err
		}
		value = pack(short)
	}
	for start := time.Now(); ; {
		asked, cancel := context.WithTimeout(ctx, replyTime)
		_, err := q.lines.Create(asked, id(job.Key), value)
		cancel()
		if err == nil || errors.Is(err, jetstream.ErrKeyExists) {
			return nil
		}
		passing := errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrTimeout) || errors.Is(err, nats.ErrNoResponders) || errors.Is(err, nats.ErrDisconnected) || errors.Is(err, jetstream.ErrNoStreamResponse)
		if !passing || ctx.Err() != nil || time.Since(start) > patience {
			return err
		}
		select {
		case <-time.After(idle):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// maxHeader is more than the head of a message takes.
const maxHeader = 1 << 10

// pack compresses a line: a document says much again and again.
func pack(line []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(line) // to memory: neither fails
	w.Close()
	return b.Bytes()
}
