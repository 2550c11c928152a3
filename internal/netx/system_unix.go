//go:build !windows && !darwin

package netx

import "github.com/miekg/dns"

// systemServers returns the name servers of resolv.conf(5). The options in it
// are not used: this package has its own limits.
func systemServers() []string {
	conf, err := dns.ClientConfigFromFile("/etc/resolv.conf")
	if err != nil {
		return nil
	}
	return conf.Servers
}
