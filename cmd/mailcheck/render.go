package main

import (
	"bytes"

	"github.com/spf13/cobra"

	"mailcheck/report"
)

func renderCommand() *cobra.Command {
	var out output
	c := &cobra.Command{
		Use:   "render FILE.json",
		Short: "Show a saved report in any format",
		Long: `Shows a report that was saved with -o json, as the command that made it would have
shown it. No server is asked. - is standard input. A file that Windows PowerShell has
written as UTF-16 is read, too. A report of an older mailcheck keeps its own words.

` + exitCodes,
		Example: `  mailcheck check alice@example.com -o json --output-file report.json
  mailcheck render report.json
  mailcheck render report.json -o transcript`,
		Args: exactly(1, "a report"),
		RunE: func(c *cobra.Command, args []string) error {
			saved, err := savedReport(c, args[0], "")
			if err != nil {
				return err
			}
			out.view = saved.View
			if err := out.check(); err != nil {
				return err
			}
			return out.show(c, saved.Report)
		},
	}
	out.register(c, anyView)
	return c
}

// maxReport is more than any report has; report.ReadSaved says what is too much for one.
const maxReport = 64<<20 + 1

// savedReport reads a report that the user names, with a flag or without.
func savedReport(c *cobra.Command, name, flag string) (report.Saved, error) {
	content, err := contentOf(c, name, maxReport)
	if err != nil {
		return report.Saved{}, noRun("", "%s%v", flag, err)
	}
	saved, err := report.ReadSaved(bytes.NewReader(content))
	if err != nil {
		return report.Saved{}, noRun("a report is saved by: mailcheck check ADDRESS -o json --output-file report.json", "%s%v", flag, err)
	}
	return saved, nil
}
