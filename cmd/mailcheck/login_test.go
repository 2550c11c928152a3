package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"mailcheck/internal/lab"
	"mailcheck/internal/oauthtest"
)

// signInHost is where the users of the lab's domain sign in.
const signInHost = "auth.example.com"

// signInLab is the domain whose settings file names an issuer, with a real OpenID provider
// there and servers that ask it what a token is worth.
type signInLab struct {
	*lab.Lab
	provider *oauthtest.Provider

	mu       sync.Mutex
	declines bool // the owner says no
}

// signInFile is what the domain publishes.
const signInFile = `<clientConfig version="1.1"><emailProvider id="example.com"><domain>example.com</domain><displayName>Example</displayName>
<incomingServer type="imap"><hostname>imap.example.com</hostname><port>993</port><socketType>SSL</socketType>
<username>%EMAILADDRESS%</username><authentication>OAuth2</authentication></incomingServer>
<outgoingServer type="smtp"><hostname>smtp.example.com</hostname><port>465</port><socketType>SSL</socketType>
<username>%EMAILADDRESS%</username><authentication>OAuth2</authentication></outgoingServer>
</emailProvider><oAuth2><issuer>https://auth.example.com</issuer><scope>openid email offline_access</scope></oAuth2></clientConfig>`

// newSignInLab starts the domain, whose settings file is at a port: 443, or 80 where anybody
// on the way can have written it.
func newSignInLab(port uint16) *signInLab {
	l := &signInLab{provider: oauthtest.New("https://"+signInHost, false, "alice@example.com")}
	serve := func(host string, port uint16, b lab.Behaviour) lab.Host {
		return lab.Host{port: lab.TLS(lab.Cert{Names: []string{host}}, b)}
	}
	imap := lab.Mail{Host: "imap.example.com", Asks: l.worth, TLSCaps: []string{"IMAP4rev1", "AUTH=XOAUTH2", "ID", "IDLE", "SPECIAL-USE", "UIDPLUS", "SASL-IR"}}
	smtp := lab.Mail{Host: "smtp.example.com", Asks: l.worth, TLSCaps: []string{"AUTH XOAUTH2", "SIZE 50000000", "8BITMIME", "SMTPUTF8", "PIPELINING"}}
	file := lab.HTTP(map[string]lab.Reply{"/mail/config-v1.1.xml": lab.XML(signInFile)})
	published := lab.Host{80: file}
	if port == 443 {
		published = serve("autoconfig.example.com", 443, file)
	}
	l.Lab = lab.New(lab.Scenario{
		Name: "sign-in", Zone: `$ORIGIN example.com.
@           MX 10 mx
mx          A  192.0.2.25
autoconfig  A  192.0.2.80
imap        A  192.0.2.10
smtp        A  192.0.2.26
auth        A  192.0.2.81
`,
		Hosts: map[string]lab.Host{
			"autoconfig.example.com": published,
			"imap.example.com":       serve("imap.example.com", 993, lab.IMAP(imap)),
			"smtp.example.com":       serve("smtp.example.com", 465, lab.SMTP(smtp)),
			signInHost:               serve(signInHost, 443, lab.HTTP(map[string]lab.Reply{"*": l.serve})),
		},
	})
	return l
}

// serve answers for the provider. Who has a code to type in is there at once.
func (l *signInLab) serve(c *lab.Conn, r *http.Request) {
	recorded := httptest.NewRecorder()
	l.provider.ServeHTTP(recorded, r)
	body := recorded.Body.Bytes()
	var device map[string]any
	if r.Method == http.MethodPost && json.Unmarshal(body, &device) == nil && device["user_code"] != nil {
		device["interval"] = 1
		body, _ = json.Marshal(device)
		l.mu.Lock()
		allow := !l.declines
		l.mu.Unlock()
		if err := l.provider.Approve(device["user_code"].(string), "alice@example.com", oauthtest.Password, allow); err != nil {
			panic(err)
		}
	}
	answer := recorded.Result()
	answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	answer.Write(c)
}

