package serve

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mailcheck/internal/lab"
	"mailcheck/probes"
)

// load is what a crowd sees of a service.
type load struct {
	base   string
	client *http.Client

	mu    sync.Mutex
	first []time.Duration // until the first byte of a page came
	lost  []string        // readers whose page did not come to its end
}

// page reads a page, and returns what it says.
func (l *load) page(r *http.Request, from string) string {
	var began time.Time // of the request, or of the one that it was redirected to
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { began = time.Now() }, GotFirstResponseByte: func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.first = append(l.first, time.Since(began))
	}}
	r = r.WithContext(httptrace.WithClientTrace(r.Context(), trace))
	r.Header.Set("X-Forwarded-For", from)
	resp, err := l.client.Do(r)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(bufio.NewReader(resp.Body))
	if err != nil || resp.StatusCode != http.StatusOK {
		return fmt.Sprint(resp.Status, err)
	}
	return string(body)
}

// visit is one person: the form, a test, the page of it as it goes on, and once more.
func (l *load) visit(i int) {
	from := fmt.Sprintf("198.51.%d.%d", i/250, i%250+1)
	form, _ := http.NewRequest("GET", l.base+"/", nil)
	check, _ := http.NewRequest("POST", l.base+"/check", strings.NewReader(url.Values{"address": {fmt.Sprintf("user%d@example.com", i)}}.Encode()))
	check.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if text := l.page(form, from); !strings.Contains(text, "</html>") {
		l.lose("form: " + text)
	}
	text := l.page(check, from)
	if !strings.Contains(text, "PASS") || !strings.HasSuffix(strings.TrimSpace(text), "</html>") {
		l.lose(fmt.Sprintf("user%d: %.300s", i, text))
	}
}

func (l *load) lose(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lost = append(l.lost, what)
}

// 200 people at once, each of whom wants an address of his own tested, 100 ms from every server:
// how long the first byte of a page takes in the worst of a hundred cases while eight runs are at
// work, how much memory is in use at most, and that nobody loses anything.
func BenchmarkCrowd(b *testing.B) {
	const people = 200
	often := perDomain
	perDomain.most = people * 100
	defer func() { perDomain = often }()
	for b.Loop() {
		found, _ := lab.Find("healthy")
		internet := lab.New(found)
		internet.RTT = 100 * time.Millisecond
		c := &probes.Client{Dial: internet.Dial, Resolvers: []string{lab.Resolver}, Anchors: internet.Anchors(), Roots: internet.Roots(), PublicOnly: true, AllowNets: lab.Nets()}
		s := &Server{Runs: &Runs{Client: c}, Access: Access{Proxies: prefixes("127.0.0.0/8")}}
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		ctx, end := context.WithCancel(b.Context())
		over := make(chan error, 1)
		go func() { over <- s.Serve(ctx, listener, time.Minute) }()
		transport := &http.Transport{MaxIdleConnsPerHost: people}
		l := &load{base: "http://" + listener.Addr().String(), client: &http.Client{Transport: transport}}
		peak := watchHeap(ctx)
		began := time.Now()
		var all sync.WaitGroup
		for i := range people {
			all.Go(func() { l.visit(i) })
		}
		all.Wait()
		took := time.Since(began)
		transport.CloseIdleConnections()
		end()
		if err := <-over; err != nil {
			b.Error(err)
		}
		c.Close()
		internet.Close()
		if len(l.lost) > 0 {
			b.Errorf("%d lost: %s", len(l.lost), l.lost[0])
		}
		slices.Sort(l.first)
		b.ReportMetric(float64(l.first[len(l.first)*99/100].Microseconds())/1000, "ms-p99-first-byte")
		b.ReportMetric(float64(l.first[len(l.first)/2].Microseconds())/1000, "ms-p50-first-byte")
		b.ReportMetric(float64(<-peak)/(1<<20), "MiB-heap")
		b.ReportMetric(people/took.Seconds(), "tests/s")
	}
}

// watchHeap looks at the memory in use until ctx ends, and then tells the most there was.
func watchHeap(ctx context.Context) <-chan uint64 {
	peak := make(chan uint64, 1)
	go func() {
		most := uint64(0)
		ticker := time.NewTicker(50 * time.Millisecond)
		defer ticker.Stop()
		for ctx.Err() == nil {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
			<-ticker.C
		}
		peak <- most
	}()
	return peak
}
