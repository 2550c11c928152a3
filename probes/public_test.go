package probes

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"mailcheck"
	"mailcheck/internal/lab"
	"mailcheck/report"
)

// tempting is a domain that leads a service to where it must not go: by records, by aliases, by
// addresses with another one inside, by redirects, and by what its documents name.
var tempting = lab.Scenario{
	Name: "tempting", Address: "alice@example.com",
	Zone: `$ORIGIN example.com.
@                  MX  10 loop
@                  A   192.0.2.81
_imaps._tcp        SRV 0 1 993 loop
_imaps._tcp        SRV 0 2 993 localhost.
_imap._tcp         SRV 0 1 22 good
_pop3s._tcp        SRV 0 1 995 mapped
_submissions._tcp  SRV 0 1 465 nat64
_submission._tcp   SRV 0 1 587 alias
_caldavs._tcp      SRV 0 1 443 meta
_jmap._tcp         SRV 0 1 443 ula
_autodiscover._tcp SRV 0 1 443 meta
loop               A     127.0.0.1
loop               AAAA  ::1
mapped             AAAA  ::ffff:10.1.2.3
nat64              AAAA  64:ff9b::a01:203
ula                AAAA  fd00:ec2::254
meta               A     169.254.169.254
alias              CNAME meta
autodiscover       A     10.1.2.3
good               A     192.0.2.10
autoconfig         A     192.0.2.80
`,
	Hosts: map[string]lab.Host{
		"192.0.2.80": {443: lab.TLS(lab.Cert{Names: []string{"autoconfig.example.com"}}, lab.HTTP(map[string]lab.Reply{
			"/mail/config-v1.1.xml": lab.XML(`<clientConfig version="1.1"><emailProvider id="example.com"><domain>example.com</domain>
<incomingServer type="imap"><hostname>10.1.2.3</hostname><port>993</port><socketType>SSL</socketType><username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></incomingServer>
<incomingServer type="pop3"><hostname>meta.example.com</hostname><port>995</port><socketType>SSL</socketType><username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></incomingServer>
<outgoingServer type="smtp"><hostname>good.example.com</hostname><port>6379</port><socketType>STARTTLS</socketType><username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></outgoingServer>
</emailProvider></clientConfig>`),
		}))},
		"192.0.2.81": {443: lab.TLS(lab.Cert{Names: []string{"example.com"}}, lab.HTTP(map[string]lab.Reply{
			"/.well-known/autoconfig/mail/config-v1.1.xml": lab.Redirect("https://meta.example.com/latest/"),
			"/autodiscover/autodiscover.xml":               lab.Redirect("https://meta.example.com/latest/"),
		}))},
	},
}

// A service dials what is public, and nothing else, wherever a domain leads it; and it shows
// nobody what the names inside its network mean.
func TestPublicOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := lab.New(tempting)
		defer l.Close()
		c := inside(l)
		c.PublicOnly = true
		defer c.Close()
		a, err := mailcheck.ParseAddress(tempting.Address)
		if err != nil {
			t.Fatal(err)
		}
		for _, run := range []func() (*mailcheck.Report, error){
			func() (*mailcheck.Report, error) {
				return c.Account(t.Context(), a, &Options{TLSAudit: true, Credentials: Credentials{Password: "swordfish"}})
			},
			func() (*mailcheck.Report, error) { return c.Clients(t.Context(), a, nil) },
		} {
			r, err := run()
			if err != nil {
				t.Fatal(err)
			}
			if text := string(written(t, "json", r, report.Options{})); strings.Count(text, "net.not-allowed") < 5 {
				t.Errorf("it is told only %d times", strings.Count(text, "net.not-allowed"))
			} else if strings.Contains(text, "169.254.169.254") || strings.Contains(text, "fd00:ec2") || strings.Contains(text, "127.0.0.1") {
				t.Error("an address that is not public is shown")
			}
		}
		for _, dial := range l.Dials() {
			network, to, _ := strings.Cut(dial, " ")
			at, err := netip.ParseAddrPort(to)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(lab.Nets(), func(p netip.Prefix) bool { return p.Contains(at.Addr()) }) || network == "tcp" && (at.Port() == 22 || at.Port() == 6379) {
				t.Errorf("dialled %s", dial)
			}
		}
	})
}
