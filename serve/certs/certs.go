// Package certs has the certificates that a service shows: from files, which are read again
// when they have changed, or from an authority that gives them out by itself (ACME, RFC 8555).
package certs

import (
	"context"
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"mailcheck/internal/files"
)

// Files are a certificate, with those above it, and its key, both PEM.
type Files struct{ Certificate, Key string }

// FromFiles returns a configuration with the certificates in files. Which one is shown, the
// name decides that a client asks for; where none fits it is the first. The error is that of a
// pair that cannot be read now; later what was read last stays until its files are good again.
func FromFiles(ctx context.Context, all ...Files) (*tls.Config, error) {
	var pairs []*pair
	for _, f := range all {
		p := &pair{Files: f}
		if err := p.read(ctx); err != nil {
			return nil, err
		}
		pairs = append(pairs, p)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		var first *tls.Certificate
		for _, p := range pairs {
			c := p.now(hello.Context())
			if hello.SupportsCertificate(c) == nil {
				return c, nil
			}
			if first == nil {
				first = c
			}
		}
		return first, nil
	}}, nil
}

// pair is a certificate in files.
type pair struct {
	Files
	mu     sync.Mutex
	stamps [2]stamp // of the files when they were read
	loaded *tls.Certificate
}

// stamp tells whether a file has changed.
type stamp struct {
	time time.Time
	size int64
}

func stampOf(name string) stamp {
	info, err := os.Stat(name) // what a link leads to
	if err != nil {
		return stamp{}
	}
	return stamp{info.ModTime(), info.Size()}
}

// maxPEM is more than any file with certificates or a key has.
const maxPEM = 1 << 20

// read reads the files. The caller holds mu, or has the pair for itself.
func (p *pair) read(ctx context.Context) error {
	stamps := [2]stamp{stampOf(p.Certificate), stampOf(p.Key)} // before: what is written meanwhile is read again
	certificate, err := files.Read(ctx, p.Certificate, maxPEM)
	if err != nil {
		return err
	}
	key, err := files.Read(ctx, p.Key, maxPEM)
	if err != nil {
		return err
	}
	loaded, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return fmt.Errorf("%s, %s: %w", p.Certificate, p.Key, err)
	}
	p.stamps, p.loaded = stamps, &loaded
	return nil
}

// now returns the certificate as the files have it, or as they had it when they were last
// good: between the writing of the one and of the other they are not.
func (p *pair) now(ctx context.Context) *tls.Certificate {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stamps != [2]stamp{stampOf(p.Certificate), stampOf(p.Key)} {
		_ = p.read(ctx)
	}
	return p.loaded
}

// Authority gets certificates from an authority, as they are asked for, and keeps them.
type Authority struct {
	Client *acme.Client // that it is asked with
	Folder string       // where account and certificates are kept
	Names  []string     // that certificates are got for, one for each name

	once    sync.Once
	manager *autocert.Manager
}

// LetsEncrypt is the URL of the directory of the authority that everybody knows.
const LetsEncrypt = autocert.DefaultACMEDirectory

func (a *Authority) open() *autocert.Manager {
	a.once.Do(func() {
		a.manager = &autocert.Manager{
			Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(a.Folder), HostPolicy: autocert.HostWhitelist(a.Names...), Client: a.Client,
		}
	})
	return a.manager
}

// Config returns a configuration with the certificates. The authority proves by a connection
// to the service that a name is the service's own (TLS-ALPN-01, RFC 8737), for which the
// service has to be reached on port 443.
func (a *Authority) Config() *tls.Config {
	c := a.open().TLSConfig()
	c.MinVersion = tls.VersionTLS12
	return c
}

// Fetch gets the certificates that are not there yet, one after the other, so that nobody has
// to wait for his. tell is told of each name that there is none for.
func (a *Authority) Fetch(ctx context.Context, tell func(name string, err error)) {
	for _, name := range a.Names {
		hello := &tls.ClientHelloInfo{ServerName: name, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}} // as everybody has it, for a key with a curve
		if _, err := a.open().GetCertificate(hello); err != nil && ctx.Err() == nil {
			tell(name, err)
		}
		if ctx.Err() != nil {
			return
		}
	}
}
