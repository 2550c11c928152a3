package mailcheck_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// outside is the program of another module. It tests a server that cannot be dialled.
const outside = `package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/autoconfig/lint"
	"mailcheck/autoconfig/setup"
	"mailcheck/checks"
	"mailcheck/probes"
	"mailcheck/report"
)

func main() {
	c := probes.Client{
		Dial:      func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no network here") },
		Resolvers: []string{"192.0.2.53"},
		Family:    probes.IPv4,
		ConnectTo: []string{"imap.example.com:993:imap.example.net:993"},
		Discovery: autoconfig.Options{ISPDB: "off", NoGuess: true},
	}
	defer c.Close()
	ctx := context.Background()
	address, err := mailcheck.ParseAddress("alice@example.com")
	check(err)
	server, err := mailcheck.ParseServer("imaps://192.0.2.10")
	check(err)
	r, err := c.Servers(ctx, []mailcheck.Server{server}, &probes.Options{TLSAudit: true, Credentials: probes.Credentials{Username: "alice"}})
	check(err)
	check(report.JSON(os.Stderr, r, report.Options{}))
	_, err = c.Account(ctx, address, nil)
	check(err)
	_, err = c.Discover(ctx, address, nil)
	check(err)
	_, err = c.Clients(ctx, address, nil)
	check(err)
	_ = lint.File{Name: "config-v1.1.xml"}
	fmt.Println(r.Verdict, r.Servers[0].URL(), r.Findings[0].Severity == checks.Failure, len(setup.Formats) > 0)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
`

// Another module can import the packages, with what this one's go.mod requires and
// nothing else, and use them.
func TestOutsideModule(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	sum, err := os.ReadFile("go.sum")
	if err != nil {
		t.Fatal(err)
	}
	theirs := strings.Replace(string(mod), "module "+module()+"\n", "module example.com/outside\n", 1) +
		fmt.Sprintf("\nrequire %s v0.0.0\n\nreplace %[1]s => %q\n", module(), filepath.ToSlash(here))
	dir := t.TempDir()
	for name, content := range map[string]string{"go.mod": theirs, "go.sum": string(sum), "main.go": outside} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "run", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	var told bytes.Buffer
	cmd.Stderr = &told
	out, err := cmd.Output()
	if err != nil || string(out) != "fail imaps://192.0.2.10:993 true true\n" {
		t.Errorf("%v: %s\n%s", err, out, &told)
	}
}

// ownUse are exported functions of public packages that only this module can call.
var ownUse = []string{"autoconfig.Discover", "autoconfig.LookUp", "probes.Begin"} // others have the other methods of probes.Client

// What another module may call, fill in or read mentions no internal type.
func TestPublicSignatures(t *testing.T) {
	for _, f := range moduleFiles(t) {
		if strings.HasPrefix(f.dir, "internal/") || strings.HasPrefix(f.dir, "cmd/") || strings.HasPrefix(f.dir, "realtest") {
			continue
		}
		internal := map[string]bool{} // what such an import is called
		for _, p := range f.imports() {
			if strings.Contains(p, "/internal/") {
				internal[p[strings.LastIndex(p, "/")+1:]] = true
			}
		}
		ast.FileExports(f.file)
		ast.Inspect(f.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				name := f.file.Name.Name + "." + n.Name.Name
				return !slices.Contains(ownUse, name) && (n.Recv == nil || receives(n.Recv.List[0].Type))
			case *ast.BlockStmt:
				return false // what it does is its own affair
			case *ast.SelectorExpr:
				if of, ok := n.X.(*ast.Ident); ok && internal[of.Name] {
					t.Errorf("%s shows others %s.%s, which is internal", f.name, of.Name, n.Sel.Name)
				}
			}
			return true
		})
	}
}

// receives reports whether the type of a receiver is exported.
func receives(t ast.Expr) bool {
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	name, ok := t.(*ast.Ident)
	return ok && name.IsExported()
}
