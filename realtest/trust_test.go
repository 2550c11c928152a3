//go:build real

package realtest

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// trust is what is wrong with certificates beside dates and names.
var trust = []scenario{{
	name:     "expires-soon",
	records:  tlsRecords,
	ports:    tlsPorts,
	cert:     expiresSoon,
	servers:  []string{"imap imap:993 tls warn", "submission smtp:465 tls warn"},
	findings: []string{"tls.expires-soon imap:993", "tls.expires-soon smtp:465"},
}, {
	name:     "not-yet-valid",
	records:  tlsRecords,
	ports:    tlsPorts,
	cert:     notYetValid,
	exit:     1,
	servers:  tlsFailed,
	findings: []string{"tls.not-yet-valid imap:993", "tls.not-yet-valid smtp:465"},
}, {
	name:     "cn-only",
	records:  tlsRecords,
	ports:    tlsPorts,
	cert:     cnOnly,
	exit:     1,
	servers:  tlsFailed,
	findings: []string{"tls.cn-only imap:993", "tls.cn-only smtp:465"},
}, {
	name:     "client-only",
	records:  tlsRecords,
	ports:    tlsPorts,
	cert:     clientOnly,
	exit:     1,
	servers:  tlsFailed,
	findings: []string{"tls.wrong-usage imap:993", "tls.wrong-usage smtp:465"},
}, {
	name:     "self-signed",
	records:  tlsRecords,
	ports:    tlsPorts,
	cert:     selfSigned,
	exit:     1,
	servers:  tlsFailed,
	findings: []string{"tls.self-signed imap:993", "tls.self-signed smtp:465"},
}, {
	name:     "private-ca",
	records:  tlsRecords,
	ports:    tlsPorts,
	cert:     privateCA,
	exit:     1,
	servers:  tlsFailed,
	findings: []string{"tls.private-ca imap:993", "tls.private-ca smtp:465"},
}, {
	name:     "weak-key",
	program:  dovecot,
	settings: "ssl_cipher_list = DEFAULT:@SECLEVEL=0\n",
	ports:    []int{993},
	cert:     weakKey,
	servers:  []string{"imap imap:993 tls warn"},
	findings: []string{"tls.weak-key imap:993"},
}, {
	name:     "sha1-signature",
	program:  postfix, // which sets OpenSSL's security level to 0 by itself
	ports:    []int{465},
	cert:     sha1Signature,
	exit:     1,
	servers:  []string{"submission smtp:465 tls fail"},
	findings: []string{"tls.weak-signature smtp:465"},
}, {
	name:     "intermediate-found",
	public:   true, // otherwise the URL in the certificate is not asked
	records:  tlsRecords,
	sites:    []site{{host: "aia", http: true}},
	ports:    tlsPorts,
	cert:     intermediateFound,
	exit:     1,
	servers:  tlsFailed,
	findings: []string{"tls.missing-intermediate imap:993", "tls.missing-intermediate smtp:465"},
}, {
	name:     "intermediate-inner",
	program:  dovecot,
	sites:    []site{{host: "aia", http: true}},
	ports:    []int{993},
	cert:     intermediateInner,
	exit:     1,
	servers:  []string{"imap imap:993 tls fail"},
	findings: []string{"tls.unknown-authority imap:993"},
}}

