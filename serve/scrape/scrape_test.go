package scrape

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"go.uber.org/goleak"

	"mailcheck/internal/lab"
	"mailcheck/probes"
	"mailcheck/serve"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scraped has a handler in a scenario, within a bubble.
func scraped(t *testing.T, scenario string, modules []Module, with func(t *testing.T, l *lab.Lab, h *Handler)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		found, ok := lab.Find(scenario)
		if !ok {
			t.Fatalf("no scenario %q", scenario)
		}
		l := lab.New(found)
		defer l.Close()
		c := &probes.Client{Dial: l.Dial, Resolvers: []string{lab.Resolver}, Anchors: l.Anchors(), Roots: l.Roots()}
		defer c.Close()
		runs := &serve.Runs{Client: c}
		defer runs.Close(t.Context())
		with(t, l, &Handler{Runs: runs, Modules: modules, Version: "1.0"})
	})
}

// scrape asks as Prometheus does.
func scrape(h http.Handler, module, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", "/probe?"+url.Values{"module": {module}, "target": {target}}.Encode(), nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// read reads metrics, and wants no series twice.
func read(t *testing.T, w *httptest.ResponseRecorder) map[string]*dto.MetricFamily {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(w.Body.Bytes()))
	if err != nil || w.Code != http.StatusOK {
		t.Fatalf("%d, %v:\n%s", w.Code, err, w.Body)
	}
	for name, f := range families {
		seen := map[string]bool{}
		for _, m := range f.Metric {
			key := ""
			for _, l := range m.Label {
				key += l.String()
				if l.GetName() == "target" || l.GetName() == "instance" {
					t.Errorf("%s has the label %s", name, l.GetName())
				}
			}
			if seen[key] {
				t.Errorf("%s is there twice with %s", name, key)
			}
			seen[key] = true
		}
	}
	return families
}

// value is that of a metric with one series; -1 where there is none.
func value(families map[string]*dto.MetricFamily, name string) float64 {
	f := families[name]
	if f == nil || len(f.Metric) == 0 {
		return -1
	}
	m := f.Metric[0]
	return m.GetGauge().GetValue() + m.GetCounter().GetValue() + m.GetUntyped().GetValue()
}

// Whatever came of a test, the scrape is a success, and says so.
func TestProbe(t *testing.T) {
	scraped(t, "healthy", Standard, func(t *testing.T, _ *lab.Lab, h *Handler) {
		for module, target := range map[string]string{"account": "alice@example.com", "server": "imaps://imap.example.com", "": "example.com"} {
			f := read(t, scrape(h, module, target))
			if value(f, "probe_success") != 1 || value(f, "probe_ssl_earliest_cert_expiry") < 0 || value(f, "mailcheck_untested") != 0 {
				t.Errorf("%s: %v", target, f)
			}
		}
	})
	scraped(t, "cert-expired", Standard, func(t *testing.T, _ *lab.Lab, h *Handler) {
		f := read(t, scrape(h, "account", "alice@example.com"))
		if value(f, "probe_success") != 0 || value(f, "probe_ssl_earliest_cert_expiry") > float64(time.Now().Unix()) || len(f["mailcheck_finding_info"].GetMetric()) == 0 {
			t.Errorf("success %v, certificate until %v, now %v, %d findings", value(f, "probe_success"), value(f, "probe_ssl_earliest_cert_expiry"), time.Now().Unix(), len(f["mailcheck_finding_info"].GetMetric()))
		}
	})
	scraped(t, "healthy", Standard, func(t *testing.T, _ *lab.Lab, h *Handler) {
		if f := read(t, scrape(h, "account", "alice@nowhere.example")); value(f, "probe_success") != 0 {
			t.Errorf("%v", f)
		}
	})
}

// What cannot be tested is the fault of whoever has written the job, and a service that is
// busy is nobody's.
func TestRefused(t *testing.T) {
	modules := append([]Module{{Name: "one", Kind: Check, Targets: []string{"alice@example.com"}}}, Standard...)
	scraped(t, "healthy", modules, func(t *testing.T, l *lab.Lab, h *Handler) {
		test := func(status int, module, target string, header ...string) {
			t.Helper()
			if w := scrape(h, module, target, header...); w.Code != status || strings.Contains(w.Body.String(), "probe_success") {
				t.Errorf("%s %q: %d\n%s", module, target, w.Code, w.Body)
			}
		}
		test(400, "account", "")
		test(400, "none", "alice@example.com")
		test(400, "account", "alice@@example.com")
		test(400, "account", "imaps://imap.example.com")
		test(400, "server", "alice@example.com")
		test(400, "server", "imaps://imap.example.com\r\nX: y")
		test(400, "account", "a\u202eb@example.com")
		test(400, "account", strings.Repeat("a", 1<<20))
		test(400, "one", "bob@example.com")
		for _, wrong := range []string{"x", "NaN", "1s", "0x"} {
			test(500, "account", "alice@example.com", timeoutHeader, wrong)
		}
		test(403, "account", "alice@example.com", "Sec-Fetch-Site", "cross-site")
		if dials := l.Dials(); len(dials) > 0 {
			t.Errorf("it has dialled %q", dials)
		}
		h.Runs.Close(t.Context())
		w := scrape(h, "account", "alice@example.com")
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "60" {
			t.Errorf("%d, %v", w.Code, w.Header())
		}
		s := &Service{Probe: h, Started: time.Now()}
		metrics := httptest.NewRecorder()
		s.ServeHTTP(metrics, httptest.NewRequest("GET", "/metrics", nil))
		if f := read(t, metrics); value(f, "mailcheck_serve_unknown_modules_total") != 1 || value(f, "mailcheck_serve_refused_runs_total") != 1 {
			t.Errorf("%s", metrics.Body)
		}
	})
}

