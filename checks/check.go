package checks

import "slices"

// Severity orders how bad a finding is. The zero value is OK.
type Severity int

// The severities, from good to bad.
const (
	OK      Severity = iota
	Info             // worth knowing, nothing to mend
	Warning          // works now, or works for some clients only
	Failure          // does not work
)

func (s Severity) String() string {
	return [...]string{"ok", "info", "warning", "failure"}[s]
}

// Who names the person who can mend a fault.
type Who string

// The people who act.
const (
	User     Who = "user"    // the person with the account
	Admin    Who = "admin"   // whoever publishes the domain's DNS and settings
	Operator Who = "server"  // whoever runs the mail server
	Network  Who = "network" // whoever runs the network or the resolver in between
)

// Check is something mailcheck can find. [Families] lists them.
type Check struct {
	ID       string // stable, never reused, such as "tls.expired"
	Severity Severity
	Who      Who
	Summary  string // what is wrong, one plain sentence
	Remedy   string // what that person should do
	Ref      string // RFC section or vendor page
}

// Is reports whether both are the same check, of whatever version of mailcheck their texts
// are.
func (c *Check) Is(other *Check) bool {
	return c == other || c != nil && other != nil && c.ID == other.ID
}

// RejectsCredentials reports whether a server that refuses a login so has judged
// the credentials themselves. To send them again may lock the account.
func (c *Check) RejectsCredentials() bool {
	return slices.ContainsFunc([]*Check{
		LoginRejected, LoginUnknown, LoginAppPassword, LoginBrowser, LoginPasswordExpired, LoginTokenRejected, LoginCertificateRejected, LoginDisabled,
	}, c.Is)
}

// OfAccount reports whether a refusal with this meaning is about the account, so that
// several servers which refuse so have one reason, whatever their words are.
func (c *Check) OfAccount() bool {
	return c.RejectsCredentials() || slices.ContainsFunc([]*Check{
		LoginBasicDisabled, LoginPolicy, LoginProtocolOff, LoginNotAuthorized, LoginThrottled, LoginLimit,
	}, c.Is)
}
