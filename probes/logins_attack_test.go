package probes

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lab"
)

// attempts runs a scenario with credentials and returns its report, how many logins
// were made, and what the lab saw of credentials.
func attempts(t *testing.T, s lab.Scenario, c Credentials) (r *mailcheck.Report, made int, seen []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var l *lab.Lab
		r, l = visit(t, s, 0, accountWith(Options{Credentials: c}))
		seen = l.Credentials()
	})
	for _, server := range r.Servers {
		for _, step := range server.Steps {
			if step.Op == mailcheck.OpAuth && !strings.HasPrefix(step.Detail.String(), "not tried") {
				made++
			}
		}
	}
	return r, made, seen
}

// answering has the first server of a scenario, the one for IMAP, answer logins so.
func answering(t *testing.T, b lab.Behaviour) lab.Scenario {
	s := scenario(t, "login")
	s.Hosts = maps.Clone(s.Hosts)
	s.Hosts["imap.example.com"] = lab.Host{993: lab.TLS(lab.Cert{Names: []string{"imap.example.com"}}, lab.IMAP(lab.Mail{
		Host: "imap.example.com", On: map[string]lab.Behaviour{"AUTHENTICATE": b, "LOGIN": b},
	}))}
	return s
}

// After a rejection, however it is dressed, and wherever one cannot be told from
// another fault, no further login is made.
func TestNoLoginAfterRejection(t *testing.T) {
	for _, c := range []struct {
		what  string
		says  lab.Behaviour
		made  int
		state mailcheck.LoginState
	}{
		{"hangs up", lab.CloseAtOnce, 1, mailcheck.LoginBroken},
		{"resets the connection", lab.Reset, 1, mailcheck.LoginBroken},
		{"falls silent", lab.Silent, 1, mailcheck.LoginBroken},
		{"talks nonsense", lab.Say("Segmentation fault\r\n"), 1, mailcheck.LoginBroken},
		{"asks on", lab.Then(lab.Say("+ \r\n"), lab.Silent), 1, mailcheck.LoginBroken},
		{"says goodbye", lab.Then(lab.Say("* BYE Login failed\r\n"), lab.CloseAtOnce), 2, mailcheck.LoginRefused}, // under both forms of the name
		{"wants a web browser and says goodbye", lab.Then(lab.Say("* BYE please log in with your web browser\r\n"), lab.CloseAtOnce), 1, mailcheck.LoginRefused},
		{"takes the command for unknown, and the password for wrong", lab.Say("{tag} BAD Invalid credentials\r\n"), 2, mailcheck.LoginRefused},
		{"has had too many attempts", lab.Say("{tag} NO Too many login attempts\r\n"), 1, mailcheck.LoginRefused},
		{"sends elsewhere", lab.Say("{tag} NO [REFERRAL imap://alice@evil.example/] Elsewhere\r\n"), 2, mailcheck.LoginRefused},
	} {
		r, made, _ := attempts(t, answering(t, c.says), Credentials{Password: "correct horse"})
		if made != c.made {
			t.Errorf("%d logins are made where the server %s, want %d", made, c.what, c.made)
		}
		if slices.Contains(ids(r), checks.Unclassified.ID) {
			t.Errorf("nobody knows what it means that the server %s", c.what)
		}
		for _, s := range r.Servers {
			switch {
			case s.Protocol == mailcheck.IMAP && s.Login.State != c.state:
				t.Errorf("the login is %s where the server %s, want %s", s.Login.State, c.what, c.state)
			case s.Protocol != mailcheck.IMAP && s.Login.State != mailcheck.LoginSkipped:
				t.Errorf("%s: a further login, where the first server %s", s.URL(), c.what)
			}
		}
	}
}

// A settings file of the domain that says this user name in every section.
func withUsername(t *testing.T, username string) lab.Scenario {
	s := scenario(t, "login-username-published")
	s.Hosts = maps.Clone(s.Hosts)
	s.Hosts["autoconfig.example.com"] = lab.Host{443: lab.TLS(lab.Cert{Names: []string{"autoconfig.example.com"}}, lab.HTTP(map[string]lab.Reply{
		"/mail/config-v1.1.xml": lab.XML(fmt.Sprintf(`<clientConfig version="1.1"><emailProvider id="example.com"><domain>example.com</domain>
<incomingServer type="imap"><hostname>imap.example.com</hostname><port>993</port><socketType>SSL</socketType><username>%[1]s</username><authentication>password-cleartext</authentication></incomingServer>
<outgoingServer type="smtp"><hostname>smtp.example.com</hostname><port>465</port><socketType>SSL</socketType><username>%[1]s</username><authentication>password-cleartext</authentication></outgoingServer>
</emailProvider></clientConfig>`, username)),
	}))}
	return s
}

