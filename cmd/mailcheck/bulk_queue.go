package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/bulk"
	"mailcheck/bulk/queue"
	"mailcheck/internal/files"
	"mailcheck/report"
)

// shared is the flags that say where the queue of a survey is that several machines share.
type shared struct{ queue.Server }

func (f *shared) register(c *cobra.Command) {
	flags := c.PersistentFlags()
	flags.StringVar(&f.URL, "nats", "", "for feed, work and collect: the NATS server with the queue, as `URL`: nats://nats.example.com or tls://...")
	flags.StringVar(&f.Name, "survey", "survey", "the `NAME` of the survey in that server")
	flags.StringVar(&f.Credentials, "nats-creds", "", "log in there with the JWT and key, or the NKey seed, in this `FILE`")
	flags.StringVar(&f.CAFile, "nats-ca", "", "trust the certificate authorities in this PEM `FILE` for that server")
}

// check refuses flags without a server.
func (f *shared) check() error {
	if f.URL == "" {
		return usage("for example: --nats nats://nats.example.com", "--nats is missing: where is the queue?")
	}
	return nil
}

// open comes to the queue.
func (f *shared) open(ctx context.Context, how func(context.Context, queue.Server) (*queue.Queue, error)) (*queue.Queue, error) {
	q, err := how(ctx, f.Server)
	switch {
	case err == nil:
		return q, nil
	case errors.Is(err, queue.ErrName):
		return nil, usage("for example: --survey customers-2", "--survey: %v", err)
	case errors.Is(err, queue.ErrSecret):
		return nil, usage("give a file with --nats-creds instead", "--nats: %v", err)
	case errors.Is(err, queue.ErrNotThere):
		return nil, noRun("make it: mailcheck bulk feed FILE --nats ...", "the survey %s: %v", f.Name, err)
	case errors.Is(err, queue.ErrOtherKind):
		return nil, noRun("take another name: --survey NAME", "the survey %s: %v", f.Name, err)
	}
	return nil, f.broken(err)
}

// broken says what is wrong with the server, or with the way to it.
func (f *shared) broken(err error) error {
	for _, known := range []struct {
		err  error
		hint string
	}{
		{queue.ErrNoStreams, "the server runs as: nats-server --jetstream"},
		{queue.ErrForbidden, "the user has to be allowed to publish to $JS.>, $KV.> and mailcheck.>, and to subscribe to _INBOX.>"},
		{queue.ErrUser, "--nats-creds FILE has the credentials of a user whom the server knows"},
		{queue.ErrPlain, "the server has no TLS: its configuration needs a block tls, or it is nats:// without secrets"},
		{queue.ErrTLS, "the certificate has to be for the name in the URL; --nats-ca FILE has its authority, if that is one of your own"},
		{queue.ErrNoServer, "is it at work, and reachable from here?"},
	} {
		if errors.Is(err, known.err) {
			return noRun(known.hint, "--nats: %v", err)
		}
	}
	return noRun("", "--nats: %v", err)
}

// ended says why a queue was left before its end.
func (f *shared) ended(err error) error {
	if _, told := errors.AsType[*failure](err); err == nil || told {
		return err
	}
	switch {
	case errors.Is(err, context.Canceled):
		return noRun("to go on, give the same command again", "interrupted")
	case errors.Is(err, queue.ErrForbidden):
		return f.broken(err)
	case errors.Is(err, queue.ErrOtherKind):
		return noRun("", "the survey %s: %v", f.Name, err)
	}
	return noRun("to go on, give the same command again", "--nats: %v", err)
}

func feedCommand(where *shared) *cobra.Command {
	var s survey
	c := &cobra.Command{
		Use:   "feed [FILE...]",
		Short: "Put the addresses of a survey into a queue for several machines",
		Long: `Puts addresses into a queue in a NATS server (2.10 or later, with JetStream), from which
mailcheck bulk work takes them on any number of machines. The files are those of
mailcheck bulk. DNS is asked for the mail exchanger of each domain, so that the
addresses of one operator are never tested more than two at a time.

What is there already is not put there again, so a feed that was interrupted is
simply repeated. Of a table only the column with the addresses is sent.`,
		Example: `  mailcheck bulk feed domains.txt --nats nats://nats.example.com`,
		RunE: func(c *cobra.Command, args []string) error {
			if err := where.check(); err != nil {
				return err
			}
			return where.ended(s.feed(c, where, args))
		},
	}
	c.Flags().StringVar(&s.column, "column", "", "take the addresses from the column of this `NAME`; the first line has the names")
	s.net.registerWay(c)
	c.Flags().DurationVar(&s.net.timeout, "timeout", 5*time.Second, "ask for a mail exchanger for at most this `TIME`")
	return c
}

