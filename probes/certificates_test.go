package probes

import (
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lab"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

// visitLab checks a scenario's address and shows the report and the lab it was
// made in to look.
func visitLab(t *testing.T, name string, o Options, look func(*mailcheck.Report, *lab.Lab)) {
	t.Helper()
	s := scenario(t, name)
	synctest.Test(t, func(t *testing.T) { look(visit(t, s, 0, accountWith(o))) })
}

// What a person reads about each fault: the evidence and the remedy.
func TestCertificateAdvice(t *testing.T) {
	for _, c := range []struct{ scenario, id, detail, remedy string }{
		{"cert-incomplete-chain", "tls.missing-intermediate", "CN=imap.example.com is issued by CN=Lab Intermediate CA,O=Example Lab, which the server does not send; it was found at http://ca.example.net/intermediate.crt", "serve fullchain.pem instead of cert.pem"},
		{"cert-issuer-gone", "tls.unknown-authority", "the issuer's certificate could not be fetched from http://ca.example.net/intermediate.crt", "--ca-file"},
		{"cert-unknown-authority", "tls.unknown-authority", "the chain leads to CN=Private Root CA,O=Example Lab, whose certificate this machine does not have; the certificate does not say where its issuer's is to be found", "--ca-file"},
		{"cert-lone", "tls.unknown-authority", "the server sent only its own certificate, so that either the intermediate certificate is missing or the authority is a private one", "Mostly the server forgets its intermediate certificate"},
		{"cert-lone-public", "tls.missing-intermediate", "is issued by CN=Private Intermediate CA,O=Let's Encrypt; the server sent only its own certificate", "fullchain.pem instead of cert.pem"},
		{"cert-private-ca", "tls.private-ca", "ends at CN=Private Root CA,O=Example Lab", "Install the root certificate on every client"},
		{"cert-issuer-expired", "tls.expired", "Lab Old Intermediate CA expired on", `the intermediate "Lab Old Intermediate CA" sent with it are not`},
		{"cert-sha1", "tls.weak-signature", "CN=imap.example.com is signed with ECDSA-SHA1", "SHA-256"},
		{"cert-weak-key", "tls.weak-key", "an RSA key of 1024 bits", "2048"},
		{"cert-antivirus", "tls.interception", "the Avast virus scanner on this machine", "Switch off the scanning"},
		{"cert-antivirus-trusted", "tls.interception", "the Avast virus scanner on this machine; this machine trusts it", "those with their own, such as Thunderbird, refuse"},
		{"cert-two-good", "tls.ip-differ", "192.0.2.10 shows a good certificate, valid to", "Nothing to mend: both certificates are good."},
		{"cert-wrong-usage", "tls.wrong-usage", "meant for clients, not for servers", "serverAuth"},
		{"wrong-host-name", "tls.name-mismatch", "server7.hosting.example", "Use server7.hosting.example as the server's name in the settings: it is this server"},
		{"wrong-host-certificate", "tls.name-mismatch", "server7.hosting.example, *.hosting.example", "Have imap.example.com added to the certificate: no name in it is known to lead to this server."},
		{"cert-half-renewed", "tls.ip-differ", "192.0.2.10 shows a bad certificate", "Install the certificate of 192.0.2.12 on the machine at 192.0.2.10 too"},
		{"staple-revoked", "tls.revoked", "reason: key compromise", "new key"},
		{"staple-broken", "tls.ocsp-stale", "what is stapled is no OCSP answer (13 bytes)", "switch OCSP stapling off"},
		{"tls-client-cert", "tls.client-cert", "certificate required", "Make it optional (Dovecot:"},
		{"staple-stale", "tls.ocsp-stale", "3 days ago", "switch OCSP stapling off"},
		{"must-staple", "tls.must-staple-missing", "no OCSP answer is stapled", "without must-staple"},
		{"clock-behind", "net.clock-wrong", "2 days behind what a web server says", "Correct date, time and time zone of this machine"},
		{"clock-years-behind", "net.clock-wrong", "3000 days behind what a web server says", "NTP"},
		{"clock-unknown", "net.clock-wrong", "all 3 certificates seen are valid only from later on", "NTP"},
		{"cert-not-yet-valid", "tls.not-yet-valid", "is valid from", "so the fault is the server's: ask its operator"},
		{"dane-mismatch", "dane.mismatch", "the server's public key is ", "_993._tcp.imap.example.com. IN TLSA 3 1 1 "},
		{"dane-unusable", "dane.unusable", "a hash of matching type 1 has 32 bytes, not 4", "3 1 1"},
		{"dane-unsigned", "dane.unsigned", "_993._tcp.imap.example.com has 1, and they are not signed", "Sign the zone"},
		{"dane-island", "dane.unsigned", "nothing vouches for the keys that sign them (example.com DS: the zone above has no such record)", "Have the registrar of the domain enter the DS record"},
		{"proof-no-delegation", "srv.foreign-domain", "it is signed with DNSSEC, and nothing vouches", "Publish the DS record"},
		{"proof-outdated", "srv.foreign-domain", "its signature was valid to", "have the zone signed anew"},
		{"proof-wildcard-closer", "srv.foreign-domain", "nothing that says what does not exist", "give the service a record of its own"},
		{"proof-stripped", "srv.foreign-domain", "its DNSSEC signature is missing", "Ask another DNS server (--resolver)"},
		{"proof-withheld", "srv.foreign-domain", "hands over no DNSSEC signatures", "--resolver 1.1.1.1"},
		{"srv-foreign-domain", "srv.foreign-domain", "it is not signed with DNSSEC", "Sign the zone"},
	} {
		t.Run(c.scenario, func(t *testing.T) {
			visitLab(t, c.scenario, Options{TLSAudit: scenario(t, c.scenario).TLSAudit}, func(r *mailcheck.Report, _ *lab.Lab) {
				i := slices.IndexFunc(r.Findings, func(f mailcheck.Finding) bool { return f.Check.ID == c.id })
				if i < 0 {
					t.Fatalf("no %s among %v", c.id, ids(r))
				}
				if f := r.Findings[i]; !strings.Contains(f.Detail.String(), c.detail) || !strings.Contains(f.Remedy().String(), c.remedy) {
					t.Errorf("detail %q\nremedy %q\nwant %q\nand %q", f.Detail.String(), f.Remedy().String(), c.detail, c.remedy)
				}
			})
		})
	}
}

// What works here in spite of it is not called a failure.
func TestCertificateSeverity(t *testing.T) {
	for name, want := range map[string]checks.Severity{
		"cert-antivirus": checks.Failure, "cert-antivirus-trusted": checks.Warning,
		"cert-half-renewed": checks.Failure, "cert-two-good": checks.Info,
	} {
		visitLab(t, name, Options{TLSAudit: scenario(t, name).TLSAudit}, func(r *mailcheck.Report, _ *lab.Lab) {
			if got := r.Findings[0].Severity; got != want {
				t.Errorf("%s: %s is a %s, want a %s", name, r.Findings[0].Check.ID, got, want)
			}
		})
	}
}

// A certificate that has expired is told with its own dates, and each once: whoever
// stands above it may have been issued since.
func TestExpiredCertificates(t *testing.T) {
	for name, want := range map[string][]string{
		"cert-expired":            {"imap.example.com expired on"},
		"cert-issuer-expired":     {"Lab Old Intermediate CA expired on"},
		"cert-expired-new-issuer": {"imap.example.com expired on"},
		"cert-expired-both":       {"imap.example.com expired on", "Lab Old Intermediate CA expired on"},
	} {
		visitLab(t, name, Options{}, func(r *mailcheck.Report, _ *lab.Lab) {
			var got []string
			for _, f := range r.Findings {
				if f.Check == checks.TLSExpired {
					got = append(got, f.Detail.String())
				}
				if f.Check == checks.TLSExpired && name == "cert-expired-both" && strings.Contains(f.Remedy().String(), "dates of the server's own certificate are right") {
					t.Errorf("%s: %s", name, f.Remedy().String())
				}
			}
			if !slices.EqualFunc(got, want, strings.HasPrefix) {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		})
	}
}

// The names are those of the makers' roots; no public authority is among them.
func TestInterceptors(t *testing.T) {
	for issuer, want := range map[string]string{
		"avast! Web/Mail Shield Root": "Avast", "Bitdefender Personal CA.Net-Defender": "Bitdefender", "Kaspersky Anti-Virus Personal Root Certificate": "Kaspersky",
		"Cisco Umbrella Primary SubCA": "Cisco Umbrella", "ESET SSL Filter CA": "ESET", "FGT60FTK00000000": "Fortinet", "Sophos SSL CA_C1234": "Sophos",
		"caadmin.netskope.com": "Netskope", "Gateway CA - Cloudflare Managed G1 37055fa1": "Cloudflare", "www.untangle.com": "Untangle",
		"Fireware HTTPS Proxy: Fireware CA": "WatchGuard", "mitmproxy": "mitmproxy", "DO_NOT_TRUST_FiddlerRoot": "Fiddler", "Zscaler Intermediate Root CA": "Zscaler",
		"R12": "", "Sectigo Public Server Authentication CA DV R36": "", "Cloudflare TLS Issuing ECC CA 1": "", "Microsoft Azure RSA TLS Issuing CA 03": "",
	} {
		got := interceptor([]*x509.Certificate{{Issuer: pkix.Name{CommonName: issuer}}})
		if !strings.Contains(got, want) || (got == "") != (want == "") {
			t.Errorf("%s is taken for %q", issuer, got)
		}
	}
	for _, known := range interceptors {
		if known.issuer != strings.ToLower(known.issuer) {
			t.Errorf("%q has capital letters, so that nothing matches it", known.issuer)
		}
	}
}

// A wrong clock is said once, and what follows from it is folded under it.
func TestClockIsTheCause(t *testing.T) {
	for _, name := range []string{"clock-behind", "clock-years-behind", "clock-unknown"} {
		visitLab(t, name, Options{}, func(r *mailcheck.Report, _ *lab.Lab) {
			for _, f := range r.Findings {
				if f.Check == checks.TLSNotYetValid && f.BecauseOf != checks.NetClockWrong {
					t.Errorf("%s: %s is not because of the clock", name, f.Server)
				}
			}
		})
	}
}

// A certificate must not make mailcheck connect to a place of its choice.
func TestIssuerTrap(t *testing.T) {
	visitLab(t, "cert-issuer-trap", Options{}, func(_ *mailcheck.Report, l *lab.Lab) {
		for _, dial := range l.Dials() {
			if strings.Contains(dial, "127.0.0.1") {
				t.Errorf("dialled %s", dial)
			}
		}
	})
}

// A healthy server is connected to once; of a bad one three more at most are seen.
func TestFurtherConnections(t *testing.T) {
	count := func(l *lab.Lab) (n int) {
		for _, dial := range l.Dials() {
			if strings.HasPrefix(dial, "tcp") && strings.HasSuffix(dial, ":993") {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		scenario string
		audit    bool
		want     int
	}{{"dane-good", false, 1}, {"cert-expired", false, 1}, {"cert-half-renewed", false, 2}} {
		visitLab(t, c.scenario, Options{TLSAudit: c.audit}, func(_ *mailcheck.Report, l *lab.Lab) {
			if got := count(l); got != c.want {
				t.Errorf("%s: %d connections to port 993, want %d", c.scenario, got, c.want)
			}
		})
	}
}

// What is good is in the details.
func TestCertificateDetails(t *testing.T) {
	protection := func(r *mailcheck.Report) *mailcheck.TLS {
		for _, s := range r.Servers {
			if s.Port == 993 {
				return s.TLS
			}
		}
		return nil
	}
	visitLab(t, "staple-good", Options{}, func(r *mailcheck.Report, _ *lab.Lab) {
		if p := protection(r); p.OCSP == nil || p.OCSP.Status != "good" || p.SCTs != 2 || p.DANE != nil {
			t.Errorf("OCSP %+v, %d SCTs, DANE %v", p.OCSP, p.SCTs, p.DANE)
		}
	})
	for name, state := range map[string]string{
		"dane-good": "ok", "dane-roll-over": "ok", "dane-authority": "ok", "dane-mismatch": "mismatch",
		"dane-unusable": "unusable", "dane-unsigned": "unsigned", "dane-unchecked": "unchecked", "dane-forged": "unsigned", "dane-outdated": "unchecked",
	} {
		visitLab(t, name, Options{}, func(r *mailcheck.Report, _ *lab.Lab) {
			if d := protection(r).DANE; d == nil || d.State != state || d.Name != "_993._tcp.imap.example.com" {
				t.Errorf("%s: %+v", name, d)
			}
		})
	}
}

// Name servers that never answer TLSA questions cost a moment, not a time-out.
func TestSilentTLSA(t *testing.T) {
	visitLab(t, "dane-silent", Options{}, func(r *mailcheck.Report, _ *lab.Lab) {
		if r.Elapsed > tlsaPatience+500*time.Millisecond {
			t.Errorf("took %v", r.Elapsed)
		}
	})
}

// leaf returns a certificate that the lab issues, and the one above it.
func leaf(tb testing.TB) []*x509.Certificate {
	tb.Helper()
	s, _ := lab.Find("staple-good")
	l := lab.New(s)
	defer l.Close()
	n, err := netx.New(l.Options())
	if err != nil {
		tb.Fatal(err)
	}
	defer n.Close()
	var chain []*x509.Certificate
	p := &probe{net: n.Run(), trace: trace.New(time.Now()), result: &mailcheck.ServerResult{Server: mailcheck.Server{
		Protocol: mailcheck.IMAP, Host: "imap.example.com", Port: 993, Security: mailcheck.ImplicitTLS,
	}}}
	p.converse(tb.Context())
	p.dane(tb.Context())
	p.leave()
	if chain = p.path; len(chain) < 2 {
		tb.Fatalf("a chain of %d certificates", len(chain))
	}
	return chain
}

// pkcs7 returns a SignedData of certificates that signs nothing.
func pkcs7(certs ...*x509.Certificate) []byte {
	var b cryptobyte.Builder
	tag := cbasn1.Tag(0).ContextSpecific().Constructed()
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oidSignedData)
		b.AddASN1(tag, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1Int64(1)
				b.AddASN1(cbasn1.SET, func(*cryptobyte.Builder) {})
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier([]int{1, 2, 840, 113549, 1, 7, 1})
				})
				b.AddASN1(tag, func(b *cryptobyte.Builder) {
					for _, c := range certs {
						b.AddBytes(c.Raw)
					}
				})
				b.AddASN1(cbasn1.SET, func(*cryptobyte.Builder) {})
			})
		})
	})
	return b.BytesOrPanic()
}

