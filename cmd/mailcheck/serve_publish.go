package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"mailcheck"
	"mailcheck/autoconfig/setup"
	"mailcheck/internal/files"
	"mailcheck/probes"
	"mailcheck/serve/publish"
)

// publishing is the flags of what a service gives to mail programs.
type publishing struct {
	file string
	dns  bool
	sign signFlags
}

func (p *publishing) register(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&p.file, "publish", "", "give out the setup files of the domains in this YAML `FILE`, where mail programs look for them")
	flags.BoolVar(&p.dns, "dns", false, "with --publish: print the records for the domains' zones, and serve nothing")
	p.sign.register(c)
}

// open returns what is published; nil where nothing is.
func (p *publishing) open(c *cobra.Command) (*publish.Publisher, error) {
	if p.file == "" {
		if p.dns || p.sign != (signFlags{}) {
			return nil, usage("for example: --publish domains.yaml --dns", "--dns and --sign-cert are about what --publish names")
		}
		return nil, nil
	}
	apple, _ := setup.ByName("apple")
	signer, err := p.sign.signer(c, []setup.Format{apple})
	if err != nil {
		return nil, err
	}
	text, err := files.Read(c.Context(), p.file, publish.MaxFile)
	if err != nil {
		return nil, noRun("give a YAML file with the domains", "--publish: %v", err)
	}
	domains, err := publish.Parse(text)
	if err != nil {
		return nil, noRun("docs/serve.md says what is in the file", "--publish: %s: %v", p.file, err)
	}
	var when time.Time
	if info, err := os.Stat(p.file); err == nil {
		when = info.ModTime().UTC()
	}
	return publish.New(domains, publish.Options{Signer: signer, When: when}), nil
}

// checks returns a client that checks domains, and how it does; the caller closes the client.
func (s *service) checks(ctx context.Context) (*probes.Client, publish.Check, error) {
	where, err := s.net.discovery()
	if err != nil {
		return nil, nil, err
	}
	where.Without = publish.OwnSources
	net := s.net
	net.public = nil // the domains are the owner's, and no stranger names them
	client, err := net.open(ctx, where)
	if err != nil {
		return nil, nil, err
	}
	return client, func(ctx context.Context, a mailcheck.Address, trusted []string) (*mailcheck.Report, error) {
		ctx, cancel := context.WithTimeout(ctx, s.net.timeout)
		defer cancel()
		return client.Account(ctx, a, &probes.Options{Credentials: probes.Credentials{TrustedHosts: trusted}})
	}, nil
}

// beside does what goes on beside the answers, as long as the service runs: it gets
// certificates, and checks the domains that are published from a check. The function it returns
// ends that, and waits for it.
func (s *service) beside(c *cobra.Command, p *publish.Publisher, fetch func(context.Context)) (end func(), err error) {
	ctx, cancel := context.WithCancel(c.Context())
	var all sync.WaitGroup
	if fetch != nil {
		go fetch(ctx) // not waited for: the library goes on for minutes
	}
	if p == nil {
		return cancel, nil
	}
	client, check, err := s.checks(c.Context())
	if err != nil {
		cancel()
		return nil, err
	}
	all.Go(func() {
		p.Keep(ctx, check, func(e publish.Event) {
			what := "the PACC document has changed, and its record in DNS has to; see --dns"
			if e.Err != nil {
				what = "nothing new is published: " + whyNot(e.Err)
			}
			fmt.Fprintf(c.ErrOrStderr(), "mailcheck: note: %s: %s\n", e.Domain, mailcheck.Clean(what))
		})
	})
	return func() {
		cancel()
		client.Close()
		all.Wait()
	}, nil
}

// printRecords prints what goes into DNS, as far as it is known.
func (s *service) printRecords(c *cobra.Command, p *publish.Publisher) error {
	client, check, err := s.checks(c.Context())
	if err != nil {
		return err
	}
	defer client.Close()
	failed := p.CheckAll(c.Context(), check)
	if _, err := fmt.Fprint(c.OutOrStdout(), p.Records()); err != nil {
		return err
	}
	for _, domain := range slices.Sorted(maps.Keys(failed)) {
		fmt.Fprintf(c.ErrOrStderr(), "mailcheck: note: %s: %s\n", domain, mailcheck.Clean(whyNot(failed[domain])))
	}
	if len(failed) > 0 {
		return noRun("", "the records of %s are not complete", mailcheck.Count{N: len(failed), Noun: "domain"})
	}
	return nil
}
