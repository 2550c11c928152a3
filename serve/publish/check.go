package publish

import (
	"context"
	"strings"
	"sync"
	"time"

	"mailcheck"
)

const (
	// checkEvery is how often a domain is checked that is published from a check: what its
	// servers are changes seldom, and programs may keep a file for an hour anyway.
	checkEvery = 6 * time.Hour
	// againAfter is when a check that found nothing is made once more.
	againAfter = 5 * time.Minute
	// checksAtOnce bounds the checks of a file with many domains.
	checksAtOnce = 4
)

// OwnSources are the names of the sources that ask what the publisher itself answers. A check
// that something is published from is made without them, or what is published once would
// vouch for itself.
var OwnSources = []string{"autoconfig", "autodiscover", "pacc"}

// Check makes the report of a domain, in which its owner vouches for some hosts.
type Check func(ctx context.Context, domain mailcheck.Address, trusted []string) (*mailcheck.Report, error)

// CheckAll checks the domains that are published from a check once each, and publishes what
// passed. What was published before stays where that fails. It returns why, by domain.
func (p *Publisher) CheckAll(ctx context.Context, check Check) map[string]error {
	return p.checkThese(ctx, p.checked(), check)
}

// Event is what whoever runs the service has to know of a domain.
type Event struct {
	Domain string
	Err    error // why nothing new is published; nil: the PACC document is another one, and its record in DNS has to be
}

// Keep checks these domains at once, and again every six hours, until ctx ends.
func (p *Publisher) Keep(ctx context.Context, check Check, tell func(Event)) {
	due := map[*site]time.Time{}
	for _, s := range p.checked() {
		due[s] = time.Now()
	}
	for len(due) > 0 {
		var these []*site
		now := time.Now()
		next := now.Add(checkEvery)
		for s, at := range due {
			if !at.After(now) {
				these = append(these, s)
			} else if at.Before(next) {
				next = at
			}
		}
		before := map[*site]string{}
		for _, s := range these {
			before[s] = p.digest(s)
		}
		failed := p.checkThese(ctx, these, check)
		for _, s := range these {
			due[s] = time.Now().Add(checkEvery)
			if err := failed[s.Name]; err != nil {
				due[s] = time.Now().Add(againAfter)
				tell(Event{s.Name, err})
			} else if digest := p.digest(s); before[s] != "" && digest != before[s] {
				tell(Event{s.Name, nil})
			}
			if due[s].Before(next) {
				next = due[s]
			}
		}
		timer := time.NewTimer(time.Until(next))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

// checked returns the sites that are made from a check.
func (p *Publisher) checked() []*site {
	var all []*site
	for _, s := range p.sites {
		if s.FromCheck {
			all = append(all, s)
		}
	}
	return all
}

// digest returns the record of the PACC document of a domain, without the comments around it;
// nothing where there is none.
func (p *Publisher) digest(s *site) (record string) {
	if c := p.shelf.get(s); c != nil {
		for line := range strings.Lines(c.pacc) {
			if !strings.HasPrefix(line, ";") {
				record += line
			}
		}
	}
	return record
}

func (p *Publisher) checkThese(ctx context.Context, sites []*site, check Check) map[string]error {
	failed := make([]error, len(sites))
	slots := make(chan struct{}, checksAtOnce)
	var wg sync.WaitGroup
	for i, s := range sites {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			r, err := check(ctx, mailcheck.Address{Domain: s.Name}, s.Trusted)
			if err == nil && ctx.Err() != nil {
				err = ctx.Err() // what it had not learned by then is not missing
			}
			if err == nil {
				_, err = s.make(r)
			}
			if err == nil {
				s.report.Store(r)
			}
			failed[i] = err
		})
	}
	wg.Wait()
	why := map[string]error{}
	for i, s := range sites {
		if failed[i] != nil {
			why[s.Name] = failed[i]
		}
	}
	return why
}
