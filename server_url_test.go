package mailcheck_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
)

func TestParseServer(t *testing.T) {
	const imap, pop3, submission = mailcheck.IMAP, mailcheck.POP3, mailcheck.Submission
	const tls, starttls, plain = mailcheck.ImplicitTLS, mailcheck.StartTLS, mailcheck.Plain
	good := func(text string, p mailcheck.Protocol, s mailcheck.Security, host string, port uint16, path string) {
		t.Helper()
		want := mailcheck.Server{Protocol: p, Security: s, Host: host, Port: port, Path: path}
		got, err := mailcheck.ParseServer(text)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got)\n%s", text, err, diff)
		}
	}
	good("imaps://imap.example.com", imap, tls, "imap.example.com", 993, "")
	good("imap://imap.example.com", imap, starttls, "imap.example.com", 143, "")
	good("imap+plain://imap.example.com:144/", imap, plain, "imap.example.com", 144, "")
	good("pop3s://pop.example.com", pop3, tls, "pop.example.com", 995, "")
	good("submissions://smtp.example.com", submission, tls, "smtp.example.com", 465, "")
	good("SUBMISSION://SMTP.Example.COM.", submission, starttls, "smtp.example.com", 587, "")
	good("imaps://[2001:db8::25]:1993", imap, tls, "2001:db8::25", 1993, "")
	good("imaps://[fe80::1%25eth0]", imap, tls, "fe80::1%eth0", 993, "")
	good("imaps://192.0.2.1", imap, tls, "192.0.2.1", 993, "")
	good("imaps://bücher.example", imap, tls, "xn--bcher-kva.example", 993, "")
	good("sieve://h.example", mailcheck.Sieve, starttls, "h.example", 4190, "")
	good("jmap://h.example", mailcheck.JMAP, tls, "h.example", 443, "/.well-known/jmap")
	good("caldav://h.example:8443/dav%20x/", mailcheck.CalDAV, tls, "h.example", 8443, "/dav%20x/")
	good("jmap://h.example/session?tenant=7&x=%20", mailcheck.JMAP, tls, "h.example", 443, "/session?tenant=7&x=%20")
	good("caldavs://h.example", mailcheck.CalDAV, tls, "h.example", 443, "/.well-known/caldav")
	good("activesync://h.example", mailcheck.ActiveSync, tls, "h.example", 443, "/Microsoft-Server-ActiveSync")
	good("ews://h.example/tenant/ews", mailcheck.EWS, tls, "h.example", 443, "/tenant/ews")
	good("https://h.example/ews/exchange.asmx?x", mailcheck.EWS, tls, "h.example", 443, "/ews/exchange.asmx")
	good("https://h.example:444/Microsoft-Server-ActiveSync", mailcheck.ActiveSync, tls, "h.example", 444, "/Microsoft-Server-ActiveSync")

	bad := func(text string, part mailcheck.URLPart, want string) {
		t.Helper()
		s, err := mailcheck.ParseServer(text)
		e, ok := errors.AsType[*mailcheck.ServerURLError](err)
		if !ok || e.Part != part || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %+v, %#v, want %s: %s", text, s, err, part, want)
		}
	}
	bad("", mailcheck.URLProtocol, "does not say which protocol")
	bad("imap.example.com:993", mailcheck.URLProtocol, "does not say which protocol")
	bad("smtp://mx.example.com", mailcheck.URLProtocol, `unknown protocol "smtp"`)
	bad("imaps+plain://h", mailcheck.URLProtocol, "unknown protocol")
	bad("https://example.com", mailcheck.URLService, "is no service that can be tested")
	bad("imaps://h:x", mailcheck.URLSyntax, "is not a server's URL")
	bad("imaps://h\x00", mailcheck.URLSyntax, "is not a server's URL")
	bad("imaps://", mailcheck.URLHost, "names no host")
	bad("imaps://2001:db8::25", mailcheck.URLHost, "is not a host name")
	bad("imaps://h:0", mailcheck.URLPort, "impossible port")
	bad("imaps://h:65536", mailcheck.URLPort, "impossible port")
	for _, text := range []string{"imaps://alice:secret@h", "imaps://h/INBOX", "imaps://h?x=1", "imaps://h#x", "caldav://alice:secret@h"} {
		bad(text, mailcheck.URLExtra, "has more than a host and a port")
		if _, err := mailcheck.ParseServer(text); strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := mailcheck.ParseServer("jmap+plain://h"); err == nil {
		t.Error("JMAP without TLS was accepted")
	}
}

