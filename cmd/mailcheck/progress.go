package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// progress shows on a terminal that something is going on, until the function
// it returns is called. Elsewhere it does nothing.
func progress(stderr io.Writer, what string) (done func()) {
	file, ok := stderr.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return func() {}
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick(file, what, stop)
	}()
	return func() {
		close(stop)
		<-stopped
	}
}

// tick rewrites one line every second, and leaves none behind.
func tick(w io.Writer, what string, stop <-chan struct{}) {
	began := time.Now()
	wait := time.NewTicker(time.Second)
	defer wait.Stop()
	line := ""
	for {
		select {
		case <-stop:
			if line != "" {
				fmt.Fprintf(w, "\r%s\r", strings.Repeat(" ", len(line)))
			}
			return
		case <-wait.C:
			line = fmt.Sprintf("testing %.40q, %.0f s ...", what, time.Since(began).Seconds())
			fmt.Fprintf(w, "\r%s", line)
		}
	}
}
