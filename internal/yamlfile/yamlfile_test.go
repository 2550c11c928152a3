package yamlfile

import (
	"strings"
	"testing"
)

// What is wrong is told with its line.
func TestErrors(t *testing.T) {
	read := func(text string) error {
		v, err := Parse([]byte(text))
		if err != nil {
			return err
		}
		fields, err := v.Fields("name", "time", "list", "names", "truth", "texts")
		if err != nil {
			return err
		}
		for name, value := range fields {
			switch name {
			case "name":
				_, err = value.Text()
			case "time":
				_, err = value.Duration()
			case "list":
				_, err = value.List(2)
			case "names":
				_, err = value.Entries(2)
			case "truth":
				_, err = value.Truth()
			case "texts":
				_, err = value.Texts(2)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	test := func(text, want string) {
		t.Helper()
		err := read(text)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, not %q", text, err, want)
		}
	}
	test("name: a\ntime: 30s\nlist: [a, b]\nnames: {a: 1, b: 2}\ntruth: true\ntexts: [1, b]\n", "")
	test("list: &l [a]\ntexts: *l\n", "")
	test("", "the file is empty")
	test("a: [", "line 1")
	test("- a\n", "line 1: names are wanted here")
	test("name: a\nnmae: b\n", `line 2: "nmae" is not known here; there is: name, time`)
	test("name: a\ntime: 1s\nname: b\n", `line 3: "name" is there twice, in line 1 too`)
	test("\nname: [a]\n", "line 2: a text is wanted here")
	test("name:\n", "line 1: a text is wanted here")
	test("name: \"a\\u202eb\"\n", "line 1: the text has an invisible or control character")
	test("time: 5\n", `line 1: "5" is not a time such as 30s`)
	test("time: -5s\n", "is not a time")
	test("list: a\n", "line 1: a list is wanted here")
	test("list: [a, b, c]\n", "the list has 3 entries, and may have 2")
	test("names: {a: 1, b: 2, c: 3}\n", "there are 3 names, and may be 2")
	test("names: {[a]: 1}\n", "a text is wanted here")
	test("names: {<<: {a: 1}, a: 2}\n", "")
	test("truth: yes\n", "true or false is wanted here")
	test("texts: [a, [b]]\n", "a text is wanted here")
	test("name: *nobody\n", "unknown anchor")
}

// A file that names itself, or names much by little, is read as far as its form goes.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"a: 1\n", "a: &a [*a]\n", "a: &a {b: *a}\n", "? [a]\n: b\n", "a: !!binary x\n", "a: |\n b\n", "\xff\xfe"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := Parse(text)
		if err != nil {
			return
		}
		var walk func(Value, int)
		walk = func(v Value, depth int) {
			if depth == 0 {
				return
			}
			if s, err := v.Text(); err == nil && strings.ContainsAny(s, "\x00\x1b\n") {
				t.Errorf("it lets %q through", s)
			}
			list, _ := v.List(10)
			for _, entry := range list {
				walk(entry, depth-1)
			}
			entries, _ := v.Entries(10)
			for _, e := range entries {
				walk(e.Value, depth-1)
			}
		}
		walk(v, 3)
	})
}
