package oauth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"mailcheck"
	"mailcheck/internal/netx"
)

// DevicePrompt is what the owner of the account has to be told to do.
type DevicePrompt struct {
	URL      string    // the page to open, in a browser anywhere; https and printable
	Code     string    // what to type there
	Complete string    // the page with the code filled in; empty where there is none
	Expires  time.Time // when it is too late
}

// deviceGrant is the grant of the device flow (RFC 8628 section 3.4).
const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

// maxMisses is how many answers in a row may fail to come before waiting is given up.
const maxMisses = 5

// Device signs in by the device flow (RFC 8628): show tells the owner the page and the
// code, once; then the server is asked now and then whether the owner has been there,
// until the code expires.
func Device(ctx context.Context, run *netx.Run, e Endpoints, app App, show func(DevicePrompt)) (Token, error) {
	c := &client{run, e, app}
	if e.Device == "" {
		return Token{}, errNoDevice
	}
	o, err := c.grant(ctx, e.Device, c.asking(url.Values{}))
	if err != nil {
		return Token{}, err
	}
	prompt, w, err := parseDevice(o, time.Now())
	if err != nil {
		return Token{}, &Refusal{Host: hostOf(e.Device), Status: 200, Reason: Broken, Says: err.Error()}
	}
	show(prompt)
	return c.poll(ctx, w, prompt.Expires)
}

// asking adds the scopes to ask for.
func (c *client) asking(form url.Values) url.Values {
	if scopes := joined(c.endpoints.Scopes); scopes != "" {
		form.Set("scope", scopes)
	}
	return form
}

// waiting is what is asked again and again, and how often.
type waiting struct {
	code     string
	interval time.Duration
}

// parseDevice reads the answer that begins the device flow (RFC 8628 section 3.2).
func parseDevice(o object, now time.Time) (p DevicePrompt, w waiting, err error) {
	fail := func(format string, args ...any) (DevicePrompt, waiting, error) {
		return DevicePrompt{}, waiting{}, fmt.Errorf(format, args...)
	}
	if w.code, err = o.secret("device_code"); err != nil {
		return fail("%w", err)
	}
	if p.Code, err = o.text("user_code", 64); err != nil {
		return fail("%w", err)
	}
	if p.URL, err = o.endpoint("verification_uri"); err == nil && p.URL == "" {
		p.URL, err = o.endpoint("verification_url") // Google's spelling
	}
	if err != nil {
		return fail("%w", err)
	}
	if w.code == "" || p.Code == "" || p.URL == "" || !mailcheck.Printable(p.Code) {
		return fail("device_code, user_code or verification_uri is missing, or cannot be shown")
	}
	if p.Complete, err = o.endpoint("verification_uri_complete"); err != nil || hostOf(p.Complete) != hostOf(p.URL) {
		p.Complete = "" // only a convenience
	}
	life, ok, err := o.length("expires_in", maxDevice)
	if err != nil {
		return fail("%w", err)
	}
	if !ok {
		life = deviceWait
	}
	p.Expires = now.Add(life)
	if w.interval, ok, err = o.length("interval", pollMax); err != nil {
		return fail("%w", err)
	}
	if !ok {
		w.interval = pollStandard
	}
	w.interval = max(w.interval, pollMin)
	return p, w, nil
}

// poll asks for the token until it is there (RFC 8628 section 3.5).
func (c *client) poll(ctx context.Context, w waiting, until time.Time) (Token, error) {
	misses := 0
	for {
		if time.Now().Add(w.interval).After(until) {
			return Token{}, &Refusal{Host: hostOf(c.endpoints.Token), Reason: CodeExpired}
		}
		if err := pause(ctx, w.interval); err != nil {
			return Token{}, err
		}
		t, err := c.firstToken(ctx, url.Values{"grant_type": {cmp.Or(c.endpoints.Grant, deviceGrant)}, "device_code": {w.code}})
		said, refused := refusal(err)
		switch {
		case err == nil || ctx.Err() != nil:
			return t, err
		case refused && said.Code == "authorization_pending":
			misses = 0
		case refused && said.Code == "slow_down":
			misses = 0
			w.interval = min(w.interval+pollSlower, pollMax)
		case refused && said.Reason != Unavailable && said.Reason != Throttled:
			return Token{}, err
		default:
			if misses++; misses == maxMisses {
				return Token{}, err
			}
			w.interval = min(2*w.interval, pollMax)
		}
	}
}

// pause waits, and ends early with the context.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// refusal returns what a server refused.
func refusal(err error) (*Refusal, bool) { return errors.AsType[*Refusal](err) }
