package oauth

import (
	"fmt"
	"strings"
	"testing"

	"mailcheck/checks"
)

// The table is typed by hand, so it is held to what its readers rely on.
func TestReasons(t *testing.T) {
	codes, numbers, all := map[string]Reason{}, map[int]Reason{}, map[Reason]bool{}
	for _, k := range reasons {
		if all[k.reason] {
			t.Errorf("%s stands there twice", k.reason)
		}
		all[k.reason] = true
		for _, code := range k.codes {
			if codes[code] != "" {
				t.Errorf("%s means %s and %s", code, codes[code], k.reason)
			}
			codes[code] = k.reason
		}
		for _, n := range k.numbers {
			if numbers[n] != "" {
				t.Errorf("AADSTS%d means %s and %s", n, numbers[n], k.reason)
			}
			numbers[n] = k.reason
		}
		if k.who != checks.User && k.who != checks.Admin && k.who != checks.Operator {
			t.Errorf("%s: nobody acts", k.reason)
		}
		for _, text := range []string{k.what, k.fix} {
			if !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "/error") && !strings.HasSuffix(text, "with its domain.") {
				t.Errorf("%s: no sentence: %q", k.reason, text)
			}
		}
		if strings.Contains(k.what+k.why+k.fix, "%") {
			t.Errorf("%s: a text is a format", k.reason)
		}
	}
	for _, r := range []Reason{Redirected, Mixed, NobodyCame, NotRedirect, OtherSignIn, Broken, Unknown, Throttled, Unavailable, CodeExpired} {
		if !all[r] {
			t.Errorf("%s is not explained", r)
		}
	}
}

// Answers as the providers give them, each with what it means.
func TestRefusals(t *testing.T) {
	microsoft := func(code string, number int, says string) string {
		return fmt.Sprintf(`{"error":%q,"error_description":"AADSTS%d: %s\r\nTrace ID: 0\r\nCorrelation ID: 1\r\nTimestamp: 2026-11-27 10:00:00Z","error_codes":[%[2]d],"error_uri":"https://login.microsoftonline.com/error?code=%[2]d"}`, code, number, says)
	}
	for _, c := range []struct {
		status int
		body   string
		want   Reason
		who    checks.Who
	}{
		{400, microsoft("invalid_grant", 65001, "The user or administrator has not consented to use the application"), AdminConsent, checks.Admin},
		{400, microsoft("invalid_client", 7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."), SecretMissing, checks.User},
		{400, microsoft("invalid_grant", 53003, "Access has been blocked by Conditional Access policies."), PolicyForbids, checks.Admin},
		{400, microsoft("invalid_grant", 530033, "Remote device flow blocked"), DeviceFlowForbids, checks.Admin},
		{400, microsoft("invalid_grant", 50076, "you must use multi-factor authentication"), SecondFactor, checks.User},
		{400, microsoft("unauthorized_client", 700016, "Application with identifier 'x' was not found in the directory"), AppUnknown, checks.User},
		{400, microsoft("invalid_request", 50020, "User account from identity provider 'live.com' does not exist in tenant"), WrongTenant, checks.User},
		{400, microsoft("invalid_request", 9002332, "is configured for use by Azure Active Directory users only"), WrongTenant, checks.User},
		{400, microsoft("invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid."), ScopeWrong, checks.User},
		{400, microsoft("invalid_resource", 500011, "The resource principal named https://outlook.office.com was not found in the tenant"), NoMailService, checks.Admin},
		{400, microsoft("invalid_grant", 700082, "The refresh token has expired due to inactivity."), SignInAgain, checks.User},
		{400, microsoft("invalid_grant", 50173, "The provided grant has expired due to it being revoked"), SignInAgain, checks.User},
		{400, microsoft("invalid_grant", 50057, "The user account is disabled."), AccountClosed, checks.User},
		{400, microsoft("access_denied", 50105, "The signed in user is not assigned to a role for the application"), NotAssigned, checks.Admin},
		{400, microsoft("invalid_grant", 99999999, "something new"), SignInAgain, checks.User},                                // by the code
		{400, `{"error":"invalid_grant","error_description":"Token has been expired or revoked."}`, SignInAgain, checks.User}, // Google
		{401, `{"error":"invalid_client","error_description":"The OAuth client was not found."}`, SecretWrong, checks.User},   // Google
		{400, `{"error":"invalid_request","error_description":"client_secret is missing."}`, BadRequest, checks.User},         // Google
		{403, `{"error":"access_denied","error_description":"Forbidden"}`, Declined, checks.User},
		{400, `{"error":"unsupported_grant_type"}`, FlowForbidden, checks.User},
		{500, `{"error":"server_error"}`, Unavailable, checks.Operator},
		{400, `{"error":{"code":400}}`, Broken, checks.Operator},
		{400, `{"error":"invalid_grant","error_codes":"70000"}`, SignInAgain, checks.User},
		{404, ``, Broken, checks.Operator},
	} {
		o, _ := parseObject([]byte(c.body))
		r := &Refusal{Host: host, Status: c.status}
		r.read(o, nil)
		x := r.Explain()
		if r.Reason != c.want || x.Who != c.who || x.What.Empty() || x.Fix.Empty() {
			t.Errorf("%s: got %s, %s, want %s, %s", c.body, r.Reason, x.Who, c.want, c.who)
		}
		mustHide(t, r)
		if len(r.Error()) > 1000 {
			t.Errorf("%d bytes: %s", len(r.Error()), r.Error())
		}
	}
}
