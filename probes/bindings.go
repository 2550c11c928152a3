package probes

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/sasl"
)

// bindings returns the types of channel binding that the connection has.
func (p *probe) bindings() []sasl.Binding {
	conn, ok := p.conn.(*tls.Conn)
	if !ok {
		return nil
	}
	state := conn.ConnectionState()
	return slices.DeleteFunc(bindingsOf(state.Version), func(b sasl.Binding) bool {
		_, err := boundBy(b, state)
		return err != nil
	})
}

// bindingsOf returns the types that a version of TLS has, the default one first: which of
// them the server takes it does not say. tls-unique is none in TLS 1.3 (RFC 9266 section 3).
func bindingsOf(version uint16) []sasl.Binding {
	if version >= tls.VersionTLS13 {
		return []sasl.Binding{sasl.Exporter, sasl.EndPoint}
	}
	return []sasl.Binding{sasl.Unique, sasl.EndPoint}
}

// boundBy returns what a type of binding ties a login to on a connection.
func boundBy(b sasl.Binding, state tls.ConnectionState) ([]byte, error) {
	switch b {
	case sasl.Exporter:
		return state.ExportKeyingMaterial("EXPORTER-Channel-Binding", nil, 32) // RFC 9266 section 2
	case sasl.EndPoint:
		return endPoint(state.PeerCertificates)
	}
	// Without the extended master secret two connections can be made to share it (RFC 7627
	// section 1); nothing is exported then either.
	if _, err := state.ExportKeyingMaterial("EXPORTER-Channel-Binding", nil, 32); err != nil {
		return nil, err
	}
	if len(state.TLSUnique) == 0 {
		return nil, errNothingBound
	}
	return state.TLSUnique, nil
}

// errNothingBound is of connections and certificates to which a type of binding does not
// apply.
var errNothingBound = errors.New("it does not apply to this connection")

// endPoint hashes the server's certificate as its signature does, but for hashes that are
// too weak (RFC 5929 section 4.1); a signature without a hash of its own leaves it open.
func endPoint(sent []*x509.Certificate) ([]byte, error) {
	if len(sent) == 0 {
		return nil, errNothingBound
	}
	var sum []byte
	switch raw := sent[0].Raw; sent[0].SignatureAlgorithm {
	case x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1,
		x509.SHA256WithRSA, x509.SHA256WithRSAPSS, x509.DSAWithSHA256, x509.ECDSAWithSHA256:
		s := sha256.Sum256(raw)
		sum = s[:]
	case x509.SHA384WithRSA, x509.SHA384WithRSAPSS, x509.ECDSAWithSHA384:
		s := sha512.Sum384(raw)
		sum = s[:]
	case x509.SHA512WithRSA, x509.SHA512WithRSAPSS, x509.ECDSAWithSHA512:
		s := sha512.Sum512(raw)
		sum = s[:]
	default:
		return nil, errNothingBound
	}
	return sum, nil
}

// bind notes what a login is tied to.
func (p *probe) bind(e *entry) error {
	if !e.mechanism.Binding.Ties() {
		return nil
	}
	conn, ok := p.conn.(*tls.Conn)
	if !ok {
		return checks.LoginFailed.Errorf("the connection has nothing to bind to")
	}
	state := conn.ConnectionState()
	var err error
	if e.Bound, err = boundBy(e.mechanism.Binding, state); err != nil {
		return checks.LoginFailed.Errorf("the connection has no %s: %v", string(e.mechanism.Binding), err)
	}
	return nil
}

// judgeBindings tells what the refusal of a login means that speaks of channel binding. It
// is about the binding only if the same user gets in with the same password without one.
func (t *tries) judgeBindings() {
	var refused []made
	mismatch := false
	for _, o := range t.made {
		if o.mechanism.Binding == sasl.NotBound || o.ok() {
			continue
		}
		way := bound(t.nameOf(o.mechanism), o.mechanism.Binding)
		switch check := t.bindingCheck(o); {
		case check == checks.LoginBindingRefused && t.boundIn(): // another type is taken, which is enough
		case check == checks.LoginBindingRefused:
			refused = append(refused, o)
		case check == checks.LoginBindingStripped && check != o.check:
			t.put(o, check, mailcheck.Evidencef("%s is refused (%s), and accepted without the flag that says that the list has no -PLUS", way, o.reply))
			t.p.trace.Steps[o.step].Findings[0].Severity = checks.Warning // the server may not know the flag
		case check != nil:
			mismatch = mismatch || check == checks.LoginBindingMismatch
			t.put(o, check, mailcheck.Evidencef("%s is refused (%s)", way, o.reply))
		}
	}
	if len(refused) > 0 && !mismatch {
		var words []mailcheck.Text
		for _, o := range refused {
			words = append(words, mailcheck.Evidencef("%s: %s", bound(t.nameOf(o.mechanism), o.mechanism.Binding), o.reply))
		}
		t.put(refused[0], checks.LoginBindingRefused, mailcheck.Evidencef("over %s %s", t.p.result.TLS.Version, mailcheck.Joined(words, "; ")))
	}
}

// put gives the step of a login another finding.
func (t *tries) put(o made, check *checks.Check, detail mailcheck.Text) {
	t.p.trace.Steps[o.step].Findings = []mailcheck.Finding{mailcheck.NewFindingText(check, detail)}
}

// bindingCheck names what a refused login that speaks of channel binding has found; nil
// where it cannot be told from a wrong password.
func (t *tries) bindingCheck(o made) *checks.Check {
	switch {
	case o.check == checks.LoginBindingMismatch || o.check == checks.LoginBindingStripped || o.check == checks.LoginBindingRefused:
		return o.check
	case !t.known(o):
		return nil
	case o.mechanism.Binding == sasl.NotOffered && t.twinIn(o):
		return checks.LoginBindingStripped
	case o.mechanism.Binding == sasl.NotOffered:
		return nil
	case o.mechanism.Binding == sasl.Unique:
		return checks.LoginBindingMismatch // whoever binds has this one (RFC 5802 section 6.1)
	}
	return checks.LoginBindingRefused
}

// known reports whether the user of a login got in without a binding.
func (t *tries) known(o made) bool {
	return slices.ContainsFunc(t.made, func(m made) bool {
		return m.ok() && m.mechanism.Takes == o.mechanism.Takes && strings.EqualFold(m.User, o.User)
	})
}

// twinIn reports whether the same mechanism let the user in without a word of binding.
func (t *tries) twinIn(o made) bool {
	return slices.ContainsFunc(t.made, func(m made) bool {
		return m.ok() && m.mechanism.Name == o.mechanism.Name && m.mechanism.Binding == sasl.NotBound
	})
}

// boundIn reports whether a login that is tied to the connection was accepted.
func (t *tries) boundIn() bool {
	return slices.ContainsFunc(t.made, func(m made) bool { return m.ok() && m.mechanism.Binding.Ties() })
}

// noBindingLeft reports whether each type of binding that the connection has was refused.
func (t *tries) noBindingLeft() bool {
	kinds := t.p.bindings()
	for _, o := range t.made {
		if o.mechanism.Binding.Ties() && !o.ok() {
			kinds = slices.DeleteFunc(kinds, func(b sasl.Binding) bool { return b == o.mechanism.Binding })
		}
	}
	return len(kinds) == 0
}
