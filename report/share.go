package report

import (
	"cmp"
	"fmt"
	"net/netip"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lazy"
)

// Share returns a report without the person: in the place of address and user names, of
// names and addresses that mean something in one network alone, and of those of this
// machine, which own names, stand others, the same everywhere. The domain stays, since
// without it the report says nothing.
func Share(r *mailcheck.Report, own ...string) (*mailcheck.Report, error) {
	d := document(r, Options{})
	s := &sharer{names: map[string]string{}, hosts: map[string]string{}, others: map[string]string{}, ips: map[netip.Addr]string{}, servers: serversOf(r)}
	s.know(r, own)
	rewrite(reflect.ValueOf(d), inField{}, s.replace)
	in := &reader{unknown: map[string]*checks.Check{}, other: map[string]*checks.Check{}}
	shared := in.report(*d)
	if in.err != nil {
		return nil, fmt.Errorf("share report: %w", in.err)
	}
	return shared, nil
}

// sharer knows what is replaced by what.
type sharer struct {
	address *regexp.Regexp    // the address itself, as it stands in texts and URLs
	names   map[string]string // user names, and names of this machine
	bare    *regexp.Regexp    // any of them, standing alone; nil if there are none
	hosts   map[string]string // names of one network
	others  map[string]string // local parts of other addresses
	ips     map[netip.Addr]string
	servers map[netip.Addr]bool // addresses of servers, which everybody can look up
}

// roles are local parts that are no persons; as words they stand in many a text.
var roles = []string{
	"admin", "contact", "hello", "help", "hostmaster", "imap", "info", "mail", "marketing", "news", "noreply", "office", "pop3",
	"post", "postmaster", "root", "sales", "security", "service", "smtp", "support", "team", "test", "user", "webmaster",
}

// know learns what there is to replace.
func (s *sharer) know(r *mailcheck.Report, own []string) {
	if r.Address.Local != "" {
		local := regexp.QuoteMeta(r.Address.Local)
		domain := regexp.QuoteMeta(r.Address.Domain)
		if u := r.Address.Unicode(); u != r.Address.Domain {
			domain = "(?:" + domain + "|" + regexp.QuoteMeta(u) + ")"
		}
		s.address = regexp.MustCompile("(?i)(^|[^\\pL\\pN._%+-])" + local + "(@|%40)(" + domain + ")")
		s.name(r.Address.Local, "user")
	}
	for _, server := range r.Settings {
		s.username(server.Username, r)
	}
	for _, server := range r.Servers {
		s.username(server.Username, r)
		if server.Login != nil {
			for _, name := range append([]string{server.Login.Username}, server.Login.Refused...) {
				s.username(name, r)
			}
			for _, a := range server.Login.Attempts {
				s.username(a.Username, r)
			}
		}
		s.label(server.Host)
	}
	for _, source := range r.Sources {
		for _, server := range source.Servers {
			s.username(server.Username, r)
			s.label(server.Host)
		}
	}
	for i, name := range own {
		s.name(name, fmt.Sprintf("machine-%d", i+1))
	}
	var words []string
	for name := range s.names {
		words = append(words, regexp.QuoteMeta(name))
	}
	if len(words) > 0 {
		slices.SortFunc(words, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b)) })
		s.bare = regexp.MustCompile(`(?i)(^|[^\pL\pN_.@-]|\b[0-9]{3}-)(` + strings.Join(words, "|") + `)($|[^\pL\pN_-])`)
	}
}

// username learns a user name, which may be the address.
func (s *sharer) username(name string, r *mailcheck.Report) {
	written := mailbox().FindString(name) == name || strings.HasPrefix(name, "user-") // it is replaced where it stands, or was
	if name != r.Address.String() && name != r.Address.Username() && !written {
		s.name(name, fmt.Sprintf("user-%d", len(s.names)+1))
	}
}

func (s *sharer) name(name, instead string) {
	if _, known := s.names[strings.ToLower(name)]; !known && len(name) > 1 && !slices.Contains(roles, strings.ToLower(name)) {
		s.names[strings.ToLower(name)] = instead
	}
}

// label learns a host name of one label, which means something in one network alone.
func (s *sharer) label(host string) {
	if host != "" && host != "localhost" && !strings.ContainsAny(host, ".:") {
		s.name(host, fmt.Sprintf("host-%d", len(s.names)+1))
	}
}

// serversOf returns the addresses of servers, as they were reached or looked up.
func serversOf(r *mailcheck.Report) map[netip.Addr]bool {
	all := map[netip.Addr]bool{}
	look := func(steps []mailcheck.Step) {
		for _, step := range steps {
			if step.Op == mailcheck.OpResolve || step.Op == mailcheck.OpLookup {
				for _, text := range addresses().FindAllString(step.Detail.String()+" "+step.Target, -1) {
					if ip, err := netip.ParseAddr(text); err == nil {
						all[ip] = true
					}
				}
			}
		}
	}
	for _, server := range r.Servers {
		for _, a := range server.Addresses {
			all[a.IP] = true
		}
		if ip, err := netip.ParseAddr(server.Host); err == nil {
			all[ip] = true
		}
		look(server.Steps)
	}
	for _, source := range r.Sources {
		look(source.Steps)
	}
	return all
}

