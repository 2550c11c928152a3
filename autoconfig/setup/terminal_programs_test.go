//go:build real

package setup

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mailcheck"
)

// eachFile calls a test with every setup of a format that the contract has, once where
// several are the same, the folder where it lies, and what the contract's reader makes of
// it.
func eachFile(t *testing.T, f Format, test func(c contractCase, folder string, want told)) {
	t.Helper()
	seen := map[string]bool{}
	for _, c := range contractCases() {
		folder, ok := files(t, f, c)
		if !ok {
			continue
		}
		made, _ := f.Make(c.report, Options{Name: c.person})
		if seen[shown(made)] {
			continue
		}
		seen[shown(made)] = true
		want, err := readers[f.Name].read(made, c.report.Address)
		if err != nil {
			t.Fatal(err)
		}
		test(c, folder, want)
	}
	if len(seen) == 0 {
		t.Error("no setup could be written")
	}
}

// settings reads lines of the form "key = value".
func settings(text, separator string) map[string]string {
	values := map[string]string{}
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(strings.TrimRight(line, "\n"), separator)
		if _, twice := values[key]; ok && !twice {
			values[strings.TrimSpace(key)] = value
		}
	}
	return values
}

// samePort compares what a program says of a port with the server's.
func samePort(s mailcheck.Server, port string) bool { return port == fmt.Sprint(s.Port) }

func TestMsmtpReadsTheFile(t *testing.T) {
	t.Parallel()
	eachFile(t, msmtp, func(c contractCase, folder string, want told) {
		got := settings(program(t, "msmtp", "-C", filepath.Join(folder, "msmtprc"), "-P", "--pretend", "x@example.net"), " = ")
		s := want.servers[0]
		starttls := map[mailcheck.Security]string{mailcheck.ImplicitTLS: "off", mailcheck.StartTLS: "on"}[s.Security]
		if got["host"] != s.Host || !samePort(s, got["port"]) || got["user"] != s.Username || got["from"] != want.address ||
			got["tls"] != "on" || got["tls_certcheck"] != "on" || got["tls_starttls"] != starttls || got["tls_trust_file"] != "system" {
			t.Errorf("%s: msmtp says %q, want %+v", c.name, got, want)
		}
	})
}

// mbsync has no way to say what it has read but to use it. It names the lines that it
// cannot read.
func TestMbsyncReadsTheFile(t *testing.T) {
	t.Parallel()
	eachFile(t, mbsync, func(c contractCase, folder string, want told) {
		cmd := command(t, "mbsync", "-c", filepath.Join(folder, "mbsyncrc"))
		if out, _ := cmd.CombinedOutput(); !strings.HasPrefix(string(out), "No channel specified.") {
			t.Errorf("%s: mbsync says %q", c.name, out)
		}
	})
}

func TestFetchmailReadsTheFile(t *testing.T) {
	t.Parallel()
	eachFile(t, fetchmail, func(c contractCase, folder string, want told) {
		out := program(t, "fetchmail", "-V", "-f", filepath.Join(folder, "fetchmailrc"))
		s := want.servers[0]
		said := []string{
			"Options for retrieving from " + s.Username + "@" + s.Host + ":\n",
			fmt.Sprintf("Protocol is %s (using service %d)", strings.ToUpper(string(s.Protocol)), s.Port),
			"Password will be prompted for.", "SSL protocol: TLS1.2+.", "SSL server certificate checking enabled.", "(--keep on)",
		}
		if s.Security == mailcheck.ImplicitTLS {
			said = append(said, "SSL encrypted sessions enabled.")
		}
		for _, words := range said {
			if !strings.Contains(out, words) {
				t.Errorf("%s: fetchmail does not say %q:\n%s", c.name, words, out)
			}
		}
	})
}