// feed puts addresses into a queue.
func (s *survey) feed(c *cobra.Command, where *shared, args []string) error {
	inputs, err := s.inputs(c, args)
	if err != nil {
		return err
	}
	q, err := where.open(c.Context(), queue.Create)
	if err != nil {
		return err
	}
	defer q.Close()
	client, err := s.net.open(c.Context(), autoconfig.Options{})
	if err != nil {
		return err
	}
	defer client.Close()
	todo, duplicates := bulk.Plan(inputs, nil)
	fresh := 0
	run := bulk.Survey{Client: client, Timeout: s.net.timeout}
	view := &underWay{total: len(todo), began: time.Now()}
	hidden := sync.OnceFunc(view.shown(c, nil))
	defer hidden()
	for len(todo) > 0 {
		some := todo[:min(len(todo), fedTogether)]
		todo = todo[len(some):]
		n, err := q.Feed(c.Context(), jobsOf(some), exchangers(c.Context(), &run, some))
		fresh += n
		if err != nil {
			return err
		}
		view.fed(len(some))
	}
	hidden()
	fmt.Fprintf(c.ErrOrStderr(), "%s put into the queue, %d there already, %s left out.\n",
		mailcheck.Count{N: fresh, Noun: "address was|addresses were"}, len(inputs)-duplicates-fresh, mailcheck.Count{N: duplicates, Noun: "duplicate|duplicates"})
	return nil
}

// fedTogether is how many mail exchangers are asked for at once.
const fedTogether = 64

func jobsOf(inputs []bulk.Input) (jobs []queue.Job) {
	for _, in := range inputs {
		job := queue.Job{Key: in.Key(), Text: in.Text, File: in.File, Line: in.Line}
		if in.Err != nil {
			job.Err = in.Err.Error()
		}
		jobs = append(jobs, job)
	}
	return jobs
}

// exchangers names who takes the mail of each address.
func exchangers(ctx context.Context, run *bulk.Survey, inputs []bulk.Input) func(queue.Job) string {
	names := make([]string, len(inputs))
	byKey := map[string]*string{}
	var all sync.WaitGroup
	for i, in := range inputs {
		byKey[in.Key()] = &names[i]
		if address, err := mailcheck.ParseAddress(in.Text); err == nil {
			all.Go(func() { names[i] = run.ExchangerOf(ctx, address) })
		}
	}
	all.Wait()
	return func(j queue.Job) string { return *byKey[j.Key] }
}

func workCommand(where *shared) *cobra.Command {
	var s survey
	var stay bool
	var lost time.Duration
	c := &cobra.Command{
		Use:   "work",
		Short: "Test what is in the queue of a survey",
		Long: `Takes addresses out of the queue that mailcheck bulk feed has filled, tests them as
mailcheck bulk does, and puts the results there, until nothing is left. Any number
of machines may do so at once. An address whose worker dies is another's a minute
later; what has come to nothing five times gets a result that says so.

No password is ever in the queue: logins are tried for the accounts in a worker's
own file of --accounts.`,
		Example: `  mailcheck bulk work --nats nats://nats.example.com --fields findings,settings`,
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := cmp.Or(where.check(), s.out.checkFields()); err != nil {
				return err
			}
			if lost < time.Second {
				return usage("for example: --lost-after 1m", "--lost-after: the time must be a second at least")
			}
			return where.ended(s.work(c, where, queue.Worker{Stay: stay, Lost: lost}))
		},
	}
	flags := c.Flags()
	flags.BoolVar(&stay, "stay", false, "wait for further addresses where nothing is left")
	flags.DurationVar(&lost, "lost-after", queue.AckWait, "take a worker that says nothing for this `TIME` for dead, and give what it had to another")
	flags.StringVar(&s.accounts, "accounts", "", "log in to the accounts in this CSV `FILE`")
	s.registerTests(c)
	s.out.registerFields(c)
	return c
}

