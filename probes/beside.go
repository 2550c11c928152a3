package probes

import (
	"errors"
	"slices"
	"strings"

	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// A server may say the reason of a refusal beside it, in untagged lines (RFC 9051
// section 7.1). Before TLS they are shown as evidence, and obeyed in nothing.

// inFull returns everything by which the server refused, and what it wants a user to
// know.
func (r imapReply) inFull() string {
	words := slices.Clone(r.alerts)
	if refusal := r.refusal(); refusal != "" {
		words = append(words, refusal)
	}
	return strings.Join(words, " / ")
}

// besides gives the error of a reply that broke off what the server said beside it, and
// a goodbye the reason that it names. A server that refused what it could not read, and
// does not answer the command, has read something else.
func (p *probe) besides(r imapReply, err error) error {
	if err != nil {
		p.strayRefusals(r)
	}
	if e, ok := errors.AsType[*checks.Error](err); ok && e.Check == checks.ReplyClosed {
		return trace.ClassifyTurnedAway(r.inFull(), e.Check).Errorf("%s", r.inFull())
	}
	return err
}
