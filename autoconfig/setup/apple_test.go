package setup

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"howett.net/plist"

	"mailcheck"
)

// exchange is a service of Exchange that was tested.
func exchange(p mailcheck.Protocol, mechanisms ...string) mailcheck.ServerResult {
	s := service(p, mailcheck.DefaultPath(p), "alice@example.com", mechanisms...)
	s.Host = "mail.example.com"
	return s
}

// payloads returns the accounts of a profile by their kinds.
func payloads(t *testing.T, r *mailcheck.Report) (map[string]map[string]any, Setup) {
	t.Helper()
	made, err := apple.Make(r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var p struct {
		PayloadContent []map[string]any
	}
	if _, err := plist.Unmarshal(made.Files[0].Body(), &p); err != nil {
		t.Fatal(err)
	}
	all := map[string]map[string]any{}
	for _, payload := range p.PayloadContent {
		kind, _ := payload["PayloadType"].(string)
		all[strings.TrimPrefix(kind, "com.apple.")] = payload
	}
	return all, made
}

// Exchange gives a device everything where there is no other way to the mail, and what is
// not to be had otherwise where there is one.
func TestAppleExchange(t *testing.T) {
	imap, smtp := result("imaps://imap.example.com:993", mailcheck.Pass, "PLAIN"), result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN")
	phones, computers := exchange(mailcheck.ActiveSync, "BASIC"), exchange(mailcheck.EWS, "BASIC")
	calendars := service(mailcheck.CalDAV, "/dav/", "alice@example.com", "BASIC")
	for _, c := range []struct {
		what   string
		report *mailcheck.Report
		want   []string
	}{
		{"Exchange alone", account(phones, computers), []string{"eas.account", "ews.account"}},
		{"Exchange beside mail servers", account(imap, smtp, phones, computers), []string{"eas.account", "mail.managed"}},
		{"Exchange beside mail and calendars", account(imap, smtp, phones, computers, calendars), []string{"caldav.account", "mail.managed"}},
		{"Exchange without a server for sending", account(imap, phones), []string{"eas.account"}},
	} {
		all, made := payloads(t, c.report)
		if kinds := slices.Sorted(maps.Keys(all)); !slices.Equal(kinds, c.want) {
			t.Errorf("%s: the accounts are %q", c.what, kinds)
		}
		if eas := all["eas.account"]; eas != nil {
			if eas["Host"] != "mail.example.com" || eas["SSL"] != true || eas["OAuth"] != false || eas["UserName"] != "alice@example.com" || (eas["EnableMail"] == false) != (all["mail.managed"] != nil) {
				t.Errorf("%s: the account is %v", c.what, eas)
			}
		}
		notes(t, apple, made, "left out: https://mail.example.com/EWS/Exchange.asmx, since the device", all["mail.managed"] != nil)
	}
	modern := account(exchange(mailcheck.ActiveSync, "BEARER"), exchange(mailcheck.EWS, "BEARER"))
	if all, _ := payloads(t, modern); all["eas.account"]["OAuth"] != true || all["ews.account"]["OAuth"] != true || all["ews.account"]["Path"] != "/EWS/Exchange.asmx" {
		t.Errorf("with OAuth2 it is %v", all)
	}
	elsewhere := exchange(mailcheck.ActiveSync, "BASIC")
	elsewhere.Path = "/sync"
	if made, err := apple.Make(account(elsewhere), Options{}); !errors.Is(err, ErrNothingUsable) {
		t.Errorf("a path that a profile cannot name: %v\n%s", err, shown(made))
	}
	unvouched := account(phones)
	unvouched.Settings[0].Vouch = mailcheck.NotVouched
	_, err := apple.Make(unvouched, Options{})
	if e, ok := errors.AsType[*UnverifiedError](err); !ok || len(e.Servers) != 1 {
		t.Errorf("Exchange that nobody vouches for: %v", err)
	}
}
