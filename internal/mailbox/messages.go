package mailbox

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"mailcheck/checks"
	"mailcheck/internal/letter"
)

// Find returns the UIDs of the messages marked with a word, their token, in the folder that is open, from a UID
// on. It reads the headers of the new messages: an index for searching may not have them
// yet, and some servers find nothing by header. Where it is not known which messages are
// new, the server searches, and the headers of what it found are read.
func (b *Box) Find(word string, from uint32) ([]uint32, error) {
	if from == 0 {
		hits, err := b.search(word)
		if err != nil || len(hits) == 0 {
			return nil, err
		}
		return b.find(word, join(hits), 0)
	}
	return b.find(word, fmt.Sprintf("%d:*", from), from)
}

// find reads headers. A range up to * has the last message in it, however old (RFC 9051
// section 9, seq-range).
func (b *Box) find(word, set string, from uint32) ([]uint32, error) {
	var found []uint32
	err := b.do(func(tokens []token) {
		uid, header, ok := fetched(tokens)
		if ok && uid >= from && letter.Marked(header, word) && len(found) < maxFound {
			found = append(found, uid)
		}
	}, "UID FETCH %s (UID BODY.PEEK[HEADER.FIELDS (%s SUBJECT)]<0.2048>)", set, strings.ToUpper(letter.TokenField))
	return found, err
}

// maxFound is how many copies of one message are told of.
const maxFound = 20

// search has the server search.
func (b *Box) search(word string) ([]uint32, error) {
	var hits []uint32
	err := b.do(func(tokens []token) {
		if !strings.EqualFold(tokens[0].text, "SEARCH") {
			return
		}
		for _, t := range tokens[1:] {
			if uid, ok := positive(t.text); ok && len(hits) < maxFound {
				hits = append(hits, uid)
			}
		}
	}, `UID SEARCH OR HEADER %s "%s" SUBJECT "%[2]s"`, strings.ToUpper(letter.TokenField), word)
	return hits, err
}

func join(uids []uint32) string {
	var all []string
	for _, uid := range uids {
		all = append(all, strconv.FormatUint(uint64(uid), 10))
	}
	return strings.Join(all, ",")
}

// fetched reads a FETCH response (RFC 9051 section 7.5.2) with a UID and perhaps the part
// of a message. That one is named BODY[...]<0>, which are several tokens.
func fetched(tokens []token) (uid uint32, part string, ok bool) {
	if len(tokens) < 4 || !strings.EqualFold(tokens[1].text, "FETCH") {
		return 0, "", false
	}
	for i := 3; i+1 < len(tokens); i++ {
		switch t := tokens[i]; {
		case t.kind == atom && strings.EqualFold(t.text, "UID") && tokens[i+1].kind == atom:
			if n, isUID := positive(tokens[i+1].text); isUID && !ok {
				uid, ok = n, true
			}
		case t.kind == atom && strings.Contains(t.text, "]") && tokens[i+1].kind == quoted && part == "":
			part = tokens[i+1].text
		}
	}
	return uid, part, ok
}

// Header returns the header of a message in the folder that is open, or its beginning.
func (b *Box) Header(uid uint32) (string, error) {
	const most = 32 << 10 // bytes
	var header string
	err := b.do(func(tokens []token) {
		if n, part, ok := fetched(tokens); ok && n == uid && header == "" {
			header = part
		}
	}, "UID FETCH %d (UID BODY.PEEK[HEADER]<0.%d>)", uid, most)
	return header, err
}

// Wait has the server tell of something new by itself (IDLE, RFC 2177), in the folder that
// is open, for so much time at most. It has to be called where the server has IDLE. meanwhile
// is called when the server waits; nil for nothing. after is how long it took from then on.
func (b *Box) Wait(ctx context.Context, most time.Duration, meanwhile func()) (told bool, after time.Duration, err error) {
	if b.over != nil {
		return false, 0, b.over
	}
	tag := b.talk.Tag("idle")
	if err := b.talk.Send(tag + " IDLE"); err != nil {
		return false, 0, b.end(err)
	}
	begun, err := b.consent(tag)
	if err != nil {
		return false, 0, err
	}
	if meanwhile != nil {
		meanwhile()
	}
	start := time.Now()
	for ctx.Err() == nil && !told && err == nil {
		var said bool
		if said, err = b.talk.Await(ctx, most-time.Since(start)); err != nil || !said {
			break
		}
		_, _, err = b.response(func(tokens []token) {
			told = told || len(tokens) > 1 && strings.EqualFold(tokens[1].text, "EXISTS")
		}, begun)
	}
	after = time.Since(start)
	if err != nil {
		return told, after, b.end(err)
	}
	if err := b.talk.Send("DONE"); err != nil {
		return told, after, b.end(err)
	}
	_, err = b.answers(nil, begun) // what is said only now was asked for
	return told, after, err
}

// consent reads up to the line by which the server waits for what follows the command (RFC
// 9051 section 7.6).
func (b *Box) consent(tag string) (tags []string, err error) {
	for n := 0; ; n++ {
		b.talk.Begin()
		line, err := b.talk.Read()
		if err == nil && strings.HasPrefix(line, "+") {
			return []string{tag}, nil
		}
		rest, untagged := strings.CutPrefix(line, "* ")
		s, isStatus := parseStatus(rest)
		switch {
		case err != nil:
		case n == maxResponses:
			err = checks.ReplyTooLong.Errorf("one reply has more than %d responses", maxResponses)
		case untagged:
			err = b.untagged(nil, rest, s, isStatus)
		case strings.HasPrefix(line, tag+" "):
			_, words, _ := strings.Cut(line, " ")
			return nil, &Refusal{"the command", words}
		default:
			err = checks.ReplyMalformed.Errorf("%q is neither untagged nor tagged with %s", line, tag)
		}
		if err != nil {
			return nil, b.end(err)
		}
	}
}
