//go:build real

package realtest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// world is the small internet of one run: a zone, its servers, and the
// certificates they have. Every scenario has a loopback address of its own, so
// that all of them can use the standard ports.
type world struct {
	dir       string
	resolver  string // host:port of NSD
	validator string // host:port of unbound, if it is here
	rooted    string // host:port of an NSD that has a root too, for unbound
	anchor    string // DS record of the root's key
	root      authority
	between   authority // the intermediate one
	imaps6    int       // port of an IMAP server on ::1; 0 where there is no IPv6
	usual     bool      // NSD has the usual port, too, for programs that know no other
	mu        sync.Mutex
	processes []*exec.Cmd
}

// publicBase is an address of the script network.
var publicBase = [4]byte{192, 0, 1, 1}

// begin starts everything and waits until it answers. It fills in the addresses
// of the scenarios.
func (w *world) begin() {
	w.dir = must(os.MkdirTemp("", "mailcheck-realtest-"))
	check(os.Chmod(w.dir, 0o755)) // the servers drop root and must still get in

	// Picked at random, so that two runs on one machine do not meet.
	base := [4]byte{127, byte(64 + rand.IntN(64)), byte(rand.IntN(256)), 0}
	for i := range scenarios {
		base[3] = byte(i + 1)
		scenarios[i].address = netip.AddrFrom4(base)
		if scenarios[i].public {
			scenarios[i].address = netip.AddrFrom4([4]byte{publicBase[0], publicBase[1], publicBase[2], byte(i + 1)})
		}
	}
	for _, port := range []int{80, 443, 993, 995, 143, 110, 465, 587} {
		l, err := net.Listen("tcp", fmt.Sprintf("%s:%d", scenarios[0].address, port))
		if err != nil {
			panic(fmt.Sprintf("a server of this machine has port %d on all addresses: %v", port, err))
		}
		l.Close()
	}
	base[3] = 253
	w.resolver = fmt.Sprintf("%s:%d", netip.AddrFrom4(base), freePort(netip.AddrFrom4(base)))
	if _, ok := w.find("dane"); ok {
		w.validator = fmt.Sprintf("%s:%d", netip.AddrFrom4(base), freePort(netip.AddrFrom4(base)))
		w.rooted = fmt.Sprintf("%s:%d", netip.AddrFrom4(base), freePort(netip.AddrFrom4(base)))
	}
	w.imaps6 = freePort(netip.IPv6Loopback())
	w.usual = isFree(netip.AddrPortFrom(netip.AddrFrom4(base), 53))

	w.users()
	w.certificates()
	w.nsd()
	if w.validator != "" {
		w.unbound()
	}
	w.nginx()
	w.dovecot()
	w.postfix()
	w.programs()
	w.await()
}

// freePort returns a port that nothing listens on, 0 if the address does not
// exist here.
func freePort(a netip.Addr) int {
	l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(netip.AddrPortFrom(a, 0)))
	if err != nil {
		return 0
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// isFree reports whether nothing listens on a port.
func isFree(a netip.AddrPort) bool {
	l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(a))
	if err != nil {
		return false
	}
	defer l.Close()
	u, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(a))
	if err != nil {
		return false
	}
	return u.Close() == nil
}

func (w *world) path(elem ...string) string {
	return filepath.Join(append([]string{w.dir}, elem...)...)
}

func (w *world) write(name, text string) {
	check(os.MkdirAll(filepath.Dir(w.path(name)), 0o755))
	check(os.WriteFile(w.path(name), []byte(text), 0o644))
}

// start runs a server in the foreground, as a process group of its own.
func (w *world) start(program string, args ...string) {
	w.launch(&syscall.SysProcAttr{Setpgid: true}, filepath.Base(program), program, args...)
}

