package serve

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Access says who may use the service, beside its open routes, and what is believed of them. The
// zero value lets everybody who can reach it.
type Access struct {
	Token      string         // that requests bear, or give as the password of basic authentication; empty: none is wanted
	UserHeader string         // in which a proxy names the user; empty: none does
	Proxies    []netip.Prefix // that are believed what they say of users, addresses and TLS
	Hosts      []string       // what the service is called, so that no other name leads a browser to it; none: anything

	// Passwords has the page and the interface take passwords, from those who come over TLS.
	Passwords bool
}

// guard lets through who may use a handler.
func (a *Access) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !a.called(r.Host):
			refuse(w, r, http.StatusMisdirectedRequest, "The service has another name.")
		case a.may(r):
			next.ServeHTTP(w, r)
		case a.Token != "":
			w.Header().Set("WWW-Authenticate", `Basic realm="mailcheck", charset="UTF-8"`)
			w.Header().Add("WWW-Authenticate", "Bearer")
			refuse(w, r, http.StatusUnauthorized, "The service wants a token.")
		default:
			refuse(w, r, http.StatusForbidden, "The proxy in front names no user.")
		}
	})
}

// refuse answers as whoever asks wants it.
func refuse(w http.ResponseWriter, r *http.Request, status int, why string) {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		writeProblem(w, problem{Status: status, Detail: why})
		return
	}
	http.Error(w, why, status)
}

// called reports whether a request is for the service. A page of somebody else's, whose name he
// has lead to this machine, could else read what it says (DNS rebinding).
func (a *Access) called(host string) bool {
	if len(a.Hosts) == 0 {
		return true
	}
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.TrimSuffix(strings.Trim(name, "[]"), "."))
	return slices.Contains(a.Hosts, name)
}

// may reports whether who asks may use the service.
func (a *Access) may(r *http.Request) bool {
	if a.Token == "" && a.UserHeader == "" {
		return true
	}
	return a.user(r) != "" || a.Token != "" && a.hasToken(r)
}

// user returns the user that a proxy names; empty where none does.
func (a *Access) user(r *http.Request) string {
	if a.UserHeader == "" || !a.fromProxy(r) {
		return ""
	}
	if all := r.Header.Values(a.UserHeader); len(all) == 1 { // a second one may have come through the proxy
		return all[0]
	}
	return ""
}

func (a *Access) hasToken(r *http.Request) bool {
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		_, given, _ = r.BasicAuth()
	}
	got, want := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(a.Token)) // of one length, so that time tells nothing
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1
}

func (a *Access) fromProxy(r *http.Request) bool { return a.isProxy(remote(r)) }

func (a *Access) isProxy(addr netip.Addr) bool {
	return slices.ContainsFunc(a.Proxies, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// secure reports whether a request came over TLS all the way.
func (a *Access) secure(r *http.Request) bool {
	return r.TLS != nil || a.fromProxy(r) && r.Header.Get("X-Forwarded-Proto") == "https"
}

// takesPassword reports whether a password may come with a request.
func (a *Access) takesPassword(r *http.Request) bool { return a.Passwords && a.secure(r) }

// client returns who asks, for the limits: a user, or where he is.
func (a *Access) client(r *http.Request) string {
	if user := a.user(r); user != "" {
		return "user " + user
	}
	addr := remote(r)
	if a.isProxy(addr) {
		addr = a.forwardedFor(r, addr)
	}
	if addr.Is6() {
		if net, err := addr.WithZone("").Prefix(64); err == nil { // one customer has that many
			return net.String()
		}
	}
	return addr.String()
}

// forwardedFor returns the last address that was added by a proxy and is not a proxy's: whoever
// asks can write what stands before it.
func (a *Access) forwardedFor(r *http.Request, proxy netip.Addr) netip.Addr {
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		addr, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return proxy
		}
		if addr = addr.Unmap(); !a.isProxy(addr) {
			return addr
		}
	}
	return proxy
}

// remote returns the other end of the connection; that of none is one for all.
func remote(r *http.Request) netip.Addr {
	at, _ := netip.ParseAddrPort(r.RemoteAddr)
	return at.Addr().Unmap()
}
