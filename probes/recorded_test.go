package probes

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lab"
	"mailcheck/internal/netx"
)

// What mailcheck says about servers that were recorded (see realtest/run): an
// empty finding stands for a server without fault, and login is the list of
// mechanisms that count.
func TestRecordedServers(t *testing.T) {
	test := func(program, name, url, finding, greeting, login string) {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			r := probeRecorded(t, program, name, url)
			var found []string
			for _, s := range r.Steps {
				for _, f := range s.Findings {
					if f.Check.Severity > checks.Info {
						found = append(found, f.Check.ID)
					}
				}
			}
			if got := strings.Join(found, " "); got != finding {
				t.Errorf("findings %q, want %q", got, finding)
			}
			if (r.Verdict == mailcheck.Pass) != (finding == "") {
				t.Errorf("verdict %s", r.Verdict)
			}
			if !strings.Contains(r.Greeting, greeting) {
				t.Errorf("greeting %q, want %q in it", r.Greeting, greeting)
			}
			if got := strings.Join(r.Mechanisms.AfterTLS, " "); got != login {
				t.Errorf("login inside TLS by %q, want %q", got, login)
			}
			if r.TLS != nil && !r.PasswordOK {
				t.Error("a password is not taken for possible")
			}
			if r.Security == mailcheck.StartTLS && slices.Contains(r.Capabilities.AfterTLS, "STARTTLS") {
				t.Error("what was announced before TLS is still believed")
			}
		})
	}
	test("dovecot", "healthy 993", "imaps", "", "Dovecot (Debian) ready.", "PLAIN LOGIN")
	test("dovecot", "healthy 143", "imap", "", "Dovecot (Debian) ready.", "PLAIN LOGIN")
	test("dovecot", "healthy 995", "pop3s", "", "Dovecot (Debian) ready.", "PLAIN LOGIN")
	test("dovecot", "healthy 110", "pop3", "", "Dovecot (Debian) ready.", "PLAIN LOGIN")
	test("dovecot", "starttls-missing 143", "imap", "starttls.missing", "Dovecot", "")
	test("postfix", "healthy 465", "submissions", "", "ESMTP Postfix", "PLAIN LOGIN")
	test("postfix", "healthy 587", "submission", "", "ESMTP Postfix", "PLAIN LOGIN")
	test("postfix", "starttls-missing 587", "submission", "starttls.missing", "ESMTP Postfix", "")
	test("exim", "exim 465", "submissions", "", "ESMTP Exim 4.96", "PLAIN")
	test("exim", "exim 587", "submission", "", "ESMTP Exim 4.96", "PLAIN")
	test("exim", "exim-lost 587", "submission", "starttls.454", "ESMTP Exim 4.96", "")
	test("exim", "exim-turn-away 587", "submission", "greet.blocklist", "550 127.0.0.1 is listed at bl.example", "")
	test("courier", "courier 993", "imaps", "", "Courier-IMAP ready.", "PLAIN")
	test("courier", "courier 143", "imap", "", "Courier-IMAP ready.", "PLAIN")
	test("courier", "courier 995", "pop3s", "", "Hello there.", "LOGIN PLAIN")
	// Courier announces USER before TLS even where it then refuses it.
	test("courier", "courier 110", "pop3", "", "Hello there.", "LOGIN PLAIN")
	test("courier", "courier-plain 143", "imap", "starttls.missing", "Courier-IMAP ready.", "")
	test("courier", "courier-plain 110", "pop3", "starttls.missing", "Hello there.", "")
	test("cyrus", "cyrus 993", "imaps", "", "Cyrus IMAP 3.6.1", "PLAIN LOGIN")
	test("cyrus", "cyrus 143", "imap", "", "Cyrus IMAP 3.6.1", "PLAIN LOGIN")
	test("cyrus", "cyrus 995", "pop3s", "", "Cyrus POP3 3.6.1", "PLAIN LOGIN")
	test("cyrus", "cyrus 110", "pop3", "", "Cyrus POP3 3.6.1", "PLAIN LOGIN")
	test("cyrus", "cyrus-none 143", "imap", "starttls.missing", "Cyrus IMAP 3.6.1", "")
	test("opensmtpd", "opensmtpd-plain 587", "submission", "starttls.missing", "ESMTP OpenSMTPD", "")
	test("nginx", "nginx 993", "imaps", "", "* OK IMAP4 ready", "PLAIN LOGIN")
	test("nginx", "nginx 143", "imap", "", "* OK IMAP4 ready", "PLAIN LOGIN")
	test("nginx", "nginx 995", "pop3s", "", "+OK POP3 ready", "PLAIN LOGIN")
	test("nginx", "nginx 110", "pop3", "", "+OK POP3 ready", "PLAIN LOGIN")
	test("nginx", "nginx 465", "submissions", "", "mail.nginx.example ESMTP ready", "PLAIN LOGIN")
	test("nginx", "nginx 587", "submission", "", "mail.nginx.example ESMTP ready", "PLAIN LOGIN")
	test("stunnel", "stunnel 993", "imaps", "", "Dovecot (Debian) ready.", "PLAIN LOGIN")
	// stunnel adds STARTTLS to what the server behind it announces in clear.
	test("stunnel", "stunnel 143", "imap", "auth.before-tls", "(stunnel)", "PLAIN LOGIN")
}

// recordedDoors are the servers behind each kind of URL.
var recordedDoors = map[string]mailcheck.Server{
	"imaps": {Protocol: mailcheck.IMAP, Port: 993, Security: mailcheck.ImplicitTLS},
	"imap":  {Protocol: mailcheck.IMAP, Port: 143, Security: mailcheck.StartTLS},
	"pop3s": {Protocol: mailcheck.POP3, Port: 995, Security: mailcheck.ImplicitTLS},
	"pop3":  {Protocol: mailcheck.POP3, Port: 110, Security: mailcheck.StartTLS},

	"submissions": {Protocol: mailcheck.Submission, Port: 465, Security: mailcheck.ImplicitTLS},
	"submission":  {Protocol: mailcheck.Submission, Port: 587, Security: mailcheck.StartTLS},
}

// probeRecorded probes a server of a recording.
func probeRecorded(t *testing.T, program, name, door string) (r mailcheck.ServerResult) {
	t.Helper()
	recording, err := os.ReadFile(filepath.Join("testdata", "recorded", program+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		serve, err := lab.Recorded(string(recording), name, lab.Cert{Names: []string{fuzzHost}})
		if err != nil {
			t.Fatal(err)
		}
		s := recordedDoors[door]
		s.Host, s.Sources = fuzzHost, []string{"srv"}
		l := lab.New(lab.Scenario{Zone: fuzzHost + ". A 192.0.2.10\n", Hosts: map[string]lab.Host{fuzzHost: {s.Port: serve}}})
		defer l.Close()
		n, err := netx.New(l.Options())
		if err != nil {
			t.Fatal(err)
		}
		defer n.Close()
		r = newProbe(n.Run(), s, Options{}, time.Now()).run(t.Context(), func(bool) {})
		l.Close()
		if got := l.Credentials(); len(got) > 0 {
			t.Errorf("credentials were sent: %q", got)
		}
		checkShown(t, r)
	})
	return r
}
