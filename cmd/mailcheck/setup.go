package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mailcheck"
	"mailcheck/autoconfig/setup"
	"mailcheck/checks"
	"mailcheck/probes"
)

func setupCommand() *cobra.Command {
	var net network
	var out output
	var client, file string
	c := &cobra.Command{
		Use:   "setup ADDRESS|DOMAIN --for CLIENT",
		Short: "Write a mail program's setup file from the settings that passed",
		Long: `Writes a mail program's setup file from the settings that passed.

The address is checked first, as the check command does. Where nothing works,
nothing is written and the reasons are on standard error. Use --write rather
than > in Windows PowerShell, which would change the encoding of the file.

` + loginHelp + `
CLIENT is one of:
` + setupList() + `
Exit code: 0 the file is written; 1 no settings passed the test; 2 wrong command
line; 3 the test could not be made, or was interrupted.`,
		Example: `  mailcheck setup alice@example.com --for thunderbird --write config-v1.1.xml
  mailcheck setup example.com --for thunderbird > config-v1.1.xml`,
		Args:              exactly(1, "an address"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			format, err := setupFormat(client)
			if err != nil {
				return err
			}
			r, err := account(c, args[0], &net, &out, (*probes.Client).Account)
			if err != nil {
				return err
			}
			if out.verbose {
				transcript(c.ErrOrStderr(), r)
			}
			return writeSetup(c, format, r, file)
		},
	}
	c.Flags().StringVar(&client, "for", "", "the mail program: `CLIENT` is "+setupNames())
	c.Flags().StringVar(&file, "write", "", "write to this `FILE` instead of standard output")
	c.RegisterFlagCompletionFunc("for", complete(strings.Split(setupNames(), ", ")))
	net.register(c)
	net.registerDiscovery(c)
	net.registerLogin(c)
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

// writeSetup writes the file, or the reasons why there is none.
func writeSetup(c *cobra.Command, format setup.Format, r *mailcheck.Report, file string) error {
	if stopped := interrupted(c.Context()); stopped != nil {
		stopped.(*failure).text = "interrupted; nothing is written"
		return stopped
	}
	var b bytes.Buffer
	if err := format.Write(&b, r); errors.Is(err, setup.ErrNothingUsable) {
		return nothingUsable(r, err)
	} else if err != nil {
		return noRun("", "%v", err)
	}
	var err error
	if file == "" {
		_, err = c.OutOrStdout().Write(b.Bytes())
	} else {
		err = os.WriteFile(file, b.Bytes(), 0o644)
	}
	if err != nil {
		return noRun("", "writing the setup file: %v", err)
	}
	return nil
}

// nothingUsable gives the failures as the reasons for writing nothing.
func nothingUsable(r *mailcheck.Report, err error) error {
	lines := []string{err.Error()}
	for _, f := range r.Findings {
		line := strings.TrimSuffix(f.Check.Summary, ".") + " (" + f.Check.ID
		if f.Server != "" {
			line += ", " + f.Server
		}
		if line += ")"; f.Severity == checks.Failure && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return &failure{exitFailures, strings.Join(lines, "\n"), []string{"the whole report: mailcheck check " + r.Address.String()}}
}
