package probes

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// activeSync asks an Exchange ActiveSync service what it speaks (MS-ASHTTP section
// 2.2.3). The OPTIONS command is the one that servers may answer without a login;
// most want one all the same, which proves the service as well.
func activeSync(ctx context.Context, p *probe) {
	reply, err := p.askExchange(ctx, http.MethodOptions)
	if err != nil {
		return
	}
	versions := list(reply.header.Values("MS-ASProtocolVersions"))
	p.judgeExchange(reply, versions)
}

// webServices asks for Exchange Web Services (MS-OXWSCORE). The service speaks SOAP
// by POST; a GET without a login is answered by the demand for one.
func webServices(ctx context.Context, p *probe) {
	reply, err := p.askExchange(ctx, http.MethodGet)
	if err != nil {
		return
	}
	p.judgeExchange(reply, nil)
	if p.result.Host == "outlook.office365.com" && reply.status == http.StatusUnauthorized {
		p.trace.Find(checks.ExchangeEWSEnding, "")
	}
}

// askExchange sends one request without a login. A redirect is not followed: it
// leads to the web page for people.
func (p *probe) askExchange(ctx context.Context, method string) (*httpReply, error) {
	path := p.result.Path
	if path == "" {
		path = mailcheck.DefaultPath(p.result.Protocol)
	}
	reply, err := trace.Do(ctx, p.trace, mailcheck.OpCapability, method+" "+p.result.Endpoint()+path, func(ctx context.Context) (*httpReply, error) {
		return p.request(ctx, method, path, nil, nil)
	})
	if err == nil {
		p.trace.Say("%s", reply.text())
		return reply, nil
	}
	findings := p.trace.Steps[len(p.trace.Steps)-1].Findings
	for i := range findings {
		if findings[i].Check == checks.HTTPMalformed {
			findings[i].Severity = checks.Failure // no Exchange without HTTP
		}
	}
	return nil, err
}

// judgeExchange takes down how to log in, and finds what is wrong with a reply. A
// service that tells its versions has proved itself even without asking for a login.
func (p *probe) judgeExchange(reply *httpReply, versions []string) {
	switch {
	case reply.status == http.StatusUnauthorized || len(versions) > 0:
		p.offerHTTP(versions, reply)
	case reply.status < 300:
		p.trace.Find(checks.ExchangeNotThere, "%s: %s, %s", reply.url, reply.text(), reply.header.Get("Content-Type"))
	default:
		detail := mailcheck.Evidencef("%s", reply.text())
		if to := reply.header.Get("Location"); to != "" {
			detail = mailcheck.Evidencef("%s, to %s", reply.text(), to)
		}
		p.trace.FindText(checks.ExchangeStatus, detail)
	}
}

// list splits comma-separated header values.
func list(values []string) []string {
	var items []string
	for item := range strings.SplitSeq(strings.Join(values, ","), ",") {
		if item = mailcheck.Clean(strings.TrimSpace(item)); item != "" && !slices.Contains(items, item) {
			items = append(items, item)
		}
	}
	return items
}
