package netx

import (
	"bufio"
	"bytes"
	"context"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// scutilTimeout is generous: the program only prints what it holds in memory.
const scutilTimeout = 2 * time.Second

// systemServers returns the name servers of resolv.conf(5), which macOS keeps
// for programs such as this one, or else those of its own configuration.
func systemServers() []string {
	conf, err := dns.ClientConfigFromFile("/etc/resolv.conf")
	if err == nil && len(conf.Servers) > 0 {
		return conf.Servers
	}
	ctx, cancel := context.WithTimeout(context.Background(), scutilTimeout)
	defer cancel()
	out, err := exec.CommandContext(ctx, "/usr/sbin/scutil", "--dns").Output()
	if err != nil {
		return nil
	}
	return scutilServers(out)
}

// scutilServers reads lines such as "nameserver[0] : 192.0.2.1" of the first
// resolver, the one for all names; the others serve single domains.
func scutilServers(out []byte) []string {
	var servers []string
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), ":")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if strings.HasPrefix(key, "resolver #2") {
			break
		}
		if strings.HasPrefix(key, "nameserver[") && !slices.Contains(servers, value) {
			servers = append(servers, value)
		}
	}
	return servers
}
