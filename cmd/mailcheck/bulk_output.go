package main

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"mailcheck"
	"mailcheck/bulk"
	"mailcheck/internal/files"
	"mailcheck/report"
)

// surveyOutput is the flags that say what becomes of the outcomes of a survey.
type surveyOutput struct {
	formats []string // each a name, or name=FILE
	fields  []string
	kept    string // the file that the lines are kept in
	resume  bool
	from    string // a file of an earlier survey, to be shown
	summary bool
	look    output // strictness and colour

	counted report.Survey
	file    *bulk.File
	main    string // the format at standard output
	beside  []sideFile
}

// sideFile is a file that what was counted goes to.
type sideFile struct {
	report.SurveyFormat
	name string
}

// The formats with something for each account. The others have what was counted, at the end.
const (
	surveyLines = "jsonl"
	surveyRows  = "csv"
)

func surveyFormats() []string {
	names := []string{surveyLines, surveyRows}
	for _, f := range report.SurveyFormats {
		names = append(names, f.Name)
	}
	return names
}

func (f *surveyOutput) register(c *cobra.Command) {
	f.registerFields(c)
	f.registerKept(c)
	c.Flags().StringVar(&f.from, "from", "", "show the survey in this `FILE`, which --out or standard output has made; nothing is tested")
}

func (f *surveyOutput) registerFields(c *cobra.Command) {
	c.Flags().StringSliceVar(&f.fields, "fields", nil, "write only these `FIELDS` of each document, such as verdict,findings,settings (default all)")
	offer(c, "fields", report.SurveyFields())
}

// registerKept adds the flags of commands that write outcomes which there are already.
func (f *surveyOutput) registerKept(c *cobra.Command) {
	flags := c.Flags()
	flags.StringArrayVarP(&f.formats, "output", "o", nil, "output `FORMAT`: "+strings.Join(surveyFormats(), ", ")+" (default jsonl; with --out nothing; with --from table); html=FILE and table=FILE for a file beside it")
	flags.StringVar(&f.kept, "out", "", "keep the lines in this `FILE`, which nobody else can read")
	flags.BoolVar(&f.resume, "resume", false, "go on with the survey in the file of --out")
	flags.BoolVar(&f.summary, "summary", false, "say at the end all that was counted, not only the ten commonest of each")
	flags.BoolVar(&f.look.strict, "strict", false, "count warnings as failures")
	offer(c, "output", surveyFormats())
	f.look.registerColor(c)
}

// check refuses flags that do not fit each other.
func (f *surveyOutput) check(args []string) error {
	if err := f.look.check(); err != nil {
		return err
	}
	f.main = map[bool]string{true: "", false: surveyLines}[f.kept != ""]
	if f.from != "" {
		f.main = report.SurveyFormats[0].Name
	}
	for _, wanted := range f.formats {
		name, file, toFile := strings.Cut(wanted, "=")
		i := slices.IndexFunc(report.SurveyFormats, func(s report.SurveyFormat) bool { return s.Name == name })
		switch {
		case !slices.Contains(surveyFormats(), name):
			return usage("choose one of: "+strings.Join(surveyFormats(), ", "), "unknown output format %q", name)
		case !toFile:
			f.main = name
		case file == "":
			return usage("-o "+name+"=FILE", "the name of the file is missing in %q", wanted)
		case i < 0:
			return usage("--out FILE keeps the lines, and --from FILE -o csv makes a table of them", "%s cannot go to a file beside the result", name)
		default:
			f.beside = append(f.beside, sideFile{report.SurveyFormats[i], file})
		}
	}
	if err := f.checkFields(); err != nil {
		return err
	}
	switch {
	case f.resume && f.kept == "":
		return usage("for example: --out survey.jsonl --resume", "--resume goes on with the file of --out, and none is named")
	case f.from != "" && (len(args) > 0 || f.kept != ""):
		return usage("leave one of them out", "--from shows a survey that was made, and excludes files with addresses and --out")
	case f.from != "" && f.main == surveyLines:
		return usage("choose one of: csv, table, html", "--from: the lines are in the file already")
	}
	return nil
}

func (f *surveyOutput) checkFields() error {
	for _, name := range f.fields {
		if !slices.Contains(report.SurveyFields(), name) {
			return usage("choose from: "+strings.Join(report.SurveyFields(), ", "), "--fields: there is no field %q", name)
		}
	}
	return nil
}

// open opens the file that the outcomes are kept in, if there is one, and returns the keys of
// those that it has.
func (f *surveyOutput) open(c *cobra.Command) (done map[string]bool, err error) {
	for _, to := range f.beside { // which is written when all is done
		if _, err := os.Stat(filepath.Dir(to.name)); err != nil {
			return nil, noRun("", "-o %s: %v", to.Name, err)
		}
	}
	done = map[string]bool{}
	if f.kept == "" {
		return done, f.begin(c)
	}
	f.file, err = bulk.Open(c.Context(), f.kept, f.resume, func(o report.Outcome) error {
		done[o.Key()] = true
		f.counted.Add(o)
		return nil
	})
	switch {
	case errors.Is(err, files.ErrThere):
		return nil, noRun("to go on with it, add --resume; else name another file", "--out: %v", err)
	case errors.Is(err, files.ErrBusy):
		return nil, noRun("wait for the other survey, or name another file", "--out: another survey is at work on %s", mailcheck.Quoted(f.kept))
	case err != nil:
		return nil, noRun("", "--out: %v", err)
	}
	return done, f.begin(c)
}

