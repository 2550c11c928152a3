package conclude

import (
	"net/netip"
	"slices"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
)

// contradictions are the rules that compare what is published, in one source with
// that in another and in all with what the servers offer. A rule that needs a
// test's result finds nothing where none was made.
var contradictions = []func(*mailcheck.Report) []mailcheck.Finding{
	portSecurity,
	relayPort,
	authNotOffered,
	plainNeedless,
	oauthOnly,
	sourcesDisagree,
	declinedButPublished,
	usernameRefused,
	srvPrefers,
	overHTTP,
	weakestPlace,
	postOnly,
	weakFirst,
	srvWeakFirst,
	srvStartTLSOnly,
	startTLSOnly,
	outdatedLists,
	portUnusual,
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
		if s.Port != mailcheck.DefaultPort(s.Protocol, other) || r.Source(s.Sources[0]).Form == mailcheck.Records || r.Result(s).Verdict.Usable() || r.Result(s).Verdict == mailcheck.Untested {
			continue
		}
		if s.Security == mailcheck.Plain && other == mailcheck.StartTLS {
			continue // 143 without encryption fits, which is another fault
		}
		form := r.Source(s.Sources[0]).Form
		f := mailcheck.NewFinding(checks.PublishPortSecurity, "%s publishes port %d with %s", s.Sources[0], s.Port, asPublished(form, s.Security))
		if r.Result(s).Verdict == "" {
			f.Severity = checks.Warning // not tested
		}
		f.Fix = mailcheck.Textf("Publish %s.", portAndSecurity(form, s.Port, other))
		if s.Security != mailcheck.Plain { // a remedy takes no protection away
			f.Fix = mailcheck.Textf("Publish %s, or %s.", portAndSecurity(form, s.Port, other), portAndSecurity(form, mailcheck.DefaultPort(s.Protocol, s.Security), s.Security))
		}
		f.Server = s.URL()
		for _, at := range r.Source(s.Sources[0]).Findings() {
			if at.Check == checks.PublishPortSecurity && at.Target == s.URL() {
				f.URL, f.Line, f.Column, f.Element = at.URL, at.Line, at.Column, at.Element
				f.Detail = mailcheck.Evidencef("%s: %s", f.Detail, at.Detail)
				break
			}
		}
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
			mechanisms, known := document.Methods[method]
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
		f := mailcheck.NewFinding(checks.PublishAuthNotOffered, "published: %s; offered inside TLS: %s", mailcheck.ListOf(s.Auth), Offers(s))
		if usable {
			f.Severity = checks.Warning
		}
		form := mailcheck.SettingsFile
		if len(s.Sources) > 0 {
			form = r.Source(s.Sources[0]).Form
		}
		switch {
		case form == mailcheck.Answer:
			f.Fix = mailcheck.Textf("Switch on %s at %s: besides passwords an Autodiscover answer knows only SPA (NTLM).", mailcheck.ListOf(missing), s.Endpoint())
		case s.PasswordOK && !usable:
			f.Fix = mailcheck.Textf("In the section for %s publish %s, or switch on %s at the server.", s.Endpoint(), methodWords(form, []string{"password-cleartext"}), mailcheck.ListOf(missing))
		default:
			f.Fix = mailcheck.Textf("Take %s out of the section for %s, or switch it on at the server.", methodWords(form, missing), s.Endpoint())
		}
		f.Server = s.URL()
		all = append(all, f)
	}
	return all
}

