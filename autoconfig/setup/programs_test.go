//go:build real

package setup

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// files puts a setup into a folder.
func files(t *testing.T, f Format, c contractCase) (folder string, ok bool) {
	t.Helper()
	made, err := f.Make(c.report, Options{Name: c.person})
	if err != nil {
		return "", false // TestContract says whether rightly
	}
	folder = t.TempDir()
	for _, file := range made.Files {
		if err := os.WriteFile(filepath.Join(folder, file.Name), file.Body(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder, true
}

// command is a call of a program, which may be missing here.
func command(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	cmd := exec.Command(path, args...)
	// The command for the password is found; no other that a file may run is.
	bin, err := filepath.Abs("testdata/bin")
	if err != nil {
		t.Fatal(err)
	}
	cmd.Env = []string{"LC_ALL=C.UTF-8", "HOME=" + t.TempDir(), "PATH=" + bin}
	return cmd
}

// program returns the output of a program.
func program(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := command(t, name, args...).Output()
	if e, ok := err.(*exec.ExitError); ok && len(out) == 0 {
		t.Errorf("%s %q: %v\n%s", name, args, err, e.Stderr)
	}
	return string(out)
}

// mutt and neomutt understand the file as the reader of the contract does.
func TestMuttReadsTheFile(t *testing.T) {
	for _, name := range []string{"mutt", "neomutt"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, c := range contractCases() {
				folder, ok := files(t, neomutt, c)
				if !ok {
					continue
				}
				made, _ := neomutt.Make(c.report, Options{Name: c.person})
				want, err := muttSettings(string(made.Files[0].Body()))
				if err != nil {
					t.Fatal(err)
				}
				dump := program(t, name, "-n", "-F", filepath.Join(folder, "neomuttrc"), "-D")
				for key, value := range want {
					_, err := mailcheck.ParseAddress(c.report.Address.String())
					switch {
					case !slices.Contains([]string{"realname", "from", "imap_user", "folder", "spoolfile", "smtp_url"}, key):
					case key == "from" && err != nil: // it is read as an address, and such ones never come
					case strings.HasPrefix(value, "+"), len(value) > 200: // the dump expands them, or cuts them
					default:
						if got := muttDump(dump, key); got != value {
							t.Errorf("%s: %s is %q, want %q", c.name, key, got, value)
						}
					}
				}
			}
		})
	}
}

// muttDump returns a string of what -D prints; neomutt has newer names for some.
func muttDump(dump, key string) string {
	newer := map[string]string{"realname": "real_name", "spoolfile": "spool_file"}[key]
	for line := range strings.Lines(dump) {
		name, value, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "set ")), "=")
		if name = strings.TrimSpace(name); name == key || name == newer {
			text := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(value), `"`), `"`)
			return strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\$`, "$", "\\`", "`").Replace(text)
		}
	}
	return ""
}

// Postfix's own programs read the two files.
func TestPostfixReadsTheFiles(t *testing.T) {
	t.Parallel()
	for _, c := range contractCases() {
		if !slices.Contains([]string{"everything", "STARTTLS", "address $a"}, c.name) {
			continue // each call of its programs may take seconds
		}
		folder, ok := files(t, postfix, c)
		if !ok {
			continue
		}
		if err := os.WriteFile(filepath.Join(folder, "master.cf"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		made, _ := postfix.Make(c.report, Options{Name: c.person})
		main := append([]byte("myhostname = mail.example.com\n"), made.Files[0].Body()...) // or it asks DNS for its own name
		if err := os.WriteFile(filepath.Join(folder, "main.cf"), main, 0o600); err != nil {
			t.Fatal(err)
		}
		want, err := readPostfix(made, c.report.Address)
		if err != nil {
			t.Fatal(err)
		}
		s := want.servers[0]
		key := fmt.Sprintf("[%s]:%d", s.Host, s.Port)
		got := strings.TrimSpace(program(t, "postconf", "-x", "-h", "-c", folder, "relayhost", "smtp_tls_security_level", "sender_canonical_maps"))
		if want := key + "\nsecure\nstatic:" + want.address; got != want {
			t.Errorf("%s: postconf says %q, want %q", c.name, got, want)
		}
		got = strings.TrimSuffix(program(t, "postmap", "-c", folder, "-q", key, "texthash:"+filepath.Join(folder, "sasl_passwd")), "\n")
		if want := s.Username + ":PASSWORD"; got != want {
			t.Errorf("%s: postmap says %q, want %q", c.name, got, want)
		}
	}
}

// A reader of property lists that is not Go's takes the profile.
func TestPlistutilReadsTheProfile(t *testing.T) {
	for _, c := range contractCases() {
		folder, ok := files(t, apple, c)
		if !ok {
			continue
		}
		file := filepath.Join(folder, "mail.mobileconfig")
		if out := program(t, "plistutil", "-i", file, "-f", "bin"); !strings.HasPrefix(out, "bplist") {
			t.Errorf("%s: plistutil says %q", c.name, out)
		}
	}
}

// OpenSSL verifies the signature of a profile, by an authority and the certificate between,
// and finds inside what was signed, byte for byte.
func TestOpenSSLReadsTheSignedProfile(t *testing.T) {
	folder := t.TempDir()
	openssl := func(args string) string {
		cmd := command(t, "openssl", strings.Fields(args)...)
		cmd.Dir = folder
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("openssl %s: %v\n%s", args, err, out)
		}
		return string(out)
	}
	openssl("req -x509 -newkey rsa:2048 -nodes -subj /CN=root -keyout root.key -out root.pem")
	openssl("req -newkey rsa:2048 -nodes -subj /CN=middle -keyout middle.key -out middle.csr -addext basicConstraints=critical,CA:TRUE")
	openssl("x509 -req -in middle.csr -CA root.pem -CAkey root.key -CAcreateserial -copy_extensions copy -out middle.pem")
	openssl("req -newkey rsa:2048 -nodes -subj /CN=mail.example.com -keyout leaf.key -out leaf.csr -addext extendedKeyUsage=serverAuth")
	openssl("x509 -req -in leaf.csr -CA middle.pem -CAkey middle.key -CAcreateserial -copy_extensions copy -out leaf.pem")
	read := func(name string) []byte {
		body, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	signer, err := sheet.NewSigner(slices.Concat(read("leaf.pem"), read("middle.pem")), read("leaf.key"), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	signed, err := apple.Make(everything(), Options{Signer: signer})
	if err != nil {
		t.Fatal(err)
	}
	plain, err := apple.Make(everything(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "mail.mobileconfig"), signed.Files[0].Body(), 0o600); err != nil {
		t.Fatal(err)
	}
	openssl("cms -verify -binary -inform der -in mail.mobileconfig -CAfile root.pem -purpose any -out inside")
	if got := string(read("inside")); got != string(plain.Files[0].Body()) {
		t.Errorf("inside is\n%s", got)
	}
}

// A scanner that is nobody's here reads the picture, whatever the names are.
func TestZbarimgReadsTheCode(t *testing.T) {
	for _, c := range contractCases() {
		folder, ok := files(t, android, c)
		if !ok {
			continue
		}
		made, _ := android.Make(c.report, Options{Name: c.person})
		if got, want := program(t, "zbarimg", "--quiet", "--raw", filepath.Join(folder, "account.png")), string(made.Files[2].Body()); got != want {
			t.Errorf("%s: zbarimg says\n%s, want\n%s", c.name, got, want)
		}
	}
}