// stapled are servers that send, or should, what the authority says of their
// certificate.
var stapled = []scenario{{
	name:     "staple-good",
	program:  exim,
	settings: "tls_ocsp_file = DIR/good.ocsp\n",
	ports:    []int{465, 587},
	cert:     mustStaple,
	servers:  []string{"submission smtp:465 tls pass", "submission smtp:587 starttls pass"},
}, {
	name:     "staple-outdated", // with such a file GnuTLS refuses every handshake
	program:  exim,
	settings: "tls_ocsp_file = DIR/stale.ocsp\n",
	ports:    []int{465},
	cert:     mustStaple,
	exit:     1,
	servers:  []string{"submission smtp:465 tls fail"},
	findings: []string{"tls.eof smtp:465"},
}, {
	name:     "staple-revoked", // nginx sends any file that it is given
	records:  tlsRecords + calendarRecord,
	sites:    []site{{host: "dav", cert: mustStaple, directives: stapling("revoked.ocsp")}},
	ports:    tlsPorts,
	servers:  append([]string{"caldav dav:443 tls fail"}, tlsServers...),
	findings: []string{"tls.revoked " + calendar},
}, {
	name:     "staple-stale",
	records:  tlsRecords + calendarRecord,
	sites:    []site{{host: "dav", cert: mustStaple, directives: stapling("stale.ocsp")}},
	ports:    tlsPorts,
	servers:  append([]string{"caldav dav:443 tls fail"}, tlsServers...),
	findings: []string{"tls.ocsp-stale " + calendar, "tls.must-staple-missing " + calendar},
}, {
	name:     "staple-missing",
	records:  tlsRecords,
	ports:    tlsPorts,
	cert:     mustStaple,
	exit:     1,
	servers:  tlsFailed,
	findings: []string{"tls.must-staple-missing imap:993", "tls.must-staple-missing smtp:465"},
}}

// A calendar server, for what nginx can show and no mail server.
const (
	calendarRecord = "_caldavs._tcp SRV 0 1 443 dav\n"
	calendar       = "dav/.well-known/caldav"
)

// stapling has nginx send a file as what the authority says, and ask for a login.
func stapling(file string) string {
	return `ssl_stapling on; ssl_stapling_file ` + file + `; add_header WWW-Authenticate 'Basic realm="calendar"' always; return 401;`
}

var tlsFailed = []string{"imap imap:993 tls fail", "submission smtp:465 tls fail"}

// TestIssuerElsewhere tests that the URL in a certificate cannot send mailcheck
// into this network, and that the user can.
func TestIssuerElsewhere(t *testing.T) {
	t.Parallel()
	s := internet.of("intermediate-inner")
	for _, c := range []struct {
		args   []string
		id     string
		detail string
		asked  bool
	}{
		{nil, "tls.unknown-authority", "could not be fetched from http://aia.intermediate-inner.example/" + issuerPath, false},
		{[]string{"--connect-to", fmt.Sprintf("aia.%s:80:%s:80", s.domain(), s.address)}, "tls.missing-intermediate", "mailcheck intermediate", true},
	} {
		r, exit := mailcheckJSON(t, append(append([]string{"probe"}, s.urls()...), c.args...)...)
		if exit != 1 || len(r.Findings) == 0 || r.Findings[0].ID != c.id || !strings.Contains(r.Findings[0].Detail, c.detail) {
			t.Errorf("with %q: exit code %d, findings %+v", c.args, exit, r.Findings)
		}
		requests := string(must(os.ReadFile(internet.path("requests.log"))))
		if asked := strings.Contains(requests, "http://aia."+s.domain()); asked != c.asked {
			t.Errorf("with %q: asked the web server: %t", c.args, asked)
		}
	}
}

// TestStaple tests that a good staple is seen as such.
func TestStaple(t *testing.T) {
	t.Parallel()
	s, ok := internet.find("staple-good")
	if !ok {
		t.Skip("Exim is not here")
	}
	r, _ := mailcheckJSON(t, append([]string{"probe"}, s.urls()...)...)
	for _, v := range r.Servers {
		if v.TLS == nil || v.TLS.OCSP == nil || v.TLS.OCSP.Status != "good" {
			t.Errorf("%s:%d: TLS is %+v", v.Host, v.Port, v.TLS)
		}
	}
}

// TestTwoMachines probes a name with two addresses, where a renewal has reached
// one of the machines only.
func TestTwoMachines(t *testing.T) {
	t.Parallel()
	r, _ := mailcheckJSON(t, "probe", "imaps://both.healthy.example", "--tls-audit")
	if !slices.ContainsFunc(r.Findings, func(f finding) bool { return f.ID == "tls.ip-differ" }) {
		t.Errorf("findings %+v", r.Findings)
	}
}
