package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"mailcheck"
	"mailcheck/internal/netx"
	"mailcheck/internal/oauth"
	"mailcheck/internal/signin"
)

// kept is a sign-in as it is shown.
type kept signin.SignIn

// keptDocument is a sign-in in JSON. It has nothing secret.
type keptDocument struct {
	Schema   int      `json:"schema,omitempty"` // of the document, where it is one
	Address  string   `json:"address"`
	Issuer   string   `json:"issuer"`
	ClientID string   `json:"client_id"`
	Scopes   []string `json:"scopes"`
	Store    string   `json:"store"` // keyring or file
	File     string   `json:"file"`  // empty for the keyring
	Made     string   `json:"made"`  // RFC 3339 in UTC
}

func (k kept) document() keptDocument {
	d := keptDocument{
		Schema: 1, Address: k.Address.String(), Issuer: k.Endpoints.Issuer, ClientID: k.ClientID, Scopes: k.Scopes,
		Store: "keyring", File: k.File, Made: k.Made.UTC().Format(time.RFC3339),
	}
	if d.Scopes == nil {
		d.Scopes = []string{}
	}
	if k.File != "" {
		d.Store = "file"
	}
	return d
}

// where says where the tokens are.
func (k kept) where() string {
	if k.File != "" {
		return mailcheck.Clean(k.File)
	}
	return "the system's keyring"
}

func (k kept) signedIn(w io.Writer) error {
	_, err := fmt.Fprintf(w, "Signed in as %s at %s. The sign-in is kept in %s.\nTo test the account with it: mailcheck check %[1]s\n", k.Address, k.Endpoints.Issuer, k.where())
	return err
}

func accountsCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "accounts",
		Short: "List the sign-ins that are kept",
		Long: `Lists the addresses whose owners have signed in (mailcheck login), where and when, and
where the tokens are kept. Neither the network nor the keyring is asked.

Exit code: 0, also where none is kept; 2 wrong command line; 3 the list cannot be read.`,
		Example: `  mailcheck accounts
  mailcheck accounts -o json`,
		Args:              atMost(0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := knownFormat(format); err != nil {
				return err
			}
			var all []signin.SignIn
			store, err := signin.Open()
			if err == nil {
				all, err = store.All(c.Context())
			}
			if err != nil {
				return notSignedIn(err)
			}
			list := struct {
				Schema   int            `json:"schema"`
				Accounts []keptDocument `json:"accounts"`
			}{1, []keptDocument{}}
			for _, in := range all {
				d := kept(in).document()
				d.Schema = 0
				list.Accounts = append(list.Accounts, d)
			}
			return showAs(c, format, list, func(w io.Writer) error { return listAccounts(w, all) })
		},
	}
	registerFormat(c, &format)
	return c
}

func listAccounts(w io.Writer, all []signin.SignIn) error {
	if len(all) == 0 {
		_, err := io.WriteString(w, "No sign-in is kept. To sign in: mailcheck login ADDRESS\n")
		return err
	}
	for _, in := range all {
		if _, err := fmt.Fprintf(w, "%s\n  signed in at %s on %s, kept in %s\n", in.Address, in.Endpoints.Issuer, in.Made.Local().Format(time.DateOnly), kept(in).where()); err != nil {
			return err
		}
	}
	return nil
}

// ended is what became of a sign-in that was to end.
type ended struct {
	Schema  int    `json:"schema"`
	Address string `json:"address"`
	Removed bool   `json:"removed"` // it was kept here, and is not any more
	Revoked bool   `json:"revoked"` // the provider has ended it
	Reason  string `json:"reason"`  // why the provider has not
}

func logoutCommand() *cobra.Command {
	var net network
	var format string
	c := &cobra.Command{
		Use:   "logout ADDRESS",
		Short: "End a sign-in and forget it",
		Long: `Ends the sign-in of an address at its provider, where that can be asked to, and removes
what is kept of it. Where none is kept there is nothing to do, and that is no error.

Exit code: 0 nothing is kept any more; 2 wrong command line; 3 it could not be removed.`,
		Example:           `  mailcheck logout alice@example.com`,
		Args:              exactly(1, "an address"),
		ValidArgsFunction: completeAccounts,
		RunE: func(c *cobra.Command, args []string) error {
			a, err := person(args[0])
			if err == nil {
				err = knownFormat(format)
			}
			if err != nil {
				return err
			}
			became, err := logout(c, a, &net)
			if err != nil {
				return err
			}
			return showAs(c, format, became, became.write)
		},
	}
	net.register(c)
	registerFormat(c, &format)
	return c
}

// completeAccounts offers the addresses that are kept.
func completeAccounts(c *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var names []cobra.Completion
	if store, err := signin.Open(); err == nil && len(args) == 0 {
		all, _ := store.All(context.Background())
		for _, in := range all {
			names = append(names, in.Address.String())
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func logout(c *cobra.Command, a mailcheck.Address, net *network) (ended, error) {
	became := ended{Schema: 1, Address: a.String()}
	store, err := signin.Open()
	if err != nil {
		return became, notSignedIn(err)
	}
	in, there, err := store.Find(c.Context(), a)
	if err != nil {
		return became, notSignedIn(err)
	} else if !there {
		became.Reason = "no sign-in is kept"
		return became, nil
	}
	if err := net.revoke(c, store, in); err != nil {
		became.Reason = mailcheck.Clean(err.Error())
	} else {
		became.Revoked = true
	}
	if err := store.Remove(context.WithoutCancel(c.Context()), a); err != nil {
		return became, notSignedIn(err)
	}
	became.Removed = true
	return became, nil
}

// revoke has the provider end a sign-in.
func (f *network) revoke(c *cobra.Command, store *signin.Store, in signin.SignIn) error {
	if in.Endpoints.Revoke == "" {
		return fmt.Errorf("%s has no way for a program to do that", in.Endpoints.Issuer)
	}
	ctx, cancel, err := f.limit(c.Context())
	if err != nil {
		return err
	}
	defer cancel()
	secrets, err := store.Secrets(ctx, in)
	if err != nil {
		return err
	}
	return f.aside(ctx, func(ctx context.Context, run *netx.Run) error {
		return oauth.Revoke(ctx, run, in.Endpoints, oauth.App{ID: in.ClientID, Secret: secrets.App}, secrets.Refresh)
	})
}

// write says what became of a sign-in.
func (e ended) write(w io.Writer) error {
	text := fmt.Sprintf("The sign-in of %s is ended, and nothing of it is kept.\n", e.Address)
	switch {
	case !e.Removed:
		text = fmt.Sprintf("No sign-in of %s is kept.\n", e.Address)
	case !e.Revoked:
		text = fmt.Sprintf("Nothing of the sign-in of %s is kept here any more, but the provider was not told: %s.\n"+
			"To end it there, too, remove the app from those that have access, on the provider's page for the account's security.\n", e.Address, e.Reason)
	}
	_, err := io.WriteString(w, text)
	return err
}
