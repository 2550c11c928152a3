package conclude

import (
	"mailcheck"
	"mailcheck/checks"
)

// exchangeFindings says what an Exchange server that works means for the choice of
// the account type.
func exchangeFindings(r *mailcheck.Report) []mailcheck.Finding {
	var urls []mailcheck.Text
	for _, s := range r.Usable() {
		if s.Protocol.Exchange() {
			urls = append(urls, mailcheck.Textf("%s at %s", s.Protocol, s.URL()))
		}
	}
	if len(urls) == 0 {
		return nil
	}
	return []mailcheck.Finding{mailcheck.NewFinding(checks.ExchangeBetter, "%s", mailcheck.Joined(urls, ", "))}
}
