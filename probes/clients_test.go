package probes

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
)

// What clients end up with, in the scenarios that tell them apart: outcome and
// the place that decided.
var clientCases = []struct {
	scenario, client string
	outcome          mailcheck.Outcome
	source           string
}{
	{"healthy", "Thunderbird", mailcheck.Configures, "autoconfig (https)"},
	{"healthy", "KMail", mailcheck.Configures, "autoconfig (https)"},
	{"healthy", "aerc", mailcheck.Configures, "srv"},
	{"healthy", "Apple Mail (macOS, iOS)", mailcheck.Asks, ""},
	{"healthy", "Outlook (new)", mailcheck.NotKnown, ""},
	{"srv-only", "Thunderbird for Android, K-9", mailcheck.Asks, ""}, // reads no SRV records
	{"srv-only", "Evolution", mailcheck.Configures, "srv"},
	{"srv-only", "Thunderbird", mailcheck.Configures, "guess"},
	{"ispdb-only", "Delta Chat", mailcheck.Configures, "ispdb"},
	{"autoconfig-via-mx", "Thunderbird", mailcheck.Configures, "mx"},
	{"autoconfig-via-mx", "Thunderbird for Android, K-9", mailcheck.Asks, "mx"},                   // approval
	{"autoconfig-http-only", "Thunderbird for Android, K-9", mailcheck.Asks, "autoconfig (http)"}, // approval
	{"autoconfig-content-type", "Thunderbird", mailcheck.Configures, "guess"},                     // ignores the file
	{"autoconfig-content-type", "Delta Chat", mailcheck.Configures, "autoconfig (https)"},
	{"client-refuses", "Thunderbird for Android, K-9", mailcheck.Asks, ""},
	{"client-refuses", "Thunderbird", mailcheck.Configures, "autoconfig (https)"},
	{"autoconfig-plain", "Thunderbird", mailcheck.Asks, "autoconfig (https)"}, // warns
	{"autoconfig-plain", "KMail", mailcheck.Configures, "autoconfig (https)"},
	{"host-nxdomain", "Thunderbird", mailcheck.Fails, "autoconfig (https)"},
	{"no-settings", "Thunderbird", mailcheck.Asks, ""},
	{"query-needed", "Thunderbird", mailcheck.Configures, "autoconfig (https)"},
	{"query-needed", "Thunderbird for Android, K-9", mailcheck.Asks, ""}, // asks without the address
	{"query-refused", "Thunderbird", mailcheck.Configures, "guess"},
	{"query-refused", "Thunderbird for Android, K-9", mailcheck.Configures, "autoconfig (https)"},
	{"healthy", "Evolution", mailcheck.Configures, "autoconfig (https)"}, // files before SRV records
	{"healthy", "FairEmail", mailcheck.Configures, "srv"},                // SRV records before files
	{"autoconfig-only", "FairEmail", mailcheck.Configures, "autoconfig (https)"},
	{"autoconfig-own-user-name", "FairEmail", mailcheck.Configures, "autoconfig (https)"}, // before SRV records
	{"srv-outdated", "FairEmail", mailcheck.Configures, "autoconfig (https)"},             // goes on to what works
	{"srv-outdated", "aerc", mailcheck.Fails, "srv"},
	{"autoconfig-own-user-name", "aerc", mailcheck.Configures, "srv"},
	{"autoconfig-own-user-name", "Evolution", mailcheck.Configures, "autoconfig (https)"},
	{"autoconfig-local-part", "aerc", mailcheck.Fails, "autoconfig (https)"}, // logs in with the address
	{"autoconfig-local-part", "Nextcloud Mail", mailcheck.Configures, "autoconfig (https)"},
	{"srv-tls-only", "aerc", mailcheck.Asks, "srv"}, // does not know _submissions
	{"srv-tls-only", "Evolution", mailcheck.Configures, "srv"},
	{"autoconfig-plain", "FairEmail", mailcheck.Configures, "srv"},
	{"autoconfig-via-mx", "Evolution", mailcheck.Configures, "mx"},
	{"first-server-down", "Delta Chat", mailcheck.Configures, "autoconfig (https)"}, // tries the second
	{"first-server-down", "Thunderbird", mailcheck.Fails, "autoconfig (https)"},
	{"autoconfig-http-other", "Thunderbird", mailcheck.Configures, ".well-known (https)"},
	{"autoconfig-http-other", "KMail", mailcheck.Fails, "autoconfig (http)"}, // asks http before the well-known place
	{"autoconfig-http-other", "Evolution", mailcheck.Fails, "autoconfig (http)"},
	{"provider-app-password", "FairEmail", mailcheck.Configures, "built-in"},
	{"provider-app-password", "Apple Mail (macOS, iOS)", mailcheck.Configures, "built-in"},
	{"provider-by-mx", "Outlook (new)", mailcheck.Configures, "built-in"}, // an account of Microsoft 365
	{"built-in-by-mx", "FairEmail", mailcheck.Configures, "built-in"},     // whatever the domain publishes
	{"built-in-by-mx", "Evolution", mailcheck.Configures, "srv"},
	{"built-in-outdated", "FairEmail", mailcheck.Fails, "built-in"},
	{"built-in-outdated", "Thunderbird", mailcheck.Configures, "autoconfig (https)"},
	{"built-in-refused", "FairEmail", mailcheck.Fails, "built-in"},
	{"built-in-refused", "Thunderbird", mailcheck.Asks, ""},
	{"page-before-settings", "Thunderbird", mailcheck.Configures, "guess"}, // the page has answered
	{"page-before-settings", "Delta Chat", mailcheck.Configures, ".well-known (https)"},
	{"exchange", "Thunderbird", mailcheck.Asks, "autodiscover"}, // for the password
	{"exchange", "Evolution", mailcheck.Configures, "srv"},
	{"autodiscover-only", "Thunderbird", mailcheck.Configures, "autodiscover"},
	{"autodiscover-redirect-url", "Thunderbird", mailcheck.Configures, "guess"}, // does not follow
	{"autodiscover-redirect-url", "Delta Chat", mailcheck.Configures, "autodiscover"},
	{"guess-only", "Thunderbird", mailcheck.Configures, "guess"},
	{"guess-bad-certificate", "Thunderbird", mailcheck.Configures, "guess"},
	{"guess-bad-certificate", "Delta Chat", mailcheck.Configures, "guess"},
	{"guess-starttls-bad-certificate", "Thunderbird", mailcheck.Fails, "guess"},
	{"guess-starttls-bad-certificate", "Delta Chat", mailcheck.Asks, ""}, // tries to log in
	{"guess-plain", "Thunderbird", mailcheck.Asks, "guess"},              // warns
	{"guess-plain", "aerc", mailcheck.Asks, ""},
	{"guess-bye", "Thunderbird", mailcheck.Fails, "guess"},
	{"guess-bye", "FairEmail", mailcheck.Configures, "guess"}, // goes on to 143
	{"guess-421", "Thunderbird", mailcheck.Fails, "guess"},
	{"guess-pop3-before-plain", "Thunderbird", mailcheck.Configures, "guess"},
	{"guess-port-25", "Thunderbird", mailcheck.Configures, "guess"},
	{"guess-port-25", "Delta Chat", mailcheck.Asks, ""},
	{"guess-bare-domain", "Thunderbird", mailcheck.Configures, "guess"},
	{"cert-expired", "Evolution", mailcheck.Asks, "srv"}, // whether to go on
	{"cert-expired", "FairEmail", mailcheck.Fails, "srv"},
	{"pop3-first", "FairEmail", mailcheck.Configures, "guess"}, // POP3 hides IMAP
	{"pop3-first", "Geary", mailcheck.Asks, ""},
	{"srv-only", "Claws Mail", mailcheck.Configures, "srv"},
	{"srv-only", "Spike", mailcheck.NotKnown, "srv"}, // which of the records
	{"ispdb-only", "Spark", mailcheck.Configures, "ispdb"},
	{"autoconfig-http-too", "Nine", mailcheck.Configures, "autoconfig (http)"},
	{"autoconfig-only", "Nine", mailcheck.NotKnown, ""}, // asks http alone
	{"autodiscover-only", "Mailbird", mailcheck.Configures, "autodiscover"},
	{"autodiscover-only", "Delta Chat", mailcheck.Configures, "autodiscover"},
	{"autodiscover-post-only", "Delta Chat", mailcheck.Configures, "guess"},
	{"autodiscover-post-only", "FairEmail", mailcheck.Configures, "autodiscover"},
	{"autodiscover-get-weaker", "Delta Chat", mailcheck.Configures, "autodiscover"},
	{"autodiscover-http-only", "Mailbird", mailcheck.Configures, "autodiscover (http)"},
	{"autodiscover-http-only", "AltaMail (iOS)", mailcheck.Configures, "autodiscover (http)"},
	{"autodiscover-http-only", "Edison (iOS)", mailcheck.NotKnown, ""},
	{"client-words", "Thunderbird", mailcheck.Asks, "autodiscover"},
	{"client-words", "FairEmail", mailcheck.Configures, "autodiscover"},
}

