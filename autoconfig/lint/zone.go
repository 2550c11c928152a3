package lint

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
)

// judgeZone judges records that are meant for a zone: first how a name server reads them,
// then what mail programs find.
func (l *linter) judgeZone(text string) {
	l.Kind = "records for a zone (master file)"
	l.served(nil)
	records, err := document.ParseZone(text)
	if err != nil {
		l.malformed(err)
	}
	types := map[string][]string{} // of each name
	for _, r := range records {
		types[r.Name] = append(types[r.Name], r.Type)
	}
	for _, r := range records {
		if r.Err != nil {
			l.find(checks.LintMalformed, r.Line, 1, "%v", r.Err)
			continue
		}
		if r.Type == "" && slices.Contains([]string{"$INCLUDE", "$GENERATE"}, strings.ToUpper(r.Fields[0].Text)) {
			lessOf(l.record(r, checks.LintRecord, "what %s brings is not read here", r.Fields[0].Text), checks.Info).
				Fix = mailcheck.Textf("Give the file that the name server makes of it: named-compilezone.")
			continue
		}
		l.zoneNames(r)
		switch r.Type {
		case "SRV":
			l.zoneService(r, records)
		case "TXT":
			l.zoneText(r)
		case "TLSA":
			l.zoneKey(r)
		case "CNAME":
			if len(types[r.Name]) > 1 {
				l.record(r, checks.LintMalformed, "%s is an alias (CNAME) and has other records, too; a name server refuses the zone", r.Name).
					Fix = mailcheck.Textf("Leave the alias alone, or take it out.")
			}
		}
	}
}

// record finds something about a record.
func (l *linter) record(r document.Record, c *checks.Check, format string, args ...any) *mailcheck.Finding {
	f := l.find(c, r.Line, 1, format, args...)
	f.Name, f.Record = r.Name, r.Type
	return f
}

// zoneNames judges names as they are written.
func (l *linter) zoneNames(r document.Record) {
	names := []string{r.Owner}
	if r.Target != "" {
		names = append(names, r.Fields[len(r.Fields)-1].Text)
	}
	for i, name := range names {
		labels := strings.Split(name, ".")
		host := slices.DeleteFunc(slices.Clone(labels), func(label string) bool { return strings.HasPrefix(label, "_") })
		below := i == 0 && r.Origin != "" && !document.Inside(name+".", r.Origin) // a host below the zone, as many have
		if len(host) > 1 && labels[len(labels)-1] != "" && !below {
			l.record(r, checks.LintRelativeName, "%s has no dot at its end: in the zone example.com it is %[1]s.example.com", name).
				Fix = mailcheck.Textf("Write %s. with the dot, if that is the whole name.", name)
		}
		if !document.ASCII(name) {
			l.record(r, checks.PublishHostNotASCII, "%s", name)
		}
		if strings.Contains(name, "WEBSERVER") {
			l.record(r, checks.LintRecord, "WEBSERVER stands where the name of the web server belongs").
				Fix = mailcheck.Textf("Write the name of the web server, with a dot at its end.")
		}
	}
}

// strayServices are labels that somebody may write, and that no program asks for.
var strayServices = map[string]string{
	"_smtp": "_submission", "_smtps": "_submissions", "_imap4": "_imap", "_imap4s": "_imaps", "_imap4-ssl": "_imaps", "_imapssl": "_imaps",
	"_pop": "_pop3", "_pops": "_pop3s", "_pop3-ssl": "_pop3s", "_submit": "_submission", "_managesieve": "_sieve",
}

// serviceOf returns the service of a name such as _imaps._tcp.example.com.
func serviceOf(name string) (service document.Service, label, transport string, known bool) {
	label, rest, _ := strings.Cut(name, ".")
	transport, _, _ = strings.Cut(rest, ".")
	services := slices.Concat(document.Services, document.ExtraServices)
	i := slices.IndexFunc(services, func(s document.Service) bool { return s.Label == label })
	if i < 0 {
		return document.Service{}, label, transport, false
	}
	return services[i], label, transport, true
}

