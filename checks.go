package mailcheck

import (
	"fmt"
	"slices"
)

// Checks is everything mailcheck can find, family by family along the way a
// connection is made, which is the order `mailcheck explain` lists it in. The
// checks themselves stand in the files checks_*.go, one family each.
var Checks = slices.Concat(
	dnsChecks,
	domainChecks,
	publishedChecks,
	autodiscoverChecks,
	exchangeChecks,
	paccChecks,
	servicesChecks,
	providerChecks,
	oauthChecks,
	contradictionChecks,
	networkChecks,
	reachChecks,
	tlsChecks,
	certificateChecks,
	daneChecks,
	starttlsChecks,
	doorChecks,
	auditChecks,
	greetingChecks,
	healthChecks,
	loginChecks,
	accountChecks,
	lintChecks,
)

// ByID returns the check with that id, or nil.
func ByID(id string) *Check {
	for _, c := range Checks {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// Errorf returns an error that is an occurrence of the check, with the evidence
// as its text.
func (c *Check) Errorf(format string, args ...any) error {
	return &checkError{c, fmt.Errorf(format, args...)}
}

type checkError struct {
	check *Check
	err   error
}

func (e *checkError) Error() string   { return e.err.Error() }
func (e *checkError) Unwrap() error   { return e.err }
func (e *checkError) CheckID() string { return e.check.ID }
