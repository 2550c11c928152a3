package probes

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lab"
	"mailcheck/report"
)

// temptation is the password that the scenarios are tempted with. It occurs nowhere
// else, in no form.
const temptation = "S3cret-Tempt@tion"

// Whatever a scenario does, credentials go only inside TLS, to a server that was
// verified and that somebody vouches for, and they come out nowhere.
func TestCredentialsInEveryScenario(t *testing.T) {
	if raceDetector {
		t.Skip("takes too long with the race detector: run it without -race")
	}
	for _, s := range lab.Scenarios() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r, l := visit(t, s, 0, accountWith(Options{Credentials: Credentials{Password: temptation}}))
				for _, c := range l.Credentials() {
					if !strings.HasPrefix(c, "inside TLS to ") && !toService(r, c) {
						t.Errorf("credentials were sent: %q", c)
					}
				}
				for _, server := range r.Servers {
					if server.Login == nil || server.Login.State == mailcheck.LoginSkipped {
						continue
					}
					if server.TLS == nil || !server.TLS.Verified || server.Vouch == mailcheck.NotVouched || server.Guessed() {
						t.Errorf("a login was tried at %s, sources %v, vouched %d", server.URL(), server.Sources, server.Vouch)
					}
				}
				checkConcealed(t, r, temptation)
			})
		})
	}
}

// toService reports whether credentials went to the origin of a service that a login was
// tried at.
func toService(r *mailcheck.Report, sent string) bool {
	url, https := strings.CutPrefix(sent, "https to ")
	return https && slices.ContainsFunc(r.Servers, func(s mailcheck.ServerResult) bool {
		return webLogin(s.Protocol) && s.Login != nil && s.Login.State != mailcheck.LoginSkipped && strings.HasPrefix(url, "https://"+strings.TrimSuffix(s.Endpoint(), ":443")+"/")
	})
}

// checkConcealed looks for a secret in everything that can be shown of a report.
func checkConcealed(t *testing.T, r *mailcheck.Report, secret string) {
	t.Helper()
	var b bytes.Buffer
	for _, f := range report.Formats {
		if err := f.Write(&b, r, report.Options{Verbose: true}); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range r.Servers {
		for _, line := range s.Conversation {
			fmt.Fprintln(&b, line.Text)
		}
		for _, step := range s.Steps {
			fmt.Fprintln(&b, step)
		}
	}
	shown := strings.ToLower(strings.Join(strings.Fields(b.String()), " "))
	for _, form := range []string{secret, hex.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte(secret))} {
		if strings.Contains(shown, strings.ToLower(form)) {
			t.Errorf("the output has %q", form)
		}
	}
}

// A login whose connection hangs for a while is made all the same: the other ports of
// the host are of no interest any more.
func TestLoginOverASlowConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scenario(t, "login")
		r, _ := visit(t, s, hangs+time.Second/10, func(ctx context.Context, c *Client, _ mailcheck.Address) (*mailcheck.Report, error) {
			imap := mailcheck.Server{Protocol: mailcheck.IMAP, Host: "imap.example.com", Port: 993, Security: mailcheck.ImplicitTLS, Username: s.Address}
			return c.Servers(ctx, []mailcheck.Server{imap}, &Options{Credentials: Credentials{Password: s.Password}})
		})
		if l := r.Servers[0].Login; l == nil || l.State != mailcheck.LoginAccepted {
			t.Errorf("%+v", l)
		}
	})
}

// A login that the run's time ends is no failure of the server's, and none is begun
// after it, whichever of the timers for that moment fires first.
func TestLoginOutOfTime(t *testing.T) {
	for _, rtt := range []time.Duration{1100 * time.Millisecond, 1500 * time.Millisecond, 1750 * time.Millisecond} {
		for range 10 {
			synctest.Test(t, func(t *testing.T) {
				s := scenario(t, "login")
				r, _ := visit(t, s, rtt, accountWith(Options{Credentials: Credentials{Password: s.Password}}))
				cut := 0
				for _, server := range r.Servers {
					if mailcheck.Shows(server.Findings(), checks.LoginFailed) {
						t.Errorf("%v: %s: %v", rtt, server.URL(), server.Findings())
					}
					if server.Login != nil && server.Login.State == mailcheck.LoginBroken {
						cut++
					}
				}
				if cut > 1 {
					t.Errorf("%v: the end of the run cut %d logins short", rtt, cut)
				}
			})
		}
	}
}

