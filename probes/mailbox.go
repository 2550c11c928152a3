package probes

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lazy"
	"mailcheck/internal/mailbox"
	"mailcheck/internal/trace"
)

// A login that is accepted is not yet mail: Exchange lets users in whose mailbox is
// elsewhere, others switch IMAP off behind the login, and who may log in may not
// send as any address. So the account is looked at once, with commands that change
// nothing: EXAMINE opens a folder for reading alone (RFC 9051 section 6.3.3), STAT,
// UIDL and TOP show (RFC 1939 sections 5 and 7), and what MAIL and RCPT begin RSET takes
// back (RFC 5321 section 4.1.1.5). It costs at most three round trips.

// look is what a login opened, and what was found there.
type look struct {
	mailcheck.Mailbox
	untold   error // what went wrong beside a mailbox that is open
	findings []mailcheck.Finding
}

func (l *look) find(c *checks.Check, detail mailcheck.Text) {
	l.findings = append(l.findings, mailcheck.NewFindingText(c, detail))
}

// look opens what the login was for, after it was accepted, and says how it is there.
func (p *probe) look(ctx context.Context, e *entry) {
	ask := map[mailcheck.Protocol]func(context.Context, *entry, *look) error{
		mailcheck.IMAP: p.examine, mailcheck.POP3: p.collect, mailcheck.Submission: p.sendAs,
	}[p.result.Protocol]
	if ask == nil {
		return
	}
	l := &look{Mailbox: mailcheck.Mailbox{Messages: -1}}
	_, err := trace.Do(ctx, p.trace, mailcheck.OpMailbox, p.result.Endpoint(), func(ctx context.Context) (struct{}, error) {
		p.await(ctx, loginTimeout)
		p.lines.begin()
		return struct{}{}, p.lines.shownError(ask(ctx, e, l))
	})
	if err == nil && l.untold != nil && !trace.Ended(ctx) {
		_, detail := trace.Classify(mailcheck.OpMailbox, p.lines.shownError(l.untold))
		l.find(checks.MailboxUntold, detail)
	}
	l.judge()
	p.judgeFeatures(e, l)
	for _, f := range l.findings {
		p.trace.FindText(f.Check, f.Detail)
	}
	p.result.Mailbox = &l.Mailbox
}

// examine says who the client is (RFC 2971), without which NetEase opens no mailbox, opens
// the inbox for reading, and asks about the account.
func (p *probe) examine(ctx context.Context, e *entry, l *look) error {
	s := mailbox.Open(conversation{p}, slices.Concat(e.caps, p.result.Capabilities.AfterTLS))
	defer s.Close()
	s.Stale = e.caps == nil
	o, err := s.Examine("INBOX", true)
	p.keepAlerts(l, o.Alerts)
	for _, key := range identity {
		if value := o.Server[key]; value != "" {
			l.Identity = append(l.Identity, mailcheck.Property{Key: key, Value: p.kept(value)})
		}
	}
	if o.Capabilities != nil {
		e.caps = words(strings.Join(o.Capabilities, " "))
	}
	if err != nil {
		return err
	}
	if o.Refused != nil {
		return p.closed("EXAMINE INBOX", strings.Join(o.Refused, " / "))
	}
	l.Messages = int(o.Messages)
	l.untold = p.survey(ctx, s, l)
	return nil
}

// identity are the keys of RFC 2971 section 3.3 that are kept: who made the server, and
// where it runs.
var identity = []string{"name", "version", "vendor", "support-url", "os", "os-version"}

// survey asks for namespaces, quota and folders. That there are more folders than are read
// is no fault.
func (p *probe) survey(ctx context.Context, s *mailbox.Session, l *look) error {
	p.await(ctx, replyTimeout)
	p.lines.beginListing()
	p.lines.private = ownFolder
	a, err := s.Survey()
	p.lines.private = nil
	p.keepAlerts(l, a.Alerts)
	for _, n := range a.Namespaces {
		l.Namespaces = append(l.Namespaces, mailcheck.Namespace{Kind: n.Kind, Prefix: p.kept(n.Prefix), Delimiter: p.kept(n.Delimiter)})
	}
	for _, f := range a.Folders[:min(len(a.Folders), maxUseFolders)] {
		l.Folders = append(l.Folders, mailcheck.Folder{Name: p.kept(f.Name), Use: f.Use, Guessed: f.Guessed})
	}
	for _, q := range a.Quotas {
		q.Root = p.kept(q.Root)
		l.Quotas = append(l.Quotas, q)
	}
	tooLong, ok := errors.AsType[*checks.Error](err)
	cut := ok && tooLong.Check == checks.ReplyTooLong
	l.Count, l.More = a.Count, a.Count == mailbox.MaxFolders || cut && a.Count > 0
	switch {
	case err != nil && !l.More:
		l.Count, l.Folders = 0, nil // those that are missing may have been on their way
		return err
	case err == nil && len(a.Refused) > 0:
		return checks.ReplyRejected.Errorf("%s", strings.Join(a.Refused, " / "))
	}
	return nil
}

