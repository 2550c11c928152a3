package client

import (
	"cmp"
	"slices"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/checks"
)

// overHTTP are the places whose answers come over http.
var overHTTP = []autoconfig.Place{autoconfig.HTTPHost, autoconfig.HTTPWellKnown, autoconfig.AutodiscoverHTTP}

// expose adds what becomes of the password with the servers that the client takes, or
// that its user will type in.
func (w *walk) expose(r *mailcheck.ClientResult) {
	r.OverHTTP = w.takesOverHTTP(r)
	servers := r.Servers
	if servers == nil && r.Source == "" {
		servers = w.typedIn()
	}
	for _, s := range servers {
		result, ok := w.result(s)
		if ok && badCertificate(result) {
			r.BadCertificate = worse(reactions, r.BadCertificate, w.atCertificate(s, result))
		}
		never := w.tlsOnly.of(s)
		switch {
		case s.Security == mailcheck.StartTLS && never != "":
			r.Password = worse(transits, r.Password, withoutTLS[never])
		case s.Security == mailcheck.StartTLS:
			r.NoStartTLS = worse(reactions, r.NoStartTLS, w.atStripped(s, r.Source))
		}
		if r.Servers != nil && !(ok && broken(result) && !badCertificate(result)) { // else it is not sent
			r.Password = worse(transits, r.Password, w.transit(s))
		}
	}
	switch {
	case r.Servers == nil:
	case r.Outcome == mailcheck.Asks:
		r.Confirms = mailcheck.Does
	default:
		r.Confirms = cmp.Or(w.shows, mailcheck.HabitUnknown)
	}
}

// takesOverHTTP reports whether the client takes, or can be made to take, what the domain
// has over http. A list of its own and SRV records need neither http nor https.
func (w *walk) takesOverHTTP(r *mailcheck.ClientResult) mailcheck.OverHTTP {
	source := autoconfig.Place(r.Source)
	switch {
	case slices.Contains(overHTTP, source):
		return mailcheck.HTTPTaken
	case source == autoconfig.BuiltIn, source == autoconfig.Records:
		return ""
	}
	for _, place := range w.order {
		if !slices.Contains(overHTTP, place) || !w.answersOverHTTP(place) || w.look(place).servers == nil {
			continue
		}
		if slices.Contains(w.order, encrypted[place]) {
			return mailcheck.HTTPFallback
		}
		return mailcheck.HTTPTaken // it asks nowhere else for this
	}
	return ""
}

// answersOverHTTP reports whether the domain gives settings in a place without a redirect
// to https.
func (w *walk) answersOverHTTP(place autoconfig.Place) bool {
	return slices.ContainsFunc(w.discovery.Copies, func(c autoconfig.Copy) bool {
		return c.OverHTTP() && (c.Config != nil && c.Place == place || c.Answer != nil && place == autoconfig.AutodiscoverHTTP)
	})
}

// typedIn returns the servers that a user types in who has been told the best there are:
// those that work, or would but for their certificate.
func (w *walk) typedIn() (best []mailcheck.Server) {
	for _, sending := range []bool{false, true} {
		var fit []mailcheck.Server
		for _, s := range w.discovery.Servers {
			result, ok := w.result(s)
			if ok && (s.Protocol.Sends() && sending || s.Protocol.Reads() && !sending) && (!broken(result) || badCertificate(result)) {
				fit = append(fit, s)
			}
		}
		slices.SortStableFunc(fit, func(a, b mailcheck.Server) int {
			return cmp.Or(
				cmp.Compare(slices.Index(mailcheck.Protocols, a.Protocol), slices.Index(mailcheck.Protocols, b.Protocol)),
				cmp.Compare(slices.Index(securities, a.Security), slices.Index(securities, b.Security)))
		})
		best = append(best, fit[:min(1, len(fit))]...)
	}
	return best
}

var securities = []mailcheck.Security{mailcheck.ImplicitTLS, mailcheck.StartTLS, mailcheck.Plain}

