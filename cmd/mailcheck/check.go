package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"mailcheck"
	"mailcheck/probes"
	"mailcheck/report"
)

func checkCommand() *cobra.Command {
	var net network
	var out output
	var mail flow
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
` + flowHelp + `
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
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 && atTerminal() {
				return nil // then it is asked for
			}
			return exactly(1, "an address")(c, args)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				typed, err := askAddress(c)
				if err != nil {
					return err
				}
				args = []string{typed}
			}
			r, err := account(c, args[0], &net, &out, (*probes.Client).Account, mail.apply)
			if err != nil {
				return err
			}
			return out.show(c, r)
		},
	}
	net.register(c)
	net.registerDiscovery(c)
	net.registerExpiry(c)
	net.registerAudit(c)
	net.registerLogin(c)
	mail.register(c)
	out.register(c, report.Account)
	return c
}

// account runs something on an address as the flags say, those of the command itself
// among them.
func account(c *cobra.Command, typed string, net *network, out *output,
	run func(*probes.Client, context.Context, mailcheck.Address, *probes.Options) (*mailcheck.Report, error),
	further ...func(*cobra.Command, *network, mailcheck.Address, *probes.Options) error) (*mailcheck.Report, error) {
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
	opts, err := net.options(c, address)
	if err != nil {
		return nil, err
	}
	for _, more := range further {
		if err := more(c, net, address, opts); err != nil {
			return nil, err
		}
	}
	client, err := net.open(c.Context(), where)
	if err != nil {
		return nil, err
	}
	return net.during(c, client, address.String(), opts, func(ctx context.Context) (*mailcheck.Report, error) {
		if err := net.signIn(ctx, c, client, opts); err != nil {
			return nil, err
		}
		return run(client, ctx, address, opts)
	})
}

// atTerminal reports whether a person can be asked something.
func atTerminal() bool {
	return term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stderr.Fd()))
}

// askAddress asks for what was not on the command line: whoever starts the program by a
// click, or on the phone, has not read how it is called.
func askAddress(c *cobra.Command) (string, error) {
	io.WriteString(c.ErrOrStderr(), "E-mail address: ")
	line, err := bufio.NewReader(io.LimitReader(c.InOrStdin(), maxTyped)).ReadString('\n')
	if line = strings.TrimSpace(line); line == "" {
		if err != nil {
			io.WriteString(c.ErrOrStderr(), "\n")
		}
		return "", usage("for example: "+firstLine(c.Example), "an address is missing")
	}
	return line, nil
}

// maxTyped is more than an address has (RFC 5321 section 4.5.3.1).
const maxTyped = 4096

func parseAddress(typed string) (mailcheck.Address, error) {
	address, err := mailcheck.ParseAddress(typed)
	if err != nil {
		return address, usage("an address looks like alice@example.com, a domain like example.com", "%v", err)
	}
	return address, nil
}
