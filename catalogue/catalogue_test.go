package catalogue

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write english.json, and bring the files of the languages into order")

// message is an entry of a file: the hash of the English that was translated, and the
// plural forms.
type message map[string]string

const hashName = "hash"

// readFile reads the file of a language: an entry by its key, in which a text alone is its only form.
func readFile(t *testing.T, name string) map[string]message {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var entries map[string]any
	if err := json.Unmarshal(data, &entries); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	all := map[string]message{}
	for key, entry := range entries {
		all[key] = message{}
		switch v := entry.(type) {
		case string:
			all[key]["other"] = v
		case map[string]any:
			for form, text := range v {
				all[key][form] = fmt.Sprint(text)
			}
		}
	}
	return all
}

// written is a file in the order of the sentences, an entry a line.
func written(entries map[string]message, head ...string) []byte {
	var b bytes.Buffer
	b.WriteString("{")
	add := func(key string) {
		var value any = entries[key]
		if slices.Contains(head, key) {
			value = entries[key]["other"]
		}
		var line bytes.Buffer
		e := json.NewEncoder(&line)
		e.SetEscapeHTML(false)
		_ = e.Encode(value) // texts can be written
		if b.Len() > 1 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, "\n%q: %s", key, strings.TrimSpace(line.String()))
	}
	for _, key := range head {
		add(key)
	}
	for s := range Sentences {
		if entries[s.Key] != nil {
			add(s.Key)
		}
	}
	b.WriteString("\n}\n")
	return b.Bytes()
}

// hashOf is of the English that a translation is of, so that it shows when that has changed.
func hashOf(s Sentence) string {
	sum := sha256.Sum256([]byte(s.Forms()["other"]))
	return fmt.Sprintf("%x", sum[:4])
}

