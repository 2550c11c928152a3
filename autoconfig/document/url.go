package document

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"mailcheck"
)

// ExchangeServer reads the URL of an Exchange service. A query is left out.
func ExchangeServer(protocol mailcheck.Protocol, text string) (mailcheck.Server, error) {
	server, err := ParseWebServer(text)
	server.Protocol = protocol
	server.Path, _, _ = strings.Cut(server.Path, "?")
	if server.Path == "/" {
		server.Path = mailcheck.DefaultPath(protocol)
	}
	return server, err
}

// ParseWebServer reads an https URL.
func ParseWebServer(address string) (mailcheck.Server, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil || !mailcheck.Printable(address) {
		return mailcheck.Server{}, fmt.Errorf("%q is not an https URL", address)
	}
	host, err := mailcheck.ParseHost(u.Hostname())
	if err != nil {
		return mailcheck.Server{}, err
	}
	port := uint64(443)
	if u.Port() != "" {
		if port, err = strconv.ParseUint(u.Port(), 10, 16); err != nil || port == 0 {
			return mailcheck.Server{}, fmt.Errorf("%q has no valid port", address)
		}
	}
	return mailcheck.Server{Host: host, Port: uint16(port), Security: mailcheck.ImplicitTLS, Path: u.RequestURI()}, nil
}
