package lab

import (
	"crypto/tls"
	"net"
	"strings"
	"testing"
	"time"
)

// talk plays a conversation with the test host: lines "C: ..." are sent, with a
// CRLF at each end and at each "|"; lines "S: ..." must arrive, where "..." at
// the end stands for anything; "TLS" shakes hands; "EOF" is the end.
func talk(t *testing.T, b Behaviour, script string) (credentials []string) {
	t.Helper()
	bring(t, Host{1000: b}, func(t *testing.T, l *Lab) {
		conn := dial(t, l, "tcp", there)
		conn.SetDeadline(time.Now().Add(time.Minute))
		heard := ""
		for _, line := range strings.Split(strings.TrimSpace(script), "\n") {
			line = strings.TrimSpace(line)
			switch {
			case line == "TLS":
				if heard != "" {
					t.Errorf("left over before TLS: %q", heard)
				}
				conn = tls.Client(conn, &tls.Config{ServerName: imapHost, RootCAs: l.Options().Roots})
			case line == "EOF":
				if n, err := conn.Read(make([]byte, 1)); err == nil || heard != "" {
					t.Errorf("no end: %q, %d more", heard, n)
				}
			case strings.HasPrefix(line, "C: "):
				write(t, conn, strings.ReplaceAll(line[3:], "|", "\r\n")+"\r\n")
			default:
				expect(t, conn, &heard, strings.TrimPrefix(line, "S: "))
			}
		}
		credentials = l.Credentials()
	})
	return credentials
}

func expect(t *testing.T, conn net.Conn, heard *string, want string) {
	t.Helper()
	for !strings.Contains(*heard, "\r\n") {
		b := make([]byte, 4096)
		n, err := conn.Read(b)
		if err != nil {
			t.Fatalf("waiting for %q: %v", want, err)
		}
		*heard += string(b[:n])
	}
	line, rest, _ := strings.Cut(*heard, "\r\n")
	*heard = rest
	start, open := strings.CutSuffix(want, "...")
	if line != want && !(open && strings.HasPrefix(line, start)) {
		t.Errorf("got %q, want %q", line, want)
	}
}

func TestIMAP(t *testing.T) {
	got := talk(t, IMAP(upgradable(imapHost)), `
		S: * OK imap.example.com Dovecot ready.
		C: a CAPABILITY|b STARTTLS
		S: * CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ STARTTLS LOGINDISABLED
		S: a OK ...
		S: b OK Begin TLS negotiation now.
		TLS
		C: c CAPABILITY
		S: * CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ AUTH=PLAIN AUTH=LOGIN
		S: c OK ...
		C: d STARTTLS
		S: d BAD TLS is already active.
		C: e EHLO
		S: e BAD ...
		C: * CAPABILITY
		S: * BAD ...
		C: f LOGOUT
		S: * BYE Logging out
		S: f OK ...
		EOF`)
	if len(got) > 0 {
		t.Errorf("credentials: %q", got)
	}
}

func TestIMAPLogin(t *testing.T) {
	got := talk(t, TLS(cert(imapHost), IMAP(Mail{Host: imapHost, CapsInGreeting: true})), `
		TLS
		S: * OK [CAPABILITY IMAP4rev1 ...
		C: a LOGIN {5}
		S: + OK
		C: alice {6+}|secret
		S: a NO [AUTHENTICATIONFAILED] Authentication failed.
		C: b AUTHENTICATE PLAIN
		S: +...
		C: AGFsaWNlAHNlY3JldA==
		S: b NO ...`)
	if all := strings.Join(got, "\n"); !strings.Contains(all, "secret") || !strings.Contains(all, "AGFsaWNl") || !strings.Contains(all, "inside TLS") {
		t.Errorf("credentials: %q", got)
	}
}

func TestPOP3(t *testing.T) {
	m := upgradable(imapHost)
	got := talk(t, POP3(m), `
		S: +OK imap.example.com Dovecot ready.
		C: CAPA|STLS
		S: +OK
		S: TOP
		S: UIDL
		S: RESP-CODES
		S: PIPELINING
		S: AUTH-RESP-CODE
		S: STLS
		S: SASL
		S: .
		S: +OK Begin TLS negotiation now.
		TLS
		C: STLS
		S: -ERR TLS is already active.
		C: STARTTLS
		S: -ERR Unknown command.
		C: USER alice
		S: +OK
		C: PASS secret
		S: -ERR [AUTH] ...
		C: AUTH PLAIN
		S: +...
		C: AGFsaWNlAHNlY3JldA==
		S: -ERR [AUTH] ...
		C: QUIT
		S: +OK Logging out
		EOF`)
	if len(got) != 3 {
		t.Errorf("credentials: %q", got)
	}
}

