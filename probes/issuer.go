package probes

import (
	"bytes"
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/keys"
	"mailcheck/internal/trace"
)

const (
	maxIssuers      = 3  // certificates fetched for one chain; real ones lack one, seldom two
	maxCertificates = 20 // in one document
)

// climb completes a chain from the places that its certificates name for their
// issuers (caIssuers, RFC 5280 section 4.2.2.1). If that leads to a trusted root,
// the server forgot to send what was fetched; if to another root, the authority
// is private. Every step is proved by the signature, so it does not matter who
// answers.
func (p *probe) climb(ctx context.Context, chain, path []*x509.Certificate) (fault, []*x509.Certificate) {
	top := path[len(path)-1]
	var missing, from string
	for range maxIssuers {
		issuer, url := p.fetchIssuer(ctx, top)
		if issuer == nil {
			break
		}
		if missing == "" {
			missing, from = issuer.Subject.String(), url
		}
		path = append(path, issuer)
		chain = append(slices.Clone(chain), issuer)
		if trusted, err := p.verify(chain); err == nil {
			return fault{
				checks.TLSMissingIntermediate.Errorf("%s is issued by %s, which the server does not send; it was found at %s, and with it the chain is good", top.Subject, missing, from),
				mailcheck.Textf("Add the certificate %q (%s) to the file the server sends: serve fullchain.pem instead of cert.pem (%s), then reload. Web browsers fetch it themselves, mail programs do not.", missing, from, p.chainSetting()),
			}, trusted
		}
		if selfSigned(issuer) {
			return privateCA(issuer), path
		}
		top = issuer
	}
	return unknownIssuer(chain, path), path
}

// chainSetting names the setting for the file with the chain.
func (p *probe) chainSetting() string {
	if p.result.Protocol.OverHTTPS() {
		return "nginx: ssl_certificate; Apache: SSLCertificateFile"
	}
	return "Dovecot: ssl_server_cert_file; Postfix: smtpd_tls_chain_files"
}

// unknownIssuer is the fault of a chain that ends at a certificate whose issuer's
// is neither sent nor to be fetched.
func unknownIssuer(chain, path []*x509.Certificate) fault {
	top := path[len(path)-1]
	nowhere := mailcheck.Textf("the certificate does not say where its issuer's is to be found")
	if len(top.IssuingCertificateURL) > 0 {
		nowhere = mailcheck.Textf("the issuer's certificate could not be fetched from %s", top.IssuingCertificateURL[0])
	}
	sent := mailcheck.Textf("the server sent only its own certificate")
	if len(chain) > 1 {
		sent = mailcheck.Textf("of the %d certificates that the server sent none is the issuer's", len(chain))
	}
	switch {
	case len(path) > 1:
		return fault{
			checks.TLSUnknownAuthority.Errorf("issued to %q; the chain leads to %s, whose certificate this machine does not have; %s", subject(path[0]), top.Issuer, nowhere),
			mailcheck.Textf("If the authority is your company's own, install its root certificate on every client (--ca-file for this test). If it is a public one, serve the full chain that came with the certificate (fullchain.pem), and update this machine's certificate store."),
		}
	case public(top.Issuer):
		return fault{err: checks.TLSMissingIntermediate.Errorf("%s is issued by %s; %s; %s", top.Subject, top.Issuer, sent, nowhere)}
	}
	return fault{
		checks.TLSUnknownAuthority.Errorf("issued to %q by %s; %s, so that either the intermediate certificate is missing or the authority is a private one; %s", subject(path[0]), top.Issuer, sent, nowhere),
		mailcheck.Textf("Mostly the server forgets its intermediate certificate: serve the full chain (fullchain.pem instead of cert.pem), reload and test again. If the authority is your company's own, install its root certificate on every client (--ca-file for this test)."),
	}
}

// publicOrganizations are those that public authorities name as the issuer of a
// server's certificate: the owners of intermediate certificates in the Common CA
// Database (ccadb.org/resources, "All Certificate Information") that certificates
// of mail servers mostly come from. What they sign is signed by an intermediate,
// never by a root (CA/Browser Forum Baseline Requirements section 6.1.7).
var publicOrganizations = []string{
	"Let's Encrypt", "ZeroSSL", "Google Trust Services", "Google Trust Services LLC", "Amazon", "Microsoft Corporation", "Apple Inc.", "Cloudflare, Inc.",
	"DigiCert Inc", "DigiCert, Inc.", "GeoTrust Inc.", "thawte, Inc.", "Sectigo Limited", "COMODO CA Limited", "cPanel, Inc.", "cPanel, LLC", "Gandi", "Gandi SAS",
	"GEANT Vereniging", "Network Solutions L.L.C.", "Corporation Service Company", "GlobalSign nv-sa", "GoDaddy.com, Inc.", "Starfield Technologies, Inc.",
	"Entrust, Inc.", "Entrust Limited", "SSL Corporation", "SSL Corp", "IdenTrust", "Certainly", "Actalis S.p.A.", "Buypass AS-983163327", "Buypass AS",
	"QuoVadis Limited", "QuoVadis Trustlink B.V.", "SwissSign AG", "Unizeto Technologies S.A.", "Asseco Data Systems S.A.", "home.pl S.A.", "nazwa.pl sp. z o.o.",
	"D-Trust GmbH", "Deutsche Telekom Security GmbH", "T-Systems International GmbH", "Verein zur Foerderung eines Deutschen Forschungsnetzes e. V.",
	"Hellenic Academic and Research Institutions CA", "TrustAsia Technologies, Inc.", "Telia Finland Oyj", "SECOM Trust Systems CO.,LTD.", "TAIWAN-CA",
}

