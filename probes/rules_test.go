package probes

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lab"
	"mailcheck/internal/netx"
)

// upgradable is a server of a protocol on its port for STARTTLS.
func upgradable(p mailcheck.Protocol) mailcheck.Server {
	return mailcheck.Server{Protocol: p, Host: fuzzHost, Port: mailcheck.DefaultPort(p, mailcheck.StartTLS), Security: mailcheck.StartTLS, Sources: []string{"srv"}, Kind: mailcheck.Published}
}

func hasFinding(r mailcheck.ServerResult, id string) bool {
	for _, s := range r.Steps {
		for _, f := range s.Findings {
			if f.Check.ID == id {
				return true
			}
		}
	}
	return false
}

// What a server announced before TLS is forgotten once TLS is up.
func TestBeforeTLSIsForgotten(t *testing.T) {
	test := func(p mailcheck.Protocol, script string, before, after []string) {
		t.Helper()
		r := probeScript(t, upgradable(p), script)
		if diff := cmp.Diff(after, r.Mechanisms.AfterTLS, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s inside TLS (-want +got):\n%s", p, diff)
		}
		if diff := cmp.Diff(before, r.Mechanisms.BeforeTLS, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s before TLS (-want +got):\n%s", p, diff)
		}
		if r.PasswordOK {
			t.Errorf("%s: a password is taken for possible, though only before TLS", p)
		}
	}
	test(mailcheck.IMAP, "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n"+turn+"* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN\r\nb1 OK\r\nb2 OK [CAPABILITY AUTH=LOGIN] go\r\n"+
		upgradeTLS+turn+"* CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=SCRAM-SHA-256\r\nc1 OK\r\n", []string{"PLAIN"}, []string{"SCRAM-SHA-256"})
	test(mailcheck.POP3, "+OK\r\n"+turn+"+OK\r\nSTLS\r\nUSER\r\nSASL PLAIN\r\n.\r\n+OK go\r\n"+
		upgradeTLS+turn+"+OK\r\nSASL SCRAM-SHA-256\r\n.\r\n", []string{"PLAIN"}, []string{"SCRAM-SHA-256"})
	test(mailcheck.Submission, "220 ready\r\n"+turn+"250-a\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n"+turn+"220 go\r\n"+
		upgradeTLS+turn+"250-a\r\n250 AUTH SCRAM-SHA-256\r\n", []string{"PLAIN"}, []string{"SCRAM-SHA-256"})
}

// Text behind the go-ahead was not protected: the session ends there, and
// nothing of it is believed.
func TestInjectionEndsTheSession(t *testing.T) {
	test := func(p mailcheck.Protocol, script string) {
		t.Helper()
		r := probeScript(t, upgradable(p), script)
		if !hasFinding(r, checks.StartTLSInjection.ID) || r.Verdict != mailcheck.Fail {
			t.Errorf("%s is %s, and the injection is not found", p, r.Verdict)
		}
		if r.TLS != nil || r.Capabilities.AfterTLS != nil || r.Mechanisms.AfterTLS != nil || r.PasswordOK {
			t.Errorf("%s: the session went on: %+v", p, r)
		}
		if last := r.Conversation[len(r.Conversation)-1]; last.Client {
			t.Errorf("%s: the client went on to say %q", p, last.Text)
		}
	}
	test(mailcheck.IMAP, "* OK ready\r\n"+turn+"* CAPABILITY STARTTLS\r\nb1 OK\r\nb2 OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nc1 OK\r\n"+upgradeTLS)
	test(mailcheck.IMAP, "* OK ready\r\n"+turn+"* CAPABILITY STARTTLS\r\nb1 OK\r\nb2 OK go\r\n*"+upgradeTLS)
	test(mailcheck.POP3, "+OK\r\n"+turn+"+OK\r\nSTLS\r\n.\r\n+OK go\r\n+OK\r\nSASL PLAIN\r\n.\r\n"+upgradeTLS)
	test(mailcheck.Submission, "220 ready\r\n"+turn+"250-a\r\n250 STARTTLS\r\n"+turn+"220 go\r\n250-a\r\n250 AUTH PLAIN\r\n"+upgradeTLS)
}

