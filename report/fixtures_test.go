package report

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"mailcheck"
	"mailcheck/checks"
)

// fixture is a report with a name; its golden files are named after it.
type fixture struct {
	name   string
	report *mailcheck.Report
}

// now is when the fixtures' runs began.
var now = time.Date(2026, 11, 22, 19, 20, 0, 0, time.UTC)

func fixtures() []fixture {
	return []fixture{
		{"pass", healthy()},
		{"warnings", warnings()},
		{"failures", failures()},
		{"sending", sending()},
		{"nxdomain", nxdomain()},
		{"nothing", nothing()},
		{"idn", idn()},
		{"long-names", longNames()},
		{"hostile", hostile()},
		{"probe-one", probeOne()},
		{"probe-many", probeMany()},
		{"interrupted", interrupted()},
		{"disagree", disagree()},
		{"in-part", inPart()},
		{"login-refused", loginRefused()},
		{"exchange", besideExchange()},
		{"only-exchange", onlyExchange()},
		{"audited", audited()},
		{"every-way", everyWay()},
		{"scripts", scripts()},
		{"mailbox", lookedBehind()},
		{"empty", &mailcheck.Report{}},
	}
}

func address(s string) mailcheck.Address {
	a, err := mailcheck.ParseAddress(s)
	if err != nil {
		panic(err)
	}
	return a
}

func at(p mailcheck.Protocol, s mailcheck.Security, host string, sources ...string) mailcheck.Server {
	kind := mailcheck.Published
	if slices.Equal(sources, []string{"guess"}) {
		kind = mailcheck.Guessed
	}
	vouch := mailcheck.NotVouched
	if slices.Contains(sources, "srv") && strings.HasSuffix(host, ".example.com") {
		vouch = mailcheck.VouchedByOwnName
	} else if slices.Contains(sources, "autoconfig") {
		vouch = mailcheck.VouchedByFile
	}
	return mailcheck.Server{Protocol: p, Host: host, Port: mailcheck.DefaultPort(p, s), Security: s,
		Username: "alice@example.com", Auth: []string{"password-cleartext"}, Sources: sources, Kind: kind, Vouch: vouch}
}

// good is a server that works.
func good(s mailcheck.Server, days int) mailcheck.ServerResult {
	return mailcheck.ServerResult{
		Server: s, Verdict: mailcheck.Pass, PasswordOK: true, Greeting: "ready", Software: "Dovecot", Elapsed: 40 * time.Millisecond,
		Addresses:    []mailcheck.AddressResult{{IP: netip.MustParseAddr("192.0.2.10"), State: "connected", Elapsed: 9 * time.Millisecond}},
		Capabilities: mailcheck.Lists{AfterTLS: []string{"IMAP4rev2", "AUTH=PLAIN"}},
		Mechanisms:   mailcheck.Lists{AfterTLS: []string{"PLAIN", "XOAUTH2"}},
		TLS: &mailcheck.TLS{Version: "TLS 1.3", Cipher: "TLS_AES_128_GCM_SHA256", Curve: "X25519", Verified: true, Chain: []mailcheck.Certificate{{
			Subject: "CN=" + s.Host, Issuer: "CN=Example CA", Names: []string{s.Host},
			NotBefore: now.AddDate(0, 0, -30), NotAfter: now.AddDate(0, 0, days).Add(time.Hour), SHA256: strings.Repeat("ab", 32), Key: "ECDSA P-256"}}},
		Steps: []mailcheck.Step{{Op: mailcheck.OpConnect, Target: s.Endpoint(), Start: time.Millisecond, Elapsed: 9 * time.Millisecond, Detail: mailcheck.Textf("192.0.2.10")}},
	}
}

// bad is a server with a finding.
func bad(s mailcheck.Server, c *checks.Check, detail string) mailcheck.ServerResult {
	return mailcheck.ServerResult{
		Server: s, Verdict: mailcheck.Fail,
		Addresses: []mailcheck.AddressResult{{IP: netip.MustParseAddr("192.0.2.10"), State: "connected"}},
		Steps: []mailcheck.Step{{Op: mailcheck.OpTLS, Target: s.Endpoint(), Error: detail,
			Findings: []mailcheck.Finding{{Check: c, Severity: c.Severity, Detail: mailcheck.Textf("%s", detail)}}}},
	}
}

// silent is a guessed server that is not there.
func silent(p mailcheck.Protocol, s mailcheck.Security, host string) mailcheck.ServerResult {
	r := bad(at(p, s, host, "guess"), checks.TCPTimeout, "no answer in time")
	r.Addresses[0].State = mailcheck.TimedOut
	return r
}

