package autoconfig

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
	"mailcheck/internal/files"
	"mailcheck/internal/trace"
)

// ISPDB is the base URL of the public database of providers' settings files; the
// domain follows.
const ISPDB = "https://v1.ispdb.net/"

// findISPDB looks the domain up in the database, a web site or a folder.
func findISPDB(ctx context.Context, s *search) {
	if s.opts.ISPDB == "off" {
		s.conclude(mailcheck.Absent, "switched off")
		return
	}
	a := s.askISPDB(ctx, s.trace, s.address.Domain)
	s.vouch(&a, s.vouchOfDatabase(a.fetched))
	s.lookForPortal(ctx)
	s.publishAll(a)
	s.conclude(a.state, "%s", a.reason)
}

// askISPDB looks one domain up.
func (s *search) askISPDB(ctx context.Context, t *trace.Trace, domain string) answer {
	base := s.opts.ISPDB
	if base == "" {
		base = ISPDB
	}
	if !strings.Contains(base, "://") {
		return s.readISPDB(ctx, t, base, domain)
	}
	a := s.fetchConfig(ctx, t, place{url: strings.TrimSuffix(base, "/") + "/" + url.PathEscape(domain), or: &ispdbRules})
	last := &t.Steps[len(t.Steps)-1]
	switch {
	case a.unresolved && !cutShort(last):
		a.state, last.Findings = mailcheck.Failed, nil
		t.Find(checks.ISPDBUnreachable, "%s: %s", base, a.reason)
	case a.state == mailcheck.Absent:
		a.reason = notListed
	}
	return a
}

var notListed = mailcheck.Textf("does not know the domain")

// readISPDB looks one domain up in a folder of settings files: the file with the
// domain's name, or else the one that lists the domain.
func (s *search) readISPDB(ctx context.Context, t *trace.Trace, folder, domain string) answer {
	body, err := trace.Do(ctx, t, mailcheck.OpFetch, folder, func(ctx context.Context) ([]byte, error) {
		return lookInFolder(ctx, folder, domain)
	})
	switch {
	case err != nil:
		t.Steps[len(t.Steps)-1].Findings = nil
		t.Find(checks.ISPDBUnreachable, "%s", err.Error())
		return answer{state: mailcheck.Failed, reason: mailcheck.Textf("the folder cannot be read")}
	case body == nil:
		t.Say("no file lists %s", domain)
		return answer{state: mailcheck.Absent, reason: notListed}
	}
	a := s.readConfig(ctx, t, folder, body)
	s.board.keep(copyOf(s.result.Name, folder, a))
	return a
}

// lookInFolder returns the settings file for a domain, or nil if there is none.
func lookInFolder(ctx context.Context, folder, domain string) ([]byte, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	names := []string{domain + ".xml", domain} // as the web site has them
	for _, e := range entries {
		if !e.IsDir() && strings.HasSuffix(e.Name(), ".xml") && !slices.Contains(names, e.Name()) {
			names = append(names, e.Name())
		}
	}
	for i, name := range names {
		body, err := files.Read(ctx, filepath.Join(folder, name), document.MaxConfig)
		if errors.Is(err, fs.ErrNotExist) && i < 2 {
			continue
		}
		if errors.Is(err, files.ErrTooLarge) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read provider file: %w", err)
		}
		config, err := document.ParseConfig(body)
		if i < 2 || err == nil && slices.Contains(config.Domains, domain) {
			return body, nil
		}
	}
	return nil, nil
}
