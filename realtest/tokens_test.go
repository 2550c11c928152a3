//go:build real

package realtest

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"mailcheck/internal/netx"
	"mailcheck/internal/oauth"
	"mailcheck/internal/oauthtest"
)

// tokens is Dovecot whose users log in with the tokens of an OpenID provider, for itself
// and for Postfix.
const tokens = "Dovecot with tokens"

// Where each provider is: its issuer, which people see, and the door by which the mail
// server of the same machine asks what a token is worth.
const (
	issuerPort = 8443
	askPort    = 8080
)

// signedIn are domains whose mail servers take tokens: one asks the provider about each,
// the other reads them by itself.
var signedIn = []scenario{tokenScenario("token-asked"), tokenScenario("token-signed")}

func tokenScenario(name string) scenario {
	return scenario{
		name:     name,
		program:  tokens,
		records:  "login CNAME imap\n" + sieveRecord,
		web:      tokenSettings,
		settings: "smtpd_sasl_path = DIR/" + name + "/auth\n",
		ports:    []int{993, 143, 995, 110, 465, 587, 4190},
		users:    []string{memberAt(name), "eve@" + name + ".example"},
		servers: []string{
			"imap imap:993 tls pass", "imap imap:143 starttls pass",
			"pop3 pop:995 tls pass", "pop3 pop:110 starttls pass",
			"submission smtp:465 tls pass", "submission smtp:587 starttls pass",
			"sieve imap:4190 starttls pass",
		},
	}
}

// tokenSettings sends mail programs to the provider.
var tokenSettings = strings.NewReplacer("password-cleartext", "OAuth2", "</clientConfig>", fmt.Sprintf(`  <oAuth2>
    <issuer>https://login.DOMAIN:%d</issuer>
    <scope>openid profile email offline_access</scope>
  </oAuth2>
</clientConfig>`, issuerPort)).Replace(settings)

func (s scenario) issuer() string { return fmt.Sprintf("https://login.%s:%d", s.domain(), issuerPort) }

// providers are the OpenID providers, by the names of the scenarios.
var providers = map[string]*oauthtest.Provider{}

// tokens starts a provider and a Dovecot for each scenario.
func (w *world) tokens(scenarios []scenario) {
	for _, s := range scenarios {
		p := oauthtest.New(s.issuer(), s.name == "token-signed", s.users...)
		providers[s.name] = p
		cert := must(tls.LoadX509KeyPair(w.path(s.pem()), w.path(s.pem())))
		serve := func(l net.Listener) {
			server := &http.Server{Handler: p, ErrorLog: log.New(io.Discard, "", 0)}
			go server.Serve(l)
		}
		serve(must(tls.Listen("tcp", fmt.Sprintf("%s:%d", s.address, issuerPort), &tls.Config{Certificates: []tls.Certificate{cert}})))
		serve(must(net.Listen("tcp", fmt.Sprintf("%s:%d", s.address, askPort))))

		var users strings.Builder
		for _, user := range s.users {
			fmt.Fprintf(&users, "%s:::::%s::\n", user, w.path(s.name, "mail", folderOf(user)))
		}
		w.write(s.name+"/users", users.String())
		w.maildirs(s.name, nobody, []scenario{s})
		w.write(s.name+"/oauth2.conf", w.tokenCheck(s, p))
		var doors loginDoors
		doors.open(s)
		w.write(s.name+".conf", fmt.Sprintf(`
base_dir = %[1]s/%[2]s/run
state_dir = %[1]s/%[2]s/run
log_path = %[1]s/%[2]s.log
protocols = imap pop3 sieve
listen = 127.0.0.1
ssl = yes
ssl_cert = <%[1]s/good.pem
ssl_key = <%[1]s/good.pem
disable_plaintext_auth = yes
auth_mechanisms = xoauth2 oauthbearer
auth_failure_delay = 0
mail_location = maildir:~
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = %[1]s/%[2]s/oauth2.conf
}
userdb {
  driver = passwd-file
  args = username_format=%%u %[1]s/%[2]s/users
  default_fields = uid=nobody gid=nogroup
}
service auth {
  unix_listener %[1]s/%[2]s/auth {
    mode = 0666
  }
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
%[3]s`, w.dir, s.name, doors.services()))
		w.start("dovecot", "-F", "-c", w.path(s.name+".conf"))
	}
}

