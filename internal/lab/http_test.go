package lab

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// browser returns a client whose every connection goes to the test host.
func browser(t *testing.T, l *Lab) *http.Client {
	transport := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return l.Dial(ctx, network, there)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

func TestHTTP(t *testing.T) {
	routes := map[string]Reply{
		"/config.xml":     XML("<a/>"),
		"/config.xml?x=1": XML("<b/>"),
		"/page":           HTML("<p>"),
		"/moved":          Redirect("https://www.example.com/there"),
		"/broken":         Status(503),
		"/bomb":           GzipBomb(4 << 20),
		"/late":           After(time.Second, XML("<late/>")),
		"/drip":           DripBody("<drip/>", time.Second),
		"/raw":            Raw("nonsense\r\n"),
		"/silent":         NoAnswer,
		"/endless":        EndlessBody,
	}
	bring(t, Host{1000: HTTP(routes)}, func(t *testing.T, l *Lab) {
		client := browser(t, l)
		defer client.CloseIdleConnections()
		get := func(path string, status int, mediaType, body string) {
			t.Helper()
			r, err := client.Get("http://www.example.com" + path)
			if err != nil {
				t.Errorf("%s: %v", path, err)
				return
			}
			defer r.Body.Close()
			got, _ := io.ReadAll(io.LimitReader(r.Body, 8<<20))
			if r.StatusCode != status || !strings.HasPrefix(r.Header.Get("Content-Type"), mediaType) || !strings.HasPrefix(string(got), body) {
				t.Errorf("%s: %s %v %.80q", path, r.Status, r.Header, got)
			}
			if path == "/bomb" && len(got) != 4<<20 {
				t.Errorf("bomb of %d bytes", len(got))
			}
		}
		get("/config.xml", 200, "text/xml", "<a/>")
		get("/config.xml?x=1", 200, "text/xml", "<b/>")
		get("/config.xml?x=2", 200, "text/xml", "<a/>")
		get("/page", 200, "text/html", "<p>")
		get("/moved", 301, "", "")
		get("/broken", 503, "text/html", "<!DOCTYPE")
		get("/nothing", 404, "text/html", "<!DOCTYPE")
		get("/bomb", 200, "text/xml", " ")
		get("/late", 200, "text/xml", "<late/>")
		get("/drip", 200, "text/xml", "<drip/>")
		get("/endless", 200, "text/xml", "<clientConfig>")
		for _, path := range []string{"/raw", "/silent"} {
			if _, err := client.Get("http://www.example.com" + path); err == nil {
				t.Errorf("%s: no error", path)
			}
		}
		dials := slices.DeleteFunc(l.Dials(), func(d string) bool { return d != "tcp "+there })
		if len(dials) > 6 {
			t.Errorf("%d connections: they are not kept alive", len(dials))
		}
		if got := l.Requests()[1]; got != "GET http://www.example.com/config.xml?x=1" {
			t.Errorf("request %q", got)
		}
	})
}

func TestHTTPS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(healthy())
		defer l.Close()
		transport := &http.Transport{ForceAttemptHTTP2: true, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return l.Dial(ctx, network, "192.0.2.80:443")
		}}
		transport.TLSClientConfig = &tls.Config{RootCAs: l.Options().Roots}
		defer transport.CloseIdleConnections()
		r, err := (&http.Client{Transport: transport}).Get("https://autoconfig.example.com/mail/config-v1.1.xml?emailaddress=alice%40example.com")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		if body, err := io.ReadAll(r.Body); err != nil || !strings.Contains(string(body), "%EMAILADDRESS%") {
			t.Errorf("%.200q, %v", body, err)
		}
		if got := l.Requests()[0]; !strings.HasPrefix(got, "GET https://autoconfig.example.com/mail/") {
			t.Errorf("request %q", got)
		}
	})
}