// plainNeedless finds servers published without encryption whose host offers it:
// by STARTTLS on the same port, or by another server that passed.
func plainNeedless(r *mailcheck.Report) []mailcheck.Finding {
	var all []mailcheck.Finding
	for _, s := range r.Servers {
		if s.Security != mailcheck.Plain || s.Guessed() || len(s.Sources) == 0 {
			continue
		}
		better := offeredBy(r, s)
		if better.Host == "" {
			continue
		}
		f := mailcheck.NewFinding(checks.PublishPlainNeedless, "%s is published; %s is offered", s.URL(), better.URL())
		f.Fix = mailcheck.Textf("In the section for %s write %s.", s.Host, portAndSecurity(r.Source(s.Sources[0]).Form, better.Port, better.Security))
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
	return []mailcheck.Finding{mailcheck.NewFinding(checks.PublishOAuthOnly, "OAuth2 alone is published for %s", mailcheck.ListOf(hosts))}
}

// sourcesDisagree finds sources that name different hosts. Where the tests tell
// which one works, that one is proposed.
func sourcesDisagree(r *mailcheck.Report) []mailcheck.Finding {
	var all []mailcheck.Finding
	for _, d := range mailcheck.Disagreements(r.Sources) {
		if toldOfList(r, preferred(r, d.Second, d.Protocol)) {
			continue // to whoever can mend it
		}
		f := mailcheck.NewFinding(checks.PublishSourcesDisagree, "%s: %s", d.Protocol, d.Text())
		right, wrong := preferred(r, d.First, d.Protocol), preferred(r, d.Second, d.Protocol)
		if r.Result(right).Verdict == mailcheck.Fail && r.Result(wrong).Verdict != mailcheck.Fail {
			right, wrong = wrong, right
		}
		f.Fix = mailcheck.Textf("%s %s", nameToo(r, right, wrong.Sources[0]), nameInstead(r, wrong, right.Sources[0]))
		f.Target = wrong.URL()
		all = append(all, f)
	}
	return all
}

// nameToo and nameInstead say what to publish in a source if a server is right that
// another source names.
func nameToo(r *mailcheck.Report, s mailcheck.Server, source string) mailcheck.Text {
	if record := asRecord(r, s, source); record != "" {
		return mailcheck.Textf("If %s is right, name it in %s too: %s", s.Host, source, record)
	}
	return mailcheck.Textf("If %s is right, name it in %s too.", s.Host, source)
}

func nameInstead(r *mailcheck.Report, s mailcheck.Server, source string) mailcheck.Text {
	if record := asRecord(r, s, source); record != "" {
		return mailcheck.Textf("If %s is right, name that in %s: %s", s.Host, source, record)
	}
	return mailcheck.Textf("If %s is right, name that in %s.", s.Host, source)
}

// asRecord returns the record by which a source publishes a server, if it is one that
// does so: the target of an SRV record is a name (RFC 2782).
func asRecord(r *mailcheck.Report, s mailcheck.Server, source string) string {
	if _, err := netip.ParseAddr(s.Host); r.Source(source).Form != mailcheck.Records || err == nil {
		return ""
	}
	return document.SRVRecord(s, r.Address.Domain)
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
			if f.Check == checks.SRVNotOffered {
				declined[f.Name] = true
			}
		}
	}
	var all []mailcheck.Finding
	seen := map[string]bool{}
	for _, s := range publishedServers(r) {
		name := document.ServiceOf(s.Protocol, s.Security).Name(r.Address.Domain)
		if !declined[name] || seen[name+s.Sources[0]] {
			continue
		}
		seen[name+s.Sources[0]] = true
		f := mailcheck.NewFinding(checks.PublishDeclined, "%s SRV names no server (target \".\"); %s names %s", name, s.Sources[0], s.Endpoint())
		f.Fix = mailcheck.Textf("If the service is offered, publish: %s If not, take %s out of %s.", document.SRVRecord(s, r.Address.Domain), s.Endpoint(), s.Sources[0])
		f.Name, f.Target = name, s.URL()
		all = append(all, f)
	}
	return all
}

// srvPrefers finds what SRV records put first while the settings of the same host,
// in the next source that has any, leave it out. If it works and is encrypted from the
// first byte, nobody is worse off.
func srvPrefers(r *mailcheck.Report) []mailcheck.Finding {
	srv := slices.IndexFunc(r.Sources, func(s mailcheck.SourceResult) bool { return s.Form == mailcheck.Records })
	if srv < 0 {
		return nil
	}
	var all []mailcheck.Finding
	for _, p := range []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3, mailcheck.Submission} {
		first := preferred(r, r.Sources[srv], p)
		file := slices.IndexFunc(r.Sources, func(s mailcheck.SourceResult) bool {
			return s.Form != mailcheck.Records && s.Kind == mailcheck.Published && slices.Contains(s.Hosts(p), first.Host)
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
		f := mailcheck.NewFinding(checks.PublishSRVPrefers, "SRV records name %s first, which %s leaves out; it names %s", first.URL(), r.Sources[file].Name, other.URL())
		if works {
			f.Severity = checks.Info
		}
		if record := document.SRVRecord(other, r.Address.Domain); record != "" {
			f.Fix = mailcheck.Textf("Publish %s and give the record for port %d a higher number than 0 in front, or take it out. Or add port %[2]d to the settings file.", record, first.Port)
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
	type form struct{ source, published, accepted string }
	var all []mailcheck.Finding
	var forms []form
	endpoints := map[form][]string{}
	for _, s := range r.Servers {
		if s.Login == nil || s.Login.State != mailcheck.LoginAccepted || s.Login.Username == s.Username || !slices.Contains(s.Login.Refused, s.Username) {
			continue
		}
		is := form{whoStates(r, s), s.Username, s.Login.Username}
		if endpoints[is] == nil {
			forms = append(forms, is)
			all = append(all, mailcheck.Finding{About: mailcheck.About{Server: s.URL()}})
		}
		endpoints[is] = append(endpoints[is], s.Endpoint())
	}
	for i, is := range forms {
		f := mailcheck.NewFinding(checks.LoginUsernameForm, "%s is refused, %s is accepted", is.published, is.accepted)
		template := document.UsernameTemplate(is.accepted, r.Address)
		f.Fix = mailcheck.Textf("Publish a settings file (Mail Autoconfig) with <username>%s</username>; SRV records cannot tell it.", template)
		if is.source != "" {
			f = mailcheck.NewFinding(checks.PublishUsername, "%s publishes %s, which the server refuses; %s is accepted", is.source, is.published, is.accepted)
			f.Fix = userNamed(r.Source(is.source).Form, is.accepted, r.Address, endpoints[is])
		}
		f.Meanwhile = mailcheck.Textf("In the mail program enter %s as the user name: the server accepts that.", is.accepted)
		f.Server = all[i].Server
		all[i] = f
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
			if source.Kind == mailcheck.Guessed {
				continue
			}
			s.Sources = []string{source.Name}
			all = append(all, s)
		}
	}
	return all
}
