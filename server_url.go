package mailcheck

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// URLPart is the part of a server's URL that is wrong.
type URLPart string

// The parts.
const (
	URLSyntax   URLPart = "syntax"   // it is none
	URLProtocol URLPart = "protocol" // what stands before "://"
	URLHost     URLPart = "host"
	URLPort     URLPart = "port"
	URLService  URLPart = "service" // of an https URL, the path
	URLExtra    URLPart = "extra"   // more than a host and a port
)

// ServerURLError says what is wrong with the URL of a server, without what stands
// before an @ in it, which may be a password.
type ServerURLError struct {
	Part URLPart
	text string
}

func (e *ServerURLError) Error() string { return e.text }

func wrongURL(part URLPart, format string, args ...any) error {
	return &ServerURLError{part, fmt.Sprintf(format, args...)}
}

// maxURL is longer than the URL of any server, its path included.
const maxURL = 4096

// ParseServer reads the URL of a server. It is the inverse of [Server.URL].
//
// Where it is known which part is wrong, the error is a *ServerURLError.
func ParseServer(text string) (Server, error) {
	scheme, _, ok := strings.Cut(text, "://")
	if len(text) > maxURL {
		return Server{}, wrongURL(URLSyntax, "%s is too long for the URL of a server", Quoted(withoutPassword(text)))
	}
	shown := Quoted(withoutPassword(text))
	if !ok {
		return Server{}, wrongURL(URLProtocol, "%s does not say which protocol to test", shown)
	}
	if strings.EqualFold(scheme, "https") {
		return parseExchange(text)
	}
	s, known := schemes[strings.ToLower(scheme)]
	if !known {
		return Server{}, wrongURL(URLProtocol, "unknown protocol %s", Quoted(strings.ToLower(scheme)))
	}
	u, err := url.Parse(text)
	if e, ok := errors.AsType[*url.Error](err); ok {
		return Server{}, wrongURL(URLSyntax, "%s is not a server's URL: %s", shown, shortened(strings.ReplaceAll(e.Err.Error(), text, withoutPassword(text))))
	}
	if !Printable(text) {
		return Server{}, wrongURL(URLSyntax, "%s has characters that no URL has", shown)
	}
	overHTTPS := s.Protocol.OverHTTPS()
	if overHTTPS {
		if s.Security == Plain {
			return Server{}, fmt.Errorf("%s is tested over https only", s.Protocol)
		}
		s.Security, s.Path = ImplicitTLS, cmp.Or(DefaultPath(s.Protocol), "/.well-known/"+string(s.Protocol))
		if u.EscapedPath() != "" {
			s.Path = u.RequestURI()
		}
	}
	if u.User != nil || u.Fragment != "" || !overHTTPS && (strings.Trim(u.Path, "/") != "" || u.RawQuery != "") {
		return Server{}, wrongURL(URLExtra, "%s has more than a host and a port", shown)
	}
	if u.Hostname() == "" {
		return Server{}, wrongURL(URLHost, "%s names no host", Quoted(text))
	}
	if s.Host, err = ParseHost(u.Hostname()); err != nil {
		return Server{}, wrongURL(URLHost, "%v", err)
	}
	s.Port = DefaultPort(s.Protocol, s.Security)
	if u.Port() != "" {
		n, err := strconv.ParseUint(u.Port(), 10, 16)
		if err != nil || n == 0 {
			return Server{}, wrongURL(URLPort, "%s has an impossible port", Quoted(text))
		}
		s.Port = uint16(n)
	}
	return s, nil
}

// ParseWebServer reads the https URL of a server of a protocol over HTTPS. The URL
// of an Exchange service has no query, and the usual path where it has none.
func ParseWebServer(p Protocol, text string) (Server, error) {
	u, err := url.Parse(text)
	if err != nil || len(text) > maxURL || u.Scheme != "https" || u.User != nil || !Printable(text) {
		return Server{}, fmt.Errorf("%s is not an https URL", Quoted(withoutPassword(text)))
	}
	host, err := ParseHost(u.Hostname())
	if err != nil {
		return Server{}, err
	}
	port := uint64(443)
	if u.Port() != "" {
		if port, err = strconv.ParseUint(u.Port(), 10, 16); err != nil || port == 0 {
			return Server{}, fmt.Errorf("%s has no valid port", Quoted(text))
		}
	}
	path := u.RequestURI()
	if p.Exchange() {
		path, _, _ = strings.Cut(path, "?")
		if path == "/" {
			path = DefaultPath(p)
		}
	}
	return Server{Protocol: p, Host: host, Port: uint16(port), Security: ImplicitTLS, Path: path}, nil
}

// parseExchange reads the URL of an Exchange service, which its path names.
func parseExchange(text string) (Server, error) {
	u, err := url.Parse(text)
	for _, p := range Protocols {
		if err == nil && p.Exchange() && strings.EqualFold(u.Path, DefaultPath(p)) {
			return ParseWebServer(p, text)
		}
	}
	return Server{}, wrongURL(URLService, "%s is no service that can be tested", Quoted(withoutPassword(text)))
}

// schemes are what may stand before "://", each with the server that it is of.
var schemes = func() map[string]Server {
	known := map[string]Server{}
	for _, p := range Protocols {
		for _, security := range []Security{ImplicitTLS, StartTLS, Plain} {
			s := Server{Protocol: p, Security: security}
			scheme, _, _ := strings.Cut(s.URL(), "://")
			known[scheme] = s
		}
	}
	return known
}()

// withoutPassword hides what stands before the host, which may be a password.
func withoutPassword(text string) string {
	start, at := strings.Index(text, "://"), strings.LastIndex(text, "@")
	if start < 0 || at < start {
		return text
	}
	return text[:start+len("://")] + "..." + text[at:]
}
