package scrape

import (
	"net/http"
	"runtime"
	"slices"
	"time"

	dto "github.com/prometheus/client_model/go"

	"mailcheck"
	"mailcheck/serve"
)

// Service answers GET /metrics with what the service has done.
type Service struct {
	Probe   *Handler // of the same service
	Started time.Time
}

// ServeHTTP answers. It asks nobody, and takes no time.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.Probe.mu.Lock()
	unknown := s.Probe.unknown
	s.Probe.mu.Unlock()
	answer(w, r, families(s.Probe.Runs.Counts(), unknown, s.Probe.Version, s.Started))
}

// families are the metrics of a service.
func families(c serve.Counts, unknown int, version string, started time.Time) []*dto.MetricFamily {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	ended := metric("mailcheck_serve_runs_total", "How many runs have ended, by their verdict.", dto.MetricType_COUNTER)
	for _, verdict := range []mailcheck.Verdict{mailcheck.Pass, mailcheck.Warn, mailcheck.Fail, mailcheck.Untested} {
		ended.Metric = append(ended.Metric, counter(c.Ended[verdict], "verdict", string(verdict)))
	}
	ended.Metric = append(ended.Metric, counter(c.Broken, "verdict", "none"))
	return []*dto.MetricFamily{
		ended,
		one("mailcheck_serve_started_runs_total", "How many runs were started.", counter(c.Started)),
		one("mailcheck_serve_refused_runs_total", "How many runs somebody wanted that were not made: too often, or too many at once.", counter(c.Refused)),
		one("mailcheck_serve_unknown_modules_total", "How many scrapes named a module that is not known.", counter(unknown)),
		one("mailcheck_serve_working_runs", "How many runs are at work.", gauge(float64(c.Working))),
		one("mailcheck_serve_waiting_runs", "How many runs wait for their turn.", gauge(float64(c.Waiting))),
		one("mailcheck_serve_run_duration_seconds", "How long runs took from when their turn came.", durations(c)),
		one("mailcheck_build_info", "The version of mailcheck that serves.", gauge(1, "version", version)),
		one("process_start_time_seconds", "When the service was started, in seconds since 1970.", gauge(float64(started.UnixMilli())/1000)),
		one("go_goroutines", "How many goroutines there are.", gauge(float64(runtime.NumGoroutine()))),
		one("go_memstats_heap_alloc_bytes", "How much memory is in use.", gauge(float64(memory.HeapAlloc))),
		one("go_memstats_sys_bytes", "How much memory was obtained from the system.", gauge(float64(memory.Sys))),
	}
}

func metric(name, help string, kind dto.MetricType) *dto.MetricFamily {
	return &dto.MetricFamily{Name: &name, Help: &help, Type: &kind}
}

// one is a metric with one series.
func one(name, help string, m *dto.Metric) *dto.MetricFamily {
	kind := dto.MetricType_GAUGE
	switch {
	case m.Counter != nil:
		kind = dto.MetricType_COUNTER
	case m.Histogram != nil:
		kind = dto.MetricType_HISTOGRAM
	}
	f := metric(name, help, kind)
	f.Metric = []*dto.Metric{m}
	return f
}

func counter(n int, labels ...string) *dto.Metric {
	value := float64(n)
	return &dto.Metric{Label: pairs(labels), Counter: &dto.Counter{Value: &value}}
}

func gauge(value float64, labels ...string) *dto.Metric {
	return &dto.Metric{Label: pairs(labels), Gauge: &dto.Gauge{Value: &value}}
}

// durations are those of the runs, in the bounds of package serve.
func durations(c serve.Counts) *dto.Metric {
	var count uint64
	for _, n := range c.Ended {
		count += uint64(n)
	}
	sum := c.Time.Seconds()
	h := &dto.Histogram{SampleCount: &count, SampleSum: &sum}
	took := slices.Grow(slices.Clone(c.Took), len(serve.Bounds))[:len(serve.Bounds)] // nothing before the first run
	for i, bound := range serve.Bounds {
		n, seconds := uint64(took[i]), bound.Seconds()
		h.Bucket = append(h.Bucket, &dto.Bucket{CumulativeCount: &n, UpperBound: &seconds})
	}
	return &dto.Metric{Histogram: h}
}

// pairs are names and values by turns.
func pairs(labels []string) []*dto.LabelPair {
	var all []*dto.LabelPair
	for i := 0; i < len(labels); i += 2 {
		all = append(all, &dto.LabelPair{Name: &labels[i], Value: &labels[i+1]})
	}
	return all
}
