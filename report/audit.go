package report

import (
	"fmt"
	"slices"
	"strings"

	"mailcheck"
)

type jsonTLSAudit struct {
	Versions    []jsonTLSVersion  `json:"versions"` // newest first
	Ciphers     []string          `json:"ciphers"`  // of TLS 1.2 with forward secrecy, in the order the server chose them
	AllCiphers  bool              `json:"all_ciphers"`
	Weak        []string          `json:"weak"`
	Groups      []string          `json:"groups"` // in the order the server chose them
	AllGroups   bool              `json:"all_groups"`
	Hybrid      bool              `json:"hybrid"`
	Handshake   *jsonTLSHandshake `json:"handshake"` // null where TLS 1.2 and older are not offered
	ALPN        string            `json:"alpn"`
	OtherALPN   string            `json:"other_alpn"`
	WithoutSNI  string            `json:"without_sni"`
	Injection   string            `json:"injection"`
	Connections int               `json:"connections"`
	Complete    bool              `json:"complete"`
	CutShort    string            `json:"cut_short"`
	Unanswered  []string          `json:"unanswered"`
}

type jsonTLSVersion struct {
	Version  string         `json:"version"`
	Offered  bool           `json:"offered"`
	Cipher   string         `json:"cipher"`
	Suites   []jsonTLSSuite `json:"suites"`
	Complete bool           `json:"complete"`
	Order    string         `json:"order"` // server, client or empty
}

type jsonTLSSuite struct {
	Name     string `json:"name"`
	Strength string `json:"strength"` // recommended, acceptable, discouraged or forbidden
	Why      string `json:"why"`
	DHBits   int    `json:"dh_bits,omitempty"`
}

type jsonTLSHandshake struct {
	SecureRenegotiation  bool `json:"secure_renegotiation"`
	ExtendedMasterSecret bool `json:"extended_master_secret"`
	SessionTickets       bool `json:"session_tickets"`
	Compression          bool `json:"compression"`
}

func audit(a *mailcheck.TLSAudit) *jsonTLSAudit {
	if a == nil {
		return nil
	}
	return &jsonTLSAudit{
		Versions: each(a.Versions, tlsVersion),
		Ciphers:  each(a.Ciphers, safe), AllCiphers: a.AllCiphers, Weak: each(a.Weak, safe),
		Groups: each(a.Groups, safe), AllGroups: a.AllGroups, Hybrid: a.Hybrid, Handshake: (*jsonTLSHandshake)(a.Handshake),
		ALPN: safe(a.ALPN), OtherALPN: safe(a.OtherALPN), WithoutSNI: safe(a.WithoutSNI), Injection: a.Injection,
		Connections: a.Connections, Complete: len(a.Unanswered) == 0, CutShort: safe(a.CutShort.String()), Unanswered: each(a.Unanswered, safe),
	}
}

func tlsVersion(v mailcheck.TLSVersion) jsonTLSVersion {
	return jsonTLSVersion{v.Version, v.Offered, v.Cipher, each(v.Suites, func(s mailcheck.TLSSuite) jsonTLSSuite {
		return jsonTLSSuite{safe(s.Name), string(s.Strength), safe(s.Why), s.DHBits}
	}), v.Complete, v.Order}
}

// audits writes a block for each server whose TLS was audited.
func audits(p *page, r *mailcheck.Report) {
	for _, s := range ranked(r.Servers) {
		if s.TLSAudit == nil {
			continue
		}
		p.blank()
		p.paragraph(0, 2, fmt.Sprintf("TLS audit of %s (%d connections)", safe(s.Endpoint()), s.TLSAudit.Connections))
		if why := s.TLSAudit.Missing(); !why.Empty() {
			p.paragraph(2, 4, "NOT COMPLETE: "+safe(why.String()))
		}
		for _, line := range auditLines(s.TLSAudit) {
			p.paragraph(2, 4, line)
		}
		for i, v := range s.TLSAudit.Versions {
			suites(p, s.TLSAudit.Versions[:i], v)
		}
	}
}

