package report

import (
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"mailcheck"
	"mailcheck/checks"
)

// prometheusText is the text format of Prometheus, in the version that everything reads.
const prometheusText = "text/plain; version=0.0.4; charset=utf-8"

// Prometheus writes metrics for the textfile collector of node_exporter. What means the
// same as in blackbox_exporter has its name, so that its dashboards and alerts serve;
// certificates are told of also where they are bad. There are no timestamps: the collector
// takes no file that has any.
func Prometheus(w io.Writer, r *mailcheck.Report, opts Options) error {
	for _, f := range families(r, target(r), opts) {
		if _, err := expfmt.MetricFamilyToText(w, f); err != nil {
			return err
		}
	}
	return nil
}

// Metrics returns the same for a scrape of one target, which Prometheus names itself: they
// have no label for it.
func Metrics(r *mailcheck.Report, opts Options) []*dto.MetricFamily { return families(r, "", opts) }

// families returns the metrics of a report that it has any of.
func families(r *mailcheck.Report, target string, opts Options) []*dto.MetricFamily {
	m := &metrics{target: target, seen: map[string]bool{}}
	m.ofRun(r, opts)
	m.ofCertificates(r)
	m.ofServers(r)
	m.ofFindings(r)
	return slices.DeleteFunc(m.families, func(f *dto.MetricFamily) bool { return len(f.Metric) == 0 })
}

// target tells the metrics of several files on one machine apart.
func target(r *mailcheck.Report) string {
	if r.Address.Domain != "" {
		return r.Address.String()
	}
	var urls []string
	for _, s := range r.Servers {
		urls = append(urls, s.URL())
	}
	return strings.Join(urls, " ")
}

// metrics are gauges, in the order of their families.
type metrics struct {
	target   string
	families []*dto.MetricFamily
	seen     map[string]bool // series; one that is there twice spoils the whole file
}

// family begins the next metric. Its help is the same in every file, as the collector wants.
func (m *metrics) family(name, help string) {
	m.families = append(m.families, &dto.MetricFamily{Name: &name, Help: &help, Type: dto.MetricType_GAUGE.Enum()})
}

// add gives a value to the metric that was begun last. Labels are names and values by turns;
// an empty one is none.
func (m *metrics) add(value float64, labels ...string) {
	f := m.families[len(m.families)-1]
	metric := &dto.Metric{Gauge: &dto.Gauge{Value: &value}}
	series := f.GetName()
	labels = append([]string{"target", m.target}, labels...)
	for i := 0; i < len(labels); i += 2 {
		if text := mailcheck.Clean(labels[i+1]); text != "" {
			metric.Label = append(metric.Label, &dto.LabelPair{Name: &labels[i], Value: &text})
			series += "\n" + labels[i] + " " + text
		}
	}
	if !m.seen[series] {
		f.Metric = append(f.Metric, metric)
	}
	m.seen[series] = true
}

// truth adds 1 or 0.
func (m *metrics) truth(is bool, labels ...string) {
	value := 0.0
	if is {
		value = 1
	}
	m.add(value, labels...)
}

func (m *metrics) ofRun(r *mailcheck.Report, opts Options) {
	m.family("probe_success", "Whether the account or the servers work, as the exit code says: 1 or 0.")
	m.truth(r.Verdict == mailcheck.Pass || r.Verdict == mailcheck.Warn && !opts.Strict)
	m.family("probe_duration_seconds", "How long the whole test took, in seconds.")
	m.add(r.Elapsed.Seconds())
	m.family("mailcheck_run_timestamp_seconds", "When the test ended, in seconds since 1970.")
	m.add(unix(finished(r)))
	m.family("mailcheck_untested", "Whether the run ended before anybody could tell: 1 or 0.")
	m.truth(!tested(r.Verdict))
	m.family("mailcheck_account_usable", "Whether some server for reading, or sending, mail works: 1 or 0. Not there where that is not known.")
	for _, use := range []struct {
		word      string
		protocols []mailcheck.Protocol
	}{{"reading", incoming}, {"sending", outgoing}} {
		_, usable := r.Best(slices.Concat(use.protocols, exchange)...)
		if r.Address.Domain != "" && (usable || tested(r.Verdict)) {
			m.truth(usable, "use", use.word)
		}
	}
	m.family("mailcheck_build_info", "The version of mailcheck that made the test.")
	m.add(1, "version", opts.Version)
}

func (m *metrics) ofCertificates(r *mailcheck.Report) {
	var earliest time.Time
	servers := slices.DeleteFunc(slices.Clone(r.Servers), func(s mailcheck.ServerResult) bool { return leafOf(s) == nil })
	for _, s := range servers {
		for _, c := range sentBy(s) {
			if earliest.IsZero() || c.NotAfter.Before(earliest) {
				earliest = c.NotAfter
			}
		}
	}
	if !earliest.IsZero() {
		m.family("probe_ssl_earliest_cert_expiry", "When the first certificate of all that the servers sent ends, in seconds since 1970.")
		m.add(unix(earliest))
	}
	m.family("probe_tls_version_info", "The TLS versions in use.")
	for _, s := range r.Servers {
		if s.TLS != nil {
			m.add(1, "version", s.TLS.Version)
		}
	}
	m.family("mailcheck_certificate_not_after_timestamp_seconds", "When the server's own certificate ends, in seconds since 1970, be it good or not.")
	for _, s := range servers {
		m.add(unix(leafOf(s).NotAfter), "host", s.Host, "port", port(s))
	}
	m.family("mailcheck_certificate_verified", "Whether chain, dates and name of the certificate are good: 1 or 0.")
	for _, s := range servers {
		m.truth(s.TLS != nil && s.TLS.Verified, "host", s.Host, "port", port(s))
	}
}

