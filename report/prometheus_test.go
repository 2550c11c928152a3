package report

import (
	"bytes"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"mailcheck"
	"mailcheck/checks"
)

// printablePrometheus reads the metrics back and has the library that programs are measured
// with look for series that are there twice or do not fit together.
func printablePrometheus(t *testing.T, out []byte) {
	t.Helper()
	printableLines(t, out)
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(out))
	if err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	read := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return slices.Collect(maps.Values(families)), nil })
	if _, err := (prometheus.Gatherers{read}).Gather(); err != nil {
		t.Error(err)
	}
	if problems, err := promlint.New(bytes.NewReader(out)).Lint(); err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	for name, family := range families {
		for _, metric := range family.Metric {
			if metric.TimestampMs != nil {
				t.Errorf("%s has a timestamp, for which the collector leaves the whole file out", name)
			}
		}
		if family.GetHelp() == "" || strings.Count(string(out), "# HELP "+name+" ") != 1 {
			t.Errorf("%s is not told of once", name)
		}
	}
}

func metricsOf(t *testing.T, r *mailcheck.Report, opts Options) string {
	t.Helper()
	return string(render(t, func(b *bytes.Buffer) error { return Prometheus(b, r, opts) }))
}

// The page about monitoring tells of each metric, and of no other.
func TestMetricsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/ci-and-monitoring.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n## Prometheus\n")
	section, _, _ = strings.Cut(section, "\n## ")
	written := map[string]bool{}
	for _, r := range append(contractReports(), fixture{"one", oneExpired()}) {
		for _, name := range regexp.MustCompile(`(?m)^# HELP (\S+) `).FindAllStringSubmatch(metricsOf(t, r.report, Options{}), -1) {
			written[name[1]] = true
		}
	}
	for _, name := range regexp.MustCompile(`\b(?:probe|mailcheck)_[a-z_]+`).FindAllString(section, -1) {
		if !written[name] {
			t.Errorf("%s is documented, and not written", name)
		}
	}
	for name := range written {
		if !strings.Contains(section, "`"+name+"`") {
			t.Errorf("%s is not documented", name)
		}
	}
}

// A certificate that is bad is the one whose end somebody waits for.
func TestMetricsOfBadCertificate(t *testing.T) {
	out := metricsOf(t, oneExpired(), Options{})
	for _, want := range []string{
		`probe_ssl_earliest_cert_expiry{target="imaps://imap.example.com:993"} 1.7e+09`,
		`mailcheck_certificate_not_after_timestamp_seconds{target="imaps://imap.example.com:993",host="imap.example.com",port="993"} 1.7e+09`,
		`mailcheck_certificate_verified{target="imaps://imap.example.com:993",host="imap.example.com",port="993"} 0`,
		`probe_ip_protocol{target="imaps://imap.example.com:993"} 4`,
		`probe_dns_lookup_time_seconds{target="imaps://imap.example.com:993"} 0.003`,
	} {
		if !strings.Contains(out, want+"\n") {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
}

// oneExpired is of one server, with a certificate that has expired.
func oneExpired() *mailcheck.Report {
	s := good(imapS, 61)
	s.Verdict, s.TLS.Verified, s.TLS.Chain[0].NotAfter = mailcheck.Fail, false, time.Unix(1_700_000_000, 0)
	s.Steps = append(s.Steps, mailcheck.Step{Op: mailcheck.OpResolve, Target: s.Host, Elapsed: 3 * time.Millisecond})
	return account("", nil, s)
}

// Success is what the exit code says.
func TestProbeSuccessIsTheExitCode(t *testing.T) {
	for _, f := range contractReports() {
		for _, opts := range []Options{{}, {Strict: true}} {
			if v := f.report.Verdict; !tested(v) && v != mailcheck.Untested {
				continue
			}
			_, rest, _ := strings.Cut(metricsOf(t, f.report, opts), "# TYPE probe_success gauge\n")
			line, _, _ := strings.Cut(rest, "\n")
			success := strings.HasSuffix(line, " 1")
			if want := exitCode(f.report, opts) == 0; success != want {
				t.Errorf("%s: success %v, want %v", f.name, success, want)
			}
		}
	}
}

// Whether a server that nobody tested is up is not known; that an account is of no use
// is not said of a run that was cut short.
func TestMetricsOfWhatIsNotKnown(t *testing.T) {
	out := metricsOf(t, interrupted(), Options{})
	for _, not := range []string{`mailcheck_server_up{target="alice@example.com",protocol="submission"`, `use="sending"`} {
		if strings.Contains(out, not) {
			t.Errorf("%s in\n%s", not, out)
		}
	}
	for _, want := range []string{`mailcheck_untested{target="alice@example.com"} 1`, `mailcheck_account_usable{target="alice@example.com",use="reading"} 1`} {
		if !strings.Contains(out, want+"\n") {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
}

// However many findings there are, and whatever is in them, the series stay few and apart.
func TestMetricsAreBounded(t *testing.T) {
	var servers []mailcheck.ServerResult
	for i := range 300 {
		s := imapS
		s.Port = uint16(1000 + i)
		servers = append(servers, bad(s, checks.TLSExpired, strings.Repeat("\"\\\n{}", 1+i%7)), bad(s, checks.TLSExpired, "again"))
	}
	out := metricsOf(t, account("alice@example.com", wanted, servers...), Options{})
	printablePrometheus(t, []byte(out))
	if n := strings.Count(out, "\nmailcheck_finding_info{"); n != maxFindings {
		t.Errorf("%d findings, want %d", n, maxFindings)
	}
}
