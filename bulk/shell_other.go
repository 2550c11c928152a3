//go:build !windows

package bulk

import (
	"context"
	"os/exec"
)

// shell returns a command line as the user's shell reads it.
func shell(ctx context.Context, line string) *exec.Cmd {
	return exec.CommandContext(ctx, "sh", "-c", line)
}
