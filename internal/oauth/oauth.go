// Package oauth signs in at an OAuth2 authorization server: it gets leave from the
// owner of an account to log in to the mail servers, as a token (RFC 6749).
//
// A token is got by the device flow ([Device], RFC 8628), which needs no browser on
// this machine, or for a code that the browser brings ([Code], RFC 7636 and RFC 8252).
// [Refresh] gets the next one without asking the owner again, [Revoke] ends it. Where
// to go is in [Endpoints]: from the issuer's own metadata ([Discover]) or from the table
// of providers ([Known]). An [App] is what the program is called there; where the issuer
// allows it, [Register] makes one (RFC 7591).
//
// What carries a secret is asked over https alone, once, and follows no redirect. What
// comes back is bounded, and no error has a secret in it. What a server refuses is a
// [Refusal], which says what is wrong, who can do something about it, and what.
package oauth

import (
	"maps"
	"slices"
	"time"

	"mailcheck/autoconfig/provider"
)

// Endpoints is where an authorization server does what, and how it wants to be asked.
type Endpoints struct {
	Issuer    string   // URL that stands for the server (RFC 8414 section 2)
	Authorize string   // where the owner signs in
	Token     string   // where codes and refresh tokens become access tokens
	Device    string   // where the device flow begins; empty where there is none
	Register  string   // where programs get an id by themselves; empty where they do not
	Revoke    string   // where a token ends; empty where there is none
	Scopes    []string // what to ask for
	Supported []string // scopes that the metadata lists, of which most are not for mail

	Redirect   string            // where the browser brings the code, without a port for any port; empty: DefaultRedirect
	Parameters map[string]string // further ones of the authorization request
	NamesIss   bool              // the redirect says which issuer it is from (RFC 9207)
	AnyTenant  bool              // a tenant of the issuer's host may speak for the issuer
	Grant      string            // what the device flow is called at the token endpoint; empty: as in RFC 8628
	Basic      bool              // an app's secret goes into the Authorization header, not into the form
}

// DefaultRedirect is the form of the address to which the browser brings the code. The
// authorization server has to allow any port with it (RFC 8252 section 7.3).
const DefaultRedirect = "http://127.0.0.1/callback"

// Known returns the endpoints of a provider of the table.
func Known(s provider.SignIn) Endpoints {
	e := Endpoints{
		Issuer: s.Issuer, Authorize: s.AuthURL, Token: s.TokenURL, Register: s.RegisterURL, Revoke: s.RevokeURL,
		Scopes: slices.Clone(s.Scopes), Redirect: s.Redirect, Parameters: maps.Clone(s.Parameters), AnyTenant: len(s.Tenants) > 0,
	}
	if s.Device {
		e.Device, e.Grant = s.DeviceURL, s.DeviceGrant
	}
	return e
}

// App is what a program is called by an authorization server.
type App struct {
	ID     string // not a secret
	Secret string // empty where there is none
}

// Token is leave to log in.
type Token struct {
	Access  string    // what the mail servers get
	Refresh string    // what [Refresh] wants; empty where there is none
	Expires time.Time // when Access ends; zero where the server does not say
	Scopes  []string  // what it is good for, as the server says or else as was asked
}

// Lacks returns the scopes that were asked for and not given. Servers leave some out
// without a word where the owner has not ticked them.
func (t Token) Lacks(asked []string) []string {
	return slices.DeleteFunc(slices.Clone(asked), func(s string) bool {
		return slices.Contains(t.Scopes, s) || slices.Contains(silent, s)
	})
}

// silent are scopes that change what comes with the token and are not told with it.
var silent = []string{"offline_access", "openid", "profile", "email"}
