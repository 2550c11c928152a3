package main

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/internal/files"
	"mailcheck/internal/netx"
	"mailcheck/probes"
)

// network is the flags that say how to reach the network.
type network struct {
	resolvers []string
	caFile    string
	anchors   string
	connectTo []string
	ipv4      bool
	ipv6      bool
	timeout   time.Duration
	ispdb     string
	noGuess   bool
	expiry    days
	tlsAudit  bool
	login     *credentials // nil in commands that do not log in
	contact   string
	survey    *probes.Survey // nil in commands that make one run
	public    *public        // nil in commands whose user chooses what is tested
}

func (f *network) register(c *cobra.Command) {
	f.registerWay(c)
	f.registerTimeout(c, 30*time.Second)
}

// registerWay adds the flags that say on which way to go.
func (f *network) registerWay(c *cobra.Command) {
	flags := c.Flags()
	flags.StringArrayVar(&f.resolvers, "resolver", nil, "ask the DNS server at this IP `HOST[:PORT]` instead of the system's (repeatable)")
	flags.StringVar(&f.caFile, "ca-file", "", "also trust the certificate authorities in this PEM `FILE`")
	flags.StringVar(&f.anchors, "trust-anchor", "", "for DNSSEC trust the root keys in this `FILE` (DS or DNSKEY records), not those of the internet")
	flags.StringArrayVar(&f.connectTo, "connect-to", nil, "connect elsewhere: `HOST:PORT:HOST:PORT`, as curl does (repeatable)")
	flags.BoolVarP(&f.ipv4, "ipv4", "4", false, "use IPv4 only")
	flags.BoolVarP(&f.ipv6, "ipv6", "6", false, "use IPv6 only")
}

func (f *network) registerTimeout(c *cobra.Command, standard time.Duration) {
	c.Flags().DurationVar(&f.timeout, "timeout", standard, "end the whole test after this `TIME`, such as 30s or 2m; writing the result may take as long again")
}

// registerDiscovery adds the flags of commands that look for settings.
func (f *network) registerDiscovery(c *cobra.Command) {
	c.Flags().StringVar(&f.ispdb, "ispdb", "", "the provider database: a `URL`, a folder, or off (default the public one)")
	c.Flags().BoolVar(&f.noGuess, "no-guess", false, "do not try likely server names where nothing is published")
}

// registerAudit adds the flag of commands that test servers.
func (f *network) registerAudit(c *cobra.Command) {
	c.Flags().BoolVar(&f.tlsAudit, "tls-audit", false, "also judge what each server's TLS accepts: at most 200 more connections a server, mostly some thirty")
}

// registerLogin adds the flags of commands that log in where they can.
func (f *network) registerLogin(c *cobra.Command) {
	f.login = new(credentials)
	f.login.register(c)
}

// discovery returns where the flags say that settings are looked for.
func (f *network) discovery() (autoconfig.Options, error) {
	if f.ispdb != "" && f.ispdb != "off" && !strings.HasPrefix(f.ispdb, "https://") && !strings.HasPrefix(f.ispdb, "http://") {
		if info, err := os.Stat(f.ispdb); err != nil || !info.IsDir() {
			return autoconfig.Options{}, usage("give a URL, a folder, or the word off", "--ispdb: there is no folder %q", f.ispdb)
		}
	}
	if strings.Contains(f.ispdb, "://") && strings.Contains(f.ispdb, "@") {
		return autoconfig.Options{}, usage("give the URL without a user name and a password", "--ispdb: the database is asked without a login")
	}
	return autoconfig.Options{ISPDB: f.ispdb, NoGuess: f.noGuess}, nil
}

// options returns what the flags say of one run on an address, with what it logs in with.
func (f *network) options(c *cobra.Command, a mailcheck.Address) (*probes.Options, error) {
	opts := &probes.Options{TLSAudit: f.tlsAudit, ExpiryWarning: time.Duration(f.expiry)}
	if f.login == nil {
		return opts, nil
	}
	var err error
	opts.Credentials, err = f.login.open(c, a)
	return opts, err
}

