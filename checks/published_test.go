package checks_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mailcheck/checks"
)

// What docs/published.md says of a defect, and what the checks' references say, is the
// same: each row names checks that refer to its defect, and no such check is missing.
func TestPublishedDefects(t *testing.T) {
	page, err := os.ReadFile("../docs/published.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile(`(?m)^\| (A\d+\.\d) \|.*\| ([^|]*) \|$`)
	id := regexp.MustCompile("`([a-z0-9]+\\.[a-z0-9-]+)`")
	named := map[string][]string{} // checks by defect
	for _, m := range row.FindAllStringSubmatch(string(page), -1) {
		for _, c := range id.FindAllStringSubmatch(m[2], -1) {
			named[m[1]] = append(named[m[1]], c[1])
		}
	}
	if len(named) != 14 {
		t.Errorf("%d defects are in docs/published.md, want 14", len(named))
	}
	for defect, ids := range named {
		for _, id := range ids {
			if c := checks.ByID(id); c == nil || !slices.Contains(defects(c), defect) {
				t.Errorf("%s is named for %s, which its reference does not name", id, defect)
			}
		}
	}
	for _, c := range checks.All {
		for _, defect := range defects(c) {
			if !slices.Contains(named[defect], c.ID) {
				t.Errorf("%s refers to %s; docs/published.md does not name it there", c.ID, defect)
			}
		}
	}
}

// defects returns those of "Automatic Insecurity" that a check refers to.
func defects(c *checks.Check) []string {
	_, ref, found := strings.Cut(c.Ref, "NDSS 2025 Automatic Insecurity ")
	if !found {
		return nil
	}
	return regexp.MustCompile(`\bA\d+\.\d\b`).FindAllString(ref, -1)
}