// Whatever goes wrong on the way to TLS, the client does not go on in clear. The
// few further connections that look for the cause learn nothing that counts.
func TestNothingIsRetriedInClear(t *testing.T) {
	test := func(p mailcheck.Protocol, security mailcheck.Security, script, id string) {
		t.Helper()
		s := upgradable(p)
		s.Security = security
		r := probeScript(t, s, script)
		if !hasFinding(r, id) || r.Verdict != mailcheck.Fail {
			t.Errorf("%s %q is %s, without %s", p, script, r.Verdict, id)
		}
		if r.Capabilities.AfterTLS != nil || r.PasswordOK {
			t.Errorf("%s %q: the session went on: %q", p, script, r.Capabilities.AfterTLS)
		}
	}
	const imap, pop3, smtp = "* OK\r\n" + turn + "* CAPABILITY STARTTLS\r\nb1 OK\r\n", "+OK\r\n" + turn + "+OK\r\nSTLS\r\n.\r\n", "220 a\r\n" + turn + "250-a\r\n250 STARTTLS\r\n" + turn
	for _, handshake := range []struct{ says, id, atOnce string }{
		{turn + "not TLS at all\r\n", checks.StartTLSRefused.ID, checks.TLSPlainOnTLSPort.ID},
		{turn + turn, checks.TLSTimeout.ID, checks.TLSTimeout.ID},
	} {
		test(mailcheck.IMAP, mailcheck.StartTLS, imap+"b2 OK go\r\n"+handshake.says, handshake.id)
		test(mailcheck.POP3, mailcheck.StartTLS, pop3+"+OK go\r\n"+handshake.says, handshake.id)
		test(mailcheck.Submission, mailcheck.StartTLS, smtp+"220 go\r\n"+handshake.says, handshake.id)
		test(mailcheck.IMAP, mailcheck.ImplicitTLS, handshake.says, handshake.atOnce)
	}
	test(mailcheck.IMAP, mailcheck.StartTLS, imap+"b2 NO not now\r\n", checks.StartTLSRefused.ID)
	test(mailcheck.POP3, mailcheck.StartTLS, pop3+"-ERR not now\r\n", checks.StartTLSRefused.ID)
	test(mailcheck.Submission, mailcheck.StartTLS, smtp+"454 not now\r\n", checks.StartTLSRefused.ID)
	test(mailcheck.IMAP, mailcheck.StartTLS, "* OK\r\n"+turn+"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nb1 OK\r\nb2 BAD what\r\n", checks.StartTLSMissing.ID)
	test(mailcheck.POP3, mailcheck.StartTLS, "+OK\r\n"+turn+"+OK\r\nUSER\r\n.\r\n-ERR what\r\n", checks.StartTLSMissing.ID)
	test(mailcheck.Submission, mailcheck.StartTLS, "220 a\r\n"+turn+"250-a\r\n250 AUTH PLAIN\r\n", checks.StartTLSMissing.ID)
	test(mailcheck.IMAP, mailcheck.StartTLS, "* PREAUTH welcome\r\n"+turn+imap, checks.GreetPreauth.ID)
	test(mailcheck.IMAP, mailcheck.StartTLS, "* BYE\r\n"+turn+imap, checks.GreetBye.ID)
}

// A server may neither fill memory nor talk for ever, and the finding says which
// bound it hit.
func TestBounds(t *testing.T) {
	test := func(script, id, words string) {
		t.Helper()
		r := probeScript(t, mailcheck.Server{Protocol: mailcheck.Submission, Host: fuzzHost, Port: 1000, Security: mailcheck.ImplicitTLS, Sources: []string{"srv"}, Kind: mailcheck.Published}, upgradeTLS+script)
		var got []string
		for _, s := range r.Steps {
			for _, f := range s.Findings {
				got = append(got, f.Check.ID+": "+f.Detail.String())
			}
		}
		if len(got) != 1 || !strings.HasPrefix(got[0], id+": ") || !strings.Contains(got[0], words) {
			t.Errorf("%.60q: got %q, want %s: %s", script, got, id, words)
		}
	}
	test("220 "+strings.Repeat("x", maxLine)+"\r\n", "reply.too-long", "one line is longer than 8192 bytes")
	test("220 ok\r\n"+turn+strings.Repeat("250-"+strings.Repeat("x", 4000)+"\r\n", 17), "reply.too-long", "one reply is longer than 65536 bytes")
	test("220 ok\r\n"+turn+strings.Repeat("250-x\r\n", maxReplyLines+1), "reply.too-long", "one reply has more than 500 lines")

	// Up to the bound all is well.
	test("220 ok\r\n"+turn+strings.Repeat("250-x\r\n", maxReplyLines-2)+"250-8BITMIME\r\n250 SIZE\r\n", "auth.none-offered", "")
	test("220 "+strings.Repeat("x", maxLine-6)+"\r\n"+turn+"502 no\r\n", "reply.rejected", "")
}

// Neither bytes nor whole lines renew the time a server has.
func TestDripsDoNotRenewTheTime(t *testing.T) {
	test := func(name string, b lab.Behaviour, limit time.Duration, id string) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			l := lab.New(lab.Scenario{Zone: fuzzHost + ". A 192.0.2.10\n", Hosts: map[string]lab.Host{"192.0.2.10": {143: b}}})
			defer l.Close()
			n, err := netx.New(l.Options())
			if err != nil {
				t.Fatal(err)
			}
			defer n.Close()
			began := time.Now()
			r := newProbe(n.Run(), upgradable(mailcheck.IMAP), Options{}, began).run(t.Context(), func(bool) {})
			if took := time.Since(began); took > limit+farewellTimeout || !hasFinding(r, id) {
				t.Errorf("%s: took %v, want %v and %s", name, took, limit, id)
			}
		})
	}
	test("bytes of a greeting", lab.Drip("* OK "+strings.Repeat("x", 5000), time.Second), greetingTimeout, checks.GreetTimeout.ID)
	test("bytes of a reply", lab.Then(lab.Say("* OK\r\n"), lab.Drip("* CAPABILITY "+strings.Repeat("x", 5000), time.Second)), replyTimeout, checks.ReplyTimeout.ID)
	test("lines of a reply", lab.Then(lab.Say("* OK\r\n"), lab.EndlessEvery("* OK\r\n", time.Second)), replyTimeout, checks.ReplyTimeout.ID)
	// A further connection, to which the server says the same, is given its own time.
	test("bytes of a handshake", lab.IMAP(lab.Mail{StartTLS: &lab.Cert{Names: []string{fuzzHost}}, On: map[string]lab.Behaviour{
		"handshake": lab.Drip("\x16\x03\x03\x40\x00"+strings.Repeat("\x02", 9000), time.Second),
	}}), handshakeTimeout+askTimeout, checks.TLSTimeout.ID)
}

