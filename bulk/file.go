package bulk

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"mailcheck/internal/files"
	"mailcheck/report"
)

// File keeps the outcomes of a survey, a line each. It is whole whenever the program ends: at
// most the last line is cut, and that is dropped when the survey goes on.
type File struct {
	file   *os.File
	size   int64 // of the lines that are whole
	unlock func()
}

// lockTime is how long somebody else may take to give the file away. Whoever has it keeps it
// for as long as a survey takes.
const lockTime = 100 * time.Millisecond

// Open opens the file of a survey, which is made if it is not there, and tells of each outcome
// that it has. Beside it lies a file with the ending .lock, against two surveys at once. The
// error is of package os or files: [files.ErrThere] where there are outcomes and the survey is
// not to go on, [files.ErrBusy] where another one has the file; or says which line is no outcome.
func Open(ctx context.Context, name string, resume bool, tell func(report.Outcome) error) (*File, error) {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("it is no regular file")}
	}
	short, cancel := context.WithTimeout(ctx, lockTime)
	defer cancel()
	unlock, err := files.Lock(short, name+".lock")
	if err != nil {
		return nil, err
	}
	f := &File{unlock: unlock}
	if f.file, err = os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600); err == nil {
		err = f.read(ctx, name, resume, tell)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (f *File) read(ctx context.Context, name string, resume bool, tell func(report.Outcome) error) error {
	info, err := f.file.Stat()
	switch {
	case err != nil:
		return err
	case info.Size() > 0 && !resume:
		return &fs.PathError{Op: "open", Path: name, Err: files.ErrThere}
	}
	if f.size, err = ReadOutcomes(ctx, f.file, tell); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return f.file.Truncate(f.size)
}

// Append adds a line. What cannot be written as a whole is not there.
func (f *File) Append(line []byte) error {
	n, err := f.file.WriteAt(line, f.size)
	if err != nil {
		return errors.Join(err, f.file.Truncate(f.size))
	}
	f.size += int64(n)
	return nil
}

// Close gives the file back when all of it is on the disk.
func (f *File) Close() (err error) {
	if f.file != nil {
		err = errors.Join(f.file.Sync(), f.file.Close())
	}
	f.unlock()
	return err
}

// maxLine is more than the line of an account has.
const maxLine = 64 << 20

// ReadOutcomes reads the lines that a survey has written, and returns how long those are that
// are whole. A last one that is cut is none. An error of tell ends it.
func ReadOutcomes(ctx context.Context, in io.Reader, tell func(report.Outcome) error) (size int64, err error) {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	lines.Split(func(data []byte, _ bool) (int, []byte, error) {
		end := bytes.IndexByte(data, '\n') + 1
		if end == 0 {
			return 0, nil, nil
		}
		return end, data[:end], nil
	})
	for n := 1; lines.Scan(); n++ {
		o, err := report.ReadOutcome(lines.Bytes())
		if err != nil {
			return 0, fmt.Errorf("line %d: %w", n, err)
		}
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		if err := tell(o); err != nil {
			return 0, err
		}
		size += int64(len(lines.Bytes()))
	}
	return size, lines.Err()
}
