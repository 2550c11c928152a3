//go:build unix

package files

import (
	"io/fs"
	"os"
	"syscall"
)

// exposure says what of a file's owner and mode lets others in.
func exposure(info fs.FileInfo) Exposure {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != os.Geteuid() {
		return Foreign
	}
	if info.Mode().Perm()&0o077 != 0 {
		return Readable
	}
	return 0
}
