//go:build real

// Package compare shows mailcheck and other programs the same faults: see the
// script run.
package compare

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"mailcheck/internal/lab"
)

// fault is a host with one fault: what is on the ports for TLS from the first
// byte (993, 465) and for STARTTLS (143, 587).
type fault struct {
	name        string
	address     string // 127.99.77.*; made up by TestCompare
	door        string // which of them the programs are shown: imaps, imap or submission
	imap, smtp  lab.Behaviour
	full        bool // the backlog is full, as if a firewall dropped what comes
	unavailable bool // nothing listens
}

func (f fault) host() string { return f.name + ".example" }

// patience is how long a program may take.
const patience = 45 * time.Second

func TestCompare(t *testing.T) {
	dir := os.Getenv("MAILCHECK_COMPARE")
	if dir == "" {
		t.Skip("run this with realtest/compare/run")
	}
	a := newAuthority(t)
	if err := os.WriteFile(filepath.Join(dir, "ca.pem"), a.root, 0o644); err != nil {
		t.Fatal(err)
	}
	list, zone := faults(a), ""
	for i := range list {
		list[i].address = fmt.Sprintf("127.99.77.%d", i+1)
		zone += fmt.Sprintf("%s. A %s\n", list[i].host(), list[i].address)
	}
	l := lab.New(lab.Scenario{Zone: zone})
	t.Cleanup(l.Close)
	resolver, _, err := l.Loopback()
	if err != nil {
		t.Fatal(err)
	}
	hosts, err := os.OpenFile(filepath.Join(dir, "hosts"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		fmt.Fprintf(hosts, "%s %s\n", f.address, f.host())
		t.Run(f.name, func(t *testing.T) {
			f.serve(t, l)
			for _, command := range f.commands(dir, resolver) {
				show(dir, f.name, command)
			}
		})
	}
}

// faults returns the hosts.
func faults(a authority) []fault {
	implicit := func(name string, with ...lab.TLSOption) fault {
		m := lab.Mail{Host: name + ".example"}
		return fault{name: name, door: "imaps", imap: lab.TLS(anyCert, lab.IMAP(m), with...), smtp: lab.TLS(anyCert, lab.SMTP(m), with...)}
	}
	upgrade := func(name, door string, m lab.Mail) fault {
		m.Host = name + ".example"
		return fault{name: name, door: door, imap: lab.IMAP(m), smtp: lab.SMTP(m)}
	}
	says := func(text string) lab.Mail {
		return lab.Mail{On: map[string]lab.Behaviour{"greeting": lab.Then(lab.Say(text), func(c *lab.Conn) { c.Close() })}}
	}
	good := func(name string) lab.TLSOption { return a.leaf(name+".example", 60, true) }
	wrapped := implicit("tls-on-starttls-port", good("tls-on-starttls-port"))
	wrapped.door = "imap"
	bare := upgrade("plain-on-tls-port", "imaps", lab.Mail{})
	return []fault{
		implicit("healthy", good("healthy")),
		implicit("expired", a.leaf("expired.example", -2, true)),
		implicit("wrong-name", a.leaf("mail.other.example", 60, true)),
		implicit("missing-intermediate", a.leaf("missing-intermediate.example", 60, false)),
		bare,
		wrapped,
		upgrade("starttls-missing", "submission", lab.Mail{}),
		upgrade("starttls-454", "submission", lab.Mail{StartTLS: &anyCert, On: map[string]lab.Behaviour{"STARTTLS": lab.Say("454 4.7.0 TLS not available due to local problem\r\n")}}),
		{name: "silent", door: "imap", imap: lab.Silent, smtp: lab.Silent},
		{name: "refused", door: "imaps", unavailable: true},
		{name: "filtered", door: "imaps", full: true},
		upgrade("greeting-554", "submission", says("554 5.7.1 Service unavailable; client host [203.0.113.7] blocked using bl.example\r\n")),
		upgrade("greeting-421", "submission", says("421 4.7.0 Too many connections from your address\r\n")),
		implicit("tls10-only", good("tls10-only"), func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS10 }),
	}
}

// anyCert is replaced by an option: the specialists' libraries do not all know
// the kind of key that the lab has.
var anyCert = lab.Cert{Names: []string{"replaced.example"}}

// serve puts a fault on the ports of an address.
func (f fault) serve(t *testing.T, l *lab.Lab) {
	for _, port := range []int{993, 465, 143, 587} {
		b := f.imap
		if port == 465 || port == 587 {
			b = f.smtp
		}
		switch {
		case f.unavailable:
		case f.full:
			t.Cleanup(fill(t, f.address, port))
		default:
			listener, err := net.Listen("tcp", fmt.Sprintf("%s:%d", f.address, port))
			if err != nil {
				t.Fatal(err)
			}
			go l.Serve(listener, b)
		}
	}
}

