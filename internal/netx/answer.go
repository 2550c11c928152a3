package netx

import (
	"errors"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"

	"mailcheck/checks"
	"mailcheck/internal/dnssec"
)

// The longest name and label (RFC 1035 section 2.3.4), as they are written.
const (
	maxName  = 253
	maxLabel = 63
)

// maxAliases bounds the CNAME records followed inside one answer.
const maxAliases = 8

// answer is the part of a DNS response that answers the question.
type answer struct {
	records []dns.RR
	signed  dnssec.Answer // the sections as they are, where they were asked for with signatures
	rcode   int
	meta    Meta
	wire    int           // bytes of the message
	life    time.Duration // how long it counts
}

// errStray says that a message is not the answer to our question: a late answer
// to another one, or a forgery. Only the id, the port and the question protect
// plain DNS (RFC 5452 section 9.1).
var errStray = errors.New("not the answer to the question")

// errTruncated asks for another try over TCP.
var errTruncated = errors.New("truncated answer")

// readAnswer turns a message off the wire into the answer to a question. It
// returns errStray if the message does not belong to the question; errTruncated,
// with what did fit, if the rest needs TCP; an error with the check
// dns.malformed; or the *net.DNSError that the response code stands for.
func readAnswer(wire []byte, id uint16, q question, server string) (*answer, error) {
	var m dns.Msg
	err := m.Unpack(wire)
	if len(wire) < 12 || m.Id != id || !m.Response || m.Opcode != dns.OpcodeQuery {
		return new(answer), errStray
	}
	if err != nil && m.Truncated && asks(&m, q) {
		return new(answer), errTruncated // cut in the middle of a record
	}
	if err != nil {
		return new(answer), checks.DNSMalformed.Errorf("%s: unreadable answer for %s: %v", server, hostName(q.name), err)
	}
	// A server that could not or would not read the question may leave it out.
	if !asks(&m, q) && (len(m.Question) > 0 || m.Rcode == dns.RcodeSuccess || m.Rcode == dns.RcodeNameError) {
		return new(answer), errStray
	}
	a, err := pick(&m, q, server)
	a.rcode = m.Rcode
	a.wire, a.life = len(wire), life(&m)
	a.meta.Server = server
	a.meta.asked, a.meta.records = q, a.records
	if q.signed {
		a.signed = dnssec.Answer{Records: m.Answer, Denial: m.Ns}
	}
	if err == nil {
		err = rcodeError(&m, q, server)
	}
	if err != nil {
		a.records = nil
	}
	if m.Truncated && err == nil {
		a.meta.Truncated = true
		err = errTruncated
	}
	return a, err
}

// life returns how long an answer counts: the shortest TTL in it, within bounds. That
// something does not exist would count as long as the zone's SOA record says (RFC 2308
// section 5); here it is looked for again soon, since people add what was missing.
func life(m *dns.Msg) time.Duration {
	shortest := maxLife
	for _, rr := range m.Answer {
		shortest = min(shortest, time.Duration(rr.Header().Ttl)*time.Second)
	}
	if len(m.Answer) == 0 {
		return minLife
	}
	return max(shortest, minLife)
}

// asks reports whether a message carries exactly our question.
func asks(m *dns.Msg, q question) bool {
	return len(m.Question) == 1 && dns.CanonicalName(m.Question[0].Name) == q.name &&
		m.Question[0].Qtype == q.typ && m.Question[0].Qclass == dns.ClassINET
}

// pick returns the records of the question's type that belong to its name or to
// a name its aliases lead to. Whatever else the server added is ignored.
func pick(m *dns.Msg, q question, server string) (*answer, error) {
	a := new(answer)
	names := []string{q.name}
	for {
		target, ok := alias(m.Answer, names[len(names)-1])
		if !ok {
			break
		}
		if slices.Contains(names, target) {
			return new(answer), checks.DNSMalformed.Errorf("%s: the aliases of %s go in a circle at %s", server, hostName(q.name), hostName(target))
		}
		if len(names) > maxAliases {
			return new(answer), checks.DNSMalformed.Errorf("%s: more than %d aliases lead on from %s", server, maxAliases, hostName(q.name))
		}
		names = append(names, target)
		a.meta.Aliases = append(a.meta.Aliases, hostName(target))
	}
	for _, rr := range m.Answer {
		h := rr.Header()
		if h.Rrtype == q.typ && h.Class == dns.ClassINET && slices.Contains(names, dns.CanonicalName(h.Name)) {
			a.records = append(a.records, rr)
		}
	}
	return a, nil
}

// alias returns where a CNAME record sends a name.
func alias(rrs []dns.RR, name string) (target string, ok bool) {
	for _, rr := range rrs {
		if c, is := rr.(*dns.CNAME); is && c.Hdr.Class == dns.ClassINET && dns.CanonicalName(c.Hdr.Name) == name {
			return dns.CanonicalName(c.Target), true
		}
	}
	return "", false
}

// rcodeError returns the error that a response code stands for, nil for success.
func rcodeError(m *dns.Msg, q question, server string) error {
	if m.Rcode == dns.RcodeSuccess {
		return nil
	}
	e := &net.DNSError{Name: hostName(q.name), Server: server}
	if m.Rcode == dns.RcodeNameError {
		e.Err, e.IsNotFound = "no such host", true
		return e
	}
	e.Err = dns.RcodeToString[m.Rcode]
	if e.Err == "" {
		e.Err = "RCODE" + strconv.Itoa(m.Rcode)
	}
	e.IsTemporary = m.Rcode == dns.RcodeServerFailure
	if reasons := extendedErrors(m); reasons != "" {
		e.Err += ": " + reasons
	}
	return e
}

// extendedErrors returns the reasons a resolver gave for a failure (RFC 8914).
func extendedErrors(m *dns.Msg) string {
	opt := m.IsEdns0()
	if opt == nil {
		return ""
	}
	var reasons []string
	for _, o := range opt.Option {
		ede, ok := o.(*dns.EDNS0_EDE)
		if !ok {
			continue
		}
		reason := dns.ExtendedErrorCodeToString[ede.InfoCode]
		if reason == "" {
			reason = "extended error " + strconv.Itoa(int(ede.InfoCode))
		}
		if ede.ExtraText != "" {
			reason += " (" + ede.ExtraText + ")"
		}
		reasons = append(reasons, reason)
	}
	return strings.Join(reasons, "; ")
}

func isNotFound(err error) bool {
	e, ok := errors.AsType[*net.DNSError](err)
	return ok && e.IsNotFound
}

// hostName returns a name as it is shown and dialled: lower case, no final dot.
// The root stays ".", which SRV and MX records use to say "none".
func hostName(name string) string {
	name = dns.CanonicalName(name)
	if name == "." {
		return name
	}
	return strings.TrimSuffix(name, ".")
}

// validName reports whether a name can be asked for as it is. It leaves the
// escapes of zone files out: no host has them, and a label may hide in one.
func validName(name string) bool {
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c > '~' || strings.IndexByte(`\/:@[]"`, c) >= 0 {
			return false
		}
	}
	name = strings.TrimSuffix(name, ".")
	if len(name) > maxName {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > maxLabel {
			return false
		}
	}
	return true
}

// unescape undoes the zone file escapes, \X and \DDD, that the DNS library
// gives to the strings of a TXT record.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
			if n, err := strconv.ParseUint(s[i:min(i+3, len(s))], 10, 8); err == nil && i+3 <= len(s) {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
