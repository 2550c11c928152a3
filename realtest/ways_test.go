//go:build real

package realtest

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// manyWays has Cyrus take all the mechanisms that it knows.
const manyWays = "sasl_pwcheck_method: auxprop\nsasl_auxprop_plugin: sasldb\nsasl_sasldb_path: DIR/sasldb2\nvirtdomains: userid\n" +
	"sasl_mech_list: PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-512 NTLM\nautocreate_quota: 0\n"

// saslWays has Postfix ask the same library. Debian's looks for this file beside main.cf,
// whatever cyrus_sasl_config_path says.
const saslWays = "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: DIR/sasldb2\n" +
	"mech_list: PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-512 NTLM\n"

// waysPassword is of ASCII, since Cyrus's NTLM takes bytes for characters.
const waysPassword = "correct horse battery"

// everyWay are the scenarios of servers with many ways to log in.
var everyWay = []scenario{{
	name:     "cyrus-ways",
	program:  cyrus,
	ports:    []int{993, 143, 995},
	settings: manyWays,
	users:    []string{memberAt("cyrus-ways")},
	servers:  []string{"imap imap:993 tls pass", "imap imap:143 starttls pass", "pop3 pop:995 tls pass"},
}, {
	name:     "cyrus-ways-old",
	program:  cyrus,
	ports:    []int{993, 143, 995},
	settings: manyWays + "tls_versions: tls1_2\n",
	users:    []string{memberAt("cyrus-ways-old")},
	version:  "TLS 1.2",
	servers:  []string{"imap imap:993 tls pass", "imap imap:143 starttls pass", "pop3 pop:995 tls pass"},
}, {
	name:     "sasl-ways",
	program:  sasl,
	ports:    []int{465, 587},
	settings: "smtpd_sasl_type = cyrus\nsmtpd_sasl_path = smtpd\nsmtpd_error_sleep_time = 0\n",
	users:    []string{memberAt("sasl-ways")},
	servers:  []string{"submission smtp:465 tls pass", "submission smtp:587 starttls pass"},
}, {
	name:    "exim-ways",
	program: exim,
	ports:   []int{465, 587},
	settings: "tls_try_verify_hosts = *\ntls_verify_certificates = DIR/root.pem\nbegin authenticators\n" +
		"login:\n  driver = plaintext\n  public_name = LOGIN\n  server_prompts = <| Username: | Password:\n" +
		"  server_condition = ${if and{{eq{$auth1}{bob@exim-ways.example}}{eq{$auth2}{" + waysPassword + "}}}}\n  server_advertise_condition = ${if def:tls_in_cipher}\n" +
		"cram:\n  driver = cram_md5\n  public_name = CRAM-MD5\n  server_secret = ${if eq{$auth1}{bob@exim-ways.example}{" + waysPassword + "}fail}\n  server_advertise_condition = ${if def:tls_in_cipher}\n" +
		"external:\n  driver = external\n  public_name = EXTERNAL\n  server_advertise_condition = $tls_in_certificate_verified\n" +
		"  server_param2 = ${certextract {subj_altname,mail,>:} {$tls_in_peercert}}\n  server_condition = ${if inlisti{$auth1}{$auth2}}\n  server_set_id = $auth1\n",
	users:   []string{memberAt("exim-ways")},
	servers: []string{"submission smtp:465 tls pass", "submission smtp:587 starttls pass"},
}}

// saslUsers are those of Postfix with Cyrus SASL.
func (w *world) saslUsers(scenarios []scenario) {
	w.write("postfix/sasl/smtpd.conf", strings.ReplaceAll(saslWays, "DIR", w.dir))
	for _, s := range scenarios {
		w.sasldb(w.path("sasldb2"), 0, s.users)
	}
}

// sasldb writes the users of Cyrus's SASL library.
func (w *world) sasldb(file string, owner int, users []string) {
	check(os.MkdirAll(w.path("zones"), 0o755)) // where programs of the packages run
	for _, user := range users {
		name, realm, _ := strings.Cut(user, "@")
		w.inOverlay("/bin/sh", "-c", `printf %s "$0" | saslpasswd2 -p -c -f "$1" -u "$2" "$3"`, waysPassword, file, realm, name)
	}
	check(os.Chown(file, owner, owner))
	check(os.Chmod(file, 0o644))
}

// ways returns what became of each way to log in at the one server of a report.
func ways(r report) (all []string) {
	for _, a := range r.Servers[0].Login.Attempts {
		name := a.Mechanism
		if a.Binding != "" {
			name += " (" + a.Binding + ")"
		}
		all = append(all, name+": "+a.State)
	}
	return all
}

