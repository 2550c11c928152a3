package autoconfig

import (
	"context"
	"errors"

	"mailcheck"
	"mailcheck/internal/dnssec"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

// prove asks whether the records of an answer are signed, as a step that cannot fail.
// The error is why not.
func (s *search) prove(ctx context.Context, t *trace.Trace, question string, meta netx.Meta) (err error) {
	look(ctx, t, mailcheck.OpLookup, question+" DNSSEC", func(ctx context.Context) mailcheck.Text {
		ctx, cancel := context.WithTimeout(ctx, proofPatience)
		defer cancel()
		err = s.net.Prove(ctx, meta)
		if err == nil {
			return mailcheck.Textf("proven")
		}
		return mailcheck.Textf("not proven: %s", whyUnproven(err))
	})
	return err
}

// flawOf returns why something is not proven. That the time ran out is no answer.
func flawOf(err error) dnssec.Flaw {
	if e, ok := errors.AsType[*dnssec.Unproven](err); ok {
		return e.Flaw
	}
	return dnssec.NoAnswer
}

// proofOf says what is known of records where proving them came to err.
func proofOf(err error) mailcheck.Proof {
	if err == nil {
		return mailcheck.Proven
	}
	switch flawOf(err) {
	case dnssec.Unsigned:
		return mailcheck.Unsigned
	case dnssec.Withheld, dnssec.NoAnswer:
		return mailcheck.Unknown
	}
	return mailcheck.Unproven
}

// whyUnproven says it in words.
func whyUnproven(err error) mailcheck.Text {
	e, ok := errors.AsType[*dnssec.Unproven](err)
	switch {
	case !ok:
		return mailcheck.Textf("the DNS resolver did not hand over the signatures in time")
	case e.Flaw == dnssec.Withheld:
		return mailcheck.Textf("the DNS resolver hands over no DNSSEC signatures")
	case e.Flaw == dnssec.Stripped:
		return mailcheck.Textf("its DNSSEC signature is missing, which somebody on the way has taken out, or the DNS server has a zone of its own (%v)", e)
	case e.Flaw == dnssec.Wrong:
		return mailcheck.Textf("the DNSSEC signatures prove nothing (%v)", e)
	case e.Flaw == dnssec.Unsigned:
		return mailcheck.Textf("it is not signed with DNSSEC")
	case e.Flaw == dnssec.Island:
		return mailcheck.Textf("it is signed with DNSSEC, and nothing vouches for the keys (%v)", e)
	}
	return mailcheck.Textf("DNSSEC could not be checked (%v)", e)
}
