package autoconfig

import (
	"slices"
	"strconv"
	"strings"

	"mailcheck"
)

// profileKey is one key of an Apple payload: its type in a property list, and the
// values it may have.
type profileKey struct {
	name   string
	kind   string // string, integer, array
	values []string
}

var mailAuthentication = []string{"EmailAuthNone", "EmailAuthPassword", "EmailAuthCRAMMD5", "EmailAuthNTLM", "EmailAuthHTTPMD5"}

// profileKeys are the required keys of each kind of payload (Apple device
// management). The first entry is the profile itself.
var profileKeys = map[string][]profileKey{
	"": {
		{"PayloadType", "string", []string{"Configuration"}}, {"PayloadVersion", "integer", []string{"1"}},
		{"PayloadIdentifier", "string", nil}, {"PayloadUUID", "string", nil}, {"PayloadContent", "array", nil},
	},
	"payload": {
		{"PayloadType", "string", nil}, {"PayloadVersion", "integer", nil}, {"PayloadIdentifier", "string", nil}, {"PayloadUUID", "string", nil},
	},
	"com.apple.mail.managed": {
		{"EmailAccountType", "string", []string{"EmailTypeIMAP", "EmailTypePOP"}},
		{"IncomingMailServerAuthentication", "string", mailAuthentication}, {"IncomingMailServerHostName", "string", nil},
		{"OutgoingMailServerAuthentication", "string", mailAuthentication}, {"OutgoingMailServerHostName", "string", nil},
	},
	"com.apple.caldav.account":  {{"CalDAVHostName", "string", nil}},
	"com.apple.carddav.account": {{"CardDAVHostName", "string", nil}},
}

// lintProfile judges an Apple configuration profile.
func lintProfile(l *linter, root *node) {
	profile := root.child("dict")
	if profile == nil {
		l.at(root, mailcheck.LintMissing, "the property list has no dict")
		return
	}
	if !l.signed {
		l.find(mailcheck.LintUnsigned, 0, 0, "an XML property list, without CMS signed data around it")
	}
	top := l.dict(profile)
	l.keys(profile, top, "", "the profile")
	content := top["PayloadContent"]
	if content == nil || content.name != "array" {
		return
	}
	uuids := map[string]bool{}
	mail := 0
	for _, n := range content.children {
		if n.name != "dict" {
			l.at(n, mailcheck.LintValue, "PayloadContent holds a <%s> where a <dict> belongs", n.name)
			continue
		}
		payload := l.dict(n)
		kind := ""
		if payload["PayloadType"] != nil {
			kind = payload["PayloadType"].content()
		}
		l.keys(n, payload, "payload", "the payload "+kind)
		l.keys(n, payload, kind, "the payload "+kind)
		if id := payload["PayloadUUID"]; id != nil && uuids[id.content()] {
			l.at(id, mailcheck.LintValue, "PayloadUUID %s is used twice; one account would replace the other", id.content())
		} else if id != nil {
			uuids[id.content()] = true
		}
		if kind == "com.apple.mail.managed" {
			mail++
			lintMailPayload(l, n, payload)
		}
	}
	if mail == 0 {
		lessOf(l.at(content, mailcheck.LintMissing, "there is no mail account (com.apple.mail.managed)"), mailcheck.Info)
	}
}

// dict returns the values of a property list's dictionary by key.
func (l *linter) dict(n *node) map[string]*node {
	values := map[string]*node{}
	for i, c := range n.children {
		switch {
		case c.name != "key":
			if i == 0 || n.children[i-1].name != "key" {
				l.at(c, mailcheck.LintMalformed, "<%s> stands without a <key> before it", c.name)
			}
		case i+1 == len(n.children) || n.children[i+1].name == "key":
			l.at(c, mailcheck.LintMalformed, "the key %s has no value", c.content())
		case values[c.content()] != nil:
			l.at(c, mailcheck.LintValue, "the key %s stands twice", c.content())
		default:
			values[c.content()] = n.children[i+1]
		}
	}
	return values
}

// keys checks the required keys of a dictionary.
func (l *linter) keys(n *node, values map[string]*node, kind, what string) {
	for _, key := range profileKeys[kind] {
		v := values[key.name]
		switch {
		case v == nil:
			l.at(n, mailcheck.LintMissing, "%s has no %s", what, key.name)
		case v.name != key.kind:
			l.at(v, mailcheck.LintValue, "%s is a <%s>, not a <%s>", key.name, v.name, key.kind)
		case key.kind != "array" && v.content() == "":
			l.at(v, mailcheck.LintMissing, "%s is empty", key.name)
		case key.values != nil && !slices.Contains(key.values, v.content()):
			l.at(v, mailcheck.LintValue, "%s is %q, not %s", key.name, v.content(), strings.Join(key.values, ", "))
		}
	}
}

// lintMailPayload judges the servers of a mail account. Without UseSSL, which is
// false by default, the password goes in clear.
func lintMailPayload(l *linter, n *node, values map[string]*node) {
	protocols := map[string]mailcheck.Protocol{"Incoming": mailcheck.IMAP, "Outgoing": mailcheck.Submission}
	if t := values["EmailAccountType"]; t != nil && t.content() == "EmailTypePOP" {
		protocols["Incoming"] = mailcheck.POP3
	}
	for _, side := range []string{"Incoming", "Outgoing"} {
		if ssl := values[side+"MailServerUseSSL"]; ssl == nil || ssl.name != "true" {
			l.at(n, mailcheck.LintInsecure, "%sMailServerUseSSL is not true, and without it there is no encryption", side).
				Fix = "Add <key>" + side + "MailServerUseSSL</key><true/> to the payload."
		}
		if p := values[side+"MailServerPortNumber"]; p != nil {
			port, err := strconv.ParseUint(p.content(), 10, 16)
			if p.name != "integer" || err != nil || port == 0 {
				l.at(p, mailcheck.LintValue, "%sMailServerPortNumber is not an <integer> from 1 to 65535", side)
			}
		}
		if h := values[side+"MailServerHostName"]; h != nil && h.content() != "" {
			if _, err := mailcheck.ParseHost(h.content()); err != nil {
				l.at(h, mailcheck.LintValue, "%sMailServerHostName %q is not a host name", side, h.content())
			}
		}
		if p := values[side+"Password"]; p != nil && p.content() != "" {
			l.at(p, mailcheck.LintPassword, "%sPassword", side)
		}
	}
}
