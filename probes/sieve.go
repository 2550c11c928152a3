package probes

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// sieve goes through a ManageSieve conversation (RFC 5804) up to the
// capabilities. They come with the greeting, and once more after TLS has started,
// without being asked for (section 2.2).
func sieve(ctx context.Context, p *probe) {
	var caps []string
	if !p.greet(ctx, func() (string, error) {
		var greeting string
		var err error
		caps, greeting, err = p.sieveGreeting()
		return greeting, err
	}) {
		return
	}
	if p.result.Security == mailcheck.StartTLS {
		p.result.Capabilities.BeforeTLS, p.result.Mechanisms.BeforeTLS = caps, sieveMechanisms(caps)
		if !mailcheck.Has(caps, "STARTTLS") {
			p.upgrade(ctx, false, false, "")
			return
		}
		reply, err := roundTrip(ctx, p, mailcheck.OpStartTLS, []string{"STARTTLS"}, p.sieveFirstReply)
		if err != nil || !p.upgrade(ctx, true, reply.status == "OK", reply.String()) {
			return
		}
		caps, err = trace.Do(ctx, p.trace, mailcheck.OpCapability, p.result.Endpoint(), func(ctx context.Context) ([]string, error) {
			p.await(ctx, replyTimeout)
			p.lines.begin()
			reply, err := p.sieveReply()
			if err == nil && reply.status != "OK" {
				err = checks.ReplyRejected.Errorf("after TLS has started the server says %q", reply.String())
			}
			return reply.data, err
		})
		if err != nil {
			return
		}
	}
	mechanisms := sieveMechanisms(caps)
	p.offer(caps, mechanisms, mailcheck.Has(mechanisms, "PLAIN") || mailcheck.Has(mechanisms, "LOGIN"))
	if f := p.trace.Steps[len(p.trace.Steps)-1].Findings; len(f) > 0 && f[0].Check == checks.AuthNone {
		f[0].Fix = mailcheck.Textf("Enable authentication for this service (Dovecot: auth_mechanisms = plain login; Cyrus: sasl_mech_list in imapd.conf).")
	}
	if !mailcheck.Has(caps, "SIEVE") || !mailcheck.Has(caps, "IMPLEMENTATION") { // RFC 5804 section 1.7
		p.trace.Find(checks.SieveIncomplete, "it announces %s", mailcheck.ListOf(caps).Or("nothing"))
	}
	p.enter(ctx)
	p.farewell("LOGOUT")
}

// sieveReply is the lines of a reply, and the last of them, which says how the
// command went (RFC 5804 section 1.2).
type sieveReply struct {
	data   []string
	status string // OK, NO or BYE
	text   string
}

func (r sieveReply) String() string { return strings.TrimSpace(r.status + " " + r.text) }

// sieveGreeting reads the capabilities that a server greets with.
func (p *probe) sieveGreeting() (caps []string, greeting string, err error) {
	first, err := p.lines.read()
	if err != nil {
		return nil, "", err
	}
	if word, _, _ := strings.Cut(first, " "); !strings.HasPrefix(first, `"`) && !strings.EqualFold(word, "BYE") && !strings.EqualFold(word, "NO") {
		return nil, first, notThisProtocol(mailcheck.Sieve, first)
	}
	reply, err := p.sieveReplyFrom(first)
	if err == nil && reply.status != "OK" {
		err = checks.GreetBye.Errorf("%s", reply)
	}
	if err == nil {
		p.passOver()
	}
	return reply.data, reply.String(), err
}

// sieveFirstReply reads the reply to the first command.
func (p *probe) sieveFirstReply() (sieveReply, error) {
	reply, err := p.sieveReply()
	for err == nil && reply.status == "NO" && p.isStray(reply.String()) {
		reply, err = p.sieveReply()
	}
	return reply, err
}

func (p *probe) sieveReply() (sieveReply, error) {
	line, err := p.lines.read()
	if err != nil {
		return sieveReply{}, err
	}
	return p.sieveReplyFrom(line)
}