// The values of what is said of several servers at once, from good to bad.
var (
	reactions = []mailcheck.Reaction{"", mailcheck.Stops, mailcheck.AsksToGoOn, mailcheck.ReactsUnknown, mailcheck.GoesOn}
	transits  = []mailcheck.Transit{"", mailcheck.Encrypted, mailcheck.ClearAsked, mailcheck.ClearWarned, mailcheck.ClearNotKnown, mailcheck.ClearSilently}
)

func worse[T comparable](order []T, a, b T) T {
	return order[max(slices.Index(order, a), slices.Index(order, b))]
}

// withoutTLS is what becomes of the password at a server that wants STARTTLS, which the
// client does not speak.
var withoutTLS = map[mailcheck.Reaction]mailcheck.Transit{
	mailcheck.GoesOn: mailcheck.ClearSilently, mailcheck.AsksToGoOn: mailcheck.ClearAsked,
	mailcheck.ReactsUnknown: mailcheck.ClearNotKnown, mailcheck.Stops: "",
}

// transit says what becomes of the password on the way to a server.
func (w *walk) transit(s mailcheck.Server) mailcheck.Transit {
	switch {
	case s.Security != mailcheck.Plain:
		return mailcheck.Encrypted
	case w.warns:
		return mailcheck.ClearWarned
	case w.shows == mailcheck.Does:
		return mailcheck.ClearAsked
	case w.shows == mailcheck.DoesNot:
		return mailcheck.ClearSilently
	}
	return mailcheck.ClearNotKnown
}

// atStripped says what the client does where STARTTLS is taken away from a server.
func (w *walk) atStripped(s mailcheck.Server, source string) mailcheck.Reaction {
	reaction := w.stripped.of(s)
	if source == string(autoconfig.Guess) {
		reaction = cmp.Or(w.guessed.of(s), reaction)
	}
	return cmp.Or(reaction, mailcheck.ReactsUnknown)
}

// atCertificate says what the client does at a server with a bad certificate.
func (w *walk) atCertificate(s mailcheck.Server, result mailcheck.ServerResult) mailcheck.Reaction {
	name := []*checks.Check{checks.TLSNameMismatch, checks.TLSCNOnly, checks.TLSPlaceholder}
	switch {
	case w.anyName && onlyFailures(result, name):
		return mailcheck.GoesOn
	case w.starttls != "" && s.Protocol == mailcheck.IMAP && s.Security == mailcheck.StartTLS:
		return w.starttls
	}
	return cmp.Or(w.certificate, mailcheck.ReactsUnknown)
}

// certificateFaults are what clients ask their users about, or overlook.
var certificateFaults = []*checks.Check{
	checks.TLSExpired, checks.TLSNotYetValid, checks.TLSNameMismatch, checks.TLSCNOnly, checks.TLSIPSAN, checks.TLSSelfSigned,
	checks.TLSUnknownAuthority, checks.TLSCertificate, checks.TLSMissingIntermediate, checks.TLSPrivateCA, checks.TLSInterception,
	checks.TLSWeakSignature, checks.TLSWrongUsage, checks.TLSPlaceholder,
}

// badCertificate reports whether the certificate is all that is wrong with a server.
func badCertificate(result mailcheck.ServerResult) bool {
	return onlyFailures(result, certificateFaults)
}

// broken reports whether a client comes to no login at a server. That it is not encrypted
// keeps nobody from that.
func broken(result mailcheck.ServerResult) bool {
	return result.Verdict == mailcheck.Fail && !onlyFailures(result, []*checks.Check{checks.AutoconfigPlain})
}

// onlyFailures reports whether a server fails, and for these reasons alone.
func onlyFailures(result mailcheck.ServerResult, reasons []*checks.Check) bool {
	fails := false
	for _, f := range result.Findings() {
		if f.Severity == checks.Failure {
			fails = true
			if !slices.Contains(reasons, f.Check) {
				return false
			}
		}
	}
	return fails
}
