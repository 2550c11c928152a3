package probes

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/letter"
	"mailcheck/internal/mailbox"
)

// The promise of IMAP is that all programs of a user see the same. So a folder is made in
// one session, and looked for in another; a message is put into it, and has to appear there;
// then both are removed, whatever has happened meanwhile.

// syncTest is one such test.
type syncTest struct {
	visitor
	*mailcheck.Synchronisation
	opts   Options
	clean  context.Context // outlives the run by the time for cleaning up
	server insider
	folder string // as it is said to the server; empty until it was made
	token  string
	second said
	found  []mailcheck.Finding
}

// synchronise makes the test at the best server for IMAP that let the user in.
func (t *pool) synchronise(ctx context.Context, r *mailcheck.Report) {
	if !t.opts.WriteTests || t.logins == nil {
		return
	}
	s := &syncTest{visitor: visitor{net: t.net, logins: t.logins, began: t.began}, Synchronisation: &mailcheck.Synchronisation{}, opts: t.opts, token: t.token()}
	r.Synchronisation = s.Synchronisation
	servers := s.insiders(r, mailcheck.IMAP)
	if len(servers) == 0 || ctx.Err() != nil {
		if ctx.Err() != nil {
			s.find(checks.RunTimeout, "not finished: %s", mailcheck.OpSync)
		} else {
			s.find(checks.SyncUntried, "no login by IMAP was accepted")
		}
		s.Steps = []mailcheck.Step{{Op: mailcheck.OpSync, Target: r.Address.Domain, Start: time.Since(t.began), Findings: s.found}}
		return
	}
	s.server, s.Server = servers[0], servers[0].URL()
	clean, cancel := cleaning(ctx)
	defer cancel()
	s.clean = clean
	s.tell(AwaitSync)
	all, err := s.enter(clean, s.server, func(_ context.Context, p *probe, e *entry) error {
		return p.step(clean, mailcheck.OpSync, func() error { return s.first(ctx, p, e) })
	})
	if s.Folder == "" && len(s.found) == 0 && ctx.Err() == nil {
		s.find(checks.SyncUntried, "%s", err)
	}
	all.join(s.second)
	if s.folder != "" {
		all.join(s.sweep())
	}
	s.tell(AwaitNothing)
	for _, r := range s.Removals {
		if !r.Done {
			s.find(checks.SyncLeft, "%s: %s", where(r), r.Why).Element = r.Folder
		}
	}
	s.Steps, s.Conversation = all.steps, all.lines
	s.Steps[len(s.Steps)-1].Findings = s.found
}

// token returns what marks a message and what a folder is called after.
func (t *pool) token() string {
	if t.opts.RoundTrip != nil && t.opts.RoundTrip.Token != "" {
		return t.opts.RoundTrip.Token
	}
	if t.opts.token != "" {
		return t.opts.token
	}
	random := make([]byte, 16)
	rand.Read(random)
	return hex.EncodeToString(random)
}

func (s *syncTest) tell(a Awaited) {
	if s.opts.Await != nil {
		s.opts.Await(a)
	}
}

func (s *syncTest) find(c *checks.Check, format string, args ...any) *mailcheck.Finding {
	f := mailcheck.NewFinding(c, format, args...)
	f.Server = s.Server
	s.found = append(s.found, f)
	return &s.found[len(s.found)-1]
}

// first makes the folder, has the other session look, and removes the folder.
func (s *syncTest) first(ctx context.Context, p *probe, e *entry) error {
	a := p.box(s.clean, e)
	prefix, err := a.Prefix()
	if err != nil && !mailbox.Refused(err) {
		return err
	}
	name := prefix + "mailcheck-" + s.token[:16]
	s.Folder = mailcheck.Clean(p.lines.shown(name))
	if taken, err := a.Exists(name); err != nil || taken {
		s.Folder = ""
		return err
	}
	s.folder = name // from here on it may be there
	if err := a.Create(name); err != nil {
		if mailbox.Refused(err) {
			s.folder, s.Folder = "", ""
			s.find(checks.SyncUntried, "%s", p.lines.shownError(err))
		}
		return err
	}
	start := time.Now()
	var unseen error
	s.second, unseen = s.enter(s.clean, s.server, func(_ context.Context, q *probe, e *entry) error {
		return q.step(s.clean, mailcheck.OpSync, func() error { return s.other(ctx, a, q.box(s.clean, e), start) })
	})
	if unseen != nil && !mailbox.Refused(unseen) && !s.FolderSeen && ctx.Err() == nil && len(s.found) == 0 {
		s.find(checks.SyncUntried, "the second session: %s", unseen)
	}
	s.tell(AwaitRemoval)
	return s.remove(p, a)
}

// other is the second session. What the first does in it is written by the first one's box.
func (s *syncTest) other(ctx context.Context, a, b *mailbox.Box, start time.Time) error {
	for try := 0; ; try++ {
		there, err := b.Exists(s.folder)
		if err != nil && !mailbox.Refused(err) {
			return err
		}
		if there {
			s.FolderSeen, s.FolderAfter = true, time.Since(start)
			break
		}
		if try == syncTries || ctx.Err() != nil || !lasts(ctx, syncPause) {
			if ctx.Err() == nil {
				s.find(checks.SyncFolder, "%s was made in one session; another did not list it within %s", s.Folder, mailcheck.Span(time.Since(start)))
			}
			return nil
		}
		s.pause(ctx, syncPause)
	}
	if a.Has("X-GM-EXT-1") { // a folder is a label there: the message would stay with all the others
		return nil
	}
	if _, err := b.Open(s.folder, false); err != nil {
		return err
	}
	return s.appear(ctx, a, b)
}

