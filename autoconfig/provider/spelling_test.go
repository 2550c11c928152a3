package provider

import "testing"

func TestResembling(t *testing.T) {
	for domain, want := range map[string]string{
		"gmial.com": "gmail.com", "gamil.com": "gmail.com", "gmail.co": "gmail.com", "gmal.com": "gmail.com", "hotnail.com": "hotmail.com",
		"hotmial.com": "hotmail.com", "yaho.com": "yahoo.com", "outlok.com": "outlook.com", "icluod.com": "icloud.com", "t-onlin.de": "t-online.de",
		"gmail.com": "", "gmx.ch": "", "mail.com": "", "example.com": "", "exmaple.example": "", "ymail.com": "", "email.com": "", "hotmail.be": "",
	} {
		if got, _ := Resembling(domain); got != want {
			t.Errorf("%s resembles %q, want %q", domain, got, want)
		}
	}
}