// account makes a report of servers: settings, findings and verdict follow.
func account(addr string, sources []mailcheck.SourceResult, servers ...mailcheck.ServerResult) *mailcheck.Report {
	r := &mailcheck.Report{Started: now, Elapsed: 1234567 * time.Microsecond, Sources: sources, Servers: servers}
	if addr != "" {
		r.Address = address(addr)
	}
	for _, s := range servers {
		r.Settings = append(r.Settings, mailcheck.Setting{Server: s.Server, Verdict: s.Verdict})
		for _, step := range s.Steps {
			for _, f := range step.Findings {
				if f.Server = s.URL(); !hidden(s) {
					r.Findings = append(r.Findings, f)
				}
			}
		}
	}
	r.Verdict = mailcheck.VerdictOf(r.Findings)
	return r
}

// add appends findings and sets the verdict anew.
func add(r *mailcheck.Report, findings ...mailcheck.Finding) *mailcheck.Report {
	r.Findings = append(r.Findings, findings...)
	r.Verdict = mailcheck.VerdictOf(r.Findings)
	return r
}

func of(c *checks.Check, detail, server, because string) mailcheck.Finding {
	return mailcheck.Finding{Check: c, Severity: c.Severity, Detail: mailcheck.Textf("%s", detail), About: mailcheck.About{Server: server}, BecauseOf: checks.ByID(because)}
}

var (
	imapS  = at(mailcheck.IMAP, mailcheck.ImplicitTLS, "imap.example.com", "srv", "autoconfig")
	imapT  = at(mailcheck.IMAP, mailcheck.StartTLS, "imap.example.com", "autoconfig")
	pop3S  = at(mailcheck.POP3, mailcheck.ImplicitTLS, "pop.example.com", "srv")
	smtpS  = at(mailcheck.Submission, mailcheck.ImplicitTLS, "smtp.example.com", "srv", "autoconfig")
	smtpT  = at(mailcheck.Submission, mailcheck.StartTLS, "smtp.example.com", "autoconfig")
	wanted = []mailcheck.SourceResult{
		{Name: "srv", Kind: mailcheck.Published, Form: mailcheck.Records, State: mailcheck.Found, Reason: mailcheck.Textf("3 service records at example.com"), Elapsed: 20 * time.Millisecond, Servers: []mailcheck.Server{imapS, pop3S, smtpS}},
		{Name: "autoconfig", Kind: mailcheck.Published, Form: mailcheck.SettingsFile, State: mailcheck.Found, Reason: mailcheck.Textf("https://autoconfig.example.com/mail/config-v1.1.xml"), Servers: []mailcheck.Server{imapS, imapT, smtpS, smtpT}},
		{Name: "ispdb", Kind: mailcheck.Published, Form: mailcheck.Database, State: mailcheck.Absent, Reason: mailcheck.Textf("the database does not know example.com")},
		{Name: "mx", Kind: mailcheck.Known, Form: mailcheck.SettingsFile, State: mailcheck.Failed, Reason: mailcheck.Textf("no DNS server answers in time for the mail exchanger of example.com")},
		{Name: "guess", Kind: mailcheck.Guessed, State: mailcheck.Absent, Reason: mailcheck.Textf("not needed: the domain publishes settings")},
	}
	nowhere = []mailcheck.SourceResult{
		{Name: "srv", Kind: mailcheck.Published, Form: mailcheck.Records, State: mailcheck.Absent, Reason: mailcheck.Textf("the domain does not exist")},
		{Name: "autoconfig", Kind: mailcheck.Published, Form: mailcheck.SettingsFile, State: mailcheck.Absent, Reason: mailcheck.Textf("autoconfig.exmaple.com does not exist")},
		{Name: "ispdb", Kind: mailcheck.Published, Form: mailcheck.Database, State: mailcheck.Absent, Reason: mailcheck.Textf("the database does not know exmaple.com")},
		{Name: "guess", Kind: mailcheck.Guessed, State: mailcheck.Absent, Reason: mailcheck.Textf("none of 9 likely names exists")},
	}
)

func healthy() *mailcheck.Report {
	return account("alice@example.com", wanted, good(imapS, 61), good(imapT, 61), good(pop3S, 61), good(smtpS, 61),
		silent(mailcheck.POP3, mailcheck.StartTLS, "pop.example.com"))
}

// exchangeAt is a server that speaks one of Exchange's protocols.
func exchangeAt(p mailcheck.Protocol) mailcheck.Server {
	s := at(p, mailcheck.ImplicitTLS, "mail.example.com", "autodiscover")
	s.Path = mailcheck.DefaultPath(p)
	return s
}

