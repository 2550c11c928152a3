package files

import (
	"context"
	"io"
	"io/fs"
	"os"
)

// Exposed is why a file must not hold a secret.
type Exposed struct {
	Path string
	Why  Exposure
}

// Exposure is one way for a file to be somebody else's, too.
type Exposure int

// The ways.
const (
	IsLink   Exposure = iota + 1 // a symbolic link: who made it chooses the file
	Foreign                      // it belongs to another user
	Readable                     // other users may read or write it
	NoFile                       // it is no regular file
)

func (e *Exposed) Error() string {
	why := map[Exposure]string{
		IsLink: "it is a symbolic link", Foreign: "it belongs to another user",
		Readable: "other users may read or change it", NoFile: "it is no regular file",
	}
	return e.Path + ": " + why[e.Why]
}

// ReadPrivate returns what is in a file that is nobody's but the user's: a regular one, not
// a link, of the user's own, with no rights for others. The error is an [*Exposed] where it
// is not, else as of [Read]. On Windows the folder's rules hold for the file, and only its
// kind is looked at.
func ReadPrivate(ctx context.Context, name string, most int64) ([]byte, error) {
	body := make(chan []byte, 1)
	err := until(ctx, func() error {
		content, err := readPrivate(name, most)
		body <- content
		return err
	})
	if err != nil {
		return nil, err
	}
	return <-body, nil
}

func readPrivate(name string, most int64) ([]byte, error) {
	info, err := os.Lstat(name)
	switch {
	case err != nil:
		return nil, err
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, &Exposed{name, IsLink}
	case !info.Mode().IsRegular():
		return nil, &Exposed{name, NoFile}
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	opened, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !os.SameFile(info, opened): // somebody has put another in its place
		return nil, &Exposed{name, IsLink}
	}
	if why := exposure(opened); why != 0 {
		return nil, &Exposed{name, why}
	}
	body, err := io.ReadAll(io.LimitReader(f, most+1))
	if int64(len(body)) > most {
		return nil, &fs.PathError{Op: "read", Path: name, Err: ErrTooLarge}
	}
	return body, err
}