// What a server's URL says is that server.
func TestServerURLRoundTrip(t *testing.T) {
	for _, p := range mailcheck.Protocols {
		for _, security := range []mailcheck.Security{mailcheck.ImplicitTLS, mailcheck.StartTLS, mailcheck.Plain} {
			if p.OverHTTPS() && security != mailcheck.ImplicitTLS {
				continue
			}
			paths := []string{""}
			if p.OverHTTPS() {
				paths = []string{"/", "/.well-known/" + string(p), "/dav/alice%40example.com/", "/session?tenant=7", "/EWS/Exchange.asmx", "/microsoft-server-activesync", "//x", "/a:b@c", "/%C3%BC"}
			}
			for _, host := range []string{"mail.example.com", "xn--bcher-kva.example", "192.0.2.1", "2001:db8::25", "fe80::1%eth0", "fe80::1%25"} {
				for _, port := range []uint16{mailcheck.DefaultPort(p, security), 1, 443, 65535} {
					for _, path := range paths {
						s := mailcheck.Server{Protocol: p, Security: security, Host: host, Port: port, Path: path}
						got, err := mailcheck.ParseServer(s.URL())
						if diff := cmp.Diff(s, got); err != nil || diff != "" {
							t.Errorf("%s: %v (-want +got)\n%s", s.URL(), err, diff)
						}
					}
				}
			}
		}
	}
}

func TestDefaultPort(t *testing.T) {
	for _, p := range mailcheck.Protocols {
		if mailcheck.DefaultPort(p, mailcheck.ImplicitTLS) == 0 || mailcheck.DefaultPort(p, mailcheck.StartTLS) == 0 {
			t.Errorf("%s has none", p)
		}
	}
	for _, p := range []mailcheck.Protocol{"", "smtp", "gopher"} {
		if port := mailcheck.DefaultPort(p, mailcheck.StartTLS); port != 0 {
			t.Errorf("%q has %d", p, port)
		}
	}
}

// Whatever is typed, a server that is read from it has a URL that means the same, and
// an error can be shown.
func FuzzParseServer(f *testing.F) {
	for _, seed := range []string{
		"imaps://imap.example.com", "imap+plain://h:144/", "imaps://[fe80::1%25eth0]:1", "imaps://bücher.example", "https://h/EWS/Exchange.asmx?x",
		"https://h//EWS/", "ews://0/?\xba", "jmap://h/x%20y", "jmap://h/?", "caldav://h?x", "caldav://h:443//x", "ews://h/x?y#z", "https://h/ews/exchange.asmx/", "carddav://[::ffff:192.0.2.1]/%zz", "caldavs://h", "sieves://h", "imaps://a:b@h", "imap.example.com:993", "imaps://h\x1b[0m", "imaps://%68", "://",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := mailcheck.ParseServer(text)
		if err != nil {
			if !mailcheck.Printable(err.Error()) {
				t.Errorf("%q: the error %q is not fit to be shown", text, err)
			}
			return
		}
		if s.Host == "" || s.Port == 0 || !mailcheck.Printable(s.URL()) {
			t.Errorf("%q gives %+v", text, s)
		}
		again, err := mailcheck.ParseServer(s.URL())
		if diff := cmp.Diff(s, again); err != nil || diff != "" {
			t.Errorf("%q, then %q: %v\n%s", text, s.URL(), err, diff)
		}
	})
}

// Whatever a source makes a server of, its URL says all of it.
func FuzzServerURL(f *testing.F) {
	for i, host := range []string{"imap.example.com", "bücher.example", "192.0.2.1", "2001:db8::1", "fe80::1%eth0", "fe80::1%25x", "::ffff:192.0.2.1"} {
		f.Add(i, i, host, uint16(993), "/dav/?x=%20#y")
		f.Add(i+7, i, host, uint16(443), "/EWS/Exchange.asmx")
	}
	f.Fuzz(func(t *testing.T, protocol, security int, host string, port uint16, path string) {
		p := mailcheck.Protocols[uint(protocol)%uint(len(mailcheck.Protocols))]
		parsed, err := mailcheck.ParseHost(host)
		if err != nil || port == 0 {
			t.Skip()
		}
		ways := []mailcheck.Security{mailcheck.ImplicitTLS, mailcheck.StartTLS, mailcheck.Plain}
		s := mailcheck.Server{Protocol: p, Host: parsed, Port: port, Security: ways[uint(security)%3]}
		if p.OverHTTPS() {
			if s, err = mailcheck.ParseWebServer(p, "https://web.example"+path); err != nil {
				t.Skip()
			}
			s.Host, s.Port = parsed, port
		}
		got, err := mailcheck.ParseServer(s.URL())
		if diff := cmp.Diff(s, got); err != nil || diff != "" {
			t.Errorf("%+v has the URL %q: %v\n%s", s, s.URL(), err, diff)
		}
	})
}
