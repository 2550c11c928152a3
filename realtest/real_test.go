//go:build real

// Package realtest runs the mailcheck binary against real mail, web and name
// servers: see the script run.
package realtest

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// mostNames are those of a certificate that a report has.
const mostNames = 200

// limit ends a run in which something hangs.
const limit = 5 * time.Minute

var internet *world

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if os.Getenv("MAILCHECK_BINARY") == "" {
		fmt.Println("run these tests with realtest/run")
		return 1
	}
	// Whatever ends the run must not leave servers behind. A closed pipe, as in
	// "realtest/run | head", need not end it at all.
	signal.Ignore(syscall.SIGPIPE)
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	time.AfterFunc(limit, func() { stop <- syscall.SIGTERM })

	choose()
	internet = &world{}
	go func() {
		<-stop
		internet.stop()
		fmt.Println("real-server tests: stopped, or not done after", limit)
		os.Exit(1)
	}()
	defer func() { internet.stop() }()
	internet.begin()
	code := m.Run()
	if lines := internet.complaints(); len(lines) > 0 {
		fmt.Printf("--- FAIL: the servers complain:\n%s", strings.Join(lines, ""))
		code = 1
	}
	if code != 0 {
		fmt.Print(internet.logs())
	}
	return code
}

// report is the part of schema 1 that these tests read.
type report struct {
	Verdict string
	Sources []struct {
		Name, State, Reason string
		Servers             []struct{ Host string }
	}
	Servers []struct {
		Protocol, Host, Security, Verdict, Greeting string
		Port                                        int
		Addresses                                   []struct{ State string }
		Capabilities, Auth                          struct {
			BeforeTLS []string `json:"before_tls"`
			AfterTLS  []string `json:"after_tls"`
		}
		TLS *struct {
			Version  string
			Verified bool
			Chain    []struct{ Names []string }
			DANE     *struct{ State string }
			OCSP     *struct{ Status string }
		}
		Audit *audit `json:"tls_audit"`
		Login struct {
			State, Username, Reason string
			Attempts                []struct{ Mechanism, Binding, State, Reason string }
		}
		Mailbox *mailbox

		Steps []struct {
			Op, Detail, Error string
			Start             float64 `json:"start_ms"`
			Elapsed           float64 `json:"elapsed_ms"`
		}
	}
	Findings []finding

	RoundTrip struct {
		State, Queue string
		Arrivals     []struct{ Folder string }
		Hops         []struct{ By string }
		Removals     []removal
	} `json:"round_trip"`
	Synchronisation struct{ Removals []removal }
}

type removal struct {
	Folder, Why string
	Done        bool
}

// mailbox is what a login opened.
type mailbox struct {
	Messages    int
	FolderCount int `json:"folder_count"`
	Folders     []folder
	Namespaces  []struct{ Kind, Prefix, Delimiter string }
	Identity    []struct{ Key, Value string }
	Quotas      []struct {
		Root, Resource string
		Used, Limit    int
	}
	Collecting *struct {
		Leave string
		Top   bool
		Delay float64 `json:"login_delay_ms"`
	}
	Sending *struct {
		Address, State string
		MaxSize        int `json:"max_size"`
		DSN            bool
	}
}

type folder struct {
	Name, Use string
	Guessed   bool
}

type finding struct {
	ID, Severity, Detail, Remedy, Server string
	BecauseOf                            string `json:"because_of"`
}

// mailcheck runs the binary and returns what it printed and its exit code.
func mailcheck(t *testing.T, args ...string) (stdout string, exit int) {
	t.Helper()
	if slices.Contains(args, internet.validator) {
		args = append(args, "--trust-anchor", internet.path("root.key"))
	}
	if !slices.Contains(args, "--resolver") {
		args = append(args, "--resolver", internet.resolver)
	}
	if !slices.Contains(args, "--timeout") {
		args = append(args, "--timeout", "20s")
	}
	if !slices.Contains(args, "--ca-file") {
		args = append(args, "--ca-file", internet.path("root.pem"))
	}
	if args[0] != "probe" && args[0] != "lint" { // which discover nothing
		args = append(args, "--ispdb", "off")
	}
	var out, diagnostics strings.Builder
	cmd := exec.Command(os.Getenv("MAILCHECK_BINARY"), args...)
	cmd.Stdout, cmd.Stderr = &out, &diagnostics
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	if diagnostics.Len() > 0 {
		t.Logf("mailcheck %s: %s", args[0], diagnostics.String())
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// mailcheckJSON does the same with -o json.
func mailcheckJSON(t *testing.T, args ...string) (r report, exit int) {
	t.Helper()
	out, exit := mailcheck(t, append(args, "-o", "json")...)
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	return r, exit
}

// TestCheck checks every scenario's domain. Where the servers are other programs
// than Dovecot and Postfix, or the web site is another test's, they alone are tested.
func TestCheck(t *testing.T) {
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			if s.program != "" || s.website != "" {
				compare(t, s, append([]string{"probe"}, s.urls()...)...)
				return
			}
			// Without guesses, which depend on the ports that are open.
			args := []string{"check", "alice@" + s.domain(), "--no-guess"}
			if s.dnssec != "" {
				args = append(args, "--resolver", internet.validator)
			}
			compare(t, s, args...)
		})
	}
}

