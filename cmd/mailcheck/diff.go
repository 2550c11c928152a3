package main

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mailcheck"
	"mailcheck/report"
)

// differences are the flags that say how a comparison is shown.
type differences struct {
	format string
	look   output // of which only the colour is for a comparison
}

func (f *differences) register(c *cobra.Command) {
	names := diffNames()
	c.Flags().StringVarP(&f.format, "output", "o", names[0], "output `FORMAT`: "+strings.Join(names, ", "))
	offer(c, "output", names)
	f.look.registerColor(c)
}

func diffNames() (names []string) {
	for _, format := range report.DiffFormats {
		names = append(names, format.Name)
	}
	return names
}

// writer returns how a comparison is written.
func (f *differences) writer() (report.DiffFormat, error) {
	if err := f.look.check(); err != nil {
		return report.DiffFormat{}, err
	}
	i := slices.IndexFunc(report.DiffFormats, func(d report.DiffFormat) bool { return d.Name == f.format })
	if i < 0 {
		return report.DiffFormat{}, usage("choose one of: "+strings.Join(diffNames(), ", "), "unknown output format %q", f.format)
	}
	return report.DiffFormats[i], nil
}

// show writes a comparison, and returns the error that it asks for.
func (f *differences) show(c *cobra.Command, d report.Difference) error {
	format, err := f.writer()
	if err != nil {
		return err
	}
	opts := f.look.look(c.OutOrStdout())
	if err := printed(c, func(w io.Writer) error { return format.Write(w, d, opts) }); err != nil {
		return err
	}
	if d.Worse() {
		return &failure{code: exitFailures, shown: true}
	}
	return nil
}

func diffCommand() *cobra.Command {
	var out differences
	c := &cobra.Command{
		Use:   "diff OLD.json NEW.json",
		Short: "Say what is worse, better or changed between two saved reports",
		Long: `Says what is worse, better or changed between two reports of the same address,
servers or file that were saved with -o json. No server is asked.

A renewed certificate is not worse. The order of lists, how long things took, and
what servers say in their greetings are no difference.

Exit code: 0 nothing is worse; 1 something is; 2 wrong command line; 3 a report
cannot be read.`,
		Example: `  mailcheck check alice@example.com -o json --output-file new.json
  mailcheck diff old.json new.json
  mailcheck diff old.json new.json -o markdown`,
		Args: exactly(2, "two reports"),
		RunE: func(c *cobra.Command, args []string) error {
			if _, err := out.writer(); err != nil {
				return err
			}
			before, err := savedReport(c, args[0], "")
			if err != nil {
				return err
			}
			after, err := savedReport(c, args[1], "")
			if err != nil {
				return err
			}
			if !sameSubject(before.Report, after.Report) || before.View != after.View {
				return usage("compare two reports of one address, made by the same command", "the reports are of different things")
			}
			return out.show(c, report.Diff(before.Report, after.Report))
		},
	}
	out.register(c)
	return c
}

// sameSubject reports whether two reports are about the same.
func sameSubject(a, b *mailcheck.Report) bool { return a.Address == b.Address && a.File == b.File }