// A server that repeats what it was sent does not bring a secret into the report.
func TestEchoedPasswordIsConcealed(t *testing.T) {
	s, _ := lab.Find("login-echo")
	synctest.Test(t, func(t *testing.T) {
		r, _ := visit(t, s, 0, accountWith(Options{Credentials: Credentials{Password: s.Password}}))
		checkConcealed(t, r, s.Password)
		for _, f := range r.Findings {
			if f.Check == checks.LoginMechanism && f.Detail.String() != "as alice@example.com: BAD "+hidden {
				t.Errorf("the finding shows %q", f.Detail.String())
			}
		}
	})
}

// logInWith runs a scenario with credentials and returns the states of the logins by
// URL, and how many were made.
func logInWith(t *testing.T, name string, c Credentials) (states map[string]string, made int) {
	t.Helper()
	s, ok := lab.Find(name)
	if !ok {
		t.Fatalf("no scenario %s", name)
	}
	states = map[string]string{}
	synctest.Test(t, func(t *testing.T) {
		r, _ := visit(t, s, 0, accountWith(Options{Credentials: c}))
		for _, server := range r.Servers {
			states[server.URL()] = string(server.Login.State)
			for _, step := range server.Steps {
				if step.Op == mailcheck.OpAuth && !strings.HasPrefix(step.Detail.String(), "not tried") {
					made++
				}
			}
		}
	})
	return states, made
}

func TestLockOutGuard(t *testing.T) {
	for _, c := range []struct {
		scenario string
		creds    Credentials
		made     int
		imap     string
	}{
		{"login-rejected", Credentials{Password: "wrong"}, 2, "rejected"},                                          // two forms of the user name, at one server
		{"login-rejected", Credentials{Password: "wrong", Username: "alice"}, 1, "rejected"},                       // the user's word is final
		{"login-rejected", Credentials{Password: "wrong", AllMechanisms: true, Username: "alice"}, 10, "rejected"}, // IMAP has PLAIN, LOGIN and the command, and so on
		{"login-rejected", Credentials{Password: "wrong", AllMechanisms: true}, maxLogins, "rejected"},
		{"login-app-password", Credentials{Password: "correct horse"}, 4, "rejected"},    // nobody called the password wrong
		{"login-exchange-tells", Credentials{Password: "correct horse"}, 3, "rejected"},  // two forms of the user name, and submission once
		{"login-unavailable", Credentials{Password: "correct horse"}, 4, "failed"},       // the password was not judged, so the others are asked
		{"login-unknown-refusal", Credentials{Password: "correct horse"}, 2, "rejected"}, // it may be the password
		{"login-protocol-off-alert", Credentials{Password: "correct horse"}, 4, "rejected"},
		{"login-too-many-attempts", Credentials{Password: "correct horse"}, 1, "rejected"},
		{"login-closed", Credentials{Password: "wrong"}, 1, "failed"}, // which may be a rejection
		{"login", Credentials{Password: "correct horse"}, 4, "accepted"},
		{"login-foreign-srv", Credentials{Password: "correct horse"}, 0, ""},
		{"login-foreign-srv", Credentials{Password: "correct horse", TrustedHosts: []string{"imap.example.net"}}, 2, ""},
	} {
		states, made := logInWith(t, c.scenario, c.creds)
		if made != c.made {
			t.Errorf("%s with %+v: %d logins, want %d (%v)", c.scenario, c.creds, made, c.made, states)
		}
		if got := states["imaps://imap.example.com:993"]; c.imap != "" && got != c.imap {
			t.Errorf("%s: IMAP login is %q, want %q", c.scenario, got, c.imap)
		}
	}
}

// The servers that a user names get the user's credentials, under the user name given.
func TestLoginAtNamedServers(t *testing.T) {
	s, _ := lab.Find("login")
	synctest.Test(t, func(t *testing.T) {
		r, _ := visit(t, s, 0, func(ctx context.Context, c *Client, _ mailcheck.Address) (*mailcheck.Report, error) {
			servers := []mailcheck.Server{
				{Protocol: mailcheck.IMAP, Host: "imap.example.com", Port: 993, Security: mailcheck.ImplicitTLS},
				{Protocol: mailcheck.Submission, Host: "smtp.example.com", Port: 587, Security: mailcheck.StartTLS},
			}
			return c.Servers(ctx, servers, &Options{Credentials: Credentials{Password: s.Password, Username: "alice@example.com"}})
		})
		for _, server := range r.Servers {
			if server.Login.State != mailcheck.LoginAccepted || server.Login.Username != "alice@example.com" {
				t.Errorf("%s: %+v", server.URL(), server.Login)
			}
		}
	})
}

