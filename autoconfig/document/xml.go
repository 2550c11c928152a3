package document

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"mailcheck"
	"mailcheck/internal/lazy"
)

// Node is one element of an XML document.
type Node struct {
	Name     string
	Space    string // namespace
	Attr     map[string]string
	Line     int
	Column   int // of the opening <
	chars    strings.Builder
	Children []*Node
}

func (n *Node) Child(name string) *Node {
	for _, c := range n.Children {
		if c.Name == name {
			return c
		}
	}
	return nil
}

func (n *Node) Content() string { return strings.TrimSpace(n.chars.String()) }

// Raw returns the text of an element with what stands around it.
func (n *Node) Raw() string { return n.chars.String() }

func (n *Node) Text(name string) string {
	if c := n.Child(name); c != nil {
		return c.Content()
	}
	return ""
}

// parseXML reads a document into a tree, within bounds and without a document
// type: no settings file needs one, and entities are a way to attack parsers.
func parseXML(body []byte) (*Node, error) { return ParseTree(body, NoType) }

// DocTypes are the document types that a document may have. None may declare anything
// itself.
type DocTypes int

const (
	NoType    DocTypes = iota
	PlistType          // the one that Apple's tools write
	AnyType            // any, which then stands once and before the outermost element
)

// ErrDeclares is that a document type has declarations, such as entities.
var ErrDeclares = errors.New("the document type has declarations of its own")

// docType is one without declarations (XML 1.0 section 2.8).
var docType = lazy.Regexp(`^DOCTYPE\s+[\pL_][\w.:-]*(\s+(SYSTEM|PUBLIC\s+("[^"]*"|'[^']*'))\s+("[^"]*"|'[^']*'))?\s*$`)

// refuse says what is wrong with a declaration where it stands.
func (d DocTypes) refuse(declaration []byte, misplaced bool) error {
	declares := bytes.Contains(declaration, []byte("["))
	switch {
	case d == PlistType && bytes.HasPrefix(declaration, []byte("DOCTYPE plist ")) && !declares:
		return nil
	case d == AnyType && declares:
		return ErrDeclares
	case d == AnyType && !misplaced && docType().Match(declaration):
		return nil
	}
	return errors.New("a document type or other declaration is not allowed")
}

// SyntaxError is where and why a document cannot be read.
type SyntaxError struct {
	Line, Column int
	Err          error
	Fix          mailcheck.Text // a remedy, where one is known
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %v", e.Line, e.Column, e.Err)
}

func (e *SyntaxError) Unwrap() error { return e.Err }

// ParseTree does so, but for the document types that are allowed.
func ParseTree(body []byte, types DocTypes) (*Node, error) {
	if len(body) > MaxConfig {
		return nil, fmt.Errorf("larger than %d bytes", MaxConfig)
	}
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))))
	d.CharsetReader = latin1
	root := &Node{}
	open := []*Node{root}
	typed := false
	for nodes := 0; ; {
		fromLine, fromColumn := d.InputPos()
		token, err := d.Token()
		line, column := d.InputPos()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			if e, ok := errors.AsType[*xml.SyntaxError](err); ok {
				err = errors.New(e.Msg) // its line is said already
			} else if e, ok := errors.AsType[charsetError](err); ok {
				return nil, &SyntaxError{line, column, e, mailcheck.Textf("Save the file as UTF-8, and declare that or nothing.")}
			}
			return nil, &SyntaxError{Line: line, Column: column, Err: err}
		}
		top := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			nodes++
			if len(open) > maxConfigDepth || nodes > maxConfigNodes {
				return nil, &SyntaxError{Line: line, Column: column, Err: fmt.Errorf("elements are nested deeper than %d or more than %d", maxConfigDepth, maxConfigNodes)}
			}
			n := &Node{Name: t.Name.Local, Space: t.Name.Space, Line: fromLine, Column: fromColumn, Attr: map[string]string{}}
			for _, a := range t.Attr {
				n.Attr[a.Name.Local] = a.Value
			}
			top.Children = append(top.Children, n)
			open = append(open, n)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.chars.Write(t)
		case xml.ProcInst:
			if t.Target == "xml" && (fromLine != 1 || fromColumn != 1) { // XML 1.0 section 2.8; encoding/xml lets it pass
				return nil, &SyntaxError{fromLine, fromColumn, errors.New("something stands before the XML declaration, where parsers allow nothing"), mailcheck.Textf("Take out what stands before <?xml: often an empty line that a program sends before the file.")}
			}
		case xml.Directive:
			if err := types.refuse(t, typed || len(root.Children) > 0); err != nil {
				return nil, &SyntaxError{line, column, err, mailcheck.Textf("Take the <!DOCTYPE ...> out.")}
			}
			typed = true
		}
	}
	switch len(root.Children) {
	case 0:
		return nil, errors.New("the document has no outermost element")
	case 1:
		return root.Children[0], nil
	}
	second := root.Children[1]
	return nil, &SyntaxError{second.Line, second.Column, fmt.Errorf("<%s> is a second outermost element", second.Name), mailcheck.Textf("Put everything into one element, or take the second one out.")}
}

// latin1 converts the one charset besides UTF-8 that settings files are seen in.
func latin1(charset string, input io.Reader) (io.Reader, error) {
	switch strings.ToLower(charset) {
	case "us-ascii", "ascii", "utf8":
		return input, nil
	case "iso-8859-1", "latin1", "windows-1252":
		raw, err := io.ReadAll(io.LimitReader(input, MaxConfig))
		runes := make([]rune, len(raw))
		for i, b := range raw {
			runes[i] = rune(b)
		}
		return strings.NewReader(string(runes)), err
	}
	return nil, charsetError(charset)
}

// charsetError is the name of a character set that is not read.
type charsetError string

func (e charsetError) Error() string {
	return fmt.Sprintf("the character set %q is not supported; use UTF-8", string(e))
}

func LooksLikeHTML(body []byte) bool {
	start := bytes.ToLower(bytes.TrimSpace(body[:min(512, len(body))]))
	start = bytes.TrimPrefix(start, []byte("\xef\xbb\xbf"))
	return bytes.HasPrefix(start, []byte("<!doctype html")) || bytes.HasPrefix(start, []byte("<html")) ||
		bytes.Contains(start, []byte("<html")) && !bytes.Contains(start, []byte("<clientconfig"))
}

func Head(body []byte) string { return string(bytes.TrimSpace(body[:min(60, len(body))])) }

// XMLType reports whether Thunderbird reads a document of the media type as XML.
func XMLType(contentType string) bool {
	for _, t := range []string{"text/xml", "application/xml", "text/rdf"} {
		if strings.HasPrefix(contentType, t) {
			return true
		}
	}
	return false
}
