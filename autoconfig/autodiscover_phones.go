package autoconfig

import (
	"context"
	"net/http"
	"slices"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

// askForPhones puts the question of phones where Outlook's was answered or refused:
// a gateway for ActiveSync, such as Z-Push, may know that one alone. What it says
// counts where it names a server, or wants a login; nobody needs it otherwise.
func (d *autodiscovery) askForPhones(ctx context.Context, t *trace.Trace, where string) []mailcheck.Server {
	aside := t.Branch()
	defer func() {
		aside.Forget()
		t.Join(aside)
	}()
	doc, err := d.get(ctx, aside, netx.Request{
		Method: http.MethodPost, URL: where, Body: phoneRequest(d.address), NoFollow: true,
		Header: http.Header{"Content-Type": {"text/xml; charset=utf-8"}},
	})
	if err != nil {
		return nil
	}
	aside.Say("asked as phones do: HTTP status %d", doc.Status)
	if doc.Status == http.StatusUnauthorized {
		d.knowsPhones(t, where, mailcheck.Textf("to that of phones it wants a login"))
	}
	if doc.Status != http.StatusOK || document.LooksLikeHTML(doc.Body) {
		return nil
	}
	a, err := document.ParseAutodiscover(doc.Body)
	if err != nil || a.ErrorCode != "" {
		return nil
	}
	servers, _ := a.Servers(d.address)
	servers = slices.DeleteFunc(servers, func(s mailcheck.Server) bool { return s.Protocol != mailcheck.ActiveSync })
	for i := range servers {
		servers[i] = d.handOver(servers[i])
	}
	if len(servers) > 0 {
		d.knowsPhones(t, where, mailcheck.Textf("to that of phones it names ActiveSync at %s", servers[0].URL()))
	}
	return servers
}

// knowsPhones turns the refusal of Outlook's question into what it means: the service
// is there, for phones.
func (d *autodiscovery) knowsPhones(t *trace.Trace, where string, answer mailcheck.Text) {
	for _, f := range mailcheck.Each(t.Steps) {
		if (f.Check == checks.AutodiscoverStatus || f.Check == checks.AutodiscoverErrorCode) && f.URL == where {
			f.Fix = mailcheck.Text{}
			f.BecomeText(checks.AutodiscoverPhonesOnly, mailcheck.Textf("to Outlook's question: %s; %s", f.Detail, answer))
		}
	}
}
