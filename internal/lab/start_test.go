package lab_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// atStart are the calls that the package makes before main: they cost nothing.
var atStart = []string{"errors.New", "netip.MustParseAddrPort"}

// Whoever starts the program to check an address pays for no scenario: no variable
// of the package holds one, or a part of one that has to be made.
func TestNothingIsBuiltAtStart(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	files := token.NewFileSet()
	variables := 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.Name == "init" {
					t.Errorf("%s: func init", files.Position(d.Pos()))
				}
			case *ast.GenDecl:
				if d.Tok == token.VAR {
					variables += len(d.Specs)
					ast.Inspect(d, func(n ast.Node) bool { return startsCheaply(t, files, n) })
				}
			}
		}
	}
	if variables == 0 {
		t.Error("no variable was seen")
	}
}

// startsCheaply judges a part of the declaration of a variable, and returns whether
// its own parts are to be judged too: those of a function run later.
func startsCheaply(t *testing.T, files *token.FileSet, n ast.Node) bool {
	t.Helper()
	switch n := n.(type) {
	case *ast.FuncLit, *ast.FuncType:
		return false
	case *ast.CallExpr:
		if name := types.ExprString(n.Fun); !slices.Contains(atStart, name) {
			t.Errorf("%s: %s is called at the start of the program; make the variable a function", files.Position(n.Pos()), name)
		}
	case *ast.MapType:
		t.Errorf("%s: a map is made at the start of the program; make the variable a function", files.Position(n.Pos()))
	case *ast.Ident:
		if n.Name == "Scenario" {
			t.Errorf("%s: a variable holds a scenario; make it a function", files.Position(n.Pos()))
		}
	}
	return true
}
