package report

import (
	"slices"
	"strings"
	"time"

	"mailcheck"
)

// mailboxes says how the account stands behind its logins: of each protocol once, since
// several doors lead to the same.
func mailboxes(p *page, r *mailcheck.Report) {
	rows := mailboxRows{cells: [][]cell{header("The mailbox", "How it stands")}}
	for _, protocol := range mailcheck.Protocols {
		if s := lookedAt(r, protocol); s != nil {
			rows.look(r, s.Mailbox, p.Verbose)
		}
	}
	if len(rows.cells) == 1 {
		return
	}
	p.blank()
	if !p.grid(rows.cells) {
		for _, row := range rows.cells[1:] {
			p.say(0, 2, "%s: %s", row[0].text(), row[1].text())
		}
	}
}

// lookedAt returns the first server of a protocol behind whose login somebody looked.
func lookedAt(r *mailcheck.Report, protocol mailcheck.Protocol) *mailcheck.ServerResult {
	all := ranked(r.Servers)
	i := slices.IndexFunc(all, func(s mailcheck.ServerResult) bool { return s.Protocol == protocol && s.Mailbox != nil })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// mailboxRows are those of the table, a fact each.
type mailboxRows struct{ cells [][]cell }

func (m *mailboxRows) add(label, format string, args ...any) {
	m.cells = append(m.cells, []cell{plain(ours(label)), plain(mailcheck.Textf(format, args...))})
}

func (m *mailboxRows) look(r *mailcheck.Report, box *mailcheck.Mailbox, all bool) {
	switch {
	case box.Collecting != nil:
		m.collecting(r, box)
	case box.Sending != nil:
		m.sending(box.Sending)
	case box.Messages >= 0:
		m.add("Inbox", "%s", mailcheck.Count{N: box.Messages, Noun: "message"})
		m.folders(box)
	}
	for _, q := range box.Quotas {
		m.add("Quota", "%s", room(q))
	}
	for _, text := range box.Alerts {
		m.add("To be read by all", "%q", text)
	}
	if all {
		m.more(box)
	}
}

// more is what few people ask for.
func (m *mailboxRows) more(box *mailcheck.Mailbox) {
	for _, n := range box.Namespaces {
		m.add("Namespace", "%s: prefix %q, delimiter %q", ours(n.Kind), n.Prefix, n.Delimiter)
	}
	var words []mailcheck.Text
	for _, property := range box.Identity {
		words = append(words, mailcheck.Textf("%s %q", property.Key, property.Value))
	}
	if len(words) > 0 {
		m.add("ID of the server", "%s", mailcheck.Joined(words, ", "))
	}
}

// folders says which folder is for what.
func (m *mailboxRows) folders(box *mailcheck.Mailbox) {
	if box.Count == 0 {
		m.add("Folders", "not known")
		return
	}
	count := mailcheck.Textf("%d", box.Count)
	if box.More {
		count = mailcheck.Textf("more than %s", count)
	}
	parts := []mailcheck.Text{count}
	if told := foldersText(box, false); !told.Empty() {
		parts = append(parts, mailcheck.Textf("the server says which are for %s", told))
	}
	if guessed := foldersText(box, true); !guessed.Empty() {
		parts = append(parts, mailcheck.Textf("guessed by the name, as programs do: %s", guessed))
	}
	if missing := box.Missing(); len(missing) > 0 {
		parts = append(parts, mailcheck.Textf("none yet for %s", mailcheck.Joined(each(missing, ours[mailcheck.FolderUse]), ", ")))
	}
	m.add("Folders", "%s", mailcheck.Joined(parts, "; "))
}

// foldersText lists what folders are for, with the name where that is another word.
func foldersText(box *mailcheck.Mailbox, guessed bool) mailcheck.Text {
	var texts []mailcheck.Text
	for _, f := range box.Folders {
		switch {
		case f.Guessed != guessed:
		case strings.EqualFold(f.Name, string(f.Use)):
			texts = append(texts, ours(f.Use))
		default:
			texts = append(texts, mailcheck.Textf("%s (%s)", ours(f.Use), f.Name))
		}
	}
	return mailcheck.Joined(texts, ", ")
}

func room(q mailcheck.Quota) mailcheck.Text {
	used, limit := mailcheck.Textf("%s", mailcheck.Size(q.Used)), mailcheck.Textf("%s", mailcheck.Size(q.Limit))
	if q.Resource != "storage" {
		used, limit = mailcheck.Textf("%d", q.Used), mailcheck.Textf("%s", mailcheck.Count{N: int(q.Limit), Noun: "message"})
	}
	switch {
	case q.Limit == 0:
		return mailcheck.Textf("%s used, no limit", used)
	case q.Full():
		return mailcheck.Textf("%s of %s used: FULL", used, limit)
	case q.Percent() >= mailcheck.NearlyFull:
		return mailcheck.Textf("%s of %s used (%d%%): NEARLY FULL", used, limit, q.Percent())
	}
	return mailcheck.Textf("%s of %s used (%d%%)", used, limit, q.Percent())
}

// collecting says whether mail can be left on the server, and who should use POP3 at all.
func (m *mailboxRows) collecting(r *mailcheck.Report, box *mailcheck.Mailbox) {
	c := box.Collecting
	if box.Messages >= 0 {
		m.add("POP3", "%s to collect, %s", mailcheck.Count{N: box.Messages, Noun: "message"}, mailcheck.Size(c.Octets))
	}
	switch c.Leave {
	case mailcheck.LeaveAlways:
		m.add("Leave on server", "yes: mail that POP3 has collected stays for as long as the program is set to")
	case mailcheck.LeaveForDays:
		m.add("Leave on server", "for %s: then the server deletes mail that POP3 has collected", mailcheck.Count{N: c.Days, Noun: "day"})
	case mailcheck.LeaveNot:
		m.add("Leave on server", "NO: mail that POP3 has collected is gone from the server, or is collected again each time")
	case mailcheck.LeaveUnknown:
		m.add("Leave on server", "not known")
	}
	if c.Delay >= time.Second {
		m.add("Look for mail", "every %s at most", mailcheck.Span(c.Delay))
	}
	who := mailcheck.Textf("whoever reads mail with one program on one computer and keeps it there")
	if imap, ok := r.Best(mailcheck.IMAP); ok {
		m.add("POP3 is for", "%s. With a telephone or a second computer use IMAP (%s): all show the same, and mail stays on the server", who, imap.Endpoint())
		return
	}
	if r.Address.Domain != "" {
		m.add("POP3 is for", "%s. A telephone or a second computer needs IMAP, which is not to be had here", who)
		return
	}
	m.add("POP3 is for", "%s. A telephone or a second computer needs IMAP", who)
}

func (m *mailboxRows) sending(s *mailcheck.Sending) {
	switch s.State {
	case mailcheck.SendingTaken:
		m.add("Sending as", "%s: allowed so far; some servers judge the sender only when they have the message", s.As)
	case mailcheck.SendingLater:
		m.add("Sending as", "%s: not refused; the server wants to take mail for that address later", s.As)
	case mailcheck.SendingRefused:
		m.add("Sending as", "%s: REFUSED", s.As)
	case mailcheck.SendingNotTried:
		if s.As != "" {
			m.add("Sending as", "%s: not known", s.As)
		}
	}
	var takes []mailcheck.Text
	if s.MaxSize > 0 {
		takes = append(takes, mailcheck.Textf("up to %s, attachments grown by a third", mailcheck.Size(s.MaxSize)))
	}
	if !s.EightBit {
		takes = append(takes, mailcheck.Textf("letters outside ASCII only recoded"))
	}
	if s.UTF8 {
		takes = append(takes, mailcheck.Textf("also to addresses with letters outside ASCII"))
	}
	if len(takes) > 0 {
		m.add("Messages", "%s", mailcheck.Joined(takes, "; "))
	}
}

func opened(m *mailcheck.Mailbox) *jsonMailbox {
	if m == nil {
		return nil
	}
	d := &jsonMailbox{
		Messages: m.Messages, Alerts: list(m.Alerts), Count: m.Count, More: m.More,
		Identity:   each(m.Identity, func(v mailcheck.Property) jsonProperty { return jsonProperty(v) }),
		Namespaces: each(m.Namespaces, func(n mailcheck.Namespace) jsonNamespace { return jsonNamespace(n) }),
		Folders:    each(m.Folders, func(f mailcheck.Folder) jsonFolder { return jsonFolder{f.Name, string(f.Use), f.Guessed} }),
		Quotas:     each(m.Quotas, func(q mailcheck.Quota) jsonQuota { return jsonQuota(q) }),
	}
	if c := m.Collecting; c != nil {
		d.Collecting = &jsonCollecting{string(c.Leave), c.Days, c.Top, ms(c.Delay), c.Octets}
	}
	if s := m.Sending; s != nil {
		d.Sending = &jsonSending{s.As, string(s.State), s.MaxSize, s.EightBit, s.UTF8, s.Deliveries}
	}
	return d
}

func openedOf(d *jsonMailbox) *mailcheck.Mailbox {
	if d == nil {
		return nil
	}
	m := &mailcheck.Mailbox{
		Messages: d.Messages, Alerts: words(d.Alerts), Count: d.Count, More: d.More,
		Identity:   unpack(d.Identity, func(v jsonProperty) mailcheck.Property { return mailcheck.Property(v) }),
		Namespaces: unpack(d.Namespaces, func(n jsonNamespace) mailcheck.Namespace { return mailcheck.Namespace(n) }),
		Folders: unpack(d.Folders, func(f jsonFolder) mailcheck.Folder {
			return mailcheck.Folder{Name: f.Name, Use: mailcheck.FolderUse(f.Use), Guessed: f.Guessed}
		}),
		Quotas: unpack(d.Quotas, func(q jsonQuota) mailcheck.Quota { return mailcheck.Quota(q) }),
	}
	if c := d.Collecting; c != nil {
		m.Collecting = &mailcheck.Collecting{Leave: mailcheck.Leave(c.Leave), Days: c.Days, Top: c.Top, Delay: duration(c.DelayMS), Octets: c.Octets}
	}
	if s := d.Sending; s != nil {
		m.Sending = &mailcheck.Sending{As: s.As, State: mailcheck.SendingState(s.State), MaxSize: s.MaxSize, EightBit: s.EightBit, UTF8: s.UTF8, Deliveries: s.Deliveries}
	}
	return m
}
