package document

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
)

// Only pages of the web that can be shown are taken, a few of them, and not such that are
// of one person.
func TestLinks(t *testing.T) {
	page := func(inProvider, inRoot string) string {
		return `<clientConfig version="1.1"><emailProvider id="example.com"><domain>example.com</domain>` + inProvider + `</emailProvider>` + inRoot + `</clientConfig>`
	}
	help := func(u string) string { return fmt.Sprintf(`<documentation url="%s"/>`, u) }
	for _, c := range []struct {
		text string
		want []mailcheck.Link
	}{
		{page(help("https://help.example.com/"), ""), []mailcheck.Link{{Kind: mailcheck.Documentation, URL: "https://help.example.com/"}}},
		{page("", help("http://help.example.com/")), []mailcheck.Link{{Kind: mailcheck.Documentation, URL: "http://help.example.com/"}}},
		{page(help("https://help.example.com/")+help("https://help.example.com/"), `<webMail><loginPage url="https://webmail.example.com/"/></webMail><webMail/>`), []mailcheck.Link{
			{Kind: mailcheck.Documentation, URL: "https://help.example.com/"}, {Kind: mailcheck.Webmail, URL: "https://webmail.example.com/"},
		}},
		{page(help("javascript:alert(1)")+help("")+help("https:///x")+help("https://u:p@example.com/")+help("https://example.com/%EMAILADDRESS%")+help("https://example.com/&#x202e;")+help("https://example.com/"+strings.Repeat("a", 500)), ""), nil},
	} {
		config, err := ParseConfig([]byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, config.Links); diff != "" {
			t.Errorf("%s: %s", c.text, diff)
		}
	}
	var many strings.Builder
	for i := range 2 * maxLinks {
		many.WriteString(help(fmt.Sprintf("https://example.com/%d", i)))
	}
	if config, err := ParseConfig([]byte(page(many.String(), ""))); err != nil || len(config.Links) != maxLinks {
		t.Errorf("%v, %d links", err, len(config.Links))
	}
	pacc, err := ParsePACC([]byte(`{"protocols": {"imap": {"host": "imap.example.com"}}, "info": {"help": {"documentation": "https://help.example.com/"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]mailcheck.Link{{Kind: mailcheck.Documentation, URL: "https://help.example.com/"}}, pacc.Links()); diff != "" {
		t.Error(diff)
	}
}
