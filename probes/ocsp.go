package probes

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/ocsp"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/keys"
)

// The certificate extensions that are read here.
var (
	oidSCTs       = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2} // RFC 6962 section 3.3
	oidTLSFeature = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 24}       // RFC 7633
)

// statusRequest is the number of the TLS extension by which a server staples an
// OCSP answer; a certificate that lists it as a TLS feature is called must-staple.
const statusRequest = 5

// staple judges the OCSP answer that the server sent with its certificate (RFC
// 6066 section 8). mailcheck does not ask the authority itself: mail clients
// seldom do, and it would tell the authority who tests what.
func (p *probe) staple(state tls.ConnectionState, path []*x509.Certificate) {
	leaf := state.PeerCertificates[0]
	var issuer *x509.Certificate
	if len(path) > 1 {
		issuer = path[1]
	}
	var valid bool
	if len(state.OCSPResponse) > 0 {
		answer, evidence := readStaple(state.OCSPResponse, leaf, issuer, time.Now())
		p.result.TLS.OCSP = answer
		valid = answer.Status == "good"
		switch answer.Status {
		case "revoked":
			p.trace.FindText(checks.TLSRevoked, evidence)
			return // whatever the staple lacks beside that does not matter
		case "stale", "unreadable":
			p.trace.FindText(checks.TLSOCSPStale, evidence)
		}
	}
	if mustStaple(leaf) && !valid {
		if p.result.TLS.OCSP == nil {
			p.trace.Find(checks.TLSMustStapleMissing, "no OCSP answer is stapled")
			return
		}
		p.trace.Find(checks.TLSMustStapleMissing, "the stapled OCSP answer is %s", p.result.TLS.OCSP.Status)
	}
}

// readStaple reads an OCSP answer (RFC 6960 section 4.2) and says what is wrong
// with it.
func readStaple(raw []byte, leaf, issuer *x509.Certificate, now time.Time) (*mailcheck.OCSP, mailcheck.Text) {
	if err := keys.CheckOCSP(raw); err != nil {
		return &mailcheck.OCSP{Status: "unreadable"}, mailcheck.Evidencef("the stapled OCSP answer: %s", err.Error())
	}
	answer, err := ocsp.ParseResponseForCert(raw, leaf, issuer)
	if refusal, ok := errors.AsType[ocsp.ResponseError](err); ok {
		return &mailcheck.OCSP{Status: "unreadable"}, mailcheck.Evidencef("instead of an answer the authority's %q is stapled", refusal.Status)
	} else if err != nil {
		return &mailcheck.OCSP{Status: "unreadable"}, unreadable(raw, err)
	}
	result := &mailcheck.OCSP{Status: "good", ThisUpdate: answer.ThisUpdate, NextUpdate: answer.NextUpdate}
	switch {
	case issuer == nil:
		result.Status = "unverified" // without the issuer's key anybody could have written it
	case answer.Status == ocsp.Revoked:
		result.Status = "revoked"
		return result, mailcheck.Evidencef("revoked on %s, reason: %s", day(answer.RevokedAt), revocationReason(answer.RevocationReason))
	case !answer.NextUpdate.IsZero() && now.After(answer.NextUpdate):
		result.Status = "stale"
		return result, mailcheck.Evidencef("the stapled OCSP answer was good until %s, %s ago", day(answer.NextUpdate), mailcheck.Span(now.Sub(answer.NextUpdate)))
	case answer.Status != ocsp.Good:
		result.Status = "unknown"
	}
	return result, mailcheck.Text{}
}

// unreadable says what is wrong with a staple; where it is no OCSP answer at all,
// the decoder's words would help nobody.
func unreadable(raw []byte, err error) mailcheck.Text {
	if reason, ok := errors.AsType[ocsp.ParseError](err); ok {
		return mailcheck.Evidencef("the stapled OCSP answer: %s", string(reason))
	}
	return mailcheck.Evidencef("what is stapled is no OCSP answer (%d bytes)", len(raw))
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// revocationReason returns the word of RFC 5280 section 5.3.1.
func revocationReason(code int) mailcheck.Text {
	words := map[int]string{
		ocsp.KeyCompromise: "key compromise", ocsp.CACompromise: "compromise of the authority", ocsp.AffiliationChanged: "affiliation changed",
		ocsp.Superseded: "superseded by a new certificate", ocsp.CessationOfOperation: "cessation of operation",
		ocsp.CertificateHold: "on hold", ocsp.PrivilegeWithdrawn: "privilege withdrawn",
	}
	if word := words[code]; word != "" {
		return mailcheck.Text{Format: word}
	}
	return mailcheck.Textf("none given")
}

// mustStaple reports whether a certificate demands a stapled OCSP answer.
func mustStaple(c *x509.Certificate) bool {
	var features []int
	if _, err := asn1.Unmarshal(extension(c.Extensions, oidTLSFeature), &features); err != nil {
		return false
	}
	for _, f := range features {
		if f == statusRequest {
			return true
		}
	}
	return false
}

// timestamps counts the promises of certificate transparency logs that came with
// a certificate: in the handshake and inside it. Apple's clients refuse public
// certificates without them.
func timestamps(state tls.ConnectionState) int {
	var list []byte
	if _, err := asn1.Unmarshal(extension(state.PeerCertificates[0].Extensions, oidSCTs), &list); err != nil {
		return len(state.SignedCertificateTimestamps)
	}
	embedded, err := countSCTs(list)
	if err != nil {
		return len(state.SignedCertificateTimestamps)
	}
	return len(state.SignedCertificateTimestamps) + embedded
}

// countSCTs counts the entries of a SignedCertificateTimestampList (RFC 6962
// section 3.3).
func countSCTs(raw []byte) (int, error) {
	in := cryptobyte.String(raw)
	var list, one cryptobyte.String
	if !in.ReadUint16LengthPrefixed(&list) || !in.Empty() {
		return 0, errors.New("read SCT list: wrong length")
	}
	n := 0
	for ; !list.Empty(); n++ {
		if !list.ReadUint16LengthPrefixed(&one) || one.Empty() {
			return 0, errors.New("read SCT list: wrong length of an entry")
		}
	}
	return n, nil
}

// extension returns the value of a certificate extension, or nil.
func extension(all []pkix.Extension, id asn1.ObjectIdentifier) []byte {
	for _, e := range all {
		if e.Id.Equal(id) {
			return bytes.Clone(e.Value)
		}
	}
	return nil
}
