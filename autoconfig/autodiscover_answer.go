package autoconfig

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/autoconfig/lint"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

// judge reads one answer. It returns where the answer sends to, or nothing where
// it is the last.
func (d *autodiscovery) judge(ctx context.Context, t *trace.Trace, doc *netx.Document, a mailcheck.Address) (found poxAnswer, next string) {
	t.Say("HTTP status %d%s", doc.Status, invented(a))
	judgeCertificate(t, doc)
	fail := func(c *checks.Check, detail, reason mailcheck.Text) poxAnswer {
		t.Find(c, "%s %s", doc.URL, detail)
		return poxAnswer{answer: answer{state: mailcheck.Failed, reason: reason}}
	}
	switch location := doc.Header.Get("Location"); {
	case doc.Status >= 300 && doc.Status < 400 && location != "":
		// MS-OXDSCLI section 3.1.5.2: the question is asked again there, as POST.
		t.Say("HTTP status %d, to %s%s", doc.Status, location, invented(a))
		return d.follow(t, doc.URL, location)
	case doc.Status == http.StatusUnauthorized:
		return d.unauthorized(ctx, t, doc), ""
	case doc.Status == http.StatusNotFound, doc.Status == http.StatusGone, doc.Status == http.StatusMethodNotAllowed, doc.Status == http.StatusNoContent:
		return poxAnswer{answer: answer{state: mailcheck.Absent, reason: mailcheck.Textf("%s has no Autodiscover service", hostOf(doc.URL))}}, ""
	case doc.Status != http.StatusOK:
		refusal := fail(checks.AutodiscoverStatus, mailcheck.Textf("answers with HTTP status %d", doc.Status), mailcheck.Textf("%s answers with %s", hostOf(doc.URL), mailcheck.Textf("HTTP status %d", doc.Status)))
		refusal.heard = true
		return refusal, ""
	case document.ProgramSource(doc.Body) != "":
		return fail(checks.AutodiscoverProgram, mailcheck.Textf("begins %q, as the source of a program does", document.ProgramSource(doc.Body)), mailcheck.Textf("%s answers with the source of a program", hostOf(doc.URL))), ""
	case document.LooksLikeHTML(doc.Body):
		return fail(checks.AutodiscoverHTML, mailcheck.Textf("answers with %s that begins %q", doc.ContentType, document.Head(doc.Body)), mailcheck.Textf("%s answers with a web page", hostOf(doc.URL))), ""
	}
	t.Say("%d bytes of %s%s", len(doc.Body), doc.ContentType, invented(a))
	if !document.XMLType(doc.ContentType) {
		t.Find(checks.AutodiscoverContentType, "%s is served as %q", doc.URL, doc.ContentType)
	}
	return d.readAnswer(ctx, t, doc, a)
}

// invented says which address was asked about where none was given.
func invented(a mailcheck.Address) mailcheck.Text {
	if a.Local != "" {
		return mailcheck.Text{}
	}
	return mailcheck.Textf(", asked about %s", postmaster(a))
}

// follow returns the place that an answer sends to, if it is one to ask.
func (d *autodiscovery) follow(t *trace.Trace, from, location string) (poxAnswer, string) {
	next, err := netx.RedirectTarget(from, location)
	if err != nil {
		t.FindText(trace.Classify(mailcheck.OpFetch, err))
		return poxAnswer{answer: answer{state: mailcheck.Failed, reason: mailcheck.Textf("%s sends programs to a place that must not be followed", hostOf(from))}}, ""
	}
	return poxAnswer{}, next
}

