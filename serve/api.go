package serve

import (
	"bytes"
	"context"
	_ "embed" // the description of the interface
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"mailcheck/autoconfig/lint"
	"mailcheck/report"
)

// openAPI describes the interface for programs (OpenAPI 3.1).
//
//go:embed openapi.json
var openAPI []byte

// interfaceRoutes are the routes of the interface for programs: by path, and then by method.
func (s *Server) interfaceRoutes() map[string]map[string]http.HandlerFunc {
	return map[string]map[string]http.HandlerFunc{
		"/api/v1/checks":             {"POST": s.order},
		"/api/v1/checks/{id}":        {"GET": s.status},
		"/api/v1/checks/{id}/events": {"GET": s.events},
		"/api/v1/lint":               {"POST": s.lint},
		"/api/v1/openapi.json": {"GET": func(w http.ResponseWriter, r *http.Request) {
			serveBytes(w, r, "application/json", openAPI)
		}},
	}
}

// The limits of the interface.
const (
	maxWait = 1 * time.Minute // for ?wait=
	maxFile = 1<<20 + 1       // of a file to judge; lint refuses what is longer
)

// statusDocument tells of a run.
type statusDocument struct {
	ID      string          `json:"id"`
	Address string          `json:"address"`
	State   string          `json:"state"` // waiting, running, done or failed
	Asked   time.Time       `json:"asked"`
	Until   time.Time       `json:"until"` // it is kept
	Self    string          `json:"self"`
	Events  string          `json:"events"`
	Page    string          `json:"page"`
	Report  json.RawMessage `json:"report,omitempty"` // schema 1
}

// order begins a run: {"address": "alice@example.com"}.
func (s *Server) order(w http.ResponseWriter, r *http.Request) {
	wait, err := waitOf(r)
	if err != nil {
		writeProblem(w, problem{Status: http.StatusBadRequest, Detail: sentence(err.Error())})
		return
	}
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		writeProblem(w, problem{Status: http.StatusUnsupportedMediaType, Detail: "The order has to be application/json."})
		return
	}
	o, err := readOrder(http.MaxBytesReader(w, r.Body, maxForm))
	if err != nil {
		writeProblem(w, problemOf(err))
		return
	}
	run, err := s.start(r, o)
	if err != nil {
		writeProblem(w, problemOf(err))
		return
	}
	w.Header().Set("Location", "/api/v1/checks/"+run.ID)
	s.await(w, r, run, wait)
}

// readOrder reads one JSON object and nothing after it.
func readOrder(body io.Reader) (o order, err error) {
	d := json.NewDecoder(body)
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil {
		return o, fmt.Errorf("the order is no JSON object of address, username and password: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return o, fmt.Errorf("the order has something after its object")
	}
	return o, nil
}

// waitOf reads how long an answer may wait for the end of a run.
func waitOf(r *http.Request) (time.Duration, error) {
	text := r.URL.Query().Get("wait")
	if text == "" {
		return 0, nil
	}
	wait, err := time.ParseDuration(text)
	if err != nil || wait < 0 || wait > maxWait {
		return 0, fmt.Errorf("wait is a time such as 30s, and at most %s", maxWait)
	}
	return wait, nil
}

// await answers with a run, once it is over or the wait is.
func (s *Server) await(w http.ResponseWriter, r *http.Request, run *Run, wait time.Duration) {
	if wait > 0 {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(wait + writeTimeout))
		ctx, cancel := context.WithTimeout(r.Context(), wait)
		defer cancel()
		_ = run.Wait(ctx)
	}
	s.tell(w, r, run)
}

// status tells of a run.
func (s *Server) status(w http.ResponseWriter, r *http.Request) {
	wait, err := waitOf(r)
	if err != nil {
		writeProblem(w, problem{Status: http.StatusBadRequest, Detail: sentence(err.Error())})
		return
	}
	if run := s.asked(w, r); run != nil {
		s.await(w, r, run, wait)
	}
}

