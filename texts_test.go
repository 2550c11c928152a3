package mailcheck_test

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// toPeople are the rooms that turn texts into what somebody reads. Everywhere
// else a text is made and passed on; what the program reasons about is a value.
var toPeople = []string{"", "/report", "/cmd/mailcheck"}

// A translator can give every sentence in another language only if its format is
// written down where it is made, and a judgement that reads a sentence breaks
// with its words.
func TestTexts(t *testing.T) {
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedModule | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedExportFile | packages.NeedDeps,
	}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range loaded {
		for _, e := range p.Errors {
			t.Fatal(e)
		}
		formats(t, p)
		if !slices.Contains(toPeople, p.PkgPath[len(p.Module.Path):]) {
			unread(t, p)
		}
	}
}

// formats: each function of this module that takes a format and arguments for a
// text is given a constant format, or passes on its own.
func formats(t *testing.T, p *packages.Package) {
	for _, file := range p.Syntax {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			f := called(p, call.Fun)
			if f == nil || f.Pkg() == nil || !ours(p, f) || !f.Signature().Variadic() || f.Signature().Params().Len() < 2 {
				return true
			}
			i := f.Signature().Params().Len() - 2
			if f.Signature().Params().At(i).Name() == "format" && !call.Ellipsis.IsValid() && p.TypesInfo.Types[call.Args[i]].Value == nil {
				t.Errorf("%s: the format is not a constant", p.Fset.Position(call.Pos()))
			}
			return true
		})
	}
}

// called is the function that a call names, nil for a conversion, a builtin or a
// value.
func called(p *packages.Package, fun ast.Expr) *types.Func {
	var id *ast.Ident
	switch f := ast.Unparen(fun).(type) {
	case *ast.Ident:
		id = f
	case *ast.SelectorExpr:
		id = f.Sel
	default:
		return nil
	}
	f, _ := p.TypesInfo.Uses[id].(*types.Func)
	return f
}

// ours says whether a function is of this module.
func ours(p *packages.Package, f *types.Func) bool {
	path := f.Pkg().Path() + "/"
	return strings.HasPrefix(path, p.Module.Path+"/")
}

// unread: nobody takes a text apart or compares what it says.
func unread(t *testing.T, p *packages.Package) {
	for _, file := range p.Syntax {
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Name.Name == "Error" { // what people read of an error
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				var read bool
				switch n := n.(type) {
				case *ast.SelectorExpr:
					read = isText(p, n.X) && slices.Contains([]string{"String", "Format", "Args"}, n.Sel.Name)
				case *ast.CallExpr: // fmt.Sprint and its like
					f := called(p, n.Fun)
					read = f != nil && f.Pkg() != nil && !ours(p, f) && slices.ContainsFunc(n.Args, func(x ast.Expr) bool { return isText(p, x) })
				}
				if read {
					t.Errorf("%s: %s reads a text", p.Fset.Position(n.Pos()), f.Name.Name)
				}
				return true
			})
		}
	}
}

func isText(p *packages.Package, x ast.Expr) bool {
	named, ok := p.TypesInfo.TypeOf(x).(*types.Named)
	return ok && named.Obj().Name() == "Text" && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == p.Module.Path
}
