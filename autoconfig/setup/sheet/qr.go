package sheet

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"strings"
	"unicode/utf16"

	"rsc.io/qr"

	"mailcheck"
)

// Forms are the endings of the three files that a QR code becomes: the picture in
// characters, the picture, and what the code says.
var Forms = []string{".txt", ".png", ".json"}

// QR adds a value as a QR code with JSON in it, once in each form. It returns how long
// the JSON is.
func (s *Set) QR(name literal, warnings []mailcheck.Text, v any) (length int) {
	text := s.json(v)
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		s.fail(&ValueError{text[:min(60, len(text))], mailcheck.Textf("that has %d characters in all, and a QR code holds 2953", len(text))})
		return len(text)
	}
	picture := s.Text(string(name)+".txt", Shared, nil)
	picture.Comments(warnings)
	picture.b.WriteString(blocks(code))
	comment := sentence(s.Made)
	for _, w := range warnings {
		comment += "\n" + Warning(w)
	}
	s.files = append(s.files,
		File{string(name) + ".png", Shared, withComment(code.PNG(), comment)},
		File{string(name) + ".json", Shared, []byte(text + "\n")})
	return len(text)
}

// json writes a value in ASCII. A QR code does not say which character set it has, and
// some readers take UTF-8 with few letters outside ASCII for Big5.
func (s *Set) json(v any) string {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		s.fail(err)
	}
	var b strings.Builder
	for _, r := range strings.TrimSuffix(body.String(), "\n") {
		if r < 0x80 {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}

// quiet is how many light modules there have to be around a code (ISO/IEC 18004).
const quiet = 4

// Blocks are the characters that a code is drawn with, two modules above each other in
// one: both light, the upper dark, the lower dark, both dark.
const Blocks = " ▀▄█"

// blocks draws a code, dark on light.
func blocks(code *qr.Code) string {
	shapes := []rune(Blocks)
	var b strings.Builder
	for y := -quiet; y < code.Size+quiet; y += 2 {
		for x := -quiet; x < code.Size+quiet; x++ {
			shape := 0
			if code.Black(x, y) {
				shape++
			}
			if code.Black(x, y+1) {
				shape += 2
			}
			b.WriteRune(shapes[shape])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// withComment adds a comment to a PNG picture, right behind its header (PNG section
// 11.3.3.4, iTXt): a keyword, two flags, a language and a translated keyword, of which
// only the first is not empty.
func withComment(picture []byte, comment string) []byte {
	const header = 8 + 4 + 4 + 13 + 4 // the signature, and IHDR with its length, type and checksum
	chunk := []byte("iTXtComment\x00\x00\x00\x00\x00" + comment)
	var b []byte
	b = append(b, picture[:header]...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(chunk)-4))
	b = append(b, chunk...)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(chunk))
	return append(b, picture[header:]...)
}
