package netx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"code.dny.dev/ssrf"

	"mailcheck/checks"
)

func TestPublicAddress(t *testing.T) {
	for _, c := range []struct {
		addr string
		want bool
	}{
		{"9.9.9.9", true}, {"2620:fe::fe", true}, {"64:ff9b::909:909", true},
		{"127.0.0.1", false}, {"10.1.2.3", false}, {"172.16.0.1", false}, {"192.168.1.1", false},
		{"169.254.169.254", false}, {"100.64.0.1", false}, {"0.0.0.1", false}, {"224.0.0.1", false}, {"255.255.255.255", false},
		{"::1", false}, {"::", false}, {"fe80::1", false}, {"fd00::1", false}, {"fec0::1", false}, {"ff02::1", false},
		{"::ffff:127.0.0.1", false}, {"::ffff:10.0.0.1", false}, {"64:ff9b::7f00:1", false}, {"2002:7f00:1::", false}, {"fe80::1%eth0", false},
		{"::127.0.0.1", false}, {"64:ff9b:1::a00:1", false}, {"2001::7f00:1", false}, {"192.0.2.1", false}, {"2001:db8::1", false}, {"168.63.129.16", false}, {"4000::1", false},
	} {
		if got := publicAddress(netip.MustParseAddr(c.addr)); got != c.want {
			t.Errorf("publicAddress(%s) = %v", c.addr, got)
		}
	}
}

// A URL in a certificate must not make mailcheck knock on a door it chooses.
func TestFetchPublicRefuses(t *testing.T) {
	n := newNet(t, newInternet(), Options{})
	for _, url := range []string{
		"http://127.0.0.1/ca.crt", "http://[::1]/ca.crt", "http://2130706433/ca.crt", "http://0x7f.1/ca.crt", "http://localhost/ca.crt",
		"http://printer/ca.crt", "http://ca.example:8080/ca.crt", "http://ca.example:80/ca.crt", "ldap://ca.example/cn=ca", "file:///etc/passwd",
		"http://user:pass@ca.example/ca.crt", "http://ca.example.localhost/", "", "http://", "http://ca.example%2f@x/",
	} {
		if body, err := n.FetchPublic(t.Context(), url); err == nil {
			t.Errorf("FetchPublic(%q) = %q", url, body)
		} else if strings.Contains(err.Error(), "refused") {
			t.Errorf("FetchPublic(%q) dialled: %v", url, err)
		}
	}
}

func TestClockError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &Run{}
		if _, servers := n.ClockError(); servers != 0 {
			t.Errorf("%d servers before any answer", servers)
		}
		at := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
		n.clock.note("a.example", http.Header{"Date": {at(time.Hour)}})
		n.clock.note("b.example", http.Header{"Date": {at(0)}, "Age": {"3600"}}) // from a cache
		n.clock.note("c.example", http.Header{"Date": {at(-1000 * time.Hour)}})  // one server's clock may be wrong
		n.clock.note("d.example", http.Header{"Date": {at(time.Hour)}})
		n.clock.note("e.example", http.Header{"Date": {"yesterday"}})
		n.clock.note("f.example", nil)
		if behind, servers := n.ClockError(); behind != time.Hour || servers != 4 {
			t.Errorf("ClockError = %v, %d; want 1h, 4", behind, servers)
		}
	})
}

// With the kernel's dialler a name that leads into a private network is refused;
// one with a public address as well is asked there only.
func TestFetchPublicAddresses(t *testing.T) {
	bubble(t, zone(t, "inside.example. 60 IN A 10.0.0.1", "inside.example. 60 IN A 127.0.0.1",
		"mixed.example. 60 IN A 10.0.0.1", "mixed.example. 60 IN A 9.9.9.9"), func(t *testing.T, i *internet, n *Run) {
		n.ownDial = true
		for _, url := range []string{"http://inside.example/ca.crt", "http://mixed.example/ca.crt", "https://mixed.example/ca.crt"} {
			if _, err := n.FetchPublic(t.Context(), url); err == nil {
				t.Errorf("FetchPublic(%s) succeeded", url)
			}
		}
		var tcp []string
		for _, dial := range i.dialled {
			if strings.HasPrefix(dial, "tcp") {
				tcp = append(tcp, dial)
			}
		}
		if got := strings.Join(tcp, ", "); got != "tcp 9.9.9.9:80, tcp 9.9.9.9:443" {
			t.Errorf("dialled %s", got)
		}
	})
}

