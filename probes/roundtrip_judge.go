package probes

import (
	"slices"
	"time"

	"mailcheck"
	"mailcheck/checks"
)

// slow is from when on a message to oneself is called late.
const slow = 15 * time.Second

// patient is how long a message has to be waited for to be called missing.
const patient = 10 * time.Second

// judge makes findings of what became of the message.
func (j *journey) judge() {
	if slices.ContainsFunc(j.Arrivals, func(a mailcheck.Arrival) bool { return isDelivery(a.Use) }) {
		j.State = mailcheck.RoundTripDelivered
	}
	j.judgeSight()
	switch {
	case j.State == mailcheck.RoundTripDelivered:
		j.judgeArrival()
		j.judgeVerification()
	case j.State == mailcheck.RoundTripUntried:
		j.find(checks.RunTimeout, j.Server, "not finished: %s", mailcheck.OpSend)
	case !j.onItsWay():
	case j.unreadable():
		j.find(checks.RoundTripLeft, j.Server, "the message may be in the mailbox, which cannot be looked into; the token in its subject is %s%s", j.Token, j.queued())
	case j.interrupted:
		j.find(checks.RoundTripLeft, j.Server, "the test was interrupted before the message arrived; the token in its subject is %s%s", j.Token, j.queued())
	case j.To != j.From:
		j.find(checks.RoundTripElsewhere, j.Server, "the message to %s with the token %s%s", j.To, j.Token, j.queued())
	case j.State == mailcheck.RoundTripAccepted && j.waited() < patient:
		j.find(checks.RunTimeout, j.Server, "not finished: %s, for %s", mailcheck.OpWait, mailcheck.Span(j.waited()))
		j.find(checks.RoundTripLeft, j.Server, "the run ended before the message arrived; the token in its subject is %s%s", j.Token, j.queued())
	case j.State == mailcheck.RoundTripAccepted:
		j.find(checks.RoundTripUnseen, j.Server, "not seen within %s of %q; the token in its subject is %s%s", mailcheck.Span(j.waited()), j.Reply, j.Token, j.skipped())
	}
	for _, r := range j.Removals {
		if !r.Done {
			f := j.find(checks.RoundTripLeft, r.Server, "%s: %s; the token in its subject is %s", where(r), r.Why, j.Token)
			f.Element = r.Folder
		}
	}
	j.Steps[len(j.Steps)-1].Findings = j.found
}

// judgeSight tells of the servers that could not be asked any more.
func (j *journey) judgeSight() {
	if j.reader != nil && j.reader.blind != nil {
		j.find(checks.RoundTripUnreadable, j.reader.server.URL(), "%s", j.reader.blind)
	}
	if j.drop != nil && j.drop.blind != nil {
		j.find(checks.RoundTripUnreadable, j.drop.server.URL(), "%s", j.drop.blind)
	}
}

// waited is how long the message was waited for.
func (j *journey) waited() time.Duration { return max(0, time.Until(j.start)*-1) }

func (j *journey) unreadable() bool { return mailcheck.Shows(j.found, checks.RoundTripUnreadable) }

// queued names the id by which whoever runs the server finds the message.
func (j *journey) queued() mailcheck.Text {
	if j.Queue == "" {
		return mailcheck.Text{}
	}
	return mailcheck.Textf(", in the queue as %s", j.Queue)
}

// skipped says that not all folders were looked into.
func (j *journey) skipped() mailcheck.Text {
	if j.reader == nil || j.reader.more == 0 {
		return mailcheck.Text{}
	}
	return mailcheck.Textf("; %s were not looked into", mailcheck.Count{N: j.reader.more, Noun: "more folder"})
}

// where names a place that something lies in.
func where(r mailcheck.Removal) mailcheck.Text {
	switch {
	case r.Folder == "":
		return mailcheck.Textf("the mailbox at %s", r.Server)
	case r.UID == 0:
		return mailcheck.Textf("the folder %s", r.Folder)
	}
	return mailcheck.Textf("the folder %s, UID %d", r.Folder, r.UID)
}

// judgeArrival says where the message was put, and how long it took. A rule may have put a
// copy elsewhere before the message came to the inbox.
func (j *journey) judgeArrival() {
	i := slices.IndexFunc(j.Arrivals, func(a mailcheck.Arrival) bool { return a.Use == mailcheck.UseInbox })
	if i < 0 {
		i = slices.IndexFunc(j.Arrivals, func(a mailcheck.Arrival) bool { return isDelivery(a.Use) })
	}
	a := j.Arrivals[i]
	switch {
	case a.Use == mailcheck.UseJunk:
		j.find(checks.RoundTripJunk, a.Server, "it is in the folder %s", a.Folder).Element = a.Folder
	case j.marked.Name != "":
		j.find(checks.RoundTripJunk, a.Server, "its header marks it as spam: %s: %.200s", j.marked.Name, j.marked.Value)
	case a.Use != mailcheck.UseInbox:
		j.find(checks.RoundTripFiled, a.Server, "it is in the folder %s", a.Folder).Element = a.Folder
	}
	if a.After >= slow {
		j.find(checks.RoundTripSlow, a.Server, "seen %s after the server took it%s", mailcheck.Span(a.After), j.longest())
	}
}

// longest names the hop that took longest, where clocks agree well enough to tell.
func (j *journey) longest() mailcheck.Text {
	var worst mailcheck.Hop
	for _, h := range j.Hops {
		if h.Delay > worst.Delay {
			worst = h
		}
	}
	if worst.Delay < slow/2 || worst.By == "" {
		return mailcheck.Text{}
	}
	return mailcheck.Textf("; %s of that before %s had it", mailcheck.Span(worst.Delay), worst.By)
}

// judgeVerification goes by the receiving servers' own word alone.
func (j *journey) judgeVerification() {
	var failed []mailcheck.Text
	by := ""
	for _, v := range j.Authentication {
		fails := v.Result == "fail" || v.Result == "permerror" || v.Result == "hardfail"
		if v.Own && fails && slices.Contains([]string{"spf", "dkim", "dmarc"}, v.Method) {
			failed, by = append(failed, mailcheck.Textf("%s=%s", v.Method, v.Result)), v.By
		}
	}
	if failed != nil {
		j.find(checks.RoundTripNotVerified, j.Server, "%s notes %s", by, mailcheck.Joined(failed, ", "))
	}
}
