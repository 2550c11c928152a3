package scrape

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mailcheck"
	"mailcheck/internal/files"
	"mailcheck/internal/yamlfile"
	"mailcheck/probes"
)

// Module says how targets are tested. Its words are those of blackbox_exporter where they mean
// the same.
type Module struct {
	Name    string
	Kind    Kind
	Timeout time.Duration // 0: as long as the scrape may take
	Strict  bool          // a warning is no success
	Targets []string      // that may be tested, as they are compared; none: all

	// What is logged in with. The file is read for each run, so that a new password needs no
	// restart.
	Username     string
	PasswordFile string
	TokenFile    string
	Trusted      []string // hosts that are vouched for
}

// Kind is what a target is.
type Kind string

// The kinds, by the commands that do the same.
const (
	Check Kind = "check" // an address or a domain: its servers are looked for and tested
	Probe Kind = "probe" // the URL of a server, which is tested
)

// Standard are the modules where there is no file.
var Standard = []Module{{Name: "account", Kind: Check}, {Name: "server", Kind: Probe}}

// Bounds of a file.
const (
	MaxFile    = 1 << 20
	maxModules = 100
	maxTargets = 10_000
)

// Parse reads a file with modules. Its errors name the line.
func Parse(text []byte) ([]Module, error) {
	root, err := yamlfile.Parse(text)
	if err != nil {
		return nil, err
	}
	fields, err := root.Fields("modules")
	if err != nil {
		return nil, err
	}
	all, ok := fields["modules"]
	if !ok {
		return nil, root.Errorf("modules is missing")
	}
	entries, err := all.Entries(maxModules)
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		return nil, all.Errorf("there is no module")
	}
	var modules []Module
	for _, e := range entries {
		m, err := parseModule(e.Value)
		if err != nil {
			return nil, err
		}
		m.Name = e.Name
		modules = append(modules, m)
	}
	return modules, nil
}

func parseModule(v yamlfile.Value) (m Module, err error) {
	fields, err := v.Fields("kind", "timeout", "strict", "targets", "username", "password_file", "token_file", "trust_server")
	if err != nil {
		return m, err
	}
	kind, ok := fields["kind"]
	if !ok {
		return m, v.Errorf("kind is missing: %s or %s", Check, Probe)
	}
	for name, value := range fields {
		switch name {
		case "kind":
			var word string
			word, err = value.Text()
			m.Kind = Kind(word)
		case "timeout":
			m.Timeout, err = value.Duration()
		case "strict":
			m.Strict, err = value.Truth()
		case "username":
			m.Username, err = value.Text()
		case "password_file":
			m.PasswordFile, err = value.Text()
		case "token_file":
			m.TokenFile, err = value.Text()
		case "targets":
			m.Targets, err = value.Texts(maxTargets)
		case "trust_server":
			m.Trusted, err = value.Texts(maxTargets)
		}
		if err != nil {
			return m, err
		}
	}
	switch {
	case m.Kind != Check && m.Kind != Probe:
		return m, kind.Errorf("kind can be: %s, %s", Check, Probe)
	case m.PasswordFile != "" && m.TokenFile != "":
		return m, v.Errorf("password_file and token_file exclude each other")
	case m.Username != "" && !m.logsIn():
		return m, fields["username"].Errorf("username is for logging in, and there is no password_file")
	case m.logsIn() && len(m.Targets) == 0:
		return m, v.Errorf("targets is missing: the ones that may have the password")
	}
	for i, text := range m.Targets {
		_, key, err := m.read(text)
		if err != nil {
			return m, fields["targets"].Errorf("%w", err)
		}
		m.Targets[i] = key
	}
	for i, text := range m.Trusted {
		if m.Trusted[i], err = mailcheck.ParseHost(text); err != nil {
			return m, fields["trust_server"].Errorf("%w", err)
		}
	}
	return m, nil
}

// logsIn reports whether there is something to log in with.
func (m Module) logsIn() bool { return m.PasswordFile != "" || m.TokenFile != "" }

// target is what is tested: the one or the other.
type target struct {
	address mailcheck.Address
	server  mailcheck.Server
}

// read reads a target, and returns how it is compared with others.
func (m Module) read(text string) (t target, key string, err error) {
	if m.Kind == Check {
		t.address, err = mailcheck.ParseAddress(text)
		return t, strings.ToLower(t.address.String()), err
	}
	if t.server, err = mailcheck.ParseServer(text); err != nil {
		return t, "", err
	}
	return t, t.server.URL(), nil
}

// allows reports whether a target may be tested.
func (m Module) allows(key string) bool {
	return len(m.Targets) == 0 || slices.Contains(m.Targets, key)
}

// maxSecret is more than any password or token has.
const maxSecret = 64 << 10

// credentials reads what is logged in with.
func (m Module) credentials(ctx context.Context) (c probes.Credentials, err error) {
	c.Username, c.TrustedHosts = m.Username, m.Trusted
	for name, to := range map[string]*string{m.PasswordFile: &c.Password, m.TokenFile: &c.Token} {
		if name == "" {
			continue
		}
		content, err := files.Read(ctx, name, maxSecret)
		if err != nil {
			return c, err
		}
		*to = string(bytes.TrimRight(content, "\r\n"))
		if *to == "" {
			return c, fmt.Errorf("%s is empty", name)
		}
	}
	if probes.CheckSecret(c.Password+c.Token) != nil { // whose text may be shown, and this one not
		return c, errors.New("the password or token cannot be sent as it is")
	}
	return c, nil
}
