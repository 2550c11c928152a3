package client

import (
	"net/http"
	"slices"
	"testing"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
	"mailcheck/internal/sample"
)

// The programs about which something is found are those of the data, as they are today.
func TestWhoAsksHow(t *testing.T) {
	for _, test := range []struct {
		what      string
		got, want []string
	}{
		{"Autodiscover over http", Asking(autoconfig.AutodiscoverHTTP), []string{"Mailbird", "Spike", "Nine", "Mailbus (iOS)", "AltaMail (iOS)"}},
		{"Autodiscover by GET", AskingByGet(), []string{"Delta Chat", "Nine"}},
		{"a form without encryption", PresettingPlain(), []string{"Thunderbird", "Outlook (classic)", "Claws Mail", "The Bat!", "ProfiMail Go", "Maildroid"}},
	} {
		if !slices.Equal(test.got, test.want) {
			t.Errorf("%s: %q, want %q", test.what, test.got, test.want)
		}
	}
}

// Rules are complete: what reads a kind of document says how, and a program says what
// happens where it finds nothing.
func TestProgramsAreComplete(t *testing.T) {
	for _, p := range programs {
		has := func(places ...autoconfig.Place) bool {
			return slices.ContainsFunc(places, func(place autoconfig.Place) bool { return slices.Contains(p.order, place) })
		}
		switch {
		case p.ref == "" || p.manual == "" && p.unknown == "":
			t.Errorf("%s: no reference, or nothing for where it finds nothing", p.name)
		case has(autoconfig.HTTPSHost, autoconfig.HTTPHost, autoconfig.Database) != (p.dialect != nil):
			t.Errorf("%s: settings files and their dialect do not fit", p.name)
		case has(autoconfig.Autodiscover, autoconfig.AutodiscoverHTTP) != (p.words != nil || p.exchange):
			t.Errorf("%s: Autodiscover and its words do not fit", p.name)
		case has(autoconfig.Records) != (p.records != nil):
			t.Errorf("%s: SRV records and their names do not fit", p.name)
		}
	}
}

// result returns what a client makes of what was fetched and tested.
func result(t *testing.T, client string, d autoconfig.Discovery, tested ...mailcheck.ServerResult) mailcheck.ClientResult {
	t.Helper()
	for _, r := range Results(sample.Alice, d, tested) {
		if r.Client == client {
			return r
		}
	}
	t.Fatalf("no client %s", client)
	return mailcheck.ClientResult{}
}

// fileAt is a settings file at one place; its URL is that of the place.
func fileAt(t *testing.T, place autoconfig.Place, url string, sections ...string) autoconfig.Copy {
	t.Helper()
	c, err := document.ParseConfig([]byte(sample.File(sections...)))
	if err != nil {
		t.Fatal(err)
	}
	return autoconfig.Copy{Source: "autoconfig", Place: place, Method: http.MethodGet, URL: url, Final: url, Status: 200, ContentType: "text/xml", Config: c}
}

const (
	secureURL = "https://autoconfig.example.com/mail/config-v1.1.xml"
	openURL   = "http://autoconfig.example.com/mail/config-v1.1.xml"
)

// What becomes of the password on the way, with a file that has no encryption for IMAP.
func TestPassword(t *testing.T) {
	plain := sample.Incoming("SSL", "plain", "993", "143")
	unknown := sample.Incoming("SSL", "ssl/tls", "993", "143")
	for _, test := range []struct {
		client, section string
		outcome         mailcheck.Outcome
		password        mailcheck.Transit
		confirms        mailcheck.Habit
	}{
		{"Thunderbird", plain, mailcheck.Asks, mailcheck.ClearWarned, mailcheck.Does},
		{"Evolution", plain, mailcheck.Configures, mailcheck.ClearAsked, mailcheck.Does},
		{"Delta Chat", plain, mailcheck.Configures, mailcheck.ClearSilently, mailcheck.DoesNot},
		{"Nextcloud Mail", unknown, mailcheck.Configures, mailcheck.ClearSilently, mailcheck.DoesNot},
		{"Geary", unknown, mailcheck.Configures, mailcheck.ClearSilently, mailcheck.DoesNot},
		{"FairEmail", plain, mailcheck.Configures, mailcheck.Encrypted, mailcheck.DoesNot},
		{"aerc", sample.Incoming(), mailcheck.Configures, mailcheck.Encrypted, mailcheck.Does},
	} {
		d := autoconfig.Discovery{Copies: []autoconfig.Copy{fileAt(t, autoconfig.HTTPSHost, secureURL, test.section, sample.Outgoing())}}
		if r := result(t, test.client, d); r.Outcome != test.outcome || r.Password != test.password || r.Confirms != test.confirms {
			t.Errorf("%s: %s, %q, confirms %q: %s", test.client, r.Outcome, r.Password, r.Confirms, r.Reason)
		}
	}
}

