package document

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"mailcheck/internal/lazy"
)

// Record is one entry of a zone file (RFC 1035 section 5.1), as it is written and as a name
// server reads it.
type Record struct {
	Line    int     // where it begins, from 1
	Owner   string  // as it is written; empty where it is that of the record before
	Origin  string  // what names without a dot at the end belong to; empty where the file does not say
	Name    string  // in full, lower case, without the dot at the end; without the zone where that is not known
	Type    string  // such as "SRV"; empty for a directive, and where it is written as a number
	Fields  []Field // what stands behind the type, as it is written
	Comment string  // behind the last field, without what begins it
	Close   bool    // the comment follows that field without a space
	Target  string  // of SRV, CNAME and MX: in full, lower case, with the dot at the end
	Texts   []string
	Err     error // why a name server does not take it
}

// Field is one word of an entry.
type Field struct {
	Text   string // without quotation marks
	Quoted bool
}

// maxZoneRecords is more than a part of a zone with mail in it has.
const maxZoneRecords = 5000

// unknownOrigin stands for the zone where the file does not name it.
const unknownOrigin = "zone.invalid."

// What tells a zone file from others.
var (
	recordLine    = lazy.Regexp(`(?im)^(?:[^;\s"<{\[]\S*|[ \t])[ \t]+(?:\d+[smhdw]?[ \t]+)?(?:IN[ \t]+)?(?:\d+[smhdw]?[ \t]+)?(?:SRV|TXT|CNAME|TLSA|MX|NS|SOA|AAAA|A)[ \t]+[("\w.@:-]`)
	directiveLine = lazy.Regexp(`(?m)^\$(?:ORIGIN|TTL)[ \t]`)
	notComment    = lazy.Regexp(`(?m)^[ \t]*[^;\s]`)
)

// LooksLikeZone reports whether a text is a part of a zone file: it has a record, or nothing
// but comments of one.
func LooksLikeZone(text string) bool {
	return recordLine().MatchString(text) || directiveLine().MatchString(text) || strings.HasPrefix(text, ";") && !notComment().MatchString(text)
}

// ParseZone reads a zone file entry by entry, so that one that is wrong hides no other. It
// fails only for a file that has no end.
func ParseZone(text string) ([]Record, error) {
	var records []Record
	z := zoneReader{text: text, line: 1, origin: unknownOrigin}
	for z.at < len(text) {
		r, raw := z.entry()
		if len(r.Fields) == 0 && r.Err == nil {
			continue
		}
		if len(records) == maxZoneRecords {
			return records, &SyntaxError{Line: r.Line, Err: fmt.Errorf("there are more than %d records", maxZoneRecords)}
		}
		z.read(&r, raw)
		records = append(records, r)
	}
	return records, nil
}

// zoneReader goes through a zone file.
type zoneReader struct {
	text   string
	at     int
	line   int
	origin string // of names without a dot at the end
	owner  string // of the record before, in full
}

// entry takes the next entry apart: the words up to the end of a line outside parentheses
// and quotation marks.
func (z *zoneReader) entry() (r Record, raw string) {
	r.Line = z.line
	start, depth, wordEnd := z.at, 0, -1
	for z.at < len(z.text) {
		switch c := z.text[z.at]; c {
		case '\n':
			z.at++
			z.line++
			if depth == 0 {
				return r, z.text[start:z.at]
			}
		case ' ', '\t', '\r':
			z.at++
		case '(':
			depth++
			z.at++
		case ')':
			if depth--; depth < 0 {
				depth, r.Err = 0, errors.New("a parenthesis is closed that was not opened")
			}
			z.at++
		case ';':
			comment, _, _ := strings.Cut(z.text[z.at+1:], "\n")
			r.Comment, r.Close = comment, wordEnd == z.at
			z.at += 1 + len(comment)
		default:
			if z.at == start {
				r.Owner = "?" // the first word, set by read
			}
			word, err := z.word()
			if err != nil && r.Err == nil {
				r.Err = err
			}
			r.Fields, r.Comment = append(r.Fields, word), ""
			wordEnd = z.at
		}
	}
	if depth > 0 && r.Err == nil {
		r.Err = errors.New("a parenthesis is not closed")
	}
	return r, z.text[start:z.at]
}

// word takes a word, or a text between quotation marks.
func (z *zoneReader) word() (Field, error) {
	quoted := z.text[z.at] == '"'
	if quoted {
		z.at++
	}
	start := z.at
	for ; z.at < len(z.text); z.at++ {
		switch c := z.text[z.at]; {
		case c == '\\' && z.at+1 < len(z.text) && z.text[z.at+1] != '\n':
			z.at++
		case quoted && c == '"':
			z.at++
			return Field{z.text[start : z.at-1], true}, nil
		case quoted && c == '\n':
			return Field{z.text[start:z.at], true}, errors.New("a quotation mark is not closed")
		case !quoted && strings.IndexByte(" \t\r\n;()\"", c) >= 0:
			return Field{z.text[start:z.at], false}, nil
		}
	}
	z.at = min(z.at, len(z.text))
	if quoted {
		return Field{z.text[start:z.at], true}, errors.New("a quotation mark is not closed")
	}
	return Field{z.text[start:z.at], false}, nil
}

