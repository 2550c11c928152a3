//go:build real

package realtest

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// thunderbird is where Debian has it, and the first version whose modules the script
// knows.
const (
	thunderbird      = "/usr/lib/thunderbird/thunderbird"
	firstThunderbird = 153
)

//go:embed thunderbird.js
var askThunderbird string

// madeUp are what Thunderbird makes of domains; the source is in its own words.
var madeUp = []account{
	{"healthy", "xml", "imap imap:993 tls", "submission smtp:465 tls"},
	{"well-known", "xml", "imap imap:993 tls", "submission smtp:465 tls"},
	{"http-only", "xml", "imap imap:993 tls", "submission smtp:465 tls"},
	{"page-first", "guess", "imap imap:993 tls", "submission smtp:465 tls"},
	{"site-nginx", "xml", "imap imap:993 tls", "submission smtp:465 tls"},
	{"site-caddy", "xml", "imap imap:993 tls", "submission smtp:465 tls"},
	{"site-mailcheck", "xml", "imap imap:993 tls", "submission smtp:465 tls"},
	{"site-apache", "xml", "imap imap:143 starttls", "submission smtp:587 starttls"},
	{"pop3-first", "xml", "pop3 pop:995 tls", "submission smtp:465 tls"},
	{"odd-file", "xml", "pop3 pop:995 tls", "submission smtp:465 tls"},
	{"odd-answer", "exchange", "imap imap:993 tls", "submission smtp:465 tls"},
	{"autodiscover-url", "guess", "imap imap:993 tls", "submission smtp:465 tls"}, // does not follow
	{"autodiscover-login", "", "", ""},                                            // asks for the password
	{"autodiscover-redirect", "exchange", "imap imap:993 tls", "submission smtp:465 tls"},
	{"doctype", "xml", "imap imap:993 tls", "submission smtp:465 tls"},
	{"exchange-first", "xml", "ews ex:443 tls", ""},                                // but only offers it
	{"malformed", "guess", "imap imap:993 tls", "submission smtp:465 tls"},         // it goes on to guess
	{"content-type", "guess", "imap imap:993 tls", "submission smtp:465 tls"},      // the same
	{"unpublished", "guess", "imap imap:993 tls", "submission smtp:465 tls"},       // good certificates
	{"dane", "guess", "imap imap:993 tls", "submission smtp:465 tls"},              // below an intermediate authority
	{"expired", "guess", "imap imap:143 starttls", "submission smtp:587 starttls"}, // not looked at
	{"wrong-name", "", "", ""},     // no port with STARTTLS
	{"staple-missing", "", "", ""}, // the same
	{"starttls", "guess", "imap imap:143 starttls", "submission smtp:587 starttls"},
	{"starttls-missing", "guess", "imap imap:143 plain", "submission smtp:587 starttls"}, // Postfix says its name, and STARTTLS is in it
	{"plain-on-tls-port", "", "", ""},
	{"guess-pop3", "guess", "pop3 pop:995 tls", "submission smtp:465 tls"},
	{"guess-port-25", "guess", "imap imap:993 tls", "submission smtp:25 starttls"},
	{"guess-refused", "guess", "imap imap:993 tls", "submission smtp:465 tls"},     // any word will do
	{"nginx-client-cert", "guess", "imap imap:993 tls", "submission smtp:465 tls"}, // the same
	{"refused", "", "", ""}, // nothing for reading
}

type account struct{ name, source, reads, sends string }

// sources are what mailcheck calls Thunderbird's sources, but for how they were reached.
var sources = map[string]string{"autoconfig": "xml", ".well-known": "xml", "mx": "xml", "autodiscover": "exchange", "guess": "guess"}

// inOwnDNS has a program ask the name server of the run: the first argument is where
// the files for that are, the rest is the program.
const inOwnDNS = `set -e
mount --make-rprivate /
mount --bind "$1/resolv.conf" /etc/resolv.conf
mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf
cd "$1"
export HOME="$1/home" MOZ_HEADLESS=1 MOZ_CRASHREPORTER_DISABLE=1
shift
exec "$@"`

// withoutThunderbird says why Thunderbird cannot be asked, if it cannot.
func (w *world) withoutThunderbird() string {
	if _, err := os.Stat(thunderbird); err != nil {
		return "it is not installed"
	}
	if !w.usual {
		return "another program has the port of DNS on all addresses"
	}
	host, _, _ := strings.Cut(w.resolver, ":")
	w.write("thunderbird/resolv.conf", "nameserver "+host+"\n")
	w.write("thunderbird/nsswitch.conf", "hosts: files dns\n")
	check(os.MkdirAll(w.path("thunderbird", "home"), 0o700))
	cmd := exec.Command("sh", "-c", inOwnDNS, "sh", w.path("thunderbird"), thunderbird, "--version")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Sprintf("%v: %s", err, bytes.TrimSpace(out))
	}
	version := regexp.MustCompile(`Thunderbird (\d+)`).FindSubmatch(out)
	if version == nil {
		return fmt.Sprintf("its version is %q", bytes.TrimSpace(out))
	}
	if n, _ := strconv.Atoi(string(version[1])); n < firstThunderbird {
		return fmt.Sprintf("%s is older than %d", bytes.TrimSpace(out), firstThunderbird)
	}
	return ""
}

