package mailcheck

import (
	"strings"
)

// Has reports whether a list holds a word, alone or before parameters; words of
// these protocols have no case.
func Has(list []string, word string) bool {
	for _, entry := range list {
		if first, _, _ := strings.Cut(entry, " "); strings.EqualFold(first, word) {
			return true
		}
	}
	return false
}