// appear puts a message into the folder in one session, and looks for it in the other.
func (s *syncTest) appear(ctx context.Context, a, b *mailbox.Box) error {
	from := s.logins.address.String()
	if s.logins.address.Local == "" || !quotable(from) {
		from = "mailcheck@mailcheck.invalid"
	}
	lines := letter.Test{From: from, To: from, Domain: "mailcheck.invalid", Token: s.token, Date: time.Now()}.Lines()
	var put error
	start, told := time.Now(), false
	append := func() { put = a.Append(s.folder, lines); start = time.Now() }
	s.Idle = mailcheck.IdleAbsent
	var err error
	if b.Has("IDLE") {
		s.Idle = mailcheck.IdleSilent
		told, s.IdleAfter, err = b.Wait(ctx, s.patience(ctx), append)
	} else {
		append()
	}
	switch {
	case err != nil:
		return err
	case put != nil:
		s.Idle = mailcheck.IdleUntried
		return put
	case told && s.IdleAfter < idlePushes:
		s.Idle = mailcheck.IdlePushes
	case told:
		s.Idle = mailcheck.IdlePolls
	case ctx.Err() != nil, s.Idle == mailcheck.IdleSilent && s.IdleAfter < idlePushes:
		s.Idle = mailcheck.IdleUntried // for too short a time
	}
	if s.Idle == mailcheck.IdlePolls {
		s.find(checks.SyncIdlePolls, "a new message was told %s after it came", mailcheck.Span(s.IdleAfter))
	} else if s.Idle == mailcheck.IdleSilent {
		s.find(checks.SyncIdlePolls, "a new message was not told within %s", mailcheck.Span(s.IdleAfter))
	}
	return s.seek(ctx, b, start)
}

// patience is how long IDLE is listened to. Where the run has the time it is longer than a
// minute, which is how often servers look that are not told of changes.
func (s *syncTest) patience(ctx context.Context) time.Duration {
	end, limited := ctx.Deadline()
	if !limited {
		return idlePatience
	}
	left := time.Until(end) - lastLook
	if s.opts.RoundTrip != nil { // which needs time, too
		return max(0, min(idlePushes, left/4))
	}
	return max(0, min(idlePatience, left-afterInterrupt))
}

// seek asks for the message, which a session is told of at any command (RFC 9051 section
// 7.4.1); opening the folder anew shows it to the others.
func (s *syncTest) seek(ctx context.Context, b *mailbox.Box, start time.Time) error {
	for try := 0; ; try++ {
		if _, err := b.Open(s.folder, false); err != nil {
			return err
		}
		uids, err := b.Find(s.token, 1)
		if err != nil && !mailbox.Refused(err) {
			return err
		}
		if len(uids) > 0 {
			s.Message, s.MessageAfter = mailcheck.MessageSeen, time.Since(start)
			return nil
		}
		if try == syncTries || ctx.Err() != nil || !lasts(ctx, syncPause) {
			if ctx.Err() == nil {
				s.Message = mailcheck.MessageUnseen
				s.find(checks.SyncMessage, "a message was put into %s in one session; another did not see it within %s", s.Folder, mailcheck.Span(time.Since(start)))
			}
			return nil
		}
		s.pause(ctx, syncPause)
	}
}

func (s *syncTest) pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// remove removes the folder in the session that made it.
func (s *syncTest) remove(p *probe, box *mailbox.Box) error {
	// Courier deletes no folder that a session has open.
	if _, err := box.Open("INBOX", false); err != nil && !mailbox.Refused(err) {
		return err
	}
	err := box.Delete(s.folder)
	if err != nil && !mailbox.Refused(err) {
		return err
	}
	there, looked := box.Exists(s.folder)
	if looked != nil {
		return looked
	}
	r := mailcheck.Removal{Server: s.Server, Folder: s.Folder, Done: !there}
	if refusal, ok := errors.AsType[*mailbox.Refusal](err); ok && there {
		r.Why = mailcheck.Evidencef("the server refuses it: %s", p.lines.shown(refusal.Error()))
	} else if there {
		r.Why = mailcheck.Textf("it is still there")
	}
	s.Removals, s.folder = append(s.Removals, r), ""
	return nil
}

// sweep removes the folder in a session of its own, where the one that made it broke off.
func (s *syncTest) sweep() said {
	told, err := s.enter(s.clean, s.server, func(_ context.Context, p *probe, e *entry) error {
		return p.step(s.clean, mailcheck.OpRemove, func() error { return s.remove(p, p.box(s.clean, e)) })
	})
	if s.folder != "" {
		s.Removals = append(s.Removals, mailcheck.Removal{Server: s.Server, Folder: s.Folder, Why: mailcheck.Evidencef("%s", err)})
	}
	return told
}