// tokenCheck is how Dovecot judges a token.
func (w *world) tokenCheck(s scenario, p *oauthtest.Provider) string {
	common := "username_attribute = email\nopenid_configuration_url = " + s.issuer() + "/.well-known/openid-configuration\n"
	if s.name == "token-asked" {
		return fmt.Sprintf("introspection_mode = post\nintrospection_url = http://%s:%s@%s:%d/oauth/introspect\nactive_attribute = active\nactive_value = true\n",
			oauthtest.ServerID, oauthtest.ServerSecret, s.address, askPort) + common
	}
	id, public := p.Key()
	w.write(s.name+"/keys/default/RS256/"+id, string(public))
	return "introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix=" + w.path(s.name, "keys") + "/\nissuers = " + s.issuer() + "\n" + common
}

// signIn gets a token for a user in the browser's way, with an app that registers itself.
func signIn(t *testing.T, name, user string) string {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(must(os.ReadFile(internet.path("root.pem"))))
	n := must(netx.New(netx.Options{Resolvers: []string{internet.resolver}, Roots: roots}))
	defer n.Close()
	run := n.Run()
	e, err := oauth.Discover(t.Context(), run, internet.of(name).issuer())
	if err != nil {
		t.Fatal(err)
	}
	app, err := oauth.Register(t.Context(), run, e)
	if err != nil {
		t.Fatal(err)
	}
	tok, err := oauth.Code(t.Context(), run, e, app, oauth.CodeOptions{User: user, Open: func(page string) {
		back, err := providers[name].Consent(page, user, oauthtest.Password)
		if err != nil {
			t.Error(err)
			return
		}
		resp, err := http.Get(back)
		if err != nil {
			t.Error(err)
			return
		}
		resp.Body.Close()
	}})
	if err != nil {
		t.Fatal(err)
	}
	return tok.Access
}

// withToken runs mailcheck with a token from a file, and makes sure that it is nowhere in
// the output.
func withToken(t *testing.T, token string, args ...string) (report, int) {
	t.Helper()
	args = append(args, "--token-file", passwordFile(t, token))
	text, _ := mailcheck(t, append(slices.Clone(args), "-v")...)
	if strings.Contains(text, token) {
		t.Errorf("the token is in the output:\n%s", text)
	}
	return mailcheckJSON(t, args...)
}

// A token opens the mailbox by all protocols, whether the server asks what it is worth or
// reads it.
func TestTokens(t *testing.T) {
	t.Parallel()
	for _, s := range signedIn {
		user := memberAt(s.name)
		r, exit := withToken(t, signIn(t, s.name, user), "check", user, "--no-guess")
		if exit != 0 || len(r.Servers) != 4 {
			t.Errorf("%s: exit code %d, %d servers, findings %+v", s.name, exit, len(r.Servers), r.Findings)
		}
		for _, v := range r.Servers {
			if v.Login.State != "accepted" {
				t.Errorf("%s: %s:%d: %+v", s.name, v.Host, v.Port, v.Login)
			}
		}
	}
}

// Both mechanisms for tokens work at Dovecot, its server for filter scripts, and Postfix, by
// TLS and by STARTTLS.
func TestTokenMechanisms(t *testing.T) {
	t.Parallel()
	for _, s := range signedIn {
		user := memberAt(s.name)
		token := signIn(t, s.name, user)
		for _, scheme := range []string{"imaps://imap", "imap://imap", "pop3s://pop", "pop3://pop", "submissions://smtp", "submission://smtp", "sieve://imap"} {
			r, exit := withToken(t, token, "probe", scheme+"."+s.domain(), "--username", user, "--all-mechanisms")
			var accepted []string
			for _, step := range r.Servers[0].Steps {
				if step.Op == "auth" && step.Error == "" {
					accepted = append(accepted, strings.TrimSpace(strings.Split(step.Detail, " as ")[0]))
				}
			}
			slices.Sort(accepted)
			if exit != 0 || !slices.Equal(accepted, []string{"OAUTHBEARER", "XOAUTH2"}) {
				t.Errorf("%s: %s: exit code %d, accepted %q, findings %+v", s.name, scheme, exit, accepted, r.Findings)
			}
		}
	}
}

// What is no token, and what is somebody else's, is refused as that.
func TestTokenRejected(t *testing.T) {
	t.Parallel()
	for _, s := range signedIn {
		for what, token := range map[string]string{"garbage": "no-such-token-0123456789", "somebody else's": signIn(t, s.name, s.users[1])} {
			r, exit := withToken(t, token, "check", memberAt(s.name), "--no-guess")
			if exit != 1 || !r.finds("login.token-rejected") {
				t.Errorf("%s: %s: exit code %d, findings %+v", s.name, what, exit, r.Findings)
			}
			r, exit = withToken(t, token, "probe", "sieve://imap."+s.domain(), "--username", memberAt(s.name))
			if exit != 1 || !r.finds("login.token-rejected") {
				t.Errorf("%s: %s, filter scripts: exit code %d, findings %+v", s.name, what, exit, r.Findings)
			}
		}
	}
}
