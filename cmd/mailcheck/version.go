package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// release is set when a release is built: -ldflags "-X main.release=1.2.3".
var release string

// version names this build.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if release != "" || !ok || info.Main.Version == "(devel)" {
		return cmp.Or(release, "development")
	}
	return cmp.Or(info.Main.Version, "development")
}

// build is the document of version -o json, of the schema of all documents. What the
// go command did not write into the program is empty.
type build struct {
	Schema   int    `json:"schema"`
	Version  string `json:"version"`
	Commit   string `json:"commit"`   // in full
	Date     string `json:"date"`     // of the commit, RFC 3339 in UTC
	Modified bool   `json:"modified"` // the tree had changes that are in no commit
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
}

func thisBuild() build {
	b := build{Schema: 1, Version: version(), Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Date = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

func versionCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "version",
		Short: "Show the version of mailcheck",
		Long: `Shows the version of mailcheck, of Go, and the system it is built for. With -o json
also the commit it is built from.

Exit code: 0; 2 wrong command line; 3 the version could not be written.`,
		Example: `  mailcheck version
  mailcheck version -o json`,
		Args:              atMost(0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			b := thisBuild()
			switch format {
			case "text":
				return printed(c, func(w io.Writer) error {
					_, err := fmt.Fprintf(w, "mailcheck %s (%s, %s/%s)\n", b.Version, b.Go, b.OS, b.Arch)
					return err
				})
			case "json":
				return printed(c, func(w io.Writer) error {
					enc := json.NewEncoder(w)
					enc.SetIndent("", "  ")
					return enc.Encode(b)
				})
			}
			return usage("choose one of: text, json", "unknown output format %q", format)
		},
	}
	c.Flags().StringVarP(&format, "output", "o", "text", "output `FORMAT`: text, json")
	offer(c, "output", []string{"text", "json"})
	return c
}
