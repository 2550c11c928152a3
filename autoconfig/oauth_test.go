package autoconfig

import (
	"slices"
	"strings"
	"testing"
)

func TestMailconf(t *testing.T) {
	got := mailconf([]string{"v=spf1 -all", "mailconf=https://a.example.com/x", "MailConf = https://b.example.com/y ", "mailconf", "mailconfig=https://c.example.com"})
	if want := []string{"https://a.example.com/x", "https://b.example.com/y"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	for _, c := range []struct{ url, want string }{
		{"https://www.example.com/mail.xml", ""},
		{"http://www.example.com/mail.xml", "not https"},
		{"https://192.0.2.1/mail.xml", "192.0.2.1 is an IP address; a mail domain such as example.com is needed"},
		{"https://localhost/mail.xml", `the domain name "localhost" is not complete; it needs an ending, as in example.com`},
		{"https://www.example.com:8443/mail.xml", "not the standard port"},
		{"https://u:p@www.example.com/mail.xml", "it holds a user name"},
		{"mail.xml", "not a URL"},
	} {
		got := ""
		if err := checkMailconf(c.url); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.url, got, c.want)
		}
	}
}

func FuzzMailconf(f *testing.F) {
	f.Add("mailconf=https://www.example.com/mail.xml")
	f.Add("mailconf=//x")
	f.Fuzz(func(t *testing.T, record string) {
		for _, u := range mailconf([]string{record}) {
			if checkMailconf(u) == nil && !strings.HasPrefix(strings.ToLower(u), "https://") {
				t.Errorf("%q is accepted", u)
			}
		}
	})
}
