package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mailcheck"
	"mailcheck/autoconfig/setup"
	"mailcheck/autoconfig/setup/sheet"
	"mailcheck/checks"
	"mailcheck/internal/files"
)

// made is the setup for one program, or why there is none.
type made struct {
	setup.Format
	setup.Setup
	err error
}

// write writes the files, or the reasons why there are none: of all that there is, what
// can be written; of what was named, everything or nothing.
func (f *setupFlags) write(c *cobra.Command, formats []setup.Format, r *mailcheck.Report) error {
	if stopped := interrupted(c.Context()); stopped != nil {
		stopped.(*failure).text = "interrupted; nothing is written"
		return stopped
	}
	var written, not []made
	for _, format := range formats {
		m := made{Format: format}
		if m.Setup, m.err = format.Make(r, f.content); m.err != nil {
			not = append(not, m)
		} else {
			written = append(written, m)
		}
	}
	if len(not) > 0 && (len(written) == 0 || !slices.Contains(f.clients, all)) {
		return notMade(r, not[0])
	}
	if err := f.put(c, written); errors.Is(err, files.ErrThere) {
		return noRun("to replace it: --force", "writing the setup file: %v", err)
	} else if err != nil {
		return noRun("", "writing the setup file: %v", err)
	}
	stderr := c.ErrOrStderr()
	for _, m := range written {
		m.tell(stderr, len(formats) > 1)
	}
	for _, m := range not {
		fmt.Fprintf(stderr, "mailcheck: note: %s: not written: %s\n", m.Name, mailcheck.Clean(whyNot(m.err)))
	}
	return nil
}

// put writes the files to where they should go.
func (f *setupFlags) put(c *cobra.Command, written []made) error {
	one := written[0].Files[0]
	if i := slices.Index(written[0].Forms, form(f.file)); i > 0 {
		one = written[0].Files[i]
	}
	ctx, cancel := inTime(c)
	defer cancel()
	switch {
	case f.directory != "":
		return files.WriteFolder(ctx, f.directory, f.below(written), f.force)
	case f.file == "":
		_, err := c.OutOrStdout().Write(shown(c.OutOrStdout(), one))
		return err
	case f.force:
		return files.Write(ctx, f.file, one.Body(), one.Mode)
	}
	return files.WriteNew(ctx, f.file, one.Body(), one.Mode)
}

// form is the ending of a file's name.
func form(name string) string { return strings.ToLower(filepath.Ext(name)) }

// shown is a file as standard output gets it: on a terminal a QR code has its own colours.
func shown(stdout io.Writer, file sheet.File) []byte {
	if to := screenOf(stdout); to != nil && enableColor(to) {
		return darkOnLight(file.Body())
	}
	return file.Body()
}

// darkOnLight gives the lines of a QR code black on white, since phones do not find a code
// on a terminal whose ground is dark. The two colours are of those that no theme changes.
func darkOnLight(body []byte) []byte {
	var b bytes.Buffer
	for line := range bytes.Lines(body) {
		if row := bytes.TrimSuffix(line, []byte("\n")); len(row) > 0 && strings.Trim(string(row), sheet.Blocks) == "" {
			line = fmt.Appendf(nil, "\x1b[38;5;16;48;5;231m%s\x1b[0m\n", row)
		}
		b.Write(line)
	}
	return b.Bytes()
}

// below returns the files by their names below the folder: those of one program in it, else
// each program's in a folder of its own, whichever could be written.
func (f *setupFlags) below(written []made) []files.File {
	several := len(f.clients) > 1 || f.clients[0] == all
	var below []files.File
	for _, m := range written {
		for _, s := range m.Files {
			name := s.Name
			if several {
				name = path.Join(m.Name, s.Name)
			}
			below = append(below, files.File{Name: name, Mode: s.Mode, Body: s.Body()})
		}
	}
	return below
}

// tell says what a person needs to know beside the files.
func (m made) tell(w io.Writer, several bool) {
	of := ""
	if several {
		of = m.Name + ": "
	}
	say := func(word string, text mailcheck.Text) { fmt.Fprintf(w, "mailcheck: %s: %s%s\n", word, of, text) }
	say("file", m.Place)
	say("next", m.Next)
	say("asks", m.Asks)
	for _, warning := range m.Warnings {
		say("warning", warning)
	}
	for _, note := range m.Notes {
		say("note", note)
	}
}

// whyNot is an error in one line.
func whyNot(err error) string {
	reasons := []string{err.Error()}
	if unusable, ok := errors.AsType[*setup.UnusableError](err); ok && len(unusable.Reasons) > 0 {
		reasons = nil
		for _, reason := range unusable.Reasons {
			reasons = append(reasons, reason.String())
		}
	}
	return strings.Join(reasons, "; ")
}

// notMade says why nothing is written.
func notMade(r *mailcheck.Report, m made) error {
	if unusable, ok := errors.AsType[*setup.UnusableError](m.err); ok {
		return nothingUsable(r, unusable)
	} else if forgeable, ok := errors.AsType[*setup.UnverifiedError](m.err); ok {
		return nobodyVouches(r, forgeable)
	} else if _, ok := errors.AsType[*sheet.ValueError](m.err); ok {
		return &failure{code: exitFailures, text: m.Name + ": " + m.err.Error()}
	}
	return noRun("", "%v", m.err)
}

// nobodyVouches says for which servers nobody vouches, and what can be done.
func nobodyVouches(r *mailcheck.Report, err *setup.UnverifiedError) error {
	lines := []string{err.Error() + "; nothing is written"}
	for _, w := range err.Warnings {
		lines = append(lines, w.String())
	}
	hints := []string{"if the domain is yours, publish the settings where nobody can forge them: https://autoconfig." + r.Address.Domain + "/mail/config-v1.1.xml"}
	for _, host := range err.Hosts() {
		hints = append(hints, "if you know, from the provider say, that "+host+" is right: --trust-server "+host)
	}
	hints = append(hints, "to take the risk, with a warning in the file: --unverified")
	return &failure{code: exitFailures, text: strings.Join(lines, "\n"), hints: hints}
}

// nothingUsable gives the failures as the reasons for writing nothing, and says for
// which programs there is enough.
func nothingUsable(r *mailcheck.Report, err *setup.UnusableError) error {
	lines := []string{err.Error()}
	for _, reason := range err.Reasons {
		lines = append(lines, reason.String())
	}
	for _, f := range r.Findings {
		line := strings.TrimSuffix(f.Check.Summary, ".") + " (" + f.Check.ID
		if f.Server != "" {
			line += ", " + f.Server
		}
		if line += ")"; f.Severity == checks.Failure && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	var hints []string
	if err.Published {
		hints = append(hints, "to write what is published although it could not be reached from here, with a warning in the file: --unverified")
	}
	if len(err.Others) > 0 {
		hints = append(hints, "what passed is enough for: --for "+strings.Join(err.Others, ", --for "))
	}
	return &failure{code: exitFailures, text: strings.Join(lines, "\n"), hints: append(hints, "the whole report: mailcheck check "+r.Address.String())}
}