// account checks the address of a scenario, in the bubble of the caller and for as
// long as ctx lets it.
func account(t *testing.T, ctx context.Context, s lab.Scenario, rtt time.Duration) (*mailcheck.Report, *lab.Lab) {
	t.Helper()
	return visit(t, s, rtt, func(_ context.Context, c *Client, a mailcheck.Address) (*mailcheck.Report, error) {
		return c.Account(ctx, a, nil)
	})
}

// Whenever the user gives up, the report comes at once and holds what was
// learned by then. Giving up is nobody's fault.
func TestGivenUp(t *testing.T) {
	for _, name := range []string{"healthy", "autoconfig-only", "guess-only", "firewall", "silent-server", "tls-silent", "starttls-hang", "dns-silent", "body-drip", "reply-lines-forever", "ipv6-firewall", "slow-everything", "too-many-servers"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, ok := lab.Find(name)
			if !ok {
				t.Fatalf("no scenario %q", name)
			}
			for _, after := range []time.Duration{0, 150 * time.Millisecond, 500 * time.Millisecond, 1100 * time.Millisecond, 2500 * time.Millisecond, 9 * time.Second} {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					time.AfterFunc(after, cancel)
					began := time.Now()
					r, _ := account(t, ctx, s, 100*time.Millisecond)
					if took := time.Since(began); took > after+farewellTimeout {
						t.Errorf("given up after %v, the report comes after %v", after, took)
					}
					if len(r.Sources) == 0 || r.Verdict == "" {
						t.Errorf("given up after %v, the report is empty", after)
					}
					for _, server := range r.Servers {
						checkShown(t, server)
					}
					if after < 2*time.Second {
						for _, f := range r.Findings {
							if f.Check.Severity == checks.Failure && !strings.HasPrefix(f.Check.ID, "account.") {
								t.Errorf("given up after %v: %s: %s", after, f.Check.ID, f.Detail.String())
							}
						}
					}
				})
			}
		})
	}
}

// One run connects to 40 servers at most, and says how many it left out.
func TestServersPerRun(t *testing.T) {
	s, _ := lab.Find("too-many-servers")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		r, l := account(t, ctx, s, 0)
		if len(r.Servers) != 40 {
			t.Errorf("%d servers are in the report", len(r.Servers))
		}
		dialled := tcpDials(l)
		slices.Sort(dialled)
		dialled = slices.DeleteFunc(slices.Compact(dialled), func(d string) bool { return strings.HasSuffix(d, ":443") || strings.HasSuffix(d, ":80") })
		if len(dialled) != 40 {
			t.Errorf("%d servers are connected to: %q", len(dialled), dialled)
		}
		for _, f := range r.Findings {
			if f.Check == checks.RunTooManyServers && f.Detail.String() != "21 servers were not tested" {
				t.Errorf("the evidence is %q", f.Detail.String())
			}
		}
	})
}

// Each distinct server is connected to once, however many sources name it.
func TestEachServerIsProbedOnce(t *testing.T) {
	s, _ := lab.Find("healthy")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		r, l := account(t, ctx, s, 0)
		seen := map[string]int{}
		for _, d := range tcpDials(l) {
			seen[d]++
		}
		for d, n := range seen {
			if n > 1 && !strings.HasSuffix(d, ":443") && !strings.HasSuffix(d, ":80") {
				t.Errorf("%s is dialled %d times", d, n)
			}
		}
		if len(r.Servers) != 6 {
			t.Errorf("%d servers, want 6", len(r.Servers))
		}
	})
}

// With no answers at all a run ends in time, and without a settled guess at
// whose fault it is beyond DNS.
func TestServersWithoutAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := lab.New(lab.Scenario{Zone: "example.com. A 192.0.2.1\n"})
		defer l.Close()
		c := inside(l)
		defer c.Close()
		r, err := c.Servers(t.Context(), []mailcheck.Server{upgradable(mailcheck.IMAP), upgradable(mailcheck.IMAP), upgradable(mailcheck.POP3)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := ids(r); !slices.Equal(got, []string{"dns.nxdomain"}) || r.Verdict != mailcheck.Fail {
			t.Errorf("findings %q, verdict %s", got, r.Verdict)
		}
		if dials := tcpDials(l); len(dials) > 0 {
			t.Errorf("dials %q", dials)
		}
	})
}
