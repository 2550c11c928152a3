package oauth

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/netx"
)

// maxScopes is the number of scopes that are read of those an issuer supports.
const maxScopes = 100

// Discover asks an issuer, a URL or a host name alone, for its metadata. The error is
// one of [netx.Run.Fetch] or an occurrence of oauth.metadata-missing,
// oauth.metadata-invalid, oauth.issuer-mismatch or oauth.issuer-invalid.
func Discover(ctx context.Context, run *netx.Run, issuer string) (Endpoints, error) {
	urls, err := MetadataURLs(issuer)
	if err != nil {
		return Endpoints{}, checks.OAuthIssuerInvalid.Errorf("issuer %s: %w", mailcheck.Quoted(issuer), err)
	}
	var tried []string
	for _, u := range urls {
		doc, err := run.Fetch(ctx, netx.Request{URL: u, Header: http.Header{"Accept": {"application/json"}}})
		if err != nil {
			return Endpoints{}, fmt.Errorf("ask %s: %w", u, err)
		}
		if doc.Status == http.StatusOK {
			return ParseMetadata(doc.Body, issuer)
		}
		tried = append(tried, fmt.Sprintf("%s: status %d", u, doc.Status))
	}
	return Endpoints{}, checks.OAuthMetadataMissing.Errorf("%s", strings.Join(tried, "; "))
}

// MetadataURLs returns where an issuer's metadata may be, in the order to ask: RFC
// 8414 section 3.1 puts the well-known part between host and path; OpenID Connect
// Discovery section 4 puts it at the end. An issuer may be a host name alone.
func MetadataURLs(issuer string) ([]string, error) {
	u, err := url.Parse(issuerURL(issuer))
	switch {
	case !mailcheck.Printable(issuer):
		return nil, fmt.Errorf("invisible or control characters")
	case err != nil || u.Host == "":
		return nil, fmt.Errorf("not a URL")
	case u.Scheme != "https":
		return nil, fmt.Errorf("not https")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("user name, query and fragment are not allowed")
	}
	if _, err := mailcheck.ParseDomain(u.Hostname()); err != nil {
		return nil, err
	}
	path := strings.TrimSuffix(u.EscapedPath(), "/")
	base := "https://" + u.Host
	return []string{
		base + "/.well-known/oauth-authorization-server" + path,
		base + path + "/.well-known/openid-configuration",
	}, nil
}

// issuerURL completes an issuer that is given as a host name alone, as the files of
// ISPDB do.
func issuerURL(issuer string) string {
	if issuer == "" || strings.Contains(issuer, "://") {
		return issuer
	}
	return "https://" + issuer
}

// ParseMetadata reads the metadata of an issuer (RFC 8414 section 2), as far as a
// mail program needs it. The error is an occurrence of oauth.metadata-invalid or
// oauth.issuer-mismatch.
func ParseMetadata(body []byte, issuer string) (Endpoints, error) {
	o, err := parseObject(body)
	if err != nil {
		return Endpoints{}, checks.OAuthMetadataInvalid.Errorf("not the JSON of RFC 8414: %w", err)
	}
	var e Endpoints
	if e.Issuer, err = o.text("issuer", maxName); err != nil {
		return Endpoints{}, checks.OAuthMetadataInvalid.Errorf("%w", err)
	}
	for _, endpoint := range []struct {
		name   string
		into   *string
		needed bool
	}{
		{"authorization_endpoint", &e.Authorize, true}, {"token_endpoint", &e.Token, true},
		{"device_authorization_endpoint", &e.Device, false}, {"registration_endpoint", &e.Register, false},
		{"revocation_endpoint", &e.Revoke, false},
	} {
		*endpoint.into, err = o.endpoint(endpoint.name)
		if err == nil && endpoint.needed && *endpoint.into == "" {
			err = fmt.Errorf("%s is missing", endpoint.name)
		}
		if err != nil {
			return Endpoints{}, checks.OAuthMetadataInvalid.Errorf("%w", err)
		}
	}
	// RFC 8414 section 3.3 wants the very same string, lest one issuer poses as
	// another. Only a host name alone cannot be compared so strictly.
	same := e.Issuer == issuer || !strings.Contains(issuer, "://") && strings.TrimSuffix(e.Issuer, "/") == issuerURL(issuer)
	if !same {
		return Endpoints{}, checks.OAuthIssuerMismatch.Errorf("the settings say %s, the metadata %s", mailcheck.Quoted(issuer), mailcheck.Quoted(e.Issuer))
	}
	e.Supported = o.list("scopes_supported", maxScopes)
	e.Scopes = forMail(e.Supported)
	e.NamesIss = o.flag("authorization_response_iss_parameter_supported")
	ways := o.list("token_endpoint_auth_methods_supported", maxScopes)
	e.Basic = !slices.Contains(ways, "client_secret_post") && (len(ways) == 0 || slices.Contains(ways, "client_secret_basic")) // RFC 8414 section 2 has basic where nothing is said
	return e, nil
}

// mailScopes are names of what a mail program needs, by who gives them. An issuer that
// lists the first of a row gets asked for all of the row that it lists; to ask for more
// than is needed is refused by many, and a worry to whoever has to consent.
var mailScopes = [][]string{
	{"urn:ietf:params:oauth:scope:mail", "offline_access"}, // draft-ietf-mailmaint-oauth-public
	{"https://www.fastmail.com/dev/protocol-imap", "https://www.fastmail.com/dev/protocol-pop", "https://www.fastmail.com/dev/protocol-smtp", "offline_access"},
	{"imap", "pop", "pop3", "smtp", "submission", "email", "openid", "offline_access"},
	{"mail", "email", "openid", "offline_access"},
	{"openid", "profile", "email", "offline_access"}, // OpenID Connect, whose tokens a mail server takes by the address in them
}

// forMail chooses from the scopes that an issuer supports.
func forMail(supported []string) []string {
	for _, row := range mailScopes {
		if slices.Contains(supported, row[0]) {
			return slices.DeleteFunc(slices.Clone(row), func(s string) bool { return !slices.Contains(supported, s) })
		}
	}
	return nil
}
