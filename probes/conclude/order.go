package conclude

import (
	"cmp"
	"net/url"
	"slices"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
)

// mailProtocols are those whose servers differ in how they are encrypted.
var mailProtocols = []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3, mailcheck.Submission}

// byStrength orders ways to encrypt, the strongest first (RFC 8314 section 3).
func byStrength(a, b mailcheck.Security) int {
	order := []mailcheck.Security{mailcheck.ImplicitTLS, mailcheck.StartTLS, mailcheck.Plain}
	return cmp.Compare(slices.Index(order, a), slices.Index(order, b))
}

// weakFirst finds documents in which a server stands before one of the same protocol
// that is encrypted better: programs take the first. A first server that does not work
// is another fault, whose remedy takes it out.
func weakFirst(r *mailcheck.Report) []mailcheck.Finding {
	var all []mailcheck.Finding
	for _, source := range r.Sources {
		if !source.Own() || source.Form != mailcheck.SettingsFile && source.Form != mailcheck.Answer {
			continue
		}
		for _, servers := range byDocument(source.Servers) {
			first := servers[0]
			better := slices.MinFunc(servers, func(a, b mailcheck.Server) int {
				return cmp.Or(cmp.Compare(rankOfFailed(r, a), rankOfFailed(r, b)), byStrength(a.Security, b.Security))
			})
			if byStrength(better.Security, first.Security) < 0 && r.Result(better).Verdict != mailcheck.Fail && !failsOtherwise(r, first) {
				all = append(all, weakFirstOf(r, source.Form, first, better))
			}
		}
	}
	return all
}

// byDocument groups mail servers by the document that names them, and by protocol.
func byDocument(servers []mailcheck.Server) [][]mailcheck.Server {
	var groups [][]mailcheck.Server
	for _, s := range servers {
		if !slices.Contains(mailProtocols, s.Protocol) {
			continue
		}
		i := slices.IndexFunc(groups, func(g []mailcheck.Server) bool {
			return g[0].Position.Document == s.Position.Document && g[0].Protocol == s.Protocol
		})
		if i < 0 {
			groups = append(groups, []mailcheck.Server{s})
			continue
		}
		groups[i] = append(groups[i], s)
	}
	return groups
}

func rankOfFailed(r *mailcheck.Report, s mailcheck.Server) int {
	if r.Result(s).Verdict == mailcheck.Fail {
		return 1
	}
	return 0
}

// failsOtherwise reports whether a server fails for more than for being without
// encryption.
func failsOtherwise(r *mailcheck.Report, s mailcheck.Server) bool {
	return slices.ContainsFunc(r.Result(s).Findings(), func(f mailcheck.Finding) bool {
		return f.Severity == checks.Failure && f.Check != checks.AutoconfigPlain
	})
}

func weakFirstOf(r *mailcheck.Report, form mailcheck.SourceForm, first, better mailcheck.Server) mailcheck.Finding {
	where := withoutQuery(first.Position.Document)
	f := mailcheck.NewFinding(checks.PublishWeakFirst, "%s names %s (line %d) before %s (line %d)", where, first.URL(), first.Position.Line, better.URL(), better.Position.Line)
	section := sectionName(form, first.Protocol)
	f.Fix = mailcheck.Textf("In %s put the %s of line %d (%s, %s) before that of line %d.", where, section, better.Position.Line,
		better.Host, portAndSecurity(form, better.Port, better.Security), first.Position.Line)
	if first.Security == mailcheck.Plain {
		f.Severity = checks.Failure
		f.Fix = mailcheck.Textf("In %s take the %s of line %d out, which is without encryption, so that programs come to that of line %d (%s, %s).", where, section, first.Position.Line,
			better.Position.Line, better.Host, portAndSecurity(form, better.Port, better.Security))
	}
	if r.Result(better).Verdict.Usable() {
		f.Instead = better.URL()
		if first.Security == mailcheck.Plain {
			f.Meanwhile = Choose(better)
		}
	}
	f.Server, f.Target = first.URL(), first.URL()
	f.URL, f.Line = first.Position.Document, first.Position.Line
	return f
}

