package autoconfig

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"mailcheck"
)

// value is one value of a JSON document, with its place.
type value struct {
	line, column int
	object       map[string]*value // nil if it is none
	names        []string          // of the object, in order
	list         []*value
	scalar       any // string, json.Number, bool or nil
}

func (v *value) get(name string) *value {
	if v == nil {
		return nil
	}
	return v.object[name]
}

// text returns a string value.
func (v *value) text() (string, bool) {
	if v == nil || v.object != nil || v.list != nil {
		return "", false
	}
	s, ok := v.scalar.(string)
	return s, ok
}

// parseJSON reads a document into a tree with places, within the bounds of XML.
func parseJSON(body []byte) (*value, error) {
	p := &jsonParser{body: body, decoder: json.NewDecoder(bytes.NewReader(body))}
	p.decoder.UseNumber()
	v, err := p.value(0)
	if err == nil && p.decoder.More() {
		err = p.fail(errors.New("something follows the document"))
	}
	return v, err
}

type jsonParser struct {
	body    []byte
	decoder *json.Decoder
	nodes   int
}

// place returns the line and column of the next token.
func (p *jsonParser) place() (line, column int) {
	at := min(int(p.decoder.InputOffset()), len(p.body))
	for at < len(p.body) && strings.IndexByte(" \t\r\n,:", p.body[at]) >= 0 {
		at++
	}
	before := p.body[:at]
	return bytes.Count(before, []byte("\n")) + 1, at - bytes.LastIndexByte(before, '\n')
}

func (p *jsonParser) fail(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the document ends too early")
	}
	line, column := p.place()
	at := min(int(p.decoder.InputOffset()), len(p.body))
	return &syntaxError{line, column, err, bytes.HasSuffix(bytes.TrimSpace(p.body[:at]), []byte(","))}
}

func (p *jsonParser) value(depth int) (*value, error) {
	v := &value{}
	v.line, v.column = p.place()
	if p.nodes++; p.nodes > maxConfigNodes || depth > maxConfigDepth {
		return nil, p.fail(fmt.Errorf("values are nested deeper than %d or more than %d", maxConfigDepth, maxConfigNodes))
	}
	token, err := p.decoder.Token()
	if err != nil {
		return nil, p.fail(err)
	}
	switch token {
	case json.Delim('{'):
		v.object = map[string]*value{}
	case json.Delim('['):
		v.list = []*value{}
	default:
		v.scalar = token
		return v, nil
	}
	for p.decoder.More() {
		name := ""
		if v.object != nil {
			token, err := p.decoder.Token()
			if err != nil {
				return nil, p.fail(err)
			}
			name, _ = token.(string)
		}
		member, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if v.object == nil {
			v.list = append(v.list, member)
			continue
		}
		v.object[name] = member
		v.names = append(v.names, name)
	}
	if _, err := p.decoder.Token(); err != nil {
		return nil, p.fail(err)
	}
	return v, nil
}

// paccProtocols says which member describes each protocol. The protocols without a
// URL are reached with TLS from the first byte on their registered port.
var paccProtocols = map[string]string{
	"jmap": "url", "caldav": "url", "carddav": "url", "webdav": "url",
	"imap": "host", "pop3": "host", "smtp": "host", "submit": "host", "managesieve": "host",
}

// judgeJSON judges a document in JSON, of which PACC is the only kind with mail
// servers in it.
func (l *linter) judgeJSON(body []byte) {
	text := bytes.TrimPrefix(body, byteOrderMark)
	if len(text) < len(body) {
		l.find(mailcheck.LintMalformed, 1, 1, "the document begins with a byte order mark").
			Fix = "Save it without byte order mark (RFC 8259 section 8.1)."
	}
	root, err := parseJSON(text)
	if err != nil {
		e, _ := errors.AsType[*syntaxError](err)
		f := l.find(mailcheck.LintMalformed, e.line, e.column, "%v", e.err)
		if e.comma {
			f.Fix = "Take out the comma before it: JSON has none after the last member."
		}
		return
	}
	if root.get("protocols") == nil && root.get("Url") != nil {
		l.find(mailcheck.LintUnknownKind, 0, 0, "an Autodiscover answer of version 2 (JSON), which names no mail servers").
			Fix = "Give the answer in XML, from /autodiscover/autodiscover.xml."
		return
	}
	l.Kind = "PACC document (user-agent-configuration.json)"
	l.served([]string{"application/json"})
	lintPACC(l, root)
}

