package oauth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"mailcheck"
)

const (
	maxDocument = 64 << 10 // bytes of an answer; real ones have a few kilobytes
	maxMembers  = 200      // of an object
	maxSecret   = 16 << 10 // bytes of a token or a code; Microsoft's have some 2 kB
	maxName     = 1 << 10  // bytes of an id or a URL
)

// object is a JSON object of an authorization server, read strictly: names are compared
// letter by letter and occur once, so that no two readers can take different values
// from it.
type object map[string]json.RawMessage

func parseObject(body []byte) (object, error) {
	if len(body) > maxDocument {
		return nil, fmt.Errorf("larger than %d bytes", maxDocument)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	o := object{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, plainError(err)
		}
		key := name.(string) // in an object nothing else stands here
		if _, twice := o[key]; twice {
			return nil, fmt.Errorf("%s occurs twice", mailcheck.Quoted(key))
		}
		if len(o) == maxMembers {
			return nil, fmt.Errorf("more than %d members", maxMembers)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, plainError(err)
		}
		o[key] = value
	}
	if _, err := d.Token(); err != nil {
		return nil, plainError(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON object")
	}
	return o, nil
}

// plainError says that a document is broken without repeating a part of it, which may
// be secret.
func plainError(err error) error {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("not JSON at byte %d", syntax.Offset)
	}
	return errors.New("not JSON, or cut off")
}

// text returns a string; empty where there is none. Another type is an error.
func (o object) text(name string, most int) (string, error) {
	raw, ok := o[name]
	if !ok || string(raw) == "null" {
		return "", nil
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return "", fmt.Errorf("%s is not a string", name)
	}
	if len(s) > most {
		return "", fmt.Errorf("%s has more than %d bytes", name, most)
	}
	return s, nil
}

// secret returns a string of visible ASCII (RFC 6749 appendix A), which fits into a
// form, a header and a line of a mail protocol.
func (o object) secret(name string) (string, error) {
	s, err := o.text(name, maxSecret)
	if err == nil && strings.ContainsFunc(s, func(r rune) bool { return r < 0x21 || r > 0x7e }) {
		return "", fmt.Errorf("%s has characters that it must not have", name)
	}
	return s, err
}

// endpoint returns an https URL that a request may go to; empty where there is none.
func (o object) endpoint(name string) (string, error) {
	s, err := o.text(name, maxName)
	if err == nil && s != "" && !isEndpoint(s) {
		return "", fmt.Errorf("%s is %s, not an https URL", name, mailcheck.Quoted(s))
	}
	return s, err
}

// isEndpoint reports whether a text is an https URL without a login and a fragment.
func isEndpoint(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Hostname() != "" && u.User == nil && u.Fragment == "" && mailcheck.Printable(s)
}

// length returns a number of seconds, which some servers write as a string; ok is false
// where there is none. It is between 0 and most.
func (o object) length(name string, most time.Duration) (d time.Duration, ok bool, err error) {
	raw, ok := o[name]
	if !ok || string(raw) == "null" {
		return 0, false, nil
	}
	digits := string(raw)
	var s string
	if json.Unmarshal(raw, &s) == nil {
		digits = s
	}
	seconds, err := strconv.ParseFloat(digits, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) || math.IsNaN(seconds) {
		return 0, false, fmt.Errorf("%s is not a number of seconds", name)
	}
	return time.Duration(max(0, min(seconds, most.Seconds())) * float64(time.Second)), true, nil
}

// flag reports whether a value is true; what is no truth value is not.
func (o object) flag(name string) bool { return string(o[name]) == "true" }

// list returns the strings of a list, so many at most, and what is no string left out.
func (o object) list(name string, most int) []string {
	var raw []json.RawMessage
	if json.Unmarshal(o[name], &raw) != nil {
		return nil
	}
	var words []string
	for _, r := range raw {
		var s string
		if len(words) < most && json.Unmarshal(r, &s) == nil && len(s) <= maxName && mailcheck.Printable(s) {
			words = append(words, s)
		}
	}
	return words
}
