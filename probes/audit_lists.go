package probes

import (
	"context"
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
	"sync"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/tlsask"
)

// choices are what a server accepts of one kind. All is offered, the server chooses
// one, which is left out of the next offer, until it refuses what is left: one
// connection for each entry, in the order of the server's preference.
type choices struct {
	what    string // such as "TLS 1.2 cipher suites"
	version uint16
	offer   func(left []uint16) tlsask.Hello
	choice  func(tlsask.Answer) uint16
	left    []uint16 // not chosen yet
	chosen  []tlsask.Answer
	over    bool
	order   string // whose preference it is
}

// lists prepares the lists. The handshake of the conversation offered TLS 1.3 and
// 1.2, so that a server that answered with 1.2 does not have 1.3.
func (a *auditor) lists() {
	for version := uint16(tls.VersionTLS13); version >= tls.VersionTLS10; version-- {
		l := &choices{what: tls.VersionName(version) + " cipher suites", version: version, left: tlsask.OlderSuites,
			choice: func(h tlsask.Answer) uint16 { return h.Suite }}
		l.offer = func(left []uint16) tlsask.Hello {
			h := a.newHello(version)
			h.Suites, h.Compress, h.Further = left, true, true
			return h
		}
		if version == tls.VersionTLS13 {
			l.left, l.offer = tlsask.TLS13Suites, func(left []uint16) tlsask.Hello {
				return a.hello13(left, slices.Concat(tlsask.HybridGroups, tlsask.ClassicGroups))
			}
			l.over = a.result.TLS != nil && a.result.TLS.Version != tls.VersionName(version)
		}
		a.versions = append(a.versions, l)
	}
	a.groups = &choices{what: "TLS 1.3 groups", version: tls.VersionTLS13, left: slices.Concat(tlsask.HybridGroups, tlsask.ClassicGroups),
		choice: func(h tlsask.Answer) uint16 { return h.Group },
		offer:  func(left []uint16) tlsask.Hello { return a.hello13(tlsask.TLS13Suites, left) }}
}

// hello13 offers TLS 1.3 alone.
func (a *auditor) hello13(suites, groups []uint16) tlsask.Hello {
	return tlsask.Hello{ServerName: a.serverName(), Newest: tls.VersionTLS13, Only: true, Suites: suites, Groups: groups}
}

// alertHandshakeFailure says that nothing offered will do (RFC 8446 section 6.2).
const alertHandshakeFailure = 40

// next finds the next entry of a list.
func (a *auditor) next(ctx context.Context, l *choices) {
	if l.over {
		return
	}
	h := l.offer(l.left)
	answer, err := a.ask(ctx, l.what, h)
	if rest := slices.DeleteFunc(slices.Clone(l.left), tlsask.FiniteField); !answer.Accepted() && answer.Alert != alertHandshakeFailure &&
		len(l.chosen) > 0 && len(rest) < len(l.left) && a.found.CutShort.Empty() {
		// It may have failed at its own choice: Dovecot 2.3 is installed without
		// parameters for finite-field Diffie-Hellman, and hangs up when it needs them.
		l.left, l.over = rest, len(rest) == 0
		return
	}
	if err != nil && a.found.CutShort.Empty() {
		answer, err = a.ask(ctx, l.what, h) // to hang up may be a refusal or an accident; twice, it is none
	}
	i := slices.Index(l.left, l.choice(answer))
	switch {
	case err != nil || answer.Version != l.version:
		l.over = true
		return
	case i < 0: // it chooses what was not offered, against RFC 8446 section 4.1.3
		l.over = true
		a.unanswered(l.what)
		return
	}
	a.known = &h
	l.chosen = append(l.chosen, answer)
	l.left = slices.Delete(slices.Clone(l.left), i, i+1)
	l.over = len(l.left) == 0
}

// firstChoices tells which versions there are.
func (a *auditor) firstChoices(ctx context.Context) {
	for _, l := range a.versions {
		a.next(ctx, l)
	}
	if len(a.versions[0].chosen) == 0 {
		a.groups.over = true
	}
	a.next(ctx, a.groups)
}

