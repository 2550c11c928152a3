package main

import (
	"os"
	"os/exec"
	"runtime"
)

// hasBrowser reports whether a browser can be opened on the screen that the user sees: not
// over ssh, and on systems with X or Wayland not without a display.
func hasBrowser() bool {
	if os.Getenv("SSH_CONNECTION") != "" && os.Getenv("DISPLAY") == "" {
		return false
	}
	switch runtime.GOOS {
	case "windows", "darwin":
		return true
	}
	return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}

// openBrowser opens a page, which is https. That it does not is for the user to see, who has
// its address.
func openBrowser(page string) {
	command := []string{"xdg-open", page}
	switch runtime.GOOS {
	case "windows":
		command = []string{"rundll32", "url.dll,FileProtocolHandler", page}
	case "darwin":
		command = []string{"open", page}
	}
	cmd := exec.Command(command[0], command[1:]...)
	if cmd.Start() == nil {
		go func() { _ = cmd.Wait() }()
	}
}
