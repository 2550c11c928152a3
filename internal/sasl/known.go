package sasl

import (
	"strings"

	"mailcheck"
)

// unspoken are mechanisms that servers offer and that mailcheck does not speak, with what
// each is for. One that ends in "*" stands for all that begin so.
var unspoken = []struct{ name, why string }{
	{"GSSAPI", "Kerberos: the machine logs in with a ticket of its domain (RFC 4752)"},
	{"GSS-SPNEGO", "Kerberos or NTLM, whichever the Windows domain has (RFC 4178)"},
	{"SPNEGO", "Kerberos or NTLM, whichever the Windows domain has (RFC 4178)"},
	{"GS2-*", "Kerberos or another mechanism of GSS-API (RFC 5801)"},
	{"KERBEROS_V4", "version 4 of Kerberos, which was given up (RFC 6649)"},
	{"KERBEROS_V5", "Kerberos in a form that was never published"},
	{"DIGEST-MD5", "a digest of the password by MD5, which was declared historic (RFC 6331)"},
	{"SCRAM-*", "SCRAM with a hash that mail programs do not have"},
	{"OTP", "passwords that are good for one login (RFC 2444)"},
	{"SKEY", "passwords that are good for one login, by MD4 (RFC 2222)"},
	{"SECURID", "numbers of a SecurID token (RFC 2808)"},
	{"SRP", "a password that is proved without being shown, never standardised for SASL"},
	{"PASSDSS-3DES-1", "a password inside an encryption of its own, never standardised"},
	{"ANONYMOUS", "a login without a user, which opens no mailbox (RFC 4505)"},
	{"EXTERNAL", "a client certificate, for which --client-cert is"},
	{"OAUTH10A", "OAuth 1.0a (RFC 7628)"},
	{"OPENID20", "a sign-in page by OpenID 2.0, in a browser (RFC 6616)"},
	{"SAML20*", "a sign-in page of the organisation by SAML, in a browser (RFC 6595)"},
	{"XOAUTH2", "an OAuth2 token, for which --token-file is"},
	{"OAUTHBEARER", "an OAuth2 token, for which --token-file is"},
	{"XOAUTH", "OAuth 1.0 as Google had it, switched off long ago"},
	{"PLAIN-CLIENTTOKEN", "Google's own, a password with a token of the program"},
	{"ATOKEN*", "Apple's own, for Apple's programs"}, {"WSTOKEN", "Apple's own, for Apple's programs"},
	{"XYMCOOKIE*", "Yahoo's own, for Yahoo's programs"}, {"XYMECOOKIE*", "Yahoo's own, for Yahoo's programs"},
	{"XYMPKI", "Yahoo's own, for Yahoo's programs"},
	{"MSN", "Microsoft's own, of the time of Passport"},
	{"ECDSA-NIST256P-CHALLENGE", "a key of the client that the server knows"},
	{"CRAM-*", "a digest of the password, by a hash that mail programs do not have"},
	{"NMAS_LOGIN", "Novell's directory"}, {"NMAS-*", "Novell's directory"},
	{"X-*", "the server's own, which nobody else has"}, {"XX-*", "the server's own, which nobody else has"},
}

// Unspoken says what a mechanism is that mailcheck does not speak, or not with what was given.
func Unspoken(name string) mailcheck.Text {
	name = strings.ToUpper(name)
	for _, m := range unspoken {
		if beginning, several := strings.CutSuffix(m.name, "*"); name == m.name || several && strings.HasPrefix(name, beginning) {
			return mailcheck.Text{Format: m.why}
		}
	}
	return mailcheck.Textf("unknown, and in no list of SASL mechanisms")
}
