package autoconfig

import (
	"strings"
	"testing"

	"mailcheck"
)

// The address is escaped, and a bare domain is asked about its postmaster.
func TestAutodiscoverQuestion(t *testing.T) {
	question := string(poxRequest(mailcheck.Address{Local: `"<&>"`, Domain: "example.com"}))
	if !strings.Contains(question, "<EMailAddress>&#34;&lt;&amp;&gt;&#34;@example.com</EMailAddress>") {
		t.Error(question)
	}
	if question := string(poxRequest(mailcheck.Address{Domain: "example.com"})); !strings.Contains(question, ">postmaster@example.com<") {
		t.Error(question)
	}
}