// Over http counts what the domain has there, and whether the program asks elsewhere too.
func TestOverHTTP(t *testing.T) {
	secure := fileAt(t, autoconfig.HTTPSHost, secureURL, sample.Incoming(), sample.Outgoing())
	open := fileAt(t, autoconfig.HTTPHost, openURL, sample.Incoming(), sample.Outgoing())
	redirected := open
	redirected.Final, redirected.Insecure = secureURL, true
	for _, test := range []struct {
		client string
		copies []autoconfig.Copy
		want   mailcheck.OverHTTP
	}{
		{"Thunderbird", []autoconfig.Copy{secure}, ""},
		{"Thunderbird", []autoconfig.Copy{secure, open}, mailcheck.HTTPFallback},
		{"Thunderbird", []autoconfig.Copy{secure, redirected}, ""},
		{"Thunderbird", []autoconfig.Copy{open}, mailcheck.HTTPTaken},
		{"KMail", []autoconfig.Copy{secure, open}, mailcheck.HTTPFallback},
		{"Delta Chat", []autoconfig.Copy{secure, open}, ""},
		{"Nine", []autoconfig.Copy{secure, open}, mailcheck.HTTPTaken},
		{"MailTime", []autoconfig.Copy{secure}, ""},
		{"Spark", []autoconfig.Copy{secure, open}, ""},
	} {
		if r := result(t, test.client, autoconfig.Discovery{Copies: test.copies}); r.OverHTTP != test.want {
			t.Errorf("%s, %d copies: %q, want %q", test.client, len(test.copies), r.OverHTTP, test.want)
		}
	}
}

// answerAt is an Autodiscover answer to a way of asking.
func answerAt(t *testing.T, method, url, ssl, encryption string) autoconfig.Copy {
	t.Helper()
	section := func(kind, host, port string) string {
		return "<Protocol><Type>" + kind + "</Type><Server>" + host + "</Server><Port>" + port + "</Port><SSL>" + ssl + "</SSL><Encryption>" + encryption + "</Encryption><SPA>off</SPA></Protocol>"
	}
	a, err := document.ParseAutodiscover([]byte("<Autodiscover><Response><Account><AccountType>email</AccountType><Action>settings</Action>" +
		section("IMAP", "imap.example.com", "993") + section("SMTP", "smtp.example.com", "465") + "</Account></Response></Autodiscover>"))
	if err != nil {
		t.Fatal(err)
	}
	return autoconfig.Copy{Source: "autodiscover", Place: autoconfig.Autodiscover, Method: method, URL: url, Final: url, Status: 200, Answer: a}
}