// Two Prometheus are no more to a mail server than one; both see how old the result is.
func TestShared(t *testing.T) {
	scraped(t, "healthy", Standard, func(t *testing.T, _ *lab.Lab, h *Handler) {
		ended := value(read(t, scrape(h, "account", "alice@example.com")), "mailcheck_run_timestamp_seconds")
		time.Sleep(30 * time.Second)
		if again := value(read(t, scrape(h, "account", "ALICE@example.com")), "mailcheck_run_timestamp_seconds"); again != ended || h.Runs.Counts().Started != 1 {
			t.Errorf("%v and %v, %d runs", ended, again, h.Runs.Counts().Started)
		}
		time.Sleep(time.Minute)
		if later := value(read(t, scrape(h, "account", "alice@example.com")), "mailcheck_run_timestamp_seconds"); later <= ended || h.Runs.Counts().Started != 2 {
			t.Errorf("%v and %v", ended, later)
		}
		scrape(h, "server", "imaps://imap.example.com")
		synctest.Wait() // until the run has given its place back
		if c := h.Runs.Counts(); c.Started != 3 || c.Ended["pass"] != 3 || c.Working+c.Waiting != 0 {
			t.Errorf("%+v", c)
		}
	})
}

// The test ends before the scrape does, however long it would take.
func TestScrapeTimeout(t *testing.T) {
	slow := []Module{{Name: "short", Kind: Check, Timeout: 3 * time.Second}, {Name: "long", Kind: Check}}
	scraped(t, "silent-server", slow, func(t *testing.T, _ *lab.Lab, h *Handler) {
		test := func(module, header string, most time.Duration) {
			t.Helper()
			began := time.Now()
			f := read(t, scrape(h, module, "alice@example.com", timeoutHeader, header))
			if took := time.Since(began); took > most || value(f, "probe_success") < 0 {
				t.Errorf("%s, %s: %v, %v", module, header, took, f)
			}
			time.Sleep(fresh)
		}
		test("short", "10", 3*time.Second)
		test("long", "2", 1500*time.Millisecond)
		test("short", "0.1", 3*time.Second)
		test("short", "-1", 3*time.Second)
	})
	for header, want := range map[string]time.Duration{"": standardLimit - offset, "10": 9500 * time.Millisecond, "+Inf": maxLimit - offset, "1e300": maxLimit - offset, "0.5": standardLimit, "-Inf": standardLimit} {
		if got, err := limitOf(header, 0); err != nil || got != want {
			t.Errorf("%q: %v, %v, not %v", header, got, err, want)
		}
	}
}

// Prometheus asks for OpenMetrics first.
func TestOpenMetrics(t *testing.T) {
	scraped(t, "healthy", Standard, func(t *testing.T, _ *lab.Lab, h *Handler) {
		w := scrape(h, "account", "alice@example.com", "Accept", "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2")
		if !strings.HasPrefix(w.Header().Get("Content-Type"), "application/openmetrics-text; version=1.0.0") || !strings.HasSuffix(w.Body.String(), "# EOF\n") {
			t.Errorf("%v\n%s", w.Header(), w.Body)
		}
		if w := scrape(h, "account", "alice@example.com", "Accept", "application/vnd.google.protobuf"); !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain; version=0.0.4") {
			t.Errorf("%v", w.Header())
		}
		s := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.Header.Set("Accept", "application/openmetrics-text")
		(&Service{Probe: h, Started: time.Now()}).ServeHTTP(s, r)
		if text := s.Body.String(); !strings.HasSuffix(text, "# EOF\n") || !strings.Contains(text, `mailcheck_serve_runs_total{verdict="pass"} 1`) || !strings.Contains(text, `mailcheck_serve_run_duration_seconds_bucket{le="+Inf"} 1`) {
			t.Errorf("%s", text)
		}
	})
}

