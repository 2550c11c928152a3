package mailcheck_test

import (
	"go/ast"
	"go/constant"
	"go/types"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/tools/go/packages"

	"mailcheck/catalogue"
)

// untranslated are the files of package report that speak to programs, to experts, or to
// administrators alone, in English.
var untranslated = []string{
	"checks_doc.go", "codequality.go", "csv.go", "diff.go", "diff_formats.go", "github.go", "json.go", "jsonl.go", "junit.go", "known.go", "prometheus.go",
	"read.go", "read_findings.go", "runner.go", "sarif.go", "share.go", "survey.go", "survey_line.go", "survey_table.go", "transcript.go",
}

// alike are sentences that are the same in all languages, or that only such files show.
var alike = []string{"mailcheck", "%s - mailcheck", "ALPN", "TLS", "STARTTLS", "Submission", "OAuth2", "Exchange", "--for %s: %s", "%s; password: %s", "nobody: the dialogs are those of 2025 and 2026, and were not clicked through"}

var verb = regexp.MustCompile(`%[-+# .0-9]*(\[\d+\])?[a-z%]`)

// Every sentence that a report has for people, and the page of settings, has a key, so that
// translators find it.
func TestEverySentenceHasAKey(t *testing.T) {
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedExportFile | packages.NeedDeps,
	}, "./report", "./autoconfig/setup")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for s := range catalogue.Sentences {
		known[s.English] = true
	}
	found := 0
	for _, p := range loaded {
		for _, file := range p.Syntax {
			name := filepath.Base(p.Fset.Position(file.Pos()).Filename)
			if slices.Contains(untranslated, name) || p.Name == "setup" && name != "human.go" {
				continue
			}
			ast.Inspect(file, func(n ast.Node) bool {
				format, ok := formatIn(p.TypesInfo, n)
				if !ok || slices.Contains(alike, format) || strings.IndexFunc(verb.ReplaceAllString(format, ""), unicode.IsLetter) < 0 {
					return true
				}
				found++
				if !known[format] {
					t.Errorf("%s: %q has no key in package catalogue", p.Fset.Position(n.Pos()), format)
				}
				return true
			})
		}
	}
	if found < 200 {
		t.Errorf("only %d sentences were looked at", found)
	}
}

// formatIn returns the sentence that an expression makes: the constant for a parameter that is
// called format, or the format and the noun of a literal.
func formatIn(info *types.Info, n ast.Node) (string, bool) {
	constantOf := func(e ast.Expr) (string, bool) {
		if v := info.Types[e].Value; v != nil && v.Kind() == constant.String {
			return constant.StringVal(v), true
		}
		return "", false
	}
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		if field, ok := n.Key.(*ast.Ident); ok && (field.Name == "Format" || field.Name == "Noun") {
			return constantOf(n.Value)
		}
	case *ast.CallExpr:
		signature, ok := info.TypeOf(n.Fun).(*types.Signature)
		if selected, of := n.Fun.(*ast.SelectorExpr); !ok || of && info.Uses[selected.Sel] != nil && info.Uses[selected.Sel].Pkg().Path() == "fmt" {
			return "", false
		}
		for i := range min(signature.Params().Len(), len(n.Args)) {
			if signature.Params().At(i).Name() == "format" {
				return constantOf(n.Args[i])
			}
		}
	}
	return "", false
}