// sentBy are the certificates that a server sent, as far as they are known.
func sentBy(s mailcheck.ServerResult) []mailcheck.Certificate {
	if s.TLS != nil && len(s.TLS.Chain) > 0 {
		return s.TLS.Chain
	}
	return []mailcheck.Certificate{*leafOf(s)}
}

// phases are the operations whose times are told, in their order.
var phases = []mailcheck.Op{mailcheck.OpResolve, mailcheck.OpConnect, mailcheck.OpGreeting, mailcheck.OpStartTLS, mailcheck.OpTLS, mailcheck.OpCapability, mailcheck.OpAuth}

// ofServers leaves out the guesses that are not there, and what was not tested.
func (m *metrics) ofServers(r *mailcheck.Report) {
	servers := slices.DeleteFunc(ranked(r.Servers), func(s mailcheck.ServerResult) bool { return hidden(s) || !tested(s.Verdict) })
	m.family("mailcheck_server_up", "Whether the server passed its test: 1 or 0.")
	for _, s := range servers {
		m.truth(s.Verdict.Usable(), serverLabels(s)...)
	}
	m.family("mailcheck_server_duration_seconds", "How long the test of the server took, in seconds.")
	for _, s := range servers {
		m.add(s.Elapsed.Seconds(), serverLabels(s)...)
	}
	m.family("mailcheck_server_phase_duration_seconds", "How long each phase of the test took, in seconds.")
	for _, s := range servers {
		times := phaseTimes(s)
		for _, op := range phases {
			if t, ok := times[op]; ok {
				m.add(t.Seconds(), append(serverLabels(s), "phase", string(op))...)
			}
		}
	}
	m.family("mailcheck_login_success", "Whether the login was accepted: 1 or 0. Not there where none was tried.")
	for _, s := range servers {
		if s.Login != nil && s.Login.State != mailcheck.LoginSkipped {
			m.truth(s.Login.State == mailcheck.LoginAccepted, serverLabels(s)...)
		}
	}
	if len(r.Servers) == 1 { // blackbox_exporter never has more
		m.ofConnection(r.Servers[0])
	}
}

// ofConnection tells what blackbox_exporter tells of its one connection.
func (m *metrics) ofConnection(s mailcheck.ServerResult) {
	if t, ok := phaseTimes(s)[mailcheck.OpResolve]; ok {
		m.family("probe_dns_lookup_time_seconds", "How long the name lookup took, in seconds.")
		m.add(t.Seconds())
	}
	for _, a := range s.Addresses {
		if a.State == mailcheck.Connected {
			m.family("probe_ip_protocol", "The version of IP of the connection: 4 or 6.")
			m.add(ipVersion(a.IP))
			return
		}
	}
}

// maxFindings bounds the series of a report that has very many.
const maxFindings = 100

func (m *metrics) ofFindings(r *mailcheck.Report) {
	m.family("mailcheck_findings", "How many findings there are that do not only follow from another.")
	for _, severity := range []checks.Severity{checks.Failure, checks.Warning, checks.Info} {
		m.add(float64(len(roots(r, severity))), "severity", severity.String())
	}
	m.family("mailcheck_finding_info", "A finding that does not only follow from another, and who can mend it; mailcheck explain ID says more.")
	found := m.families[len(m.families)-1]
	for _, g := range groups(r.Findings) {
		where := "source"
		if g.Server != "" {
			where = "server"
		}
		for _, place := range append(g.Places, "")[:max(1, len(g.Places))] {
			if len(found.Metric) < maxFindings {
				m.add(1, "id", g.Check.ID, "severity", g.Severity.String(), "who", string(g.Actor()), where, place)
			}
		}
	}
	m.family("mailcheck_source_found", "Whether the source publishes settings: 1 or 0.")
	for _, s := range r.Sources {
		if s.Publishes() {
			m.truth(s.State == mailcheck.Found, "source", s.Name)
		}
	}
}

// phaseTimes sums up the steps of the test itself.
func phaseTimes(s mailcheck.ServerResult) map[mailcheck.Op]time.Duration {
	times := map[mailcheck.Op]time.Duration{}
	for _, step := range s.Steps {
		times[step.Op] += step.Elapsed
	}
	return times
}

// serverLabels tell a server from all others.
func serverLabels(s mailcheck.ServerResult) []string {
	return []string{"protocol", string(s.Protocol), "host", s.Host, "port", port(s), "security", string(s.Security), "path", s.Path}
}

func port(s mailcheck.ServerResult) string { return strconv.Itoa(int(s.Port)) }

func unix(t time.Time) float64 { return float64(t.Unix()) }

func ipVersion(ip netip.Addr) float64 {
	if ip.Unmap().Is4() {
		return 4
	}
	return 6
}