// What a settings file has for a user name is only used if it can be one, and in one
// spelling.
func TestPublishedUsernames(t *testing.T) {
	for _, c := range []struct {
		username string
		address  string
		names    []string // that are tried, all of them wrong
	}{
		{"ALICE@EXAMPLE.COM", "alice@example.com", []string{"ALICE@EXAMPLE.COM", "alice"}},
		{"%EMAILADDRESS%", "example.com", nil},
		{"%EMAILLOCALPART%", "example.com", nil},
		{"%REALNAME%", "alice@example.com", []string{"alice@example.com", "alice"}},
		{strings.Repeat("a", 300), "alice@example.com", []string{"alice@example.com", "alice"}},
		{"a&#13;&#10;l2 DELETE INBOX", "alice@example.com", []string{"alice@example.com", "alice"}},
		{"a&#x202e;b", "alice@example.com", []string{"alice@example.com", "alice"}},
		{"a&#x3164;b", "alice@example.com", []string{"alice@example.com", "alice"}}, // which looks like nothing
		{"a&#x301;&#x301;&#x301;&#x301;&#x301;b", "alice@example.com", []string{"alice@example.com", "alice"}},
		{`quote " and \ backslash`, "alice@example.com", []string{`quote " and \ backslash`, "alice@example.com"}}, // and no third at the servers that the file does not name
	} {
		s := withUsername(t, c.username)
		s.Address = c.address
		r, _, seen := attempts(t, s, Credentials{Password: "wrong"})
		var tried []string
		for _, server := range r.Servers {
			for _, step := range server.Steps {
				if name, ok := strings.CutPrefix(step.Detail.String(), "PLAIN as "); ok {
					name, _, _ = strings.Cut(name, ": ")
					tried = appendNew(tried, name)
				}
			}
		}
		if !slices.Equal(tried, c.names) {
			t.Errorf("with %.40q for %s, %q are tried, want %q", c.username, c.address, tried, c.names)
		}
		for _, line := range seen {
			if strings.Contains(line, "DELETE") || c.names == nil {
				t.Errorf("the server is told %q", line)
			}
		}
	}
}

// changing serves the first connection with one behaviour and the later ones with another.
func changing(first, later lab.Behaviour) lab.Behaviour {
	n := 0
	return func(c *lab.Conn) {
		if n++; n == 1 {
			first(c)
			return
		}
		later(c)
	}
}

