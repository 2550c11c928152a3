package conclude

import (
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// offer is what one place has for a protocol.
type offer struct {
	source mailcheck.SourceResult
	at     string // URL, or the name of a source that has none
	server mailcheck.Server
}

// weakestPlace compares the protection of each protocol over all places and mechanisms:
// whoever is on the way can choose the weakest, by keeping the others from answering. Of
// one place the best counts, since its order is another matter, and so are SRV records
// that name less than the others.
func weakestPlace(r *mailcheck.Report) []mailcheck.Finding {
	var all []mailcheck.Finding
	index := map[[2]string]int{} // of the finding about two places
	for _, p := range mailProtocols {
		offers := offersOf(r, p)
		if len(offers) == 0 {
			continue
		}
		best := slices.MaxFunc(offers, byProtection)
		offers = slices.DeleteFunc(offers, func(o offer) bool { return o.source.Form == mailcheck.Records })
		if len(offers) == 0 {
			continue
		}
		weakest := slices.MinFunc(offers, byProtection)
		if byProtection(weakest, best) == 0 || weakest.server.Security == mailcheck.Plain && weakest.server.Host == best.server.Host {
			continue // the same, or publish.plain-needless
		}
		f := mailcheck.NewFinding(checks.PublishWeakest, "%s names %s, %s names %s", weakest.at, weakest.server.URL(), best.at, best.server.URL())
		f.Fix = mailcheck.Textf("In %s write %s for %s, as in %s.", weakest.at, portAndSecurity(weakest.source.Form, best.server.Port, best.server.Security), best.server.Host, best.at)
		f.Source, f.URL, f.Target, f.Instead = weakest.source.Name, weakest.at, weakest.server.URL(), best.server.URL()
		i, known := index[[2]string{weakest.at, best.at}]
		if !known {
			index[[2]string{weakest.at, best.at}] = len(all)
			all = append(all, f)
			continue
		}
		all[i].Detail = mailcheck.Textf("%s; likewise %s and %s", all[i].Detail, weakest.server.URL(), best.server.URL())
		all[i].Fix = mailcheck.Textf("%s For %s write %s.", all[i].Fix, best.server.Host, portAndSecurity(weakest.source.Form, best.server.Port, best.server.Security))
	}
	return all
}

// offersOf lists what the domain's own places have for a protocol. What comes over http
// is compared by itself, and so is what comes without the address.
func offersOf(r *mailcheck.Report, p mailcheck.Protocol) []offer {
	var offers []offer
	for _, source := range r.Sources {
		if !source.Own() {
			continue
		}
		places := source.Places
		if len(places) == 0 {
			places = []mailcheck.Place{{URL: source.Name, Servers: source.Servers}}
		}
		for _, place := range places {
			var of []offer
			for _, s := range place.Servers {
				if s.Protocol == p {
					of = append(of, offer{source, place.Name(), s})
				}
			}
			if len(of) > 0 && !strings.HasPrefix(place.URL, "http://") && !bare(place, places) {
				offers = append(offers, slices.MaxFunc(of, byProtection))
			}
		}
	}
	return offers
}

// bare reports whether a place was asked with the address, too.
func bare(place mailcheck.Place, places []mailcheck.Place) bool {
	return slices.ContainsFunc(places, func(p mailcheck.Place) bool { return strings.HasPrefix(p.URL, place.URL+"?") })
}

// byProtection orders offers, the weakest first.
func byProtection(a, b offer) int { return byStrength(b.server.Security, a.server.Security) }
