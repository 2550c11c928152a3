package serve

import (
	"io"
	"net/http"
	"time"
)

// Something is sent at least so often, so that no proxy takes the answer for dead.
const sign = 15 * time.Second

// follow shows a run as it goes on, then what came of it, in one answer: no script asks again.
// Whoever reloads the page sees all of it from the beginning. The run does not mind who goes.
func (s *Server) follow(w http.ResponseWriter, r *http.Request, run *Run) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would keep it back until it is whole
	if r.Method == http.MethodHead {
		return
	}
	out := newStream(w)
	put := func(name string, data any) error { return in(languageOf(r)).ExecuteTemplate(out, name, data) }
	err := put("progress", struct {
		top
		*Run
	}{newTop(r, run.Target+" - mailcheck"), run})
	err = eachEvent(r, run, 0, out, func(_ int, e Event) error {
		if err != nil {
			return err
		}
		return put("event", e)
	}, func() error { _, err := io.WriteString(out, "<!-- -->\n"); return err })
	if err != nil {
		return
	}
	page, err := s.pageOf(r, run)
	if err != nil {
		_ = put("broken", nil)
	} else {
		_ = put("arrived", page)
	}
	_ = out.flush()
}

// stream is an answer that is written little by little. Who does not read it has as long for each
// part as others have for the whole.
type stream struct {
	http.ResponseWriter
	control *http.ResponseController
}

func newStream(w http.ResponseWriter) *stream {
	s := &stream{w, http.NewResponseController(w)}
	s.more()
	return s
}

func (s *stream) more() { _ = s.control.SetWriteDeadline(time.Now().Add(writeTimeout)) }

func (s *stream) flush() error {
	s.more()
	return s.control.Flush()
}

// eachEvent gives the events of a run from one on, by its index, as they happen, and a sign of
// life while nothing does. The error is that of writing, or of a reader who has gone.
func eachEvent(r *http.Request, run *Run, from int, out *stream, give func(int, Event) error, alive func() error) error {
	ticker := time.NewTicker(sign)
	defer ticker.Stop()
	for {
		events, more := run.Events(from)
		for _, e := range events {
			if err := give(from, e); err != nil {
				return err
			}
			from++
		}
		if more == nil {
			return nil
		}
		if err := out.flush(); err != nil {
			return err
		}
		select {
		case <-more:
		case <-ticker.C:
			if err := alive(); err != nil {
				return err
			}
		case <-r.Context().Done():
			return r.Context().Err()
		}
	}
}
