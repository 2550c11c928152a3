package report

import (
	"bytes"
	"testing"

	"mailcheck"
)

// What a server says becomes no command of the log that it stands in, and nothing else is
// changed.
func TestHarmless(t *testing.T) {
	for text, want := range map[string]string{
		"::error::x\n":                        ": :error::x\n",
		"a\n  ::add-mask::x\nb\n":             "a\n  : :add-mask::x\nb\n",
		"::warning file=a,line=1::x":          ": :warning file=a,line=1::x",
		"0.1 < ##[command]x\n":                "0.1 < ## [command]x\n",
		"##vso[task.setvariable variable=a]b": "## vso[task.setvariable variable=a]b",
		"##teamcity[buildStop]":               "## teamcity[buildStop]",
		"::1 answers\n::ffff:192.0.2.1 too\n": "::1 answers\n::ffff:192.0.2.1 too\n",
		"# Title\n## Part\n### [a](b)\n":      "# Title\n## Part\n### [a](b)\n",
	} {
		var b bytes.Buffer
		if n, err := (Harmless{&b}).Write([]byte(text)); b.String() != want || n != len(text) || err != nil {
			t.Errorf("%q becomes %q, want %q (%d, %v)", text, b.String(), want, n, err)
		}
	}
}

// No format, with the hostile reports, has a command left for the runner.
func TestFormatsAreHarmless(t *testing.T) {
	evil := account("alice@example.com", nil, bad(imapS, talkative().Findings[0].Check, "##[error]x ::error::x"))
	evil.Servers[0].Conversation = []mailcheck.Line{{Text: "::add-mask::x"}, {Text: "##vso[task.complete]x"}}
	for _, f := range Formats {
		for name, view := range f.views() {
			if f.Name == "github" { // its own commands are for the runner; its own test looks at the others
				continue
			}
			var b bytes.Buffer
			if err := f.Write(Harmless{&b}, evil, Options{View: view, Verbose: true}); err != nil {
				t.Fatal(err)
			}
			if lineCommand().Match(b.Bytes()) || midCommand().Match(b.Bytes()) {
				t.Errorf("%s of %s: %s", f.Name, name, b.Bytes())
			}
		}
	}
}
