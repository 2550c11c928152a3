package mailcheck_test

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// toPeople are the rooms that turn texts into what somebody reads. Everywhere
// else a text is made and passed on; what the program reasons about is a value.
var toPeople = []string{"report", "cmd/mailcheck", "catalogue"}

// sentences are the rooms, with those below them, that have something to say to
// people. The others have errors alone.
var sentences = []string{".", "autoconfig", "probes", "internal/trace", "internal/tlsask", "internal/oauth"}

// unformatted are the functions that may make a format, each with a reason.
var unformatted = map[string]string{
	"mailcheck.Joined": "a verb for each thing, and what the caller puts between them",
	"trace.Classify":   "that of an error, constant where the error was made",
}

// glued are the words that may be put together as strings, each with a reason.
var glued = map[string]string{
	"%s... (%d more bytes)":                     "stands for what was cut from foreign text",
	"... (%d more lines)":                       "a line of a transcript, in the place of others",
	"%d likely names below %s":                  "target of a step",
	"%s. TXT \"no settings here\"":              "a record as it stands in a zone",
	"%s [challenge of %d bytes]":                "a line of a transcript, in the place of what is secret",
	" cipher suites":                            "a question of the audit, whose answer is looked up by it",
	"offer the last of the %s before the first": "a question of the audit",
}

// readers are the functions that may read texts, each with a reason. None decides
// more than what is said.
var readers = map[string]string{
	"mailcheck.Textf":                  "makes one",
	"mailcheck.Step.String":            "a step in one line, for tests and transcripts",
	"autoconfig.search.concludeExtras": "a reason is said once",
	"lint.grouped.find":                "a fault is said once, for all clients",
	"sheet.Warning":                    "stands in a file, for whoever opens it",
	"sheet.sentence":                   "stands in a file, for whoever opens it",
	"sheet.Set.TextPage":               "makes what people read",
	"sheet.markdown":                   "makes what people read",
	"serve.in":                         "makes what people read",
	"trace.Do":                         "how long it was instead of \"in time\"",
}

// reading walks the functions of this module.
type reading struct {
	*testing.T
	*packages.Package
	room string          // folder in the module
	used map[string]bool // which exceptions there was a need for
}

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
	used := map[string]bool{}
	for _, p := range loaded {
		for _, e := range p.Errors {
			t.Fatal(e)
		}
		dir, _ := room(p.PkgPath)
		r := reading{t, p, dir, used}
		for _, file := range p.Syntax {
			for _, d := range file.Decls {
				r.judge(d)
			}
		}
	}
	for _, exceptions := range []map[string]string{unformatted, glued, readers} {
		for exception := range exceptions {
			if !used[exception] {
				t.Errorf("there is no need for the exception %q any more", exception)
			}
		}
	}
}

// judge walks one declaration. An Error method is what people read of an error,
// which stays one.
func (r reading) judge(d ast.Decl) {
	name, f := r.Name, (*ast.FuncDecl)(nil)
	if f, _ = d.(*ast.FuncDecl); f != nil {
		name = r.nameOf(f)
	}
	ofError := f != nil && f.Recv != nil && f.Name.Name == "Error"
	ofText := strings.HasPrefix(name, "mailcheck.Text.")
	says := slices.ContainsFunc(sentences, func(s string) bool { return r.room == s || strings.HasPrefix(r.room, s+"/") })
	ast.Inspect(d, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "panic" {
				return false // for whoever mends the program
			}
			if !r.constantFormat(call, f) {
				r.fault(n, unformatted, name, "%s makes a format", name)
			}
		}
		if words := r.glues(n); words != "" && says && !ofError {
			r.fault(n, glued, words, "%q is put together as a string, not as a text", words)
		}
		if r.reads(n) && !ofError && !ofText && !slices.Contains(toPeople, r.room) {
			r.fault(n, readers, name, "%s reads a text", name)
		}
		return true
	})
}

func (r reading) fault(n ast.Node, exceptions map[string]string, exception, says string, args ...any) {
	r.used[exception] = r.used[exception] || exceptions[exception] != ""
	if exceptions[exception] == "" {
		r.Errorf("%s: "+says, append([]any{r.Fset.Position(n.Pos())}, args...)...)
	}
}

