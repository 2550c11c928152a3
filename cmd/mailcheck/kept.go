package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/oauth"
	"mailcheck/internal/signin"
	"mailcheck/probes"
)

// keptFor returns the sign-in that is kept for an address, nil if there is none. Where a
// user has no folder for settings nothing was ever kept.
func keptFor(ctx context.Context, a mailcheck.Address) (*signin.SignIn, error) {
	store, err := signin.Open()
	if err != nil || a.Local == "" {
		return nil, nil
	}
	kept, there, err := store.Find(ctx, a)
	if err != nil || !there {
		return nil, err
	}
	return &kept, nil
}

// signIn gets the token of the sign-in that is kept, where nothing else is given to log in
// with. That there is none is told in the report.
func (f *network) signIn(ctx context.Context, c *cobra.Command, client *probes.Client, opts *probes.Options) error {
	if f.login == nil || f.login.kept == nil && f.login.unkept == nil {
		return nil
	}
	if f.login.kept == nil {
		opts.Credentials.SignIn = &mailcheck.SignIn{State: mailcheck.SignInBlocked, Reason: evidence(f.login.unkept)}
		opts.Credentials.SignIn.Fix, opts.Credentials.SignIn.Acts = remedy(f.login.unkept)
		return nil
	}
	if end, ok := ctx.Deadline(); ok { // the test is to have time, too
		half, cancel := context.WithTimeout(ctx, time.Until(end)/2)
		defer cancel()
		ctx = half
	}
	ctx, run, end, err := client.Begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	if opts.Await != nil {
		opts.Await(probes.AwaitSignIn)
		defer opts.Await(probes.AwaitNothing)
	}
	token, err := renew(ctx, run, f.login.kept.Address)
	became := &mailcheck.SignIn{Issuer: f.login.kept.Endpoints.Issuer, State: mailcheck.SignInUsed}
	switch {
	case errors.Is(err, context.Canceled): // the report says so
		return nil
	case token.Access != "" && err != nil:
		tell(c, "%v; after this test, sign in again: mailcheck login %s", err, f.login.kept.Address)
	case err != nil:
		became.State, became.Reason = stateOf(err), evidence(err)
		became.Fix, became.Acts = remedy(err)
	}
	opts.Credentials.Token, opts.Credentials.SignIn = token.Access, became
	return nil
}

// renew returns the token of an address for now.
func renew(ctx context.Context, run *netx.Run, a mailcheck.Address) (oauth.Token, error) {
	store, err := signin.Open()
	if err != nil {
		return oauth.Token{}, err
	}
	_, token, err := store.Renew(ctx, a, func(ctx context.Context, e oauth.Endpoints, app oauth.App, refresh string) (oauth.Token, error) {
		return oauth.Refresh(ctx, run, e, app, refresh)
	})
	return token, err
}

// passing are the refusals that say nothing about the sign-in.
var passing = map[oauth.Reason]bool{oauth.Throttled: true, oauth.Unavailable: true, oauth.Broken: true, oauth.Redirected: true}

func stateOf(err error) mailcheck.SignInState {
	if r, ok := errors.AsType[*oauth.Refusal](err); ok && !passing[r.Reason] {
		return mailcheck.SignInRefused
	}
	return mailcheck.SignInBlocked
}

// evidence is an error as a report tells it.
func evidence(err error) mailcheck.Text {
	if errors.Is(err, context.DeadlineExceeded) {
		return mailcheck.Textf("the provider's sign-in server does not answer in time")
	}
	return mailcheck.Evidencef("%s", err.Error())
}

// remedy is what there is to do about an error, if that is known, and who can do it.
func remedy(err error) (mailcheck.Text, checks.Who) {
	if r, ok := errors.AsType[*oauth.Refusal](err); ok {
		explained := r.Explain()
		return explained.Fix, explained.Who
	}
	if e, ok := errors.AsType[*signin.Error](err); ok && e.Remedy() != "" {
		return mailcheck.Evidencef("%s", e.Remedy()), checks.User
	}
	return mailcheck.Text{}, ""
}

// tell says something beside the result.
func tell(c *cobra.Command, format string, args ...any) {
	fmt.Fprintf(c.ErrOrStderr(), "mailcheck: hint: %s\n", mailcheck.Clean(fmt.Sprintf(format, args...)))
}
