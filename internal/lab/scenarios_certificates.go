package lab

import (
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"time"
)

// issuerURL is where the certificates of the lab's authority say that the
// intermediate is to be found.
const issuerURL = "http://ca.example.net/intermediate.crt"

// imapName is the name that the certificates below are for.
var imapName = []string{imapHost}

// publishes puts the certificate above a leaf where the leaf says it is.
func publishes(c Cert) change {
	return func(s *Scenario) {
		s.Zone += "ca.example.net. A 198.51.100.80\n"
		s.Hosts["ca.example.net"] = Host{80: HTTP(map[string]Reply{"/intermediate.crt": Issuer(c, 0)})}
	}
}

// behind sets this machine's clock back.
func behind(d time.Duration) change { return func(s *Scenario) { s.Behind = d } }

var (
	incomplete = Cert{Names: imapName, OmitIntermediate: true, IssuerURL: issuerURL}
	oldCert    = Cert{Names: imapName, NotAfter: -3 * day}
	tomorrow   = Cert{Names: imapName, NotBefore: -day}
)

func certificates() []Scenario {
	return []Scenario{
		provider("cert-private-ca", "the certificate is issued by the company's own authority", "tls.private-ca",
			withCert(Cert{Names: imapName, UnknownCA: true, SendRoot: true})),
		provider("cert-unknown-authority", "the certificate is issued by an authority that nobody knows", "tls.unknown-authority",
			withCert(Cert{Names: imapName, UnknownCA: true})),
		provider("cert-lone", "the server sends only its own certificate, and nobody knows who issued it", "tls.unknown-authority",
			withCert(Cert{Names: imapName, UnknownCA: true, OmitIntermediate: true})),
		provider("cert-lone-public", "the server sends only its own certificate, which a public authority issued", "tls.missing-intermediate",
			withCert(Cert{Names: imapName, UnknownCA: true, OmitIntermediate: true, Organization: "Let's Encrypt"})),
		provider("cert-incomplete-chain", "the server does not send its intermediate certificate", "tls.missing-intermediate",
			withCert(incomplete), publishes(incomplete)),
		provider("cert-issuer-gone", "the intermediate certificate is neither sent nor where it should be", "tls.unknown-authority",
			withCert(incomplete)),
		provider("cert-issuer-trap", "the certificate says that its issuer is to be fetched from inside the network of who tests it", "tls.unknown-authority",
			withCert(Cert{Names: imapName, OmitIntermediate: true, IssuerURL: "http://127.0.0.1/intermediate.crt"}),
			host("127.0.0.1", Host{80: HTTP(map[string]Reply{"*": Issuer(incomplete, 0)})})),
		provider("cert-issuer-expired", "the intermediate certificate that the server sends has expired", "tls.expired",
			withCert(Cert{Names: imapName, OldIssuer: true})),
		provider("cert-expired-new-issuer", "the certificate expired before the intermediate that is sent with it was issued", "tls.expired",
			withCert(Cert{Names: imapName, NewIssuer: true, NotAfter: -3 * day})),
		provider("cert-expired-both", "the certificate has expired, and so has the intermediate that is sent with it", "tls.expired",
			withCert(Cert{Names: imapName, OldIssuer: true, NotAfter: -day})),
		provider("cert-constrained", "the authority may not issue for this domain", "tls.certificate",
			withCert(Cert{Names: imapName, Constrained: true})),
		provider("cert-placeholder", "the proxy in front of the IMAP server has no certificate for its name and shows its placeholder", "tls.placeholder",
			withCert(Cert{Names: []string{"a1b2c3.traefik.default"}, CommonName: "TRAEFIK DEFAULT CERT", SelfSigned: true})),
		provider("cert-snakeoil", "the server shows the certificate that was made when its operating system was installed", "tls.placeholder",
			withCert(Cert{Names: []string{"debian"}, SelfSigned: true, NotBefore: -100 * day, NotAfter: 3550 * day})),
		provider("cert-expired-alongside", "the server sends an expired certificate besides its good chain", "tls.expired-alongside",
			withCert(Cert{Names: imapName, Alongside: &Cert{CommonName: "Lab External CA Root", SelfSigned: true, NotBefore: -1000 * day, NotAfter: -day}})),
		provider("cert-idle-alongside", "the server sends a certificate besides its chain that has nothing to do with it", "tls.idle-alongside",
			withCert(Cert{Names: imapName, Alongside: &Cert{CommonName: "Lab Other CA"}})),
		provider("cert-sha1", "the certificate is signed with SHA-1", "tls.weak-signature", withCert(Cert{Names: imapName, SHA1: true})),
		provider("cert-weak-key", "the certificate has an RSA key of 1024 bits", "tls.weak-key", withCert(Cert{Names: imapName, WeakKey: true})),
		provider("cert-antivirus", "a virus scanner puts its own certificate in the place of the server's", "tls.interception",
			withCert(Cert{Names: imapName, Authority: "Avast Web/Mail Shield Root"})),
		provider("cert-antivirus-trusted", "a virus scanner puts its own certificate in the place of the server's, and this machine trusts it", "tls.interception",
			withCert(Cert{Names: imapName, Authority: "Avast Web/Mail Shield Root"}), func(s *Scenario) { s.Trusts = []string{"Avast Web/Mail Shield Root"} }),
		provider("wrong-host-name", "the certificate is for the name that the hosting company gave the server", "tls.name-mismatch",
			withCert(Cert{Names: []string{"server7.hosting.example"}}), records("server7.hosting.example. A 192.0.2.10")),
		provider("cert-expired-wrong-name", "the certificate has expired and is for another name", "tls.expired tls.name-mismatch",
			withCert(Cert{Names: []string{"*.example.com.hosting.example"}, NotAfter: -40 * day})),
		provider("cert-half-renewed", "of the two machines behind the IMAP server's name one still has the old certificate", "tls.expired tls.ip-differ",
			records("imap A 192.0.2.12"), func(s *Scenario) { delete(s.Hosts, imapHost) },
			host("192.0.2.10", Host{993: TLS(oldCert, IMAP(Mail{Host: imapHost}))}), host("192.0.2.12", Host{993: imaps(imapHost)})),
		provider("cert-two-good", "the two machines behind the IMAP server's name have different certificates, both good", "tls.ip-differ", audited,
			records("imap A 192.0.2.12"), func(s *Scenario) { delete(s.Hosts, imapHost) },
			host("192.0.2.10", Host{993: TLS(Cert{Names: imapName, NotAfter: 30 * day}, IMAP(Mail{Host: imapHost}))}), host("192.0.2.12", Host{993: imaps(imapHost)})),

		provider("staple-good", "the server staples a good OCSP answer, and its certificate has timestamps", "",
			withCert(Cert{Names: imapName, Staple: GoodStaple, MustStaple: true, SCTs: 2})),
		provider("staple-revoked", "the server staples the news that its certificate is revoked", "tls.revoked",
			withCert(Cert{Names: imapName, Staple: RevokedStaple})),
		provider("staple-stale", "the server staples an outdated OCSP answer", "tls.ocsp-stale",
			withCert(Cert{Names: imapName, Staple: StaleStaple})),
		provider("staple-broken", "the server staples something that is no OCSP answer", "tls.ocsp-stale",
			withCert(Cert{Names: imapName, Staple: BrokenStaple})),
		provider("must-staple", "the certificate demands an OCSP answer that the server does not staple", "tls.must-staple-missing",
			withCert(Cert{Names: imapName, MustStaple: true})),

		provider("clock-behind", "the clock of the machine that runs the test is two days behind", "net.clock-wrong tls.not-yet-valid",
			behind(2*day), withCert(tomorrow)),
		provider("clock-years-behind", "the clock of the machine that runs the test is years behind, as after its battery ran empty",
			"account.no-incoming account.no-outgoing ispdb.unreachable net.clock-wrong tls.not-yet-valid",
			behind(3000*day), withCert(Cert{Names: imapName, IssuerURL: issuerURL}), publishes(Cert{Names: imapName})),
		provider("clock-unknown", "the clock is years behind, and nobody can be asked what time it is",
			"account.no-incoming account.no-outgoing ispdb.unreachable net.clock-wrong tls.not-yet-valid", behind(3000*day)),
	}
}

