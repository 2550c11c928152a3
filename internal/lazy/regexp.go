// Package lazy makes what few runs need when it is first used, since every start of the
// program would pay for it.
package lazy

import (
	"regexp"
	"sync"
)

// Regexp returns a function that compiles a regular expression once, when it is first
// called. It panics then if the expression is none.
func Regexp(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
