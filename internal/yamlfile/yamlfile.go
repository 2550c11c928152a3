// Package yamlfile reads the YAML files that operators write, so that whatever is wrong is
// told with its line: a word that nobody knows, a name that is there twice, a list where a
// text should stand.
package yamlfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"mailcheck"
)

// Error is what is wrong with a file, and in which line; 0 where that is not known.
type Error struct {
	Line int
	Err  error
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Err.Error()
	}
	return fmt.Sprintf("line %d: %v", e.Line, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// Value is a value in a file.
type Value struct{ node *yaml.Node }

// Parse reads the text of a file, which has one value.
func Parse(text []byte) (Value, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return Value{}, errors.New(mailcheck.Clean(err.Error())) // it names the line itself
	}
	if len(document.Content) != 1 {
		return Value{}, errors.New("the file is empty")
	}
	return Value{document.Content[0]}.named(), nil
}

// named returns what an alias stands for; an anchor has no alias in its place.
func (v Value) named() Value {
	if v.node.Kind == yaml.AliasNode {
		return Value{v.node.Alias}
	}
	return v
}

// Line is the line in which the value begins.
func (v Value) Line() int { return v.node.Line }

// Errorf says what is wrong with the value.
func (v Value) Errorf(format string, args ...any) error {
	return &Error{v.node.Line, fmt.Errorf(format, args...)}
}

// Text returns a scalar as it is written, a number too.
func (v Value) Text() (string, error) {
	switch {
	case v.node.Kind != yaml.ScalarNode || v.node.Tag == "!!null":
		return "", v.Errorf("a text is wanted here")
	case !mailcheck.Printable(v.node.Value):
		return "", v.Errorf("the text has an invisible or control character")
	}
	return v.node.Value, nil
}

// Truth returns true or false.
func (v Value) Truth() (bool, error) {
	if v.node.Kind != yaml.ScalarNode || v.node.Value != "true" && v.node.Value != "false" {
		return false, v.Errorf("true or false is wanted here")
	}
	return v.node.Value == "true", nil
}

// Duration returns a length of time that is more than nothing.
func (v Value) Duration() (time.Duration, error) {
	text, err := v.Text()
	if err != nil {
		return 0, err
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, v.Errorf("%s is not a time such as 30s or 5m", mailcheck.Quoted(text))
	}
	return d, nil
}

// List returns the entries of a list of at most so many.
func (v Value) List(most int) ([]Value, error) {
	switch {
	case v.node.Kind != yaml.SequenceNode:
		return nil, v.Errorf("a list is wanted here, each entry behind a hyphen")
	case len(v.node.Content) > most:
		return nil, v.Errorf("the list has %d entries, and may have %d", len(v.node.Content), most)
	}
	var all []Value
	for _, node := range v.node.Content {
		all = append(all, Value{node}.named())
	}
	return all, nil
}

// Texts returns a list of texts.
func (v Value) Texts(most int) ([]string, error) {
	list, err := v.List(most)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, entry := range list {
		text, err := entry.Text()
		if err != nil {
			return nil, err
		}
		all = append(all, text)
	}
	return all, nil
}

// Entry is a name in a file with its value.
type Entry struct {
	Name  string
	Line  int
	Value Value
}

// Entries returns names and values in their order, each name once.
func (v Value) Entries(most int) ([]Entry, error) {
	switch {
	case v.node.Kind != yaml.MappingNode:
		return nil, v.Errorf("names are wanted here, each with a colon and a value")
	case len(v.node.Content) > 2*most:
		return nil, v.Errorf("there are %d names, and may be %d", len(v.node.Content)/2, most)
	}
	lines := map[string]int{}
	var all []Entry
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		key := Value{v.node.Content[i]}.named()
		name, err := key.Text()
		if err != nil {
			return nil, err
		}
		if line, there := lines[name]; there {
			return nil, key.Errorf("%s is there twice, in line %d too", mailcheck.Quoted(name), line)
		}
		lines[name] = key.Line()
		all = append(all, Entry{name, key.Line(), Value{v.node.Content[i+1]}.named()})
	}
	return all, nil
}

// Fields returns the values of the names that are known here, and refuses any other.
func (v Value) Fields(known ...string) (map[string]Value, error) {
	entries, err := v.Entries(100)
	if err != nil {
		return nil, err
	}
	fields := map[string]Value{}
	for _, e := range entries {
		if !slices.Contains(known, e.Name) {
			return nil, &Error{e.Line, fmt.Errorf("%s is not known here; there is: %s", mailcheck.Quoted(e.Name), strings.Join(known, ", "))}
		}
		fields[e.Name] = e.Value
	}
	return fields, nil
}
