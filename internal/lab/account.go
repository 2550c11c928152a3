package lab

import "strings"

// What a user who is logged in gets to see: three messages, the usual folders, a quota
// that is half full.

// loggedIn are the capabilities of such a user.
const loggedIn = "IMAP4rev1 SASL-IR ID IDLE NAMESPACE UIDPLUS MOVE LIST-EXTENDED SPECIAL-USE QUOTA"

// imapAccount answers what is asked about the account, as Dovecot does.
func (s *session) imapAccount(verb string) bool {
	switch verb {
	case "NAMESPACE":
		return s.Say("* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n{tag} OK Namespace completed.\r\n")
	case "GETQUOTAROOT":
		return s.Say("* QUOTAROOT INBOX \"User quota\"\r\n* QUOTA \"User quota\" (STORAGE 524288 1048576)\r\n{tag} OK Getquotaroot completed.\r\n")
	}
	return s.Say(folders(`(\HasNoChildren) "/" INBOX`, `(\HasNoChildren \Drafts) "/" Drafts`, `(\HasNoChildren \Sent) "/" Sent`,
		`(\HasNoChildren \Trash) "/" Trash`, `(\HasNoChildren \Junk) "/" Junk`))
}

// folders is the reply to LIST.
func folders(lines ...string) string {
	var reply strings.Builder
	for _, line := range lines {
		reply.WriteString("* LIST " + line + "\r\n")
	}
	return reply.String() + "{tag} OK List completed.\r\n"
}

func (s *session) pop3Message(verb string) bool {
	if verb == "UIDL" {
		return s.Say("+OK\r\n1 000000015f5e1001\r\n2 000000025f5e1001\r\n3 000000035f5e1001\r\n.\r\n")
	}
	return s.Say("+OK\r\nFrom: bob@example.net\r\nSubject: Lunch on Friday\r\n\r\n.\r\n")
}
