package probes

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"mailcheck"
	"mailcheck/catalogue"
	"mailcheck/internal/lab"
	"mailcheck/report"
)

// catalogues are those of all languages but English.
var catalogues = sync.OnceValue(func() []*catalogue.Catalogue {
	var all []*catalogue.Catalogue
	for _, tag := range catalogue.Languages()[1:] {
		c, err := catalogue.Open(tag)
		if err != nil {
			panic(err)
		}
		all = append(all, c)
	}
	return all
})

// speaks shows a report in every language, with each place of a sentence filled in, and the
// same from the report as it is saved.
func speaks(t *testing.T, s lab.Scenario, r *mailcheck.Report) {
	saved, err := report.Read(bytes.NewReader(written(t, "json", r, report.Options{})))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range catalogues() {
		for _, name := range []string{"table", "markdown", "html", "nagios"} {
			said := func(r *mailcheck.Report) string {
				return string(written(t, name, r, report.Options{Language: c, Verbose: true}))
			}
			text := said(r)
			for _, left := range []string{"{{.", "<no value>", "%!"} {
				if at := strings.Index(text, left); at >= 0 {
					t.Errorf("%s in %s: %q is left in %q", name, c.Tag(), left, text[max(0, at-100):min(len(text), at+100)])
				}
			}
			if again := said(saved); again != text {
				t.Errorf("%s in %s: as it was saved, the report of %s reads otherwise:\n%s", name, c.Tag(), s.Name, firstDifference(text, again))
			}
		}
	}
}

// firstDifference is the first line in which two texts differ.
func firstDifference(a, b string) string {
	lines := strings.Split(b, "\n")
	for i, line := range strings.Split(a, "\n") {
		if i >= len(lines) || lines[i] != line {
			return line + "\n" + lines[min(i, len(lines)-1)]
		}
	}
	return ""
}