// otherChoices completes the lists: that of TLS 1.2, mostly the longest, beside
// the others.
func (a *auditor) otherChoices(ctx context.Context) {
	a.settle(ctx)
	lanes := [][]*choices{{a.versions[1]}, {a.groups, a.versions[0], a.versions[2], a.versions[3]}}
	connections := a.further / len(lanes)
	branches := make([]*auditor, len(lanes))
	var work sync.WaitGroup
	for i, lane := range lanes {
		branches[i] = a.branch(connections)
		work.Go(func() { branches[i].complete(ctx, lane) })
	}
	work.Wait()
	for _, b := range branches {
		a.join(b, connections)
	}
}

func (a *auditor) complete(ctx context.Context, lists []*choices) {
	for _, l := range lists {
		for !l.over {
			a.next(ctx, l)
		}
	}
	a.settle(ctx)
}

// preferences tells whether the order of a list is the server's own: one that has
// none takes the first suite of the client's. Suites with ChaCha20 do not take
// part, as servers may prefer them for clients without AES in hardware alone.
func (a *auditor) preferences(ctx context.Context) {
	for _, l := range a.versions {
		plain := slices.DeleteFunc(slices.Clone(l.chosen), func(h tlsask.Answer) bool { return strings.Contains(tlsask.SuiteName(h.Suite), "CHACHA20") })
		if len(plain) < 2 || !a.found.CutShort.Empty() {
			continue
		}
		first, last := plain[0].Suite, plain[len(plain)-1].Suite
		switch answer, err := a.ask(ctx, fmt.Sprintf("offer the last of the %s before the first", l.what), l.offer([]uint16{last, first})); {
		case err != nil:
		case answer.Suite == first:
			l.order = "server"
		case answer.Suite == last:
			l.order = "client"
		}
	}
}

// tell puts the lists into the result.
func (a *auditor) tell() {
	complete := func(l *choices) bool { return !slices.Contains(a.found.Unanswered, l.what) }
	for _, l := range a.versions {
		v := mailcheck.TLSVersion{Version: tls.VersionName(l.version), Offered: len(l.chosen) > 0, Complete: complete(l), Order: l.order}
		for _, h := range l.chosen {
			v.Suites = append(v.Suites, tlsask.JudgeSuite(h))
		}
		if v.Offered {
			v.Cipher = v.Suites[0].Name
		}
		a.found.Versions = append(a.found.Versions, v)
		a.summarize(v)
	}
	for _, h := range a.groups.chosen {
		a.found.Groups = append(a.found.Groups, tlsask.GroupName(h.Group))
		a.found.Hybrid = a.found.Hybrid || slices.Contains(tlsask.HybridGroups, h.Group)
	}
	a.found.AllGroups = complete(a.groups)
	for _, l := range a.versions[1:] {
		if len(l.chosen) == 0 {
			continue
		}
		agreed := func(extension uint16) bool { return slices.Contains(l.chosen[0].Extensions, extension) }
		a.found.Handshake = &mailcheck.TLSHandshake{
			SecureRenegotiation: agreed(tlsask.ExtRenegotiation), ExtendedMasterSecret: agreed(tlsask.ExtMasterSecret),
			SessionTickets: agreed(tlsask.ExtTicket), Compression: l.chosen[0].Compressed,
		}
		return
	}
}

// summarize puts the suites of a version into the lists that are about all of them.
func (a *auditor) summarize(v mailcheck.TLSVersion) {
	for _, s := range v.Suites {
		f := tlsask.FamilyOf(s.Name)
		if v.Version == tls.VersionName(tls.VersionTLS12) && (f == nil || f.Check == checks.AuditFiniteField) {
			a.found.Ciphers = append(a.found.Ciphers, s.Name)
		}
		if (s.Strength == mailcheck.Forbidden || s.Strength == mailcheck.Discouraged) && !slices.Contains(a.found.Weak, s.Name) {
			a.found.Weak = append(a.found.Weak, s.Name)
		}
	}
	if v.Version == tls.VersionName(tls.VersionTLS12) {
		a.found.AllCiphers = v.Complete
	}
}