// zoneService judges an SRV record by the service that its name stands for.
func (l *linter) zoneService(r document.Record, all []document.Record) {
	service, label, transport, known := serviceOf(r.Name)
	meant, stray := strayServices[label]
	switch {
	case stray:
		l.record(r, checks.LintUnknownName, "no mail program asks for %s", label).Fix = mailcheck.Textf("Write %s._tcp, if that is what the server is for.", meant)
		return
	case known && transport != "_tcp":
		l.record(r, checks.LintUnknownName, "mail programs ask for %s._tcp, not for %s.%s", label, label, transport).Fix = mailcheck.Textf("Write %s._tcp.", label)
		return
	case !known && label != "_autodiscover":
		return
	}
	port, _ := strconv.ParseUint(r.Fields[2].Text, 10, 16)
	if r.Target == "." {
		l.notOffered(r, port, all)
		return
	}
	if _, err := netip.ParseAddr(strings.TrimSuffix(r.Fields[3].Text, ".")); err == nil {
		l.record(r, checks.SRVBadTarget, "%s SRV leads to the IP address %s; it has to be a name", r.Name, r.Fields[3].Text)
	}
	if alias(r.Target, all) {
		l.record(r, checks.SRVCNAMETarget, "%s SRV leads to %s, which is an alias (CNAME) in this file", r.Name, r.Target)
	}
	switch s := (mailcheck.Server{Protocol: service.Protocol, Security: service.Security, Port: uint16(port)}); {
	case port == 0:
		l.record(r, checks.SRVBadTarget, "%s SRV names port 0", r.Name)
	case label == "_autodiscover":
		if port != 443 {
			l.record(r, checks.AutodiscoverSRVPort, "%s SRV names port %d", r.Name, port)
		}
	case s.Security != mailcheck.Plain && s.Port == mailcheck.DefaultPort(s.Protocol, otherSecurity(s.Security)) && !s.Protocol.OverHTTPS() && s.Protocol != mailcheck.Sieve:
		l.record(r, checks.SRVPortOdd, "%s SRV names port %d", r.Name, port)
	case foreignPort(s):
		l.record(r, checks.LintRecord, "%s SRV names port %d, which is that of another protocol", r.Name, port).
			Fix = mailcheck.Textf("Write port %d, or put the record at the name of its service.", mailcheck.DefaultPort(s.Protocol, s.Security))
	}
	if known && service.Security == mailcheck.Plain {
		l.record(r, checks.DAVPlain, "%s SRV names port %d", r.Name, port)
	}
}

// notOffered judges a record that says that there is no such service.
func (l *linter) notOffered(r document.Record, port uint64, all []document.Record) {
	others := 0
	for _, other := range all {
		if other.Name == r.Name && other.Type == "SRV" {
			others++
		}
	}
	if others > 1 {
		l.record(r, checks.LintRecord, "%s SRV says that there is no such service, and stands beside others", r.Name).
			Fix = mailcheck.Textf("Leave either the record with the dot alone, or the others.")
	}
	if port != 0 {
		lessOf(l.record(r, checks.LintRecord, "%s SRV says that there is no such service, and names port %d", r.Name, port), checks.Info).
			Fix = mailcheck.Textf("Write 0 0 0 and the dot.")
	}
}

// alias reports whether the file makes a name an alias.
func alias(target string, all []document.Record) bool {
	return slices.ContainsFunc(all, func(r document.Record) bool { return r.Type == "CNAME" && r.Name+"." == target })
}

// foreignPort reports whether a port is the usual one of other mail protocols than the
// server's.
func foreignPort(s mailcheck.Server) bool {
	if s.Protocol.OverHTTPS() {
		return false // web servers listen on any port
	}
	own, others := false, false
	for _, p := range []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3, mailcheck.Submission, mailcheck.Sieve, mailcheck.CalDAV} {
		for _, security := range []mailcheck.Security{mailcheck.ImplicitTLS, mailcheck.StartTLS} {
			usual := s.Port == mailcheck.DefaultPort(p, security)
			own, others = own || usual && p == s.Protocol, others || usual && p != s.Protocol
		}
	}
	return others && !own
}

