package probes

import (
	"io"
	"log"
	"testing"

	"go.uber.org/goleak"
)

// The log is the main program's, so it is the test binary that silences it, as
// cmd/mailcheck does. Some scenarios have a web server that goes on talking after its
// answer, which net/http logs: only its transport knows what is left in its buffer,
// and it has no logger of its own to be given.
func TestMain(m *testing.M) {
	log.SetOutput(io.Discard)
	goleak.VerifyTestMain(m)
}