func TestIssuerOf(t *testing.T) {
	chain := leaf(t)
	for name, document := range map[string][]byte{
		"DER": chain[1].Raw, "PKCS #7": pkcs7(chain[0], chain[1]),
		"PEM": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: chain[1].Raw}),
	} {
		if issuer, err := issuerOf(chain[0], document); err != nil || !issuer.Equal(chain[1]) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, document := range map[string][]byte{
		"nothing": nil, "a web page": []byte("<html>"), "another certificate": chain[0].Raw, "no certificate": pkcs7(),
		"half of one": pkcs7(chain[1])[:200],
	} {
		if issuer, err := issuerOf(chain[0], document); err == nil || issuer != nil {
			t.Errorf("%s: an issuer", name)
		}
	}
}

func FuzzParseCertificates(f *testing.F) {
	chain := leaf(f)
	f.Add(chain[0].Raw)
	f.Add(pkcs7(chain...))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\n"))
	f.Fuzz(func(t *testing.T, document []byte) {
		found, err := parseCertificates(document)
		if err == nil && len(found) > maxCertificates {
			t.Errorf("%d certificates", len(found))
		}
		issuerOf(chain[0], document)
	})
}

func FuzzCountSCTs(f *testing.F) {
	f.Add([]byte("\x00\x05\x00\x03abc"))
	f.Add([]byte("\x00\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if n, err := countSCTs(raw); err == nil && n*3 > len(raw) {
			t.Errorf("%d timestamps in %d bytes", n, len(raw))
		}
	})
}

