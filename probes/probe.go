package probes

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

// probe is the conversation with one server.
type probe struct {
	net    *netx.Run
	opts   Options
	trace  *trace.Trace
	result *mailcheck.ServerResult

	addrs []netip.Addr // of the host
	alias netx.Meta    // names that the host is an alias of
	tlsa  *tlsaQuestion
	sent  []*x509.Certificate // by the server, its own first
	path  []*x509.Certificate // from the server's certificate up, with those known or fetched

	speaks  bool                     // for all runs of a survey that test the server
	clocks  map[string]time.Duration // that the conversation has shown, in a survey
	outside *outside                 // nil unless the certificate is outside its dates, in a survey

	certAsked bool  // the server asked for a certificate of the client's
	shown     bool  // and it was given the one of the user
	unreached error // why no connection came about
	refusal   error // why the handshake failed
	chosen    bool  // although the server had agreed to a version and a cipher suite

	dialed *netx.Dialed // nil on the connection of another probe
	conn   net.Conn
	lines  *lines
	shared *shared // with the other services of the same web server; nil for what is no web server
	spent  bool    // conn cannot carry another request of HTTP
	nearby *nearby // shared by all probes of a run

	others  *pool      // the other servers of the run; nil where there are none
	watch   *stopwatch // of its turns in a survey; nil without one
	tell    func()     // those who wait for it whether the server works
	further int        // connections that may still be made to learn more about this server

	repeated bool // the test was made once more

	then     func(context.Context, *probe) // what is done where a client logs in; nil for nothing
	attempts int                           // to log in, over this connection
	loginTag string                        // of the last one, in IMAP
	over     bool                          // no further one can be made over it
	at       string                        // the URL where a service over HTTPS answered; empty where it did not
	secrets  *secrets                      // that the server may repeat; nil before a login
	inside   *guard                        // the one to tell when the connection ends; nil where no user was let in

	way   time.Duration   // that the conversation took to get to TLS
	until time.Time       // the deadline of the connection
	ended <-chan struct{} // closed when the run ends, which ends reads
}

// conversations holds what is said after the connection stands, one function a
// protocol.
var conversations = map[mailcheck.Protocol]func(context.Context, *probe){
	mailcheck.IMAP:       imap,
	mailcheck.POP3:       pop3,
	mailcheck.Submission: smtp,
	mailcheck.ActiveSync: activeSync,
	mailcheck.EWS:        webServices,
	mailcheck.CalDAV:     dav,
	mailcheck.CardDAV:    dav,
	mailcheck.JMAP:       jmap,
	mailcheck.Sieve:      sieve,
}

// newProbe returns a probe of a server whose steps count time from began.
func newProbe(n *netx.Run, s mailcheck.Server, o Options, began time.Time) *probe {
	return &probe{
		net: n, opts: o, further: maxFurther,
		trace:  trace.New(began),
		result: &mailcheck.ServerResult{Server: s},
	}
}

// run tests the server and returns what it saw. As soon as the conversation is
// over, it tells the others how that went.
func (p *probe) run(ctx context.Context, tell func(works bool)) mailcheck.ServerResult {
	start := time.Now()
	p.tell = sync.OnceFunc(func() { tell(p.works()) })
	if !p.join(ctx, tell) {
		p.test(ctx)
	}
	p.result.Elapsed = time.Since(start)
	if p.watch != nil {
		p.result.Elapsed = p.watch.took()
	}
	p.result.Steps = p.trace.Steps
	p.result.Verdict = verdict(p.trace.Findings())
	return *p.result
}

// test has the conversation on a connection of the probe's own; the diagnosis comes
// after it.
func (p *probe) test(ctx context.Context) {
	if p.opts.survey != nil {
		p.meet(ctx)
	} else {
		p.converse(ctx)
		p.way = p.wayToTLS()
		p.hangUp()
		p.tell()
		p.dane(ctx)
		p.drop()
	}
	p.diagnose(ctx)
	p.compareAddresses(ctx)
	p.audit(ctx)
	p.close()
}

