package main

import (
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"time"

	"mailcheck"
	"mailcheck/internal/files"
)

// maxCertificate is far more than a certificate with those above it and its key have.
const maxCertificate = 256 << 10

// certificate reads the client certificate; nil without the flag.
func (f *credentials) certificate(ctx context.Context) (*tls.Certificate, error) {
	if f.certFile == "" && f.keyFile == "" {
		return nil, nil
	}
	if f.certFile == "" {
		return nil, usage("add --client-cert", "--client-key is the key of a certificate, and none is given")
	}
	chain, err := pemFile(ctx, "--client-cert", f.certFile)
	if err != nil {
		return nil, err
	}
	keyFlag, keys := "--client-cert", chain
	if f.keyFile != "" {
		keyFlag = "--client-key"
		if keys, err = pemFile(ctx, keyFlag, f.keyFile); err != nil {
			return nil, err
		}
	}
	made := &tls.Certificate{}
	for _, block := range chain {
		if block.Type == "CERTIFICATE" {
			made.Certificate = append(made.Certificate, block.Bytes)
		}
	}
	if len(made.Certificate) == 0 {
		return nil, usage("of a .p12 or .pfx file: openssl pkcs12 -in FILE -clcerts -nokeys -out cert.pem", "--client-cert: there is no certificate in %s", f.certFile)
	}
	if made.Leaf, err = x509.ParseCertificate(made.Certificate[0]); err != nil {
		return nil, usage("", "--client-cert: the certificate cannot be read: %v", err)
	}
	key, err := privateKey(keyFlag, keys)
	if err != nil {
		return nil, err
	}
	made.PrivateKey = key
	return made, fitToShow(made, key)
}

// fitToShow refuses what no server would take.
func fitToShow(c *tls.Certificate, key crypto.Signer) error {
	public, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	now := time.Now()
	switch {
	case !ok || !public.Equal(c.Leaf.PublicKey):
		return usage("give the key that the certificate was made for; in a file with several certificates the user's own stands first", "--client-key: the key does not belong to the certificate of %s", mailcheck.Quoted(c.Leaf.Subject.String()))
	case now.After(c.Leaf.NotAfter):
		return usage("have it renewed by whoever issued it", "--client-cert: the certificate expired on %s", mailcheck.Stamp(c.Leaf.NotAfter))
	case now.Before(c.Leaf.NotBefore):
		return usage("see whether the clock of this machine is right", "--client-cert: the certificate is not valid before %s", mailcheck.Stamp(c.Leaf.NotBefore))
	}
	return nil
}

// pemFile reads the blocks of a PEM file.
func pemFile(ctx context.Context, flag, name string) ([]*pem.Block, error) {
	content, err := files.Read(ctx, name, maxCertificate)
	if errors.Is(err, files.ErrTooLarge) {
		return nil, usage("", "%s: the file has more than %d bytes", flag, maxCertificate)
	} else if err != nil {
		return nil, noRun("", "%s: %v", flag, err)
	}
	var blocks []*pem.Block
	for block, rest := pem.Decode(content); block != nil; block, rest = pem.Decode(rest) {
		blocks = append(blocks, block)
	}
	return blocks, nil
}

// privateKey returns the first private key among blocks.
func privateKey(flag string, blocks []*pem.Block) (crypto.Signer, error) {
	for _, block := range blocks {
		if !strings.HasSuffix(block.Type, "PRIVATE KEY") {
			continue
		}
		if block.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
			return nil, usage("write it without one, and remove that file after the test: openssl pkey -in FILE -out key.pem", "%s: the private key is encrypted with a passphrase", flag)
		}
		key, err := parsedKey(block)
		if signer, ok := key.(crypto.Signer); ok && err == nil {
			return signer, nil
		}
		return nil, usage("RSA, ECDSA and Ed25519 keys are known, in PKCS #8, PKCS #1 or SEC 1", "%s: the private key cannot be read", flag)
	}
	return nil, usage("give the file of its private key with --client-key", "%s: there is no private key in the file", flag)
}

func parsedKey(block *pem.Block) (any, error) {
	switch block.Type {
	case "RSA PRIVATE KEY":
		return x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		return x509.ParseECPrivateKey(block.Bytes)
	}
	return x509.ParsePKCS8PrivateKey(block.Bytes)
}
