package probes

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lab"
)

// logInAt logs in at a server that says a script inside TLS.
func logInAt(t *testing.T, s mailcheck.Server, script string) (r *mailcheck.Report) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := lab.New(lab.Scenario{
			Zone:  fuzzHost + ". A 192.0.2.10\n",
			Hosts: map[string]lab.Host{"192.0.2.10": {s.Port: fuzzed(upgradeTLS+script, new(ear))}},
		})
		defer l.Close()
		c := inside(l)
		defer c.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		began := time.Now()
		var err error
		r, err = c.Servers(ctx, []mailcheck.Server{s}, &Options{Credentials: Credentials{Username: "alice@example.com", Password: temptation}})
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 90*time.Second {
			t.Errorf("the run took %v", took)
		}
	})
	return r
}

// What a server says before it was asked, or inside a string, consents to nothing (RFC
// 9051 sections 2.2.2 and 4.3, RFC 5321 section 4.3.1).
func TestConsentIsAnAnswer(t *testing.T) {
	const imapReady = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\r\n"
	const pop3Ready, pop3Offer = "+OK ready\r\n", "+OK\r\nUSER\r\nSASL PLAIN\r\n.\r\n"
	const smtpReady, smtpOffer = "220 ready\r\n", "250-a\r\n250 AUTH PLAIN\r\n"
	servers := []mailcheck.Server{
		{Protocol: mailcheck.IMAP, Host: fuzzHost, Port: 993, Security: mailcheck.ImplicitTLS},
		{Protocol: mailcheck.POP3, Host: fuzzHost, Port: 995, Security: mailcheck.ImplicitTLS},
		{Protocol: mailcheck.Submission, Host: fuzzHost, Port: 465, Security: mailcheck.ImplicitTLS},
	}
	for _, c := range []struct {
		at           int
		name, script string
		accepted     bool
	}{
		{0, "an answer", imapReady + turn + "l1 OK in\r\n" + turn, true},
		{0, "glued to the greeting", imapReady + "l1 OK in\r\n" + turn + "l1 NO no\r\n", false},
		{0, "glued to the offer", "* OK ready\r\n" + turn + "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nc1 OK done\r\nl1 OK in\r\n" + turn + "l1 NO no\r\n", false},
		{0, "begun before", imapReady + "l1 O" + turn + "K in\r\nl1 NO no\r\n", false},
		{0, "the tag of another", imapReady + turn + "L1 OK in\r\nl2 OK in\r\nl1aaaaaaaa OK in\r\nl1 NO no\r\n", false},
		{0, "in a string", imapReady + turn + "* 1 FETCH (BODY[] {18}\r\nl1 OK in\r\n)\r\nl1 NO no\r\n", false},
		{0, "in a string behind a string", imapReady + turn + "* X {0}\r\n {2}\r\nOK {18}\r\nl1 OK in\r\n)\r\nl1 NO no\r\n", false},
		{0, "in a string without an end", imapReady + turn + "* X {9999}\r\nl1 OK in\r\n", false},
		{0, "a request to go on", imapReady + "+ \r\n" + turn + "l1 NO no\r\n", false},
		{1, "an answer", pop3Ready + turn + pop3Offer + turn + "+OK in\r\n" + turn + "+OK 0 0\r\n", true},
		{1, "glued to the greeting", pop3Ready + "+OK in\r\n" + turn + pop3Offer + turn + "-ERR no\r\n", false},
		{1, "glued to the offer", pop3Ready + turn + pop3Offer + "+OK in\r\n" + turn + "-ERR no\r\n", false},
		{1, "begun before", pop3Ready + turn + pop3Offer + "+O" + turn + "K in\r\n-ERR no\r\n", false},
		{2, "an answer", smtpReady + turn + smtpOffer + turn + "235 in\r\n" + turn, true},
		{2, "glued to the greeting", smtpReady + "235 in\r\n" + turn + smtpOffer + turn + "535 no\r\n", false},
		{2, "glued to the offer", smtpReady + turn + smtpOffer + "235 in\r\n" + turn + "535 no\r\n", false},
		{2, "begun before", smtpReady + turn + smtpOffer + "23" + turn + "5 in\r\n535 no\r\n", false},
	} {
		r := logInAt(t, servers[c.at], c.script).Servers[0]
		accepted := r.Login != nil && r.Login.State == mailcheck.LoginAccepted
		if accepted != c.accepted || !accepted && r.Verdict != mailcheck.Fail {
			t.Errorf("%s, %s: %s, login %+v", servers[c.at].Protocol, c.name, r.Verdict, r.Login)
		}
	}
}

