package autoconfig

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

const poxPath = "/autodiscover/autodiscover.xml"

// maxAutodiscoverHops is the number of places that one search may be sent to, by
// HTTP and by the answers themselves. Microsoft asks clients to stop at 10.
const maxAutodiscoverHops = 10

// maxServices is the number of services that are asked the question of phones, too.
const maxServices = 2

// autodiscovery is one search by Autodiscover (MS-OXDISCO, MS-OXDSCLI). Nothing
// secret is ever sent, whatever a server asks for, and the address leaves over https
// alone. Answers count in Outlook's order: the domain, autodiscover.DOMAIN, the
// redirect over http, the SRV record (support.microsoft.com, "Outlook 2016
// implementation of Autodiscover", steps 6 to 10). Not asked, since they tell nothing
// without a login:
//
//   - autodiscover.svc, the SOAP form. Only a user with credentials gets settings
//     (learn.microsoft.com, "Using Autodiscover to locate the correct endpoint"); that
//     it is there, Exchange says in the header X-SOAP-Enabled, by which the EWS Managed
//     API chooses. What it tells anybody, GetFederationInformation (MS-OXWSADISC section
//     3.1.4.2), is about organisations and not about mailboxes.
//   - https://outlook.office365.com/autodiscover/autodiscover.xml, which Outlook tries
//     first if it takes the account for one of Microsoft 365 (step 4; the registry value
//     ExcludeExplicitO365Endpoint turns that off). Version 2 on the same host answers
//     the question behind it.
//   - Active Directory (SCP, step 5), which only a computer of the organisation sees.
type autodiscovery struct {
	*search
	microsoft atomic.Bool // a name or a redirect leads to Exchange Online
	login     atomic.Bool // some service wants a login
	answered  atomic.Bool // some place has answered with a status of 2xx, whatever came
	plain     atomic.Bool // so has the one over http
	services  []string    // URLs that answered Outlook's question, or refused it; only one goroutine asks in rounds
}

// poxAnswer is what one place had in the end.
type poxAnswer struct {
	answer
	at           string   // URL that answered
	trail        []string // what was asked on the way, that URL included
	unauthorized bool     // it wants a login
	redirectAddr string   // it knows the mailbox under this address
	byURL        bool     // an answer on the way names the next URL
	success      bool     // its status is 2xx
	missed       bool     // so is that of a place that Thunderbird asks before
	heard        bool     // a service has read the question, or failed on it: it may know another
}

// settled reports whether clients look no further after such an answer.
func (a poxAnswer) settled() bool {
	return len(a.servers) > 0 || a.unauthorized || a.redirectAddr != ""
}

// findAutodiscover asks the domain's service and, where something hints that the
// mailbox may be there, Exchange Online.
func findAutodiscover(ctx context.Context, s *search) {
	d := &autodiscovery{search: s}
	overHTTP := d.beside(ctx, d.askOverHTTP)
	var byGet *aside
	online := false
	answers := sideBySide(ctx, s.trace, []func(context.Context, *trace.Trace) answer{
		func(ctx context.Context, t *trace.Trace) answer {
			pox := d.rounds(ctx, t)
			byGet = d.beside(ctx, d.askByGet)
			return d.askService(ctx, t, pox)
		},
		func(ctx context.Context, t *trace.Trace) answer {
			if online = d.onlineHint(ctx); online {
				d.release() // Exchange Online has no IMAP, POP3 or SMTP in its answers
				return d.exchangeOnline(ctx, t)
			}
			return answer{}
		},
	})
	if !online && d.microsoft.Load() {
		answers = append(answers, d.exchangeOnline(ctx, s.trace))
	}
	s.conclude(answers[0].state, "%s", answers[0].reason)
	for _, a := range answers {
		if len(a.servers) > 0 && s.result.State != mailcheck.Found {
			s.result.State = mailcheck.Found
			s.conclude(mailcheck.Found, "%s", a.reason)
		}
		s.publishAll(a)
	}
	s.release()
	for _, a := range []*aside{byGet, overHTTP} {
		a.hurry()
		a.trace.Forget() // what the answers mean is told where they are compared
		s.trace.Join(a.trace)
	}
}

