package probes

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lab"
)

// imapAt is alice's account with this IMAP server alone.
func imapAt(t *testing.T, name string, b lab.Behaviour) lab.Scenario {
	s := scenario(t, name)
	s.Hosts = maps.Clone(s.Hosts)
	s.Hosts["imap.example.com"] = lab.Host{993: b}
	return s
}

// The client certificate is shown to nobody who may not have the password.
func TestCertificateIsShownToServersThatAreVouchedFor(t *testing.T) {
	c := credentialsOf(scenario(t, "login-certificate"))
	mail := lab.Mail{Host: "imap.example.com", Users: map[string]string{"alice@example.com": ""}, TLSCaps: []string{"IMAP4rev1", "SASL-IR", "AUTH=EXTERNAL", "LOGINDISABLED"}}
	good := lab.Cert{Names: []string{"imap.example.com"}}
	shown := func(s lab.Scenario, c Credentials) bool {
		_, _, seen := attempts(t, s, c)
		return slices.ContainsFunc(seen, func(line string) bool {
			return strings.Contains(line, "imap.example") || strings.Contains(line, "certificate of")
		})
	}
	if !shown(imapAt(t, "login-certificate", lab.TLS(good, lab.IMAP(mail), lab.AskClientCertificate)), c) {
		t.Error("a good server is not shown the certificate")
	}
	for what, cert := range map[string]lab.Cert{
		"for another name": {Names: []string{"imap.example.net"}}, "by a stranger": {Names: good.Names, UnknownCA: true}, "of its own making": {Names: good.Names, SelfSigned: true},
		"of the past": {Names: good.Names, NotBefore: -90 * 24 * 3600e9, NotAfter: -24 * 3600e9}, "for clients": {Names: good.Names, ClientOnly: true},
	} {
		s := imapAt(t, "login-certificate", lab.TLS(cert, lab.IMAP(mail), lab.AskClientCertificate))
		s.Hosts["smtp.example.com"] = lab.Host{}
		if shown(s, c) {
			t.Errorf("a server with a certificate %s is shown that of the client", what)
		}
	}
	s := scenario(t, "login-foreign-srv") // which nobody vouches for
	s.Hosts = map[string]lab.Host{
		"imap.example.net": {993: lab.TLS(lab.Cert{Names: []string{"imap.example.net"}}, lab.IMAP(mail), lab.AskClientCertificate)},
		"smtp.example.net": {465: lab.TLS(lab.Cert{Names: []string{"smtp.example.net"}}, lab.SMTP(lab.Mail{Host: "smtp.example.net"}), lab.ClientCertificate)},
	}
	if shown(s, c) {
		t.Error("a server that nobody vouches for is shown the certificate")
	}
	c.TrustedHosts = []string{"imap.example.net"}
	if !shown(s, c) {
		t.Error("a server that the user vouches for is not shown the certificate")
	}
}

// A stamp that came before TLS may be anybody's, and one that is none of a message id too.
func TestNoAPOPByStrangeStamps(t *testing.T) {
	users := map[string]string{"alice@example.com": "correct horse"}
	server := mailcheck.Server{Protocol: mailcheck.POP3, Host: "pop.example.com", Port: 995, Security: mailcheck.ImplicitTLS}
	test := func(what string, server mailcheck.Server, b lab.Behaviour, want bool) {
		s := scenario(t, "login")
		s.Hosts = map[string]lab.Host{"pop.example.com": {server.Port: b}}
		synctest.Test(t, func(t *testing.T) {
			_, l := visit(t, s, 0, func(ctx context.Context, c *Client, _ mailcheck.Address) (*mailcheck.Report, error) {
				return c.Servers(ctx, []mailcheck.Server{server}, &Options{Credentials: Credentials{Username: "alice@example.com", Password: "correct horse", AllMechanisms: true}})
			})
			if got := slices.ContainsFunc(l.Credentials(), func(line string) bool { return strings.Contains(line, "APOP") }); got != want {
				t.Errorf("%s: APOP is used: %v", what, got)
			}
		})
	}
	cert := lab.Cert{Names: []string{"pop.example.com"}}
	test("a good stamp", server, lab.TLS(cert, lab.POP3(lab.Mail{Users: users, Stamp: "<1@pop.example.com>"})), true)
	test("no message id", server, lab.TLS(cert, lab.POP3(lab.Mail{Users: users, Stamp: "<\x01\x02@pop.example.com>"})), false)
	server.Port, server.Security = 110, mailcheck.StartTLS
	test("before TLS", server, lab.POP3(lab.Mail{Users: users, Stamp: "<1@pop.example.com>", StartTLS: &cert}), false)
}

