package oauth

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"mailcheck"
	"mailcheck/internal/netx"
)

// Refresh gets another token without asking the owner (RFC 6749 section 6). Its Refresh
// is never empty: where the server gives no new one, the old one stays. A new one has to
// be stored before the token is used, since the old one may be void by then. A
// *Refusal with [SignInAgain] means that the owner has to be asked again.
func Refresh(ctx context.Context, run *netx.Run, e Endpoints, app App, refreshToken string) (Token, error) {
	c := &client{run, e, app}
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refreshToken}}
	t, err := c.token(ctx, form)
	if err == nil && t.Refresh == "" {
		t.Refresh = refreshToken
	}
	return t, err
}

// Revoke ends a refresh token and what was got with it (RFC 7009). It does nothing
// where the server has no place for that.
func Revoke(ctx context.Context, run *netx.Run, e Endpoints, app App, refreshToken string) error {
	if e.Revoke == "" {
		return nil
	}
	c := &client{run, e, app}
	_, err := c.grant(ctx, e.Revoke, url.Values{"token": {refreshToken}, "token_type_hint": {"refresh_token"}})
	if said, ok := refusal(err); ok && said.Status/100 == 2 && said.Code == "" {
		return nil // RFC 7009 section 2.2: the status alone counts, whatever the body is
	}
	return err
}

// token asks for a token.
func (c *client) token(ctx context.Context, form url.Values) (Token, error) {
	now := time.Now()
	o, err := c.grant(ctx, c.endpoints.Token, form)
	if err != nil {
		return Token{}, err
	}
	t, err := parseToken(o, now)
	if err != nil {
		return Token{}, &Refusal{Host: hostOf(c.endpoints.Token), Status: 200, Reason: Broken, Says: err.Error()}
	}
	if t.Scopes == nil {
		t.Scopes = slices.Clone(c.endpoints.Scopes) // RFC 6749 section 5.1: no word about it means that all was given
	}
	return t, nil
}

// parseToken reads an answer with a token (RFC 6749 section 5.1) that was asked for at
// a time.
func parseToken(o object, asked time.Time) (t Token, err error) {
	if t.Access, err = o.secret("access_token"); err != nil {
		return Token{}, err
	}
	if t.Refresh, err = o.secret("refresh_token"); err != nil {
		return Token{}, err
	}
	kind, err := o.text("token_type", 100)
	if err != nil {
		return Token{}, err
	}
	life, limited, err := o.length("expires_in", maxLife)
	if err != nil {
		return Token{}, err
	}
	scope, err := o.text("scope", maxDocument)
	switch {
	case err != nil:
		return Token{}, err
	case t.Access == "":
		return Token{}, errNoToken
	case kind != "" && !strings.EqualFold(kind, "bearer"):
		return Token{}, errTokenKind // mail servers take no other (RFC 7628 section 4, XOAUTH2)
	}
	if limited {
		t.Expires = asked.Add(life)
	}
	for _, word := range strings.Fields(scope) {
		if len(t.Scopes) < maxScopes && mailcheck.Printable(word) {
			t.Scopes = append(t.Scopes, word)
		}
	}
	return t, nil
}