// work tests what is in a queue.
func (s *survey) work(c *cobra.Command, where *shared, w queue.Worker) error {
	run, end, err := s.open(c)
	if err != nil {
		return err
	}
	defer end()
	accounts := map[string]*bulk.Account{}
	if s.accounts != "" {
		all, err := accountsOf(c.Context(), s.accounts)
		if err != nil {
			return err
		}
		for _, in := range all {
			accounts[in.Key()] = in.Account
		}
	}
	q, err := where.open(c.Context(), queue.Find)
	if err != nil {
		return err
	}
	defer q.Close()
	tester := run.Tester()
	view := newUnderWay(0)
	view.others = true
	run.Begun = view.begun
	line := func(o report.Outcome) ([]byte, error) {
		view.ended(o)
		return report.SurveyLine(o, s.out.fields, report.Options{Version: version()})
	}
	w.Concurrency = run.Concurrency
	w.GiveUp = func(j queue.Job, why string) ([]byte, error) {
		return line(report.Outcome{Input: mailcheck.Clean(j.Text), File: mailcheck.Clean(j.File), Line: j.Line, Error: why})
	}
	w.Test = func(ctx context.Context, j queue.Job, tries int) ([]byte, time.Duration, error) {
		in := bulk.Input{Text: j.Text, File: j.File, Line: j.Line, Account: accounts[j.Key]}
		if j.Err != "" {
			in.Err = errors.New(j.Err)
		}
		o, due, err := tester.Test(ctx, in, tries)
		if err != nil {
			return nil, 0, noRun("", "%v", err)
		}
		if !due.IsZero() {
			view.postponed(in)
			return nil, time.Until(due), nil
		}
		text, err := line(o)
		return text, 0, err
	}
	hidden := view.shown(c, q)
	err = q.Work(c.Context(), w)
	hidden()
	fmt.Fprintf(c.ErrOrStderr(), "%s tested.\n", mailcheck.Count{N: view.here, Noun: "address was|addresses were"})
	return err
}

func collectCommand(where *shared) *cobra.Command {
	var s survey
	c := &cobra.Command{
		Use:   "collect",
		Short: "Collect the results of the survey in a queue",
		Long: `Writes the results that workers put into the queue, each once, as they come, until none is
missing; then says on standard error what was counted. The results stay in the queue, so
several may collect them, or one again. With --out FILE and --resume it goes on where it was.

` + bulkExitCodes,
		Example: `  mailcheck bulk collect --nats nats://nats.example.com --out survey.jsonl`,
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := cmp.Or(where.check(), s.out.check(nil)); err != nil {
				return err
			}
			return s.collect(c, where)
		},
	}
	s.out.registerKept(c)
	return c
}

// collect writes what workers have found.
func (s *survey) collect(c *cobra.Command, where *shared) error {
	q, err := where.open(c.Context(), queue.Find)
	if err != nil {
		return err
	}
	defer q.Close()
	done, err := s.out.open(c)
	if err != nil {
		return err
	}
	view := newUnderWay(0)
	hidden := func() {}
	if !s.out.scrolls(c) {
		hidden = view.shown(c, q)
	}
	err = q.Collect(c.Context(), func(line []byte) error {
		o, err := report.ReadOutcome(line)
		if err != nil {
			return fmt.Errorf("%w: %w", queue.ErrOtherKind, err)
		}
		view.ended(o)
		if done[o.Key()] {
			return nil
		}
		return s.out.addLine(c, o, line)
	})
	hidden()
	return s.out.end(c, where.ended(err))
}

// accountsOf reads the accounts of a file.
func accountsOf(ctx context.Context, name string) ([]bulk.Input, error) {
	all, err := bulk.ReadAccounts(ctx, name)
	if err == nil {
		return all, nil
	}
	hint := ""
	if why, exposed := errors.AsType[*files.Exposed](err); exposed {
		hint = map[files.Exposure]string{files.Readable: "for example: chmod 600 " + name, files.IsLink: "name the file that it leads to"}[why.Why]
	} else if errors.Is(err, bulk.ErrColumn) {
		hint = "its first line has the names of the columns: address,username,password"
	}
	return nil, noRun(hint, "--accounts: %v", err)
}
