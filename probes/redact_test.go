package probes

import "testing"

func TestRedactor(t *testing.T) {
	for _, c := range []struct{ heard, said, want string }{
		{"+OK ready", "USER alice", "USER [hidden]"},
		{"+OK", "PASS correct horse", "PASS [hidden]"},
		{"* OK ready", "a1 LOGIN alice secret", "a1 LOGIN [hidden]"},
		{"* OK ready", "a1 authenticate PLAIN AGFsaWNlAHNlY3JldA==", "a1 authenticate PLAIN [hidden]"},
		{"250 ok", "AUTH PLAIN AGFsaWNlAHNlY3JldA==", "AUTH PLAIN [hidden]"},
		{"250 ok", "AUTH LOGIN", "AUTH LOGIN"},
		{"334 VXNlcm5hbWU6", "YWxpY2U=", "[hidden]"},
		{"+ ", "c2VjcmV0", "[hidden]"},
		{"+", "c2VjcmV0", "[hidden]"},
		{"+ OK", "secret {3+}", "[hidden]"},
		{"* OK ready", "c1 CAPABILITY", "c1 CAPABILITY"},
		{"220 ready", "EHLO [127.0.0.1]", "EHLO [127.0.0.1]"},
		{"+OK", "", ""},
	} {
		var r redactor
		r.heard(c.heard)
		if got := r.said(c.said); got != c.want {
			t.Errorf("after %q, %q is shown as %q, want %q", c.heard, c.said, got, c.want)
		}
	}
}
