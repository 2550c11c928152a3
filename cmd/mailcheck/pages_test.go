package main

import (
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pages are the documents from which people copy commands.
var pages = []string{"docs/help-desk.md", "docs/administrator.md", "docs/login.md", "docs/ci-and-monitoring.md", "docs/bulk.md", "docs/serve.md"}

var (
	block  = regexp.MustCompile("(?m)^```\n((?:.*\n)*?)```$")
	setIn  = regexp.MustCompile(`(?m)^    (\S.*)$`)
	inLine = regexp.MustCompile("`([^`\n]+)`")
	// invoked finds a command line of mailcheck in one of a shell or a configuration.
	invoked = regexp.MustCompile(`mailcheck(?:\.exe)?"? +([a-z]+ [^,].*)$`)
	// word is one of a command line; what ends it for mailcheck has a group of its own.
	word = regexp.MustCompile(`"([^"]*)"|'([^']*)'|((?:\d?>|[|&;]).*)|(\S+)`)
)

// words takes a command line apart as shells do, and returns what is mailcheck's.
func words(line string) (all []string) {
	for _, w := range word.FindAllStringSubmatch(line, -1) {
		if w[3] != "" {
			break
		}
		all = append(all, w[1]+w[2]+w[4])
	}
	return all
}

// A command that a document shows is one that mailcheck takes.
func TestCommandsOfPages(t *testing.T) {
	for _, name := range pages {
		text := page(t, name)
		var lines []string
		for _, b := range block.FindAllStringSubmatch(text, -1) {
			lines = append(lines, strings.Split(strings.NewReplacer("&gt;", ">", "&amp;", "&").Replace(b[1]), "\n")...)
		}
		text = block.ReplaceAllString(text, "")
		for _, re := range []*regexp.Regexp{setIn, inLine} {
			for _, m := range re.FindAllStringSubmatch(text, -1) {
				lines = append(lines, strings.ReplaceAll(m[1], `\|`, "|"))
			}
		}
		commands := 0
		for _, line := range lines {
			if m := invoked.FindStringSubmatch(line); m != nil {
				commands++
				if err := taken(words(m[1])); err != nil {
					t.Errorf("%s: %s: %v", name, line, err)
				}
			}
		}
		if commands < 8 {
			t.Errorf("%s has only %d commands", name, commands)
		}
	}
}

// taken reads the words of a command without running it.
func taken(args []string) error {
	c, rest, err := rootCommand(io.Discard).Find(args)
	if err == nil {
		err = c.ParseFlags(rest)
	}
	if err == nil && len(rest) > 0 {
		err = c.ValidateArgs(c.Flags().Args())
	}
	return err
}

// What the help desk and the administrator are told to type, a script in testdata runs, word
// for word. The files of the third page are for other programs: see realtest.
func TestPagesAreRun(t *testing.T) {
	for _, name := range pages[:2] {
		script, err := os.ReadFile(filepath.Join("testdata", strings.TrimSuffix(filepath.Base(name), ".md")+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		var ran []string
		for _, m := range regexp.MustCompile(`(?m)^exits \d mailcheck (.*)$`).FindAllStringSubmatch(string(script), -1) {
			ran = append(ran, strings.Join(words(m[1]), "\n"))
		}
		for _, m := range setIn.FindAllStringSubmatch(block.ReplaceAllString(page(t, name), ""), -1) {
			typed, ok := strings.CutPrefix(m[1], "mailcheck ")
			if !ok || !slices.Contains(ran, strings.Join(words(typed), "\n")) {
				t.Errorf("%s: no script runs %q", name, m[1])
			}
		}
	}
}

// What the pages lead to is there.
func TestLinksOfPages(t *testing.T) {
	for _, name := range append([]string{"README.md"}, pages...) {
		for _, m := range regexp.MustCompile(`\]\(([^)#:]+)?(#[^)]+)?\)`).FindAllStringSubmatch(page(t, name), -1) {
			to := name
			if m[1] != "" {
				to = filepath.ToSlash(filepath.Join(filepath.Dir(name), m[1]))
			}
			text := page(t, to)
			if m[2] != "" && !slices.Contains(anchors(text), m[2]) {
				t.Errorf("%s: %s has no heading %s", name, to, m[2])
			}
		}
	}
}

// anchors are what the headings of a page are called in links.
func anchors(text string) (all []string) {
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		letters := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		all = append(all, "#"+strings.ReplaceAll(letters, " ", "-"))
	}
	return all
}

// taskElements are what Windows' Task Scheduler takes, in its order, of what the page uses
// (MS-TSCH, section 2.5).
var taskElements = map[string][]string{
	"":                 {"Task"},
	"Task":             {"RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"},
	"RegistrationInfo": {"Description"},
	"TimeTrigger":      {"Enabled", "StartBoundary", "EndBoundary", "Repetition", "ExecutionTimeLimit"},
	"Triggers":         {"TimeTrigger"},
	"Repetition":       {"Interval", "Duration", "StopAtDurationEnd"},
	"Principals":       {"Principal"},
	"Principal":        {"UserId", "LogonType", "GroupId", "DisplayName", "RunLevel"},
	"Actions":          {"Exec"},
	"Exec":             {"Command", "Arguments", "WorkingDirectory"},
	"Settings":         {"MultipleInstancesPolicy", "DisallowStartIfOnBatteries", "StopIfGoingOnBatteries", "StartWhenAvailable", "RunOnlyIfNetworkAvailable", "ExecutionTimeLimit"},
}

// The task is one that Windows can take: ASCII without an encoding of its own, since schtasks
// refuses a file that is not in the one it names.
func TestTaskOfThePage(t *testing.T) {
	m := regexp.MustCompile("(?m)^`[^`]+watch\\.xml`\n\n```\n((?:.*\n)*?)```$").FindStringSubmatch(page(t, "docs/administrator.md"))
	if m == nil {
		t.Fatal("docs/administrator.md has no task")
	}
	if regexp.MustCompile(`[^\x00-\x7f]|encoding=`).MatchString(m[1]) {
		t.Error("it is not plain ASCII")
	}
	values := map[string]string{}
	at, places := []string{""}, []int{-1} // the elements around, and the place of the last one in each
	d := xml.NewDecoder(strings.NewReader(m[1]))
	for token, err := d.Token(); err != io.EOF; token, err = d.Token() {
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			around := at[len(at)-1]
			place := slices.Index(taskElements[around], token.Name.Local)
			if place <= places[len(places)-1] || token.Name.Space != "http://schemas.microsoft.com/windows/2004/02/mit/task" {
				t.Errorf("%s does not belong there in %s", token.Name.Local, around)
			}
			places[len(places)-1] = place
			at, places = append(at, token.Name.Local), append(places, -1)
		case xml.EndElement:
			at, places = at[:len(at)-1], places[:len(places)-1]
		case xml.CharData:
			values[at[len(at)-1]] += strings.TrimSpace(string(token))
		}
	}
	for element, form := range map[string]string{
		"StartBoundary": `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$`, "Interval": `^PT\d+[HM]$`, "ExecutionTimeLimit": `^PT\d+M$`,
		"UserId": `^S-1-5-19$`, "RunLevel": `^LeastPrivilege$`, "Command": `^C:\\.*\.exe$`, "Arguments": `^/d /s /c "".*"$`,
	} {
		if !regexp.MustCompile(form).MatchString(values[element]) {
			t.Errorf("%s is %q", element, values[element])
		}
	}
}
