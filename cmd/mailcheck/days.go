package main

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// days is a flag that holds a time in days, "14d", or as Go writes durations.
type days time.Duration

func (d *days) String() string {
	if *d == 0 {
		return ""
	}
	return time.Duration(*d).String()
}

// Type is the word for the value in the usage text.
func (*days) Type() string { return "TIME" }

func (d *days) Set(text string) error {
	length, err := time.ParseDuration(text)
	if number, ok := strings.CutSuffix(text, "d"); ok {
		var n uint64
		n, err = strconv.ParseUint(number, 10, 16)
		length = time.Duration(n) * 24 * time.Hour
	}
	if err != nil || length <= 0 {
		return errors.New("want a time such as 14d or 36h")
	}
	*d = days(length)
	return nil
}

// registerExpiry adds the flag of commands that judge certificates.
func (f *network) registerExpiry(c *cobra.Command) {
	c.Flags().Var(&f.expiry, "expiry-warning", "warn of certificates that end within this `TIME` (default 14d, less for those of short life)")
}
