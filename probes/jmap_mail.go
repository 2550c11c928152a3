package probes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

// jmapMail is the capability of mail (RFC 8621 section 1.3.1).
const jmapMail = "urn:ietf:params:jmap:mail"

// mailAccount returns the account that has the mail: the one that is named for it, else the
// only one. It is empty where there is none.
func mailAccount(s autoconfig.JMAPSession) string {
	if id := s.Primary[jmapMail]; id != "" || len(s.Accounts) != 1 {
		return id
	}
	for id := range s.Accounts {
		return id
	}
	return ""
}

// askJMAPMail counts the mailboxes and asks for one message (RFC 8621 sections 2.1 and
// 4.4), in one request that changes nothing.
func (p *probe) askJMAPMail(ctx context.Context, e *entry, session *httpReply) {
	said := mailcheck.Text{}
	_, err := trace.Do(ctx, p.trace, mailcheck.OpMailbox, p.result.Endpoint(), func(ctx context.Context) (struct{}, error) {
		var err error
		said, err = p.countByJMAP(ctx, e, session)
		return struct{}{}, p.lines.shownError(err)
	})
	if err == nil {
		p.trace.Say("%s", said)
	}
}

// countByJMAP returns what the account has.
func (p *probe) countByJMAP(ctx context.Context, e *entry, session *httpReply) (mailcheck.Text, error) {
	s, err := autoconfig.ReadJMAPSession(session.body)
	if err != nil {
		return mailcheck.Text{}, err // not again what it was
	}
	base, err := url.Parse(session.url)
	if err != nil {
		return mailcheck.Text{}, err
	}
	api, err := base.Parse(s.APIURL)
	account := mailAccount(s)
	switch {
	case err != nil || !mailcheck.Printable(s.APIURL):
		return mailcheck.Text{}, checks.LoginMailbox.Errorf("the session's apiUrl is no URL")
	case !sameOrigin(session.url, api.String()):
		return mailcheck.Textf("not asked for mail: the session's apiUrl is at another server, %s", p.lines.shown(api.Host)), nil
	case account == "":
		return mailcheck.Text{}, checks.LoginMailbox.Errorf("the session has no account for mail")
	}
	api.Fragment, api.RawFragment = "", ""
	reply, err := p.askAs(ctx, e, netx.Request{Method: http.MethodPost, URL: api.String(), Header: http.Header{
		"Accept": {"application/json"}, "Content-Type": {"application/json"},
	}, Body: jmapQuestion(account)})
	if err != nil {
		return mailcheck.Text{}, err
	}
	if reply.status != http.StatusOK {
		return mailcheck.Text{}, checks.LoginMailbox.Errorf("Mailbox/get: %s", reply.text())
	}
	mailboxes, err := readJMAPAnswer(reply.body)
	if err != nil {
		return mailcheck.Text{}, checks.LoginMailbox.Errorf("%s", p.lines.shown(err.Error()))
	}
	return mailcheck.Textf("%s, and mail can be queried", mailcheck.Count{N: mailboxes, Noun: "mailbox|mailboxes"}), nil
}

// jmapQuestion asks for all mailboxes and one message.
func jmapQuestion(account string) []byte {
	body, err := json.Marshal(map[string]any{
		"using": []string{"urn:ietf:params:jmap:core", jmapMail},
		"methodCalls": []any{
			[]any{"Mailbox/get", map[string]any{"accountId": account, "properties": []string{"role"}}, "0"},
			[]any{"Email/query", map[string]any{"accountId": account, "limit": 1}, "1"},
		},
	})
	if err != nil {
		panic(err) // it is made of strings
	}
	return body
}

// readJMAPAnswer returns how many mailboxes there are. The error says which of the two
// questions was not answered (RFC 8620 sections 3.4 and 3.6.2).
func readJMAPAnswer(body []byte) (mailboxes int, err error) {
	var answer struct {
		Responses [][]json.RawMessage `json:"methodResponses"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return 0, errors.New("the answer is no JMAP")
	}
	answered := map[string]bool{}
	for _, r := range answer.Responses {
		var name string
		if len(r) != 3 || json.Unmarshal(r[0], &name) != nil {
			return 0, errors.New("the answer is no JMAP")
		}
		var args struct {
			Type string            `json:"type"`
			List []json.RawMessage `json:"list"`
			IDs  []string          `json:"ids"`
		}
		if json.Unmarshal(r[1], &args) != nil {
			return 0, fmt.Errorf("%.40q has arguments that are none", name)
		}
		switch {
		case name == "error":
			return 0, fmt.Errorf("a question is refused: %.80q", args.Type)
		case name == "Mailbox/get" && args.List != nil:
			mailboxes, answered[name] = len(args.List), true
		case name == "Email/query" && args.IDs != nil:
			answered[name] = true
		}
	}
	for _, name := range []string{"Mailbox/get", "Email/query"} {
		if !answered[name] {
			return 0, fmt.Errorf("%s is not answered", name)
		}
	}
	return mailboxes, nil
}
