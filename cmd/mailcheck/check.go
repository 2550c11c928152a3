package main

import (
	"context"

	"github.com/spf13/cobra"

	"mailcheck"
	"mailcheck/probes"
	"mailcheck/report"
)

func checkCommand() *cobra.Command {
	var net network
	var out output
	c := &cobra.Command{
		Use:   "check ADDRESS|DOMAIN",
		Short: "Find the settings of an address, test them, explain what is wrong",
		Long: `Finds the settings of an address, tests them and explains what is wrong.

Every source that publishes settings is asked, from DNS service records to the
mail exchanger's operator; where all are silent, likely server names are tried
(for the list: mailcheck discover --help). Each server is then tested up to the login; no password is needed. Where a test fails, up to
three more connections to that server look for the cause and for a port that
works. Where every server fails as behind a network's login page, an address and
a name that nobody has (203.0.113.80, mailcheck.invalid) are asked: only such a
page answers.

` + loginHelp + `
With --tls-audit every server is also asked for the full list of TLS versions,
ciphers and key exchange that it accepts, what it does for clients that name no
host (SNI) or another protocol (ALPN), and whether it carries out a command that
somebody on the way put behind STARTTLS. That takes some thirty connections a
server and never more than 200, three at a time to an address, and perhaps more
time: --timeout 2m.

` + exitCodes,
		Example: `  mailcheck check alice@example.com
  mailcheck check alice@example.com --ask-password
  mailcheck check example.com -o json`,
		Args:              exactly(1, "an address"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			r, err := account(c, args[0], &net, &out, (*probes.Client).Account)
			if err != nil {
				return err
			}
			return out.show(c, r, report.Account)
		},
	}
	net.register(c)
	net.registerDiscovery(c)
	net.registerExpiry(c)
	net.registerAudit(c)
	net.registerLogin(c)
	out.register(c)
	return c
}

// account runs something on an address as the flags say.
func account(c *cobra.Command, typed string, net *network, out *output,
	run func(*probes.Client, context.Context, mailcheck.Address, *probes.Options) (*mailcheck.Report, error)) (*mailcheck.Report, error) {
	address, err := parseAddress(typed)
	if err != nil {
		return nil, err
	}
	if err := out.check(); err != nil {
		return nil, err
	}
	where, err := net.discovery()
	if err != nil {
		return nil, err
	}
	opts, err := net.options(c)
	if err != nil {
		return nil, err
	}
	client, err := net.open(c.Context(), where)
	if err != nil {
		return nil, err
	}
	return net.during(c, client, address.String(), func(ctx context.Context) (*mailcheck.Report, error) {
		return run(client, ctx, address, opts)
	})
}

func parseAddress(typed string) (mailcheck.Address, error) {
	address, err := mailcheck.ParseAddress(typed)
	if err != nil {
		return address, usage("an address looks like alice@example.com, a domain like example.com", "%v", err)
	}
	return address, nil
}
