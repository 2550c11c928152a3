package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mailcheck"
	"mailcheck/internal/netx"
	"mailcheck/internal/oauth"
	"mailcheck/internal/signin"
	"mailcheck/probes"
)

// login is one sign-in, as the flags want it.
type login struct {
	net        network
	format     string
	issuer     string
	tenant     string
	scopes     []string
	clientID   string
	secretFile string
	file       string
	browser    bool
	paste      bool
}

func loginCommand() *cobra.Command {
	var l login
	c := &cobra.Command{
		Use:   "login ADDRESS",
		Short: "Sign in with OAuth2, for check and probe to log in by",
		Long: `Signs in with OAuth2 at the provider of an address, as a mail program does, and keeps
the sign-in. From then on check, probe, setup and watch log in by it wherever
neither a password nor a token is given.

Where the provider offers that for mail (Microsoft), a code is shown that you type
into a page on any device. Else a browser on this machine is led to the page; with
--paste, or where no browser can be opened here, such as over ssh, you open it
anywhere and paste the address that it ends at. The password is typed at the
provider's page alone, and mailcheck never sees it.

Where to sign in is known of large providers. Else it is what the domain publishes
in a way that nobody can forge, or what you name with --issuer.

Providers want to know which program signs in. Some register mailcheck by
themselves (Fastmail). At others (Microsoft, Google) you make an app of your own,
once, and give its id with --client-id; without it mailcheck says at which page,
and what to choose there. The id is kept with the sign-in.

A refresh token is kept in the system's keyring, or with --token-store in a file
that only you can read; access tokens are not kept. mailcheck logout ends it.

Exit code: 0 signed in; 2 wrong command line; 3 not signed in.`,
		Example: `  mailcheck login alice@outlook.com --client-id 11111111-2222-3333-4444-555555555555
  mailcheck login alice@fastmail.com
  mailcheck login alice@example.com --issuer https://login.example.com --paste`,
		Args:              exactly(1, "an address"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			kept, err := l.run(c, args[0])
			if err != nil {
				return err
			}
			return showAs(c, l.format, kept.document(), func(w io.Writer) error { return kept.signedIn(w) })
		},
	}
	flags := c.Flags()
	flags.StringVar(&l.clientID, "client-id", "", "the `ID` of the app that you have made at the provider")
	flags.StringVar(&l.secretFile, "client-secret-file", "", "the app's secret is in this `FILE`, - for standard input, where the provider gives one")
	flags.StringVar(&l.issuer, "issuer", "", "sign in at this `URL`, whatever the domain publishes")
	flags.StringVar(&l.tenant, "tenant", "", "at Microsoft: consumers, organizations, or the `NAME` or id of an organisation")
	flags.StringArrayVar(&l.scopes, "scope", nil, "ask for this `SCOPE` instead of those for mail (repeatable)")
	flags.StringVar(&l.file, "token-store", "", "keep the tokens in this `FILE`, for you alone to read, not in the system's keyring")
	flags.BoolVar(&l.browser, "browser", false, "sign in with the browser of this machine, even where a code on another device would do")
	flags.BoolVar(&l.paste, "paste", false, "open no browser: show the page's address, and read the one that the browser ends at")
	l.net.registerWay(c)
	l.net.registerDiscovery(c)
	flags.DurationVar(&l.net.timeout, "timeout", 15*time.Minute, "give up after this `TIME`, such as 5m")
	registerFormat(c, &l.format)
	return c
}

// registerFormat adds the flag of commands whose results are no reports.
func registerFormat(c *cobra.Command, format *string) {
	c.Flags().StringVarP(format, "output", "o", "text", "output `FORMAT`: text, json")
	offer(c, "output", []string{"text", "json"})
}

// showAs writes a result that is no report, for people or as a document.
func showAs(c *cobra.Command, format string, document any, text func(io.Writer) error) error {
	if format == "json" {
		return printed(c, func(w io.Writer) error {
			enc := json.NewEncoder(w)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "  ")
			return enc.Encode(document)
		})
	}
	return printed(c, text)
}

// knownFormat refuses words that are no format.
func knownFormat(format string) error {
	if format != "text" && format != "json" {
		return usage("choose one of: text, json", "unknown output format %q", format)
	}
	return nil
}

// person reads the address of somebody.
func person(typed string) (mailcheck.Address, error) {
	a, err := parseAddress(typed)
	if err == nil && a.Local == "" {
		return a, usage("for example: mailcheck login alice@"+a.Domain, "%s is a domain; only the owner of an address can sign in", a.Domain)
	}
	return a, err
}

// run signs in, and returns what is kept then.
func (l *login) run(c *cobra.Command, typed string) (kept, error) {
	a, err := person(typed)
	if err == nil {
		err = l.check()
	}
	if err != nil {
		return kept{}, err
	}
	where, err := l.net.discovery()
	if err != nil {
		return kept{}, err
	}
	client, err := l.net.open(c.Context(), where)
	if err != nil {
		return kept{}, err
	}
	defer client.Close()
	ctx, cancel, err := l.net.limit(c.Context())
	if err != nil {
		return kept{}, err
	}
	defer cancel()
	in, secrets, err := l.signIn(ctx, c, client, a)
	if err != nil {
		return kept{}, notSignedIn(err)
	}
	store, err := signin.Open()
	if err == nil { // what was given is not lost to Ctrl-C
		err = store.Keep(context.WithoutCancel(ctx), in, secrets)
	}
	if err != nil {
		return kept{}, notSignedIn(err)
	}
	return kept(in), nil
}