// drop lets go of what was received and has been judged: of many servers with huge
// certificates that is much, and an audit takes long.
func (p *probe) drop() {
	p.sent, p.path = nil, nil
	if p.conn != nil && p.dialed != nil && p.lines != nil {
		p.conn = p.dialed.Conn // the connection of TLS inside keeps the certificates
		p.lines.conn, p.lines.in = p.conn, nil
	}
}

// verdict sums up a server. One whose test was cut short by the end of the run
// has not passed, however well it began, and one that this machine could not even ask
// has not failed.
func verdict(findings []mailcheck.Finding) mailcheck.Verdict {
	v := mailcheck.VerdictOf(slices.DeleteFunc(slices.Clone(findings), ofUser))
	if v == mailcheck.Pass && slices.ContainsFunc(findings, ofUser) {
		v = mailcheck.Warn
	}
	if mailcheck.Shows(findings, checks.RunSlowDown) {
		return mailcheck.Untested
	}
	if mailcheck.Shows(findings, checks.RunTimeout) && v != mailcheck.Fail || mailcheck.Shows(findings, checks.NetShortage, checks.NetNotAllowed) {
		return mailcheck.Untested
	}
	return v
}

// ofUser reports whether a failure is the user's alone: a full mailbox can be read, and the
// server is in order.
func ofUser(f mailcheck.Finding) bool { return f.Check == checks.MailboxFull }

// converse goes from the name to the capabilities; it stops where it cannot go on.
func (p *probe) converse(ctx context.Context) {
	addrs, ok := p.resolve(ctx)
	if !ok {
		return
	}
	p.askTLSA(ctx)
	over := p.watchNearby(ctx, addrs)
	connected := p.connect(ctx, addrs)
	over(connected)
	if connected {
		p.talk(ctx)
	}
}

// talk says over the connection what a client says before it logs in.
func (p *probe) talk(ctx context.Context) {
	// When the run ends, reads end with it.
	conn := p.conn
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	p.startLines()
	if p.result.Security == mailcheck.ImplicitTLS && p.result.TLS == nil && !p.handshake(ctx) {
		return
	}
	p.shared.announce(p)
	conversations[p.result.Protocol](ctx, p)
	p.judgeUnasked()
}

func (p *probe) startLines() {
	fresh := newLines(p.conn, p.trace)
	if p.lines != nil {
		p.lines.tellUnshown()
		fresh.transcript, fresh.manners = p.lines.transcript, p.lines.manners
	}
	fresh.secure = p.result.TLS != nil
	fresh.secrets.known = p.secrets
	p.lines = fresh
}

// hangUp ends the conversation, and the connection unless others can use it.
func (p *probe) hangUp() {
	if p.lines != nil {
		p.lines.tellUnshown()
		p.result.Conversation = p.lines.transcript
	}
	kept := p.shared.leave(p)
	if !kept && p.dialed != nil && p.dialed.Conn != nil {
		p.dialed.Conn.Close()
	}
	if p.inside != nil {
		p.inside.out()
	}
}

// close records what became of each address.
func (p *probe) close() {
	if p.dialed != nil {
		p.reportAddresses(p.dialed.Attempts())
	}
	if p.shared != nil {
		close(p.shared.judged)
	} else if p.dialed != nil {
		p.dialed.Close()
	}
}

func (p *probe) resolve(ctx context.Context) ([]netip.Addr, bool) {
	s := p.result.Server
	addrs, err := trace.Do(ctx, p.trace, mailcheck.OpResolve, s.Host, func(ctx context.Context) ([]netip.Addr, error) {
		addrs, meta, err := p.net.Addrs(ctx, s.Host, s.Port)
		p.addrs, p.alias = addrs, meta
		if err == nil && len(addrs) == 0 {
			err = checks.DNSNoAddress.Errorf("%s has no A or AAAA record", s.Host)
		}
		return addrs, err
	})
	p.trace.Say("%s", mailcheck.ListOf(addrs))
	return addrs, err == nil
}