func TestClients(t *testing.T) {
	for _, c := range clientCases {
		t.Run(c.scenario+"/"+c.client, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := clientsOf(t, c.scenario)
				for _, got := range r.Clients {
					if got.Client == c.client && (got.Outcome != c.outcome || got.Source != c.source) {
						t.Errorf("%s %q (%s), want %s %q; asked %q", got.Outcome, got.Source, got.Reason.String(), c.outcome, c.source, got.Asked)
					}
				}
			})
		})
	}
}

func clientsOf(t *testing.T, name string) *mailcheck.Report {
	t.Helper()
	r, l := visit(t, scenario(t, name), 0, func(ctx context.Context, c *Client, a mailcheck.Address) (*mailcheck.Report, error) {
		return c.Clients(ctx, a, nil)
	})
	if got := l.Credentials(); len(got) > 0 {
		t.Errorf("credentials were sent: %q", got)
	}
	return r
}

// What the help desk tells the user: of each kind of entry in a client's own list, and
// of servers that a client takes because they answer.
func TestClientsReasons(t *testing.T) {
	for _, c := range []struct{ scenario, client, reason, servers string }{
		{"provider-app-password", "FairEmail", "has these settings built in, and looks no further; it tells the user that an app password may be needed in place of the password",
			"imaps://imap.mail.me.com:993 alice, submission://smtp.mail.me.com:587 alice"},
		{"provider-app-password", "Outlook (new)", "has an account type for this provider: the user signs in at Apple", ""},
		{"built-in-by-mx", "FairEmail", "has these settings built in for the mail exchanger mxext1.mailbox.org, and looks no further, though the domain publishes other servers",
			"imaps://imap.mailbox.org:993 alice@example.com, submissions://smtp.mailbox.org:465 alice@example.com"},
		{"built-in-outdated", "FairEmail", "takes submission://send.xtra.co.nz:587 from its own list of providers, which does not work: the server refuses connections on this port: nothing is listening there (tcp.refused)",
			"imaps://imap.xtra.co.nz:993 alice@xtra.co.nz, submission://send.xtra.co.nz:587 alice@xtra.co.nz"},
		{"built-in-refused", "FairEmail", "gives up: it has the provider in a list of those that do not speak the standard protocols", ""},
		{"file-preferred", "Thunderbird", "sends through its default server, such as that of another account, as <useGlobalPreferredServer> says",
			"imaps://imap.example.com:993 alice@example.com, submission://smtp.example.com:587 alice@example.com"},
		{"guess-bad-certificate", "Thunderbird", "tries likely names, since nothing it reads is published; logs in as alice, and as alice@example.com if that is refused",
			"imap://imap.example.com:143 alice, submissions://smtp.example.com:465 alice"},
		{"guess-starttls-bad-certificate", "Thunderbird", "guesses imap://imap.example.com:143, because the server says STARTTLS, without looking at its certificate; then the login fails: the server's certificate has expired (tls.expired)",
			"imap://imap.example.com:143 alice, submission://smtp.example.com:587 alice"},
		{"guess-plain", "Thunderbird", "guesses imap+plain://imap.example.com:143, and warns that the password would be sent unencrypted",
			"imap+plain://imap.example.com:143 alice, submission+plain://smtp.example.com:587 alice"},
		{"autoconfig-local-part", "aerc", `takes the address as the user name, not "alice" as the file says`,
			"imaps://imap.example.com:993 alice@example.com, submissions://smtp.example.com:465 alice@example.com"},
		{"autodiscover-post-only", "Delta Chat", "autodiscover: gives nothing to the program, which asks by GET; so it tries likely names",
			"imaps://imap.example.com:993 alice@example.com, submissions://smtp.example.com:465 alice@example.com"},
		{"autodiscover-get-weaker", "Delta Chat", "", "imap://imap.example.com:143 alice@example.com, submission://smtp.example.com:587 alice@example.com"},
		{"no-settings", "Claws Mail", "the user has to type in the servers; it reads nothing but SRV records", ""},
		{"guess-bye", "Thunderbird", "guesses imaps://imap.example.com:993, because a server answers there, whatever it says; then the login fails: the server turns the connection away for now (greet.bye)",
			"imaps://imap.example.com:993 alice, submissions://smtp.example.com:465 alice"},
		{"guess-421", "Thunderbird", "guesses submissions://smtp.example.com:465, because a server answers there, whatever it says; then the login fails: the server turns the connection away because it is overloaded or in maintenance, as it says (greet.overload)",
			"imaps://imap.example.com:993 alice, submissions://smtp.example.com:465 alice"},
		{"guess-pop3-before-plain", "Thunderbird", "tries likely names, since nothing it reads is published; logs in as alice, and as alice@example.com if that is refused",
			"pop3s://pop.example.com:995 alice, submissions://smtp.example.com:465 alice"},
		{"pop3-first", "Thunderbird", "", "pop3s://pop.example.com:995 alice@example.com, submissions://smtp.example.com:465 alice@example.com"},
		{"pop3-first", "Delta Chat", "", "imaps://imap.example.com:993 alice@example.com, submissions://smtp.example.com:465 alice@example.com"},
		{"answer-ssl-contradicts", "Thunderbird", "reads SSL \"off\" with Encryption \"SSL\" in the section of line 7 as no encryption; takes imap+plain://imap.example.com:993, which does not work: the server expects TLS from the first byte on a port that is meant for STARTTLS, so client and server wait for each other in silence (tls.tls-on-starttls-port)",
			"imap+plain://imap.example.com:993 alice@example.com, submission://smtp.example.com:587 alice@example.com"},
		{"file-socket-tls", "Evolution", "reads socketType \"TLS\" in the section of line 7 as no encryption; takes imap+plain://imap.example.com:993, which does not work: the server expects TLS from the first byte on a port that is meant for STARTTLS, so client and server wait for each other in silence (tls.tls-on-starttls-port)",
			"imap+plain://imap.example.com:993 alice@example.com, submission://smtp.example.com:587 alice@example.com"},
		{"exchange-beside-imap", "Thunderbird", "Autodiscover names Exchange alone; so it guesses imaps://mail.example.com:993 on the same host", "imaps://mail.example.com:993 alice@example.com, submissions://mail.example.com:465 alice@example.com"},
		{"autodiscover-after-page", "Thunderbird", "autodiscover: does not count, since a place that it asks before has answered with something else; so it tries likely names; logs in as alice, and as alice@example.com if that is refused",
			"imaps://imap.example.com:993 alice, submissions://smtp.example.com:465 alice"},
		{"must-staple", "Thunderbird", "tries likely names, since nothing it reads is published; logs in as alice, and as alice@example.com if that is refused",
			"pop3s://pop.example.com:995 alice, submissions://smtp.example.com:465 alice"},
		{"guess-port-25", "Thunderbird", "tries likely names, since nothing it reads is published; logs in as alice, and as alice@example.com if that is refused",
			"imaps://imap.example.com:993 alice, submission://smtp.example.com:25 alice"},
		{"guess-bare-domain", "Thunderbird", "tries likely names, since nothing it reads is published; logs in as alice, and as alice@example.com if that is refused",
			"imaps://example.com:993 alice, submissions://example.com:465 alice"},
	} {
		t.Run(c.scenario+"/"+c.client, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := clientsOf(t, c.scenario)
				i := slices.IndexFunc(r.Clients, func(got mailcheck.ClientResult) bool { return got.Client == c.client })
				var servers []string
				for _, s := range r.Clients[i].Servers {
					servers = append(servers, s.URL()+" "+s.Username)
				}
				if got := r.Clients[i]; got.Reason.String() != c.reason || strings.Join(servers, ", ") != c.servers {
					t.Errorf("%q with %q, want %q with %q", got.Reason.String(), servers, c.reason, c.servers)
				}
			})
		})
	}
}

