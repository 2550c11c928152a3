package probes

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/internal/lab"
	"mailcheck/report"
)

// asJSON returns a report as a user gets it, for comparing.
func asJSON(tb testing.TB, r *mailcheck.Report) string {
	tb.Helper()
	var b bytes.Buffer
	if err := report.JSON(&b, r, report.Options{}); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

// The zero value is this machine's network, which these tests leave alone: the
// machine may be without any.
func TestClientOfThisMachine(t *testing.T) {
	var c Client
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if _, err := c.Account(t.Context(), mailcheck.Address{Domain: "example.com"}, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("a closed client: %v", err)
	}
	refused := Client{Resolvers: []string{"192.0.2.53"}, Dial: func(context.Context, string, string) (net.Conn, error) { return nil, net.ErrClosed }}
	defer refused.Close()
	r, err := refused.Account(t.Context(), mailcheck.Address{Local: "alice", Domain: "example.com"}, nil)
	if err != nil || r.Verdict != mailcheck.Untested && r.Verdict != mailcheck.Fail {
		t.Errorf("where nothing can be dialled: %+v, %v", r, err)
	}
}

// What cannot be a run is an error, and says what is wrong; it dials nothing.
func TestClientRefuses(t *testing.T) {
	nobody := func(context.Context, string, string) (net.Conn, error) {
		t.Error("something was dialled")
		return nil, net.ErrClosed
	}
	address := mailcheck.Address{Domain: "example.com"}
	for want, c := range map[string]*Client{
		"Resolvers": {Dial: nobody, Resolvers: []string{"dns.example"}},
		"ConnectTo": {Dial: nobody, Resolvers: []string{"192.0.2.53"}, ConnectTo: []string{"imap.example.com"}},
		"Family":    {Dial: nobody, Resolvers: []string{"192.0.2.53"}, Family: 5},
		"Anchors":   {Dial: nobody, Resolvers: []string{"192.0.2.53"}, Anchors: ". IN DNSKEY 257 3 15 AA=="},
	} {
		for range 2 { // the second time as well
			_, err := c.Account(t.Context(), address, nil)
			if e, ok := errors.AsType[*OptionError](err); !ok || e.Field != want || !strings.HasPrefix(err.Error(), want+": ") {
				t.Errorf("%s: %v", want, err)
			}
		}
		c.Close()
	}
	c := Client{Dial: nobody, Resolvers: []string{"192.0.2.53"}}
	defer c.Close()
	for _, a := range []mailcheck.Address{{}, {Local: "alice"}, {Domain: "example"}, {Local: "al\x1bice", Domain: "example.com"}} {
		for name, run := range map[string]func(*Client, context.Context, mailcheck.Address, *Options) (*mailcheck.Report, error){
			"Account": (*Client).Account, "Clients": (*Client).Clients, "Discover": (*Client).Discover,
		} {
			if r, err := run(&c, t.Context(), a, nil); err == nil || r != nil {
				t.Errorf("%s of %q: %v, %v", name, a, r, err)
			}
		}
	}
	good := mailcheck.Server{Protocol: mailcheck.IMAP, Host: "imap.example.com", Port: 993, Security: mailcheck.ImplicitTLS}
	for want, change := range map[string]func(*mailcheck.Server){
		`"" is not a host name`:              func(s *mailcheck.Server) { s.Host = "" },
		`unknown protocol "gopher"`:          func(s *mailcheck.Server) { s.Protocol = "gopher" },
		`unknown security ""`:                func(s *mailcheck.Server) { s.Security = "" },
		"no port":                            func(s *mailcheck.Server) { s.Port = 0 },
		"jmap is tested over https":          func(s *mailcheck.Server) { s.Protocol = mailcheck.JMAP },
		"control characters in the path or ": func(s *mailcheck.Server) { s.Username = "alice\r\nb2 LOGOUT" },
	} {
		bad := good
		change(&bad)
		if _, err := c.Servers(t.Context(), []mailcheck.Server{good, bad}, nil); err == nil || !strings.HasPrefix(err.Error(), "server 2 of 2: "+want) {
			t.Errorf("%+v: %v, want %s", bad, err, want)
		}
	}
}

// What the caller gives stays as it is, to the last byte of what slices have room for.
func TestClientLeavesItsArgumentsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scenario(t, "login")
		l := lab.New(s)
		defer l.Close()
		c := inside(l)
		defer c.Close()
		roomy := func(words ...string) []string { return append(make([]string, 0, 8), words...) }
		given := func() []mailcheck.Server {
			return append(make([]mailcheck.Server, 0, 8),
				mailcheck.Server{Protocol: mailcheck.IMAP, Host: "IMAP.example.com", Port: 993, Security: mailcheck.ImplicitTLS, Auth: roomy("password-cleartext"), Sources: roomy("srv")},
				mailcheck.Server{Protocol: mailcheck.Submission, Host: "smtp.example.com", Port: 587, Security: mailcheck.StartTLS, Auth: roomy(), Sources: roomy()})
		}
		servers, trusted := given(), roomy("imap.example.com")
		c.ConnectTo = roomy("x.example:1:y.example:2")
		c.Resolvers = append(make([]string, 0, 8), c.Resolvers...)
		o := &Options{Credentials: Credentials{Username: "alice@example.com", Password: s.Password, TrustedHosts: trusted}}
		r, err := c.Servers(t.Context(), servers, o)
		if err != nil || r.Servers[0].Login.State != mailcheck.LoginAccepted {
			t.Errorf("%+v, %v", r, err)
		}
		if diff := cmp.Diff(given(), servers); diff != "" {
			t.Errorf("the servers (-given +after):\n%s", diff)
		}
		for _, list := range [][]string{servers[0].Auth, servers[0].Sources, servers[1].Auth, servers[1].Sources, trusted, c.ConnectTo, c.Resolvers} {
			for _, behind := range list[len(list):cap(list)] {
				if behind != "" {
					t.Errorf("%q was written behind %q", behind, list)
				}
			}
		}
		if o.Credentials.Password != s.Password || !slices.Equal(o.Credentials.TrustedHosts, []string{"imap.example.com"}) {
			t.Errorf("the options are %+v", o)
		}
	})
}