// sieveReplyFrom reads the rest of a reply whose first line is at hand.
func (p *probe) sieveReplyFrom(line string) (sieveReply, error) {
	var reply sieveReply
	for {
		words, err := p.sieveLine(line)
		if err != nil {
			return reply, err
		}
		switch status := strings.ToUpper(words[0].text); {
		case !words[0].quoted && (status == "OK" || status == "NO" || status == "BYE"):
			reply.status, reply.text = status, joinWords(words[1:])
			return reply, nil
		case !words[0].quoted:
			return reply, checks.ReplyMalformed.Errorf("%q is neither a capability nor OK, NO or BYE", line)
		}
		reply.data = append(reply.data, mailcheck.Clean(joinWords(words)))
		if line, err = p.lines.read(); err != nil {
			return reply, err
		}
	}
}

// sieveLine splits a line, and reads on where it ends in a literal.
func (p *probe) sieveLine(line string) ([]sieveWord, error) {
	var all []sieveWord
	for {
		words, literal, err := parseSieveLine(line)
		if err != nil {
			return nil, checks.ReplyMalformed.Errorf("%q: %v", line, err)
		}
		all = append(all, words...)
		if literal < 0 && len(all) == 0 {
			return nil, checks.ReplyMalformed.Errorf("there is an empty line")
		}
		if literal < 0 {
			return all, nil
		}
		text, err := p.lines.literal(literal)
		if err != nil {
			return nil, err
		}
		all = append(all, sieveWord{text, true})
		if line, err = p.lines.read(); err != nil {
			return nil, err
		}
	}
}

// sieveWord is an atom, or a string without its quotes.
type sieveWord struct {
	text   string
	quoted bool
}

func joinWords(words []sieveWord) string {
	var texts []string
	for _, w := range words {
		texts = append(texts, w.text)
	}
	return strings.TrimSpace(strings.Join(texts, " "))
}

// parseSieveLine splits a line into words. literal is the size of the string that
// follows the line, or -1 (RFC 5804 section 4: a server sends {n} and {n+} alike).
func parseSieveLine(line string) (words []sieveWord, literal int, err error) {
	for line = strings.TrimLeft(line, " "); line != ""; line = strings.TrimLeft(line, " ") {
		switch line[0] {
		case '"':
			text, rest, err := quotedString(line)
			if err != nil {
				return nil, -1, err
			}
			words, line = append(words, sieveWord{text, true}), rest
		case '{':
			digits := strings.TrimSuffix(strings.TrimSuffix(line[1:], "}"), "+")
			size, err := strconv.ParseUint(digits, 10, 31)
			if err != nil || !strings.HasSuffix(line, "}") {
				return nil, -1, errors.New("a brace begins no literal")
			}
			return words, int(size), nil
		case '(':
			end := strings.IndexByte(line, ')')
			if end < 0 {
				return nil, -1, errors.New("a parenthesis is not closed")
			}
			words, line = append(words, sieveWord{line[:end+1], false}), line[end+1:]
		default:
			end := strings.IndexByte(line, ' ')
			if end < 0 {
				end = len(line)
			}
			words, line = append(words, sieveWord{line[:end], false}), line[end:]
		}
	}
	return words, -1, nil
}

// quotedString reads a string in quotes; a backslash takes the next character as
// it is.
func quotedString(line string) (text, rest string, err error) {
	var b strings.Builder
	for i := 1; i < len(line); i++ {
		switch {
		case line[i] == '"':
			return b.String(), line[i+1:], nil
		case line[i] == '\\' && i+1 < len(line):
			i++
			b.WriteByte(line[i])
		default:
			b.WriteByte(line[i])
		}
	}
	return "", "", errors.New("a quoted string is not closed")
}

// literal reads a string of a size that the server announced. Its size counts
// towards the bound of the reply and is believed only as far as bytes arrive.
func (l *lines) literal(size int) (string, error) {
	if l.bytes += size; l.bytes > l.mostBytes {
		return "", checks.ReplyTooLong.Errorf("a string of %d bytes makes the reply longer than %d bytes", size, l.mostBytes)
	}
	var text bytes.Buffer
	if _, err := io.CopyN(&text, l.in, int64(size)); err != nil {
		return "", err
	}
	l.note(false, fmt.Sprintf("(%d bytes) %s", size, text.String()))
	return text.String(), nil
}

func sieveMechanisms(caps []string) []string {
	for _, c := range caps {
		if list, ok := cutPrefixFold(c, "SASL "); ok {
			return strings.Fields(strings.ToUpper(list))
		}
	}
	return nil
}
