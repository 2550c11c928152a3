package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"mailcheck"
	"mailcheck/probes"
)

// description is what the tests read of the interface's description.
type description struct {
	Paths map[string]map[string]struct {
		RequestBody struct {
			Content map[string]any
		}
		Responses map[string]response
	}
	Components struct {
		Responses map[string]response
	}
}

type response struct {
	Ref     string `json:"$ref"`
	Content map[string]struct{ Schema any }
}

func described(t *testing.T) description {
	t.Helper()
	var d description
	if err := json.Unmarshal(openAPI, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// schemas are those of the description; a schema of OpenAPI 3.1 is one of JSON Schema 2020-12.
func schemas(t *testing.T) *jsonschema.Compiler {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(openAPI))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("mem:openapi.json", document); err != nil {
		t.Fatal(err)
	}
	return c
}

// fits reports what is wrong with a document by a schema of the description.
func fits(t *testing.T, name string, document []byte) error {
	t.Helper()
	schema, err := schemas(t).Compile("mem:openapi.json#/components/schemas/" + name)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// held holds every answer that a test gets from the interface to its description.
func held(t *testing.T, method, path string, w *httptest.ResponseRecorder) {
	t.Helper()
	path, _, _ = strings.Cut(path, "?")
	d := described(t)
	for template, methods := range d.Paths {
		operation, ok := methods[strings.ToLower(method)]
		if !ok || !regexp.MustCompile("^"+regexp.MustCompile(`\{\w+\}`).ReplaceAllString(template, `[^/]+`)+"$").MatchString(path) {
			continue
		}
		answer, ok := operation.Responses[fmt.Sprint(w.Code)]
		if !ok {
			t.Errorf("%s %s: status %d is not in the description", method, path, w.Code)
			return
		}
		if answer.Ref != "" {
			answer = d.Components.Responses[strings.TrimPrefix(answer.Ref, "#/components/responses/")]
		}
		media, _, _ := mime.ParseMediaType(w.Header().Get("Content-Type"))
		content, ok := answer.Content[media]
		if !ok && w.Code != http.StatusNotModified {
			t.Errorf("%s %s: status %d with %q is not in the description", method, path, w.Code, media)
		}
		if schema, ok := content.Schema.(map[string]any); ok && schema["$ref"] != nil {
			if err := fits(t, strings.TrimPrefix(schema["$ref"].(string), "#/components/schemas/"), w.Body.Bytes()); err != nil {
				t.Errorf("%s %s: %v", method, path, err)
			}
		}
		return
	}
}

// There is nothing in the description that the service has not, and the other way round.
func TestDescription(t *testing.T) {
	routes := (&Server{}).interfaceRoutes()
	d := described(t)
	if want, got := slices.Sorted(maps.Keys(routes)), slices.Sorted(maps.Keys(d.Paths)); !slices.Equal(want, got) {
		t.Errorf("paths %v, described %v", want, got)
	}
	for path, handlers := range routes {
		var methods []string
		for m := range d.Paths[path] {
			methods = append(methods, strings.ToUpper(m))
		}
		if want := slices.Sorted(maps.Keys(handlers)); !slices.Equal(want, slices.Sorted(slices.Values(methods))) {
			t.Errorf("%s: methods %v, described %v", path, want, methods)
		}
	}
	for _, wrong := range []string{`{}`, `{"address": 1}`, `{"address": "a@b.example", "resolver": "192.0.2.1"}`} {
		if fits(t, "Order", []byte(wrong)) == nil {
			t.Errorf("the description lets %s be ordered", wrong)
		}
	}
}

func (v *visitor) order(path, body string) *httptest.ResponseRecorder {
	return v.ask("POST", path, body, "application/json")
}

func status(t *testing.T, w *httptest.ResponseRecorder) (doc statusDocument) {
	t.Helper()
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// A check is ordered, looked at while it runs, and read when it is over.
func TestInterface(t *testing.T) {
	served(t, "cert-expired", func(t *testing.T, _ *Server, v *visitor) {
		w := v.order("/api/v1/checks", `{"address": "alice@example.com"}`)
		v.wants(w, 202)
		self := status(t, w).Self
		if w.Header().Get("Location") != self || w.Header().Get("Retry-After") == "" {
			t.Errorf("header %v", w.Header())
		}
		v.wants(v.get(self), 202)
		w = v.get(self + "?wait=30s")
		v.wants(w, 200)
		var report struct{ Verdict string }
		if err := json.Unmarshal(status(t, w).Report, &report); err != nil || report.Verdict != "fail" {
			t.Errorf("%v, %+v", err, report)
		}
		v.with = map[string]string{"If-None-Match": w.Header().Get("ETag")}
		v.wants(v.get(self), 304)
		v.with = nil
		v.wants(v.order("/api/v1/checks?wait=1m", `{"address": "example.com"}`), 200, `"state":"done"`)
		v.wants(v.get(status(t, w).Page), 200, "FAIL")
		v.wants(v.ask("POST", "/api/v1/lint", "<clientConfig", ""), 200, `"view": "file"`)
		v.wants(v.get("/api/v1/openapi.json"), 200, `"openapi": "3.1.0"`)
	})
}

// What cannot be is told in one form, with a status that says whose fault it is.
func TestInterfaceRefuses(t *testing.T) {
	served(t, "healthy", func(t *testing.T, s *Server, v *visitor) {
		for body, want := range map[string]int{
			"": 400, "nonsense": 400, "[]": 400, `{"address": ""}`: 400, `{"address": "a b"}`: 400, `{"address": "alice@example.com"} {}`: 400,
			`{"address": "alice@example.com", "resolver": "192.0.2.1"}`: 400, `{"address": "alice@example.com", "password": "swordfish"}`: 400,
			`{"address": "` + strings.Repeat("a", maxForm) + `"}`: 413,
		} {
			v.wants(v.order("/api/v1/checks", body), want, `"status":`)
		}
		v.wants(v.ask("POST", "/api/v1/checks", `address=alice@example.com`, "application/x-www-form-urlencoded"), 415)
		for _, wait := range []string{"nonsense", "-1s", "2h", "1"} {
			v.wants(v.order("/api/v1/checks?wait="+wait, `{"address": "alice@example.com"}`), 400)
			v.wants(v.get("/api/v1/checks/ABC?wait="+wait), 400)
		}
		v.wants(v.get("/api/v1/checks/ABC"), 404)
		v.wants(v.get("/api/v1/checks/ABC/events"), 404)
		v.wants(v.get("/api/v1/checks"), 405)
		v.wants(v.get("/api/v2"), 404, `"title":"Not Found"`)
		v.wants(v.ask("POST", "/api/v1/lint", strings.Repeat("a", maxFile+1), ""), 413)
		for i := range perClient.most {
			v.order("/api/v1/checks", fmt.Sprintf(`{"address": "a@d%d.example"}`, i))
		}
		w := v.order("/api/v1/checks", `{"address": "a@last.example"}`)
		v.wants(w, 429)
		if w.Header().Get("Retry-After") != "60" {
			t.Errorf("Retry-After %q", w.Header().Get("Retry-After"))
		}
		s.Access.Token = "correct horse battery staple"
		v.wants(v.order("/api/v1/checks", `{"address": "alice@example.com"}`), 401)
		s.Access = Access{Hosts: []string{"elsewhere"}}
		v.wants(v.order("/api/v1/checks", `{"address": "alice@example.com"}`), 421)
	})
}

// A run that could not be made is told as that, and its reason is for whoever runs the service.
func TestRunFails(t *testing.T) {
	served(t, "healthy", func(t *testing.T, s *Server, v *visitor) {
		run := start(t, s.Runs, Job{Target: "x", Do: func(context.Context, *probes.Client, *probes.Options) (*mailcheck.Report, error) {
			return nil, errors.New("secret reason")
		}})
		for _, path := range []string{"/api/v1/checks/" + run.ID + "?wait=1s", "/api/v1/checks/" + run.ID + "/events", "/r/" + run.ID, "/r/" + run.ID + ".json"} {
			if w := v.get(path); strings.Contains(w.Body.String(), "secret reason") {
				t.Errorf("%s: %s", path, w.Body)
			}
		}
		v.wants(v.get("/api/v1/checks/"+run.ID), 200, `"state":"failed"`)
		v.wants(v.get("/r/"+run.ID), 500, "The test could not be made")
	})
}

// events reads a stream of server-sent events.
func eventsOf(t *testing.T, body string) (ids []int, kinds, data []string) {
	t.Helper()
	for block := range strings.SplitSeq(strings.TrimSpace(body), "\n\n") {
		if block == "" || strings.HasPrefix(block, ":") {
			continue
		}
		var id int
		var kind, line string
		if n, err := fmt.Sscanf(block, "id: %d\nevent: %s\n", &id, &kind); n != 2 {
			t.Fatalf("%q: %v", block, err)
		}
		_, line, _ = strings.Cut(block, "\ndata: ")
		if strings.Contains(line, "\n") {
			t.Errorf("event %d has several lines", id)
		}
		ids, kinds, data = append(ids, id), append(kinds, kind), append(data, line)
	}
	return ids, kinds, data
}

// The events come as they happen, the report at last; whoever comes back goes on after the one
// he names.
func TestEventStream(t *testing.T) {
	served(t, "healthy", func(t *testing.T, s *Server, v *visitor) {
		self := status(t, v.order("/api/v1/checks", `{"address": "alice@example.com"}`)).Self
		live := v.get(self + "/events")
		v.wants(live, 200)
		if !live.Flushed || live.Header().Get("Content-Type") != "text/event-stream" {
			t.Errorf("header %v", live.Header())
		}
		ids, kinds, data := eventsOf(t, live.Body.String())
		last := len(ids) - 1
		if len(ids) < 4 || kinds[last] != "report" || ids[last] != last || kinds[0] != "step" {
			t.Fatalf("%v %v", ids, kinds)
		}
		for i, line := range data[:last] {
			if err := fits(t, "Event", []byte(line)); err != nil {
				t.Errorf("event %d: %v", i, err)
			}
		}
		if err := fits(t, "Report", []byte(data[last])); err != nil {
			t.Error(err)
		}
		for _, from := range []int{0, 1, last - 1, last} {
			v.with = map[string]string{"Last-Event-ID": fmt.Sprint(from)}
			if again, _, _ := eventsOf(t, v.get(self+"/events").Body.String()); !slices.Equal(again, ids[from+1:]) {
				t.Errorf("after %d come %v", from, again)
			}
		}
		for _, from := range []string{"-1", "99999999999999999999", "nonsense"} {
			v.with = map[string]string{"Last-Event-ID": from}
			if again, _, _ := eventsOf(t, v.get(self+"/events").Body.String()); !slices.Equal(again, ids) {
				t.Errorf("after %s come %v", from, again)
			}
		}
	})
}

// While nothing happens a sign comes, so that nobody takes the stream for dead.
func TestSignOfLife(t *testing.T) {
	served(t, "healthy", func(t *testing.T, s *Server, v *visitor) {
		run := start(t, s.Runs, Job{Target: "x", Timeout: 50 * time.Second, Do: func(ctx context.Context, _ *probes.Client, _ *probes.Options) (*mailcheck.Report, error) {
			<-ctx.Done()
			return &mailcheck.Report{}, nil
		}})
		if body := v.get("/api/v1/checks/" + run.ID + "/events").Body.String(); strings.Count(body, ":\n\n") != 3 {
			t.Errorf("%q", body)
		}
	})
}

// Whatever is sent as an order or asked for, there is an answer, and no order names more than it
// may.
func FuzzOrder(f *testing.F) {
	f.Add(`{"address": "alice@example.com"}`, "30s", "1", "192.0.2.1, 198.51.100.1", "localhost:80")
	f.Add(`{"address": "alice@example.com", "username": "u", "password": "p"}`, "", "", "", "[::1]:80")
	f.Add(`{"address": "a", "x": 1}`, "-1s", "99999999999", ",,", "")
	f.Fuzz(func(t *testing.T, body, wait, last, forwarded, host string) {
		o, err := readOrder(strings.NewReader(body))
		if err == nil {
			again, _ := json.Marshal(o)
			if second, err := readOrder(bytes.NewReader(again)); err != nil || second != o {
				t.Errorf("%q is read as %+v, and then as %+v", body, o, second)
			}
		}
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.RawQuery = "wait=" + wait
		if d, err := waitOf(r); err == nil && (d < 0 || d > maxWait) {
			t.Errorf("%q waits %s", wait, d)
		}
		r.RemoteAddr, r.Host = "10.0.0.1:1", host
		r.Header.Set("X-Forwarded-For", forwarded)
		a := &Access{Proxies: prefixes("10.0.0.0/8"), Hosts: []string{"localhost"}}
		if a.client(r) == "" {
			t.Error("nobody asks")
		}
		a.called(host)
	})
}