// askService asks the service that has the settings, or wants a login for them, for
// the Exchange URLs too.
func (d *autodiscovery) askService(ctx context.Context, t *trace.Trace, pox poxAnswer) answer {
	d.board.autodiscovered = Autodiscovered{Login: d.login.Load() && !d.answered.Load(), ByURL: pox.byURL, Missed: pox.missed}
	d.vouch(&pox.answer, vouchOfAutodiscover(pox.trail))
	for _, where := range d.services[:min(maxServices, len(d.services))] {
		if servers := d.askForPhones(ctx, t, where); len(servers) > 0 {
			if len(pox.servers) == 0 {
				pox.reason = mailcheck.Textf("%s names ActiveSync to phones", where)
			}
			pox.servers = append(pox.servers, servers...)
		}
	}
	u, err := url.Parse(pox.at)
	if !pox.settled() || err != nil || IsMicrosoft(u.Hostname()) {
		return pox.answer
	}
	v := d.versionTwo(ctx, t, u.Host)
	if len(pox.servers) == 0 && len(v.servers) > 0 {
		pox.reason = mailcheck.Textf("%s wants a login, but names the Exchange server", pox.at)
	}
	pox.servers = append(pox.servers, v.servers...)
	if slices.ContainsFunc(v.urls, namesMicrosoft) {
		d.microsoft.Store(true)
	}
	return pox.answer
}

// rounds asks about the address, and again about the address that an answer sends
// to, until settings come.
func (d *autodiscovery) rounds(ctx context.Context, t *trace.Trace) poxAnswer {
	address := d.address
	asked := []string{address.String()}
	var trail []string
	for {
		a := d.round(ctx, t, address, trail)
		if a.redirectAddr == "" {
			return a
		}
		next, err := mailcheck.ParseAddress(a.redirectAddr)
		switch {
		case err != nil || next.Local == "":
			t.Find(checks.AutodiscoverMalformed, "%s sends to %q, which is no address", a.at, a.redirectAddr)
		case slices.Contains(asked, next.String()):
			t.Find(checks.HTTPTooManyRedirects, "%s sends from %s back to %s", a.at, address, next)
		case len(a.trail) >= maxAutodiscoverHops:
			t.Find(checks.HTTPTooManyRedirects, "%s sends to %s, which is redirect number %d", a.at, next, len(a.trail))
		default:
			t.Find(checks.AutodiscoverAddress, "%s sends from %s to %s", a.at, address, next)
			address, trail = next, a.trail
			asked = append(asked, next.String())
			continue
		}
		return poxAnswer{answer: answer{state: mailcheck.Failed, reason: mailcheck.Textf("%s sends to other addresses, which lead nowhere", a.at)}}
	}
}

// round asks every place for one address: the domain and autodiscover.DOMAIN at
// once, and what http and DNS point to if those have nothing.
func (d *autodiscovery) round(ctx context.Context, t *trace.Trace, a mailcheck.Address, trail []string) poxAnswer {
	direct := make(chan poxAnswer, 2)
	answers := make([]poxAnswer, 3)
	traces := []*trace.Trace{t.Branch(), t.Branch(), t.Branch()}
	var wg sync.WaitGroup
	wg.Go(func() {
		answers[0] = d.pursueAndKeep(ctx, traces[0], "https://"+a.Domain+poxPath, a, trail)
		forgive(traces[0], &answers[0])
		direct <- answers[0]
	})
	wg.Go(func() {
		answers[1] = d.pursueAndKeep(ctx, traces[1], "https://autodiscover."+a.Domain+poxPath, a, trail)
		direct <- answers[1]
	})
	wg.Go(func() { answers[2] = d.indirect(ctx, traces[2], a, trail, direct) })
	wg.Wait()
	for _, a := range answers {
		if a.heard && !IsMicrosoft(hostOf(a.at)) && !slices.Contains(d.services, a.at) {
			d.services = append(d.services, a.at)
		}
	}
	best := preferred(answers)
	for i := range answers {
		if i != best && answers[best].settled() {
			excuse(traces[i], d.microsoft.Load())
		}
	}
	t.Join(traces...)
	for _, i := range []int{1, 0} { // Thunderbird asks autodiscover.DOMAIN first, and takes the first that is there
		if i == best {
			break
		}
		answers[best].missed = answers[best].missed || answers[i].success
	}
	if len(answers[best].trail) > 1 && answers[best].settled() {
		d.judgeHost(t, a, answers[best])
	}
	return answers[best]
}

