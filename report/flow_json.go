package report

import "mailcheck"

// jsonRoundTrip is what became of a message that was sent.
type jsonRoundTrip struct {
	State  string  `json:"state"` // untried, refused, doubtful, accepted or delivered
	From   string  `json:"from"`
	To     string  `json:"to"`
	Token  string  `json:"token"`
	Server string  `json:"server"` // URL
	Reply  string  `json:"reply"`
	Queue  string  `json:"queue"`
	TookMS float64 `json:"took_ms"`

	Arrivals       []jsonArrival      `json:"arrivals"`
	Hops           []jsonHop          `json:"hops"` // first to last
	HopsLeftOff    int                `json:"hops_left_off"`
	Authentication []jsonVerification `json:"authentication"`
	Removals       []jsonRemoval      `json:"removals"`
	Steps          []jsonStep         `json:"steps"`
	Conversation   []jsonLine         `json:"conversation"`
}

type jsonArrival struct {
	Server  string  `json:"server"`
	Folder  string  `json:"folder"`
	Use     string  `json:"use"`
	AfterMS float64 `json:"after_ms"`
	Pushed  bool    `json:"pushed"`
}

type jsonHop struct {
	From    string  `json:"from"`
	By      string  `json:"by"`
	With    string  `json:"with"`
	ID      string  `json:"id"`
	At      string  `json:"at"`
	DelayMS float64 `json:"delay_ms"` // negative where clocks differ
}

type jsonVerification struct {
	By     string `json:"by"`
	Own    bool   `json:"own"`
	Method string `json:"method"`
	Result string `json:"result"`
}

type jsonRemoval struct {
	Server string `json:"server"`
	Folder string `json:"folder"`
	UID    uint32 `json:"uid"`
	Done   bool   `json:"done"`
	Why    string `json:"why"`
}

// jsonSynchronisation is whether two sessions see the same.
type jsonSynchronisation struct {
	Server         string        `json:"server"`
	Folder         string        `json:"folder"`
	FolderSeen     bool          `json:"folder_seen"`
	FolderAfterMS  float64       `json:"folder_after_ms"`
	Message        string        `json:"message"` // seen, unseen or empty
	MessageAfterMS float64       `json:"message_after_ms"`
	Idle           string        `json:"idle"` // pushes, polls, silent, not offered or empty
	IdleAfterMS    float64       `json:"idle_after_ms"`
	Removals       []jsonRemoval `json:"removals"`
	Steps          []jsonStep    `json:"steps"`
	Conversation   []jsonLine    `json:"conversation"`
}

func roundTrip(t *mailcheck.RoundTrip) *jsonRoundTrip {
	if t == nil {
		return nil
	}
	return &jsonRoundTrip{
		State: string(t.State), From: t.From, To: t.To, Token: t.Token, Server: t.Server, Reply: t.Reply, Queue: t.Queue, TookMS: ms(t.Took),
		Arrivals: each(t.Arrivals, func(a mailcheck.Arrival) jsonArrival {
			return jsonArrival{a.Server, a.Folder, string(a.Use), ms(a.After), a.Pushed}
		}),
		Hops: each(t.Hops, func(h mailcheck.Hop) jsonHop {
			return jsonHop{h.From, h.By, h.With, h.ID, stamp(h.At), ms(h.Delay)}
		}),
		HopsLeftOff:    t.HopsLeftOff,
		Authentication: each(t.Authentication, func(v mailcheck.Verification) jsonVerification { return jsonVerification(v) }),
		Removals:       each(t.Removals, removal), Steps: each(t.Steps, step), Conversation: each(t.Conversation, line),
	}
}

func removal(r mailcheck.Removal) jsonRemoval {
	return jsonRemoval{r.Server, r.Folder, r.UID, r.Done, r.Why.String()}
}

func line(l mailcheck.Line) jsonLine { return jsonLine{ms(l.At), l.Client, l.Secure, l.Step, l.Text} }

func synchronisation(s *mailcheck.Synchronisation) *jsonSynchronisation {
	if s == nil {
		return nil
	}
	return &jsonSynchronisation{
		Server: s.Server, Folder: s.Folder, FolderSeen: s.FolderSeen, FolderAfterMS: ms(s.FolderAfter),
		Message: string(s.Message), MessageAfterMS: ms(s.MessageAfter), Idle: string(s.Idle), IdleAfterMS: ms(s.IdleAfter),
		Removals: each(s.Removals, removal), Steps: each(s.Steps, step), Conversation: each(s.Conversation, line),
	}
}

func (in *reader) roundTrip(d *jsonRoundTrip) *mailcheck.RoundTrip {
	if d == nil {
		return nil
	}
	return &mailcheck.RoundTrip{
		State: mailcheck.RoundTripState(d.State), From: d.From, To: d.To, Token: d.Token, Server: d.Server, Reply: d.Reply, Queue: d.Queue, Took: duration(d.TookMS),
		Arrivals: unpack(d.Arrivals, func(a jsonArrival) mailcheck.Arrival {
			return mailcheck.Arrival{Server: a.Server, Folder: a.Folder, Use: mailcheck.FolderUse(a.Use), After: duration(a.AfterMS), Pushed: a.Pushed}
		}),
		Hops: unpack(d.Hops, func(h jsonHop) mailcheck.Hop {
			return mailcheck.Hop{From: h.From, By: h.By, With: h.With, ID: h.ID, At: in.time(h.At), Delay: duration(h.DelayMS)}
		}),
		HopsLeftOff:    d.HopsLeftOff,
		Authentication: unpack(d.Authentication, func(v jsonVerification) mailcheck.Verification { return mailcheck.Verification(v) }),
		Removals:       unpack(d.Removals, removalOf), Steps: unpack(d.Steps, in.step), Conversation: unpack(d.Conversation, lineOf),
	}
}

func removalOf(r jsonRemoval) mailcheck.Removal {
	return mailcheck.Removal{Server: r.Server, Folder: r.Folder, UID: r.UID, Done: r.Done, Why: english(r.Why)}
}

func lineOf(l jsonLine) mailcheck.Line {
	return mailcheck.Line{At: duration(l.AtMS), Client: l.Client, Secure: l.Secure, Step: l.Step, Text: l.Text}
}

func (in *reader) synchronisation(d *jsonSynchronisation) *mailcheck.Synchronisation {
	if d == nil {
		return nil
	}
	return &mailcheck.Synchronisation{
		Server: d.Server, Folder: d.Folder, FolderSeen: d.FolderSeen, FolderAfter: duration(d.FolderAfterMS),
		Message: mailcheck.MessageSync(d.Message), MessageAfter: duration(d.MessageAfterMS), Idle: mailcheck.IdleState(d.Idle), IdleAfter: duration(d.IdleAfterMS),
		Removals: unpack(d.Removals, removalOf), Steps: unpack(d.Steps, in.step), Conversation: unpack(d.Conversation, lineOf),
	}
}
