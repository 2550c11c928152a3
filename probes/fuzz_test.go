package probes

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lab"
	"mailcheck/internal/netx"
)

// The bytes of a fuzzed server with a meaning: where it waits for the client's
// next packet, where it starts TLS, and where it repeats what the client said last.
const (
	turn       = "\x00"
	upgradeTLS = "\x01"
	echo       = "\x02"
)

// ear collects what a client sends over all its connections.
type ear struct {
	mu      sync.Mutex
	packets []string
}

func (e *ear) note(packet string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.packets = append(e.packets, packet)
}

// last returns the packet that came last.
func (e *ear) last() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.packets) == 0 {
		return ""
	}
	return strings.TrimRight(e.packets[len(e.packets)-1], "\r\n")
}

// tagged gives the answers in a script the tags of the commands whose labels they have.
func (e *ear) tagged(text string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return answers.ReplaceAllStringFunc(text, func(label string) string {
		for _, packet := range slices.Backward(e.packets) {
			for line := range strings.Lines(packet) {
				if tag, _, ok := strings.Cut(line, " "); ok && strings.HasPrefix(tag, label[:2]) && len(tag) == 10 {
					return tag + " "
				}
			}
		}
		return label
	})
}

// answers finds the labels of tags.
var answers = regexp.MustCompile(`(?m)^[a-zA-Z][0-9] `)

// fuzzed is a server that says whatever the script has. It notes each packet
// that the client sends, in clear or inside TLS.
func fuzzed(script string, heard *ear) lab.Behaviour {
	hear := func(c *lab.Conn) bool {
		packet := make([]byte, 16<<10)
		n, err := c.Read(packet)
		heard.note(string(packet[:n]))
		return err == nil
	}
	var say func(c *lab.Conn, rest string)
	say = func(c *lab.Conn, rest string) {
		for rest != "" {
			i := strings.IndexAny(rest, turn+upgradeTLS)
			if i < 0 {
				i = len(rest)
			}
			if i > 0 && !c.Say(strings.ReplaceAll(heard.tagged(rest[:i]), echo, heard.last())) {
				return
			}
			what := ""
			if rest = rest[i:]; rest != "" {
				what, rest = rest[:1], rest[1:]
			}
			switch {
			case what == turn && !hear(c):
				return
			case what == upgradeTLS:
				lab.TLS(lab.Cert{Names: []string{fuzzHost}}, func(c *lab.Conn) { say(c, rest) })(c)
				return
			}
		}
		for hear(c) {
		}
	}
	return func(c *lab.Conn) { say(c, script) }
}

const fuzzHost = "mail.example.com"

// probeScript probes a fuzzed server, in a bubble, and checks what must hold
// whatever a server says.
func probeScript(t *testing.T, s mailcheck.Server, script string, secret ...string) (r mailcheck.ServerResult) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var heard ear
		l := lab.New(lab.Scenario{
			Zone:  fuzzHost + ". A 192.0.2.10\n",
			Hosts: map[string]lab.Host{"192.0.2.10": {s.Port: fuzzed(script, &heard)}},
		})
		defer l.Close()
		n, err := netx.New(l.Options())
		if err != nil {
			t.Fatal(err)
		}
		defer n.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
		defer cancel()
		began := time.Now()
		r = newProbe(n.Run(), s, Options{}, began).run(ctx, func(bool) {})
		if took := time.Since(began); took > 60*time.Second {
			t.Errorf("the probe took %v", took)
		}
		l.Close() // so that all has been heard
		checkShown(t, r)
		// After a failure a few further connections may look for its cause, at this
		// door and the usual ones of the protocol.
		dials := tcpDials(l)
		doors := []uint16{s.Port, mailcheck.DefaultPort(s.Protocol, mailcheck.ImplicitTLS), mailcheck.DefaultPort(s.Protocol, mailcheck.StartTLS)}
		for _, d := range dials {
			if !slices.ContainsFunc(doors, func(port uint16) bool { return d == fmt.Sprintf("tcp 192.0.2.10:%d", port) }) {
				t.Errorf("the probe connects to %q", d)
			}
		}
		if len(dials) > 1+maxFurther {
			t.Errorf("one probe connects %d times: %q", len(dials), dials)
		}
		for _, packet := range heard.packets {
			for line := range strings.SplitSeq(packet, "\n") {
				for _, word := range secret {
					if words := strings.Fields(strings.ToUpper(line)); len(words) > 0 && words[0] == word || len(words) > 1 && words[1] == word {
						t.Errorf("the client sends %q", line)
					}
				}
			}
		}
	})
	return r
}

