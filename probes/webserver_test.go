package probes

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/internal/lab"
)

// countDials returns how many connections to an address a lab has seen.
func countDials(l *lab.Lab, address string) int {
	n := 0
	for _, dial := range l.Dials() {
		if dial == "tcp "+address {
			n++
		}
	}
	return n
}

// One web server that does everything sees one connection for the documents of
// discovery and one for the tests; each service is shown as if it had its own.
func TestOneConnectionForAllServices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, l := visit(t, scenario(t, "one-web-server"), 20*time.Millisecond, accountWith(Options{}))
		if n := countDials(l, "192.0.2.80:443"); n != 2 {
			t.Errorf("%d connections to the web server, want 2", n)
		}
		var got []string
		for _, s := range r.Servers {
			if !s.Protocol.OverHTTPS() {
				continue
			}
			got = append(got, string(s.Protocol))
			if s.Verdict != mailcheck.Pass || len(s.Addresses) != 1 || s.TLS == nil || !s.TLS.Verified || len(s.Mechanisms.AfterTLS) == 0 {
				t.Errorf("%s: %+v", s.Key(), s)
			}
			var ops []mailcheck.Op
			for _, step := range s.Steps[:5] {
				ops = append(ops, step.Op)
			}
			if fmt.Sprint(ops) != "[resolve connect tls certificate capability]" {
				t.Errorf("%s: steps %v", s.Key(), ops)
			}
			if said := s.Steps[1].Detail.String(); strings.Contains(said, "shared with activesync https://example.com/Microsoft-Server-ActiveSync") != (len(got) > 1) {
				t.Errorf("%s: %s", s.Key(), said)
			}
			if s.Conversation[0].Step != 4 || !s.Conversation[0].Secure {
				t.Errorf("%s: the conversation begins with %+v", s.Key(), s.Conversation[0])
			}
		}
		if fmt.Sprint(got) != "[activesync ews caldav carddav jmap]" {
			t.Errorf("tested %v", got)
		}
	})
}

// Whatever a web server does to its connection, each service is judged by its own
// replies, nobody waits for another longer than turnPatience, and a fault of the
// server itself is looked into once.
func TestSharedConnection(t *testing.T) {
	wants := lab.Unauthorized("Basic")
	cert := lab.Cert{Names: []string{"example.com"}}
	web := func(r lab.Reply) lab.Behaviour {
		return lab.TLS(cert, lab.HTTP(map[string]lab.Reply{"*": wants, "/hard": r}))
	}
	all := func(r lab.Reply) lab.Behaviour { return lab.TLS(cert, lab.HTTP(map[string]lab.Reply{"*": r})) }
	test := func(name string, b lab.Behaviour, connections int, limit time.Duration, easy, hard string) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := lab.Scenario{Address: "example.com", Zone: "$ORIGIN example.com.\n@ A 192.0.2.80\n", Hosts: map[string]lab.Host{"192.0.2.80": {443: b}}}
				r, l := visit(t, s, 20*time.Millisecond, func(ctx context.Context, c *Client, _ mailcheck.Address) (*mailcheck.Report, error) {
					var servers []mailcheck.Server
					for i, p := range []mailcheck.Protocol{mailcheck.CalDAV, mailcheck.CardDAV, mailcheck.JMAP, mailcheck.EWS} {
						path := []string{"/a", "/b", "/c", "/hard"}[i]
						servers = append(servers, mailcheck.Server{Protocol: p, Host: "example.com", Port: 443, Security: mailcheck.ImplicitTLS, Path: path})
					}
					return c.Servers(ctx, servers, nil)
				})
				if n := countDials(l, "192.0.2.80:443"); n > connections {
					t.Errorf("%d connections, more than %d", n, connections)
				}
				if r.Elapsed > limit+time.Second {
					t.Errorf("took %v, more than a second above %v", r.Elapsed, limit)
				}
				for i, s := range r.Servers {
					var got []string
					for _, f := range r.Findings {
						if f.Server == s.URL() {
							got = append(got, f.Check.ID)
						}
					}
					if want := []string{easy, hard}[i/3]; strings.Join(got, " ") != want {
						t.Errorf("%s: found %v, want %q", s.Key(), got, want)
					}
					if s.Verdict == mailcheck.Pass && len(s.Addresses) != 1 {
						t.Errorf("%s: addresses %v", s.Key(), s.Addresses)
					}
				}
			})
		})
	}
	closes := func(c *lab.Conn, r *http.Request) { r.Close = true; wants(c, r) }
	vanishes := func(c *lab.Conn, r *http.Request) { wants(c, r); c.Close() }
	babbles := func(c *lab.Conn, _ *http.Request) {
		c.Say("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")
	}
	expired := lab.Cert{Names: []string{"example.com"}, NotAfter: -time.Hour}
	const hangs = turnPatience + replyTimeout

	test("well", all(wants), 1, 0, "", "")
	test("closes", all(closes), 4, 0, "", "")
	test("vanishes", all(vanishes), 4, 0, "", "")
	test("babbles", all(babbles), 4, 0, "", "")
	test("vanishes on one", web(vanishes), 4, 0, "", "")
	test("fails on one", web(lab.Status(500)), 1, 0, "", "exchange.http-status")
	test("no HTTP on one", web(lab.Raw("Hello\r\n\r\n")), 4, 0, "", "http.malformed")
	test("hangs on one", web(lab.NoAnswer), 4, hangs, "", "reply.timeout")
	test("hangs", all(lab.NoAnswer), 4, hangs, "reply.timeout", "reply.timeout")
	test("expired", lab.TLS(expired, lab.HTTP(map[string]lab.Reply{"*": wants})), 1, 0, "tls.expired", "tls.expired")
	test("no TLS", lab.SMTP(lab.Mail{Host: "example.com"}), 1, 0, "greet.not-this-protocol", "greet.not-this-protocol")
	test("TLS refused", func(c *lab.Conn) { c.Reset() }, 1+maxFurther+1, 0, "tls.eof", "tls.eof")
	test("silent", lab.Silent, 2, handshakeTimeout+askTimeout, "tls.timeout", "tls.timeout") // the second sends a shorter ClientHello
	test("unreachable", lab.Drop, 2, 5*time.Second, "tcp.timeout", "tcp.timeout")            // the second looks whether the host is up
}

// The audit asks a web server once, and says the same of every service behind it.
func TestSharedAudit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, l := visit(t, scenario(t, "one-web-server"), 0, accountWith(Options{TLSAudit: true}))
		if n := countDials(l, "192.0.2.80:443"); n > 2+maxAudit {
			t.Errorf("%d connections to the web server, more than %d", n, 2+maxAudit)
		}
		for _, s := range r.Servers {
			if s.TLSAudit == nil || len(s.TLSAudit.Versions) == 0 {
				t.Errorf("%s was not audited", s.Key())
			}
		}
	})
}
