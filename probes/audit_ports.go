package probes

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/netx"
)

// clearPorts are those that programs try which guess, and which begin without encryption.
// On port 25 a server that takes logins is a submission server, too.
var clearPorts = []mailcheck.Server{
	{Protocol: mailcheck.IMAP, Port: 143, Security: mailcheck.StartTLS},
	{Protocol: mailcheck.POP3, Port: 110, Security: mailcheck.StartTLS},
	{Protocol: mailcheck.Submission, Port: 587, Security: mailcheck.StartTLS},
	{Protocol: mailcheck.Submission, Port: 25, Security: mailcheck.StartTLS},
}

// clearPort is the look at one of them.
type clearPort struct {
	at     int // index of the server whose audit it belongs to
	server mailcheck.Server
	step   mailcheck.Step
}

// auditPorts asks the usual ports of the audited hosts that nobody names whether they
// take a login in clear. No login is made. It comes after the audits, and leaves a host
// alone that has had enough of them.
func (t *pool) auditPorts(servers []mailcheck.ServerResult) {
	var hosts []string
	var looks [][]*clearPort // by host
	for i, s := range servers {
		if s.TLSAudit == nil || !isMail(s.Protocol) || slices.Contains(hosts, s.Host) || cutShort(servers, s.Host) {
			continue
		}
		hosts, looks = append(hosts, s.Host), append(looks, nil)
		for _, port := range clearPorts {
			port.Host = s.Host
			if !t.tests(port.Host, port.Port) {
				looks[len(hosts)-1] = append(looks[len(hosts)-1], &clearPort{at: i, server: port})
			}
		}
	}
	var wg sync.WaitGroup
	for _, ports := range looks {
		wg.Go(func() {
			for few := range slices.Chunk(ports, maxTalks-1) {
				t.lookAt(few, servers)
			}
		})
	}
	wg.Wait()
	for _, l := range slices.Concat(looks...) {
		s := &servers[l.at]
		if l.step.Op == "" {
			continue // the run was over
		}
		s.Steps = append(s.Steps, l.step)
		s.TLSAudit.Connections++
		if s.Verdict == mailcheck.Pass {
			s.Verdict = verdict(s.Findings())
		}
	}
}

// cutShort reports whether the audit of one of a host's servers ended early.
func cutShort(servers []mailcheck.ServerResult, host string) bool {
	return slices.ContainsFunc(servers, func(s mailcheck.ServerResult) bool {
		return s.Host == host && s.TLSAudit != nil && !s.TLSAudit.CutShort.Empty()
	})
}

func (t *pool) lookAt(ports []*clearPort, servers []mailcheck.ServerResult) {
	var wg sync.WaitGroup
	for _, l := range ports {
		wg.Go(func() { l.look(t, servers[l.at].Addresses) })
	}
	wg.Wait()
}

// look has the conversation of a client with the port, up to where it would log in. That
// it is closed, or serves something else, is nothing.
func (l *clearPort) look(t *pool, addrs []mailcheck.AddressResult) {
	i := slices.IndexFunc(addrs, func(a mailcheck.AddressResult) bool { return a.State == mailcheck.Connected })
	if i < 0 {
		return
	}
	to := netip.AddrPortFrom(addrs[i].IP, l.server.Port)
	defer t.turn(t.ctx, &netx.Dialed{Addr: to})()
	if !lasts(t.ctx, 0) {
		return
	}
	ctx, cancel := context.WithTimeout(t.ctx, askTimeout)
	defer cancel()
	q := newProbe(t.net, l.server, t.opts, time.Now())
	q.further = 0
	start := time.Since(t.began)
	connecting, stop := context.WithTimeout(ctx, nearbyLimit)
	connected := q.connect(connecting, []netip.Addr{to.Addr()})
	stop()
	var offered []mailcheck.Text
	if connected {
		q.talk(ctx)
		offered = q.clearLogin()
	}
	q.leave()
	l.step = mailcheck.Step{Op: mailcheck.OpAudit, Target: l.server.Endpoint(), Start: start, Elapsed: time.Since(t.began) - start}
	l.tell(t, connected, offered)
}

func (l *clearPort) tell(t *pool, connected bool, offered []mailcheck.Text) {
	const what = "ask an unnamed port for a login in clear"
	switch {
	case !connected:
		l.step.Detail = mailcheck.Textf(what + ": it does not let anybody in")
		return
	case len(offered) == 0:
		l.step.Detail = mailcheck.Textf(what + ": none is offered")
		return
	}
	l.step.Detail = mailcheck.Textf(what+": %s", mailcheck.Joined(offered, ", "))
	f := mailcheck.NewFinding(checks.AuthBeforeTLS, "port %d, which the settings do not name, but which programs try that guess, offers before TLS: %s", l.server.Port, mailcheck.Joined(offered, ", "))
	if t.address.Domain != "" {
		f.Detail = mailcheck.Evidencef("port %d is not published, but programs that guess try it; offered before TLS: %s", l.server.Port, mailcheck.Joined(offered, ", "))
	}
	f.Target = l.server.URL()
	l.step.Findings = []mailcheck.Finding{f}
}
