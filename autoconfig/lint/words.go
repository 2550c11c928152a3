package lint

import (
	"fmt"
	"net/url"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
)

// value is one value of a file as it stands there, and how the format writes another
// in its place.
type value struct {
	line, column int
	element      string
	text         string
	raw          string // with what stands around it
	written      string // a format of package fmt, into which a value goes
	filled       bool   // programs fill in the placeholders of Mail Autoconfig here
}

// elementValue is the value of an XML element.
func elementValue(n *document.Node, filled bool) value {
	return value{n.Line, n.Column, n.Name, n.Content(), n.Raw(), "<" + n.Name + ">%s</" + n.Name + ">", filled}
}

// keyValue is the value of a key of a property list.
func keyValue(n *document.Node, key string) value {
	return value{n.Line, n.Column, key, n.Content(), n.Raw(), "<key>" + key + "</key><string>%s</string>", false}
}

// memberValue is the value of a member of a JSON object.
func memberValue(v *document.Value, text, element, member string) value {
	return value{v.Line, v.Column, element, text, text, `"` + member + `": "%s"`, false}
}

// is finds something about a value.
func (l *linter) is(v value, c *checks.Check, format string, args ...any) *mailcheck.Finding {
	f := l.find(c, v.line, v.column, format, args...)
	f.Element = v.element
	return f
}

// write is the remedy to write another value.
func (v value) write(text string) mailcheck.Text {
	return mailcheck.Textf("Write %s.", fmt.Sprintf(v.written, text))
}

// judgeHost judges a host name as it stands: programs do not tidy it as a person
// would.
func (l *linter) judgeHost(v value) {
	if l.unfilled(v) {
		return
	}
	l.padded(v)
	host, err := mailcheck.ParseHost(document.Expand(v.text, l.address))
	bare, bareErr := mailcheck.ParseHost(bareHost(v.text))
	switch {
	case err != nil && bareErr == nil && bareHost(v.text) != v.text:
		l.is(v, checks.LintValue, "%s %q is not a host name alone", v.element, v.text).Fix = v.write(bare)
	case err != nil:
		l.is(v, checks.LintValue, "%s %q is not a host name", v.element, v.text).
			Fix = mailcheck.Textf("Write one host name alone, such as imap.example.com, without port or URL.")
	case !document.ASCII(v.text):
		l.is(v, checks.PublishHostNotASCII, "%s is %q", v.element, v.text).Fix = v.write(host)
	case strings.HasSuffix(v.text, "."):
		l.is(v, checks.PublishHostFinalDot, "%s is %q", v.element, v.text).Fix = v.write(strings.TrimRight(v.text, "."))
	}
}

// bareHost takes the host out of a URL, of HOST:PORT, and the first out of a list.
func bareHost(text string) string {
	if u, err := url.Parse(text); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	first, _, _ := strings.Cut(strings.Join(strings.FieldsFunc(text, separates), " "), " ")
	host, _, _ := strings.Cut(first, ":")
	return host
}

// separates reports whether a character stands between several values.
func separates(r rune) bool { return strings.ContainsRune(" ,;|\t\r\n", r) }

// judgeUsername judges a user name, or an address, as it stands.
func (l *linter) judgeUsername(v value) {
	whole := "%EMAILADDRESS%"
	if !v.filled {
		whole = l.address.String()
	}
	quoted := strings.HasPrefix(v.text, `"`) // such a local part may have nearly everything in it (RFC 5321 section 4.1.2)
	if v.text == l.address.String() || v.text == l.address.Local || quoted || l.unfilled(v) {
		return
	}
	l.padded(v)
	parts := strings.FieldsFunc(v.text, separates)
	switch name := document.Expand(v.text, l.address); {
	case !mailcheck.Printable(v.text):
		l.is(v, checks.LintValue, "%s has invisible or control characters", v.element).Fix = v.write(whole)
	case len(parts) > 1 && strings.Count(name, "@") > 1:
		l.is(v, checks.PublishSeveral, "%s is %q", v.element, v.text).Fix = v.write(parts[0])
	case strings.HasPrefix(v.text, "@"), strings.HasSuffix(v.text, "@"):
		l.is(v, checks.PublishUsernameCut, "%s is %q", v.element, v.text).Fix = v.write(whole)
	case len(parts) > 1 && strings.Contains(v.text, "@"):
		lessOf(l.is(v, checks.LintValue, "%s %q has a space or a comma in it", v.element, v.text), checks.Warning).Fix = v.write(whole)
	default:
		l.judgeDomain(v, whole)
	}
}

// judgeDomain finds user names of another domain than those that the file, or the
// account, is for.
func (l *linter) judgeDomain(v value, whole string) {
	_, written, full := strings.Cut(v.text, "@")
	domain, err := mailcheck.ParseDomain(written)
	if !full || err != nil || len(l.domains) == 0 {
		return
	}
	for _, known := range l.domains {
		if known == domain {
			return
		}
	}
	what := "the file is for"
	if l.live {
		what = "the address is in"
	}
	l.is(v, checks.PublishUsernameDomain, "%s is %q; %s %s", v.element, document.Expand(v.text, l.address), what, mailcheck.ListOf(l.domains).AtMost(3)).
		Fix = mailcheck.Textf("If the accounts are not really named so, write %s.", fmt.Sprintf(v.written, whole))
}

// unfilled finds what should have been filled in before the file was given to anybody,
// or what no program fills in there.
func (l *linter) unfilled(v value) bool {
	if left := document.TemplateIn(v.text); left != "" {
		l.is(v, checks.PublishTemplate, "%s is %q: %s was not filled in", v.element, v.text, left).Fix = l.filledIn(v, left)
		return true
	}
	p := document.UnknownPlaceholder(v.text)
	if !v.filled {
		if p = document.PlaceholderIn(v.text); p != "" {
			l.is(v, checks.PublishTemplate, "%s is %q: only Mail Autoconfig has placeholders", v.element, v.text).Fix = l.filledIn(v, p)
		}
		return p != ""
	}
	if p == "" {
		return false
	}
	f := l.is(v, checks.AutoconfigPlaceholder, "%s %q: %s is unknown", v.element, v.text, p)
	if right := document.PlaceholderMeant(p); right != "" {
		f.Fix = v.write(strings.Replace(v.text, p, right, 1))
	}
	return true
}

// filledIn says what to write in the place of a template, and of any other in the value.
func (l *linter) filledIn(v value, left string) mailcheck.Text {
	text := v.text
	for range 3 { // name, domain, and whatever stands beside them
		right := document.PlaceholderMeant(strings.Trim(left, "%{}$[]<>_@() "))
		if right == "" {
			return mailcheck.Text{}
		}
		if !v.filled {
			right = document.Expand(right, l.address)
		}
		text = strings.Replace(text, left, right, 1)
		if left = document.TemplateIn(text); left == "" {
			break
		}
	}
	if v.filled {
		return v.write(text)
	}
	return mailcheck.Textf("Fill it in when the file is made: %s", fmt.Sprintf(v.written, text))
}

// padded finds values with spaces around them that not every program takes away.
func (l *linter) padded(v value) {
	if document.PadsOddly(v.raw) {
		lessOf(l.is(v, checks.LintValue, "a no-break space stands before or behind %s", v.element), checks.Warning).Fix = v.write(v.text)
	}
}
