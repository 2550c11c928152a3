package conclude

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
)

// contradictions are the rules that compare what is published, in one source with
// that in another and in all with what the servers offer. A rule that needs a
// test's result finds nothing where none was made.
var contradictions = []func(*mailcheck.Report) []mailcheck.Finding{
	portSecurity,
	authNotOffered,
	plainNeedless,
	oauthOnly,
	sourcesDisagree,
	declinedButPublished,
	usernameRefused,
	srvPrefers,
}

func contradictionFindings(r *mailcheck.Report) []mailcheck.Finding {
	var all []mailcheck.Finding
	for _, rule := range contradictions {
		all = append(all, rule(r)...)
	}
	return all
}

// portSecurity finds published servers with the port of the other way to encrypt.
// One that works all the same is somebody's choice (RFC 8314 section 7.1 only
// registers the ports). For SRV records there is srv.port-odd.
func portSecurity(r *mailcheck.Report) []mailcheck.Finding {
	var all []mailcheck.Finding
	for _, s := range publishedServers(r) {
		other := mailcheck.ImplicitTLS
		if s.Security == mailcheck.ImplicitTLS {
			other = mailcheck.StartTLS
		}
		if mailcheck.DefaultPort(s.Protocol, mailcheck.ImplicitTLS) == mailcheck.DefaultPort(s.Protocol, mailcheck.StartTLS) {
			continue // a protocol with a single port
		}
		if s.Port != mailcheck.DefaultPort(s.Protocol, other) || s.Sources[0] == "srv" || r.Result(s).Verdict == mailcheck.Pass || r.Result(s).Verdict == mailcheck.Warn {
			continue
		}
		if s.Security == mailcheck.Plain && other == mailcheck.StartTLS {
			continue // 143 without encryption fits, which is another fault
		}
		f := mailcheck.NewFinding(checks.PublishPortSecurity, fmt.Sprintf("%s publishes port %d with %s", s.Sources[0], s.Port, document.SocketType(s.Security)))
		if r.Result(s).Verdict == "" {
			f.Severity = checks.Warning // not tested
		}
		f.Fix = fmt.Sprintf("Publish port %d with socketType %s, or port %d with socketType %s.",
			s.Port, document.SocketType(other), mailcheck.DefaultPort(s.Protocol, s.Security), document.SocketType(s.Security))
		f.Server = s.URL()
		all = append(all, f)
	}
	return all
}

// authNotOffered compares the published ways to log in with those that the server
// offers inside TLS. If another published way is offered, clients that read on
// find it.
func authNotOffered(r *mailcheck.Report) []mailcheck.Finding {
	var all []mailcheck.Finding
	for _, s := range r.Servers {
		if s.Guessed() || s.Capabilities.AfterTLS == nil {
			continue
		}
		var missing []string
		usable := false
		for _, method := range s.Auth {
			mechanisms, known := PublishedMethods[method]
			offered := slices.ContainsFunc(mechanisms, func(m string) bool { return mailcheck.Has(s.Mechanisms.AfterTLS, m) }) ||
				s.PasswordOK && slices.Contains(mechanisms, "PLAIN")
			switch {
			case !known:
				usable = true // nothing can be said about it
			case offered:
				usable = true
			default:
				missing = append(missing, method)
			}
		}
		if len(missing) == 0 {
			continue
		}
		f := mailcheck.NewFinding(checks.PublishAuthNotOffered, fmt.Sprintf("published: %s; offered inside TLS: %s", strings.Join(s.Auth, ", "), Offers(s)))
		if usable {
			f.Severity = checks.Warning
		}
		f.Fix = fmt.Sprintf("Take %s out of the section for %s, or switch it on at the server.", authElements(missing), s.Endpoint())
		if s.PasswordOK && !usable {
			f.Fix = fmt.Sprintf("In the section for %s publish %s, or switch on %s at the server.", s.Endpoint(), authElements([]string{"password-cleartext"}), strings.Join(missing, ", "))
		}
		f.Server = s.URL()
		all = append(all, f)
	}
	return all
}

func authElements(methods []string) string {
	var elements []string
	for _, m := range methods {
		elements = append(elements, "<authentication>"+m+"</authentication>")
	}
	return strings.Join(elements, " and ")
}

