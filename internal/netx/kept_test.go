package netx

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// sharing runs a test against a web server with runs that share documents.
func sharing(t *testing.T, handle map[string]func(io.Writer, *http.Request), f func(t *testing.T, w *web, n *Net)) {
	t.Helper()
	onWeb(t, handle, func(t *testing.T, w *web, n *Run) {
		n.Net.kept = newKept()
		f(t, w, n.Net)
	})
}

// Runs that share documents ask for each once, and see all that the first one saw: the
// documents, the faults and the clocks.
func TestSharedDocuments(t *testing.T) {
	sharing(t, map[string]func(io.Writer, *http.Request){
		"a.example/file": dated(time.Hour), "a.example/away": redirectTo("https://b.example/file"), "b.example/file": respond(200, "", "of b"),
		"b.example/loop": redirectTo("https://b.example/loop"), "b.example/ca": dated(time.Minute),
	}, func(t *testing.T, w *web, n *Net) {
		var wg sync.WaitGroup
		for range 5 {
			run := n.Run()
			wg.Go(func() {
				for url, want := range map[string]string{"https://a.example/file": "x", "https://a.example/away": "of b", "https://b.example/file": "of b"} {
					doc, err := run.Fetch(t.Context(), Request{URL: url})
					if err != nil || string(doc.Body) != want || doc.TLS == nil || doc.Hops[0] != url {
						t.Errorf("%s: %+v, %v", url, doc, err)
					}
					doc.Hops[0], doc.Header["X"] = "changed", []string{"changed"} // it is this run's own
				}
				if doc, err := run.Fetch(t.Context(), Request{URL: "https://b.example/loop"}); err == nil || len(doc.Hops) != 1 {
					t.Errorf("%+v, %v", doc, err)
				}
				if behind, servers := run.ClockError(); servers != 1 || behind != time.Hour {
					t.Errorf("%d servers, behind %v", servers, behind)
				}
				if body, err := run.FetchPublic(t.Context(), "https://b.example/ca"); err != nil || string(body) != "x" {
					t.Errorf("%q, %v", body, err)
				}
				if _, servers := run.ClockError(); servers != 2 {
					t.Errorf("%d servers", servers)
				}
			})
		}
		wg.Wait()
		equal(t, len(w.asked), 6) // the redirect leads to the file of b once more
	})
}

// What says who asks, or does more than ask, is nobody else's.
func TestUnsharedDocuments(t *testing.T) {
	sharing(t, map[string]func(io.Writer, *http.Request){"a.example/": respond(200, "", "x")}, func(t *testing.T, w *web, n *Net) {
		for _, req := range []Request{
			{URL: "https://a.example/?emailaddress=alice%40a.example"},
			{URL: "https://a.example/alice@a.example"},
			{URL: "https://a.example/", Method: http.MethodPost},
			{URL: "https://a.example/", Body: []byte("alice")},
			{URL: "https://a.example/", Private: true, Header: http.Header{"Authorization": {"Basic x"}}},
		} {
			before := len(w.asked)
			for range 2 {
				n.Run().Fetch(t.Context(), req)
			}
			if got := len(w.asked) - before; got != 2 {
				t.Errorf("%+v was asked for %d times", req, got)
			}
		}
		// Nor is one request's answer that of another.
		before := len(w.asked)
		for _, req := range []Request{
			{URL: "https://a.example/"}, {URL: "https://a.example/", NoFollow: true}, {URL: "https://a.example/", AllowHTTP: true},
			{URL: "https://a.example/", Method: http.MethodHead}, {URL: "https://a.example/", Header: http.Header{"Accept": {"x"}}},
		} {
			n.Run().Fetch(t.Context(), req)
		}
		equal(t, len(w.asked)-before, 5)
	})
}

// A web server that is slow is slow to all, and one whose answer a run did not wait for is
// asked by the next.
func TestSharedSlowness(t *testing.T) {
	slow := func(w io.Writer, r *http.Request) {
		time.Sleep(4 * time.Second)
		respond(200, "", "x")(w, r)
	}
	sharing(t, map[string]func(io.Writer, *http.Request){"a.example/": slow}, func(t *testing.T, w *web, n *Net) {
		hasty, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		doc, err := n.Run().Fetch(hasty, Request{URL: "https://a.example/"})
		if err == nil || doc == nil {
			t.Errorf("%+v, %v", doc, err)
		}
		for range 2 {
			began := time.Now()
			if doc, err := n.Run().Fetch(t.Context(), Request{URL: "https://a.example/"}); err != nil || string(doc.Body) != "x" {
				t.Errorf("%+v, %v", doc, err)
			}
			if took := time.Since(began); took < 4*time.Second {
				t.Errorf("took %v", took)
			}
		}
		equal(t, strings.Count(strings.Join(w.asked, "\n"), "a.example"), 2)
	})
}