func (p *probe) connect(ctx context.Context, addrs []netip.Addr) bool {
	s := p.result.Server
	dialed, err := trace.Do(ctx, p.trace, mailcheck.OpConnect, s.Endpoint(), func(ctx context.Context) (*netx.Dialed, error) {
		return p.net.Dial(ctx, s.Host, s.Port, addrs)
	})
	p.dialed, p.unreached = dialed, err
	if err != nil {
		return false
	}
	p.conn = dialed.Conn
	p.trace.Say("connected to %s", dialed.Addr.String())
	return true
}

// reportAddresses turns the attempts into the result's addresses, and says where
// one address family works and the other does not: a client that does not race
// its connections (RFC 8305) sees the dead one.
func (p *probe) reportAddresses(attempts []netx.Attempt) {
	var worked, failed [2]*netx.Attempt // IPv4, IPv6
	for i := range attempts {
		a := &attempts[i]
		p.result.Addresses = append(p.result.Addresses, mailcheck.AddressResult{
			IP: a.Addr.Addr(), State: addressState(a), Elapsed: a.Elapsed, Error: message(a.Err), NoRoute: a.Err != nil && trace.NoIPv6Here(a.Err),
		})
		family := 0
		if a.Addr.Addr().Is6() {
			family = 1
		}
		switch {
		case !a.Tried || errors.Is(a.Err, context.Canceled):
		case a.Err == nil:
			worked[family] = a
		default:
			failed[family] = a
		}
	}
	if worked[0] != nil && worked[1] == nil && failed[1] != nil {
		check := checks.TCPUnreachable6
		if trace.NoIPv6Here(failed[1].Err) {
			check = checks.NetNoIPv6
		}
		f := p.find(mailcheck.OpConnect, check, "%s", inWords(failed[1], "IPv4", worked[0]))
		if errors.Is(failed[1].Err, syscall.ECONNREFUSED) {
			f.Fix = mailcheck.Textf("Make the service listen on its IPv6 address (Dovecot: listen = *, ::; Postfix: inet_protocols = all), or remove the AAAA record.")
		} else if check == checks.TCPUnreachable6 {
			f.Fix = mailcheck.Textf("Let IPv6 through to this port in the server's firewall and mend its route, or remove the AAAA record. If IPv6 fails for other servers too, it is this network that lacks it.")
		}
	}
	if worked[1] != nil && worked[0] == nil && failed[0] != nil {
		p.find(mailcheck.OpConnect, checks.TCPUnreachable4, "%s", inWords(failed[0], "IPv6", worked[1]))
	}
}

// inWords says what a client sees that tries one address after the other.
func inWords(failed *netx.Attempt, family string, worked *netx.Attempt) mailcheck.Text {
	if state := addressState(failed); state != mailcheck.TimedOut {
		return mailcheck.Textf("%s: %s; %s: connected, over %s", failed.Addr, state, worked.Addr, family)
	}
	return mailcheck.Textf("%s: timeout after %s; %s: connected, over %s", failed.Addr, mailcheck.Span(failed.Elapsed), worked.Addr, family)
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return mailcheck.Clean(err.Error())
}

// find adds a finding to the step of an operation that is already over.
func (p *probe) find(op mailcheck.Op, c *checks.Check, format string, args ...any) *mailcheck.Finding {
	for i := range p.trace.Steps {
		if p.trace.Steps[i].Op == op {
			return p.trace.FindAt(i, c, format, args...)
		}
	}
	return p.trace.Find(c, format, args...)
}

func addressState(a *netx.Attempt) mailcheck.Reach {
	cut := errors.Is(a.Err, context.DeadlineExceeded) && a.Elapsed < trace.Decisive(mailcheck.OpConnect) // by the end of the run
	if !a.Tried || cut || errors.Is(a.Err, context.Canceled) {
		return mailcheck.NotAttempted
	}
	return trace.ConnectState(a.Err)
}

