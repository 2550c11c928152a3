//go:build real

package realtest

import (
	"fmt"
	"testing"
)

// doors are servers that do not let a client in, and say why in their own words.
var doors = []scenario{{
	name:     "postfix-rejects",
	program:  postfix,
	settings: "smtpd_delay_reject = no\nsmtpd_client_restrictions = reject\n",
	ports:    []int{587},
	mute:     true,
	exit:     1,
	servers:  []string{"submission smtp:587 starttls fail"},
	findings: []string{"greet.554 smtp:587"},
}, {
	name:     "postfix-rate", // the first connection is that of answers, which may be minutes ago
	program:  postfix,
	settings: "smtpd_client_connection_rate_limit = 1\nsmtpd_client_event_limit_exceptions =\n",
	ports:    []int{587},
	mute:     true,
	exit:     1,
	servers:  []string{"submission smtp:587 starttls fail"},
	findings: []string{"greet.rate-limit smtp:587"},
}, {
	name:     "postfix-on-143",
	program:  postfix,
	ports:    []int{143},
	mute:     true,
	exit:     1,
	servers:  []string{"imap imap:143 starttls fail"},
	findings: []string{"greet.not-this-protocol imap:143"},
}, {
	name:     "exim-drops",
	program:  exim,
	settings: "acl_smtp_connect = drop\n",
	ports:    []int{587},
	mute:     true,
	exit:     1,
	servers:  []string{"submission smtp:587 starttls fail"},
	findings: []string{"greet.554 smtp:587"},
}, {
	name:     "exim-defers",
	program:  exim,
	settings: "acl_smtp_connect = defer\n",
	ports:    []int{587},
	mute:     true,
	exit:     1,
	servers:  []string{"submission smtp:587 starttls fail"},
	findings: []string{"greet.bye smtp:587"},
}, {
	name:     "exim-busy",
	program:  exim,
	settings: "smtp_accept_max = 1\nsmtp_accept_reserve = 1\nsmtp_reserve_hosts = 192.0.2.1\n",
	ports:    []int{587},
	mute:     true,
	exit:     1,
	servers:  []string{"submission smtp:587 starttls fail"},
	findings: []string{"greet.rate-limit smtp:587"},
}, {
	name:     "exim-slow",
	program:  exim,
	settings: "acl_smtp_connect = slow\nbegin acl\nslow:\n  accept\n    delay = 6s\n",
	ports:    []int{587},
	servers:  []string{"submission smtp:587 starttls pass"},
	findings: []string{"greet.delay smtp:587"},
}, {
	name:     "cyrus-lost",
	program:  cyrus,
	ports:    []int{993, 143, 995, 110},
	cert:     lost,
	mute:     true,
	exit:     1,
	servers:  []string{"imap imap:993 tls fail", "imap imap:143 starttls fail", "pop3 pop:995 tls fail", "pop3 pop:110 starttls fail"},
	findings: []string{"tls.eof imap:993", "starttls.454 imap:143", "tls.eof pop:995", "starttls.454 pop:110"},
}, {
	name:     "postfix-lost", // goes on without a certificate
	program:  postfix,
	ports:    []int{465, 587},
	cert:     lost,
	mute:     true,
	exit:     1,
	servers:  []string{"submission smtp:465 tls fail", "submission smtp:587 starttls fail"},
	findings: []string{"tls.no-common-cipher smtp:465", "tls.no-common-cipher smtp:587"},
}, {
	name:     "dovecot-wrong-key", // which it finds only after the go-ahead
	program:  dovecot,
	settings: "ssl_key = <DIR/expired.pem\n",
	ports:    []int{993, 143, 110},
	mute:     true,
	exit:     1,
	servers:  []string{"imap imap:993 tls fail", "imap imap:143 starttls fail", "pop3 pop:110 starttls fail"},
	findings: []string{"tls.eof imap:993", "starttls.454 imap:143", "starttls.454 pop:110"},
}, {
	name:     "postfix-client-cert",
	program:  postfix,
	settings: "smtpd_tls_req_ccert = yes\nsmtpd_tls_security_level = encrypt\n",
	ports:    []int{465, 587},
	exit:     1,
	servers:  []string{"submission smtp:465 tls fail", "submission smtp:587 starttls fail"},
	findings: []string{"tls.client-cert smtp:465", "tls.client-cert smtp:587"},
}, {
	name:     "nginx-client-cert",
	program:  nginx,
	settings: "ssl_verify_client on;\nssl_client_certificate DIR/good.pem;\n",
	ports:    []int{993, 143, 995, 465},
	exit:     1,
	mute:     true,
	servers:  []string{"imap imap:993 tls fail", "imap imap:143 starttls fail", "pop3 pop:995 tls fail", "submission smtp:465 tls fail"},
	findings: []string{"tls.client-cert imap:993", "tls.client-cert imap:143", "tls.client-cert pop:995", "tls.client-cert smtp:465"},
}, {
	name:     "stunnel-client-cert",
	program:  stunnel,
	settings: "verifyChain = yes\nCAfile = DIR/root.pem\n",
	ports:    []int{993, 143},
	mute:     true,
	exit:     1,
	servers:  []string{"imap imap:993 tls fail", "imap imap:143 starttls fail"},
	findings: []string{"tls.client-cert imap:993", "tls.client-cert imap:143"},
}, {
	name:     "rejected-name", // the web server has no site of that name
	records:  tlsRecords + calendarRecord,
	sites:    []site{{host: "dav", directives: "ssl_reject_handshake on;"}},
	ports:    tlsPorts,
	servers:  append([]string{"caldav dav:443 tls fail"}, tlsServers...),
	findings: []string{"tls.unrecognized-name " + calendar},
}, {
	name:     "no-auth",
	program:  postfix,
	settings: "smtpd_sasl_auth_enable = no\n",
	ports:    []int{587},
	mute:     true,
	exit:     1,
	servers:  []string{"submission smtp:587 starttls fail"},
	findings: []string{"auth.none-offered smtp:587"},
}, {
	name:     "postfix-auth-in-clear",
	program:  postfix,
	settings: "smtpd_tls_auth_only = no\n",
	ports:    []int{587},
	servers:  []string{"submission smtp:587 starttls warn"},
	findings: []string{"auth.before-tls smtp:587"},
}, {
	name:     "dovecot-auth-in-clear",
	program:  dovecot,
	settings: "disable_plaintext_auth = no\n",
	ports:    []int{143, 110},
	servers:  []string{"imap imap:143 starttls warn", "pop3 pop:110 starttls warn"},
	findings: []string{"auth.before-tls imap:143", "auth.before-tls pop:110"},
}, {
	name:     "few-capabilities",
	program:  nginx,
	settings: "ssl_protocols TLSv1.2 TLSv1.3;\nsmtp_capabilities PIPELINING;\n",
	ports:    []int{465},
	servers:  []string{"submission smtp:465 tls pass"},
	findings: []string{"caps.missing smtp:465"},
}, {
	name:     "away",
	public:   true, // there is no way out of a network of its own
	records:  submissionsRecord + "_imaps._tcp SRV 0 1 993 away\naway A 198.51.100.7\n",
	ports:    []int{465},
	exit:     1,
	servers:  []string{"imap away:993 tls fail", "submission smtp:465 tls pass"},
	findings: []string{"tcp.unreachable away:993"},
}}