// Each program takes the answer to its own way of asking, and reads its words.
func TestAnswers(t *testing.T) {
	const own, named = "https://example.com/autodiscover/autodiscover.xml", "https://autodiscover.example.com/autodiscover/autodiscover.xml"
	posted, got := answerAt(t, http.MethodPost, named, "off", "SSL"), answerAt(t, http.MethodGet, named, "on", "")
	gotOwn := answerAt(t, http.MethodGet, own, "off", "")
	overHTTP := answerAt(t, http.MethodPost, "http://autodiscover.example.com/autodiscover/autodiscover.xml", "on", "SSL")
	wordless := answerAt(t, http.MethodGet, named, "", "SSL")
	for _, test := range []struct {
		client   string
		copies   []autoconfig.Copy
		outcome  mailcheck.Outcome
		password mailcheck.Transit
		source   autoconfig.Place
	}{
		{"Thunderbird", []autoconfig.Copy{posted}, mailcheck.Asks, mailcheck.ClearWarned, autoconfig.Autodiscover},
		{"FairEmail", []autoconfig.Copy{posted}, mailcheck.Configures, mailcheck.Encrypted, autoconfig.Autodiscover},
		{"Delta Chat", []autoconfig.Copy{posted}, mailcheck.Asks, "", ""},
		{"Delta Chat", []autoconfig.Copy{posted, got}, mailcheck.Configures, mailcheck.Encrypted, autoconfig.Autodiscover},
		{"Delta Chat", []autoconfig.Copy{got, gotOwn}, mailcheck.Configures, mailcheck.ClearSilently, autoconfig.Autodiscover},
		{"Edison (iOS)", []autoconfig.Copy{posted}, mailcheck.Configures, mailcheck.Encrypted, autoconfig.Autodiscover},
		{"Edison (iOS)", []autoconfig.Copy{overHTTP}, mailcheck.NotKnown, "", ""},
		{"Spike", []autoconfig.Copy{overHTTP}, mailcheck.Configures, mailcheck.Encrypted, autoconfig.AutodiscoverHTTP},
		{"AltaMail (iOS)", []autoconfig.Copy{overHTTP}, mailcheck.Configures, mailcheck.Encrypted, autoconfig.AutodiscoverHTTP},
		{"Nine", []autoconfig.Copy{posted, overHTTP}, mailcheck.NotKnown, "", ""},
		{"Nine", []autoconfig.Copy{wordless}, mailcheck.NotKnown, "", autoconfig.Autodiscover},
		{"Nine", []autoconfig.Copy{got}, mailcheck.Configures, mailcheck.Encrypted, autoconfig.Autodiscover},
	} {
		source := mailcheck.SourceResult{Name: "autodiscover", State: mailcheck.Absent}
		if c := test.copies[0]; !c.OverHTTP() {
			source.State = mailcheck.Found
			source.Servers, _ = c.Answer.Servers(sample.Alice)
		}
		d := autoconfig.Discovery{Copies: test.copies, Sources: []mailcheck.SourceResult{source}}
		if r := result(t, test.client, d); r.Outcome != test.outcome || r.Password != test.password || r.Source != string(test.source) {
			t.Errorf("%s, %d copies: %s %q, %q: %s; asked %q", test.client, len(test.copies), r.Outcome, r.Source, r.Password, r.Reason, r.Asked)
		}
	}
}

// What clients do at a server whose certificate alone is bad, and where STARTTLS is taken
// away.
func TestReactions(t *testing.T) {
	server := mailcheck.Server{Protocol: mailcheck.IMAP, Host: "imap.example.com", Port: 143, Security: mailcheck.StartTLS, Kind: mailcheck.Published}
	sending := mailcheck.Server{Protocol: mailcheck.Submission, Host: "smtp.example.com", Port: 465, Security: mailcheck.ImplicitTLS, Kind: mailcheck.Published}
	failing := func(c *checks.Check) mailcheck.ServerResult {
		return mailcheck.ServerResult{Server: server, Verdict: mailcheck.Fail, Steps: []mailcheck.Step{{Findings: []mailcheck.Finding{mailcheck.NewFinding(c, "")}}}}
	}
	for _, test := range []struct {
		client      string
		fault       *checks.Check
		outcome     mailcheck.Outcome
		certificate mailcheck.Reaction
		stripped    mailcheck.Reaction
	}{
		{"Thunderbird", checks.TLSExpired, mailcheck.Asks, mailcheck.AsksToGoOn, mailcheck.Stops},
		{"Nextcloud Mail", checks.TLSExpired, mailcheck.Fails, mailcheck.ReactsUnknown, mailcheck.ReactsUnknown},
		{"Spark", checks.TLSExpired, mailcheck.Configures, mailcheck.GoesOn, mailcheck.Stops},
		{"Thunderbird", checks.TCPRefused, mailcheck.Fails, "", mailcheck.Stops},
		{"Foxmail", checks.TLSNameMismatch, mailcheck.NotKnown, mailcheck.GoesOn, mailcheck.ReactsUnknown},
		{"eM Client", checks.TLSExpired, mailcheck.NotKnown, mailcheck.AsksToGoOn, mailcheck.GoesOn},
		{"eM Client", checks.TCPRefused, mailcheck.NotKnown, "", ""},
	} {
		d := autoconfig.Discovery{Servers: []mailcheck.Server{server, sending}}
		for _, place := range []autoconfig.Place{autoconfig.HTTPSHost, autoconfig.Database} {
			d.Copies = append(d.Copies, fileAt(t, place, secureURL, sample.Incoming("SSL", "STARTTLS", "993", "143"), sample.Outgoing()))
		}
		r := result(t, test.client, d, failing(test.fault), mailcheck.ServerResult{Server: sending, Verdict: mailcheck.Pass})
		if r.Outcome != test.outcome || r.BadCertificate != test.certificate || r.NoStartTLS != test.stripped {
			t.Errorf("%s, %s: %s, certificate %q, STARTTLS %q: %s", test.client, test.fault.ID, r.Outcome, r.BadCertificate, r.NoStartTLS, r.Reason)
		}
	}
	works := mailcheck.ServerResult{Server: server, Verdict: mailcheck.Pass}
	if r := result(t, "myMail", autoconfig.Discovery{Servers: []mailcheck.Server{server}}, works); r.Password != mailcheck.ClearSilently {
		t.Errorf("myMail at a server with STARTTLS alone: %q", r.Password)
	}
}

