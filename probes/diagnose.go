package probes

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/tlsask"
	"mailcheck/internal/trace"
)

// maxFurther is how many connections the search for a cause may cost at one server, to
// which one more may come that makes sure ([probe.fails]). It is the mail server of
// somebody who did not ask for a test, and one that counts connections may ban the
// address they come from.
const maxFurther = 3

// followUp is what is asked after a probe has failed with one of the checks.
// Where a check is not listed, the cause is certain and nothing is asked.
type followUp struct {
	after []*checks.Check
	ask   func(*probe, context.Context, *mailcheck.Finding)
}

// followUps are gone through in order. One may turn a finding into that of
// another check, which those after it then see.
var followUps = []followUp{
	{[]*checks.Check{
		checks.TLSHandshakeFailure, checks.TLSEOF, checks.TCPReset, checks.GreetBye, checks.Greet554,
		checks.ReplyClosed, checks.ReplyRejected,
	}, (*probe).missClientCert},
	{[]*checks.Check{checks.TCPReset}, (*probe).askIfTLS},
	{[]*checks.Check{checks.TCPReset}, (*probe).askWithProxyHeader},
	{[]*checks.Check{checks.TLSEOF, checks.TLSHandshakeFailure, checks.TLSOldProtocol}, (*probe).askTLSWithProxyHeader},
	{[]*checks.Check{checks.TLSPlainOnTLSPort}, (*probe).nameService},
	{[]*checks.Check{checks.TLSHandshakeFailure, checks.TLSOldProtocol, checks.TLSEOF}, (*probe).askWhatTLS},
	{[]*checks.Check{checks.TLSUnrecognizedName}, (*probe).askWithoutName},
	{[]*checks.Check{checks.TLSTimeout}, (*probe).askShort},
	{[]*checks.Check{checks.TLSTimeout}, (*probe).askTLSWithProxyHeader},
	{[]*checks.Check{checks.StartTLSMissing}, (*probe).askAgainForTLS},
	{[]*checks.Check{
		checks.TCPRefused, checks.TCPReset, checks.TLSPlainOnTLSPort, checks.TLSOnStartTLSPort, checks.TLSTimeout, checks.TLSLongHello,
		checks.GreetOtherProtocol, checks.GreetTimeout,
		checks.StartTLSMissing, checks.StartTLSSometimes, checks.StartTLSMasked, checks.StartTLSRefused,
		checks.AutoconfigPlain,
	}, (*probe).offerDoor},
	{[]*checks.Check{
		checks.TLSSelfSigned, checks.TLSUnknownAuthority, checks.TLSPrivateCA, checks.TLSCertificate, checks.TLSNameMismatch,
		checks.StartTLSMissing, checks.TCPRefused,
	}, (*probe).atHome},
}

// diagnose looks for the cause of what went wrong. A guess that was wrong needs
// no cause: nobody said that the server is there.
func (p *probe) diagnose(ctx context.Context) {
	if p.result.Guessed() {
		return
	}
	for _, next := range followUps {
		for i := range p.trace.Steps { // the steps that follow-ups add have no findings
			for j := range p.trace.Steps[i].Findings {
				if f := &p.trace.Steps[i].Findings[j]; slices.Contains(next.after, f.Check) && lasts(ctx, 0) {
					next.ask(p, ctx, f)
				}
			}
		}
	}
	p.lookAgain(ctx)
	p.leaveRelayPort(ctx)
}

// lasts reports whether the run goes on for longer than d. Its deadline is asked, since
// which of two timers for the same moment fires first is chance.
func lasts(ctx context.Context, d time.Duration) bool {
	end, limited := ctx.Deadline()
	return ctx.Err() == nil && (!limited || time.Until(end) > d)
}

// wayToTLS returns how long the conversation took to where TLS stands, or as far as it
// came without a failure.
func (p *probe) wayToTLS() (took time.Duration) {
	for _, s := range p.trace.Steps {
		switch s.Op {
		case mailcheck.OpConnect, mailcheck.OpGreeting, mailcheck.OpCapability, mailcheck.OpStartTLS, mailcheck.OpTLS:
			if !s.Failed() {
				took += s.Elapsed
			}
		}
		if s.Op == mailcheck.OpTLS {
			break
		}
	}
	return took
}

var (
	errEnough     = errors.New("no further connection is made to this server")
	errNotReached = errors.New("the question could not be put")
)

