package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// enableColor has the console obey colour codes, which it prints as text unless
// told so. It returns false where the console is too old.
func enableColor(file *os.File) bool {
	console := windows.Handle(file.Fd())
	var mode uint32
	if windows.GetConsoleMode(console, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
