package probes

import (
	"strings"
	"testing"

	"mailcheck"
)

// FuzzLogin logs in at a server that says whatever it likes, inside good TLS: the
// password comes out nowhere, and the run ends.
func FuzzLogin(f *testing.F) {
	imapReady := "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\r\n" + turn
	f.Add(0, imapReady+"l1 OK [CAPABILITY IDLE] in\r\n")
	f.Add(0, imapReady+"* BYE you sent "+echo+"\r\n")
	f.Add(0, imapReady+"+ "+turn+"l1 NO [AUTHENTICATIONFAILED] "+echo+"\r\n")
	f.Add(0, "* OK [CAPABILITY IMAP4rev1 AUTH=SCRAM-SHA-256] ready\r\n"+turn+"+ \r\n"+turn+"+ cj1hLHM9YSxpPTE=\r\n"+turn+"l1 OK\r\n")
	f.Add(1, "+OK ready\r\n"+turn+"+OK\r\nUSER\r\nSASL CRAM-MD5\r\n.\r\n"+turn+"+OK\r\n"+turn+"-ERR [AUTH] no\r\n")
	f.Add(1, "+OK ready\r\n"+turn+"+OK\r\nSASL CRAM-MD5\r\n.\r\n"+turn+"+ PDEyM0BhPg==\r\n"+turn+"+OK\r\n")
	f.Add(2, "220 ready\r\n"+turn+"250-a\r\n250 AUTH PLAIN LOGIN\r\n"+turn+"535-5.7.8 no\r\n535 5.7.8 "+echo+"\r\n")
	f.Add(2, "220 ready\r\n"+turn+"250-a\r\n250 AUTH LOGIN\r\n"+turn+"334 VXNlcm5hbWU6\r\n"+turn+"334 UGFzc3dvcmQ6\r\n"+turn+"235 ok\r\n")
	sieveReady := "\"IMPLEMENTATION\" \"x\"\r\n\"SIEVE\" \"fileinto\"\r\n\"SASL\" \"PLAIN\"\r\nOK\r\n" + turn
	f.Add(3, sieveReady+"OK \"in\"\r\n"+turn+"\"main\" ACTIVE\r\n{3}\r\nold\r\nOK\r\n")
	f.Add(3, sieveReady+"NO (AUTH-TOO-WEAK) {"+"9}\r\nyou sent \r\n"+turn+echo)
	f.Add(3, sieveReady+"\"e30=\"\r\n"+turn+"NO \"no\"\r\n")
	servers := []mailcheck.Server{
		{Protocol: mailcheck.IMAP, Host: fuzzHost, Port: 993, Security: mailcheck.ImplicitTLS},
		{Protocol: mailcheck.POP3, Host: fuzzHost, Port: 995, Security: mailcheck.ImplicitTLS},
		{Protocol: mailcheck.Submission, Host: fuzzHost, Port: 465, Security: mailcheck.ImplicitTLS},
		{Protocol: mailcheck.Sieve, Host: fuzzHost, Port: 5190, Security: mailcheck.ImplicitTLS},
	}
	f.Fuzz(func(t *testing.T, kind int, script string) {
		s := servers[uint(kind)%4]
		r := logInAt(t, s, script)
		if !strings.Contains(strings.ToLower(script), strings.ToLower(temptation)) { // what it says unasked is no echo
			checkConcealed(t, r, temptation)
		}
	})
}
