package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"os/user"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"mailcheck"
	"mailcheck/internal/files"
	"mailcheck/report"
)

// output is the flags that say how results are shown, and to whom.
type output struct {
	view    report.View
	formats []string // each a name, or name=FILE
	file    string   // where the result goes instead of standard output
	color   string
	strict  bool
	verbose bool
	share   bool
	lang    languageFlag

	sarifFile string // that the findings about an account are said of
}

// anyView is that of a command which shows a report of any kind.
const anyView report.View = -1

// reader is a format, and the file that it goes to; standard output where there is none.
type reader struct {
	report.Format
	file string
}

func (f *output) register(c *cobra.Command, view report.View) {
	f.view = view
	c.Flags().StringArrayVarP(&f.formats, "output", "o", nil, "output `FORMAT`: "+formatNames(view)+"; FORMAT=FILE for a file beside it; may be repeated (default "+report.Formats[0].Name+")")
	c.Flags().StringVar(&f.file, "output-file", "", "write the result to this `FILE`, whole or not at all, not to standard output")
	c.Flags().BoolVar(&f.strict, "strict", false, "count warnings as failures")
	c.Flags().BoolVar(&f.share, "share", false, "leave the person out: replace address, user names, and what is of this network and machine")
	if view == report.Account || view == anyView {
		c.Flags().StringVar(&f.sarifFile, "sarif-file", "", "for -o sarif: the `FILE` in your repository that publishes the settings")
	}
	offer(c, "output", slices.Collect(func(yield func(string) bool) {
		for _, f := range report.Formats {
			if (view == anyView || f.Has(view)) && !yield(f.Name+"\t"+f.Doc) {
				return
			}
		}
	}))
	f.lang.register(c)
	f.registerVerbose(c)
	f.registerColor(c)
}

func (f *output) registerVerbose(c *cobra.Command) {
	c.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "show every step and each server's conversation on standard error")
}

func (f *output) registerColor(c *cobra.Command) {
	c.Flags().StringVar(&f.color, "color", "auto", "use colour: `WHEN` is auto, always or never")
	offer(c, "color", colorWords)
}

// offered is the annotation of a flag with the words that a shell completes it with.
const offered = "offered"

// offer has a shell complete a flag with words.
func offer(c *cobra.Command, flag string, words []string) {
	if err := c.Flags().SetAnnotation(flag, offered, words); err != nil {
		panic(err) // there is no such flag
	}
}

// offerAll tells cobra of the words, which it never forgets again, so only a program that
// completes and ends does so.
func offerAll(c *cobra.Command) {
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if words, ok := f.Annotations[offered]; ok {
			_ = c.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
		}
	})
	for _, sub := range c.Commands() {
		offerAll(sub)
	}
}

var colorWords = []string{"auto", "always", "never"}

func formatNames(view report.View) string {
	var names []string
	for _, f := range report.Formats {
		if view == anyView || f.Has(view) {
			names = append(names, f.Name)
		}
	}
	return strings.Join(names, ", ")
}

// check refuses values that the flags cannot have.
func (f *output) check() error {
	if !slices.Contains(colorWords, f.color) {
		return usage("choose one of: "+strings.Join(colorWords, ", "), "--color: %q is unknown", f.color)
	}
	if _, err := f.lang.asked(); err != nil {
		return err
	}
	_, err := f.readers()
	return err
}

// readers returns for whom the result is, the one at standard output first.
func (f *output) readers() ([]reader, error) {
	main := reader{file: f.file}
	var others []reader
	for _, wanted := range f.formats {
		name, file, toFile := strings.Cut(wanted, "=")
		format, ok := report.FormatByName(name)
		switch {
		case !ok:
			return nil, usage("choose one of: "+formatNames(f.view), "unknown output format %q", name)
		case !format.Has(f.view):
			return nil, usage("choose one of: "+formatNames(f.view), "this command has no output format %s", name)
		case toFile && file == "":
			return nil, usage("-o "+name+"=FILE", "the name of the file is missing in %q", wanted)
		case toFile:
			others = append(others, reader{format, file})
		default:
			main.Format = format // the last one counts, as it does with every option
		}
	}
	if main.Name == "" {
		main.Format = report.Formats[0]
	}
	all := append([]reader{main}, others...)
	for i, r := range all {
		if r.file != "" && slices.ContainsFunc(all[:i], func(o reader) bool { return o.file == r.file }) {
			return nil, usage("name another file", "two formats cannot go to one file, %s", mailcheck.Quoted(r.file))
		}
	}
	return all, nil
}

// options says how what has a language is shown at standard output.
func (f *output) options(stdout io.Writer) (opts report.Options, err error) {
	opts = f.look(stdout)
	opts.Language, err = f.lang.open(screenOf(stdout) != nil)
	return opts, err
}

