package autoconfig

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
	"mailcheck/internal/lab"
	"mailcheck/internal/sample"
)

func TestNoGuess(t *testing.T) {
	s := lab.Scenario{Address: "alice@example.com", Zone: unpublished}
	r := discover(t, s, Options{NoGuess: true})
	for _, q := range r.questions {
		for _, name := range []string{"imap", "pop", "pop3", "smtp", "mail"} {
			if strings.HasSuffix(q, " "+name+".example.com") {
				t.Errorf("the question %q is a guess", q)
			}
		}
	}
	if got := r.source(t, "guess"); got.State != mailcheck.Absent || got.Reason.String() != "switched off" || len(r.Servers) > 0 {
		t.Errorf("the source is %+v, servers %q", got, urls(r.Servers))
	}

	r = discover(t, s, Options{})
	want := []string{
		"imaps://imap.example.com:993", "imaps://mail.example.com:993", "imap://imap.example.com:143", "imap://mail.example.com:143",
		"pop3s://pop.example.com:995", "pop3s://mail.example.com:995", "pop3://pop.example.com:110", "pop3://mail.example.com:110",
		"submissions://smtp.example.com:465", "submissions://mail.example.com:465", "submission://smtp.example.com:587", "submission://mail.example.com:587",
	}
	if diff := cmp.Diff(want, urls(r.Servers)); diff != "" {
		t.Errorf("guesses (-want +got):\n%s", diff)
	}
	for _, server := range r.Servers {
		if !server.Guessed() || server.Username != "alice@example.com" {
			t.Errorf("the guess is %+v", server)
		}
	}
}

// The target "." says that a service is not offered, so it is not guessed.
func TestDeclinedServicesAreNotGuessed(t *testing.T) {
	test := func(records string, want ...string) {
		t.Helper()
		r := discover(t, lab.Scenario{Address: "alice@example.com", Zone: strings.ReplaceAll(unpublished, "mail ", ";") + records}, Options{})
		if got := urls(r.Servers); !slices.Equal(got, want) {
			t.Errorf("%s: servers %q, want %q", records, got, want)
		}
		if got := r.source(t, "srv"); got.State != mailcheck.Found || !strings.Contains(got.Reason.String(), fmt.Sprintf("%d of 6 services are not offered", strings.Count(records, "0 0 0 ."))) {
			t.Errorf("%s: srv is %s: %s", records, got.State, got.Reason.String())
		}
	}
	decline := func(labels ...string) string {
		text := ""
		for _, l := range labels {
			text += l + "._tcp SRV 0 0 0 .\n"
		}
		return text
	}
	test(decline("_imaps", "_imap", "_pop3s", "_pop3", "_submissions", "_submission"))
	test(decline("_imap", "_pop3s", "_pop3", "_submission"), "imaps://imap.example.com:993", "submissions://smtp.example.com:465")
	test(decline("_imaps", "_imap", "_submissions"), "pop3s://pop.example.com:995", "pop3://pop.example.com:110", "submission://smtp.example.com:587")
	test(decline("_pop3s", "_pop3")+"_imaps._tcp SRV 0 1 993 imap\n_submissions._tcp SRV 0 1 465 smtp\n", "imaps://imap.example.com:993", "submissions://smtp.example.com:465")
}

// Guesses wait for what is published, but not for ever, and they fill only what
// is missing.
func TestGuessesWait(t *testing.T) {
	autoconfig := func(after time.Duration, sections ...string) lab.Scenario {
		return lab.Scenario{Address: "alice@example.com", Zone: unpublished + "autoconfig A 192.0.2.80\n", Hosts: map[string]lab.Host{
			"192.0.2.80": web("autoconfig.example.com", map[string]lab.Reply{configPath: lab.After(after, lab.XML(sample.File(sections...)))}),
			"192.0.2.1":  {}, "192.0.2.10": {993: lab.Silent}, "192.0.2.11": {}, "192.0.2.25": {}, "192.0.2.26": {},
		}}
	}
	guessed := func(r run) []string {
		var list []string
		for _, s := range r.Servers {
			if s.Guessed() {
				list = append(list, s.URL())
			}
		}
		return list
	}

	r := discover(t, autoconfig(2*time.Second, sample.Incoming(), sample.Outgoing()), Options{})
	if got := guessed(r); len(got) > 0 {
		t.Errorf("although everything is published, %q are guessed", got)
	}
	if got := r.source(t, "guess").Reason.String(); got != "not needed: the settings are published" {
		t.Errorf("the reason is %q", got)
	}
	// Discovering never connects to a mail server, guessed or not.
	for _, d := range r.dials {
		to, err := netip.ParseAddrPort(strings.TrimPrefix(d, "tcp "))
		if err == nil && to.Port() != 80 && to.Port() != 443 && to.Port() != 53 {
			t.Errorf("discovery connects to %s", to)
		}
	}

	r = discover(t, autoconfig(0, sample.Incoming()), Options{})
	if got, want := guessed(r), []string{"submissions://smtp.example.com:465", "submissions://mail.example.com:465", "submission://smtp.example.com:587", "submission://mail.example.com:587"}; !slices.Equal(got, want) {
		t.Errorf("without a server for sending, %q are guessed, want %q", got, want)
	}

	r = discover(t, autoconfig(8*time.Second, sample.Incoming(), sample.Outgoing()), Options{})
	if len(guessed(r)) == 0 {
		t.Error("a slow web server holds up the guesses")
	}
	// What comes late counts all the same, and is known to be no guess.
	if s := r.Servers[0]; s.URL() != "imaps://imap.example.com:993" || !slices.Equal(s.Sources, []string{"autoconfig", "guess"}) {
		t.Errorf("the first server is %+v", s)
	}
}

// Where only the database knows a domain, the guesses that did not wait for it are
// taken back.
func TestGuessesAreTakenBack(t *testing.T) {
	s := lab.Scenario{Address: "alice@example.com", Zone: strings.ReplaceAll(unpublished, "@ ", "; ") + "v1.ispdb.net. A 198.51.100.80\n", Hosts: map[string]lab.Host{
		"198.51.100.80": web("v1.ispdb.net", map[string]lab.Reply{"/example.com": lab.XML(sample.File(sample.Incoming("imap.example.com", "in.example.net"), sample.Outgoing("smtp.example.com", "out.example.net")))}),
	}}
	r := discover(t, s, Options{})
	for _, server := range r.Servers {
		if server.Guessed() {
			t.Errorf("%s is still a guess", server.URL())
		}
	}
	if got := r.source(t, "guess"); got.State != mailcheck.Absent || len(r.Servers) == 0 {
		t.Errorf("guess is %s: %s; servers %q", got.State, got.Reason.String(), urls(r.Servers))
	}
}
