package probes

import (
	"context"
	"errors"
	"slices"
	"time"

	"mailcheck"
	"mailcheck/internal/letter"
	"mailcheck/internal/mailbox"
)

// watcher looks for the message by IMAP, and removes it.
type watcher struct {
	*journey
	server insider

	folders []mailbox.Folder // INBOX first, then where mail is mostly filed to
	more    int              // folders that are not looked into
	marks   map[string]mailbox.Mark
	idles   bool

	ready  chan struct{} // closed when everything is known that has to be before the message is sent
	copies []located
	fault  error     // why nothing more can be seen
	blind  error     // so, at the second attempt
	over   time.Time // when the wait ends that the user has interrupted
}

// located is a message in a folder.
type located struct {
	folder   mailbox.Folder
	uid      uint32
	validity uint32
	shown    string // the name of the folder, as it may be shown
}

func newWatcher(j *journey, s insider) *watcher {
	return &watcher{journey: j, server: s}
}

// watch looks for the message until it is there or the time is over, and removes it. It says
// when it is ready for the message to be sent.
func (w *watcher) watch(ctx context.Context, ready chan struct{}) said {
	w.ready = ready
	told, err := w.enter(w.clean, w.server, func(_ context.Context, p *probe, e *entry) error { return w.session(ctx, p, e) })
	closeOnce(ready)
	<-w.sent
	if err == nil || !w.onItsWay() {
		return told
	}
	// The server hung up, or never let the user in. It may have been restarted: once more.
	again, err := w.enter(w.clean, w.server, func(_ context.Context, p *probe, e *entry) error { return w.session(ctx, p, e) })
	w.blind = err
	select {
	case <-w.arrived: // others go by that
		for _, c := range w.copies {
			if err != nil && len(w.Removals) < len(w.copies) {
				w.Removals = append(w.Removals, mailcheck.Removal{Server: w.server.URL(), Folder: c.shown, UID: c.uid, Why: mailcheck.Evidencef("%s", err)})
			}
		}
	default:
		w.fault = err
	}
	told.join(again)
	return told
}

// session does all of it over one connection.
func (w *watcher) session(ctx context.Context, p *probe, e *entry) error {
	box := p.box(w.clean, e)
	w.idles = box.Has("IDLE")
	if w.marks == nil {
		if err := p.step(w.clean, mailcheck.OpMailbox, func() error { return w.prepare(box) }); err != nil {
			return err
		}
	}
	closeOnce(w.ready)
	p.hold(w.clean, w.sent)
	if !w.onItsWay() {
		return nil
	}
	err := p.step(w.clean, mailcheck.OpWait, func() error {
		err := w.await(ctx, box)
		for i := range w.Arrivals {
			w.Arrivals[i].Folder = w.shown(p, w.Arrivals[i].Folder)
		}
		for i := range w.copies {
			w.copies[i].shown = w.shown(p, w.copies[i].folder.Shown)
		}
		return err
	})
	if err == nil && len(w.copies) > 0 {
		w.readHeader(p, box)
	}
	if err != nil {
		return err
	}
	closeOnce(w.arrived)
	p.hold(w.clean, w.looked)
	if len(w.copies) == 0 {
		return nil
	}
	w.tell(AwaitRemoval)
	return p.step(w.clean, mailcheck.OpRemove, func() error { return w.remove(p, box) })
}

// shown returns the name of a folder as it may be shown.
func (w *watcher) shown(p *probe, folder string) string {
	return mailcheck.Clean(p.lines.shown(folder))
}

// prepare learns which folders there are and where their new messages begin.
func (w *watcher) prepare(box *mailbox.Box) error {
	folders, more, err := box.Folders()
	if err != nil && !mailbox.Refused(err) {
		return err
	}
	slices.SortStableFunc(folders, func(a, b mailbox.Folder) int { return lookOrder(a) - lookOrder(b) })
	w.folders, w.more = folders, more
	var names []string
	for _, f := range folders {
		names = append(names, f.Name)
	}
	w.marks, err = box.Marks(names)
	select {
	case <-w.sent: // the message may be there already
		for name, m := range w.marks {
			m.Next -= min(lately, max(m.Next, 1)-1)
			w.marks[name] = m
		}
	default:
	}
	return err
}

// lately is how many messages a folder may have got since the test message came.
const lately = 50