func (w *world) launch(attr *syscall.SysProcAttr, name, program string, args ...string) {
	log := must(os.OpenFile(w.path(name+".out"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644))
	defer log.Close()
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = w.dir, log, log
	cmd.SysProcAttr = attr
	w.mu.Lock()
	defer w.mu.Unlock()
	check(cmd.Start())
	w.processes = append(w.processes, cmd)
}

// stop ends every server with all its children and removes their files. It
// keeps the lock, so that a run interrupted while starting starts no more.
func (w *world) stop() {
	w.mu.Lock()
	for _, cmd := range w.processes {
		group := -cmd.Process.Pid
		if cmd.SysProcAttr.Cloneflags != 0 { // the first process of a namespace does not hear SIGTERM
			syscall.Kill(group, syscall.SIGKILL)
		}
		syscall.Kill(group, syscall.SIGTERM)
		late := time.AfterFunc(5*time.Second, func() { syscall.Kill(group, syscall.SIGKILL) })
		cmd.Wait()
		late.Stop()
		syscall.Kill(group, syscall.SIGKILL) // children that outlived their master
	}
	os.RemoveAll(w.dir)
}

// await returns when every port that a scenario has accepts connections.
func (w *world) await() {
	endpoints := []string{w.resolver}
	if w.validator != "" {
		endpoints = append(endpoints, w.validator, w.rooted)
	}
	for _, s := range scenarios {
		for _, port := range s.ports {
			endpoints = append(endpoints, fmt.Sprintf("%s:%d", s.address, port))
		}
		if s.web != "" {
			endpoints = append(endpoints, fmt.Sprintf("%s:443", s.address))
		}
		for _, site := range s.sites {
			endpoints = append(endpoints, fmt.Sprintf("%s:%d", s.address, site.port()))
		}
	}
	if w.imaps6 != 0 {
		endpoints = append(endpoints, fmt.Sprintf("[::1]:%d", w.imaps6))
	}
	if _, ok := w.find("filter-trip"); ok {
		endpoints = append(endpoints, w.path("rspamd", "milter"))
	}
	if err := answers(endpoints...); err != nil {
		panic(fmt.Sprintf("%v\n%s", err, w.logs()))
	}
	if s, ok := w.find("cyrus-none"); ok {
		gaveUp(fmt.Sprintf("%s:993", s.address))
	}
}

// answers waits until something listens everywhere, at a port or a socket's path.
func answers(endpoints ...string) error {
	deadline := time.Now().Add(20 * time.Second)
	for _, endpoint := range endpoints {
		network := "tcp"
		if filepath.IsAbs(endpoint) {
			network = "unix"
		}
		for {
			conn, err := net.Dial(network, endpoint)
			if err == nil {
				conn.Close()
				break
			}
			if time.Now().After(deadline) {
				return fmt.Errorf("a server did not start: %w", err)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	return nil
}

// logs returns what the servers have to say, for whoever mends a failing test.
func (w *world) logs() string {
	var all strings.Builder
	for _, pattern := range []string{"*.out", "*.log", "exim/*.log"} {
		files, _ := filepath.Glob(w.path(pattern))
		for _, file := range files {
			text, _ := os.ReadFile(file)
			fmt.Fprintf(&all, "--- %s\n%s", filepath.Base(file), text)
		}
	}
	return all.String()
}

// complaints returns what the servers logged of a client that breaks the rules,
// or that tries to log in. A TLS handshake with a server that has no TLS does
// break them.
func (w *world) complaints() (lines []string) {
	for line := range strings.Lines(w.logs()) {
		for _, phrase := range []string{"improper command pipelining", "non-SMTP command", "auth failed", "plaintext auth", "SASL", "Login:", withCredentials} {
			expected := hurried(line) || strings.Contains(line, "plain-on-tls-port") || ofAccounts(line)
			if strings.Contains(line, phrase) && !expected {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// nsd serves the zone "example.", so that every name that no scenario has is
// NXDOMAIN. It must not take all the scenarios at once for an attack.
func (w *world) nsd() {
	host, _, _ := net.SplitHostPort(w.resolver)
	zone := "$ORIGIN example.\nns A " + host + "\nimap.six AAAA ::1\n"
	zone += fmt.Sprintf("both.healthy A %s\nboth.healthy A %s\n", w.of("healthy").address, w.of("expired").address)
	zones := ""
	add := func(name, file string) { zones += fmt.Sprintf("zone:\n\tname: %q\n\tzonefile: %q\n", name, file) }
	for _, s := range scenarios {
		switch {
		case s.missing:
		case s.dnssec != "":
			file, ds := w.zoneFile(s.domain(), w.zone(s), s.dnssec)
			add(s.domain(), file)
			zone += "$ORIGIN example.\n" + delegation(s.domain(), ds)
		default:
			zone += w.zone(s)
		}
	}
	how := unsigned
	if w.validator != "" {
		how = signed
	}
	file, ds := w.zoneFile("example", zone, how)
	add("example", file)
	usual := ""
	if w.usual {
		usual = "\tip-address: " + host + "@53\n"
	}
	w.startNSD("nsd", w.resolver, usual, zones)
	if w.validator != "" {
		file, w.anchor = w.zoneFile(".", delegation("example", ds), signed)
		w.write("root.key", w.anchor)
		add(".", file)
		w.startNSD("nsd-root", w.rooted, "", zones)
	}
}

// startNSD starts one NSD, at an address and others.
func (w *world) startNSD(name, address, others, zones string) {
	host, port, _ := net.SplitHostPort(address)
	w.write(name+".conf", fmt.Sprintf(`
server:
	ip-address: %s@%s
%[5]s	username: ""
	zonesdir: %[3]q
	database: ""
	pidfile: "%[3]s/%[6]s.pid"
	xfrdfile: "%[3]s/%[6]s.xfrd"
	xfrdir: %[3]q
	zonelistfile: "%[3]s/%[6]s.zones"
	server-count: 1
	rrl-ratelimit: 0
remote-control:
	control-enable: no
%[4]s`, host, port, w.dir, zones, others, name))
	w.start("nsd", "-d", "-c", w.path(name+".conf"))
}

// nginx serves the settings files, or what some scenarios have in their place.
func (w *world) nginx() {
	var hosts strings.Builder
	for _, s := range scenarios {
		for _, site := range s.sites {
			hosts.WriteString(w.site(s, site))
		}
		if s.web == "" {
			continue
		}
		// A catch-all web site answers every request with its page.
		file, missing := "mail/config-v1.1.xml", "=404"
		if s.web == page {
			file, missing = "index.html", "/index.html"
		}
		w.write(filepath.Join("web", s.name, file), strings.ReplaceAll(s.web, "DOMAIN", s.domain()))
		fmt.Fprintf(&hosts, `
	server {
		listen %s:443 ssl;
		server_name autoconfig.%s;
		root %s;
		location / { try_files $uri %s; }
	}
`, s.address, s.domain(), w.path("web", s.name), missing)
	}
	w.write("nginx.conf", fmt.Sprintf(`
user www-data;
daemon off;
worker_processes 1;
pid %[1]s/nginx.pid;
error_log %[1]s/nginx.log;
events {}
http {
%[3]s	types { text/html html; text/xml xml; }
	ssl_certificate %[1]s/good.pem;
	ssl_certificate_key %[1]s/good.pem;
	client_body_temp_path %[1]s/nginx-body;
	proxy_temp_path %[1]s/nginx-proxy;
	fastcgi_temp_path %[1]s/nginx-fastcgi;
	uwsgi_temp_path %[1]s/nginx-uwsgi;
	scgi_temp_path %[1]s/nginx-scgi;
%[2]s}
`, w.dir, hosts.String(), w.accessLog()))
	w.start("nginx", "-p", w.dir, "-e", w.path("nginx.log"), "-c", w.path("nginx.conf"))
}

// dovecot serves IMAP and POP3, and authentication for Postfix.
func (w *world) dovecot() {
	var doors loginDoors
	var local strings.Builder
	for _, s := range scenarios {
		if !s.has(dovecot) {
			continue
		}
		doors.open(s)
		if s.cert == none {
			fmt.Fprintf(&local, "local %s {\n  ssl = no\n}\n", s.address)
		} else {
			fmt.Fprintf(&local, "local %[1]s {\n  ssl_cert = <%[2]s\n  ssl_key = <%[2]s\n%[3]s}\n", s.address, w.path(s.pem()), s.configured(w.dir))
		}
	}
	if w.imaps6 != 0 {
		listenAt(&doors.imap, netip.IPv6Loopback(), w.imaps6, true)
	}
	w.write("dovecot.conf", fmt.Sprintf(`
base_dir = %[1]s/dovecot
state_dir = %[1]s/dovecot
log_path = %[1]s/dovecot.log
protocols = imap pop3
imap_id_log = *
listen = 127.0.0.1
ssl = yes
ssl_cert = <%[1]s/good.pem
ssl_key = <%[1]s/good.pem
disable_plaintext_auth = yes
auth_mechanisms = plain login
passdb {
  driver = static
  args = password=nobody-logs-in
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=/nonexistent
}
service auth {
  unix_listener %[1]s/auth {
    mode = 0666
  }
}
%[2]s%[3]s`, w.dir, doors.services(), local.String()))
	w.start("dovecot", "-F", "-c", w.path("dovecot.conf"))
}

// loginDoors are the ports of Dovecot's login services.
type loginDoors struct{ imap, pop3, sieve strings.Builder }

// open adds the ports of a scenario that are for IMAP, POP3 and ManageSieve.
func (d *loginDoors) open(s scenario) {
	for _, port := range s.ports {
		switch port {
		case 143, 993:
			listenAt(&d.imap, s.address, port, port == 993 && s.cert != none)
		case 110, 995:
			listenAt(&d.pop3, s.address, port, port == 995 && s.cert != none)
		case 4190:
			listenAt(&d.sieve, s.address, port, false)
		}
	}
}

// listenAt adds a port to a login service.
func listenAt(b *strings.Builder, address netip.Addr, port int, tls bool) {
	ssl := map[bool]string{true: "yes", false: "no"}[tls]
	name := fmt.Sprintf("at-%s-%d", strings.NewReplacer(".", "-", ":", "-").Replace(address.String()), port)
	fmt.Fprintf(b, "  inet_listener %s {\n    address = %s\n    port = %d\n    ssl = %s\n  }\n", name, address, port, ssl)
}

// services is the part of the configuration with these ports and no others.
func (d *loginDoors) services() string {
	sieve := ""
	if d.sieve.Len() > 0 { // else its program need not be there
		sieve = "service managesieve-login {\n  inet_listener sieve {\n    port = 0\n  }\n" + d.sieve.String() + "}\n"
	}
	return fmt.Sprintf(`service imap-login {
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    port = 0
  }
%s}
service pop3-login {
  inet_listener pop3 {
    port = 0
  }
  inet_listener pop3s {
    port = 0
  }
%s}
%s`, d.imap.String(), d.pop3.String(), sieve)
}

// postfix serves submission.
func (w *world) postfix() {
	// The services that smtpd itself needs, and those of the mail that is delivered.
	delivery, further := w.delivery()
	services := delivery + `
postlog   unix-dgram n - n - 1 postlogd
tlsmgr    unix - - n 1000? 1 tlsmgr
anvil     unix - - n - 1 anvil -o anvil_rate_time_unit=1h
rewrite   unix - - n - - trivial-rewrite
cleanup   unix n - n - 0 cleanup
`
	for _, s := range scenarios {
		for _, port := range s.ports {
			if s.program == postfix || s.has(postfix) && (port == 465 || port == 587 || port == 25) {
				services += w.smtpd(s, port)
			}
		}
	}
	w.write("postfix/master.cf", services)
	w.write("postfix/main.cf", fmt.Sprintf(`
compatibility_level = 3.6
queue_directory = %[1]s/queue
data_directory = %[1]s/data
maillog_file_prefixes = %[1]s
maillog_file = %[1]s/postfix.log
inet_interfaces = 127.0.0.1
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = %[1]s/auth
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_peername_lookup = no
in_flow_delay = 0
%[2]s`, w.dir, further))
	check(os.Mkdir(w.path("queue"), 0o755))
	// "postfix check" makes what is missing below the two directories. Its "start"
	// would move the daemons to a process group that stop does not know.
	if out, err := exec.Command("postfix", "-c", w.path("postfix"), "check").CombinedOutput(); err != nil {
		panic(fmt.Sprintf("postfix check: %v\n%s%s", err, out, w.logs()))
	}
	daemons := must(exec.Command("postconf", "-c", w.path("postfix"), "-h", "daemon_directory").Output())
	w.start(filepath.Join(strings.TrimSpace(string(daemons)), "master"), "-c", w.path("postfix"), "-d")
}

// smtpd is the line of master.cf for a port of a scenario.
func (w *world) smtpd(s scenario, port int) string {
	service := fmt.Sprintf("%s:%d inet n - n - - smtpd\n  -o myhostname=smtp.%s\n  -o syslog_name=%s\n", s.address, port, s.domain(), s.name)
	switch {
	case s.cert == none:
		service += "  -o smtpd_tls_security_level=none\n"
	case port == 465:
		service += "  -o smtpd_tls_wrappermode=yes\n"
		fallthrough
	default:
		service += "  -o smtpd_tls_chain_files=" + w.path(s.pem()) + "\n"
	}
	for line := range strings.Lines(s.configured(w.dir)) {
		service += fmt.Sprintf("  -o { %s }\n", strings.TrimSpace(line))
	}
	return service
}
