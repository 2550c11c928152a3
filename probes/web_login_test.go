package probes

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/checks"
	"mailcheck/internal/lab"
)

// Whatever a service answers who logs in, what is secret stays at its origin.
func TestSecretsStayAtTheOrigin(t *testing.T) {
	for _, s := range lab.Scenarios() {
		if !strings.HasPrefix(s.Name, "login-dav-") && !strings.HasPrefix(s.Name, "login-jmap-") && !strings.HasPrefix(s.Name, "login-services") {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			r, l := visit(t, s, 0, accountWith(optionsOf(s)))
			checkConcealed(t, r, s.Password+s.Token)
			web := 0
			for _, sent := range l.Credentials() {
				if strings.HasPrefix(sent, "inside TLS to ") {
					continue
				}
				web++
				if !strings.HasPrefix(sent, "https to https://dav.example.com/") && !strings.HasPrefix(sent, "https to https://jmap.example.com/") {
					t.Errorf("%s: credentials were sent: %q", s.Name, sent)
				}
			}
			if before := s.Name == "login-dav-sent-on-before"; before != (web == 0) {
				t.Errorf("%s: %d requests had credentials", s.Name, web)
			}
			for _, server := range r.Servers {
				if server.Login == nil {
					t.Errorf("%s: nothing is said of a login at %s", s.Name, server.URL())
				}
			}
		})
	}
}

// Services that refuse what the mail servers take are not asked again.
func TestServicesRefuseOnce(t *testing.T) {
	s := scenario(t, "login-dav-rejected")
	_, _, seen := attempts(t, s, Credentials{Password: s.Password})
	web := 0
	for _, sent := range seen {
		if strings.HasPrefix(sent, "https to ") {
			web++
		}
	}
	if web != 1 {
		t.Errorf("%d logins at services that refuse the password: %q", web, seen)
	}
}

// What fails behind a login at a web service is the service's own, whatever the words that
// mail servers have for a login that cannot be checked.
func TestServiceDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scenario(t, "login-dav-down")
		r, _ := visit(t, s, 0, accountWith(optionsOf(s)))
		for _, f := range r.Findings {
			if f.Check == checks.LoginUnavailable && strings.HasPrefix(f.Server, "caldav") && !strings.Contains(f.Remedy().String(), "web server's log") {
				t.Errorf("the remedy is %q", f.Remedy())
			}
		}
	})
}

// A password that the mail servers refuse is not tried at the services.
func TestServicesWaitForMail(t *testing.T) {
	_, _, seen := attempts(t, scenario(t, "login-services"), Credentials{Password: "wrong"})
	for _, sent := range seen {
		if strings.HasPrefix(sent, "https to ") {
			t.Errorf("sent: %q", sent)
		}
	}
}

// Services that users name are logged in at without a mail server.
func TestServicesAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scenario(t, "login-services")
		r, _ := visit(t, s, 20*time.Millisecond, func(ctx context.Context, c *Client, _ mailcheck.Address) (*mailcheck.Report, error) {
			return c.Servers(ctx, []mailcheck.Server{
				{Protocol: mailcheck.JMAP, Host: "jmap.example.com", Port: 443, Security: mailcheck.ImplicitTLS, Path: "/.well-known/jmap"},
				{Protocol: mailcheck.CalDAV, Host: "dav.example.com", Port: 443, Security: mailcheck.ImplicitTLS, Path: "/dav/"},
			}, &Options{Credentials: Credentials{Username: s.Address, Password: s.Password}})
		})
		for _, server := range r.Servers {
			if server.Login == nil || server.Login.State != mailcheck.LoginAccepted || server.Login.Mechanism != "BASIC" {
				t.Errorf("%s: %+v", server.URL(), server.Login)
			}
		}
	})
}

// The services add at most three round trips to a check with a password, and nothing to
// one without.
func TestRoundTripsOfServices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rtt = 50 * time.Millisecond
		s := scenario(t, "login-services")
		mail, _ := visit(t, scenario(t, "login"), rtt, accountWith(Options{Credentials: credentialsOf(s)}))
		all, _ := visit(t, s, rtt, accountWith(Options{Credentials: credentialsOf(s)}))
		if trips := float64(all.Elapsed-mail.Elapsed) / float64(rtt); trips > 3 {
			t.Errorf("the services add %.1f round trips", trips)
		}
	})
}

func TestSameOrigin(t *testing.T) {
	const here = "https://dav.example.com:443/dav/"
	for there, want := range map[string]bool{
		"https://dav.example.com/": true, "https://DAV.example.com:443/x": true, "https://dav.example.com:8443/": false,
		"http://dav.example.com/": false, "https://dav.example.com.evil.example/": false, "https://dav.example.com@evil.example/": false,
		"https://alice@dav.example.com/": false, "//dav.example.com/": false, "": false, "https://": false, "https://dav.example.com./": false,
	} {
		if got := sameOrigin(here, there); got != want {
			t.Errorf("%q: %v", there, got)
		}
	}
}

