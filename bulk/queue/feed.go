package queue

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"github.com/nats-io/nats.go/jetstream"
)

// together is how many jobs are under way to the server at once.
const together = 256

// Feed puts jobs into the queue, and returns how many were new. Of those that were there already
// there is no second one. operator names who runs the servers of a job.
func (q *Queue) Feed(ctx context.Context, jobs []Job, operator func(Job) string) (fresh int, err error) {
	ctx, end := q.until(ctx)
	defer end(&err)
	for len(jobs) > 0 {
		some := jobs[:min(len(jobs), together)]
		jobs = jobs[len(some):]
		n, err := q.feed(ctx, some, operator)
		fresh += n
		if err != nil {
			return fresh, err
		}
	}
	return fresh, nil
}

func (q *Queue) feed(ctx context.Context, jobs []Job, operator func(Job) string) (fresh int, err error) {
	jobs, err = q.untested(ctx, jobs)
	if err != nil {
		return 0, err
	}
	var acks []jetstream.PubAckFuture
	for _, job := range jobs {
		data, err := json.Marshal(job)
		if err != nil {
			return 0, err
		}
		who := operator(job)
		ack, err := q.js.PublishAsync(q.subject(partOf(who)+"."+id(who)), data, jetstream.WithMsgID(id(job.Key)))
		if err != nil {
			return 0, err
		}
		acks = append(acks, ack)
	}
	ctx, cancel := context.WithTimeout(ctx, replyTime)
	defer cancel()
	for _, ack := range acks {
		select {
		case told := <-ack.Ok():
			if !told.Duplicate {
				fresh++
			}
		case err := <-ack.Err():
			return fresh, err
		case <-ctx.Done():
			return fresh, context.Cause(ctx)
		}
	}
	return fresh, nil
}

// untested leaves out the jobs that have a line. The stream does not know them any more: it forgets
// what was acknowledged when the server starts anew.
func (q *Queue) untested(ctx context.Context, jobs []Job) (rest []Job, err error) {
	ctx, cancel := context.WithTimeout(ctx, replyTime)
	defer cancel()
	if status, err := q.lines.Status(ctx); err != nil || status.Values() == 0 {
		return jobs, err
	}
	found := make([]error, len(jobs))
	var all sync.WaitGroup
	for i, job := range jobs {
		all.Go(func() { _, found[i] = q.lines.Get(ctx, id(job.Key)) })
	}
	all.Wait()
	for i, err := range found {
		switch {
		case errors.Is(err, jetstream.ErrKeyNotFound):
			rest = append(rest, jobs[i])
		case err != nil:
			return nil, err
		}
	}
	return rest, nil
}