// open returns the client that the flags describe.
func (f *network) open(ctx context.Context, where autoconfig.Options) (*probes.Client, error) {
	client := &probes.Client{Resolvers: f.resolvers, ConnectTo: f.connectTo, Discovery: where, Contact: f.contact, Survey: f.survey}
	if f.public != nil {
		if err := f.public.apply(client); err != nil {
			return nil, err
		}
	}
	switch {
	case f.ipv4 && f.ipv6:
		return nil, usage("leave both out to use both", "-4 and -6 exclude each other")
	case f.ipv4:
		client.Family = probes.IPv4
	case f.ipv6:
		client.Family = probes.IPv6
	}
	var err error
	if client.Roots, err = f.roots(ctx); err != nil {
		return nil, err
	}
	if client.Anchors, err = f.rootKeys(ctx); err != nil {
		return nil, err
	}
	err = client.Open()
	if wrong, ok := errors.AsType[*probes.OptionError](err); ok && wrong.Field == "Anchors" {
		return nil, noRun("the file has lines such as: . IN DS 20326 8 2 E06D44B8...", "--trust-anchor: %s: %v", f.anchors, wrong.Err)
	} else if wrong, ok := errors.AsType[*probes.OptionError](err); ok && wrong.Field == "ConnectTo" {
		return nil, usage("for example: --connect-to imap.example.com:993:192.0.2.1:993", "%v", wrong.Err)
	} else if ok && wrong.Field == "Contact" {
		return nil, usage("for example: --contact https://example.org/survey or --contact postmaster@example.org", "--contact: %v", wrong.Err)
	} else if ok {
		return nil, usage("for example: --resolver 192.0.2.53 or --resolver [2001:db8::53]:53", "--resolver: %v", wrong.Err)
	} else if err != nil {
		return nil, noRun("name a DNS server with --resolver", "%v", err)
	}
	return client, nil
}

// aside does something over the network that the flags describe, beside any test.
func (f *network) aside(ctx context.Context, do func(context.Context, *netx.Run) error) error {
	client, err := f.open(ctx, autoconfig.Options{})
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, run, end, err := client.Begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	return do(ctx, run)
}

// rootKeys returns the records of --trust-anchor; none without the flag.
func (f *network) rootKeys(ctx context.Context) (string, error) {
	if f.anchors == "" {
		return "", nil
	}
	records, err := files.Read(ctx, f.anchors, maxRootKeys)
	if err != nil {
		return "", noRun("give a file with the DS or DNSKEY records of the root", "--trust-anchor: %v", err)
	}
	return cmp.Or(string(records), "\n"), nil // an empty file is none with keys
}

// maxRootKeys is more than a file with the keys of a root has.
const maxRootKeys = 64 << 10

// maxAuthorities is more than a file with all authorities of the world has.
const maxAuthorities = 8 << 20

// roots returns the system's authorities and those of --ca-file; nil without the
// flag, which means the system's, too.
func (f *network) roots(ctx context.Context) (*x509.CertPool, error) {
	if f.caFile == "" {
		return nil, nil
	}
	pem, err := files.Read(ctx, f.caFile, maxAuthorities)
	if err != nil {
		return nil, noRun("give a PEM file with the authority's certificate", "--ca-file: %v", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool() // a machine without authorities of its own; the file's are still good
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, noRun("a PEM file has lines like -----BEGIN CERTIFICATE-----", "--ca-file: no certificate in %s", f.caFile)
	}
	return roots, nil
}

// limit returns ctx ending with the time of the run.
func (f *network) limit(ctx context.Context) (context.Context, context.CancelFunc, error) {
	if f.timeout <= 0 {
		return nil, nil, usage("for example: --timeout 30s", "--timeout: the time must be more than nothing")
	}
	limited, cancel := context.WithTimeout(ctx, f.timeout)
	return limited, cancel, nil
}

// during makes a client's one run within its time, shows that it is under way, and
// closes the client.
func (f *network) during(c *cobra.Command, client *probes.Client, what string, opts *probes.Options, run func(context.Context) (*mailcheck.Report, error)) (*mailcheck.Report, error) {
	defer client.Close()
	ctx, cancel, err := f.limit(c.Context())
	if err != nil {
		return nil, err
	}
	defer cancel()
	view, done := progress(ctx, c.ErrOrStderr(), what)
	defer done()
	if view != nil {
		opts.Watch, opts.Await = view.watch, view.await
	}
	r, err := run(ctx)
	if err != nil {
		return nil, noRun("", "%v", err)
	}
	return r, nil
}

// interrupted says that the user ended the run; what was learned is printed.
func interrupted(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return noRun("", "interrupted; the report is not complete")
	}
	return nil
}
