package main

import (
	"fmt"
	"io"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/setup"
)

// listWidth is for a terminal, and for pasting.
const listWidth = 80

// listSetups says what files there are, for whom, and what has read such ones; then for
// which programs there is none, and why.
func listSetups(w io.Writer) error {
	for _, f := range setup.Formats {
		name := f.Name
		if len(f.Aliases) > 0 {
			name += ", " + strings.Join(f.Aliases, ", ")
		}
		fmt.Fprintln(w, name)
		listed(w, "", f.Doc)
		listed(w, "for: ", setupOwner(f))
		listed(w, "goes to: ", f.Place.String())
		listed(w, "read by: ", f.Proof.String())
	}
	fmt.Fprint(w, "\nNo file is written for:\n")
	for _, program := range setup.NotWritten {
		fmt.Fprintln(w, program.Name)
		listed(w, "", program.Why.String())
	}
	return nil
}

// setupOwner says who can have the file of a format.
func setupOwner(f setup.Format) string {
	owner := "one person"
	if f.Domain {
		owner = "one person, or everybody of a domain"
	}
	var does []string
	if len(f.Reads) > 0 {
		var protocols []string
		for _, p := range f.Reads {
			protocols = append(protocols, strings.ToUpper(string(p)))
		}
		does = append(does, "reads with "+strings.Join(protocols, " or "))
	}
	if f.Sends {
		does = append(does, "sends")
	}
	if len(does) == 0 {
		does = append(does, "calendars and contacts")
	}
	return owner + "; " + strings.Join(does, ", ")
}

// listed writes a paragraph, set in and broken at spaces.
func listed(w io.Writer, label, text string) {
	const indent = "  "
	line := indent + label
	empty := true
	for _, word := range strings.Fields(mailcheck.Clean(text)) {
		if !empty && len([]rune(line))+1+len([]rune(word)) > listWidth {
			fmt.Fprintln(w, line)
			line, empty = indent+"  ", true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	fmt.Fprintln(w, line)
}
