package setup

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"mailcheck"
)

// A file of the web server is the same for everybody: what differs from person to person
// does not get in unseen.
func TestOutlookUsernames(t *testing.T) {
	r := account(result("imaps://imap.example.com:993", mailcheck.Pass, "PLAIN"), result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN"))
	made, err := outlook.Make(r, Options{})
	if err != nil || strings.Contains(shown(made), "<LoginName>") {
		t.Errorf("%v\n%s", err, shown(made))
	}
	notes(t, outlook, made, "autodiscover.xml has a user name", false)

	r.Settings[0].Username = "alice"
	made, err = outlook.Make(r, Options{})
	if err != nil || !strings.Contains(shown(made), "<LoginName>alice</LoginName>") {
		t.Errorf("%v\n%s", err, shown(made))
	}
	notes(t, outlook, made, "autodiscover.xml has a user name that is not the address, so it is for alice@example.com alone", true)

	r = bare(r)
	r.Settings[0].Username = "%EMAILLOCALPART%"
	_, err = outlook.Make(r, Options{})
	if e, ok := errors.AsType[*UnusableError](err); !ok || len(e.Reasons) != 1 || slices.Contains(e.Others, "outlook") || !slices.Contains(e.Others, "thunderbird") {
		t.Errorf("%+v", err)
	}
}

// The steps go by what Outlook asks, and are no more than its own.
func TestOutlookSteps(t *testing.T) {
	made, err := outlook.Make(smallProvider(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	steps := string(made.Files[2].Body())
	for want, n := range map[string]int{"Outlook for Windows, classic\n": 1, "Outlook for Windows, new\n": 1, "Gmail": 0, "PreferLocalXML": 1} {
		if got := strings.Count(steps, want); got != n {
			t.Errorf("%q is there %d times\n%s", want, got, steps)
		}
	}
}