// nameOf names a function with its package and receiver.
func (r reading) nameOf(f *ast.FuncDecl) string {
	name := r.Name + "."
	if f.Recv != nil {
		of := types.Unalias(r.TypesInfo.TypeOf(f.Recv.List[0].Type))
		if pointer, ok := of.(*types.Pointer); ok {
			of = pointer.Elem()
		}
		name += types.TypeString(of, func(*types.Package) string { return "" }) + "."
	}
	return name + f.Name.Name
}

// constantFormat: each function of this module that takes a format and arguments,
// be it declared or a variable, is given a constant format, or that of the
// function around it, with its arguments.
func (r reading) constantFormat(call *ast.CallExpr, around *ast.FuncDecl) bool {
	var id *ast.Ident
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		id = f
	case *ast.SelectorExpr:
		id = f.Sel
	default:
		return true
	}
	of := r.TypesInfo.Uses[id]
	if of == nil || !r.ours(of) {
		return true
	}
	signature, ok := of.Type().Underlying().(*types.Signature)
	if !ok || !signature.Variadic() || signature.Params().Len() < 2 {
		return true
	}
	i := signature.Params().Len() - 2
	format := call.Args[i]
	if signature.Params().At(i).Name() != "format" || r.TypesInfo.Types[format].Value != nil {
		return true
	}
	passed, ok := format.(*ast.Ident)
	return ok && passed.Name == "format" && r.isParameter(passed)
}

// isParameter says whether a name is that of a parameter.
func (r reading) isParameter(id *ast.Ident) bool {
	v, ok := r.TypesInfo.Uses[id].(*types.Var)
	return ok && v.Kind() == types.ParamVar
}

// ours says whether something is declared in this module.
func (r reading) ours(o types.Object) bool {
	if o.Pkg() == nil {
		return false
	}
	_, own := room(o.Pkg().Path())
	return own
}

// twoWords are what makes a sentence rather than a record, a URL or a command.
var twoWords = regexp.MustCompile(`[a-z]{2,} [a-z]{2,}`)

// glues returns the words that are made a part of a string at run time.
func (r reading) glues(n ast.Node) string {
	var parts []ast.Expr
	switch n := n.(type) {
	case *ast.BinaryExpr:
		if n.Op == token.ADD && r.TypesInfo.Types[n].Value == nil {
			parts = []ast.Expr{n.X, n.Y}
		}
	case *ast.AssignStmt:
		if n.Tok == token.ADD_ASSIGN {
			parts = n.Rhs
		}
	case *ast.CallExpr:
		if f := r.foreign(n); f != nil && f.Pkg().Path() == "fmt" && f.Name() != "Errorf" {
			parts = n.Args
		}
	}
	for _, x := range parts {
		if v := r.TypesInfo.Types[x].Value; v != nil && v.Kind() == constant.String && !strings.HasPrefix(constant.StringVal(v), "<?xml") && twoWords.MatchString(constant.StringVal(v)) {
			return constant.StringVal(v)
		}
	}
	return ""
}

// foreign returns the function of another module that is called, if it is one.
func (r reading) foreign(call *ast.CallExpr) *types.Func {
	selector, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	f, _ := r.TypesInfo.Uses[selector.Sel].(*types.Func)
	if f == nil || f.Pkg() == nil || r.ours(f) {
		return nil
	}
	return f
}

// reads says whether a text is taken apart, made a string or compared.
func (r reading) reads(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.SelectorExpr:
		return r.isText(n.X) && slices.Contains([]string{"String", "Format", "Args", "Equal"}, n.Sel.Name)
	case *ast.CallExpr: // fmt.Sprint and its like
		return r.foreign(n) != nil && slices.ContainsFunc(n.Args, r.isText)
	}
	return false
}

func (r reading) isText(x ast.Expr) bool {
	of := types.Unalias(r.TypesInfo.TypeOf(x))
	if pointer, ok := of.(*types.Pointer); ok {
		of = pointer.Elem()
	}
	named, ok := of.(*types.Named)
	return ok && named.Obj().Name() == "Text" && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == module()
}
