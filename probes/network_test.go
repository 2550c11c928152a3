package probes

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lab"
)

// given tests two servers as `mailcheck probe` does, where no document is fetched.
func given(ctx context.Context, c *Client, _ mailcheck.Address) (*mailcheck.Report, error) {
	return c.Servers(ctx, []mailcheck.Server{
		{Protocol: mailcheck.IMAP, Host: "imap.example.com", Port: 993, Security: mailcheck.ImplicitTLS},
		{Protocol: mailcheck.Submission, Host: "smtp.example.com", Port: 465, Security: mailcheck.ImplicitTLS},
	}, nil)
}

// A login page is known without the provider database, by an address or a name
// that nobody has; and what is none is not taken for one.
func TestPortalWithoutDatabase(t *testing.T) {
	const names = "imap.example.com. A 10.0.0.1\nsmtp.example.com. A 10.0.0.1\nautoconfig.example.com. A 10.0.0.1\n"
	apart := "imap.example.com. A 192.0.2.10\nsmtp.example.com. A 192.0.2.25\n"
	blocked := lab.Host{0: lab.Drop}
	web := func(r lab.Reply) lab.Host { return lab.Host{80: lab.HTTP(map[string]lab.Reply{"*": r})} }
	for _, c := range []struct {
		name, zone string
		nowhere    lab.Host
		want       string // evidence; none if there is no login page
	}{
		{"redirect", apart, web(lab.Redirect("http://login.hotel.example/")), "http://203.0.113.80/, an address that no host has, is redirected to http://login.hotel.example/"},
		{"status 511", apart, web(lab.Status(http.StatusNetworkAuthenticationRequired)), "status 511"},
		{"page", apart, web(lab.HTML("<title>Welcome</title>")), "answered with a web page"},
		{"DNS leads everybody there", names + "mailcheck.invalid. A 10.0.0.1\n", nil, "DNS gives 10.0.0.1 for imap.example.com, and also for mailcheck.invalid"},
		{"DNS leads only strangers away", apart + "mailcheck.invalid. A 10.0.0.1\n", nil, ""},
		{"a proxy that refuses", apart, web(lab.Status(http.StatusForbidden)), ""},
		{"both servers on one private address", names, nil, ""},
		{"a firewall", apart, blocked, ""},
	} {
		for mode, run := range map[string]func(context.Context, *Client, mailcheck.Address) (*mailcheck.Report, error){
			"probe": given, "check": withoutDatabase,
		} {
			t.Run(c.name+", "+mode, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := lab.Scenario{Name: c.name, Address: "alice@example.com",
						Zone:  "_imaps._tcp.example.com. SRV 0 1 993 imap.example.com.\n_submissions._tcp.example.com. SRV 0 1 465 smtp.example.com.\n" + c.zone,
						Hosts: map[string]lab.Host{"192.0.2.10": blocked, "192.0.2.25": blocked, "10.0.0.1": blocked}}
					if c.nowhere != nil {
						s.Hosts[nowhere] = c.nowhere
					}
					r, l := visit(t, s, 0, run)
					i := slices.IndexFunc(r.Findings, func(f mailcheck.Finding) bool { return f.Check == checks.NetCaptivePortal })
					switch {
					case i < 0 && c.want != "":
						t.Errorf("not recognised; found %v", ids(r))
					case i >= 0 && (c.want == "" || !strings.Contains(r.Findings[i].Detail.String(), c.want)):
						t.Errorf("evidence %q, want %q", r.Findings[i].Detail.String(), c.want)
					}
					for _, f := range r.Findings {
						if i >= 0 && f.Check != checks.NetCaptivePortal && f.BecauseOf != checks.NetCaptivePortal && f.Severity == checks.Failure {
							t.Errorf("%s does not follow from the login page", f.Check.ID)
						}
					}
					for _, request := range l.Requests() {
						if strings.Contains(request, nowhere) && request != "GET http://"+nowhere+"/" {
							t.Errorf("the question was %q", request)
						}
					}
				})
			})
		}
	}
}

// Nobody is asked while a server works, or fails for a reason of its own.
func TestPortalIsNotLookedForNeedlessly(t *testing.T) {
	for _, name := range []string{"healthy", "port-silent", "greeting-554", "dns-silent", "null-mx"} {
		synctest.Test(t, func(t *testing.T) {
			r, l := visit(t, scenario(t, name), 0, withoutDatabase)
			if len(r.Network) > 0 || slices.Contains(l.Dials(), "tcp "+nowhere+":80") {
				t.Errorf("%s: %v", name, r.Network)
			}
		})
	}
}

// Nobody is asked at the end of the run, whichever of the timers for that moment fires
// first.
func TestPortalIsNotLookedForAtTheEnd(t *testing.T) {
	s := lab.Scenario{Address: "alice@example.com", Zone: "imap.example.com. A 192.0.2.10\nsmtp.example.com. A 192.0.2.25\n",
		Hosts: map[string]lab.Host{"192.0.2.10": {993: lab.Silent}, "192.0.2.25": {465: lab.Silent}}}
	for range 30 {
		synctest.Test(t, func(t *testing.T) {
			r, _ := visit(t, s, 0, func(ctx context.Context, c *Client, a mailcheck.Address) (*mailcheck.Report, error) {
				ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
				defer cancel()
				return given(ctx, c, a)
			})
			if len(r.Network) > 0 || !slices.Contains(ids(r), checks.TLSTimeout.ID) {
				t.Errorf("found %v, asked %v", ids(r), r.Network)
			}
		})
	}
}
