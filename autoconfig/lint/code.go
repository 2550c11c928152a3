package lint

import (
	"encoding/json"
	"net/mail"
	"strconv"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
)

// What a QR code can hold, and what phones read from a screen without trouble.
const (
	maxCode  = 2953
	goodCode = 800
)

// isNumber reports whether a value is a number.
func isNumber(v *document.Value) bool {
	_, ok := v.Scalar.(json.Number)
	return ok
}

// judgeCode judges what a QR code for Thunderbird for Android says (format version 1,
// qr-code-format.md): a list in which nothing has a name. What the app does not know makes
// the whole code unsupported.
func (l *linter) judgeCode(root *document.Value, length int) {
	l.Kind = "QR code for Thunderbird for Android (account.json)"
	l.served([]string{"application/json"})
	switch {
	case length > maxCode:
		l.find(checks.LintValue, 0, 0, "the text has %d bytes, and a QR code holds %d", length, maxCode).Fix = mailcheck.Textf("Put fewer accounts into one code.")
	case length > goodCode:
		lessOf(l.find(checks.LintValue, 0, 0, "the text has %d bytes; phones find a code of more than %d hard to read", length, goodCode), checks.Info).
			Fix = mailcheck.Textf("Print the code large, or put fewer accounts into it.")
	}
	if version, ok := l.codeNumber(root, 0, "the format's version"); ok && version != 1 {
		l.atValue(root.List[0], checks.LintValue, "the format's version is %d; programs know 1", version).Fix = mailcheck.Textf("Write 1.")
		return
	}
	if part := l.codeList(root, 1, "which code of how many it is"); part != nil {
		n, ok := l.codeNumber(part, 0, "the number of the code")
		of, all := l.codeNumber(part, 1, "the number of codes")
		if ok && all && (n < 1 || n > of) {
			l.atValue(part, checks.LintValue, "it is code %d of %d", n, of).Fix = mailcheck.Textf("Write [1,1] for a code that stands alone.")
		}
	}
	for i := 2; i == 2 || i < len(root.List); i += 2 {
		if in := l.codeList(root, i, "the server for reading mail"); in != nil {
			l.codeServer(in, "incoming", 1, 7)
		}
		if groups := l.codeList(root, i+1, "the servers for sending mail"); groups != nil {
			l.codeSending(groups)
		}
	}
}

// codeSending judges a server for sending, and the identities that send over it. Programs
// use the first.
func (l *linter) codeSending(groups *document.Value) {
	group := l.codeList(groups, 0, "the first server for sending mail with its identities")
	if group == nil {
		return
	}
	if out := l.codeList(group, 0, "the server for sending mail"); out != nil {
		l.codeServer(out, "outgoing", 0, 6)
	}
	for i := 1; i == 1 || i < len(group.List); i++ {
		identity := l.codeList(group, i, "an identity, with address and name")
		if identity == nil {
			return
		}
		address, ok := l.codeText(identity, 0, "the address")
		if a, err := mail.ParseAddress("<" + address + ">"); ok && (err != nil || !document.ASCII(a.Address)) {
			l.atValue(identity.List[0], checks.LintValue, "%q is no address that Thunderbird for Android takes", address).
				Fix = mailcheck.Textf("Write an address in ASCII; the domain as A-labels.")
		}
		l.codeText(identity, 1, "the name of the person")
	}
}