// lintPACC judges a PACC document (draft-ietf-mailmaint-pacc). The digest in DNS
// covers the very bytes, so the file must be served as it is.
func lintPACC(l *linter, root *value) {
	protocols := root.get("protocols")
	if protocols == nil || protocols.object == nil {
		l.find(mailcheck.LintMissing, root.line, root.column, "there is no object \"protocols\"")
		return
	}
	for _, name := range protocols.names {
		l.paccProtocol(name, protocols.object[name])
	}
	switch sends := [2]bool{protocols.get("smtp") != nil, protocols.get("submit") != nil}; sends {
	case [2]bool{false, false}:
		if protocols.get("jmap") == nil {
			lessOf(l.find(mailcheck.LintMissing, protocols.line, protocols.column, "there is no server for sending (submit)"), mailcheck.Warning)
		}
	case [2]bool{true, false}:
		lessOf(l.find(mailcheck.LintUnknownName, protocols.line, protocols.column, "\"smtp\" is the name of draft 02; draft 03 has \"submit\""), mailcheck.Info)
	}
	l.paccAuthentication(root)
	l.paccInfo(root.get("info").get("provider"))
}

func (l *linter) paccProtocol(name string, v *value) {
	member, known := paccProtocols[name]
	if !known {
		l.find(mailcheck.LintUnknownName, v.line, v.column, "the protocol %q is not known", name)
		return
	}
	text, ok := v.get(member).text()
	if !ok || text == "" {
		l.find(mailcheck.LintMissing, v.line, v.column, "%s has no %q", name, member)
		return
	}
	place := v.get(member)
	if member == "host" {
		if _, err := mailcheck.ParseHost(text); err != nil {
			l.find(mailcheck.LintValue, place.line, place.column, "%s: host %q is not a host name (a port does not belong there)", name, text)
		}
		return
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "https" || u.Hostname() == "":
		l.find(mailcheck.LintValue, place.line, place.column, "%s: %q is not an https URL", name, text)
	case u.Port() != "":
		l.find(mailcheck.LintValue, place.line, place.column, "%s: %q names a port, which is not allowed", name, text)
	case u.Path == "" && name != "jmap":
		l.find(mailcheck.LintValue, place.line, place.column, "%s: %q has no path", name, text)
	}
}

func (l *linter) paccAuthentication(root *value) {
	auth := root.get("authentication")
	if auth == nil || auth.object == nil {
		l.find(mailcheck.LintMissing, root.line, root.column, "there is no object \"authentication\"")
		return
	}
	for _, name := range auth.names {
		if !slices.Contains([]string{"oauth-public", "password"}, name) {
			l.find(mailcheck.LintUnknownName, auth.object[name].line, auth.object[name].column, "the authentication %q is not known", name)
		}
	}
	if oauth := auth.get("oauth-public"); oauth != nil {
		issuer, _ := oauth.get("issuer").text()
		if u, err := url.Parse(issuer); err != nil || u.Scheme != "https" || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" {
			l.find(mailcheck.LintValue, oauth.line, oauth.column, "the issuer %q is not an https URL without query (RFC 8414 section 2)", issuer)
		}
	}
	if p := auth.get("password"); p != nil {
		if _, ok := p.scalar.(bool); !ok {
			l.find(mailcheck.LintValue, p.line, p.column, "\"password\" is not true or false")
		}
	}
}

func (l *linter) paccInfo(provider *value) {
	for _, limit := range []struct {
		name string
		most int
	}{{"name", 60}, {"shortName", 20}} {
		if text, _ := provider.get(limit.name).text(); utf8.RuneCountInString(text) > limit.most {
			l.find(mailcheck.LintValue, provider.get(limit.name).line, provider.get(limit.name).column, "%s is longer than %d characters", limit.name, limit.most)
		}
	}
}
