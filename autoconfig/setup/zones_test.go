//go:build real

package setup

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"mailcheck/autoconfig/document"
)

// zoneFile is a zone with what an administrator has pasted, once everything that was
// suggested is taken; hosts of the zone have addresses.
func zoneFile(t *testing.T, domain, pasted string) (path string, all []dns.RR) {
	t.Helper()
	pasted = suggestion.ReplaceAllString(pasted, "$1")
	all, err := records(pasted)
	if err != nil {
		t.Fatal(err)
	}
	file := fmt.Sprintf("$ORIGIN %s.\n$TTL 60\n@ SOA ns.example.net. root.example.net. 1 60 60 60 60\n@ NS ns.example.net.\n", domain)
	seen := map[string]bool{}
	for _, rr := range all {
		if r, ok := rr.(*dns.SRV); ok && document.Inside(strings.TrimSuffix(r.Target, "."), domain) && !seen[r.Target] {
			seen[r.Target] = true
			file += r.Target + " A 192.0.2.1\n"
		}
	}
	path = filepath.Join(t.TempDir(), "zone")
	if err := os.WriteFile(path, []byte(file+pasted), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, all
}

// Name servers take the zone, and understand each record as it was meant.
func TestNameServerReadsTheZone(t *testing.T) {
	read := map[string]bool{}
	for _, c := range append(contractCases(), contractCase{name: "everything around", report: aroundAndKeys()}) {
		var pasted string
		for _, f := range []Format{zone, pacc} { // the error is for TestContract to judge
			if made, err := f.Make(c.report, Options{Name: c.person, TLSA: true}); err == nil {
				pasted += string(made.Files[0].Body())
			}
		}
		if pasted == "" || read[pasted] {
			continue
		}
		read[pasted] = true
		domain := c.report.Address.Domain
		path, all := zoneFile(t, domain, pasted)
		if out := program(t, "named-checkzone", "-i", "local", "-S", "fail", "-k", "fail", domain, path); !strings.HasSuffix(out, "\nOK\n") {
			t.Fatalf("%s: named-checkzone says %q of\n%s", c.name, out, pasted)
		}
		if out := program(t, "nsd-checkzone", domain, path); !strings.HasSuffix(out, " is ok\n") {
			t.Fatalf("%s: nsd-checkzone says %q of\n%s", c.name, out, pasted)
		}
		compiled, err := records(program(t, "named-compilezone", "-q", "-i", "local", "-o", "-", domain, path))
		if err != nil {
			t.Fatal(err)
		}
		for _, rr := range all {
			found := false
			for _, other := range compiled {
				if key, ok := other.(*dns.TLSA); ok {
					key.Certificate = strings.ToLower(key.Certificate) // whose case means nothing
				}
				found = found || dns.IsDuplicate(rr, other)
			}
			if !found {
				t.Errorf("%s: of %v a name server makes something else", c.name, rr)
			}
		}
	}
}

// A name server that serves the zone gives the answers that were meant.
func TestNSDReadsTheZone(t *testing.T) {
	r := aroundAndKeys()
	var pasted string
	for _, f := range []Format{zone, pacc} {
		made, err := f.Make(r, Options{TLSA: true})
		if err != nil {
			t.Fatal(err)
		}
		pasted += string(made.Files[0].Body())
	}
	path, all := zoneFile(t, r.Address.Domain, pasted)
	ask := startNSD(t, r.Address.Domain, path)
	for _, rr := range all {
		answer := ask(rr.Header().Name, rr.Header().Rrtype)
		if !slices.ContainsFunc(answer, func(other dns.RR) bool { return dns.IsDuplicate(rr, other) }) {
			t.Errorf("asked for %v, NSD says %v", rr, answer)
		}
	}
}

// startNSD serves a zone, and returns how to ask for its records.
func startNSD(t *testing.T, domain, zone string) (ask func(name string, kind uint16) []dns.RR) {
	t.Helper()
	nsd, err := exec.LookPath("nsd")
	if err != nil {
		t.Skip("nsd is not installed")
	}
	free, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.LocalAddr().(*net.UDPAddr)
	free.Close()
	dir := t.TempDir()
	conf := fmt.Sprintf("server:\n\tip-address: 127.0.0.1@%d\n\tusername: \"\"\n\tzonesdir: %[2]q\n\tdatabase: \"\"\n\tpidfile: \"%[2]s/pid\"\n\txfrdfile: \"%[2]s/xfrd\"\n\txfrdir: %[2]q\n\tzonelistfile: \"%[2]s/zones\"\n\tserver-count: 1\nremote-control:\n\tcontrol-enable: no\nzone:\n\tname: %[3]q\n\tzonefile: %[4]q\n",
		address.Port, dir, domain, zone)
	if err := os.WriteFile(filepath.Join(dir, "conf"), []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, nsd, "-d", "-c", filepath.Join(dir, "conf"))
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); cmd.Wait() })
	client := dns.Client{Timeout: time.Second}
	return func(name string, kind uint16) []dns.RR {
		for deadline := time.Now().Add(30 * time.Second); ; { // until it has started
			answer, _, err := client.Exchange(new(dns.Msg).SetQuestion(name, kind), address.String())
			if err == nil {
				return answer.Answer
			}
			if time.Now().After(deadline) {
				stop()
				cmd.Wait()
				t.Fatalf("NSD does not answer: %v\n%s", err, said.String())
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// The digest is what another program makes of the document.
func TestOpenSSLReadsTheDigest(t *testing.T) {
	folder, ok := files(t, pacc, contractCase{report: smallProvider()})
	if !ok {
		t.Fatal("nothing is written")
	}
	zone, err := os.ReadFile(filepath.Join(folder, "pacc.zone"))
	if err != nil {
		t.Fatal(err)
	}
	sum := program(t, "openssl", "dgst", "-sha256", "-binary", filepath.Join(folder, "user-agent-configuration.json"))
	if want := "d=" + base64.StdEncoding.EncodeToString([]byte(sum)) + `"`; !strings.Contains(string(zone), want) {
		t.Errorf("openssl says %s of\n%s", want, zone)
	}
}
