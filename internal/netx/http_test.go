package netx

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"

	"mailcheck/checks"
)

// web is a web server at 192.0.2.80 for every name under example.
type web struct {
	*internet
	cert    tls.Certificate
	roots   *x509.CertPool
	handle  map[string]func(w io.Writer, r *http.Request) // by host and path
	asked   []string                                      // method, host and URI of each request
	headers []http.Header
}

// respond answers with a status, headers given one a line, and a body.
func respond(status int, header, body string) func(io.Writer, *http.Request) {
	return func(w io.Writer, _ *http.Request) {
		if header != "" {
			header = strings.TrimSuffix(header, "\r\n") + "\r\n"
		}
		fmt.Fprintf(w, "HTTP/1.1 %d x\r\nContent-Length: %d\r\n%s\r\n%s", status, len(body), header, body)
	}
}

func redirectTo(location string) func(io.Writer, *http.Request) {
	return respond(302, "Location: "+location, "")
}

// onWeb runs a test under fake time against a web server.
func onWeb(t *testing.T, handle map[string]func(io.Writer, *http.Request), f func(t *testing.T, w *web, n *Run)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &web{internet: newInternet(), handle: handle}
		w.cert, w.roots = certificate(t, "*.example", "a.example")
		w.servers["udp 192.0.2.53:53"] = dnsServer(func(q *dns.Msg) []*dns.Msg {
			return zone(t, q.Question[0].Name+" 60 IN A 192.0.2.80")(q)
		})
		w.servers["tcp 192.0.2.80:443"] = func(_ context.Context, conn *memConn) error {
			go w.serve(tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{w.cert}}))
			return nil
		}
		w.servers["tcp 192.0.2.80:80"] = func(_ context.Context, conn *memConn) error {
			go w.serve(conn)
			return nil
		}
		f(t, w, newNet(t, w.internet, Options{Roots: w.roots}))
	})
}

// serve answers the requests of one connection until the other end closes it.
func (w *web) serve(conn io.ReadWriteCloser) {
	defer conn.Close()
	requests := bufio.NewReader(conn)
	for {
		r, err := http.ReadRequest(requests)
		if err != nil {
			return
		}
		body, _ := io.ReadAll(r.Body)
		w.mu.Lock() // another connection may be served at once
		w.asked = append(w.asked, strings.TrimSpace(fmt.Sprintf("%s %s%s %s", r.Method, r.Host, r.RequestURI, body)))
		w.headers = append(w.headers, r.Header)
		answer := w.handle[r.Host+r.URL.Path]
		w.mu.Unlock()
		if answer == nil {
			answer = respond(404, "", "")
		}
		answer(conn, r)
	}
}

// certificate makes a server certificate for the names and the pool to verify it.
func certificate(t *testing.T, names ...string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "throw-away"}, DNSNames: names,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

