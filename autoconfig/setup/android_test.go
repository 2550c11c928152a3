package setup

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"rsc.io/qr/coding"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
	"mailcheck/internal/sample"
)

// qrReader reads the JSON of a code element by element as the published format has it
// (qr-code-format.md, version 1), and refuses what Thunderbird for Android refuses: a
// value of another type, null, one that it does not know.
type qrReader struct {
	d   *json.Decoder
	err error
}

func (q *qrReader) fail(format string, args ...any) {
	if q.err == nil {
		q.err = fmt.Errorf(format, args...)
	}
}

func (q *qrReader) token() json.Token {
	token, err := q.d.Token()
	if err != nil {
		q.fail("%w", err)
	}
	return token
}

// list reads an array, of whose elements what body leaves is passed over.
func (q *qrReader) list(body func()) {
	if token := q.token(); token != json.Delim('[') {
		q.fail("%v is no array", token)
		return
	}
	body()
	for q.more() {
		var ignored any
		if err := q.d.Decode(&ignored); err != nil {
			q.fail("%w", err)
		}
	}
	q.token()
}

func (q *qrReader) more() bool { return q.err == nil && q.d.More() }

func (q *qrReader) number(most int) int {
	n, ok := q.token().(float64)
	if !ok || n != float64(int(n)) || n < 0 || int(n) > most {
		q.fail("%v is no number up to %d", n, most)
	}
	return int(n)
}

func (q *qrReader) text() string {
	s, ok := q.token().(string)
	if !ok || strings.ContainsAny(s, "\r\n") {
		q.fail("%q is no text in one line", s)
	}
	return s
}

// server reads a server, in which an account name and a password may follow.
func (q *qrReader) server(protocols []mailcheck.Protocol, more int) (s mailcheck.Server, rest []string) {
	q.list(func() {
		s.Protocol = protocols[q.number(len(protocols)-1)]
		s.Host = q.text()
		s.Port = uint16(q.number(65535))
		s.Security = []mailcheck.Security{mailcheck.Plain, "", mailcheck.StartTLS, mailcheck.ImplicitTLS}[q.number(3)]
		s.Auth = [][]string{{}, {string(Password)}, {string(Challenge)}, nil, nil, {}, {string(OAuth2)}}[q.number(6)]
		s.Username = q.text()
		for i := 0; i < more && q.more(); i++ {
			rest = append(rest, q.text())
		}
		if s.Security == "" || s.Auth == nil || s.Port == 0 {
			q.fail("%+v is not supported", s)
		}
	})
	return s, rest
}

// qrAccount is an account of a code.
type qrAccount struct {
	told
	name, password string
}

// readCode reads the accounts of a code, which is one of several.
func readCode(text string) (accounts []qrAccount, number, end int, err error) {
	q := &qrReader{d: json.NewDecoder(strings.NewReader(text))}
	q.list(func() {
		if version := q.number(1); version != 1 {
			q.fail("the version is %d", version)
		}
		q.list(func() { number, end = q.number(100), q.number(100) })
		for ok := true; ok; ok = q.more() {
			accounts = append(accounts, q.account())
		}
	})
	if q.err == nil && q.d.More() {
		q.fail("something follows")
	}
	return accounts, number, end, q.err
}

func (q *qrReader) account() (a qrAccount) {
	in, rest := q.server([]mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3}, 2)
	rest = append(rest, "", "")
	a.name, a.password = rest[0], rest[1]
	var out mailcheck.Server
	q.list(func() { // of which the first group is used
		q.list(func() {
			var rest []string
			out, rest = q.server([]mailcheck.Protocol{mailcheck.Submission}, 1)
			a.password += strings.Join(rest, "")
			q.list(func() { a.address, a.person = q.text(), q.text() })
		})
	})
	if a.name == "" {
		a.name = a.address
	}
	a.servers = []mailcheck.Server{in, out}
	return a
}

