package netx

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// What an authority answers has an end, and leads nowhere else.
func TestAuthority(t *testing.T) {
	onWeb(t, map[string]func(io.Writer, *http.Request){
		"a.example/directory": respond(200, "Content-Type: application/json", "{}"),
		"a.example/away":      respond(302, "Location: https://b.example/", ""),
		"a.example/large":     respond(200, "", strings.Repeat("x", maxBody+10)),
		"a.example/silent":    func(w io.Writer, _ *http.Request) { io.ReadAll(w.(io.Reader)) },
	}, func(t *testing.T, w *web, n *Run) {
		c := n.Authority("https://a.example/directory").HTTPClient
		test := func(path string, status, size int) {
			t.Helper()
			answer, err := c.Post("https://a.example"+path, "application/jose+json", strings.NewReader("signed"))
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			if body, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != status || len(body) != size {
				t.Errorf("%s: %d, %d bytes, %v", path, answer.StatusCode, len(body), err)
			}
		}
		test("/directory", 200, 2)
		test("/away", 302, 0)
		test("/large", 200, maxBody)
		began := time.Now()
		if _, err := c.Get("https://a.example/silent"); err == nil || time.Since(began) != authorityLimit {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		if w.asked[0] != "POST a.example/directory signed" {
			t.Errorf("%q", w.asked)
		}
	})
}
