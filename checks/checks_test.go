package checks_test

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mailcheck"
	"mailcheck/checks"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	checkID       = regexp.MustCompile(`^[a-z][a-z0-9]*\.[a-z0-9]+(-[a-z0-9]+)*$`)
	secondPhrases = regexp.MustCompile(`[.!?] +[A-Z]`)
)

func TestChecksAreComplete(t *testing.T) {
	seen := map[string]bool{}
	summaries := map[string]string{}
	for _, c := range checks.All {
		if !checkID.MatchString(c.ID) {
			t.Errorf("%q is not an id such as tls.expired", c.ID)
		}
		if seen[c.ID] {
			t.Errorf("%s stands twice in Checks", c.ID)
		}
		seen[c.ID] = true
		if checks.ByID(c.ID) != c {
			t.Errorf("ByID does not find %s", c.ID)
		}
		if c.Severity < checks.Info || c.Severity > checks.Failure {
			t.Errorf("%s has the severity %d", c.ID, c.Severity)
		}
		if !slices.Contains([]checks.Who{checks.User, checks.Admin, checks.Operator, checks.Network}, c.Who) {
			t.Errorf("%s is to be mended by %q", c.ID, c.Who)
		}
		if other := summaries[c.Summary]; other != "" {
			t.Errorf("%s and %s have the same summary", c.ID, other)
		}
		summaries[c.Summary] = c.ID
		for field, text := range map[string]string{"summary": c.Summary, "remedy": c.Remedy, "reference": c.Ref} {
			if strings.TrimSpace(text) != text || text == "" || strings.Contains(text, "  ") || !mailcheck.Printable(text) {
				t.Errorf("%s: the %s %q is empty or has stray spaces", c.ID, field, text)
			}
		}
		if !strings.HasSuffix(c.Summary, ".") || secondPhrases.MatchString(c.Summary) {
			t.Errorf("%s: the summary %q is not one sentence with a period", c.ID, c.Summary)
		}
		if !strings.HasSuffix(c.Remedy, ".") && !strings.HasSuffix(c.Remedy, ".)") {
			t.Errorf("%s: the remedy %q is not a sentence", c.ID, c.Remedy)
		}
		if strings.HasSuffix(c.Ref, ".") {
			t.Errorf("%s: the reference %q ends in a period", c.ID, c.Ref)
		}
	}
	if checks.ByID("no.such-check") != nil {
		t.Error("ByID makes checks up")
	}
}

// Whoever declares a check and forgets to list it would have findings that no
// document explains.
func TestEveryCheckIsListed(t *testing.T) {
	declared := declaredChecks(t)
	if len(declared) == 0 {
		t.Fatal("no declaration of a check was found")
	}
	for name, id := range declared {
		if checks.ByID(id) == nil {
			t.Errorf("%s (%s) does not stand in Checks", name, id)
		}
	}
	if len(declared) != len(checks.All) {
		t.Errorf("%d checks are declared and %d listed", len(declared), len(checks.All))
	}
}

// declaredChecks returns the variables of this package that are a &Check{...},
// with their ids.
func declaredChecks(t *testing.T) map[string]string {
	t.Helper()
	declared := map[string]string{}
	for _, file := range goFiles(t, ".") {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			for i, value := range spec.Values {
				if id, ok := checkLiteral(value); ok {
					declared[spec.Names[i].Name] = id
				}
			}
			return true
		})
	}
	return declared
}

// checkLiteral returns the id in an expression &Check{"id", ...}.
func checkLiteral(e ast.Expr) (string, bool) {
	address, ok := e.(*ast.UnaryExpr)
	if !ok {
		return "", false
	}
	literal, ok := address.X.(*ast.CompositeLit)
	if !ok {
		return "", false
	}
	if name, ok := literal.Type.(*ast.Ident); !ok || name.Name != "Check" || len(literal.Elts) == 0 {
		return "", false
	}
	text, ok := literal.Elts[0].(*ast.BasicLit)
	if !ok {
		return "", false
	}
	id, err := strconv.Unquote(text.Value)
	return id, err == nil
}

// goFiles returns the source files of a folder that are not tests.
func goFiles(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, "_test.go") })
}

// Ids are in other people's configuration, so they live for ever. The list in
// testdata only grows.
func TestIDsAreNeverReused(t *testing.T) {
	file := filepath.Join("testdata", "ids.txt")
	golden, err := os.ReadFile(file)
	if err != nil && !*update {
		t.Fatal(err)
	}
	known := strings.Fields(string(golden))
	var fresh []string
	for _, c := range checks.All {
		if !slices.Contains(known, c.ID) {
			fresh = append(fresh, c.ID)
		}
	}
	for _, id := range known {
		if checks.ByID(id) == nil {
			t.Errorf("the check %s is gone or renamed. Users suppress and alert on ids, so an id is never removed, renamed or reused: bring it back", id)
		}
	}
	switch {
	case *update:
		known = append(known, fresh...)
		slices.Sort(known)
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(strings.Join(known, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	case len(fresh) > 0:
		t.Errorf("the checks %s are new. If their ids are good for ever, add them to %s: go test . -run IDs -update", strings.Join(fresh, ", "), file)
	case !slices.IsSorted(known):
		t.Errorf("%s is not sorted", file)
	}
}
