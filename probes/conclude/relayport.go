package conclude

import (
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
)

// relay is the port at which servers hand mail on (RFC 5321 section 4.5.4.2).
const relay = 25

// relayPort finds settings that send mail over port 25. Servers take mail from each
// other there, without a login; networks keep everybody else from it (RFC 5068), and what
// guards it against spam is not meant for people.
func relayPort(r *mailcheck.Report) []mailcheck.Finding {
	var all []mailcheck.Finding
	for i := range r.Servers {
		s := &r.Servers[i]
		if !sendsByRelay(s) {
			continue
		}
		f := mailcheck.NewFinding(checks.TCPRelayPort, "mail is sent to port 25 of %s", s.Host)
		door, open := doorFor(r, s)
		if open {
			f.Detail = mailcheck.Textf("%s, while port %d of %s works (%s)", f.Detail, door.Port, door.Host, SecurityInWords(door.Security))
			f.Instead, f.Meanwhile = door.URL(), Choose(door)
		}
		f.Server = s.URL()
		f.Acts, f.Fix = mendRelay(r, s, door, open)
		all = append(all, f)
	}
	return all
}

func sendsByRelay(s *mailcheck.ServerResult) bool {
	return s.Port == relay && s.Protocol == mailcheck.Submission && !s.Guessed()
}

// doorFor returns a door of the host that is named besides, or one that a search for a
// cause has found, or any that is known.
func doorFor(r *mailcheck.Report, s *mailcheck.ServerResult) (mailcheck.Server, bool) {
	door, ok := otherDoor(r, s)
	ok = ok && door.Port != relay
	if ok && door.Host == s.Host {
		return door, true
	}
	for _, f := range s.Findings() {
		if found, err := mailcheck.ParseServer(f.Instead); err == nil {
			return found, true
		}
	}
	return door, ok
}

// mendRelay says who does what: a domain publishes another port, and who typed the port
// types another. Where none works, there has to be one first.
func mendRelay(r *mailcheck.Report, s *mailcheck.ServerResult, door mailcheck.Server, open bool) (checks.Who, mailcheck.Text) {
	remedy := mailcheck.Text{Format: checks.TCPRelayPort.Remedy}
	if s.Verdict == mailcheck.Fail && !open {
		return checks.Operator, mailcheck.Textf("Open port 587 or 465 of %s for mail programs (Postfix: the services submission and submissions in master.cf; Exim: daemon_smtp_ports), with TLS and a login: neither was seen to work.", s.Host)
	}
	if len(s.Sources) == 0 {
		return checks.User, remedy
	}
	publisher, own := publisherOf(r, s)
	switch {
	case !own:
		return checks.User, remedy
	case !open:
		return checks.Admin, mailcheck.Textf("In the place of port 25 of %s publish its port 587 with STARTTLS or 465 with TLS, as the server has them.", s.Host)
	case resultOf(r, door.URL()).Host != "": // it is named already
		return checks.Admin, withdraw(r, publisher, s.Server)
	case publisher.Form == mailcheck.Records:
		return checks.Admin, mailcheck.Textf("Publish the port that works: %s %s", document.SRVRecord(door, r.Address.Domain), withdraw(r, publisher, s.Server))
	}
	return checks.Admin, mailcheck.Textf("In the place of port 25 of %s publish %s (%s).", s.Host, portAndSecurity(publisher.Form, door.Port, door.Security), publisher.Reason)
}

// relayCause blames the port for whatever goes wrong on the way to a login: nobody has to
// mend it for mail programs. A name or a host that is gone is another cause, and so is
// what the server says to a login.
func relayCause(e *evidence, f *mailcheck.Finding) *checks.Check {
	s := resultOf(e.Report, f.Server)
	if e.first[checks.TCPRelayPort] == nil || !sendsByRelay(s) || s.Verdict != mailcheck.Fail || f.Check == checks.TCPRelayPort || f.Severity == checks.OK {
		return nil
	}
	switch f.Check {
	case checks.TCPHostDown, checks.TCPUnreachable, checks.TCPUnreachable4, checks.TCPUnreachable6, checks.TLSInterception:
		return nil
	}
	onTheWay := []string{"tcp.", "tls.", "starttls.", "greet.", "reply.", "auth.", "autoconfig.plain", "publish."}
	if slices.ContainsFunc(onTheWay, func(family string) bool { return strings.HasPrefix(f.Check.ID, family) }) {
		return checks.TCPRelayPort
	}
	return nil
}

// raiseRelay makes the port as bad as what comes of it.
func raiseRelay(e *evidence) {
	for i := range e.Findings {
		root := &e.Findings[i]
		if root.Check != checks.TCPRelayPort {
			continue
		}
		for _, f := range e.Findings {
			if f.BecauseOf == checks.TCPRelayPort && f.Server == root.Server {
				root.Severity = max(root.Severity, f.Severity)
			}
		}
	}
}
