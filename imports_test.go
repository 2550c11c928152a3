package mailcheck_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// allowed says what each package may import besides the standard library, and
// why: rooms of this module by their folder, libraries by their path, which stands
// for the packages below it too.
var allowed = map[string]map[string]string{
	"checks": {},
	".": {
		"checks":                "the catalogue of what can be found",
		"golang.org/x/net/idna": "addresses and host names have two ways of writing",
	},
	"internal/trace": {
		"internal/lazy": "expressions that few runs need",
		".":             "the nouns",
		"checks":        "the catalogue of what can be found",
	},
	"internal/dnssec": {
		"internal/keys":        "how long a key may be",
		"github.com/miekg/dns": "DNS records and their signatures",
	},
	"internal/netx": {
		"checks":               "errors that are occurrences of a check",
		"internal/dnssec":      "what the zones have signed",
		"internal/once":        "documents that many runs want",
		"golang.org/x/crypto":  "asking certificate authorities (ACME)",
		"github.com/miekg/dns": "DNS messages",
		"golang.org/x/net":     "names, public suffixes",
		"golang.org/x/sys":     "the resolvers that the system is set to",
	},
	"internal/lab": {
		".":                       "what became of a sign-in before the check",
		"internal/netx":           "the lab is a way out to the network",
		"github.com/miekg/dns":    "zones and DNS messages",
		"golang.org/x/crypto":     "OCSP answers",
		"github.com/xdg-go/scram": "the server's side of SCRAM",
	},
	"internal/sample": {
		".": "the nouns",
	},
	"autoconfig/document": {
		"internal/lazy":        "expressions that few runs need",
		".":                    "the nouns",
		"checks":               "the catalogue of what can be found",
		"github.com/miekg/dns": "records for a zone, as a name server reads them",
	},
	"autoconfig/provider": {
		".":                   "the nouns",
		"checks":              "the catalogue of what can be found",
		"autoconfig/document": "servers as documents name them",
	},
	"internal/oauth": {
		"internal/lazy":       "expressions that few runs need",
		".":                   "texts, and what is printable",
		"checks":              "errors that are occurrences of a check",
		"internal/netx":       "the only way out to the network",
		"autoconfig/provider": "where large providers are asked, and how",
	},
	"autoconfig": {
		"internal/oauth":      "what OAuth2 issuers say of themselves",
		".":                   "the nouns",
		"checks":              "the catalogue of what can be found",
		"internal/trace":      "steps, and errors turned into checks",
		"internal/netx":       "the only way out to the network",
		"internal/dnssec":     "why a record is not proven",
		"internal/files":      "a database in a folder",
		"autoconfig/document": "what is published, read",
		"autoconfig/lint":     "what is published, judged",
		"autoconfig/provider": "what is known of providers",
		"golang.org/x/net":    "public suffixes",
	},
	"autoconfig/client": {
		".":                   "the nouns",
		"checks":              "the catalogue of what can be found",
		"autoconfig":          "what discovery fetched",
		"autoconfig/document": "how each program reads a document",
		"autoconfig/provider": "what is known of providers",
		"golang.org/x/net":    "public suffixes",
	},
	"autoconfig/lint": {
		".":                          "the nouns",
		"checks":                     "the catalogue of what can be found",
		"autoconfig/document":        "the files, read",
		"internal/keys":              "how long a key may be",
		"github.com/smallstep/pkcs7": "signed configuration profiles",
	},
	"autoconfig/setup": {
		"catalogue":              "texts in the language of the reader",
		"internal/lazy":          "expressions that few runs need",
		".":                      "the nouns",
		"autoconfig/document":    "the words of settings files",
		"autoconfig/provider":    "what a provider's users have to do before they can log in",
		"autoconfig/setup/sheet": "the one way from values to files",
		"checks":                 "that the machines of a server show different certificates",
	},
	"autoconfig/setup/sheet": {
		"catalogue":                  "texts in the language of the reader",
		"github.com/smallstep/pkcs7": "signing configuration profiles",
		".":                          "texts, and what is printable",
		"howett.net/plist":           "property lists, in which Apple's profiles are written",
		"rsc.io/qr":                  "QR codes, which phones scan",
	},
	"internal/tlsask": {
		".":      "how a cipher suite is judged",
		"checks": "what there is against a cipher suite",
	},
	"catalogue": {
		".":                             "the nouns",
		"checks":                        "what checks say",
		"github.com/nicksnyder/go-i18n": "files of translations and the plural forms of languages",
		"golang.org/x/text":             "tags of languages",
	},
	"internal/keys": {},
	"internal/once": {},
	"internal/lazy": {},
	"internal/files": {
		"golang.org/x/sys": "locks between programs",
	},
	"internal/signin": {
		".":                             "addresses",
		"internal/files":                "files for their owner alone, and locks",
		"internal/oauth":                "endpoints and tokens",
		"github.com/zalando/go-keyring": "the keyrings of all systems",
	},
	"internal/sasl": {
		".":                           "the server that is logged in at",
		"checks":                      "errors that are occurrences of a check",
		"github.com/xdg-go/scram":     "SCRAM, whose cryptography is nobody's to write twice",
		"github.com/Azure/go-ntlmssp": "NTLM, for the same reason",
	},
	"internal/letter": {
		".": "the nouns",
	},
	"internal/oauthtest": {
		"github.com/zitadel/oidc/v3": "an OpenID provider that is not our own work",
	},
	"internal/mailbox": {
		"internal/letter":                "which message is looked for",
		".":                              "the nouns",
		"checks":                         "errors that are occurrences of a check",
		"github.com/emersion/go-imap/v2": "IMAP, behind a filter",
	},
	"probes/conclude": {
		".":                   "the nouns",
		"checks":              "the catalogue of what can be found",
		"autoconfig/document": "the words of settings files and records",
		"autoconfig/provider": "the domains that are mistyped",
		"autoconfig":          "the places that programs ask",
		"autoconfig/client":   "which programs ask there",
	},
	"probes": {
		"internal/lazy":       "expressions that few runs need",
		".":                   "the nouns",
		"checks":              "the catalogue of what can be found",
		"internal/trace":      "steps, and errors turned into checks",
		"internal/netx":       "the only way out to the network",
		"internal/dnssec":     "why a record is not proven",
		"internal/tlsask":     "a ClientHello by hand",
		"internal/sasl":       "mechanisms to log in with",
		"internal/mailbox":    "what is done after the login",
		"internal/letter":     "the message that is sent, and what its way has left in it",
		"internal/oauth":      "what a token says of itself",
		"internal/keys":       "how long a key may be",
		"autoconfig":          "an account's servers are tested as they are found",
		"autoconfig/document": "the words of settings files",
		"autoconfig/provider": "what is known of providers",
		"autoconfig/client":   "what mail clients end up with",
		"probes/conclude":     "settings, causes and the verdict",
		"internal/once":       "what a survey asks a server once",
		"golang.org/x/crypto": "OCSP answers, reading ASN.1",
		"golang.org/x/text":   "what servers say in GBK and Latin-1",

		"github.com/emersion/go-smtp": "handing in the message, behind lines that are bounded",
	},
	"report": {
		"catalogue":                            "texts in the language of the reader",
		"internal/lazy":                        "expressions that few runs need",
		"checks":                               "the catalogue of what can be found",
		".":                                    "the nouns",
		"github.com/clipperhouse/displaywidth": "how many columns a text takes",
		"github.com/prometheus/client_model":   "metrics",
		"github.com/prometheus/common":         "metrics as text",
		"golang.org/x/text":                    "reports whose encoding a shell has changed",
	},
	"bulk": {
		".":                 "the nouns",
		"internal/files":    "files that are kept, and locks",
		"probes":            "each address is one run",
		"report":            "outcomes as lines",
		"checks":            "that a server asked to slow down",
		"autoconfig":        "who runs a host",
		"golang.org/x/text": "lists of addresses in UTF-16",
	},
	"serve": {
		"catalogue":              "texts in the language of the reader",
		".":                      "the nouns",
		"checks":                 "what a finding is about, explained",
		"autoconfig/lint":        "files that are sent, judged",
		"autoconfig/setup":       "files to download",
		"autoconfig/setup/sheet": "such files",
		"probes":                 "who asks wants a run",
		"report":                 "reports as they are kept",
	},
	"serve/publish": {
		".":                      "the nouns",
		"autoconfig/document":    "the words of settings files, and questions in XML",
		"autoconfig/setup":       "the files that are given out",
		"autoconfig/setup/sheet": "files, and who signs them",
		"internal/yamlfile":      "what the owner of the domains has written",
	},
	"serve/scrape": {
		".":                                  "the nouns",
		"probes":                             "runs of servers, and what is logged in with",
		"report":                             "metrics, and what was said",
		"serve":                              "the runs, which all who ask share",
		"internal/files":                     "passwords in files",
		"internal/yamlfile":                  "modules in a file",
		"github.com/prometheus/client_model": "metrics",
		"github.com/prometheus/common":       "metrics in the format that is asked for",
	},
	"serve/certs": {
		"internal/files":      "certificates and keys",
		"golang.org/x/crypto": "certificates from an authority (ACME)",
	},
	"internal/yamlfile": {
		".":                  "what is printable",
		"go.yaml.in/yaml/v3": "YAML, with the line of each value",
	},
	"bulk/queue": {
		"github.com/nats-io/nats.go": "a queue that workers on several machines share",
	},
	"cmd/mailcheck": {
		"catalogue":              "texts in the language of the reader",
		"everything":             "of this module: it comes together here",
		"github.com/spf13/cobra": "commands and flags",
		"github.com/spf13/pflag": "flags, as cobra has them",
		"golang.org/x/term":      "width of the terminal, and asking for a password",
		"golang.org/x/sys":       "colours in a Windows console",
	},
}

