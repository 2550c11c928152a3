package report

import "mailcheck"

// audited is the probe of one server with an audit of its TLS.
func audited() *mailcheck.Report {
	r := probeOne()
	s := &r.Servers[0]
	old := []mailcheck.TLSSuite{
		{Name: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", Strength: mailcheck.Acceptable, Why: "CBC, MAC-then-encrypt"},
		{Name: "TLS_RSA_WITH_3DES_EDE_CBC_SHA", Strength: mailcheck.Discouraged, Why: "3DES, 112 bits"},
	}
	s.TLSAudit = &mailcheck.TLSAudit{
		Versions: []mailcheck.TLSVersion{
			{Version: "TLS 1.3", Offered: true, Cipher: "TLS_AES_256_GCM_SHA384", Complete: true, Suites: []mailcheck.TLSSuite{
				{Name: "TLS_AES_256_GCM_SHA384", Strength: mailcheck.Recommended}}},
			{Version: "TLS 1.2", Offered: true, Cipher: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", Order: "server", Suites: append([]mailcheck.TLSSuite{
				{Name: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", Strength: mailcheck.Recommended},
				{Name: "TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_CBC_SHA384", Strength: mailcheck.Acceptable, Why: "CBC, MAC-then-encrypt"},
				{Name: "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", Strength: mailcheck.Forbidden, Why: "DHE, 1024 bits", DHBits: 1024}}, old...)},
			{Version: "TLS 1.1", Offered: true, Cipher: old[0].Name, Complete: true, Order: "client", Suites: old},
			{Version: "TLS 1.0", Offered: true, Cipher: old[0].Name, Complete: true, Order: "client", Suites: old},
		},
		Ciphers: []string{"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
		Weak:    []string{"TLS_RSA_WITH_3DES_EDE_CBC_SHA"}, Groups: []string{"X25519MLKEM768", "X25519"}, AllGroups: true, Hybrid: true,
		Handshake: &mailcheck.TLSHandshake{SecureRenegotiation: true, SessionTickets: true, Compression: true},
		ALPN:      "imap", OtherALPN: "refused", WithoutSNI: mailcheck.Textf("a certificate for %s", "\x1b[31mother.example.com"), Injection: "not carried out",
		Connections: 12, Unanswered: []string{"TLS 1.2 cipher suites"}, CutShort: mailcheck.Textf("the server lets nobody in after %d connections", 12),
	}
	return r
}
