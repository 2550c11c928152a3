package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mailcheck"
	"mailcheck/autoconfig/setup"
	"mailcheck/probes"
	"mailcheck/report"
)

// setupFlags say what is written, from what, and where to.
type setupFlags struct {
	clients   []string
	file      string
	directory string
	force     bool
	list      bool
	from      string
	sign      signFlags
	content   setup.Options
	lang      languageFlag
}

func setupCommand() *cobra.Command {
	var net network
	var out output
	var f setupFlags
	c := &cobra.Command{
		Use:   "setup ADDRESS|DOMAIN --for CLIENT[,CLIENT...]",
		Short: "Write a mail program's setup file from the settings that passed",
		Long: `Writes a mail program's setup file from the settings that passed.

The address is checked first, as the check command does; --from takes a report
that was saved instead (mailcheck check ADDRESS -o json), and asks nobody. What
it says of who vouches for a server is believed, so it has to be your own. Where
nothing works, nothing is written and the reasons are on standard error.

One file goes to standard output or, with --write, to a file; use that rather than
> in Windows PowerShell, which would change the encoding. Several go below
--directory, those of several clients each into a folder of the client's name.
Of a QR code the ending of FILE says what is written: .png the picture, .txt the
picture in characters, .json what the code says; standard output shows it.
Nothing is replaced without --force. Standard error says where the files go, what
to do next, what the person will be asked, and what the files have no place for.
No file has a password in it. A profile can be signed, so that the device shows who
made it: --sign-cert and --sign-key; the signature has the time in it. SOURCE_DATE_EPOCH in the environment sets the date
that the files bear. For a domain a file has placeholders where the program knows
such, else an example account.

A mail program sends the password to the servers in its file. So only servers get
into it that the domain names in a way that cannot be forged, as with logins; the
others need --trust-server, or --unverified, which leaves a warning in the file. With
--unverified go what is published and could not be reached from here, too.

With --changes the records for the zone (dns, pacc) are only those that are missing
today, and as comments those to take out; where nothing has to change, the file says
so. With --from the records are those of the report, and what it does not have is
called unknown. --tlsa adds the hash of each server's key.

` + loginHelp + `
CLIENT is "all" for everything that can be written, or of (--list says more):
` + setupList() + `
Exit code: 0 the files are written; 1 no settings passed the test, or a file
cannot hold them; 2 wrong command line; 3 the test could not be made, or was
interrupted.`,
		Example: `  mailcheck setup alice@example.com --for thunderbird --write config-v1.1.xml
  mailcheck setup example.com --for thunderbird > config-v1.1.xml
  mailcheck setup alice@example.com --for apple --name "Alice Example" --write mail.mobileconfig
  mailcheck setup alice@example.com --for android
  mailcheck setup alice@example.com --for neomutt,postfix --directory mail
  mailcheck setup example.com --for dns --changes
  mailcheck setup --from report.json --for all --directory mail`,
		Args:              f.arguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			if f.list {
				return printed(c, listSetups)
			}
			formats, err := f.formats()
			if err != nil {
				return err
			}
			if err := f.possible(formats); err != nil {
				return err
			}
			if f.content.Language, err = f.lang.open(f.file == "" && f.directory == "" && screenOf(c.OutOrStdout()) != nil); err != nil {
				return err
			}
			if f.content.When, err = sourceDate(); err != nil {
				return err
			}
			if f.content.Signer, err = f.sign.signer(c, formats); err != nil {
				return err
			}
			r, err := f.report(c, args, &net, &out)
			if err != nil {
				return err
			}
			if out.verbose {
				_ = report.Transcript(c.ErrOrStderr(), r, report.Options{})
			}
			return f.write(c, formats, r)
		},
	}
	flags := c.Flags()
	flags.StringSliceVar(&f.clients, "for", nil, "the mail programs: `CLIENT` is all, "+setupNames())
	flags.BoolVar(&f.list, "list", false, "list the mail programs: what there is, for whom, and what has read it")
	flags.StringVar(&f.file, "write", "", "write the one file to this `FILE` instead of standard output")
	flags.StringVar(&f.directory, "directory", "", "write the files below this `FOLDER`")
	flags.BoolVar(&f.force, "force", false, "replace files that are there already")
	flags.StringVar(&f.from, "from", "", "write from the report in this JSON `FILE`, - for standard input, without the network")
	f.lang.register(c)
	flags.BoolVar(&f.content.Unverified, "unverified", false, "write servers that nobody vouches for, or that could not be reached, too, with a warning")
	flags.BoolVar(&f.content.POP3, "pop3", false, "collect the mail with POP3, not IMAP")
	flags.BoolVar(&f.content.TLSA, "tlsa", false, "with --for dns: also the records with each server's key, for a zone that is signed")
	flags.BoolVar(&f.content.Changes, "changes", false, "with --for dns or pacc: only the records that are missing or wrong today")
	flags.StringVar(&f.content.Name, "name", "", "the person's `NAME`, as others see it, for formats that have one")
	f.sign.register(c)
	offer(c, "for", append(setup.Names(), "all"))
	net.register(c)
	net.registerDiscovery(c)
	net.registerLogin(c)
	net.login.trustsAlone = true
	out.registerVerbose(c)
	out.color = "never" // a file has none
	return c
}

