package report

import (
	"strings"

	"mailcheck"
)

type jsonTLSAudit struct {
	Versions    []jsonTLSVersion `json:"versions"` // newest first
	Ciphers     []string         `json:"ciphers"`  // of TLS 1.2 with forward secrecy, in the server's order
	AllCiphers  bool             `json:"all_ciphers"`
	Weak        []string         `json:"weak"`
	Groups      []string         `json:"groups"`
	ALPN        string           `json:"alpn"`
	WithoutSNI  string           `json:"without_sni"`
	Injection   string           `json:"injection"`
	Connections int              `json:"connections"`
	Unanswered  []string         `json:"unanswered"`
}

type jsonTLSVersion struct {
	Version string `json:"version"`
	Offered bool   `json:"offered"`
	Cipher  string `json:"cipher"`
}

func audit(a *mailcheck.TLSAudit) *jsonTLSAudit {
	if a == nil {
		return nil
	}
	return &jsonTLSAudit{
		Versions: each(a.Versions, func(v mailcheck.TLSVersion) jsonTLSVersion {
			return jsonTLSVersion{v.Version, v.Offered, v.Cipher}
		}),
		Ciphers: each(a.Ciphers, safe), AllCiphers: a.AllCiphers, Weak: each(a.Weak, safe), Groups: each(a.Groups, safe),
		ALPN: safe(a.ALPN), WithoutSNI: safe(a.WithoutSNI), Injection: a.Injection,
		Connections: a.Connections, Unanswered: each(a.Unanswered, safe),
	}
}

// audits writes a block for each server whose TLS was audited.
func audits(p *page, r *mailcheck.Report) {
	for _, s := range ranked(r.Servers) {
		if s.TLSAudit == nil {
			continue
		}
		p.blank()
		p.paragraph(0, 2, "TLS audit of "+safe(s.Endpoint()))
		for _, line := range auditLines(s.TLSAudit) {
			p.paragraph(2, 4, line)
		}
	}
}

func auditLines(a *mailcheck.TLSAudit) []string {
	var yes, no []string
	for _, v := range a.Versions {
		if number := strings.TrimPrefix(v.Version, "TLS "); v.Offered {
			yes = append(yes, number)
		} else {
			no = append(no, number)
		}
	}
	lines := []string{"Versions: " + listed(yes, "none") + "; refused: " + listed(no, "none")}
	add := func(label string, values ...string) {
		if text := safe(strings.Join(values, ", ")); text != "" {
			lines = append(lines, label+": "+text)
		}
	}
	add("Key exchange", a.Groups...)
	add("Ciphers of TLS 1.2", shortened(a.Ciphers, a.AllCiphers)...)
	add("Weak ciphers accepted", listed(shortened(a.Weak, true), "none"))
	add("Without SNI", a.WithoutSNI)
	add("ALPN", a.ALPN)
	add("Command behind STARTTLS", a.Injection)
	add("Not answered", a.Unanswered...)
	return lines
}

// shortened returns cipher suites without what all their names share.
func shortened(suites []string, all bool) []string {
	var short []string
	for _, s := range suites {
		short = append(short, strings.TrimPrefix(s, "TLS_"))
	}
	if !all && len(short) > 0 {
		short = append(short, "and perhaps more")
	}
	return short
}

func listed(words []string, none string) string {
	if len(words) == 0 {
		return none
	}
	return strings.Join(words, ", ")
}
