package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"mailcheck"
	"mailcheck/internal/files"
	"mailcheck/internal/signin"
	"mailcheck/probes"
)

// credentials is the flags that say what to log in with. A password is never an
// argument: every user of a machine can read those.
type credentials struct {
	username      string
	passwordFile  string
	tokenFile     string
	certFile      string
	keyFile       string
	ask           bool
	trusted       []string
	allMechanisms bool
	noLogin       bool

	trustsAlone bool           // --trust-server makes sense without a password
	kept        *signin.SignIn // what is logged in with where nothing is given; nil for nothing
	unkept      error          // why that is not known
}

// maxSecret bounds the file with a password or token; tokens have a few KiB.
const maxSecret = 16 << 10

func (f *credentials) register(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.username, "username", "", "log in as this `NAME`; otherwise as the settings say, or with the address")
	flags.BoolVar(&f.ask, "ask-password", false, "ask for the password, and log in with it")
	flags.StringVar(&f.passwordFile, "password-file", "", "log in with the password in this `FILE`, - for standard input (or set MAILCHECK_PASSWORD)")
	flags.StringVar(&f.tokenFile, "token-file", "", "log in with the OAuth2 access token in this `FILE`, - for standard input (or set MAILCHECK_TOKEN)")
	flags.StringVar(&f.certFile, "client-cert", "", "log in with the client certificate in this PEM `FILE` (EXTERNAL), and show it where a server asks for one")
	flags.StringVar(&f.keyFile, "client-key", "", "its private key, a PEM `FILE` without a passphrase (default the file of the certificate)")
	flags.StringArrayVar(&f.trusted, "trust-server", nil, "this `HOST` may have the credentials though nothing vouches for it (repeatable)")
	flags.BoolVar(&f.noLogin, "no-login", false, "log in nowhere, whatever sign-in is kept and what the environment has")
	flags.BoolVar(&f.allMechanisms, "all-mechanisms", false, "try every way to log in that a server offers, even after a rejection, which may lock the account")
}

// loginHelp is what the commands say about logging in.
const loginHelp = `With a password or a token (--ask-password, --password-file, --token-file, or
MAILCHECK_PASSWORD and MAILCHECK_TOKEN in the environment) the logins are tested
too. They go only inside TLS, to servers whose certificate is good and that the
domain itself or --trust-server names; never to a guess. After a rejection the
same user name is not tried again, since a few more would lock the account. Known
mechanisms: PLAIN, LOGIN, SCRAM-SHA-256, SCRAM-SHA-512, SCRAM-SHA-1, CRAM-MD5,
XOAUTH2 and OAUTHBEARER, besides the commands of IMAP and POP3; EXTERNAL with
--client-cert, which those servers alone are shown. With --all-mechanisms each is
tried that a server offers, and a table says what each server said: also APOP,
NTLM, and SCRAM-SHA-256-PLUS, SCRAM-SHA-512-PLUS and SCRAM-SHA-1-PLUS, which bind
the login to the TLS connection. Where nothing is given and a sign-in is kept for
the address (mailcheck login), that is used, unless --no-login is given.
`

