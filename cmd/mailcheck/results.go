package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"mailcheck/report"
)

// results is standard output, and remembers that it could not be written. A pager may let
// it wait for as long as somebody reads, but not after Ctrl-C, nor where a time was asked for.
type results struct {
	io.Writer
	ctx    context.Context
	limit  time.Duration // of one result; 0 is none
	failed error
}

// How long a file may take at the longest, and standard output after Ctrl-C.
const (
	fileTime = 10 * time.Second
	lastTime = 2 * time.Second
)

func (r *results) Write(p []byte) (n int, err error) {
	ctx, cancel := r.late()
	defer cancel()
	done := make(chan struct{})
	var written int
	var failed error
	go func() {
		written, failed = r.Writer.Write(p)
		close(done)
	}()
	select {
	case <-done:
		n, err = written, failed
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	if r.failed == nil {
		r.failed = err
	}
	return n, err
}

// late returns the context in which whoever reads has to read.
func (r *results) late() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(context.Background())
	stop := context.AfterFunc(r.ctx, func() {
		time.AfterFunc(lastTime, func() { cancel(errors.New("interrupted before all of it was read")) })
	})
	end := func() { stop(); cancel(nil) }
	if r.limit == 0 {
		return ctx, end
	}
	ctx, release := context.WithTimeoutCause(ctx, r.limit, fmt.Errorf("nobody has read all of it within the %s of --timeout", r.limit))
	return ctx, func() { release(); end() }
}

// chosenTime returns the --timeout that somebody chose for a command, for writing counts as well as
// the test does; 0 if nobody did.
func chosenTime(c *cobra.Command) time.Duration {
	if f := c.Flags().Lookup("timeout"); f == nil || !f.Changed {
		return 0
	}
	chosen, _ := c.Flags().GetDuration("timeout")
	return max(0, chosen)
}

// runners are the variables by which CI servers tell that they read the log for commands.
var runners = []string{"GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"}

// logs keeps what servers say from being taken for commands where a CI server reads what is
// written. A file is for somebody else, and the github format is commands.
func logs(stdout, stderr io.Writer, args []string) (out, errs io.Writer) {
	read := func(name string) bool { return os.Getenv(name) != "" }
	if !slices.ContainsFunc(runners, read) {
		return stdout, stderr
	}
	if !regular(stdout) && wantedFormat(&cobra.Command{}, args).Name != "github" {
		stdout = report.Harmless{Writer: stdout}
	}
	if !regular(stderr) {
		stderr = report.Harmless{Writer: stderr}
	}
	return stdout, stderr
}

// regular reports whether something is written to a file on a disk.
func regular(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode().IsRegular()
}

// inTime returns the context in which a file is written: Ctrl-C during the test does not
// lose what is known by then, but Ctrl-C during the writing ends it.
func inTime(c *cobra.Command) (context.Context, context.CancelFunc) {
	ctx := c.Context()
	if ctx.Err() != nil {
		ctx = context.WithoutCancel(ctx)
	}
	limit := fileTime
	if chosen := chosenTime(c); chosen > 0 {
		limit = min(limit, chosen)
	}
	return context.WithTimeoutCause(ctx, limit, errors.New("the file system does not answer"))
}
