package setup

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"mailcheck"
)

// shownPart is a part of a page as somebody reads it.
type shownPart struct {
	title string
	asks  [][2]string
}

// readPage returns a reader of pages of one form.
func readPage(parts func(string) ([]shownPart, error)) func(Setup, mailcheck.Address) (told, error) {
	return func(made Setup, a mailcheck.Address) (told, error) {
		all, err := parts(string(made.Files[0].Body()))
		if err != nil {
			return told{}, err
		}
		var t told
		for _, p := range all {
			asks := map[string]string{}
			for _, ask := range p.asks {
				asks[ask[0]] = ask[1]
			}
			words := strings.Fields(p.title)
			switch {
			case p.title == "The account":
				t.person, t.address = asks["Name"], asks["E-mail address"]
			case len(words) > 3 && words[1] == "mail" && words[2] == "with":
				s, err := shownServer(strings.TrimSuffix(words[3], ","), asks, a)
				if err != nil {
					return t, err
				}
				t.servers = append(t.servers, s)
			case shownServices[p.title] != "":
				s, err := shownService(shownServices[p.title], asks, a)
				if err != nil {
					return t, err
				}
				t.servers = append(t.servers, s)
			}
		}
		return t, nil
	}
}

func shownServer(protocol string, asks map[string]string, a mailcheck.Address) (mailcheck.Server, error) {
	port, err := strconv.ParseUint(asks["Port"], 10, 16)
	s := mailcheck.Server{Host: asks["Server"], Port: uint16(port), Username: asks["User name"], Security: mailcheck.StartTLS}
	s.Protocol = map[string]mailcheck.Protocol{"IMAP": mailcheck.IMAP, "POP3": mailcheck.POP3, "SMTP": mailcheck.Submission}[protocol]
	if strings.HasPrefix(asks["Encryption"], "SSL/TLS") {
		s.Security = mailcheck.ImplicitTLS
	}
	if a.Local == "" && s.Username == "your e-mail address" {
		s.Username = ""
	}
	for way, words := range map[Login]string{Password: "password", Challenge: "encrypted password (CRAM-MD5)", OAuth2: "OAuth2"} {
		if slices.Contains(strings.Split(asks["Login"], ", or "), words) {
			s.Auth = append(s.Auth, string(way))
		}
	}
	return s, err
}

var underline = regexp.MustCompile("^-+$")

// textParts reads plain text: a title is underlined, and what is asked is set in.
func textParts(text string) ([]shownPart, error) {
	var parts []shownPart
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		switch {
		case i+1 < len(lines) && line != "" && underline.MatchString(lines[i+1]):
			parts = append(parts, shownPart{title: line})
		case strings.HasPrefix(line, "  ") && len(parts) > 0:
			last := &parts[len(parts)-1]
			last.asks = append(last.asks, [2]string{"", line[2:]})
		}
	}
	for _, p := range parts { // the values begin in one column, two spaces behind the longest name
		column := 0
		for _, ask := range p.asks {
			name, _, _ := strings.Cut(ask[1], "  ")
			column = max(column, len(name)+2)
		}
		for i, ask := range p.asks {
			if len(ask[1]) < column {
				return nil, fmt.Errorf("the line %q", ask[1])
			}
			p.asks[i] = [2]string{strings.TrimRight(ask[1][:column], " "), ask[1][column:]}
		}
	}
	return parts, nil
}

// markdownParts reads Markdown, in which a backslash takes the next character as it is.
func markdownParts(text string) ([]shownPart, error) {
	var parts []shownPart
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if title, ok := strings.CutPrefix(line, "## "); ok {
			parts = append(parts, shownPart{title: title})
		}
		if !strings.HasPrefix(line, "| ") || line == "| | |" {
			continue
		}
		cells, err := markdownCells(line)
		if err != nil || len(cells) != 4 {
			return nil, fmt.Errorf("the row %q: %v, %v", line, cells, err)
		}
		last := &parts[len(parts)-1]
		last.asks = append(last.asks, [2]string{cells[1], cells[2]})
	}
	return parts, nil
}

func markdownCells(line string) ([]string, error) {
	cells, escaped := []string{""}, false
	for _, r := range line {
		switch {
		case !escaped && r == '\\':
			escaped = true
			continue
		case !escaped && r == '|':
			cells = append(cells, "")
			continue
		case escaped && (r < '!' || r > '~' || strings.ContainsRune("0123456789", r)):
			return nil, errors.New("a backslash that escapes nothing")
		case !escaped && strings.ContainsRune("`*_[]<>~&$^={}@!", r):
			return nil, fmt.Errorf("a live %c", r)
		}
		escaped = false
		cells[len(cells)-1] += string(r)
	}
	for i := range cells {
		cells[i] = strings.TrimSuffix(strings.TrimPrefix(cells[i], " "), " ")
	}
	return cells, nil
}

// htmlParts reads HTML, and wants nothing in it that runs or is fetched.
func htmlParts(text string) ([]shownPart, error) {
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	var parts []shownPart
	var walk func(n *html.Node) error
	walk = func(n *html.Node) error {
		if n.Type == html.ElementNode {
			if !slices.Contains(strings.Fields("html head body meta title style main h1 h2 section p a table tbody tr th td footer strong"), n.Data) {
				return fmt.Errorf("an element %s", n.Data)
			}
			for _, a := range n.Attr {
				if a.Key == "href" && ownFile.MatchString(a.Val) {
					continue
				}
				if !slices.Contains([]string{"lang", "charset", "name", "content", "http-equiv", "class", "scope"}, a.Key) {
					return fmt.Errorf("an attribute %s", a.Key)
				}
			}
			switch n.Data {
			case "h2":
				parts = append(parts, shownPart{title: inner(n)})
			case "tr":
				last := &parts[len(parts)-1]
				last.asks = append(last.asks, [2]string{inner(n.FirstChild), inner(n.LastChild)})
			}
		}
		for child := range n.ChildNodes() {
			if err := walk(child); err != nil {
				return err
			}
		}
		return nil
	}
	return parts, walk(root)
}