// A login is made once for all who scrape, for the targets alone that may have the password;
// and nothing that anybody is shown has it.
func TestLogin(t *testing.T) {
	found, _ := lab.Find("login")
	name := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(name, []byte(found.Password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	modules, err := Parse([]byte("modules:\n  login: {kind: check, password_file: " + name + ", targets: [Alice@example.com]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	scraped(t, "login", modules, func(t *testing.T, l *lab.Lab, h *Handler) {
		f := read(t, scrape(h, "login", "alice@example.com"))
		if value(f, "mailcheck_login_success") != 1 {
			t.Errorf("%v", f)
		}
		logins := len(l.Credentials())
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "/probe?module=login&target=alice%40example.com&debug=true", nil))
		if len(l.Credentials()) != logins || logins == 0 {
			t.Errorf("%d logins, then %d", logins, len(l.Credentials()))
		}
		if text := w.Body.String(); strings.Contains(text, found.Password) || strings.Contains(text, name) || !strings.Contains(text, "probe_success 1") || !strings.Contains(text, "logs in: true") || !strings.Contains(text, "CAPABILITY") {
			t.Errorf("%s", text)
		}
		if w := scrape(h, "login", "bob@example.com"); w.Code != http.StatusBadRequest {
			t.Errorf("%d", w.Code)
		}
		os.Remove(name)
		time.Sleep(2 * fresh)
		if f := read(t, scrape(h, "login", "alice@example.com")); value(f, "probe_success") != 0 || value(f, "mailcheck_untested") != 1 {
			t.Errorf("without the file: %v", f)
		}
	})
}

// Whatever is wrong with a file is told with its line.
func TestParse(t *testing.T) {
	const good = "modules:\n  account:\n    kind: check\n    timeout: 30s\n    strict: true\n  login:\n    kind: probe\n    username: alice\n    token_file: /etc/token\n    targets: [IMAPS://imap.example.com]\n    trust_server: [imap.example.com]\n"
	modules, err := Parse([]byte(good))
	if err != nil || len(modules) != 2 || modules[0].Timeout != 30*time.Second || !modules[0].Strict || modules[1].Targets[0] != "imaps://imap.example.com:993" || !modules[1].logsIn() {
		t.Fatalf("%v, %+v", err, modules)
	}
	test := func(replace, by, want string) {
		t.Helper()
		text := strings.Replace(good, replace, by, 1)
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, not %q", by, err, want)
		}
	}
	test(good, "", "the file is empty")
	test(good, "modules: {}", "line 1: there is no module")
	test(good, "module: {}", `line 1: "module" is not known here`)
	test("kind: check", "kind: http", "line 3: kind can be: check, probe")
	test("    kind: check\n", "", "line 3: kind is missing")
	test("timeout: 30s", "timeout: 30", `line 4: "30" is not a time`)
	test("strict: true", "strict: yes", "line 5: true or false")
	test("token_file", "password", `line 9: "password" is not known here`)
	test("    token_file: /etc/token\n", "", "line 8: username is for logging in")
	test("    targets: [IMAPS://imap.example.com]\n", "", "line 7: targets is missing")
	test("IMAPS://imap.example.com", "alice@example.com", "line 10: ")
	test("[imap.example.com]", "[a_b]", "line 11: ")
	test("token_file: /etc/token", "token_file: a\n    password_file: b", "exclude each other")
}

// No query brings anything but an answer of its kind.
func FuzzProbe(f *testing.F) {
	runs := &serve.Runs{Client: &probes.Client{}}
	runs.Close(f.Context())
	h := &Handler{Runs: runs, Modules: Standard}
	f.Add("module=account&target=alice%40example.com", "10")
	f.Add("module=server&target=imaps%3A%2F%2Fimap.example.com&debug=true", "NaN")
	f.Add("module=%zz&target=;", "")
	f.Fuzz(func(t *testing.T, query, timeout string) {
		r := httptest.NewRequest("GET", "/probe", nil)
		r.URL.RawQuery = query
		r.Header.Set(timeoutHeader, timeout)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 400 && w.Code != 500 && w.Code != 503 {
			t.Errorf("%s: %d", query, w.Code)
		}
	})
}

func FuzzModules(f *testing.F) {
	f.Add([]byte("modules: {a: {kind: check, targets: [a@b.example]}}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		modules, err := Parse(text)
		for _, m := range modules {
			if err == nil && m.logsIn() && len(m.Targets) == 0 {
				t.Errorf("%+v", m)
			}
		}
	})
}

// The file that the page shows is one.
func TestPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/serve.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(page), "`modules.yaml`\n\n```\n")
	text, _, ok := strings.Cut(text, "```")
	if modules, err := Parse([]byte(text)); !ok || err != nil || len(modules) < 2 {
		t.Errorf("%v, %v", modules, err)
	}
}