// unauthorized reports a demand for a login, with the schemes and the header by which
// Exchange tells of the SOAP form, as the EWS Managed API reads it. At the domain's own web site it counts
// only if the schemes are Exchange's and the rest of the site is open; where the
// name says autodiscover, any counts.
func (d *autodiscovery) unauthorized(ctx context.Context, t *trace.Trace, doc *netx.Document) poxAnswer {
	d.login.Store(true)
	offered := netx.Challenges(doc.Header.Values("WWW-Authenticate"))
	soap := strings.EqualFold(doc.Header.Get("X-SOAP-Enabled"), "true")
	exchange := soap || slices.ContainsFunc(offered, func(s string) bool {
		return strings.EqualFold(s, "Negotiate") || strings.EqualFold(s, "NTLM") || strings.EqualFold(s, "Bearer")
	})
	detail := mailcheck.Textf("%s offers %s", doc.URL, mailcheck.ListOf(offered).Or("no way to log in"))
	if soap {
		detail = mailcheck.Textf("%s; its SOAP form, autodiscover.svc, is switched on too", detail)
	}
	t.Find(checks.AutodiscoverUnauthorized, "%s", detail)
	return poxAnswer{
		answer:       answer{state: mailcheck.Absent, reason: mailcheck.Textf("%s wants a login before it tells the settings", hostOf(doc.URL))},
		unauthorized: hostOf(doc.URL) != d.address.Domain || exchange && !d.locked(ctx),
	}
}

// readAnswer reads a document of the service.
func (d *autodiscovery) readAnswer(ctx context.Context, t *trace.Trace, doc *netx.Document, asked mailcheck.Address) (poxAnswer, string) {
	a, err := trace.Do(ctx, t, mailcheck.OpParse, doc.URL, func(context.Context) (*document.AutodiscoverAnswer, error) {
		return document.ParseAutodiscover(doc.Body)
	})
	switch {
	case err != nil:
		return poxAnswer{answer: answer{state: mailcheck.Failed, reason: mailcheck.Textf("%s answers with something that cannot be read", hostOf(doc.URL))}}, ""
	case a.ErrorCode != "":
		return d.refused(t, doc.URL, asked, a), ""
	case strings.EqualFold(a.Action, "redirectUrl"):
		t.Say("sends to %s", a.RedirectURL)
		found, next := d.follow(t, doc.URL, a.RedirectURL)
		found.byURL = true
		return found, next
	case strings.EqualFold(a.Action, "redirectAddr"):
		t.Say("sends to %s", a.RedirectAddr)
		return poxAnswer{redirectAddr: a.RedirectAddr}, ""
	}
	return d.readSettings(t, doc.URL, asked, a), ""
}

// errorRemedies say what to do about each ErrorCode (MS-OXDSCLI section
// 2.2.4.1.1.3.2). It is a mailbox that the first three are about.
var errorRemedies = map[string]string{
	"500": "The service does not know the address. Check its spelling; otherwise give the mailbox this address, or add the domain to the service.",
	"501": "The service knows the address, but has nothing to configure for it: it may belong to a contact or a group. Use the address of the mailbox.",
	"602": "The service knows the address, but the mailbox is configured wrongly. See the service's log for this address.",
	"600": "The service could not read the request. Look for a proxy or web server before it that turns POST into GET, or drops or changes the body.",
	"601": "The service does not offer the schema outlook/responseschema/2006a, which Outlook asks for. Switch it on, or remove the DNS name autodiscover.",
	"603": "The service failed inside. See its log for this request.",
}

// refused reports an answer that is an error. That nobody knows an address which
// was made up is no fault.
func (d *autodiscovery) refused(t *trace.Trace, where string, asked mailcheck.Address, a *document.AutodiscoverAnswer) poxAnswer {
	if asked.Local == "" && (a.ErrorCode == "500" || a.ErrorCode == "501") {
		t.Say("error %s, %s", a.ErrorCode, a.Message)
		return poxAnswer{answer: answer{state: mailcheck.Absent, reason: mailcheck.Textf("%s knows nothing of %s; ask about a whole address", hostOf(where), postmaster(asked))}}
	}
	t.Find(checks.AutodiscoverErrorCode, "%s: code %s, %q", where, a.ErrorCode, a.Message).Fix = mailcheck.Text{Format: errorRemedies[a.ErrorCode]}
	return poxAnswer{answer: answer{state: mailcheck.Failed, reason: mailcheck.Textf("%s answers with the error %s, %s", hostOf(where), a.ErrorCode, a.Message)}, heard: true}
}

