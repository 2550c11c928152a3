package publish

import (
	"slices"
	"strings"
	"time"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/autoconfig/setup"
	"mailcheck/internal/yamlfile"
)

// Bounds of a file, which are far above what anybody has.
const (
	MaxFile    = 4 << 20
	maxDomains = 10_000
	maxServers = 40
)

// Domain is one domain of a file, and what is published for it.
type Domain struct {
	Name      string   // A-labels, lower case
	FromCheck bool     // what a check of the domain finds, and what passes in it
	Trusted   []string // hosts that the owner vouches for in that check
	Servers   []mailcheck.Server
	Policy    *Policy // for MTA-STS; nil: none
}

// Parse reads a file that says what is published for which domains. Its errors name the line.
func Parse(text []byte) ([]Domain, error) {
	root, err := yamlfile.Parse(text)
	if err != nil {
		return nil, err
	}
	fields, err := root.Fields("domains")
	if err != nil {
		return nil, err
	}
	list, ok := fields["domains"]
	if !ok {
		return nil, root.Errorf("domains is missing: the list of those that something is published for")
	}
	entries, err := list.List(maxDomains)
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		return nil, list.Errorf("the list of domains is empty")
	}
	lines := map[string]int{} // of the names at which a domain is asked for
	var domains []Domain
	for _, entry := range entries {
		d, err := parseDomain(entry)
		if err != nil {
			return nil, err
		}
		for _, host := range d.hosts() {
			if line, there := lines[host]; there {
				return nil, entry.Errorf("%s is a name of the domain in line %d, too", host, line)
			}
			lines[host] = entry.Line()
		}
		domains = append(domains, d)
	}
	return domains, nil
}

func parseDomain(entry yamlfile.Value) (Domain, error) {
	fields, err := entry.Fields("domain", "from", "trust_server", "servers", "username", "mta-sts")
	if err != nil {
		return Domain{}, err
	}
	var d Domain
	name, ok := fields["domain"]
	if !ok {
		return d, entry.Errorf("domain is missing: the part of the addresses behind the @")
	}
	text, err := name.Text()
	if err != nil {
		return d, err
	}
	if d.Name, err = mailcheck.ParseDomain(text); err != nil {
		return d, name.Errorf("%w", err)
	}
	if len(d.Name) > maxName {
		return d, name.Errorf("the domain is so long that programs cannot ask at a name below it")
	}
	if policy, ok := fields["mta-sts"]; ok {
		if d.Policy, err = parsePolicy(policy); err != nil {
			return d, err
		}
	}
	from, checked := fields["from"]
	servers, declared := fields["servers"]
	username, named := fields["username"]
	trusted, trusts := fields["trust_server"]
	switch {
	case checked && (declared || named):
		return d, from.Errorf("with from, servers and user names are those that the check finds; leave out the one or the other")
	case trusts && !checked:
		return d, trusted.Errorf("trust_server vouches for servers that a check finds; those in servers need nobody to do so")
	case checked:
		d.FromCheck = true
		if word, err := from.Text(); err != nil || word != "check" {
			return d, from.Errorf("from can be: check")
		}
		if trusts {
			d.Trusted, err = parseHosts(trusted)
		}
		return d, err
	case !declared:
		return d, entry.Errorf("%s has neither servers nor from: check", d.Name)
	}
	if d.Servers, err = parseServers(servers); err != nil {
		return d, err
	}
	template := "%EMAILADDRESS%"
	if named {
		if template, err = parseUsername(username); err != nil {
			return d, err
		}
	}
	for i := range d.Servers {
		d.Servers[i].Username = template
	}
	return d, nil
}

// maxName is that of a domain of which each name that programs ask for is one in DNS (RFC 1035
// section 2.3.4).
const maxName = 253 - len(paccName+".")

func parseServers(list yamlfile.Value) ([]mailcheck.Server, error) {
	entries, err := list.List(maxServers)
	if err != nil {
		return nil, err
	}
	var servers []mailcheck.Server
	for _, entry := range entries {
		text, err := entry.Text()
		if err != nil {
			return nil, err
		}
		s, err := mailcheck.ParseServer(text)
		switch {
		case err != nil:
			return nil, entry.Errorf("%w", err)
		case s.Protocol.Exchange():
			return nil, entry.Errorf("%s: no settings are published for Exchange, which has a service of its own for them", text)
		case s.Security == mailcheck.Plain:
			return nil, entry.Errorf("%s: no server is published that programs would send the password to without TLS", text)
		case !strings.Contains(s.Host, "."):
			return nil, entry.Errorf("%s: the name of the server is not complete", text)
		case slices.ContainsFunc(servers, func(other mailcheck.Server) bool { return other.Key() == s.Key() }):
			return nil, entry.Errorf("%s is there twice", text)
		}
		servers = append(servers, s)
	}
	if !slices.ContainsFunc(servers, func(s mailcheck.Server) bool { return s.Protocol.Reads() }) || !slices.ContainsFunc(servers, func(s mailcheck.Server) bool { return s.Protocol.Sends() }) {
		return nil, list.Errorf("one server for reading mail is wanted here (imaps://HOST or pop3s://HOST), and one for sending it (submissions://HOST)")
	}
	return servers, nil
}