// lookOrder says which folders are looked into first.
func lookOrder(f mailbox.Folder) int {
	order := []mailcheck.FolderUse{mailcheck.UseInbox, mailcheck.UseJunk, mailcheck.UseSent, mailcheck.UseTrash, mailcheck.UseOther, mailcheck.UseArchive, mailcheck.UseDrafts, mailcheck.UseAll}
	return slices.Index(order, f.Use)
}

// await looks until the message is there. In between the server tells of it by itself
// where it can, and it is looked for in the other folders now and then.
func (w *watcher) await(ctx context.Context, box *mailbox.Box) error {
	if err := w.look(box, w.folders, false); err != nil {
		return err
	}
	for pause := firstPause; !w.delivered(); pause = min(2*pause, longestPause) {
		if pause == longestPause {
			if err := w.discover(box); err != nil {
				return err
			}
		}
		left := w.left(ctx)
		if left <= 0 {
			break
		}
		pushed, err := w.pause(ctx, box, min(pause, left))
		if err != nil {
			return err
		}
		if err := w.look(box, w.folders, pushed); err != nil {
			return err
		}
	}
	// Copies come about after the delivery, and a message at the last moment.
	if err := w.discover(box); err != nil {
		return err
	}
	return w.look(box, w.folders, false)
}

// discover looks for folders that have come about since: a rule makes the one that it files
// the first message in. All that is in it is new.
func (w *watcher) discover(box *mailbox.Box) error {
	folders, _, err := box.Folders()
	if mailbox.Refused(err) {
		return nil
	} else if err != nil {
		return err
	}
	for _, f := range folders {
		if !slices.ContainsFunc(w.folders, func(o mailbox.Folder) bool { return o.Name == f.Name }) && w.more == 0 {
			w.folders = append(w.folders, f)
			w.marks[f.Name] = mailbox.Mark{Next: 1}
		}
	}
	return nil
}

// left is how long the message is waited for yet.
func (w *watcher) left(ctx context.Context) time.Duration {
	if ctx.Err() == nil {
		return time.Until(w.end)
	}
	if w.over.IsZero() {
		w.over = time.Now().Add(afterInterrupt)
	}
	return time.Until(w.over)
}

// pause waits, with the inbox open, or returns as soon as the server tells of something new.
func (w *watcher) pause(ctx context.Context, box *mailbox.Box, most time.Duration) (pushed bool, err error) {
	if ctx.Err() != nil {
		ctx = w.clean
	}
	if w.idles {
		if _, err := box.Open("INBOX", false); err != nil && !mailbox.Refused(err) {
			return false, err
		}
		pushed, _, err = box.Wait(ctx, most, nil)
		if !mailbox.Refused(err) {
			return pushed, err
		}
		w.idles = false
	}
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return false, nil
}

// delivered reports whether the message was seen where mail is delivered to: what lies in
// Sent the own server has put there.
func (w *watcher) delivered() bool {
	return slices.ContainsFunc(w.copies, func(c located) bool { return isDelivery(c.folder.Use) })
}

// inInbox reports whether it was seen in the inbox.
func (w *watcher) inInbox() bool {
	return slices.ContainsFunc(w.copies, func(c located) bool { return c.folder.Use == mailcheck.UseInbox })
}

func isDelivery(use mailcheck.FolderUse) bool {
	return use != mailcheck.UseSent && use != mailcheck.UseDrafts && use != mailcheck.UseAll
}

// look looks into the folders in which there is something new.
func (w *watcher) look(box *mailbox.Box, folders []mailbox.Folder, pushed bool) error {
	var names []string
	for _, f := range folders {
		if _, known := w.marks[f.Name]; known {
			names = append(names, f.Name)
		}
	}
	now, err := box.Marks(names)
	if err != nil {
		return err
	}
	for _, f := range folders {
		before, known := w.marks[f.Name]
		m, answered := now[f.Name]
		if f.Use != mailcheck.UseInbox && (!known || !answered || m == before) || f.Use == mailcheck.UseInbox && known && m == before && before.Next > 0 {
			continue
		}
		if err := w.lookInto(box, f, before, m, pushed && f.Use == mailcheck.UseInbox); err != nil {
			return err
		}
	}
	return nil
}