// fill listens without accepting and fills the backlog, so that the kernel drops
// whatever else comes.
func fill(t *testing.T, address string, port int) (stop func()) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	to := &syscall.SockaddrInet4{Port: port, Addr: [4]byte(net.ParseIP(address).To4())}
	if err := errors.Join(syscall.Bind(fd, to), syscall.Listen(fd, 0)); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if conn, err := net.DialTimeout("tcp", fmt.Sprintf("%s:%d", address, port), 300*time.Millisecond); err == nil {
			t.Cleanup(func() { conn.Close() })
		}
	}
	return func() { syscall.Close(fd) }
}

// commands returns how each program is asked, with what it needs to judge the
// certificate where it can.
func (f fault) commands(dir, resolver string) []string {
	ca, host := filepath.Join(dir, "ca.pem"), f.host()
	const plugins = "/usr/lib/nagios/plugins/"
	verified := " -servername " + host + " -verify_hostname " + host + " -verify_return_error -CAfile " + ca + " -brief"
	testssl := " --quiet --color 0 --warnings batch --add-ca " + ca + " --connect-timeout 10 --openssl-timeout 10 --ip " + f.address + " -p -S "
	mailcheck := filepath.Join(dir, "mailcheck") + " probe " + f.door + "://" + host + " --resolver " + resolver + " --ca-file " + ca
	switch f.door {
	case "imaps":
		return []string{
			"openssl s_client -connect " + host + ":993" + verified,
			"testssl" + testssl + host + ":993",
			"nmap -Pn -p 993 --script ssl-cert,ssl-enum-ciphers,imap-capabilities " + host,
			plugins + "check_imap -S -H " + host + " -p 993 -D 14",
			"swaks --to alice@example.com --server " + host + ":465 --tls-on-connect --tls-verify --tls-ca-path " + ca + " --quit-after EHLO",
			mailcheck,
		}
	case "imap":
		return []string{
			"openssl s_client -starttls imap -connect " + host + ":143" + verified,
			"testssl -t imap" + testssl + host + ":143",
			"nmap -Pn -p 143 --script ssl-cert,ssl-enum-ciphers,imap-capabilities " + host,
			plugins + "check_imap -H " + host + " -p 143",
			"swaks --to alice@example.com --server " + host + ":587 --tls --tls-verify --tls-ca-path " + ca + " --quit-after EHLO",
			mailcheck,
		}
	}
	return []string{
		"openssl s_client -starttls smtp -connect " + host + ":587" + verified,
		"testssl -t smtp" + testssl + host + ":587",
		"nmap -Pn -p 587 --script ssl-cert,ssl-enum-ciphers,smtp-commands " + host,
		plugins + "check_smtp -S -H " + host + " -p 587 -D 14",
		"swaks --to alice@example.com --server " + host + ":587 --tls --tls-verify --tls-ca-path " + ca + " --quit-after EHLO",
		mailcheck,
	}
}

// show runs a command and prints what it said.
func show(dir, name, command string) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	words := strings.Fields(command)
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.WaitDelay = time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // testssl has children
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.Env = append(os.Environ(), "COLUMNS=100")
	began := time.Now()
	out, _ := cmd.CombinedOutput()
	code := "stopped"
	if ctx.Err() == nil {
		code = fmt.Sprint("exit ", cmd.ProcessState.ExitCode())
	}
	fmt.Printf("\n### %s: %s\n# %s, %.1f s\n%s\n", name, strings.ReplaceAll(command, dir+"/", ""), code, time.Since(began).Seconds(), strings.TrimSpace(string(out)))
}

// authority issues certificates with keys that every program knows.
type authority struct {
	t                        *testing.T
	root                     []byte // PEM
	intermediate             *x509.Certificate
	intermediateKey, leafKey *rsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	newKey := func() *rsa.PrivateKey {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	a := authority{t: t, intermediateKey: newKey(), leafKey: newKey()}
	rootKey := newKey()
	root := a.issue(authorityTemplate("Comparison Root"), nil, rootKey, rootKey)
	a.root = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw})
	a.intermediate = a.issue(authorityTemplate("Comparison Intermediate"), root, a.intermediateKey, rootKey)
	return a
}

func authorityTemplate(name string) *x509.Certificate {
	return &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
}

func (a authority) issue(template, issuer *x509.Certificate, key, issuerKey *rsa.PrivateKey) *x509.Certificate {
	if issuer == nil {
		issuer = template
	}
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, key.Public(), issuerKey)
	if err != nil {
		a.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return cert
}

// leaf returns the option that shows a certificate for a name, which ends some
// days from now, with or without its intermediate.
func (a authority) leaf(name string, days int, complete bool) lab.TLSOption {
	cert := a.issue(&x509.Certificate{
		Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().AddDate(0, 0, -30), NotAfter: time.Now().AddDate(0, 0, days),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, a.intermediate, a.leafKey, a.intermediateKey)
	chain := [][]byte{cert.Raw}
	if complete {
		chain = append(chain, a.intermediate.Raw)
	}
	return func(c *tls.Config) { c.Certificates = []tls.Certificate{{Certificate: chain, PrivateKey: a.leafKey}} }
}
