package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"mailcheck"
	"mailcheck/checks"
)

// elements and attributes are all that a page has. None of them fetches, runs or leads
// anywhere.
var (
	elements = strings.Fields(`html head meta title style body header nav a main footer section article h1 h2 h3 p span bdi q code pre
		ul li dl dt dd div table caption thead tbody tr th td br svg rect`)
	attributes = strings.Fields(`charset http-equiv content name lang id class role scope dir aria-label aria-labelledby aria-hidden
		focusable href data-label viewBox preserveAspectRatio x y width height`)
)

// printableHTML holds if a page is of these alone, whatever others said.
func printableHTML(t *testing.T, out []byte) {
	printableLines(t, out)
	root, err := html.Parse(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	p := judgedPage{T: t, ids: map[string]bool{}}
	for n := range root.Descendants() {
		switch n.Type {
		case html.ElementNode:
			p.element(n)
		case html.TextNode:
			for line := range strings.Lines(n.Data) {
				if !mailcheck.Printable(strings.TrimSuffix(line, "\n")) {
					t.Errorf("not fit to be shown: %.200q", line)
				}
			}
		case html.CommentNode:
			t.Errorf("a comment: %q", n.Data)
		}
	}
	for _, id := range p.named {
		if !p.ids[id] {
			t.Errorf("nothing has the id %q", id)
		}
	}
	sum := sha256.Sum256([]byte(p.style))
	if want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"; p.policy != want {
		t.Errorf("the policy is %s, want %s", p.policy, want)
	}
	if p.charset != "utf-8" || p.heading == 0 || !bytes.HasPrefix(out, []byte("<!DOCTYPE html>\n")) {
		t.Errorf("charset %q, last heading h%d, begins with %.20q", p.charset, p.heading, out)
	}
}

type judgedPage struct {
	*testing.T
	ids                    map[string]bool
	named                  []string
	policy, style, charset string
	heading                int // the level of the last one
}

func (p *judgedPage) element(n *html.Node) {
	if !slices.Contains(elements, n.Data) && !(n.Data == "title" && n.Namespace == "svg") {
		p.Errorf("an element %s", n.Data)
	}
	for _, a := range n.Attr {
		if !slices.Contains(attributes, a.Key) {
			p.Errorf("an attribute %s=%q of %s", a.Key, a.Val, n.Data)
		}
		switch {
		case a.Key == "id" && p.ids[a.Val]:
			p.Errorf("the id %q is there twice", a.Val)
		case a.Key == "id":
			p.ids[a.Val] = true
		case a.Key == "aria-labelledby":
			p.named = append(p.named, a.Val)
		case a.Key == "href" && strings.HasPrefix(a.Val, "#"):
			p.named = append(p.named, a.Val[1:])
		case a.Key == "href":
			p.Errorf("a link to %s", a.Val)
		case a.Key == "charset":
			p.charset = a.Val
		case a.Key == "content" && len(n.Attr) == 2 && n.Attr[0].Val == "Content-Security-Policy":
			p.policy = a.Val
		}
	}
	switch n.Data {
	case "style":
		p.style = n.FirstChild.Data
	case "h1", "h2", "h3":
		level := int(n.Data[1] - '0')
		if level > p.heading+1 || level == 1 && p.heading != 0 {
			p.Errorf("h%d behind h%d", level, p.heading)
		}
		p.heading = level
	case "table":
		if first := n.FirstChild.NextSibling; first == nil || first.Data != "caption" {
			p.Error("a table without a caption")
		}
	case "th":
		if !slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "scope" }) {
			p.Error("a title of a table without its scope")
		}
	}
}

// scripts is a report with names in the scripts of Gujarat, Arabia and China, some of them
// long, and with everything that a page can show.
func scripts() *mailcheck.Report {
	imap := at(mailcheck.IMAP, mailcheck.ImplicitTLS, "imap.xn--gckc3b.example", "srv")
	imap.Username = "વપરાશકર્તા@ઉદાહરણ.example"
	smtp := at(mailcheck.Submission, mailcheck.StartTLS, "smtp.example.com", "autoconfig")
	smtp.Username = "مستخدم@مثال.example"
	r := account("用户@例子.example", nil, good(imap, 61), good(smtp, 9), bad(pop3S, checks.TLSNameMismatch, "પ્રમાણપત્ર mail.ઉદાહરણ.example માટે છે, شهادة الخادم لاسم آخر: mail.example.com, 证书是给 mail.例子.example 的"))
	r.Sources = []mailcheck.SourceResult{
		{Name: "srv", Kind: mailcheck.Published, Form: mailcheck.Records, State: mailcheck.Found, Reason: mailcheck.Textf("સર્વરનું પ્રમાણપત્ર સમાપ્ત થઈ ગયું છે"),
			Steps: []mailcheck.Step{{Op: mailcheck.OpLookup, Target: "例子.example SRV", Elapsed: 4 * time.Millisecond}, {Op: mailcheck.OpResolve, Start: 4 * time.Millisecond, Elapsed: 300 * time.Millisecond, Error: "no answer"}}},
		{Name: "autoconfig", Kind: mailcheck.Published, Form: mailcheck.SettingsFile, State: mailcheck.Failed, Reason: mailcheck.Textf("الخادم لا يجيب: autoconfig.مثال.example (邮件服务器没有回答)"),
			Steps: []mailcheck.Step{{Op: mailcheck.OpFetch, Target: "https://autoconfig.example.com/", Start: 20 * time.Millisecond, Elapsed: 900 * time.Millisecond}}},
	}
	missing := of(checks.AccountNoSettings, "", "", "")
	missing.Severity = checks.Failure
	missing.Fix = mailcheck.Textf("Publish in DNS: %s `mailcheck setup %s --for dns` writes it (Dovecot: auth_mechanisms = plain login; Postfix: inet_protocols = all).",
		"_imaps._tcp.example.com. SRV 0 1 993 imap.example.com.", "DOMAIN")
	missing.Meanwhile = mailcheck.Textf("Type the settings in.")
	r.Findings = append([]mailcheck.Finding{missing}, r.Findings...)
	return add(r)
}

// A word that is written from right to left does not turn round what stands beside it.
func TestRightToLeft(t *testing.T) {
	var b bytes.Buffer
	if err := pageTemplate().ExecuteTemplate(&b, "runs", mailcheck.Textf("the folder %s (%s) is full: %s", "תיקייה", "صندوق البريد", "imap.example.com")); err != nil {
		t.Fatal(err)
	}
	want := `the folder <bdi>תיקייה (صندوق البريد) </bdi>is full: <code dir="ltr">imap.example.com</code>`
	if b.String() != want {
		t.Errorf("got  %s\nwant %s", &b, want)
	}
}
