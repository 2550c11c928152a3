package lab

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/binary"
	"strings"
	"unicode/utf16"

	//lint:ignore SA1019 NTLM has no other hash (MS-NLMP section 3.3.1)
	"golang.org/x/crypto/md4"
)

// ntlm is the server's side of NTLMv2 (MS-NLMP section 3.3.2).
func (s *session) ntlm(ask asker) bool {
	first, ok := ask("")
	if !ok || !strings.HasPrefix(first, "NTLMSSP\x00\x01") {
		return false
	}
	const challenge = "\x01\x23\x45\x67\x89\xab\xcd\xef"
	message := []byte("NTLMSSP\x00\x02\x00\x00\x00")
	message = append(message, 0, 0, 0, 0, 48, 0, 0, 0)           // no target name
	message = binary.LittleEndian.AppendUint32(message, 0x80201) // Unicode, NTLM, extended session security
	message = append(message, challenge...)
	message = append(message, make([]byte, 8)...)
	message = append(message, 4, 0, 4, 0, 48, 0, 0, 0) // of the target nothing but the end
	answer, ok := ask(string(message) + "\x00\x00\x00\x00")
	if !ok || !strings.HasPrefix(answer, "NTLMSSP\x00\x03") {
		return false
	}
	proof, domain, user := ntlmField(answer, 20), ntlmField(answer, 28), fromUTF16(ntlmField(answer, 36))
	password, known := s.Users[user]
	if !known || len(proof) < 16 {
		return false
	}
	hash := md4.New()
	hash.Write([]byte(inUTF16(password)))
	key := keyed(md5.New, string(hash.Sum(nil)), inUTF16(strings.ToUpper(user))+domain)
	return hmac.Equal([]byte(keyed(md5.New, key, challenge+proof[16:])), []byte(proof[:16]))
}

// ntlmField returns what a field at a place of a message points to; nothing if it lies.
func ntlmField(message string, at int) string {
	if len(message) < at+8 {
		return ""
	}
	size := int(binary.LittleEndian.Uint16([]byte(message[at:])))
	from := int(binary.LittleEndian.Uint32([]byte(message[at+4:])))
	if from+size > len(message) {
		return ""
	}
	return message[from : from+size]
}

func inUTF16(text string) string {
	var coded []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		coded = binary.LittleEndian.AppendUint16(coded, unit)
	}
	return string(coded)
}

func fromUTF16(coded string) string {
	var units []uint16
	for ; len(coded) >= 2; coded = coded[2:] {
		units = append(units, uint16(coded[0])|uint16(coded[1])<<8)
	}
	return string(utf16.Decode(units))
}