// Nor does it start TLS, or open a mailbox.
func TestConsentAheadOfACommand(t *testing.T) {
	for name, c := range map[string]struct {
		protocol mailcheck.Protocol
		script   string
	}{
		"submission":          {mailcheck.Submission, "220 ready\r\n" + turn + "250-a\r\n250 STARTTLS\r\n220 go\r\n" + turn + "454 no\r\n"},
		"submission, half":    {mailcheck.Submission, "220 ready\r\n" + turn + "250-a\r\n250 STARTTLS\r\n22" + turn + "0 go\r\n" + upgradeTLS},
		"submission, greeted": {mailcheck.Submission, "220 ready\r\n250-a\r\n250 STARTTLS\r\n220 go\r\n" + turn + "454 no\r\n"},
		"IMAP":                {mailcheck.IMAP, "* OK ready\r\nb1aaaaaaaa OK\r\nb2aaaaaaaa OK go\r\n" + turn + "* CAPABILITY STARTTLS\r\nb1 OK\r\nb2 NO no\r\n"},
		"POP3":                {mailcheck.POP3, "+OK ready\r\n+OK\r\nSTLS\r\n.\r\n+OK go\r\n" + turn + "-ERR\r\n-ERR no\r\n"},
	} {
		r := probeScript(t, upgradable(c.protocol), c.script)
		if r.Verdict != mailcheck.Fail || r.TLS != nil || r.Capabilities.AfterTLS != nil || hasFinding(r, checks.TLSTimeout.ID) {
			t.Errorf("%s: %s, inside TLS %q, findings %v", name, r.Verdict, r.Capabilities.AfterTLS, ids(&mailcheck.Report{Findings: r.Findings()}))
		}
	}
	imap := mailcheck.Server{Protocol: mailcheck.IMAP, Host: fuzzHost, Port: 993, Security: mailcheck.ImplicitTLS}
	r := logInAt(t, imap, "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\r\n"+turn+"l1 OK in\r\nT1 OK [READ-ONLY] done\r\n"+turn+"T1 NO no\r\n").Servers[0]
	if got := ids(&mailcheck.Report{Findings: r.Findings()}); r.Verdict != mailcheck.Fail || !slices.Contains(got, "login.mailbox-closed") || !slices.Contains(got, "reply.unasked") {
		t.Errorf("%s, %q", r.Verdict, got)
	}
}

// The tags on the wire are chance; those that are shown are the same in every run.
func TestTagsAreShownWithoutChance(t *testing.T) {
	imap := mailcheck.Server{Protocol: mailcheck.IMAP, Host: fuzzHost, Port: 993, Security: mailcheck.ImplicitTLS}
	const script = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\r\n" + turn + "l1 NO you said \x02 there\r\n"
	first, second := logInAt(t, imap, script).Servers[0], logInAt(t, imap, script).Servers[0]
	for i, line := range first.Conversation {
		if line.Text != second.Conversation[i].Text {
			t.Errorf("%q in one run, %q in the other", line.Text, second.Conversation[i].Text)
		}
	}
	const twice = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\r\n" + turn + "l1 OK in\r\n" + turn + "l1 OK again\r\n"
	for _, f := range logInAt(t, imap, twice).Servers[0].Findings() {
		if got := f.Detail.String(); got != "\"l1 OK again\" is neither untagged nor tagged with T1, M1" {
			t.Errorf("%s: %s", f.Check.ID, got)
		}
	}
	if first.Steps[len(first.Steps)-1].String() != second.Steps[len(second.Steps)-1].String() {
		t.Errorf("%s", first.Steps[len(first.Steps)-1])
	}
}

// What follows a string in a response about the mailbox is read as the rest of it.
func TestStringsOfAMailbox(t *testing.T) {
	imap := mailcheck.Server{Protocol: mailcheck.IMAP, Host: fuzzHost, Port: 993, Security: mailcheck.ImplicitTLS}
	r := logInAt(t, imap, "* OK [CAPABILITY IMAP4rev1 ID SASL-IR AUTH=PLAIN] ready\r\n"+turn+"l1 OK [CAPABILITY IMAP4rev1 ID] in\r\n"+
		turn+"* ID (\"name\" {3}\r\nFoo \"version\" \"1\")\r\nT1 OK\r\n* 0 EXISTS\r\nT2 OK [READ-ONLY] done\r\n"+turn+"M1 OK done\r\n").Servers[0]
	if got := ids(&mailcheck.Report{Findings: r.Findings()}); len(got) > 0 {
		t.Errorf("findings %q", got)
	}
}
