package autoconfig

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// value is one value of a JSON document, with its place.
type value struct {
	line, column int
	object       map[string]*value // nil if it is none
	names        []string          // of the object, in order
	list         []*value
	scalar       any      // string, json.Number, bool or nil
	again        []*value // members whose name stood before; programs differ in which they take
}

func (v *value) get(name string) *value {
	if v == nil {
		return nil
	}
	return v.object[name]
}

// text returns a string value.
func (v *value) text() (string, bool) {
	if v == nil || v.object != nil || v.list != nil {
		return "", false
	}
	s, ok := v.scalar.(string)
	return s, ok
}

// parseJSON reads a document into a tree with places, within the bounds of XML.
func parseJSON(body []byte) (*value, error) {
	p := &jsonParser{body: body, decoder: json.NewDecoder(bytes.NewReader(body))}
	p.decoder.UseNumber()
	v, err := p.value(0)
	if err == nil && len(bytes.TrimSpace(body[p.decoder.InputOffset():])) > 0 {
		err = p.fail(errors.New("something follows the document"))
	}
	return v, err
}

type jsonParser struct {
	body    []byte
	decoder *json.Decoder
	nodes   int
}

// place returns the line and column of the next token.
func (p *jsonParser) place() (line, column int) {
	at := min(int(p.decoder.InputOffset()), len(p.body))
	for at < len(p.body) && strings.IndexByte(" \t\r\n,:", p.body[at]) >= 0 {
		at++
	}
	before := p.body[:at]
	return bytes.Count(before, []byte("\n")) + 1, at - bytes.LastIndexByte(before, '\n')
}

func (p *jsonParser) fail(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the document ends too early")
	}
	line, column := p.place()
	return &syntaxError{line, column, err, p.fix()}
}

// fix knows the usual mistakes of people who write JSON by hand.
func (p *jsonParser) fix() string {
	at := min(int(p.decoder.InputOffset()), len(p.body))
	before, after := bytes.TrimSpace(p.body[:at]), bytes.TrimSpace(p.body[at:])
	if bytes.HasPrefix(after, []byte(",")) { // where it stands depends on the version of Go
		before, after = after[:1], bytes.TrimSpace(after[1:])
	}
	switch {
	case bytes.HasPrefix(after, []byte("'")):
		return "Write double quotation marks."
	case bytes.HasPrefix(after, []byte("/")):
		return "Take the comment out: JSON has none."
	case bytes.HasSuffix(before, []byte(",")) && (bytes.HasPrefix(after, []byte("}")) || bytes.HasPrefix(after, []byte("]"))):
		return "Take out the comma before it: JSON has none after the last member."
	}
	return ""
}

func (p *jsonParser) value(depth int) (*value, error) {
	v := &value{}
	v.line, v.column = p.place()
	if p.nodes++; p.nodes > maxConfigNodes || depth > maxConfigDepth {
		return nil, p.fail(fmt.Errorf("values are nested deeper than %d or more than %d", maxConfigDepth, maxConfigNodes))
	}
	token, err := p.decoder.Token()
	if err != nil {
		return nil, p.fail(err)
	}
	switch token {
	case json.Delim('{'):
		v.object = map[string]*value{}
	case json.Delim('['):
		v.list = []*value{}
	default:
		v.scalar = token
		return v, nil
	}
	for p.decoder.More() {
		name := ""
		if v.object != nil {
			token, err := p.decoder.Token()
			if err != nil {
				return nil, p.fail(err)
			}
			name, _ = token.(string)
		}
		member, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if v.object == nil {
			v.list = append(v.list, member)
			continue
		}
		if v.object[name] != nil {
			v.again = append(v.again, member)
			continue
		}
		v.object[name] = member
		v.names = append(v.names, name)
	}
	if _, err := p.decoder.Token(); err != nil {
		return nil, p.fail(err)
	}
	return v, nil
}
