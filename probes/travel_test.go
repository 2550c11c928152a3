package probes

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
	"mailcheck/internal/lab"
	"mailcheck/report"
)

// travels wants a report that was written as JSON and read again to look the same in
// every format, and to hold no secret in any.
func travels(t *testing.T, s lab.Scenario, r *mailcheck.Report) {
	t.Helper()
	document := written(t, "json", r, report.Options{})
	back, err := report.Read(bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	shared, err := report.Share(r, "client.example.net")
	if err != nil {
		t.Error(err)
	}
	for _, f := range report.Formats {
		if r.Address.Local != "" && err == nil {
			out := bytes.ToLower(written(t, f.Name, shared, report.Options{Verbose: true}))
			if person := []byte(strings.ToLower(r.Address.Local)); len(person) > 3 && !strings.Contains(r.Address.Domain, string(person)) && bytes.Contains(out, person) {
				t.Errorf("%s of the shared report has %s in it:\n%s", f.Name, person, out)
			}
		}
		options := []report.Options{{}, {Verbose: true, Width: 120}, {View: report.Sources}}
		if !slices.Contains([]string{"table", "json", "transcript"}, f.Name) { // the others are made of the same; once is enough
			options = options[:1]
		}
		for _, opts := range options {
			if !f.Has(opts.View) {
				continue
			}
			before := written(t, f.Name, r, opts)
			if diff := cmp.Diff(string(before), string(written(t, f.Name, back, opts))); diff != "" {
				t.Errorf("%s is another one after a journey (-before +after):\n%s", f.Name, diff)
			}
			if strings.Contains(string(before), "%!") {
				t.Errorf("%s: a format and its arguments do not fit:\n%s", f.Name, before)
			}
			if negative := negativeTime.Find(before); negative != nil {
				t.Errorf("%s: a length of time is negative: %s", f.Name, negative)
			}
			holdsNoSecret(t, before, s.Password, s.Token)
		}
	}
}

var negativeTime = regexp.MustCompile(`[ "(]-\d+ (s|minutes?|hours?|days?)\b`)

func written(t *testing.T, format string, r *mailcheck.Report, opts report.Options) []byte {
	t.Helper()
	f, ok := report.FormatByName(format)
	if !ok {
		t.Fatalf("no format is called %s", format)
	}
	var b bytes.Buffer
	if err := f.Write(&b, r, opts); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func holdsNoSecret(t *testing.T, out []byte, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		for _, form := range []string{secret, base64.StdEncoding.EncodeToString([]byte(secret)), hex.EncodeToString([]byte(secret))} {
			if bytes.Contains(out, []byte(form)) {
				t.Errorf("%q is shown", form)
			}
		}
	}
}
