package netx

import (
	"io"
	"net/http"

	"golang.org/x/crypto/acme"
)

// Authority returns a client with which a certificate authority is asked (ACME, RFC 8555) whose
// directory is at a URL. It goes over this network, follows no redirect, and bounds each answer
// in time and size.
func (n *Net) Authority(directory string) *acme.Client {
	return &acme.Client{DirectoryURL: directory, UserAgent: n.UserAgent(), HTTPClient: &http.Client{
		Transport:     boundedTrip{n},
		Timeout:       authorityLimit,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// boundedTrip makes requests whose answers have an end.
type boundedTrip struct{ *Net }

func (b boundedTrip) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.http.roundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = boundedBody{io.LimitReader(answer.Body, maxBody), answer.Body}
	return answer, nil
}

type boundedBody struct {
	io.Reader
	io.Closer
}
