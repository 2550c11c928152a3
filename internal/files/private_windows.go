package files

import "io/fs"

// exposure finds nothing: a file has the rights of its folder.
func exposure(fs.FileInfo) Exposure { return 0 }
