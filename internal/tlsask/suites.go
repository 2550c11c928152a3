package tlsask

import (
	"crypto/tls"
	"fmt"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// The TLS groups that a question can offer, in the order of preference.
const (
	groupX25519         = uint16(tls.X25519)
	groupX25519MLKEM768 = uint16(tls.X25519MLKEM768)
)

var (
	// Hybrids of draft-ietf-tls-ecdhe-mlkem section 7, and the two drafts before
	// them that servers had; ML-KEM alone is of draft-ietf-tls-mlkem.
	HybridGroups  = []uint16{groupX25519MLKEM768, 4587, 4589, 25497, 25498, 513, 514, 512}
	ClassicGroups = []uint16{groupX25519, uint16(tls.CurveP256), uint16(tls.CurveP384), uint16(tls.CurveP521), 30, 31, 32, 33, 256, 257, 258, 259, 260, 41}
)

// groupNames are the IANA names where crypto/tls has none or another.
var groupNames = map[uint16]string{
	23: "P-256", 24: "P-384", 25: "P-521", 30: "X448", 31: "brainpoolP256r1tls13", 32: "brainpoolP384r1tls13", 33: "brainpoolP512r1tls13",
	41: "curveSM2", 256: "ffdhe2048", 257: "ffdhe3072", 258: "ffdhe4096", 259: "ffdhe6144", 260: "ffdhe8192",
	512: "MLKEM512", 513: "MLKEM768", 514: "MLKEM1024",
	4587: "SecP256r1MLKEM768", 4589: "SecP384r1MLKEM1024", 25497: "X25519Kyber768Draft00", 25498: "SecP256r1Kyber768Draft00",
}

func GroupName(id uint16) string {
	if name, ok := groupNames[id]; ok {
		return name
	}
	return fmt.Sprint(tls.CurveID(id))
}

// tls13Names are the cipher suites of TLS 1.3 (RFC 8446 appendix B.4).
var tls13Names = map[uint16]string{
	0x1301: "TLS_AES_128_GCM_SHA256", 0x1302: "TLS_AES_256_GCM_SHA384", 0x1303: "TLS_CHACHA20_POLY1305_SHA256",
	0x1304: "TLS_AES_128_CCM_SHA256", 0x1305: "TLS_AES_128_CCM_8_SHA256",
}

var (
	TLS13Suites  = []uint16{0x1301, 0x1302, 0x1303, 0x1304, 0x1305}
	OlderSuites  = suiteIDs(len(suites))
	CommonSuites = suiteIDs(59) // fewer than the 64 that the oldest servers read of a list
)

func suiteIDs(n int) []uint16 {
	var ids []uint16
	for _, s := range suites[:n] {
		ids = append(ids, s.id)
	}
	return ids
}

// SuiteName returns the IANA name of a cipher suite.
func SuiteName(id uint16) string {
	for _, s := range suites {
		if s.id == id {
			return s.name
		}
	}
	if name, ok := tls13Names[id]; ok {
		return name
	}
	return tls.CipherSuiteName(id)
}

// FiniteField reports whether the key exchange of a suite is ephemeral
// Diffie-Hellman over a finite field.
func FiniteField(id uint16) bool {
	name := SuiteName(id)
	return strings.HasPrefix(name, "TLS_DHE_") || strings.HasPrefix(name, "TLS_DH_anon_")
}

// Family is a kind of cipher suite that there is something against. Its name is a
// part of those of its suites.
type Family struct {
	marks    []string
	strength mailcheck.Strength
	Why      string
	Check    *checks.Check
	Openssl  string // the name in a cipher list of OpenSSL, as ciphers(1) has it
	gnutls   string // in a priority string of GnuTLS; empty where it has no such suites
}

// Families are what RFC 9325 section 4.1 says must not or should not be
// negotiated, the worst first: a suite is of the first one that fits. Anonymous
// ones are forbidden by RFC 5246 appendix A.5, single DES and IDEA by RFC 5469.
var Families = []Family{
	{[]string{"_NULL_"}, mailcheck.Forbidden, "no encryption", checks.AuditWeakCipher, "eNULL", "NULL"},
	{[]string{"_anon_"}, mailcheck.Forbidden, "anonymous", checks.AuditAnonymous, "aNULL", "ANON-DH:-ANON-ECDH"},
	{[]string{"_EXPORT"}, mailcheck.Forbidden, "export, 56 bits or less", checks.AuditWeakCipher, "EXPORT", ""},
	{[]string{"_RC4_"}, mailcheck.Forbidden, "RC4", checks.AuditWeakCipher, "RC4", "ARCFOUR-128"},
	{[]string{"_DES_"}, mailcheck.Forbidden, "DES, 56 bits", checks.AuditWeakCipher, "DES", ""},
	{[]string{"_3DES_"}, mailcheck.Discouraged, "3DES, 112 bits", checks.AuditWeakCipher, "3DES", "3DES-CBC"},
	{[]string{"_IDEA_"}, mailcheck.Discouraged, "IDEA", checks.AuditWeakCipher, "IDEA", ""},
	{[]string{"TLS_RSA_"}, mailcheck.Discouraged, "no forward secrecy", checks.AuditNoForwardSecrecy, "kRSA", "RSA"},
	{[]string{"TLS_DH_"}, mailcheck.Discouraged, "no forward secrecy", checks.AuditNoForwardSecrecy, "kDH", ""},
	{[]string{"TLS_ECDH_"}, mailcheck.Discouraged, "no forward secrecy", checks.AuditNoForwardSecrecy, "kECDH", ""},
	{[]string{"TLS_DHE_"}, mailcheck.Discouraged, "DHE", checks.AuditFiniteField, "kDHE", "DHE-RSA"},
}

// FamilyOf returns the family of a suite, or nil.
func FamilyOf(name string) *Family {
	i := slices.IndexFunc(Families, func(f Family) bool {
		return slices.ContainsFunc(f.marks, func(mark string) bool { return strings.Contains(name, mark) })
	})
	if i < 0 {
		return nil
	}
	return &Families[i]
}

// minDHBits is the shortest finite-field group that RFC 9325 section 4.5 allows.
const minDHBits = 2048

// JudgeSuite judges a cipher suite that a server has chosen.
func JudgeSuite(h Answer) mailcheck.TLSSuite {
	s := mailcheck.TLSSuite{Name: SuiteName(h.Suite), Strength: mailcheck.Acceptable, DHBits: h.dhBits}
	has := func(part string) bool { return strings.Contains(s.Name, part) }
	f := FamilyOf(s.Name)
	switch {
	case f != nil && f.Check == checks.AuditFiniteField && h.dhBits > 0 && h.dhBits < minDHBits:
		s.Strength, s.Why = mailcheck.Forbidden, fmt.Sprintf("%s, %d bits", f.Why, h.dhBits)
	case f != nil && f.Check == checks.AuditFiniteField && h.dhBits > 0:
		s.Strength, s.Why = f.strength, fmt.Sprintf("%s, %d bits", f.Why, h.dhBits)
	case f != nil:
		s.Strength, s.Why = f.strength, f.Why
	case has("_CCM_8"):
		s.Why = "short authentication tag"
	case has("_CBC_") && slices.Contains(h.Extensions, extEncryptThenMAC):
		s.Why = "CBC, encrypt-then-MAC" // RFC 7366
	case has("_CBC_"):
		s.Why = "CBC, MAC-then-encrypt"
	// RFC 9325 section 4.2 names those with AES-GCM for TLS 1.2, RFC 8446 section
	// 9.1 those of TLS 1.3; IANA recommends the ones with ChaCha20 and CCM too.
	case has("_AES_128_GCM_"), has("_AES_256_GCM_"), has("_CHACHA20_"), has("_AES_128_CCM"), has("_AES_256_CCM"):
		s.Strength = mailcheck.Recommended
	}
	return s
}

// Exclusion says how to take families out of what common servers accept. For
// Postfix it leaves port 25 alone, where the other choice of a server that sends
// mail may be no encryption at all (RFC 9325 section 5.2).
func Exclusion(of []Family) mailcheck.Text {
	var names, gnutls []string
	for _, f := range of {
		names = append(names, f.Openssl)
		if f.gnutls != "" {
			gnutls = append(gnutls, f.gnutls)
		}
	}
	exim := mailcheck.Text{}
	if len(gnutls) > 0 {
		exim = mailcheck.Textf(" (Exim with GnuTLS: NORMAL:-%s)", strings.Join(gnutls, ":-"))
	}
	return mailcheck.Textf("Exclude %s from the cipher list. Dovecot: ssl_cipher_list, nginx: ssl_ciphers, Exim: tls_require_ciphers, each ending in :!%s%s; Postfix: for submission in master.cf -o smtpd_tls_security_level=encrypt -o smtpd_tls_mandatory_exclude_ciphers=%s. Then reload the service.",
		mailcheck.ListOf(names), strings.Join(names, ":!"), exim, strings.Join(names, ","))
}
