package oauth

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"

	"mailcheck/internal/netx"
)

// clientName is what the owner reads on the page that asks for consent.
const clientName = "mailcheck"

// registration is what an app tells of itself (RFC 7591 section 2).
type registration struct {
	Name      string   `json:"client_name"`
	Redirects []string `json:"redirect_uris"`
	Grants    []string `json:"grant_types"`
	Responses []string `json:"response_types"`
	Auth      string   `json:"token_endpoint_auth_method"`
	Kind      string   `json:"application_type"`
	Scope     string   `json:"scope,omitempty"`
}

// Register makes an app by which an issuer knows this program from now on (RFC 7591).
// Its id has to be kept: who registers for each sign-in leaves a trail of apps behind.
func Register(ctx context.Context, run *netx.Run, e Endpoints) (App, error) {
	if e.Register == "" {
		return App{}, errNoRegistration
	}
	wish := registration{
		Name: clientName, Redirects: []string{cmp.Or(e.Redirect, DefaultRedirect)}, Grants: []string{"authorization_code", "refresh_token"},
		Responses: []string{"code"}, Auth: "none", Kind: "native", Scope: joined(e.Scopes),
	}
	if e.Device != "" {
		wish.Grants = append(wish.Grants, deviceGrant)
	}
	body, err := json.Marshal(wish)
	if err != nil {
		return App{}, err
	}
	c := &client{run: run, endpoints: e}
	o, err := c.post(ctx, e.Register, http.Header{"Content-Type": {"application/json"}}, body, nil)
	if said, ok := refusal(err); ok && (said.Status == http.StatusUnauthorized || said.Status == http.StatusForbidden || said.Status == http.StatusNotFound) {
		said.Reason = RegistrationClosed
	}
	if err != nil {
		return App{}, err
	}
	var app App
	if app.ID, err = o.secret("client_id"); err == nil && (app.ID == "" || len(app.ID) > maxName) {
		err = errNoID
	}
	if err == nil {
		app.Secret, err = o.secret("client_secret") // some give one that was not asked for, and then want it
	}
	if err != nil {
		return App{}, &Refusal{Host: hostOf(e.Register), Status: http.StatusCreated, Reason: Broken, Says: err.Error()}
	}
	return app, nil
}
