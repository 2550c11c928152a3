package probes

import (
	"context"
	"strings"

	"mailcheck/internal/netx"
)

// Document is what a web server has at a URL, such as a setup file to judge with
// package lint.
type Document struct {
	URL         string // the last one asked, after redirects
	Status      int    // of HTTP
	ContentType string // media type alone, lower case
	Body        []byte
	Insecure    bool // http was asked: someone on the way may have written the answer
}

// Fetch gets a document as the sources do: bounded in time and size, with verified
// certificates, along redirects to https alone. An http URL is asked if it is the
// first. Unlike that of a run, the error may be the fault of the server.
func (c *Client) Fetch(ctx context.Context, url string) (*Document, error) {
	ctx, n, end, err := c.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	d, err := n.Fetch(ctx, netx.Request{URL: url, AllowHTTP: strings.HasPrefix(strings.ToLower(url), "http://")})
	if err != nil {
		return nil, err
	}
	return &Document{URL: d.URL, Status: d.Status, ContentType: d.ContentType, Body: d.Body, Insecure: d.Insecure}, nil
}