func besideExchange() *mailcheck.Report {
	r := account("alice@example.com", wanted, good(imapS, 61), good(smtpS, 61), good(exchangeAt(mailcheck.ActiveSync), 61), good(exchangeAt(mailcheck.EWS), 61))
	return add(r, of(checks.ExchangeBetter, "activesync at https://mail.example.com/Microsoft-Server-ActiveSync", "", ""))
}

func onlyExchange() *mailcheck.Report {
	r := account("alice@example.com", wanted, good(exchangeAt(mailcheck.ActiveSync), 61), bad(exchangeAt(mailcheck.EWS), checks.ExchangeStatus, "HTTP/1.1 503 Service Unavailable"))
	return add(r, of(checks.ExchangeBetter, "activesync at https://mail.example.com/Microsoft-Server-ActiveSync", "", ""))
}

func warnings() *mailcheck.Report {
	soon := good(smtpS, 5)
	soon.Verdict = mailcheck.Warn
	soon.Steps[0].Findings = []mailcheck.Finding{of(checks.TLSExpiresSoon, "smtp.example.com expires on 2026-11-27 20:20 UTC, in 5 days", "", "")}
	r := account("alice@example.com", wanted, good(imapS, 61), soon)
	r.Clock = mailcheck.Clock{Behind: -1500 * time.Millisecond, Servers: 2}
	srv := of(checks.SRVCNAMETarget, "_imaps._tcp.example.com names imap.example.com, an alias of mx1.example.net", "", "")
	srv.Source = "srv"
	return add(r, srv, of(checks.SRVNotOffered, "_pop3._tcp.example.com", "", ""))
}

func failures() *mailcheck.Report {
	expired := "imap.example.com expired on 2026-10-01 00:00 UTC, 52 days ago"
	r := account("alice@example.com", wanted,
		bad(imapS, checks.TLSExpired, expired), bad(imapT, checks.TLSExpired, expired),
		bad(pop3S, checks.TLSNameMismatch, "the certificate is for mail.example.com, *.example.net, the settings say pop.example.com"),
		bad(smtpS, checks.TCPRefused, "connection refused"), bad(smtpT, checks.StartTLSMasked, "250-XXXXXXXA"),
		silent(mailcheck.IMAP, mailcheck.ImplicitTLS, "mail.example.com"), silent(mailcheck.POP3, mailcheck.ImplicitTLS, "mail.example.com"),
		silent(mailcheck.Submission, mailcheck.ImplicitTLS, "mail.example.com"), silent(mailcheck.Submission, mailcheck.StartTLS, "mail.example.com"),
		silent(mailcheck.IMAP, mailcheck.StartTLS, "mail.example.com"))
	return add(r, of(checks.AccountNoIncoming, "", "", "tls.expired"), of(checks.AccountNoOutgoing, "", "", "tcp.refused"),
		of(checks.SRVNotOffered, "_pop3._tcp.example.com", "", ""))
}

// loginRefused is an account whose servers are in order; one of them has refused
// the password, so that the others were not given it.
func loginRefused() *mailcheck.Report {
	servers := []mailcheck.ServerResult{good(imapS, 61), good(pop3S, 61), good(smtpS, 61)}
	refuses := &servers[0]
	refuses.Verdict, refuses.PasswordOK = mailcheck.Fail, false
	refuses.Login = &mailcheck.Login{State: mailcheck.LoginRefused, Username: "alice@example.com", Mechanism: "PLAIN", Refused: []string{"alice@example.com"}}
	refuses.Steps = append(refuses.Steps, mailcheck.Step{Op: mailcheck.OpAuth, Error: "refused", Findings: []mailcheck.Finding{mailcheck.NewFinding(checks.LoginRejected, "as %s: %q", "alice@example.com", "NO no")}})
	for i := range servers[1:] {
		s := &servers[1+i]
		s.Verdict, s.Login = mailcheck.Untested, &mailcheck.Login{State: mailcheck.LoginSkipped, Reason: mailcheck.Textf("another attempt could lock the account")}
	}
	return account("alice@example.com", wanted, servers...)
}