// readAndroid reads the code in each of its forms.
func readAndroid(made Setup, _ mailcheck.Address) (told, error) {
	picture, image, text := made.Files[0].Body(), made.Files[1].Body(), string(made.Files[2].Body())
	modules, err := pictured(image)
	if err != nil {
		return told{}, err
	}
	if drawn := drawn(string(picture)); drawn != strings.Join(modules, "\n") {
		return told{}, fmt.Errorf("in characters it is another code:\n%s\n%s", drawn, strings.Join(modules, "\n"))
	}
	coded, err := decoded(modules)
	if err != nil || coded+"\n" != text {
		return told{}, fmt.Errorf("the code says %q: %w", coded, err)
	}
	accounts, number, end, err := readCode(coded)
	if err != nil {
		return told{}, err
	}
	if a := accounts[0]; len(accounts) != 1 || number != 1 || end != 1 || a.password != "" || a.name != a.address {
		return told{}, fmt.Errorf("it has the accounts %+v, and is %d of %d", accounts, number, end)
	}
	return accounts[0].told, nil
}

// pictured reads the modules of a PNG picture of a code with a margin, dark as #.
func pictured(body []byte) ([]string, error) {
	const scale, quiet = 8, 4
	image, err := png.Decode(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	var rows []string
	for y := range image.Bounds().Dy() / scale {
		var row strings.Builder
		for x := range image.Bounds().Dx() / scale {
			shade, _, _, _ := image.At(x*scale, y*scale).RGBA()
			if shade == 0 {
				row.WriteByte('#')
			} else {
				row.WriteByte(' ')
			}
		}
		rows = append(rows, row.String())
	}
	for _, row := range append(rows[:quiet:quiet], rows[len(rows)-quiet:]...) {
		if strings.TrimSpace(row) != "" {
			return nil, errors.New("it has no margin")
		}
	}
	return rows, nil
}

// drawn reads a code that is drawn with characters, below comments; below the last row
// there may be half a line.
func drawn(text string) string {
	var rows []string
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		line = strings.TrimSuffix(line, "\n")
		rows = append(rows,
			strings.NewReplacer("▀", "#", "▄", " ", "█", "#").Replace(line),
			strings.NewReplacer("▀", " ", "▄", "#", "█", "#").Replace(line))
	}
	return strings.Join(rows[:len(rows[0])], "\n")
}

// decoded reads the text of a code of level L with mask 0, without its correction.
func decoded(modules []string) (string, error) {
	size := len(modules) - 8
	version := coding.Version((size - 17) / 4)
	plan, err := coding.NewPlan(version, coding.L, 0)
	if err != nil {
		return "", err
	}
	bits := make([]byte, version.DataBytes(coding.L))
	for y := range size {
		for x := range size {
			pixel := plan.Pixel[y][x]
			dark := modules[y+4][x+4] == '#'
			if pixel.Role() == coding.Data && dark != (pixel&coding.Invert != 0) {
				bits[pixel.Offset()/8] |= 1 << (7 - pixel.Offset()%8)
			}
		}
	}
	at := func(bit int) byte {
		return bits[bit/8]<<(bit%8) | byte(int(bits[min(bit/8+1, len(bits)-1)])>>(8-bit%8))
	}
	if at(0)>>4 != 4 {
		return "", errors.New("it is not in bytes")
	}
	length, begin := int(at(4)), 12
	if version > 9 {
		length, begin = int(at(4))<<8|int(at(12)), 20
	}
	text := make([]byte, length)
	for i := range text {
		text[i] = at(begin + 8*i)
	}
	return string(text), nil
}

// tooMuchForQR reports whether the text of a code is longer than any code.
func tooMuchForQR(t told) bool {
	n := len(`[1,[1,1],[0,"",,3,1,""],[[[0,"",,3,1,""],["",""]]]]`) + jsonLength(t.address) + jsonLength(t.person)
	for _, s := range t.servers {
		n += len(s.Host) + len(fmt.Sprint(s.Port)) + jsonLength(s.Username)
	}
	return n > 2953
}

// jsonLength is the length of a text in JSON that has no other letters than ASCII.
func jsonLength(text string) int {
	n := 0
	for _, r := range text {
		switch {
		case r == '"', r == '\\':
			n += 2
		case r < 0x80:
			n++
		default:
			n += len(`\u0000`) * len(utf16.AppendRune(nil, r))
		}
	}
	return n
}