func TestFetch(t *testing.T) {
	onWeb(t, map[string]func(io.Writer, *http.Request){
		"a.example/doc":  respond(200, "Content-Type: Text/XML; charset=utf-8", "<x/>"),
		"a.example/post": respond(401, "", "no"),
	}, func(t *testing.T, w *web, n *Run) {
		doc, err := n.Fetch(t.Context(), Request{
			URL: "https://a.example/doc?email=x%40a.example#part", Header: http.Header{"Accept": {"text/xml"}, "Authorization": {"secret"}},
		})
		equal(t, err, nil)
		equal(t, doc.Hops, []string{"https://a.example/doc?email=x%40a.example"})
		equal(t, doc.URL, doc.Hops[0])
		equal(t, string(doc.Body), "<x/>")
		equal(t, doc.ContentType, "text/xml")
		equal(t, doc.Status, 200)
		equal(t, doc.Insecure, false)
		equal(t, doc.TLS.Version, uint16(tls.VersionTLS13))
		equal(t, w.headers[0], http.Header{"Accept": {"text/xml"}, "Accept-Encoding": {"gzip"}, "User-Agent": {"mailcheck"}})

		doc, err = n.Fetch(t.Context(), Request{Method: "POST", URL: "https://a.example/post", Body: []byte("who")})
		equal(t, err, nil)
		equal(t, doc.Status, 401)
		doc, err = n.Fetch(t.Context(), Request{URL: "http://a.example/doc", AllowHTTP: true})
		equal(t, err, nil)
		equal(t, doc.Insecure, true)
		equal(t, doc.TLS == nil, true)
		equal(t, w.asked, []string{"GET a.example/doc?email=x%40a.example", "POST a.example/post who", "GET a.example/doc"})
		equal(t, strings.Count(w.log(), ":443"), 1) // both documents came over one connection

		for _, u := range []string{"http://a.example/", "ftp://a.example/", "https:///x", "https://u:p@a.example/", "a.example", "https://a.example/\x00"} {
			if doc, err := n.Fetch(t.Context(), Request{URL: u}); err == nil || len(doc.Hops) != 0 || strings.Contains(err.Error(), ":p@") {
				t.Errorf("%s: got %+v, %v", u, doc, err)
			}
		}
	})
}

func TestRedirects(t *testing.T) {
	onWeb(t, map[string]func(io.Writer, *http.Request){
		"a.example/1":    redirectTo("/2"),
		"a.example/2":    redirectTo("https://b.example:443/3?own=1#x"),
		"b.example/3":    respond(200, "", "end"),
		"a.example/loop": redirectTo("//A.example/loop"),
		"a.example/303":  respond(303, "Location: /end", ""),
		"a.example/307":  respond(307, "Location: /end", ""),
		"a.example/304":  respond(304, "Location: /end", ""),
		"a.example/none": respond(302, "", "where?"),
		"a.example/part": redirectTo("#part"),
		"a.example/end":  respond(200, "", ""),
	}, func(t *testing.T, w *web, n *Run) {
		doc, err := n.Fetch(t.Context(), Request{URL: "http://a.example/1?email=secret", AllowHTTP: true})
		checkError(t, err, "http.redirect-refused") // http leads to http
		equal(t, doc.Hops, []string{"http://a.example/1?email=secret"})
		equal(t, doc.Status, 302)

		doc, err = n.Fetch(t.Context(), Request{URL: "https://a.example/1?email=secret"})
		equal(t, err, nil)
		equal(t, doc.Hops, []string{"https://a.example/1?email=secret", "https://a.example/2", "https://b.example/3?own=1"})
		equal(t, string(doc.Body), "end")
		for _, h := range w.headers {
			equal(t, h.Get("Referer"), "")
		}
		doc, err = n.Fetch(t.Context(), Request{URL: "http://a.example/2", AllowHTTP: true})
		equal(t, err, nil)
		equal(t, doc.Insecure, true)

		_, err = n.Fetch(t.Context(), Request{URL: "https://a.example/loop"})
		checkError(t, err, "http.too-many-redirects")
		doc, err = n.Fetch(t.Context(), Request{URL: "https://a.example/none"})
		equal(t, err, nil)
		equal(t, string(doc.Body), "where?")
		doc, err = n.Fetch(t.Context(), Request{URL: "https://a.example/part?email=secret"})
		checkError(t, err, "http.too-many-redirects")
		equal(t, doc.Hops, []string{"https://a.example/part?email=secret", "https://a.example/part"})
		w.asked = nil
		for _, path := range []string{"/303", "/307", "/304"} {
			if _, err = n.Fetch(t.Context(), Request{Method: "POST", Body: []byte("me"), URL: "https://a.example" + path}); err != nil {
				t.Error(err)
			}
		}
		equal(t, w.asked, []string{"POST a.example/303 me", "GET a.example/end", "POST a.example/307 me", "POST a.example/end me", "POST a.example/304 me"})
	})
}

