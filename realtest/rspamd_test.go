//go:build real

package realtest

import (
	"fmt"
	"os"
	"testing"
)

// rspamd judges mail by its recipient alone, as its rules would by what is in it.
func (w *world) rspamd() {
	check(os.MkdirAll(w.path("rspamd"), 0o755))
	check(os.Chown(w.path("rspamd"), nobody, nobody))
	rule := func(name, what string) string {
		w.write("rspamd/"+name, name+"@filter-trip.example\n")
		return fmt.Sprintf("  %s { type = \"rcpt\"; map = \"%s\"; %s }\n", name, w.path("rspamd", name), what)
	}
	w.write("rspamd/rules.lua", "require \"global_functions\" ()\n")
	w.write("rspamd/tld", "example\n") // of the real list it makes patterns for seconds
	w.write("rspamd/rspamd.conf", fmt.Sprintf(`lua = "%[1]s/rules.lua";
options {
  filters = "";
  tempdir = "%[1]s";
  cache_file = "%[1]s/symbols";
  control_socket = "%[1]s/control mode=0600";
  url_tld = "%[1]s/tld";
  disable_hyperscan = true;
  dns { nameserver = "%[2]s"; }
}
lang_detection { languages = "%[1]s/languages"; } # which there are none of
logging { type = "console"; level = "warning"; }
modules { path = "/usr/share/rspamd/plugins/multimap.lua"; }
multimap {
%[3]s}
actions { reject = 15; add_header = 6; }
worker "rspamd_proxy" {
  bind_socket = "%[1]s/milter mode=0666";
  count = 1;
  milter = yes;
  upstream "local" { default = yes; self_scan = yes; }
}
`, w.path("rspamd"), w.resolver, rule("spam", "score = 8;")+rule("refused", `action = "reject";`)+rule("later", `action = "soft reject";`)))
	w.startOver("/usr/bin/rspamd", "-f", "-u", "nobody", "-g", "nogroup", "-c", w.path("rspamd", "rspamd.conf"))
}

// What a spam filter makes of a message is told: it is marked and arrives all the same, it is
// refused, or it is to come back later.
func TestRoundTripFilter(t *testing.T) {
	t.Parallel()
	if _, ok := internet.find("filter-trip"); !ok {
		t.Skip("its program is not here")
	}
	for to, want := range map[string]struct{ id, state string }{
		"spam": {"roundtrip.junk", "delivered"}, "refused": {"roundtrip.refused", "refused"}, "later": {"roundtrip.deferred", "refused"},
	} {
		r, _, _ := round(t, memberAt("filter-trip"), "--round-trip-to", to+"@filter-trip.example")
		if !r.finds(want.id) || r.RoundTrip.State != want.state {
			t.Errorf("%s: %+v, findings %+v", to, r.RoundTrip, r.Findings)
		}
	}
	if left := letters(memberAt("filter-trip")); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}
