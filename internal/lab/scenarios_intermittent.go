package lab

import "time"

// The scenarios of servers that fail now and then.
func intermittent() []Scenario {
	mail := func(on map[string]Behaviour) Behaviour {
		return TLS(cert(imapHost), IMAP(Mail{Host: imapHost, On: on}))
	}
	once := func(first Behaviour) change { return onIMAPS(AtFirst(first, imaps(imapHost))) }
	return []Scenario{
		provider("once-reset", "the IMAP server hangs up on the first TLS handshake, and on no other", "tcp.intermittent", once(ResetOnHello)),
		provider("once-alert", "the IMAP server refuses the first TLS handshake, and no other", "tcp.intermittent", once(Alert(40))),
		provider("once-silent", "the IMAP server does not answer the first TLS handshake, and every other", "tcp.intermittent", once(Silent)),
		provider("once-no-name", "the IMAP server hangs up on the first TLS handshake without a word, and on no other", "tcp.intermittent", once(CloseOnHello)),
		provider("once-closed", "the IMAP server hangs up instead of its first list of capabilities", "tcp.intermittent",
			once(mail(map[string]Behaviour{"CAPABILITY": CloseAtOnce}))),
		provider("once-no-greeting", "the IMAP server hangs up before its first greeting", "tcp.intermittent",
			onIMAP(AtFirst(CloseAtOnce, imap(imapHost)))),
		provider("once-no-greeting-late", "the IMAP server thinks for a while and then hangs up before its first greeting", "tcp.intermittent",
			onIMAP(AtFirst(Then(Wait(2500*time.Millisecond), CloseAtOnce), imap(imapHost)))),
		provider("once-login", "the IMAP server hangs up on the first TLS handshake, and then lets the user in", "tcp.intermittent",
			mailboxes(wholeAddress, nil), password(rightPassword),
			onIMAPS(AtFirst(ResetOnHello, TLS(cert(imapHost), IMAP(Mail{Host: imapHost, Users: map[string]string{wholeAddress: rightPassword}}))))),
	}
}
