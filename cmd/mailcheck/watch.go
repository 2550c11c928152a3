package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"mailcheck"
	"mailcheck/internal/files"
	"mailcheck/probes"
	"mailcheck/report"
)

// watcher is one run that is compared with the last one.
type watcher struct {
	net     network
	out     differences
	state   string // the folder where the last reports are
	confirm bool
}

func watchCommand() *cobra.Command {
	var w watcher
	c := &cobra.Command{
		Use:   "watch --state FOLDER ADDRESS...",
		Short: "Check once, and say only what has changed since the last time",
		Long: `Checks each address once, compares that with the last report kept in the folder, says
only what has changed, and keeps the new report. It is made for a systemd timer or the
Windows Task Scheduler: without news it says nothing. The first time there is nothing to
compare with, so it says the verdict.

With --confirm whatever seems worse is tested again before it is said. A run that could not
test everything is no news: without a network, a DNS resolver or enough time (--timeout) it
is an error, and what was kept stays for the next time. What cannot be written is told again.

` + loginHelp + `
Exit code: 0 nothing is worse; 1 something is; 2 wrong command line; 3 an address
could not be tested, or its report not be kept, and of the others nothing is worse.`,
		Example: `  mailcheck watch --state ~/.local/state/mailcheck alice@example.com
  mailcheck watch --state /var/lib/mailcheck --confirm alice@example.com example.org`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("for example: "+firstLine(c.Example), "an address is missing")
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              w.run,
	}
	c.Flags().StringVar(&w.state, "state", "", "keep the last reports in this `FOLDER`; it is made if it is not there")
	c.Flags().BoolVar(&w.confirm, "confirm", false, "test again before anything is said to be worse")
	c.MarkFlagDirname("state")
	w.net.register(c)
	w.net.registerDiscovery(c)
	w.net.registerExpiry(c)
	w.net.registerAudit(c)
	w.net.registerLogin(c)
	w.out.register(c)
	return c
}

func (w *watcher) run(c *cobra.Command, args []string) error {
	if w.state == "" {
		return usage("for example: "+firstLine(c.Example), "--state is missing: where are the last reports?")
	}
	if _, err := w.out.writer(); err != nil {
		return err
	}
	for _, typed := range args {
		if _, err := parseAddress(typed); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(w.state, 0o700); err != nil {
		return noRun("", "--state: %v", err)
	}
	var worse, failed error
	for _, typed := range args {
		var e *failure
		switch err := w.one(c, typed); {
		case errors.As(err, &e) && e.code == exitFailures:
			worse = err
		case err != nil:
			if failed != nil { // the last one is told by whoever gets it
				failed.(*failure).print(c.ErrOrStderr())
			}
			failed = err
		}
	}
	if worse != nil && failed != nil {
		failed.(*failure).print(c.ErrOrStderr())
	}
	if worse != nil {
		return worse
	}
	return failed
}

// one checks one address.
func (w *watcher) one(c *cobra.Command, typed string) error {
	r, err := w.test(c, typed)
	if err != nil {
		return err
	}
	file := filepath.Join(w.state, stateName(r.Address))
	last, err := lastReport(c, file)
	if err != nil {
		return err
	}
	told := func() error { return w.first(c, r) }
	if last != nil {
		d := report.Diff(last, r)
		if d.Worse() && w.confirm {
			if r, err = w.test(c, typed); err != nil {
				return err
			}
			d = report.Diff(last, r)
		}
		told = func() error { return w.news(c, d) }
	}
	said := told()
	if e, ok := errors.AsType[*failure](said); ok && e.code == exitNoRun { // nobody knows it, so that it is told the next time
		return said
	}
	if err := w.keep(c, file, r); err != nil {
		return err
	}
	return said
}

// news says what has changed, if anything has.
func (w *watcher) news(c *cobra.Command, d report.Difference) error {
	if len(d.Changes) == 0 {
		return nil
	}
	return w.out.show(c, d)
}

// first says how an address stands that was never tested before.
func (w *watcher) first(c *cobra.Command, r *mailcheck.Report) error {
	if w.out.format != report.DiffFormats[0].Name {
		return nil
	}
	var b bytes.Buffer
	if err := report.Table(&b, r, report.Options{}); err != nil {
		return noRun("", "%v", err)
	}
	verdict, _, _ := strings.Cut(b.String(), "\n\n")
	if _, err := fmt.Fprintf(c.OutOrStdout(), "%s\n", verdict); err != nil {
		return unwritten(err)
	}
	return nil
}

// test checks an address. A run that came to nothing is an error.
func (w *watcher) test(c *cobra.Command, typed string) (*mailcheck.Report, error) {
	r, err := account(c, typed, &w.net, &output{color: "never"}, (*probes.Client).Account)
	if err != nil {
		return nil, err
	}
	if stopped := interrupted(c.Context()); stopped != nil {
		stopped.(*failure).text = "interrupted; nothing is compared"
		return nil, stopped
	}
	if why := report.Inconclusive(r); !why.Empty() {
		return nil, noRun("the whole report: mailcheck check "+r.Address.String(), "%s could not be tested, so that nothing is compared: %s", r.Address, why)
	}
	return r, nil
}

// keep puts a report into the place of the last one.
func (w *watcher) keep(c *cobra.Command, file string, r *mailcheck.Report) error {
	var b bytes.Buffer
	err := report.JSON(&b, r, report.Options{Version: version()})
	if err == nil {
		ctx, cancel := inTime(c)
		defer cancel()
		err = files.Write(ctx, file, b.Bytes(), 0o600)
	}
	if err != nil {
		return noRun("", "keeping the report: %v", err)
	}
	return nil
}

// lastReport reads what was kept; nil where there is nothing yet.
func lastReport(c *cobra.Command, file string) (*mailcheck.Report, error) {
	content, err := files.Read(c.Context(), file, maxReport)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var r *mailcheck.Report
	if err == nil {
		r, err = report.Read(bytes.NewReader(content))
	}
	if err != nil {
		return nil, noRun("to begin anew, remove the file", "the last report, %s: %v", file, err)
	}
	return r, nil
}

// stateName is the name of the file for an address, which every system takes.
func stateName(a mailcheck.Address) string {
	name := url.QueryEscape(strings.ToLower(a.String()))
	if len(name) > 200 {
		sum := sha256.Sum256([]byte(name))
		name = hex.EncodeToString(sum[:])
	}
	return name + ".json"
}
