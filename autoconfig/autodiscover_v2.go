package autoconfig

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

// Version 2 of Autodiscover, which phones and Microsoft Teams use, is a GET for each
// protocol, answered in JSON and without a login. Microsoft documents it by examples
// alone. What can be relied on:
//
//   - 200 names the protocol's URL on the server that has the mailbox, Microsoft's
//     or the company's own (learn.microsoft.com, "Resolve interoperability issues
//     between Microsoft Teams and Exchange Server").
//   - A redirect by Exchange Online leads to the company's own server
//     (learn.microsoft.com, "Using hybrid Modern Authentication with Outlook for iOS
//     and Android").
//
// What is answered for an address that nobody has is written nowhere. Seen were a
// redirect of Exchange Online to itself (gremwell/o365enum, README of 2020) and
// errors with an ErrorCode. A server may also name its URLs for any address. So a
// URL says where the mailbox would be, not that it exists, and that none is named
// is told as just that.
type versionTwo struct {
	servers []mailcheck.Server
	urls    []string       // everything that was named, for AutodiscoverV1 too
	at      string         // host that answered in the end, which redirects may have led to
	refusal mailcheck.Text // why it names nothing, in its own words
}

// onlineHost answers for the mailboxes of Exchange Online, without a login.
const onlineHost = "outlook.office365.com"

// onlineHint reports whether DNS says that Microsoft receives the domain's mail, or
// where a filter does, that Exchange Online sends it (SPF). The sources mx and txt
// ask the same questions and tell what is wrong with the answers.
func (d *autodiscovery) onlineHint(ctx context.Context) bool {
	records, _, err := d.net.Resolver.MX(ctx, d.address.Domain)
	if err != nil || len(records) == 0 {
		return false
	}
	if host := records[0].Host; document.Inside(host, "protection.outlook.com") || document.Inside(host, "mx.microsoft") {
		return true
	}
	texts, _, err := d.net.Resolver.TXT(ctx, d.address.Domain)
	return err == nil && slices.ContainsFunc(texts, func(text string) bool {
		terms := strings.Fields(strings.ToLower(text))
		return len(terms) > 0 && terms[0] == "v=spf1" && slices.Contains(terms, "include:spf.protection.outlook.com")
	})
}

// exchangeOnline asks whether the mailbox lives in Exchange Online. The address is
// sent there, so this is done only where the domain itself points that way.
func (d *autodiscovery) exchangeOnline(ctx context.Context, t *trace.Trace) answer {
	if d.address.Local == "" {
		return answer{state: mailcheck.Absent, reason: mailcheck.Textf("Exchange Online was not asked: that takes a whole address")}
	}
	if why, there := d.resolveService(ctx, t, "https://"+onlineHost); !there {
		return why
	}
	v := d.versionTwo(ctx, t, onlineHost)
	home := slices.IndexFunc(v.urls, namesMicrosoft)
	switch {
	case home >= 0:
		t.Find(checks.ExchangeOnline, "asked for %s, %s names %s", d.address, onlineHost, v.urls[home])
		return answer{state: mailcheck.Found, reason: mailcheck.Textf("Exchange Online answers for the address"), servers: v.servers}
	case len(v.urls) > 0:
		t.Find(checks.ExchangeHybrid, "asked for %s, %s leads to %s", d.address, onlineHost, v.urls[0])
		return answer{state: mailcheck.Found, reason: mailcheck.Textf("Exchange Online says that the mailbox is at %s", hostOf(v.urls[0])), servers: v.servers}
	case d.ownServer(ctx, v.at):
		t.Find(checks.ExchangeHybrid, "asked for %s, %s sends to %s, which does not answer the question", d.address, onlineHost, v.at)
		return answer{state: mailcheck.Absent, reason: mailcheck.Textf("Exchange Online sends to %s, which names no server", v.at)}
	case !IsMicrosoft(v.at), !v.refusal.Empty():
		why := v.refusal
		if why.Empty() {
			why = mailcheck.Textf("sends to %s, and nothing is there", v.at)
		}
		t.Find(checks.ExchangeElsewhere, "asked for %s, %s %s", d.address, onlineHost, why)
		return answer{state: mailcheck.Absent, reason: mailcheck.Textf("Exchange Online names no server for the address")}
	}
	return answer{state: mailcheck.Absent, reason: mailcheck.Textf("Exchange Online did not tell whether it has the mailbox")}
}

