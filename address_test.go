package mailcheck_test

import (
	"strings"
	"testing"

	"mailcheck"
)

func TestParseAddress(t *testing.T) {
	test := func(typed, local, domain string) {
		t.Helper()
		a, err := mailcheck.ParseAddress(typed)
		if err != nil {
			t.Errorf("%q: %v", typed, err)
			return
		}
		if a.Local != local || a.Domain != domain {
			t.Errorf("%q: got %q at %q, want %q at %q", typed, a.Local, a.Domain, local, domain)
		}
	}

	test("alice@example.com", "alice", "example.com")
	test("Alice@EXAMPLE.Com", "Alice", "example.com") // the local part belongs to the server, RFC 5321 section 2.4
	test("alice@example.com.", "alice", "example.com")
	test(" alice@example.com\n", "alice", "example.com")
	test("a@sub.example.co.uk", "a", "sub.example.co.uk")
	test("alice+tag.more@example.com", "alice+tag.more", "example.com")
	test("!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~", "example.com")
	test(strings.Repeat("a", 64)+"@example.com", strings.Repeat("a", 64), "example.com")

	// A domain alone.
	test("example.com", "", "example.com")
	test("EXAMPLE.com.", "", "example.com")

	// As mail programs and web pages hand them over.
	test("mailto:alice@example.com", "alice", "example.com")
	test("MAILTO:Alice@example.com", "Alice", "example.com")
	test("mailto:\u0130\u0130@example.com", "\u0130\u0130", "example.com") // shorter in lower case
	test("mailto:\u023a\u023a\u023a\u023a\u023a\u023a\u023a\u023a@example.com", "\u023a\u023a\u023a\u023a\u023a\u023a\u023a\u023a", "example.com")
	test("Alice <alice@example.com>", "alice", "example.com")
	test("\"Smith, Alice\" <alice@example.com>", "alice", "example.com")
	test("<alice@example.com>", "alice", "example.com")

	// Quoted local parts, RFC 5321 section 4.1.2.
	test(`"alice smith"@example.com`, `"alice smith"`, "example.com")
	test(`"a@b"@example.com`, `"a@b"`, "example.com")
	test(`"a..b"@example.com`, `"a..b"`, "example.com")

	// Local parts beyond ASCII, RFC 6531.
	test("用户@example.com", "用户", "example.com")
	test("जॉन@example.com", "जॉन", "example.com")

	// Both ways of writing a domain, RFC 5890.
	test("alice@ડેટામેલ.ભારત", "alice", "xn--becd4bq2d9bd.xn--gecrj9c")
	test("alice@bücher.example", "alice", "xn--bcher-kva.example")
	test("alice@BÜCHER.example", "alice", "xn--bcher-kva.example")
	test("alice@XN--BCHER-KVA.example", "alice", "xn--bcher-kva.example")
	test("alice@faß.example", "alice", "xn--fa-hia.example") // not "fass": UTS 46 non-transitional, as in browsers
	test("alice@example。com", "alice", "example.com")        // the full stop of East Asian keyboards
	test("alice@example.com。", "alice", "example.com")
	test("alice@ｅｘａｍｐｌｅ.com", "alice", "example.com")
}

// The U-label form and the A-label form of an address are one address.
func TestParseAddressBothLabels(t *testing.T) {
	test := func(u, a string) {
		t.Helper()
		fromU, err := mailcheck.ParseAddress(u)
		if err != nil {
			t.Errorf("%q: %v", u, err)
		}
		fromA, err := mailcheck.ParseAddress(a)
		if err != nil {
			t.Errorf("%q: %v", a, err)
		}
		if fromU != fromA {
			t.Errorf("%q gives %+v, %q gives %+v", u, fromU, a, fromA)
		}
		if fromU.String() != a {
			t.Errorf("%q is written %q in data, want %q", u, fromU, a)
		}
		if _, domain, _ := strings.Cut(u, "@"); fromA.Unicode() != domain {
			t.Errorf("%q is shown as %q, want %q", a, fromA.Unicode(), domain)
		}
	}
	test("alice@ડેટામેલ.ભારત", "alice@xn--becd4bq2d9bd.xn--gecrj9c")
	test("alice@bücher.example", "alice@xn--bcher-kva.example")
	test("alice@example.com", "alice@example.com")
}

