//go:build real

package realtest

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	proofs "mailcheck/internal/dnssec"
	"mailcheck/internal/netx"
)

// Values of scenario.dnssec: how unbound, which is asked then, sees the domain.
const (
	signed   = "signed"
	hashed   = "hashed"   // signed, and what does not exist is denied with hashes (NSEC3)
	outdated = "outdated" // signed, but nobody has renewed the signatures
	unsigned = "unsigned"
)

// dnssec is what DNSSEC adds: records that a client may believe, and answers that
// it must not. LEAF, ISSUER and ROOT stand for the hashes of the keys in the chain
// of the certificate, OLD for that of a key that was replaced.
var dnssec = []scenario{{
	name:   "dane",
	dnssec: signed,
	records: tlsRecords + startTLSRecords + "_pop3s._tcp SRV 10 1 995 pop\n_pop3._tcp SRV 10 1 110 pop\n" +
		"_993._tcp.imap TLSA 3 1 1 LEAF\n" +
		"_143._tcp.imap TLSA 3 1 1 OLD\n_143._tcp.imap TLSA 3 1 1 LEAF\n" + // a roll-over
		"_995._tcp.pop TLSA 2 1 1 ISSUER\n" +
		"_110._tcp.pop TLSA 2 1 1 ROOT\n" + // which the server does not send
		"_465._tcp.smtp TLSA 3 1 1 OLD\n" +
		"_587._tcp.smtp TLSA 3 1 1 abcd\n",
	ports: []int{993, 143, 995, 110, 465, 587},
	cert:  fullChain,
	found: "srv",
	servers: []string{
		"imap imap:993 tls pass", "imap imap:143 starttls pass", "pop3 pop:995 tls pass", "pop3 pop:110 starttls warn",
		"submission smtp:465 tls warn", "submission smtp:587 starttls warn",
	},
	findings: []string{"dane.mismatch pop:110", "dane.mismatch smtp:465", "dane.unusable smtp:587"},
}, {
	name:     "dane-unsigned",
	dnssec:   unsigned,
	records:  tlsRecords + "_993._tcp.imap TLSA 3 1 1 OLD\n",
	ports:    tlsPorts,
	cert:     fullChain,
	found:    "srv",
	servers:  tlsServers,
	findings: []string{"dane.unsigned imap:993"},
}, {
	name:    "dane-wildcard",
	dnssec:  signed,
	records: tlsRecords + "*._tcp.imap TLSA 3 1 1 LEAF\n",
	ports:   tlsPorts,
	cert:    fullChain,
	found:   "srv",
	servers: tlsServers,
}, {
	name:     "dane-hashed",
	dnssec:   hashed,
	records:  tlsRecords + "*._tcp.imap TLSA 3 1 1 LEAF\n*._tcp.smtp TLSA 3 1 1 OLD\n",
	ports:    tlsPorts,
	cert:     fullChain,
	found:    "srv",
	servers:  []string{"imap imap:993 tls pass", "submission smtp:465 tls warn"},
	findings: []string{"dane.mismatch smtp:465"},
}, {
	name:     "dnssec-outdated",
	dnssec:   outdated,
	records:  tlsRecords,
	ports:    tlsPorts,
	exit:     1,
	findings: []string{"dns.bogus"},
}}

// TestDANE tests what the report says of each server's TLSA records.
func TestDANE(t *testing.T) {
	t.Parallel()
	s, ok := internet.find("dane")
	if !ok {
		t.Skip("unbound is not here")
	}
	r, _ := mailcheckJSON(t, append([]string{"probe", "--resolver", internet.validator}, s.urls()...)...)
	states := map[string]string{}
	for _, v := range r.Servers {
		if v.TLS != nil && v.TLS.DANE != nil {
			states[fmt.Sprintf("%s:%d", v.Protocol, v.Port)] = v.TLS.DANE.State
		}
	}
	for endpoint, want := range map[string]string{
		"imap:993": "ok", "imap:143": "ok", "pop3:995": "ok", "pop3:110": "mismatch", "submission:465": "mismatch", "submission:587": "unusable",
	} {
		if states[endpoint] != want {
			t.Errorf("%s: DANE is %q, want %q", endpoint, states[endpoint], want)
		}
	}
	for _, domain := range []string{"dane-wildcard.example", "dane-hashed.example"} {
		r, _ := mailcheckJSON(t, "probe", "--resolver", internet.validator, "imaps://imap."+domain)
		if len(r.Servers) != 1 || r.Servers[0].TLS == nil || r.Servers[0].TLS.DANE == nil || r.Servers[0].TLS.DANE.State != "ok" {
			t.Errorf("%s, whose TLSA record is a wildcard: %+v", domain, r.Servers)
		}
	}
	// Without --trust-anchor it is another root that is trusted.
	r, _ = mailcheckJSON(t, "probe", "submissions://smtp.dane.example")
	if len(r.Servers) != 1 || r.Servers[0].Verdict != "pass" || r.Servers[0].TLS.DANE == nil || r.Servers[0].TLS.DANE.State != "unchecked" {
		t.Errorf("without DNSSEC: %+v", r.Servers)
	}
}

