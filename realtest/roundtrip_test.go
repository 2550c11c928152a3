//go:build real

package realtest

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// trips are domains whose mail is delivered. Their settings files name the submission
// servers of others, too, which know all of their users.
var trips = []scenario{{
	name:     "trip",
	program:  members,
	web:      settings,
	settings: "smtpd_sasl_path = DIR/members/auth\ncleanup_service_name = relay-cleanup\n",
	ports:    []int{993, 143, 995, 110, 465, 587},
	users:    []string{memberAt("trip"), memberAt("cyrus-trip")},
	servers: []string{
		"imap imap:993 tls pass", "imap imap:143 starttls pass",
		"pop3 pop:995 tls pass", "pop3 pop:110 starttls pass",
		"submission smtp:465 tls pass", "submission smtp:587 starttls pass",
	},
}, {
	name:    "cyrus-trip",
	program: cyrus,
	web:     strings.Replace(settings, "smtp.DOMAIN", "smtp.trip.example", 1),
	ports:   []int{993, 143, 995, 110},
	users:   []string{memberAt("cyrus-trip")},
	settings: "sasl_pwcheck_method: saslauthd\nsasl_saslauthd_path: DIR/mux\nvirtdomains: userid\n" +
		"autocreate_quota: 0\nautocreate_users: " + memberAt("cyrus-trip") + "\nlmtp_downcase_rcpt: 1\n",
	servers: []string{"imap imap:993 tls pass", "imap imap:143 starttls pass", "pop3 pop:995 tls pass", "pop3 pop:110 starttls pass"},
}, {
	name:    "courier-trip",
	program: courier,
	web:     strings.Replace(settings, "smtp.DOMAIN", "smtp.exim-trip.example", 1),
	ports:   []int{993, 143, 995, 110},
	users:   []string{memberAt("courier-trip")},
	servers: []string{"imap imap:993 tls pass", "imap imap:143 starttls pass", "pop3 pop:995 tls pass", "pop3 pop:110 starttls pass"},
}, {
	name:    "exim-trip", // which delivers to Courier's mailboxes
	program: exim,
	ports:   []int{465, 587},
	users:   []string{memberAt("exim-trip")},
	settings: `deliver_drop_privilege = true
acl_smtp_rcpt = accept
acl_smtp_data = accept
begin routers
box:
  driver = accept
  transport = box
begin transports
box:
  driver = appendfile
  maildir_format
  directory = DIR/../courier/mail/bob@courier-trip.example
  create_directory = false
  mode = 0666
  directory_mode = 0777
`,
	servers: []string{"submission smtp:465 tls pass", "submission smtp:587 starttls pass"},
}}

// delivery is what Postfix needs to deliver: to Maildirs of Dovecot's users, to Cyrus by
// LMTP. A rule files mail to one address elsewhere, another's is marked as spam, and what
// the second cleanup sees gets a new Message-ID and loses what it does not know.
func (w *world) delivery() (services, main string) {
	w.write("postfix/relay", "/^Message-ID:/ REPLACE Message-ID: <rewritten@relay.example>\n/^X-Mailcheck-Token:/ IGNORE\n/^To: <spam@/ PREPEND X-Spam-Flag: YES\n")
	services = `qmgr      unix n - n 300 1 qmgr
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
error     unix - - n - - error
retry     unix - - n - - error
virtual   unix - n n - - virtual
lmtp      unix - - n - - lmtp
relay-cleanup unix n - n - 0 cleanup
  -o header_checks=regexp:` + w.path("postfix", "relay") + "\n"
	main = fmt.Sprintf(`virtual_mailbox_domains = trip.example, cyrus-trip.example
virtual_mailbox_base = %[1]s
virtual_mailbox_maps = inline:{
  { %[2]s = members/mail/%[2]s/ }, { lists@trip.example = members/mail/%[2]s/.Lists/ }, { spam@trip.example = members/mail/%[2]s/ },
  { %[3]s = cyrus } }
virtual_uid_maps = static:%[4]d
virtual_gid_maps = static:%[4]d
virtual_minimum_uid = 1
transport_maps = inline:{ { cyrus-trip.example = lmtp:unix:%[1]s/cyrus/socket/lmtp } }
minimal_backoff_time = 1
queue_run_delay = 1
`, w.dir, memberAt("trip"), memberAt("cyrus-trip"), nobody)
	return services, main
}

