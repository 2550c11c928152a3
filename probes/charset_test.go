package probes

import (
	"testing"
	"unicode/utf8"
)

func TestReadable(t *testing.T) {
	for line, want := range map[string]string{
		"535 Error: \xc7\xeb\xca\xb9\xd3\xc3\xca\xda\xc8\xa8\xc2\xeb\xb5\xc7\xc2\xbc": "535 Error: 请使用授权码登录",
		"421 acc\xe8s refus\xe9":  "421 accès refusé",
		"421 accès refusé":        "421 accès refusé",
		"NO Passwort ung\xfcltig": "NO Passwort ungültig",
		"535 \x81":                "535 \x81", // nothing in Windows-1252
		"plain":                   "plain",
	} {
		if got := readable(line); got != want {
			t.Errorf("%q is read as %q, want %q", line, got, want)
		}
	}
}

func FuzzReadable(f *testing.F) {
	f.Add("\xc7\xeb")
	f.Add("\xe9")
	f.Fuzz(func(t *testing.T, line string) {
		if got := readable(line); got != line && (!utf8.ValidString(got) || len(got) > 3*len(line)) {
			t.Errorf("%q is read as %q", line, got)
		}
	})
}
