package main

import (
	"strings"

	"github.com/spf13/cobra"

	"mailcheck/autoconfig/client"
	"mailcheck/probes"
	"mailcheck/report"
)

func clientsCommand() *cobra.Command {
	var net network
	var out output
	c := &cobra.Command{
		Use:   "clients ADDRESS|DOMAIN",
		Short: "Show what each mail client would end up with on its own, and why",
		Long: `Shows what each mail client would end up with on its own, and why.

Every source is asked once, and the servers are tested as by the check command.
Settings files are asked for over http, too, as some clients do even where https
has one; what such a place has counts for those clients alone. Then the rules of
each client (from its own source code or documentation) are applied to the
answers: where it looks first, which providers it has built in, which settings
files it refuses, what it asks its user, and what becomes of the password. Rules
that could not be verified say so. The clients:
  ` + strings.Join(client.Names(), "\n  ") + `

` + exitCodes,
		Example: `  mailcheck clients alice@example.com
  mailcheck clients example.com --verbose`,
		Args:              exactly(1, "an address"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			r, err := account(c, args[0], &net, &out, (*probes.Client).Clients)
			if err != nil {
				return err
			}
			return out.show(c, r)
		},
	}
	net.register(c)
	net.registerDiscovery(c)
	out.register(c, report.Clients)
	return c
}
