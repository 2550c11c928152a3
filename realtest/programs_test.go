//go:build real

package realtest

import (
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// Values of scenario.program; Dovecot and Postfix where empty.
const (
	dovecot   = "Dovecot"
	postfix   = "Postfix"
	exim      = "Exim"
	courier   = "Courier"
	cyrus     = "Cyrus"
	opensmtpd = "OpenSMTPD"
	stunnel   = "stunnel"
	sasl      = "Postfix with Cyrus SASL"
	rspamd    = "rspamd"
	nginx     = "nginx"
	validator = "unbound"
	caddy     = "Caddy"
	apache    = "Apache"
	pebble    = "pebble"
	ownServer = "mailcheck"

	refuser = "a server that turns everybody away" // of this test's own
)

// binaries are what a program runs, wherever Debian puts it. Their packages
// conflict with each other; see the script packages.
var binaries = map[string][]string{
	exim:      {"/usr/sbin/exim4"},
	courier:   {"/usr/sbin/couriertcpd", "/usr/bin/couriertls", "/usr/lib/courier/courier/imaplogin", "/usr/lib/courier/courier/courierpop3login"},
	cyrus:     {"/usr/lib/cyrus/bin/master", "/usr/lib/cyrus/bin/imapd", "/usr/lib/cyrus/bin/pop3d", "/usr/lib/cyrus/bin/httpd"},
	opensmtpd: {"/usr/sbin/smtpd"},
	stunnel:   {"/usr/bin/stunnel4"},
	sasl:      {"/usr/sbin/saslpasswd2"},
	rspamd:    {"/usr/bin/rspamd"},
	nginx:     {"/usr/lib/nginx/modules/ngx_mail_module.so"},
	caddy:     {"/usr/bin/caddy"},
	apache:    {"/usr/sbin/apache2", "/usr/lib/apache2/modules/mod_ssl.so"},
	pebble:    {"/usr/bin/pebble"},
	validator: {"/usr/sbin/unbound", "/usr/bin/ldns-keygen", "/usr/bin/ldns-signzone"},
}

// Further values of scenario.cert, each a mistake of an administrator.
const (
	lost     = "lost"       // the file that the configuration names is not there
	tlsOn143 = "tls-on-143" // the good one, but with TLS from the first byte on every port
	down     = "down"       // the good one, but the server behind the TLS wrapper is down
)

// programScenarios have servers other than Dovecot and Postfix.
var programScenarios = []scenario{{
	name:     "exim",
	program:  exim,
	ports:    []int{465, 587},
	settings: "smtp_accept_max = 0\n", // several tests, an audit among them, ask it at once
	servers:  []string{"submission smtp:465 tls pass", "submission smtp:587 starttls pass"},
}, {
	name:     "exim-expired",
	program:  exim,
	ports:    []int{465, 587},
	cert:     expired,
	exit:     1,
	servers:  []string{"submission smtp:465 tls fail", "submission smtp:587 starttls fail"},
	findings: []string{"tls.expired smtp:465", "tls.expired smtp:587"},
}, {
	name:     "exim-lost", // Exim announces STARTTLS before it has looked for its certificate
	program:  exim,
	ports:    []int{587},
	cert:     lost,
	exit:     1,
	servers:  []string{"submission smtp:587 starttls fail"},
	findings: []string{"starttls.454 smtp:587"},
}, {
	name:     "exim-turn-away",
	program:  exim,
	ports:    []int{587},
	settings: `acl_smtp_connect = "drop\n message = $sender_host_address is listed at bl.example"` + "\n",
	mute:     true,
	exit:     1,
	servers:  []string{"submission smtp:587 starttls fail"},
	findings: []string{"greet.blocklist smtp:587"},
}, {
	name:    "courier",
	program: courier,
	ports:   []int{993, 143, 995, 110},
	// Courier announces USER before TLS even where it then refuses it, but no SASL.
	servers: []string{"imap imap:993 tls pass", "imap imap:143 starttls pass", "pop3 pop:995 tls pass", "pop3 pop:110 starttls pass"},
}, {
	name:     "courier-expired",
	program:  courier,
	ports:    []int{993, 143},
	cert:     expired,
	exit:     1,
	servers:  []string{"imap imap:993 tls fail", "imap imap:143 starttls fail"},
	findings: []string{"tls.expired imap:993", "tls.expired imap:143"},
}, {
	name:     "courier-lost", // Courier looks for its certificate after the go-ahead
	program:  courier,
	ports:    []int{143},
	cert:     lost,
	exit:     1,
	servers:  []string{"imap imap:143 starttls fail"},
	findings: []string{"tls.eof imap:143"},
}, {
	name:     "courier-plain",
	program:  courier,
	ports:    []int{993, 143, 995, 110},
	cert:     none,
	exit:     1,
	servers:  []string{"imap imap:993 tls fail", "imap imap:143 starttls fail", "pop3 pop:995 tls fail", "pop3 pop:110 starttls fail"},
	findings: []string{"tls.plain-on-tls-port imap:993", "starttls.missing imap:143", "tls.plain-on-tls-port pop:995", "starttls.missing pop:110"},
}, {
	name:    "cyrus",
	program: cyrus,
	ports:   []int{993, 143, 995, 110},
	servers: []string{"imap imap:993 tls pass", "imap imap:143 starttls pass", "pop3 pop:995 tls pass", "pop3 pop:110 starttls pass"},
}, {
	name:     "cyrus-none", // its master stops listening where imapd -s cannot start
	program:  cyrus,
	ports:    []int{993, 143},
	cert:     none,
	exit:     1,
	servers:  []string{"imap imap:993 tls fail", "imap imap:143 starttls fail"},
	findings: []string{"tcp.refused imap:993", "starttls.missing imap:143"},
}, {
	// Debian 12's OpenSMTPD 6.8 keeps its keys in a process of its own, in a way
	// that OpenSSL 3 does not know: no handshake with it succeeds.
	name:     "opensmtpd",
	program:  opensmtpd,
	ports:    []int{465, 587},
	exit:     1,
	servers:  []string{"submission smtp:465 tls fail", "submission smtp:587 starttls fail"},
	findings: []string{"tls.handshake-failure smtp:465", "tls.handshake-failure smtp:587"},
}, {
	name:     "opensmtpd-plain",
	program:  opensmtpd,
	ports:    []int{465, 587},
	cert:     none,
	exit:     1,
	servers:  []string{"submission smtp:465 tls fail", "submission smtp:587 starttls fail"},
	findings: []string{"tls.plain-on-tls-port smtp:465", "starttls.missing smtp:587"},
}, {
	name:     "nginx",
	program:  nginx, // whose own choice ends with TLS 1.2
	settings: "ssl_protocols TLSv1.2 TLSv1.3;\n",
	ports:    []int{993, 143, 995, 110, 465, 587},
	servers: []string{
		"imap imap:993 tls pass", "imap imap:143 starttls pass", "pop3 pop:995 tls pass", "pop3 pop:110 starttls pass",
		"submission smtp:465 tls pass", "submission smtp:587 starttls pass",
	},
}, {
	name:    "stunnel",
	program: stunnel,
	ports:   []int{993, 143},
	// stunnel adds STARTTLS to what the server behind it announces in clear.
	servers:  []string{"imap imap:993 tls pass", "imap imap:143 starttls warn"},
	findings: []string{"auth.before-tls imap:143"},
}, {
	name:     "stunnel-tls-on-143",
	program:  stunnel,
	ports:    []int{143},
	cert:     tlsOn143,
	mute:     true,
	exit:     1,
	servers:  []string{"imap imap:143 starttls fail"},
	findings: []string{"tls.tls-on-starttls-port imap:143"},
}, {
	name:     "stunnel-down",
	program:  stunnel,
	ports:    []int{993},
	cert:     down,
	exit:     1,
	servers:  []string{"imap imap:993 tls fail"},
	findings: []string{"tcp.reset-after-connect imap:993"},
}}

// urls returns the servers of a scenario, one for each port but those of web services.
func (s scenario) urls() (list []string) {
	of := map[int]string{
		993: "imaps://imap.", 143: "imap://imap.", 995: "pop3s://pop.", 110: "pop3://pop.",
		465: "submissions://smtp.", 587: "submission://smtp.", 4190: "sieve://imap.",
	}
	for _, port := range s.ports {
		if of[port] != "" {
			list = append(list, of[port]+s.domain())
		}
	}
	return list
}

// choose adds the scenarios of the programs that run here, leaves out those that
// need a network of their own where there is none, and says so.
func choose() {
	if freePort(netip.AddrFrom4(publicBase)) == 0 {
		leaveOut("tests with public addresses", "no network of their own is allowed")
		scenarios = slices.DeleteFunc(scenarios, func(s scenario) bool { return s.public })
	}
	missing := map[string]string{}
	for program, files := range binaries {
		if why := unusable(files); why != "" {
			missing[program] = why
			leaveOut("tests with "+program, why)
		}
	}
	scenarios = slices.DeleteFunc(slices.Concat(scenarios, programScenarios, accounts, trips, everyWay, services), func(s scenario) bool {
		return missing[s.program] != "" || missing[s.website] != "" || missing[s.filter] != "" || s.dnssec != "" && missing[validator] != ""
	})
}

// leaveOut says what is skipped: in a file for the script run, since go test keeps to
// itself what a test that passes prints.
func leaveOut(what, why string) {
	line := fmt.Sprintf("%s skipped: %s\n", what, why)
	file, err := os.OpenFile(os.Getenv("MAILCHECK_SKIPPED"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		fmt.Print(line)
		return
	}
	defer file.Close()
	io.WriteString(file, line)
}

// unusable says why a program cannot run, if it cannot.
func unusable(files []string) string {
	root := os.Getenv("MAILCHECK_PROGRAMS")
	if root == "" {
		return "its packages were not fetched"
	}
	for _, file := range files {
		if _, err := os.Stat(filepath.Join(root, file)); err != nil {
			return file + " was not fetched"
		}
	}
	cmd := exec.Command("sh", append([]string{"-c", overlay, "sh", root, root, "ldd"}, files...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Sprintf("its packages cannot be laid over the system: %v: %s", err, strings.TrimSpace(string(out)))
	}
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "not found") {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// overlay lays the packages over the system, for the program that it then runs
// and for no other: its arguments are where the packages are, the directory of
// the users that only they know, and the program. What the daemons write goes
// into memory.
const overlay = `set -e
mount --make-rprivate /
mount -t overlay -o "lowerdir=$1/usr:/usr" overlay /usr
mount -t overlay -o "lowerdir=$2/etc:/etc" overlay /etc
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /var/spool
mount -t proc proc /proc
shift 2
"$@" & wait $!`

// startOver starts a program of the packages in the foreground, in a namespace
// with all its children, which end with it.
func (w *world) startOver(program string, args ...string) {
	w.launch(&syscall.SysProcAttr{Setpgid: true, Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID},
		filepath.Base(program), "sh", append([]string{"-c", overlay, "sh", os.Getenv("MAILCHECK_PROGRAMS"), w.path("over"), program}, args...)...)
}

// inOverlay runs a program of the packages to its end, in the directory of the zones.
func (w *world) inOverlay(program string, args ...string) {
	cmd := exec.Command("sh", append([]string{"-c", overlay, "sh", os.Getenv("MAILCHECK_PROGRAMS"), w.path("over"), program}, args...)...)
	cmd.Dir = w.path("zones")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID}
	if out, err := cmd.CombinedOutput(); err != nil {
		panic(fmt.Sprintf("%s: %v\n%s", program, err, out))
	}
}

// users writes the user and group files with those of the packages, which are
// not installed.
func (w *world) users() {
	passwd, group := string(must(os.ReadFile("/etc/passwd"))), string(must(os.ReadFile("/etc/group")))
	for i, name := range []string{"Debian-exim", "courier", "cyrus", "opensmtpd", "opensmtpq"} {
		id := firstID + i
		passwd += fmt.Sprintf("%s:x:%d:%d::/nonexistent:/usr/sbin/nologin\n", name, id, id)
		group += fmt.Sprintf("%s:x:%d:\n", name, id)
	}
	w.write("over/etc/passwd", passwd)
	w.write("over/etc/group", group)
}

// firstID is the first of the user ids in users, in a range that Debian leaves
// free.
const firstID = 64980

// owned makes a directory of the world that belongs to one of these users, with
// copies of the certificates that it can read.
func (w *world) owned(name string, id int) string {
	check(os.MkdirAll(w.path(name), 0o755))
	for _, pattern := range []string{"*.pem", "*.ocsp"} {
		for _, file := range must(filepath.Glob(w.path(pattern))) {
			to := w.path(name, filepath.Base(file))
			check(os.WriteFile(to, must(os.ReadFile(file)), 0o600))
			check(os.Chown(to, id, id))
		}
	}
	check(os.Chown(w.path(name), id, id))
	return w.path(name)
}