// androidRefuses tells the rule for addresses a second time.
func androidRefuses(address string) bool {
	at := strings.LastIndex(address, "@")
	for atom := range strings.SplitSeq(address[:at], ".") {
		if atom == "" || strings.ContainsFunc(atom, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"(),:;<>@[\]`, r) }) {
			return true
		}
	}
	return at > 64 || len(address) > 254
}

// The reader of the tests understands the examples of the published format, and what is
// written for the same account says the same.
func TestPublishedCodes(t *testing.T) {
	folder := sample.Corpus(t, "thunderbird-qr")
	read := func(name string) (accounts []qrAccount, end int) {
		body, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		accounts, _, end, err = readCode(string(body))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return accounts, end
	}
	two, end := read("spec-example-2.json")
	if end != 2 || len(two) != 2 || two[1].name != "Jane (Personal)" || two[0].servers[0].Auth[0] != string(OAuth2) || two[1].address != "jane@domain.example" {
		t.Errorf("%+v of %d", two, end)
	}
	one, _ := read("spec-example-1.json")
	imap, smtp := result("imaps://imap.domain.example:993", mailcheck.Pass, "PLAIN"), result("submissions://smtp.domain.example:465", mailcheck.Pass, "PLAIN")
	imap.Username, smtp.Username = "user@domain.example", "user@domain.example"
	made, err := android.Make(at(account(imap, smtp), "user", "domain.example"), Options{Name: "Jane Doe"})
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	body, _ := os.ReadFile(filepath.Join(folder, "spec-example-1.json"))
	if err := json.Compact(&want, body); err != nil {
		t.Fatal(err)
	}
	if got := string(made.Files[2].Body()); got != strings.TrimSpace(want.String())+"\n" || one[0].person != "Jane Doe" {
		t.Errorf("it is\n%s and in the format's example\n%s", got, want.String())
	}
}

// Where the programs know the provider's sign-in page they are sent there, and elsewhere
// not: they would have nowhere to go.
func TestAndroidSignsIn(t *testing.T) {
	for host, want := range map[string]string{"imap.gmail.com": `[0,"imap.gmail.com",993,3,6,`, "imap.example.com": `[0,"imap.example.com",993,3,1,`, "pop.gmail.com": `[1,"pop.gmail.com",995,3,1,`} {
		url := "imaps://" + host + ":993"
		if strings.HasPrefix(host, "pop") {
			url = "pop3s://" + host + ":995"
		}
		in, smtp := result(url, mailcheck.Pass, "XOAUTH2", "PLAIN"), result("submissions://smtp.gmail.com:465", mailcheck.Pass, "XOAUTH2")
		in.Auth = []string{"OAuth2"}
		made, err := android.Make(account(in, smtp), Options{})
		if err != nil || !strings.Contains(shown(made), want) || !strings.Contains(shown(made), `[0,"smtp.gmail.com",465,3,6,`) {
			t.Errorf("%s: %v\n%s", host, err, shown(made))
		}
		notes(t, android, made, "left out: OAuth2 at "+url, host != "imap.gmail.com")
	}
}

// A code that phones have trouble with is told, and what no code can hold is an error.
func TestLongCode(t *testing.T) {
	made, err := android.Make(bothSides("imap.example.com", "alice"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	rest := 2953 - len(strings.TrimSpace(string(made.Files[2].Body())))
	for length, want := range map[int]string{100: "", 800: "the code has ", rest: "the code has ", rest + 1: "error"} {
		made, err := android.Make(bothSides("imap.example.com", "alice"), Options{Name: strings.Repeat("a", length)})
		if e, ok := errors.AsType[*sheet.ValueError](err); ok != (want == "error") || ok && !strings.Contains(e.Error(), "and a QR code holds 2953") {
			t.Errorf("%d: %v", length, err)
		} else if !ok {
			notes(t, android, made, "the code has ", want != "")
		}
	}
}

// Some readers of codes take a few letters in UTF-8 for Chinese ones (Big5).
func TestCodeIsASCII(t *testing.T) {
	made, err := android.Make(smallProvider(), Options{Name: "Jörg Müller 😀"})
	if err != nil {
		t.Fatal(err)
	}
	if text := string(made.Files[2].Body()); !strings.Contains(text, `"J\u00f6rg M\u00fcller \ud83d\ude00"`) {
		t.Error(text)
	}
}
