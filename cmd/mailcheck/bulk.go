package main

import (
	"context"
	"errors"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"mailcheck"
	"mailcheck/bulk"
	"mailcheck/internal/files"
	"mailcheck/probes"
	"mailcheck/report"
)

// survey is the flags of a survey.
type survey struct {
	net         network
	out         surveyOutput
	column      string
	accounts    string
	trusted     []string
	logins      int
	concurrency int
	connections int
	rate        float64
}

func bulkCommand() *cobra.Command {
	var s survey
	var where shared
	c := &cobra.Command{
		Use:   "bulk [FILE...]",
		Short: "Check many addresses, and count what is wrong with them",
		Long: `Checks many addresses or domains and writes a line of JSON for each as soon as it is
known, then says on standard error what was counted: verdicts, the commonest faults, who
runs the servers, where settings are published.

The files, or standard input, have an address a line, or are tables (CSV) whose first
column has it, or the one that --column names. Empty lines, lines that begin with # and
addresses that stand there twice are left out. A line that is no address gets a result too.

With --out FILE the lines are kept in a file, and --resume goes on where a survey was
interrupted or killed. --from FILE shows what was counted without testing anything.

For several machines the subcommands feed, work and collect share a survey in a NATS server.

No login is tried, and no password is taken from the environment, but for the accounts in
the file of --accounts: a table with the columns address, username, password and
password_command, which nobody else may be able to read. A password command is run by
the shell and writes the password. Passwords go where those of mailcheck check go.

` + bulkExitCodes,
		Example: `  mailcheck bulk domains.txt > survey.jsonl
  mailcheck bulk customers.csv --column email --out survey.jsonl --resume
  mailcheck bulk --from survey.jsonl -o html > survey.html`,
		RunE: func(c *cobra.Command, args []string) error {
			if where.URL != "" {
				return usage("see: mailcheck bulk --help", "--nats is for bulk feed, bulk work and bulk collect")
			}
			if err := s.out.check(args); err != nil {
				return err
			}
			if s.out.from != "" {
				return s.out.again(c)
			}
			return s.run(c, args)
		},
	}
	flags := c.Flags()
	flags.StringVar(&s.column, "column", "", "take the addresses from the column of this `NAME`; the first line has the names")
	flags.StringVar(&s.accounts, "accounts", "", "check the accounts in this CSV `FILE` too, and log in to them")
	s.registerTests(c)
	s.out.register(c)
	where.register(c)
	c.AddCommand(feedCommand(&where), workCommand(&where), collectCommand(&where))
	return c
}

const bulkExitCodes = `Exit code: 0 all pass, perhaps with warnings; 1 some fail (with --strict also warnings),
could not be judged, or have an error, as a line that is no address; 2 wrong command
line; 3 the survey could not be made, was interrupted, or its result could not be written.`

// registerTests adds the flags that say how each address is tested.
func (s *survey) registerTests(c *cobra.Command) {
	flags := c.Flags()
	flags.StringArrayVar(&s.trusted, "trust-server", nil, "this `HOST` may have the passwords though nothing vouches for it (repeatable)")
	flags.IntVar(&s.logins, "logins-per-operator", 20, "log in to at most this many `ACCOUNTS` a minute at one operator: few enough that none takes it for an attack")
	flags.IntVar(&s.concurrency, "concurrency", 16, "check this many `ADDRESSES` at once, and others beside those that wait, as many again at most; they share what they learn of servers")
	flags.IntVar(&s.connections, "connections", 2, "visit the servers of one operator, and one address, over at most this many `CONNECTIONS` at once: a mail program alone has four or five")
	flags.Float64Var(&s.rate, "rate", 1, "and no faster than this many `CONNECTIONS` a second, after the first four: what bans an address allows offices hundreds a minute")
	flags.StringVar(&s.net.contact, "contact", "", "say who asks: a mail `ADDRESS`, or the https URL of a page about the survey; web and IMAP servers are told it (User-Agent, ID), submission servers its domain (EHLO)")
	s.net.registerWay(c)
	flags.DurationVar(&s.net.timeout, "timeout", 30*time.Second, "end the test of one address after this `TIME`, such as 30s or 2m")
	s.net.registerDiscovery(c)
	s.net.registerExpiry(c)
	s.net.registerAudit(c)
}

