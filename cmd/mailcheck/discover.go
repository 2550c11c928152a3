package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"mailcheck/autoconfig"
	"mailcheck/probes"
	"mailcheck/report"
)

func discoverCommand() *cobra.Command {
	var net network
	var out output
	c := &cobra.Command{
		Use:   "discover ADDRESS|DOMAIN",
		Short: "Show what each source publishes, side by side, without testing it",
		Long: `Shows what each source publishes, side by side, and where they disagree.

No mail server is tested. With -o json the document is the same as that of the
check command, with an empty list of servers. The sources, in the order of
trust:
` + sourceList() + `
` + exitCodes,
		Example: `  mailcheck discover alice@example.com
  mailcheck discover example.com --no-guess`,
		Args:              exactly(1, "an address"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			r, err := account(c, args[0], &net, &out, (*probes.Client).Discover)
			if err != nil {
				return err
			}
			return out.show(c, r)
		},
	}
	net.register(c)
	net.registerDiscovery(c)
	out.register(c, report.Sources)
	return c
}

// sourceList has a line for each source.
func sourceList() string {
	var b strings.Builder
	for _, s := range autoconfig.Sources {
		fmt.Fprintf(&b, "  %-12s %s\n", s.Name, s.Doc)
	}
	return b.String()
}
