package lab

import (
	"fmt"
	"strings"
)

// Recorded returns a server that says what a real one was heard to say: the part
// of a recording under the heading [name]. A recording holds, for each command in
// the terms of [Mail.On], the lines of the answer, indented by a tab:
//
//	[exim 587]
//	plain greeting
//		220 smtp.exim.example ESMTP Exim 4.96
//	plain EHLO
//		250-smtp.exim.example Hello client.example [127.0.0.1]
//		250 STARTTLS
//	plain STARTTLS
//		220 TLS go ahead
//
// The certificate is shown in the TLS handshake. What was not recorded is
// answered as by any server of the lab.
func Recorded(recording, name string, c Cert) (Behaviour, error) {
	m := Mail{On: map[string]Behaviour{}}
	answers := answersUnder(recording, name)
	for command, answer := range answers {
		m.On[command] = Say(answer)
	}
	for _, command := range []string{"plain STARTTLS", "plain STLS"} {
		if strings.HasPrefix(answers[command], "{tag} OK") || strings.HasPrefix(answers[command], "+OK") || strings.HasPrefix(answers[command], "220") {
			m.GoAhead, m.StartTLS = answers[command], &c
			delete(m.On, command)
		}
	}
	greeting, secure := answers["tls greeting"], true
	if greeting == "" {
		greeting, secure = answers["plain greeting"], false
	}
	var b Behaviour
	switch {
	case greeting == "":
		return nil, fmt.Errorf("recording has no greeting under [%s]", name)
	case strings.HasPrefix(greeting, "*"):
		b = IMAP(m)
	case strings.HasPrefix(greeting, "+"), strings.HasPrefix(greeting, "-"):
		b = POP3(m)
	default:
		b = SMTP(m)
	}
	if secure {
		b = TLS(c, b)
	}
	return b, nil
}

// answersUnder returns the answers under a heading, by command.
func answersUnder(recording, name string) map[string]string {
	answers := map[string]string{}
	inside, command := false, ""
	for line := range strings.Lines(recording) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "["):
			inside = line == "["+name+"]"
		case !inside || line == "":
		case line[0] == '\t':
			answers[command] += line[1:] + "\r\n"
		default:
			command = line
		}
	}
	return answers
}
