//go:build real

package realtest

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mailcheck/internal/oauthtest"
)

// home is a user of the machine, with settings and kept sign-ins of his own.
type home string

// mailcheck runs the binary as that user. Each line that it says on the way is shown to
// answer, whose reply is typed in.
func (h home) mailcheck(t *testing.T, answer func(line string) string, args ...string) (stdout, stderr string, exit int) {
	t.Helper()
	args = append(args, h.network(args[0])...)
	cmd := exec.Command(os.Getenv("MAILCHECK_BINARY"), args...)
	cmd.Env = append(os.Environ(), "HOME="+string(h), "XDG_CONFIG_HOME="+string(h), "DBUS_SESSION_BUS_ADDRESS=", "XDG_RUNTIME_DIR=")
	var out strings.Builder
	cmd.Stdout = &out
	in, diagnostics := must(cmd.StdinPipe()), must(cmd.StderrPipe())
	check(cmd.Start())
	var said strings.Builder
	lines := bufio.NewScanner(diagnostics)
	for lines.Scan() {
		said.WriteString(lines.Text() + "\n")
		if answer != nil {
			if reply := answer(lines.Text()); reply != "" {
				io.WriteString(in, reply+"\n")
			}
		}
	}
	in.Close()
	cmd.Wait()
	return out.String(), said.String(), cmd.ProcessState.ExitCode()
}

// network is how a command reaches the internet of the tests.
func (h home) network(command string) []string {
	if command == "accounts" {
		return nil
	}
	way := []string{"--resolver", internet.resolver, "--ca-file", internet.path("root.pem"), "--timeout", "60s"}
	if command != "logout" {
		way = append(way, "--ispdb", "off")
	}
	return way
}

// The page to open and the code to type, as the terminal shows them.
var (
	shownPage = regexp.MustCompile(`^ +(https://login\.\S+)$`)
	shownCode = regexp.MustCompile(`type this code: (\S+)`)
)

// Signing in, testing by that, and signing out, against a real provider and real servers:
// by a code on another device where the server reads its tokens, and by a pasted address
// where it asks about them. No app of one's own is needed: the provider registers one.
func TestSignIn(t *testing.T) {
	t.Parallel()
	for _, s := range signedIn {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			h, user, p := home(t.TempDir()), memberAt(s.name), providers[s.name]
			store := filepath.Join(string(h), "tokens")
			login := []string{"login", user, "--token-store", store}
			if s.name == "token-asked" {
				login = append(login, "--paste")
			}
			out, said, exit := h.mailcheck(t, func(line string) string {
				if m := shownCode.FindStringSubmatch(line); m != nil {
					if err := p.Approve(m[1], user, oauthtest.Password, true); err != nil {
						t.Error(err)
					}
				} else if m := shownPage.FindStringSubmatch(line); m != nil && s.name == "token-asked" {
					redirect, err := p.Consent(m[1], user, oauthtest.Password)
					if err != nil {
						t.Error(err)
					}
					return redirect
				}
				return ""
			}, login...)
			t.Logf("%s%s", said, out)
			if exit != 0 {
				t.Fatalf("exit code %d", exit)
			}
			for range 2 { // each test uses up the kept token, and keeps the next
				h.letIn(t, user)
			}
			out, said, exit = h.mailcheck(t, nil, "logout", user)
			t.Logf("%s%s", said, out)
			if exit != 0 {
				t.Errorf("exit code %d", exit)
			}
			if text, err := os.ReadFile(store); err == nil && strings.Contains(string(text), "refresh_token") {
				t.Errorf("kept after all: %s", text)
			}
			out, _, _ = h.mailcheck(t, nil, "check", user, "--no-guess", "-o", "json")
			if strings.Contains(out, `"accepted"`) {
				t.Errorf("somebody is logged in without a sign-in: %s", out)
			}
		})
	}
}

// letIn checks an account by the sign-in that is kept.
func (h home) letIn(t *testing.T, user string) {
	t.Helper()
	out, said, exit := h.mailcheck(t, nil, "check", user, "--no-guess", "-o", "json")
	var r report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v in %s%s", err, out, said)
	}
	if exit != 0 || len(r.Servers) != 4 {
		t.Errorf("exit code %d, %d servers, findings %+v", exit, len(r.Servers), r.Findings)
	}
	for _, v := range r.Servers {
		if v.Login.State != "accepted" {
			t.Errorf("%s:%d: %+v", v.Host, v.Port, v.Login)
		}
	}
}
