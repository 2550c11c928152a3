package probes

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"net"
	"slices"
	"strings"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/tlsask"
	"mailcheck/internal/trace"
)

const (
	// maxAudit is how many connections the audit of one server may cost. A server
	// with good settings is done with some thirty; one that accepts all that its TLS
	// library has, in four versions, with a hundred and forty.
	maxAudit = 200

	// maxTalks is how many questions are put to one address at a time, whose
	// services may all count connections together.
	maxTalks = 3

	// maxDoubt is how many connections in a row may end without an answer before
	// the server is asked something that it has answered already.
	maxDoubt = 3
)

// questions are the parts of an audit, in order: those that tell much with one
// connection come first, in case the server has enough of us.
var questions = []func(*auditor, context.Context){
	(*auditor).firstChoices, (*auditor).withoutName, (*auditor).alpn, (*auditor).otherALPN, (*auditor).injection,
	(*auditor).otherChoices, (*auditor).preferences,
}

const noHost = "name no host"

// Why an audit ends early.
var (
	outOfTime  = mailcheck.Textf("the time of the run is over")
	turnedAway = mailcheck.Textf("the server lets nobody in any more")
)

// auditor asks what a server's TLS accepts beyond what a client uses.
type auditor struct {
	*probe
	found    *mailcheck.TLSAudit
	versions []*choices
	groups   *choices
	known    *tlsask.Hello     // a question that the server has answered
	doubtful []string          // questions since the last answer that ended in a closed connection
	forget   map[string]func() // take back what the questions about single facts found, in case they turn out to be unanswered
	nameless bool              // no handshake without SNI
}

// audit fills in the server's TLSAudit, if it was asked for and TLS was reached.
func (p *probe) audit(ctx context.Context) {
	if !p.opts.TLSAudit || p.result.Security == mailcheck.Plain || !slices.ContainsFunc(p.trace.Steps, func(s mailcheck.Step) bool { return s.Op == mailcheck.OpTLS }) {
		return
	}
	a := &auditor{probe: p, found: &mailcheck.TLSAudit{}, forget: map[string]func(){}}
	p.result.TLSAudit, p.further = a.found, maxAudit
	a.lists()
	for _, ask := range questions {
		ask(a, ctx)
	}
	a.settle(ctx)
	a.found.Connections = maxAudit - p.further
	for _, what := range a.doubtful {
		a.unanswered(what)
	}
	for _, what := range a.found.Unanswered {
		if forget := a.forget[what]; forget != nil {
			forget() // that it refused was a mistake
		}
	}
	a.tell()
	a.judge()
}

// put asks one question over a connection of its own; without an answer it counts
// as refused.
func put[T any](ctx context.Context, a *auditor, what string, atOnce bool, question func(*probe) (T, mailcheck.Text, error)) (T, error) {
	if !a.found.CutShort.Empty() {
		var none T
		a.unanswered(what)
		return none, errNotReached
	}
	defer a.others.turn(ctx, a.dialed)()
	answer, err := further(ctx, a.probe, mailcheck.OpAudit, what, atOnce, question)
	a.note(ctx, what, err)
	return answer, err
}

// ask puts a ClientHello to the server.
func (a *auditor) ask(ctx context.Context, what string, h tlsask.Hello) (tlsask.Answer, error) {
	return put(ctx, a, what, false, func(q *probe) (tlsask.Answer, mailcheck.Text, error) {
		answer, err := tlsask.Ask(q.conn, h)
		return answer, answer.Text(), err
	})
}

// note tells an answer from none. Some servers close the connection where others
// send an alert; but one that answers nothing any more limits connections, and
// what it left open is unknown.
func (a *auditor) note(ctx context.Context, what string, err error) {
	_, alert := errors.AsType[tls.AlertError](err)
	remote, ok := errors.AsType[*net.OpError](err)
	if err == nil || alert || ok && remote.Op == "remote error" {
		a.doubtful = nil
		return
	}
	a.doubtful = append(a.doubtful, what)
	switch {
	case !lasts(ctx, a.way):
		a.found.CutShort = outOfTime
	case errors.Is(err, errEnough):
		a.found.CutShort = mailcheck.Textf("it took more than %d connections", maxAudit)
	case errors.Is(err, errNotReached):
		a.found.CutShort = turnedAway
	case len(a.doubtful) >= maxDoubt:
		a.settle(ctx)
	}
}

