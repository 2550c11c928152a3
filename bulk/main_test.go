package bulk

import (
	"io"
	"log"
	"testing"

	"go.uber.org/goleak"
)

// The log is the main program's, so it is the test binary that silences it, as cmd/mailcheck
// does.
func TestMain(m *testing.M) {
	log.SetOutput(io.Discard)
	goleak.VerifyTestMain(m)
}