// arguments wants an address, but where no server is asked.
func (f *setupFlags) arguments(c *cobra.Command, args []string) error {
	switch {
	case f.list && len(args) > 0:
		return usage("leave it out", "--list is about no address")
	case f.list, f.from != "" && len(args) == 0:
		return nil
	case f.from != "" && len(args) > 0:
		return usage("leave it out", "the report says which address it is about")
	}
	return exactly(1, "an address")(c, args)
}

// all is the word for every format that can be written.
const all = "all"

// formats returns what --for names, each once.
func (f *setupFlags) formats() ([]setup.Format, error) {
	if len(f.clients) == 0 {
		return nil, usage("there is: "+setupNames(), "--for is missing: for which mail program is the file?")
	}
	if slices.Contains(f.clients, all) {
		return setup.Formats, nil
	}
	var formats []setup.Format
	for _, name := range f.clients {
		format, ok := setup.ByName(strings.ToLower(strings.TrimSpace(name)))
		if !ok {
			return nil, unknownClient(name)
		}
		if !slices.ContainsFunc(formats, func(other setup.Format) bool { return other.Name == format.Name }) {
			formats = append(formats, format)
		}
	}
	return formats, nil
}

// unknownClient says why there is no file for a program, or what may have been meant.
func unknownClient(name string) error {
	for _, program := range setup.NotWritten {
		if strings.EqualFold(name, program.Name) {
			return usage("what there is: mailcheck setup --list", "no file is written for %s: %s", program.Name, program.Why)
		}
	}
	hint := "there is: " + setupNames()
	if near := setup.Nearest(name); near != "" {
		hint = "did you mean: --for " + near + "? what there is: mailcheck setup --list"
	}
	return usage(hint, "no setup file is known for %q", name)
}

// possible refuses, before any server is asked, what cannot be written where it should.
func (f *setupFlags) possible(formats []setup.Format) error {
	forms := formats[0].Forms
	several := len(formats) > 1 || formats[0].Folder && len(forms) == 0
	there, err := os.Stat(f.file)
	zone := slices.ContainsFunc(formats, func(format setup.Format) bool { return format.Zone })
	switch {
	case f.content.TLSA && !slices.ContainsFunc(formats, func(format setup.Format) bool { return format.Name == "dns" }):
		return usage("for example: --for dns --tlsa", "--tlsa is about the records for a zone, which --for does not name")
	case f.content.Changes && !zone:
		return usage("for example: --for dns --changes", "--changes is about the records for a zone, which --for does not name")
	case f.file != "" && f.directory != "":
		return usage("give one of them", "--write and --directory exclude each other")
	case several && f.file != "":
		return usage("name a folder: --directory FOLDER", "there are several files, which --write cannot take")
	case f.file != "" && len(forms) > 0 && !slices.Contains(forms, form(f.file)):
		return usage("end the name of the file in one of: "+strings.Join(forms, ", "), "%s is written in several forms, and %s does not say in which", formats[0].Name, mailcheck.Quoted(f.file))
	case several && f.directory == "":
		return usage("name a folder: --directory FOLDER", "there are several files, which do not fit on standard output")
	case err == nil && there.Mode().IsRegular() && !f.force: // what else is wrong is told when it is written
		return noRun("to replace it: --force", "%s is there already, and is not replaced", f.file)
	}
	return nil
}

// sourceDate reads the date that whoever wants the same bytes again gives to all programs
// (reproducible-builds.org/specs/source-date-epoch).
func sourceDate() (time.Time, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		return time.Time{}, nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds < 0 || seconds > 253402300799 { // the end of the year 9999
		return time.Time{}, usage("give the seconds since 1970, or unset it", "SOURCE_DATE_EPOCH is %s, which is no date", mailcheck.Quoted(text))
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// report tests the address, or reads what was saved of such a test.
func (f *setupFlags) report(c *cobra.Command, args []string, net *network, out *output) (*mailcheck.Report, error) {
	if f.from == "" {
		return account(c, args[0], net, out, f.test)
	}
	for _, name := range []string{"username", "ask-password", "password-file", "token-file", "no-login", "all-mechanisms"} {
		if c.Flags().Changed(name) {
			return nil, usage("leave one of them out", "--from logs in nowhere, so --%s has no meaning", name)
		}
	}
	opts, err := net.options(c, mailcheck.Address{})
	if err != nil {
		return nil, err
	}
	saved, err := savedReport(c, f.from, "--from: ")
	if err != nil {
		return nil, err
	}
	r := saved.Report
	if r.Address.Domain == "" {
		return nil, noRun("a report of an address is saved by: mailcheck check ADDRESS -o json --output-file report.json", "--from: the report is about no address")
	}
	probes.Trust(r, opts.Credentials.TrustedHosts)
	return r, nil
}

// test tests the address, and asks for what a comparison with the zone needs beside that.
func (f *setupFlags) test(client *probes.Client, ctx context.Context, a mailcheck.Address, o *probes.Options) (*mailcheck.Report, error) {
	r, err := client.Account(ctx, a, o)
	if err != nil || !f.content.Changes {
		return r, err
	}
	return r, client.LookUp(ctx, r, setup.Unanswered(r, f.content))
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
