package probes

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lab"
)

func check(t *testing.T, scenario string) *mailcheck.Report {
	t.Helper()
	s, ok := lab.Find(scenario)
	if !ok {
		t.Fatalf("no scenario %q", scenario)
	}
	var r *mailcheck.Report
	synctest.Test(t, func(t *testing.T) { r = runScenario(t, s, Options{}) })
	return r
}

// Mail works without calendars, address books, JMAP and filter scripts, so what
// is wrong with them is a warning at most, and the report's verdict with it.
func TestServicesNeverFailTheAccount(t *testing.T) {
	for _, s := range lab.Scenarios() {
		for _, prefix := range []string{"dav-", "jmap-", "sieve-", "services", "website-", "pacc-"} {
			if !strings.HasPrefix(s.Name, prefix) {
				continue
			}
			t.Run(s.Name, func(t *testing.T) {
				r := check(t, s.Name)
				if r.Verdict == mailcheck.Fail {
					t.Errorf("the account fails")
				}
				for _, f := range r.Findings {
					if f.Severity > checks.Warning {
						t.Errorf("%s is a %s", f.Check.ID, f.Severity)
					}
				}
			})
		}
	}
}

// Tested by itself, a server that does not work is a failure.
func TestServiceAloneFails(t *testing.T) {
	s, _ := lab.Find("sieve-refused")
	synctest.Test(t, func(t *testing.T) {
		l := lab.New(s)
		defer l.Close()
		c := inside(l)
		defer c.Close()
		sieve := mailcheck.Server{Protocol: mailcheck.Sieve, Host: "sieve.example.com", Port: 4190, Security: mailcheck.StartTLS}
		r, err := c.Servers(t.Context(), []mailcheck.Server{sieve}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.Verdict != mailcheck.Fail {
			t.Errorf("verdict %s", r.Verdict)
		}
	})
}

func TestServicesFound(t *testing.T) {
	for scenario, want := range map[string][]string{
		"services": {
			"caldav caldav://dav.example.com/dav/ [pacc dav] BASIC DIGEST: 1 2 3 calendar-access addressbook",
			"carddav carddav://dav.example.com/.well-known/carddav [dav] BASIC DIGEST: 1 2 3 calendar-access addressbook",
			"jmap jmap://jmap.example.com/session [pacc] BEARER BASIC: ",
			"jmap jmap://jmap.example.com/.well-known/jmap [jmap] BEARER BASIC: ",
			"sieve sieve://sieve.example.com:4190 [pacc sieve] PLAIN LOGIN: IMPLEMENTATION Dovecot Pigeonhole SIEVE fileinto reject envelope vacation NOTIFY mailto SASL PLAIN LOGIN VERSION 1.0",
		},
		"services-well-known": {
			"caldav caldav://dav.example.com/dav/ [dav] : 1 2 3 calendar-access addressbook",
			"carddav carddav://dav.example.com/dav/ [dav] : 1 2 3 calendar-access addressbook",
			"jmap jmap://jmap.example.com/session [jmap] BEARER BASIC: ",
		},
		"dav-plain":      nil, // never asked in clear
		"website-only":   nil,
		"website-locked": nil,
	} {
		t.Run(scenario, func(t *testing.T) {
			r := check(t, scenario)
			var got []string
			for _, setting := range r.Settings {
				for _, s := range r.Servers {
					if s.Key() == setting.Key() && !s.Protocol.Reads() && !s.Protocol.Sends() {
						got = append(got, strings.Join([]string{string(s.Protocol), s.URL(), "[" + strings.Join(s.Sources, " ") + "]",
							strings.Join(s.Mechanisms.AfterTLS, " ") + ":", strings.Join(s.Capabilities.AfterTLS, " ")}, " "))
					}
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("services differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSchemes(t *testing.T) {
	for _, c := range []struct {
		headers []string
		want    string
	}{
		{nil, ""},
		{[]string{`Basic realm="a, b \" Digest c"`}, "BASIC"},
		{[]string{`Digest realm="x", nonce="y", qop=auth, Basic realm="z"`, "NTLM", "Negotiate"}, "DIGEST BASIC NTLM NEGOTIATE"},
		{[]string{`Bearer authz="a" , error = "b"`, "basic", "BASIC"}, "BEARER BASIC"},
		{[]string{"\x1b[2J realm=\"x\""}, ""}, // no name of a scheme
		{[]string{`,,Basic "unclosed`}, "BASIC"},
	} {
		if got := strings.Join(schemes(http.Header{"Www-Authenticate": c.headers}), " "); got != c.want {
			t.Errorf("%q: %q, want %q", c.headers, got, c.want)
		}
	}
}

func TestRedirectTarget(t *testing.T) {
	const from = "https://dav.example.com:8443/.well-known/caldav"
	for location, want := range map[string]string{
		"/dav/":                             "https://dav.example.com:8443/dav/",
		"dav?x=1#f":                         "https://dav.example.com:8443/.well-known/dav?x=1",
		"https://dav.example.com:8443/a/":   "https://dav.example.com:8443/a/",
		"https://Cloud.Example.net:443/":    "https://cloud.example.net/",
		"//cloud.example.net/x":             "https://cloud.example.net/x",
		"http://dav.example.com/":           "",
		"https://cloud.example.net:8443/":   "",
		"https://192.0.2.1/":                "",
		"https://[2001:db8::1]/":            "",
		"https://localhost/":                "",
		"https://user@cloud.example.net/":   "",
		"https://cloud.example.net/\u202ex": "",
		"ftp://cloud.example.net/":          "",
		"https://a b/":                      "",
	} {
		got := ""
		if to, err := redirectTarget(from, location); err == nil {
			got = to.String()
		}
		if got != want {
			t.Errorf("%q: %q, want %q", location, got, want)
		}
	}
}

func TestParseSieveLine(t *testing.T) {
	for _, c := range []struct {
		line    string
		words   string // joined with |
		literal int
		bad     bool
	}{
		{`"SASL" "PLAIN LOGIN"`, "SASL|PLAIN LOGIN", -1, false},
		{`"A\"B\\" "C"`, `A"B\|C`, -1, false},
		{`OK (TAG "x") "done"`, `OK|(TAG "x")|done`, -1, false},
		{`"IMPLEMENTATION" {12+}`, "IMPLEMENTATION", 12, false},
		{`NO {3}`, "NO", 3, false},
		{`"open`, "", -1, true},
		{`OK (open`, "", -1, true},
		{`"X" {-1}`, "", -1, true},
		{`"X" {9999999999999}`, "", -1, true},
		{`"X" {1} more`, "", -1, true},
		{``, "", -1, false},
	} {
		words, literal, err := parseSieveLine(c.line)
		var texts []string
		for _, w := range words {
			texts = append(texts, w.text)
		}
		if got := strings.Join(texts, "|"); got != c.words || literal != c.literal || (err != nil) != c.bad {
			t.Errorf("%q: %q, %d, %v", c.line, got, literal, err)
		}
	}
}

func FuzzSieveLine(f *testing.F) {
	f.Add(`"SASL" "PLAIN LOGIN"`)
	f.Add(`NO (TRYLATER) {12+}`)
	f.Add(`BYE (REFERRAL "sieve://x") "a\"b"`)
	f.Fuzz(func(t *testing.T, line string) {
		words, literal, err := parseSieveLine(line)
		if literal < -1 || err != nil && (literal != -1 || words != nil) {
			t.Errorf("%q: %v, %d, %v", line, words, literal, err)
		}
	})
}

func FuzzSchemes(f *testing.F) {
	f.Add(`Digest realm="x", nonce="y\"", Basic realm="z"`)
	f.Fuzz(func(t *testing.T, header string) {
		for _, name := range schemes(http.Header{"Www-Authenticate": {header}}) {
			if name == "" || !mailcheck.Printable(name) {
				t.Errorf("%q: %q", header, name)
			}
		}
	})
}