// What becomes of the password, in domains where that is not the same with all clients.
func TestClientsPassword(t *testing.T) {
	for _, c := range []struct {
		scenario, client string
		want             mailcheck.ClientResult
	}{
		{"autoconfig-plain", "Delta Chat", mailcheck.ClientResult{Password: mailcheck.ClearSilently, Confirms: mailcheck.DoesNot}},
		{"autoconfig-plain", "Evolution", mailcheck.ClientResult{Password: mailcheck.ClearAsked, Confirms: mailcheck.Does}},
		{"guess-plain", "Thunderbird", mailcheck.ClientResult{Password: mailcheck.ClearWarned, Confirms: mailcheck.Does}},
		{"autoconfig-http-too", "Thunderbird", mailcheck.ClientResult{Password: mailcheck.Encrypted, Confirms: mailcheck.Does, OverHTTP: mailcheck.HTTPFallback}},
		{"autoconfig-http-too", "MailTime", mailcheck.ClientResult{Password: mailcheck.Encrypted, Confirms: mailcheck.DoesNot, OverHTTP: mailcheck.HTTPTaken}},
		{"autoconfig-http-redirected", "Thunderbird", mailcheck.ClientResult{Password: mailcheck.Encrypted, Confirms: mailcheck.Does}},
		{"autodiscover-http-too", "Mailbird", mailcheck.ClientResult{Password: mailcheck.Encrypted, Confirms: mailcheck.DoesNot, OverHTTP: mailcheck.HTTPFallback}},
		{"client-words", "Thunderbird", mailcheck.ClientResult{Password: mailcheck.ClearWarned, Confirms: mailcheck.Does}},
		{"client-words", "FairEmail", mailcheck.ClientResult{Password: mailcheck.Encrypted, Confirms: mailcheck.DoesNot, NoStartTLS: mailcheck.Stops}},
		{"client-words", "Delta Chat", mailcheck.ClientResult{Password: mailcheck.ClearSilently, Confirms: mailcheck.DoesNot}},
		{"client-starttls", "Thunderbird", mailcheck.ClientResult{Password: mailcheck.Encrypted, Confirms: mailcheck.Does, NoStartTLS: mailcheck.Stops}},
		{"client-starttls", "eM Client", mailcheck.ClientResult{NoStartTLS: mailcheck.GoesOn}},
		{"client-starttls", "myMail", mailcheck.ClientResult{Password: mailcheck.ClearSilently}},
		{"cert-expired", "Foxmail", mailcheck.ClientResult{BadCertificate: mailcheck.GoesOn}},
		{"healthy", "Foxmail", mailcheck.ClientResult{}},
		{"no-settings", "The Bat!", mailcheck.ClientResult{PresetsPlain: true}},
	} {
		t.Run(c.scenario+"/"+c.client, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := clientsOf(t, c.scenario)
				got := r.Clients[slices.IndexFunc(r.Clients, func(got mailcheck.ClientResult) bool { return got.Client == c.client })]
				facts := mailcheck.ClientResult{Password: got.Password, OverHTTP: got.OverHTTP, Confirms: got.Confirms,
					BadCertificate: got.BadCertificate, NoStartTLS: got.NoStartTLS, PresetsPlain: got.PresetsPlain}
				if !cmp.Equal(facts, c.want) {
					t.Errorf("%s, %q: %s", got.Outcome, got.Reason.String(), cmp.Diff(c.want, facts))
				}
			})
		})
	}
}

// What clients would fetch over http is fetched without the address, and no server of
// it is the account's.
func TestClientsOverHTTP(t *testing.T) {
	const unsafe = "GET http://autoconfig.example.com/mail/config-v1.1.xml"
	s := scenario(t, "autoconfig-http-other")
	for name, check := range map[string]func(*Client, context.Context, mailcheck.Address, *Options) (*mailcheck.Report, error){
		"check": (*Client).Account, "clients": (*Client).Clients,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, l := visit(t, s, 0, func(ctx context.Context, c *Client, a mailcheck.Address) (*mailcheck.Report, error) {
					return check(c, ctx, a, nil)
				})
				if !slices.Contains(l.Requests(), unsafe) {
					t.Errorf("does not ask over http; requests %q", l.Requests())
				}
				if r.Verdict == mailcheck.Fail {
					t.Errorf("verdict %s, findings %q", r.Verdict, ids(r))
				}
				for _, s := range r.Servers {
					if s.Host == "old.example.com" {
						t.Errorf("%s counts for the account", s.URL())
					}
				}
			})
		})
	}
}