// english.json is what translators translate from.
func TestEnglish(t *testing.T) {
	entries := map[string]message{}
	keys, said := map[string]bool{}, map[string]string{}
	for s := range Sentences {
		if keys[s.Key] || !regexp.MustCompile(`^[a-z0-9]+([.-][a-z0-9]+)+$`).MatchString(s.Key) {
			t.Errorf("the key %q stands twice, or is none", s.Key)
		}
		keys[s.Key] = true
		id := s.English + fmt.Sprint(s.Counted())
		if other, twice := said[id]; twice && !strings.Contains(s.Key, ".remedy") && !strings.Contains(s.Key, ".summary") {
			t.Errorf("%s says the same as %s", s.Key, other)
		}
		said[id] = s.Key
		names := strings.Fields(s.Names)
		highest := 0
		for _, v := range verbs(s.English) {
			highest = max(highest, v.argument+1)
		}
		if plain := regexp.MustCompile(`%[sdq]`); s.Counted() || len(names) == 0 && !plain.MatchString(s.English) {
			highest = 0 // a sentence without arguments is no format
		}
		if len(names) != highest {
			t.Errorf("%s has %d names for %d arguments", s.Key, len(names), highest)
		}
		if structural(s.English) {
			t.Errorf("%s has no words", s.Key)
		}
		entries[s.Key] = s.Forms()
	}
	want := written(entries)
	if *update {
		if err := os.WriteFile("english.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("english.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("english.json (-update writes it):\n%s", diff)
	}
}

// Each translation is one of today's English, and has in it what no language changes.
func TestLanguages(t *testing.T) {
	for _, tag := range Languages()[1:] {
		t.Run(tag, func(t *testing.T) {
			name := "languages/" + tag + ".json"
			entries := readFile(t, name)
			if *update {
				bring(t, name, entries)
			}
			all := map[string]Sentence{}
			var missing []string
			for s := range Sentences {
				all[s.Key] = s
				if entries[s.Key] == nil {
					missing = append(missing, s.Key)
				}
			}
			for key, entry := range entries {
				s, known := all[key]
				switch {
				case slices.Contains(headKeys, key):
				case !known:
					t.Errorf("%s: there is no such sentence", key)
				default:
					judge(t, s, entry)
				}
			}
			listed(t, tag, missing)
			t.Logf("%s: %d of %d sentences, %d%%", tag, len(all)-len(missing), len(all), 100*(len(all)-len(missing))/len(all))
		})
	}
}

// headKeys say something of the file.
var headKeys = []string{nameKey, reviewedKey}

// bring gives new translations the hash of their English, and puts all in order. A hash that
// is there stays: that the English has changed is for a translator to see.
func bring(t *testing.T, name string, entries map[string]message) {
	for s := range Sentences {
		if entry := entries[s.Key]; entry != nil && entry[hashName] == "" {
			entry[hashName] = hashOf(s)
		}
	}
	if err := os.WriteFile(name, written(entries, headKeys...), 0o644); err != nil {
		t.Fatal(err)
	}
}

// judge compares a translation with its English.
func judge(t *testing.T, s Sentence, entry message) {
	if entry[hashName] != hashOf(s) {
		t.Errorf("%s: the English has changed since, to %q; look at the translation, remove its hash, and run go test ./catalogue -update", s.Key, s.Forms()["other"])
	}
	for form, text := range entry {
		if form == hashName {
			continue
		}
		english := s.Forms()["other"]
		if strings.TrimSpace(text) == "" {
			t.Errorf("%s: nothing is said", s.Key)
		}
		if got, want := placeholders(text), placeholders(english); !slices.Equal(got, want) && !(s.Counted() && form != "other") {
			t.Errorf("%s has the placeholders %q, and should have %q", s.Key, got, want)
		}
		for _, token := range tokens(english) {
			if !strings.Contains(text, token) {
				t.Errorf("%s lacks %q, which stays as it is: %q", s.Key, token, text)
			}
		}
		if strings.HasSuffix(text, ".") != strings.HasSuffix(english, ".") {
			t.Errorf("%s: a full stop ends one of the two: %q", s.Key, text)
		}
	}
	if entry["other"] == "" {
		t.Errorf("%s has no form for other numbers", s.Key)
	}
}

func placeholders(text string) []string {
	all := regexp.MustCompile(`\{\{\.\w+\}\}`).FindAllString(text, -1)
	slices.Sort(all)
	return slices.Compact(all)
}

// tokens are the words that no language changes: commands, what has digits or marks in it, and
// what has two capital letters.
func tokens(text string) []string {
	command := regexp.MustCompile("`[^`]*`")
	found := map[string]bool{}
	for _, whole := range command.FindAllString(text, -1) {
		found[whole] = true
	}
	rest := regexp.MustCompile(`\{\{\.\w+\}\}`).ReplaceAllString(command.ReplaceAllString(text, " "), " ")
	for _, word := range strings.Fields(rest) {
		word = strings.TrimSuffix(strings.Trim(word, `.,;:!?"'()`), "'s")
		if strings.ContainsAny(word, `0123456789_=/@<>$*\&#+`) || regexp.MustCompile(`[A-Za-z]\.[A-Za-z]`).MatchString(word) || len(regexp.MustCompile(`[A-Z]`).FindAllString(word, -1)) >= 2 && !shouted(word) {
			found[word] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// shouted reports whether a word is one of those that the report writes in capital letters for
// them to be seen.
func shouted(word string) bool {
	return slices.Contains([]string{"PASS", "WARN", "FAIL", "UNTESTED", "WARNING", "FAILURE", "FAILED", "NOT", "NO", "FULL", "NEARLY", "REFUSED", "COMPLETE", "COMPRESSION"}, word)
}

// listed compares what has no translation with the list of it, so that nobody forgets one.
func listed(t *testing.T, tag string, missing []string) {
	name := "testdata/missing." + tag
	want := strings.Join(missing, "\n") + "\n"
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(got), want); diff != "" {
		t.Errorf("what has no translation (-update writes the list):\n%s", diff)
	}
}
