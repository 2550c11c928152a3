//go:build real

package realtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// audited are servers whose TLS differs from what an up-to-date client sees of
// it. Their audits are in TestAudit.
var audited = []scenario{{
	name:     "old-openssl",
	program:  dovecot,
	settings: "ssl_min_protocol = TLSv1\nssl_cipher_list = ALL:eNULL:@SECLEVEL=0\n",
	ports:    []int{993, 143},
	cert:     rsaKey,
	servers:  []string{"imap imap:993 tls pass", "imap imap:143 starttls pass"},
}, {
	name:    "old-gnutls",
	program: exim,
	settings: "smtp_accept_max = 0\n" + // its processes outlive a handshake that is cut short
		"tls_require_ciphers = NORMAL:+VERS-TLS1.1:+VERS-TLS1.0:+3DES-CBC:+ARCFOUR-128:+SHA1:%COMPAT\n",
	ports:   []int{465, 587},
	cert:    rsaKey,
	servers: []string{"submission smtp:465 tls pass", "submission smtp:587 starttls pass"},
}, {
	name:    "postfix-defaults",
	program: postfix,
	ports:   []int{587},
	cert:    rsaKey,
	servers: []string{"submission smtp:587 starttls pass"},
}, {
	name:     "tls12-only",
	program:  postfix,
	settings: postfixTLS("TLSv1.2") + "smtpd_tls_exclude_ciphers = aNULL, kRSA\n",
	ports:    []int{465, 587},
	version:  "TLS 1.2",
	servers:  []string{"submission smtp:465 tls pass", "submission smtp:587 starttls pass"},
}, {
	name:     "tls13-only",
	program:  postfix,
	settings: postfixTLS(">=TLSv1.3"),
	ports:    []int{465, 587},
	servers:  []string{"submission smtp:465 tls pass", "submission smtp:587 starttls pass"},
}, {
	name:     "sni",
	program:  dovecot,
	settings: "local_name imap.sni.example {\n  ssl_cert = <DIR/good.pem\n  ssl_key = <DIR/good.pem\n}\n",
	ports:    []int{993},
	cert:     wrongName,
	servers:  []string{"imap imap:993 tls pass"},
}, {
	// The handshake of an up-to-date client fails.
	name:     "tls10-only",
	program:  postfix,
	settings: postfixTLS("TLSv1"),
	ports:    []int{465, 587},
	cert:     rsaKey,
	exit:     1,
	servers:  []string{"submission smtp:465 tls fail", "submission smtp:587 starttls fail"},
	findings: []string{"tls.old-protocol smtp:465", "tls.old-protocol smtp:587"},
}, {
	name:     "rsa-only",
	program:  postfix,
	settings: postfixTLS("TLSv1.2") + "tls_medium_cipherlist = kRSA\n",
	ports:    []int{465, 587},
	cert:     rsaKey,
	exit:     1,
	servers:  []string{"submission smtp:465 tls fail", "submission smtp:587 starttls fail"},
	findings: []string{"tls.no-common-cipher smtp:465", "tls.no-common-cipher smtp:587"},
}}

// postfixTLS allows Postfix some versions: where TLS is demanded, as on port 465,
// and where it is not.
func postfixTLS(versions string) string {
	return "smtpd_tls_mandatory_protocols = " + versions + "\nsmtpd_tls_protocols = " + versions + "\n"
}