// cutOff begins the rest of a record that was meant to go on behind a semicolon.
var cutOff = []string{"a=", "d=", "id=", "rua=", "p=", "k="}

// zoneText judges a TXT record.
func (l *linter) zoneText(r document.Record) {
	last := r.Fields[len(r.Fields)-1]
	rest := strings.ToLower(strings.TrimSpace(r.Comment))
	if !last.Quoted && r.Comment != "" && (r.Close && strings.Contains(rest, "=") || slices.ContainsFunc(cutOff, func(tag string) bool { return strings.HasPrefix(rest, tag) })) {
		l.record(r, checks.LintCutText, "%s TXT is %q, without what stands behind the semicolon: %q", r.Name, strings.Join(r.Texts, ""), r.Comment)
		return
	}
	text := strings.Join(r.Texts, "")
	tags := document.Tags(text)
	service, label, _, known := serviceOf(r.Name)
	switch {
	case label == "_ua-auto-config":
		if digest, _ := document.ParseDigest(text); digest == nil {
			l.record(r, checks.LintRecord, "%s TXT is %q, which has no digest of a PACC document", r.Name, text).
				Fix = mailcheck.Textf("Write \"v=UAAC1; a=sha256; d=DIGEST\", with the SHA-256 of the document in base64.")
		}
	case label == "ua-auto-config" && strings.EqualFold(tags["v"], "UAAC1"):
		l.record(r, checks.LintRecord, "the digest of the PACC document stands at %s", r.Name).Fix = mailcheck.Textf("Put the record at _%s.", r.Name)
	case label == "_mta-sts" && (tags["v"] != "STSv1" || tags["id"] == ""):
		l.record(r, checks.LintRecord, "%s TXT is %q", r.Name, text).Fix = mailcheck.Textf("Write \"v=STSv1; id=ID\", with a new id for each new policy (RFC 8461 section 3.1).")
	case strings.HasPrefix(r.Name+".", "_smtp._tls.") && (tags["v"] != "TLSRPTv1" || !strings.HasPrefix(tags["rua"], "mailto:") && !strings.HasPrefix(tags["rua"], "https://")):
		l.record(r, checks.LintRecord, "%s TXT is %q", r.Name, text).Fix = mailcheck.Textf("Write \"v=TLSRPTv1; rua=mailto:ADDRESS\" (RFC 8460 section 3).")
	case known && (service.Protocol == mailcheck.CalDAV || service.Protocol == mailcheck.CardDAV):
		if key, path, _ := strings.Cut(text, "="); strings.EqualFold(strings.TrimSpace(key), "path") && (!strings.HasPrefix(path, "/") || strings.Contains(path, " ")) {
			l.record(r, checks.DAVBadPath, "%s TXT %q", r.Name, text)
		}
	}
}

// hashLength is how many hex digits the matching types of TLSA have (RFC 6698 section 2.1.3).
var hashLength = map[string]int{"1": 64, "2": 128}

// zoneKey judges a TLSA record.
func (l *linter) zoneKey(r document.Record) {
	port, rest, _ := strings.Cut(r.Name, ".")
	transport, _, _ := strings.Cut(rest, ".")
	if n, err := strconv.ParseUint(strings.TrimPrefix(port, "_"), 10, 16); err != nil || n == 0 || !strings.HasPrefix(port, "_") || transport != "_tcp" {
		l.record(r, checks.LintRecord, "%s is no name of a TLSA record", r.Name).Fix = mailcheck.Textf("Write _PORT._tcp.HOST (RFC 6698 section 3).")
	}
	digits := 0
	for _, f := range r.Fields[3:] {
		digits += len(f.Text)
	}
	if want := hashLength[r.Fields[2].Text]; want > 0 && digits != want {
		l.record(r, checks.DANEUnusable, "%s TLSA: a hash of matching type %s has %d hex digits, not %d", r.Name, r.Fields[2].Text, want, digits)
	}
}