func TestParseAddressErrors(t *testing.T) {
	test := func(typed, words string) {
		t.Helper()
		a, err := mailcheck.ParseAddress(typed)
		if err == nil {
			t.Errorf("%q is taken for %q", typed, a)
			return
		}
		if !strings.Contains(err.Error(), words) {
			t.Errorf("%q: the error %q does not say %q", typed, err, words)
		}
		if a != (mailcheck.Address{}) {
			t.Errorf("%q: an address came with the error", typed)
		}
		if !mailcheck.Printable(err.Error()) {
			t.Errorf("%q: the error %q is not fit to be shown", typed, err)
		}
	}

	test("", "the address is empty")
	test(" \t\n", "the address is empty")
	test("Alice <>", "the address is empty")
	test("mailto:", "the address is empty")
	test("@example.com", "nothing stands before the @")
	test("alice@", "the domain after the @ is missing")
	test("alice@.", "the domain after the @ is missing")
	test("alice", "not complete; it needs an ending, as in example.com")
	test("alice@localhost", "not complete; it needs an ending, as in example.com")
	test("alice@localhost。", "not complete; it needs an ending, as in example.com")
	test("alice@example..com", "a dot stands at the wrong place in the domain name")
	test("alice@example.com.。", "a dot stands at the wrong place in the domain name")
	test("alice@.example.com", "a dot stands at the wrong place in the domain name")
	test(".alice@example.com", "a dot stands at the wrong place before the @")
	test("alice.@example.com", "a dot stands at the wrong place before the @")
	test("al..ice@example.com", "a dot stands at the wrong place before the @")
	test("alice smith@example.com", "' ' must not stand before the @")
	test("alice\u3000smith@example.com", "invisible or control character") // a space that looks like another
	test("alice,bob@example.com", "',' must not stand before the @")
	test("alice@home@example.com", "'@' must not stand before the @")
	test(`al"ice@example.com`, `'"' must not stand before the @`)
	test(`"alice"smith"@example.com`, `'"' must not stand`)
	test(`"@example.com`, `'"' must not stand before the @`)
	test("alice@exam ple.com", "' ' must not stand in a domain name")
	test("alice@exam_ple.com", "'_' must not stand in a domain name")
	test("alice@example.com?subject=hello", "'?' must not stand in a domain name")
	test("alice@example.com, bob@example.com", "must not stand before the @")
	test("alice@-example.com", `the domain name "-example.com" is not valid`)
	test("alice@xn--zzzzzzzzzzz.example", "is not valid")
	test("alice@"+strings.Repeat("a", 64)+".com", "is not valid")
	test("alice@"+strings.Repeat("a.", 127)+"com", "is not valid")
	test(strings.Repeat("a", 65)+"@example.com", "longer than 64 bytes (65)")
	test(strings.Repeat("ü", 33)+"@example.com", "longer than 64 bytes (66)")
	test("alice@192.0.2.1", "192.0.2.1 is an IP address; a mail domain such as example.com is needed")
	test("alice@[192.0.2.1]", "is an IP address")
	test("alice@[IPv6:2001:db8::1]", "is an IP address")
	test("alice@１９２.0.2.1", "is an IP address") // full-width digits are mapped to plain ones
	test("imaps://imap.example.com", "is a URL, not an e-mail address (to test one server use: mailcheck probe imaps://HOST)")
	test("https://example.com/", "is a URL")
	test("alice\x00@example.com", "invisible or control character")
	test("alice@exam\u202emoc.elp", "invisible or control character")
	test("alice@exam\u200bple.com", "invisible or control character")
	test("alice@example.com\x1b[2J", "invisible or control character")
	test("al\xffice@example.com", "invisible or control character")
	test("mailto:\xff\xff\xff\xff", "invisible or control character")
}

func TestParseHost(t *testing.T) {
	test := func(typed, want string) {
		t.Helper()
		got, err := mailcheck.ParseHost(typed)
		if err != nil {
			t.Errorf("%q: %v", typed, err)
		} else if got != want {
			t.Errorf("%q: got %q, want %q", typed, got, want)
		}
	}
	test("imap.example.com", "imap.example.com")
	test("IMAP.Example.COM.", "imap.example.com")
	test("imap.example.com。", "imap.example.com")
	test("imap.bücher.example", "imap.xn--bcher-kva.example")
	test("localhost", "localhost")
	test("192.0.2.1", "192.0.2.1")
	test("2001:DB8::1", "2001:db8::1")
	test("fe80::1%eth0", "fe80::1%eth0")
	test("[2001:db8::1]", "2001:db8::1")

	refused := func(typed string) {
		t.Helper()
		got, err := mailcheck.ParseHost(typed)
		if err == nil {
			t.Errorf("%q is taken for the host %q", typed, got)
			return
		}
		if !strings.Contains(err.Error(), "is not a host name") {
			t.Errorf("%q: the error %q does not say that it is no host name", typed, err)
		}
		if !mailcheck.Printable(err.Error()) {
			t.Errorf("%q: the error %q is not fit to be shown", typed, err)
		}
	}
	refused("")
	refused(".")
	refused("imap example.com")
	refused("imap_1.example.com")
	refused("imap..example.com")
	refused("imap.example.com...")
	refused("imap.example.com.。")
	refused("imap.example.com:993")
	refused("imaps://imap.example.com")
	refused("alice@example.com")
	refused("imap.example.com\r\na1 LOGOUT")
	refused("\x1b[2J.example.com")
	refused("imap.\u202emoc.elpmaxe")
	refused("imap.\xff.example.com")
	refused("fe80::1%\x1b[2J") // the zone of an address may hold anything
	refused("fe80::1%eth\u202e0")
	refused("fe80::1%eth0 ")
	refused(strings.Repeat("a", 64) + ".com")
}