// labUsers are the packages that may import the lab outside their tests.
var labUsers = []string{"cmd/mailcheck"}

// forTests are the packages that only tests may import.
var forTests = []string{"internal/sample", "internal/oauthtest"}

// closed are the packages of the standard library that a room does without.
var closed = map[string][]string{
	"internal/sasl":   {"net", "crypto/tls"},            // a mechanism never sees the connection
	"probes/conclude": {"context", "net", "crypto/tls"}, // a report in, a verdict out
	"report":          {"context", "net", "crypto/tls"},
}

// forbidden are the names that lead past package netx, by import path; a final
// star stands for any ending.
var forbidden = map[string][]string{
	"net":           {"Dial*", "DefaultResolver", "Resolver", "Lookup*"},
	"net/http":      {"DefaultClient", "DefaultTransport", "Client", "Transport", "Get", "Head", "Post*"},
	"net/smtp":      {"*"},
	"net/rpc":       {"*"},
	"crypto/tls":    {"Dial*"},
	"log/syslog":    {"*"},
	"net/textproto": {"Dial*"},

	"github.com/emersion/go-imap/v2/imapclient": {"Dial*", "NewStartTLS"},
	"github.com/emersion/go-smtp":               {"Dial*", "SendMail*", "NewClientStartTLS"},
	// Clocks that a test's clock does not govern.
	"syscall":                  {"Gettimeofday", "Time", "Nanosleep", "ClockGettime", "GetSystemTimeAsFileTime"},
	"golang.org/x/sys/unix":    {"Gettimeofday", "Time", "Nanosleep", "ClockGettime"},
	"golang.org/x/sys/windows": {"GetSystemTime*"},
}

