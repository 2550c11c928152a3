package oauth

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"mailcheck"
)

// Claims is what an access token says of itself where it is a JWT (RFC 7519), as those of
// Microsoft and many others are. It is not verified: it helps to explain why a mail server
// refuses a token, and decides nothing.
type Claims struct {
	Issuer   string
	Tenant   string   // of Microsoft
	User     string   // address or name of whom the token is for
	Audience []string // the services that it is for
	Scopes   []string
	Expires  time.Time // zero where it does not say
}

// Look reads what a token says of itself; ok is false where it is no JWT.
func Look(token string) (c Claims, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(token) > maxSecret {
		return Claims{}, false
	}
	body, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return Claims{}, false
	}
	o, err := parseObject(body)
	if err != nil {
		return Claims{}, false
	}
	c.Issuer, c.Tenant = o.shown("iss"), o.shown("tid")
	for _, name := range []string{"upn", "email", "preferred_username", "unique_name"} {
		if c.User == "" {
			c.User = o.shown(name)
		}
	}
	c.Audience = o.words("aud")
	if c.Scopes = o.words("scp"); c.Scopes == nil {
		c.Scopes = o.words("scope")
	}
	var seconds float64
	if json.Unmarshal(o["exp"], &seconds) == nil && seconds > 0 && seconds < 1<<40 {
		c.Expires = time.Unix(int64(seconds), 0)
	}
	return c, true
}

// shown returns a short string that can be shown; empty where there is none.
func (o object) shown(name string) string {
	s, err := o.text(name, 300)
	if err != nil || !mailcheck.Printable(s) {
		return ""
	}
	return s
}

// words returns a list, or a string of words.
func (o object) words(name string) []string {
	if list := o.list(name, maxScopes); list != nil {
		return list
	}
	words := strings.Fields(o.shown(name))
	return words[:min(len(words), maxScopes)]
}

// Fault is why a mail server may refuse a token.
type Fault string

// The faults.
const (
	Expired      Fault = "expired"       // its time is over
	OtherUser    Fault = "other-user"    // it is for another account
	OtherService Fault = "other-service" // it is for another service of the provider than mail
	ScopeMissing Fault = "scope-missing" // it is for mail, but not for this protocol
)

// Faults returns what speaks against a token where a user logs in by a protocol, at a
// time. Only Microsoft's tokens tell what they are for in words that are known; there
// the mail service is known by its hosts and by the id of the application that it is.
func (c Claims) Faults(user string, p mailcheck.Protocol, now time.Time) []Fault {
	var faults []Fault
	if !c.Expires.IsZero() && now.After(c.Expires) {
		faults = append(faults, Expired)
	}
	if strings.Contains(c.User, "@") && strings.Contains(user, "@") && !strings.EqualFold(c.User, user) {
		faults = append(faults, OtherUser)
	}
	if !strings.HasPrefix(c.Issuer, "https://sts.windows.net/") && !strings.HasPrefix(c.Issuer, "https://login.microsoftonline.com/") {
		return faults
	}
	forMail := slices.ContainsFunc(c.Audience, func(a string) bool {
		return slices.Contains(exchange, strings.TrimSuffix(a, "/"))
	})
	switch want := exchangeScopes[p]; {
	case len(c.Audience) > 0 && !forMail:
		faults = append(faults, OtherService)
	case want != "" && len(c.Scopes) > 0 && !slices.Contains(c.Scopes, want):
		faults = append(faults, ScopeMissing)
	}
	return faults
}

// exchange is what Microsoft calls its mail service in tokens.
var exchange = []string{"https://outlook.office.com", "https://outlook.office365.com", "00000002-0000-0ff1-ce00-000000000000"}

// exchangeScopes are what it calls leave for a protocol.
var exchangeScopes = map[mailcheck.Protocol]string{
	mailcheck.IMAP: "IMAP.AccessAsUser.All", mailcheck.POP3: "POP.AccessAsUser.All", mailcheck.Submission: "SMTP.Send",
}
