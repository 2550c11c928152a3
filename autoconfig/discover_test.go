package autoconfig

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
	"mailcheck/internal/lab"
	"mailcheck/internal/netx"
	"mailcheck/internal/sample"
)

// run is one discovery in a lab, and what the lab saw of it.
type run struct {
	Discovery
	found     []string // URLs, in the order they were handed over
	took      time.Duration
	questions []string
	requests  []string
	dials     []string
}

// discover asks all sources about a scenario's address, in a bubble. prepare
// may change how the run is limited.
func discover(t *testing.T, s lab.Scenario, o Options, prepare ...func(context.Context) (context.Context, context.CancelFunc)) run {
	t.Helper()
	var r run
	synctest.Test(t, func(t *testing.T) {
		l := lab.New(s)
		defer l.Close()
		n, err := netx.New(l.Options())
		if err != nil {
			t.Fatal(err)
		}
		defer n.Close()
		a, err := mailcheck.ParseAddress(s.Address)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		for _, p := range prepare {
			ctx, cancel = p(ctx)
			defer cancel()
		}
		began := time.Now()
		r.Discovery = Discover(ctx, n.Run(), a, o, began, func(s mailcheck.Server) { r.found = append(r.found, s.URL()) })
		r.took = time.Since(began)
		r.questions, r.requests, r.dials = l.Questions(), l.Requests(), l.Dials()
	})
	return r
}

