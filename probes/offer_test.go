package probes

import (
	"slices"
	"strings"
	"testing"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

func TestIMAPMechanisms(t *testing.T) {
	test := func(caps string, want ...string) {
		t.Helper()
		if got := imapMechanisms(strings.Fields(caps)); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", caps, got, want)
		}
	}
	test("")
	test("IMAP4rev1 LOGINDISABLED STARTTLS")
	test("IMAP4rev1 AUTH=PLAIN auth=login SASL-IR AUTH=SCRAM-SHA-256-PLUS", "PLAIN", "LOGIN", "SCRAM-SHA-256-PLUS")
	test("XAUTH=PLAIN AUTH PLAIN")
}

func TestPOP3Mechanisms(t *testing.T) {
	test := func(caps []string, want ...string) {
		t.Helper()
		if got := pop3Mechanisms(caps); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", caps, got, want)
		}
	}
	test(nil)
	test([]string{"USER", "STLS", "TOP"})
	test([]string{"USER", "sasl plain Login", "TOP"}, "PLAIN", "LOGIN")
	test([]string{"SASL"})
	test([]string{"SASLISH PLAIN"})
}

func TestSMTPMechanisms(t *testing.T) {
	test := func(caps []string, want ...string) {
		t.Helper()
		if got := smtpMechanisms(caps); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", caps, got, want)
		}
	}
	test(nil)
	test([]string{"SIZE 1000", "STARTTLS"})
	test([]string{"AUTH PLAIN LOGIN", "SIZE"}, "PLAIN", "LOGIN")
	test([]string{"auth plain"}, "PLAIN")
	test([]string{"AUTH=LOGIN PLAIN"}, "LOGIN", "PLAIN")                             // the obsolete form
	test([]string{"AUTH PLAIN", "AUTH=PLAIN LOGIN", "AUTH PLAIN"}, "PLAIN", "LOGIN") // each once
	test([]string{"AUTH"})
	test([]string{"AUTHENTICATE PLAIN"})
}

func TestCodeCapabilities(t *testing.T) {
	test := func(line string, want ...string) {
		t.Helper()
		if got := codeCapabilities(line); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", line, got, want)
		}
	}
	test("* OK ready")
	test("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready", "IMAP4rev1", "AUTH=PLAIN")
	test("* OK [capability IMAP4rev1] ready", "IMAP4rev1")
	test("* OK [CAPABILITY IMAP4rev1 ready") // no end
	test("* OK [ALERT] [CAPABILITIES x] ready")
}

func TestParseSMTPLine(t *testing.T) {
	test := func(line string, code int, text string, last bool) {
		t.Helper()
		c, x, l, ok := parseSMTPLine(line)
		if !ok || c != code || x != text || l != last {
			t.Errorf("%q: got %d %q %v %v", line, c, x, l, ok)
		}
	}
	test("250 OK", 250, "OK", true)
	test("250-SIZE 1000", 250, "SIZE 1000", false)
	test("250", 250, "", true)
	test("250 ", 250, "", true)
	test("250-", 250, "", false)
	for _, line := range []string{"", "2", "25", "25x OK", "250_OK", "150 too low", "650 too high", " 250 OK", "2+0 OK", "2500 OK", "HTTP/1.1 400", "* OK"} {
		if code, _, _, ok := parseSMTPLine(line); ok {
			t.Errorf("%q is taken for a reply with the code %d", line, code)
		}
	}
}

func TestIsMasked(t *testing.T) {
	for _, c := range []string{"XXXXXXXA", "XXXA", "XXXXXXXXXXXXXXXXXXXXXXXXXA", "XXXXXXXX"} {
		if !isMasked(c) {
			t.Errorf("%q is not taken for masked", c)
		}
	}
	for _, c := range []string{"", "X", "XXA", "XCLIENT", "XFORWARD NAME ADDR", "X-EXPS", "SIZE", "STARTTLS"} {
		if isMasked(c) {
			t.Errorf("%q is taken for masked", c)
		}
	}
}

func TestNotThisProtocol(t *testing.T) {
	test := func(line string, want *checks.Check, words string) {
		t.Helper()
		check, detail := trace.Classify(mailcheck.OpGreeting, notThisProtocol(mailcheck.IMAP, line))
		if check != want || !strings.Contains(detail.String(), words) {
			t.Errorf("%q is %s: %s", line, check.ID, detail)
		}
	}
	test("HTTP/1.1 400 Bad Request", checks.GreetOtherProtocol, "a web server (HTTP) answers instead of IMAP")
	test("<HTML><body>", checks.GreetOtherProtocol, "web server")
	test("SSH-2.0-OpenSSH_9.9", checks.GreetOtherProtocol, "SSH")
	test("220 mail.example.com ESMTP", checks.GreetOtherProtocol, "SMTP")
	test("+OK POP3 ready", checks.GreetOtherProtocol, "POP3")
	test("\x15\x03\x01\x00\x02\x02\x46", checks.TLSOnStartTLSPort, "TLS alert")
	test("hello", checks.GreetMalformed, `the first line is "hello"`)
	test("", checks.GreetMalformed, `the first line is ""`)
	test("\x1b[2J\u202e", checks.GreetMalformed, `x1b[2J`)
}

// Servers with many extensions announce more than a report shows of one line;
// the list must be read to its end, where AUTH= often stands.
func TestLongCapabilityLists(t *testing.T) {
	test := func(p mailcheck.Protocol, script string) {
		t.Helper()
		r := probeScript(t, mailcheck.Server{Protocol: p, Host: fuzzHost, Port: 1000, Security: mailcheck.ImplicitTLS, Sources: []string{"srv"}, Kind: mailcheck.Published}, upgradeTLS+script)
		if !mailcheck.Has(r.Mechanisms.AfterTLS, "SCRAM-SHA-1") || !slices.Contains(r.Capabilities.AfterTLS, "X-LAST") {
			t.Errorf("%s: mechanisms %q, capabilities %q", p, r.Mechanisms.AfterTLS, r.Capabilities.AfterTLS)
		}
		for _, c := range r.Capabilities.AfterTLS {
			if strings.Contains(c, "more") || strings.Contains(c, "...") {
				t.Errorf("%s: the capability %q was never announced", p, c)
			}
		}
	}
	many := strings.Repeat("X-EXTENSION ", 100)
	test(mailcheck.IMAP, "* OK ready\r\n"+turn+"* CAPABILITY IMAP4rev1 "+many+"AUTH=SCRAM-SHA-1 X-LAST\r\nc1 OK done\r\n")
	test(mailcheck.IMAP, "* OK [CAPABILITY IMAP4rev1 "+many+"AUTH=SCRAM-SHA-1 X-LAST] ready\r\n")
	test(mailcheck.POP3, "+OK\r\n"+turn+"+OK\r\nSASL "+many+"SCRAM-SHA-1\r\nX-LAST\r\n.\r\n")
	test(mailcheck.Submission, "220 ready\r\n"+turn+"250-mail.example.com\r\n250-AUTH "+many+"SCRAM-SHA-1\r\n250 X-LAST\r\n")
}
