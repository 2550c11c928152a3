// Package scrape is for Prometheus: GET /probe tests a target as blackbox_exporter does, and
// GET /metrics tells of the service itself.
//
// # How /probe answers
//
// As blackbox_exporter does, so that its jobs serve: 400 for a target that is none or a module
// that is not known, 500 for a timeout that cannot be read, else 200, whatever came of the test,
// which probe_success says. The metrics are those of `mailcheck check -o prometheus`, without
// the label target. A run is shared by all who ask for the same within a minute, so that two
// Prometheus are no more to a mail server than one; mailcheck_run_timestamp_seconds says how old
// it is.
package scrape

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"mailcheck"
	"mailcheck/probes"
	"mailcheck/report"
	"mailcheck/serve"
)

// Handler answers GET /probe. It is safe for use by several goroutines.
type Handler struct {
	Runs    *serve.Runs
	Modules []Module
	Version string // of mailcheck

	mu      sync.Mutex
	logins  map[string]*serve.Run // the last run of each target that is logged in to, by module and target: serve.Runs does not share it
	unknown int                   // modules that were asked for, and are none
}

// fresh is how long a run with a login is shared; [serve.Runs] shares the others as long.
const fresh = 1 * time.Minute

// What a scrape may take.
const (
	timeoutHeader = "X-Prometheus-Scrape-Timeout-Seconds"
	standardLimit = 120 * time.Second // without the header, as in blackbox_exporter
	offset        = 500 * time.Millisecond
	maxLimit      = 5 * time.Minute // whatever the header says
	spare         = 5 * time.Second // for writing the answer
)

// ServeHTTP tests the target.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" || site == "same-site" {
		http.Error(w, "The request comes from another site.", http.StatusForbidden) // a page that has a visitor's browser test what it wants
		return
	}
	query := r.URL.Query()
	i := slices.IndexFunc(h.Modules, func(m Module) bool { return m.Name == query.Get("module") })
	if query.Get("module") == "" && len(h.Modules) > 0 {
		i = 0
	}
	if i < 0 {
		h.mu.Lock()
		h.unknown++
		h.mu.Unlock()
		http.Error(w, "Unknown module", http.StatusBadRequest)
		return
	}
	module := h.Modules[i]
	if query.Get("target") == "" {
		http.Error(w, "Target parameter is missing", http.StatusBadRequest)
		return
	}
	asked, key, err := module.read(query.Get("target"))
	switch {
	case err != nil:
		http.Error(w, mailcheck.Clean(err.Error()), http.StatusBadRequest)
		return
	case !module.allows(key):
		http.Error(w, "The module is not for this target", http.StatusBadRequest)
		return
	}
	limit, err := limitOf(r.Header.Get(timeoutHeader), module.Timeout)
	if err != nil {
		http.Error(w, "Failed to parse timeout from Prometheus header", http.StatusInternalServerError)
		return
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(limit + spare))
	ctx, cancel := context.WithTimeout(r.Context(), limit)
	defer cancel()
	began := time.Now()
	run, err := h.start(ctx, module, asked, key, limit)
	if refusal, ok := errors.AsType[*serve.Refusal](err); ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(refusal.After.Seconds()))))
		http.Error(w, refusal.Why, http.StatusServiceUnavailable)
		return
	}
	if err == nil {
		err = run.Wait(ctx)
	}
	result := &mailcheck.Report{Address: asked.address, Verdict: mailcheck.Untested, Started: began, Elapsed: time.Since(began)}
	if err == nil {
		if got, broken := run.Report(); broken == nil {
			result = got
		} else {
			err = broken
		}
	}
	families := report.Metrics(result, report.Options{Strict: module.Strict, Version: h.Version})
	if query.Get("debug") == "true" {
		h.debug(w, module, result, families, err)
		return
	}
	answer(w, r, families)
}