// checkShown checks that everything a result shows is clean and bounded.
func checkShown(t *testing.T, r mailcheck.ServerResult) {
	t.Helper()
	texts := []string{r.Greeting, r.URL()}
	for _, list := range [][]string{r.Capabilities.BeforeTLS, r.Capabilities.AfterTLS, r.Mechanisms.BeforeTLS, r.Mechanisms.AfterTLS} {
		if all := strings.Join(list, " "); !mailcheck.Printable(all) || len(list) > maxReply || len(all) > 4*maxReply {
			t.Errorf("%.200q (%d words, %d bytes) is not fit to be shown", all, len(list), len(all))
		}
	}
	for _, s := range r.Steps {
		texts = append(texts, s.Detail.String(), s.String())
		if !s.Failed() && s.Op == "" {
			t.Errorf("the step %+v has no operation", s)
		}
		for _, f := range s.Findings {
			texts = append(texts, f.Detail.String(), f.Remedy().String())
			if f.Check == checks.Unclassified {
				t.Errorf("not classified: %s", f.Detail.String())
			}
		}
		if s.Failed() && len(s.Findings) == 0 {
			t.Errorf("the step %s fails without a finding", s)
		}
	}
	size := 0
	for _, line := range r.Conversation {
		texts = append(texts, line.Text)
		size += len(line.Text)
	}
	if len(r.Conversation) > 5*maxReplyLines || size > 1<<20 {
		t.Errorf("the conversation has %d lines and %d bytes", len(r.Conversation), size)
	}
	for _, text := range texts {
		if !mailcheck.Printable(text) || len(text) > 4<<10 {
			t.Errorf("%.200q (%d bytes) is not fit to be shown", text, len(text))
		}
	}
}

// tcpDials returns the connections of a lab but for those to the DNS server.
func tcpDials(l *lab.Lab) []string {
	var list []string
	for _, d := range l.Dials() {
		if strings.HasPrefix(d, "tcp ") && !strings.HasSuffix(d, " "+lab.Resolver) {
			list = append(list, d)
		}
	}
	return list
}

// hostile are things to say to a client of any protocol.
var hostile = []string{
	"", "\r\n", "\n", turn, upgradeTLS, strings.Repeat("x", maxLine+1), strings.Repeat("\r\n", maxReplyLines+1),
	"\x1b[2J\u202e\xff\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.9\r\n", "\x15\x03\x03\x00\x02\x02\x28", "\x16\x03\x01",
}

// The scripts do lead into TLS; otherwise fuzzing would stay at the door.
func TestFuzzedServers(t *testing.T) {
	test := func(p mailcheck.Protocol, script string) {
		t.Helper()
		r := probeScript(t, mailcheck.Server{Protocol: p, Host: fuzzHost, Port: 1000, Security: mailcheck.StartTLS, Sources: []string{"srv"}, Kind: mailcheck.Published}, script)
		if r.Verdict != mailcheck.Pass || !mailcheck.Has(r.Mechanisms.AfterTLS, "PLAIN") {
			t.Errorf("%s: %s, inside TLS %q", p, r.Verdict, r.Capabilities.AfterTLS)
			for _, s := range r.Steps {
				t.Log(s)
			}
		}
	}
	test(mailcheck.IMAP, goodIMAP)
	test(mailcheck.POP3, goodPOP3)
	test(mailcheck.Submission, goodSMTP)
}