func principalOf(content string) string {
	return `<multistatus xmlns="DAV:"><response><href>/</href><propstat><prop><current-user-principal>` + content + `</current-user-principal></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>`
}

func TestReadPrincipal(t *testing.T) {
	for body, want := range map[string]string{
		principalOf("<href>/p/alice/</href>"):                                "/p/alice/",
		principalOf("<href> /p/a%40b/\n</href>"):                             "/p/a%40b/",
		principalOf("<unauthenticated/>"):                                    "",
		principalOf(`<x:href xmlns:x="urn:x">/p/</x:href>`):                  "",
		strings.Replace(principalOf("<href>/p/</href>"), "200 OK", "404", 1): "",
		strings.Replace(principalOf("<href>/p/</href>"), "DAV:", "urn:x", 1): "",
		`<!DOCTYPE x [<!ENTITY e "/p/">]>` + principalOf("<href>&e;</href>"): "",
		"<html></html>": "", "": "", strings.Repeat("<a>", 1000): "",
	} {
		if got, err := readPrincipal([]byte(body)); got != want || (err == nil) != (want != "") {
			t.Errorf("%.80q: %q, %v", body, got, err)
		}
	}
}

func TestReadJMAP(t *testing.T) {
	for body, want := range map[string]string{
		`{"apiUrl":"/","capabilities":{},"accounts":{"a":{},"b":{}},"primaryAccounts":{"urn:ietf:params:jmap:mail":"b"}}`: "b",
		`{"apiUrl":"/","capabilities":{},"accounts":{"a":{}}}`:                                                            "a",
		`{"apiUrl":"/","capabilities":{},"accounts":{"a":{},"b":{}}}`:                                                     "",
	} {
		if s, err := autoconfig.ReadJMAPSession([]byte(body)); err != nil || mailAccount(s) != want {
			t.Errorf("%s: %q, %v", body, mailAccount(s), err)
		}
	}
	for body, want := range map[string]int{
		`{"methodResponses":[["Mailbox/get",{"list":[{},{}]},"0"],["Email/query",{"ids":[]},"1"]]}`: 2,
		`{"methodResponses":[["Email/query",{"ids":["x"]},"1"],["Mailbox/get",{"list":[]},"0"]]}`:   0,
		`{"methodResponses":[["Mailbox/get",{"list":[{},{}]},"0"]]}`:                                -1,
		`{"methodResponses":[["Mailbox/get",{},"0"],["Email/query",{"ids":[]},"1"]]}`:               -1,
		`{"methodResponses":[["error",{"type":"unknownMethod"},"0"]]}`:                              -1,
		`{"methodResponses":[[]]}`: -1, `{"methodResponses":[[1,2,3]]}`: -1, `{"methodResponses":[["a",2,3]]}`: -1, `[]`: -1, `{`: -1,
	} {
		if n, err := readJMAPAnswer([]byte(body)); (err == nil) != (want >= 0) || err == nil && n != want {
			t.Errorf("%s: %d, %v", body, n, err)
		}
	}
}

// FuzzJMAP reads what a JMAP service says to who has logged in.
func FuzzJMAP(f *testing.F) {
	f.Add([]byte(`{"apiUrl":"/api/","capabilities":{"urn:ietf:params:jmap:mail":{}},"accounts":{"a":{}},"primaryAccounts":{"urn:ietf:params:jmap:mail":"a"}}`))
	f.Add([]byte(`{"methodResponses":[["Mailbox/get",{"list":[{"id":"m"}]},"0"],["Email/query",{"ids":["e"]},"1"]]}`))
	f.Add([]byte(`{"methodResponses":[["error",{"type":"accountNotFound"},"0"]]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if s, err := autoconfig.ReadJMAPSession(body); err == nil && s.APIURL == "" {
			t.Error("a session without apiUrl")
		}
		if n, err := readJMAPAnswer(body); n < 0 || err != nil && n > len(body) {
			t.Errorf("%d mailboxes, %v", n, err)
		}
	})
}

// FuzzPrincipal reads who a WebDAV server says has logged in.
func FuzzPrincipal(f *testing.F) {
	f.Add([]byte(principalOf("<href>/p/alice/</href>")))
	f.Add([]byte(principalOf("<unauthenticated/>")))
	f.Add([]byte(`<?xml version="1.0"?><d:multistatus xmlns:d="DAV:"><d:response/></d:multistatus>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if href, err := readPrincipal(body); (href == "") != (err != nil) {
			t.Errorf("%q, %v", href, err)
		}
	})
}
