package probes

import (
	"slices"
	"strings"
	"testing"

	"mailcheck"
)

// What servers announce before the login, as their programs come out of the box.
func TestLosses(t *testing.T) {
	for _, c := range []struct {
		protocol mailcheck.Protocol
		caps     string
		want     string // the features named, in order
	}{
		{mailcheck.IMAP, "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ AUTH=PLAIN", ""},               // Dovecot: more after the login
		{mailcheck.IMAP, "IMAP4rev1 LITERAL+ ID ENABLE AUTH=PLAIN SASL-IR", ""},                                    // Cyrus, likewise
		{mailcheck.IMAP, "IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN SASL-IR AUTH=XOAUTH2", ""},     // Gmail, likewise
		{mailcheck.IMAP, "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE SORT QUOTA IDLE ACL", "SPECIAL-USE, MOVE, SASL-IR"}, // Courier
		{mailcheck.IMAP, "IMAP4 IMAP4rev1 AUTH=PLAIN SASL-IR UIDPLUS MOVE ID IDLE NAMESPACE", "SPECIAL-USE"},       // Exchange
		{mailcheck.IMAP, "IMAP4rev1 IMAP4rev2 CONDSTORE AUTH=PLAIN", ""},
		{mailcheck.POP3, "", ""}, // no CAPA
		{mailcheck.POP3, "TOP UIDL USER", ""},
		{mailcheck.POP3, "USER", "UIDL, TOP"},
		{mailcheck.Submission, "SIZE 8BITMIME", ""}, // Exim out of the box has no more
		{mailcheck.Submission, "8BITMIME PIPELINING SMTPUTF8", "SIZE"},
		{mailcheck.Submission, "size 8bitmime", ""},                           // words have no case
		{mailcheck.IMAP, "IMAP4 IMAP4rev1 UIDPLUS AUTH=PLAIN AUTH=LOGIN", ""}, // nginx, for the server behind it
		{mailcheck.Submission, "", "SIZE, 8BITMIME, SMTPUTF8, PIPELINING"},
	} {
		var named []string
		if lost := losses(c.protocol, strings.Fields(c.caps)); !lost.Empty() {
			for part := range strings.SplitSeq(lost.String(), "; ") {
				name, _, _ := strings.Cut(strings.TrimPrefix(part, "no "), ":")
				named = append(named, name)
			}
		}
		if got := strings.Join(named, ", "); got != c.want {
			t.Errorf("%s with %q lacks %q, want %q", c.protocol, c.caps, got, c.want)
		}
	}
}

func TestBreaches(t *testing.T) {
	for _, c := range []struct {
		protocol mailcheck.Protocol
		lines    []string
		caps     []string
		want     []string // words of each breach
		harmless bool
	}{
		{mailcheck.IMAP, []string{"* OK ready\r\n"}, []string{"IMAP4rev1"}, nil, true},
		{mailcheck.IMAP, []string{"* OK pr\u00eat\r\n"}, []string{"IMAP4rev2"}, nil, true},
		{mailcheck.IMAP, []string{"* OK pr\xeat\r\n"}, []string{"IMAP4rev2"}, []string{"outside ASCII"}, true},
		{mailcheck.Submission, []string{"220 pr\u00eat\r\n"}, nil, []string{"outside ASCII"}, true},
		{mailcheck.POP3, []string{"+OK\r\n", "+OK again\n", "+OK\n"}, nil, []string{`"+OK again"`}, false},
		{mailcheck.IMAP, nil, []string{"IDLE"}, []string{"neither IMAP4rev1"}, false},
		{mailcheck.Submission, nil, []string{"AUTH PLAIN LOGIN", "AUTH=PLAIN LOGIN"}, nil, true}, // Postfix's help for old clients
		{mailcheck.Submission, nil, []string{"AUTH=PLAIN LOGIN"}, []string{"obsolete"}, false},
		{mailcheck.Submission, nil, []string{"AUTH PLAIN", "AUTH PLAIN"}, []string{"2 AUTH lines"}, true},
		{mailcheck.Submission, nil, []string{"AUTH PLAIN", "AUTH LOGIN"}, []string{"2 AUTH lines"}, false},
		{mailcheck.Submission, nil, []string{"starttls", "size 100", "x-private"}, []string{"starttls, size in lower case"}, true},
	} {
		var m manners
		for _, line := range c.lines {
			m.note([]byte(line))
		}
		got := append(m.breaches(c.protocol), listBreaches(c.protocol, c.caps)...)
		harmless := !slices.ContainsFunc(got, func(b breach) bool { return !b.harmless })
		if len(got) != len(c.want) || harmless != c.harmless {
			t.Errorf("%s %q %q: got %+v, want %q", c.protocol, c.lines, c.caps, got, c.want)
			continue
		}
		for i, b := range got {
			if !strings.Contains(b.text.String(), c.want[i]) {
				t.Errorf("%s %q %q: %q does not say %q", c.protocol, c.lines, c.caps, b.text, c.want[i])
			}
		}
	}
}

// Whatever a server announces, it is judged and shown in clean text.
func FuzzHealth(f *testing.F) {
	f.Add("IMAP4rev1 UIDPLUS", "* OK ready\n")
	f.Add("auth\nAUTH=LOGIN\nAUTH \x00", "250-\xff\r\n")
	f.Fuzz(func(t *testing.T, announced, line string) {
		caps := strings.Split(mailcheck.Clean(announced), "\n")
		var m manners
		m.note([]byte(line))
		for _, protocol := range mailcheck.Protocols {
			losses(protocol, caps)
			for _, b := range append(m.breaches(protocol), listBreaches(protocol, caps)...) {
				if !mailcheck.Printable(mailcheck.Clean(b.text.String())) || len(b.text.String()) > 4*len(announced)+800 {
					t.Errorf("%q", b.text)
				}
			}
		}
	})
}

// No word behind a command that takes a secret is shown.
func FuzzRedactor(f *testing.F) {
	f.Add("+ ", "secret")
	f.Add("+OK", "PASS secret")
	f.Fuzz(func(t *testing.T, heard, secret string) {
		var r redactor
		r.heard(heard)
		for _, command := range []string{"PASS ", "a1 LOGIN ", "AUTH PLAIN "} {
			asked := r.asked
			if shown := r.said(command + secret); asked && shown != hidden || !asked && strings.TrimSpace(secret) != "" && shown != command+hidden {
				t.Errorf("%q is shown as %q", command+secret, shown)
			}
		}
	})
}
