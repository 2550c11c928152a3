package document

import (
	"strings"
	"testing"

	"mailcheck/internal/sample"
)

// Thunderbird and its Android version know no letters outside ASCII in the names of a
// settings file; a dot at the end is nothing to them.
func TestRawHosts(t *testing.T) {
	for _, test := range []struct{ name, body, refusal string }{
		{"umlaut in a host", sample.File(sample.Incoming("imap.example.com", "imap.exämple.com"), sample.Outgoing()), `hostname "imap.exämple.com" has characters`},
		{"umlaut in the id", strings.Replace(sample.File(sample.Incoming(), sample.Outgoing()), `id="example.com"`, `id="exämple.com"`, 1), `has the id "exämple.com"`},
		{"umlaut in the domain", strings.Replace(sample.File(sample.Incoming(), sample.Outgoing()), "<domain>example", "<domain>exämple", 1), "no valid <domain>"},
		{"dot at the end", sample.File(sample.Incoming("imap.example.com", "imap.example.com."), sample.Outgoing()), ""},
		{"placeholder", sample.File(sample.Incoming("imap.example.com", "imap.%EMAILDOMAIN%"), sample.Outgoing()), ""},
		{"IPv6", sample.File(sample.Incoming("imap.example.com", "2001:db8::1"), sample.Outgoing()), ""},
		{"empty authentication", sample.File(sample.Incoming("password-cleartext", ""), sample.Outgoing()), "authentication is empty"},
	} {
		c, err := ParseConfig([]byte(test.body))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range []Dialect{ThunderbirdDialect, AndroidDialect} {
			refusal := ""
			if r := d.Read(c, sample.Alice); r.Refused != nil {
				refusal = r.Refused.Text.String()
			}
			if (refusal == "") != (test.refusal == "") || !strings.Contains(refusal, test.refusal) {
				t.Errorf("%s, %s: refused for %q, want %q", test.name, d.Client, refusal, test.refusal)
			}
		}
	}
}

func TestProgramSource(t *testing.T) {
	for body, want := range map[string]bool{
		"#!/bin/sh\necho": true, "<?php echo 1;": true, "\xef\xbb\xbf\n<?php": true, "<?xml version=\"1.0\"?>\n<?php ?>": true, "<%@ page %>": true,
		"from flask import Flask\n": true, "import os\n": true, "cat <<EOF\n<clientConfig>": true, "use strict;\n": true,
		sample.File(): false, "<!DOCTYPE html><html>": false, "{\"protocols\": {}}": false, "from us to you": false, "Not found": false, "": false,
	} {
		if got := ProgramSource([]byte(body)); (got != "") != want {
			t.Errorf("%q: %q", body, got)
		}
	}
}

// A declaration that is not the first thing in the file makes it no XML, which
// encoding/xml does not see.
func TestBeforeTheDeclaration(t *testing.T) {
	for prefix, good := range map[string]bool{"": true, "\xef\xbb\xbf": true, "\n": false, " ": false, "<!-- x -->": false} {
		if _, err := ParseConfig([]byte(prefix + sample.File(sample.Incoming(), sample.Outgoing()))); (err == nil) != good {
			t.Errorf("%q before the declaration: %v", prefix, err)
		}
	}
}
