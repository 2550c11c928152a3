package lab

// proofs are domains whose SRV records lead to another domain, and a user who logs in
// there if DNSSEC proves that the domain means it.
func proofs() []Scenario {
	const unproven = "login.not-trusted srv.foreign-domain"
	everywhere := func(f Fault) change { return dnsOn("*.example.com", f) }
	onRecords := func(f Fault) change {
		return func(s *Scenario) {
			dnsOn("_imaps._tcp.example.com", f)(s)
			dnsOn("_submissions._tcp.example.com", f)(s)
		}
	}
	says := func(s *Scenario) { s.DNS.Says = true }
	wildcard := func() []change {
		all := []change{signed, says, without("_imaps._tcp"), records("$ORIGIN example.com.", "*._tcp SRV 0 1 993 imap.example.net.")}
		// A wildcard answers for every service, so that the others have to be denied.
		for _, service := range []string{"_imap", "_pop3", "_pop3s", "_submission", "_sieve", "_caldav", "_caldavs", "_carddav", "_carddavs", "_jmap", "_autodiscover"} {
			all = append(all, records(service+`._tcp TXT "none"`))
		}
		return all
	}
	also := func(zone string) change { return func(s *Scenario) { s.DNS.Signed = append(s.DNS.Signed, zone) } }
	return []Scenario{
		hostedElsewhere("proof-good", "signed SRV records name servers of another domain", "", signed),
		hostedElsewhere("proof-claimed", "the resolver says that it has validated the SRV records, and there is no signature", unproven, says),
		hostedElsewhere("proof-withheld", "the SRV records are signed, and the resolver hands over no signatures", unproven, signed, says,
			func(s *Scenario) { s.DNS.Withheld = true }),
		hostedElsewhere("proof-stripped", "the signatures of the SRV records are taken out on the way", unproven, signed, says, onRecords(Unsigned)),
		hostedElsewhere("proof-outdated", "the signatures of the SRV records are outdated", unproven, signed, says, onRecords(Expired)),
		hostedElsewhere("proof-other-key", "the SRV records are signed with keys that the zone above does not name", unproven, signed, says, everywhere(OtherKey)),
		hostedElsewhere("proof-by-sibling", "the SRV records are signed by another domain", unproven, signed, says, also("sibling.com"), onRecords(BySibling)),
		hostedElsewhere("proof-by-child", "the SRV records are signed by a zone below them", unproven, signed, says,
			also("child._imaps._tcp.example.com"), also("child._submissions._tcp.example.com"), onRecords(ByChild)),
		hostedElsewhere("proof-no-delegation", "the zone is signed, and the zone above does not say so", unproven, signed, says, dnsOn("example.com DS", Absent)),
		hostedElsewhere("proof-wildcard", "the SRV records come from a signed wildcard, and the zone has signed that no name is closer", "", wildcard()...),
		hostedElsewhere("proof-wildcard-closer", "the SRV records come from a signed wildcard, and nothing says that no name is closer", unproven,
			append(wildcard(), dnsOn("_imaps._tcp.example.com", Undenied), dnsOn("_submissions._tcp.example.com", Unsigned))...),
		hostedElsewhere("proof-many-keys", "the zone has many keys with the same number, and many signatures", unproven, signed, says, everywhere(Colliding)),
		hostedElsewhere("proof-huge-key", "the zone has an RSA key of 250,000 bits", unproven, signed, says, everywhere(HugeKey)),
		hostedElsewhere("proof-rewritten", "signed SRV records are changed on the way", unproven, signed, says, ownRecords, onRecords(Rewritten)),
		hostedElsewhere("proof-rewritten-plain", "signed SRV records are changed on the way, but not where their signatures are asked for", unproven, signed, says, ownRecords, onRecords(RewrittenPlain)),
	}
}

// hostedElsewhere is a domain whose mail is at another, with a user of the right password.
func hostedElsewhere(name, doc, want string, changes ...change) Scenario {
	users := map[string]string{"alice@example.com": rightPassword}
	at := func(host string) Mail { return Mail{Host: host, Users: users} }
	changes = append([]change{
		zoneOf(`$ORIGIN example.com.
@                  MX  10 mx
_imaps._tcp        SRV 0 1 993 imap.example.net.
_submissions._tcp  SRV 0 1 465 smtp.example.net.
mx                 A   192.0.2.25
imap.example.net.  A   192.0.2.10
smtp.example.net.  A   192.0.2.25
`),
		host("imap.example.net", Host{993: TLS(cert("imap.example.net"), IMAP(at("imap.example.net")))}),
		host("smtp.example.net", Host{465: TLS(cert("smtp.example.net"), SMTP(at("smtp.example.net")))}),
		password(rightPassword),
	}, changes...)
	return provider(name, doc, want, changes...)
}

// ownRecords has the domain name hosts of its own.
func ownRecords(s *Scenario) {
	without("_imaps._tcp", "_submissions._tcp")(s)
	records("_imaps._tcp SRV 0 1 993 imap", "_submissions._tcp SRV 0 1 465 smtp")(s)
}