// again opens a further connection to the address of the first one, up to where
// TLS begins; hang up when done.
func (p *probe) again(ctx context.Context) (*probe, error) {
	if p.further == 0 {
		return nil, fmt.Errorf("%w: %w", errNotReached, errEnough)
	}
	if p.dialed == nil || !p.dialed.Addr.IsValid() {
		return nil, fmt.Errorf("%w: there was no first connection", errNotReached)
	}
	p.further--
	q := newProbe(p.net, p.result.Server, p.opts, time.Now())
	q.further = 0
	if !q.connect(ctx, []netip.Addr{p.dialed.Addr.Addr()}) {
		q.leave()
		return nil, fmt.Errorf("%w: %w", errNotReached, q.unreached)
	}
	q.startLines()
	return q, nil
}

// leave ends a further connection.
func (p *probe) leave() {
	if p.dialed != nil {
		p.dialed.Close()
	}
}

// askHello puts a question to the server's TLS over a further connection, and
// records it as a step. On a STARTTLS port the server is first asked for TLS
// unless atOnce is set.
func (p *probe) askHello(ctx context.Context, op mailcheck.Op, what string, h tlsask.Hello, atOnce bool) (tlsask.Answer, error) {
	return further(ctx, p, op, what, atOnce, func(q *probe) (tlsask.Answer, mailcheck.Text, error) {
		answer, err := tlsask.Ask(q.conn, h)
		return answer, answer.Text(), err
	})
}

// further asks a question over a further connection. A failure is no finding of
// its own: it is part of the answer. A question whose answer the run would not live
// to see is not put.
func further[T any](ctx context.Context, p *probe, op mailcheck.Op, what string, atOnce bool, ask func(*probe) (T, mailcheck.Text, error)) (T, error) {
	var none T
	switch {
	case !lasts(ctx, p.way):
		return none, fmt.Errorf("%w: %w", errNotReached, cmp.Or(ctx.Err(), context.DeadlineExceeded))
	case p.further == 0:
		return none, fmt.Errorf("%w: %w", errNotReached, errEnough)
	}
	start := p.trace.Since()
	r := inTurn(ctx, p, p.result.Server, fmt.Sprint(op, " ", what, " ", atOnce), func(ctx context.Context) *reply[T] {
		one := *p
		r := putFurther(ctx, &one, atOnce, ask)
		r.connections = p.further - one.further
		return r
	})
	p.further -= r.connections
	step := mailcheck.Step{Op: op, Target: p.result.Endpoint(), Start: start, Elapsed: r.elapsed}
	said := r.said
	if r.err != nil {
		_, said = trace.Classify(mailcheck.OpTLS, r.err)
	}
	step.Detail = mailcheck.Textf("%s: %s", mailcheck.Text{Format: what}, said)
	p.trace.Steps = append(p.trace.Steps, step)
	return r.answer, r.err
}

// reply is what came of a further connection.
type reply[T any] struct {
	answer      T
	said        mailcheck.Text
	err         error
	elapsed     time.Duration
	connections int // that were made
}

func putFurther[T any](ctx context.Context, p *probe, atOnce bool, ask func(*probe) (T, mailcheck.Text, error)) *reply[T] {
	ctx, cancel := context.WithTimeout(ctx, max(askTimeout, 2*p.way))
	defer cancel()
	start := time.Now()
	r := &reply[T]{}
	q, err := p.again(ctx)
	if err == nil {
		end, _ := ctx.Deadline()
		q.until, q.ended = end, ctx.Done()
		q.dialed.Conn.SetDeadline(end) // an answer at the very end is too late, whichever timer fires first
		stop := context.AfterFunc(ctx, func() { q.dialed.Conn.SetDeadline(time.Unix(1, 0)) })
		if p.result.Security == mailcheck.StartTLS && !atOnce {
			err = q.askForTLS()
		}
		if err != nil {
			err = fmt.Errorf("%w: %w", errNotReached, err)
		} else {
			r.answer, r.said, err = ask(q)
			r.said = mailcheck.Evidencef("%s", r.said)
		}
		stop()
		q.leave()
	}
	r.err, r.elapsed = err, time.Since(start)
	return r
}

// newHello offers everything up to a version of TLS, as the server's own client would name the host.
func (p *probe) newHello(newest uint16) tlsask.Hello {
	h := tlsask.Hello{ServerName: p.serverName(), Newest: newest, Groups: slices.Concat(tlsask.ClassicGroups, tlsask.HybridGroups)}
	if newest >= tls.VersionTLS13 {
		h.Suites = tlsask.TLS13Suites
	}
	h.Suites = slices.Concat(h.Suites, tlsask.CommonSuites)
	return h
}