// readSettings hands the servers of an answer over.
func (d *autodiscovery) readSettings(t *trace.Trace, where string, asked mailcheck.Address, a *document.AutodiscoverAnswer) poxAnswer {
	servers, problems := a.Servers(d.address)
	locate(servers, where, a.Lines(), a.ServerAt)
	faults := lint.Answer(a, d.address, asked)
	if d.address.Local == "" { // the user name is that of the address that was made up
		faults = slices.DeleteFunc(faults, func(f mailcheck.Finding) bool { return f.Element == "LoginName" })
	}
	if len(servers) == 0 {
		faults = slices.DeleteFunc(faults, isNoServer)
	}
	placeSecurity(t, where, faults, a.ServerAt)
	tellFaults(t, where, checks.AutodiscoverBadSection, faults, problems, a.ServerAt)
	if len(servers) == 0 {
		t.Find(checks.AutodiscoverNoServers, "%s", where)
		return poxAnswer{answer: answer{state: mailcheck.Failed, reason: mailcheck.Textf("%s names no usable server", hostOf(where))}}
	}
	for i := range servers {
		if d.address.Local == "" && strings.HasPrefix(servers[i].Username, "postmaster") {
			servers[i].Username = "" // the answer to a question that was made up
		}
		servers[i] = d.handOver(servers[i])
	}
	t.Say("%s", mailcheck.Count{N: len(servers), Noun: "server"})
	return poxAnswer{answer: answer{state: mailcheck.Found, reason: mailcheck.Textf("%s%s", where, invented(d.address)), servers: servers, pox: a}, heard: true}
}

// judgeCertificate warns of a web server's certificate that ends soon or has a weak
// key. One that is no good at all has failed the fetch.
func judgeCertificate(t *trace.Trace, doc *netx.Document) {
	if doc.TLS == nil || len(doc.TLS.PeerCertificates) == 0 {
		return
	}
	if detail := trace.ExpiresSoon(doc.TLS.PeerCertificates[0], 0); !detail.Empty() {
		t.Find(checks.TLSExpiresSoon, "%s: %s", hostOf(doc.URL), detail)
	}
	if weak := trace.WeakKey(doc.TLS.PeerCertificates[0]); !weak.Empty() {
		t.Find(checks.TLSWeakKey, "%s: %s", hostOf(doc.URL), weak)
	}
}

// indirect looks where http and DNS point to, and asks there unless the places of
// more trust have an answer or their head start is over.
func (d *autodiscovery) indirect(ctx context.Context, t *trace.Trace, a mailcheck.Address, trail []string, direct <-chan poxAnswer) poxAnswer {
	var targets []string
	look := d.beside(ctx, func(ctx context.Context, t *trace.Trace) {
		targets = sideBySide(ctx, t, []func(context.Context, *trace.Trace) string{
			func(ctx context.Context, t *trace.Trace) string { return d.httpRedirect(ctx, t, a) },
			func(ctx context.Context, t *trace.Trace) string { return d.serviceRecord(ctx, t, a) },
		})
	})
	needless := settles(ctx, direct)
	if needless {
		look.hurry()
	} else {
		look.await()
	}
	t.Join(look.trace)
	if needless {
		return poxAnswer{answer: answer{state: mailcheck.Absent}}
	}
	known := []string{"https://" + a.Domain + poxPath, "https://autodiscover." + a.Domain + poxPath, ""}
	var asks []func(context.Context, *trace.Trace) poxAnswer
	for i, target := range targets {
		if slices.Contains(known, strings.ToLower(target)) {
			continue
		}
		known = append(known, strings.ToLower(target))
		origin := []string{"http://autodiscover." + a.Domain + poxPath, "_autodiscover._tcp." + a.Domain}[i]
		asks = append(asks, func(ctx context.Context, t *trace.Trace) poxAnswer {
			found := d.pursueAndKeep(ctx, t, target, a, append(slices.Clip(trail), origin))
			if i == 0 && found.settled() && !IsMicrosoft(hostOf(found.at)) {
				t.Find(checks.AutodiscoverHTTPRedirect, "%s", shown(found.trail))
			}
			found.missed = i == 1 && d.plain.Load()
			return found
		})
	}
	if len(asks) == 0 {
		return poxAnswer{answer: answer{state: mailcheck.Absent}}
	}
	answers := sideBySide(ctx, t, asks)
	if best := preferred(append(answers, poxAnswer{})); best < len(answers) {
		return answers[best]
	}
	return answers[0]
}

