package mailcheck

import (
	"fmt"
	"time"
)

func Stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// Span writes a duration in the one unit a person would use: days, hours,
// minutes or seconds.
func Span(d time.Duration) string {
	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		if n := int(d / unit.length); n == 1 {
			return "1 " + unit.name
		} else if n > 1 {
			return fmt.Sprintf("%d %ss", n, unit.name)
		}
	}
	return fmt.Sprintf("%.0f s", d.Seconds())
}
