package document

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/sample"
)

func TestPACCServers(t *testing.T) {
	cases := []struct {
		name, document string
		servers        []string // URLs
		problems       []string
		draft          string
	}{
		{"draft -02", `{"protocols": {"smtp": {"host": "smtp.example.com"}, "imap": {"host": "IMAP.example.com."}}}`,
			[]string{"imaps://imap.example.com:993", "submissions://smtp.example.com:465"}, nil, "-02"},
		{"draft -03", `{"protocols": {"submit": {"host": "smtp.example.com"}, "pop3": {"host": "pop.example.com"}}}`,
			[]string{"pop3s://pop.example.com:995", "submissions://smtp.example.com:465"}, nil, "-03"},
		{"both spellings of one server", `{"protocols": {"submit": {"host": "smtp.example.com"}, "smtp": {"host": "smtp.example.com"}}}`,
			[]string{"submissions://smtp.example.com:465"}, nil, "-02 and -03"},
		{"services", `{"protocols": {"jmap": {"url": "https://jmap.example.com"}, "caldav": {"url": "https://dav.example.com/cal/?a=b"},
"carddav": {"url": "https://dav.example.com/card/"}, "webdav": {"url": "https://dav.example.com/"}, "managesieve": {"host": "sieve.example.com"}}}`,
			[]string{"sieve://sieve.example.com:4190", "jmap://jmap.example.com/", "caldav://dav.example.com/cal/?a=b", "carddav://dav.example.com/card/"}, nil, ""},
		{"unknown keys", `{"protocols": {"imap": {"host": "imap.example.com", "x": [1, {"y": null}]}, "gopher": 7}, "x": true}`,
			[]string{"imaps://imap.example.com:993"}, nil, ""},
		{"case of keys", `{"protocols": {"IMAP": {"host": "imap.example.com"}, "pop3": {"Host": "pop.example.com"}}}`,
			nil, []string{"1 pop3: \"host\" is missing or is no text"}, ""},
		{"a port", "{\"protocols\":\n{\n\"imap\": {\"host\": \"imap.example.com:143\"}, \"jmap\": {\"url\": \"https://j.example.com:8443/\"}}}",
			nil, []string{`3 imap: "imap.example.com:143" has a port, which the document must not name`, `3 jmap: "https://j.example.com:8443/" has a port, which the document must not name`}, ""},
		{"not https, no path, no text", `{"protocols": {"jmap": {"url": "http://j.example.com/"}, "caldav": {"url": "https://dav.example.com"}, "carddav": 7, "imap": {"host": "a b"}}}`,
			nil, []string{`1 imap: "a b" is not a host name: disallowed rune U+0020`, `1 jmap: "http://j.example.com/" is not an https URL`, `1 caldav: "https://dav.example.com" has no path`, `1 carddav: "url" is missing or is no text`}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p, err := ParsePACC([]byte(c.document))
			if err != nil {
				t.Fatal(err)
			}
			if p.Draft != c.draft {
				t.Errorf("draft %q, want %q", p.Draft, c.draft)
			}
			servers, problems := p.Servers(sample.Alice)
			var urls, texts []string
			for _, s := range servers {
				urls = append(urls, s.URL())
			}
			for _, p := range problems {
				texts = append(texts, strings.Join([]string{string(rune('0' + p.Line)), p.Text.String()}, " "))
			}
			if diff := cmp.Diff(c.servers, urls); diff != "" {
				t.Errorf("servers differ (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.problems, texts); diff != "" {
				t.Errorf("problems differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPACCAuthentication(t *testing.T) {
	p, err := ParsePACC([]byte(`{"protocols": {"imap": {"host": "imap.example.com"}},
"authentication": {"oauth-public": {"issuer": "https://auth.example.com/"}, "password": true}}`))
	if err != nil {
		t.Fatal(err)
	}
	servers, _ := p.Servers(sample.Alice)
	if diff := cmp.Diff([]string{"OAuth2", "password-cleartext"}, servers[0].Auth); diff != "" {
		t.Error(diff)
	}
	if servers[0].Username != "alice@example.com" {
		t.Errorf("user name %q", servers[0].Username)
	}
}

func TestPACCMalformed(t *testing.T) {
	for document, want := range map[string]string{
		"":                                    "line 1, column 1: the document ends too early",
		"[]":                                  "line 1: the document is not a JSON object",
		"null":                                "line 1: the document is not a JSON object",
		"{}":                                  "line 1: there is no object \"protocols\"",
		"{\n\n\"protocols\": []}":             "line 3: there is no object \"protocols\"",
		"{\"protocols\": {}\n, }":             "line 2, column 3: invalid character '}' looking for beginning of object key string",
		"{\"protocols\": {}}\n}":              "line 2, column 1: something follows the document",
		"{\"protocols\": {}} x":               "line 1, column 19: something follows the document",
		strings.Repeat("[", 40):               "line 1, column 34: values are nested deeper than 32 or more than 20000",
		nestedArray(40):                       "line 1, column 34: values are nested deeper than 32 or more than 20000",
		strings.Repeat(" ", MaxConfig) + "{}": "larger than 1048576 bytes",
	} {
		_, err := ParsePACC([]byte(document))
		if err == nil || err.Error() != want {
			t.Errorf("%.40q: %v, want %s", document, err, want)
		}
		if e, ok := errors.AsType[*checks.Error](err); !ok || e.Check != checks.PACCMalformed {
			t.Errorf("%.40q: not an occurrence of pacc.malformed", document)
		}
	}
}

func nestedArray(levels int) string {
	return strings.Repeat("[", levels) + strings.Repeat("]", levels)
}

func FuzzPACC(f *testing.F) {
	f.Add([]byte(`{"protocols": {"imap": {"host": "imap.example.com"}, "jmap": {"url": "https://jmap.example.com/session"}}, "authentication": {"password": true}}`))
	f.Add([]byte("{\"protocols\": {\"smtp\": [[[{\"a\": \"\\u0000\"}]]]}}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := ParsePACC(body)
		if err != nil {
			return
		}
		servers, problems := p.Servers(sample.Alice)
		for _, s := range servers {
			if s.Host == "" || s.Port == 0 || !mailcheck.Printable(s.URL()) {
				t.Errorf("unusable server %+v", s)
			}
		}
		for _, p := range problems {
			if p.Line < 1 {
				t.Errorf("problem without a line: %+v", p)
			}
		}
	})
}