// TestIPAddress probes a server by its address, which no certificate has.
func TestIPAddress(t *testing.T) {
	t.Parallel()
	endpoint := fmt.Sprintf("%s:993", internet.of("healthy").address)
	r, exit := mailcheckJSON(t, "probe", "imaps://"+endpoint)
	if exit != 1 || !r.found("tls.ip-san", endpoint) {
		t.Errorf("exit code %d, findings %+v", exit, r.Findings)
	}
}

// TestRefusedByDNS probes a name that the name server is not responsible for.
func TestRefusedByDNS(t *testing.T) {
	t.Parallel()
	r, exit := mailcheckJSON(t, "probe", "imaps://imap.nowhere.test")
	if exit != 1 || !r.found("dns.refused", "imap.nowhere.test:993") {
		t.Errorf("exit code %d, findings %+v", exit, r.Findings)
	}
}

// A mail client that is sent to a web server's port: nginx waits for a request there.
func TestWebServerAtTheDoor(t *testing.T) {
	t.Parallel()
	r, exit := mailcheckJSON(t, "probe", "imap://autoconfig.http-only.example:80")
	if exit != 1 || !r.found("greet.not-this-protocol", "autoconfig.http-only.example:80") {
		t.Errorf("exit code %d, findings %+v", exit, r.Findings)
	}
}