// asked finds the run of a request, or says that there is none.
func (s *Server) asked(w http.ResponseWriter, r *http.Request) *Run {
	run := s.Runs.Find(r.PathValue("id"))
	if run == nil || run.Shared {
		writeProblem(w, problem{Status: http.StatusNotFound, Detail: "There is no such check, or none any more."})
		return nil
	}
	return run
}

// tell writes what is known of a run: 202 while it is under way, 200 with the report then.
func (s *Server) tell(w http.ResponseWriter, r *http.Request, run *Run) {
	self := "/api/v1/checks/" + run.ID
	doc := statusDocument{ID: run.ID, Address: run.Target, State: run.state(), Asked: run.Asked.UTC(), Until: run.Until().UTC(), Self: self, Events: self + "/events", Page: run.path()}
	if doc.State == "done" {
		var err error
		if doc.Report, err = s.document(run); err != nil {
			doc.State = "failed"
		}
	}
	body, err := json.Marshal(doc)
	if err != nil {
		writeProblem(w, problem{Status: http.StatusInternalServerError, Detail: "The answer could not be written."})
		return
	}
	if run.Over() {
		serveBytes(w, r, "application/json", body)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Retry-After", "2")
	w.WriteHeader(http.StatusAccepted)
	w.Write(body)
}

// document returns the report of a run as one line of JSON.
func (s *Server) document(run *Run) (json.RawMessage, error) {
	result, err := run.Report()
	if err != nil {
		return nil, err
	}
	var b, line bytes.Buffer
	if err := report.JSON(&b, result, report.Options{Version: s.Runs.Version}); err != nil {
		return nil, err
	}
	err = json.Compact(&line, b.Bytes())
	return line.Bytes(), err
}

// eventDocument is one event of a run.
type eventDocument struct {
	Kind   EventKind `json:"kind"`
	AtMS   int64     `json:"at_ms"`            // since its turn came
	Server string    `json:"server,omitempty"` // URL of the one that it is about
}

// events tells of a run as it goes on, as server-sent events: a step each, then the report.
// Whoever lost the connection goes on where he was, by Last-Event-ID.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	run := s.asked(w, r)
	if run == nil {
		return
	}
	from := 0
	if last, err := strconv.Atoi(r.Header.Get("Last-Event-ID")); err == nil && last >= 0 && last < maxEvents {
		from = last + 1
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	out := newStream(w)
	err := eachEvent(r, run, from, out, func(i int, e Event) error {
		doc := eventDocument{Kind: e.Kind, AtMS: e.At.Milliseconds()}
		if e.Kind == Ended {
			return s.last(out, i, run, doc)
		}
		if e.Kind != Started {
			doc.Server = e.Server.URL()
		}
		return emit(out, i, "step", doc)
	}, func() error { _, err := io.WriteString(out, ":\n\n"); return err })
	if err == nil {
		_ = out.flush()
	}
}

// last writes the event that ends a run: the report, or that there is none.
func (s *Server) last(out io.Writer, i int, run *Run, doc eventDocument) error {
	document, err := s.document(run)
	if err != nil {
		return emit(out, i, "step", doc)
	}
	return emit(out, i, "report", document)
}

func emit(w io.Writer, id int, event string, data any) error {
	line, err := json.Marshal(data)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "id: %d\nevent: %s\ndata: %s\n\n", id, event, line)
	return err
}

// lint judges a file that is sent. Nobody is asked about it.
func (s *Server) lint(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxFile))
	if err != nil {
		writeProblem(w, problemOf(err))
		return
	}
	var b bytes.Buffer
	if err := report.JSON(&b, lint.Judge(lint.File{Name: "file", Body: body}), report.Options{View: report.File, Version: s.Runs.Version}); err != nil {
		writeProblem(w, problem{Status: http.StatusInternalServerError, Detail: "The answer could not be written."})
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json")
	w.Write(b.Bytes())
}

// wrongMethod says which methods there are.
func wrongMethod(handlers map[string]http.HandlerFunc) http.HandlerFunc {
	var methods []string
	for m := range handlers {
		methods = append(methods, m)
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Allow", strings.Join(methods, ", "))
		writeProblem(w, problem{Status: http.StatusMethodNotAllowed, Detail: "There is: " + strings.Join(methods, ", ") + "."})
	}
}
