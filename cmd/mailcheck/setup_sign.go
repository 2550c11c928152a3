package main

import (
	"bytes"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"mailcheck/autoconfig/setup"
	"mailcheck/autoconfig/setup/sheet"
)

// signFlags name the files, all in PEM, with which a profile is signed.
type signFlags struct{ certificate, key, chain string }

func (f *signFlags) register(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.certificate, "sign-cert", "", "sign the profile with the certificate in this PEM `FILE`, which may have those above it, too")
	flags.StringVar(&f.key, "sign-key", "", "the certificate's key, in this PEM `FILE`")
	flags.StringVar(&f.chain, "sign-chain", "", "the certificates above it, in this PEM `FILE`")
}

// maxPEM is more than any file with certificates or a key has.
const maxPEM = 1 << 20

// signer returns what signs the files, or nil where nobody asked for that.
func (f *signFlags) signer(c *cobra.Command, formats []setup.Format) (*sheet.Signer, error) {
	switch {
	case *f == signFlags{}:
		return nil, nil
	case f.certificate == "" || f.key == "":
		return nil, usage("give both: --sign-cert FILE --sign-key FILE", "signing takes a certificate and its key")
	case !slices.ContainsFunc(formats, func(format setup.Format) bool { return format.Signed }):
		return nil, usage("profiles are: --for apple", "of the files of %s none can be signed", formats[0].Name)
	}
	certificates, err := contentOf(c, f.certificate, maxPEM)
	if err != nil {
		return nil, noRun("", "--sign-cert: %v", err)
	}
	key, err := contentOf(c, f.key, maxPEM)
	if err != nil {
		return nil, noRun("", "--sign-key: %v", err)
	}
	if f.chain != "" {
		above, err := contentOf(c, f.chain, maxPEM)
		if err != nil {
			return nil, noRun("", "--sign-chain: %v", err)
		}
		certificates = bytes.Join([][]byte{certificates, above}, []byte("\n"))
	}
	signer, err := sheet.NewSigner(certificates, key, time.Now())
	if err != nil {
		return nil, noRun("the certificate and its key are both PEM files; openssl x509 -in FILE -noout -subject -dates shows a certificate", "--sign-cert and --sign-key: %v", err)
	}
	return signer, nil
}