func TestGetmailReadsTheFile(t *testing.T) {
	t.Parallel()
	eachFile(t, getmail, func(c contractCase, folder string, want told) {
		if !slices.Contains([]string{"everything", "POP3 only", `user "\"", POP3`, `user "$HOME", POP3`, `user "a # b", POP3`, `user "%s%d%%", POP3`, `user "\\\\server\\alice", POP3`, `user "älice", POP3`}, c.name) {
			return // each call takes its time
		}
		cmd := command(t, "getmail", "--dump", "--getmaildir", folder, "--rcfile", "getmailrc")
		for _, dir := range []string{"cur", "new", "tmp"} {
			if err := os.MkdirAll(filepath.Join(folder, "Mail", c.report.Address.Domain, dir), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		cmd.Env = append(cmd.Env, "HOME="+folder)
		out, _ := cmd.CombinedOutput()
		s := want.servers[0]
		for _, words := range []string{`username="` + s.Username + `"`, `server="` + s.Host + `"`, fmt.Sprintf(`port="%d"`, s.Port), `ca_certs="/etc/ssl/certs/ca-certificates.crt"`, `path="` + folder + "/Mail/", "delete : False"} {
			if !strings.Contains(string(out), words) {
				t.Errorf("%s: getmail does not say %q:\n%s", c.name, words, out)
			}
		}
	})
}

// The shell gives imapsync the words that are meant.
func TestShellReadsTheScriptOfImapsync(t *testing.T) {
	t.Parallel()
	eachFile(t, imapsync, func(c contractCase, folder string, want told) {
		cmd := command(t, "/bin/sh", filepath.Join(folder, "imapsync.sh"), "--host1", "old host", "--dry")
		out, err := cmd.CombinedOutput()
		s := want.servers[0]
		for _, word := range []string{"--user2=" + s.Username, "--host2=" + s.Host, fmt.Sprint(s.Port), "old host", "--dry"} {
			if !strings.Contains("\n"+string(out), "\n"+word+"\n") {
				t.Errorf("%s: %v; there is no %q in\n%s", c.name, err, word, out)
			}
		}
	})
}

func TestEmacsReadsTheFile(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	var wants, names []string
	eachFile(t, emacs, func(c contractCase, folder string, want told) {
		in, smtp := want.servers[0], want.servers[1]
		stream := map[mailcheck.Security]string{mailcheck.ImplicitTLS: "ssl", mailcheck.StartTLS: "starttls"}
		fmt.Fprintf(&all, "(setq user-full-name \"\")(load-file %q)(princ (format \"%%s|%%s|%%s|%%s|%%s|%%s|%%s|%%s\\n\" user-full-name user-mail-address smtpmail-smtp-server smtpmail-smtp-service smtpmail-stream-type smtpmail-smtp-user gnutls-verify-error (cdr gnus-select-method)))\n", filepath.Join(folder, "mail.el"))
		wants = append(wants, fmt.Sprintf("%s|%s|%s|%d|%s|%s|t|(%s (nnimap-address %s) (nnimap-server-port %d) (nnimap-stream %s) (nnimap-user %s))",
			want.person, want.address, smtp.Host, smtp.Port, stream[smtp.Security], smtp.Username, c.report.Address.Domain, in.Host, in.Port, stream[in.Security], in.Username))
		names = append(names, c.name)
	})
	script := filepath.Join(t.TempDir(), "all.el")
	if err := os.WriteFile(script, []byte(all.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	got := strings.Split(program(t, "emacs", "-Q", "--batch", "--load", script), "\n") // once, since it takes its time to start
	for i, want := range wants {
		if i >= len(got) || got[i] != want {
			t.Errorf("%s: Emacs says %q, want %q", names[i], got[min(i, len(got)-1)], want)
		}
	}
}

// A shell that reads the variables has the values that are meant.
func TestShellReadsTheVariables(t *testing.T) {
	t.Parallel()
	eachFile(t, env, func(c contractCase, folder string, want told) {
		out, err := command(t, "/bin/sh", "-c", `. "$0"; printf '%s|%s|%s|%s|%s|%s' "$SMTP_HOST" "$SMTP_PORT" "$SMTP_USER" "$SMTP_PASSWORD" "$SMTP_FROM" "$SMTP_FROM_NAME"`, filepath.Join(folder, "mail.env")).CombinedOutput()
		s := want.servers[0]
		if want := fmt.Sprintf("%s|%d|%s||%s|%s", s.Host, s.Port, s.Username, want.address, want.person); string(out) != want || err != nil {
			t.Errorf("%s: the shell says %q, want %q; %v", c.name, out, want, err)
		}
	})
}
