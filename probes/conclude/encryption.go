package conclude

import (
	"slices"

	"mailcheck"
	"mailcheck/checks"
)

// offeredBy returns how the host of a server without encryption offers it, if it does:
// with TLS from the first byte if that passed (RFC 8314 section 3), else by STARTTLS.
func offeredBy(r *mailcheck.Report, s mailcheck.ServerResult) mailcheck.Server {
	for _, f := range s.Findings() {
		if door, err := mailcheck.ParseServer(f.Instead); err == nil && f.Check == checks.AutoconfigPlain {
			return door
		}
	}
	for _, security := range []mailcheck.Security{mailcheck.ImplicitTLS, mailcheck.StartTLS} {
		for _, o := range r.Servers {
			if o.Protocol == s.Protocol && o.Host == s.Host && o.Security == security && o.Verdict != mailcheck.Fail {
				return o.Server
			}
		}
	}
	if mailcheck.Has(s.Capabilities.BeforeTLS, "STARTTLS") || mailcheck.Has(s.Capabilities.BeforeTLS, "STLS") {
		s.Security = mailcheck.StartTLS
		return s.Server
	}
	return mailcheck.Server{}
}

// nameTLSPorts gives what is said of a file's words for encryption the ports to write that
// the test found.
func nameTLSPorts(r *mailcheck.Report) {
	for _, source := range r.Sources {
		for _, f := range mailcheck.Each(source.Steps) {
			switch f.Check {
			case checks.AutoconfigBadSection, checks.AutodiscoverBadSection, checks.PublishTemplate, checks.AutodiscoverSSLOff:
				preferTLS(r, source.Form, f) // those about other words have no target
			case checks.PublishNoEncryption:
				nameEncrypted(r, source, f)
			}
		}
	}
}

// preferTLS has a section name the port with TLS from the first byte, where its server has
// passed with that on another port.
func preferTLS(r *mailcheck.Report, form mailcheck.SourceForm, f *mailcheck.Finding) {
	meant, err := mailcheck.ParseServer(f.Target)
	if err != nil {
		return
	}
	for _, s := range r.Servers {
		if s.Protocol == meant.Protocol && s.Host == meant.Host && s.Port != meant.Port && s.Security == mailcheck.ImplicitTLS && s.Verdict.Usable() {
			f.Fix = mailcheck.Textf("Write %s, which the test found open. If port %d is to stay: %s", portAndSecurity(form, s.Port, s.Security), meant.Port, f.Mend())
			return
		}
	}
}

// nameEncrypted names the ports with encryption of the hosts that a file has without.
func nameEncrypted(r *mailcheck.Report, source mailcheck.SourceResult, f *mailcheck.Finding) {
	var better []mailcheck.Text
	for _, s := range source.Servers {
		if o := offeredBy(r, r.Result(s)); s.Security == mailcheck.Plain && o.Host != "" {
			better = append(better, mailcheck.Textf("%s: %s", o.Host, portAndSecurity(source.Form, o.Port, o.Security)))
		}
	}
	if len(better) > 0 {
		f.Fix = mailcheck.Textf("Write what the test found open: %s.", mailcheck.Joined(better, "; "))
	}
}

// noEncryptionCause blames a file of which every server is without encryption for each.
func noEncryptionCause(e *evidence, f *mailcheck.Finding) *checks.Check {
	if f.Check != checks.AutoconfigPlain && f.Check != checks.PublishPlainNeedless {
		return nil
	}
	for _, name := range resultOf(e.Report, f.Server).Sources {
		if slices.ContainsFunc(e.Findings, func(o mailcheck.Finding) bool { return o.Check == checks.PublishNoEncryption && o.Source == name }) {
			return checks.PublishNoEncryption
		}
	}
	return nil
}