// settle asks something that the server has answered before. If it does so again,
// the connections that it closed were its way to refuse.
func (a *auditor) settle(ctx context.Context) {
	if len(a.doubtful) == 0 || !a.found.CutShort.Empty() {
		return
	}
	a.found.CutShort = mailcheck.Textf("the server does not answer any more")
	if a.known == nil {
		return
	}
	answer, err := a.askHello(ctx, mailcheck.OpAudit, "offer again what it accepted", *a.known, false)
	switch {
	case err == nil && answer.Accepted():
		a.doubtful, a.found.CutShort = nil, mailcheck.Text{}
	case !lasts(ctx, a.way):
		a.found.CutShort = outOfTime
	case errors.Is(err, errNotReached):
		a.found.CutShort = turnedAway
	}
}

func (a *auditor) unanswered(what string) {
	if !slices.Contains(a.found.Unanswered, what) {
		a.found.Unanswered = append(a.found.Unanswered, what)
	}
}

// branch returns an auditor for a part of the work that is done beside another.
func (a *auditor) branch(connections int) *auditor {
	p := *a.probe
	p.trace, p.further = a.trace.Branch(), connections
	return &auditor{probe: &p, known: a.known, found: &mailcheck.TLSAudit{CutShort: a.found.CutShort}}
}

// join takes over what a branch has learned beside the lists.
func (a *auditor) join(b *auditor, connections int) {
	a.trace.Join(b.trace)
	a.further -= connections - b.further
	if a.found.CutShort.Empty() {
		a.found.CutShort = b.found.CutShort
	}
	for _, what := range append(b.doubtful, b.found.Unanswered...) {
		a.unanswered(what)
	}
}

// turn waits until few audits talk to the server's address, and returns what ends
// this one's turn.
func (t *pool) turn(ctx context.Context, to *netx.Dialed) func() {
	if t == nil || to == nil {
		return func() {}
	}
	t.mu.Lock()
	at := to.Addr.Addr()
	if t.talks[at] == nil {
		t.talks[at] = make(chan struct{}, maxTalks)
	}
	turns := t.talks[at]
	t.mu.Unlock()
	select {
	case turns <- struct{}{}:
		return func() { <-turns }
	case <-ctx.Done():
		return func() {}
	}
}

// withoutName looks at what clients get that send no SNI (RFC 6066 section 3).
func (a *auditor) withoutName(ctx context.Context) {
	up := a.result.TLS
	if up == nil || len(up.Chain) == 0 || a.serverName() == "" {
		return
	}
	a.forget[noHost] = func() { a.found.WithoutSNI = mailcheck.Text{} }
	leaf, err := put(ctx, a, noHost, false, func(q *probe) (tls.ConnectionState, mailcheck.Text, error) {
		state, err := q.shakeHands(ctx, "")
		return state, mailcheck.Textf("a handshake without SNI works"), err
	})
	switch {
	case errors.Is(err, errNotReached):
	case err != nil:
		a.nameless, a.found.WithoutSNI = true, mailcheck.Textf("refused")
	case fingerprint(leaf.PeerCertificates[0].Raw) == up.Chain[0].SHA256:
		a.found.WithoutSNI = mailcheck.Textf("the same certificate")
	default:
		names := some(trace.CertificateNames(leaf.PeerCertificates[0]))
		a.found.WithoutSNI = mailcheck.Textf("a certificate for %s", names)
		if leaf.PeerCertificates[0].VerifyHostname(a.result.Host) != nil {
			a.trace.Find(checks.TLSSNINeeded, "without SNI it shows a certificate for %s", names)
		}
	}
}

