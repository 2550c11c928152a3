package autoconfig

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"mailcheck"
	"mailcheck/internal/netx"
)

// findJMAP looks for a JMAP session (RFC 8620 section 2.2): at the host that an
// SRV record names, else at the domain itself; the path is the same.
func findJMAP(ctx context.Context, s *search) {
	q := s.extraQuery(s.trace, mailcheck.JMAP, mailcheck.ImplicitTLS)
	s.concludeExtras([]answer{s.askJMAP(ctx, q)})
}

func (s *search) askJMAP(ctx context.Context, q *srvQuery) answer {
	there := s.trace.Branch()
	defer func() { s.trace.Join(q.trace, there) }()
	records, offered := q.lookup(ctx)
	if server, ok := q.best(records); ok {
		server.Path = "/.well-known/jmap"
		server = s.handOver(server)
		q.judgeExtra(ctx, server)
		return answer{state: mailcheck.Found, reason: mailcheck.Textf("JMAP by SRV record"), servers: []mailcheck.Server{server}}
	}
	if a := q.absence(records, offered); a.state != mailcheck.Absent {
		return a
	}
	server, ok := s.wellKnown(ctx, there, mailcheck.JMAP, netx.Request{}, func(doc *netx.Document) bool {
		return doc.Status == http.StatusUnauthorized || doc.Status == http.StatusOK && isJMAPSession(doc.Body)
	})
	if !ok {
		return answer{state: mailcheck.Absent, reason: mailcheck.Textf("no SRV record, nothing at /.well-known")}
	}
	server = s.handOver(server)
	return answer{state: mailcheck.Found, reason: mailcheck.Textf("JMAP by /.well-known/jmap"), servers: []mailcheck.Server{server}}
}

// JMAPSession is what of a session a mail program needs (RFC 8620 section 2).
type JMAPSession struct {
	APIURL       string                     `json:"apiUrl"`
	Accounts     map[string]json.RawMessage `json:"accounts"`
	Primary      map[string]string          `json:"primaryAccounts"`
	Capabilities map[string]json.RawMessage `json:"capabilities"`
}

// ReadJMAPSession reads the body of an answer. The error says that a client could not go
// on from it.
func ReadJMAPSession(body []byte) (s JMAPSession, err error) {
	if err = json.Unmarshal(body, &s); err == nil && (s.APIURL == "" || s.Capabilities == nil) {
		err = errors.New("no apiUrl or no capabilities")
	}
	return s, err
}

func isJMAPSession(body []byte) bool {
	_, err := ReadJMAPSession(body)
	return err == nil
}