// check refuses what the flags cannot be together.
func (l *login) check() error {
	switch {
	case l.browser && l.paste:
		return usage("leave one of them out", "--browser and --paste exclude each other")
	case l.clientID == "" && l.secretFile != "":
		return usage("add --client-id", "--client-secret-file is of no use without the app's id")
	case !mailcheck.Printable(l.clientID+l.issuer+strings.Join(l.scopes, "")) || strings.ContainsAny(l.clientID+strings.Join(l.scopes, ""), " \t"):
		return usage("copy it again from the provider's page", "--client-id, --issuer or --scope has characters that none has")
	}
	if l.file != "" {
		absolute, err := filepath.Abs(l.file)
		if err != nil {
			return noRun("", "--token-store: %v", err)
		}
		l.file = absolute
	}
	return knownFormat(l.format)
}

// signIn has the owner sign in, after it is sure that the sign-in can be kept.
func (l *login) signIn(ctx context.Context, c *cobra.Command, client *probes.Client, a mailcheck.Address) (signin.SignIn, signin.Secrets, error) {
	none, nothing := signin.SignIn{}, signin.Secrets{}
	store, err := signin.Open()
	if err == nil {
		err = store.Ready(ctx, a, l.file)
	}
	if err != nil {
		return none, nothing, err
	}
	ctx, run, end, err := client.Begin(ctx)
	if err != nil {
		return none, nothing, err
	}
	defer end()
	at, err := l.place(ctx, client, run, a)
	if err != nil {
		return none, nothing, err
	}
	app, err := l.app(ctx, c, store, run, a, at)
	if err != nil {
		return none, nothing, err
	}
	token, err := l.flow(ctx, c, run, a, at.endpoints, app.App)
	if r, ok := errors.AsType[*oauth.Refusal](err); ok && app.registered && dead[r.Reason] {
		err = errors.Join(err, store.KeepApp(ctx, at.endpoints.Issuer, "")) // the next try registers anew
	}
	if err != nil {
		return none, nothing, err
	}
	if token.Refresh == "" {
		return none, nothing, noRun("ask for it: --scope offline_access, with the scopes for mail", "%s gives no refresh token, so the sign-in would end within the hour", hostOf(at.endpoints.Issuer))
	}
	if lacks := token.Lacks(at.endpoints.Scopes); len(lacks) > 0 {
		tell(c, "the sign-in is good for less than was asked; %s is missing: tick everything on the page", strings.Join(lacks, ", "))
	}
	in := signin.SignIn{Address: a, Endpoints: at.endpoints, ClientID: app.ID, Scopes: token.Scopes, File: l.file, Made: time.Now()}
	return in, signin.Secrets{Refresh: token.Refresh, App: app.Secret}, nil
}

// dead are the refusals after which the id that an issuer gave is of no use.
var dead = map[oauth.Reason]bool{oauth.AppUnknown: true, oauth.AppDisabled: true, oauth.RedirectWrong: true, oauth.NobodyCame: true}

// flow has the owner sign in on the way that the provider and the flags want.
func (l *login) flow(ctx context.Context, c *cobra.Command, run *netx.Run, a mailcheck.Address, e oauth.Endpoints, app oauth.App) (oauth.Token, error) {
	say := func(format string, args ...any) { fmt.Fprintf(c.ErrOrStderr(), format, args...) }
	if e.Device != "" && !l.browser && !l.paste {
		return oauth.Device(ctx, run, e, app, func(p oauth.DevicePrompt) {
			say("To sign in as %s, open this page in a browser, on any device:\n\n    %s\n\nand type this code: %s\n\n"+
				"Do that only if you have started it yourself. The code is good until %s.\n", a, p.URL, p.Code, p.Expires.Local().Format("15:04"))
		})
	}
	o := oauth.CodeOptions{User: a.String()}
	here := !l.paste && hasBrowser()
	if !here {
		o.Paste = c.InOrStdin()
	}
	o.Open = func(page string) {
		if here {
			say("To sign in as %s, a browser opens. If it does not, open this page in one on this machine:\n\n    %s\n\n", a, page)
			openBrowser(page)
			return
		}
		say("To sign in as %s, open this page in a browser:\n\n    %s\n\n"+
			"At its end the browser goes to an address of this machine, which another one does not find.\n"+
			"Copy that address from the browser, and paste it here: ", a, page)
	}
	return oauth.Code(ctx, run, e, app, o)
}

// notSignedIn says why the sign-in came to nothing, and who can do what about it.
func notSignedIn(err error) error {
	if e, ok := errors.AsType[*failure](err); ok {
		return e
	}
	e := noRun("", "%v", err).(*failure)
	switch {
	case errors.Is(err, context.Canceled):
		e.text = "interrupted; nothing is kept"
	case errors.Is(err, context.DeadlineExceeded):
		e.text, e.hints = "the time was up before anybody had signed in; nothing is kept", []string{"give it more: --timeout 30m"}
	}
	if r, ok := errors.AsType[*oauth.Refusal](err); ok {
		explained := r.Explain()
		what := explained.What.String()
		e.text = mailcheck.Clause(what).String() + strings.TrimPrefix(r.Error(), what)
		for _, text := range []mailcheck.Text{explained.Why, mailcheck.Textf("%s: %s", explained.Who, explained.Fix)} {
			if !text.Empty() {
				e.hints = append(e.hints, text.String())
			}
		}
	}
	if p, ok := errors.AsType[*signin.Error](err); ok && p.Remedy() != "" {
		e.hints = append(e.hints, p.Remedy())
	}
	return e
}
