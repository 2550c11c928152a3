package main

import (
	"time"

	"github.com/spf13/cobra"

	"mailcheck"
	"mailcheck/probes"
)

// flow is the flags that have a run change something in the mailbox, for a moment.
type flow struct {
	roundTrip bool
	to        string
	writes    bool
}

// roundTripTime is what a run has that waits for a message, unless --timeout says otherwise.
const roundTripTime = 90 * time.Second

func (f *flow) register(c *cobra.Command) {
	flags := c.Flags()
	flags.BoolVar(&f.roundTrip, "round-trip", false, "send a message to the address, wait until it arrives, and remove it")
	flags.StringVar(&f.to, "round-trip-to", "", "the same with a message to another `ADDRESS` whose mail arrives in the mailbox")
	flags.BoolVar(&f.writes, "write-tests", false, "make a folder in one IMAP session, look for it in another, and remove it")
}

// flowHelp is what the command says about it.
const flowHelp = `With --round-trip a marked message is sent, and waited for by IMAP and POP3: when
it was accepted, when and in which folder it arrived, which servers it went
through, what they verified. With --write-tests a folder and a message in it are
made in one IMAP session, and have to appear in another. All of it is removed
again, also after Ctrl-C and --timeout, for which it takes 15 s at most; nothing
else is touched. Both need a password or a token, and have 90 s unless --timeout
says otherwise.
`

// wanted reports whether there is something to log in for.
func (f *flow) wanted() bool { return f.roundTrip || f.to != "" || f.writes }

// apply puts the flags into the options of a run on an address.
func (f *flow) apply(c *cobra.Command, net *network, address mailcheck.Address, opts *probes.Options) error {
	if !f.wanted() {
		return nil
	}
	if !opts.Credentials.Given() && net.login.kept == nil {
		return usage("add --ask-password", "--round-trip and --write-tests are for logging in, and no password is given")
	}
	if address.Local == "" {
		return usage("for example: "+firstLine(c.Example), "a whole address is needed, not a domain alone")
	}
	opts.WriteTests = f.writes
	if f.roundTrip || f.to != "" {
		opts.RoundTrip = new(probes.RoundTrip)
	}
	if f.to != "" {
		to, err := parseAddress(f.to)
		if err != nil {
			return err
		}
		if to.Local == "" {
			return usage("for example: --round-trip-to alias@example.com", "--round-trip-to: %s is no whole address", quoted(f.to))
		}
		opts.RoundTrip.To = to
	}
	if !c.Flags().Changed("timeout") {
		net.timeout = roundTripTime
	}
	return nil
}
