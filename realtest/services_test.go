//go:build real

package realtest

import (
	"fmt"
	"strings"
	"testing"
)

// What stands around the mail: filter scripts at their usual port, and calendars and
// contacts at that of Radicale or of Cyrus.
const (
	sieveRecord = "_sieve._tcp SRV 0 1 4190 imap\n"
	cyrusWeb    = 8443
)

// services are domains whose users have filter scripts, calendars and contacts.
var services = []scenario{serviceScenario("services"), serviceScenario("services-apart"), {
	name:    "cyrus-services",
	program: cyrus,
	records: strings.ReplaceAll(calendarRecords, "5232", fmt.Sprint(cyrusWeb)) + sieveRecord + fmt.Sprintf("_jmap._tcp SRV 0 1 %d imap\n", cyrusWeb),
	web:     strings.Replace(settings, "smtp.DOMAIN", "smtp.trip.example", 1),
	ports:   []int{993, 995, 4190, cyrusWeb},
	users:   []string{memberAt("cyrus-services")},
	settings: "sasl_pwcheck_method: saslauthd\nsasl_saslauthd_path: DIR/mux\nvirtdomains: userid\nautocreate_quota: 0\nautocreate_users: " + memberAt("cyrus-services") +
		"\nfailedloginpause: 0\nhttpmodules: caldav carddav jmap\nconversations: 1\n",
	servers: []string{"imap imap:993 tls pass", "pop3 pop:995 tls pass", "sieve imap:4190 starttls pass"},
}}

func serviceScenario(name string) scenario {
	return scenario{
		name:     name,
		program:  members,
		records:  calendarRecords + sieveRecord,
		web:      settings,
		settings: "smtpd_sasl_path = DIR/members/auth\n",
		ports:    []int{993, 995, 465, 4190},
		users:    []string{memberAt(name)},
		servers:  []string{"imap imap:993 tls pass", "pop3 pop:995 tls pass", "submission smtp:465 tls pass", "sieve imap:4190 starttls pass"},
	}
}

// beside returns the states of the logins at what stands around the mail, and what was seen there.
func (r report) beside() (states []string, seen string) {
	for _, s := range r.Servers {
		switch s.Protocol {
		case "imap", "pop3", "submission":
			continue
		}
		states = append(states, s.Protocol+" "+s.Login.State)
		for _, step := range s.Steps {
			if step.Op == "auth" || step.Op == "mailbox" {
				seen += fmt.Sprintf("%s: %s %s\n", s.Protocol, step.Detail, step.Error)
			}
		}
	}
	return states, seen
}

// The password of the mail opens filter scripts, calendars, contacts and JMAP, too, and a
// question there is answered.
func TestServices(t *testing.T) {
	for name, want := range map[string]struct{ states, seen []string }{
		"services": {
			[]string{"sieve accepted", "caldav accepted", "carddav accepted"},
			[]string{"sieve: 1 filter script, of which filing is active", "caldav: BASIC as bob@services.example: 207 Multi-Status (/bob%40services.example/)", "carddav: BASIC as bob@services.example: 207"},
		},
		"cyrus-services": {
			[]string{"sieve accepted", "caldav accepted", "carddav accepted", "jmap accepted"},
			[]string{"sieve: 0 filter scripts", "caldav: BASIC as bob@cyrus-services.example: 207 Multi-Status (/dav/principals/user/", "jmap: 1 mailbox, and mail can be queried"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, ok := internet.find(name)
			if !ok {
				t.Skip("its program is not here")
			}
			if s.program == members {
				radicale(t, s, memberAt(name), memberPassword)
			}
			r, exit := logIn(t, memberPassword, "check", memberAt(name), "--no-guess")
			states, seen := r.beside()
			same(t, "logins", states, want.states)
			for _, words := range want.seen {
				if !strings.Contains(seen, words) {
					t.Errorf("%q is not in:\n%s", words, seen)
				}
			}
			if exit != 0 || t.Failed() {
				t.Errorf("exit code %d, findings %+v", exit, r.Findings)
			}

			// With a wrong one the mail servers are asked, and nobody else.
			r, exit = logIn(t, "not the password", "check", memberAt(name), "--no-guess")
			states, _ = r.beside()
			if exit != 1 || strings.Contains(strings.Join(states, " "), "rejected") || !r.finds("login.rejected") {
				t.Errorf("a wrong password: exit code %d, %q, findings %+v", exit, states, r.Findings)
			}
		})
	}
}

// Calendars with a password of their own are told apart from a wrong password, and refuse it
// once.
func TestServicesApart(t *testing.T) {
	t.Parallel()
	s := internet.of("services-apart")
	radicale(t, s, memberAt(s.name), plainPassword)
	r, exit := logIn(t, memberPassword, "check", memberAt(s.name), "--no-guess")
	states, seen := r.beside()
	if exit != 0 || r.Verdict != "warn" || !r.finds("login.rejected") || strings.Count(strings.Join(states, " "), "rejected") != 1 {
		t.Errorf("exit code %d, %q, findings %+v\n%s", exit, states, r.Findings, seen)
	}
	for _, f := range r.Findings {
		if f.ID == "login.rejected" && !strings.Contains(f.Remedy, "an app password") {
			t.Errorf("the remedy is %q", f.Remedy)
		}
	}
}
