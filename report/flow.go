package report

import (
	"slices"
	"time"

	"mailcheck"
)

// flow says what became of a message that was sent, and whether two sessions see the same.
func flow(p *page, r *mailcheck.Report) {
	if r.RoundTrip == nil && r.Synchronisation == nil {
		return
	}
	p.blank()
	if s := r.Synchronisation; s != nil {
		p.say(0, 2, "Synchronisation: %s", syncSentence(s))
	}
	if t := r.RoundTrip; t != nil {
		p.say(0, 2, "Round trip: %s", roundTripSentence(t))
		way(p, t)
		verified(p, t)
	}
}

// roundTripSentence says how far the message came, how long it took, and whether it is gone.
func roundTripSentence(t *mailcheck.RoundTrip) mailcheck.Text {
	switch t.State {
	case mailcheck.RoundTripDelivered:
		var seen []mailcheck.Text
		for _, a := range t.Arrivals {
			seen = append(seen, arrival(a))
		}
		return mailcheck.Textf("accepted in %s; %s%s.", exactly(t.Took), mailcheck.Joined(seen, ", "), removed(t.Removals))
	case mailcheck.RoundTripAccepted:
		return mailcheck.Textf("accepted in %s, not seen in the mailbox%s.", exactly(t.Took), removed(t.Removals))
	case mailcheck.RoundTripDoubtful:
		return mailcheck.Textf("sent, but the server did not say that it takes the message; not seen in the mailbox.")
	case mailcheck.RoundTripRefused:
		return mailcheck.Textf("the message was not accepted.")
	}
	return mailcheck.Textf("no message was sent.")
}

// arrival says where and when the message was seen.
func arrival(a mailcheck.Arrival) mailcheck.Text {
	by := mailcheck.Textf("by asking")
	if a.Pushed {
		by = mailcheck.Textf("told by IDLE")
	}
	if a.Folder == "" {
		return mailcheck.Textf("by POP3 after %s", exactly(a.After))
	}
	return mailcheck.Textf("in %s after %s (%s)", a.Folder, exactly(a.After), by)
}

// removed says whether everything that was made is gone again.
func removed(removals []mailcheck.Removal) mailcheck.Text {
	switch left := slices.ContainsFunc(removals, func(r mailcheck.Removal) bool { return !r.Done }); {
	case left:
		return mailcheck.Textf("; NOT removed, see below")
	case len(removals) > 0:
		return mailcheck.Textf("; removed again")
	}
	return mailcheck.Text{}
}

// exactly shows a time that a person would have called an instant.
func exactly(d time.Duration) mailcheck.Text {
	if d >= time.Minute {
		return mailcheck.Textf("%s", mailcheck.Span(d))
	}
	return mailcheck.Textf("%.1f s", d.Seconds())
}

// way names the servers that the message went through, with the time to each. Clocks that
// differ show as a time that no way takes.
func way(p *page, t *mailcheck.RoundTrip) {
	var hops []mailcheck.Text
	for i, h := range t.Hops {
		name := h.By
		if name == "" {
			name = "?"
		}
		switch {
		case i == 0 || h.At.IsZero():
			hops = append(hops, verbatim(name))
		case h.Delay < 0:
			hops = append(hops, mailcheck.Textf("%s (whose clock is behind the one before by %s)", name, mailcheck.Span(-h.Delay)))
		default:
			hops = append(hops, mailcheck.Textf("%s (+%s)", name, mailcheck.Span(h.Delay)))
		}
	}
	if t.HopsLeftOff > 0 {
		hops = append(hops, mailcheck.Textf("%s", mailcheck.Count{N: t.HopsLeftOff, Noun: "more server"}))
	}
	if len(hops) > 0 {
		p.say(2, 4, "Way: %s", mailcheck.Joined(hops, ", "))
	}
}

// verified says what was verified of the sender, by whom, and tells what the receiving
// servers say from what others claim.
func verified(p *page, t *mailcheck.RoundTrip) {
	if t.State != mailcheck.RoundTripDelivered {
		return
	}
	own, claims := results(t, true), results(t, false)
	switch {
	case len(own) > 0:
		p.say(2, 4, "Verified by the receiving server: %s", mailcheck.Joined(own, ", "))
	case len(claims) == 0 && t.From == t.To:
		p.say(2, 4, "Nothing is noted of SPF, DKIM and DMARC, as is usual for mail to oneself.")
	}
	if len(claims) > 0 {
		p.say(2, 4, "Claimed by others, whom nobody has to believe: %s", mailcheck.Joined(claims, ", "))
	}
}

func results(t *mailcheck.RoundTrip, own bool) []mailcheck.Text {
	var all []mailcheck.Text
	for _, v := range t.Authentication {
		switch {
		case v.Own != own:
		case own:
			all = append(all, mailcheck.Textf("%s=%s", v.Method, v.Result))
		case v.By == "":
			all = append(all, mailcheck.Textf("%s=%s (nobody's name)", v.Method, v.Result))
		default:
			all = append(all, mailcheck.Textf("%s=%s (%s)", v.Method, v.Result, v.By))
		}
	}
	return all
}

// syncSentence says what the second session saw.
func syncSentence(s *mailcheck.Synchronisation) mailcheck.Text {
	if s.Folder == "" {
		return mailcheck.Textf("not tested.")
	}
	if !s.FolderSeen {
		return mailcheck.Textf("a folder made in one session was not seen in another%s.", removed(s.Removals))
	}
	return mailcheck.Textf("%s%s%s.", synchronised(s), idle(s), removed(s.Removals))
}

func synchronised(s *mailcheck.Synchronisation) mailcheck.Text {
	switch s.Message {
	case mailcheck.MessageSeen:
		return mailcheck.Textf("a folder made in one session was seen in another after %s, a message in it after %s", exactly(s.FolderAfter), exactly(s.MessageAfter))
	case mailcheck.MessageUnseen:
		return mailcheck.Textf("a folder made in one session was seen in another after %s, a message in it was not", exactly(s.FolderAfter))
	}
	return mailcheck.Textf("a folder made in one session was seen in another after %s", exactly(s.FolderAfter))
}

func idle(s *mailcheck.Synchronisation) mailcheck.Text {
	switch s.Idle {
	case mailcheck.IdlePushes, mailcheck.IdlePolls:
		return mailcheck.Textf("; IDLE told of it after %s", exactly(s.IdleAfter))
	case mailcheck.IdleSilent:
		return mailcheck.Textf("; IDLE told nothing within %s", exactly(s.IdleAfter))
	case mailcheck.IdleAbsent:
		return mailcheck.Textf("; IDLE is not offered, so that programs have to ask")
	}
	return mailcheck.Text{}
}