// compare compares what mailcheck found, and how it ended, with what there is to
// find.
func compare(t *testing.T, s scenario, args ...string) {
	t.Helper()
	short := strings.NewReplacer("."+s.domain(), "") // imap.expired.example:993 is imap:993 in the table

	r, exit := mailcheckJSON(t, args...)
	if exit != s.exit {
		t.Errorf("exit code %d, want %d", exit, s.exit)
	}
	var servers []string
	for _, v := range r.Servers {
		servers = append(servers, short.Replace(fmt.Sprintf("%s %s:%d %s %s", v.Protocol, v.Host, v.Port, v.Security, v.Verdict)))
	}
	same(t, "servers", servers, s.servers)

	var findings []string
	for _, f := range r.Findings {
		_, endpoint, _ := strings.Cut(f.Server, "://")
		finding := strings.TrimSpace(f.ID + " " + short.Replace(endpoint))
		// Consequences and remarks are counted only if they are expected; what
		// several sources stumble over is counted once.
		again := f.BecauseOf == f.ID && f.Server == ""
		if f.BecauseOf == "" && f.Severity != "info" || !again && slices.Contains(s.findings, finding) {
			findings = append(findings, finding)
		}
	}
	same(t, "findings", findings, s.findings)
	if t.Failed() {
		for _, f := range r.Findings {
			t.Logf("%s %s: %s", f.ID, f.Server, f.Detail)
		}
	}
	announced(t, r, s)
	discovered(t, r, s)

	text, exit := mailcheck(t, args...)
	if exit != s.exit {
		t.Errorf("exit code %d with the table, want %d", exit, s.exit)
	}
	for _, finding := range s.findings {
		if id, _, _ := strings.Cut(finding, " "); !strings.Contains(text, id) {
			t.Errorf("the table does not name %s:\n%s", id, text)
		}
	}
	for _, v := range r.Servers {
		if !strings.Contains(text, v.Host) {
			t.Errorf("the table does not name %s:\n%s", v.Host, text)
		}
	}
}

// same compares two lists whose order does not matter.
func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n\t%s\nwant:\n\t%s", what, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// names are how programs name themselves in a greeting, where it is not
// their usual name; stunnel stands before Dovecot.
var names = map[string]string{exim: "Exim", courier: "", nginx: "", cyrus: "Cyrus", opensmtpd: "OpenSMTPD"}

// announced tests that the report holds what the servers said of themselves:
// Dovecot and Postfix as they are known, not an empty string.
func announced(t *testing.T, r report, s scenario) {
	t.Helper()
	known := map[string]struct{ greeting, capability string }{
		"imap":       {"Dovecot", "IMAP4rev1"},
		"pop3":       {"Dovecot", "UIDL"},
		"submission": {"Postfix", "PIPELINING"},
		"sieve":      {"OK", "SIEVE"}, // which says its name among the capabilities
	}
	for protocol, want := range known {
		if name, ok := names[s.program]; ok && protocol != "sieve" {
			want.greeting = name
		}
		if s.program == opensmtpd {
			want.capability = "8BITMIME"
		}
		known[protocol] = want
	}
	for _, v := range r.Servers {
		want := known[v.Protocol]
		connected := len(v.Addresses) > 0 && v.Addresses[0].State == "connected"
		if s.mute {
			continue
		}
		// Where TLS is missing or bad, only the words before it must be there.
		if v.Security == "starttls" && connected && len(v.Capabilities.BeforeTLS) == 0 {
			t.Errorf("%s:%d: no capabilities before TLS", v.Host, v.Port)
		}
		if (v.Verdict == "pass" || v.Security == "starttls" && connected) && !strings.Contains(v.Greeting, want.greeting) {
			t.Errorf("%s:%d: greeting %q does not name %s", v.Host, v.Port, v.Greeting, want.greeting)
		}
		if v.Verdict != "pass" {
			continue
		}
		if !slices.ContainsFunc(v.Capabilities.AfterTLS, func(c string) bool { word, _, _ := strings.Cut(c, " "); return word == want.capability }) {
			t.Errorf("%s:%d: %s is not among the capabilities %q", v.Host, v.Port, want.capability, v.Capabilities.AfterTLS)
		}
		mechanism := "PLAIN"
		if s.program == tokens {
			mechanism = "OAUTHBEARER"
		}
		if !slices.Contains(v.Auth.AfterTLS, mechanism) {
			t.Errorf("%s:%d: %s is not among the mechanisms %q", v.Host, v.Port, mechanism, v.Auth.AfterTLS)
		}
		if v.TLS == nil || v.TLS.Version != cmp.Or(s.version, "TLS 1.3") || !v.TLS.Verified || len(v.TLS.Chain) == 0 || len(v.TLS.Chain[0].Names) < mostNames && !slices.Contains(v.TLS.Chain[0].Names, v.Host) {
			t.Errorf("%s:%d: TLS is %+v", v.Host, v.Port, v.TLS)
		}
	}
}