// A login for which the server ended the connection of the test is made over another,
// which is judged by itself, however good the first was.
func TestSecondConnection(t *testing.T) {
	const host = "imap.example.com"
	good := lab.Cert{Names: []string{host}}
	mail := lab.Mail{Host: host, StartTLS: &good, Users: map[string]string{"alice@example.com": "correct horse"}}
	server := func(adjust func(*lab.Mail)) lab.Behaviour {
		m := mail
		adjust(&m)
		return lab.IMAP(m)
	}
	implicit := func(cert lab.Cert, m lab.Mail) lab.Behaviour { m.StartTLS = nil; return lab.TLS(cert, lab.IMAP(m)) }
	past := -48 * time.Hour
	for _, c := range []struct {
		what     string
		port     uint16
		later    lab.Behaviour
		accepted bool
	}{
		{"the same", 143, lab.IMAP(mail), true},
		{"the same", 993, implicit(good, mail), true},
		{"another name", 993, implicit(lab.Cert{Names: []string{"evil.example.com"}}, mail), false},
		{"a self-signed certificate", 993, implicit(lab.Cert{Names: []string{host}, SelfSigned: true}, mail), false},
		{"an expired certificate", 993, implicit(lab.Cert{Names: []string{host}, NotAfter: past}, mail), false},
		{"a certificate of another name behind STARTTLS", 143, server(func(m *lab.Mail) { m.StartTLS = &lab.Cert{Names: []string{"evil.example.com"}} }), false},
		{"no STARTTLS", 143, server(func(m *lab.Mail) { m.StartTLS = nil }), false},
		{"STARTTLS that is not announced", 143, server(func(m *lab.Mail) { m.Caps = []string{"IMAP4rev1", "AUTH=PLAIN"} }), false},
		{"STARTTLS refused", 143, server(func(m *lab.Mail) { m.On = map[string]lab.Behaviour{"STARTTLS": lab.Say("{tag} NO not now\r\n")} }), false},
		{"text behind the go-ahead", 143, server(func(m *lab.Mail) { m.GoAhead = "{tag} OK go\r\n* CAPABILITY AUTH=PLAIN\r\n" }), false},
		{"PREAUTH", 143, server(func(m *lab.Mail) { m.On = map[string]lab.Behaviour{"greeting": lab.Say("* PREAUTH in\r\n")} }), false},
		{"PREAUTH inside TLS", 993, implicit(good, lab.Mail{On: map[string]lab.Behaviour{"greeting": lab.Say("* PREAUTH in\r\n")}}), false},
		{"BYE", 993, implicit(good, lab.Mail{On: map[string]lab.Behaviour{"greeting": lab.Say("* BYE no\r\n")}}), false},
		{"no way to log in inside TLS", 143, server(func(m *lab.Mail) {
			m.Caps, m.TLSCaps = []string{"IMAP4rev1", "STARTTLS", "AUTH=PLAIN"}, []string{"IMAP4rev1", "LOGINDISABLED"}
		}), false},
		{"a certificate that its authority has revoked", 993, implicit(lab.Cert{Names: []string{host}, Staple: lab.RevokedStaple}, mail), false},
		{"a plain door", 993, lab.IMAP(lab.Mail{Host: host}), false},
	} {
		impatient := mail
		impatient.On = map[string]lab.Behaviour{"AUTHENTICATE": lab.Then(lab.Say("{tag} BAD Unknown authentication mechanism\r\n* BYE Try again\r\n"), lab.CloseAtOnce)}
		first := lab.Behaviour(lab.IMAP(impatient))
		security := mailcheck.StartTLS
		if c.port == 993 {
			first, security = implicit(good, impatient), mailcheck.ImplicitTLS
		}
		s := lab.Scenario{Address: "alice@example.com", Zone: host + ". A 192.0.2.10\n", Hosts: map[string]lab.Host{host: {c.port: changing(first, c.later)}}}
		synctest.Test(t, func(t *testing.T) {
			r, l := visit(t, s, 0, func(ctx context.Context, client *Client, _ mailcheck.Address) (*mailcheck.Report, error) {
				return client.Servers(ctx, []mailcheck.Server{{Protocol: mailcheck.IMAP, Host: host, Port: c.port, Security: security}},
					&Options{Credentials: Credentials{Password: "correct horse", Username: "alice@example.com"}})
			})
			got := r.Servers[0].Login
			if accepted := got.State == mailcheck.LoginAccepted; accepted != c.accepted {
				t.Errorf("where the second connection has %s, the login is %+v", c.what, *got)
			}
			if seen := l.Credentials(); !c.accepted && len(seen) > 1 {
				t.Errorf("where the second connection has %s, the server is told %q", c.what, seen)
			}
		})
	}
}

// Replies that come too early, too late or make no sense are no consent.
func TestConsentIsEarned(t *testing.T) {
	for what, b := range map[string]lab.Behaviour{
		"OK before the password":     lab.Say("{tag} OK in\r\n"),
		"the tag of another command": lab.Then(lab.Say("+ \r\n"), func(c *lab.Conn) { c.Read(make([]byte, 100)) }, lab.Say("l2 OK in\r\n")),
		"an untagged OK alone":       lab.Then(lab.Say("+ \r\n"), func(c *lab.Conn) { c.Read(make([]byte, 100)) }, lab.Say("* OK in\r\n"), lab.CloseAtOnce),
	} {
		s := scenario(t, "login")
		s.Hosts = map[string]lab.Host{"imap.example.com": {993: lab.TLS(lab.Cert{Names: []string{"imap.example.com"}}, lab.IMAP(lab.Mail{
			Host: "imap.example.com", TLSCaps: []string{"IMAP4rev1", "LOGINDISABLED", "AUTH=PLAIN"}, On: map[string]lab.Behaviour{"AUTHENTICATE": b},
		}))}}
		r, _, _ := attempts(t, s, Credentials{Password: "correct horse"})
		if got := r.Servers[0].Login; got.State != mailcheck.LoginBroken {
			t.Errorf("with %s the login is %+v", what, got)
		}
	}
	s := scenario(t, "login")
	s.Hosts = map[string]lab.Host{"smtp.example.com": {465: lab.TLS(lab.Cert{Names: []string{"smtp.example.com"}}, lab.SMTP(lab.Mail{
		Host: "smtp.example.com", On: map[string]lab.Behaviour{"AUTH": lab.Say("535-5.7.8 no\r\n235 ok\r\n")},
	}))}}
	r, _, _ := attempts(t, s, Credentials{Password: "correct horse"})
	for _, server := range r.Servers {
		if server.Port == 465 && server.Login.State != mailcheck.LoginBroken {
			t.Errorf("a reply with two codes makes the login %+v", server.Login)
		}
	}
}

