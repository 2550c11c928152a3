package document

// Issuer is an OAuth2 authorization server as a settings file names it.
type Issuer struct {
	Name   string   // URL, or the host name alone
	Scopes []string // what a mail program should ask for
}

// MaxIssuers is the number of issuers that one file, and one run, may name.
const MaxIssuers = 4
