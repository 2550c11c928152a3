//go:build real

package serve

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"mailcheck"
	"mailcheck/probes"
)

// proxied is the name of the service in docs/serve.md.
const proxied = "mailcheck.example.com"

// example returns the configuration that docs/serve.md has below a word.
func example(t *testing.T, word string) string {
	t.Helper()
	page, err := os.ReadFile("../docs/serve.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?m)^" + word + ":\n\n```\n((?:.*\n)*?)```$").FindSubmatch(page)
	if found == nil {
		t.Fatalf("docs/serve.md has no configuration of %s", word)
	}
	return string(found[1])
}

// program finds a program on this machine, or among the packages that realtest/packages fetches.
func program(t *testing.T, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	found, _ := filepath.Glob(filepath.Join(os.Getenv("HOME"), ".cache", "mailcheck-realtest", "*", "root", "usr", "*bin", name))
	if len(found) == 0 {
		t.Skipf("there is no %s", name)
	}
	return found[0]
}

// certified writes a certificate for the name and its key, and returns who trusts it.
func certified(t *testing.T, folder string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{proxied}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, folder, "fullchain.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	writeFile(t, folder, "privkey.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
	leaf, _ := x509.ParseCertificate(der)
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return roots
}

func writeFile(t *testing.T, folder, name, text string) string {
	t.Helper()
	name = filepath.Join(folder, name)
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// freePort is one that nobody has just now.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// As docs/serve.md has it, nginx and Caddy stand in front: the page comes over TLS, so that it asks
// for a password, who asks is known, and what a run tells arrives while it is at work.
func TestBehindProxy(t *testing.T) {
	for _, proxy := range []struct {
		name  string
		start func(t *testing.T, folder, port, to string) *exec.Cmd
	}{
		{"nginx", func(t *testing.T, folder, port, to string) *exec.Cmd {
			site := strings.NewReplacer("listen 443", "listen 127.0.0.1:"+port, "/etc/letsencrypt/live/"+proxied, folder, "127.0.0.1:9877", to).Replace(example(t, "nginx"))
			config := "daemon off; pid pid; events {}\nhttp {\naccess_log off;\n"
			for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
				config += kind + "_temp_path " + filepath.Join(folder, kind) + ";\n"
			}
			return exec.Command(program(t, "nginx"), "-p", folder, "-e", "stderr", "-c", writeFile(t, folder, "nginx.conf", config+site+"}\n"))
		}},
		{"Caddy", func(t *testing.T, folder, port, to string) *exec.Cmd {
			site := strings.NewReplacer(proxied+" {\n", fmt.Sprintf("https://%s:%s {\n\tbind 127.0.0.1\n\ttls %s/fullchain.pem %[3]s/privkey.pem\n", proxied, port, folder), "127.0.0.1:9877", to).Replace(example(t, "Caddy"))
			c := exec.Command(program(t, "caddy"), "run", "--adapter", "caddyfile", "--config", writeFile(t, folder, "Caddyfile", "{\n\tadmin off\n\tauto_https off\n}\n"+site))
			c.Env = append(os.Environ(), "XDG_DATA_HOME="+folder, "XDG_CONFIG_HOME="+folder)
			return c
		}},
	} {
		t.Run(proxy.name, func(t *testing.T) {
			s := &Server{Runs: &Runs{Client: &probes.Client{}}, Access: Access{Passwords: true, Proxies: prefixes("127.0.0.1/32"), Hosts: []string{proxied}}}
			to := onListener(t, s)
			folder, port := t.TempDir(), freePort(t)
			roots := certified(t, folder)
			started(t, proxy.start(t, folder, port, to), port)
			transport := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots}, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, "127.0.0.1:"+port)
			}}
			defer transport.CloseIdleConnections()
			throughProxy(t, s, &http.Client{Transport: transport})
		})
	}
}

// onListener serves on a port of this machine.
func onListener(t *testing.T, s *Server) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- s.Serve(ctx, l, time.Minute) }()
	t.Cleanup(func() {
		end()
		if err := <-over; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// started starts a program, and waits until it listens.
func started(t *testing.T, c *exec.Cmd, port string) {
	t.Helper()
	var says bytes.Buffer
	c.Stdout, c.Stderr = &says, &says
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	t.Cleanup(func() { c.Process.Signal(os.Interrupt); <-ended })
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		if conn, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			conn.Close()
			return
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("%s: %v\n%s", c.Path, err, &says)
		case <-look.C:
		}
	}
}

func throughProxy(t *testing.T, s *Server, client *http.Client) {
	form, err := client.Get("https://" + proxied + "/")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(form.Body)
	form.Body.Close()
	if form.StatusCode != 200 || !strings.Contains(string(body), `type="password"`) {
		t.Errorf("%s: %.300s", form.Status, body)
	}
	mayEnd := make(chan struct{})
	run := start(t, s.Runs, Job{Target: "slow.example", Do: func(ctx context.Context, _ *probes.Client, _ *probes.Options) (*mailcheck.Report, error) {
		<-mayEnd
		return &mailcheck.Report{}, nil
	}})
	page, err := client.Get("https://" + proxied + "/r/" + run.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer page.Body.Close()
	lines := bufio.NewScanner(page.Body)
	for lines.Scan() && !strings.Contains(lines.Text(), "Asking where") {
	}
	close(mayEnd) // only now: what came before did not wait for it
	ends := false
	for lines.Scan() {
		ends = ends || strings.Contains(lines.Text(), "</html>")
	}
	if !ends {
		t.Errorf("the page has no end: %v", lines.Err())
	}
}
