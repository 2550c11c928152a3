package probes

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"mailcheck"
	"mailcheck/internal/netx"
)

// activeSync asks an Exchange ActiveSync service what it speaks (MS-ASHTTP section
// 2.2.3). The OPTIONS command is the one that servers may answer without a login;
// most want one all the same, which proves the service as well.
func activeSync(ctx context.Context, p *probe) {
	a, ok := p.request(ctx, http.MethodOptions)
	if !ok {
		return
	}
	versions := list(a.header.Values("MS-ASProtocolVersions"))
	p.result.Capabilities.AfterTLS = versions
	p.judgeAnswer(a, len(versions) > 0)
}

// webServices asks for Exchange Web Services (MS-OXWSCORE). The service speaks SOAP
// by POST; a GET without a login is answered by the demand for one.
func webServices(ctx context.Context, p *probe) {
	a, ok := p.request(ctx, http.MethodGet)
	if !ok {
		return
	}
	p.judgeAnswer(a, false)
	if host := p.result.Host; host == "outlook.office365.com" && a.status == http.StatusUnauthorized {
		p.trace.Find(mailcheck.ExchangeEWSEnding, p.result.URL())
	}
}

// httpAnswer is the head of an HTTP response. What follows is not read.
type httpAnswer struct {
	status int
	line   string // the status line
	header http.Header
}

// request sends one request without a body and without a login, and reads the head
// of the answer.
func (p *probe) request(ctx context.Context, method string) (*httpAnswer, bool) {
	s := p.result.Server
	path := s.Path
	if path == "" {
		path = mailcheck.DefaultPath(s.Protocol)
	}
	commands := []string{
		method + " " + path + " HTTP/1.1",
		"Host: " + strings.TrimSuffix(s.Endpoint(), ":443"),
		"User-Agent: mailcheck",
		"Connection: close",
		"",
	}
	a, err := exchange(ctx, p, mailcheck.OpCapability, commands, func() (*httpAnswer, error) { return p.readHead() })
	if err != nil {
		return nil, false
	}
	p.result.Greeting = mailcheck.Clean(a.line)
	for _, scheme := range netx.Challenges(a.header.Values("WWW-Authenticate")) {
		p.result.Mechanisms.AfterTLS = append(p.result.Mechanisms.AfterTLS, mailcheck.Clean(scheme))
	}
	p.result.PasswordOK = has(p.result.Mechanisms.AfterTLS, "Basic")
	p.trace.Say(a.line)
	return a, true
}

// readHead reads status line and header (RFC 9112). Interim responses (RFC 9110
// section 15.2) are passed over.
func (p *probe) readHead() (*httpAnswer, error) {
	for {
		line, err := p.lines.read()
		if err != nil {
			return nil, err
		}
		a, err := parseStatusLine(p.result.Protocol, line)
		if err != nil {
			return nil, err
		}
		for {
			line, err := p.lines.read()
			if err != nil {
				return nil, err
			}
			if line == "" {
				break
			}
			name, value, ok := strings.Cut(line, ":")
			if !ok || name == "" || strings.ContainsAny(name, " \t") {
				return nil, mailcheck.ReplyMalformed.Errorf("the header line %q has no name", line)
			}
			a.header.Add(name, strings.TrimSpace(value))
		}
		if a.status >= 200 {
			return a, nil
		}
	}
}

func parseStatusLine(want mailcheck.Protocol, line string) (*httpAnswer, error) {
	version, rest, _ := strings.Cut(line, " ")
	if !strings.HasPrefix(version, "HTTP/1.") {
		return nil, notThisProtocol(want, line)
	}
	code, _, _ := strings.Cut(rest, " ")
	status, err := strconv.Atoi(code)
	if err != nil || len(code) != 3 || status < 100 {
		return nil, mailcheck.ReplyMalformed.Errorf("the first line is %q", line)
	}
	return &httpAnswer{status, line, http.Header{}}, nil
}

// judgeAnswer finds what is wrong with an answer. known says that the service has
// proved itself other than by its demand for a login.
func (p *probe) judgeAnswer(a *httpAnswer, known bool) {
	detail := a.line
	if to := a.header.Get("Location"); to != "" {
		detail += ", to " + to
	}
	switch {
	case known:
	case a.status == http.StatusUnauthorized && len(p.result.Mechanisms.AfterTLS) == 0:
		p.trace.Find(mailcheck.AuthNone, a.line+", without WWW-Authenticate")
	case a.status == http.StatusUnauthorized:
	case a.status < 300:
		p.trace.Find(mailcheck.ExchangeNotThere, fmt.Sprintf("%s, %s", a.line, a.header.Get("Content-Type")))
	default:
		p.trace.Find(mailcheck.ExchangeStatus, detail)
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

// exchangeFindings says what an Exchange server that works means for the choice of
// the account type.
func exchangeFindings(r *mailcheck.Report) []mailcheck.Finding {
	var urls []string
	for _, s := range r.Usable() {
		if s.Protocol.Exchange() {
			urls = append(urls, fmt.Sprintf("%s at %s", s.Protocol, s.URL()))
		}
	}
	if len(urls) == 0 {
		return nil
	}
	return []mailcheck.Finding{found(mailcheck.ExchangeBetter, strings.Join(urls, ", "))}
}
