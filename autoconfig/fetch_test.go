package autoconfig

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"mailcheck"
	"mailcheck/internal/lab"
	"mailcheck/internal/netx"
	"mailcheck/internal/sample"
)

// What stands in the place of a document is worded alike, whatever document it is;
// what it means is up to the source.
func TestInPlaceOfADocument(t *testing.T) {
	hosts := map[string]string{"autoconfig": "autoconfig.example.com", "pacc": "ua-auto-config.example.com", "ispdb": "v1.ispdb.net"}
	test := func(name string, serve func(lab.Cert) lab.Behaviour, reason string, findings ...string) {
		t.Run(name, func(t *testing.T) {
			s := lab.Scenario{Address: "alice@example.com", Hosts: map[string]lab.Host{}, Zone: `$ORIGIN example.com.
@ MX 10 mx
mx A 192.0.2.25
_ua-auto-config TXT "v=UAAC1; a=sha256; d=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
autoconfig A 192.0.2.80
ua-auto-config A 192.0.2.81
v1.ispdb.net. A 192.0.2.82
`}
			for _, host := range hosts {
				s.Hosts[host] = lab.Host{}
				if serve != nil {
					s.Hosts[host][443] = serve(lab.Cert{Names: []string{host}})
				}
			}
			r := discover(t, s, Options{NoGuess: true})
			for i, source := range []string{"autoconfig", "pacc", "ispdb"} {
				got := r.source(t, source)
				want := findings[i] + ": " + strings.ReplaceAll(reason, "HOST", hosts[source])
				if source == "ispdb" && findings[i] == "" {
					want = ": " + notListed.String()
				}
				var found []string
				for _, step := range got.Steps {
					for _, f := range step.Findings {
						found = append(found, f.Check.ID)
					}
				}
				if text := fmt.Sprintf("%s: %s", strings.Join(found, " "), got.Reason.String()); text != want {
					t.Errorf("%s: got  %s\nwant %s", source, text, want)
				}
				if absent := findings[i] == ""; absent != (got.State == mailcheck.Absent) {
					t.Errorf("%s: state %s", source, got.State)
				}
			}
		})
	}
	answers := func(r lab.Reply) func(lab.Cert) lab.Behaviour {
		return func(c lab.Cert) lab.Behaviour { return lab.TLS(c, lab.HTTP(map[string]lab.Reply{"*": r})) }
	}
	const status, none, ispdb = "autoconfig.http-status", "pacc.no-document", "ispdb.unreachable"
	test("404", answers(lab.Status(404)), "HOST has no such document", "", none, "")
	test("410", answers(lab.Status(410)), "HOST has no such document", "", none, "")
	test("204", answers(lab.Answer(204, http.Header{})), "HOST has no such document", "", none, "")
	test("401", answers(lab.Unauthorized("Basic")), "HOST answers with HTTP status 401", status, none, ispdb)
	test("403", answers(lab.Status(403)), "HOST answers with HTTP status 403", status, none, ispdb)
	test("503", answers(lab.Status(503)), "HOST answers with HTTP status 503", status, none, ispdb)
	test("page", answers(lab.HTML("<!DOCTYPE html><p>Welcome")), "HOST answers with a web page", "autoconfig.html-instead-of-xml", "pacc.html-instead-of-json", ispdb)
	test("loop", answers(lab.Redirect("/")), "HOST: the web server redirects in a circle or too often", "http.too-many-redirects", "http.too-many-redirects", ispdb)
	test("http", answers(lab.Redirect("http://www.example.com/")), "HOST: the web server redirects from https to http, where anybody on the way can change the answer", "http.to-unencrypted", "http.to-unencrypted", ispdb)
	test("inside", answers(lab.Redirect("https://127.0.0.1/")), "HOST: the web server redirects to a place that must not be followed", "http.redirect-refused", "http.redirect-refused", ispdb)
	test("too big", answers(lab.EndlessBody), "HOST: the answer of the web server is larger than a settings file can be (1 MiB); reading stopped there", "http.too-large", "http.too-large", ispdb)
	test("refused", nil, "HOST has no web server", "autoconfig.unreachable", "autoconfig.unreachable", ispdb)
	test("silent", func(lab.Cert) lab.Behaviour { return lab.Silent }, "HOST: no answer within 10 s", "autoconfig.unreachable", "autoconfig.unreachable", ispdb)
	test("expired", func(c lab.Cert) lab.Behaviour {
		c.NotAfter = -1
		return lab.TLS(c, lab.HTTP(nil))
	}, "HOST: HOST expired on 1999-12-31 23:59 UTC, 1 s ago", "autoconfig.certificate", "autoconfig.certificate", ispdb)
}

// Where the settings are found over https, a port 80 behind which nothing answers holds
// nobody up for long; where they are not, it is waited for.
func TestSilentPort80(t *testing.T) {
	for _, c := range []struct {
		https lab.Reply
		took  time.Duration
	}{
		{lab.XML(sample.File(sample.Incoming(), sample.Outgoing())), asidePatience},
		{lab.Status(404), 10 * time.Second},
	} {
		s := lab.Scenario{Address: "alice@example.com", Zone: unpublished + "autoconfig A 192.0.2.80\n", Hosts: map[string]lab.Host{
			"192.0.2.80": {80: lab.Silent, 443: lab.TLS(lab.Cert{Names: []string{"autoconfig.example.com"}}, lab.HTTP(map[string]lab.Reply{configPath: c.https}))},
		}}
		if r := discover(t, s, Options{NoGuess: true}); r.took != c.took {
			t.Errorf("it took %v, want %v", r.took, c.took)
		}
	}
}

// The evidence names the server that answered, and what a redirect lost.
func TestAnswered(t *testing.T) {
	for _, c := range []struct {
		hops []string
		want string
	}{
		{[]string{"https://a.example/x?emailaddress=b"}, "https://a.example/x?emailaddress=b"},
		{[]string{"https://a.example/x?emailaddress=b", "https://c.example/x?emailaddress=b"}, "https://c.example/x?emailaddress=b (to which https://a.example/x?emailaddress=b redirects)"},
		{[]string{"https://a.example/x?emailaddress=b", "https://c.example/x"}, "https://c.example/x (to which https://a.example/x?emailaddress=b redirects, without its emailaddress=)"},
	} {
		doc := &netx.Document{URL: c.hops[len(c.hops)-1], Hops: c.hops}
		if got := answered(doc).String(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
