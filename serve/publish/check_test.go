package publish

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/checks"
	"mailcheck/internal/lab"
	"mailcheck/probes"
)

// served has a web server of the lab answer by a handler.
func served(h http.Handler) lab.Reply {
	return func(c *lab.Conn, r *http.Request) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		answer := w.Result()
		answer.ContentLength, answer.Request = int64(w.Body.Len()), r
		var b bytes.Buffer
		if err := answer.Write(&b); err == nil {
			c.Say(b.String())
		}
	}
}

// publishedIn is a small provider of which nobody but the publisher says anything, beside the
// records.
func publishedIn(p *Publisher, records ...string) lab.Scenario {
	web := lab.Cert{Names: []string{"example.com", "*.example.com"}}
	mail := func(host string) lab.Mail {
		return lab.Mail{Host: host, StartTLS: &lab.Cert{Names: []string{host}}}
	}
	cert := func(host string) lab.Cert { return lab.Cert{Names: []string{host}} }
	const imap, pop, smtp = "imap.example.com", "pop.example.com", "smtp.example.com"
	return lab.Scenario{
		Name: "published", Address: "alice@example.com",
		Zone: `$ORIGIN example.com.
@ MX 10 smtp
@ A 192.0.2.80
autoconfig A 192.0.2.80
autodiscover A 192.0.2.80
ua-auto-config A 192.0.2.80
mta-sts A 192.0.2.80
imap A 192.0.2.10
pop A 192.0.2.11
smtp A 192.0.2.25
` + strings.Join(records, "\n") + "\n",
		Hosts: map[string]lab.Host{
			"192.0.2.80": {443: lab.TLS(web, lab.HTTP(map[string]lab.Reply{"*": served(p)}))},
			imap:         {993: lab.TLS(cert(imap), lab.IMAP(mail(imap)))},
			pop:          {995: lab.TLS(cert(pop), lab.POP3(mail(pop)))},
			smtp:         {465: lab.TLS(cert(smtp), lab.SMTP(mail(smtp))), 587: lab.SMTP(mail(smtp))},
		},
	}
}

func clientIn(l *lab.Lab, where autoconfig.Options) *probes.Client {
	return &probes.Client{Dial: l.Dial, Resolvers: []string{lab.Resolver}, Anchors: l.Anchors(), Roots: l.Roots(), Discovery: where}
}

// pasted returns the records that are to be pasted, without those that lead to a server.
func pasted(p *Publisher) []string {
	var all []string
	for line := range strings.Lines(p.Records()) {
		if !strings.HasPrefix(line, ";") {
			all = append(all, strings.TrimSpace(line))
		}
	}
	return all
}

// mailcheck finds everything that is published, and has nothing against it; and so do mail
// programs.
func TestFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := publisher(t, sample, Options{})
		l := lab.New(publishedIn(p, pasted(p)...))
		defer l.Close()
		c := clientIn(l, autoconfig.Options{NoGuess: true})
		defer c.Close()
		r, err := c.Clients(t.Context(), mailcheck.Address{Local: "alice", Domain: "example.com"}, nil)
		if err != nil || r.Verdict != mailcheck.Pass {
			t.Errorf("%v, %v", err, r.Verdict)
		}
		for _, name := range OwnSources {
			if s := r.Source(name); s.State != mailcheck.Found || len(s.Servers) < 3 {
				t.Errorf("%s: %v, %v", name, s.State, s.Reason)
			}
		}
		for _, f := range r.Findings {
			if f.Severity > checks.Info {
				t.Errorf("%s: %v", f.Check.ID, f.Detail)
			}
		}
		for _, s := range r.Settings {
			if s.Vouch == mailcheck.NotVouched {
				t.Errorf("nobody vouches for %s", s.URL())
			}
		}
		var alone []string
		for _, c := range r.Clients {
			if c.Outcome == mailcheck.Configures {
				alone = append(alone, c.Client)
			}
		}
		for _, program := range []string{"Thunderbird", "Thunderbird for Android, K-9", "KMail", "Evolution", "aerc", "Nextcloud Mail", "Delta Chat", "FairEmail", "Geary"} {
			if !slices.Contains(alone, program) {
				t.Errorf("%s does not configure itself; those that do: %q", program, alone)
			}
		}
	})
}

const fromCheck = "domains: [{domain: example.com, from: check}]"

