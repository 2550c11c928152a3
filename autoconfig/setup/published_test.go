package setup

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/autoconfig/lint"
	"mailcheck/checks"
	"mailcheck/internal/lab"
	"mailcheck/internal/netx"
	"mailcheck/internal/sample"
)

// Whoever publishes the records and the document has a domain in which discovery finds the
// same servers, and nothing to complain of.
func TestDiscoveryFindsWhatIsPublished(t *testing.T) {
	r := account(
		result("imaps://imap.example.com:993", mailcheck.Pass, "PLAIN"), result("imap://imap.example.com:143", mailcheck.Pass, "PLAIN"),
		result("pop3s://pop.example.com:995", mailcheck.Pass, "PLAIN"),
		result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN"), result("submission://smtp.example.com:587", mailcheck.Pass, "PLAIN"),
		around(mailcheck.CalDAV, "caldav://dav.example.com/dav/"), around(mailcheck.Sieve, "sieve://imap.example.com:4190"),
	)
	const host, path = "ua-auto-config.example.com", "/.well-known/user-agent-configuration.json"
	records, err := zone.Make(r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	document, err := pacc.Make(r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := lab.Scenario{
		Name: "published", Address: sample.Alice.String(),
		Zone: "$ORIGIN example.com.\n@ MX 10 smtp\nimap A 192.0.2.10\npop A 192.0.2.11\ndav A 192.0.2.12\nsmtp A 192.0.2.25\nua-auto-config A 192.0.2.82\n" +
			string(records.Files[0].Body()) + string(document.Files[0].Body()),
		Hosts: map[string]lab.Host{
			host: {443: lab.TLS(lab.Cert{Names: []string{host}}, lab.HTTP(map[string]lab.Reply{path: lab.JSON(string(document.Files[1].Body()))}))},
		},
	}
	want := map[string][]string{
		"srv":   {"imaps://imap.example.com:993", "imap://imap.example.com:143", "pop3s://pop.example.com:995", "submissions://smtp.example.com:465", "submission://smtp.example.com:587"},
		"dav":   {"caldav://dav.example.com/dav/"},
		"sieve": {"sieve://imap.example.com:4190"},
		"pacc":  {"imaps://imap.example.com:993", "pop3s://pop.example.com:995", "submissions://smtp.example.com:465", "caldav://dav.example.com/dav/", "sieve://imap.example.com:4190"},
	}
	synctest.Test(t, func(t *testing.T) {
		l := lab.New(s)
		defer l.Close()
		n, err := netx.New(l.Options())
		if err != nil {
			t.Fatal(err)
		}
		defer n.Close()
		found := autoconfig.Discover(t.Context(), n.Run(), sample.Alice, autoconfig.Options{}, time.Now(), func(mailcheck.Server) {})
		for _, source := range found.Sources {
			urls, ok := want[source.Name]
			if !ok {
				continue
			}
			delete(want, source.Name)
			var got []string
			for _, s := range source.Servers {
				got = append(got, s.URL())
			}
			slices.Sort(got)
			slices.Sort(urls)
			if diff := cmp.Diff(urls, got); diff != "" {
				t.Errorf("%s: -want +got:\n%s", source.Name, diff)
			}
			for _, f := range source.Findings() {
				if f.Severity > checks.Info { // that there is no POP3 with STARTTLS is one of those
					t.Errorf("%s: %s: %s", source.Name, f.Check.ID, f.Detail)
				}
			}
		}
		if len(want) > 0 {
			t.Errorf("nobody asked for %v", want)
		}
	})
}

// ofTheAccount are what lint says of servers as they are, and of programs that do not suit
// them; no other way of writing would help.
var ofTheAccount = []*checks.Check{checks.PublishClientRefuses, checks.PublishPortSecurity, checks.SRVPortOdd}

// What is published or sent to people is judged by lint without a complaint, whatever the
// account is.
func TestLintTakesWhatIsWritten(t *testing.T) {
	cases := append(contractCases(), contractCase{name: "everything around", report: aroundAndKeys()})
	linted := map[string]string{ // by format, the ending of the files that lint reads
		"thunderbird": ".xml", "apple": ".mobileconfig", "outlook": ".xml", "android": ".json", "k9": ".k9s", "dns": ".zone", "pacc": "",
	}
	for _, f := range Formats {
		ending, ok := linted[f.Name]
		if !ok {
			continue
		}
		for _, c := range cases {
			for _, o := range []Options{{Name: c.person, TLSA: true}, {Name: c.person, Changes: f.Zone}} {
				made, err := f.Make(c.report, o)
				if err != nil {
					continue // for TestContract to judge
				}
				for _, file := range made.Files {
					if !strings.HasSuffix(file.Name, ending) {
						continue
					}
					l := lint.Judge(lint.File{Name: file.Name, Body: file.Body()})
					if l.Kind == "" {
						t.Errorf("%s, %s: of %s lint says %v", f.Name, c.name, file.Name, l.Findings)
					}
					for _, finding := range l.Findings {
						strange := strings.Contains(c.name, `"`) // a name that deserves to be spoken of
						broken := slices.Contains([]*checks.Check{checks.LintMalformed, checks.LintMissing, checks.LintUnknownName, checks.LintInsecure}, finding.Check)
						if finding.Severity > checks.Info && !slices.Contains(ofTheAccount, finding.Check) && (broken || !strange) {
							t.Errorf("%s, %s: %s:%d: %s: %s", f.Name, c.name, file.Name, finding.Line, finding.Check.ID, finding.Detail)
						}
					}
				}
			}
		}
	}
}