// source returns what one source had.
func (r run) source(t *testing.T, name string) mailcheck.SourceResult {
	t.Helper()
	for _, s := range r.Sources {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("there is no source %q", name)
	return mailcheck.SourceResult{}
}

// findings lists the ids of the findings of all sources, each once.
func (r run) findings() []string {
	var ids []string
	for _, s := range r.Sources {
		for _, step := range s.Steps {
			for _, f := range step.Findings {
				ids = append(ids, f.Check.ID)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func urls(servers []mailcheck.Server) []string {
	var list []string
	for _, s := range servers {
		list = append(list, s.URL())
	}
	return list
}

// web is a web server over https with one document, or none.
func web(host string, routes map[string]lab.Reply) lab.Host {
	return lab.Host{80: lab.HTTP(nil), 443: lab.TLS(lab.Cert{Names: []string{host}}, lab.HTTP(routes))}
}

func served(text string) map[string]lab.Reply {
	return map[string]lab.Reply{configPath: lab.XML(text)}
}

// unpublished has the usual hosts, and publishes nothing.
const unpublished = `$ORIGIN example.com.
@     A 192.0.2.1
imap  A 192.0.2.10
pop   A 192.0.2.11
smtp  A 192.0.2.25
mail  A 192.0.2.26
`

// Above and beside the user's domain others may rule, and they must not learn
// of the address nor lead it elsewhere. Only the host that the domain's own MX
// record names is looked up, unless that is a public suffix.
func TestNothingIsAskedElsewhere(t *testing.T) {
	test := func(domain, zone string, named ...string) {
		t.Helper()
		s := lab.Scenario{Address: "alice@" + domain, Zone: zone, Hosts: map[string]lab.Host{
			"192.0.2.80": web("*.example.co.uk", served(sample.File(sample.Incoming(), sample.Outgoing()))), "192.0.2.1": lab.Blackhole(),
		}}
		r := discover(t, s, Options{})
		for _, q := range r.questions {
			typ, name, _ := strings.Cut(q, " ")
			if (typ == "DNSKEY" || typ == "DS") && document.Inside(domain, name) || q == "DNSKEY " {
				continue // the keys of the zones above say nothing of the address
			}
			if !document.Inside(name, domain) && name != "v1.ispdb.net" && !slices.Contains(named, q) {
				t.Errorf("%s: the question %q leads out of the domain", domain, q)
			}
		}
		asked := slices.DeleteFunc(r.requests, func(q string) bool { return q == "GET https://v1.ispdb.net/"+domain })
		if len(asked) > 0 || len(r.Servers) > 0 {
			t.Errorf("%s: requests %q, servers %q", domain, asked, urls(r.Servers))
		}
	}
	const others = `$ORIGIN example.co.uk.
@                   A   192.0.2.80
autoconfig          A   192.0.2.80
autoconfig.other    A   192.0.2.80
_imaps._tcp         SRV 0 1 993 imap
_submissions._tcp   SRV 0 1 465 imap
imap                A   192.0.2.1
mail                A   192.0.2.1
co.uk.              A   192.0.2.80
autoconfig.co.uk.   A   192.0.2.80
`
	test("sub.example.co.uk", others)
	test("sub.example.co.uk", others+"sub MX 10 mx.example.co.uk.\n", "A mx.example.co.uk", "AAAA mx.example.co.uk")
	test("sub.example.co.uk", others+"sub MX 10 mx.other.example.co.uk.\n", "A mx.other.example.co.uk", "AAAA mx.other.example.co.uk")
	test("sub.example.co.uk", others+"sub MX 10 mx.sub\n")
	test("sub.example.co.uk", others+"sub MX 10 co.uk.\n")
	test("sub.example.co.uk", others+"sub MX 0 .\n")
	test("a.b.c.example.co.uk", others)
	test("example.co.uk.example", others)
	test("xn--bcher-kva.example", strings.ReplaceAll(others, "example.co.uk", "sub.xn--bcher-kva.example")+"xn--bcher-kva.example. TXT x\n")
}

// The address goes over https only, and only where the source's
// own rules ask for it.
func TestWhereTheAddressIsSent(t *testing.T) {
	test := func(name, address string, routes map[string]lab.Reply, want ...string) {
		t.Helper()
		s := lab.Scenario{
			Address: address,
			Zone: unpublished + `autoconfig A 192.0.2.80
@ MX 10 mx.sub.example.net.
autoconfig.example.net.      A 192.0.2.81
autoconfig.sub.example.net.  A 192.0.2.82
www.example.net.             A 192.0.2.83
v1.ispdb.net.                A 198.51.100.80
`,
			Hosts: map[string]lab.Host{
				"192.0.2.1": web("example.com", nil), "192.0.2.80": web("autoconfig.example.com", routes),
				"192.0.2.81": web("autoconfig.example.net", nil), "192.0.2.82": web("autoconfig.sub.example.net", nil),
				"192.0.2.83": web("www.example.net", served(sample.File(sample.Incoming(), sample.Outgoing()))), "198.51.100.80": web("v1.ispdb.net", nil),
			},
		}
		r := discover(t, s, Options{NoGuess: true})
		var got []string
		for _, request := range r.requests {
			if strings.HasPrefix(request, "POST ") && strings.HasSuffix(request, poxPath) {
				continue // Autodiscover has an address in the body; what it tells whom is tested in package probes
			}
			method, raw, _ := strings.Cut(request, " ")
			u, err := url.Parse(raw)
			if method != "GET" && method != "PROPFIND" || err != nil {
				t.Errorf("%s: the request %q", name, request)
				continue
			}
			if u.RawQuery == "" && !strings.Contains(raw, "alice") {
				continue
			}
			if own := "https://example.com" + wellKnownPath; u.Scheme != "https" || !strings.HasPrefix(u.Host, "autoconfig.") && !strings.HasPrefix(raw, own+"?") {
				t.Errorf("%s: the address goes to %s", name, raw)
			}
			got = append(got, u.Host+"?"+u.RawQuery)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: the address goes to %q, want %q", name, got, want)
		}
		if len(r.requests) < 4 {
			t.Errorf("%s: only %q was asked", name, r.requests)
		}
	}
	const query = "?emailaddress=alice%40example.com"
	test("nothing is there", "alice@example.com", nil, "autoconfig.example.com"+query, "autoconfig.example.net"+query, "autoconfig.sub.example.net"+query, "example.com"+query)
	test("a redirect", "alice@example.com", map[string]lab.Reply{configPath: lab.Redirect("https://www.example.net" + configPath)}, "autoconfig.example.com"+query, "example.com"+query)
	test("characters with a meaning in URLs", "alice+a&b=c#d@example.com", map[string]lab.Reply{configPath: lab.Redirect("https://www.example.net" + configPath)},
		"autoconfig.example.com?emailaddress=alice%2Ba%26b%3Dc%23d%40example.com", "example.com?emailaddress=alice%2Ba%26b%3Dc%23d%40example.com")
	test("a bare domain", "example.com", nil)
}

// Each distinct server is handed over once, as soon as it is known.
func TestServersAreHandedOverOnce(t *testing.T) {
	s := lab.Scenario{Address: "alice@example.com", Zone: unpublished + `autoconfig A 192.0.2.80
_imaps._tcp        SRV 0 1 993 imap
_imaps._tcp        SRV 5 1 993 imap
_imap._tcp         SRV 0 1 143 imap
_submissions._tcp  SRV 0 1 465 smtp
`, Hosts: map[string]lab.Host{"192.0.2.80": web("autoconfig.example.com", served(sample.File(sample.Incoming("%EMAILADDRESS%", "%EMAILLOCALPART%"), sample.Incoming(), sample.Incoming("imap.", "pop.", `"imap"`, `"pop3"`, "993", "995"), sample.Outgoing())))}}
	r := discover(t, s, Options{})
	handed := slices.Clone(r.found)
	slices.Sort(handed)
	want := []string{"imap://imap.example.com:143", "imaps://imap.example.com:993", "pop3s://pop.example.com:995", "submissions://smtp.example.com:465"}
	if !slices.Equal(handed, want) {
		t.Errorf("handed over %q, want %q", handed, want)
	}
	for i, published := range r.source(t, "srv").Servers {
		for _, other := range r.source(t, "srv").Servers[:i] {
			if published.URL() == other.URL() {
				t.Errorf("srv names %s twice", other.URL())
			}
		}
	}
	if got, want := r.source(t, "srv").Reason.String(), "names 3 servers"; got != want {
		t.Errorf("srv says %q, want %q", got, want)
	}
	// In the order of trust, and with all who name them.
	var got []string
	for _, s := range r.Servers {
		got = append(got, fmt.Sprintf("%s %s %s %s", s.URL(), s.Username, strings.Join(s.Auth, "+"), strings.Join(s.Sources, "+")))
	}
	merged := []string{
		"imaps://imap.example.com:993 alice password-cleartext srv+autoconfig",
		"imap://imap.example.com:143 alice@example.com  srv",
		"submissions://smtp.example.com:465 alice@example.com password-cleartext srv+autoconfig",
		"pop3s://pop.example.com:995 alice@example.com password-cleartext autoconfig",
	}
	if diff := cmp.Diff(merged, got); diff != "" {
		t.Errorf("merged (-want +got):\n%s", diff)
	}
}

// One run looks at 40 servers, and says how many more there were.
func TestTooManyServers(t *testing.T) {
	var many []string
	for i := range 60 {
		many = append(many, sample.Incoming("993", fmt.Sprint(2001+i)))
	}
	s := lab.Scenario{Address: "alice@example.com", Zone: unpublished + "autoconfig A 192.0.2.80\n",
		Hosts: map[string]lab.Host{"192.0.2.80": web("autoconfig.example.com", served(sample.File(many...)))}}
	r := discover(t, s, Options{NoGuess: true})
	if len(r.found) != MaxServers || len(r.Servers) != MaxServers {
		t.Errorf("%d servers handed over, %d kept, want %d", len(r.found), len(r.Servers), MaxServers)
	}
	if r.Dropped != 20 {
		t.Errorf("%d servers are said to be left out, want 20", r.Dropped)
	}
	if r.Servers[0].Port != 2001 || r.Servers[MaxServers-1].Port != 2000+MaxServers {
		t.Errorf("the servers kept go from %s to %s", r.Servers[0].URL(), r.Servers[MaxServers-1].URL())
	}
}

// Both ways of writing a domain are one domain, and the wire sees A-labels.
func TestInternationalDomains(t *testing.T) {
	const ascii = "xn--becd4bq2d9bd.xn--gecrj9c"
	s := lab.Scenario{Zone: strings.ReplaceAll(unpublished, "example.com", ascii) + "autoconfig A 192.0.2.80\n",
		Hosts: map[string]lab.Host{"192.0.2.80": web("autoconfig."+ascii, served(sample.File(sample.Incoming("imap.example.com", "imap.%EMAILDOMAIN%"), sample.Outgoing("smtp.example.com", "smtp.ડેટામેલ.ભારત"))))}}
	var runs []run
	for _, typed := range []string{"用户@ડેટામેલ.ભારત", "用户@" + ascii} {
		s.Address = typed
		r := discover(t, s, Options{})
		if want := []string{"imaps://imap." + ascii + ":993", "submissions://smtp." + ascii + ":465"}; !slices.Equal(urls(r.Servers), want) {
			t.Errorf("%s: servers %q, want %q", typed, urls(r.Servers), want)
		}
		if want := "GET https://autoconfig." + ascii + configPath + "?emailaddress=" + url.QueryEscape("用户@"+ascii); !slices.Contains(r.requests, want) {
			t.Errorf("%s: requests %q, want %q among them", typed, r.requests, want)
		}
		for _, q := range append(r.questions, r.requests...) {
			if strings.ContainsFunc(q, func(c rune) bool { return c > 127 }) {
				t.Errorf("%s: %q goes over the wire", typed, q)
			}
		}
		if r.Servers[0].Username != "用户@"+ascii {
			t.Errorf("%s: the user name is %q", typed, r.Servers[0].Username)
		}
		runs = append(runs, r)
	}
	if diff := cmp.Diff(runs[0].Servers, runs[1].Servers); diff != "" {
		t.Errorf("the two ways of writing give different servers:\n%s", diff)
	}
}

// When the user gives up, what was learned by then is returned at once.
func TestDiscoverGivenUp(t *testing.T) {
	s := lab.Scenario{Address: "alice@example.com", Zone: unpublished + "autoconfig A 192.0.2.80\n_imaps._tcp SRV 0 1 993 imap\n",
		Hosts: map[string]lab.Host{"192.0.2.80": lab.Blackhole(), "192.0.2.1": lab.Blackhole()}}
	r := discover(t, s, Options{}, func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(time.Second, cancel)
		return ctx, cancel
	})
	if r.took != time.Second {
		t.Errorf("it took %v to give up after 1s", r.took)
	}
	if !slices.Equal(urls(r.Servers), []string{"imaps://imap.example.com:993"}) {
		t.Errorf("servers %q", urls(r.Servers))
	}
	if len(r.Sources) != len(Sources) {
		t.Errorf("%d sources of %d are in the result", len(r.Sources), len(Sources))
	}
	for _, id := range r.findings() {
		if id != checks.RunTimeout.ID && id != checks.MXNone.ID {
			t.Errorf("giving up is told as %s", id)
		}
	}
}

// Whatever a source finds or lacks, it says so in one line that is fit to be shown.
func TestEverySourceSaysWhy(t *testing.T) {
	for _, s := range lab.Scenarios() {
		if s.Name == "gzip-bomb" {
			continue // making the bomb takes seconds, and another test has it
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			r := discover(t, s, Options{})
			for i, got := range r.Sources {
				if got.Name != Sources[i].Name {
					t.Errorf("source %d is %s, want %s", i, got.Name, Sources[i].Name)
				}
				if got.Reason.Empty() || !mailcheck.Printable(got.Reason.String()) {
					t.Errorf("%s is %s and says %q", got.Name, got.State, got.Reason.String())
				}
				if (got.State == mailcheck.Absent || got.State == mailcheck.Failed) && len(got.Servers) > 0 {
					t.Errorf("%s is %s and has servers", got.Name, got.State)
				}
			}
			if r.took > 30*time.Second {
				t.Errorf("took %v", r.took)
			}
		})
	}
}
