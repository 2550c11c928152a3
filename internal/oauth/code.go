package oauth

import (
	"bufio"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"mailcheck/internal/netx"
)

// CodeOptions says how the browser and this program come together.
type CodeOptions struct {
	User string           // address of the account, so that the page has it filled in; may be empty
	Open func(url string) // shows or opens the page to sign in at; it is called once

	// Paste is where the owner may put in the address at which the browser ended, where
	// it cannot reach this machine; nil for nowhere. One line is read, empty ones aside; the reading goes
	// on after [Code] has returned until something is put in.
	Paste io.Reader
}

// Code signs in with a code that the browser brings (RFC 6749 section 4.1), which only
// this program can use (RFC 7636): to a port of this machine (RFC 8252 section 7.3), or
// else by the owner's hand. The browser has five minutes.
func Code(ctx context.Context, run *netx.Run, e Endpoints, app App, o CodeOptions) (Token, error) {
	c := &client{run, e, app}
	redirect, err := url.Parse(cmp.Or(e.Redirect, DefaultRedirect))
	if err != nil {
		return Token{}, fmt.Errorf("redirect: %w", err)
	}
	x := &expected{
		redirect: redirect, state: random(), host: hostOf(e.Authorize),
		issuer: e.Issuer, namesIss: e.NamesIss, anyTenant: e.AnyTenant,
	}
	var browser <-chan outcome
	if redirect.Scheme == "http" && (redirect.Hostname() == "127.0.0.1" || redirect.Hostname() == "localhost") {
		l, err := listen(x)
		if err != nil {
			return Token{}, err
		}
		defer l.close()
		browser = l.came
	} else if o.Paste == nil {
		return Token{}, errNoWayBack
	}
	verifier := random()
	page, err := c.page(x, verifier, o.User)
	if err != nil {
		return Token{}, err
	}
	o.Open(page)
	came, err := c.await(ctx, x, browser, o.Paste)
	if err != nil {
		return Token{}, err
	}
	return c.firstToken(ctx, url.Values{
		"grant_type": {"authorization_code"}, "code": {came.code}, "code_verifier": {verifier}, "redirect_uri": {redirect.String()},
	})
}

// firstToken asks for a token for a code. What is void then is the code, and nothing that
// was kept.
func (c *client) firstToken(ctx context.Context, form url.Values) (Token, error) {
	t, err := c.token(ctx, form)
	if said, ok := refusal(err); ok && said.Reason == SignInAgain {
		said.Reason = CodeExpired
	}
	return t, err
}

// random returns 256 bits that nobody can guess, in the 43 characters that RFC 7636
// section 4.1 recommends.
func random() string {
	bits := make([]byte, 32)
	rand.Read(bits) // never fails
	return base64.RawURLEncoding.EncodeToString(bits)
}

// page returns the address of the page where the owner signs in.
func (c *client) page(x *expected, verifier, user string) (string, error) {
	u, err := url.Parse(c.endpoints.Authorize)
	if err != nil || !isEndpoint(c.endpoints.Authorize) {
		return "", fmt.Errorf("the page to sign in at is not an https URL")
	}
	challenge := sha256.Sum256([]byte(verifier))
	query := u.Query() // which the endpoint may have (RFC 6749 section 3.1)
	for name, value := range c.endpoints.Parameters {
		query.Set(name, value)
	}
	c.asking(query)
	query.Set("response_type", "code")
	query.Set("client_id", c.app.ID)
	query.Set("redirect_uri", x.redirect.String())
	query.Set("state", x.state)
	query.Set("code_challenge", base64.RawURLEncoding.EncodeToString(challenge[:]))
	query.Set("code_challenge_method", "S256")
	if user != "" {
		query.Set("login_hint", user)
	}
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// await waits until the browser or the owner brings the answer.
func (c *client) await(ctx context.Context, x *expected, browser <-chan outcome, paste io.Reader) (answer, error) {
	var hand chan outcome
	if paste != nil {
		hand = make(chan outcome, 1)
		go func() {
			lines := bufio.NewReader(io.LimitReader(paste, 2*maxRedirect))
			line, err := lines.ReadString('\n')
			for err == nil && strings.TrimSpace(line) == "" {
				line, err = lines.ReadString('\n')
			}
			if line == "" && browser != nil {
				return // nobody is there to paste; the browser may still come
			}
			a, err := x.pasted(line)
			hand <- outcome{a, err}
		}()
	}
	timer := time.NewTimer(codeWait)
	defer timer.Stop()
	select {
	case came := <-browser:
		return came.answer, came.err
	case came := <-hand:
		return came.answer, came.err
	case <-timer.C:
		return answer{}, &Refusal{Host: x.host, Reason: NobodyCame}
	case <-ctx.Done():
		return answer{}, context.Cause(ctx)
	}
}
