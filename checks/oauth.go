package checks

var oauthChecks = []*Check{
	OAuthMetadataMissing, OAuthMetadataInvalid, OAuthIssuerMismatch, OAuthIssuerInvalid,
}

var (
	OAuthMetadataMissing = &Check{"oauth.metadata-missing", Warning, Admin,
		"The settings name a sign-in server (OAuth2 issuer) that does not say how to use it, so mail programs cannot offer its sign-in page.",
		"Serve the issuer's metadata as JSON, readable without a login, at the first URL in the evidence.",
		"RFC 8414 section 3"}
	OAuthMetadataInvalid = &Check{"oauth.metadata-invalid", Warning, Admin,
		"What the sign-in server (OAuth2 issuer) says about itself cannot be used by a mail program.",
		"The metadata must be one JSON object with issuer, authorization_endpoint and token_endpoint, the last two https URLs.",
		"RFC 8414 sections 2 and 3.2"}
	OAuthIssuerMismatch = &Check{"oauth.issuer-mismatch", Warning, Admin,
		"The sign-in server (OAuth2 issuer) calls itself by another name than the settings do; careful mail programs then refuse to use it.",
		"Make the issuer in the settings the same as the issuer in the metadata, letter for letter.",
		"RFC 8414 section 3.3"}
	OAuthIssuerInvalid = &Check{"oauth.issuer-invalid", Warning, Admin,
		"The settings name a sign-in server (OAuth2 issuer) in a form that cannot be used.",
		"The issuer must be an https URL without user name, query or fragment, such as https://auth.example.com.",
		"RFC 8414 section 2"}
)