// With --all-mechanisms each way is gone that the servers offer and mailcheck speaks.
func TestEveryWay(t *testing.T) {
	t.Parallel()
	in := func(state string, names ...string) (all []string) {
		for _, name := range names {
			all = append(all, name+": "+state)
		}
		return all
	}
	const refused, left = "failed", "skipped"
	scram := []string{"SCRAM-SHA-256", "SCRAM-SHA-512", "SCRAM-SHA-1"}
	unique := []string{"SCRAM-SHA-256-PLUS (tls-unique)", "SCRAM-SHA-512-PLUS (tls-unique)", "SCRAM-SHA-1-PLUS (tls-unique)"}
	modern := slices.Concat(in(refused, "SCRAM-SHA-256-PLUS (tls-exporter)", "SCRAM-SHA-256-PLUS (tls-server-end-point)"), in(left, "SCRAM-SHA-512-PLUS", "SCRAM-SHA-1-PLUS"))
	for _, c := range []struct {
		url, name string
		want      []string
		found     string
	}{
		{"imaps://imap", "cyrus-ways", slices.Concat(in("accepted", "PLAIN", "LOGIN", "LOGIN command", "CRAM-MD5", "NTLM"), in("accepted", scram...), modern, in(left, "DIGEST-MD5")), "login.binding-refused"},
		{"imap://imap", "cyrus-ways-old", slices.Concat(in("accepted", "PLAIN", "LOGIN", "LOGIN command", "CRAM-MD5", "NTLM"), in("accepted", scram...), in("accepted", unique...), in(left, "DIGEST-MD5")), ""},
		{"pop3s://pop", "cyrus-ways-old", slices.Concat(in("accepted", "PLAIN", "LOGIN", "USER command", "CRAM-MD5", "APOP", "NTLM"), in("accepted", scram...), in("accepted", unique...), in(left, "DIGEST-MD5")), ""},
		{"submissions://smtp", "sasl-ways", slices.Concat(in("accepted", "PLAIN", "LOGIN", "CRAM-MD5", "NTLM", "SCRAM-SHA-256 (y)", "SCRAM-SHA-512", "SCRAM-SHA-1"), in(left, "DIGEST-MD5")), ""},
		{"submission://smtp", "exim-ways", in("accepted", "PLAIN", "LOGIN", "CRAM-MD5"), ""},
		{"imaps://imap", "courier-login", in("accepted", "PLAIN", "LOGIN command"), ""},
		{"pop3s://pop", "courier-login", in("accepted", "PLAIN", "LOGIN", "USER command"), ""},
	} {
		t.Run(c.url+"."+c.name, func(t *testing.T) {
			t.Parallel()
			if _, ok := internet.find(c.name); !ok {
				t.Skip("its program is not here")
			}
			r, _ := logIn(t, passwordOf(memberAt(c.name)), "probe", c.url+"."+c.name+".example", "--username", memberAt(c.name), "--all-mechanisms")
			same(t, "ways", ways(r), c.want)
			if c.found != "" && !r.finds(c.found) {
				t.Errorf("%s is not found: %+v", c.found, r.Findings)
			}
		})
	}
}

// A wrong password is refused in each way: the servers really look at it.
func TestEveryWayRefuses(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"sasl-ways", "exim-ways"} {
		if _, ok := internet.find(name); !ok {
			continue
		}
		r, exit := logIn(t, "wrong battery", "probe", "submissions://smtp."+name+".example", "--username", memberAt(name), "--all-mechanisms")
		for _, way := range ways(r) {
			if !strings.HasSuffix(way, ": rejected") && way != "DIGEST-MD5: skipped" {
				t.Errorf("%s: %s", name, way)
			}
		}
		if exit != 1 || !r.finds("login.rejected") || len(ways(r)) < 3 {
			t.Errorf("%s: exit code %d, %q, findings %+v", name, exit, ways(r), r.Findings)
		}
	}
}

