// Command pack packs a folder so that the same files always make the same archive,
// whoever owns them and wherever and whenever that is:
//
//	pack FILE.tar.gz|FILE.zip FOLDER
//
// All of it bears the time of SOURCE_DATE_EPOCH, in seconds since 1970.
package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: pack FILE.tar.gz|FILE.zip FOLDER")
	}
	if err := pack(os.Args[1], os.Args[2]); err != nil {
		log.Fatal("pack: ", err)
	}
}

func pack(archive, folder string) error {
	epoch, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
	if err != nil {
		return fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	out, err := os.Create(archive)
	if err != nil {
		return err
	}
	write := writeTar
	if strings.HasSuffix(archive, ".zip") {
		write = writeZip
	}
	if err := write(out, folder, time.Unix(epoch, 0).UTC()); err != nil {
		return err
	}
	return out.Close()
}

// files calls add for each file below a folder, in the order of their names. They are
// named from the folder's own name on.
func files(folder string, add func(path, name string, mode int64, size int64) error) error {
	return filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(filepath.Dir(folder), path)
		if err != nil {
			return err
		}
		mode := int64(0o644)
		if info.Mode()&0o100 != 0 {
			mode = 0o755
		}
		return add(path, filepath.ToSlash(name), mode, info.Size())
	})
}

func writeTar(w io.Writer, folder string, date time.Time) error {
	compressed, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	t := tar.NewWriter(compressed)
	err = files(folder, func(path, name string, mode, size int64) error {
		if err := t.WriteHeader(&tar.Header{Name: name, Mode: mode, Size: size, ModTime: date, Format: tar.FormatUSTAR}); err != nil {
			return err
		}
		return content(t, path)
	})
	if err != nil {
		return err
	}
	if err := t.Close(); err != nil {
		return err
	}
	return compressed.Close()
}

func writeZip(w io.Writer, folder string, date time.Time) error {
	z := zip.NewWriter(w)
	err := files(folder, func(path, name string, mode, size int64) error {
		header := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: date}
		header.SetMode(fs.FileMode(mode))
		file, err := z.CreateHeader(header)
		if err != nil {
			return err
		}
		return content(file, path)
	})
	if err != nil {
		return err
	}
	return z.Close()
}

func content(w io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}