func TestUsername(t *testing.T) {
	if got := (mailcheck.Address{Local: "alice", Domain: "example.com"}).Username(); got != "alice@example.com" {
		t.Errorf("got %q", got)
	}
	if got := (mailcheck.Address{Domain: "example.com"}).Username(); got != "" {
		t.Errorf("a bare domain has the user name %q", got)
	}
}

// Converting a name takes time with the square of its length, so one that
// cannot be a name is refused before.
func TestEndlessNames(t *testing.T) {
	var b strings.Builder
	for i := range 300_000 {
		b.WriteRune(rune(0x4e00 + i%20_000))
	}
	if _, err := mailcheck.ParseHost(b.String()); err == nil || len(err.Error()) > 2*longestShown {
		t.Errorf("a name of %d bytes: %.100v", b.Len(), err)
	}
	if _, err := mailcheck.ParseDomain(b.String() + ".com"); err == nil || !strings.Contains(err.Error(), "longer than any can be") || len(err.Error()) > longestShown {
		t.Errorf("a name of %d bytes: %.100v", b.Len(), err)
	}
}

// A domain that would be shown with characters that hide or turn text is shown
// as it is on the wire.
func TestUnicodeIsPrintable(t *testing.T) {
	for _, domain := range []string{"example.com", "xn--bcher-kva.example", "xn--zzzzzzzzzzz.example", "xn--a-ecp.example", "\x1b[2J"} {
		if shown := (mailcheck.Address{Domain: domain}).Unicode(); shown != domain && !mailcheck.Printable(shown) {
			t.Errorf("%q is shown as %q", domain, shown)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, seed := range []string{
		"alice@example.com", "Alice <alice@example.com>", "mailto:alice@example.com", `"a@b"@example.com`, "example.com",
		"alice@ડેટામેલ.ભારત", "alice@xn--bcher-kva.example", "alice@example。com。", "alice@１９２.0.2.1", "用户@example.com", "alice@[192.0.2.1]",
		"mailto:\u023a\u023a\u023a\u023a\u023a\u023a\u023a\u023a@example.com", "<\u3000alice@example.com>", "al\xffice@example.com", "", "@", "<>",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		a, err := mailcheck.ParseAddress(typed)
		if err != nil {
			if !mailcheck.Printable(err.Error()) {
				t.Errorf("%q: the error %q is not fit to be shown", typed, err)
			}
			return
		}
		if !mailcheck.Printable(a.String()) || !mailcheck.Printable(a.Unicode()) {
			t.Errorf("%q: %q is not fit to be shown", typed, a)
		}
		if a.Domain != strings.ToLower(a.Domain) || strings.HasSuffix(a.Domain, ".") || !strings.Contains(a.Domain, ".") {
			t.Errorf("%q: the domain is %q", typed, a.Domain)
		}
		for _, c := range []byte(a.Domain) {
			if c >= 0x80 || strings.IndexByte(" @:/\\%", c) >= 0 {
				t.Errorf("%q: the domain is %q", typed, a.Domain)
			}
		}
		again, err := mailcheck.ParseAddress(a.String())
		if err != nil {
			t.Errorf("%q gives %q, which is then refused: %v", typed, a, err)
		} else if again != a {
			t.Errorf("%q gives %+v, which then gives %+v", typed, a, again)
		}
	})
}

func FuzzParseHost(f *testing.F) {
	for _, seed := range []string{
		"imap.example.com", "IMAP.Example.COM.", "[2001:db8::1]", "fe80::1%eth0", "192.0.2.1", "bücher.example", "a。b。", "１９２.0.2.1", "xn--a", "::ffff:192.0.2.1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		host, err := mailcheck.ParseHost(typed)
		if err != nil {
			if !mailcheck.Printable(err.Error()) {
				t.Errorf("%q: the error %q is not fit to be shown", typed, err)
			}
			return
		}
		if !mailcheck.Printable(host) || strings.ContainsAny(host, " \r\n/@") {
			t.Errorf("%q gives the host %q", typed, host)
		}
		again, err := mailcheck.ParseHost(host)
		if err != nil || again != host {
			t.Errorf("%q gives %q, which then gives %q, %v", typed, host, again, err)
		}
	})
}