// startThunderbird starts Thunderbird without a window and connects to it.
func (w *world) startThunderbird(until time.Time) (*marionette, error) {
	port := freePort(netip.AddrFrom4([4]byte{127, 0, 0, 1}))
	w.write("thunderbird/profile/user.js", fmt.Sprintf(`
user_pref("marionette.port", %d);
user_pref("mailnews.auto_config_url", ""); // mailcheck runs without the public database, too
user_pref("network.manage-offline-status", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("app.update.enabled", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
`, port))
	w.launch(&syscall.SysProcAttr{Setpgid: true, Cloneflags: syscall.CLONE_NEWNS}, "thunderbird",
		"sh", "-c", inOwnDNS, "sh", w.path("thunderbird"), thunderbird,
		"--headless", "--no-remote", "--marionette", "--remote-allow-system-access", "-profile", w.path("thunderbird", "profile"))
	return connectMarionette(fmt.Sprintf("127.0.0.1:%d", port), until)
}

// TestThunderbird compares what Thunderbird makes of domains with what "mailcheck
// clients" says that it does.
func TestThunderbird(t *testing.T) {
	t.Parallel()
	if why := internet.withoutThunderbird(); why != "" {
		leaveOut("test with Thunderbird", why)
		t.Skip()
	}
	m, err := internet.startThunderbird(time.Now().Add(60 * time.Second))
	if err != nil {
		t.Fatal(err)
	}
	internet.publishAll(t)
	var addresses []string
	for _, a := range madeUp {
		addresses = append(addresses, "alice@"+a.name+".example")
	}
	documents := documents()
	var got struct {
		Error   string
		Results map[string]fromThunderbird
	}
	err = m.run(askThunderbird, &got, base64.StdEncoding.EncodeToString(internet.root.cert.Raw), addresses, documents)
	if err != nil || got.Error != "" {
		t.Fatal(cmp.Or(got.Error, fmt.Sprint(err)))
	}
	t.Run("shapes", func(t *testing.T) {
		t.Parallel()
		compareShapes(t, documents, got.Results)
	})
	for i, a := range madeUp {
		if _, ok := internet.find(a.name); !ok {
			continue // its program does not run here
		}
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			short := strings.NewReplacer("."+a.name+".example", "", "exchange ", "ews ")
			want := []string{a.source, strings.TrimSpace(a.reads + " " + a.sends)}
			real := got.Results[addresses[i]]
			if of := []string{real.Source, short.Replace(strings.Join(real.Servers, " "))}; !slices.Equal(of, want) {
				t.Errorf("Thunderbird takes %q, want %q; %s", of, want, real.Failed)
			}
			out, _ := mailcheck(t, "clients", addresses[i], "-o", "json")
			told := thunderbirdIn(t, out)
			if of := []string{told.Source, short.Replace(strings.Join(told.Servers, " "))}; !slices.Equal(of, want) {
				t.Errorf("mailcheck says that it takes %q, want %q; %s", of, want, told.Failed)
			}
			if told.Username != real.Username {
				t.Errorf("mailcheck says that it logs in as %q, not as %q", told.Username, real.Username)
			}
		})
	}
}

// fromThunderbird is what it makes of an address or a document.
type fromThunderbird struct {
	Source   string
	Servers  []string
	Username string // for reading
	Failed   string
}

// thunderbirdIn returns what a report of mailcheck says of Thunderbird.
func thunderbirdIn(t *testing.T, out string) (told fromThunderbird) {
	t.Helper()
	var r struct {
		Clients []struct {
			Client, Outcome, Source, Reason string
			Servers                         []struct {
				Protocol, Host, Security, Username string
				Port                               int
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	for _, c := range r.Clients {
		if c.Client != "Thunderbird" {
			continue
		}
		for _, s := range c.Servers {
			told.Servers = append(told.Servers, fmt.Sprintf("%s %s:%d %s", s.Protocol, s.Host, s.Port, s.Security))
		}
		place, _, _ := strings.Cut(c.Source, " ")
		if len(c.Servers) > 0 {
			told.Source, told.Username = sources[place], c.Servers[0].Username
		}
		told.Failed = c.Outcome + ": " + c.Reason
		return told
	}
	t.Fatalf("no Thunderbird in %s", out)
	return told
}

// hurried recognises what Postfix logs of Thunderbird's guesses: QUIT comes before the
// answer to EHLO.
func hurried(line string) bool {
	return strings.Contains(line, "improper command pipelining after EHLO") && strings.HasSuffix(strings.TrimSpace(line), `: QUIT\r\n`) &&
		slices.ContainsFunc(madeUp, func(a account) bool { return strings.Contains(line, " "+a.name+"/smtpd[") })
}