func TestTooManyRedirects(t *testing.T) {
	handle := map[string]func(io.Writer, *http.Request){"a.example/5": respond(200, "", "")}
	for i := range 5 {
		handle[fmt.Sprintf("a.example/%d", i)] = redirectTo(fmt.Sprintf("/%d", i+1))
	}
	onWeb(t, handle, func(t *testing.T, w *web, n *Run) {
		_, err := n.Fetch(t.Context(), Request{URL: "https://a.example/0"})
		equal(t, err, nil)
		handle["a.example/5"] = redirectTo("/6")
		doc, err := n.Fetch(t.Context(), Request{URL: "https://a.example/0"})
		checkError(t, err, "http.too-many-redirects")
		equal(t, len(doc.Hops), 6)
	})
}

func TestRedirectRefused(t *testing.T) {
	handle := map[string]func(io.Writer, *http.Request){}
	onWeb(t, handle, func(t *testing.T, w *web, n *Run) {
		for _, location := range []string{
			"ftp://a.example/", "file:///etc/passwd", "https://a.example:8443/", "https://a.example:80/",
			"https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://a.example.0x7f/",
			"https://localhost/", "https://x.localhost/", "https://intranet/", "https://u@a.example/", "https://u:p@a.example/",
			"https://a.example/\x01", "https://a.example/\x7f", "https://a.example/\u202e", "https://a.example/\xff", "https://", "https://a..example/", "%zz",
		} {
			handle["a.example/x"] = redirectTo(location)
			doc, err := n.Fetch(t.Context(), Request{URL: "https://a.example/x"})
			if e, ok := errors.AsType[*checks.Error](err); ok && e.Check == checks.HTTPRedirectRefused && doc.Status == 302 {
				continue
			}
			// The transport itself refuses some headers.
			if err == nil || !strings.Contains(err.Error(), "malformed MIME header") {
				t.Errorf("%q: got %v", location, err)
			}
		}
		handle["a.example/x"] = redirectTo("https://a.example/y")
		handle["a.example/y"] = redirectTo("http://a.example/z")
		_, err := n.Fetch(t.Context(), Request{URL: "https://a.example/x"})
		checkError(t, err, "http.to-unencrypted")
		equal(t, err.Error(), `https://a.example/x -> https://a.example/y redirects to "http://a.example/z": not https`)
		for host := range w.dialled {
			if !strings.Contains(w.dialled[host], "192.0.2.") {
				t.Errorf("dialled %s", w.dialled[host])
			}
		}
	})
}

