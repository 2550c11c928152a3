package main

import (
	"fmt"
	"math"
	"net"
	"net/netip"
	"time"

	"github.com/spf13/cobra"

	"mailcheck/probes"
	"mailcheck/serve"
)

// public is the flags that say where a service goes that strangers send on its way.
type public struct {
	nets  []string
	ports []uint
}

func (p *public) register(c *cobra.Command) {
	c.Flags().StringArrayVar(&p.nets, "allow-net", nil, "also go to the addresses of this `NETWORK`, such as 10.0.0.0/8 (repeatable); without it to public ones alone")
	c.Flags().UintSliceVar(&p.ports, "allow-port", nil, "also go to this `PORT` (repeatable); without it to those of mail and web alone")
}

func (p *public) apply(client *probes.Client) error {
	client.PublicOnly = true
	for _, text := range p.nets {
		net, err := netip.ParsePrefix(text)
		if err != nil {
			return usage("for example: --allow-net 10.0.0.0/8", "--allow-net: %v", err)
		}
		client.AllowNets = append(client.AllowNets, net)
	}
	for _, port := range p.ports {
		if port == 0 || port > math.MaxUint16 {
			return usage("for example: --allow-port 8443", "--allow-port: %d is no port", port)
		}
		client.AllowPorts = append(client.AllowPorts, uint16(port))
	}
	return nil
}

// service is the flags of the service.
type service struct {
	net     network
	listen  string
	access  accessFlags
	publish publishing
	tls     tlsFlags
	monitor monitoring
}

func serveCommand() *cobra.Command {
	s := service{net: network{public: new(public)}}
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve a page for browsers and an interface for programs",
		Long: `Serves a page for browsers and an interface for programs, until it is ended.

The page takes an address, shows the test as it goes on, and then the report, with setup
files to download. The interface is described at /api/v1/openapi.json. Reports are kept in
memory for an hour, each under an address that nobody can guess, and no mail address stands in
a URL.

Those who use it choose what is tested. So only public addresses are dialled, on the ports that
mail and its settings have (--allow-net, --allow-port), and each client and each domain has only
so many tests a minute. Eight tests are made at once; others wait for their turn.

With --publish the service also gives out the setup files of your own domains, where mail
programs look for them, to everybody who asks there. Prometheus asks /probe, as it asks
blackbox_exporter, and /metrics.

On other addresses than loopback the service wants to know for whom it is: --token-file,
--auth-header with --trusted-proxy, or --public.

Exit code: 0 it was ended, by Ctrl-C or SIGTERM; 2 wrong command line; 3 it could not
be started, or ended by itself.`,
		Example: `  mailcheck serve
  mailcheck serve --listen 0.0.0.0:9877 --token-file token
  mailcheck serve --publish domains.yaml --dns`,
		Args: atMost(0),
		RunE: func(c *cobra.Command, _ []string) error { return s.run(c) },
	}
	c.Flags().StringVar(&s.listen, "listen", "127.0.0.1:9877", "listen at this `IP:PORT`")
	s.access.register(c)
	s.publish.register(c)
	s.tls.register(c)
	s.monitor.register(c)
	s.net.register(c)
	s.net.public.register(c)
	s.net.registerDiscovery(c)
	s.net.registerExpiry(c)
	return c
}

func (s *service) run(c *cobra.Command) error {
	if s.net.timeout <= 0 {
		return usage("for example: --timeout 30s", "--timeout must be more than nothing")
	}
	access, err := s.access.open(c, s.listen)
	if err != nil {
		return err
	}
	where, err := s.net.discovery()
	if err != nil {
		return err
	}
	published, err := s.publish.open(c)
	switch {
	case err != nil:
		return err
	case s.publish.dns:
		return s.printRecords(c, published)
	}
	client, err := s.net.open(c.Context(), where)
	if err != nil {
		return err
	}
	defer client.Close()
	server := &serve.Server{Runs: &serve.Runs{
		Client: client, Timeout: s.net.timeout, Version: version(),
		Options: probes.Options{ExpiryWarning: time.Duration(s.net.expiry)},
	}, Access: access, OwnNames: ownNames()}
	if server.Routes, err = s.monitor.routes(c, server.Runs); err != nil {
		return err
	}
	var names []string
	if published != nil {
		server.Sites, names = published, published.Names()
	}
	secured, err := s.tls.open(c, s.net, names)
	if err != nil {
		return err
	}
	defer secured.end()
	server.TLS = secured.config
	l, err := net.Listen("tcp", s.listen)
	if err != nil {
		return noRun("choose another one with --listen", "%v", err)
	}
	end, err := s.beside(c, published, secured.fetch)
	if err != nil {
		return err
	}
	defer end()
	scheme := "http"
	if server.TLS != nil {
		scheme = "https"
	}
	fmt.Fprintf(c.ErrOrStderr(), "mailcheck: serving at %s://%s/\n", scheme, l.Addr())
	if err := server.Serve(c.Context(), l, s.net.timeout); err != nil {
		return noRun("", "%v", err)
	}
	return nil
}