// round runs a check with a round trip, and returns what came of it.
func round(t *testing.T, address string, args ...string) (report, string, int) {
	t.Helper()
	args = append([]string{"check", address, "--no-guess", "--password-file", passwordFile(t, memberPassword), "--round-trip", "--timeout", "30s", "-v"}, args...)
	text, _ := mailcheck(t, args...)
	t.Log(text)
	if strings.Contains(text, memberPassword) {
		t.Errorf("the password is in the output:\n%s", text)
	}
	r, exit := mailcheckJSON(t, args...)
	return r, text, exit
}

// letters are the files of a Maildir that are none of those of the beginning.
func letters(user string) (left []string) {
	for _, dir := range []string{"members", "courier"} {
		for _, name := range files(internet.path(dir, "mail", user), "new", "cur", "tmp", ".Lists/new", ".Lists/cur", ".Lists/tmp") {
			if !strings.Contains(name, ".M1P1.mail") && !strings.Contains(name, ".M2P1.mail") {
				left = append(left, name)
			}
		}
	}
	return left
}

// A message arrives, wherever a rule puts it and whatever a relay makes of it, and is
// removed; a folder made in one session is seen in another. Nothing else is touched.
func TestRoundTrip(t *testing.T) {
	for _, c := range []struct {
		name, scenario string
		args, findings []string
		folder         string
	}{
		{"to the inbox", "trip", []string{"--write-tests"}, nil, "INBOX"},
		{"filed elsewhere", "trip", []string{"--round-trip-to", "lists@trip.example"}, []string{"roundtrip.filed"}, "Lists"},
		{"marked as spam", "trip", []string{"--round-trip-to", "spam@trip.example"}, []string{"roundtrip.junk"}, "INBOX"},
		{"Cyrus", "cyrus-trip", []string{"--write-tests"}, []string{"sync.idle-polls"}, "INBOX"},
		{"Courier and Exim", "courier-trip", []string{"--write-tests"}, nil, "INBOX"}, // whether IDLE is late there depends on the kernel
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, ok := internet.find(c.scenario)
			if !ok {
				t.Skip("its program is not here")
			}
			if _, ok := internet.find("exim-trip"); !ok && c.scenario == "courier-trip" {
				t.Skip("Exim is not here")
			}
			r, _, exit := round(t, memberAt(s.name), c.args...)
			var found []string
			for _, f := range r.Findings {
				if s.program == courier && f.ID == "sync.idle-polls" {
					continue
				}
				if strings.HasPrefix(f.ID, "roundtrip.") || strings.HasPrefix(f.ID, "sync.") {
					found = append(found, f.ID)
				}
			}
			same(t, "findings", found, c.findings)
			trip := r.RoundTrip
			if trip.State != "delivered" || len(trip.Arrivals) == 0 || trip.Arrivals[0].Folder != c.folder || trip.Queue == "" || len(trip.Hops) == 0 || exit > 1 {
				t.Errorf("exit code %d, %+v", exit, trip)
			}
			for _, removal := range append(trip.Removals, r.Synchronisation.Removals...) {
				if !removal.Done {
					t.Errorf("not removed: %+v", removal)
				}
			}
		})
	}
	t.Cleanup(func() {
		for _, s := range trips {
			if left := letters(memberAt(s.name)); len(left) > 0 && s.name != "cyrus-trip" {
				t.Errorf("left: %q", left)
			}
		}
	})
}

// Who ends the program while it waits finds nothing in the mailbox afterwards.
func TestRoundTripInterrupted(t *testing.T) {
	s, ok := internet.find("trip")
	if !ok {
		t.Skip("its program is not here")
	}
	for _, after := range []time.Duration{300 * time.Millisecond, time.Second, 2 * time.Second} {
		cmd := exec.Command(os.Getenv("MAILCHECK_BINARY"), "check", memberAt(s.name), "--no-guess", "--password-file", passwordFile(t, memberPassword), "--round-trip", "--write-tests",
			"--resolver", internet.resolver, "--ca-file", internet.path("root.pem"), "--ispdb", "off")
		var out strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &out
		check(cmd.Start())
		time.Sleep(after)
		cmd.Process.Signal(syscall.SIGINT)
		cmd.Wait()
		t.Log(out.String())
	}
	if left := letters(memberAt(s.name)); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
	for _, line := range imapSession(t, s, `LIST "" "*"`) {
		if strings.Contains(line, "mailcheck-") {
			t.Errorf("left: %s", line)
		}
	}
}
