package lab

import (
	"net"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
)

func itoa(port uint16) string { return strconv.Itoa(int(port)) }

// ask sends one question over a connection and returns the answer.
func ask(t *testing.T, c net.Conn, name string, qtype uint16) *dns.Msg {
	t.Helper()
	conn := &dns.Conn{Conn: c}
	c.SetDeadline(time.Now().Add(5 * time.Second))
	if err := conn.WriteMsg(new(dns.Msg).SetQuestion(name, qtype)); err != nil {
		t.Fatal(err)
	}
	m, err := conn.ReadMsg()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return m
}

const testZone = `$ORIGIN example.com.
@          MX    10 mx
mx         A     192.0.2.25
mail       CNAME real
real       A     192.0.2.1
real       AAAA  2001:db8::1
gone       CNAME nowhere
loop       CNAME loop2
loop2      CNAME loop
_imaps._tcp SRV  0 1 993 mail
*.wild     TXT   "any"
$ORIGIN example.net.
www        A     192.0.2.80
`

func TestDNSAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Scenario{Zone: testZone, DNS: DNSFaults{Says: true}})
		defer l.Close()
		udp, tcp := dial(t, l, "udp", Resolver), dial(t, l, "tcp", Resolver)
		answers := func(name string, qtype uint16, rcode int, want ...string) {
			t.Helper()
			for _, c := range []net.Conn{udp, tcp} {
				m := ask(t, c, name, qtype)
				var got []string
				for _, rr := range m.Answer {
					got = append(got, strings.Join(strings.Fields(rr.String()), " "))
				}
				if m.Rcode != rcode || strings.Join(got, "\n") != strings.Join(want, "\n") {
					t.Errorf("%s: %s %q, want %q", name, dns.RcodeToString[m.Rcode], got, want)
				}
				if !m.AuthenticatedData || !m.RecursionAvailable || !m.Response || m.Question[0].Name != name {
					t.Errorf("%s: header %+v", name, m.MsgHdr)
				}
			}
		}
		answers("example.com.", dns.TypeMX, 0, "example.com. 300 IN MX 10 mx.example.com.")
		answers("mail.example.com.", dns.TypeA, 0, "mail.example.com. 300 IN CNAME real.example.com.", "real.example.com. 300 IN A 192.0.2.1")
		answers("mail.example.com.", dns.TypeTXT, 0, "mail.example.com. 300 IN CNAME real.example.com.")
		answers("MX.Example.com.", dns.TypeA, 0, "MX.Example.com. 300 IN A 192.0.2.25")
		answers("_imaps._tcp.example.com.", dns.TypeSRV, 0, "_imaps._tcp.example.com. 300 IN SRV 0 1 993 mail.example.com.")
		answers("_tcp.example.com.", dns.TypeA, 0) // an empty non-terminal exists
		answers("mx.example.com.", dns.TypeAAAA, 0)
		answers("nowhere.example.com.", dns.TypeA, dns.RcodeNameError)
		answers("gone.example.com.", dns.TypeA, dns.RcodeNameError, "gone.example.com. 300 IN CNAME nowhere.example.com.")
		answers("a.b.wild.example.com.", dns.TypeTXT, 0, `a.b.wild.example.com. 300 IN TXT "any"`)
		answers("www.example.net.", dns.TypeA, 0, "www.example.net. 300 IN A 192.0.2.80")
		if m := ask(t, udp, "loop.example.com.", dns.TypeA); m.Rcode != dns.RcodeServerFailure {
			t.Errorf("loop: %v", m)
		}
		if got := l.Questions()[0]; got != "MX example.com" {
			t.Errorf("question %q", got)
		}
	})
}

func TestDNSFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Scenario{Zone: testZone, DNS: DNSFaults{Glue: true, On: map[string]Fault{
			"mx.example.com": Refused, "real.example.com A": ServFail, "*.example.net": Truncated,
			"wrong.example": WrongQuestion, "owner.example": WrongOwner, "silent.example": NoReply, "junk.example": NotDNS, "garbled.example": Garbled,
			"a.wild.example.com": WrongID,
		}}})
		defer l.Close()
		udp, tcp := dial(t, l, "udp", Resolver), dial(t, l, "tcp", Resolver)
		if m := ask(t, udp, "mx.example.com.", dns.TypeA); m.Rcode != dns.RcodeRefused {
			t.Errorf("refused: %v", m)
		}
		if m := ask(t, udp, "real.example.com.", dns.TypeA); m.Rcode != dns.RcodeServerFailure || len(m.Answer) > 0 {
			t.Errorf("servfail: %v", m)
		}
		if m := ask(t, udp, "real.example.com.", dns.TypeAAAA); m.Rcode != 0 || len(m.Answer) != 1 {
			t.Errorf("other type: %v", m)
		}
		if m := ask(t, udp, "www.example.net.", dns.TypeA); !m.Truncated || len(m.Answer) > 0 {
			t.Errorf("truncated: %v", m)
		}
		if m := ask(t, tcp, "www.example.net.", dns.TypeA); m.Truncated || len(m.Answer) != 1 {
			t.Errorf("over TCP: %v", m)
		}
		if m := ask(t, udp, "wrong.example.", dns.TypeA); m.Question[0].Name != "other.example." {
			t.Errorf("wrong question: %v", m)
		}
		if m := ask(t, udp, "owner.example.", dns.TypeA); m.Answer[0].Header().Name != "other.example." {
			t.Errorf("wrong owner: %v", m)
		}
		if m := ask(t, udp, "_imaps._tcp.example.com.", dns.TypeSRV); len(m.Extra) < 2 {
			t.Errorf("glue: %v", m)
		}
		write(t, udp, "x")
		read(t, udp) // FORMERR rather than a crash
		query, _ := new(dns.Msg).SetQuestion("garbled.example.", dns.TypeA).Pack()
		udp.Write(query)
		garbled := []byte(read(t, udp))
		if new(dns.Msg).Unpack(garbled) == nil || garbled[0] != query[0] || garbled[1] != query[1] {
			t.Errorf("garbled: %q", garbled)
		}
		for name, want := range map[string]int{"silent.example.": 0, "junk.example.": 1} {
			query, _ := new(dns.Msg).SetQuestion(name, dns.TypeA).Pack()
			udp.SetReadDeadline(time.Now().Add(time.Second))
			udp.Write(query)
			n, _ := udp.Read(make([]byte, 1500))
			if min(n, 1) != want {
				t.Errorf("%s: %d bytes", name, n)
			}
		}
	})
}

func TestDNSLargeAnswersAreTruncated(t *testing.T) {
	s := provider("", "", "", func(s *Scenario) {
		for i := range 40 {
			records("_imaps._tcp SRV " + itoa(uint16(i)) + " 1 993 imap")(s)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		l := New(s)
		defer l.Close()
		if m := ask(t, dial(t, l, "udp", Resolver), "_imaps._tcp.example.com.", dns.TypeSRV); !m.Truncated {
			t.Errorf("%d answers over UDP", len(m.Answer))
		}
		if m := ask(t, dial(t, l, "tcp", Resolver), "_imaps._tcp.example.com.", dns.TypeSRV); len(m.Answer) != 41 {
			t.Errorf("%d answers over TCP", len(m.Answer))
		}
	})
}
