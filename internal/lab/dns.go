package lab

import (
	"encoding/binary"
	"fmt"
	"io"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// maxAliases is how many aliases a look-up follows; a loop ends there.
const maxAliases = 8

// DNSFaults is what is wrong with the lab's DNS server.
type DNSFaults struct {
	// On names the questions that are answered wrongly: by name
	// ("imap.example.com"), by name and type ("example.com MX"), by everything
	// below a name ("*.example.com"), or all ("*"). The first of these
	// that fits decides.
	On       map[string]Fault
	Signed   []string // zones that are signed (DNSSEC), with all that are above them
	Says     bool     // the resolver says of every answer that it has validated it: the AD bit is set
	Withheld bool     // the resolver hands over no signatures
	Glue     bool     // answers of type SRV and MX bring the addresses of their targets
}

// Fault is a wrong way to answer a DNS question.
type Fault int

// The wrong ways.
const (
	NoFault        Fault = iota
	ServFail             // SERVFAIL
	Bogus                // SERVFAIL, unless the question says that checking is disabled
	Refused              // REFUSED
	NoReply              // silence
	NotDNS               // bytes that are no DNS message
	Garbled              // the right header and question, then nonsense
	WrongID              // the right answer under another id
	WrongQuestion        // an answer to a question that was not asked
	WrongOwner           // a record of another name in the answer
	Truncated            // over UDP nothing but "ask again over TCP"
	CutOff               // the same, and no TCP
	NotImplemented       // NOTIMP
	Unsigned             // the right answer, without its signatures
	Undenied             // the right answer, without what the zone signs of names that do not exist
	Absent               // no record
	Expired              // signatures that are outdated
	OtherKey             // keys and signatures of a stranger
	BySibling            // signatures by a zone beside this one
	ByChild              // signatures by a zone below the name
	Colliding            // many keys with the same tag, and many signatures
	HugeKey              // an RSA key of 250,000 bits
	Rewritten            // SRV records changed on the way
	RewrittenPlain       // the same, unless the signatures are asked for
)

// zone is all names of a lab.
type zone struct {
	records map[string][]dns.RR // by owner, in the order of the zone file
	exists  map[string]bool     // owners and the names above them (RFC 4592 section 2.2.2)
}

func mustParseZone(text string) *zone {
	z := &zone{records: make(map[string][]dns.RR), exists: map[string]bool{".": true}}
	parser := dns.NewZoneParser(strings.NewReader("$TTL 300\n"+text+"\n"), ".", "")
	for rr, ok := parser.Next(); ok; rr, ok = parser.Next() {
		owner := dns.CanonicalName(rr.Header().Name)
		z.records[owner] = append(z.records[owner], rr)
		for name := owner; name != "."; name = parent(name) {
			z.exists[name] = true
		}
	}
	if err := parser.Err(); err != nil {
		panic(fmt.Sprintf("lab: zone: %v", err))
	}
	return z
}

func parent(name string) string {
	if i, end := dns.NextLabel(name, 0); !end {
		return name[i:]
	}
	return "."
}

// lookup answers a question as a resolver does: with the chain of aliases and
// the records at its end.
func (z *zone) lookup(name string, qtype uint16) ([]dns.RR, int) {
	var answer []dns.RR
	for range maxAliases {
		records, ok := z.at(name)
		if !ok {
			return answer, dns.RcodeNameError
		}
		alias := ""
		for _, rr := range records {
			rr = dns.Copy(rr)
			rr.Header().Name = name
			cname, isAlias := rr.(*dns.CNAME)
			if rr.Header().Rrtype == qtype || isAlias {
				answer = append(answer, rr)
			}
			if isAlias && qtype != dns.TypeCNAME {
				alias = cname.Target
			}
		}
		if alias == "" {
			return answer, dns.RcodeSuccess
		}
		name = alias
	}
	return answer, dns.RcodeServerFailure
}

// at returns the records of a name, or of the wildcard that stands for it.
func (z *zone) at(name string) ([]dns.RR, bool) {
	name = dns.CanonicalName(name)
	if z.exists[name] {
		return z.records[name], true
	}
	for !z.exists[name] {
		name = parent(name)
	}
	records, ok := z.records["*."+name] // RFC 4592 section 3.3.1: the closest encloser's, no other
	return records, ok
}

// addresses returns the addresses of a host name.
func (z *zone) addresses(name string) []netip.Addr {
	var found []netip.Addr
	for _, qtype := range []uint16{dns.TypeA, dns.TypeAAAA} {
		records, _ := z.lookup(dns.Fqdn(name), qtype)
		for _, rr := range records {
			if ip, ok := address(rr); ok {
				found = append(found, ip)
			}
		}
	}
	return found
}

func address(rr dns.RR) (netip.Addr, bool) {
	switch rr := rr.(type) {
	case *dns.A:
		ip, ok := netip.AddrFromSlice(rr.A.To4())
		return ip, ok
	case *dns.AAAA:
		return netip.AddrFromSlice(rr.AAAA.To16())
	}
	return netip.Addr{}, false
}

// serveDNS returns the DNS server for "udp" or "tcp" (RFC 1035 section 4.2).
func (l *Lab) serveDNS(network string) Behaviour {
	return func(c *Conn) {
		for {
			query, err := readMessage(c, network)
			if err != nil {
				return
			}
			if reply := l.reply(network, query); reply != nil {
				if network == "tcp" {
					reply = append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...)
				}
				c.Write(reply)
			}
		}
	}
}