// FairEmail sorts the records of IMAP by priority and weight before it goes by their name;
// Claws Mail takes TLS from the first byte first, and port 465 for that.
func TestRecordsInOrder(t *testing.T) {
	at := func(p mailcheck.Protocol, s mailcheck.Security, port uint16) mailcheck.Server {
		return mailcheck.Server{Protocol: p, Security: s, Port: port, Host: "mail.example.com"}
	}
	tls, upgraded := at(mailcheck.IMAP, mailcheck.ImplicitTLS, 993), at(mailcheck.IMAP, mailcheck.StartTLS, 143)
	odd := at(mailcheck.Submission, mailcheck.StartTLS, 465)
	tls.Position.Priority = 10
	d := autoconfig.Discovery{Sources: []mailcheck.SourceResult{{Name: "srv", State: mailcheck.Found, Servers: []mailcheck.Server{tls, upgraded, odd}}}}
	for client, want := range map[string][]string{
		"FairEmail":  {upgraded.URL(), "submissions://mail.example.com:465"},
		"Claws Mail": {tls.URL(), "submissions://mail.example.com:465"},
		"Evolution":  {tls.URL(), odd.URL()},
		"Spike":      nil, // which of the two is not known
	} {
		var got []string
		for _, s := range result(t, client, d).Servers {
			got = append(got, s.URL())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", client, got, want)
		}
	}
}

// That nothing is published is said only where every place has answered so.
func TestNothingPublished(t *testing.T) {
	for name, test := range map[string]struct {
		source mailcheck.SourceResult
		want   string
	}{
		"nothing":  {mailcheck.SourceResult{Name: "srv", State: mailcheck.Absent}, "tries likely names, since nothing it reads is published"},
		"no reply": {mailcheck.SourceResult{Name: "srv", State: mailcheck.Failed}, "tries likely names, since it gets nothing from the places it reads, of which not all answer"},
	} {
		guessed := []mailcheck.Server{{Protocol: mailcheck.IMAP, Host: "imap.example.com", Port: 993, Security: mailcheck.ImplicitTLS}, {Protocol: mailcheck.Submission, Host: "smtp.example.com", Port: 465, Security: mailcheck.ImplicitTLS}}
		d := autoconfig.Discovery{Sources: []mailcheck.SourceResult{
			test.source, {Name: "autoconfig", State: mailcheck.Absent}, {Name: "guess", State: mailcheck.Found, Servers: guessed},
		}, Copies: []autoconfig.Copy{{Source: "ispdb", Place: autoconfig.Database, State: mailcheck.Absent, Status: 404}}}
		if r := result(t, "aerc", d); r.Reason.String() != test.want {
			t.Errorf("%s: %s", name, r.Reason)
		}
	}
}
