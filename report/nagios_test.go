package report

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"mailcheck"
	"mailcheck/checks"
)

// perfdataForm is one value as the guidelines for monitoring plugins have it, with a label
// that graphing programs take: 'label'=value[unit];warning;critical;minimum;maximum.
var perfdataForm = regexp.MustCompile(`^'([a-z0-9_]+)'=-?[0-9]+(\.[0-9]+)?s?(;[0-9]*:?){0,4}$`)

func printableNagios(t *testing.T, out []byte) {
	t.Helper()
	printableLines(t, out)
	if len(out) > nagiosWhole {
		t.Errorf("%d bytes, of which a monitor may cut some", len(out))
	}
	first, rest, _ := strings.Cut(string(out), "\n")
	if len(first) > nagiosFirst {
		t.Errorf("%d bytes in the first line: %s", len(first), first)
	}
	if !regexp.MustCompile("^(OK|WARNING|CRITICAL|UNKNOWN): ").MatchString(first) {
		t.Errorf("the first line has no state: %s", first)
	}
	text, values, isReport := strings.Cut(first, " | ")
	if strings.ContainsAny(text+rest, "|<>`$") {
		t.Errorf("a monitor takes it for its own: %s", out)
	}
	labels := map[string]bool{}
	for _, value := range strings.Fields(values) {
		form := perfdataForm.FindStringSubmatch(value)
		if form == nil || labels[form[1]] {
			t.Errorf("no performance data, or for the second time: %s", value)
			continue
		}
		labels[form[1]] = true
	}
	if isReport && !labels["time"] {
		t.Errorf("no performance data: %s", first)
	}
}

func nagios(t *testing.T, r *mailcheck.Report, opts Options) string {
	t.Helper()
	return string(render(t, func(b *bytes.Buffer) error { return Nagios(b, r, opts) }))
}

// A certificate that kept a connection from being made has its days in every monitor.
func TestMonitorsKnowRefusedCertificates(t *testing.T) {
	s := bad(imapS, checks.TLSExpired, "expired")
	s.Steps[0].Leaf = &mailcheck.Certificate{NotAfter: now.AddDate(0, 0, -3)}
	r := account("alice@example.com", nil, s)
	if out := nagios(t, r, Options{}); !strings.Contains(out, "'imap_993_days'=-3;14:;0:") {
		t.Error(out)
	}
	if out := metricsOf(t, r, Options{}); !strings.Contains(out, "\nmailcheck_certificate_not_after_timestamp_seconds{") || !regexp.MustCompile(`(?m)^mailcheck_certificate_verified\{.*\} 0$`).MatchString(out) {
		t.Error(out)
	}
}

// The word for the state is that of the exit code, with --strict too.
func TestNagiosStateIsTheExitCode(t *testing.T) {
	for _, f := range contractReports() {
		for _, opts := range []Options{{}, {Strict: true}} {
			word, _, _ := strings.Cut(nagios(t, f.report, opts), ":")
			if want := nagiosStates[nagiosState(f.report, opts)]; word != want {
				t.Errorf("%s: %s, but the exit code says %s", f.name, word, want)
			}
		}
	}
}

// An account with very many faults leaves the worst to be read, whole, and says how many
// are left out; all performance data that there is room for is in the first line.
func TestNagiosOfManyFaults(t *testing.T) {
	var servers []mailcheck.ServerResult
	for i := range 60 {
		s := imapS
		s.Port = uint16(1000 + i)
		servers = append(servers, bad(s, checks.TLSExpired, strings.Repeat("evidence ", 60)+strconv.Itoa(i)))
	}
	r := account("alice@example.com", wanted, servers...)
	out := nagios(t, r, Options{})
	printableNagios(t, []byte(out))
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if !strings.HasPrefix(lines[1], "[CRITICAL] The server's certificate has expired: imaps://imap.example.com:1000") {
		t.Errorf("not the worst: %s", lines[1])
	}
	shown := strings.Count(out, "[CRITICAL]")
	if want := "... and " + strconv.Itoa(60-shown) + " more findings"; lines[len(lines)-1] != want || shown == 0 {
		t.Errorf("%d shown, and then %q, want %q", shown, lines[len(lines)-1], want)
	}
	if n := strings.Count(lines[0], "'="); n < 15 {
		t.Errorf("%d values: %s", n, lines[0])
	}
}

// A graph goes on whatever becomes of a server, and two servers have two of them.
func TestPerfdataIsStable(t *testing.T) {
	other := imapS
	other.Host = "mail.example.net"
	servers := []mailcheck.ServerResult{good(smtpS, 61), good(other, 30), good(imapS, 61)}
	before := perfdata(account("alice@example.com", wanted, servers...))
	for _, want := range []string{"'imap_993_days'=61;14:;0:", "'imap_993_2_days'=30;14:;0:", "'submission_465_time'=0.040s;;;0"} {
		if !strings.Contains(before, want) {
			t.Errorf("no %s in %s", want, before)
		}
	}
	servers[2].Verdict, servers[2].TLS.Verified = mailcheck.Fail, false
	servers[2].TLS.Chain[0].NotAfter = now.Add(-50 * time.Hour)
	after := perfdata(account("alice@example.com", wanted, servers[2], servers[0], servers[1]))
	for _, want := range []string{"'imap_993_days'=-2;14:;0:", "'imap_993_2_days'=30;14:;0:"} {
		if !strings.Contains(after, want) {
			t.Errorf("no %s in %s", want, after)
		}
	}
}

// What a server says cannot become performance data, markup or a command.
func TestNagiosDefuses(t *testing.T) {
	r := account("alice@example.com", wanted, bad(imapS, checks.GreetMalformed, "* OK | 'time'=9s <script>alert(1)</script> `reboot` $(reboot)"))
	out := nagios(t, r, Options{})
	printableNagios(t, []byte(out))
	if want := `  Seen: * OK / 'time'=9s (script)alert(1)(/script) 'reboot' \u{24}(reboot)`; !strings.Contains(out, want+"\n") {
		t.Errorf("not %q in\n%s", want, out)
	}
}