// begin writes what stands before the first outcome.
func (f *surveyOutput) begin(c *cobra.Command) error {
	if f.main != surveyRows {
		return nil
	}
	return f.print(c, report.SurveyHeader())
}

// add writes one outcome, each line at once.
func (f *surveyOutput) add(c *cobra.Command, o report.Outcome) error {
	var line []byte
	if f.file != nil || f.main == surveyLines {
		var err error
		if line, err = report.SurveyLine(o, f.fields, report.Options{Version: version()}); err != nil {
			return unwritten(err)
		}
	}
	return f.addLine(c, o, line)
}

// addLine writes one outcome whose line there is.
func (f *surveyOutput) addLine(c *cobra.Command, o report.Outcome, line []byte) error {
	if f.file != nil {
		if err := f.file.Append(line); err != nil {
			e := unwritten(err)
			e.hints = []string{"what was done is kept; when that is mended, --resume goes on"}
			return e
		}
	}
	var err error
	switch f.main {
	case surveyLines:
		err = f.print(c, line)
	case surveyRows:
		err = f.print(c, report.SurveyRow(o))
	}
	if err == nil {
		f.counted.Add(o)
	}
	return err
}

func (f *surveyOutput) print(c *cobra.Command, line []byte) error {
	if _, err := c.OutOrStdout().Write(line); err != nil {
		return unwritten(err)
	}
	return nil
}

// scrolls reports whether the outcomes come to stand on the terminal.
func (f *surveyOutput) scrolls(c *cobra.Command) bool {
	r, ok := c.OutOrStdout().(*results)
	if !ok || f.main != surveyLines && f.main != surveyRows {
		return false
	}
	file, ok := r.Writer.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// end writes what was counted, and returns the error that a survey ends with: the one that has
// ended it, or what its outcomes ask for.
func (f *surveyOutput) end(c *cobra.Command, failed error) error {
	if f.file != nil {
		if err := f.file.Close(); err != nil && failed == nil {
			failed = unwritten(err)
		}
	}
	for _, to := range f.beside {
		failed = cmp.Or(failed, f.give(c, to))
	}
	for _, format := range report.SurveyFormats {
		if format.Name == f.main {
			failed = cmp.Or(failed, printed(c, func(w io.Writer) error { return format.Write(w, &f.counted, f.options(c.OutOrStdout())) }))
		}
	}
	if f.main != report.SurveyFormats[0].Name {
		_ = report.SurveyTable(c.ErrOrStderr(), &f.counted, f.options(c.ErrOrStderr()))
	}
	if e, ok := errors.AsType[*failure](failed); ok {
		e.shown = true
		return e
	}
	if code := f.counted.Exit(report.Options{Strict: f.look.strict}); failed == nil && code != exitOK {
		return &failure{code: code, shown: true}
	}
	return failed
}

// options looks at what is written to.
func (f *surveyOutput) options(w io.Writer) report.Options {
	opts := f.look.look(w)
	opts.Verbose = f.summary
	return opts
}

// give writes a file.
func (f *surveyOutput) give(c *cobra.Command, to sideFile) error {
	var b bytes.Buffer
	err := to.Write(&b, &f.counted, report.Options{Verbose: f.summary, Version: version()})
	if err == nil {
		ctx, cancel := inTime(c)
		defer cancel()
		err = files.Write(ctx, to.name, b.Bytes(), 0o644)
	}
	if err != nil {
		return unwritten(err)
	}
	return nil
}

// again shows a survey that was made.
func (f *surveyOutput) again(c *cobra.Command) error {
	in := io.NopCloser(c.InOrStdin())
	if f.from != "-" {
		file, err := os.Open(f.from)
		if err != nil {
			return noRun("a survey is made by: mailcheck bulk FILE --out survey.jsonl", "--from: %v", err)
		}
		in = file
	}
	defer in.Close()
	if err := f.begin(c); err != nil {
		return err
	}
	size, err := bulk.ReadOutcomes(c.Context(), in, func(o report.Outcome) error {
		f.counted.Add(o)
		if f.main == surveyRows {
			return f.print(c, report.SurveyRow(o))
		}
		return nil
	})
	if unwritten, ok := errors.AsType[*failure](err); ok {
		return unwritten
	}
	switch {
	case err != nil:
		return noRun("a survey is made by: mailcheck bulk FILE --out survey.jsonl", "--from: %s: %v", f.from, err)
	case size == 0:
		return noRun("a survey is made by: mailcheck bulk FILE --out survey.jsonl", "--from: %v", &fs.PathError{Op: "read", Path: f.from, Err: errors.New("there is no line of a survey")})
	}
	return f.end(c, nil)
}
