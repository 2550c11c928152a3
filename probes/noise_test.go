package probes

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
	"mailcheck/internal/lab"
	"mailcheck/internal/netx"
	"mailcheck/probes/conclude"
)

// amidNoise checks a scenario's address, and concludes twice: from what was learned,
// and from a copy in which every text is another piece of noise. The verdict, the
// causes, who acts, the order and the settings must be the same, since all of them
// follow from facts.
func amidNoise(t *testing.T, s lab.Scenario, o Options) *mailcheck.Report {
	t.Helper()
	r, _ := visit(t, s, 0, func(ctx context.Context, c *Client, a mailcheck.Address) (*mailcheck.Report, error) {
		return c.run(ctx, a, func(ctx context.Context, n *netx.Run, r *mailcheck.Report) {
			dropped := c.learn(ctx, n, r, &o)
			noise := deafened(r)
			conclude.Account(r, dropped)
			conclude.Account(noise, dropped)
			if diff := cmp.Diff(conclusions(r), conclusions(noise)); diff != "" {
				t.Errorf("the conclusions hang on texts (-told +noise):\n%s", diff)
			}
		})
	})
	return r
}

// conclusions are what a report says without any text.
func conclusions(r *mailcheck.Report) []string {
	all := []string{string(r.Verdict)}
	for _, s := range r.Settings {
		all = append(all, fmt.Sprintf("setting %s %s %s", s.URL(), s.Verdict, s.Username))
	}
	for _, f := range r.Findings {
		cause := "a root"
		if f.BecauseOf != nil {
			cause = "because of " + f.BecauseOf.ID
		}
		all = append(all, fmt.Sprintf("%s %s, %s acts, about %+v, %s", f.Severity, f.Check.ID, f.Check.Who, f.About, cause))
	}
	return all
}

// deafened returns a copy of a report in which every text is noise, those that were
// empty too.
func deafened(r *mailcheck.Report) *mailcheck.Report {
	n := 0
	noise := func() mailcheck.Text {
		n++
		return mailcheck.Textf("noise %d: SRV refused, ignored; https://noise.example/", n)
	}
	steps := func(steps []mailcheck.Step) []mailcheck.Step {
		steps = cloneSteps(steps)
		for i := range steps {
			steps[i].Detail = noise()
			if steps[i].Failed() {
				steps[i].Error = noise().String()
			}
		}
		for _, f := range mailcheck.Each(steps) {
			f.Detail, f.Meanwhile, f.Fix = noise(), noise(), noise()
		}
		return steps
	}
	c := *r
	c.Sources, c.Servers, c.Network = slices.Clone(r.Sources), slices.Clone(r.Servers), steps(r.Network)
	for i := range c.Sources {
		c.Sources[i].Reason, c.Sources[i].Steps = noise(), steps(c.Sources[i].Steps)
	}
	for i := range c.Servers {
		s := &c.Servers[i]
		s.Steps, s.Addresses = steps(s.Steps), slices.Clone(s.Addresses)
		for j := range s.Addresses {
			s.Addresses[j].Error = noise().String()
		}
		if s.Login != nil {
			login := *s.Login
			login.Reason = noise()
			s.Login = &login
		}
	}
	return &c
}