// Servers that do everything right.
const (
	goodIMAP = "* OK ready\r\n" + turn + "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\nb1 OK done\r\nb2 OK go\r\n" + upgradeTLS + turn + "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nc1 OK done\r\n"
	goodPOP3 = "+OK <1896.697170952@mail.example.com>\r\n" + turn + "+OK\r\nSTLS\r\n.\r\n+OK go\r\n" + upgradeTLS + turn + "+OK\r\nUIDL\r\nTOP\r\nSASL PLAIN\r\n.\r\n"
	goodSMTP = "220 ready\r\n" + turn + "250-mail.example.com\r\n250-STARTTLS\r\n250 SIZE\r\n" + turn + "220 go\r\n" + upgradeTLS + turn + "250-mail.example.com\r\n250 AUTH PLAIN LOGIN\r\n"
)

// fuzz runs a fuzz target for a protocol: under every protection, the server
// says script and goes on to say it inside TLS where the script starts it.
func fuzz(f *testing.F, protocol mailcheck.Protocol, secret []string, seeds ...string) {
	for _, seed := range append(seeds, hostile...) {
		for security := range byte(3) {
			f.Add(security, []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, which byte, script []byte) {
		if len(script) > 128<<10 {
			t.Skip("longer than any bound")
		}
		security := []mailcheck.Security{mailcheck.StartTLS, mailcheck.ImplicitTLS, mailcheck.Plain}[which%3]
		text := string(script)
		if security == mailcheck.ImplicitTLS {
			text = upgradeTLS + text
		}
		probeScript(t, mailcheck.Server{Protocol: protocol, Host: fuzzHost, Port: 1000, Security: security, Sources: []string{"srv"}, Kind: mailcheck.Published}, text, secret...)
	})
}

func FuzzIMAP(f *testing.F) {
	fuzz(f, mailcheck.IMAP, []string{"LOGIN", "AUTHENTICATE"},
		goodIMAP,
		"* OK ready\r\n"+turn+"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nc1 OK done\r\n",
		"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n"+turn+"b1 NO\r\nb2 BAD what\r\n",
		"* OK [CAPABILITY ready\r\n"+turn+"* CAPABILITY\r\nc1 OK\r\n", "* PREAUTH hello\r\n", "* BYE\r\n", "* ok\r\n"+turn+"+ more\r\n* BYE\r\n",
		"* OK\r\n"+turn+"b1 OK\r\nb2 OK\r\n* CAPABILITY AUTH=PLAIN\r\n", "* OK\r\n"+turn+"* CAPABILITY {5}\r\nhello\r\nc1 OK\r\n")
}

func FuzzPOP3(f *testing.F) {
	fuzz(f, mailcheck.POP3, []string{"USER", "PASS", "APOP", "AUTH"},
		goodPOP3,
		"+OK\r\n"+turn+"+OK\r\nSASL PLAIN LOGIN\r\nUSER\r\n..dot\r\n.\r\n", "+OK\r\n"+turn+"-ERR what\r\n-ERR what\r\n", "-ERR [SYS/PERM] no\r\n", "-ERR\r\n",
		"+OK\r\n"+turn+"+OK\r\n\r\n.\r\n", "+OK\r\n"+turn+"+OK\r\n.\r\n+OK go\r\n+OK\r\nUSER\r\n.\r\n", "+OKAY\r\n")
}

func FuzzSMTP(f *testing.F) {
	fuzz(f, mailcheck.Submission, []string{"AUTH", "MAIL", "RCPT", "DATA"},
		goodSMTP,
		"220-two\r\n220 lines\r\n"+turn+"250 AUTH=LOGIN\r\n", "220\r\n"+turn+"250\r\n", "421 later\r\n", "554 no\r\n", "521 never\r\n", "220 a\r\n"+turn+"502 what\r\n",
		"220 ***\r\n"+turn+"250-a\r\n250 XXXXXXXA\r\n", "220 a\r\n"+turn+"250-a\r\n251 b\r\n", "220 a\r\n"+turn+"250-a\r\n250 STARTTLS\r\n"+turn+"454 no\r\n",
		"220 a\r\n"+turn+"250-a\r\n250 STARTTLS\r\n"+turn+"220 go\r\n250 AUTH PLAIN\r\n")
}
