package main

import (
	"os"

	"golang.org/x/sys/windows"

	"mailcheck/catalogue"
)

// systemLanguages are those of the user interface, the best first. The locale of the user is
// something else: that of numbers and dates.
func systemLanguages() []string {
	names, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil {
		return nil
	}
	return names
}

// consoleShows reports whether the console has the letters of a language. Only Windows Terminal,
// which tells so, takes them from a font that is not its own; others show boxes.
func consoleShows(tag string) bool {
	return catalogue.Latin(tag) || os.Getenv("WT_SESSION") != ""
}