// quoting are the fields in which a name stands as somebody else has written it. In all
// others are words of mailcheck's own, one of which may be a name too.
var quoting = []string{
	"username", "refused", "detail", "error", "reason", "text", "greeting", "target", "remedy", "fix", "meanwhile",
	"path", "url", "final", "document", "server", "instead", "records", "data", "host", "name", "what", "hint", "note",
	"alerts", "value", "prefix", "root", "address",
}

var (
	addresses = lazy.Regexp(`[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}`)
	inner     = lazy.Regexp(`(?i)\b[a-z0-9_](?:[a-z0-9_-]*\.)+(?:local|lan|internal|intranet|private|corp|home|localdomain|home\.arpa)\b`)
	// visitor is how servers greet who connects: his name, as DNS has it, before his address.
	visitor = lazy.Regexp(`([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+)( ?[\[(])([0-9A-Fa-f.:]+)`)
)

// replace returns what is written for a text of a document.
func (s *sharer) replace(in inField, text string) string {
	field := in.name()
	if field == "file" && strings.Contains(text, "/") && !strings.Contains(text, "://") {
		text = path.Base(text)
	}
	if s.address != nil {
		text = s.address.ReplaceAllString(text, "${1}user${2}${3}")
	}
	text = visitor().ReplaceAllStringFunc(text, func(found string) string {
		part := visitor().FindStringSubmatch(found)
		if ip, err := netip.ParseAddr(part[3]); err != nil || !s.strange(ip) {
			return found
		}
		return "visitor.example" + part[2] + part[3]
	})
	text = inner().ReplaceAllStringFunc(text, func(host string) string {
		return s.instead(s.hosts, strings.ToLower(host), "host-%d.internal")
	})
	if field != "ref" { // sections of standards look like addresses
		text = addresses().ReplaceAllStringFunc(text, s.replaceIP)
	}
	if !slices.Contains(quoting, field) {
		return text
	}
	text = mailbox().ReplaceAllStringFunc(text, s.replaceMailbox)
	if s.bare == nil {
		return text
	}
	for range 2 { // two names may share the character between them
		text = s.bare.ReplaceAllStringFunc(text, func(found string) string {
			part := s.bare.FindStringSubmatch(found)
			return part[1] + s.names[strings.ToLower(part[2])] + part[3]
		})
	}
	return text
}

// mailbox is an address of somebody else, such as one that the person's mail is led to.
var mailbox = lazy.Regexp(`([\pL\pN._+-]+)(@|%40)([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)`)

func (s *sharer) replaceMailbox(found string) string {
	part := mailbox().FindStringSubmatch(found)
	local := strings.ToLower(part[1])
	if local == "user" || strings.HasPrefix(local, "user-") || slices.Contains(roles, local) {
		return found
	}
	return s.instead(s.others, local, "user-%d") + part[2] + part[3]
}

func (s *sharer) instead(known map[string]string, name, format string) string {
	if strings.HasPrefix(name, "host-") && strings.HasSuffix(name, ".internal") { // it is one already
		return name
	}
	if known[name] == "" {
		known[name] = fmt.Sprintf(format, len(known)+1)
	}
	return known[name]
}

// strange reports whether an address is that of no server: it is where the run was made.
func (s *sharer) strange(ip netip.Addr) bool {
	return ip.IsPrivate() || ip.IsLinkLocalUnicast() || shared.Contains(ip.Unmap()) || !s.servers[ip] && !ip.IsLoopback() && !ip.IsUnspecified()
}

// shared are the addresses behind which providers keep their customers (RFC 6598).
var shared = netip.MustParsePrefix("100.64.0.0/10")

// documentation are the addresses for examples (RFC 5737, RFC 3849).
var documentation = []netip.Prefix{
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32"),
}

// replaceIP writes an address for examples in the place of a strange one.
func (s *sharer) replaceIP(text string) string {
	ip, err := netip.ParseAddr(text)
	if err != nil || !s.strange(ip) || slices.ContainsFunc(documentation, func(p netip.Prefix) bool { return p.Contains(ip) }) {
		return text
	}
	if s.ips[ip] == "" {
		n := len(s.ips)
		s.ips[ip] = fmt.Sprintf("192.0.2.%d", n%254+1)
		if ip.Is6() {
			s.ips[ip] = fmt.Sprintf("2001:db8::%x", n+1)
		}
	}
	return s.ips[ip]
}
