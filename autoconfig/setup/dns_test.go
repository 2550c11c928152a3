package setup

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/autoconfig/setup/sheet"
)

// records reads a zone as name servers do, without an origin or a time to live that lines
// could lean on.
func records(text string) (all []dns.RR, err error) {
	parser := dns.NewZoneParser(strings.NewReader(text), "", "")
	for rr, ok := parser.Next(); ok; rr, ok = parser.Next() {
		all = append(all, rr)
	}
	return all, parser.Err()
}

// readZone reads the servers as a program does that looks up all services: for each
// protocol in the order of priority.
func readZone(made Setup, a mailcheck.Address) (told, error) {
	all, err := records(string(made.Files[0].Body()))
	if err != nil {
		return told{}, err
	}
	type ranked struct {
		mailcheck.Server
		priority uint16
	}
	var found []ranked
	count := map[string]int{}
	services := slices.Concat(document.Services, document.ExtraServices)
	for _, rr := range all {
		i := slices.IndexFunc(services, func(s document.Service) bool { return s.Name(a.Domain)+"." == rr.Header().Name })
		if txt, ok := rr.(*dns.TXT); ok && i >= 0 && len(found) > 0 {
			path, ok := strings.CutPrefix(strings.Join(txt.Txt, ""), "path=")
			if last := &found[len(found)-1]; ok && last.Protocol == services[i].Protocol {
				last.Path = path
				continue
			}
		}
		srv, ok := rr.(*dns.SRV)
		if !ok || i < 0 || srv.Hdr.Class != dns.ClassINET || srv.Hdr.Ttl == 0 {
			return told{}, fmt.Errorf("the record %v", rr)
		}
		count[srv.Hdr.Name]++
		if srv.Target == "." { // which stands alone (RFC 2782)
			count[srv.Hdr.Name] += 100
			continue
		}
		s := mailcheck.Server{Protocol: services[i].Protocol, Host: strings.TrimSuffix(srv.Target, "."), Port: srv.Port, Security: services[i].Security}
		if s.Protocol.OverHTTPS() {
			s.Path = wellKnown(s.Protocol)
		}
		s.Auth = []string{string(Password), string(Challenge), string(OAuth2)}
		found = append(found, ranked{s, srv.Priority})
	}
	for name, n := range count {
		if n > 101 {
			return told{}, fmt.Errorf("%s is there, and is not there", name)
		}
	}
	slices.SortStableFunc(found, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(slices.Index(mailcheck.Protocols, a.Protocol), slices.Index(mailcheck.Protocols, b.Protocol)), cmp.Compare(a.priority, b.priority))
	})
	var t told
	for _, s := range found {
		t.servers = append(t.servers, s.Server)
	}
	return t, nil
}

// srv returns the SRV records of a zone, as "_imaps 0 993 imap.example.com.".
func srv(t *testing.T, made Setup) []string {
	t.Helper()
	all, err := records(string(made.Files[0].Body()))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, rr := range all {
		if r, ok := rr.(*dns.SRV); ok {
			label, _, _ := strings.Cut(r.Hdr.Name, ".")
			lines = append(lines, fmt.Sprintf("%s %d %d %s", label, r.Priority, r.Port, r.Target))
		}
	}
	return lines
}

