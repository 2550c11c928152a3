package setup

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/autoconfig/lint"
)

// readPACC reads the document as discovery does, once its digest is right and mailcheck's own
// judgement has nothing against it.
func readPACC(made Setup, a mailcheck.Address) (told, error) {
	body := made.Files[1].Body()
	all, err := records(string(made.Files[0].Body()))
	if err != nil {
		return told{}, err
	}
	if len(all) != 1 {
		return told{}, fmt.Errorf("%d records", len(all))
	}
	sum := sha256.Sum256(body)
	want := fmt.Sprintf("v=UAAC1; a=sha256; d=%s", base64.StdEncoding.EncodeToString(sum[:]))
	txt, ok := all[0].(*dns.TXT)
	if !ok || txt.Hdr.Name != "_ua-auto-config."+a.Domain+"." || strings.Join(txt.Txt, "") != want {
		return told{}, fmt.Errorf("the record %v", all[0])
	}
	for _, f := range lint.Judge(lint.File{Name: "user-agent-configuration.json", Body: body, ContentType: "application/json"}).Findings {
		return told{}, fmt.Errorf("lint: %s: %s", f.Check.ID, f.Detail)
	}
	p, err := document.ParsePACC(body)
	if err != nil {
		return told{}, err
	}
	servers, problems := p.Servers(a)
	slices.SortStableFunc(servers, func(a, b mailcheck.Server) int {
		return slices.Index(mailcheck.Protocols, a.Protocol) - slices.Index(mailcheck.Protocols, b.Protocol)
	})
	if len(problems) > 0 || p.Draft != "-02 and -03" {
		return told{}, fmt.Errorf("draft %q, problems %+v", p.Draft, problems)
	}
	return told{servers: servers}, nil
}

// authentication returns what the document says of logging in, in the words of Mail
// Autoconfig, and the issuer.
func authentication(t *testing.T, made Setup) (ways []string, issuer string) {
	t.Helper()
	p, err := document.ParsePACC(made.Files[1].Body())
	if err != nil {
		t.Fatal(err)
	}
	servers, _ := p.Servers(mailcheck.Address{Local: "alice", Domain: "example.com"})
	issuer, _ = p.Root.Get("authentication").Get("oauth-public").Get("issuer").Text()
	return servers[0].Auth, issuer
}

// OAuth2 is told by its issuer. One that can be forged, or that is no issuer, is never
// written; then there is the password, or no file.
func TestPACCIssuer(t *testing.T) {
	const good = "https://auth.example.com/"
	both := []string{"PLAIN", "XOAUTH2"}
	for _, test := range []struct {
		mechanisms []string
		issuer     string
		vouched    bool
		want       []string
	}{
		{both, good, true, []string{"OAuth2", "password-cleartext"}},
		{both, good, false, []string{"password-cleartext"}},
		{both, "", true, []string{"password-cleartext"}},
		{[]string{"PLAIN"}, good, true, []string{"password-cleartext"}},
		{[]string{"XOAUTH2"}, good, true, []string{"OAuth2"}},
		{[]string{"XOAUTH2"}, good, false, nil},
		{[]string{"XOAUTH2"}, "http://auth.example.com/", true, nil},
		{[]string{"XOAUTH2"}, "https://auth.example.com/?a=b", true, nil},
		{[]string{"XOAUTH2"}, "https://auth.example.com/\n", true, nil},
		{[]string{"XOAUTH2"}, "https://auth.example.com/\u202e", true, nil},
		{[]string{"XOAUTH2"}, "auth.example.com", true, nil},
	} {
		r := account(result("imaps://imap.example.com:993", mailcheck.Pass, test.mechanisms...), result("submissions://smtp.example.com:465", mailcheck.Pass, test.mechanisms...))
		r.Sources = []mailcheck.SourceResult{{OAuth: []mailcheck.OAuth{{Issuer: test.issuer, Vouched: test.vouched}}}}
		made, err := pacc.Make(r, Options{Unverified: true})
		if test.want == nil {
			if _, ok := errors.AsType[*UnusableError](err); !ok || len(made.Files) > 0 {
				t.Errorf("%+v: %v\n%s", test, err, shown(made))
			}
			continue
		}
		if err != nil {
			t.Errorf("%+v: %v", test, err)
			continue
		}
		ways, issuer := authentication(t, made)
		if named := slices.Contains(test.want, "OAuth2"); !slices.Equal(ways, test.want) || named != (issuer == good) || !named && issuer != "" {
			t.Errorf("%+v: %q at %q", test, ways, issuer)
		}
		if _, err := readPACC(made, r.Address); err != nil {
			t.Errorf("%+v: %v", test, err)
		}
	}
}

// The document has one server for each protocol, the best.
func TestPACCHasOneOfAKind(t *testing.T) {
	made, err := pacc.Make(account(
		result("imaps://imap.example.com:993", mailcheck.Pass, "PLAIN"), result("imaps://imap2.example.com:993", mailcheck.Pass, "PLAIN"),
		result("pop3s://pop.example.com:995", mailcheck.Pass, "PLAIN"), result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN"),
	), Options{})
	if err != nil {
		t.Fatal(err)
	}
	read, err := readPACC(made, mailcheck.Address{Local: "alice", Domain: "example.com"})
	var hosts []string
	for _, s := range read.servers {
		hosts = append(hosts, s.Host)
	}
	if want := []string{"imap.example.com", "pop.example.com", "smtp.example.com"}; err != nil || !slices.Equal(hosts, want) {
		t.Errorf("%q, %v, want %q", hosts, err, want)
	}
}

// What the document cannot say is told, with the reason.
func TestPACCLeavesOut(t *testing.T) {
	made, err := pacc.Make(smallProvider(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	notes(t, pacc, made, "left out: imap://imap.example.com:143: a PACC document stands for TLS from the first byte on the usual port", true)
	notes(t, pacc, made, "left out: submission://smtp.example.com:587: a PACC document stands for TLS", true)
	_, err = pacc.Make(bothSides("imap.example.com", "alice"), Options{})
	if e, ok := errors.AsType[*UnusableError](err); !ok || !strings.Contains(e.Reasons[0].String(), "has no user names, so that programs give the address, and not %EMAILLOCALPART%") {
		t.Errorf("of another user name it says %v, %+v", err, e)
	}
}

// The document has no date and no comment, so that its digest stays while nothing changes.
func TestPACCDigestIsStable(t *testing.T) {
	first, err := pacc.Make(smallProvider(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	later := smallProvider()
	later.Started = later.Started.AddDate(1, 0, 0)
	second, err := pacc.Make(later, Options{})
	if err != nil || string(first.Files[1].Body()) != string(second.Files[1].Body()) {
		t.Errorf("a year later it is another: %v\n%s", err, shown(second))
	}
}
