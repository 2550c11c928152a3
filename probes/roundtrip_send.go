package probes

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lazy"
	"mailcheck/internal/trace"
)

// send hands the message in.
func (j *journey) send(ctx context.Context, s insider) said {
	j.Server, j.State = s.URL(), mailcheck.RoundTripUntried
	told, err := j.enter(j.clean, s, func(_ context.Context, p *probe, _ *entry) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return p.step(j.clean, mailcheck.OpSend, func() error { return j.handIn(p) })
	})
	j.start = time.Now()
	if j.State == mailcheck.RoundTripUntried && err != nil && ctx.Err() == nil { // not even a login
		j.State = mailcheck.RoundTripRefused
		j.find(checks.RoundTripBroken, j.Server, "%s", err)
	}
	return told
}

// The parts of handing in a message, by which a refusal is explained.
type part int

const (
	hello part = iota
	sender
	recipient
	data
	content // all was sent, and the reply is waited for
)

// handIn has go-smtp say what a client says (RFC 5321 section 3.3), once more from EHLO on,
// since servers offer other things after a login.
func (j *journey) handIn(p *probe) error {
	w := &smtpWire{p: p, ctx: j.clean, unread: "220 handed over\r\n"}
	c := gosmtp.NewClient(w)
	at, start := hello, time.Now()
	err := func() error {
		if err := c.Hello("[127.0.0.1]"); err != nil {
			return err
		}
		at = sender
		utf8 := !quotable(j.From) || !quotable(j.To)
		if ok, _ := c.Extension("SMTPUTF8"); utf8 && !ok {
			return checks.RoundTripRefused.Errorf("an address has characters beyond ASCII, and the server does not offer SMTPUTF8")
		}
		lines := j.message()
		start = time.Now()
		if err := c.Mail(j.From, &gosmtp.MailOptions{UTF8: utf8, Size: int64(len(strings.Join(lines, "\r\n")) + 2), Return: gosmtp.DSNReturnHeaders}); err != nil {
			return err
		}
		at = recipient
		if err := c.Rcpt(j.To, &gosmtp.RcptOptions{Notify: []gosmtp.DSNNotify{gosmtp.DSNNotifyNever}}); err != nil {
			return err
		}
		at = data
		body, err := c.Data()
		if err != nil {
			return err
		}
		at = content
		if _, err := body.Write([]byte(strings.Join(lines, "\r\n") + "\r\n")); err != nil {
			return err
		}
		return body.Close()
	}()
	j.Took = time.Since(start)
	j.Reply = mailcheck.Clean(p.lines.shown(strings.Join(w.reply, " / ")))
	return j.handedIn(p, at, err)
}

// handedIn notes what became of handing the message in, and returns the error that its step
// has. A connection that ends once all was sent leaves it open whether the message was
// taken (RFC 1047).
func (j *journey) handedIn(p *probe, at part, err error) error {
	refusal, refused := errors.AsType[*gosmtp.SMTPError](err)
	missing, _ := errors.AsType[*checks.Error](err)
	switch {
	case err == nil:
		j.State, j.Queue = mailcheck.RoundTripAccepted, queueID(j.Reply)
		return nil
	case refused && refusal.Code == 421:
		err = checks.RoundTripBroken.Errorf("%s: %s", at.command(j), j.Reply)
	case refused && refusal.Code/100 == 4:
		err = checks.RoundTripDeferred.Errorf("%s: %s", at.command(j), j.Reply)
	case refused:
		err = checks.RoundTripRefused.Errorf("%s: %s", at.command(j), j.Reply)
	case missing != nil && missing.Check == checks.RoundTripRefused:
	default:
		err = checks.RoundTripBroken.Errorf("%s: %v", at.command(j), p.lines.shownError(err))
	}
	j.State = mailcheck.RoundTripRefused
	if at == content && !refused {
		j.State = mailcheck.RoundTripDoubtful
	}
	check, detail := trace.Classify(mailcheck.OpSend, err)
	f := j.findText(check, j.Server, detail)
	f.Fix = at.remedy(check)
	return err
}

// command names the command that was answered.
func (at part) command(j *journey) string {
	return [...]string{"EHLO", "MAIL FROM:<" + j.From + ">", "RCPT TO:<" + j.To + ">", "DATA", "the message"}[at]
}

// remedy says more than the check does where it is known what was refused.
func (at part) remedy(c *checks.Check) mailcheck.Text {
	switch {
	case c == checks.RoundTripRefused && at == recipient:
		return mailcheck.Textf("The recipient is refused. See that the address exists at the servers of its domain, is spelt so, and has room; a server that relays for nobody says so here, too, and then does not know the login (Postfix: permit_sasl_authenticated).")
	case c == checks.RoundTripRefused && at == sender:
		return mailcheck.Textf("The sender is refused. Have the address allowed for the login, and choose in the mail program the address that belongs to it.")
	case c == checks.RoundTripRefused && at == content:
		return mailcheck.Textf("The message is refused once it was seen: by a filter of spam or viruses, or since its From line is not the user's. The server's log for the time of the test says which rule.")
	}
	return mailcheck.Text{}
}

// smtpWire is the connection as go-smtp sees it. It reads whole lines, which are bounded and
// kept, and its limits are those of the conversation: go-smtp would set its own with each
// command, in minutes.
type smtpWire struct {
	p      *probe
	ctx    context.Context
	unread string
	reply  []string // to the last command
}

func (w *smtpWire) Read(b []byte) (int, error) {
	if w.unread == "" {
		line, err := w.p.lines.read()
		if err != nil {
			return 0, err
		}
		w.reply = append(w.reply, line)
		w.unread = line + "\r\n"
	}
	n := copy(b, w.unread)
	w.unread = w.unread[n:]
	return n, nil
}

// Write takes whole lines: go-smtp writes a command, or the message with the dot at its end.
// Nothing that came before can be an answer to it.
func (w *smtpWire) Write(b []byte) (int, error) {
	w.p.await(w.ctx, handInTimeout)
	w.reply = nil
	return len(b), w.p.command(strings.Split(strings.TrimSuffix(string(b), "\r\n"), "\r\n")...)
}

func (w *smtpWire) Close() error                     { return nil }
func (w *smtpWire) LocalAddr() net.Addr              { return nil }
func (w *smtpWire) RemoteAddr() net.Addr             { return nil }
func (w *smtpWire) SetDeadline(time.Time) error      { return nil }
func (w *smtpWire) SetReadDeadline(time.Time) error  { return nil }
func (w *smtpWire) SetWriteDeadline(time.Time) error { return nil }

// queueID finds the id that a server gives a message, in the words of Postfix, Exim, Sendmail,
// OpenSMTPD, Exchange and others. Where none is known nobody is led astray: the words
// themselves are shown, too.
func queueID(reply string) string {
	if m := queueWords().FindStringSubmatch(reply); m != nil {
		return m[1] + m[2] + m[3]
	}
	return ""
}

var queueWords = lazy.Regexp(`(?i)\b(?:queued as <?([A-Za-z0-9._-]{4,80})|id=<?([A-Za-z0-9._-]{4,80})|([A-Za-z0-9]{6,40}) message accepted for delivery)`)
