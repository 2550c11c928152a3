package setup

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// recordKind says what a record is for, and so what it looks like.
type recordKind int

const (
	serves    recordKind = iota // SRV: the host that has a service
	noService                   // SRV: nobody has the service
	hasPath                     // TXT: where a service is on its host
	hasDigest                   // TXT: of the PACC document
	hasKey                      // TLSA: of a server
)

// record is one record of a zone.
type record struct {
	kind           recordKind
	name           string // without the dot at the end
	priority, port uint16 // of SRV
	value          string // host, path, digest or key
}

// rrType is the type of the record.
func (r record) rrType() string {
	return [...]string{serves: "SRV", noService: "SRV", hasPath: "TXT", hasDigest: "TXT", hasKey: "TLSA"}[r.kind]
}

// in reports whether the zone has the record today, or one that means the same: priority
// and weight are the administrator's to choose, and white space in a TXT record means
// nothing.
func (r record) in(today []string) bool {
	return slices.ContainsFunc(today, func(data string) bool {
		fields := strings.Fields(data)
		switch r.kind {
		case serves:
			return len(fields) == 4 && fields[2] == strconv.Itoa(int(r.port)) && strings.EqualFold(fields[3], r.value+".")
		case noService:
			return len(fields) == 4 && fields[3] == "."
		case hasPath:
			return data == "path="+r.value
		case hasDigest:
			return strings.Join(fields, "") == "v=UAAC1;a=sha256;d="+r.value
		}
		return strings.EqualFold(data, "3 1 1 "+r.value)
	})
}

// zoneText is a part of a zone file that is being written.
type zoneText struct {
	*sheet.Text
	zoneFacts
	domain  string
	written int      // records, and those to be taken out
	unknown []string // names of which it is not known what they have today
}

// newZoneText begins one.
func newZoneText(f *sheet.Text, a Account) *zoneText {
	z := &zoneText{Text: f, zoneFacts: a.zone, domain: a.Address.Domain}
	z.Line("; Records for the zone of %s. All names are written in full, with a dot at the end.", z.domain)
	z.Line("; The fields are: name, seconds to live, class, type, and what belongs to the type:")
	z.Line("; for SRV priority, weight, port and target. The smaller the priority, the better the server.")
	if z.changes {
		z.Line("; Here is only what has to change. What the zone has and should not have stands behind")
		z.Line("; the words \"take out\".")
	}
	z.Line("")
	return z
}

// put writes all records of one type that a name should have; where only changes are
// wanted, those that it does not have, and as comments those that are wrong. It reports
// whether it has written a record.
func (z *zoneText) put(records []record, what string) bool {
	if !z.changes {
		z.Comment("%s:", what)
		for _, r := range records {
			z.record(r)
		}
		return true
	}
	name, kind := records[0].name, records[0].rrType()
	today, known := z.has(name, kind)
	missing := slices.DeleteFunc(slices.Clone(records), func(r record) bool { return r.in(today) })
	wrong := slices.DeleteFunc(slices.Clone(today), func(data string) bool { return !z.wrong(data, records, len(missing) < len(records)) })
	if !known && !slices.Contains(z.unknown, name) {
		z.unknown = append(z.unknown, name)
	}
	if len(missing)+len(wrong) == 0 {
		return false
	}
	z.written += len(missing) + len(wrong)
	z.Comment("%s:", what)
	if !known {
		z.Line("; What the zone has at this name today is not known.")
	}
	for _, data := range wrong {
		z.Comment("take out: %s. IN %s %s", name, kind, mailcheck.Clean(data))
	}
	for _, r := range missing {
		z.record(r)
	}
	return len(missing) > 0
}

// has returns what DNS has today, and whether that is known.
func (z *zoneText) has(name, kind string) ([]string, bool) {
	for _, set := range z.today {
		if set.Name == name && set.Type == kind {
			return set.Data, true
		}
	}
	return nil, false
}

// wrong reports whether a record of today has to go, seeing what the name should have, and
// whether it has a part of that already. A server that was left out for another reason than
// that it failed stays, and a key beside the present one may be the next.
func (z *zoneText) wrong(data string, records []record, some bool) bool {
	if slices.ContainsFunc(records, func(r record) bool { return r.in([]string{data}) }) {
		return false
	}
	switch records[0].kind {
	case hasKey:
		return !some
	case hasPath:
		return strings.HasPrefix(strings.ToLower(data), "path")
	case hasDigest:
		return strings.HasPrefix(strings.ToLower(strings.Join(strings.Fields(data), "")), "v=uaac1")
	}
	fields := strings.Fields(data)
	return len(fields) != 4 || !slices.ContainsFunc(z.good, func(s mailcheck.Server) bool {
		return strings.EqualFold(s.Host+".", fields[3]) && fmt.Sprint(s.Port) == fields[2]
	})
}

// open says that nothing is said of a service.
func (z *zoneText) open(what string) {
	if !z.changes {
		z.Comment("%s:", what)
		z.Line("; Nothing is said here: a server was found, but it did not pass the test or is left out.")
	}
}

// record writes a record.
func (z *zoneText) record(r record) {
	switch r.kind {
	case serves:
		z.Line("%s. 3600 IN SRV %d 1 %d %s.", r.name, r.priority, r.port, r.value)
	case noService:
		z.Line("%s. 3600 IN SRV 0 0 0 .", r.name)
	case hasPath:
		z.Line("%s. 3600 IN TXT \"path=%s\"", r.name, r.value)
	case hasDigest:
		z.Line("%s. 3600 IN TXT \"v=UAAC1; a=sha256; d=%s\"", r.name, r.value)
	case hasKey:
		z.Line("%s. 3600 IN TLSA 3 1 1 %s", r.name, r.value)
	}
}

// end says what came of the comparison with the zone.
func (z *zoneText) end(out *sheet.Set) {
	if len(z.unknown) > 0 {
		out.Note(mailcheck.Textf("what the zone has today is not known of: %s", mailcheck.ListOf(z.unknown)))
	}
	if z.changes && z.written == 0 {
		z.Line("; There is nothing to change: the zone has all of this.")
		out.Note(mailcheck.Textf("nothing to change: the zone has all of this"))
	}
}