// sourceFile is one parsed file of the module that is not a test.
type sourceFile struct {
	dir, name string // of the module, with slashes
	file      *ast.File
}

// moduleFiles returns all files of the module that are not tests, whatever the
// system they are for.
func moduleFiles(t *testing.T) []sourceFile {
	t.Helper()
	var files []sourceFile
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_") || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		files = append(files, sourceFile{path.Dir(name), name, parsed})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("no source file was found")
	}
	return files
}

func (f sourceFile) imports() []string {
	var paths []string
	for _, spec := range f.file.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			panic(err) // the parser has accepted it
		}
		paths = append(paths, p)
	}
	return paths
}

// module is the path of this module, which may get another name.
var module = sync.OnceValue(func() string {
	text, err := os.ReadFile("go.mod")
	if err != nil {
		panic(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimPrefix(line, "module ")
})

// room returns the folder of an import path of this module.
func room(p string) (dir string, ok bool) {
	if p == module() {
		return ".", true
	}
	return strings.CutPrefix(p, module()+"/")
}

// within reports whether a rule lets a path be imported.
func within(p, rule string) bool {
	if dir, own := room(p); own {
		return dir == rule
	}
	return p == rule || strings.HasPrefix(p, rule+"/")
}

// isStandard goes by the dot that the first word of every other path has.
func isStandard(p string) bool {
	first, _, _ := strings.Cut(p, "/")
	_, own := room(p)
	return !own && !strings.Contains(first, ".")
}

// Who may import whom keeps the parts apart: nouns know nobody, reports know no
// network, and nobody but netx reaches out.
func TestImports(t *testing.T) {
	for _, f := range moduleFiles(t) {
		rules, ok := allowed[f.dir]
		if !ok {
			t.Errorf("%s: package %s has no rule for its imports; a new package needs one, and a reason", f.name, f.dir)
			continue
		}
		for _, p := range f.imports() {
			dir, own := room(p)
			ok := isStandard(p) && !slices.Contains(closed[f.dir], p) || own && rules["everything"] != ""
			for rule := range rules {
				ok = ok || within(p, rule)
			}
			switch {
			case own && dir == "internal/lab" && !slices.Contains(labUsers, f.dir), own && slices.Contains(forTests, dir):
				t.Errorf("%s imports %s, which is for tests", f.name, p)
			case !ok:
				t.Errorf("%s imports %s, which package %s may not", f.name, p, f.dir)
			}
		}
	}
}

// A rule for a package that is gone, or for a library that nobody imports any
// more, would let it come back unseen.
func TestImportRulesAreUsed(t *testing.T) {
	imported := map[string][]string{}
	for _, f := range moduleFiles(t) {
		imported[f.dir] = append(imported[f.dir], f.imports()...) // the standard library's too
	}
	for dir, rules := range allowed {
		if _, there := imported[dir]; !there {
			t.Errorf("there is no package %s any more", dir)
			continue
		}
		for root := range rules {
			if root != "everything" && !slices.ContainsFunc(imported[dir], func(p string) bool { return within(p, root) }) {
				t.Errorf("package %s does not import %s any more", dir, root)
			}
		}
	}
}

// Only netx reaches the network, so that what it promises (bounds, verified
// certificates, addresses that are never dialled) holds for everything.
func TestOnlyNetxReachesOut(t *testing.T) {
	for _, f := range moduleFiles(t) {
		if f.dir == "internal/netx" {
			continue
		}
		names := map[string]string{} // what an import is called in this file
		for i, p := range f.imports() {
			name := path.Base(p)
			if spec := f.file.Imports[i]; spec.Name != nil {
				name = spec.Name.Name
			}
			if forbidden[p] != nil {
				if name == "." {
					t.Errorf("%s: %s is imported without a name", f.name, p)
				}
				names[name] = p
			}
		}
		ast.Inspect(f.file, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if of, ok := selector.X.(*ast.Ident); ok && isForbidden(names[of.Name], selector.Sel.Name) {
				t.Errorf("%s uses %s.%s; only package netx may", f.name, of.Name, selector.Sel.Name)
			}
			return true
		})
		for _, group := range f.file.Comments {
			for _, c := range group.List {
				if strings.HasPrefix(c.Text, "//go:linkname") {
					t.Errorf("%s reaches into another package: %s", f.name, c.Text)
				}
			}
		}
	}
}

func isForbidden(p, name string) bool {
	return slices.ContainsFunc(forbidden[p], func(pattern string) bool {
		prefix, open := strings.CutSuffix(pattern, "*")
		return name == pattern || open && strings.HasPrefix(name, prefix)
	})
}

func TestIsForbidden(t *testing.T) {
	test := func(p, name string, want bool) {
		t.Helper()
		if isForbidden(p, name) != want {
			t.Errorf("%s.%s: want %v", p, name, want)
		}
	}
	test("net", "Dial", true)
	test("net", "Dialer", true)
	test("net", "DialTimeout", true)
	test("net", "LookupHost", true)
	test("net", "DefaultResolver", true)
	test("net", "Conn", false)
	test("net", "ParseIP", false)
	test("net/http", "Get", true)
	test("net/http", "DefaultClient", true)
	test("net/http", "MethodGet", false)
	test("net/http", "StatusOK", false)
	test("crypto/tls", "DialWithDialer", true)
	test("crypto/tls", "Client", false)
	test("", "Dial", false)
}