// settles waits until the places of more trust have an answer, which needs no other, or
// have had their head start.
func settles(ctx context.Context, direct <-chan poxAnswer) bool {
	timer := time.NewTimer(headStart)
	defer timer.Stop()
	for range cap(direct) {
		select {
		case found := <-direct:
			if found.settled() {
				return true
			}
		case <-timer.C:
			return false
		case <-ctx.Done():
			return true
		}
	}
	return false
}

// httpRedirect asks over http, without the address, for the one thing that counts
// there: a redirect to https (MS-OXDISCO section 3.1.5.4).
func (d *autodiscovery) httpRedirect(ctx context.Context, t *trace.Trace, a mailcheck.Address) string {
	where := "http://autodiscover." + a.Domain + poxPath
	if _, there := d.resolveService(ctx, t, where); !there {
		return ""
	}
	doc, err := d.get(ctx, t, netx.Request{Method: http.MethodGet, URL: where, AllowHTTP: true, NoFollow: true})
	if err != nil {
		t.Steps[len(t.Steps)-1].Findings = nil // nobody needs http
		return ""
	}
	location := doc.Header.Get("Location")
	t.Say("HTTP status %d %s", doc.Status, location)
	if heard, _ := d.readAside(doc); a == d.address { // what another domain gives is not this one's
		d.keepAnswer(http.MethodGet, where, heard)
	}
	if doc.Status/100 == 2 {
		d.plain.Store(true)
		d.answered.Store(true)
	}
	if doc.Status < 300 || doc.Status > 399 || location == "" {
		return ""
	}
	_, target := d.follow(t, where, location)
	return target
}

// serviceRecord returns the place that DNS names (MS-OXDISCO section 3.1.5.3): of
// the records with port 443 the first by priority and weight.
func (d *autodiscovery) serviceRecord(ctx context.Context, t *trace.Trace, a mailcheck.Address) string {
	name := "_autodiscover._tcp." + a.Domain
	records, err := trace.Do(ctx, t, mailcheck.OpLookup, name+" SRV", func(ctx context.Context) ([]netx.SRV, error) {
		records, _, err := d.net.Resolver.SRV(ctx, name)
		if notFound(err) {
			return nil, nil
		}
		return records, err
	})
	if err != nil {
		soften(t, checks.Warning)
		return ""
	}
	t.Got(name, "SRV", srvData(records))
	t.Say("no record")
	if len(records) > 0 {
		t.Say("%s", describeSRV(records))
	}
	for _, record := range records {
		target, err := netx.RedirectTarget("https://"+a.Domain, "https://"+record.Target+poxPath)
		switch {
		case record.Target == ".":
		case err != nil:
			t.Find(checks.SRVBadTarget, "%s names %q", name, record.Target)
		case record.Port != 443:
			t.Find(checks.AutodiscoverSRVPort, "%s SRV %s", name, describeSRV([]netx.SRV{record})).
				Fix = mailcheck.Textf("Publish instead: %s. SRV 0 0 443 %s.", name, record.Target)
		default:
			return target
		}
	}
	return ""
}