// lookedBehind is an account whose logins were accepted, and whose mailbox is full.
func lookedBehind() *mailcheck.Report {
	in := func(s mailcheck.Server, m *mailcheck.Mailbox) mailcheck.ServerResult {
		r := good(s, 61)
		r.Login = &mailcheck.Login{State: mailcheck.LoginAccepted, Username: "alice@example.com", Mechanism: "PLAIN", Reason: mailcheck.Textf("OK"), Capabilities: []string{"IMAP4rev1", "QUOTA"}}
		r.Mailbox = m
		return r
	}
	imap := in(imapS, &mailcheck.Mailbox{
		Messages: 4711, Alerts: []string{"The server moves on Saturday."}, Identity: []mailcheck.Property{{Key: "name", Value: "Dovecot"}, {Key: "version", Value: "2.4"}},
		Namespaces: []mailcheck.Namespace{{Kind: "personal", Prefix: "INBOX.", Delimiter: "."}, {Kind: "shared", Prefix: "#shared.", Delimiter: "."}}, Count: 12,
		Folders: []mailcheck.Folder{{Name: "INBOX.Sent", Use: mailcheck.UseSent}, {Name: "INBOX.Entwürfe", Use: mailcheck.UseDrafts, Guessed: true}, {Name: "INBOX.Trash", Use: mailcheck.UseTrash, Guessed: true}},
		Quotas:  []mailcheck.Quota{{Root: "User quota", Resource: "storage", Used: 1 << 30, Limit: 1 << 30}, {Root: "User quota", Resource: "message", Used: 4711, Limit: 5000}, {Root: "x", Resource: "storage", Used: 100}},
	})
	imap.Verdict = mailcheck.Warn
	imap.Steps = append(imap.Steps, mailcheck.Step{Op: mailcheck.OpMailbox, Target: imap.Endpoint(), Findings: []mailcheck.Finding{
		mailcheck.NewFinding(checks.MailboxFull, "1 GB of 1 GB (100%%), quota %q", "User quota"), mailcheck.NewFinding(checks.MailboxFolderMissing, "among 12 folders there is none for: junk"),
	}})
	pop := in(pop3S, &mailcheck.Mailbox{Messages: 3, Collecting: &mailcheck.Collecting{Leave: mailcheck.LeaveForDays, Days: 14, Top: true, Delay: 2 * time.Minute, Octets: 4096}})
	smtp := in(smtpS, &mailcheck.Mailbox{Messages: -1, Sending: &mailcheck.Sending{As: "alice@example.com", State: mailcheck.SendingTaken, MaxSize: 52428800, EightBit: true}})
	return account("alice@example.com", wanted, imap, pop, smtp)
}

func sending() *mailcheck.Report {
	r := account("alice@example.com", wanted, good(imapS, 61), bad(smtpS, checks.TCPTimeout, "no answer in time"), bad(smtpT, checks.TCPTimeout, "no answer in time"))
	return add(r, of(checks.AccountNoOutgoing, "", "", "tcp.timeout"))
}

func nxdomain() *mailcheck.Report {
	r := account("alice@exmaple.com", nowhere)
	return add(r, of(checks.DNSNotFound, "exmaple.com: NXDOMAIN from 192.0.2.53", "", ""), of(checks.AccountNoSettings, "", "", "dns.nxdomain"))
}

func nothing() *mailcheck.Report {
	return add(account("alice@example.com", nowhere), of(checks.AccountNoSettings, "", "", ""))
}

func idn() *mailcheck.Report {
	imap := at(mailcheck.IMAP, mailcheck.ImplicitTLS, "imap.xn--bcher-kva.example", "srv")
	smtp := at(mailcheck.Submission, mailcheck.StartTLS, "smtp.xn--bcher-kva.example", "srv")
	imap.Username, smtp.Username = "用户@xn--bcher-kva.example", ""
	r := account("用户@bücher.example", nil, good(imap, 61), good(smtp, 1))
	r.Sources = []mailcheck.SourceResult{{Name: "srv", Kind: mailcheck.Published, Form: mailcheck.Records, State: mailcheck.Found, Reason: mailcheck.Textf("邮件 设置 在 这里 找到 了 邮件 设置 在 这里 找到 了 邮件 设置 在 这里 找到 了 邮件 设置 在 这里 找到 了")}}
	return r
}

func longNames() *mailcheck.Report {
	host := strings.Repeat("a-very-long-label-that-somebody-chose.", 4) + "example.com"
	long := at(mailcheck.IMAP, mailcheck.ImplicitTLS, host, "srv")
	r := account("alice@example.com", []mailcheck.SourceResult{
		{Name: "srv", Kind: mailcheck.Published, Form: mailcheck.Records, State: mailcheck.Found, Reason: mailcheck.Textf("%s", host), Servers: []mailcheck.Server{long, smtpS}}}, good(long, 61),
		bad(smtpS, checks.TLSNameMismatch, "the certificate is for "+host+", the settings say smtp.example.com"))
	return add(r, of(checks.AccountNoOutgoing, "", "", "tls.name-mismatch"))
}