// open reads what the flags and the environment give to log in to the account of an address
// with, else which sign-in is kept for it; none is no error.
func (f *credentials) open(c *cobra.Command, a mailcheck.Address) (probes.Credentials, error) {
	none := probes.Credentials{}
	creds := probes.Credentials{Username: f.username, AllMechanisms: f.allMechanisms}
	var err error
	if creds.TrustedHosts, err = trustedHosts(f.trusted); err != nil {
		return none, err
	}
	given := f.ask || f.passwordFile != "" || f.tokenFile != "" || f.certFile != "" || f.keyFile != ""
	if f.noLogin && (given || f.username != "" || f.allMechanisms) {
		return none, usage("leave one of them out", "--no-login and what there is to log in with exclude each other")
	}
	if f.ask && f.passwordFile != "" || f.ask && f.tokenFile != "" || f.passwordFile != "" && f.tokenFile != "" {
		return none, usage("give one of them", "--ask-password, --password-file and --token-file exclude each other")
	}
	if !mailcheck.Printable(f.username) || strings.TrimSpace(f.username) != f.username {
		return none, usage("", "--username: %s has characters that no user name has", mailcheck.Quoted(f.username))
	}
	if len(f.username) > maxUsername {
		return none, usage("", "--username: %s is longer than any user name is", mailcheck.Quoted(f.username))
	}
	switch {
	case f.ask:
		creds.Password, err = askPassword(c)
	case f.passwordFile != "":
		creds.Password, err = secretFrom(c, "--password-file", f.passwordFile)
	case f.tokenFile != "":
		creds.Token, err = secretFrom(c, "--token-file", f.tokenFile)
	case f.noLogin:
		return creds, nil
	case os.Getenv("MAILCHECK_PASSWORD") != "" && os.Getenv("MAILCHECK_TOKEN") != "":
		err = usage("unset one of them", "MAILCHECK_PASSWORD and MAILCHECK_TOKEN are both set")
	default:
		creds.Password, creds.Token = os.Getenv("MAILCHECK_PASSWORD"), os.Getenv("MAILCHECK_TOKEN")
	}
	if bad := probes.CheckSecret(creds.Password + creds.Token); err == nil && bad != nil {
		err = usage("it has to be one line of UTF-8 text", "%v", bad)
	}
	if err == nil {
		creds.Certificate, err = f.certificate(c.Context())
	}
	if err != nil {
		return none, err
	}
	if !creds.Given() {
		f.kept, f.unkept = keptFor(c.Context(), a)
	}
	if !creds.Given() && f.kept == nil && f.unkept == nil && (f.username != "" || f.allMechanisms || len(f.trusted) > 0 && !f.trustsAlone) {
		return none, usage("add --ask-password", "--username, --trust-server and --all-mechanisms are for logging in, and no password is given")
	}
	return creds, nil
}

// trustedHosts reads the hosts that the user vouches for.
func trustedHosts(typed []string) (hosts []string, err error) {
	for _, text := range typed {
		host, err := mailcheck.ParseHost(text)
		if err != nil {
			return nil, usage("for example: --trust-server imap.example.com", "--trust-server: %v", err)
		}
		hosts = append(hosts, host)
	}
	return hosts, nil
}

// maxUsername bounds a user name: with the password it has to fit in a line of 8192 bytes
// (RFC 9051 section 4.3.1).
const maxUsername = 1024

func askPassword(c *cobra.Command) (string, error) {
	fd := int(os.Stdin.Fd())
	if !term.IsTerminal(fd) {
		return "", usage("use --password-file - to read it from standard input", "--ask-password needs a terminal")
	}
	io.WriteString(c.ErrOrStderr(), "Password: ")
	typed, err := term.ReadPassword(fd)
	io.WriteString(c.ErrOrStderr(), "\n")
	if err != nil || len(typed) == 0 {
		return "", usage("", "no password was typed")
	}
	return string(typed), nil
}

// contentOf reads a file that the user names, - for standard input.
func contentOf(c *cobra.Command, name string, most int64) ([]byte, error) {
	if name == "-" {
		return files.From(c.Context(), c.InOrStdin(), most)
	}
	return files.Read(c.Context(), name, most)
}

// secretFrom reads a file with one line.
func secretFrom(c *cobra.Command, flag, name string) (string, error) {
	content, err := contentOf(c, name, maxSecret)
	if errors.Is(err, files.ErrTooLarge) {
		return "", usage("", "%s: the file has more than %d bytes", flag, maxSecret)
	} else if err != nil {
		return "", noRun("", "%s: %v", flag, err)
	}
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")) // as Windows' Notepad writes it
	secret := strings.TrimSuffix(strings.TrimSuffix(string(content), "\n"), "\r")
	if secret == "" {
		return "", usage("", "%s: the file is empty", flag)
	}
	return secret, nil
}
