package autoconfig

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"mailcheck"
	"mailcheck/internal/netx"
)

// onlineHost answers for every mailbox of Exchange Online, without a login.
const onlineHost = "outlook.office365.com"

// mxHint reports whether the domain's mail goes to Microsoft. The source mx asks
// the same question and tells what is wrong with its answer.
func (d *autodiscovery) mxHint(ctx context.Context) bool {
	records, _, err := d.net.Resolver.MX(ctx, d.address.Domain)
	if err != nil || len(records) == 0 {
		return false
	}
	host := records[0].Host
	return inside(host, "protection.outlook.com") || inside(host, "mx.microsoft")
}

// exchangeOnline asks whether the mailbox lives in Exchange Online. The address is
// sent there, so this is done only where the domain itself points that way.
func (d *autodiscovery) exchangeOnline(ctx context.Context, t *mailcheck.Trace) answer {
	if d.address.Local == "" {
		return answer{state: mailcheck.Absent, reason: "Exchange Online was not asked: that takes a whole address"}
	}
	if why, there := d.resolveService(ctx, t, "https://"+onlineHost); !there {
		return why
	}
	servers, spoken := d.versionTwo(ctx, t, onlineHost)
	for _, server := range servers {
		if isMicrosoft(server.Host) {
			t.Find(mailcheck.ExchangeOnline, fmt.Sprintf("asked for %s, %s names %s", d.address, onlineHost, server.URL()))
			return answer{state: mailcheck.Found, reason: "the mailbox is in Exchange Online", servers: servers}
		}
	}
	if len(servers) > 0 {
		return answer{state: mailcheck.Found, reason: "Exchange Online knows that the mailbox is at " + servers[0].Host, servers: servers}
	}
	if !spoken {
		return answer{state: mailcheck.Absent, reason: "Exchange Online did not tell whether it has the mailbox"}
	}
	t.Find(mailcheck.ExchangeElsewhere, fmt.Sprintf("asked for %s, %s answers: %s", d.address, onlineHost, t.Steps[len(t.Steps)-1].Detail))
	return answer{state: mailcheck.Absent, reason: "Exchange Online does not know the mailbox"}
}

// versionTwo asks a host by version 2 of Autodiscover, which programs for phones
// use: a GET for each protocol, answered in JSON and without a login. A host that
// does not speak it is asked only once.
func (d *autodiscovery) versionTwo(ctx context.Context, t *mailcheck.Trace, host string) (servers []mailcheck.Server, spoken bool) {
	if d.address.Local == "" {
		return nil, false
	}
	for _, protocol := range []string{"ActiveSync", "EWS", "AutodiscoverV1"} {
		a, ok := d.askVersionTwo(ctx, t, host, protocol)
		if !ok {
			return servers, spoken
		}
		spoken = true
		wanted := map[string]mailcheck.Protocol{"ActiveSync": mailcheck.ActiveSync, "EWS": mailcheck.EWS}[protocol]
		if a.URL == "" || wanted == "" || !strings.EqualFold(a.Protocol, protocol) {
			continue
		}
		server, err := ExchangeServer(wanted, a.URL)
		if err != nil {
			t.Find(mailcheck.AutodiscoverBadSection, fmt.Sprintf("%s, for %s: %v", host, protocol, err))
			continue
		}
		server.Username = d.address.Username()
		server.Sources = []string{d.result.Name}
		d.board.post(server)
		servers = append(servers, server)
	}
	return servers, spoken
}

// askVersionTwo asks for the URL of one protocol, and reports whether the host
// speaks version 2 at all.
func (d *autodiscovery) askVersionTwo(ctx context.Context, t *mailcheck.Trace, host, protocol string) (a *AutodiscoverV2, spoken bool) {
	where := fmt.Sprintf("https://%s/autodiscover/autodiscover.json?Email=%s&Protocol=%s&RedirectCount=1", host, url.QueryEscape(d.address.String()), protocol)
	doc, err := mailcheck.Do(ctx, t, mailcheck.OpFetch, where, func(ctx context.Context) (*netx.Document, error) {
		return d.net.Fetch(ctx, netx.Request{Method: http.MethodGet, URL: where})
	})
	blame(t)
	if err != nil {
		soften(t, mailcheck.Info) // not every service has version 2; what else is wrong with the host was said
		if host == onlineHost {
			t.Steps[len(t.Steps)-1].Findings = nil // no fault of the account
		}
		return nil, false
	}
	t.Say(fmt.Sprintf("HTTP status %d", doc.Status))
	a, err = ParseAutodiscoverV2(doc.Body)
	switch {
	case err != nil && doc.Status == http.StatusOK && doc.ContentType == "application/json":
		t.Find(mailcheck.Classify(mailcheck.OpParse, fmt.Errorf("%s: %w", where, err)))
		return nil, false
	case err != nil:
		return nil, false
	case a.ErrorCode != "":
		t.Say(fmt.Sprintf("HTTP status %d, %s: %s", doc.Status, a.ErrorCode, a.ErrorMessage))
	default:
		t.Say(a.Protocol + ": " + a.URL)
	}
	return a, true
}
