package autoconfig

import (
	"net/http"
	"testing"

	"mailcheck/internal/netx"
)

func TestPortal(t *testing.T) {
	to := func(url string) *netx.Document {
		return &netx.Document{Status: 302, Header: http.Header{"Location": {url}}}
	}
	for _, c := range []struct {
		doc  *netx.Document
		want string
	}{
		{&netx.Document{}, ""},
		{&netx.Document{Status: 200}, ""},
		{&netx.Document{Status: 511}, "http://v1.ispdb.net/ is answered with status 511: network authentication required"},
		{to("https://v1.ispdb.net/"), ""},
		{to("https://www.ispdb.net/"), ""}, // the operator's own
		{to("/index.html"), ""},
		{to("http://[::1"), ""},
		{to("http://192.168.1.1/login"), "http://v1.ispdb.net/ is redirected to http://192.168.1.1/login"},
		{&netx.Document{Status: 200, Hops: []string{"http://v1.ispdb.net/", "https://login.hotel.example/"}}, "http://v1.ispdb.net/ is redirected to https://login.hotel.example/"},
	} {
		if got := portal("v1.ispdb.net", c.doc); got.String() != c.want {
			t.Errorf("%+v: got %q, want %q", c.doc, got, c.want)
		}
	}
}
