package main

import (
	"bytes"

	"github.com/spf13/cobra"
)

// helpAtOnce has help written like any result: cobra would tell in its own words that
// it cannot be, and go on.
func helpAtOnce(root *cobra.Command) {
	usual := root.HelpFunc()
	root.SetHelpFunc(func(c *cobra.Command, args []string) {
		var b bytes.Buffer
		out := c.OutOrStdout()
		c.SetOut(&b)
		usual(c, args)
		c.SetOut(out)
		_, _ = out.Write(b.Bytes()) // run knows whether it failed
	})
}

// addHelp adds cobra's completion command and a help command, both of which
// refuse words they do not know.
func addHelp(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	completion, _, err := root.Find([]string{"completion"})
	if err == nil {
		completion.RunE = func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("choose one of: bash, zsh, fish, powershell", "a shell is missing")
			}
			return usage("choose one of: bash, zsh, fish, powershell", "unknown shell %q", args[0])
		}
		completion.Args = cobra.ArbitraryArgs
		completion.Example = "  mailcheck completion bash > ~/.local/share/bash-completion/completions/mailcheck"
	}
	root.SetHelpCommand(&cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Show the help of a command",
		Example: "  mailcheck help check",
		RunE: func(_ *cobra.Command, args []string) error {
			command, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return knownCommand(root, args[len(args)-max(len(rest), 1):])
			}
			return command.Help()
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			var names []cobra.Completion
			for _, c := range root.Commands() {
				if c.IsAvailableCommand() {
					names = append(names, cobra.CompletionWithDesc(c.Name(), c.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	})
}
