//go:build !windows

package main

// systemLanguages has nothing to say: the environment says it all.
func systemLanguages() []string { return nil }

// consoleShows reports whether a terminal has the letters of a language.
func consoleShows(string) bool { return true }
