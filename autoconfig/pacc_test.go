package autoconfig

import "testing"

func TestParseDigest(t *testing.T) {
	const d = "/m6AKEdIqnslFH+TVG+PnRyEejo1lRLaRS46GQ8ODng="
	for text, want := range map[string][2]bool{ // usable, announced
		"v=UAAC1; a=sha256; d=" + d:                     {true, true},
		"v=UAAC1;a=sha256;d=" + d + ";":                 {true, true},
		" d = " + d + " ; x ; A=SHA256;V=uaac1":         {true, true},
		"v=UAAC1; a=sha256; d=" + d[:20] + " " + d[20:]: {true, true},
		"v=UAAC1; a=sha512; d=" + d:                     {false, true},
		"v=UAAC1; a=sha256; d=" + d[:40]:                {false, true},
		"v=UAAC1":                                       {false, true},
		"v=spf1 -all":                                   {false, false},
		"":                                              {false, false},
	} {
		digest, announced := parseDigest(text)
		if got := [2]bool{digest != nil, announced}; got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func FuzzDigest(f *testing.F) {
	f.Add("v=UAAC1; a=sha256; d=/m6AKEdIqnslFH+TVG+PnRyEejo1lRLaRS46GQ8ODng=")
	f.Fuzz(func(t *testing.T, text string) {
		if digest, announced := parseDigest(text); digest != nil && (!announced || len(digest) != 32) {
			t.Errorf("digest %x", digest)
		}
	})
}
