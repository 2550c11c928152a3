package mailcheck

import (
	"slices"
	"strings"
)

// What is kept, once it was judged, of a list that somebody else made as long as he liked:
// the names of a certificate, what a server announces. Real lists are shorter.
const (
	MaxList      = 200      // entries
	maxListBytes = 12 << 10 // of all entries together
)

// Bounded returns the beginning of a list that is kept, and how many entries are left off. The rest of the list is not held on to.
func Bounded(list []string) (kept []string, leftOff int) {
	n, size := 0, 0
	for n < min(len(list), MaxList) && size+len(list[n]) <= maxListBytes {
		size += len(list[n])
		n++
	}
	if n == len(list) {
		return list, 0
	}
	return slices.Clone(list[:n]), len(list) - n
}

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
