package setup

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"mailcheck"
	"mailcheck/checks"
)

// around is a service around the mail that passed.
func around(p mailcheck.Protocol, url string) mailcheck.ServerResult {
	s, err := mailcheck.ParseServer(url)
	if err != nil {
		panic(err)
	}
	s.Protocol, s.Vouch = p, mailcheck.VouchedByFile
	return mailcheck.ServerResult{Server: s, Verdict: mailcheck.Pass, TLS: &mailcheck.TLS{Verified: true}, PasswordOK: true}
}

// aroundAndKeys has everything that a zone can have.
func aroundAndKeys() *mailcheck.Report {
	r := withKeys()
	for _, s := range []mailcheck.ServerResult{
		around(mailcheck.CalDAV, "caldav://dav.example.com/dav/"), around(mailcheck.CardDAV, "carddav://dav.example.com/dav/"),
		around(mailcheck.JMAP, "jmap://jmap.example.com/.well-known/jmap"), around(mailcheck.Sieve, "sieve://imap.example.com:4190"),
	} {
		r.Servers, r.Settings = append(r.Servers, s), append(r.Settings, mailcheck.Setting{Server: s.Server, Verdict: s.Verdict})
	}
	return r
}

// lines returns what a zone has beside comments, without the time to live and the class, and
// what it wants to be taken out.
func lines(made Setup) (all []string) {
	for line := range strings.SplitSeq(string(made.Files[0].Body()), "\n") {
		if line != "" && line[0] != ';' || strings.HasPrefix(line, "; take out:") || strings.HasPrefix(line, "; There is nothing") {
			all = append(all, strings.ReplaceAll(line, " 3600 IN ", " "))
		}
	}
	return all
}

