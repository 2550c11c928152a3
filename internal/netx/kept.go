package netx

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"mailcheck/internal/once"
)

// Where many accounts are checked, the web server of a domain is not asked for the same
// document again for each. A document is known by all that was asked, down to the last byte
// of the request, so that nobody can leave one where somebody else finds it: whatever a
// server answers, it answers for its own URL. Nor does it matter to a run who asked: the
// certificate of every hop was verified for its host in the same way.

// How much is kept. Real documents have a few kilobytes, and most questions bring none.
const (
	maxKept      = 512
	maxKeptBytes = 8 << 20 // of bodies, and what else an answer holds on to
	keptBeside   = 12 << 10
)

// keptDocument is what a fetch came to.
type keptDocument struct {
	doc  *Document // for reading alone
	err  error
	took time.Duration
	seen map[string]time.Duration // how far this machine's clock was behind those of the servers
}

func newKept() *once.Answers[keptDocument] {
	return once.New(maxKept, keptLife, maxKeptBytes, func(k keptDocument) int { return len(k.doc.Body) + keptBeside })
}

// asked returns a request as one that others may have made too; nothing for one that says
// who asks or does more than ask.
func (req Request) asked() string {
	get := req.Method == "" || req.Method == http.MethodGet || req.Method == http.MethodHead
	if !get || req.Private || len(req.Body) > 0 || strings.ContainsAny(req.URL, "@?") {
		return ""
	}
	var header strings.Builder
	_ = req.Header.Write(&header) // sorted
	return fmt.Sprintf("%s %q %t %t %q", req.Method, req.URL, req.AllowHTTP, req.NoFollow, header.String())
}

// fetchKept fetches a document unless another run has.
func (n *Run) fetchKept(ctx context.Context, req Request, question string) (*Document, error) {
	k, err := n.keep(ctx, question, func(c *clock) (*Document, error) { return n.fetch(ctx, req, c) })
	if err != nil {
		return &Document{URL: req.URL, Hops: []string{req.URL}}, err
	}
	doc := *k.doc
	doc.Hops, doc.Header = slices.Clone(doc.Hops), doc.Header.Clone()
	return &doc, k.err
}

// publicOnce fetches what a stranger names unless another run has.
func (n *Run) publicOnce(ctx context.Context, rawURL string) ([]byte, error) {
	if n.kept == nil {
		return n.fetchPublic(ctx, rawURL, &n.clock)
	}
	k, err := n.keep(ctx, "a stranger's "+rawURL, func(c *clock) (*Document, error) {
		body, err := n.fetchPublic(ctx, rawURL, c)
		return &Document{Body: body}, err
	})
	if err != nil {
		return nil, err
	}
	return slices.Clone(k.doc.Body), k.err
}

// keep returns what a fetch came to that this run makes, or that another one has made. Where
// that took long, it takes as long again: who waits for whom, and which source is given up,
// must not depend on who asks first. What the end of the run cut off is not kept. The error
// is the context's.
func (n *Run) keep(ctx context.Context, question string, fetch func(*clock) (*Document, error)) (keptDocument, error) {
	began := time.Now()
	k, mine, err := n.kept.Get(ctx, question, func() (keptDocument, bool) {
		var c clock
		doc, err := fetch(&c)
		return keptDocument{doc, err, time.Since(began), c.behind}, ctx.Err() == nil
	})
	if err == nil && !mine && k.took > promptly {
		err = wait(ctx, k.took-time.Since(began))
	}
	if err == nil {
		n.clock.learn(k.seen)
	}
	return k, err
}

// wait waits for d, or for the end of the context.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
