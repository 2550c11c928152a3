package netx

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
)

// dated answers with a Date that is so far from now.
func dated(ahead time.Duration) func(io.Writer, *http.Request) {
	return func(w io.Writer, r *http.Request) {
		respond(200, "Date: "+time.Now().Add(ahead).UTC().Format(http.TimeFormat), "x")(w, r)
	}
}

// Two runs over one Net do not see each other's clocks and documents, and share
// what DNS said and the connections.
func TestRunsAreApart(t *testing.T) {
	onWeb(t, map[string]func(io.Writer, *http.Request){
		"a.example/": dated(time.Hour), "b.example/": dated(-time.Hour), "b.example/ca": respond(200, "", "certificate"),
	}, func(t *testing.T, w *web, first *Run) {
		second := first.Net.Run()
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() { first.Fetch(t.Context(), Request{URL: "https://a.example/"}) })
			wg.Go(func() { second.Fetch(t.Context(), Request{URL: "https://b.example/"}) })
		}
		wg.Wait()
		for run, want := range map[*Run]time.Duration{first: time.Hour, second: -time.Hour, first.Net.Run(): 0} {
			if behind, _ := run.ClockError(); behind != want {
				t.Errorf("behind %v, want %v", behind, want)
			}
		}
		for _, run := range []*Run{first, second, second} {
			if _, err := run.FetchPublic(t.Context(), "https://b.example/ca"); err != nil {
				t.Error(err)
			}
		}
		if got := strings.Count(strings.Join(w.asked, "\n"), "/ca"); got != 2 {
			t.Errorf("two runs asked for the certificate %d times", got)
		}
		third := first.Net.Run()
		third.Fetch(t.Context(), Request{URL: "https://a.example/"})
		if got := strings.Count(w.log(), ":443"); got != 4 { // one a host, and one for each of the certificates
			t.Errorf("%d connections: %s", got, w.log())
		}
		if got := strings.Count(w.log(), "udp"); got != 4 { // A and AAAA of two names
			t.Errorf("%d questions: %s", got, w.log())
		}
	})
}

// A document that may be asked for again is, where the connection that was kept for
// it is closed in the same moment; so is a POST, for here it only asks.
func TestKeptConnectionIsClosed(t *testing.T) {
	asked := map[string]int{}
	once := func(w io.Writer, r *http.Request) {
		if asked[r.Method]++; asked[r.Method] == 1 && r.Method == "POST" {
			w.(io.Closer).Close()
			return
		}
		respond(200, "", "fine")(w, r)
	}
	onWeb(t, map[string]func(io.Writer, *http.Request){"a.example/": once}, func(t *testing.T, w *web, n *Run) {
		for _, method := range []string{"GET", "POST"} {
			doc, err := n.Fetch(t.Context(), Request{Method: method, URL: "https://a.example/", Body: []byte("q")})
			equal(t, err, nil)
			equal(t, string(doc.Body), "fine")
		}
		equal(t, asked["POST"], 2)
		for _, h := range w.headers {
			if _, sent := h["Idempotency-Key"]; sent {
				t.Errorf("sent %v", h)
			}
		}
	})
}

// Answers count as long as their TTL says, but a minute at least, for the sake of a
// run, and five at most.
func TestAnswersAge(t *testing.T) {
	bubble(t, zone(t, "short.example. 5 IN MX 1 a.example.", "middle.example. 180 IN MX 1 a.example.", "long.example. 86400 IN MX 1 a.example.",
		"alias.example. 86400 IN CNAME middle.example."), func(t *testing.T, i *internet, n *Run) {
		for name, want := range map[string]time.Duration{
			"short.example": minLife, "middle.example": 3 * time.Minute, "long.example": maxLife, "alias.example": 3 * time.Minute, "none.example": minLife,
		} {
			asked := func(wait time.Duration) int {
				time.Sleep(wait)
				before := len(i.dialled)
				n.Resolver.MX(t.Context(), name)
				return len(i.dialled) - before
			}
			equal(t, []int{asked(0), asked(want - 1), asked(1), asked(want - 1)}, []int{1, 0, 1, 0})
		}
	})
}

// What is remembered is bounded by number and by size.
func TestAnswersAreBounded(t *testing.T) {
	big := strings.Repeat("x", 250)
	answer := func(q *dns.Msg) []*dns.Msg {
		name := q.Question[0].Name
		if strings.HasPrefix(name, "big") {
			line := name + " 60 IN TXT" + strings.Repeat(" "+big, 4)
			return zone(t, line)(q)
		}
		return zone(t, name+" 60 IN TXT x")(q)
	}
	bubble(t, answer, func(t *testing.T, _ *internet, n *Run) {
		most, heaviest := 0, 0
		for i := range 2 * maxAnswers {
			name := fmt.Sprintf("n%d.example", i)
			if i > maxAnswers {
				name = "big" + name
			}
			if _, _, err := n.Resolver.TXT(t.Context(), name); err != nil {
				t.Fatal(err)
			}
			n.Resolver.mu.Lock()
			most, heaviest = max(most, len(n.Resolver.entries)), max(heaviest, n.Resolver.wire)
			n.Resolver.mu.Unlock()
		}
		if most != maxAnswers {
			t.Errorf("%d answers are remembered at once", most)
		}
		if heaviest < maxWire/2 || heaviest > maxWire+64<<10 {
			t.Errorf("%d bytes are remembered at once", heaviest)
		}
		// An answer that is asked for anew takes the place of the old one.
		time.Sleep(maxLife)
		before := n.Resolver.wire
		n.Resolver.TXT(t.Context(), fmt.Sprintf("bign%d.example", 2*maxAnswers-1))
		if after := n.Resolver.wire; after != before {
			t.Errorf("%d bytes, then %d", before, after)
		}
	})
}

// Close ends an attempt to connect that the transport makes for whoever may want the
// connection.
func TestCloseEndsDials(t *testing.T) {
	onWeb(t, nil, func(t *testing.T, w *web, n *Run) {
		w.servers["tcp 192.0.2.80:443"] = silent
		failed := make(chan error)
		go func() {
			_, err := n.Fetch(t.Context(), Request{URL: "https://a.example/"})
			failed <- err
		}()
		synctest.Wait()
		began := time.Now()
		n.Close()
		if err := <-failed; err == nil {
			t.Error("a document came")
		}
		equal(t, time.Since(began), time.Duration(0))
	})
}