func zoneOf(t *testing.T, f Format, r *mailcheck.Report, o Options) Setup {
	t.Helper()
	made, err := f.Make(r, o)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// Services around the mail have records where the report found them; of one without TLS it
// is said that it is not there, and of what nobody spoke of nothing.
func TestZoneAroundTheMail(t *testing.T) {
	smtp, imap := result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN"), result("imaps://imap.example.com:993", mailcheck.Pass, "PLAIN")
	forged, failed := around(mailcheck.CardDAV, "carddav://dav.example.com/"), around(mailcheck.Sieve, "sieve://imap.example.com:4190")
	forged.Vouch, failed.Verdict = mailcheck.NotVouched, mailcheck.Fail
	exchange := account(imap, smtp)
	exchange.Sources = []mailcheck.SourceResult{{Name: "autodiscover", Form: mailcheck.Answer, Servers: []mailcheck.Server{{
		Vouch: mailcheck.VouchedByAutodiscover, Position: mailcheck.Position{Document: "https://exchange.example.net/autodiscover/autodiscover.xml"}}}}}
	for _, test := range []struct {
		name   string
		report *mailcheck.Report
		want   []string // without those for mail
		notes  []string
	}{
		{"nothing", account(imap, smtp), nil, nil},
		{"all", account(imap, smtp, around(mailcheck.CalDAV, "caldav://dav.example.com/dav/"), around(mailcheck.CardDAV, "carddav://dav.example.com/.well-known/carddav"),
			around(mailcheck.JMAP, "jmap://jmap.example.com/.well-known/jmap"), around(mailcheck.Sieve, "sieve://imap.example.com:4190")), []string{
			"_caldavs._tcp.example.com. SRV 0 1 443 dav.example.com.", `_caldavs._tcp.example.com. TXT "path=/dav/"`, "_caldav._tcp.example.com. SRV 0 0 0 .",
			"_carddavs._tcp.example.com. SRV 0 1 443 dav.example.com.", "_carddav._tcp.example.com. SRV 0 0 0 .",
			"_jmap._tcp.example.com. SRV 0 1 443 jmap.example.com.", "_sieve._tcp.example.com. SRV 0 1 4190 imap.example.com."}, nil},
		{"failed and forged", account(imap, smtp, forged, failed), nil, []string{"nothing is said of _carddavs, _sieve: "}},
		{"elsewhere", account(imap, smtp, around(mailcheck.JMAP, "jmap://jmap.example.com/session"), around(mailcheck.CalDAV, "caldav://192.0.2.1/dav/")), nil, nil},
		{"a path with quotes", account(imap, smtp, around(mailcheck.CalDAV, `caldav://dav.example.com/a%22b;c/`)), []string{
			"_caldavs._tcp.example.com. SRV 0 1 443 dav.example.com.", "_caldav._tcp.example.com. SRV 0 0 0 ."}, []string{"left out: the path of caldav://dav.example.com/"}},
		{"Autodiscover", exchange, []string{"_autodiscover._tcp.example.com. SRV 0 1 443 exchange.example.net."}, nil},
	} {
		made := zoneOf(t, zone, test.report, Options{})
		got := slices.DeleteFunc(lines(made), func(line string) bool {
			return strings.HasPrefix(line, "_imap") || strings.HasPrefix(line, "_pop") || strings.HasPrefix(line, "_subm")
		})
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
		if strings.Contains(string(made.Files[0].Body()), ";_autodiscover._tcp") == (test.name == "Autodiscover") {
			t.Errorf("%s: it suggests Autodiscover although it is there, or does not\n%s", test.name, shown(made))
		}
		for _, note := range test.notes {
			notes(t, zone, made, note, true)
		}
		notes(t, zone, made, "left out, since the file has no place for it", false)
	}
}

const keyOfIMAP = "0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3"

// withKeys is an account whose servers show keys.
func withKeys() *mailcheck.Report {
	imap, smtp := result("imaps://imap.example.com:993", mailcheck.Pass, "PLAIN"), result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN")
	other := result("submission://smtp.example.net:587", mailcheck.Pass, "PLAIN")
	for i, s := range []mailcheck.ServerResult{imap, smtp, other} {
		s.TLS.Chain = []mailcheck.Certificate{{KeySHA256: strings.Replace(keyOfIMAP, "0", fmt.Sprint(i), 1)}}
	}
	return account(imap, smtp, other)
}

// The keys are written if somebody wants them, each once, and only for names of the zone;
// whether they count is said.
func TestZoneKeys(t *testing.T) {
	const imap, smtp = "_993._tcp.imap.example.com. TLSA 3 1 1 " + keyOfIMAP, "_465._tcp.smtp.example.com. TLSA 3 1 1 1b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3"
	old, strange, torn, signed, unsigned := withKeys(), withKeys(), withKeys(), withKeys(), withKeys()
	old.Servers[0].TLS.Chain[0].KeySHA256 = ""
	strange.Servers[0].TLS.Chain[0].KeySHA256 = "$INCLUDE"
	torn.Servers[0].Steps = []mailcheck.Step{{Findings: []mailcheck.Finding{mailcheck.NewFinding(checks.TLSIPDiffer, "two")}}}
	signed.Sources = []mailcheck.SourceResult{{Name: "dns", DNSSEC: mailcheck.Proven}}
	unsigned.Sources = []mailcheck.SourceResult{{Name: "dns", DNSSEC: mailcheck.Unsigned}}
	for _, test := range []struct {
		name   string
		report *mailcheck.Report
		want   []string
		note   string
	}{
		{"unknown", withKeys(), []string{imap, smtp}, "whether the zone is signed with DNSSEC is not known; "},
		{"signed", signed, []string{imap, smtp}, "no TLSA record for submission://smtp.example.net:587: it belongs into another zone"},
		{"not signed", unsigned, []string{imap, smtp}, "the zone is not signed with DNSSEC"},
		{"an old report", old, []string{smtp}, "no TLSA record for imaps://imap.example.com:993: the report does not have its key; test it anew"},
		{"no key", strange, []string{smtp}, "no TLSA record for imaps://imap.example.com:993: the report does not have its key; "},
		{"two certificates", torn, []string{smtp}, "no TLSA record for imaps://imap.example.com:993: its addresses show different certificates"},
	} {
		made := zoneOf(t, zone, test.report, Options{TLSA: true})
		got := slices.DeleteFunc(lines(made), func(line string) bool { return !strings.Contains(line, " TLSA ") })
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
		notes(t, zone, made, test.note, true)
		notes(t, zone, made, "whether the zone is signed", test.report.Source("dns").DNSSEC == "")
		if without := zoneOf(t, zone, test.report, Options{}); strings.Contains(shown(without), "TLSA") {
			t.Errorf("%s: nobody wants the keys\n%s", test.name, shown(without))
		}
	}
}

// today adds what DNS has, and that it has nothing at the other names.
func today(r *mailcheck.Report, records ...string) *mailcheck.Report {
	sets := map[string]*mailcheck.RecordSet{}
	for _, label := range []string{"_imaps", "_imap", "_pop3s", "_pop3", "_submissions", "_submission", "_caldavs", "_caldav"} {
		sets[label+"._tcp.example.com SRV"] = &mailcheck.RecordSet{}
	}
	sets["_ua-auto-config.example.com TXT"], sets["_caldavs._tcp.example.com TXT"] = &mailcheck.RecordSet{}, &mailcheck.RecordSet{}
	sets["_993._tcp.imap.example.com TLSA"], sets["_465._tcp.smtp.example.com TLSA"] = &mailcheck.RecordSet{}, &mailcheck.RecordSet{}
	for _, record := range records {
		fields := strings.SplitN(record, " ", 3)
		set := sets[strings.Join(fields[:2], " ")]
		set.Data = append(set.Data, fields[2])
	}
	source := mailcheck.SourceResult{Name: "srv"}
	for key, set := range sets {
		set.Name, set.Type, _ = strings.Cut(key, " ")
		source.Steps = append(source.Steps, mailcheck.Step{Records: set})
	}
	r.Sources = append(r.Sources, source)
	return r
}

// With changes only what is missing is there, and what is wrong as a comment.
func TestZoneChanges(t *testing.T) {
	imap, smtp := result("imaps://imap.example.com:993", mailcheck.Pass, "PLAIN"), result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN")
	dead, forged := result("imaps://dead.example.com:993", mailcheck.Fail, "PLAIN"), result("imaps://imap.example.net:993", mailcheck.Pass, "PLAIN")
	forged.Vouch = mailcheck.NotVouched
	of := func() *mailcheck.Report { return account(imap, smtp) }
	good := []string{"_imaps._tcp.example.com SRV 5 0 993 IMAP.example.com.", "_submissions._tcp.example.com SRV 0 1 465 smtp.example.com.",
		"_imap._tcp.example.com SRV 0 0 0 .", "_pop3s._tcp.example.com SRV 0 0 0 .", "_pop3._tcp.example.com SRV 1 1 1 .", "_submission._tcp.example.com SRV 0 0 0 ."}
	none := []string{"; There is nothing to change: the zone has all of this."}
	dav := account(imap, smtp, around(mailcheck.CalDAV, "caldav://dav.example.com/dav/"))
	for _, test := range []struct {
		name   string
		format Format
		report *mailcheck.Report
		tlsa   bool
		want   []string
		note   string
	}{
		{"as it should be", zone, today(of(), good...), false, none, "nothing to change"},
		{"missing", zone, today(of(), good[1:]...), false, []string{"_imaps._tcp.example.com. SRV 0 1 993 imap.example.com."}, ""},
		{"wrong port", zone, today(of(), append(good[1:], "_imaps._tcp.example.com SRV 0 1 143 imap.example.com.")...), false,
			[]string{"; take out: _imaps._tcp.example.com. IN SRV 0 1 143 imap.example.com.", "_imaps._tcp.example.com. SRV 0 1 993 imap.example.com."}, ""},
		{"said not to exist", zone, today(of(), append(good[1:], "_imaps._tcp.example.com SRV 0 0 0 .")...), false,
			[]string{"; take out: _imaps._tcp.example.com. IN SRV 0 0 0 .", "_imaps._tcp.example.com. SRV 0 1 993 imap.example.com."}, ""},
		{"one more that failed", zone, today(account(imap, dead, smtp), append(good, "_imaps._tcp.example.com SRV 9 1 993 dead.example.com.")...), false,
			[]string{"; take out: _imaps._tcp.example.com. IN SRV 9 1 993 dead.example.com."}, ""},
		{"one more that is left out", zone, today(account(imap, forged, smtp), append(good, "_imaps._tcp.example.com SRV 9 1 993 imap.example.net.")...), false, none, "left out, since nobody vouches"},
		{"hostile", zone, today(of(), append(good, "_imaps._tcp.example.com SRV 0 0 993 x.\n$INCLUDE /etc/passwd")...), false,
			[]string{`; take out: _imaps._tcp.example.com. IN SRV 0 0 993 x.\x0a$INCLUDE /etc/passwd`}, ""},
		{"path", zone, today(dav, append(good, "_caldavs._tcp.example.com SRV 0 0 443 dav.example.com.", "_caldavs._tcp.example.com TXT path=/old/", "_caldav._tcp.example.com SRV 0 0 80 dav.example.com.")...), false,
			[]string{"; take out: _caldavs._tcp.example.com. IN TXT path=/old/", `_caldavs._tcp.example.com. TXT "path=/dav/"`, "; take out: _caldav._tcp.example.com. IN SRV 0 0 80 dav.example.com.", "_caldav._tcp.example.com. SRV 0 0 0 ."}, ""},
		{"not known", zone, of(), false, []string{"_imaps._tcp.example.com. SRV 0 1 993 imap.example.com.", "_imap._tcp.example.com. SRV 0 0 0 .", "_pop3s._tcp.example.com. SRV 0 0 0 .", "_pop3._tcp.example.com. SRV 0 0 0 .", "_submissions._tcp.example.com. SRV 0 1 465 smtp.example.com.", "_submission._tcp.example.com. SRV 0 0 0 ."},
			"what the zone has today is not known of: _imaps._tcp.example.com, _imap._tcp.example.com"},
		{"keys", zone, today(withKeys(), append(good[:5:5], "_submission._tcp.example.com SRV 0 0 587 smtp.example.net.", "_993._tcp.imap.example.com TLSA 3 1 1 "+strings.ToUpper(keyOfIMAP), "_993._tcp.imap.example.com TLSA 3 1 1 aa", "_465._tcp.smtp.example.com TLSA 2 1 1 bb")...), true,
			[]string{"; take out: _465._tcp.smtp.example.com. IN TLSA 2 1 1 bb", "_465._tcp.smtp.example.com. TLSA 3 1 1 1b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3"}, ""},
		{"digest", pacc, today(of(), "_ua-auto-config.example.com TXT v=UAAC1;  a=sha256; d="+digestOfAccount), false, none, "nothing to change"},
		{"another digest", pacc, today(of(), "_ua-auto-config.example.com TXT v=UAAC1; a=sha256; d=x", "_ua-auto-config.example.com TXT hello"), false,
			[]string{"; take out: _ua-auto-config.example.com. IN TXT v=UAAC1; a=sha256; d=x", `_ua-auto-config.example.com. TXT "v=UAAC1; a=sha256; d=` + digestOfAccount + `"`}, ""},
	} {
		made := zoneOf(t, test.format, test.report, Options{Changes: true, TLSA: test.tlsa})
		if got := lines(made); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
		if test.note != "" {
			notes(t, test.format, made, test.note, true)
		}
		notes(t, test.format, made, "nothing to change", slices.Equal(test.want, none))
		notes(t, test.format, made, "said not to exist: ", test.name == "not known")
		if _, err := records(string(made.Files[0].Body())); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// digestOfAccount is that of the document for IMAP and submission.
const digestOfAccount = "2cS2Owl/t7ECMyVQBabd2/iE8870t72MDhX3gR2waqY="

// A comparison with the zone asks for what the report does not have, and for nothing twice.
func TestUnanswered(t *testing.T) {
	names := func(r *mailcheck.Report, o Options) (all []string) {
		for _, set := range Unanswered(r, o) {
			all = append(all, set.Name+" "+set.Type)
		}
		return all
	}
	if got := names(withKeys(), Options{}); len(got) != 16 || !slices.Contains(got, "_carddavs._tcp.example.com TXT") {
		t.Errorf("of a report without records: %q", got)
	}
	want := []string{"_autodiscover._tcp.example.com SRV", "_carddavs._tcp.example.com SRV", "_carddavs._tcp.example.com TXT",
		"_carddav._tcp.example.com SRV", "_jmap._tcp.example.com SRV", "_sieve._tcp.example.com SRV"}
	if got := names(today(withKeys()), Options{TLSA: true}); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
