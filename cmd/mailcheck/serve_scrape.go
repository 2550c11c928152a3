package main

import (
	"time"

	"github.com/spf13/cobra"

	"mailcheck/internal/files"
	"mailcheck/serve"
	"mailcheck/serve/scrape"
)

// monitoring is the flags of what a service tells Prometheus.
type monitoring struct{ modules string }

func (m *monitoring) register(c *cobra.Command) {
	c.Flags().StringVar(&m.modules, "modules", "", "the modules of /probe are in this YAML `FILE` (default: account tests an address or domain, server the URL of a server)")
}

// routes returns what Prometheus asks.
func (m *monitoring) routes(c *cobra.Command, runs *serve.Runs) ([]serve.Route, error) {
	probe := &scrape.Handler{Runs: runs, Modules: scrape.Standard, Version: version()}
	if m.modules != "" {
		text, err := files.Read(c.Context(), m.modules, scrape.MaxFile)
		if err != nil {
			return nil, noRun("give a YAML file with modules", "--modules: %v", err)
		}
		if probe.Modules, err = scrape.Parse(text); err != nil {
			return nil, noRun("docs/serve.md says what is in the file", "--modules: %s: %v", m.modules, err)
		}
	}
	return []serve.Route{
		{Pattern: "GET /probe", Handler: probe},
		{Pattern: "GET /metrics", Handler: &scrape.Service{Probe: probe, Started: time.Now()}},
	}, nil
}
