package serve

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"mailcheck/probes"
)

// sites answer at one name.
type sites struct{}

func (sites) Answers(host string) bool { return host == "autoconfig.example.com" }

func (sites) ServeHTTP(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "published") }

// Mail programs have no token, and ask with POST as no page of the service does: what is for
// them is for everybody, at its names alone.
func TestSites(t *testing.T) {
	s := &Server{
		Runs: &Runs{Client: &probes.Client{}}, Sites: sites{}, Access: Access{Token: "correct horse", Hosts: []string{"mailcheck.example"}},
		Routes: []Route{{Pattern: "GET /probe", Handler: http.NotFoundHandler()}},
	}
	h := s.Handler()
	test := func(method, host, path string, status int) {
		t.Helper()
		r := httptest.NewRequest(method, "http://"+host+path, nil)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != status {
			t.Errorf("%s %s%s: %d", method, host, path, w.Code)
		}
	}
	test("GET", "autoconfig.example.com", "/mail/config-v1.1.xml", http.StatusOK)
	test("POST", "autoconfig.example.com", "/autodiscover/autodiscover.xml", http.StatusOK)
	test("GET", "autoconfig.example.com", "/probe", http.StatusOK) // whatever that is there
	test("GET", "mailcheck.example", "/probe", http.StatusUnauthorized)
	test("GET", "other.example", "/probe", http.StatusMisdirectedRequest)
	test("POST", "mailcheck.example", "/check", http.StatusForbidden)
}
