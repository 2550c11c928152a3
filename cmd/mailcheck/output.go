package main

import (
	"bytes"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"mailcheck"
	"mailcheck/report"
)

// output is the flags that say how results are shown.
type output struct {
	format  string
	color   string
	strict  bool
	verbose bool
}

func (f *output) register(c *cobra.Command) {
	c.Flags().StringVarP(&f.format, "output", "o", report.Formats[0].Name, "output `FORMAT`: "+formatNames())
	c.Flags().BoolVar(&f.strict, "strict", false, "count warnings as failures")
	c.RegisterFlagCompletionFunc("output", complete(slices.Collect(func(yield func(string) bool) {
		for _, f := range report.Formats {
			if !yield(f.Name + "\t" + f.Doc) {
				return
			}
		}
	})))
	f.registerVerbose(c)
	f.registerColor(c)
}

func (f *output) registerVerbose(c *cobra.Command) {
	c.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "show every step and each server's conversation on standard error")
}

func (f *output) registerColor(c *cobra.Command) {
	c.Flags().StringVar(&f.color, "color", "auto", "use colour: `WHEN` is auto, always or never")
	c.RegisterFlagCompletionFunc("color", complete(colorWords))
}

// complete offers words for a flag or argument.
func complete(words []string) cobra.CompletionFunc {
	return cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
}

var colorWords = []string{"auto", "always", "never"}

func formatNames() string {
	var names []string
	for _, f := range report.Formats {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

// check refuses values that the flags cannot have.
func (f *output) check() error {
	if !slices.Contains(colorWords, f.color) {
		return usage("choose one of: "+strings.Join(colorWords, ", "), "--color: %q is unknown", f.color)
	}
	if _, ok := report.FormatByName(f.format); f.format != "" && !ok {
		return usage("choose one of: "+formatNames(), "unknown output format %q", f.format)
	}
	return nil
}

// options looks at what standard output is.
func (f *output) options(stdout io.Writer) report.Options {
	opts := report.Options{Color: f.color == "always", Verbose: f.verbose, Strict: f.strict, Version: version()}
	if r, ok := stdout.(*results); ok {
		stdout = r.Writer
	}
	file, ok := stdout.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return opts
	}
	opts.Width, _, _ = term.GetSize(int(file.Fd())) // 0, the default, where it is not known
	if f.color == "auto" {
		opts.Color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	}
	opts.Color = opts.Color && enableColor(file)
	return opts
}

// show prints the report in one of its views, and returns the error that its verdict
// asks for.
func (f *output) show(c *cobra.Command, r *mailcheck.Report, view report.View) error {
	format, _ := report.FormatByName(f.format)
	opts := f.options(c.OutOrStdout())
	opts.View = view
	if f.verbose && view != report.File { // for a file nothing is asked
		_ = report.Transcript(c.ErrOrStderr(), r, opts)
	}
	err := printed(c, func(w io.Writer) error { return format.Write(w, r, opts) })
	if err != nil {
		return err
	}
	if stopped := interrupted(c.Context()); stopped != nil {
		stopped.(*failure).shown = true
		return stopped
	}
	if code := format.Exit(r, opts); code != exitOK {
		return &failure{code: code, shown: true}
	}
	return nil
}

// wantedFormat returns the format that a command line asks for, even if it could not
// be read up to there, or the command has no formats: a program that reads a format finds
// the error in it. The last one counts, as it does with every option.
func wantedFormat(c *cobra.Command, args []string) report.Format {
	name := ""
	if flag := c.Flags().Lookup("output"); flag != nil && flag.Changed {
		name = flag.Value.String()
	}
	for i, arg := range args {
		if arg == "--" {
			break // only arguments follow
		}
		value, asks := strings.CutPrefix(arg, "--output")
		if !asks {
			value, asks = strings.CutPrefix(switches.ReplaceAllString(arg, "-"), "-o")
		}
		switch {
		case asks && value == "" && i+1 < len(args):
			name = args[i+1]
		case asks && value != "":
			name = strings.TrimPrefix(value, "=")
		}
	}
	format, _ := report.FormatByName(name)
	return format
}

// switches are options of one letter without a value that may stand before the o in one word.
var switches = regexp.MustCompile("^-[v46]+")

// printed writes the whole of something to standard output at once.
func printed(c *cobra.Command, write func(io.Writer) error) error {
	var b bytes.Buffer
	err := write(&b)
	if err == nil {
		_, err = c.OutOrStdout().Write(b.Bytes())
	}
	if err != nil {
		return unwritten(err)
	}
	return nil
}