// TestAudit compares what --tls-audit says with the configuration of a server.
func TestAudit(t *testing.T) {
	const old, weak, noSecrecy, no13 = "tls.audit-old-version", "tls.audit-weak-cipher", "tls.audit-no-forward-secrecy", "tls.audit-no-tls13"
	for _, c := range []struct {
		scenario string
		versions string   // offered
		findings []string // of the audit, that must be there
		lacks    []string // and must not
	}{
		{"old-openssl", "TLS 1.3, TLS 1.2, TLS 1.1, TLS 1.0", []string{old, weak, noSecrecy}, []string{no13}},
		{"old-gnutls", "TLS 1.3, TLS 1.2, TLS 1.1, TLS 1.0", []string{old, weak, noSecrecy}, []string{no13}},
		{"weak-key", "TLS 1.3, TLS 1.2", nil, []string{old, no13, "tls.sni-needed"}}, // Dovecot with its defaults otherwise
		{"postfix-defaults", "TLS 1.3, TLS 1.2, TLS 1.1, TLS 1.0", []string{old, "tls.audit-anonymous"}, []string{no13}},
		{"exim", "TLS 1.3, TLS 1.2, TLS 1.1, TLS 1.0", []string{old}, []string{no13, weak}},
		{"nginx", "TLS 1.3, TLS 1.2", nil, []string{old, no13, weak}},
		{"tls12-only", "TLS 1.2", []string{no13}, []string{old, weak, noSecrecy}},
		{"tls13-only", "TLS 1.3", nil, []string{old, no13, weak, noSecrecy}},
		{"tls10-only", "TLS 1.0", []string{"tls.old-protocol"}, []string{no13}},
		{"sni", "TLS 1.3, TLS 1.2", []string{"tls.sni-needed"}, []string{old, no13}},
	} {
		t.Run(c.scenario, func(t *testing.T) {
			t.Parallel()
			s, ok := internet.find(c.scenario)
			if !ok {
				t.Skip("the program is not here")
			}
			r, _ := mailcheckJSON(t, append([]string{"probe", "--tls-audit"}, s.urls()...)...)
			for _, v := range r.Servers {
				if v.Audit == nil || v.Audit.offered() != c.versions {
					t.Errorf("%s:%d: audit %+v, want %s", v.Host, v.Port, v.Audit, c.versions)
				}
				endpoint := fmt.Sprintf("%s:%d", v.Host, v.Port)
				for _, id := range c.findings {
					if !r.found(id, endpoint) {
						t.Errorf("%s is not found for %s: %+v", id, endpoint, v.Audit)
					}
				}
				for _, id := range c.lacks {
					if r.found(id, endpoint) {
						t.Errorf("%s is found for %s: %+v", id, endpoint, v.Audit)
					}
				}
			}
		})
	}
}

// TestCommandInjection smuggles a command past STARTTLS (CVE-2011-0411). Of these
// servers only Courier's POP3 server still carries it out (CVE-2021-38084).
func TestCommandInjection(t *testing.T) {
	for _, name := range []string{"healthy", "exim", "old-gnutls", "courier", "cyrus", "stunnel", "nginx"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, ok := internet.find(name)
			if !ok {
				t.Skip("the program is not here")
			}
			urls := slices.DeleteFunc(s.urls(), func(url string) bool { return strings.Contains(url, "s://") })
			r, _ := mailcheckJSON(t, append([]string{"probe", "--tls-audit"}, urls...)...)
			if len(r.Servers) == 0 {
				t.Errorf("no server tested")
			}
			for _, v := range r.Servers {
				want, endpoint := "not carried out", fmt.Sprintf("%s:%d", v.Host, v.Port)
				if v.Host == "pop.courier.example" {
					want = "carried out"
				}
				if v.Audit == nil || v.Audit.Injection != want {
					t.Errorf("%s: audit %+v", endpoint, v.Audit)
				}
				if found := r.found("starttls.command-injection", endpoint); found != (want == "carried out") {
					t.Errorf("%s: command injection found: %t", endpoint, found)
				}
			}
		})
	}
}

func (r report) found(id, endpoint string) bool {
	return slices.ContainsFunc(r.Findings, func(f finding) bool { return f.ID == id && strings.HasSuffix(f.Server, "://"+endpoint) })
}

// audit is the part of schema 1 about a server's TLS.
type audit struct {
	Versions []struct {
		Version string
		Offered bool
	}
	Injection        string
	Weak, Unanswered []string
}

// offered lists the versions that the server accepts.
func (a *audit) offered() string {
	var list []string
	for _, v := range a.Versions {
		if v.Offered {
			list = append(list, v.Version)
		}
	}
	return strings.Join(list, ", ")
}
