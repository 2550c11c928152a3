//go:build race

package probes

// raceDetector says that the race detector is on, with which everything takes six
// times as long. The longest tests do less then; .ci/test runs them without it too.
const raceDetector = true
