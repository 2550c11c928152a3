package autoconfig

import (
	"context"
	"fmt"
	"time"

	"mailcheck"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

// LookUp asks for record sets of which only name and type are given: SRV, TXT or TLSA. What
// DNS has is in the steps that it returns, none of which fails.
func LookUp(ctx context.Context, n *netx.Run, began time.Time, wanted []mailcheck.RecordSet) []mailcheck.Step {
	t := trace.New(began)
	sideBySideTraces(t, len(wanted), func(i int, t *trace.Trace) {
		name, kind := wanted[i].Name, wanted[i].Type
		var data []string
		var err error
		look(ctx, t, mailcheck.OpLookup, name+" "+kind, func(ctx context.Context) mailcheck.Text {
			data, err = lookUp(ctx, n.Resolver, name, kind)
			switch {
			case err != nil && !notFound(err):
				return mailcheck.Textf("no answer")
			case len(data) == 0:
				return mailcheck.Textf("no record")
			}
			return mailcheck.Textf("%s", mailcheck.ListOf(data))
		})
		if err == nil || notFound(err) {
			t.Got(name, kind, data)
		}
	})
	return t.Steps
}

// lookUp returns the records of a name as a report keeps them.
func lookUp(ctx context.Context, r *netx.Resolver, name, kind string) ([]string, error) {
	switch kind {
	case "SRV":
		records, _, err := r.SRV(ctx, name)
		return srvData(records), err
	case "TXT":
		records, _, err := r.TXT(ctx, name)
		return records, err
	case "TLSA":
		records, _, err := r.TLSA(ctx, name)
		return tlsaData(records), err
	}
	return nil, fmt.Errorf("records of the type %s are not asked for", kind)
}

// srvData returns records as a zone file has them (RFC 2782).
func srvData(records []netx.SRV) []string {
	var texts []string
	for _, r := range records {
		target := r.Target
		if target != "." {
			target += "."
		}
		texts = append(texts, fmt.Sprintf("%d %d %d %s", r.Priority, r.Weight, r.Port, target))
	}
	return texts
}

// tlsaData returns records as a zone file has them (RFC 6698 section 2.2).
func tlsaData(records []netx.TLSA) []string {
	var texts []string
	for _, r := range records {
		texts = append(texts, fmt.Sprintf("%d %d %d %x", r.Usage, r.Selector, r.MatchingType, r.Data))
	}
	return texts
}