// signed has the domain signed.
func signed(s *Scenario) { s.DNS.Signed = append(s.DNS.Signed, "example.com") }

// tlsa publishes records for port 993 of the IMAP host.
func tlsa(data ...string) change {
	var lines []string
	for _, d := range data {
		lines = append(lines, "_993._tcp.imap TLSA "+d)
	}
	return records(lines...)
}

// keyHash returns the "1 1" association of a subject's key: the SHA-256 hash of
// its public key (RFC 6698 section 2.1).
func keyHash(commonName string, organization ...string) string {
	der, err := x509.MarshalPKIXPublicKey(key(pkix.Name{CommonName: commonName, Organization: organization}).Public())
	if err != nil {
		panic(fmt.Sprintf("lab: key: %v", err))
	}
	return fmt.Sprintf("%x", sha256.Sum256(der))
}

const wrongHash = "0badcafe0badcafe0badcafe0badcafe0badcafe0badcafe0badcafe0badcafe"

// rightKey is the record that fits the IMAP server.
func rightKey() string { return "3 1 1 " + keyHash(imapHost) }

func dane() []Scenario {
	return []Scenario{
		provider("dane-good", "TLSA records name the key of the IMAP server", "", signed, tlsa(rightKey())),
		provider("dane-roll-over", "TLSA records name the present and the next key of the IMAP server", "", signed, tlsa(rightKey(), "3 1 1 "+wrongHash)),
		provider("dane-authority", "a TLSA record names the authority of the IMAP server's certificate", "", signed,
			tlsa("2 1 1 "+keyHash(intermediateName, "Example Lab"))),
		provider("dane-authority-unsent", "a TLSA record names the root, which the IMAP server does not send", "dane.mismatch", signed,
			tlsa("2 1 1 "+keyHash(rootName, "Example Lab"))),
		provider("dane-mismatch", "the TLSA record names the key that the IMAP server had before", "dane.mismatch", signed, tlsa("3 1 1 "+wrongHash)),
		provider("dane-unusable", "the TLSA record is cut short", "dane.unusable", signed, tlsa("3 1 1 0badcafe")),
		provider("dane-unsigned", "TLSA records are published without DNSSEC", "dane.unsigned", tlsa(rightKey())),
		provider("dane-stripped", "the signatures of the TLSA records are taken out on the way", "", signed, tlsa("3 1 1 "+wrongHash),
			dnsOn("_993._tcp.imap.example.com", Unsigned)),
		provider("dane-unchecked", "TLSA records are published, and the resolver hands over no signatures", "", signed, tlsa("3 1 1 "+wrongHash),
			func(s *Scenario) { s.DNS.Withheld = true }),
		provider("dane-forged", "TLSA records of a stranger, of which the resolver says that they are validated", "dane.unsigned", tlsa("3 1 1 "+wrongHash),
			func(s *Scenario) { s.DNS.Says = true }),
		provider("dane-island", "TLSA records are signed, and the zone above does not say so", "dane.unsigned", signed, tlsa(rightKey()), dnsOn("example.com DS", Absent)),
		provider("dane-outdated", "the signatures of the TLSA records are outdated", "", signed, tlsa(rightKey()), dnsOn("_993._tcp.imap.example.com", Expired)),
		provider("dane-silent", "the name server never answers questions for TLSA records", "", dnsOn("_993._tcp.imap.example.com", NoReply)),
	}
}
