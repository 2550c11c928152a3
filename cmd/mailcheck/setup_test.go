package main

import "testing"

// On a terminal the code is dark on light whatever its colours are, and the words around
// it are as they were.
func TestDarkOnLight(t *testing.T) {
	const body = "# Written by mailcheck.\n    \n  ▀█ \n\nEnd\n"
	const want = "# Written by mailcheck.\n" +
		"\x1b[38;5;16;48;5;231m    \x1b[0m\n" +
		"\x1b[38;5;16;48;5;231m  ▀█ \x1b[0m\n" +
		"\nEnd\n"
	if got := string(darkOnLight([]byte(body))); got != want {
		t.Errorf("it is %q", got)
	}
}
