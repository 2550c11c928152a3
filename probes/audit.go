package probes

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"mailcheck"
)

// maxAudit is how many connections the audit of one server may cost, one after
// the other. Scanners make hundreds and get banned; what RFC 9325 judges by can
// be asked with a dozen.
const maxAudit = 12

// injectionWait is how long the answer to a smuggled command is waited for. The
// server has the command already, so this is one round trip and some work.
const injectionWait = 2 * time.Second

// questions are the parts of an audit, in order; the last takes what is left of
// the connections.
var questions = []func(*auditor, context.Context){
	(*auditor).currentVersions, (*auditor).oldVersions, (*auditor).weakSuites, (*auditor).groups,
	(*auditor).withoutName, (*auditor).alpn, (*auditor).injection, (*auditor).suites,
}

const noHost = "name no host"

// auditor asks what a server's TLS accepts beyond what a client uses.
type auditor struct {
	*probe
	found    *mailcheck.TLSAudit
	doubtful []string // questions since the last answer that ended in a closed connection
	banned   bool     // the server does not let further connections in
}

// maxDoubt is how many connections in a row may end without an answer before no
// other is made.
const maxDoubt = 3

// audit fills in the server's TLSAudit, if it was asked for and TLS was reached.
func (p *probe) audit(ctx context.Context) {
	if !p.opts.TLSAudit || p.result.Security == mailcheck.Plain || !slices.ContainsFunc(p.trace.Steps, func(s mailcheck.Step) bool { return s.Op == mailcheck.OpTLS }) {
		return
	}
	a := &auditor{probe: p, found: &mailcheck.TLSAudit{}}
	p.result.TLSAudit, p.further = a.found, maxAudit
	for _, ask := range questions {
		ask(a, ctx)
	}
	a.found.Connections = maxAudit - p.further
	a.found.Unanswered = append(a.doubtful, a.found.Unanswered...)
	a.judge()
}

// ask puts one question to the server's TLS; without an answer it is refused.
func (a *auditor) ask(ctx context.Context, what string, h hello) heard {
	if a.banned {
		a.unanswered(what)
		return heard{}
	}
	answer, err := a.askHello(ctx, mailcheck.OpAudit, what, h, false)
	a.note(what, err)
	return answer
}

// note tells an answer from none. Some servers close the connection where others
// send an alert; but one that answers nothing any more limits connections, and
// what it left open is unknown.
func (a *auditor) note(what string, err error) {
	_, alert := errors.AsType[tls.AlertError](err)
	remote, ok := errors.AsType[*net.OpError](err)
	switch {
	case err == nil, alert, ok && remote.Op == "remote error":
		a.doubtful = nil
	default:
		a.doubtful = append(a.doubtful, what)
		a.banned = errors.Is(err, errNotReached) || len(a.doubtful) >= maxDoubt
	}
}

func (a *auditor) unanswered(what string) { a.found.Unanswered = append(a.found.Unanswered, what) }

// currentVersions tells TLS 1.3 and 1.2. The handshake of the conversation
// offered both, so that its outcome tells about 1.3.
func (a *auditor) currentVersions(ctx context.Context) {
	up := a.result.TLS
	switch {
	case up != nil && up.Version == tls.VersionName(tls.VersionTLS13):
		a.version(tls.VersionTLS13, up.Cipher)
	case up != nil:
		a.version(tls.VersionTLS13, "")
		a.version(tls.VersionTLS12, up.Cipher)
		return
	default:
		h := a.newHello(tls.VersionTLS13)
		h.only, h.suites = true, tls13Suites
		a.answered(tls.VersionTLS13, a.ask(ctx, "offer TLS 1.3 only", h))
	}
	a.answered(tls.VersionTLS12, a.ask(ctx, "offer TLS 1.2", a.newHello(tls.VersionTLS12)))
}

// oldVersions asks for TLS 1.1 and 1.0, which RFC 8996 forbids. A server that
// lacks 1.1 answers the offer of it with 1.0 if it can.
func (a *auditor) oldVersions(ctx context.Context) {
	answer := a.ask(ctx, "offer TLS 1.1 and 1.0", a.newHello(tls.VersionTLS11))
	a.answered(tls.VersionTLS11, answer)
	if answer.version == tls.VersionTLS11 {
		answer = a.ask(ctx, "offer TLS 1.0", a.newHello(tls.VersionTLS10))
	}
	a.answered(tls.VersionTLS10, answer)
}

func (a *auditor) answered(version uint16, h heard) {
	cipher := ""
	if h.version == version {
		cipher = suiteName(h.suite)
	}
	a.version(version, cipher)
}

