package oauth

import (
	"crypto/subtle"
	"net/url"
	"strings"
)

// maxRedirect bounds the address at which the browser ended: two values of 2 kB and
// what encoding adds.
const maxRedirect = 16 << 10

// answer is what the browser brought back (RFC 6749 section 4.1.2).
type answer struct{ code string }

// expected is what an answer must have to be one to our question.
type expected struct {
	redirect  *url.URL // with its port
	state     string
	issuer    string
	namesIss  bool
	anyTenant bool
	host      string // of the authorization server, for errors
}

// isOurs reports whether an answer has the state that nobody else knows. One without
// was sent by somebody else: it says nothing about the sign-in.
func (x *expected) isOurs(query url.Values) bool {
	return len(query["state"]) == 1 && subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(x.state)) == 1
}

// take reads an answer that is ours.
func (x *expected) take(query url.Values) (answer, error) {
	for _, name := range []string{"code", "error", "iss"} {
		if len(query[name]) > 1 { // RFC 6749 section 3.1
			return answer{}, &Refusal{Host: x.host, Reason: Mixed}
		}
	}
	if iss := query.Get("iss"); iss != "" && !x.isIssuer(iss) || iss == "" && x.namesIss {
		return answer{}, &Refusal{Host: x.host, Reason: Mixed, Says: without(iss, nil)} // RFC 9207 section 2.4
	}
	if code := query.Get("code"); code != "" && query.Get("error") == "" && len(code) <= maxSecret {
		return answer{code: code}, nil
	}
	refused := &Refusal{Host: x.host, Code: without(query.Get("error"), []string{x.state}), Says: without(query.Get("error_description"), []string{x.state})}
	if query.Get("error") == "" {
		refused.Reason = Broken
		return answer{}, refused
	}
	refused.judge(nil)
	return answer{}, refused
}

// isIssuer compares letter by letter (RFC 9207 section 2.4). Where an issuer stands for
// all tenants of its host, the answer is from one of them.
func (x *expected) isIssuer(iss string) bool {
	if iss == x.issuer || !x.anyTenant {
		return iss == x.issuer
	}
	ours, err := url.Parse(x.issuer)
	theirs, wrong := url.Parse(iss)
	return err == nil && wrong == nil && theirs.Scheme == "https" && theirs.Host == ours.Host && theirs.User == nil
}

// pasted reads the address at which the browser ended, as somebody copied it from
// there: whole, or what follows the question mark.
func (x *expected) pasted(text string) (answer, error) {
	text = strings.Trim(strings.TrimSpace(text), `"'<>`)
	wrong := &Refusal{Host: x.host, Reason: NotRedirect}
	if text == "" || len(text) > maxRedirect {
		return answer{}, wrong
	}
	query := strings.TrimPrefix(text, "?")
	if strings.Contains(text, "://") {
		u, err := url.Parse(text)
		if err != nil || u.Scheme != x.redirect.Scheme || u.Hostname() != x.redirect.Hostname() || u.EscapedPath() != x.redirect.EscapedPath() {
			return answer{}, wrong
		}
		query = u.RawQuery
	}
	values, err := url.ParseQuery(query)
	if err != nil || !values.Has("code") && !values.Has("error") {
		return answer{}, wrong
	}
	if !x.isOurs(values) {
		return answer{}, &Refusal{Host: x.host, Reason: OtherSignIn}
	}
	return x.take(values)
}
