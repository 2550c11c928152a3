package oauth

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"mailcheck"
	"mailcheck/internal/netx"
)

// grant asks an endpoint for something with a form, as an app, and returns its answer
// to the letter. What the server refuses is a *Refusal; other errors are those of
// [netx.Run.Fetch], and nothing can be said of whether the server has read the form.
func (c *client) grant(ctx context.Context, endpoint string, form url.Values) (object, error) {
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	switch {
	case c.app.Secret != "" && c.endpoints.Basic:
		// RFC 6749 section 2.3.1 has both encoded as in a form before they are put together.
		both := url.QueryEscape(c.app.ID) + ":" + url.QueryEscape(c.app.Secret)
		header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(both)))
	case c.app.Secret != "":
		form.Set("client_secret", c.app.Secret)
		fallthrough
	default:
		form.Set("client_id", c.app.ID)
	}
	var secrets []string
	for name, values := range form {
		if !public[name] {
			secrets = append(secrets, values...)
		}
	}
	return c.post(ctx, endpoint, header, []byte(form.Encode()), append(secrets, c.app.Secret))
}

// public are the fields of a form that are no secrets.
var public = map[string]bool{
	"client_id": true, "grant_type": true, "scope": true, "redirect_uri": true, "token_type_hint": true,
}

// client is one app at one authorization server.
type client struct {
	run       *netx.Run
	endpoints Endpoints
	app       App
}

// post sends a body once and reads the JSON that comes back.
func (c *client) post(ctx context.Context, endpoint string, header http.Header, body []byte, secrets []string) (object, error) {
	header.Set("Accept", "application/json")
	host := hostOf(endpoint)
	doc, err := c.run.Fetch(ctx, netx.Request{Method: http.MethodPost, URL: endpoint, Body: body, Header: header, Private: true})
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", host, err)
	}
	refused := &Refusal{Host: host, Status: doc.Status}
	if doc.Status/100 == 3 {
		refused.Reason = Redirected
		return nil, refused
	}
	o, broken := parseObject(doc.Body)
	_, says := o["error"]
	switch {
	case doc.Status/100 == 2 && broken == nil && !says:
		return o, nil
	case doc.Status/100 == 2 && broken != nil && len(doc.Body) > 0:
		refused.Reason, refused.Says = Broken, broken.Error()
	default:
		refused.read(o, secrets)
	}
	return nil, refused
}

// hostOf names an endpoint in errors; its path may be a secret of its own.
func hostOf(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return "the server"
	}
	return u.Hostname()
}

// read takes from an answer that refuses what it says (RFC 6749 section 5.2).
func (r *Refusal) read(o object, secrets []string) {
	r.Code, _ = o.text("error", 200)
	r.Says, _ = o.text("error_description", maxDocument)
	var numbers []int
	_ = json.Unmarshal(o["error_codes"], &numbers)
	r.Code, r.Says = without(r.Code, secrets), without(r.Says, secrets)
	r.judge(numbers)
}

// without takes from a text of a server what must not be shown, as it is and as it may
// have been encoded, and makes the rest fit to be shown.
func without(s string, secrets []string) string {
	for _, secret := range secrets {
		if len(secret) < 4 {
			continue // a text without these letters would hide nothing
		}
		for _, form := range []string{
			secret, url.QueryEscape(secret), url.PathEscape(secret), hex.EncodeToString([]byte(secret)),
			base64.StdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
		} {
			s = strings.ReplaceAll(s, form, "[secret]")
		}
	}
	return mailcheck.Clean(strings.Join(strings.Fields(s), " ")) // Microsoft's words have several lines
}
