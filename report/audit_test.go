package report

import "mailcheck"

// audited is the probe of one server with an audit of its TLS.
func audited() *mailcheck.Report {
	r := probeOne()
	s := &r.Servers[0]
	s.TLSAudit = &mailcheck.TLSAudit{
		Versions: []mailcheck.TLSVersion{
			{Version: "TLS 1.3", Offered: true, Cipher: "TLS_AES_256_GCM_SHA384"},
			{Version: "TLS 1.2", Offered: true, Cipher: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
			{Version: "TLS 1.1"}, {Version: "TLS 1.0", Offered: true, Cipher: "TLS_RSA_WITH_AES_128_CBC_SHA"},
		},
		Ciphers: []string{"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
		Weak:    []string{"TLS_RSA_WITH_3DES_EDE_CBC_SHA"}, Groups: []string{"X25519MLKEM768", "X25519"},
		ALPN: "imap", WithoutSNI: "a certificate for \x1b[31mother.example.com", Injection: "not carried out",
		Connections: 12, Unanswered: []string{"offer TLS 1.0"},
	}
	return r
}
