package autoconfig

import (
	"cmp"
	"slices"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// locate notes where a document names servers. at returns the server of the section
// that is in a line.
func locate(servers []mailcheck.Server, where string, lines []int, at func(line int) (mailcheck.Server, bool)) {
	for _, line := range slices.Backward(lines) { // the first section counts
		named, ok := at(line)
		for i := range servers {
			if ok && servers[i].Key() == named.Key() {
				servers[i].Position = mailcheck.Position{Document: where, Line: line}
			}
		}
	}
}

// placeSecurity keeps where a document says how a server is encrypted, for whoever
// compares that with the port once the server has been tested.
func placeSecurity(t *trace.Trace, where string, faults []mailcheck.Finding, at func(line int) (mailcheck.Server, bool)) {
	for _, fault := range faults {
		if fault.Check != checks.PublishPortSecurity && fault.Check != checks.LintInsecure {
			continue
		}
		if server, ok := at(fault.Line); ok {
			f := t.Find(checks.PublishPortSecurity, "%s line %d: %s", where, fault.Line, fault.Detail)
			f.Severity = checks.Info // the test of the server tells more
			f.Target, f.URL, f.Line, f.Column, f.Element = server.URL(), where, fault.Line, fault.Column, fault.Element
		}
	}
}

// tellFaults finds what lint has against a document, and what kept a section from being
// used beside that. bad is the check for a section that programs leave out, at finds the
// server of a section, where a section says how it is encrypted.
func tellFaults(t *trace.Trace, where string, bad *checks.Check, faults []mailcheck.Finding, problems []document.Problem, at func(line int) (mailcheck.Server, bool)) (told int) {
	var elements []string
	for _, fault := range faults {
		check := publishedAs(fault, bad)
		if check == nil || told == document.MaxProblems {
			continue
		}
		told++
		elements = append(elements, fault.Element)
		f := t.Find(check, "%s line %d: %s", where, fault.Line, fault.Detail)
		f.URL, f.Line, f.Column, f.Element, f.Fix = where, fault.Line, fault.Column, fault.Element, fault.Fix
		f.Clients = fault.Clients
		if f.Severity = min(f.Severity, fault.Severity); check == fault.Check || slices.Contains(encryptionElements, fault.Element) {
			f.Severity = fault.Severity // some program may connect without encryption then
		}
		if slices.Contains(encryptionElements, fault.Element) {
			f.Target = targetAt(at, fault.Line)
		}
	}
	for _, p := range problems {
		if !slices.Contains(elements, p.Element) {
			tellProblem(t, where, p)
			told++
		}
	}
	return told
}

// targetAt returns the URL of the server of a section that does not say well how it is
// encrypted, with what it most probably means.
func targetAt(at func(line int) (mailcheck.Server, bool), line int) string {
	server, ok := at(line)
	if !ok || server.Host == "" || server.Port == 0 {
		return ""
	}
	server.Security = cmp.Or(server.Security, document.SecurityMeant("", server.Port))
	return server.URL()
}

// encryptionElements are those by which a section says how its server is encrypted.
var encryptionElements = []string{"socketType", "SSL", "Encryption"}

// sectionWords are the elements and members that a section about a mail server cannot
// do without; a section with another value there is left out.
var sectionWords = []string{
	"hostname", "port", "socketType", "username", "Server", "Port", "SSL", "Encryption", "LoginName",
	"imap", "pop3", "smtp", "submit", "jmap", "caldav", "carddav", "managesieve",
}

// publishedAs says what a fault is called that lint finds in a published document; nil
// where another rule finds it in the whole of what is published, or where nothing is to
// be mended.
func publishedAs(f mailcheck.Finding, bad *checks.Check) *checks.Check {
	section := slices.Contains(sectionWords, f.Element)
	switch f.Check {
	case checks.LintMissing, checks.LintValue:
		switch {
		case f.Severity == checks.Failure && section, slices.Contains(encryptionElements, f.Element):
			return bad
		case f.Severity == checks.Failure, f.Severity == checks.Warning && section:
			return checks.PublishFileFault
		}
	case checks.LintInsecure:
		if !section { // a server without encryption is found when it is tested
			return checks.PublishFileFault
		}
	case checks.LintPassword:
		return checks.PublishFileFault
	case checks.AutoconfigPlaceholder, checks.AutodiscoverSPA, checks.AutodiscoverSSLPort,
		checks.PublishHostNotASCII, checks.PublishHostFinalDot, checks.PublishUsernameDomain, checks.PublishUsernameCut,
		checks.PublishTemplate, checks.PublishSeveral, checks.PublishPreferredServer,
		checks.PublishNoEncryption, checks.AutodiscoverSSLOff, checks.AutodiscoverSSLMissing:
		return f.Check
	}
	return nil
}
