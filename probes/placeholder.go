package probes

import (
	"crypto/x509"
	"slices"
	"strings"
	"time"

	"mailcheck"
)

// placeholders are certificates that a program shows until it is given one, or
// where it finds none for the name it was asked for, by a word of their subject in
// lower case.
var placeholders = []struct{ subject, program string }{
	{"cn=traefik default cert", "Traefik"},                                   // doc.traefik.io, "Default Certificate"
	{"cn=kubernetes ingress controller fake certificate", "ingress-nginx"},   // kubernetes.github.io/ingress-nginx, "Default SSL Certificate"
	{"cn=plesk,", "Plesk"},                                                   // docs.plesk.com, "default certificate"
	{"o=plesk", "Plesk"},                                                     //
	{"cn=parallels panel", "Plesk"},                                          // as it was called until 2014
	{"caddy local authority", "Caddy"},                                       // caddyserver.com/docs/automatic-https, "Local HTTPS"
	{"cn=rcgen self signed cert", "Stalwart, or another server in Rust"},     // the default subject of the library rcgen
	{"o=someorganization", "the mod_ssl package of Red Hat and its kin"},     // sscg, /etc/pki/tls/certs/localhost.crt
	{"ou=zimbra collaboration", "Zimbra"},                                    // wiki.zimbra.com, "self-signed certificates"
	{"o=synology inc.", "a Synology NAS"},                                    //
	{"o=qnap systems", "a QNAP NAS"},                                         //
	{"snake oil", "the ssl-cert or Apache package"},                          //
	{"cn=localhost.localdomain,", "the installer of the operating system"},   //
	{"cn=imap.example.com,ou=imap server", "Dovecot's mkcert.sh"},            // dovecot-openssl.cnf as shipped
	{"cn=localhost,", "the installer of the operating system or the server"}, //
}

// placeholder returns the program whose placeholder a certificate is; empty for
// none.
func placeholder(c *x509.Certificate, host string) string {
	subject := strings.ToLower(c.Subject.String() + "," + c.Issuer.String() + ",")
	for _, known := range placeholders {
		if strings.Contains(subject, known.subject) {
			return known.program
		}
	}
	if snakeoil(c, host) {
		return "Debian's ssl-cert package (snakeoil)"
	}
	return ""
}

// snakeoil recognises what make-ssl-cert of Debian's ssl-cert package makes at the
// installation: it signed itself, is good for ten years, and names the machine and
// nothing else. A name that is the right one was chosen by somebody.
func snakeoil(c *x509.Certificate, host string) bool {
	name := c.Subject.CommonName
	return selfSigned(c) && name != "" && len(c.Subject.Names) == 1 && !strings.EqualFold(name, host) &&
		c.NotAfter.Sub(c.NotBefore) == 3650*24*time.Hour && (len(c.DNSNames) == 0 || slices.Equal(c.DNSNames, []string{name}))
}

// placeholderFix says what to do about one.
func (p *probe) placeholderFix(program string) mailcheck.Text {
	return mailcheck.Textf("Give the service its own certificate for %s (%s), and reload it. If there is one already, the program in front, here %s, does not know that name: it shows its placeholder for every name that it has no certificate for.",
		p.result.Host, p.chainSetting(), mailcheck.Text{Format: program})
}
