package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"mailcheck"
	"mailcheck/checks"
)

// clientResults is what clients make of an address, one of each outcome.
func clientResults() *mailcheck.Report {
	imap, pop := at(mailcheck.IMAP, mailcheck.ImplicitTLS, "imap.example.com"), at(mailcheck.POP3, mailcheck.StartTLS, "pop.example.com")
	smtp := at(mailcheck.Submission, mailcheck.ImplicitTLS, "smtp.example.com")
	r := account("alice@example.com", nil)
	r.Clients = []mailcheck.ClientResult{
		{Client: "Thunderbird", Outcome: mailcheck.Configures, Source: "autoconfig (https)", Servers: []mailcheck.Server{imap, smtp},
			Asked: []mailcheck.Text{mailcheck.Textf("autoconfig (https): the file at https://autoconfig.example.com/mail/config-v1.1.xml")}, Ref: "thunderbird-desktop: FindConfig.sys.mjs",
			Password: mailcheck.Encrypted, OverHTTP: mailcheck.HTTPFallback, Confirms: mailcheck.Does},
		{Client: "KMail", Outcome: mailcheck.Configures, Source: "ispdb", Servers: []mailcheck.Server{pop, smtp}, Ref: "kmail-account-wizard: ispdbservice.cpp",
			Password: mailcheck.ClearSilently, Confirms: mailcheck.DoesNot, NoStartTLS: mailcheck.GoesOn},
		{Client: "Thunderbird for Android, K-9", Setup: "thunderbird", Outcome: mailcheck.Asks, Ref: "thunderbird-android: RealAutoconfigParser.kt",
			Reason: mailcheck.Textf("refuses the whole file: line 14: section 2 (imap): socketType is \"plain\", which it does not know")},
		{Client: "Delta Chat", Setup: "thunderbird", Outcome: mailcheck.Fails, Source: "guess", Servers: []mailcheck.Server{imap, smtp}, Reason: mailcheck.Textf("the server does not answer"), Ref: "chatmail/core",
			Confirms: mailcheck.DoesNot, BadCertificate: mailcheck.AsksToGoOn},
		{Client: "Outlook (new)", Outcome: mailcheck.NotKnown, Reason: mailcheck.Textf("its rules are not published"), Ref: "not verified"},
	}
	return r
}

// lintFixture is a judgement with a name; its golden file is named after it.
type lintFixture struct {
	name string
	lint *mailcheck.Report
}

func lintFixtures() []lintFixture {
	clients := clientResults().Clients[:4]
	for i := range clients {
		clients[i].Source, clients[i].Asked, clients[i].Setup = "", nil, ""
	}
	good := mailcheck.Report{File: "config-v1.1.xml", Kind: "Mail Autoconfig (config-v1.1.xml)", Clients: clients[:2], Verdict: mailcheck.Pass}
	bad := good
	bad.Clients, bad.Verdict = clients, mailcheck.Fail
	bad.Findings = []mailcheck.Finding{
		linted(checks.LintMissing, 5, 5, "the imap section has no <port>", "Add <port>993</port>."),
		linted(checks.PublishClientRefuses, 14, 5, "Thunderbird for Android, K-9: section 2 (imap): socketType is \"plain\", which it does not know", ""),
		linted(checks.LintClientDrops, 20, 5, "Thunderbird; aerc: section 3 (pop3): port \"0\" is not a number from 1 to 65535", ""),
	}
	bad.Findings[1].Clients, bad.Findings[2].Clients = []string{"Thunderbird for Android, K-9"}, []string{"Thunderbird", "aerc"}
	note := good
	note.Findings = []mailcheck.Finding{linted(checks.LintSigned, 0, 0, "signed by CN=mail.example.com, certificate of CN=Example CA, valid until 2027-01-31", "")}
	hostile := mailcheck.Report{File: "a\x1b[31m\u202eb.xml", Verdict: mailcheck.Fail, Findings: []mailcheck.Finding{
		linted(checks.LintUnknownKind, 0, 0, "it begins \"\x1b]0;title\x07"+strings.Repeat("x", 200)+"\"", "Write \x00."),
	}}
	hostile.Findings[0].Source = hostile.File
	return []lintFixture{{"lint-good", &good}, {"lint-bad", &bad}, {"lint-note", &note}, {"lint-hostile", &hostile}}
}