// open makes of the flags how addresses are tested. Whoever calls it calls end.
func (s *survey) open(c *cobra.Command) (run *bulk.Survey, end func(), err error) {
	if s.concurrency < 1 || s.concurrency > maxConcurrency {
		return nil, nil, usage("for example: --concurrency 16", "--concurrency: it must be between 1 and %d", maxConcurrency)
	}
	if s.connections < 1 || !(s.rate > 0 && s.rate <= maxRate) {
		return nil, nil, usage("for example: --connections 2 --rate 1", "--connections and --rate must be more than nothing, and the rate at most %d", maxRate)
	}
	if s.logins < 1 || s.net.timeout <= 0 {
		return nil, nil, usage("for example: --logins-per-operator 20 --timeout 30s", "--logins-per-operator and --timeout must be more than nothing")
	}
	trusted, err := trustedHosts(s.trusted)
	if err != nil {
		return nil, nil, err
	}
	where, err := s.net.discovery()
	if err != nil {
		return nil, nil, err
	}
	s.net.survey = &probes.Survey{AtOnce: s.connections, PerSecond: s.rate, Runs: s.concurrency}
	client, err := s.net.open(c.Context(), where)
	if err != nil {
		return nil, nil, err
	}
	return &bulk.Survey{
		Client: client, Timeout: s.net.timeout, Concurrency: probes.CallersFor(s.concurrency), LoginsPerOperator: s.logins,
		Options: probes.Options{TLSAudit: s.net.tlsAudit, ExpiryWarning: time.Duration(s.net.expiry), Credentials: probes.Credentials{TrustedHosts: trusted}},
	}, func() { client.Close() }, nil
}

// run makes a survey.
func (s *survey) run(c *cobra.Command, args []string) error {
	run, end, err := s.open(c)
	if err != nil {
		return err
	}
	defer end()
	inputs, err := s.inputs(c, args)
	if err != nil {
		return err
	}
	done, err := s.out.open(c)
	if err != nil {
		return err
	}
	todo, duplicates := bulk.Plan(inputs, done)
	s.out.counted.Duplicates = duplicates
	view := newUnderWay(len(todo))
	run.Begun = view.begun
	run.Done = func(o report.Outcome) error {
		view.ended(o)
		return s.out.add(c, o)
	}
	hidden := func() {}
	if !s.out.scrolls(c) {
		hidden = view.shown(c, nil)
	}
	defer tuneCollector(len(todo), s.concurrency)()
	err = run.Run(c.Context(), todo)
	hidden()
	return s.out.end(c, s.why(err, view))
}

// More than a machine has sockets for, and than any operator bears.
const (
	maxConcurrency = 1000
	maxRate        = 1000
)

// surveyGC has garbage wait longer than usual (GOGC is 100) as long as there is room: otherwise it
// is collected every few domains.
const surveyGC = 400

// tuneCollector has garbage collected as soon as it comes about where a survey takes more memory
// than it needs: a base, a share for each run that is under way, and what is kept of each input;
// and seldom before. All is as before once the function that it returns was called.
func tuneCollector(inputs, concurrency int) (end func()) {
	if os.Getenv("GOMEMLIMIT") != "" || os.Getenv("GOGC") != "" {
		return func() {}
	}
	limit, percent := debug.SetMemoryLimit(32<<20+int64(concurrency)<<19+int64(inputs)<<7), debug.SetGCPercent(surveyGC)
	return func() {
		debug.SetMemoryLimit(limit)
		debug.SetGCPercent(percent)
	}
}

// why says in words why a survey has ended before its end.
func (s *survey) why(err error, view *underWay) error {
	hint := "keep the results in a file: --out FILE; then --resume goes on"
	if s.out.file != nil {
		hint = "to go on, add --resume"
	}
	switch {
	case errors.Is(err, context.Canceled):
		return noRun(hint, "interrupted after %d of %d", view.done, view.total)
	case errors.Is(err, bulk.ErrNoNetwork):
		return noRun(hint, "ended after %d of %d: %v", view.done, view.total, err)
	}
	return err
}

// inputs reads what the survey is of.
func (s *survey) inputs(c *cobra.Command, args []string) (all []bulk.Input, err error) {
	if s.accounts != "" {
		if all, err = accountsOf(c.Context(), s.accounts); err != nil {
			return nil, err
		}
	} else if len(args) == 0 && atTerminal() {
		return nil, usage("for example: "+firstLine(c.Example)+"; - is standard input", "a file with addresses is missing")
	} else if len(args) == 0 {
		args = []string{"-"}
	}
	for _, name := range args {
		content, err := contentOf(c, name, bulk.MaxInput)
		if errors.Is(err, files.ErrTooLarge) {
			return nil, noRun("split it, and make a survey of each part", "%s: %v", name, err)
		} else if err != nil {
			return nil, noRun("", "%v", err)
		}
		some, err := bulk.Read(name, content, s.column)
		if errors.Is(err, bulk.ErrColumn) {
			return nil, usage("choose one of them", "--column: %v", err)
		} else if err != nil {
			return nil, noRun("", "%v", err)
		}
		all = append(all, some...)
	}
	if len(all) == 0 {
		places := slices.Clone(args)
		for i, name := range places {
			if name == "-" {
				places[i] = "standard input"
			}
		}
		if s.accounts != "" {
			places = append(places, s.accounts)
		}
		return nil, noRun("an address or a domain a line is wanted", "there is no address in %s", mailcheck.ListOf(places))
	}
	return all, nil
}