func TestSMTP(t *testing.T) {
	m := upgradable(imapHost)
	got := talk(t, SMTP(m), `
		S: 220 imap.example.com ESMTP Postfix
		C: EHLO
		S: 501 ...
		C: HELO client.example
		S: 250 imap.example.com
		C: EHLO client.example
		S: 250-imap.example.com
		S: 250-PIPELINING
		S: 250-SIZE ...
		S: 250-ENHANCEDSTATUSCODES
		S: 250-8BITMIME
		S: 250-SMTPUTF8
		S: 250-CHUNKING
		S: 250 STARTTLS
		C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
		S: 530 5.7.0 Must issue a STARTTLS command first
		C: STARTTLS
		S: 220 2.0.0 Ready to start TLS
		TLS
		C: STARTTLS
		S: 554 ...
		C: AUTH LOGIN
		S: 334 VXNlcm5hbWU6
		C: YWxpY2U=
		S: 334 UGFzc3dvcmQ6
		C: c2VjcmV0
		S: 535 5.7.8 ...
		C: CAPABILITY
		S: 502 ...
		C: QUIT
		S: 221 2.0.0 Bye
		EOF`)
	if len(got) != 3 {
		t.Errorf("credentials: %q", got)
	}
}

func TestSMTPIsStrict(t *testing.T) {
	talk(t, SMTP(upgradable(imapHost)), `
		S: 220 ...
		C: EHLO client.example|STARTTLS
		S: 554 5.5.0 ...
		EOF`)
	m := upgradable(imapHost)
	m.GreetingDelay = time.Second
	talk(t, SMTP(m), `
		C: EHLO client.example
		S: 554 SMTP synchronization error
		EOF`)
}

func TestMailFaults(t *testing.T) {
	bye := Then(Say("* BYE go away\r\n"), CloseAtOnce)
	talk(t, IMAP(Mail{On: map[string]Behaviour{"greeting": bye}}), `
		S: * BYE go away
		EOF`)
	talk(t, IMAP(Mail{On: map[string]Behaviour{"CAPABILITY": Say("{tag} NO not today\r\n")}}), `
		S: * OK ...
		C: x1 capability
		S: x1 NO not today
		C: x2 NOOP
		S: x2 OK ...`)
	m := upgradable(imapHost)
	m.On = map[string]Behaviour{"tls CAPABILITY": CloseAtOnce}
	talk(t, IMAP(m), `
		S: * OK ...
		C: a CAPABILITY
		S: * CAPABILITY ...
		S: a OK ...
		C: b STARTTLS
		S: b OK ...
		TLS
		C: c CAPABILITY
		EOF`)
	m = upgradable(imapHost)
	m.GoAhead = "{tag} OK go\r\n* OK injected\r\n"
	talk(t, IMAP(m), `
		S: * OK ...
		C: a STARTTLS
		S: a OK go
		S: * OK injected`)
	talk(t, SMTP(Mail{Host: "h", Caps: []string{"PIPELINING", "XXXXXXXA"}}), `
		S: 220 h ESMTP Postfix
		C: EHLO c.example
		S: 250-h
		S: 250-PIPELINING
		S: 250 XXXXXXXA
		C: STARTTLS
		S: 502 ...`)
	talk(t, POP3(Mail{On: map[string]Behaviour{"CAPA": Say("-ERR unknown command\r\n")}}), `
		S: +OK ...
		C: CAPA
		S: -ERR unknown command
		C: `+strings.Repeat("x", 20<<10)+`
		S: -ERR Input line too long ...
		EOF`)
}

func TestSlowMail(t *testing.T) {
	bring(t, Host{1000: IMAP(Mail{GreetingDelay: 7 * time.Second, Slow: 3 * time.Second})}, func(t *testing.T, l *Lab) {
		start := time.Now()
		c := dial(t, l, "tcp", there)
		read(t, c)
		write(t, c, "a NOOP\r\n")
		read(t, c)
		if got := time.Since(start); got != 10*time.Second+300*time.Millisecond {
			t.Errorf("took %v", got)
		}
	})
}