func FuzzReadStaple(f *testing.F) {
	chain := leaf(f)
	f.Add([]byte("0\x03\n\x01\x03")) // tryLater
	f.Fuzz(func(t *testing.T, raw []byte) {
		if answer, _ := readStaple(raw, chain[0], chain[1], time.Unix(0, 0)); answer.Status == "good" || answer.Status == "revoked" {
			t.Errorf("believed %q", raw)
		}
	})
}

// The examples are of RFC 7671 section 4 and RFC 6698 section 2.1.
func TestTLSA(t *testing.T) {
	chain := leaf(t)
	for _, c := range []struct {
		record  netx.TLSA
		matches bool
		flaw    string
	}{
		{netx.TLSA{Usage: 3, Selector: 1, MatchingType: 1, Data: association(chain[0], 1, 1)}, true, ""},
		{netx.TLSA{Usage: 3, Selector: 0, MatchingType: 0, Data: chain[0].Raw}, true, ""},
		{netx.TLSA{Usage: 1, Selector: 0, MatchingType: 2, Data: association(chain[0], 0, 2)}, true, ""},
		{netx.TLSA{Usage: 2, Selector: 0, MatchingType: 1, Data: association(chain[1], 0, 1)}, true, ""},
		{netx.TLSA{Usage: 0, Selector: 1, MatchingType: 1, Data: association(chain[1], 1, 1)}, true, ""},
		{netx.TLSA{Usage: 2, Selector: 1, MatchingType: 1, Data: association(chain[0], 1, 1)}, false, ""}, // names the server as its own authority
		{netx.TLSA{Usage: 3, Selector: 1, MatchingType: 1, Data: association(chain[1], 1, 1)}, false, ""},
		{netx.TLSA{Usage: 3, Selector: 0, MatchingType: 1, Data: association(chain[0], 1, 1)}, false, ""},
		{netx.TLSA{Usage: 255, Selector: 1, MatchingType: 1, Data: make([]byte, 32)}, false, "usage 255"},
		{netx.TLSA{Usage: 3, Selector: 7, MatchingType: 1, Data: make([]byte, 32)}, false, "selector 7"},
		{netx.TLSA{Usage: 3, Selector: 1, MatchingType: 3, Data: make([]byte, 32)}, false, "matching type 3"},
		{netx.TLSA{Usage: 3, Selector: 1, MatchingType: 2, Data: make([]byte, 32)}, false, "64 bytes"},
		{netx.TLSA{Usage: 3, Selector: 1}, false, "no data"},
	} {
		flaw := unusable(c.record)
		if flaw.Empty() != (c.flaw == "") || !strings.Contains(flaw.String(), c.flaw) {
			t.Errorf("%s: flaw %q, want %q", presentation(c.record), flaw, c.flaw)
		}
		if got := matchesTLSA(c.record, chain, chain); flaw.Empty() && got != c.matches {
			t.Errorf("%s: matches %v", presentation(c.record), got)
		}
	}
}