func (a *auditor) version(version uint16, cipher string) {
	a.found.Versions = append(a.found.Versions, mailcheck.TLSVersion{Version: tls.VersionName(version), Offered: cipher != "", Cipher: cipher})
}

// weakSuites offers nothing but suites that RFC 9325 section 4.1 advises
// against. If the server takes one, the other family is asked for by itself.
func (a *auditor) weakSuites(ctx context.Context) {
	what, rest := "offer broken ciphers and RSA key exchange only", [][]uint16{broken, rsaKeyExchange}
	for len(rest) > 0 {
		h := a.newHello(tls.VersionTLS12)
		h.suites = slices.Concat(rest...)
		answer := a.ask(ctx, what, h)
		if !answer.accepted() {
			return
		}
		check := mailcheck.AuditWeakCipher
		if slices.Contains(rsaKeyExchange, answer.suite) {
			check = mailcheck.AuditNoForwardSecrecy
		}
		a.found.Weak = append(a.found.Weak, suiteName(answer.suite))
		a.trace.Find(check, fmt.Sprintf("offered no other kind, it accepts %s", answer))
		rest = slices.DeleteFunc(rest, func(family []uint16) bool { return slices.Contains(family, answer.suite) })
		what = "offer the other of the two only"
	}
}

// groups tells the preferred key exchange among the post-quantum hybrids and
// among the classic ones. One of the two is known from the conversation.
func (a *auditor) groups(ctx context.Context) {
	if !a.found.Versions[0].Offered {
		return
	}
	for _, list := range [][]uint16{hybridGroups, classicGroups} {
		known := slices.IndexFunc(list, func(id uint16) bool { return a.result.TLS != nil && tls.CurveID(id).String() == a.result.TLS.Curve })
		if known >= 0 {
			a.found.Groups = append(a.found.Groups, groupName(list[known]))
			continue
		}
		h := a.newHello(tls.VersionTLS13)
		h.only, h.suites, h.groups = true, tls13Suites, list
		if answer := a.ask(ctx, "offer "+groupName(list[0])+" and its kin", h); answer.group != 0 {
			a.found.Groups = append(a.found.Groups, groupName(answer.group))
		}
	}
}

// withoutName looks at what clients get that send no SNI (RFC 6066 section 3).
func (a *auditor) withoutName(ctx context.Context) {
	up := a.result.TLS
	if a.banned || up == nil || len(up.Chain) == 0 || a.newHello(tls.VersionTLS12).serverName == "" {
		return
	}
	leaf, err := further(ctx, a.probe, mailcheck.OpAudit, noHost, false, func(q *probe) (tls.ConnectionState, string, error) {
		state, err := q.shakeHands(ctx, "")
		return state, "a handshake without SNI works", err
	})
	a.note(noHost, err)
	switch {
	case errors.Is(err, errNotReached):
	case err != nil:
		a.found.WithoutSNI = "refused"
	case fingerprint(leaf.PeerCertificates[0].Raw) == up.Chain[0].SHA256:
		a.found.WithoutSNI = "the same certificate"
	default:
		names := mailcheck.Clean(some(mailcheck.CertificateNames(leaf.PeerCertificates[0])))
		a.found.WithoutSNI = "a certificate for " + names
		if leaf.PeerCertificates[0].VerifyHostname(a.result.Host) != nil {
			a.trace.Find(mailcheck.TLSSNINeeded, "without SNI it shows a certificate for "+names)
		}
	}
}