// Passwords that need more than a quoted string of ASCII.
func TestUnusualPasswords(t *testing.T) {
	for _, password := range []string{`quote " and \ backslash`, "pässwörd", " spaces ", "日本語", "ok", "imap"} {
		users := map[string]string{"alice@example.com": password}
		s, _ := lab.Find("login")
		s.Hosts = map[string]lab.Host{
			"imap.example.com": {993: lab.TLS(lab.Cert{Names: []string{"imap.example.com"}}, lab.IMAP(lab.Mail{Host: "imap.example.com", Users: users, TLSCaps: []string{"IMAP4rev1"}}))},
			"pop.example.com":  {995: lab.TLS(lab.Cert{Names: []string{"pop.example.com"}}, lab.POP3(lab.Mail{Host: "pop.example.com", Users: users, TLSCaps: []string{"USER", "UIDL", "TOP"}}))},
			"smtp.example.com": {465: lab.TLS(lab.Cert{Names: []string{"smtp.example.com"}}, lab.SMTP(lab.Mail{Host: "smtp.example.com", Users: users}))},
		}
		synctest.Test(t, func(t *testing.T) {
			r, _ := visit(t, s, 0, accountWith(Options{Credentials: Credentials{Password: password}}))
			for _, server := range r.Servers {
				if server.Port != 587 && server.Login.State != mailcheck.LoginAccepted {
					t.Errorf("password %q at %s: %+v", password, server.URL(), server.Login)
				}
			}
			for _, server := range r.Servers {
				for _, line := range server.Conversation {
					if line.Client && strings.Contains(line.Text, password) && len(password) > 4 {
						t.Errorf("the conversation shows %q", line.Text)
					}
				}
			}
		})
	}
}

// What the old host refuses says nothing about the new one's password; what one host of
// an operator refuses holds for its others.
func TestGuardOfEachOperator(t *testing.T) {
	mail := func(host, password string) lab.Mail {
		return lab.Mail{Host: host, Users: map[string]string{"alice@example.com": password}}
	}
	inside := func(host string, b lab.Behaviour) lab.Behaviour { return lab.TLS(lab.Cert{Names: []string{host}}, b) }
	s := lab.Scenario{Address: "alice@example.com",
		Zone: "imap.old.example. A 192.0.2.1\npop.old.example. A 192.0.2.2\nsmtp.new.example. A 192.0.2.3\n",
		Hosts: map[string]lab.Host{
			"imap.old.example": {993: inside("imap.old.example", lab.IMAP(mail("imap.old.example", "of then")))},
			"pop.old.example":  {995: inside("pop.old.example", lab.POP3(mail("pop.old.example", "of then")))},
			"smtp.new.example": {465: inside("smtp.new.example", lab.SMTP(mail("smtp.new.example", "of now")))},
		}}
	synctest.Test(t, func(t *testing.T) {
		r, _ := visit(t, s, 0, func(ctx context.Context, c *Client, _ mailcheck.Address) (*mailcheck.Report, error) {
			return c.Servers(ctx, []mailcheck.Server{
				{Protocol: mailcheck.IMAP, Host: "imap.old.example", Port: 993, Security: mailcheck.ImplicitTLS},
				{Protocol: mailcheck.POP3, Host: "pop.old.example", Port: 995, Security: mailcheck.ImplicitTLS},
				{Protocol: mailcheck.Submission, Host: "smtp.new.example", Port: 465, Security: mailcheck.ImplicitTLS},
			}, &Options{Credentials: Credentials{Password: "of now", Username: "alice@example.com"}})
		})
		want := map[string]mailcheck.LoginState{"imap.old.example": mailcheck.LoginRefused, "pop.old.example": mailcheck.LoginSkipped, "smtp.new.example": mailcheck.LoginAccepted}
		for _, server := range r.Servers {
			if server.Login == nil || server.Login.State != want[server.Host] {
				t.Errorf("%s: login %+v, want %s", server.Host, server.Login, want[server.Host])
			}
		}
	})
}