func readMessage(c *Conn, network string) ([]byte, error) {
	if network == "udp" {
		packet := make([]byte, 4<<10) // questions are short
		n, err := c.Conn.Read(packet) // past the buffer, which would join datagrams
		return packet[:n], err
	}
	var size uint16
	if err := binary.Read(c, binary.BigEndian, &size); err != nil {
		return nil, err
	}
	message := make([]byte, size)
	_, err := io.ReadFull(c, message)
	return message, err
}

// reply returns the packed answer to a packed query; nil is silence.
func (l *Lab) reply(network string, packed []byte) []byte {
	query := new(dns.Msg)
	if err := query.Unpack(packed); err != nil || len(query.Question) != 1 {
		return pack(new(dns.Msg).SetRcodeFormatError(query))
	}
	q := query.Question[0]
	name := strings.TrimSuffix(dns.CanonicalName(q.Name), ".")
	record(l, &l.questions, dns.TypeToString[q.Qtype]+" "+name)

	m := new(dns.Msg).SetReply(query)
	m.RecursionAvailable = true
	m.AuthenticatedData = l.scenario.DNS.Says
	m.Answer, m.Rcode = l.zone.lookup(q.Name, q.Qtype)
	fault := l.scenario.DNS.fault(name, q.Qtype)
	if keys := l.scenario.DNS.keyRecords(q.Name, q.Qtype, fault); len(keys) > 0 {
		m.Answer, m.Rcode = keys, dns.RcodeSuccess
	}
	if l.scenario.DNS.Glue {
		m.Extra = l.zone.glue(m.Answer)
	}
	size := dns.MinMsgSize
	if edns := query.IsEdns0(); edns != nil {
		m.SetEdns0(1232, wantsSignatures(query))
		size = max(size, int(edns.UDPSize()))
		if wantsSignatures(query) && !l.scenario.DNS.Withheld {
			if fault != Undenied {
				m.Ns = l.denied(q.Name, q.Qtype, m.Answer)
			}
			m.Answer = l.sign(m.Answer, fault)
		}
	}
	switch {
	case fault == Rewritten, fault == RewrittenPlain && !wantsSignatures(query):
		rewrite(m.Answer)
	case fault == Bogus && query.CheckingDisabled:
		m.AuthenticatedData = false
	case fault == NoReply:
		return nil
	case fault == NotDNS:
		return []byte("HTTP/1.0 400 Bad Request\r\n\r\n")
	case fault == Garbled:
		return garble(m)
	case fault == Truncated && network == "udp":
		m.Answer, m.Truncated = nil, true
	case fault == CutOff && network == "udp":
		m.Answer, m.Truncated = m.Answer[:len(m.Answer)/2], true
	case fault == CutOff:
		return nil
	default:
		fault.spoil(m)
	}
	if network == "udp" {
		m.Truncate(size)
	}
	return pack(m)
}

func wantsSignatures(query *dns.Msg) bool {
	edns := query.IsEdns0()
	return edns != nil && edns.Do()
}

// fault finds the fault for a question.
func (f DNSFaults) fault(name string, qtype uint16) Fault {
	if fault, ok := f.On[name+" "+dns.TypeToString[qtype]]; ok {
		return fault
	}
	if fault, ok := f.On[name]; ok {
		return fault
	}
	for above := name; above != ""; _, above, _ = strings.Cut(above, ".") {
		if fault, ok := f.On["*."+above]; ok {
			return fault
		}
	}
	return f.On["*"]
}

// spoil makes a good answer a wrong one.
func (f Fault) spoil(m *dns.Msg) {
	stray := &dns.A{Hdr: dns.RR_Header{Name: "other.example.", Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 300}, A: []byte{203, 0, 113, 66}}
	switch f {
	case ServFail, Bogus:
		m.Answer, m.Extra, m.Rcode, m.AuthenticatedData = nil, m.Extra[:0], dns.RcodeServerFailure, false
	case Refused:
		m.Answer, m.Extra, m.Rcode, m.AuthenticatedData = nil, m.Extra[:0], dns.RcodeRefused, false
	case NotImplemented:
		m.Answer, m.Extra, m.Rcode, m.AuthenticatedData = nil, m.Extra[:0], dns.RcodeNotImplemented, false
	case Absent:
		m.Answer = nil
	case WrongID:
		m.Id ^= 0x5555
	case WrongQuestion:
		m.Question[0].Name = "other.example."
		m.Answer = []dns.RR{stray}
	case WrongOwner:
		m.Answer, m.Rcode = []dns.RR{stray}, dns.RcodeSuccess
	}
}

// garble announces a record and sends the name of none: a compression pointer
// that leads out of the message.
func garble(m *dns.Msg) []byte {
	m.Answer, m.Ns, m.Extra = nil, nil, nil
	packed := pack(m)
	packed[7] = 1 // ANCOUNT, RFC 1035 section 4.1.1
	return append(packed, 0xff, 0xff, 0xff, 0xff)
}

// glue returns the addresses of the hosts that an answer names.
func (z *zone) glue(answer []dns.RR) []dns.RR {
	var extra []dns.RR
	for _, rr := range answer {
		target := ""
		switch rr := rr.(type) {
		case *dns.SRV:
			target = rr.Target
		case *dns.MX:
			target = rr.Mx
		}
		if target == "" || target == "." {
			continue
		}
		for _, qtype := range []uint16{dns.TypeA, dns.TypeAAAA} {
			records, _ := z.lookup(target, qtype)
			extra = append(extra, records...)
		}
	}
	return extra
}

func pack(m *dns.Msg) []byte {
	packed, err := m.Pack()
	if err != nil {
		panic(fmt.Sprintf("lab: DNS answer: %v", err)) // records come from a parsed zone
	}
	return packed
}
