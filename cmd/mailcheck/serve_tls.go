package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/serve/certs"
)

// tlsFlags say where the certificates of a service come from; nothing where a proxy in front
// has them.
type tlsFlags struct {
	certificates, keys []string
	folder, url, ca    string // of the authority
	names              []string
}

func (f *tlsFlags) register(c *cobra.Command) {
	flags := c.Flags()
	flags.StringArrayVar(&f.certificates, "tls-cert", nil, "serve over TLS with the certificate, and those above it, in this PEM `FILE`; read again when it changes (repeatable, each with a --tls-key)")
	flags.StringArrayVar(&f.keys, "tls-key", nil, "the certificate's key, in this PEM `FILE` (repeatable)")
	flags.StringVar(&f.folder, "acme", "", "serve over TLS with certificates that an authority gives out by itself, whose terms you agree to, and keep them in this `FOLDER`; for the names that --publish has mail programs ask for")
	flags.StringVar(&f.url, "acme-url", certs.LetsEncrypt, "with --acme: the authority's directory is at this `URL`")
	flags.StringVar(&f.ca, "acme-ca", "", "with --acme: trust the authorities in this PEM `FILE` about the directory, as --ca-file does")
	flags.StringArrayVar(&f.names, "acme-name", nil, "with --acme: get a certificate for this `NAME` too, such as that of the page (repeatable)")
}

// securing is the TLS of a service.
type securing struct {
	config *tls.Config           // nil: none
	fetch  func(context.Context) // gets certificates once the service is reached; nil: they are there
	end    func()
}

// open returns the TLS that the flags say, for a service with these names of its own.
func (f *tlsFlags) open(c *cobra.Command, net network, names []string) (s securing, err error) {
	s.end = func() {}
	acme := slices.ContainsFunc([]string{"acme-url", "acme-ca", "acme-name"}, func(name string) bool { return c.Flags().Changed(name) })
	switch {
	case len(f.certificates) != len(f.keys):
		return s, usage("for example: --tls-cert fullchain.pem --tls-key privkey.pem", "each certificate takes its key, and each key its certificate")
	case len(f.certificates) > 0 && f.folder != "":
		return s, usage("give one of them", "--tls-cert and --acme exclude each other")
	case acme && f.folder == "":
		return s, usage("for example: --acme /var/lib/mailcheck", "--acme is missing: the folder for account and certificates")
	case len(f.certificates) > 0:
		var pairs []certs.Files
		for i := range f.keys {
			pairs = append(pairs, certs.Files{Certificate: f.certificates[i], Key: f.keys[i]})
		}
		if s.config, err = certs.FromFiles(c.Context(), pairs...); err != nil {
			err = noRun("both are PEM files; openssl x509 -in FILE -noout -subject -dates shows a certificate", "--tls-cert and --tls-key: %v", err)
		}
		return s, err
	case f.folder != "":
		return f.fromAuthority(c, net, append(names, f.names...))
	}
	return s, nil
}

func (f *tlsFlags) fromAuthority(c *cobra.Command, net network, names []string) (s securing, err error) {
	if len(names) == 0 {
		return s, usage("for example: --publish domains.yaml, or --acme-name mailcheck.example.com", "--acme: there is no name to get a certificate for")
	}
	if !strings.HasPrefix(f.url, "https://") {
		return s, usage("give the https URL of the directory", "--acme-url is no https URL")
	}
	if err := os.MkdirAll(f.folder, 0o700); err != nil {
		return s, noRun("name a folder that can be written to", "--acme: %v", err)
	}
	net.public = nil // the authority may be one's own
	if f.ca != "" {
		net.caFile = f.ca
	}
	client, err := net.open(c.Context(), autoconfig.Options{})
	if err != nil {
		return s, err
	}
	_, run, end, err := client.Begin(c.Context())
	if err != nil {
		return s, err
	}
	authority := &certs.Authority{Client: run.Authority(f.url), Folder: f.folder, Names: names}
	return securing{authority.Config(), func(ctx context.Context) {
		authority.Fetch(ctx, func(name string, err error) {
			fmt.Fprintf(c.ErrOrStderr(), "mailcheck: note: no certificate for %s: %s; the name has to lead here in DNS, and the authority has to reach port 443\n", name, mailcheck.Clean(err.Error()))
		})
	}, func() { end(); client.Close() }}, nil
}