// lookInto looks for the message in one folder. UIDs mean nothing under another validity.
func (w *watcher) lookInto(box *mailbox.Box, f mailbox.Folder, before, now mailbox.Mark, pushed bool) error {
	opened, err := box.Open(f.Name, false)
	if mailbox.Refused(err) {
		return nil
	} else if err != nil {
		return err
	}
	from := before.Next
	if before.Validity != opened.Validity && before.Validity != 0 && opened.Validity != 0 {
		from = 0
	}
	uids, err := box.Find(w.Token, from)
	if err != nil && !mailbox.Refused(err) {
		return err
	}
	for _, uid := range uids {
		c := located{folder: f, uid: uid, validity: opened.Validity}
		if slices.ContainsFunc(w.copies, func(o located) bool { return o.folder.Name == f.Name && o.uid == uid }) {
			continue
		}
		w.copies = append(w.copies, c)
		w.Arrivals = append(w.Arrivals, mailcheck.Arrival{Server: w.server.URL(), Folder: f.Shown, Use: f.Use, After: time.Since(w.start), Pushed: pushed})
	}
	if now != (mailbox.Mark{}) {
		w.marks[f.Name] = now
	}
	return nil
}

// readHeader reads what the way of the message has left in it.
func (w *watcher) readHeader(p *probe, box *mailbox.Box) {
	i := max(0, slices.IndexFunc(w.copies, func(c located) bool { return isDelivery(c.folder.Use) }))
	c := w.copies[i]
	if _, err := box.Open(c.folder.Name, false); err != nil {
		return
	}
	header, err := box.Header(c.uid)
	if err != nil {
		return
	}
	w.learn(p, header)
}

// learn reads the header of the message, and keeps what may be shown of it.
func (j *journey) learn(p *probe, header string) {
	fields := letter.Parse(header)
	for i := range fields {
		fields[i].Value = p.lines.secrets.conceal(fields[i].Value)
	}
	j.Hops, j.HopsLeftOff = letter.Hops(fields)
	j.Authentication = letter.Verifications(fields, j.own)
	j.marked = letter.Spam(fields)
}

// remove removes the copies, each looked at once more before.
func (w *watcher) remove(p *probe, box *mailbox.Box) error {
	var trash mailbox.Folder
	for _, f := range w.folders {
		if f.Use == mailcheck.UseTrash {
			trash = f
		}
	}
	var failed error
	w.Removals = nil // of a session that broke off
	for _, c := range w.copies {
		r := mailcheck.Removal{Server: w.server.URL(), Folder: c.shown, UID: c.uid}
		how, err := box.Remove(c.folder.Name, c.uid, c.validity, w.Token, trash.Name)
		moved := how == mailbox.Trashed && err == nil
		if moved && box.Has("UIDPLUS") {
			how, err = w.empty(box, trash.Name)
		}
		if moved && how != mailbox.Gone {
			r.Folder, r.UID = w.shown(p, trash.Shown), 0 // where it lies now
		}
		r.Done, r.Why = how == mailbox.Gone && err == nil, why(p, how, err)
		w.Removals = append(w.Removals, r)
		if err != nil && !mailbox.Refused(err) && err != mailbox.ErrRenumbered {
			failed = err
		}
	}
	return failed
}

// empty removes the message from the trash, where it can be removed alone.
func (w *watcher) empty(box *mailbox.Box, trash string) (mailbox.Removed, error) {
	opened, err := box.Open(trash, false)
	if err != nil {
		return mailbox.Trashed, err
	}
	uids, err := box.Find(w.Token, w.marks[trash].Next)
	for _, uid := range uids {
		if how, err := box.Remove(trash, uid, opened.Validity, w.Token, ""); how != mailbox.Gone || err != nil {
			return how, err
		}
	}
	return mailbox.Gone, err
}

// why says why a message was not removed.
func why(p *probe, how mailbox.Removed, err error) mailcheck.Text {
	var refusal *mailbox.Refusal
	switch {
	case errors.As(err, &refusal):
		return mailcheck.Evidencef("the server refuses it: %s", p.lines.shown(refusal.Error()))
	case err != nil:
		return mailcheck.Evidencef("%s", p.lines.shownError(err))
	case how == mailbox.Trashed:
		return mailcheck.Textf("it was moved there, since the server cannot remove one message alone (UIDPLUS)")
	case how == mailbox.Marked:
		return mailcheck.Textf("it is marked as deleted, since the server cannot remove one message alone (UIDPLUS)")
	}
	return mailcheck.Text{}
}
