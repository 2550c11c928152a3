package probes

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lab"
)

// refusing logs in with a password at an IMAP server of alice@example.com.
func refusing(t *testing.T, password string, mail lab.Mail) *mailcheck.Report {
	t.Helper()
	mail.Host = "imap.example.com"
	s := scenario(t, "login")
	s.Hosts = map[string]lab.Host{"imap.example.com": {993: lab.TLS(lab.Cert{Names: []string{"imap.example.com"}}, lab.IMAP(mail))}}
	var r *mailcheck.Report
	synctest.Test(t, func(t *testing.T) {
		r, _ = visit(t, s, 0, accountWith(Options{Credentials: Credentials{Password: password, Username: "alice@example.com"}}))
	})
	return r
}

func detailOf(r *mailcheck.Report, c *checks.Check) string {
	for _, f := range r.Findings {
		if f.Check == c {
			return f.Detail.String()
		}
	}
	return ""
}

// Whatever the password is, the server's words mean the same, and ordinary words are
// shown as they are.
func TestJudgementIsIndependentOfThePassword(t *testing.T) {
	for _, password := range []string{"available1", "UNAVAILABLE", "unavailable1", "NO", "a", "temporarily", "Tr0ub4dor&3"} {
		r := refusing(t, password, lab.Mail{On: map[string]lab.Behaviour{"AUTHENTICATE": lab.Say("{tag} NO [UNAVAILABLE] Temporarily unavailable\r\n")}})
		if got, want := detailOf(r, checks.LoginUnavailable), "as alice@example.com: NO [UNAVAILABLE] Temporarily unavailable"; got != want {
			t.Errorf("with the password %q the finding shows %q, want %q; there are %v", password, got, want, ids(r))
		}
	}
	// What is hidden has been judged.
	const password = "Xq7-enabled-for-IMAP"
	for says, want := range map[string]*checks.Check{
		"{tag} NO [UNAVAILABLE] try again later, " + password + "\r\n":     checks.LoginUnavailable,
		"{tag} NO too many login attempts with " + password + "\r\n":       checks.LoginThrottled,
		"{tag} NO your account is not enabled for IMAP " + password + "\n": checks.LoginProtocolOff,
	} {
		r := refusing(t, password, lab.Mail{On: map[string]lab.Behaviour{"AUTHENTICATE": lab.Say(says)}})
		if got := detailOf(r, want); !strings.HasSuffix(got, hidden) {
			t.Errorf("%q is no %s: %v %q", says, want.ID, ids(r), got)
		}
		checkConcealed(t, r, password)
	}
}

// What comes after the consent may repeat the password, too: the capabilities, the
// refusal of the mailbox, and what is no answer at all.
func TestEchoesBehindTheLogin(t *testing.T) {
	const password = "Xq7-enabled-for-IMAP"
	users := map[string]string{"alice@example.com": password}
	for _, c := range []struct {
		on   map[string]lab.Behaviour
		want *checks.Check
	}{
		{map[string]lab.Behaviour{"EXAMINE": lab.Say("{tag} NO your account is not enabled for IMAP: " + password + "\r\n")}, checks.LoginProtocolOff},
		{map[string]lab.Behaviour{"EXAMINE": lab.Say("what is " + password + "\r\n")}, checks.ReplyMalformed},
		{map[string]lab.Behaviour{"EXAMINE": lab.Say("{tag} HUH " + password + "\r\n")}, checks.ReplyMalformed},
		{map[string]lab.Behaviour{"AUTHENTICATE": lab.Say("{tag} OK [CAPABILITY IMAP4rev1 X-" + password + " IDLE] you are in\r\n")}, nil},
	} {
		r := refusing(t, password, lab.Mail{Users: users, On: c.on})
		if c.want != nil && !slices.Contains(ids(r), c.want.ID) {
			t.Errorf("%v is not %s: %v", c.on, c.want.ID, ids(r))
		}
		checkConcealed(t, r, password)
	}
}

// FuzzConceal has a server say something that holds a form of the secret, or does not.
func FuzzConceal(f *testing.F) {
	f.Add("Tr0ub4dor&3", "NO [UNAVAILABLE] ", "as it is", " try later")
	f.Add("Grüße-2025", "535 5.7.8 you sent ", `\u of special characters`, "!")
	f.Add("available1", "NO Temporarily unavailable", "", "")
	f.Add("password", "-ERR PASS ", "base64, 1", "")
	f.Add("密码Xq7密码", "l1 BAD <", "modified UTF-7", ">")
	f.Fuzz(func(t *testing.T, secret, before, coding, after string) {
		if len(secret) == 0 || len(secret) > 200 {
			return
		}
		r := knowing(secret)
		text := before + after
		shown := r.conceal(text)
		if shown != text && shown != head(text)+hidden {
			t.Errorf("%q is shown as %q", text, shown)
		}
		judged := func(r *redactor) *checks.Check {
			e := &entry{sender: "alice@example.com", reply: r.conceal(text)}
			e.judge(loginReply{text: text}, nil)
			return e.check
		}
		if none := new(redactor); judged(&r) != judged(none) {
			t.Errorf("with the secret %q, %q is %s, else %s", secret, text, judged(&r).ID, judged(none).ID)
		}
		if shown != text && !resembles(text, secret) {
			t.Errorf("%q has nothing of %q and is hidden", text, secret)
		}
		form := codings[coding]
		if form == nil || !strange(secret) {
			return
		}
		echo := before + "<" + form(secret) + ">" + after
		if shown := r.conceal(echo); strings.Contains(strings.ToLower(shown[len(head(echo)):]), strings.ToLower(form(secret))) {
			t.Errorf("%s of %q is shown as %q", coding, secret, shown)
		}
	})
}

// strange reports whether nobody says a secret by chance: it is long enough, of ASCII,
// and has letters and digits side by side.
func strange(secret string) bool {
	mixed := false
	for i := range len(secret) {
		if c := secret[i]; c >= 0x7f || c <= ' ' || c == '"' || c == '\\' {
			return false
		}
		mixed = mixed || i > 0 && i < len(secret)-1 && secret[i] >= '0' && secret[i] <= '9' && natural(secret[i-1:i]) && !digits(secret[i-1:i]) && inWord(rune(secret[i-1]))
	}
	return mixed && len(secret) >= telling
}

// resembles reports whether a text, read in any way, has the client's command or as much of
// a secret as could be an echo.
func resembles(text, secret string) bool {
	if strings.Contains(text, "PASS ") || strings.Contains(strings.ToLower(text), "alice") {
		return true
	}
	secret = strings.ToLower(secret)
	for _, reading := range append(readings(text), reading{text: text}) {
		lower, piece := strings.ToLower(reading.text), min(telling, len(secret))
		for i := range len(secret) - piece + 1 {
			if strings.Contains(lower, secret[i:i+piece]) {
				return true
			}
		}
	}
	return false
}
