package probes

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
	"mailcheck/internal/tlsask"
	"mailcheck/internal/trace"
	"mailcheck/probes/conclude"
)

// Behind a wrong door there is often a right one on the same host: the published
// port, or the published kind of encryption, is what is wrong. The most valuable
// thing to tell the caller on the phone is the door that works.

// works reports whether a client can use the server, which is what the probes of
// other servers may know about one.
func (p *probe) works() bool {
	return verdict(p.trace.Findings()).Usable() && p.conn != nil
}

// suspectTLS waits for silence to last; then a second connection sends a
// ClientHello. If the answer is TLS, or names another service, the wait for the
// greeting ends at once. The function returned ends the suspicion, and returns
// what was proven.
func (p *probe) suspectTLS(ctx context.Context) func() error {
	if p.result.TLS != nil || p.result.Guessed() || p.further == 0 || p.result.Port == 25 {
		// On port 25 a client that speaks first is taken for a spammer (postscreen).
		return func() error { return nil }
	}
	ctx, cancel := context.WithCancel(ctx)
	second := *p // goes on beside this probe, so it must not share its trace
	second.trace = p.trace.Branch()
	proof := make(chan error, 1)
	go func() {
		err := second.provesTLSAfter(ctx, silence)
		if err != nil {
			p.conn.SetDeadline(time.Unix(1, 0)) // ends the wait for the greeting
		}
		proof <- err
	}()
	return func() error {
		cancel()
		err := <-proof
		p.trace.Join(second.trace)
		p.further = second.further
		return err
	}
}

func (p *probe) provesTLSAfter(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return p.provesTLS(ctx)
	case <-ctx.Done():
		return nil
	}
}

// provesTLS sends a ClientHello at once on a further connection, and returns an
// error that says what answered.
func (p *probe) provesTLS(ctx context.Context) error {
	answer, err := p.askHello(ctx, mailcheck.OpDiagnose, "begin with a ClientHello", p.newHello(tls.VersionTLS13), true)
	if other, ok := errors.AsType[*tlsask.NotTLS](err); ok {
		if s := serviceOf(other.Begins); s.name != "" && s.protocol != p.result.Protocol {
			return checks.GreetOtherProtocol.Errorf("%s answers instead of %s: %q", mailcheck.Text{Format: s.name}, spoken(p.result.Protocol), other.Begins)
		}
	}
	if err != nil {
		return nil
	}
	return checks.TLSOnStartTLSPort.Errorf("no greeting, but the answer to a ClientHello is %s", tls.VersionName(answer.Version))
}

// askIfTLS follows up a server that hung up without a greeting: one that expects
// TLS may tire of waiting.
func (p *probe) askIfTLS(ctx context.Context, f *mailcheck.Finding) {
	if p.result.Security == mailcheck.ImplicitTLS || p.result.Port == 25 {
		return
	}
	if proof := p.provesTLS(ctx); proof != nil {
		f.BecomeText(trace.Classify(mailcheck.OpGreeting, proof))
	}
}

// nameService looks at the first bytes that came in the place of TLS. Behind
// STARTTLS they are the server's own: it has agreed, and cannot (Dovecot looks for
// its key then). Asked once more, all of its words can be read.
func (p *probe) nameService(ctx context.Context, f *mailcheck.Finding) {
	if p.result.Security == mailcheck.StartTLS {
		said := f.Detail
		_, err := p.askHello(ctx, mailcheck.OpDiagnose, "ask for STARTTLS again", p.newHello(tls.VersionTLS13), false)
		if other, ok := errors.AsType[*tlsask.NotTLS](err); ok {
			said = mailcheck.Textf("%q", other.Begins)
		}
		f.Become(checks.StartTLSRefused, goesOnInClear+"%s", said)
		return
	}
	wanted := spoken(p.result.Protocol)
	if p.result.Protocol.OverHTTPS() {
		wanted = mailcheck.Textf("HTTP")
	}
	e, ok := errors.AsType[tls.RecordHeaderError](p.refusal)
	if s := serviceOf(string(e.RecordHeader[:])); ok && s.name != "" && s.protocol != p.result.Protocol {
		f.Become(checks.GreetOtherProtocol, "%s answers instead of %s with TLS: its first bytes are %q", mailcheck.Text{Format: s.name}, wanted, e.RecordHeader[:])
	}
}

// offerDoor looks for another way into the same host, for the user to take, and
// for the domain to publish.
func (p *probe) offerDoor(ctx context.Context, f *mailcheck.Finding) {
	for _, door := range doors(p.result.Server, f.Check) {
		works, published := p.opens(ctx, door)
		if !works {
			continue
		}
		f.Instead, f.Meanwhile = door.URL(), conclude.Choose(door)
		registered := door.Port == mailcheck.DefaultPort(door.Protocol, door.Security)
		if p.others != nil && p.others.address.Domain != "" && !published && registered {
			f.Fix = mailcheck.Textf("Publish the port that works: %s To mend port %d: %s", document.SRVRecord(door, p.others.address.Domain), p.result.Port, f.Mend())
		}
		return
	}
}

