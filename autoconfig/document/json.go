package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"mailcheck"
)

// Value is one value of a JSON document, with its place.
type Value struct {
	Line, Column int
	Object       map[string]*Value // nil if it is none
	Names        []string          // of the object, in order
	List         []*Value
	Scalar       any      // string, json.Number, bool or nil
	Again        []*Value // members whose name stood before; programs differ in which they take
}

func (v *Value) Get(name string) *Value {
	if v == nil {
		return nil
	}
	return v.Object[name]
}

// Text returns a string value.
func (v *Value) Text() (string, bool) {
	if v == nil || v.Object != nil || v.List != nil {
		return "", false
	}
	s, ok := v.Scalar.(string)
	return s, ok
}

// ParseJSON reads a document into a tree with places, within the bounds of XML.
func ParseJSON(body []byte) (*Value, error) {
	p := &jsonParser{body: body, decoder: json.NewDecoder(bytes.NewReader(body))}
	p.decoder.UseNumber()
	v, err := p.read(0)
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
	return &SyntaxError{line, column, err, p.fix()}
}

// fix knows the usual mistakes of people who write JSON by hand.
func (p *jsonParser) fix() mailcheck.Text {
	at := min(int(p.decoder.InputOffset()), len(p.body))
	before, after := bytes.TrimSpace(p.body[:at]), bytes.TrimSpace(p.body[at:])
	if bytes.HasPrefix(after, []byte(",")) { // where it stands depends on the version of Go
		before, after = after[:1], bytes.TrimSpace(after[1:])
	}
	switch {
	case bytes.HasPrefix(after, []byte("'")):
		return mailcheck.Textf("Write double quotation marks.")
	case bytes.HasPrefix(after, []byte("/")):
		return mailcheck.Textf("Take the comment out: JSON has none.")
	case bytes.HasSuffix(before, []byte(",")) && (bytes.HasPrefix(after, []byte("}")) || bytes.HasPrefix(after, []byte("]"))):
		return mailcheck.Textf("Take out the comma before it: JSON has none after the last member.")
	}
	return mailcheck.Text{}
}

func (p *jsonParser) read(depth int) (*Value, error) {
	v := &Value{}
	v.Line, v.Column = p.place()
	if p.nodes++; p.nodes > maxConfigNodes || depth > maxConfigDepth {
		return nil, p.fail(fmt.Errorf("values are nested deeper than %d or more than %d", maxConfigDepth, maxConfigNodes))
	}
	token, err := p.decoder.Token()
	if err != nil {
		return nil, p.fail(err)
	}
	switch token {
	case json.Delim('{'):
		v.Object = map[string]*Value{}
	case json.Delim('['):
		v.List = []*Value{}
	default:
		v.Scalar = token
		return v, nil
	}
	for p.decoder.More() {
		name := ""
		if v.Object != nil {
			token, err := p.decoder.Token()
			if err != nil {
				return nil, p.fail(err)
			}
			name, _ = token.(string)
		}
		member, err := p.read(depth + 1)
		if err != nil {
			return nil, err
		}
		if v.Object == nil {
			v.List = append(v.List, member)
			continue
		}
		if v.Object[name] != nil {
			v.Again = append(v.Again, member)
			continue
		}
		v.Object[name] = member
		v.Names = append(v.Names, name)
	}
	if _, err := p.decoder.Token(); err != nil {
		return nil, p.fail(err)
	}
	return v, nil
}
