package probes

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"mailcheck"
	"mailcheck/checks"
)

// What stands before what is told as gravely as it matters, once, to whoever can change
// it, in words that can be followed.
func TestOrderIsTold(t *testing.T) {
	const file, answer = "https://autoconfig.example.com/mail/config-v1.1.xml", "https://autodiscover.example.com/autodiscover/autodiscover.xml"
	for _, c := range []struct {
		scenario string
		check    *checks.Check
		severity checks.Severity
		because  *checks.Check
		fix      string
	}{
		{"file-starttls-first", checks.PublishWeakFirst, checks.Warning, nil,
			"In " + file + " put the <incomingServer> of line 14 (imap.example.com, <port>993</port> with <socketType>SSL</socketType>) before that of line 7."},
		{"file-plain-first", checks.PublishWeakFirst, checks.Failure, nil,
			"In " + file + " take the <incomingServer> of line 7 out, which is without encryption, so that programs come to that of line 14 (imap.example.com, <port>993</port> with <socketType>SSL</socketType>)."},
		{"file-plain-first", checks.PublishPlainNeedless, checks.Warning, checks.PublishWeakFirst, ""},
		{"file-plain-first", checks.AutoconfigPlain, checks.Failure, checks.PublishWeakFirst, ""},
		{"answer-starttls-first", checks.PublishWeakFirst, checks.Warning, nil,
			"In " + answer + " put the <Protocol> of line 25 (smtp.example.com, <Port>465</Port> with <SSL>on</SSL> and <Encryption>SSL</Encryption>) before that of line 16."},
		{"srv-starttls-first", checks.SRVWeakFirst, checks.Warning, nil,
			"Publish instead: _submissions._tcp.example.com. SRV 0 1 465 smtp.example.com. _submission._tcp.example.com. SRV 10 1 587 smtp.example.com. Older versions of FairEmail take the highest number first: if no program needs _submission, leave it out altogether."},
		{"srv-prefers-starttls", checks.PublishSRVPrefers, checks.Info, checks.SRVWeakFirst, ""},
		{"srv-starttls-only", checks.SRVStartTLSOnly, checks.Warning, nil,
			"Add what the server has: _imaps._tcp.example.com. SRV 0 1 993 imap.example.com. _submissions._tcp.example.com. SRV 0 1 465 smtp.example.com."},
		{"srv-starttls-only-unlisted", checks.SRVStartTLSOnly, checks.Warning, nil,
			"Add what the server has: _submissions._tcp.example.com. SRV 0 1 465 smtp.example.com."},
		{"srv-starttls-only-silent", checks.SRVStartTLSOnly, checks.Info, nil,
			"If the server has TLS from the first byte, add: _submissions._tcp.example.com. SRV 0 1 465 smtp.example.com."},
		{"starttls-only", checks.StartTLSOnly, checks.Info, nil, ""},
		{"list-other-host", checks.ISPDBOutdated, checks.Info, nil,
			"Ask the keepers of the database (https://github.com/thunderbird/autoconfig) to put imaps://imap.example.com:993 in the place of imaps://mail.example.com:993. Until then leave mail.example.com:993 running."},
		{"list-gone", checks.ISPDBOutdated, checks.Warning, nil,
			"Ask the keepers of the database (https://github.com/thunderbird/autoconfig) to put imaps://imap.example.com:993 in the place of imaps://old.example.com:993, which does not work."},
		{"list-gone", checks.DNSNotFound, checks.Failure, checks.ISPDBOutdated, ""},
		{"list-weaker", checks.ISPDBOutdated, checks.Warning, nil, ""},
		{"starttls-on-465", checks.PublishPortUnusual, checks.Info, nil,
			"Offer SMTP with STARTTLS on port 587 of smtp.example.com as well, and publish that."},
		{"pop3-on-993", checks.PublishPortUnusual, checks.Info, nil,
			"Offer POP3 with SSL/TLS on port 995 of pop.example.com as well, and publish that."},
	} {
		t.Run(c.scenario+"/"+c.check.ID, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := checkWithRTT(t, c.scenario, 0)
				i := slices.IndexFunc(r.Findings, func(f mailcheck.Finding) bool { return f.Check == c.check })
				if i < 0 {
					t.Fatalf("no %s: %v", c.check.ID, ids(r))
				}
				f := r.Findings[i]
				if f.Severity != c.severity || f.BecauseOf != c.because {
					t.Errorf("%s, because of %v", f.Severity, f.BecauseOf)
				}
				if fix := f.Fix.String(); c.fix != "" && fix != c.fix {
					t.Errorf("fix %s\nwant %s", fix, c.fix)
				}
				t.Log(f.Detail.String())
			})
		})
	}
}

// The entry of a list is taken by those who do not come to the domain's own settings
// before.
func TestWhoTakesTheList(t *testing.T) {
	for scenario, want := range map[string]string{
		"list-other-host": "Thunderbird, KMail, Evolution, Nextcloud Mail, Thunderbird for Android, K-9, Delta Chat, Geary, MailTime, Spark, ProfiMail Go, Maildroid",
	} {
		synctest.Test(t, func(t *testing.T) {
			for _, f := range checkWithRTT(t, scenario, 0).Findings {
				if got := strings.Join(f.Clients, ", "); f.Check == checks.ISPDBOutdated && got != want {
					t.Errorf("%s: %s", scenario, got)
				}
			}
		})
	}
}
