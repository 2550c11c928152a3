//go:build !windows

package netx

// portable is needed on Windows only.
func portable(err error) error { return err }