// What NTLM computes from the password is as secret as that.
func TestNTLMIsConcealed(t *testing.T) {
	s := scenario(t, "login-every-way")
	var answer string
	s.Hosts = map[string]lab.Host{"pop.example.com": {995: lab.TLS(lab.Cert{Names: []string{"pop.example.com"}}, lab.POP3(lab.Mail{
		Stamp: "<1@pop.example.com>", TLSCaps: []string{"SASL NTLM"},
	}))}}
	synctest.Test(t, func(t *testing.T) {
		r, l := visit(t, s, 0, accountWith(Options{Credentials: credentialsOf(s)}))
		for _, line := range l.Credentials() {
			if _, ntlm, ok := strings.Cut(line, "NTLM "); ok && len(ntlm) > 100 {
				answer = ntlm
			}
		}
		if answer == "" {
			t.Error("NTLM is not tried")
		}
		checkConcealed(t, r, answer)
	})
}

// Whatever a server offers, a run makes twelve logins at most, and the report says of each
// way whether it was gone.
func TestEveryWayHasABound(t *testing.T) {
	s := scenario(t, "login-every-way-refused")
	many := []string{"IMAP4rev1", "SASL-IR", "AUTH=PLAIN", "AUTH=LOGIN", "AUTH=CRAM-MD5", "AUTH=NTLM", "AUTH=GSSAPI"}
	for _, hash := range []string{"1", "256", "512"} {
		many = append(many, "AUTH=SCRAM-SHA-"+hash, "AUTH=SCRAM-SHA-"+hash+"-PLUS")
	}
	s.Hosts = maps.Clone(s.Hosts)
	s.Hosts["imap.example.com"] = lab.Host{993: lab.TLS(lab.Cert{Names: []string{"imap.example.com"}}, lab.IMAP(lab.Mail{Host: "imap.example.com", TLSCaps: many}))}
	r, made, _ := attempts(t, s, credentialsOf(s))
	if made != maxLogins {
		t.Errorf("%d logins are made", made)
	}
	for _, server := range r.Servers {
		for _, name := range server.Mechanisms.AfterTLS {
			if !slices.ContainsFunc(server.Login.Attempts, func(a mailcheck.Attempt) bool { return a.Mechanism == name && !a.Reason.Empty() }) {
				t.Errorf("%s: nothing is said of %s", server.URL(), name)
			}
		}
	}
}

// Without a wish for every way none of those is gone that test more than the login.
func TestNothingMoreThanALogin(t *testing.T) {
	for _, name := range []string{"login-every-way", "login-binding-mismatch", "login-binding-stripped"} {
		s := scenario(t, name)
		r, _, seen := attempts(t, s, Credentials{Password: s.Password})
		if slices.ContainsFunc(ids(r), func(id string) bool { return strings.HasPrefix(id, "login.") }) {
			t.Errorf("%s: %v", name, ids(r))
		}
		for _, line := range seen {
			if strings.Contains(line, "PLUS") || strings.Contains(line, "APOP") || strings.Contains(line, "NTLM") {
				t.Errorf("%s: %q", name, line)
			}
		}
		for _, server := range r.Servers {
			if server.Login != nil && len(server.Login.Attempts) > 0 {
				t.Errorf("%s: %s lists attempts", name, server.URL())
			}
		}
	}
	if checks.LoginBindingRefused.RejectsCredentials() {
		t.Error("a binding that is refused is held against the password")
	}
}
