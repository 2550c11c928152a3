package files

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// File is one to be written.
type File struct {
	Name string // with slashes, below the folder
	Mode fs.FileMode
	Body []byte
}

// ErrThere says that a file stays as it is.
var ErrThere = errors.New("it is there already, and is not replaced")

// Write writes one file whole or not at all, in the place of what was there: the name
// gets the new content when all of it is on the disk. A link stays one, and what it leads
// to is replaced. Only a regular file is: nobody may ever read from a named pipe.
func Write(ctx context.Context, name string, body []byte, mode fs.FileMode) error {
	return until(ctx, func() error { return write(ctx, name, body, mode, true) })
}

// WriteNew writes one file whole or not at all, where there is none; else the error is
// [ErrThere].
func WriteNew(ctx context.Context, name string, body []byte, mode fs.FileMode) error {
	return until(ctx, func() error { return write(ctx, name, body, mode, false) })
}

func write(ctx context.Context, name string, body []byte, mode fs.FileMode, replace bool) error {
	target, old, err := place(name)
	switch {
	case err != nil:
		return err
	case old != nil && !replace:
		return &fs.PathError{Op: "write", Path: name, Err: ErrThere}
	}
	folder, err := os.OpenRoot(filepath.Dir(target))
	if err != nil {
		return named(err, name)
	}
	defer folder.Close()
	beside, err := createBeside(folder, filepath.Base(target), body, mode, old)
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = putInPlace(folder, beside, filepath.Base(target), replace)
	}
	if err != nil && beside != "" {
		folder.Remove(beside)
	}
	return named(err, name)
}

// WriteFolder writes files below a folder, which is made if need be. Where one cannot be
// written none is, and unless they may be replaced those that are there stay.
func WriteFolder(ctx context.Context, folder string, all []File, replace bool) error {
	return until(ctx, func() (err error) {
		_, missing := os.Stat(folder)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		root, err := os.OpenRoot(folder)
		if err != nil {
			return err
		}
		defer root.Close()
		var made []string // the outermost folders first
		defer func() {
			for _, name := range slices.Backward(made) {
				if err != nil {
					root.Remove(name)
				}
			}
			if err != nil && missing != nil {
				os.Remove(folder) // which fails where there is something in it
			}
		}()
		beside := make([]string, len(all))
		for i, file := range all {
			if beside[i], err = prepare(root, file, &made, replace); err != nil {
				return named(err, filepath.Join(folder, file.Name))
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		for i, file := range all {
			if err = putInPlace(root, beside[i], file.Name, replace); err != nil {
				return named(err, filepath.Join(folder, file.Name))
			}
			if !replace {
				made = append(made, file.Name)
			}
		}
		return nil
	})
}

// prepare writes a file beside its place below the root, and notes what it makes there.
func prepare(root *os.Root, file File, made *[]string, replace bool) (beside string, err error) {
	var missing []string
	for folder := path.Dir(file.Name); folder != "."; folder = path.Dir(folder) {
		if _, err := root.Lstat(folder); errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, folder)
		} else {
			break
		}
	}
	if err := root.MkdirAll(path.Dir(file.Name), 0o755); err != nil {
		return "", err
	}
	slices.Reverse(missing)
	*made = append(*made, missing...)
	old, err := root.Lstat(file.Name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		old = nil
	case err != nil:
		return "", err
	case !replace:
		return "", &fs.PathError{Op: "write", Path: file.Name, Err: ErrThere}
	case !old.Mode().IsRegular():
		return "", &fs.PathError{Op: "write", Path: file.Name, Err: errors.New("what is there is no regular file")}
	}
	if beside, err = createBeside(root, file.Name, file.Body, file.Mode, old); err == nil {
		*made = append(*made, beside)
	}
	return beside, err
}

// createBeside writes the content of a file to its folder, under a name of its own, which
// is empty if that fails.
func createBeside(root *os.Root, name string, body []byte, mode fs.FileMode, old fs.FileInfo) (string, error) {
	if old != nil && mode&0o077 != 0 { // else it is for its owner alone, whatever was there
		mode = old.Mode().Perm()
	}
	beside := path.Join(path.Dir(name), ".mailcheck-"+rand.Text()[:12])
	if err := create(root, beside, body, mode); err != nil {
		return "", err
	}
	if old != nil { // the umask has a say in a new file alone
		if err := root.Chmod(beside, mode); err != nil {
			root.Remove(beside)
			return "", err
		}
	}
	return beside, nil
}

// putInPlace gives what was written its name. A second name is given only where there is
// none, also by whoever is at it at the same time; some file systems have no such.
func putInPlace(root *os.Root, beside, name string, replace bool) error {
	if !replace {
		err := root.Link(beside, name)
		switch {
		case errors.Is(err, fs.ErrExist):
			return &fs.PathError{Op: "write", Path: name, Err: ErrThere}
		case err == nil:
			return root.Remove(beside)
		}
	}
	return root.Rename(beside, name)
}

// until does something that a disk may hold up, at most until the context ends.
func until(ctx context.Context, do func() error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// place returns where a name leads, and the regular file that is there, if there is one.
func place(name string) (target string, old fs.FileInfo, err error) {
	old, err = os.Stat(name)
	switch link, linkErr := os.Lstat(name); {
	case err == nil && old.IsDir():
		return "", nil, &fs.PathError{Op: "write", Path: name, Err: errors.New("it is a folder; name the file in it")}
	case err == nil && !old.Mode().IsRegular():
		return "", nil, &fs.PathError{Op: "write", Path: name, Err: errors.New("it is no regular file; let the shell pass standard output to it")}
	case err == nil:
		target, err = filepath.EvalSymlinks(name)
		return target, old, err
	case linkErr == nil && link.Mode()&fs.ModeSymlink != 0:
		return "", nil, &fs.PathError{Op: "write", Path: name, Err: errors.New("it is a link that leads nowhere")}
	}
	return name, nil, nil // what else is wrong is told when it is created
}

// create writes a new file down to the disk, where a quota or a full disk is noticed at
// the latest, and leaves nothing behind if that fails.
func create(in *os.Root, name string, body []byte, mode fs.FileMode) error {
	f, err := in.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		in.Remove(name)
	}
	return err
}

// named gives an error the name that the user knows.
func named(err error, name string) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return &fs.PathError{Op: "write", Path: name, Err: e.Err}
	} else if e, ok := errors.AsType[*os.LinkError](err); ok {
		return &fs.PathError{Op: "write", Path: name, Err: e.Err}
	}
	return err
}
