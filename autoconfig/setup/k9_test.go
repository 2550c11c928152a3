package setup

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"mailcheck"
)

// element is an element of an XML document, of which K-9 Mail reads either the text or
// the children.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

func (e element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// child returns the one element on a path.
func (e element) child(path ...string) (element, error) {
	for _, name := range path {
		var found []element
		for _, c := range e.Children {
			if c.XMLName.Local == name {
				found = append(found, c)
			}
		}
		if len(found) != 1 {
			return element{}, fmt.Errorf("%s has %d elements %s", e.XMLName.Local, len(found), name)
		}
		e = found[0]
	}
	return e, nil
}

// text returns the text on a path, and nothing where there is none.
func (e element) text(path ...string) string {
	found, err := e.child(path...)
	if err != nil || len(found.Children) > 0 {
		return ""
	}
	return found.Text
}

// k9UUID is what java.util.UUID writes, of version 5 (RFC 9562).
var k9UUID = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// readK9 reads a file as the app does, and refuses what the app refuses: a server or an
// identity that is missing, words that it does not know, a UUID that is none.
func readK9(made Setup, _ mailcheck.Address) (told, error) {
	body := made.Files[0].Body()
	if bytes.Contains(body, []byte("<password")) {
		return told{}, errors.New("it has a password")
	}
	var root element
	if err := xml.Unmarshal(body, &root); err != nil {
		return told{}, err
	}
	// Since version 95 there is NONE for no login, so the words are those of 95 or later.
	if version, err := strconv.Atoi(root.attr("version")); err != nil || root.XMLName.Local != "k9settings" || root.attr("format") != "1" || version < 95 || version > 111 {
		return told{}, fmt.Errorf("the root is %s %v", root.XMLName.Local, root.Attrs)
	}
	a, err := root.child("accounts", "account")
	if err != nil {
		return told{}, err
	}
	identity, err := a.child("identities", "identity")
	if err != nil {
		return told{}, err
	}
	t := told{address: identity.text("email"), person: identity.text("name")}
	if !k9UUID.MatchString(a.attr("uuid")) || a.text("name") != t.address {
		return told{}, fmt.Errorf("the account is %s %q", a.attr("uuid"), a.text("name"))
	}
	for _, side := range []string{"incoming-server", "outgoing-server"} {
		s, err := readK9Server(a, side)
		if err != nil {
			return told{}, err
		}
		t.servers = append(t.servers, s)
	}
	deleted, err := a.child("settings", "value")
	want := map[mailcheck.Protocol]string{mailcheck.IMAP: "DELETE", mailcheck.POP3: "NEVER"}[t.servers[0].Protocol]
	if err != nil || deleted.attr("key") != "deletePolicy" || deleted.Text != want {
		return told{}, fmt.Errorf("of deleted mail it says %+v", deleted)
	}
	return t, nil
}

func readK9Server(account element, side string) (mailcheck.Server, error) {
	e, err := account.child(side)
	if err != nil {
		return mailcheck.Server{}, err
	}
	types := map[string]map[string]mailcheck.Protocol{"incoming-server": {"IMAP": mailcheck.IMAP, "POP3": mailcheck.POP3}, "outgoing-server": {"SMTP": mailcheck.Submission}}
	security := map[string]mailcheck.Security{"SSL_TLS_REQUIRED": mailcheck.ImplicitTLS, "STARTTLS_REQUIRED": mailcheck.StartTLS, "NONE": mailcheck.Plain}
	logins := map[string]Login{"PLAIN": Password, "CRAM_MD5": Challenge, "XOAUTH2": OAuth2}
	port, err := strconv.ParseUint(e.text("port"), 10, 16)
	s := mailcheck.Server{
		Protocol: types[side][e.attr("type")], Host: e.text("host"), Port: uint16(port),
		Security: security[e.text("connection-security")], Username: e.text("username"),
		Auth: []string{string(logins[e.text("authentication-type")])},
	}
	if err != nil || s.Protocol == "" || s.Security == "" || s.Auth[0] == "" || s.Username == "" {
		return s, fmt.Errorf("%s is %+v: %w", side, s, err)
	}
	return s, nil
}

// The app keeps accounts apart by their UUIDs, so an address always has the same and
// another address another.
func TestK9UUID(t *testing.T) {
	uuid := func(r *mailcheck.Report, person string) string {
		made, err := k9.Make(r, Options{Name: person})
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(made.Files[0].Body()), `uuid="`)
		id, _, _ := strings.Cut(rest, `"`)
		return id
	}
	const alice = "5bad8ab3-8a04-5331-9113-edf961f9f6bd"
	first := uuid(smallProvider(), "Alice")
	if first != alice || uuid(bothSides("other.example.com", "x"), "") != alice {
		t.Errorf("it is %s, and must stay %s", first, alice)
	}
	if uuid(at(smallProvider(), "bob", "example.com"), "Alice") == alice {
		t.Error("two addresses have one")
	}
}

// A file for K-9 Mail has the words for the same.
func TestK9SignsIn(t *testing.T) {
	imap, smtp := result("imaps://imap.gmail.com:993", mailcheck.Pass, "XOAUTH2"), result("submission://smtp.example.com:587", mailcheck.Pass, "XOAUTH2", "CRAM-MD5")
	made, err := k9.Make(account(imap, smtp), Options{})
	if err != nil || strings.Count(shown(made), ">XOAUTH2<") != 1 || strings.Count(shown(made), ">CRAM_MD5<") != 1 || !strings.Contains(shown(made), ">STARTTLS_REQUIRED<") {
		t.Errorf("%v\n%s", err, shown(made))
	}
}
