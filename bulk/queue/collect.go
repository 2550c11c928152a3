package queue

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"time"
)

// maxLine is how long a line may become again.
const maxLine = 64 << 20

// Collect reads the lines of a survey, each once, as they come, until there are no jobs left. An error of
// take ends it.
func (q *Queue) Collect(ctx context.Context, take func(line []byte) error) (err error) {
	ctx, end := q.until(ctx)
	defer end(&err)
	watch, err := q.lines.WatchAll(ctx)
	if err != nil {
		return err
	}
	defer watch.Stop()
	look := time.NewTicker(idle)
	defer look.Stop()
	seen := map[string]bool{}
	silent, all := time.Time{}, false
	for {
		select {
		case entry := <-watch.Updates():
			if entry == nil { // all that was there at first
				all = true
				continue
			}
			if seen[entry.Key()] {
				continue
			}
			seen[entry.Key()] = true
			line, err := unpack(entry.Value())
			if err != nil {
				return fmt.Errorf("%w: %q: %w", ErrOtherKind, entry.Key(), err)
			}
			if err := take(line); err != nil {
				return err
			}
		case <-look.C:
			if !all {
				continue
			}
			over, err := q.collected(ctx, len(seen), &silent)
			if err != nil || over {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// collected reports whether there are no further lines to come.
func (q *Queue) collected(ctx context.Context, seen int, silent *time.Time) (bool, error) {
	over, err := q.over(ctx, 0, silent, nil)
	if err != nil || !over {
		return false, err
	}
	ctx, cancel := context.WithTimeout(ctx, replyTime)
	defer cancel()
	status, err := q.lines.Status(ctx)
	return err == nil && status.Values() == uint64(seen), nil // else it is asked again
}

func unpack(value []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(value))
	if err != nil {
		return nil, err
	}
	line, err := io.ReadAll(io.LimitReader(r, maxLine+1))
	if err == nil && len(line) > maxLine {
		err = fmt.Errorf("the line is longer than %d bytes", maxLine)
	}
	return line, err
}