// preferred returns the index of the answer that counts: the first with servers,
// else the first that settles the matter, else the first that went wrong.
func preferred(answers []poxAnswer) int {
	for _, counts := range []func(poxAnswer) bool{
		func(a poxAnswer) bool { return len(a.servers) > 0 },
		poxAnswer.settled,
		func(a poxAnswer) bool { return a.state == mailcheck.Failed },
	} {
		if i := slices.IndexFunc(answers, counts); i >= 0 {
			return i
		}
	}
	return 1 // autodiscover.DOMAIN, the place where people look
}

// forgive takes back what was found at the domain's own web site: most have no
// Autodiscover service, and need none. A bad certificate is noted, since Outlook
// asks there first and shows users a warning.
func forgive(t *trace.Trace, a *poxAnswer) {
	if a.settled() {
		return
	}
	mailcheck.TakeBack(t.Steps, func(_ mailcheck.Step, f mailcheck.Finding) bool {
		switch f.Check {
		case checks.AutodiscoverCertificate, checks.AutodiscoverErrorCode, checks.AutodiscoverNoServers,
			checks.AutodiscoverBadSection, checks.RunTimeout:
			return false
		}
		return true
	})
	for _, f := range mailcheck.Each(t.Steps) {
		if f.Check == checks.AutodiscoverCertificate {
			f.Severity = checks.Info
			f.Fix = mailcheck.Textf("Outlook asks the domain's own web site before autodiscover.DOMAIN. Give the site a certificate for the domain itself, or set ExcludeHttpsRootDomain on Outlook's computers.")
		}
	}
	if !slices.ContainsFunc(t.Findings(), func(f mailcheck.Finding) bool { return f.Severity > checks.Info }) {
		a.state, a.reason = mailcheck.Absent, mailcheck.Textf("no Autodiscover service")
	}
}

// excuse lowers what was found at a place whose answer is not needed. Exchange
// Online is meant to be reached by the redirect over http, with nothing usable
// before it, so nothing is said of that.
func excuse(t *trace.Trace, microsoft bool) {
	if microsoft {
		t.Forget()
	}
	for _, f := range mailcheck.Each(t.Steps) {
		f.Severity = min(f.Severity, checks.Info)
	}
}

// pursue asks one place and follows where it sends, and returns what stands at the
// end. Every place is https and a public name.
func (d *autodiscovery) pursue(ctx context.Context, t *trace.Trace, where string, a mailcheck.Address, trail []string) poxAnswer {
	byURL := false
	for first := true; ; first = false {
		hop := where + " " + a.String()
		circle := slices.Contains(trail, hop)
		if circle || len(trail) >= maxAutodiscoverHops {
			t.Find(checks.HTTPTooManyRedirects, "%s is redirect number %d: %s", where, len(trail), shown(trail))
			return poxAnswer{answer: answer{state: mailcheck.Failed, reason: mailcheck.Textf("sends programs in a circle or too far")}, at: where, trail: trail}
		}
		trail = append(slices.Clip(trail), hop)
		if why, there := d.resolveService(ctx, t, where); !there && first {
			return poxAnswer{answer: why, at: where, trail: trail}
		} else if !there {
			t.Find(checks.AutodiscoverUnreachable, "%s: %s", shown(trail), why.reason)
			return poxAnswer{answer: answer{state: mailcheck.Failed, reason: why.reason}, at: where, trail: trail}
		}
		doc, err := d.post(ctx, t, where, a)
		if err != nil {
			return poxAnswer{answer: answer{state: mailcheck.Failed, reason: mailcheck.Textf("%s: %s", hostOf(where), inShort(t.Steps[len(t.Steps)-1].Findings[0]))}, at: where, trail: trail}
		}
		found, next := d.judge(ctx, t, doc, a)
		byURL = byURL || found.byURL
		if next == "" {
			found.at, found.trail, found.byURL, found.success, found.fetched = where, trail, byURL, doc.Status/100 == 2, doc
			if found.success {
				d.answered.Store(true)
			}
			return found
		}
		where = next
	}
}