// read has a name server's parser read the entry, with the origin and owner that it leans on.
func (z *zoneReader) read(r *Record, raw string) {
	if len(r.Fields) == 0 {
		return
	}
	first := r.Fields[0].Text
	if strings.HasPrefix(first, "$") {
		z.directive(r, first)
		return
	}
	if r.Owner != "" {
		r.Owner = first
	} else {
		raw = z.owner + " " + raw
	}
	if r.Err != nil {
		return
	}
	p := dns.NewZoneParser(strings.NewReader(strings.TrimRight(raw, "\n")+"\n"), z.origin, "")
	p.SetDefaultTTL(3600)
	rr, ok := p.Next()
	if !ok {
		r.Err = errors.New("it is no record")
		if p.Err() != nil {
			r.Err = errors.New(plainZoneError(p.Err()))
		}
		return
	}
	z.owner = rr.Header().Name
	if z.origin != unknownOrigin {
		r.Origin = z.origin
	}
	kind := dns.TypeToString[rr.Header().Rrtype]
	r.Name = strings.TrimSuffix(known(z.owner), ".")
	i := slices.IndexFunc(r.Fields, func(f Field) bool { return strings.EqualFold(f.Text, kind) })
	if i == 0 && r.Owner != "" {
		i = 1 + slices.IndexFunc(r.Fields[1:], func(f Field) bool { return strings.EqualFold(f.Text, kind) })
	}
	if i < 0 || i == 0 && r.Owner != "" || len(r.Fields)-i-1 < zoneFields[kind] {
		return // written in numbers (RFC 3597), as people do not
	}
	r.Type, r.Fields = kind, r.Fields[i+1:]
	switch rr := rr.(type) {
	case *dns.SRV:
		r.Target = known(rr.Target)
	case *dns.CNAME:
		r.Target = known(rr.Target)
	case *dns.MX:
		r.Target = known(rr.Mx)
	case *dns.TXT:
		r.Texts = rr.Txt
	}
}

// known returns a name as name servers compare it, without a zone that is not known.
func known(name string) string {
	name = dns.CanonicalName(name)
	if relative, ok := strings.CutSuffix(name, unknownOrigin); ok && relative != "" {
		return relative
	}
	return name
}

// zoneFields is how many words a record of a type has at least.
var zoneFields = map[string]int{"SRV": 4, "CNAME": 1, "MX": 2, "TXT": 1, "TLSA": 4}

// directive follows $ORIGIN. Others change nothing that is judged here, and a file that is
// included is not read.
func (z *zoneReader) directive(r *Record, name string) {
	if !strings.EqualFold(name, "$ORIGIN") {
		return
	}
	if len(r.Fields) < 2 {
		r.Err = errors.New("$ORIGIN has no name")
		return
	}
	origin := r.Fields[1].Text
	if !strings.HasSuffix(origin, ".") {
		origin += "." + z.origin
	}
	if _, ok := dns.IsDomainName(origin); !ok {
		r.Err = fmt.Errorf("$ORIGIN %q is no name", r.Fields[1].Text)
		return
	}
	z.origin = origin
}

// plainZoneError takes the place out of an error of the parser, whose lines are those of one
// entry.
func plainZoneError(err error) string {
	text := strings.TrimPrefix(err.Error(), "dns: ")
	if i := strings.LastIndex(text, " at line: "); i > 0 {
		text = text[:i]
	}
	return text
}

// ParseDigest reads a record such as "v=UAAC1; a=sha256; d=..." (draft-ietf-mailmaint-pacc);
// the order of the tags, white space and unknown tags do not matter. announced says that the
// record is one of PACC, whatever is wrong with it.
func ParseDigest(text string) (digest []byte, announced bool) {
	tags := Tags(text)
	if !strings.EqualFold(tags["v"], "UAAC1") {
		return nil, false
	}
	digest, err := base64.StdEncoding.DecodeString(tags["d"])
	if err != nil || len(digest) != sha256.Size || !strings.EqualFold(tags["a"], "sha256") {
		return nil, true
	}
	return digest, true
}

// Tags reads the tags of a TXT record such as "v=STSv1; id=1", without white space in their
// values; names are in lower case.
func Tags(text string) map[string]string {
	tags := map[string]string{}
	for tag := range strings.SplitSeq(text, ";") {
		key, value, _ := strings.Cut(tag, "=")
		tags[strings.ToLower(strings.TrimSpace(key))] = strings.Join(strings.Fields(value), "")
	}
	return tags
}