// parseHosts reads the names of servers.
func parseHosts(list yamlfile.Value) ([]string, error) {
	entries, err := list.List(maxServers)
	if err != nil {
		return nil, err
	}
	var hosts []string
	for _, entry := range entries {
		text, err := entry.Text()
		if err != nil {
			return nil, err
		}
		host, err := mailcheck.ParseHost(text)
		if err != nil {
			return nil, entry.Errorf("%w", err)
		}
		hosts = append(hosts, host)
	}
	return hosts, nil
}

// parseUsername reads what everybody's user name is made of.
func parseUsername(v yamlfile.Value) (string, error) {
	template, err := v.Text()
	if err != nil {
		return "", err
	}
	filled := document.Expand(template, mailcheck.Address{Local: "user", Domain: "example.com"})
	switch {
	case filled == template:
		return "", v.Errorf("the user name is the same for everybody; it is made of %%EMAILADDRESS%%, %%EMAILLOCALPART%% and %%EMAILDOMAIN%%")
	case document.Unfilled(filled):
		return "", v.Errorf("the user name has %s; there is: %%EMAILADDRESS%%, %%EMAILLOCALPART%%, %%EMAILDOMAIN%%", document.PlaceholderIn(filled))
	case strings.TrimSpace(template) != template || len(template) > 256:
		return "", v.Errorf("the user name is too long, or has a space at an end")
	}
	return template, nil
}

// parsePolicy reads a policy for MTA-STS, in the words that it has itself.
func parsePolicy(v yamlfile.Value) (*Policy, error) {
	fields, err := v.Fields("mode", "mx", "max_age")
	if err != nil {
		return nil, err
	}
	p := &Policy{MaxAge: 7 * 24 * time.Hour}
	mode, ok := fields["mode"]
	if !ok {
		return nil, v.Errorf("mode is missing: %s, %s or %s", Testing, Enforce, None)
	}
	word, err := mode.Text()
	if p.Mode = Mode(word); err != nil || !slices.Contains([]Mode{Testing, Enforce, None}, p.Mode) {
		return nil, mode.Errorf("mode can be: %s, %s, %s", Testing, Enforce, None)
	}
	if age, ok := fields["max_age"]; ok {
		if p.MaxAge, err = parseAge(age); err != nil {
			return nil, err
		}
	}
	mx, ok := fields["mx"]
	switch {
	case !ok && p.Mode != None:
		return nil, v.Errorf("mx is missing: the names of the mail exchangers of the domain")
	case !ok:
		return p, nil
	}
	if p.MX, err = parseExchangers(mx); err == nil && len(p.MX) == 0 && p.Mode != None {
		err = mx.Errorf("the list of mail exchangers is empty")
	}
	return p, err
}

// maxAge is the longest time that a policy may be kept (RFC 8461 section 3.2).
const maxAge = 31557600 * time.Second

// parseAge reads seconds, which is what the policy has.
func parseAge(v yamlfile.Value) (time.Duration, error) {
	text, err := v.Text()
	if err != nil {
		return 0, err
	}
	age, err := time.ParseDuration(text + "s")
	if err != nil || strings.Trim(text, "0123456789") != "" || age > maxAge {
		return 0, v.Errorf("max_age is a number of seconds, at most %d", int(maxAge.Seconds()))
	}
	return age, nil
}

// parseExchangers reads names, of which the first label may be an asterisk (RFC 8461
// section 4.1).
func parseExchangers(v yamlfile.Value) ([]string, error) {
	entries, err := v.List(maxServers)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, entry := range entries {
		text, err := entry.Text()
		if err != nil {
			return nil, err
		}
		name, wild := strings.CutPrefix(text, "*.")
		host, err := mailcheck.ParseDomain(name)
		if err != nil {
			return nil, entry.Errorf("%w", err)
		}
		if wild {
			host = "*." + host
		}
		all = append(all, host)
	}
	return all, nil
}

// made returns the site for a domain of which a report is.
func made(r *mailcheck.Report, o setup.Options) (setup.Setup, error) {
	site, ok := setup.ByName("site")
	if !ok {
		panic("there is no format site")
	}
	return site.Make(r, o)
}