// askWhatTLS finds out what a server that fails the handshake would accept: the
// handshake offers TLS 1.2 and later with the suites clients use today.
func (p *probe) askWhatTLS(ctx context.Context, f *mailcheck.Finding) {
	if trace.ChoseVersion(p.refusal) || p.chosen {
		return // it has said which, or it is not that for which it failed
	}
	if f.Check == checks.TLSOldProtocol {
		p.askOldTLS(ctx, f)
		return
	}
	// RFC 8446 section 6.2: handshake_failure means that nothing offered will do.
	answer, err := p.askHello(ctx, mailcheck.OpDiagnose, "offer every version and cipher", p.newHello(tls.VersionTLS13), false)
	if err == nil && answer.Accepted() {
		p.tellApart(ctx, f, answer)
		return
	}
	refused := err == nil // whatever is offered
	// What hangs up on a name without a word is a router of connections by name, of which
	// there are more than servers that are so old: it is asked first, as one connection
	// may be left.
	asks := []func(*probe, context.Context, *mailcheck.Finding){(*probe).askOldTLS, (*probe).askWithoutName}
	if f.Check == checks.TLSEOF {
		slices.Reverse(asks)
	}
	for check, i := f.Check, 0; i < len(asks) && f.Check == check; i++ {
		asks[i](p, ctx, f)
	}
	if refused && f.Check != checks.TLSUnrecognizedName {
		f.Detail = mailcheck.Textf("%s; so it does when every version and cipher suite is offered", f.Detail)
	}
}

// askOldTLS offers old versions alone: a server may be too old to understand that a
// newer one is only an offer.
func (p *probe) askOldTLS(ctx context.Context, f *mailcheck.Finding) {
	if answer, err := p.askHello(ctx, mailcheck.OpDiagnose, "offer TLS 1.0 and 1.1 only", p.newHello(tls.VersionTLS11), false); err == nil && answer.Accepted() {
		p.tellApart(ctx, f, answer)
	}
}

// missClientCert blames the end of a conversation on the client certificate that
// the server has asked for before: in TLS 1.3 its alert comes after the handshake
// (RFC 8446 section 4.4.2.4) and may be lost, and some servers say it in their own
// protocol. Who says something else has another reason.
func (p *probe) missClientCert(_ context.Context, f *mailcheck.Finding) {
	said := ""
	if p.lines != nil && len(p.lines.transcript) > 0 {
		said = p.lines.transcript[len(p.lines.transcript)-1].Text
	}
	inWords := f.Check == checks.GreetBye || f.Check == checks.Greet554 || f.Check == checks.ReplyRejected
	if p.certAsked && (!inWords || strings.Contains(strings.ToLower(said), "certificat")) {
		f.Become(checks.TLSClientCert, "the server asked for a client certificate; without one: %s", f.Detail)
	}
}

// tellApart names the cause from what the server accepts when everything is offered.
func (p *probe) tellApart(ctx context.Context, f *mailcheck.Finding, answer tlsask.Answer) {
	switch older := answer.Version < tls.VersionTLS12; {
	case !p.fails(ctx, f):
	case older:
		f.Become(checks.TLSOldProtocol, "%s; offered older versions, it answers with %s", f.Detail, answer.Text())
		f.Fix = mailcheck.Textf("The server's best is %s. %s", tls.VersionName(answer.Version), mailcheck.Text{Format: checks.TLSOldProtocol.Remedy})
	case answer.Version == tls.VersionTLS12 && !clientsOffer(answer.Suite):
		f.Become(checks.TLSNoCommonCipher, "%s; offered every cipher suite, it chooses %s", f.Detail, answer.Text())
		if strings.Contains(tlsask.SuiteName(answer.Suite), "_anon_") {
			f.Fix = mailcheck.Textf("The server has no certificate that it can use, so it offers only encryption without one: see its log, and check the file names, that the key fits the certificate, and permissions (Postfix: smtpd_tls_chain_files).")
		}
	default:
		f.Detail = mailcheck.Textf("%s; offered every version and cipher suite, it agrees to %s", f.Detail, answer.Text())
		p.askShort(ctx, f)
	}
}

// askShort finds out whether it is the length of the ClientHello that a server, or
// something on the way, stumbles over. With post-quantum key exchange it takes two
// packets, and there are programs that read only the first.
func (p *probe) askShort(ctx context.Context, f *mailcheck.Finding) {
	if p.chosen {
		return // it has read the long one
	}
	version, err := further(ctx, p, mailcheck.OpDiagnose, "begin with a short ClientHello", false, func(q *probe) (string, mailcheck.Text, error) {
		conn := tls.Client(q.conn, &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true, ServerName: p.serverName(),
			CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256}})
		err := conn.Handshake()
		name := tls.VersionName(conn.ConnectionState().Version)
		return name, mailcheck.Textf("%s", name), err
	})
	if err == nil && p.fails(ctx, f) {
		f.Become(checks.TLSLongHello, "%s; a ClientHello that fits one packet, without post-quantum key exchange, is answered with %s", f.Detail, version)
	}
}