// leaveRelayPort looks for the door of mail programs where they are sent to port 25 and
// fail there, whatever it is that fails. A silent port was looked around already.
func (p *probe) leaveRelayPort(ctx context.Context) {
	if p.result.Port != 25 || p.result.Protocol != mailcheck.Submission || len(p.result.Neighbours) > 0 || !lasts(ctx, 0) {
		return
	}
	var first *mailcheck.Finding
	for _, f := range mailcheck.Each(p.trace.Steps) {
		if f.Instead != "" {
			return
		}
		if first == nil && f.Severity == checks.Failure {
			first = f
		}
	}
	if first != nil {
		p.offerDoor(ctx, first)
	}
}

// doors lists the ways in that are worth trying, the best first: the ports
// registered for the protocol (RFC 8314 section 7), and, where only the kind of
// encryption is in doubt, the same port with the other. A web server has one door.
func doors(s mailcheck.Server, c *checks.Check) []mailcheck.Server {
	if s.Protocol.OverHTTPS() {
		return nil
	}
	shut := c == checks.TCPRefused || c == checks.TCPTimeout // whatever one says there
	var list []mailcheck.Server
	add := func(security mailcheck.Security, port uint16) {
		door := mailcheck.Server{Protocol: s.Protocol, Host: s.Host, Port: port, Security: security}
		same := func(o mailcheck.Server) bool { return o.Key() == door.Key() }
		if !same(s) && !slices.ContainsFunc(list, same) && !(shut && port == s.Port) {
			list = append(list, door)
		}
	}
	add(mailcheck.ImplicitTLS, mailcheck.DefaultPort(s.Protocol, mailcheck.ImplicitTLS))
	if c == checks.TLSOnStartTLSPort {
		add(mailcheck.ImplicitTLS, s.Port)
	}
	add(mailcheck.StartTLS, mailcheck.DefaultPort(s.Protocol, mailcheck.StartTLS))
	if c == checks.TLSPlainOnTLSPort {
		add(mailcheck.StartTLS, s.Port)
	}
	return list
}

// opens reports whether a client can use a server. If the run tests it anyway,
// since somebody published it, that test counts, so all sources are
// heard first; otherwise it costs a connection.
func (p *probe) opens(ctx context.Context, door mailcheck.Server) (works, published bool) {
	if p.others != nil {
		select {
		case <-p.others.named:
		case <-ctx.Done():
			return false, false
		}
		if slot := p.others.find(door); slot != nil {
			select {
			case <-slot.answered:
				return slot.works, true
			case <-ctx.Done():
				return false, true
			}
		}
		if p.others.closed(ctx, door) {
			return false, false
		}
	}
	addr, ok := p.address()
	if !ok || p.further == 0 {
		return false, false
	}
	p.further--
	works, _ = p.tryDoor(ctx, door, []netip.Addr{addr})
	return works, false
}

// tryDoor has a client's conversation with another port of the host, records it
// as a step, and returns whether that works and what became of the connection.
func (p *probe) tryDoor(ctx context.Context, door mailcheck.Server, addrs []netip.Addr) (works bool, state mailcheck.Reach) {
	start := p.trace.Since()
	seen := inTurn(ctx, p, door, fmt.Sprint("as a door, at ", addrs), func(ctx context.Context) doorway { return p.enterDoor(ctx, door, addrs) })
	step := mailcheck.Step{Op: mailcheck.OpDiagnose, Target: door.Endpoint(), Start: start, Elapsed: seen.elapsed}
	step.Detail = mailcheck.Textf("look for another way in: %s works", conclude.SecurityInWords(door.Security))
	if !seen.works && seen.why != nil {
		step.Detail = mailcheck.Textf("look for another way in: %s", seen.why.ID)
	}
	p.trace.Steps = append(p.trace.Steps, step)
	return seen.works, seen.state
}

// doorway is what was seen at a door.
type doorway struct {
	works   bool
	state   mailcheck.Reach
	why     *checks.Check // it does not work; nil where nothing was found
	elapsed time.Duration
}

func (p *probe) enterDoor(ctx context.Context, door mailcheck.Server, addrs []netip.Addr) doorway {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	q := newProbe(p.net, door, p.opts, time.Now())
	q.further = 0
	connecting, stop := context.WithTimeout(ctx, nearbyLimit)
	connected := q.connect(connecting, addrs)
	stop()
	if connected {
		q.talk(ctx)
	}
	seen := doorway{works: q.works(), state: q.reach()}
	q.leave()
	if findings := q.trace.Findings(); len(findings) > 0 {
		seen.why = findings[0].Check
	}
	seen.elapsed = q.trace.Since()
	return seen
}

// reach says what became of connecting.
func (p *probe) reach() mailcheck.Reach {
	if first := p.trace.Steps[0]; first.Failed() {
		return first.Reach
	}
	return mailcheck.Connected
}

// address returns the address that the probe reached, or the first it tried.
func (p *probe) address() (netip.Addr, bool) {
	if p.dialed == nil {
		return netip.Addr{}, false
	}
	if p.dialed.Addr.IsValid() {
		return p.dialed.Addr.Addr(), true
	}
	for _, a := range p.dialed.Attempts() {
		if a.Tried {
			return a.Addr.Addr(), true
		}
	}
	return netip.Addr{}, false
}
