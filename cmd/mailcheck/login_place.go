package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mailcheck"
	"mailcheck/autoconfig/provider"
	"mailcheck/internal/netx"
	"mailcheck/internal/oauth"
	"mailcheck/internal/signin"
	"mailcheck/probes"
)

// place is where one signs in.
type place struct {
	endpoints oauth.Endpoints
	known     provider.SignIn // what the table has of it; nothing where it is not there
}

// place finds where the owner of an address signs in: where the user says, where the table
// has it, or where the domain itself says so in a way that nobody can forge.
func (l *login) place(ctx context.Context, client *probes.Client, run *netx.Run, a mailcheck.Address) (place, error) {
	issuer := l.issuer
	if issuer == "" {
		var err error
		if issuer, err = issuerOf(ctx, client, a); err != nil {
			return place{}, err
		}
	}
	at, err := l.at(ctx, run, issuer)
	if err == nil && len(l.scopes) > 0 {
		at.endpoints.Scopes = l.scopes
	}
	return at, err
}

// at looks an issuer up in the table, or asks it.
func (l *login) at(ctx context.Context, run *netx.Run, issuer string) (place, error) {
	known, ok := provider.SignInAt(issuer)
	if ok && l.tenant != "" {
		if known, ok = known.AtTenant(l.tenant); !ok {
			return place{}, usage("leave it out", "--tenant %s means nothing at %s", mailcheck.Quoted(l.tenant), issuer)
		}
	}
	if ok {
		return place{oauth.Known(known), known}, nil
	}
	if l.tenant != "" {
		return place{}, usage("leave it out", "--tenant is for Microsoft alone")
	}
	e, err := oauth.Discover(ctx, run, issuer)
	return place{endpoints: e}, err
}

// issuerOf returns the issuer of an address. That of another domain than those of the table
// is taken from what the domain publishes, or is that of the provider whose servers it names:
// the table says then where to sign in, so that nobody can lead the owner elsewhere.
func issuerOf(ctx context.Context, client *probes.Client, a mailcheck.Address) (string, error) {
	if p, ok := provider.Of(a.Domain); ok {
		if p.OAuth == nil {
			return "", noRun("test it with its password: mailcheck check "+a.String()+" --ask-password", "%s has no OAuth2 for mail, as far as mailcheck knows", p.Name)
		}
		return p.OAuth.Issuer, nil
	}
	r, err := client.Discover(ctx, a, nil)
	if err != nil {
		return "", err
	}
	var doubtful []string
	for _, source := range r.Sources {
		for _, o := range source.OAuth {
			if o.Vouched {
				return o.Issuer, nil
			}
			doubtful = append(doubtful, o.Issuer)
		}
	}
	for _, s := range r.Settings {
		if o, ok := provider.OAuthOf(s.Host); ok {
			return o.Issuer, nil
		}
	}
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if len(doubtful) > 0 {
		return "", noRun("if you know that it is right: --issuer "+doubtful[0],
			"%s is named as the place to sign in at for %s, but in a way that can be forged", doubtful[0], a.Domain)
	}
	return "", noRun("name it, if there is one: --issuer URL; to log in with a password: mailcheck check "+a.String()+" --ask-password",
		"nothing says where to sign in for %s with OAuth2", a.Domain)
}

// knownApp is what mailcheck is called at an issuer.
type knownApp struct {
	oauth.App
	registered bool // by mailcheck itself
}

// app returns the app to sign in with: the user's own, the one of a sign-in that is kept, or
// one that the issuer registers.
func (l *login) app(ctx context.Context, c *cobra.Command, store *signin.Store, run *netx.Run, a mailcheck.Address, at place) (knownApp, error) {
	issuer := at.endpoints.Issuer
	if l.clientID != "" {
		app := oauth.App{ID: l.clientID}
		var err error
		if l.secretFile != "" {
			app.Secret, err = secretFrom(c, "--client-secret-file", l.secretFile)
		} else if at.known.Secret {
			err = usage("it stands on the page where the id is", "%s wants the app's secret, too: --client-secret-file FILE", hostOf(issuer))
		}
		return knownApp{App: app}, err
	}
	if app, ok := usedBefore(ctx, store, a, at.endpoints); ok {
		return knownApp{App: app}, nil
	}
	if at.endpoints.Register == "" {
		return knownApp{}, needsID(a, at)
	}
	id, err := store.App(ctx, issuer)
	if err != nil || id != "" {
		return knownApp{oauth.App{ID: id}, true}, err
	}
	app, err := oauth.Register(ctx, run, at.endpoints)
	if err == nil && app.Secret == "" { // one with a secret is kept with the sign-in alone
		err = store.KeepApp(ctx, issuer, app.ID)
	}
	return knownApp{app, app.Secret == ""}, err
}

// usedBefore returns the app of a sign-in that is kept at the same issuer, that of the
// address itself before others.
func usedBefore(ctx context.Context, store *signin.Store, a mailcheck.Address, e oauth.Endpoints) (oauth.App, bool) {
	all, err := store.All(ctx)
	if err != nil || e.Register != "" {
		return oauth.App{}, false
	}
	slices.SortStableFunc(all, func(x, y signin.SignIn) int {
		if x.Address == a && y.Address != a {
			return -1
		} else if y.Address == a && x.Address != a {
			return 1
		}
		return 0
	})
	i := slices.IndexFunc(all, func(in signin.SignIn) bool { return in.Endpoints.Token == e.Token })
	if i < 0 {
		return oauth.App{}, false
	}
	secrets, err := store.Secrets(ctx, all[i])
	return oauth.App{ID: all[i].ClientID, Secret: secrets.App}, err == nil
}

// needsID says how to get an id of one's own.
func needsID(a mailcheck.Address, at place) error {
	password := "test it with an app password: mailcheck check " + a.String() + " --ask-password"
	if at.known.Closed {
		return noRun(password, "%s lets no program of others sign in for mail", hostOf(at.endpoints.Issuer))
	}
	e := noRun("", "%s wants to know which program signs in, by an id that you make there for yourself, once", hostOf(at.endpoints.Issuer)).(*failure)
	for i, step := range at.known.Steps {
		e.hints = append(e.hints, fmt.Sprintf("%d. %s", i+1, step))
	}
	if len(at.known.Steps) == 0 {
		e.hints = append(e.hints, "ask whoever runs it for a public client with the redirect "+oauth.DefaultRedirect)
	}
	again := "then give it to the same command: --client-id ID"
	if at.known.Secret {
		again += " --client-secret-file FILE"
	}
	e.hints = append(e.hints, again)
	return e
}

// hostOf is the name of an issuer by which people know it.
func hostOf(issuer string) string {
	host, _, _ := strings.Cut(strings.TrimPrefix(issuer, "https://"), "/")
	return host
}