func fingerprint(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// alpnNames are the registered names (IANA registry of ALPN protocol ids);
// submission has none.
var alpnNames = map[mailcheck.Protocol]string{mailcheck.IMAP: "imap", mailcheck.POP3: "pop3", mailcheck.Sieve: "managesieve"}

// alpn offers the protocol's own name. Almost no mail server knows it, and one
// that passes over the offer does nothing wrong: RFC 7301 section 3.2 is about
// servers that have the extension.
func (a *auditor) alpn(ctx context.Context) {
	name, registered := alpnNames[a.result.Protocol]
	if !registered || a.result.TLS == nil {
		return
	}
	switch chosen, err := a.offerALPN(ctx, &a.found.ALPN, name); {
	case errors.Is(err, errNotReached):
	case err != nil:
		a.found.ALPN = name + " refused"
	case chosen == "":
		a.found.ALPN = "ignored"
	default:
		a.found.ALPN = chosen
	}
}

// otherALPN offers what a web browser does. RFC 9325 section 3.8 wants a server
// that has ALPN to refuse it, against attacks that cross protocols (ALPACA).
func (a *auditor) otherALPN(ctx context.Context) {
	if !isMail(a.result.Protocol) || a.result.TLS == nil {
		return
	}
	switch chosen, err := a.offerALPN(ctx, &a.found.OtherALPN, "h2", "http/1.1"); {
	case errors.Is(err, errNotReached):
	case err != nil:
		a.found.OtherALPN = "refused"
	case chosen == "":
		a.found.OtherALPN = "ignored"
	default:
		a.found.OtherALPN = chosen + " accepted"
		a.trace.Find(checks.AuditCrossProtocol, "offered h2 and http/1.1, it chooses %q", chosen)
	}
}

func isMail(p mailcheck.Protocol) bool { return alpnNames[p] != "" || p == mailcheck.Submission }

func (a *auditor) offerALPN(ctx context.Context, fact *string, names ...string) (chosen string, err error) {
	what := "offer ALPN " + strings.Join(names, " and ")
	a.forget[what] = func() { *fact = "" }
	return put(ctx, a, what, false, func(q *probe) (string, mailcheck.Text, error) {
		state, err := q.shakeHands(ctx, a.serverName(), names...)
		return mailcheck.Clean(state.NegotiatedProtocol), mailcheck.Textf("chosen: %q", state.NegotiatedProtocol), err
	})
}

// injection sends a harmless command in the packet of STARTTLS, as somebody on
// the way could. A server that carries it out inside TLS has not thrown away what
// it read in clear (CVE-2011-0411): its answer then comes although nothing was
// asked inside TLS. ManageSieve is left out: there the server speaks first in TLS.
func (a *auditor) injection(ctx context.Context) {
	command, known := map[mailcheck.Protocol]string{mailcheck.IMAP: "a2 NOOP", mailcheck.POP3: "CAPA", mailcheck.Submission: "NOOP"}[a.result.Protocol]
	if !known || a.result.Security != mailcheck.StartTLS || a.result.TLS == nil {
		return
	}
	answer, err := a.saidInTLS(ctx, "send a command along with STARTTLS", command)
	if err == nil && answer != "" {
		var unasked string
		if unasked, err = a.saidInTLS(ctx, "send STARTTLS alone"); unasked != "" {
			return // it speaks first inside TLS, whatever was sent
		}
	}
	switch {
	case errors.Is(err, errNotReached):
	case answer == "":
		a.found.Injection = "not carried out"
	default:
		a.found.Injection = "carried out"
		line, _, _ := strings.Cut(answer, "\r\n")
		a.trace.Find(checks.StartTLSCommandInjection, "%s, sent unencrypted along with STARTTLS, was answered inside TLS: %q", command, line)
	}
}

// saidInTLS starts TLS with commands in the packet of STARTTLS, and returns what the
// server says inside TLS without having been asked there.
func (a *auditor) saidInTLS(ctx context.Context, what string, commands ...string) (string, error) {
	a.forget[what] = func() { a.found.Injection = "" }
	return put(ctx, a, what, true, func(q *probe) (string, mailcheck.Text, error) {
		consented, err := q.requestTLS(commands...)
		if err != nil {
			return "", mailcheck.Text{}, err // it may have hung up for the command, or turned the connection away
		}
		if !consented || q.goAhead() != nil {
			return "", mailcheck.Textf("the server does not start TLS then"), nil
		}
		if _, err := q.shakeHands(ctx, a.serverName()); err != nil {
			return "", mailcheck.Textf("the handshake then fails"), nil
		}
		q.conn.SetReadDeadline(time.Now().Add(injectionWait))
		reply := make([]byte, 200)
		n, _ := q.conn.Read(reply)
		return string(reply[:n]), mailcheck.Textf("answered inside TLS: %q", reply[:n]), nil
	})
}