// limitOf returns how long the test may take, by the header and by the module.
func limitOf(header string, module time.Duration) (time.Duration, error) {
	limit := standardLimit
	if header != "" {
		seconds, err := strconv.ParseFloat(header, 64)
		if err != nil || math.IsNaN(seconds) {
			return 0, errors.New("no number of seconds")
		}
		limit = time.Duration(min(max(seconds, 0), maxLimit.Seconds()) * float64(time.Second))
	}
	if limit -= offset; limit <= 0 {
		limit = standardLimit
		if module > 0 {
			limit = module
		}
	}
	if module > 0 {
		limit = min(limit, module)
	}
	return limit, nil
}

// start begins the run, or joins one that is under way or fresh.
func (h *Handler) start(ctx context.Context, m Module, asked target, key string, limit time.Duration) (*serve.Run, error) {
	job := serve.Job{Address: asked.address, Kind: "probe " + m.Name, Target: key, Timeout: limit, Passing: true}
	if m.Kind == Probe {
		job.Do = func(ctx context.Context, c *probes.Client, o *probes.Options) (*mailcheck.Report, error) {
			return c.Servers(ctx, []mailcheck.Server{asked.server}, o)
		}
	}
	if !m.logsIn() {
		return h.Runs.Start(job)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	name := m.Name + "\n" + key
	if last := h.logins[name]; last != nil && time.Since(last.Asked) < fresh {
		return last, nil
	}
	var err error
	if job.Credentials, err = m.credentials(ctx); err != nil {
		return nil, err
	}
	run, err := h.Runs.Start(job)
	if err == nil {
		if h.logins == nil {
			h.logins = map[string]*serve.Run{}
		}
		h.logins[name] = run
	}
	return run, err
}

// answer writes metrics in the format that is asked for.
func answer(w http.ResponseWriter, r *http.Request, families []*dto.MetricFamily) {
	format := expfmt.NegotiateAccept(r.Header, expfmt.FmtOpenMetrics_1_0_0, expfmt.FmtOpenMetrics_0_0_1, expfmt.FmtText)
	w.Header().Set("Content-Type", string(format))
	w.Header().Set("Cache-Control", "no-store")
	write(w, format, families)
}

// write writes metrics. Who does not read them to the end gets no more of them. The encoder of
// the library would link its other formats too, and every start of the program pay for them.
func write(w io.Writer, format expfmt.Format, families []*dto.MetricFamily) {
	open := format.FormatType() == expfmt.TypeOpenMetrics
	for _, f := range families {
		var err error
		if open {
			_, err = expfmt.MetricFamilyToOpenMetrics(w, f)
		} else {
			_, err = expfmt.MetricFamilyToText(w, f)
		}
		if err != nil {
			return
		}
	}
	if open {
		_, _ = expfmt.FinalizeOpenMetrics(w)
	}
}

// debug shows a person what was done and what came of it. Nothing secret is in it: what was
// said while logging in was taken out where it was said, and of files only the names are known.
func (h *Handler) debug(w http.ResponseWriter, m Module, r *mailcheck.Report, families []*dto.MetricFamily, err error) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if err != nil {
		fmt.Fprintf(w, "The test has no result: %s\n\n", mailcheck.Clean(err.Error()))
	}
	fmt.Fprint(w, "What was said:\n\n")
	_ = report.Transcript(w, r, report.Options{})
	fmt.Fprint(w, "\nMetrics that would have been returned:\n\n")
	write(w, expfmt.FmtText, families)
	fmt.Fprintf(w, "\nModule configuration:\n\nkind: %s\nstrict: %t\n", m.Kind, m.Strict)
	if m.Timeout > 0 {
		fmt.Fprintf(w, "timeout: %s\n", m.Timeout)
	}
	if len(m.Targets) > 0 {
		fmt.Fprintf(w, "targets: %s\n", strings.Join(m.Targets, ", "))
	}
	if m.logsIn() {
		fmt.Fprint(w, "logs in: true\n")
	}
}