// hostile holds text that was not cleaned, as if that had been forgotten.
func hostile() *mailcheck.Report {
	evil := "\x1b[31mall good\x1b[0m \u202egnp.exe\u202c\nPASS  alice@example.com: fine\r\x07 \u2028 " + string([]byte{0xff}) + " \U000e0041\u3164\u2800a\u0301\u0301\u0301\u0301\u0301\u0301"
	s := imapS
	s.Username = evil
	server := bad(s, checks.GreetMalformed, evil)
	server.Steps[0].Findings[0].Detail, server.Greeting = mailcheck.Textf("%s", evil), evil
	server.Capabilities.BeforeTLS = []string{evil}
	r := account("alice@example.com", []mailcheck.SourceResult{{Name: "srv", Kind: mailcheck.Published, Form: mailcheck.Records, State: mailcheck.Failed, Reason: mailcheck.Textf("%s", evil)}}, server)
	r.Settings[0].Verdict = mailcheck.Warn
	note := of(checks.SRVNotOffered, evil, "", "")
	note.Source, note.Fix = evil, mailcheck.Textf("%s", evil)
	return add(r, note, of(checks.AccountNoIncoming, evil, evil, "greet.malformed"))
}

func probeOne() *mailcheck.Report {
	return account("", nil, bad(imapS, checks.TLSSelfSigned, `issued to "imap.example.com" by "CN=imap.example.com"`))
}

func probeMany() *mailcheck.Report {
	oauth := good(smtpT, 61)
	oauth.PasswordOK = false
	oauth.Mechanisms.AfterTLS = []string{"XOAUTH2", "OAUTHBEARER", "GSSAPI", "NTLM"}
	return account("", nil, good(imapS, 61), bad(pop3S, checks.TCPRefused, "connection refused"), oauth)
}

func interrupted() *mailcheck.Report {
	r := account("alice@example.com", wanted[:1], good(imapS, 61), mailcheck.ServerResult{Server: smtpS, Verdict: mailcheck.Untested})
	r = add(r, of(checks.RunTimeout, "not finished: connect smtp.example.com:465", smtpS.URL(), ""))
	r.Verdict = mailcheck.Untested
	return r
}

func disagree() *mailcheck.Report {
	r := healthy()
	other := at(mailcheck.IMAP, mailcheck.ImplicitTLS, "mail.example.net", "ispdb")
	r.Sources = append(r.Sources[:2:2], mailcheck.SourceResult{Name: "ispdb", Kind: mailcheck.Published, Form: mailcheck.Database, State: mailcheck.Found, Reason: mailcheck.Textf("example.net"), Servers: []mailcheck.Server{other, smtpS}})
	return r
}

// inPart works for whoever collects mail with POP3.
func inPart() *mailcheck.Report {
	return account("alice@example.com", wanted, bad(imapS, checks.TLSExpired, "imap.example.com expired on 2026-10-01 00:00 UTC, 52 days ago"),
		bad(imapT, checks.TCPRefused, "connection refused"), good(pop3S, 61), good(smtpS, 61))
}

// everyWay is an account for which every way to log in was tried, with a server that
// refuses some, and one whose name is too long for a table beside others.
func everyWay() *mailcheck.Report {
	r := healthy()
	said := func(mechanism, binding string, state mailcheck.LoginState, reason string) mailcheck.Attempt {
		return mailcheck.Attempt{Mechanism: mechanism, Binding: binding, Username: "alice@example.com", State: state, Reason: mailcheck.Textf("%s", reason)}
	}
	for i := range r.Servers {
		r.Servers[i].Login = &mailcheck.Login{State: mailcheck.LoginAccepted, Username: "alice@example.com", Mechanism: "PLAIN", Reason: mailcheck.Textf("OK Logged in"), Attempts: []mailcheck.Attempt{
			said("PLAIN", "", mailcheck.LoginAccepted, "OK Logged in"),
		}}
	}
	r.Servers[0].Login.Attempts = append(r.Servers[0].Login.Attempts,
		said("SCRAM-SHA-256", "y", mailcheck.LoginRefused, "NO <b>no</b> | @somebody"), said("SCRAM-SHA-256", "", mailcheck.LoginRefused, "NO <b>no</b> | @somebody"),
		said("SCRAM-SHA-256-PLUS", "tls-exporter", mailcheck.LoginBroken, "NO bad protocol / cancel"),
		mailcheck.Attempt{Mechanism: "X-`|<HOSTILE>", State: mailcheck.LoginSkipped, Reason: mailcheck.Textf("not spoken here")})
	return r
}