// twoDomains is an internet with the mail of two domains, whose web servers have
// clocks that are wrong by an hour: one is ahead, the other behind.
func twoDomains() lab.Scenario {
	s := lab.Scenario{Hosts: map[string]lab.Host{}}
	for domain, ahead := range map[string]time.Duration{"ahead.example": time.Hour, "behind.example": -time.Hour} {
		s.Zone += "$ORIGIN " + domain + ".\nimap A 192.0.2." + map[bool]string{true: "10", false: "20"}[ahead > 0] +
			"\nautoconfig A 192.0.2." + map[bool]string{true: "11", false: "21"}[ahead > 0] + "\n"
		imap, web := "imap."+domain, "autoconfig."+domain
		s.Hosts[imap] = lab.Host{993: lab.TLS(lab.Cert{Names: []string{imap}}, lab.IMAP(lab.Mail{Host: imap}))}
		s.Hosts[web] = lab.Host{443: lab.TLS(lab.Cert{Names: []string{web}}, lab.HTTP(map[string]lab.Reply{"*": settingsAt(domain, ahead)}))}
	}
	return s
}

// settingsAt answers with a settings file, and with a Date.
func settingsAt(domain string, ahead time.Duration) lab.Reply {
	body := `<clientConfig version="1.1"><emailProvider id="` + domain + `"><domain>` + domain + `</domain><displayName>x</displayName>
<incomingServer type="imap"><hostname>imap.` + domain + `</hostname><port>993</port><socketType>SSL</socketType>
<username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></incomingServer></emailProvider></clientConfig>`
	return func(c *lab.Conn, r *http.Request) {
		lab.Raw("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\nDate: "+time.Now().Add(ahead).UTC().Format(http.TimeFormat)+"\r\n\r\n"+body)(c, r)
	}
}

// Runs at the same time on one client see what they would see alone: steps, clocks
// and findings are their own. What they share is what DNS said.
func TestRunsAtTheSameTime(t *testing.T) {
	domains := []string{"ahead.example", "behind.example"}
	alone := map[string]string{}
	synctest.Test(t, func(t *testing.T) {
		for _, d := range domains {
			l := lab.New(twoDomains())
			c := inside(l)
			c.Discovery = autoconfig.Options{ISPDB: "off"}
			r, err := c.Account(t.Context(), mailcheck.Address{Local: "alice", Domain: d}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if r.Clock.Behind.Abs() != time.Hour || r.Clock.Servers != 1 {
				t.Errorf("%s: %+v", d, r.Clock)
			}
			alone[d] = asJSON(t, r)
			c.Close()
			l.Close()
		}
	})
	synctest.Test(t, func(t *testing.T) {
		l := lab.New(twoDomains())
		defer l.Close()
		c := inside(l)
		c.Discovery = autoconfig.Options{ISPDB: "off"}
		defer c.Close()
		var wg sync.WaitGroup
		for i := range 12 {
			d := domains[i%2]
			wg.Go(func() {
				r, err := c.Account(t.Context(), mailcheck.Address{Local: "alice", Domain: d}, nil)
				if err != nil {
					t.Error(err)
				} else if diff := cmp.Diff(alone[d], asJSON(t, r)); diff != "" {
					t.Errorf("%s (-alone +together):\n%s", d, diff)
				}
			})
		}
		wg.Wait()
		questions := l.Questions()
		slices.Sort(questions)
		if once := slices.Compact(slices.Clone(questions)); len(once) != len(questions) {
			t.Errorf("%d questions, %d of them distinct", len(questions), len(once))
		}
	})
}

// A document is fetched under the rules of discovery.
func TestClientFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := lab.New(twoDomains())
		defer l.Close()
		c := inside(l)
		d, err := c.Fetch(t.Context(), "https://autoconfig.ahead.example/x")
		if err != nil || d.Status != 200 || d.ContentType != "text/xml" || !bytes.Contains(d.Body, []byte("imap.ahead.example")) || d.Insecure {
			t.Errorf("%+v, %v", d, err)
		}
		if d, err := c.Fetch(t.Context(), "https://imap.ahead.example/x"); err == nil {
			t.Errorf("%+v", d)
		}
		c.Close()
		if _, err := c.Fetch(t.Context(), "https://autoconfig.ahead.example/x"); !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
	})
}

// Close ends a run in the middle of it, which then reports what it has.
func TestCloseDuringRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scenario(t, "silent-server")
		l := lab.New(s)
		defer l.Close()
		c := inside(l)
		a, err := mailcheck.ParseAddress(s.Address)
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan *mailcheck.Report)
		go func() {
			r, err := c.Account(t.Context(), a, nil)
			if err != nil {
				t.Error(err)
			}
			done <- r
		}()
		time.Sleep(3 * time.Second)
		began := time.Now()
		go c.Close()
		r := <-done
		if len(r.Servers) == 0 || r.Verdict == mailcheck.Pass || time.Since(began) > 2*farewellTimeout {
			t.Errorf("after %v: verdict %s with %d servers", time.Since(began), r.Verdict, len(r.Servers))
		}
		c.Close() // waits for the first
		if _, err := c.Discover(t.Context(), a, nil); !errors.Is(err, ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	})
}
