package report

import (
	"io"

	"mailcheck/internal/lazy"
)

// What a CI server would carry out if it stood in a log: for GitHub (and Gitea, Forgejo)
// ::name values::text at the beginning of a line, for GitHub, Azure Pipelines and TeamCity
// also ##name[...], wherever it stands.
var (
	lineCommand = lazy.Regexp(`(?m)^([ \t]*):(:[A-Za-z-]+.*::)`)
	midCommand  = lazy.Regexp(`##([a-zA-Z]*\[)`)
)

// Harmless is a log of a CI server, in which it finds no command: a space parts the marks of
// each. Whole lines are written to it.
type Harmless struct{ io.Writer }

func (h Harmless) Write(p []byte) (int, error) {
	safe := midCommand().ReplaceAll(lineCommand().ReplaceAll(p, []byte("$1: $2")), []byte("## $1"))
	if _, err := h.Writer.Write(safe); err != nil {
		return 0, err
	}
	return len(p), nil
}