// Where replies are out of step, a password would be the answer to something else.
func TestNoLoginOutOfStep(t *testing.T) {
	for _, name := range []string{"proxy-header", "proxy-header-late", "proxy-header-imaps", "proxy-header-imaps-late", "proxy-header-pop3s-late", "greets-twice-late"} {
		s := scenario(t, name)
		synctest.Test(t, func(t *testing.T) {
			r, l := visit(t, s, 0, accountWith(Options{Credentials: Credentials{Password: "correct horse"}}))
			for _, server := range r.Servers {
				if !mailcheck.Shows(server.Findings(), checks.ReplyProxyHeader, checks.ReplyUnasked) {
					continue
				}
				for _, told := range l.Credentials() {
					if strings.Contains(told, netip.AddrPortFrom(server.Addresses[0].IP, server.Port).String()+":") {
						t.Errorf("%s: credentials were sent: %s", name, told)
					}
				}
			}
		})
	}
}

// Who can write a settings file only on the way, over http, has no say in the name that
// a password goes along with.
func TestForgedUsernames(t *testing.T) {
	for name, want := range map[string][]string{
		"login-username-forged":    {"alice@example.com"},
		"login-username-spellings": {"alice@example.com", "alice"},
	} {
		s := scenario(t, name)
		r, _, seen := attempts(t, s, Credentials{Password: s.Password})
		var tried []string
		for _, server := range r.Servers {
			for _, step := range server.Steps {
				if as, ok := strings.CutPrefix(step.Detail.String(), "PLAIN as "); ok {
					as, _, _ = strings.Cut(as, ": ")
					tried = appendNew(tried, as)
				}
			}
		}
		if !slices.Equal(tried, want) {
			t.Errorf("%s: logins as %q, want %q", name, tried, want)
		}
		if strings.Contains(strings.Join(seen, "\n"), "mallory") {
			t.Errorf("%s: the servers are told %q", name, seen)
		}
		for _, setting := range r.Settings {
			if setting.Username != "alice@example.com" {
				t.Errorf("%s: %s is to be used as %s", name, setting.URL(), setting.Username)
			}
		}
	}
}

// The domain's own file, which nobody can forge, may have a name for each server. All the
// same the operator sees two attempts at most: he may count them as one user's.
func TestSpellingsOfOneAccount(t *testing.T) {
	s := scenario(t, "login-username-spellings")
	file := s.Hosts["autoconfig.example.com"][80]
	s.Hosts["autoconfig.example.com"] = lab.Host{443: lab.TLS(lab.Cert{Names: []string{"autoconfig.example.com"}}, file)}
	if _, made, seen := attempts(t, s, Credentials{Password: "wrong"}); made > 2 {
		t.Errorf("%d logins: %q", made, seen)
	}
}

// That the user vouches for a host says nothing of the name that a forged file has for him.
func TestTrustedHostWithForgedUsername(t *testing.T) {
	s := scenario(t, "login-username-forged")
	s.Zone = "$ORIGIN example.com.\nautoconfig A 192.0.2.80\nimap A 192.0.2.10\npop A 192.0.2.11\nsmtp A 192.0.2.25\n"
	r, made, seen := attempts(t, s, Credentials{Password: s.Password, TrustedHosts: []string{"imap.example.com"}})
	if made != 1 || strings.Contains(strings.Join(seen, "\n"), "mallory") {
		t.Errorf("%d logins: %q", made, seen)
	}
	if best, ok := r.Best(mailcheck.IMAP); !ok || best.Username != "alice@example.com" {
		t.Errorf("IMAP is to be used as %q", best.Username)
	}
}
