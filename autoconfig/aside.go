package autoconfig

import (
	"context"
	"time"

	"mailcheck/internal/trace"
)

// aside is what a source asks beside the questions that it needs an answer to, and
// for which nobody waits long.
type aside struct {
	trace  *trace.Trace
	done   chan struct{}
	giveUp context.CancelFunc
}

// beside begins to ask.
func (s *search) beside(ctx context.Context, ask func(context.Context, *trace.Trace)) *aside {
	ctx, cancel := context.WithCancel(ctx)
	a := &aside{s.trace.Branch(), make(chan struct{}), cancel}
	go func() {
		defer close(a.done)
		ask(ctx, a.trace)
	}()
	return a
}

// hurry gives up what has not come after a moment.
func (a *aside) hurry() {
	timer := time.AfterFunc(asidePatience, a.giveUp)
	defer timer.Stop()
	a.await()
}

// await waits as long as the questions' own limits allow.
func (a *aside) await() {
	<-a.done
	a.giveUp()
}