// pursueAndKeep also keeps what stands at the end, of what is asked about the user's own
// address.
func (d *autodiscovery) pursueAndKeep(ctx context.Context, t *trace.Trace, where string, a mailcheck.Address, trail []string) poxAnswer {
	found := d.pursue(ctx, t, where, a, trail)
	if a == d.address && !found.unresolved {
		d.keepAnswer(http.MethodPost, where, found.answer)
	}
	return found
}

// shown writes a trail for people.
func shown(trail []string) string {
	var urls []string
	for _, hop := range trail {
		where, _, _ := strings.Cut(hop, " ")
		urls = append(urls, where)
	}
	return strings.Join(urls, " -> ")
}

func hostOf(where string) string {
	u, err := url.Parse(where)
	if err != nil {
		return where
	}
	return u.Hostname()
}

// resolveService looks a host up, as a step of its own. That there is none is no
// fault: every domain may do without Autodiscover.
func (d *autodiscovery) resolveService(ctx context.Context, t *trace.Trace, where string) (why answer, there bool) {
	host := hostOf(where)
	addrs, err := trace.Do(ctx, t, mailcheck.OpResolve, host, func(ctx context.Context) ([]netip.Addr, error) {
		addrs, meta, err := d.net.GuessedAddrs(ctx, host, 443)
		if slices.ContainsFunc(meta.Aliases, IsMicrosoft) || IsMicrosoft(host) {
			d.microsoft.Store(true)
		}
		if notFound(err) {
			return nil, nil
		}
		return addrs, err
	})
	switch {
	case err != nil:
		soften(t, checks.Warning)
		return answer{state: mailcheck.Failed, reason: mailcheck.Textf("DNS did not answer for %s", host), unresolved: true}, false
	case len(addrs) == 0:
		t.Say("no such host")
		return answer{state: mailcheck.Absent, reason: mailcheck.Textf("no such host: %s", host), unresolved: true}, false
	}
	return answer{}, true
}

// IsMicrosoft reports whether a host belongs to Exchange Online.
func IsMicrosoft(host string) bool {
	return document.Inside(host, "outlook.com") || document.Inside(host, "office365.com")
}

// post asks one URL about an address.
func (d *autodiscovery) post(ctx context.Context, t *trace.Trace, where string, a mailcheck.Address) (*netx.Document, error) {
	doc, err := d.get(ctx, t, netx.Request{
		Method: http.MethodPost, URL: where, Body: poxRequest(a), NoFollow: true,
		Header: http.Header{"Content-Type": {"text/xml; charset=utf-8"}}, // Outlook.com wants this very string
	})
	blame(t)
	return doc, err
}

// blame gives the faults of a web server the names they have for Autodiscover.
func blame(t *trace.Trace) {
	findings := t.Steps[len(t.Steps)-1].Findings
	for i, f := range findings {
		switch f.Check {
		case checks.AutoconfigUnreachable:
			findings[i].Check = checks.AutodiscoverUnreachable
		case checks.AutoconfigCertificate:
			findings[i].Check = checks.AutodiscoverCertificate
		}
	}
	soften(t, checks.Warning)
}

// judgeHost notes a service outside the domain. Outlook and Thunderbird ask the
// user before they go there, unless it is Microsoft's own.
func (d *autodiscovery) judgeHost(t *trace.Trace, a mailcheck.Address, found poxAnswer) {
	host := hostOf(found.at)
	if registrable(host) != registrable(a.Domain) && !IsMicrosoft(host) {
		t.Find(checks.AutodiscoverAsksConsent, "%s", shown(found.trail))
	}
}