// plainNeedless finds servers published without encryption whose host offers it:
// by STARTTLS on the same port, or by another server that passed.
func plainNeedless(r *mailcheck.Report) []mailcheck.Finding {
	var all []mailcheck.Finding
	for _, s := range r.Servers {
		if s.Security != mailcheck.Plain || s.Guessed() {
			continue
		}
		better := mailcheck.Server{}
		for _, o := range r.Servers {
			if o.Protocol == s.Protocol && o.Host == s.Host && o.Security != mailcheck.Plain && o.Verdict != mailcheck.Fail && better.Host == "" {
				better = o.Server
			}
		}
		if better.Host == "" && (mailcheck.Has(s.Capabilities.BeforeTLS, "STARTTLS") || mailcheck.Has(s.Capabilities.BeforeTLS, "STLS")) {
			better = s.Server
			better.Security = mailcheck.StartTLS
		}
		if better.Host == "" {
			continue
		}
		f := mailcheck.NewFinding(checks.PublishPlainNeedless, fmt.Sprintf("%s is published; %s is offered", s.URL(), better.URL()))
		f.Fix = fmt.Sprintf("In the section for %s write <port>%d</port> and <socketType>%s</socketType>.", s.Host, better.Port, document.SocketType(better.Security))
		f.Server = s.URL()
		all = append(all, f)
	}
	return all
}

// oauthOnly finds servers that a settings file lets clients use with OAuth2 alone.
// Clients do not read the sign-in page from the file, so they need to know the
// host.
func oauthOnly(r *mailcheck.Report) []mailcheck.Finding {
	var hosts []string
	for _, s := range publishedServers(r) {
		only := len(s.Auth) > 0 && !slices.ContainsFunc(s.Auth, func(m string) bool { return m != "OAuth2" })
		if only && !document.OAuthHost(s.Host) && !slices.Contains(hosts, s.Host) {
			hosts = append(hosts, s.Host)
		}
	}
	if len(hosts) == 0 {
		return nil
	}
	return []mailcheck.Finding{mailcheck.NewFinding(checks.PublishOAuthOnly, "OAuth2 alone is published for "+strings.Join(hosts, ", "))}
}

// sourcesDisagree finds sources that name different hosts. Where the tests tell
// which one works, that one is proposed.
func sourcesDisagree(r *mailcheck.Report) []mailcheck.Finding {
	var all []mailcheck.Finding
	for _, d := range mailcheck.Disagreements(r.Sources) {
		f := mailcheck.NewFinding(checks.PublishSourcesDisagree, fmt.Sprintf("%s: %s", d.Protocol, d))
		right, wrong := preferred(r, d.First, d.Protocol), preferred(r, d.Second, d.Protocol)
		if r.Result(right).Verdict == mailcheck.Fail && r.Result(wrong).Verdict != mailcheck.Fail {
			right, wrong = wrong, right
		}
		f.Fix = fmt.Sprintf("If %s is right, name it in %s too%s If %s is right, name that in %s%s",
			right.Host, wrong.Sources[0], asRecord(r, right, wrong.Sources[0]), wrong.Host, right.Sources[0], asRecord(r, wrong, right.Sources[0]))
		all = append(all, f)
	}
	return all
}

// asRecord ends a sentence with the record by which a source publishes a server,
// if it is one that does so: the target of an SRV record is a name (RFC 2782). The
// record brings its own full stop.
func asRecord(r *mailcheck.Report, s mailcheck.Server, source string) string {
	record := document.SRVRecord(s, r.Address.Domain)
	if _, err := netip.ParseAddr(s.Host); source != "srv" || record == "" || err == nil {
		return "."
	}
	return ": " + record
}

// preferred returns the server that a source names first for a protocol, as the
// source's own.
func preferred(r *mailcheck.Report, source mailcheck.SourceResult, p mailcheck.Protocol) mailcheck.Server {
	for _, s := range source.Servers {
		if s.Protocol == p {
			s.Sources = []string{source.Name}
			return s
		}
	}
	return mailcheck.Server{Sources: []string{source.Name}}
}

// declinedButPublished finds servers for which the domain says in DNS that there
// is no such service (RFC 6186 section 3.4).
func declinedButPublished(r *mailcheck.Report) []mailcheck.Finding {
	declined := map[string]bool{}
	for _, source := range r.Sources {
		for _, f := range source.Findings() {
			if name, _, ok := strings.Cut(f.Detail, " SRV "); ok && f.Check == checks.SRVNotOffered {
				declined[name] = true
			}
		}
	}
	var all []mailcheck.Finding
	seen := map[string]bool{}
	for _, s := range publishedServers(r) {
		record := document.SRVRecord(s, r.Address.Domain)
		name, _, _ := strings.Cut(record, ". SRV ")
		if !declined[name] || seen[name+s.Sources[0]] {
			continue
		}
		seen[name+s.Sources[0]] = true
		f := mailcheck.NewFinding(checks.PublishDeclined, fmt.Sprintf("%s SRV names no server (target \".\"); %s names %s", name, s.Sources[0], s.Endpoint()))
		f.Fix = fmt.Sprintf("If the service is offered, publish: %s If not, take %s out of %s.", record, s.Endpoint(), s.Sources[0])
		all = append(all, f)
	}
	return all
}