// ownFolder reports whether a line may have the name of a folder that its user has made, for
// whatever that is about: it is no folder that everybody has.
func ownFolder(line string) bool {
	_, list := cutPrefixFold(line, "* LIST ")
	return list && !everybodys().MatchString(line) || strings.HasPrefix(line, "(") // a name as a literal
}

var everybodys = lazy.Regexp(`(?i)^\* LIST \([^)]*\\(?:Sent|Drafts|Trash|Junk|Archive|All|Flagged|Important)\b[^)]*\)| "?INBOX"?$`)

// maxUseFolders is how many folders are kept that are there for something. Real mailboxes
// have eight at most.
const maxUseFolders = 30

// kept is a word of the server's as a report keeps it.
func (p *probe) kept(word string) string { return mailcheck.Clean(p.lines.shown(word)) }

// keepAlerts keeps what every user is to read, each text once. Some servers repeat it with every
// answer.
func (p *probe) keepAlerts(l *look, alerts []string) {
	const most = 10
	for _, text := range alerts {
		if text = p.kept(text); text != "" && len(l.Alerts) < most {
			l.Alerts = appendNew(l.Alerts, text)
		}
	}
}

// conversation is that of a probe, for package mailbox.
type conversation struct{ *probe }

func (c conversation) Read() (string, error)            { return c.lines.read() }
func (c conversation) Literal(size int) (string, error) { return c.lines.literal(size) }
func (c conversation) Tag(counted string) string        { return c.lines.tag(counted) }
func (c conversation) Send(commands ...string) error    { return c.command(commands...) }

// judge finds what a user, or whoever runs the server, should know.
func (l *look) judge() {
	for _, q := range l.Quotas {
		switch {
		case q.Full():
			l.find(checks.MailboxFull, quotaText(q))
		case q.Percent() >= mailcheck.NearlyFull:
			l.find(checks.MailboxNearlyFull, quotaText(q))
		}
	}
	for _, text := range l.Alerts {
		l.find(checks.MailboxAlert, mailcheck.Textf("%q", text))
	}
	if l.More {
		l.find(checks.MailboxManyFolders, mailcheck.Textf("more than %s", mailcheck.Count{N: l.Count, Noun: "folder"}))
	}
	if missing := l.Missing(); len(missing) > 0 {
		l.find(checks.MailboxFolderMissing, mailcheck.Textf("among %s there is none for: %s", mailcheck.Count{N: l.Count, Noun: "folder"}, mailcheck.ListOf(missing)))
	}
	var guessed []mailcheck.Text
	for _, f := range l.Guessed() {
		guessed = append(guessed, mailcheck.Textf("%s: %q", f.Use, f.Name))
	}
	if len(guessed) > 0 {
		l.find(checks.MailboxFolderGuessed, mailcheck.Evidencef("by the name, %s", mailcheck.Joined(guessed, ", ")))
	}
}

// judgeFeatures judges what an IMAP server keeps to itself until the login.
func (p *probe) judgeFeatures(e *entry, l *look) {
	known := mailcheck.Shows(p.trace.Findings(), checks.CapsMissing)
	if p.result.Protocol != mailcheck.IMAP || e.caps == nil || known {
		return
	}
	if lost := losses(mailcheck.IMAP, slices.Concat(e.caps, p.result.Capabilities.AfterTLS)); !lost.Empty() {
		l.find(checks.CapsMissing, lost)
	}
}

// quotaText says how full a mailbox is.
func quotaText(q mailcheck.Quota) mailcheck.Text {
	if q.Resource == "storage" {
		return mailcheck.Evidencef("%s of %s (%d%%), quota %q", mailcheck.Size(q.Used), mailcheck.Size(q.Limit), q.Percent(), q.Root)
	}
	return mailcheck.Evidencef("%d of %s (%d%%), quota %q", q.Used, mailcheck.Count{N: int(q.Limit), Noun: "message"}, q.Percent(), q.Root)
}

// inTurn sends commands, in one packet where the server takes that, and has the reply to
// each read. Where they go one by one it stops when told to.
func (p *probe) inTurn(commands []string, read func(i int) (goOn bool, err error)) error {
	together := mailcheck.Has(p.result.Capabilities.AfterTLS, "PIPELINING")
	for i := range commands {
		switch {
		case i == 0 && together:
			if err := p.command(commands...); err != nil {
				return err
			}
		case !together:
			if err := p.command(commands[i]); err != nil {
				return err
			}
		}
		p.lines.begin() // a reply to each of several commands
		if goOn, err := read(i); err != nil || !goOn && !together {
			return err
		}
	}
	return nil
}

// closed is the error of a mailbox that does not open. What is out of order then is no
// longer what knows the passwords: Dovecot calls any mailbox it cannot read an internal
// error ([SERVERBUG], [SYS/TEMP]).
func (p *probe) closed(command, refusal string) error {
	shown := p.lines.shown(refusal)
	c := trace.ClassifyMailbox(refusal)
	if c == checks.LoginUnavailable {
		c = nil
	}
	return cmp.Or(c, checks.LoginMailbox).Errorf("%s: %s", command, shown)
}
