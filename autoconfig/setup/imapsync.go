package setup

import (
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// imapsync is a script that copies the mail of another account into this one.
var imapsync = Format{
	Name: "imapsync", Doc: "script that moves an old account's mail into this one",
	Place:   mailcheck.Textf("anywhere; it is a script"),
	Next:    mailcheck.Textf("run it with the old account behind it, first with --dry: sh imapsync.sh --host1 imap.old.example --user1 alice --dry"),
	Asks:    mailcheck.Textf("the passwords of both accounts"),
	Proof:   mailcheck.Textf("imapsync logged in at Dovecot with it, and refused bad certificates"),
	Reads:   []mailcheck.Protocol{mailcheck.IMAP},
	Logins:  []Login{Password, Challenge, OAuth2},
	Against: notForImapsync,
	Write:   writeImapsync,
}

func notForImapsync(s Server) mailcheck.Text {
	if s.OnlyOAuth2() && !s.Offers("XOAUTH2") {
		return mailcheck.Textf("of OAuth2, imapsync knows XOAUTH2 alone")
	}
	return mailcheck.Text{}
}

// shellWord writes a value that stands in single quotes, which nothing but another one
// ends.
func shellWord(value string) (string, error) {
	return strings.ReplaceAll(value, "'", `'\''`), nil
}

func writeImapsync(a Account, out *sheet.Set) {
	in := a.Reading[0]
	f := out.Text("imapsync.sh", sheet.Private, shellWord)
	f.Line(`#!/bin/sh`)
	f.Comments(a.Warnings)
	f.Comment(`Copies the mail of another account into this one. The other one is told behind it:`)
	f.Comment(`  sh imapsync.sh --host1 imap.old.example --port1 993 --user1 alice --dry`)
	f.Comment(`With --dry nothing is copied yet. The program asks for both passwords.`)
	if in.OnlyOAuth2() {
		f.Comment(`This account takes a token in the place of the password: --oauthaccesstoken2 FILE`)
	}
	// Without SSL_verify_mode no certificate is verified. The name has to be told for
	// STARTTLS, where the program has the connection before it has TLS.
	f.Line(`exec imapsync \`)
	f.Line(`  --ssl1 --sslargs1 SSL_verify_mode=1 --sslargs1 SSL_verifycn_scheme=imap \`)
	f.Line(`  --host2='%s' --port2 %d \`, in.Host, in.Port)
	if in.Implicit() {
		f.Line(`  --ssl2 \`)
	} else {
		f.Line(`  --nossl2 --tls2 \`)
	}
	f.Line(`  --sslargs2 SSL_verify_mode=1 --sslargs2 SSL_verifycn_scheme=imap --sslargs2 SSL_verifycn_name='%s' \`, in.Host)
	f.Line(`  --user2='%s' \`, in.Username)
	f.Line(`  --automap "$@"`)
}