// sectionName is what a format calls the part that names a server.
func sectionName(form mailcheck.SourceForm, p mailcheck.Protocol) string {
	switch {
	case form == mailcheck.Answer:
		return "<Protocol>"
	case p.Sends():
		return "<outgoingServer>"
	}
	return "<incomingServer>"
}

// withoutQuery is a URL as it is named to people; the address in it is the user's.
func withoutQuery(document string) string {
	u, err := url.Parse(document)
	if err != nil || u.Host == "" {
		return document
	}
	u.RawQuery = ""
	return u.String()
}

// orderCause blames the order of a document for it that what stands first is without
// encryption, although the host has it.
func orderCause(e *evidence, f *mailcheck.Finding) *checks.Check {
	if f.Check != checks.PublishPlainNeedless && f.Check != checks.AutoconfigPlain {
		return nil
	}
	if blames(e, checks.PublishWeakFirst, f.Server) {
		return checks.PublishWeakFirst
	}
	return nil
}

// blames reports whether a check has found something at a server.
func blames(e *evidence, c *checks.Check, server string) bool {
	return slices.ContainsFunc(e.Findings, func(o mailcheck.Finding) bool { return o.Check == c && o.Server == server })
}

// priorityCause blames the priorities for it that records put first what a file leaves
// out.
func priorityCause(e *evidence, f *mailcheck.Finding) *checks.Check {
	if f.Check == checks.PublishSRVPrefers && blames(e, checks.SRVWeakFirst, f.Server) {
		return checks.SRVWeakFirst
	}
	return nil
}

// srvWeakFirst finds SRV records that prefer STARTTLS to TLS from the first byte.
// Programs take the lowest number first (RFC 2782), over both names (RFC 6186 section
// 3.4).
func srvWeakFirst(r *mailcheck.Report) []mailcheck.Finding {
	var all []mailcheck.Finding
	for _, p := range mailProtocols {
		implicit, upgraded := recordsFor(r, p)
		if len(implicit) == 0 || len(upgraded) == 0 || upgraded[0].Position.Priority >= implicit[0].Position.Priority ||
			r.Result(implicit[0]).Verdict == mailcheck.Fail || r.Result(upgraded[0]).Verdict == mailcheck.Fail {
			continue
		}
		weak, strong := document.ServiceOf(p, mailcheck.StartTLS).Label, document.ServiceOf(p, mailcheck.ImplicitTLS).Label
		f := mailcheck.NewFinding(checks.SRVWeakFirst, "%s has the priority %d, %s has %d; the lower is taken first",
			weak, upgraded[0].Position.Priority, strong, implicit[0].Position.Priority)
		f.Fix = mailcheck.Textf("Publish instead: %s Older versions of FairEmail take the highest number first: if no program needs %s, leave it out altogether.",
			mailcheck.Joined(ranked(r, append(implicit, upgraded...)), " "), weak)
		f.Name, f.Record = document.ServiceOf(p, mailcheck.StartTLS).Name(r.Address.Domain), "SRV"
		f.Server, f.Target = upgraded[0].URL(), upgraded[0].URL()
		all = append(all, f)
	}
	return all
}

// recordsFor returns the servers that SRV records name for a protocol, preferred first.
func recordsFor(r *mailcheck.Report, p mailcheck.Protocol) (implicit, upgraded []mailcheck.Server) {
	for _, source := range r.Sources {
		for _, s := range source.Servers {
			switch {
			case source.Form != mailcheck.Records || s.Protocol != p:
			case s.Security == mailcheck.ImplicitTLS:
				implicit = append(implicit, s)
			default:
				upgraded = append(upgraded, s)
			}
		}
	}
	return implicit, upgraded
}

// ranked returns records with priorities that put them into the order of the list. Those
// of one name that shared a priority still do.
func ranked(r *mailcheck.Report, servers []mailcheck.Server) []string {
	var lines []string
	priority := 0
	for i, s := range servers {
		if i > 0 && (s.Security != servers[i-1].Security || s.Position.Priority != servers[i-1].Position.Priority) {
			priority += 10
		}
		lines = append(lines, document.RankedRecord(s, r.Address.Domain, priority, s.Position.Weight))
	}
	return lines
}