// A service that there is none of gets a dot. Of one that there is, but that did not pass
// or is left out, nothing is said: a dot would turn away those who use it.
func TestZoneOfWhatIsAbsent(t *testing.T) {
	imap, smtp := result("imaps://imap.example.com:993", mailcheck.Pass, "PLAIN"), result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN")
	failed, plain := result("pop3s://pop.example.com:995", mailcheck.Fail, "PLAIN"), result("submission+plain://smtp.example.com:587", mailcheck.Pass, "PLAIN")
	pop := result("pop3://pop.example.com:110", mailcheck.Pass, "PLAIN")
	forged := result("imap://imap.example.com:143", mailcheck.Pass, "PLAIN")
	forged.Vouch = mailcheck.NotVouched
	guessed, silent := result("pop3s://pop.example.com:995", mailcheck.Fail, "PLAIN"), result("pop3://pop.example.com:110", mailcheck.Fail)
	guessed.Kind, silent.Kind, silent.TLS = mailcheck.Guessed, mailcheck.Guessed, nil
	unpublished := account(imap, smtp)
	unpublished.Servers = append(unpublished.Servers, guessed, silent) // settings have no guess that failed
	alone := result("imaps://192.0.2.1:993", mailcheck.Pass, "PLAIN")
	for _, test := range []struct {
		name    string
		report  *mailcheck.Report
		options Options
		want    []string
		notes   []string
	}{
		{"absent", account(imap, smtp), Options{},
			[]string{"_imaps 0 993 imap.example.com.", "_imap 0 0 .", "_pop3s 0 0 .", "_pop3 0 0 .", "_submissions 0 465 smtp.example.com.", "_submission 0 0 ."},
			[]string{"said not to exist: _imap, _pop3s, _pop3, _submission; take out the line of one that the domain has"}},
		{"failed and in clear", account(imap, failed, smtp, plain), Options{},
			[]string{"_imaps 0 993 imap.example.com.", "_imap 0 0 .", "_pop3 0 0 .", "_submissions 0 465 smtp.example.com."},
			[]string{"nothing is said of _pop3s, _submission: "}},
		{"guessed, with a bad certificate", unpublished, Options{},
			[]string{"_imaps 0 993 imap.example.com.", "_imap 0 0 .", "_pop3 0 0 .", "_submissions 0 465 smtp.example.com.", "_submission 0 0 ."},
			[]string{"nothing is said of _pop3s: "}},
		{"not vouched", account(imap, forged, smtp), Options{},
			[]string{"_imaps 0 993 imap.example.com.", "_pop3s 0 0 .", "_pop3 0 0 .", "_submissions 0 465 smtp.example.com.", "_submission 0 0 ."},
			[]string{"nothing is said of _imap: "}},
		{"POP3 wanted", account(imap, pop, smtp), Options{POP3: true},
			[]string{"_imap 0 0 .", "_pop3s 0 0 .", "_pop3 0 110 pop.example.com.", "_submissions 0 465 smtp.example.com.", "_submission 0 0 ."},
			[]string{"nothing is said of _imaps: "}},
		{"both", account(imap, pop, smtp), Options{},
			[]string{"_imaps 0 993 imap.example.com.", "_imap 0 0 .", "_pop3s 0 0 .", "_pop3 10 110 pop.example.com.", "_submissions 0 465 smtp.example.com.", "_submission 0 0 ."}, nil},
		{"without a name", account(alone, pop, smtp), Options{},
			[]string{"_imap 0 0 .", "_pop3s 0 0 .", "_pop3 0 110 pop.example.com.", "_submissions 0 465 smtp.example.com.", "_submission 0 0 ."},
			[]string{"left out: imaps://192.0.2.1:993: a record leads to a name, and the server has none"}},
	} {
		made, err := zone.Make(test.report, test.options)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := srv(t, made); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
		for _, note := range test.notes {
			notes(t, zone, made, note, true)
		}
	}
}

// suggestion is a record behind a semicolon, which a person may take away.
var suggestion = regexp.MustCompile(`(?m)^;(\S)`)

// Once the semicolons are taken away, what is suggested is as good as the rest.
func TestZoneSuggestions(t *testing.T) {
	made, err := zone.Make(bare(smallProvider()), Options{})
	if err != nil {
		t.Fatal(err)
	}
	all, err := records(suggestion.ReplaceAllString(string(made.Files[0].Body()), "$1"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, rr := range all {
		if rr.Header().Rrtype != dns.TypeSRV {
			got = append(got, strings.Join(strings.Fields(rr.String()), " "))
		}
	}
	want := []string{
		"autoconfig.example.com. 3600 IN CNAME WEBSERVER.",
		"autodiscover.example.com. 3600 IN CNAME WEBSERVER.",
		`_ua-auto-config.example.com. 3600 IN TXT "v=UAAC1; a=sha256; d=1T86cR/nE+do9b4+TWwkP5MC8YId1X6dmyFPAxXvSyU="`,
		"ua-auto-config.example.com. 3600 IN CNAME WEBSERVER.",
		`_mta-sts.example.com. 3600 IN TXT "v=STSv1; id=1"`,
		`_smtp._tls.example.com. 3600 IN TXT "v=TLSRPTv1; rua=mailto:tls-reports@example.com"`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// User names have no place in records, and that is said.
func TestZoneUserNames(t *testing.T) {
	made, err := zone.Make(smallProvider(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	notes(t, zone, made, "left out: the user name at submission://smtp.example.com:587, which is %EMAILLOCALPART%; ", true)
	notes(t, zone, made, "left out: the user name at imaps://", false)
}

// A domain that leaves no room for the names below it, or is none, gets no file.
func TestZoneOfNoDomain(t *testing.T) {
	long := strings.Repeat(strings.Repeat("a", 59)+".", 4) + "example"
	for _, domain := range []string{long, "a..b", "exa mple.com", "a;b.com", "a\"b", "a\\b", "$ORIGIN", "@", "*.example.com", "(", strings.Repeat("a", 64) + ".com"} {
		made, err := zone.Make(at(bothSides("imap.example.com", ""), "alice", domain), Options{})
		if _, ok := errors.AsType[*sheet.ValueError](err); !ok || len(made.Files) > 0 {
			t.Errorf("%s: %v\n%s", domain, err, shown(made))
		}
	}
}
