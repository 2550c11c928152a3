// Command mailcheck finds and tests the settings of a mail account.
//
// Results go to standard output. Everything else goes to standard error, as
// "mailcheck: error: ..." and "mailcheck: hint: ...", without a capital letter at
// the beginning and without a full stop at the end.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"mailcheck"
)

// The exit codes.
const (
	exitOK       = 0 // everything works, perhaps with warnings
	exitFailures = 1 // failures were found, or warnings with --strict
	exitUsage    = 2 // the command line is wrong
	exitNoRun    = 3 // the test could not be made or was interrupted
)

const exitCodes = `Exit code: 0 no failure; 1 failures (with --strict also warnings); 2 wrong
command line; 3 the test could not be made, or was interrupted. With -o nagios
the plugin's: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, a wrong command line too.`

// memory is what the program may take before its garbage is collected as soon as it comes
// about. Servers decide how much they send, and many are asked at once.
const memory = 128 << 20

func main() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memory)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)                            // a second Ctrl-C ends the program at once
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) // whose reader has gone is told as any other error
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if err := os.Stdout.Close(); err != nil && code != exitNoRun { // some file systems notice only then that a disk is full
		unwritten(err).print(os.Stderr)
		code = exitNoRun
	}
	os.Exit(code)
}

// run executes one command line and returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	log.SetOutput(io.Discard) // net/http logs what servers say unasked
	stdout, stderr = logs(stdout, stderr, args)
	out := &results{Writer: stdout, ctx: ctx}
	root := rootCommand(out)
	root.PersistentPreRun = func(c *cobra.Command, _ []string) { out.limit = chosenTime(c) }
	root.SetArgs(args)
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		offerAll(root)
	}
	root.SetErr(stderr)
	c, err := root.ExecuteContextC(ctx)
	e, ok := errors.AsType[*failure](err)
	switch {
	case out.failed != nil:
		e = unwritten(out.failed)
	case err == nil:
		return exitOK
	case !ok:
		e = &failure{code: exitUsage, text: err.Error()} // cobra's own errors are all about the command line
	}
	e.hide(args)
	f := wantedFormat(c, args)
	instead := f.Failure != nil && e.code >= exitUsage && !e.shown
	if !instead || f.FailureExit == 0 {
		e.print(stderr)
	}
	if !instead {
		return e.code
	}
	if err := f.Failure(out, strings.Join(e.lines(), "; "), strings.Join(e.hints, "; ")); err != nil {
		e = unwritten(err)
		e.print(stderr)
	}
	return cmp.Or(f.FailureExit, e.code)
}

// unwritten says that this machine could not take the result, or the whole of it.
func unwritten(err error) *failure {
	return &failure{code: exitNoRun, text: "writing the result: " + err.Error(), shown: true}
}

// failure is an error that knows its exit code. An empty text prints nothing:
// the result says it all.
type failure struct {
	code  int
	text  string
	hints []string
	shown bool // a result stands on standard output all the same
}

func (e *failure) Error() string { return e.text }

func (e *failure) lines() []string {
	var lines []string
	for line := range strings.Lines(e.text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// hide takes what may be secret in the command line out of what is said about it, and cuts
// what is too long to be quoted.
func (e *failure) hide(args []string) {
	e.text = shorten(hideSecrets(e.text, args), args)
	for i, hint := range e.hints {
		e.hints[i] = shorten(hideSecrets(hint, args), args)
	}
}

func (e *failure) print(w io.Writer) {
	for _, line := range e.lines() {
		fmt.Fprintf(w, "mailcheck: error: %s\n", mailcheck.Clean(line))
	}
	for _, hint := range e.hints {
		fmt.Fprintf(w, "mailcheck: hint: %s\n", mailcheck.Clean(hint))
	}
}

// usage returns an error about the command line.
func usage(hint, format string, args ...any) error {
	e := &failure{code: exitUsage, text: fmt.Sprintf(format, args...)}
	if hint != "" {
		e.hints = []string{hint}
	}
	return e
}

// noRun returns an error that keeps the test from being made.
func noRun(hint, format string, args ...any) error {
	e := usage(hint, format, args...).(*failure)
	e.code = exitNoRun
	return e
}

func rootCommand(out io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:   "mailcheck",
		Short: "Find and test the settings of a mail account",
		Long: `Finds the settings that are published for a mail address, tests every server
as a mail program would, and says what is wrong, who can mend it and how.`,
		Example: `  mailcheck check alice@example.com
  mailcheck demo`,
		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: 2,
		Version:                    version(),
		Args:                       knownCommand,
		RunE:                       func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetOut(out) // which cobra's completion command looks up when it is made
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		text, _, _ := strings.Cut(err.Error(), "' in -") // a shorthand with what is glued to it, as in -pPASSWORD
		if text != err.Error() {
			text += "'"
		}
		return usage("see: "+c.CommandPath()+" --help", "%s", text)
	})
	root.Flags().Bool("version", false, "show the version") // or cobra gives it the -v that means verbose elsewhere
	root.SetVersionTemplate("mailcheck {{.Version}}\n")
	root.SetHelpTemplate(helpTemplate)
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages", ".FlagUsagesWrapped 80"))
	root.AddCommand(
		checkCommand(), probeCommand(), discoverCommand(), clientsCommand(), lintCommand(), setupCommand(), renderCommand(), diffCommand(), watchCommand(), bulkCommand(), serveCommand(), loginCommand(), logoutCommand(), accountsCommand(), explainCommand(), demoCommand(), versionCommand(),
	)
	addHelp(root)
	helpAtOnce(root)
	return root
}

const helpTemplate = `{{with or .Long .Short}}{{. | trimTrailingWhitespaces}}

{{end}}{{if or .Runnable .HasSubCommands}}{{.UsageString}}{{end}}`

// knownCommand refuses a word that is no command.
func knownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "see: mailcheck --help; to check an address or a domain: mailcheck check ADDRESS"
	if _, err := mailcheck.ParseAddress(args[0]); err == nil && strings.Contains(args[0], "@") {
		hint = "to check an address: mailcheck check " + args[0]
	} else if strings.Contains(args[0], "://") {
		hint = "to test a server: mailcheck probe " + args[0]
	} else if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		return usage("did you mean: mailcheck "+near[0], "unknown command %q", args[0])
	}
	return usage(hint, "the first word is no command")
}

// exactly wants n arguments.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		hint := "for example: " + firstLine(c.Example)
		switch {
		case len(args) < n:
			return usage(hint, "%s is missing", what)
		case len(args) > n:
			return usage(hint, "only %s is wanted, not also %s", what, quoted(args[n]))
		}
		return nil
	}
}

// atMost wants no more than n arguments.
func atMost(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > n {
			return usage("see: "+c.CommandPath()+" --help", "%s is one argument too many", quoted(args[n]))
		}
		return nil
	}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}
