package files

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// File is one to be written.
type File struct {
	Name string // with slashes, below the folder
	Mode fs.FileMode
	Body []byte
}

// Write writes one file whole or not at all, in the place of what was there: the name
// gets the new content when all of it is on the disk. A link stays one, and what it leads
// to is replaced. Only a regular file is: nobody may ever read from a named pipe.
func Write(ctx context.Context, name string, body []byte, mode fs.FileMode) error {
	return until(ctx, func() error {
		target, old, err := place(name)
		if err != nil {
			return err
		}
		if old != nil && mode&0o077 != 0 { // else it is for its owner alone, whatever was there
			mode = old.Mode().Perm()
		}
		folder, err := os.OpenRoot(filepath.Dir(target))
		if err != nil {
			return named(err, name)
		}
		defer folder.Close()
		beside := ".mailcheck-" + rand.Text()[:12]
		if err := create(folder, beside, body, mode); err != nil {
			return named(err, name)
		}
		if old != nil { // the umask has a say in a new file alone
			err = folder.Chmod(beside, mode)
		}
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = folder.Rename(beside, filepath.Base(target))
		}
		if err != nil {
			folder.Remove(beside)
		}
		return named(err, name)
	})
}

// WriteNew writes files below a folder, which is made if need be. Nothing in it is
// replaced, and where one file cannot be written none is left.
func WriteNew(ctx context.Context, folder string, all []File) error {
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
		var made []string
		defer func() {
			for _, name := range made {
				if err != nil {
					root.Remove(name)
				}
			}
			if err != nil && missing != nil {
				os.Remove(folder) // which fails where there is something in it
			}
		}()
		for _, file := range all {
			if err := root.MkdirAll(filepath.Dir(file.Name), 0o755); err != nil {
				return err
			}
			err := create(root, file.Name, file.Body, file.Mode)
			if errors.Is(err, fs.ErrExist) {
				return &fs.PathError{Op: "write", Path: filepath.Join(folder, file.Name), Err: errors.New("it is there already, and is not replaced")}
			} else if err != nil {
				return named(err, filepath.Join(folder, file.Name))
			}
			made = append(made, file.Name)
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		return nil
	})
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