// TestProve proves what ldns has signed, as NSD hands it over and as unbound does.
func TestProve(t *testing.T) {
	t.Parallel()
	if internet.anchor == "" {
		t.Skip("unbound is not here")
	}
	for _, c := range []struct {
		resolver, domain string
		flaw             proofs.Flaw
	}{
		{internet.validator, "dane.example", 0},
		{internet.rooted, "dane.example", 0},
		{internet.validator, "dane-unsigned.example", proofs.Unsigned},
		{internet.rooted, "dane-unsigned.example", proofs.Unsigned},
		{internet.validator, "dane-hashed.example", 0},
		{internet.rooted, "dnssec-outdated.example", proofs.Wrong},
		{internet.rooted, "healthy.example", 0}, // in the zone example
	} {
		n := must(netx.New(netx.Options{Resolvers: []string{c.resolver}, Anchors: must(netx.ParseAnchors(internet.anchor))}))
		defer n.Close()
		_, meta, err := n.Resolver.MX(t.Context(), c.domain)
		check(err)
		err = n.Run().Prove(t.Context(), meta)
		e, _ := errors.AsType[*proofs.Unproven](err)
		if c.flaw == 0 && err != nil || c.flaw != 0 && (e == nil || e.Flaw != c.flaw) {
			t.Errorf("%s by %s: %v", c.domain, c.resolver, err)
		}
		if c.flaw == proofs.Unsigned && e != nil && !strings.Contains(e.Why, "neither is "+c.domain) {
			t.Errorf("%s by %s: that the zone has no keys is not proven: %v", c.domain, c.resolver, err)
		}
	}
}

// zone returns the records of a scenario, in zone file syntax.
func (w *world) zone(s scenario) string {
	text := fmt.Sprintf("$ORIGIN %s.\n@ MX 10 smtp\nimap A %[2]s\npop A %[2]s\nsmtp A %[2]s\n%[3]s\n", s.domain(), s.address, s.records)
	if s.web != "" {
		text += fmt.Sprintf("autoconfig A %s\n", s.address)
	}
	for _, site := range s.sites {
		text += fmt.Sprintf("%s A %s\n", site.host, s.address)
	}
	if s.dnssec == "" {
		return text
	}
	hash := func(c *x509.Certificate) string { return fmt.Sprintf("%x", sha256.Sum256(c.RawSubjectPublicKeyInfo)) }
	return strings.NewReplacer("LEAF", hash(w.leaf(s)), "ISSUER", hash(w.between.cert), "ROOT", hash(w.root.cert), "OLD", strings.Repeat("00", 32)).Replace(text)
}

// leaf returns the certificate of a scenario.
func (w *world) leaf(s scenario) *x509.Certificate {
	_, rest := pem.Decode(must(os.ReadFile(w.path(s.pem()))))
	block, _ := pem.Decode(rest)
	return must(x509.ParseCertificate(block.Bytes))
}

// zoneFile writes a zone, signed for a month, or for one that is over, or not. It returns
// the name of the file, and the DS record of the key for the zone above.
func (w *world) zoneFile(zone, text, how string) (file, ds string) {
	file = strings.TrimSuffix("zones/"+zone, ".")
	if zone == "." {
		file = "zones/root"
	}
	w.write(file, "$ORIGIN "+strings.TrimSuffix(zone, ".")+".\n$TTL 60\n@ SOA ns.example. hostmaster.example. 1 3600 600 86400 60\n@ NS ns.example.\n"+text)
	if how == unsigned {
		return file, ""
	}
	ends := fromNow(30 * day)
	if how == outdated {
		ends = fromNow(-day)
	}
	w.inOverlay("ldns-keygen", "-a", "ECDSAP256SHA256", "-k", zone)
	key := strings.TrimSuffix(must(filepath.Glob(w.path("zones", "K"+strings.TrimSuffix(zone, ".")+".+*.private")))[0], ".private")
	args := []string{"-i", stamp(ends.Add(-40 * day)), "-e", stamp(ends)}
	if how == hashed {
		args = append(args, "-n", "-t", "5", "-s", "abcd")
	}
	w.inOverlay("ldns-signzone", append(args, filepath.Base(file), filepath.Base(key))...)
	return file + ".signed", string(must(os.ReadFile(key + ".ds")))
}

// delegation is what the zone above has of a zone.
func delegation(zone, ds string) string { return zone + ". NS ns.example.\n" + ds }

func stamp(t time.Time) string { return t.UTC().Format("20060102150405") }

// unbound resolves, and validates what is below the key of the root. It asks the NSD with the root only.
func (w *world) unbound() {
	host, port, _ := net.SplitHostPort(w.validator)
	anchor := fmt.Sprintf("\ttrust-anchor: %q\n", strings.Join(strings.Fields(w.anchor), " "))
	w.write("unbound.conf", fmt.Sprintf(`
server:
	interface: %s@%s
	do-daemonize: no
	username: ""
	chroot: ""
	directory: %[3]q
	pidfile: ""
	use-syslog: no
	logfile: "%[3]s/unbound.log"
	val-log-level: 2
	num-threads: 1
	access-control: 127.0.0.0/8 allow
	do-not-query-localhost: no
	module-config: "validator iterator"
%[4]s
remote-control:
	control-enable: no
forward-zone:
	name: "."
	forward-addr: %[5]s
`, host, port, w.dir, anchor, strings.Replace(w.rooted, ":", "@", 1)))
	w.startOver("/usr/sbin/unbound", "-d", "-c", w.path("unbound.conf"))
}