// Who types NetEase's server in is told what its users have to know.
func TestTypedServerWantsID(t *testing.T) {
	s := scenario(t, "login-wants-id")
	synctest.Test(t, func(t *testing.T) {
		r, _ := visit(t, s, 0, func(ctx context.Context, c *Client, _ mailcheck.Address) (*mailcheck.Report, error) {
			imap := mailcheck.Server{Protocol: mailcheck.IMAP, Host: "imap.163.com", Port: 993, Security: mailcheck.ImplicitTLS}
			return c.Servers(ctx, []mailcheck.Server{imap}, &Options{Credentials: Credentials{Password: s.Password, Username: s.Address}})
		})
		if !mailcheck.Shows(r.Findings, checks.LoginWantsID) {
			t.Errorf("%v", r.Findings)
		}
	})
}

// Where the time does not suffice to tell whether mail can be read, nothing is known; and
// where it can be read all the same, that is.
func TestRunOutOfTime(t *testing.T) {
	for _, c := range []struct {
		silent, want string
	}{
		{"imap.example.com pop.example.com", "untested"}, {"imap.example.com", "warn"}, {"smtp.example.com", "untested"},
	} {
		s := scenario(t, "healthy")
		for _, host := range strings.Fields(c.silent) {
			s.Hosts[host] = lab.Host{993: lab.Silent, 143: lab.Silent, 995: lab.Silent, 110: lab.Silent, 465: lab.Silent, 587: lab.Silent}
		}
		synctest.Test(t, func(t *testing.T) {
			r, _ := visit(t, s, 0, func(ctx context.Context, client *Client, a mailcheck.Address) (*mailcheck.Report, error) {
				ctx, cancel := context.WithTimeout(ctx, time.Second)
				defer cancel()
				return client.Account(ctx, a, nil)
			})
			if string(r.Verdict) != c.want {
				t.Errorf("with %s silent the verdict is %s, want %s; findings %q", c.silent, r.Verdict, c.want, ids(r))
			}
		})
	}
}

// Where no login can be tried with what was given, nobody knows whether the user gets in.
func TestUntriedLoginIsUntested(t *testing.T) {
	for _, name := range []string{"login-needs-token", "login-foreign-srv"} {
		s := scenario(t, name)
		synctest.Test(t, func(t *testing.T) {
			r, _ := visit(t, s, 0, accountWith(Options{Credentials: Credentials{Password: "correct horse"}}))
			for _, server := range r.Servers {
				if server.Verdict != mailcheck.Untested {
					t.Errorf("%s: %s is %s", name, server.URL(), server.Verdict)
				}
			}
			var b bytes.Buffer
			if err := report.Table(&b, r, report.Options{}); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(strings.Fields(b.String()), " "); !strings.Contains(got, "the servers answer, but whether a login works is not known.") {
				t.Errorf("%s: %s", name, got)
			}
		})
	}
}

// At Exchange Online, whose IMAP refuses without a reason, the password that submission
// takes proves that IMAP takes none, whichever of Microsoft's domains the hosts are in.
func TestExchangeOnlineIsMicrosofts(t *testing.T) {
	const reads, sends = "outlook.office365.com", "smtp-mail.outlook.com"
	mute := lab.Mail{Host: reads, On: map[string]lab.Behaviour{"AUTHENTICATE": lab.Say("{tag} NO AUTHENTICATE failed.\r\n"), "LOGIN": lab.Say("{tag} NO LOGIN failed.\r\n")}}
	s := lab.Scenario{Address: "alice@example.com", Zone: reads + ". A 192.0.2.1\n" + sends + ". A 192.0.2.2\n", Hosts: map[string]lab.Host{
		reads: {993: lab.TLS(lab.Cert{Names: []string{reads}}, lab.IMAP(mute))},
		sends: {465: lab.TLS(lab.Cert{Names: []string{sends}}, lab.SMTP(lab.Mail{Host: sends, Users: map[string]string{"alice@example.com": "correct horse"}}))},
	}}
	synctest.Test(t, func(t *testing.T) {
		r, _ := visit(t, s, 0, func(ctx context.Context, c *Client, _ mailcheck.Address) (*mailcheck.Report, error) {
			return c.Servers(ctx, []mailcheck.Server{
				{Protocol: mailcheck.IMAP, Host: reads, Port: 993, Security: mailcheck.ImplicitTLS},
				{Protocol: mailcheck.Submission, Host: sends, Port: 465, Security: mailcheck.ImplicitTLS},
			}, &Options{Credentials: Credentials{Password: "correct horse", Username: "alice@example.com"}})
		})
		if got := ids(r); !slices.Contains(got, checks.LoginBasicDisabled.ID) || slices.Contains(got, checks.LoginRejected.ID) {
			t.Errorf("findings %v", got)
		}
	})
}
