package autoconfig

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// maxMailconf is the number of mailconf records that are followed.
const maxMailconf = 3

// findTXT looks for TXT records of the domain that say where it keeps its settings
// file: "mailconf=https://...". The convention is old and written down nowhere, but
// some operators publish it and some clients read it.
func findTXT(ctx context.Context, s *search) {
	records, err := trace.Do(ctx, s.trace, mailcheck.OpLookup, s.address.Domain+" TXT", func(ctx context.Context) ([]string, error) {
		records, _, err := s.net.Resolver.TXT(ctx, s.address.Domain)
		if notFound(err) {
			return nil, nil // whether the domain exists is for the source mx to say
		}
		return mailconf(records), err
	})
	if err != nil {
		soften(s.trace, checks.Info)
		s.conclude(mailcheck.Failed, "DNS did not answer")
		return
	}
	if len(records) == 0 {
		s.trace.Say("no mailconf record")
		s.conclude(mailcheck.Absent, "no mailconf record")
		return
	}
	s.trace.Say("%s", mailcheck.ListOf(records))
	var places []place
	for _, record := range records[:min(maxMailconf, len(records))] {
		if err := checkMailconf(record); err != nil {
			s.trace.Find(checks.TXTMailconfInvalid, "%s TXT \"mailconf=%s\": %v", s.address.Domain, record, err).
				Fix = mailcheck.Textf("Publish instead, or remove the record: %s. TXT \"mailconf=https://autoconfig.%[1]s%s\"", s.address.Domain, configPath)
			continue
		}
		places = append(places, place{url: record})
	}
	if len(places) == 0 {
		s.conclude(mailcheck.Failed, "the mailconf record cannot be used")
		return
	}
	s.take(sideBySide(ctx, s.trace, s.asks(places, s.fetchBothWays)))
}

// mailconf returns the URLs of the mailconf records among the TXT records.
func mailconf(records []string) []string {
	var urls []string
	for _, r := range records {
		if key, value, found := strings.Cut(r, "="); found && strings.EqualFold(strings.TrimSpace(key), "mailconf") {
			urls = append(urls, strings.TrimSpace(value))
		}
	}
	return urls
}

// checkMailconf says why the URL of a mailconf record must not be asked: DNS alone
// is easily forged, so the web server has to prove who it is.
func checkMailconf(text string) error {
	u, err := url.Parse(text)
	switch {
	case !mailcheck.Printable(text):
		return fmt.Errorf("invisible or control characters")
	case err != nil || u.Host == "":
		return fmt.Errorf("not a URL")
	case u.Scheme != "https":
		return fmt.Errorf("not https")
	case u.User != nil:
		return fmt.Errorf("it holds a user name")
	case u.Port() != "" && u.Port() != "443":
		return fmt.Errorf("not the standard port")
	}
	if _, err := mailcheck.ParseDomain(u.Hostname()); err != nil {
		return err
	}
	return nil
}
