//go:build real

package realtest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// serveSite has mailcheck serve what a file says of a domain, and puts the records that it
// prints for the zone into the folder.
func (w *world) serveSite(t *testing.T, s scenario, folder, domain string, args ...string) {
	t.Helper()
	file := filepath.Join(folder, "domains.yaml")
	check(os.WriteFile(file, []byte("domains:\n"+domain), 0o644))
	way := []string{"--resolver", w.resolver, "--ca-file", w.path("root.pem"), "--ispdb", "off", "--no-guess"}
	args = append(append([]string{"serve", "--publish", file, "--listen", s.address.String() + ":443"}, way...), args...)
	w.launch(&syscall.SysProcAttr{Setpgid: true}, s.name, os.Getenv("MAILCHECK_BINARY"), args...)
	records, exit := mailcheck(t, "serve", "--publish", file, "--dns", "--no-guess")
	if exit != 0 {
		t.Fatalf("--dns: exit code %d\n%s", exit, records)
	}
	check(os.WriteFile(filepath.Join(folder, "web.zone"), []byte(records), 0o644))
	check(os.Remove(filepath.Join(folder, "pacc.zone")))
}

// siteItself has mailcheck serve what the owner of a domain has written down, with a
// certificate from a file.
func (w *world) siteItself(t *testing.T, s scenario, folder string) {
	w.serveSite(t, s, folder, fmt.Sprintf("- domain: %[1]s\n  servers: [imaps://imap.%[1]s, submissions://smtp.%[1]s]\n  mta-sts: {mode: testing, mx: [smtp.%[1]s]}\n", s.domain()),
		"--tls-cert", w.path(s.pem()), "--tls-key", w.path(s.pem()))
}

// siteByAuthority has it serve what passes, with certificates that Pebble gives out. It
// returns the file with Pebble's root and that of the other servers.
func (w *world) siteByAuthority(t *testing.T, s scenario, folder string) (roots string) {
	t.Helper()
	host := "imap." + s.domain() // where Pebble is asked
	directory, management := fmt.Sprintf("%s:%d", s.address, freePort(s.address)), fmt.Sprintf("%s:%d", s.address, freePort(s.address))
	w.write("pebble.json", fmt.Sprintf(`{"pebble": {"listenAddress": %q, "managementListenAddress": %q, "certificate": %q, "privateKey": %[3]q, "httpPort": 80, "tlsPort": 443}}`,
		directory, management, w.path(s.pem())))
	w.startOver("/usr/bin/env", "PEBBLE_VA_NOSLEEP=1", "pebble", "-config", w.path("pebble.json"), "-dnsserver", w.resolver)
	if err := answers(directory, management); err != nil {
		t.Fatalf("%v\n%s", err, w.logs())
	}
	client := w.browser(w.path("root.pem"), management)
	defer client.CloseIdleConnections()
	answer := must(client.Get("https://" + host + "/roots/0"))
	root := must(io.ReadAll(answer.Body))
	answer.Body.Close()
	roots = w.path("acme-roots.pem")
	check(os.WriteFile(roots, append(must(os.ReadFile(w.path("root.pem"))), root...), 0o644))
	_, port, _ := net.SplitHostPort(directory)
	check(os.MkdirAll(w.path("acme"), 0o700))
	w.serveSite(t, s, folder, fmt.Sprintf("- domain: %s\n  from: check\n", s.domain()), "--acme", w.path("acme"), "--acme-url", "https://"+host+":"+port+"/dir")
	last := w.browser(roots, s.address.String()+":443")
	defer last.CloseIdleConnections()
	for _, name := range []string{"autoconfig", "autodiscover", "ua-auto-config"} { // whoever comes before the certificate may be turned away
		await(t, name, func() (string, bool) {
			answer, err := last.Get("https://" + name + "." + s.domain() + "/mail/config-v1.1.xml")
			if err != nil {
				return err.Error(), false
			}
			defer answer.Body.Close()
			return answer.Status, answer.StatusCode == http.StatusOK
		})
	}
	return roots
}

// browser asks one address, whatever the name.
func (w *world) browser(roots, endpoint string) http.Client {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(must(os.ReadFile(roots)))
	return http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", endpoint)
		},
	}}
}

// publisherServes asks over TLS as programs do.
func publisherServes(t *testing.T, s scenario, p *publication) {
	client := internet.browser(p.roots, s.address.String()+":443")
	defer client.CloseIdleConnections()
	const schema = "http://schemas.microsoft.com/exchange/autodiscover/outlook/"
	question := `<Autodiscover xmlns="` + schema + `requestschema/2006"><Request><EMailAddress>alice@` + s.domain() + `</EMailAddress><AcceptableResponseSchema>` + schema + `responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>`
	for _, want := range []struct {
		method, host, path string
		status             int
		media, content     string
	}{
		{"GET", "autoconfig", "/mail/config-v1.1.xml?emailaddress=alice%40" + s.domain(), 200, "text/xml; charset=utf-8", "<hostname>imap." + s.domain()},
		{"HEAD", "autoconfig", "/mail/config-v1.1.xml", 200, "text/xml; charset=utf-8", ""},
		{"GET", "autoconfig", "/mail/config-v1.1.xml?emailaddress=alice%40healthy.example", 404, "", ""},
		{"POST", "autodiscover", "/AutoDiscover/AutoDiscover.xml", 200, "text/xml; charset=utf-8", "<Server>imap." + s.domain()},
		{"GET", "autodiscover", "/autodiscover/autodiscover.json?Email=alice%40" + s.domain() + "&Protocol=AutodiscoverV1", 200, "application/json", "AutodiscoverV1"},
		{"GET", "ua-auto-config", "/.well-known/user-agent-configuration.json", 200, "application/json", "imap." + s.domain()},
		{"GET", "autoconfig", "/mail.mobileconfig?emailaddress=alice%40" + s.domain(), 200, "application/x-apple-aspen-config", "<string>alice@" + s.domain()},
		{"GET", "autoconfig", "/", 200, "text/html; charset=utf-8", "imap." + s.domain()},
		{"GET", "autoconfig", "/.well-known/mta-sts.txt", 404, "", ""},
	} {
		request := must(http.NewRequestWithContext(t.Context(), want.method, "https://"+want.host+"."+s.domain()+want.path, strings.NewReader(map[string]string{"POST": question}[want.method])))
		answer, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body := must(io.ReadAll(answer.Body))
		answer.Body.Close()
		if answer.StatusCode != want.status || want.status == 200 && answer.Header.Get("Content-Type") != want.media || !strings.Contains(string(body), want.content) {
			t.Errorf("%s %s: %s, %q\n%s", want.method, want.path, answer.Status, answer.Header.Get("Content-Type"), body)
		}
	}
	if s.website == ownServer {
		answer, err := client.Get("https://mta-sts." + s.domain() + "/.well-known/mta-sts.txt")
		if err != nil {
			t.Fatal(err)
		}
		body := string(must(io.ReadAll(answer.Body)))
		answer.Body.Close()
		if body != "version: STSv1\r\nmode: testing\r\nmx: smtp."+s.domain()+"\r\nmax_age: 604800\r\n" {
			t.Errorf("%q", body)
		}
	}
}