// What DNS said of the certificate long before the end of the run is not lost with it.
func TestDANEAtTheEndOfTheRun(t *testing.T) {
	s := scenario(t, "dane-good")
	s.Hosts = maps.Clone(s.Hosts)
	s.Hosts["imap.example.com"] = lab.Host{993: lab.TLS(lab.Cert{Names: []string{"imap.example.com"}}, lab.Silent)}
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			r, _ := visit(t, s, 0, func(ctx context.Context, c *Client, a mailcheck.Address) (*mailcheck.Report, error) {
				ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
				defer cancel()
				return c.Account(ctx, a, nil)
			})
			i := slices.IndexFunc(r.Servers, func(s mailcheck.ServerResult) bool { return s.Port == 993 })
			if d := r.Servers[i].TLS.DANE; d == nil {
				t.Errorf("the TLSA records were lost: %v", r.Servers[i].Steps)
			}
		})
	}
}

// A report has what a TLSA record of each server would need, and whether one would count.
func TestReportHasTheKeys(t *testing.T) {
	for name, want := range map[string]mailcheck.Proof{"dane-roll-over": mailcheck.Proven, "srv-foreign-domain": mailcheck.Unsigned, "dane-unchecked": mailcheck.Unknown} {
		visitLab(t, name, Options{}, func(r *mailcheck.Report, _ *lab.Lab) {
			if got := r.Source("dns").DNSSEC; got != want {
				t.Errorf("%s: DNSSEC is %q, want %q", name, got, want)
			}
			for _, s := range r.Servers {
				if s.Protocol == mailcheck.IMAP && s.Security == mailcheck.ImplicitTLS && name == "dane-roll-over" && !slices.Contains(s.TLS.DANE.Records, "3 1 1 "+s.TLS.Chain[0].KeySHA256) {
					t.Errorf("the key is %s, and the records are %q", s.TLS.Chain[0].KeySHA256, s.TLS.DANE.Records)
				}
			}
		})
	}
}
