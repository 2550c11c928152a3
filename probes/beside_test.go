package probes

import (
	"strings"
	"testing"
	"testing/synctest"
)

// What a server says beside a refusal is part of the evidence.
func TestRemarksAreEvidence(t *testing.T) {
	for name, words := range map[string][]string{
		"capability-refused-beside": {"NO [ALERT] Too many connections", "NO Refused."},
		"capability-refused-alert":  {"OK [ALERT] This server moves on Friday.", "NO Refused."},
		"capability-bye":            {"OK [ALERT] The mailbox store is gone.", "BYE Internal error."},
		"capability-bye-shutdown":   {"BYE Server shutting down."},
		"starttls-refused-beside":   {"BAD Cannot read the private key.", "NO Not now."},
		"starttls-bye":              {"NO [ALERT] No certificate.", "BYE Internal error."},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := runScenario(t, scenario(t, name), Options{})
				if len(r.Findings) == 0 {
					t.Fatal("nothing was found")
				}
				for _, word := range words {
					if shown := r.Findings[0].Detail.String(); !strings.Contains(shown, word) {
						t.Errorf("the evidence lacks %q:\n%s", word, shown)
					}
				}
			})
		})
	}
}