// codeServer judges a server; secret is the place where a password may stand.
func (l *linter) codeServer(v *document.Value, side string, protocols int64, secret int) {
	if n, ok := l.codeNumber(v, 0, "the protocol"); ok && (n < 0 || n > protocols) {
		l.atValue(v.List[0], checks.LintValue, "the protocol of the %s server is %d", side, n).Fix = mailcheck.Textf("Write 0 for IMAP or SMTP, 1 for POP3.")
	}
	if host, ok := l.codeText(v, 1, "the host"); ok {
		l.judgeHost(codeValue(v.List[1], side, host))
	}
	if port, ok := l.codeNumber(v, 2, "the port"); ok && (port < 1 || port > 65535) {
		l.atValue(v.List[2], checks.LintValue, "port %d is not a number from 1 to 65535", port)
	}
	if security, ok := l.codeNumber(v, 3, "the encryption"); ok {
		l.codeSecurity(v.List[3], side, security)
	}
	if login, ok := l.codeNumber(v, 4, "the way to log in"); ok {
		switch {
		case login == 3 || login == 4:
			l.atValue(v.List[4], checks.LintValue, "the %s server wants the way to log in %d (GSSAPI or NTLM), so that Thunderbird for Android takes nothing of the code", side, login).
				Fix = mailcheck.Textf("Write 1 for a password, 2 for CRAM-MD5, 6 for OAuth2.")
		case login < 0 || login > 6:
			l.atValue(v.List[4], checks.LintValue, "the way to log in is %d", login).Fix = mailcheck.Textf("Write 1 for a password, 2 for CRAM-MD5, 6 for OAuth2.")
		}
	}
	if user, ok := l.codeText(v, 5, "the user name"); ok {
		l.judgeUsername(codeValue(v.List[5], side, user))
	}
	for i := 6; i < min(len(v.List), secret+1); i++ {
		text, ok := l.codeText(v, i, "the name of the account or a password")
		if ok && i == secret && text != "" {
			l.atValue(v.List[i], checks.LintPassword, "a password of the %s server", side).Fix = mailcheck.Textf("Take it out: the program asks for it.")
		}
	}
}

func (l *linter) codeSecurity(v *document.Value, side string, security int64) {
	switch {
	case security == 0:
		l.atValue(v, checks.LintInsecure, "the %s server is used without encryption (0)", side).Fix = mailcheck.Textf("Write 3 for TLS from the first byte, 2 for STARTTLS.")
	case security == 1:
		lessOf(l.atValue(v, checks.LintValue, "the encryption of the %s server is 1 (if it can be had), which Thunderbird for Android takes for STARTTLS", side), checks.Warning).
			Fix = mailcheck.Textf("Write 3 for TLS from the first byte, 2 for STARTTLS.")
	case security < 0 || security > 3:
		l.atValue(v, checks.LintValue, "the encryption of the %s server is %d", side, security).Fix = mailcheck.Textf("Write 3 for TLS from the first byte, 2 for STARTTLS.")
	}
}

// codeValue is a text of a code.
func codeValue(v *document.Value, side, text string) value {
	return value{v.Line, v.Column, side, text, text, `"%s"`, false}
}

// codeAt returns what stands at a place of a list, or says that nothing does.
func (l *linter) codeAt(list *document.Value, i int, what string) *document.Value {
	if i >= len(list.List) {
		l.atValue(list, checks.LintMissing, "the code ends before %s", what).Fix = mailcheck.Textf("Write the code anew: mailcheck setup ADDRESS --for android")
		return nil
	}
	return list.List[i]
}

func (l *linter) codeList(list *document.Value, i int, what string) *document.Value {
	v := l.codeAt(list, i, what)
	if v != nil && v.List == nil {
		l.atValue(v, checks.LintValue, "here belongs a list: %s", what).Fix = mailcheck.Textf("Write it in square brackets.")
		return nil
	}
	return v
}

func (l *linter) codeNumber(list *document.Value, i int, what string) (int64, bool) {
	v := l.codeAt(list, i, what)
	if v == nil {
		return 0, false
	}
	number, _ := v.Scalar.(json.Number)
	n, err := strconv.ParseInt(string(number), 10, 64)
	if err != nil {
		l.atValue(v, checks.LintValue, "here belongs a number: %s", what).Fix = mailcheck.Textf("Write it without quotation marks.")
	}
	return n, err == nil
}

func (l *linter) codeText(list *document.Value, i int, what string) (string, bool) {
	v := l.codeAt(list, i, what)
	if v == nil {
		return "", false
	}
	text, ok := v.Text()
	switch {
	case !ok:
		l.atValue(v, checks.LintValue, "here belongs a text: %s", what).Fix = mailcheck.Textf("Write it in quotation marks; an empty one for nothing.")
	case strings.ContainsAny(text, "\r\n"):
		l.atValue(v, checks.LintValue, "%s has a line break in it", what).Fix = mailcheck.Textf("Write it in one line.")
	}
	return text, ok
}