// TestGuess checks a domain that publishes nothing but has the usual names.
func TestGuess(t *testing.T) {
	t.Parallel()
	r, exit := mailcheckJSON(t, "check", "alice@unpublished.example")
	if exit != 0 || r.Verdict == "fail" {
		t.Errorf("exit code %d, verdict %s", exit, r.Verdict)
	}
	passed := map[string]bool{}
	for _, v := range r.Servers {
		if v.Verdict == "pass" {
			passed[fmt.Sprintf("%s:%d", v.Host, v.Port)] = true
		}
	}
	for _, endpoint := range []string{"imap.unpublished.example:993", "smtp.unpublished.example:465"} {
		if !passed[endpoint] {
			t.Errorf("%s was not found: %v", endpoint, passed)
		}
	}
	announced(t, r, scenario{})
}

// TestProbeIPv6 probes a server that has no IPv4 address, on an unusual port.
func TestProbeIPv6(t *testing.T) {
	t.Parallel()
	if internet.imaps6 == 0 {
		t.Skip("this machine has no ::1")
	}
	r, exit := mailcheckJSON(t, "probe", fmt.Sprintf("imaps://imap.six.example:%d", internet.imaps6))
	if exit != 0 || len(r.Servers) != 1 || r.Servers[0].Verdict != "pass" {
		t.Errorf("exit code %d, servers %+v", exit, r.Servers)
	}
	announced(t, r, scenario{})
}

// TestConnectTo probes a server under a name that is not in DNS.
func TestConnectTo(t *testing.T) {
	t.Parallel()
	healthy := scenarios[0]
	r, exit := mailcheckJSON(t, "probe", "submissions://alias.healthy.example:465",
		"--connect-to", fmt.Sprintf("alias.healthy.example:465:%s:465", healthy.address))
	if exit != 0 || len(r.Servers) != 1 || r.Servers[0].Verdict != "pass" {
		t.Errorf("exit code %d, servers %+v", exit, r.Servers)
	}
	announced(t, r, scenario{})
}

// TestSetup writes Thunderbird's setup file for the healthy domain.
func TestSetup(t *testing.T) {
	t.Parallel()
	file, exit := mailcheck(t, "setup", "alice@healthy.example", "--for", "thunderbird")
	if exit != 0 {
		t.Errorf("exit code %d", exit)
	}
	var config struct {
		Incoming []string `xml:"emailProvider>incomingServer>hostname"`
		Outgoing []string `xml:"emailProvider>outgoingServer>hostname"`
	}
	if err := xml.Unmarshal([]byte(file), &config); err != nil {
		t.Fatalf("%v in:\n%s", err, file)
	}
	if !slices.Contains(config.Incoming, "imap.healthy.example") || !slices.Contains(config.Outgoing, "smtp.healthy.example") {
		t.Errorf("the servers are not in the file:\n%s", file)
	}

	corpora := os.Getenv("MAILCHECK_CORPORA")
	if corpora == "" {
		t.Skip("MAILCHECK_CORPORA is not set: the file is not validated against the schema")
	}
	cmd := exec.Command("xmllint", "--noout", "--nonet", "--relaxng", filepath.Join(corpora, "autoconfig-spec", "autoconfig.rng"), "-")
	cmd.Stdin = strings.NewReader(file)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s\n%s", err, out, file)
	}
}