func public(issuer pkix.Name) bool {
	return slices.ContainsFunc(issuer.Organization, func(o string) bool { return slices.Contains(publicOrganizations, o) })
}

func subject(c *x509.Certificate) string {
	if len(c.DNSNames) > 0 {
		return c.DNSNames[0]
	}
	return c.Subject.CommonName
}

// fetchIssuer returns the certificate that issued c, and where it was found, or
// nil. It leaves a step that tells of it.
func (p *probe) fetchIssuer(ctx context.Context, c *x509.Certificate) (*x509.Certificate, string) {
	if len(c.IssuingCertificateURL) == 0 {
		return nil, ""
	}
	url := c.IssuingCertificateURL[0]
	start, since := time.Now(), p.trace.Since()
	body, err := p.net.FetchPublic(ctx, url)
	step := mailcheck.Step{Op: mailcheck.OpFetch, Target: mailcheck.Clean(url), Start: since, Elapsed: time.Since(start)}
	var issuer *x509.Certificate
	if err == nil {
		if issuer, err = issuerOf(c, body); issuer != nil {
			step.Detail = mailcheck.Textf("the issuer's certificate, %s", issuer.Subject.String())
		}
	}
	if err != nil {
		trace.Fail(&step, err)
	}
	p.trace.Steps = append(p.trace.Steps, step)
	return issuer, url
}

// issuerOf returns the certificate in a document whose key signed c.
func issuerOf(c *x509.Certificate, document []byte) (*x509.Certificate, error) {
	found, err := parseCertificates(document)
	if err != nil {
		return nil, err
	}
	if err := keys.Check(found...); err != nil {
		return nil, fmt.Errorf("read issuer: %w", err)
	}
	for _, candidate := range found {
		if bytes.Equal(candidate.RawSubject, c.RawIssuer) && c.CheckSignatureFrom(candidate) == nil {
			return candidate, nil
		}
	}
	return nil, errors.New("read issuer: none of the certificates there signed this one")
}

// parseCertificates reads certificates as authorities publish them: one in DER,
// several in PKCS #7 (RFC 5280 section 4.2.2.1), or against the rules in PEM.
func parseCertificates(document []byte) ([]*x509.Certificate, error) {
	if block, _ := pem.Decode(document); block != nil {
		document = block.Bytes
	}
	if c, err := x509.ParseCertificate(document); err == nil {
		return []*x509.Certificate{c}, nil
	}
	return parsePKCS7(document)
}

var oidSignedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}

// parsePKCS7 reads the certificates of a SignedData that signs nothing (RFC 5652
// section 5.1), which is how several certificates travel in one file.
func parsePKCS7(document []byte) ([]*x509.Certificate, error) {
	var info, content, signed, set, one cryptobyte.String
	var kind asn1.ObjectIdentifier
	var present bool
	tag := cbasn1.Tag(0).ContextSpecific().Constructed()
	in := cryptobyte.String(document)
	if !in.ReadASN1(&info, cbasn1.SEQUENCE) || !info.ReadASN1ObjectIdentifier(&kind) || !kind.Equal(oidSignedData) ||
		!info.ReadASN1(&content, tag) || !content.ReadASN1(&signed, cbasn1.SEQUENCE) ||
		!signed.SkipASN1(cbasn1.INTEGER) || !signed.SkipASN1(cbasn1.SET) || !signed.SkipASN1(cbasn1.SEQUENCE) ||
		!signed.ReadOptionalASN1(&set, &present, tag) || !present {
		return nil, errors.New("read issuer: neither a certificate nor PKCS #7")
	}
	var found []*x509.Certificate
	for !set.Empty() && len(found) < maxCertificates {
		if !set.ReadASN1Element(&one, cbasn1.SEQUENCE) {
			return nil, errors.New("read issuer: PKCS #7 with a broken certificate")
		}
		c, err := x509.ParseCertificate(one)
		if err != nil {
			return nil, fmt.Errorf("read issuer: %w", err)
		}
		found = append(found, c)
	}
	return found, nil
}

// learnTime makes sure that this machine's clock has been compared with another
// before a certificate is called expired or not yet valid. When no web server
// told its time, the authority's is asked: it answers over http, where a wrong
// clock does no harm.
func (p *probe) learnTime(ctx context.Context, leaf *x509.Certificate) {
	if p.speaks {
		p.outside = &outside{leaf, len(p.trace.Steps)} // the clock is each run's own
		return
	}
	if _, servers := p.net.ClockError(); servers == 0 {
		p.fetchIssuer(ctx, leaf)
	}
}
