package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mailcheck"
	"mailcheck/autoconfig/setup"
	"mailcheck/autoconfig/setup/sheet"
	"mailcheck/checks"
	"mailcheck/internal/files"
	"mailcheck/probes"
	"mailcheck/report"
)

func setupCommand() *cobra.Command {
	var net network
	var out output
	var client, file string
	var content setup.Options
	c := &cobra.Command{
		Use:   "setup ADDRESS|DOMAIN --for CLIENT",
		Short: "Write a mail program's setup file from the settings that passed",
		Long: `Writes a mail program's setup file from the settings that passed.

The address is checked first, as the check command does. Where nothing works,
nothing is written and the reasons are on standard error. Use --write rather
than > in Windows PowerShell, which would change the encoding of the file.
No file has a password in it; what is left to do is on standard error.

A mail program sends the password to the servers in its file. So only servers get
into it that the domain names in a way that cannot be forged, as with logins; the
others need --trust-server, or --unverified, which leaves a warning in the file.

` + loginHelp + `
CLIENT is one of:
` + setupList() + `
Several files (` + setupFolders() + `) need --write with a folder, in which no file is
replaced.

Exit code: 0 the file is written; 1 no settings passed the test, or the file
cannot hold them; 2 wrong command line; 3 the test could not be made, or was
interrupted.`,
		Example: `  mailcheck setup alice@example.com --for thunderbird --write config-v1.1.xml
  mailcheck setup example.com --for thunderbird > config-v1.1.xml
  mailcheck setup alice@example.com --for apple --name "Alice Liddell" --write mail.mobileconfig
  mailcheck setup alice@example.com --for postfix --write relay`,
		Args:              exactly(1, "an address"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			format, err := setupFormat(client)
			if err != nil {
				return err
			}
			if err := setupPossible(format, args[0], file); err != nil {
				return err
			}
			r, err := account(c, args[0], &net, &out, (*probes.Client).Account)
			if err != nil {
				return err
			}
			if out.verbose {
				_ = report.Transcript(c.ErrOrStderr(), r, report.Options{})
			}
			return writeSetup(c, format, r, content, file)
		},
	}
	c.Flags().StringVar(&client, "for", "", "the mail program: `CLIENT` is "+setupNames())
	c.Flags().StringVar(&file, "write", "", "write to this `FILE`, or folder for several files, instead of standard output")
	c.Flags().BoolVar(&content.Unverified, "unverified", false, "write servers that nobody vouches for too, with a warning")
	c.Flags().StringVar(&content.Name, "name", "", "the person's `NAME`, as others see it, for formats that have one")
	c.RegisterFlagCompletionFunc("for", complete(strings.Split(setupNames(), ", ")))
	net.register(c)
	net.registerDiscovery(c)
	net.registerLogin(c)
	net.login.trustsAlone = true
	out.registerVerbose(c)
	out.color = "never" // a file has none
	return c
}

func setupNames() string {
	var names []string
	for _, f := range setup.Formats {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

func setupList() string {
	var b strings.Builder
	for _, f := range setup.Formats {
		fmt.Fprintf(&b, "  %-12s %s\n", f.Name, f.Doc)
	}
	return b.String()
}

func setupFolders() string {
	var names []string
	for _, f := range setup.Formats {
		if f.Folder {
			names = append(names, f.Name)
		}
	}
	return strings.Join(names, ", ")
}

// setupPossible refuses, before any server is asked, what cannot be written.
func setupPossible(format setup.Format, typed, file string) error {
	address, err := parseAddress(typed)
	switch {
	case err != nil:
		return err
	case address.Local == "" && !format.Domain:
		return usage("for example: mailcheck setup alice@"+address.Domain+" --for "+format.Name, "%s: %v", format.Name, setup.ErrNeedsAddress)
	case format.Folder && file == "":
		return usage("name a folder: --write FOLDER", "%s has several files, which do not fit on standard output", format.Name)
	}
	return nil
}

func setupFormat(name string) (setup.Format, error) {
	i := slices.IndexFunc(setup.Formats, func(f setup.Format) bool { return f.Name == name })
	switch {
	case name == "":
		return setup.Format{}, usage("there is: "+setupNames(), "--for is missing: for which mail program is the file?")
	case i < 0:
		return setup.Format{}, usage("there is: "+setupNames(), "no setup file is known for %q", name)
	}
	return setup.Formats[i], nil
}

// writeSetup writes the files, or the reasons why there are none.
func writeSetup(c *cobra.Command, format setup.Format, r *mailcheck.Report, content setup.Options, file string) error {
	if stopped := interrupted(c.Context()); stopped != nil {
		stopped.(*failure).text = "interrupted; nothing is written"
		return stopped
	}
	made, err := format.Make(r, content)
	if unusable, ok := errors.AsType[*setup.UnusableError](err); ok {
		return nothingUsable(r, unusable)
	} else if forgeable, ok := errors.AsType[*setup.UnverifiedError](err); ok {
		return nobodyVouches(r, forgeable)
	} else if _, ok := errors.AsType[*sheet.ValueError](err); ok {
		return &failure{code: exitFailures, text: format.Name + ": " + err.Error()}
	} else if err != nil {
		return noRun("", "%v", err)
	}
	switch first := made.Files[0]; {
	case format.Folder:
		err = files.WriteNew(c.Context(), file, asWritten(made.Files))
	case file == "":
		_, err = c.OutOrStdout().Write(first.Body())
	default:
		err = files.Write(c.Context(), file, first.Body(), first.Mode)
	}
	if err != nil {
		return noRun("", "writing the setup file: %v", err)
	}
	for _, line := range []struct {
		word string
		text mailcheck.Text
	}{{"file", format.Place}, {"next", format.Next}, {"asks", format.Asks}} {
		fmt.Fprintf(c.ErrOrStderr(), "mailcheck: %s: %s\n", line.word, line.text)
	}
	for _, warning := range made.Warnings {
		fmt.Fprintf(c.ErrOrStderr(), "mailcheck: warning: %s\n", warning)
	}
	for _, note := range made.Notes {
		fmt.Fprintf(c.ErrOrStderr(), "mailcheck: note: %s\n", note)
	}
	return nil
}

func asWritten(sheets []sheet.File) []files.File {
	var all []files.File
	for _, s := range sheets {
		all = append(all, files.File{Name: s.Name, Mode: s.Mode, Body: s.Body()})
	}
	return all
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
	if len(err.Others) > 0 {
		hints = append(hints, "what passed is enough for: --for "+strings.Join(err.Others, ", --for "))
	}
	return &failure{code: exitFailures, text: strings.Join(lines, "\n"), hints: append(hints, "the whole report: mailcheck check "+r.Address.String())}
}
