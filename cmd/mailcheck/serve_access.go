package main

import (
	"net"
	"net/netip"
	"strings"

	"github.com/spf13/cobra"

	"mailcheck"
	"mailcheck/serve"
)

// accessFlags are the flags that say who may use a service.
type accessFlags struct {
	tokenFile  string
	userHeader string
	proxies    []string
	hosts      []string
	public     bool
	passwords  bool
}

func (f *accessFlags) register(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.tokenFile, "token-file", "", "only for those who have the token in this `FILE`: as a bearer token, or as the password that a browser asks for")
	flags.StringVar(&f.userHeader, "auth-header", "", "only for those whom a trusted proxy names in the header of this `NAME`, such as X-Remote-User")
	flags.StringArrayVar(&f.proxies, "trusted-proxy", nil, "believe the proxies in this `NETWORK` who asks, and whether over TLS, such as 127.0.0.1/32 (repeatable)")
	flags.StringArrayVar(&f.hosts, "host", nil, "the service is called by this `NAME` (repeatable); on a loopback address by those of loopback too, and by no other")
	flags.BoolVar(&f.public, "public", false, "for everybody who can reach it, on other addresses than loopback too")
	flags.BoolVar(&f.passwords, "passwords", false, "also take passwords, and test the logins with them; from those alone who come over TLS")
}

// minToken is the length that makes a token one that nobody guesses.
const minToken = 16

// open reads what the flags say of a service at an address.
func (f *accessFlags) open(c *cobra.Command, listen string) (serve.Access, error) {
	a := serve.Access{UserHeader: f.userHeader, Passwords: f.passwords}
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return a, usage("for example: --listen 127.0.0.1:9877", "--listen: %v", err)
	}
	if f.tokenFile != "" {
		if a.Token, err = secretFrom(c, "--token-file", f.tokenFile); err != nil {
			return a, err
		} else if len(a.Token) < minToken {
			return a, usage("for example: openssl rand -hex 16 > FILE", "--token-file: the token has fewer than %d characters, so that it could be guessed", minToken)
		}
	}
	for _, text := range f.proxies {
		net, err := netip.ParsePrefix(text)
		if err != nil {
			return a, usage("for example: --trusted-proxy 127.0.0.1/32", "--trusted-proxy: %v", err)
		}
		a.Proxies = append(a.Proxies, net)
	}
	if f.userHeader != "" && len(f.proxies) == 0 {
		return a, usage("add --trusted-proxy NETWORK", "--auth-header has no meaning without a proxy that is trusted: anybody could name himself")
	}
	local := host == "localhost" || isLoopback(host)
	if !local && f.tokenFile == "" && f.userHeader == "" && !f.public {
		return a, usage("add --token-file FILE, --auth-header NAME with --trusted-proxy NETWORK, or --public", "at %s strangers can reach the service, and nothing says who may use it", mailcheck.Quoted(listen))
	}
	for _, name := range f.hosts {
		host, err := mailcheck.ParseHost(name)
		if err != nil {
			return a, usage("for example: --host mailcheck.example.com", "--host: %v", err)
		}
		a.Hosts = append(a.Hosts, host)
	}
	if local {
		a.Hosts = append(a.Hosts, "localhost", "127.0.0.1", "::1", strings.ToLower(host))
	}
	return a, nil
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
