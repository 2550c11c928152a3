// Package sample has documents for tests: faultless settings files and their parts,
// and the folder of real ones, which are not part of the repository.
package sample

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mailcheck"
)

// Alice is the address that the samples are for.
var Alice = mailcheck.Address{Local: "alice", Domain: "example.com"}

// File returns a settings file with these sections.
func File(sections ...string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="example.com">
    <domain>example.com</domain>
` + strings.Join(sections, "") + `  </emailProvider>
</clientConfig>
`
}

// Incoming is a faultless section, or a faulty one after replacements.
func Incoming(oldnew ...string) string {
	return strings.NewReplacer(oldnew...).Replace(`    <incomingServer type="imap">
      <hostname>imap.example.com</hostname>
      <port>993</port>
      <socketType>SSL</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
    </incomingServer>
`)
}

// Outgoing is the same for sending.
func Outgoing(oldnew ...string) string {
	return strings.NewReplacer(oldnew...).Replace(`    <outgoingServer type="smtp">
      <hostname>smtp.example.com</hostname>
      <port>465</port>
      <socketType>SSL</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
    </outgoingServer>
`)
}

// Corpus returns a folder of real files, which are not part of the repository.
func Corpus(t *testing.T, name string) string {
	t.Helper()
	root := os.Getenv("MAILCHECK_CORPORA")
	if root == "" {
		t.Skip("MAILCHECK_CORPORA names no folder with real settings files")
	}
	return filepath.Join(root, name)
}

// Database returns the files of the public provider database.
func Database(t *testing.T) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(Corpus(t, "ispdb"), "*.xml"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no files of the database: %v", err)
	}
	files := map[string][]byte{}
	for _, name := range names {
		if files[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// ReasonClass leaves the numbers out of the reasons that many files share.
func ReasonClass(text string) string {
	for _, class := range []string{`socketType is "plain"`, "no usable incomingServer", "username is missing"} {
		if strings.Contains(text, class) {
			return class
		}
	}
	return text
}