// One certificate on six ports is fetched once; a redirect is not followed, and
// no more is read than a certificate can be long.
func TestFetchPublicOnce(t *testing.T) {
	big := strings.Repeat("x", maxPublicBody+1)
	onWeb(t, map[string]func(io.Writer, *http.Request){
		"a.example/ca.crt": respond(200, "", "certificate"),
		"a.example/moved":  redirectTo("https://a.example/ca.crt"),
		"a.example/big":    respond(200, "", big),
	}, func(t *testing.T, w *web, n *Run) {
		for range 3 {
			if body, err := n.FetchPublic(t.Context(), "https://a.example/ca.crt"); string(body) != "certificate" || err != nil {
				t.Errorf("got %q, %v", body, err)
			}
		}
		if len(w.asked) != 1 {
			t.Errorf("asked %q", w.asked)
		}
		for _, path := range []string{"moved", "big", "missing"} {
			if body, err := n.FetchPublic(t.Context(), "https://a.example/"+path); err == nil {
				t.Errorf("%s: got %d bytes", path, len(body))
			}
		}
	})
}

// What counts as public must not be less strict than what others hold it to be. The library does
// not look into addresses of NAT64; those it refuses altogether.
func TestSecondOpinion(t *testing.T) {
	other := ssrf.New(ssrf.WithAnyPort())
	random := rand.New(rand.NewPCG(1, 2))
	public := 0
	ask := func(a netip.Addr) {
		network := "tcp4"
		if a.Is6() {
			network = "tcp6"
		}
		if !publicAddress(a) || nat64.Contains(a) {
			return
		}
		public++
		if err := other.Safe(network, netip.AddrPortFrom(a, 443).String(), nil); err != nil {
			t.Errorf("%s counts as public: %v", a, err)
		}
	}
	for range 200_000 {
		var raw [16]byte
		binary.NativeEndian.PutUint64(raw[:], random.Uint64())
		binary.NativeEndian.PutUint64(raw[8:], random.Uint64())
		ask(netip.AddrFrom4([4]byte(raw[:4])))
		raw[0] = 0x20 | raw[0]&0x1f
		ask(netip.AddrFrom16(raw))
	}
	for _, denied := range slices.Concat(ssrf.IPv4DeniedPrefixes, ssrf.IPv6DeniedPrefixes) {
		if publicAddress(denied.Addr()) || publicAddress(denied.Addr().Next()) {
			t.Errorf("%s counts as public", denied)
		}
	}
	if public == 0 {
		t.Error("nothing is public")
	}
}

// Whatever a name meant when it was looked up, what counts is what is dialled (DNS rebinding). A
// port that mail does not have is dialled nowhere, and no answer tells one refusal from another.
func TestPublicOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := newInternet()
		n := newNet(t, i, Options{PublicOnly: true, AllowNets: []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}, AllowPorts: []uint16{8443}})
		refusals := map[string]bool{}
		refused := func(port uint16, addrs ...string) {
			t.Helper()
			var all []netip.Addr
			for _, a := range addrs {
				all = append(all, netip.MustParseAddr(a))
			}
			began := time.Now()
			d, err := n.Dial(t.Context(), "mail.example", port, all)
			if e, ok := errors.AsType[*checks.Error](err); !ok || e.Check != checks.NetNotAllowed || d.Conn != nil || time.Since(began) != 0 {
				t.Errorf("%v port %d: %v after %v", addrs, port, err, time.Since(began))
			}
			refusals[fmt.Sprint(err)] = true
		}
		refused(993, "127.0.0.1")
		refused(993, "::1", "10.0.0.1")
		refused(993, "::ffff:192.168.0.1")
		refused(443, "169.254.169.254")
		refused(443, "64:ff9b::a9fe:a9fe")
		refused(993, "203.0.113.1")
		refused(22, "9.9.9.9")
		refused(22, "198.51.100.1")
		if len(i.dialled) != 0 || len(refusals) != 1 {
			t.Errorf("dialled %v, refusals %v", i.dialled, refusals)
		}
		for _, to := range []netip.AddrPort{netip.MustParseAddrPort("9.9.9.9:993"), netip.MustParseAddrPort("198.51.100.1:8443")} {
			if _, err := n.Dial(t.Context(), "mail.example", to.Port(), []netip.Addr{netip.MustParseAddr("10.0.0.1"), to.Addr()}); !errors.Is(err, syscall.ECONNREFUSED) {
				t.Errorf("%s: %v", to, err)
			}
		}
		if want := []string{"tcp 9.9.9.9:993", "tcp 198.51.100.1:8443"}; !slices.Equal(i.dialled, want) {
			t.Errorf("dialled %v", i.dialled)
		}
		for _, name := range []string{"127.0.0.1", "localhost", "router.localhost", "10.1.2.3"} {
			if addrs, _, err := n.Addrs(t.Context(), name, 993); err == nil || len(addrs) > 0 {
				t.Errorf("%s has the addresses %v", name, addrs)
			}
		}
	})
}