// worth asks the provider what a token is worth (RFC 7662).
func (l *signInLab) worth(token string) bool {
	r := httptest.NewRequest(http.MethodPost, "/oauth/introspect", strings.NewReader(url.Values{"token": {token}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(oauthtest.ServerID, oauthtest.ServerSecret)
	recorded := httptest.NewRecorder()
	l.provider.ServeHTTP(recorded, r)
	var answer struct{ Active bool }
	return json.Unmarshal(recorded.Body.Bytes(), &answer) == nil && answer.Active
}

// flags lead the program into the lab, by its loopback sockets.
func (l *signInLab) flags(folder string) ([]string, error) {
	resolver, connectTo, err := l.Loopback()
	ca := filepath.Join(folder, "ca.pem")
	if err := errors.Join(err, os.WriteFile(ca, l.CA(), 0o600)); err != nil {
		return nil, err
	}
	flags := []string{"--resolver", resolver, "--ca-file", ca}
	for _, c := range connectTo {
		flags = append(flags, "--connect-to", c)
	}
	return flags, nil
}

// user makes a user who has never signed in.
func (l *signInLab) user(t *testing.T) (folder string, flags []string) {
	t.Helper()
	folder = t.TempDir()
	for _, name := range []string{"XDG_CONFIG_HOME", "HOME", "AppData"} {
		t.Setenv(name, folder)
	}
	flags, err := l.flags(folder)
	if err != nil {
		t.Fatal(err)
	}
	return folder, flags
}

// startSignIn has a script's mailcheck find the domain with the provider, and a browser,
// which signs its user in at once.
func startSignIn(ts *testscript.TestScript, _ bool, args []string) {
	port := uint16(443)
	if slices.Contains(args, "over-http") {
		port = 80
	}
	l := newSignInLab(port)
	l.declines = slices.Contains(args, "declines")
	ts.Defer(l.Close)
	flags, err := l.flags(ts.Getenv("WORK"))
	ts.Check(err)
	ts.Setenv("LAB_FLAGS", strings.Join(flags, " "))
	consent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		redirect, err := l.provider.Consent(r.FormValue("page"), "alice@example.com", oauthtest.Password)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		io.WriteString(w, redirect)
	}))
	ts.Defer(consent.Close)
	ts.Setenv("CONSENT_AT", consent.URL)
	ts.Setenv("DISPLAY", ":99")
}

// browse is xdg-open with a browser behind it, whose user signs in.
func browse() {
	resp, err := http.PostForm(os.Getenv("CONSENT_AT"), url.Values{"page": {os.Args[1]}})
	if err != nil {
		os.Exit(1)
	}
	defer resp.Body.Close()
	redirect, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		os.Exit(1)
	}
	if end, err := http.Get(string(redirect)); err == nil {
		end.Body.Close()
	}
}

// watcherOf tells of what is written as soon as it is there.
type watcherOf struct {
	mu   sync.Mutex
	all  bytes.Buffer
	find func(string) bool // until it returns true
}

func (w *watcherOf) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all.Write(p)
	if w.find != nil && w.find(w.all.String()) {
		w.find = nil
	}
	return len(p), nil
}

// Over ssh no browser can be opened: the address that one ends at is pasted.
func TestLoginPaste(t *testing.T) {
	l := newSignInLab(443)
	defer l.Close()
	folder, flags := l.user(t)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	defer write.Close()
	stdin := os.Stdin
	os.Stdin = read
	defer func() { os.Stdin = stdin }()
	errs := &watcherOf{find: func(said string) bool {
		_, page, found := strings.Cut(said, "https://"+signInHost)
		page, _, whole := strings.Cut(page, "\n")
		if !found || !whole {
			return false
		}
		redirect, err := l.provider.Consent("https://"+signInHost+page, "alice@example.com", oauthtest.Password)
		if err != nil {
			t.Error(err)
		}
		io.WriteString(write, redirect+"\n")
		return true
	}}
	var out bytes.Buffer
	args := append([]string{"login", "alice@example.com", "--paste", "--token-store", filepath.Join(folder, "tokens")}, flags...)
	if code := run(t.Context(), args, &out, errs); code != exitOK || !strings.Contains(out.String(), "Signed in as alice@example.com") {
		t.Errorf("exit code %d\n%s%s", code, &out, &errs.all)
	}
	if said := errs.all.String(); !strings.Contains(said, "paste it here") || strings.Contains(said, "code=") {
		t.Errorf("said: %s", said)
	}
}

// Ctrl-C ends the waiting, and nothing is kept.
func TestLoginInterrupted(t *testing.T) {
	l := newSignInLab(443)
	defer l.Close()
	folder, flags := l.user(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	errs := &watcherOf{find: func(said string) bool {
		shown := strings.Contains(said, "paste it here")
		if shown {
			cancel()
		}
		return shown
	}}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	defer write.Close()
	stdin := os.Stdin
	os.Stdin = read
	defer func() { os.Stdin = stdin }()
	var out bytes.Buffer
	args := append([]string{"login", "alice@example.com", "--paste", "--token-store", filepath.Join(folder, "tokens")}, flags...)
	if code := run(ctx, args, &out, errs); code != exitNoRun || !strings.Contains(errs.all.String(), "error: interrupted; nothing is kept") {
		t.Errorf("exit code %d\n%s%s", code, &out, &errs.all)
	}
	if _, err := os.Stat(filepath.Join(folder, "tokens")); err == nil {
		t.Error("tokens are kept")
	}
}
