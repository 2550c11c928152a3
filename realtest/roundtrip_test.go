//go:build real

package realtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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
	users:    []string{memberAt("trip"), memberAt("cyrus-trip"), memberAt("cyrus-services")},
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
	name:     "sieve-trip", // whose user has filter rules
	program:  members,
	web:      settings,
	settings: "smtpd_sasl_path = DIR/members/auth\ncleanup_service_name = relay-cleanup\n",
	ports:    []int{993, 995, 465},
	users:    []string{memberAt("sieve-trip")},
	servers:  []string{"imap imap:993 tls pass", "pop3 pop:995 tls pass", "submission smtp:465 tls pass"},
}, {
	name:     "move-trip", // whose server cannot remove one message alone, but move it
	program:  members,
	web:      strings.Replace(settings, "smtp.DOMAIN", "smtp.trip.example", 1),
	settings: "imap_capability = " + withoutUIDPLUS + " MOVE\n",
	ports:    []int{993, 995},
	users:    []string{memberAt("move-trip")},
	servers:  []string{"imap imap:993 tls pass", "pop3 pop:995 tls pass"},
}, {
	name:     "mark-trip", // whose server can do neither
	program:  members,
	web:      strings.Replace(settings, "smtp.DOMAIN", "smtp.trip.example", 1),
	settings: "imap_capability = " + withoutUIDPLUS + "\n",
	ports:    []int{993, 995},
	users:    []string{memberAt("mark-trip")},
	servers:  []string{"imap imap:993 tls pass", "pop3 pop:995 tls pass"},
}, {
	name:     "filter-trip", // where a filter judges what is sent
	program:  members,
	filter:   rspamd,
	web:      settings,
	settings: "smtpd_sasl_path = DIR/members/auth\nsmtpd_milters = unix:DIR/rspamd/milter\n",
	ports:    []int{993, 995, 465},
	users:    []string{memberAt("filter-trip")},
	servers:  []string{"imap imap:993 tls pass", "pop3 pop:995 tls pass", "submission smtp:465 tls pass"},
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
	users:   []string{memberAt("exim-trip"), memberAt("courier-trip")},
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

// withoutUIDPLUS is what an IMAP server offers that can expunge a folder alone.
const withoutUIDPLUS = "IMAP4rev1 SASL-IR LITERAL+ ID ENABLE IDLE NAMESPACE UNSELECT CHILDREN LIST-EXTENDED SPECIAL-USE"

// rules are the filter script of a user: mail to some addresses is filed or copied, and what is marked as spam goes where that belongs.
const rules = `require ["fileinto", "mailbox", "copy"];
if header :is "X-Spam-Flag" "YES" {
  fileinto :create "Junk";
} elsif address :is "To" "lists@sieve-trip.example" {
  fileinto :create "Filed";
} elsif address :is "To" "both@sieve-trip.example" {
  fileinto :copy :create "Filed";
}
`

// delivery is what Postfix needs to deliver: to Maildirs of Dovecot's users, and by LMTP to
// Cyrus and to Dovecot, where bob gets all that is for his domain. A rule of Postfix files
// mail to one address elsewhere, another's is marked as spam, and what the second cleanup
// sees gets a new Message-ID and loses what it does not know.
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
	var domains, boxes, aliases, transports strings.Builder
	for _, name := range []string{"sieve-trip", "move-trip", "mark-trip", "filter-trip"} {
		fmt.Fprintf(&domains, ", %s.example", name)
		fmt.Fprintf(&boxes, " { %s = dovecot }", memberAt(name))
		fmt.Fprintf(&aliases, " { @%s.example = %s }", name, memberAt(name))
		fmt.Fprintf(&transports, " { %s.example = lmtp:unix:%s }", name, w.path("members", "lmtp"))
	}
	main = fmt.Sprintf(`virtual_mailbox_domains = trip.example, cyrus-trip.example%[5]s
virtual_mailbox_base = %[1]s
virtual_mailbox_maps = inline:{
  { %[2]s = members/mail/%[2]s/ } { lists@trip.example = members/mail/%[2]s/.Lists/ } { spam@trip.example = members/mail/%[2]s/ }
  { %[3]s = cyrus }%[6]s }
virtual_alias_maps = inline:{%[7]s }
virtual_uid_maps = static:%[4]d
virtual_gid_maps = static:%[4]d
virtual_minimum_uid = 1
transport_maps = inline:{ { cyrus-trip.example = lmtp:unix:%[1]s/cyrus/socket/lmtp }%[8]s }
minimal_backoff_time = 1
queue_run_delay = 1
`, w.dir, memberAt("trip"), memberAt("cyrus-trip"), nobody, &domains, &boxes, &aliases, &transports)
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

// letters are the files of a Maildir and its folders that are none of those of the beginning.
func letters(user string) (left []string) {
	for _, dir := range []string{"members", "courier"} {
		for _, name := range files(internet.path(dir, "mail", user), "") {
			place := filepath.Base(filepath.Dir(name))
			if slices.Contains([]string{"new", "cur", "tmp"}, place) && !strings.Contains(name, ".M1P1.mail") && !strings.Contains(name, ".M2P1.mail") {
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
		{"filed by a filter script", "sieve-trip", []string{"--round-trip-to", "lists@sieve-trip.example"}, []string{"roundtrip.filed"}, "Filed"},
		{"spam by a filter script", "sieve-trip", []string{"--round-trip-to", "spam@sieve-trip.example"}, []string{"roundtrip.junk"}, "Junk"},
		{"copied by a filter script", "sieve-trip", []string{"--round-trip-to", "both@sieve-trip.example"}, nil, ""},
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
			if trip.State != "delivered" || len(trip.Arrivals) == 0 || c.folder != "" && trip.Arrivals[0].Folder != c.folder || trip.Queue == "" || len(trip.Hops) == 0 || exit > 1 {
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
			if left := letters(memberAt(s.name)); len(left) > 0 && !slices.Contains([]string{"cyrus-trip", "move-trip", "mark-trip"}, s.name) {
				t.Errorf("left: %q", left)
			}
		}
	})
}

// Where a server cannot remove one message alone, nothing is expunged: what another program
// has marked as deleted stays, and so does the test message, which the report names.
func TestRoundTripWithoutUIDPLUS(t *testing.T) {
	for _, c := range []struct{ name, folder, where string }{{"move-trip", "Trash", ".Trash/new"}, {"mark-trip", "INBOX", "cur"}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, user := internet.of(c.name), memberAt(c.name)
			imapSession(t, s, `STATUS Trash (MESSAGES)`) // which makes it
			box := filepath.Join("members/mail", user)
			for _, file := range []string{"cur/1700000004.M5P1.mail:2,ST", ".Trash/cur/1700000005.M6P1.mail:2,ST"} {
				internet.write(filepath.Join(box, file), "From: alice@example.org\nSubject: No more\n\nHello!\n")
				check(os.Chown(internet.path(box, file), nobody, nobody))
			}
			r, _, exit := round(t, user)
			if !r.finds("roundtrip.left") || r.RoundTrip.State != "delivered" || exit > 1 {
				t.Errorf("exit code %d, %+v, findings %+v", exit, r.RoundTrip, r.Findings)
			}
			if left := r.RoundTrip.Removals; len(left) != 1 || left[0].Done || left[0].Folder != c.folder || left[0].Why == "" {
				t.Errorf("removals: %+v", left)
			}
			var others, ours int
			for _, file := range letters(user) {
				switch text := string(must(os.ReadFile(file))); {
				case strings.Contains(text, "Subject: No more"):
					others++
				case strings.Contains(text, "Subject: mailcheck test message "):
					ours++
					if filepath.Dir(file) != internet.path(box, c.where) || c.where == "cur" && !strings.HasSuffix(file, "T") {
						t.Errorf("the test message is %s", file)
					}
				}
			}
			if others != 2 || ours != 2 { // round makes two runs
				t.Errorf("left are %d messages that were marked before, and %d test messages: %q", others, ours, letters(user))
			}
		})
	}
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