// srvPrefers finds what SRV records put first while the settings of the same host,
// in the next source that has any, leave it out. If it works and is encrypted from the
// first byte, nobody is worse off.
func srvPrefers(r *mailcheck.Report) []mailcheck.Finding {
	srv := slices.IndexFunc(r.Sources, func(s mailcheck.SourceResult) bool { return s.Name == "srv" })
	if srv < 0 {
		return nil
	}
	var all []mailcheck.Finding
	for _, p := range []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3, mailcheck.Submission} {
		first := preferred(r, r.Sources[srv], p)
		file := slices.IndexFunc(r.Sources, func(s mailcheck.SourceResult) bool {
			return s.Name != "srv" && s.Speaks() && slices.Contains(s.Hosts(p), first.Host)
		})
		if file < 0 || slices.ContainsFunc(r.Sources[file].Servers, func(s mailcheck.Server) bool { return s.Key() == first.Key() }) {
			continue
		}
		other := preferred(r, r.Sources[file], p)
		works := r.Result(first).Verdict == mailcheck.Pass
		weaker := first.Security != mailcheck.ImplicitTLS && other.Security == mailcheck.ImplicitTLS
		if works && !weaker {
			continue
		}
		f := mailcheck.NewFinding(checks.PublishSRVPrefers, fmt.Sprintf("SRV records name %s first, which %s leaves out; it names %s", first.URL(), r.Sources[file].Name, other.URL()))
		if works {
			f.Severity = checks.Info
		}
		if record := document.SRVRecord(other, r.Address.Domain); record != "" {
			f.Fix = fmt.Sprintf("Publish %s and give the record for port %d a higher number than 0 in front, or take it out. Or add port %[2]d to the settings file.", record, first.Port)
		}
		f.Server = first.URL()
		all = append(all, f)
	}
	return all
}

// usernameRefused finds servers that let the user in, but not under the user name
// that is published for them, or that clients try first where none is. What one
// person mends in one place is said once.
func usernameRefused(r *mailcheck.Report) []mailcheck.Finding {
	var all []mailcheck.Finding
	endpoints := map[string][]string{}
	for _, s := range r.Servers {
		if s.Login == nil || s.Login.State != mailcheck.LoginAccepted || s.Login.Username == s.Username || !slices.Contains(s.Login.Refused, s.Username) {
			continue
		}
		f := mailcheck.NewFinding(checks.LoginUsernameForm, fmt.Sprintf("%s is refused, %s is accepted", s.Username, s.Login.Username))
		if source := whoStates(r, s); source != "" {
			f = mailcheck.NewFinding(checks.PublishUsername, fmt.Sprintf("%s publishes %s, which the server refuses; %s is accepted", source, s.Username, s.Login.Username))
		}
		endpoints[f.Detail] = append(endpoints[f.Detail], s.Endpoint())
		template := document.UsernameTemplate(s.Login.Username, r.Address)
		f.Meanwhile = fmt.Sprintf("In the mail program enter %s as the user name: the server accepts that.", s.Login.Username)
		f.Fix = fmt.Sprintf("Publish a settings file (Mail Autoconfig) with <username>%s</username>; SRV records cannot tell it.", template)
		if f.Check == checks.PublishUsername {
			f.Fix = fmt.Sprintf("Write <username>%s</username> in the sections for %s.", template, strings.Join(endpoints[f.Detail], ", "))
		}
		if i := slices.IndexFunc(all, func(o mailcheck.Finding) bool { return o.Detail == f.Detail }); i >= 0 {
			all[i].Fix = f.Fix
			continue
		}
		f.Server = s.URL()
		all = append(all, f)
	}
	return all
}

// whoStates names the first source that publishes the user name of a server.
func whoStates(r *mailcheck.Report, s mailcheck.ServerResult) string {
	for _, source := range r.Sources {
		for _, published := range source.Servers {
			if published.Key() == s.Key() && published.Username == s.Username {
				return source.Name
			}
		}
	}
	return ""
}

// publishedServers are the servers that the sources name, guesses left out. Each is
// the source's own, with that source's name alone; two sources may name the same.
func publishedServers(r *mailcheck.Report) []mailcheck.Server {
	var all []mailcheck.Server
	for _, source := range r.Sources {
		for _, s := range source.Servers {
			if source.Name == "guess" {
				continue
			}
			s.Sources = []string{source.Name}
			all = append(all, s)
		}
	}
	return all
}
