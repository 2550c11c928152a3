package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"
)

// problem says why there is no answer (RFC 9457).
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`

	after time.Duration // to ask again in; 0 for any time
}

func writeProblem(w http.ResponseWriter, p problem) {
	p.Type, p.Title = "about:blank", http.StatusText(p.Status)
	p.header(w)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p)
}

func (p problem) header(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	if p.after > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(p.after.Seconds()))))
	}
}

// problemOf says why a run is not made.
func problemOf(err error) problem {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return problem{Status: http.StatusRequestEntityTooLarge, Detail: "More than " + strconv.FormatInt(tooLarge.Limit, 10) + " bytes were sent."}
	}
	refusal, ok := errors.AsType[*Refusal](err)
	switch {
	case !ok:
		return problem{Status: http.StatusBadRequest, Detail: sentence(err.Error())}
	case refusal.Busy:
		return problem{Status: http.StatusServiceUnavailable, Detail: refusal.Why, after: refusal.After}
	}
	return problem{Status: http.StatusTooManyRequests, Detail: refusal.Why, after: refusal.After}
}

// sentence makes one of an error.
func sentence(text string) string { return string(bytes.ToUpper([]byte(text[:1]))) + text[1:] + "." }

// serveBytes answers with what stays the same, which a browser may keep if it asks whether it
// does. Reports are for one reader alone.
func serveBytes(w http.ResponseWriter, r *http.Request, media string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", etag(body))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}
