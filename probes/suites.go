package probes

import (
	"crypto/tls"
	"fmt"
)

// The TLS groups that a question can offer, in the order of preference.
const (
	groupX25519         = uint16(tls.X25519)
	groupX25519MLKEM768 = uint16(tls.X25519MLKEM768)
)

var (
	hybridGroups  = []uint16{groupX25519MLKEM768, 4587, 4589} // draft-ietf-tls-ecdhe-mlkem section 7
	classicGroups = []uint16{groupX25519, uint16(tls.CurveP256), uint16(tls.CurveP384), uint16(tls.CurveP521), 30, 256, 257, 258}
)

// The cipher suites that a question can offer, in families that RFC 9325 section
// 4 judges differently. crypto/tls knows only some of them, and a ClientHello
// made by hand needs to know nothing but their numbers.
var (
	tls13Suites = []uint16{0x1301, 0x1302, 0x1303}

	forwardSecret = []uint16{ // ephemeral Diffie-Hellman with AES or ChaCha20
		0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xccaa, 0x009e, 0x009f,
		0xc009, 0xc013, 0xc00a, 0xc014, 0xc023, 0xc027, 0xc024, 0xc028, 0x0033, 0x0039, 0x0067, 0x006b,
	}
	rsaKeyExchange = []uint16{0x009c, 0x009d, 0x003c, 0x003d, 0x002f, 0x0035, 0x0041, 0x0084, 0x0096}

	broken = []uint16{ // RC4, 3DES, DES, EXPORT, NULL and anonymous
		0xc007, 0xc011, 0x0005, 0x0004, 0xc008, 0xc012, 0x0016, 0x000a, 0x0009, 0x0015, 0x0003, 0x0006, 0x0008, 0x0014,
		0x0001, 0x0002, 0x003b, 0xc006, 0xc010, 0x0018, 0x001b, 0x0034, 0x003a, 0x006c, 0x006d, 0xc016, 0xc017, 0xc018, 0xc019,
	}
)

// suiteNames are the IANA names of the suites that crypto/tls has no name for.
var suiteNames = map[uint16]string{
	0x0001: "TLS_RSA_WITH_NULL_MD5", 0x0002: "TLS_RSA_WITH_NULL_SHA", 0x003b: "TLS_RSA_WITH_NULL_SHA256",
	0x0003: "TLS_RSA_EXPORT_WITH_RC4_40_MD5", 0x0004: "TLS_RSA_WITH_RC4_128_MD5", 0x0006: "TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5",
	0x0008: "TLS_RSA_EXPORT_WITH_DES40_CBC_SHA", 0x0009: "TLS_RSA_WITH_DES_CBC_SHA", 0x0014: "TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA",
	0x0015: "TLS_DHE_RSA_WITH_DES_CBC_SHA", 0x0016: "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA",
	0x0018: "TLS_DH_anon_WITH_RC4_128_MD5", 0x001b: "TLS_DH_anon_WITH_3DES_EDE_CBC_SHA",
	0x0034: "TLS_DH_anon_WITH_AES_128_CBC_SHA", 0x003a: "TLS_DH_anon_WITH_AES_256_CBC_SHA",
	0x006c: "TLS_DH_anon_WITH_AES_128_CBC_SHA256", 0x006d: "TLS_DH_anon_WITH_AES_256_CBC_SHA256",
	0xc006: "TLS_ECDHE_ECDSA_WITH_NULL_SHA", 0xc010: "TLS_ECDHE_RSA_WITH_NULL_SHA", 0xc008: "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA",
	0xc016: "TLS_ECDH_anon_WITH_RC4_128_SHA", 0xc017: "TLS_ECDH_anon_WITH_3DES_EDE_CBC_SHA",
	0xc018: "TLS_ECDH_anon_WITH_AES_128_CBC_SHA", 0xc019: "TLS_ECDH_anon_WITH_AES_256_CBC_SHA",
	0x0033: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", 0x0039: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
	0x0067: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256", 0x006b: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256",
	0x009e: "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", 0x009f: "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
	0xccaa: "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
	0xc024: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", 0xc028: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
	0x003d: "TLS_RSA_WITH_AES_256_CBC_SHA256", 0x0041: "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA",
	0x0084: "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA", 0x0096: "TLS_RSA_WITH_SEED_CBC_SHA",
}

func suiteName(id uint16) string {
	if name, ok := suiteNames[id]; ok {
		return name
	}
	return tls.CipherSuiteName(id)
}

// groupNames are the IANA names where crypto/tls has none or another.
var groupNames = map[uint16]string{
	23: "P-256", 24: "P-384", 25: "P-521", 30: "X448", 256: "ffdhe2048", 257: "ffdhe3072", 258: "ffdhe4096",
	4587: "SecP256r1MLKEM768", 4589: "SecP384r1MLKEM1024",
}

func groupName(id uint16) string {
	if name, ok := groupNames[id]; ok {
		return name
	}
	return fmt.Sprint(tls.CurveID(id))
}