// clientsOffer reports whether the handshake of an ordinary client offers the
// suite: one with forward secrecy and an elliptic curve.
func clientsOffer(suite uint16) bool {
	return slices.ContainsFunc(tls.CipherSuites(), func(s *tls.CipherSuite) bool {
		return s.ID == suite && strings.HasPrefix(s.Name, "TLS_ECDHE_")
	})
}

// askWithoutName finds out whether the server only dislikes the host name it was
// asked for (RFC 6066 section 3), and which name it has.
func (p *probe) askWithoutName(ctx context.Context, f *mailcheck.Finding) {
	if p.serverName() == "" {
		return // no name was sent
	}
	names, err := further(ctx, p, mailcheck.OpDiagnose, noHost, false, func(q *probe) ([]string, mailcheck.Text, error) {
		state, err := q.shakeHands(ctx, "")
		if err != nil {
			return nil, mailcheck.Text{}, err
		}
		names := trace.CertificateNames(state.PeerCertificates[0])
		return names, mailcheck.Textf("certificate for %s", mailcheck.ListOf(names)), nil
	})
	if err != nil || f.Check != checks.TLSUnrecognizedName && !p.fails(ctx, f) {
		return
	}
	f.Become(checks.TLSUnrecognizedName, "%s; to a client that names no host it shows a certificate for %s", f.Detail, mailcheck.ListOf(names).AtMost(3).Or("no name at all"))
	if i := slices.IndexFunc(names, func(n string) bool { return !strings.Contains(n, "*") }); i >= 0 {
		f.Fix = mailcheck.Textf("The server has a certificate for %s: use that name in the settings if it is the server's, or give the server a certificate for %s.", names[i], p.result.Host)
	}
}

// shakeHands makes an ordinary handshake for a host name, which may be empty,
// without judging the certificate.
func (p *probe) shakeHands(ctx context.Context, name string, alpn ...string) (tls.ConnectionState, error) {
	conn := tls.Client(p.conn, &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true, ServerName: name, NextProtos: alpn})
	err := conn.Handshake() // ends with the deadline of the connection
	p.conn = conn
	return conn.ConnectionState(), err
}

// some lists at most three names.
func some(names []string) mailcheck.Text {
	if more := len(names) - 3; more > 0 {
		return mailcheck.Evidencef("%s and %d more", mailcheck.ListOf(names[:3]), more)
	}
	return mailcheck.Evidencef("%s", mailcheck.ListOf(names).Or("no name at all"))
}

// askForTLS goes from the greeting to the server's consent to start TLS.
func (p *probe) askForTLS() error {
	consented, err := p.requestTLS()
	switch {
	case err != nil:
		return err
	case !consented:
		return errors.New("the server does not consent to STARTTLS")
	}
	return p.goAhead()
}

// requestTLS says what has to be said before TLS; extra commands go out in the
// same packet as the last one.
func (p *probe) requestTLS(extra ...string) (consented bool, err error) {
	packet := func(name string) []string { return append([]string{name}, extra...) }
	switch p.result.Protocol {
	case mailcheck.IMAP:
		if _, err := p.imapGreeting(); err != nil {
			return false, err
		}
		tag := p.lines.tag("a1")
		if err := p.command(packet(tag + " STARTTLS")...); err != nil {
			return false, err
		}
		reply, err := p.imapReply(tag)
		return reply.status == "OK", err
	case mailcheck.Sieve:
		if _, _, err := p.sieveGreeting(); err != nil {
			return false, err
		}
		if err := p.command(packet("STARTTLS")...); err != nil {
			return false, err
		}
		reply, err := p.sieveFirstReply()
		return reply.status == "OK", err
	case mailcheck.POP3:
		if _, err := p.pop3Greeting(); err != nil {
			return false, err
		}
		if err := p.command(packet("STLS")...); err != nil {
			return false, err
		}
		line, err := p.pop3FirstReply()
		return pop3OK(line), err
	}
	if _, err := p.smtpGreeting(); err != nil {
		return false, err
	}
	if err := p.command(p.ehlo()); err != nil {
		return false, err
	}
	if _, err := p.smtpExtensions(); err != nil {
		return false, err
	}
	if err := p.command(packet("STARTTLS")...); err != nil {
		return false, err
	}
	reply, err := p.smtpReply()
	return reply.code == 220, err
}
