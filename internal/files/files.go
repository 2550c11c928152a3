// Package files reads files that the user names, without trusting them to be files, to
// end, or to come at all: a named pipe waits for ever for somebody who writes into it,
// and a device may never end.
package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// ErrTooLarge says that there is more than was asked for.
var ErrTooLarge = errors.New("the file is too large")

// Read returns what is in a regular file, or in a pipe that the shell has opened for the
// program. Errors are those of package os, that of the context, and [ErrTooLarge], beside
// which the beginning is returned.
func Read(ctx context.Context, name string, most int64) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			e.Op = "open" // what the user would do
		}
		return nil, err
	case info.IsDir():
		return nil, &fs.PathError{Op: "read", Path: name, Err: errors.New("it is a folder")}
	case !info.Mode().IsRegular() && !inherited(name, info.Mode()):
		return nil, &fs.PathError{Op: "read", Path: name, Err: errors.New("it is no regular file; give - and let the shell pass it to standard input")}
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return From(ctx, file, most)
}

// inherited reports whether a name stands for a pipe that is open already, as in
// --password-file <(pass mail).
func inherited(name string, mode fs.FileMode) bool {
	own := strings.HasPrefix(name, "/dev/fd/") || strings.HasPrefix(name, "/proc/self/fd/") || name == "/dev/stdin"
	return own && mode&fs.ModeNamedPipe != 0
}

// From returns what a stream gives up to its end. Where that does not come before the
// context ends, what still waits for it ends with the program.
func From(ctx context.Context, in io.Reader, most int64) ([]byte, error) {
	type result struct {
		content []byte
		err     error
	}
	done := make(chan result, 1)
	go func() {
		content, err := io.ReadAll(io.LimitReader(in, most+1))
		done <- result{content, err}
	}()
	select {
	case r := <-done:
		if int64(len(r.content)) > most {
			return r.content[:most], fmt.Errorf("%w: more than %d bytes", ErrTooLarge, most)
		}
		return r.content, r.err
	case <-ctx.Done():
		return nil, fmt.Errorf("interrupted before the end of the file: %w", context.Cause(ctx))
	}
}