// What passes is published once the domain was checked. What is published does not vouch for
// itself: when the domain takes its records away, nothing new is published.
func TestFromCheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := publisher(t, fromCheck, Options{})
		l := lab.New(publishedIn(p, "_imaps._tcp SRV 0 1 993 imap", "_submissions._tcp SRV 0 1 465 smtp"))
		defer l.Close()
		c := clientIn(l, autoconfig.Options{NoGuess: true, Without: OwnSources})
		defer c.Close()
		check := func(ctx context.Context, a mailcheck.Address, _ []string) (*mailcheck.Report, error) {
			return c.Account(ctx, a, nil)
		}
		if failed := p.CheckAll(t.Context(), check); len(failed) > 0 {
			t.Fatal(failed)
		}
		before := ask(p, "GET", "https://autoconfig.example.com/mail/config-v1.1.xml", "").Body.String()
		if !strings.Contains(before, "imap.example.com") || strings.Contains(before, "pop3") || p.digest(p.sites[0]) == "" {
			t.Errorf("%s", before)
		}
		none := lab.New(publishedIn(p))
		defer none.Close()
		c2 := clientIn(none, autoconfig.Options{NoGuess: true, Without: OwnSources})
		defer c2.Close()
		failed := p.CheckAll(t.Context(), func(ctx context.Context, a mailcheck.Address, _ []string) (*mailcheck.Report, error) {
			return c2.Account(ctx, a, nil)
		})
		if err := failed["example.com"]; err == nil || !strings.Contains(err.Error(), "no settings passed the test") {
			t.Errorf("what is published has vouched for itself: %v", err)
		}
		if after := ask(p, "GET", "https://autoconfig.example.com/mail/config-v1.1.xml", "").Body.String(); after != before {
			t.Errorf("what was published is gone: %s", after)
		}
	})
}

// A domain is checked again in time, and soon where nothing was found; whoever runs the
// service is told.
func TestKeep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := publisher(t, "domains: [{domain: example.com, from: check}, {domain: example.net, from: check, trust_server: [Mail.example.org]}, {domain: example.org, servers: [imaps://a.example, submissions://a.example]}]", Options{})
		ctx, end := context.WithCancel(t.Context())
		began := time.Now()
		var asked []string
		var told []Event
		kept := make(chan struct{})
		results := make(chan string, 100)
		go func() {
			defer close(kept)
			p.Keep(ctx, func(_ context.Context, a mailcheck.Address, trusted []string) (*mailcheck.Report, error) {
				if (a.Domain == "example.net") != slices.Equal(trusted, []string{"mail.example.org"}) {
					t.Errorf("%s vouches for %q", a.Domain, trusted)
				}
				results <- time.Since(began).String() + " " + a.Domain
				if a.Domain == "example.net" && time.Since(began) < 8*time.Minute {
					return nil, errors.New("no network")
				}
				return declaredReport(p, a), nil
			}, func(e Event) { told = append(told, e) })
		}()
		time.Sleep(7 * time.Hour)
		end()
		<-kept
		close(results)
		for text := range results {
			asked = append(asked, text)
		}
		slices.Sort(asked)
		if want := []string{"0s example.com", "0s example.net", "10m0s example.net", "5m0s example.net", "6h0m0s example.com", "6h10m0s example.net"}; !slices.Equal(asked, want) {
			t.Errorf("%q", asked)
		}
		if len(told) != 2 || told[0].Domain != "example.net" || told[0].Err == nil || told[0].Err.Error() != "no network" {
			t.Errorf("%v", told)
		}
	})
}

// declaredReport is what a check finds of which all passed.
func declaredReport(p *Publisher, a mailcheck.Address) *mailcheck.Report {
	r := &mailcheck.Report{Address: a, Started: time.Now()}
	for _, url := range []string{"imaps://imap.example.com", "submissions://smtp.example.com"} {
		s, _ := mailcheck.ParseServer(url)
		s.Vouch = mailcheck.VouchedByUser
		r.Settings = append(r.Settings, mailcheck.Setting{Server: s, Verdict: mailcheck.Pass})
		r.Servers = append(r.Servers, mailcheck.ServerResult{Server: s, Verdict: mailcheck.Pass, PasswordOK: true, TLS: &mailcheck.TLS{Verified: true}})
	}
	return r
}