// ownFile is a file beside the page.
var ownFile = regexp.MustCompile(`^[a-z-]+\.[a-z]+$`)

func inner(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for child := range n.ChildNodes() {
		b.WriteString(inner(child))
	}
	return b.String()
}

// dialogOf returns what a dialog of the page is told, name by name.
func dialogOf(t *testing.T, r *mailcheck.Report, o Options, program string) shownPart {
	t.Helper()
	made, err := human.Make(r, o)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := textParts(string(made.Files[0].Body()))
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(parts, func(p shownPart) bool { return p.title == program })
	if i < 0 {
		t.Fatalf("there is no %s", program)
	}
	return parts[i]
}

// Each dialog is told both servers, with ports and user names, whatever it calls them.
func TestDialogs(t *testing.T) {
	imap, smtp := result("imaps://imap.example.com:9931", mailcheck.Pass, "PLAIN"), result("submission://smtp.example.com:5871", mailcheck.Pass, "PLAIN")
	imap.Username, smtp.Username = "alice-in", "alice-out"
	programs := map[string]bool{}
	for _, d := range dialogs {
		programs[d.program] = true
		if !strings.HasSuffix(d.path("IMAP").String(), ".") {
			t.Errorf("%s: the path has no full stop", d.program)
		}
	}
	for program := range programs {
		asks := fmt.Sprint(dialogOf(t, account(imap, smtp), Options{Name: "Alice Liddell"}, program).asks)
		if program == "iPhone and iPad" || program == "Apple Mail on the Mac" {
			if asks != "[]" {
				t.Errorf("%s: the ports mean the other way, and yet: %s", program, asks)
			}
			continue
		}
		for _, want := range []string{"imap.example.com", "9931", "smtp.example.com", "5871", "alice-out", "the password"} {
			if want == "the password" && program == "Thunderbird on a computer" { // which asks for it later
				continue
			}
			if !strings.Contains(asks, want) {
				t.Errorf("%s is not told %s: %s", program, want, asks)
			}
		}
	}
}

// The dialog of Outlook that takes the address for the user name is told only where that
// is right.
func TestDialogOfOutlook(t *testing.T) {
	imap, smtp := result("imaps://imap.example.com:993", mailcheck.Pass, "PLAIN"), result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN")
	if asks := dialogOf(t, account(imap, smtp), Options{}, "Outlook for Windows, classic").asks; asks[0][0] != "Incoming mail, Server" {
		t.Errorf("%q", asks)
	}
	smtp.Username = "alice"
	if asks := dialogOf(t, account(imap, smtp), Options{}, "Outlook for Windows, classic").asks; asks[5] != [2]string{"User Name", "alice@example.com"} {
		t.Errorf("%q", asks)
	}
}

// A dialog without the one way to log in is not filled in.
func TestDialogsWithoutOAuth2(t *testing.T) {
	r := account(result("imaps://imap.example.com:993", mailcheck.Pass, "XOAUTH2"), result("submissions://smtp.example.com:465", mailcheck.Pass, "XOAUTH2"))
	if asks := dialogOf(t, r, Options{}, "Gmail app on Android").asks; len(asks) > 0 {
		t.Errorf("%q", asks)
	}
	if asks := dialogOf(t, r, Options{}, "Thunderbird on a computer").asks; asks[6] != [2]string{"Incoming server, Authentication method", "OAuth2"} {
		t.Errorf("%q", asks)
	}
}

// The page says what the provider's users have to do first.
func TestPageHasTheProvidersRules(t *testing.T) {
	r := account(result("imaps://imap.gmail.com:993", mailcheck.Pass, "PLAIN"), result("submissions://smtp.gmail.com:465", mailcheck.Pass, "PLAIN"))
	for domain, want := range map[string]string{"gmail.com": "https://myaccount.google.com/apppasswords", "example.com": "https://myaccount.google.com/apppasswords"} {
		for _, f := range []Format{human, humanHTML, humanMarkdown} {
			made, err := f.Make(at(r, "alice", domain), Options{})
			if err != nil || !strings.Contains(shown(made), want) {
				t.Errorf("%s for %s: %v\n%s", f.Name, domain, err, shown(made))
			}
		}
	}
}

// Whether POP3 suits depends on what there is.
func TestPageSaysWhetherPOP3Suits(t *testing.T) {
	imap, pop, smtp := result("imaps://imap.example.com:993", mailcheck.Pass, "PLAIN"), result("pop3s://pop.example.com:995", mailcheck.Pass, "PLAIN"), result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN")
	for want, servers := range map[string][]mailcheck.ServerResult{
		"it suits who reads on that one only":     {imap, pop, smtp},
		"For POP3 nothing that works is known":    {imap, smtp},
		"These are settings for POP3: it fetches": {pop, smtp},
	} {
		made, err := human.Make(account(servers...), Options{})
		if text := strings.ReplaceAll(shown(made), "\n", " "); err != nil || !strings.Contains(text, want) {
			t.Errorf("%q: %v\n%s", want, err, text)
		}
	}
}