func linted(c *checks.Check, line, column int, detail, fix string) mailcheck.Finding {
	return mailcheck.Finding{
		Check: c, Severity: c.Severity, Detail: mailcheck.Textf("%s", detail), Fix: mailcheck.Textf("%s", fix),
		About: mailcheck.About{Source: "config-v1.1.xml", Line: line, Column: column},
	}
}

func TestClientsGolden(t *testing.T) {
	for name, opts := range map[string]Options{"clients": {View: Clients}, "clients-verbose": {View: Clients, Verbose: true}, "clients-120": {View: Clients, Width: 120}} {
		golden(t, name+".table", render(t, func(b *bytes.Buffer) error { return Table(b, clientResults(), opts) }))
	}
	golden(t, "clients.json", render(t, func(b *bytes.Buffer) error { return JSON(b, clientResults(), Options{Version: "1.2.3"}) }))
}

func TestLintGolden(t *testing.T) {
	for _, f := range lintFixtures() {
		golden(t, f.name+".table", render(t, func(b *bytes.Buffer) error { return Table(b, f.lint, Options{View: File}) }))
		golden(t, f.name+".json", render(t, func(b *bytes.Buffer) error { return JSON(b, f.lint, Options{View: File, Version: "1.2.3"}) }))
	}
	golden(t, "lint-bad-verbose.table", render(t, func(b *bytes.Buffer) error {
		return Table(b, lintFixtures()[1].lint, Options{View: File, Verbose: true})
	}))
}

// The table of a file has no column for sources, and no blank line at its end.
func TestLintOutput(t *testing.T) {
	for _, f := range lintFixtures() {
		for width := 0; width <= 150; width += 10 {
			for _, color := range []bool{false, true} {
				opts := Options{View: File, Width: width, Color: color, Verbose: width%20 == 0}
				out := string(render(t, func(b *bytes.Buffer) error { return Table(b, f.lint, opts) }))
				checkFits(t, f.name, out, opts)
				if strings.Contains(out, "Source") || strings.HasSuffix(out, "\n\n") || strings.Contains(out, "\n\n\n") {
					t.Errorf("%s at width %d:\n%s", f.name, width, out)
				}
			}
		}
	}
}

func TestClientsOutputFits(t *testing.T) {
	for width := 60; width <= 150; width += 10 {
		opts := Options{View: Clients, Width: width, Verbose: width%20 == 0}
		checkFits(t, "clients", string(render(t, func(b *bytes.Buffer) error { return Table(b, clientResults(), opts) })), opts)
	}
}

// What one client makes of a file does not hide what another of a like name does.
func TestLintReasons(t *testing.T) {
	l := &mailcheck.Report{File: "x", Verdict: mailcheck.Warn, Clients: []mailcheck.ClientResult{{Client: "Thunderbird", Outcome: mailcheck.Fails, Reason: mailcheck.Textf("ignored")}},
		Findings: []mailcheck.Finding{linted(checks.PublishClientRefuses, 1, 1, "Thunderbird for Android, K-9: no", "")}}
	l.Findings[0].Clients = []string{"Thunderbird for Android, K-9"}
	reason := func() bool {
		return strings.Contains(string(render(t, func(b *bytes.Buffer) error { return Table(b, l, Options{View: File}) })), "Thunderbird: ignored.")
	}
	if !reason() {
		t.Error("Thunderbird's reason is missing")
	}
	if l.Findings[0].Clients = []string{"aerc", "Thunderbird"}; reason() {
		t.Error("Thunderbird's reason is said twice")
	}
}

// What docs/json.md promises about the document of lint.
func TestLintJSONContract(t *testing.T) {
	for _, f := range lintFixtures() {
		var doc map[string]any
		if err := json.Unmarshal(render(t, func(b *bytes.Buffer) error { return JSON(b, f.lint, Options{View: File, Version: "1"}) }), &doc); err != nil {
			t.Fatal(err)
		}
		has(t, f.name, doc, "schema tool file kind verdict clients findings")
		has(t, f.name, doc["tool"].(map[string]any), "name version")
		all(t, f.name, doc["findings"], "id severity who summary detail remedy ref server source because_of line column")
		for _, c := range all(t, f.name, doc["clients"], "client outcome source reason servers asked ref") {
			all(t, f.name, c["servers"], "protocol host port security path username auth sources")
		}
	}
}