func fingerprint(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// alpnNames are the registered names (RFC 7301, IANA registry of ALPN protocol
// ids); submission has none.
var alpnNames = map[mailcheck.Protocol]string{mailcheck.IMAP: "imap", mailcheck.POP3: "pop3"}

// alpn offers the protocol's name. RFC 9325 section 3.7 wants servers to take
// part in it, against attacks that cross protocols; almost no mail server does,
// so that it is told and not judged.
func (a *auditor) alpn(ctx context.Context) {
	name, registered := alpnNames[a.result.Protocol]
	if !registered || a.banned || a.result.TLS == nil {
		return
	}
	what := "offer ALPN " + name
	state, err := further(ctx, a.probe, mailcheck.OpAudit, what, false, func(q *probe) (tls.ConnectionState, string, error) {
		state, err := q.shakeHands(ctx, a.newHello(tls.VersionTLS12).serverName, name)
		return state, fmt.Sprintf("chosen: %q", state.NegotiatedProtocol), err
	})
	a.note(what, err)
	switch {
	case errors.Is(err, errNotReached):
	case err != nil:
		a.found.ALPN = name + " refused"
	case state.NegotiatedProtocol == "":
		a.found.ALPN = "ignored"
	default:
		a.found.ALPN = mailcheck.Clean(state.NegotiatedProtocol)
	}
}

// injection sends a harmless command in the packet of STARTTLS, as somebody on
// the way could. A server that carries it out inside TLS has not thrown away what
// it read in clear (CVE-2011-0411): its answer then comes although nothing was
// asked inside TLS.
func (a *auditor) injection(ctx context.Context) {
	if a.result.Security != mailcheck.StartTLS || a.banned || a.result.TLS == nil {
		return
	}
	command := map[mailcheck.Protocol]string{mailcheck.IMAP: "a2 NOOP", mailcheck.POP3: "CAPA", mailcheck.Submission: "NOOP"}[a.result.Protocol]
	const what = "send a command along with STARTTLS"
	answer, err := further(ctx, a.probe, mailcheck.OpAudit, what, true, func(q *probe) (string, string, error) {
		consented, err := q.requestTLS(command)
		if err != nil || !consented || q.goAhead() != nil {
			return "", "the server does not start TLS then", nil
		}
		if _, err := q.shakeHands(ctx, a.newHello(tls.VersionTLS12).serverName); err != nil {
			return "", "the handshake then fails", nil
		}
		q.conn.SetReadDeadline(time.Now().Add(injectionWait))
		reply := make([]byte, 200)
		n, _ := q.conn.Read(reply)
		return string(reply[:n]), fmt.Sprintf("answered inside TLS: %q", reply[:n]), nil
	})
	a.note(what, err)
	switch {
	case errors.Is(err, errNotReached):
	case answer == "":
		a.found.Injection = "not carried out"
	default:
		a.found.Injection = "carried out"
		line, _, _ := strings.Cut(answer, "\r\n")
		a.trace.Find(mailcheck.StartTLSCommandInjection, fmt.Sprintf("%s, sent unencrypted along with STARTTLS, was answered inside TLS: %q", command, line))
	}
}

// suites lists the TLS 1.2 suites with forward secrecy in the server's order:
// each question leaves out what was chosen before.
func (a *auditor) suites(ctx context.Context) {
	preferred := a.found.Versions[1] // TLS 1.2
	a.found.AllCiphers = !preferred.Offered
	h := a.newHello(tls.VersionTLS12)
	h.suites = slices.DeleteFunc(slices.Clone(forwardSecret), func(id uint16) bool { return suiteName(id) == preferred.Cipher })
	if len(h.suites) < len(forwardSecret) {
		a.found.Ciphers = append(a.found.Ciphers, preferred.Cipher)
	}
	for preferred.Offered && a.further > 0 && !a.banned && ctx.Err() == nil {
		answer := a.ask(ctx, "offer the TLS 1.2 ciphers not chosen yet", h)
		i := slices.Index(h.suites, answer.suite)
		if answer.version != tls.VersionTLS12 || i < 0 {
			a.found.AllCiphers = !a.banned
			return
		}
		a.found.Ciphers = append(a.found.Ciphers, suiteName(answer.suite))
		h.suites = slices.Delete(h.suites, i, i+1)
	}
}

// judge finds what needs all the answers.
func (a *auditor) judge() {
	var old []string
	for _, v := range a.found.Versions[2:] {
		if v.Offered {
			old = append(old, v.Version+" with "+v.Cipher)
		}
	}
	failed := slices.ContainsFunc(a.trace.Findings(), func(f mailcheck.Finding) bool { return f.Check == mailcheck.TLSOldProtocol })
	if len(old) > 0 && !failed {
		a.trace.Find(mailcheck.AuditOldVersion, "it accepts "+strings.Join(old, ", "))
	}
	if len(a.found.Unanswered) > 0 {
		a.found.AllCiphers = false
		if slices.Contains(a.found.Unanswered, noHost) {
			a.found.WithoutSNI = ""
		}
		return // the rest is about what was refused, and nobody knows whether it was
	}
	if a.found.WithoutSNI == "refused" {
		a.trace.Find(mailcheck.TLSSNINeeded, "without SNI the handshake fails")
	}
	switch {
	case failed:
	case best(a.found.Versions) == "":
	case !a.found.Versions[0].Offered:
		a.trace.Find(mailcheck.AuditNoTLS13, "its best is "+best(a.found.Versions))
	case !slices.ContainsFunc(hybridGroups, func(id uint16) bool { return slices.Contains(a.found.Groups, groupName(id)) }):
		a.trace.Find(mailcheck.AuditNoHybrid, "in TLS 1.3 it chooses "+announced(a.found.Groups))
	}
}

// best returns the newest version that is offered, if any is.
func best(versions []mailcheck.TLSVersion) string {
	for _, v := range versions {
		if v.Offered {
			return v.Version
		}
	}
	return ""
}