// look looks at what standard output is.
func (f *output) look(stdout io.Writer) report.Options {
	opts := report.Options{Color: f.color == "always", Verbose: f.verbose, Strict: f.strict, Version: version(), SARIFFile: f.sarifFile}
	file := screenOf(stdout)
	if file == nil {
		return opts
	}
	opts.Width, _, _ = term.GetSize(int(file.Fd())) // 0, the default, where it is not known
	if f.color == "auto" {
		opts.Color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	}
	opts.Color = opts.Color && enableColor(file)
	return opts
}

// screenOf returns the terminal that a result goes to; nil where it goes elsewhere.
func screenOf(stdout io.Writer) *os.File {
	if r, ok := stdout.(*results); ok {
		stdout = r.Writer
	}
	if file, ok := stdout.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		return file
	}
	return nil
}

// show gives the report to its readers, and returns the error that its verdict asks for.
func (f *output) show(c *cobra.Command, r *mailcheck.Report) error {
	readers, err := f.readers()
	if err != nil {
		return err
	}
	if f.share {
		if r, err = report.Share(r, ownNames()...); err != nil {
			return noRun("", "%v", err)
		}
	}
	opts, err := f.options(c.OutOrStdout())
	if err != nil {
		return err
	}
	opts.View = f.view
	if f.verbose && f.view != report.File { // for a file nothing is asked
		_ = report.Transcript(c.ErrOrStderr(), r, opts)
	}
	var failed error
	for _, to := range readers { // one that cannot be served takes nothing from the others
		failed = cmp.Or(failed, to.give(c, r, opts))
	}
	if slices.ContainsFunc(readers, func(to reader) bool { return to.Name == "github" }) {
		failed = cmp.Or(failed, summarize(r, opts))
	}
	if failed != nil {
		return failed
	}
	if stopped := interrupted(c.Context()); stopped != nil {
		stopped.(*failure).shown = true
		return stopped
	}
	if code := readers[0].Exit(r, opts); code != exitOK {
		return &failure{code: code, shown: true}
	}
	return nil
}

// summarize adds the report to the summary of the job in GitHub Actions, where there is one
// (docs.github.com: Workflow commands, "Adding a job summary").
func summarize(r *mailcheck.Report, opts report.Options) error {
	name := os.Getenv("GITHUB_STEP_SUMMARY")
	if name == "" {
		return nil
	}
	var b bytes.Buffer
	err := report.Markdown(&b, r, opts)
	if err == nil && b.Len() > maxSummary {
		b.Reset()
		_, err = b.WriteString("The report is too long for a summary; it is in the log of the job.\n")
	}
	var file *os.File
	if err == nil {
		file, err = os.OpenFile(name, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o644)
	}
	if err == nil {
		_, err = file.Write(append(b.Bytes(), '\n'))
		err = cmp.Or(err, file.Close())
	}
	if err != nil {
		return unwritten(fmt.Errorf("the summary of the job: %w", err))
	}
	return nil
}

// maxSummary is what GitHub takes of one step; of more it shows nothing.
const maxSummary = 1000 << 10

// ownNames are those of this machine, and of whoever uses it.
func ownNames() (names []string) {
	if host, err := os.Hostname(); err == nil {
		label, _, _ := strings.Cut(host, ".")
		names = append(names, host, label)
	}
	if u, err := user.Current(); err == nil {
		_, name, inDomain := strings.Cut(u.Username, `\`)
		if !inDomain {
			name = u.Username
		}
		names = append(names, name)
	}
	return names
}

// give writes the report to where the reader finds it.
func (to reader) give(c *cobra.Command, r *mailcheck.Report, opts report.Options) error {
	if to.file == "" {
		return printed(c, func(w io.Writer) error { return to.Write(w, r, opts) })
	}
	opts.Width, opts.Color = 0, false // those of the terminal
	var b bytes.Buffer
	err := to.Write(&b, r, opts)
	if err == nil {
		ctx, cancel := inTime(c)
		defer cancel()
		err = files.Write(ctx, to.file, b.Bytes(), 0o644)
	}
	if err != nil {
		return unwritten(err)
	}
	return nil
}

// wantedFormat returns the format that a command line asks for, even if it could not
// be read up to there, or the command has no formats: a program that reads a format finds
// the error in it. The last one counts, as it does with every option.
func wantedFormat(c *cobra.Command, args []string) report.Format {
	read, _ := c.Flags().GetStringArray("output") // of a command without formats nothing
	name := mainFormat(read)
	for i, arg := range args {
		if arg == "--" {
			break // only arguments follow
		}
		value, asks := strings.CutPrefix(arg, "--output")
		if !asks {
			value, asks = strings.CutPrefix(switches.ReplaceAllString(arg, "-"), "-o")
		}
		if asks && value == "" && i+1 < len(args) {
			value = args[i+1]
		}
		if asks && value != "" && !strings.HasPrefix(value, "-file") {
			name = cmp.Or(mainFormat([]string{strings.TrimPrefix(value, "=")}), name)
		}
	}
	format, _ := report.FormatByName(name)
	return format
}

// mainFormat returns the last of the formats that do not go to a file of their own.
func mainFormat(formats []string) (name string) {
	for _, f := range formats {
		if !strings.Contains(f, "=") {
			name = f
		}
	}
	return name
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
