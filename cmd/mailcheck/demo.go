package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"mailcheck"
	"mailcheck/internal/lab"
	"mailcheck/probes"
	"mailcheck/report"
)

func demoCommand() *cobra.Command {
	var net network
	var out output
	var list bool
	c := &cobra.Command{
		Use:   "demo [SCENARIO]",
		Short: "Show a check on a small internet in memory, without any network",
		Long: `Shows a check on a small internet in memory, without any network.

A scenario is a small internet in which one thing is wrong, or nothing; the
default is "` + lab.Default + `". Some take as long as --timeout lets them, since they
are about servers that do not answer.

` + exitCodes,
		Example: `  mailcheck demo
  mailcheck demo --list`,
		Args:              atMost(1),
		ValidArgsFunction: completeScenarios,
		RunE: func(c *cobra.Command, args []string) error {
			if list && len(out.formats) > 0 {
				return usage("leave -o out", "the list of scenarios is for people, and has no other format")
			}
			if list {
				return printed(c, listScenarios)
			}
			name := lab.Default
			if len(args) > 0 {
				name = args[0]
			}
			r, err := demo(c, name, &net, &out)
			if err != nil {
				return err
			}
			return out.show(c, r)
		},
	}
	c.Flags().BoolVar(&list, "list", false, "list the scenarios")
	net.registerTimeout(c, 15*time.Second) // some diagnoses follow a wait of 10 s
	net.registerExpiry(c)
	net.registerAudit(c)
	out.register(c, report.Account)
	return c
}

func completeScenarios(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var names []cobra.Completion
	for _, s := range lab.Scenarios() {
		names = append(names, cobra.CompletionWithDesc(s.Name, s.Doc))
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func listScenarios(w io.Writer) error {
	scenarios, longest := lab.Scenarios(), 0
	for _, s := range scenarios {
		longest = max(longest, len(s.Name))
	}
	for _, s := range scenarios {
		if _, err := fmt.Fprintf(w, "%-*s  %s\n", longest, s.Name, s.Doc); err != nil {
			return err
		}
	}
	return nil
}

// demo checks the address of a scenario inside it.
func demo(c *cobra.Command, name string, net *network, out *output) (*mailcheck.Report, error) {
	scenario, ok := lab.Find(name)
	if !ok {
		return nil, usage("the list: mailcheck demo --list", "no scenario is called %q", name)
	}
	address, err := parseAddress(scenario.Address)
	if err != nil {
		return nil, err
	}
	if err := out.check(); err != nil {
		return nil, err
	}
	internet := lab.New(scenario)
	defer internet.Close()
	client := &probes.Client{Dial: internet.Dial, Resolvers: []string{lab.Resolver}, Anchors: internet.Anchors(), Roots: internet.Roots(), PublicOnly: scenario.PublicOnly, AllowNets: lab.Nets()}
	if scenario.Survey {
		client.Survey = &probes.Survey{Rest: time.Second} // nobody watches for the usual minutes
	}
	opts := &probes.Options{
		TLSAudit: net.tlsAudit || scenario.TLSAudit, ExpiryWarning: time.Duration(net.expiry),
		Credentials: probes.Credentials{
			Password: scenario.Password, Token: scenario.Token, SignIn: scenario.SignIn,
			Certificate: scenario.ClientCertificate(), AllMechanisms: scenario.EveryWay,
		},
		WriteTests: scenario.Writes,
	}
	if scenario.RoundTrip {
		to, _ := mailcheck.ParseAddress(scenario.To) // none, or one that is in order
		opts.RoundTrip = &probes.RoundTrip{To: to}
	}
	return net.during(c, client, address.String(), opts, func(ctx context.Context) (*mailcheck.Report, error) {
		return client.Account(ctx, address, opts)
	})
}
