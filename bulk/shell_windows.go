package bulk

import (
	"context"
	"os/exec"
	"syscall"
)

// shell returns a command line as the command prompt reads it: with /s that takes off the outer
// quotes, and leaves what is between them as it is, which package exec would escape for others.
func shell(ctx context.Context, line string) *exec.Cmd {
	c := exec.CommandContext(ctx, "cmd")
	c.SysProcAttr = &syscall.SysProcAttr{CmdLine: `cmd /s /c "` + line + `"`}
	return c
}
