package serve

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func prefixes(texts ...string) (all []netip.Prefix) {
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

// Who asks is who connects, or whom a trusted proxy says: the last address that no proxy has. What
// somebody writes before it counts for nothing.
func TestClient(t *testing.T) {
	a := &Access{Proxies: prefixes("10.0.0.0/8", "::1/128"), UserHeader: "X-Remote-User"}
	test := func(from, want string, headers ...string) {
		t.Helper()
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = from
		for i := 0; i < len(headers); i += 2 {
			r.Header.Add(headers[i], headers[i+1])
		}
		if got := a.client(r); got != want {
			t.Errorf("from %s with %v: %q, want %q", from, headers, got, want)
		}
	}
	test("192.0.2.1:1", "192.0.2.1")
	test("192.0.2.1:1", "192.0.2.1", "X-Forwarded-For", "198.51.100.1", "X-Remote-User", "root")
	test("[2001:db8:1:2:3::4]:1", "2001:db8:1:2::/64")
	test("[::ffff:192.0.2.1]:1", "192.0.2.1")
	test("10.0.0.1:1", "198.51.100.1", "X-Forwarded-For", "203.0.113.9, 198.51.100.1")
	test("10.0.0.1:1", "198.51.100.1", "X-Forwarded-For", "203.0.113.9", "X-Forwarded-For", "198.51.100.1, 10.0.0.2")
	test("[::1]:1", "198.51.100.1", "X-Forwarded-For", "198.51.100.1")
	test("10.0.0.1:1", "10.0.0.1", "X-Forwarded-For", "198.51.100.1, nonsense")
	test("10.0.0.1:1", "10.0.0.1")
	test("10.0.0.1:1", "user alice", "X-Remote-User", "alice", "X-Forwarded-For", "198.51.100.1")
	test("10.0.0.1:1", "10.0.0.1", "X-Remote-User", "alice", "X-Remote-User", "root")
	test("", "invalid IP")
}

// Without the token, or the proxy's word, nothing but what is open is to be had.
func TestGuard(t *testing.T) {
	served(t, "healthy", func(t *testing.T, s *Server, v *visitor) {
		s.Access.Token = "correct horse battery staple"
		for _, path := range []string{"/", "/r/ABC", "/s/ABC", "/explain/tls.expired", "/api/v1/checks/ABC", "/api/v1/openapi.json", "/nothing"} {
			w := v.get(path)
			v.wants(w, http.StatusUnauthorized)
			if len(w.Header().Values("WWW-Authenticate")) != 2 {
				t.Errorf("%s does not say what it wants", path)
			}
		}
		v.wants(v.send("/check", "address", "alice@example.com"), http.StatusUnauthorized)
		v.wants(v.get("/healthz"), 200, "ok")
		v.with = map[string]string{"Authorization": "Bearer correct horse battery"}
		v.wants(v.get("/"), http.StatusUnauthorized)
		v.with = map[string]string{"Authorization": "Bearer correct horse battery staple"}
		v.wants(v.get("/"), 200)
		v.with = map[string]string{"Authorization": "Basic YW55Ym9keTpjb3JyZWN0IGhvcnNlIGJhdHRlcnkgc3RhcGxl"}
		v.wants(v.get("/"), 200)

		s.Access = Access{UserHeader: "X-Remote-User", Proxies: prefixes("192.0.2.200/32")}
		v.with = nil
		v.wants(v.get("/"), http.StatusForbidden)
		v.with = map[string]string{"X-Remote-User": "alice"}
		v.wants(v.get("/"), 200)
		v.from = "192.0.2.201:1"
		v.wants(v.get("/"), http.StatusForbidden)
	})
}
