package probes

import (
	"testing"
	"unicode/utf8"

	"mailcheck"
)

func TestSoftware(t *testing.T) {
	for greeting, want := range map[string]string{
		"* OK [CAPABILITY IMAP4rev1 SASL-IR] Dovecot (Debian) ready.":                               "Dovecot",
		"220 mail.example.com ESMTP Postfix (Debian/GNU)":                                           "Postfix",
		"220 mail.example.com ESMTP Exim 4.96 Sun, 22 Nov 2026 12:00:00 +0000":                      "Exim 4.96",
		"* OK [CAPABILITY IMAP4rev1 LITERAL+ ID] mail.example.com Cyrus IMAP 3.8.1-Debian ready":    "Cyrus IMAP 3.8.1-Debian",
		"+OK mail.example.com Cyrus POP3 v2.4.17-Fedora server ready <1.2@mail.example.com>":        "Cyrus IMAP 2.4.17-Fedora",
		"* OK [CAPABILITY IMAP4rev1 UIDPLUS] Courier-IMAP ready. Copyright 1998-2018 Double Precis": "Courier",
		"* OK The Microsoft Exchange IMAP4 service is ready. [QQBM]":                                "Microsoft Exchange",
		"220 AM0PR01.outlook.office365.com Microsoft ESMTP MAIL Service ready at Sun, 22 Nov 2026":  "Microsoft Exchange",
		"* OK Gimap ready for requests from 192.0.2.1 a1mb2":                                        "Gmail",
		"220 smtp.gmail.com ESMTP a640c23a62f3a-ba0 - gsmtp":                                        "Gmail",
		"220 mail.example.com ESMTP OpenSMTPD":                                                      "OpenSMTPD",
		"220 mail.example.com ESMTP Sendmail 8.17.1/8.17.1; Sun, 22 Nov 2026":                       "Sendmail 8.17.1",
		"* OK Kerio Connect 9.4.2 IMAP4rev1 server ready":                                           "Kerio Connect 9.4.2",
		"220 postfix.example.com ESMTP":                                                             "",
		"* OK IMAP4 ready":                                                                          "",
		"":                                                                                          "",
	} {
		if got := software(greeting); got != want {
			t.Errorf("software(%q) = %q, want %q", greeting, got, want)
		}
	}
	if got := implementation([]string{"TOP", "IMPLEMENTATION Cyrus POP3 3.8.1"}); got != "Cyrus IMAP 3.8.1" {
		t.Errorf("implementation = %q", got)
	}
}

func FuzzSoftware(f *testing.F) {
	f.Add("220 mail.example.com ESMTP Exim 4.96")
	f.Add("\xd3EXim")
	f.Add("* OK Cyrus IMAP \x1b[31m1.0\xff")
	f.Fuzz(func(t *testing.T, greeting string) {
		if got := software(greeting); !mailcheck.Printable(got) || !utf8.ValidString(got) {
			t.Errorf("software(%q) = %q", greeting, got)
		}
	})
}