func TestLargeBodies(t *testing.T) {
	endless := func(w io.Writer, _ *http.Request) {
		fmt.Fprint(w, "HTTP/1.1 200 OK\r\n\r\n")
		for chunk := bytes.Repeat([]byte("x"), 16<<10); ; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
	headers := func(w io.Writer, _ *http.Request) {
		fmt.Fprint(w, "HTTP/1.1 200 OK\r\n")
		for {
			if _, err := fmt.Fprintf(w, "X-Y: %s\r\n", strings.Repeat("y", 1000)); err != nil {
				return
			}
		}
	}
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	z.Write(make([]byte, maxBody+1))
	z.Close()
	onWeb(t, map[string]func(io.Writer, *http.Request){
		"a.example/bomb":    respond(200, "Content-Encoding: gzip", bomb.String()),
		"a.example/endless": endless,
		"a.example/headers": headers,
		"a.example/full":    respond(200, "", strings.Repeat("x", maxBody)),
	}, func(t *testing.T, w *web, n *Run) {
		for _, path := range []string{"bomb", "endless"} {
			doc, err := n.Fetch(t.Context(), Request{URL: "https://a.example/" + path})
			checkError(t, err, "http.too-large")
			equal(t, len(doc.Body), maxBody)
			equal(t, doc.Status, 200)
		}
		_, err := n.Fetch(t.Context(), Request{URL: "https://a.example/headers"})
		if err == nil {
			t.Error("endless header accepted")
		}
		doc, err := n.Fetch(t.Context(), Request{URL: "https://a.example/full"})
		equal(t, err, nil)
		equal(t, len(doc.Body), maxBody)
	})
}

// Documents of one host come over one connection, though all are asked for at
// once and some are redirects.
func TestOneConnectionAHost(t *testing.T) {
	onWeb(t, map[string]func(io.Writer, *http.Request){
		"a.example/1": respond(200, "", "one"),
		"a.example/2": respond(302, "Location: /1", "moved"),
		"a.example/3": respond(404, "", "none"),
		"a.example/4": respond(200, "", "four"),
	}, func(t *testing.T, w *web, n *Run) {
		var wg sync.WaitGroup
		for _, path := range []string{"1", "2", "3", "4"} {
			wg.Go(func() {
				if _, err := n.Fetch(t.Context(), Request{URL: "https://a.example/" + path}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		equal(t, strings.Count(w.log(), ":443"), 1)
	})
}

// What net/http remembers of hosts that nobody can be reached at is forgotten now and then, and a
// document that is under way meanwhile still comes.
func TestTransportIsReplaced(t *testing.T) {
	onWeb(t, map[string]func(io.Writer, *http.Request){
		"a.example/slow": func(w io.Writer, _ *http.Request) {
			time.Sleep(time.Second)
			respond(200, "", "slow")(w, nil)
		},
	}, func(t *testing.T, w *web, n *Run) {
		first := n.http.transport
		var slow sync.WaitGroup
		slow.Go(func() {
			doc, err := n.Fetch(t.Context(), Request{URL: "https://a.example/slow"})
			if err != nil || string(doc.Body) != "slow" {
				t.Errorf("%v, %q", err, doc.Body)
			}
		})
		synctest.Wait()
		for i := range maxRequests {
			if _, err := n.Fetch(t.Context(), Request{URL: fmt.Sprintf("https://a.host%d.nowhere/", i)}); err == nil {
				t.Fatal("a document of a host that does not exist")
			}
		}
		if n.http.transport == first || n.http.requests > maxRequests/2 {
			t.Errorf("after %d requests the transport has %d", maxRequests+1, n.http.requests)
		}
		slow.Wait()
	})
}

func TestSlowServers(t *testing.T) {
	drip := func(w io.Writer, _ *http.Request) {
		fmt.Fprint(w, "HTTP/1.1 200 OK\r\n\r\n")
		for {
			if _, err := w.Write([]byte("x")); err != nil {
				return
			}
			time.Sleep(time.Second / 2)
		}
	}
	onWeb(t, map[string]func(io.Writer, *http.Request){
		"a.example/drip": drip,
		"a.example/mute": func(w io.Writer, _ *http.Request) {},
		"a.example/well": respond(200, "", "fine"),
	}, func(t *testing.T, w *web, n *Run) {
		test := func(path string, limit, want time.Duration) {
			t.Helper()
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			began := time.Now()
			doc, err := n.Fetch(ctx, Request{URL: "https://a.example/" + path})
			if !errors.Is(err, context.DeadlineExceeded) || len(doc.Hops) != 1 {
				t.Errorf("got %+v, %v", doc, err)
			}
			equal(t, time.Since(began), want)
		}
		test("drip", time.Hour, fetchTimeout)
		test("drip", 3*time.Second, 3*time.Second)
		test("mute", time.Hour, fetchTimeout)
		// A document that hangs holds up another of the same host for a moment only.
		done := make(chan bool)
		go func() { test("mute", time.Hour, fetchTimeout); close(done) }()
		synctest.Wait()
		began := time.Now()
		doc, err := n.Fetch(t.Context(), Request{URL: "https://a.example/well"})
		equal(t, err, nil)
		equal(t, string(doc.Body), "fine")
		equal(t, time.Since(began), turnPatience)
		<-done
		// A connection that never gets to TLS, one that is never accepted.
		w.servers["tcp 192.0.2.80:443"] = accepts(0)
		n.http.transport.CloseIdleConnections()
		test("well", time.Hour, fetchTimeout)
		w.servers["tcp 192.0.2.80:443"] = silent
		test("well", time.Second, time.Second)
	})
}

func TestFetchErrors(t *testing.T) {
	onWeb(t, map[string]func(io.Writer, *http.Request){
		"a.example/": redirectTo("https://deep.b.example/x"),
	}, func(t *testing.T, w *web, n *Run) {
		doc, err := n.Fetch(t.Context(), Request{URL: "https://a.example/"})
		e, ok := errors.AsType[*tls.CertificateVerificationError](err)
		if !ok || len(e.UnverifiedCertificates) == 0 {
			t.Errorf("wrong name: got %v", err)
		}
		if _, ok := errors.AsType[x509.HostnameError](err); !ok {
			t.Errorf("wrong name: got %v", err)
		}
		equal(t, doc.Hops, []string{"https://a.example/", "https://deep.b.example/x"})
		equal(t, doc.Status, 0)

		n.http.transport.CloseIdleConnections()
		w.servers["tcp 192.0.2.80:443"] = func(_ context.Context, conn *memConn) error {
			go func() {
				defer conn.Close()
				http.ReadRequest(bufio.NewReader(conn))
				fmt.Fprint(conn, "HTTP/1.0 400 Bad Request\r\n\r\nplain")
			}()
			return nil
		}
		_, err = n.Fetch(t.Context(), Request{URL: "https://a.example/"})
		if e, ok := errors.AsType[tls.RecordHeaderError](err); !ok || string(e.RecordHeader[:]) != "HTTP/" {
			t.Errorf("plain http on the TLS port: got %T %v", err, err)
		}
		w.servers["tcp 192.0.2.80:443"] = func(_ context.Context, conn *memConn) error {
			go tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{w.cert}, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}).Handshake()
			return nil
		}
		if _, err = n.Fetch(t.Context(), Request{URL: "https://a.example/"}); err == nil {
			t.Error("TLS 1.1 accepted")
		}
		n.Close()
		if _, err = n.Fetch(t.Context(), Request{URL: "https://a.example/"}); err == nil {
			t.Error("fetched after Close")
		}
	})
}

func TestMediaType(t *testing.T) {
	for header, want := range map[string]string{
		"": "", "Text/XML": "text/xml", "text/xml; charset=utf-8": "text/xml", "text/xml; charset=": "text/xml", "Text/XML ;;;": "text/xml", "x": "x",
	} {
		equal(t, mediaType(header), want)
	}
}

// A request with a secret goes to one place, once, and never in clear.
func TestPrivate(t *testing.T) {
	private := Request{Method: http.MethodPost, URL: "https://a.example/", Body: []byte("secret"), Private: true, AllowHTTP: true, Header: http.Header{"Authorization": {"Basic eA=="}}}
	for _, status := range []int{301, 302, 303, 307, 308} {
		onWeb(t, map[string]func(io.Writer, *http.Request){"a.example/": respond(status, "Location: https://b.example/", "")}, func(t *testing.T, w *web, n *Run) {
			doc, err := n.Fetch(t.Context(), private)
			if err != nil || doc.Status != status || len(w.asked) != 1 || w.headers[0].Get("Authorization") != "Basic eA==" {
				t.Errorf("%d: got %+v, %v; asked %q with %v", status, doc, err, w.asked, w.headers)
			}
		})
	}
	onWeb(t, nil, func(t *testing.T, w *web, n *Run) {
		plain := private
		plain.URL = "http://a.example/"
		if _, err := n.Fetch(t.Context(), plain); err == nil || len(w.asked) > 0 {
			t.Errorf("got %v; asked %q", err, w.asked)
		}
	})
}
