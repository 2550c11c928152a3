package letter

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
)

const token = "00112233445566778899aabbccddeeff"

func sample() string {
	m := Test{From: "alice@example.com", To: "alice@example.com", Domain: "example.com", Token: token, Date: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
	return strings.Join(m.Lines(), "\r\n") + "\r\n"
}

func TestMarked(t *testing.T) {
	test := func(name, header string, want bool) {
		t.Helper()
		if got := Marked(header, token); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	test("as it was sent", sample(), true)
	test("another token", strings.ReplaceAll(sample(), token, "ff"+token[2:]), false)
	test("the field was dropped", strings.ReplaceAll(sample(), TokenField, "X-Other"), true)
	test("a word before the subject", "Subject: [SPAM] "+Subject+" "+token+"\r\n", true)
	test("the subject encoded", "Subject: =?utf-8?Q?***SPAM***_mailcheck_test_message_"+token+"?=\r\n", true)
	test("folded", "Subject: "+Subject+"\r\n "+token+"\r\n", true)
	test("the token in another field", "X-Note: "+token+"\r\nReferences: <mailcheck."+token+"@example.com>\r\n", false)
	test("an answer to it", "Subject: Re: "+Subject+" "+token+" (was here)\r\n", false)
	test("in the body", "From: x\r\n\r\nSubject: "+Subject+" "+token+"\r\n", false)
	test("empty", "", false)
}

func TestLines(t *testing.T) {
	for i, line := range (Test{From: "a@example.com", To: "a@example.com", Domain: "example.com", Token: token}).Lines() {
		if len(line) > 78 || strings.ContainsAny(line, "\r\n") || strings.HasPrefix(line, ".") {
			t.Errorf("line %d: %q", i, line)
		}
	}
	if len(sample()) > 1000 {
		t.Errorf("%d bytes are many for a test message", len(sample()))
	}
}

func TestHops(t *testing.T) {
	header := "Return-Path: <a@example.com>\r\n" +
		"Received: from mx.example.com (mx.example.com [192.0.2.1])\r\n\tby store.example.com (Dovecot) with LMTP id abc;\r\n\tWed, 04 Mar 2026 06:06:30 +0100 (CET)\r\n" +
		"Received: by mx.example.com (Postfix, from userid 1; \"x\") id QUEUE1; Wed, 4 Mar 2026 05:06:20 +0000\r\n" +
		"Received: from [127.0.0.1] (unknown [203.0.113.9])\r\n by smtp.example.com (nested (comment; here) \\) still) with ESMTPSA id <q.1>\r\n for <a@example.com>; Wed, 04 Mar 2026 05:06:25 +0000\r\n" +
		"Received: nonsense\r\n"
	hops, more := Hops(Parse(header))
	at := func(s int) time.Time { return time.Date(2026, 3, 4, 5, 6, s, 0, time.UTC) }
	want := []mailcheck.Hop{
		{},
		{From: "[127.0.0.1]", By: "smtp.example.com", With: "ESMTPSA", ID: "q.1", At: at(25)},
		{By: "mx.example.com", ID: "QUEUE1", At: at(20), Delay: -5 * time.Second},
		{From: "mx.example.com", By: "store.example.com", With: "LMTP", ID: "abc", At: at(30), Delay: 10 * time.Second},
	}
	if diff := cmp.Diff(want, hops); diff != "" || more != 0 {
		t.Errorf("%d more, (-want +got):\n%s", more, diff)
	}
	if hops, more := Hops(Parse(strings.Repeat("Received: by x; Wed, 04 Mar 2026 05:06:25 +0000\r\n", 200))); len(hops) != maxHops || more != 200-maxHops {
		t.Errorf("%d hops and %d more", len(hops), more)
	}
}

func TestVerifications(t *testing.T) {
	own := func(host string) bool { return host == "example.com" || strings.HasSuffix(host, ".example.com") }
	test := func(name, header string, want ...mailcheck.Verification) {
		t.Helper()
		if diff := cmp.Diff(want, Verifications(Parse(header), own)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	v := func(by string, own bool, method, result string) mailcheck.Verification {
		return mailcheck.Verification{By: by, Own: own, Method: method, Result: result}
	}
	test("of the receiver", "Authentication-Results: mx.example.com 1;\r\n spf=pass (good; really) smtp.mailfrom=a@example.com;\r\n dkim=fail reason=\"a; b=c\" header.d=example.com; dmarc = none\r\nReceived: by mx.example.com\r\n",
		v("mx.example.com", true, "spf", "pass"), v("mx.example.com", true, "dkim", "fail"), v("mx.example.com", true, "dmarc", "none"))
	test("of another", "Authentication-Results: mx.example.net; spf=pass\r\n", v("mx.example.net", false, "spf", "pass"))
	test("in the receiver's name, below another server", "Received: by mx.example.com\r\nReceived: by relay.example.net\r\nAuthentication-Results: mx.example.com; dmarc=pass\r\n", v("mx.example.com", false, "dmarc", "pass"))
	test("a name that only begins like it", "Authentication-Results: example.com.mallory.example.net; dmarc=pass\r\n", v("example.com.mallory.example.net", false, "dmarc", "pass"))
	test("without a name", "Authentication-Results: spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=a@example.com; compauth=pass reason=100\r\n", v("", false, "spf", "pass"), v("", false, "compauth", "pass"))
	test("a comment first", "Authentication-Results: (hello) mx.example.com (x); dkim/1=pass\r\n", v("mx.example.com", true, "dkim", "pass"))
	test("none", "Authentication-Results: mx.example.com; none\r\n")
	test("nothing", "Authentication-Results:\r\n")
	test("nonsense", "Authentication-Results: ;;;=;\"\\\r\n")
	test("an escape as result", "Authentication-Results: mx.example.com; spf=\x1b[31m\r\n")
}

func TestSpam(t *testing.T) {
	test := func(field string, want bool) {
		t.Helper()
		if f := Spam(Parse(field + "\r\n")); (f.Name+": "+f.Value == field) != want || !want && f != (Field{}) {
			t.Errorf("%s: want %v", field, want)
		}
	}
	test("X-Spam-Flag: YES", true)
	test("X-Spam-Flag: NO", false)
	test("X-Spam-Status: Yes, score=9.1 required=5.0", true)
	test("X-Spam-Status: No, score=-0.1", false)
	test("X-Spam: Yes", true)
	test("X-Forefront-Antispam-Report: CIP:192.0.2.1;SCL:6;SRV:", true)
	test("X-MS-Exchange-Organization-SCL: -1", false)
	test("Subject: yes", false)
}

// Whatever a header holds, it is read in time, within bounds, and what is to be shown of
// it is fit to be shown.
func FuzzHeader(f *testing.F) {
	f.Add(sample())
	f.Add("Received: from a by b with c id d; Wed, 04 Mar 2026 05:06:25 +0000\r\nAuthentication-Results: a; spf=pass (x)\r\n")
	f.Add("Received: (((((\\\r\nAuthentication-Results: \"a\\\"; b=c\"; d=e\r\n =?")
	f.Fuzz(func(t *testing.T, header string) {
		fields := Parse(header)
		hops, _ := Hops(fields)
		if len(fields) > maxFields || len(hops) > maxHops {
			t.Errorf("%d fields, %d hops", len(fields), len(hops))
		}
		for _, h := range hops {
			if !mailcheck.Printable(h.From + h.By + h.With + h.ID) {
				t.Errorf("not fit to be shown: %+v", h)
			}
		}
		for _, v := range Verifications(fields, func(string) bool { return true }) {
			if !mailcheck.Printable(v.By + v.Method + v.Result) {
				t.Errorf("not fit to be shown: %+v", v)
			}
		}
		Spam(fields)
		Marked(header, token)
	})
}
