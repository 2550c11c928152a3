package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"mailcheck/checks"
	"mailcheck/internal/files"
	"mailcheck/report"
)

func explainCommand() *cobra.Command {
	var out output
	var file string
	c := &cobra.Command{
		Use:   "explain [ID]",
		Short: "Explain one finding, or list everything that can be found",
		Long: `Explains one finding, or lists everything that can be found.

Exit code: 0, or 2 if there is no such finding.`,
		Example: `  mailcheck explain tls.expired
  mailcheck explain`,
		Args:              atMost(1),
		ValidArgsFunction: completeChecks,
		RunE: func(c *cobra.Command, args []string) error {
			if err := out.check(); err != nil {
				return err
			}
			if file != "" {
				if err := files.Write(c.Context(), file, report.ChecksDoc(), 0o644); err != nil {
					return noRun("", "%v", err)
				}
				return nil
			}
			opts, err := out.options(c.OutOrStdout())
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return printed(c, func(w io.Writer) error { return report.List(w, opts) })
			}
			check := checks.ByID(strings.ToLower(args[0]))
			if check == nil {
				return unknownCheck(args[0])
			}
			return printed(c, func(w io.Writer) error { return report.Explain(w, check, opts) })
		},
	}
	c.Flags().StringVar(&file, "markdown", "", "write the page docs/checks.md to this `FILE`")
	c.Flags().MarkHidden("markdown")
	out.lang.register(c)
	out.registerColor(c)
	return c
}

func completeChecks(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return checkIDs(""), cobra.ShellCompDirectiveNoFileComp
}

// unknownCheck hints at checks of which the user may have meant one.
func unknownCheck(id string) error {
	hint := "the list: mailcheck explain"
	_, word, _ := strings.Cut(id, ".")
	if near := checkIDs(strings.ToLower(word)); word != "" && len(near) > 0 {
		hint = "did you mean: " + strings.Join(near, ", ")
	} else if near := checkIDs(strings.ToLower(id)); len(near) > 0 {
		hint = "did you mean: " + strings.Join(near, ", ")
	}
	return usage(hint, "no finding is called %q", id)
}

// checkIDs returns the ids that contain a word.
func checkIDs(word string) []string {
	var ids []string
	for _, c := range checks.All {
		if strings.Contains(c.ID, word) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}