// clientCert writes a client certificate for a user, and its key, to a file.
func clientCert(t *testing.T, user string, from authority) string {
	t.Helper()
	key := newKey(0)
	template := &x509.Certificate{
		SerialNumber: must(rand.Int(rand.Reader, big.NewInt(1<<62))), Subject: pkix.Name{CommonName: user}, EmailAddresses: []string{user},
		NotBefore: fromNow(-day), NotAfter: fromNow(day), KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	made := must(x509.CreateCertificate(rand.Reader, template, from.cert, key.Public(), from.key))
	file := filepath.Join(t.TempDir(), "client.pem")
	check(os.WriteFile(file, append(pemBlock("CERTIFICATE", made), pemBlock("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(key)))...), 0o600))
	return file
}

// A client certificate lets its user in at Dovecot, which knows the user by it, and at
// Exim, which wants to be told; one of somebody else's does not.
func TestClientCertificate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ url, name string }{{"imaps://imap", "ways"}, {"imap://imap", "ways"}, {"pop3s://pop", "ways"}, {"submissions://smtp", "exim-ways"}, {"submission://smtp", "exim-ways"}} {
		t.Run(c.url+"."+c.name, func(t *testing.T) {
			t.Parallel()
			if _, ok := internet.find(c.name); !ok {
				t.Skip("its program is not here")
			}
			args := []string{"probe", c.url + "." + c.name + ".example", "--username", memberAt(c.name), "--client-cert"}
			r, exit := mailcheckJSON(t, append(args, clientCert(t, memberAt(c.name), internet.root))...)
			if exit != 0 || r.Servers[0].Login.State != "accepted" {
				t.Errorf("exit code %d, the login is %+v, findings %+v", exit, r.Servers[0].Login, r.Findings)
			}
			strange := newAuthority("nobody's", nil)
			if c.name == "exim-ways" { // which offers no EXTERNAL then
				strange = internet.root
			}
			r, exit = mailcheckJSON(t, append(args, clientCert(t, "mallory@elsewhere.example", strange))...)
			if exit != 1 || !r.finds("login.certificate-rejected") {
				t.Errorf("another's certificate: exit code %d, findings %+v", exit, r.Findings)
			}
		})
	}
	r, _ := mailcheckJSON(t, "probe", "imaps://imap.login.example", "--username", memberName, "--client-cert", clientCert(t, memberName, internet.root))
	if !r.finds("login.certificate-unasked") {
		t.Errorf("a server that asks for no certificate: %+v", r.Findings)
	}
}

// between ends TLS with a certificate that is trusted, and hands on what is said; it takes
// words out of what the server says.
func between(t *testing.T, server string, without ...string) string {
	t.Helper()
	cert := must(tls.LoadX509KeyPair(internet.path("good.pem"), internet.path("good.pem")))
	l := must(tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}, MaxVersion: tls.VersionTLS12}))
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go handOn(client, server, without)
		}
	}()
	return l.Addr().String()
}

func handOn(client net.Conn, server string, without []string) {
	defer client.Close()
	there, err := tls.Dial("tcp", server, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		return
	}
	defer there.Close()
	go func() {
		io.Copy(there, client)
		there.Close()
	}()
	buffer := make([]byte, 16<<10)
	for {
		there.SetReadDeadline(time.Now().Add(time.Minute))
		n, err := there.Read(buffer)
		said := buffer[:n]
		for _, word := range without {
			said = bytes.ReplaceAll(said, []byte(word), nil)
		}
		if _, failed := client.Write(said); err != nil || failed != nil {
			return
		}
	}
}

// Somebody stands between with a certificate that is trusted: a login that is bound to the
// connection shows it, and so does its offer that was taken out.
func TestManInTheMiddle(t *testing.T) {
	t.Parallel()
	s, ok := internet.find("cyrus-ways-old")
	if !ok {
		t.Skip("Cyrus is not here")
	}
	server := fmt.Sprintf("%s:993", s.address)
	run := func(at string) report {
		host, port, _ := net.SplitHostPort(at)
		r, exit := logIn(t, waysPassword, "probe", "imaps://imap."+s.domain(), "--username", s.users[0], "--all-mechanisms",
			"--connect-to", fmt.Sprintf("imap.%s:993:%s:%s", s.domain(), host, port))
		t.Log(exit, ways(r))
		return r
	}
	if r := run(between(t, server)); !r.finds("login.binding-mismatch") {
		t.Errorf("nothing is found of whoever stands between: %+v", r.Findings)
	}
	stripped := between(t, server, " AUTH=SCRAM-SHA-1-PLUS", " AUTH=SCRAM-SHA-256-PLUS", " AUTH=SCRAM-SHA-512-PLUS")
	if r := run(stripped); !r.finds("login.binding-stripped") {
		t.Errorf("nothing is found of the offer that was taken out: %+v", r.Findings)
	}
}