// auditLines judge what is not in the lists of cipher suites, a line each.
func auditLines(a *mailcheck.TLSAudit) []string {
	var yes, no, unknown []string
	for _, v := range a.Versions {
		number := strings.TrimPrefix(v.Version, "TLS ")
		switch {
		case v.Offered:
			yes = append(yes, number)
		case v.Complete:
			no = append(no, number)
		default:
			unknown = append(unknown, number)
		}
	}
	versions := listed(yes, "none") + "; refused: " + listed(no, "none")
	if len(unknown) > 0 {
		versions += "; not known: " + listed(unknown, "")
	}
	lines := []string{"Versions: " + versions}
	add := func(label, value string) {
		if value != "" {
			lines = append(lines, label+": "+safe(value))
		}
	}
	groups := strings.Join(a.Groups, ", ")
	switch {
	case groups != "" && !a.AllGroups:
		groups += ", and perhaps more"
	case groups != "" && !a.Hybrid:
		groups += " (no post-quantum hybrid)"
	}
	add("Key exchange in TLS 1.3", groups)
	add("Handshake of TLS 1.2", handshake(a.Handshake))
	add("Without SNI", a.WithoutSNI)
	add("ALPN", judgedALPN(a.ALPN, "ignored, which is allowed"))
	add("ALPN of the web", judgedALPN(a.OtherALPN, "ignored, which is no protection against mixing up protocols"))
	add("Command behind STARTTLS", a.Injection)
	return lines
}

// judgedALPN says what to think of a server's answer to an ALPN name: one that
// has the extension must refuse what it does not speak (RFC 7301 section 3.2).
func judgedALPN(answer, ignored string) string {
	switch answer {
	case "ignored":
		return ignored
	case "refused":
		return "refused, as it should be"
	}
	return answer
}

func handshake(h *mailcheck.TLSHandshake) string {
	if h == nil {
		return ""
	}
	word := func(yes bool, what string) string {
		if yes {
			return what
		}
		return "NO " + what
	}
	text := word(h.SecureRenegotiation, "secure renegotiation") + ", " + word(h.ExtendedMasterSecret, "extended master secret")
	if h.Compression {
		text += ", COMPRESSION"
	}
	return text
}

// suites lists the cipher suites of a version with their judgement, unless they
// are those of a newer one.
func suites(p *page, newer []mailcheck.TLSVersion, v mailcheck.TLSVersion) {
	if !v.Offered {
		return
	}
	head := v.Version + " cipher suites"
	switch v.Order {
	case "server":
		head += ", in the server's order"
	case "client":
		head += ", the client's order decides"
	}
	if !v.Complete {
		head += ", and perhaps more"
	}
	for _, n := range newer {
		if slices.Equal(n.Suites, v.Suites) && n.Complete && v.Complete {
			p.paragraph(2, 4, fmt.Sprintf("%s: those of %s", head, n.Version))
			return
		}
	}
	p.paragraph(2, 4, head+":")
	width := 0
	for _, s := range v.Suites {
		width = max(width, len(suite(s)))
	}
	for _, s := range v.Suites {
		judgement := string(s.Strength)
		if s.Why != "" {
			judgement += ": " + s.Why
		}
		line := fmt.Sprintf("    %-*s  %s", width, suite(s), safe(judgement))
		if columns(line) > p.width {
			p.paragraph(4, 6, suite(s)+" "+safe(judgement))
			continue
		}
		p.WriteString(line + "\n")
	}
}

// suite returns the name of a cipher suite without what all names share.
func suite(s mailcheck.TLSSuite) string { return strings.TrimPrefix(safe(s.Name), "TLS_") }

func listed(words []string, none string) string {
	if len(words) == 0 {
		return none
	}
	return strings.Join(words, ", ")
}
