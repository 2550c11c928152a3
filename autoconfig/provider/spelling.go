package provider

import "strings"

// shortest is the length of a domain from which a slip of the finger is told from
// another name: gmx.de and gmx.at, or mail.com and email.com, are nobody's mistakes.
const shortest = 8

// wellKnown are the domains that people mistype, since millions have them.
var wellKnown = strings.Fields("gmail.com googlemail.com hotmail.com hotmail.co.uk hotmail.fr hotmail.de hotmail.it hotmail.es outlook.com outlook.de outlook.fr " +
	"yahoo.com yahoo.de yahoo.fr yahoo.it yahoo.es yahoo.co.uk yahoo.co.in yahoo.com.br icloud.com live.com msn.com aol.com " +
	"t-online.de freenet.de posteo.de mailbox.org orange.fr wanadoo.fr laposte.net libero.it virgilio.it proton.me protonmail.com fastmail.com " +
	"zoho.com comcast.net verizon.net yandex.ru mail.ru rambler.ru seznam.cz interia.pl onet.pl bigpond.com btinternet.com naver.com qq.com 163.com 126.com")

// Resembling returns the domain of a large provider that a domain is one slip away
// from: a letter too many, too few, another, or two that changed places.
func Resembling(domain string) (string, bool) {
	if _, known := Of(domain); known || len(domain) < shortest {
		return "", false
	}
	for _, real := range wellKnown {
		if len(real) >= shortest && real != domain && oneSlip(domain, real) {
			return real, true
		}
	}
	return "", false
}

// oneSlip reports whether two words are one insertion, deletion, substitution or
// transposition of neighbours apart.
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return len(b) == len(a)+1 && a[i:] == b[i+1:]
	}
	if i == len(a) {
		return false
	}
	swapped := i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
	return a[i+1:] == b[i+1:] || swapped
}
