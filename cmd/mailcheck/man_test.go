package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

var manFolder = flag.String("man", "", "write the man pages to this folder, dated by SOURCE_DATE_EPOCH")

// Every command has a man page, made from its help. They are made here, since the
// program itself has no use for them; .ci/release has them written.
func TestManPages(t *testing.T) {
	epoch, _ := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
	date := time.Unix(epoch, 0).UTC().Format(time.DateOnly)
	for _, c := range withPages(rootCommand(io.Discard)) {
		page := manPage(c, date)
		for _, part := range []string{".SH NAME\n" + pageName(c) + ` \- `, ".SH SYNOPSIS\n", ".SH DESCRIPTION\n", ".SH OPTIONS\n", ".SH EXAMPLES\n", ".SH SEE ALSO\n"} {
			if strings.Count(page, part) != 1 {
				t.Errorf("%s: %q is there %d times", pageName(c), part, strings.Count(page, part))
			}
		}
		for _, line := range strings.Split(page, "\n") {
			if strings.HasPrefix(line, "'") || strings.ContainsAny(line, "\t") {
				t.Errorf("%s: %q is not what a reader should see", pageName(c), line)
			}
		}
		if *manFolder != "" {
			if err := os.WriteFile(filepath.Join(*manFolder, pageName(c)+".1"), []byte(page), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestManPage(t *testing.T) {
	c := &cobra.Command{
		Use:     "ask NAME",
		Short:   "Ask it",
		Long:    "Asks it.\n.Nobody minds, isn't it?\n'Tis C:\\x.\n\nThere are:\n  one  1\n\nExit code: 0.",
		Example: "  mailcheck ask -n 1",
		Run:     func(*cobra.Command, []string) {},
	}
	c.Flags().StringP("number", "n", "2", "how many `TIMES`")
	root := &cobra.Command{Use: "mailcheck"}
	root.AddCommand(c)
	want := `.TH MAILCHECK\-ASK 1 2026-01-02 mailcheck "User Commands"
.nh
.SH NAME
mailcheck-ask \- ask it
.SH SYNOPSIS
.B mailcheck ask
NAME [flags]
.SH DESCRIPTION
Asks it.
\&.Nobody minds, isn\(aqt it?
\(aqTis C:\ex.
.PP
There are:
.nf
  one  1
.fi
.PP
Exit code: 0.
.SH OPTIONS
.TP
\fB\-h\fR, \fB\-\-help\fR
help for ask
.TP
\fB\-n\fR, \fB\-\-number\fR \fITIMES\fR
how many TIMES (default 2)
.SH EXAMPLES
.nf
  mailcheck ask \-n 1
.fi
.SH SEE ALSO
.BR mailcheck (1)
`
	if got := manPage(c, "2026-01-02"); got != want {
		t.Errorf("it is\n%s\nwant\n%s", got, want)
	}
}

// withPages returns a command and all below it that a user sees. The shells of the
// completion command share its page.
func withPages(c *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{c}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() && c.Name() != "completion" {
			all = append(all, withPages(sub)...)
		}
	}
	return all
}

func pageName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// manPage writes a command's help in the language of man(7).
func manPage(c *cobra.Command, date string) string {
	c.InitDefaultHelpFlag()
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 %s mailcheck \"User Commands\"\n.nh\n", strings.ToUpper(roff(pageName(c))), date)
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", pageName(c), roff(strings.ToLower(c.Short[:1])+c.Short[1:]))
	arguments := strings.TrimPrefix(c.UseLine(), c.CommandPath())
	if c.HasAvailableSubCommands() {
		arguments = "COMMAND [flags]"
	}
	fmt.Fprintf(&b, ".SH SYNOPSIS\n.B %s\n%s\n", roff(c.CommandPath()), roff(strings.TrimSpace(arguments)))
	b.WriteString(".SH DESCRIPTION\n")
	for i, paragraph := range strings.Split(strings.TrimSpace(c.Long), "\n\n") {
		if i > 0 {
			b.WriteString(".PP\n")
		}
		manParagraph(&b, paragraph)
	}
	if c.HasAvailableSubCommands() {
		b.WriteString(".SH COMMANDS\n")
	}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", roff(sub.Name()), roff(sub.Short))
		}
	}
	b.WriteString(".SH OPTIONS\n")
	c.LocalFlags().VisitAll(func(f *pflag.Flag) { manFlag(&b, f) })
	fmt.Fprintf(&b, ".SH EXAMPLES\n.nf\n%s\n.fi\n", roff(c.Example))
	var others []string
	for _, o := range withPages(c.Root()) {
		if o != c && (o == c.Parent() || o.Parent() == c) {
			others = append(others, ".BR "+roff(pageName(o))+" (1)")
		}
	}
	fmt.Fprintf(&b, ".SH SEE ALSO\n%s\n", strings.Join(others, ",\n"))
	return b.String()
}

// manParagraph leaves lines that are set in as they are.
func manParagraph(b *strings.Builder, paragraph string) {
	asItIs := false
	for _, line := range strings.Split(strings.ReplaceAll(paragraph, "\t", "  "), "\n") {
		if setIn := strings.HasPrefix(line, "  "); setIn != asItIs {
			asItIs = setIn
			fmt.Fprintln(b, map[bool]string{true: ".nf", false: ".fi"}[setIn])
		}
		fmt.Fprintln(b, roff(line))
	}
	if asItIs {
		fmt.Fprintln(b, ".fi")
	}
}

func manFlag(b *strings.Builder, f *pflag.Flag) {
	name := `\fB\-\-` + roff(f.Name) + `\fR`
	if f.Shorthand != "" {
		name = `\fB\-` + f.Shorthand + `\fR, ` + name
	}
	value, text := pflag.UnquoteUsage(f)
	if !slices.Contains([]string{"", "false", "[]"}, f.DefValue) {
		text += " (default " + f.DefValue + ")"
	}
	if value != "" {
		name += ` \fI` + roff(value) + `\fR`
	}
	fmt.Fprintf(b, ".TP\n%s\n%s\n", name, roff(text))
}

// roff has a text mean itself: a hyphen that can be copied, no command at the start of a line.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, `-`, `\-`, `'`, `\(aq`, "`", `\(ga`, "~", `\(ti`, "^", `\(ha`).Replace(s)
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
