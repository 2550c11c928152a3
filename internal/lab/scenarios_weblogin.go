package lab

import "cmp"

// letsIn is a web service that lets the user of the small provider in.
func letsIn(next Reply) Reply { return Guarded(wholeAddress, rightPassword, "", next) }

// sieveUsers is a server for filter scripts with that password, or the right one.
func sieveUsers(password string) Mail {
	m := upgradable(sieveHost)
	m.Users = map[string]string{wholeAddress: cmp.Or(password, rightPassword)}
	return m
}

// mailQueried answers with one message.
const mailQueried = `["Email/query", {"accountId": "a1", "ids": ["e1"], "position": 0, "total": 7}, "1"]`

// jmapLogin is a JMAP service with a session, and what answers at its apiUrl.
func jmapLogin(apiURL string, api Reply) change {
	return jmapOn(map[string]Reply{
		"/.well-known/jmap": Redirect("/session"), "/session": letsIn(JMAPSession(apiURL)), "/api/": letsIn(api),
	})
}

// strange is a web server of somebody else, to whom nothing secret may come.
func strange(s *Scenario) {
	records("strange.example.net. A 198.51.100.90")(s)
	serve("strange.example.net", 443, TLS(cert("strange.example.net"), HTTP(map[string]Reply{"*": wantsPassword})))(s)
}

// webLogins are logins at what stands around the mail.
func webLogins() []Scenario {
	signedIn := func(name, doc, want string, changes ...change) Scenario {
		return provider(name, doc, want, append([]change{mailboxes(wholeAddress, nil), password(rightPassword), strange}, changes...)...)
	}
	return []Scenario{
		signedIn("login-services", "calendars, address books and JMAP let the user in with the password", "",
			davOn(letsIn(Principal("/principals/alice%40example.com/"))),
			records("_carddavs._tcp SRV 0 1 443 dav", `_carddavs._tcp TXT "path=/dav/"`),
			jmapLogin("/api/", jmapAnswer(mailQueried))),
		provider("login-services-token", "JMAP lets the user in with an OAuth2 token", "",
			mailboxes("", func(m *Mail) { offering("OAUTHBEARER")(m); m.Token = "ya29.good" }), token("ya29.good"),
			jmapOn(map[string]Reply{
				"/.well-known/jmap": Guarded("", "", "ya29.good", JMAPSession("/api/")), "/api/": Guarded("", "", "ya29.good", jmapAnswer(mailQueried)),
			})),
		signedIn("login-sieve", "the server for filter scripts lets the user in", "", sieveOn(ManageSieve(sieveUsers("")))),
		signedIn("login-sieve-rejected", "the server for filter scripts wants another password than the mail", "login.rejected", sieveOn(ManageSieve(sieveUsers("another battery")))),
		provider("login-sieve-token", "the server for filter scripts says why it refuses the OAuth2 token", "login.token-rejected",
			mailboxes("", func(m *Mail) { offering("OAUTHBEARER")(m); m.Token = "ya29.good" }), token("ya29.good"),
			sieveOn(ManageSieve(Mail{Host: sieveHost, StartTLS: &sieveCert, Token: "ya29.other",
				TLSCaps: []string{`"IMPLEMENTATION" "Dovecot Pigeonhole"`, `"SIEVE" "fileinto"`, `"SASL" "OAUTHBEARER"`}}))),
		signedIn("login-jmap-api-elsewhere", "the JMAP session names a server of somebody else for the questions", "",
			jmapLogin("https://strange.example.net/api/", nil)),
		signedIn("login-jmap-refused", "the JMAP service lets the user in, and refuses to say what mail there is", "login.mailbox-closed",
			jmapLogin("/api/", jmapAnswer(`["error", {"type": "accountNotFound"}, "1"]`))),
		signedIn("login-jmap-website", "who logs in at the JMAP service is shown a web page", "login.failed",
			jmapOn(map[string]Reply{"/.well-known/jmap": letsIn(HTML("<!DOCTYPE html><html></html>"))})),
		signedIn("login-dav-rejected", "calendars and address books want another password than the mail", "login.rejected",
			davOn(Guarded(wholeAddress, "another battery", "", Principal("/principals/alice/"))),
			records("_carddavs._tcp SRV 0 1 443 dav", `_carddavs._tcp TXT "path=/dav/"`)),
		signedIn("login-dav-nobody", "the calendar server lets the user in and does not say as whom", "login.failed",
			davOn(letsIn(Multistatus(calendars)))),
		signedIn("login-dav-forbidden", "the user may not have calendars", "login.not-authorized", davOn(letsIn(Status(403)))),
		signedIn("login-dav-down", "behind the login the calendar server is down", "login.unavailable", davOn(letsIn(Status(503)))),
		signedIn("login-dav-busy", "the calendar server takes no more logins for now", "login.too-many-attempts", davOn(letsIn(Status(429)))),
		signedIn("login-dav-sent-on", "the calendar server sends who logs in on to a server of somebody else", "login.failed",
			davOn(letsIn(Redirect("https://strange.example.net/dav/")))),
		signedIn("login-dav-sent-to-http", "the calendar server sends who logs in on without encryption", "login.failed",
			davOn(letsIn(Redirect("http://dav.example.com/dav/")))),
		signedIn("login-dav-other-port", "the calendar server sends who logs in on to another port", "login.failed",
			davOn(letsIn(Redirect("https://dav.example.com:8443/dav/")))),
		signedIn("login-dav-sent-on-before", "the calendar server sends everybody on to a server of somebody else", "",
			davOn(Redirect("https://strange.example.net/dav/"))),
		signedIn("login-dav-principal-elsewhere", "the calendar server says that the user is at a server of somebody else", "login.failed",
			davOn(letsIn(Principal("https://strange.example.net/principals/alice/")))),
		signedIn("login-dav-circle", "the calendar server sends who logs in round in a circle", "login.failed", davOn(letsIn(Redirect("/dav/")))),
	}
}
