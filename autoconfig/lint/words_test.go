package lint

import (
	"slices"
	"strings"
	"testing"

	"mailcheck"
)

// Devices refuse some faulty profiles by public report; of others nothing is known.
func TestRefusedProfiles(t *testing.T) {
	for name, test := range map[string]struct {
		old, new string
		want     mailcheck.Outcome
	}{
		"UUID twice":         {"0C5A7C1E-0000-4000-8000-000000000002", "0C5A7C1E-0000-4000-8000-000000000001", mailcheck.Fails},
		"no account type":    {"<key>EmailAccountType</key><string>EmailTypeIMAP</string>", "", mailcheck.Fails},
		"no payload version": {"<key>PayloadVersion</key><integer>1</integer>", "", mailcheck.Fails},
		"empty host":         {"<string>smtp.example.com</string>", "<string></string>", mailcheck.Fails},
		"empty port":         {"<integer>993</integer>", "<integer></integer>", mailcheck.Fails},
		"port too large":     {"<integer>993</integer>", "<integer>99993</integer>", mailcheck.NotKnown},
		"good":               {"", "", mailcheck.Asks},
	} {
		body := strings.ReplaceAll(goodProfile, test.old, test.new)
		if test.old == "" {
			body = goodProfile
		} else if body == goodProfile {
			t.Fatalf("%s: %q is not in the profile", name, test.old)
		}
		l := Judge(File{Name: "file", Body: []byte(body)})
		if len(l.Clients) != 1 || l.Clients[0].Outcome != test.want {
			t.Errorf("%s: %v, want %s: %v", name, l.Clients, test.want, idsOf(l.Findings))
		}
	}
}

func idsOf(findings []mailcheck.Finding) (ids []string) {
	for _, f := range findings {
		ids = append(ids, f.Check.ID+" "+f.Detail.String())
	}
	return ids
}

// Every kind of word is judged as it stands, and ordinary ones are left alone.
func TestWords(t *testing.T) {
	for word, want := range map[string]string{
		"%EMAILADDRESS%": "", "%EMAILLOCALPART%": "", "%EMAILLOCALPART%.%EMAILDOMAIN%": "", "%EMAILLOCALPART%@%EMAILDOMAIN%": "",
		"alice": "", `CORP\alice`: "", "alice@example.com": "", "a$b@example.com": "", "a{b}@example.com": "", "a%b@example.com": "",
		"%EMAILADDRESS": "autoconfig.placeholder", "%USER%": "autoconfig.placeholder", "EMAILADDRESS%@": "publish.username-cut",
		"%EMAILLOCALPART%@": "publish.username-cut", "@example.com": "publish.username-cut",
		"{user}": "publish.template", "{{ user.email }}": "publish.template", "$user@example.com": "publish.template", "${USERNAME}": "publish.template",
		"[EMAIL]": "publish.template", "%u": "publish.template", "%n@%d": "publish.template", "%(email)s": "publish.template", "__USERNAME__": "publish.template",
		"a@example.com,b@example.com": "publish.several-values", "a@example.com b@example.com": "publish.several-values",
		"alice@example.org": "publish.username-domain", "%EMAILLOCALPART%@mail.example.com": "publish.username-domain",
		"alice @example.com": "lint.value", "ali\u200bce": "lint.value",
	} {
		l := Judge(File{Name: "file", Body: []byte(strings.ReplaceAll(goodConfig, "%EMAILADDRESS%", word))})
		var got []string
		for _, f := range l.Findings {
			if f.Element == "username" && !slices.Contains(got, f.Check.ID) {
				got = append(got, f.Check.ID)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}