// await sets the deadline of the next round trip. It holds for the whole reply.
func (p *probe) await(ctx context.Context, limit time.Duration) {
	deadline := time.Now().Add(limit)
	if end, ok := ctx.Deadline(); ok && end.Before(deadline) {
		deadline = end
	}
	p.conn.SetDeadline(deadline)
	p.until, p.ended = deadline, ctx.Done()
	if ctx.Err() != nil {
		p.conn.SetDeadline(time.Unix(1, 0))
	}
}

// patience is how long a greeting is waited for: longer where whoever runs the
// test gave it more time than usual.
func (p *probe) patience(ctx context.Context) time.Duration {
	if p.result.Guessed() {
		return guessTimeout
	}
	if end, ok := ctx.Deadline(); ok {
		return max(greetingTimeout, min(longestGreeting, time.Until(end)-askTimeout))
	}
	return greetingTimeout
}

// greet reads the server's first reply with parse, which returns the greeting to
// show and an error where it turns the client away or makes no sense.
func (p *probe) greet(ctx context.Context, parse func() (string, error)) bool {
	start := time.Now()
	_, err := trace.Do(ctx, p.trace, mailcheck.OpGreeting, p.result.Endpoint(), func(ctx context.Context) (string, error) {
		p.await(ctx, p.patience(ctx))
		p.lines.begin()
		suspicion := p.suspectTLS(ctx)
		greeting, err := parse()
		err = p.certificateFault(err)
		if proof := suspicion(); err != nil && proof != nil {
			err = proof
		}
		p.result.Greeting = mailcheck.Clean(greeting)
		p.result.Software = software(p.result.Greeting)
		return greeting, err
	})
	p.trace.Say("%s", p.result.Greeting)
	if f := p.trace.Steps[len(p.trace.Steps)-1].Findings; err != nil && p.lines.cut != "" && len(f) > 0 {
		f[0].Detail = mailcheck.Textf("%s; all that came is %q", f[0].Detail, p.lines.cut)
	}
	if took := time.Since(start); err == nil && took >= slowGreeting {
		p.trace.Find(checks.GreetDelay, "the greeting took %.0f s", took.Seconds())
	}
	return err == nil
}

// roundTrip sends commands and reads their replies as one step.
func roundTrip[T any](ctx context.Context, p *probe, op mailcheck.Op, commands []string, read func() (T, error)) (T, error) {
	return trace.Do(ctx, p.trace, op, p.result.Endpoint(), func(ctx context.Context) (T, error) {
		p.await(ctx, replyTimeout)
		if err := p.command(commands...); err != nil {
			var zero T
			return zero, err
		}
		return read()
	})
}

// goesOnInClear begins what is said of a server that takes back its go-ahead.
const goesOnInClear = "after its consent to STARTTLS the server goes on without TLS: "

// goAhead checks that nothing follows the server's consent to start TLS. Such
// text was not protected, and a client that read it after the handshake would
// take it for the server's word (CVE-2011-0411).
func (p *probe) goAhead() error {
	switch rest := p.lines.buffered(); {
	case rest == "":
		return nil
	case givesUp(rest):
		return checks.StartTLSRefused.Errorf(goesOnInClear+"%q", strings.TrimSpace(rest))
	default:
		return checks.StartTLSInjection.Errorf("after the go-ahead came %q", rest)
	}
}

// givesUp reports whether text is one line by which a server ends the session, as
// Dovecot does that looks for its key after the go-ahead. Nobody on the way gains
// by such a line: he could as well cut the connection.
func givesUp(text string) bool {
	line, more, _ := strings.Cut(text, "\r\n")
	_, bye := cutPrefixFold(line, "* BYE ")
	_, err := cutPrefixFold(line, "-ERR ")
	code, _, last, reply := parseSMTPLine(line)
	return more == "" && (bye || err || reply && last && code >= 400)
}

// farewell says goodbye without waiting for the answer.
func (p *probe) farewell(commands ...string) {
	p.conn.SetDeadline(time.Now().Add(farewellTimeout))
	_ = p.lines.send(commands...)
}