// ownServer reports whether a host that Exchange Online sends to is another's, and
// no alias of its own.
func (d *autodiscovery) ownServer(ctx context.Context, host string) bool {
	if IsMicrosoft(host) {
		return false
	}
	addrs, meta, err := d.net.Addrs(ctx, host, 443)
	return err == nil && len(addrs) > 0 && !slices.ContainsFunc(meta.Aliases, IsMicrosoft)
}

func namesMicrosoft(where string) bool { return IsMicrosoft(hostOf(where)) }

// versionTwo asks a host for each protocol. A host that does not speak version 2 is
// asked only once.
func (d *autodiscovery) versionTwo(ctx context.Context, t *trace.Trace, host string) (v versionTwo) {
	if d.address.Local == "" {
		return v
	}
	for _, protocol := range []string{"ActiveSync", "EWS", "AutodiscoverV1"} {
		a := d.askVersionTwo(ctx, t, host, protocol, &v)
		if a == nil {
			break
		}
		if a.URL == "" || !strings.EqualFold(a.Protocol, protocol) {
			continue
		}
		v.urls = append(v.urls, a.URL)
		wanted := map[string]mailcheck.Protocol{"ActiveSync": mailcheck.ActiveSync, "EWS": mailcheck.EWS}[protocol]
		if wanted == "" {
			continue
		}
		server, err := mailcheck.ParseWebServer(wanted, a.URL)
		if err != nil {
			t.Find(checks.AutodiscoverBadSection, "%s, for %s: %v", host, protocol, err)
			continue
		}
		server.Username = d.address.Username()
		v.servers = append(v.servers, d.handOver(server))
	}
	return v
}

// askVersionTwo asks for the URL of one protocol. It returns nothing if the host
// does not speak version 2.
func (d *autodiscovery) askVersionTwo(ctx context.Context, t *trace.Trace, host, protocol string, v *versionTwo) *document.AutodiscoverV2 {
	where := fmt.Sprintf("https://%s/autodiscover/autodiscover.json?Email=%s&Protocol=%s&RedirectCount=1", host, url.QueryEscape(d.address.String()), protocol)
	doc, err := d.get(ctx, t, netx.Request{Method: http.MethodGet, URL: where})
	blame(t)
	v.at = hostOf(doc.URL)
	if err != nil {
		if found := t.Steps[len(t.Steps)-1].Findings; host == onlineHost && len(found) > 0 {
			if found[0].Check == checks.HTTPTooManyRedirects && IsMicrosoft(v.at) {
				v.refusal = mailcheck.Textf("sends only to itself")
			}
			t.Steps[len(t.Steps)-1].Findings = nil // no fault of the account
		}
		soften(t, checks.Info) // not every service has version 2; what else is wrong with the host was said
		return nil
	}
	status := mailcheck.Textf("HTTP status %d", doc.Status)
	if v.at != host {
		status = mailcheck.Textf("HTTP status %d at %s", doc.Status, v.at)
	}
	t.Say("%s", status)
	a, err := document.ParseAutodiscoverV2(doc.Body)
	switch {
	case err != nil && doc.Status == http.StatusOK && doc.ContentType == "application/json":
		t.FindText(trace.Classify(mailcheck.OpParse, fmt.Errorf("%s: %w", where, err)))
		return nil
	case err != nil:
		return nil
	case a.ErrorCode != "":
		if doc.Status >= 400 && doc.Status < 500 && doc.Status != http.StatusTooManyRequests {
			v.refusal = mailcheck.Evidencef("answers with %s: %s", a.ErrorCode, a.ErrorMessage)
		}
		t.Say("%s, %s: %s", status, a.ErrorCode, a.ErrorMessage)
	default:
		t.Say("%s: %s", a.Protocol, a.URL)
	}
	return a
}
