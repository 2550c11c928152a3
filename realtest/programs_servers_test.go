//go:build real

package realtest

import (
	"cmp"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"
)

// programs starts the servers of every program that a scenario has.
func (w *world) programs() {
	of := map[string][]scenario{}
	for _, s := range scenarios {
		of[s.program] = append(of[s.program], s)
	}
	if _, ok := w.find("filter-trip"); ok {
		w.rspamd()
	}
	for program, start := range map[string]func([]scenario){
		exim: w.exim, courier: w.courier, cyrus: w.cyrus, opensmtpd: w.opensmtpd, stunnel: w.stunnel, nginx: w.mailProxy, members: w.members, tokens: w.tokens, sasl: w.saslUsers, refuser: w.refuser,
	} {
		if len(of[program]) > 0 {
			start(of[program])
		}
	}
}

// exim serves submission, with a daemon for each scenario.
func (w *world) exim(scenarios []scenario) {
	dir := w.owned("exim", firstID)
	for _, s := range scenarios {
		condition := "false"
		for _, user := range s.users {
			condition = fmt.Sprintf("${if and{{eq{$auth2}{%s}}{eq{$auth3}{%s}}}{true}{%s}}", user, passwordOf(user), condition)
		}
		conf := w.path("exim", s.name+".conf")
		settings, authenticators, _ := strings.Cut(s.configured(dir), "begin authenticators\n")
		w.write("exim/"+s.name+".conf", fmt.Sprintf(`
spool_directory = %[1]s
log_file_path = %[1]s/%%s.log
local_interfaces = %[2]s
daemon_smtp_ports = 465 : 587
tls_on_connect_ports = 465
primary_hostname = smtp.%[3]s
tls_advertise_hosts = *
tls_certificate = %[1]s/%[4]s
host_lookup =
rfc1413_hosts =
notifier_socket =
%[5]s
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = %[6]s
  server_advertise_condition = ${if def:tls_in_cipher}
%[7]s`, dir, s.address, s.domain(), s.pem(), settings, condition, authenticators))
		w.startOver("/usr/sbin/exim4", "-bdf", "-C", conf)
	}
}

// courier serves IMAP and POP3, with a daemon for each address and port. What
// Debian's scripts read from files is in the environment.
func (w *world) courier(scenarios []scenario) {
	dir := w.owned("courier", firstID+1)
	w.listenUnix(w.path("courier", "socket"), w.authdaemond)
	w.maildirs("courier", firstID+1, scenarios)
	for _, dir := range []string{"new", "cur", "tmp"} { // Exim delivers to it, as somebody else
		if path := w.path("courier", "mail", memberAt("courier-trip"), dir); slices.ContainsFunc(scenarios, func(s scenario) bool { return s.name == "courier-trip" }) {
			check(os.Chmod(path, 0o777))
		}
	}
	const lib = "/usr/lib/courier/courier/"
	for _, s := range scenarios {
		starttls := map[bool]string{true: "NO", false: "YES"}[s.cert == none]
		env := []string{
			"PATH=/usr/bin:/bin", "COURIERTLS=/usr/bin/couriertls", "TLS_CERTFILE=" + dir + "/" + s.pem(), "TLS_VERIFYPEER=NONE",
			"IMAP_CAPABILITY=IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE",
			"IMAP_CAPABILITY_TLS=IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE AUTH=PLAIN",
			"POP3AUTH_TLS=LOGIN PLAIN",
		}
		for _, port := range s.ports {
			login := []string{lib + "imaplogin", "/usr/bin/imapd", "Maildir"}
			if port == 995 || port == 110 {
				login = []string{lib + "courierpop3login", "/usr/lib/courier/courier/courierpop3d", "Maildir"}
			}
			args := append([]string{"-i"}, env...)
			if tls := port == 993 || port == 995; tls && s.cert != none {
				args = append(args, "IMAP_TLS=1", "POP3_TLS=1")
				login = append([]string{"/usr/bin/couriertls", "-server", "-tcpd"}, login...)
			} else {
				args = append(args, "IMAP_STARTTLS="+starttls, "POP3_STARTTLS="+starttls, "IMAP_TLS_REQUIRED=1", "POP3_TLS_REQUIRED=1")
			}
			args = append(args, "/usr/sbin/couriertcpd", "-address="+s.address.String(), "-maxprocs=40", "-maxperip=20", "-nodnslookup", "-noidentlookup", fmt.Sprint(port))
			// The place of the authentication daemon's socket is compiled in.
			w.startOver("/bin/sh", slices.Concat([]string{"-c", `mkdir /run/courier && ln -s "$0" /run/courier/authdaemon && exec env "$@"`, dir}, args, login)...)
		}
	}
}

// cyrus serves IMAP and POP3, and what stands around the mail, with one master, and a configuration for each
// certificate.
func (w *world) cyrus(scenarios []scenario) {
	const id = firstID + 2
	dir := w.owned("cyrus", id)
	for _, name := range []string{"db", "proc", "socket", "log", "msg", "ptclient", "quota", "user", "spool", "sieve", "lock"} {
		check(os.Mkdir(w.path("cyrus", name), 0o755))
		check(os.Chown(w.path("cyrus", name), id, id))
	}
	w.listenUnix(w.path("cyrus", "mux"), saslauthd)
	services := ""
	for _, s := range scenarios {
		tls := ""
		if s.cert != none {
			tls = fmt.Sprintf("tls_server_cert: %[1]s/%[2]s\ntls_server_key: %[1]s/%[2]s\n", dir, s.pem())
		}
		configured := cmp.Or(s.configured(dir), "sasl_pwcheck_method: auxprop\n")
		if !strings.Contains(configured, "sasl_mech_list") {
			configured += "sasl_mech_list: PLAIN LOGIN\n"
		}
		conf := w.path("cyrus", s.name+".conf")
		w.write("cyrus/"+s.name+".conf", fmt.Sprintf(`configdirectory: %[1]s
partition-default: %[1]s/spool
sievedir: %[1]s/sieve
servername: %[2]s
allowplaintext: no
%[3]s%[4]s`, dir, "mail."+s.domain(), tls, configured))
		if strings.Contains(s.settings, "sasldb") {
			w.sasldb(w.path("cyrus", "sasldb2"), id, s.users)
		}
		for _, port := range s.ports {
			command := map[int]string{993: "imapd -s", 143: "imapd", 995: "pop3d -s", 110: "pop3d", 4190: "timsieved", cyrusWeb: "httpd -s"}[port]
			services += fmt.Sprintf("  %s%d cmd=\"%s -C %s\" listen=\"%s:%d\" prefork=0\n", strings.ReplaceAll(s.name, "-", ""), port, command, conf, s.address, port)
		}
	}
	if i := slices.IndexFunc(scenarios, func(s scenario) bool { return s.name == "cyrus-trip" }); i >= 0 {
		services += fmt.Sprintf("  lmtp cmd=\"lmtpd -C %s\" listen=\"%s\" prefork=0\n", w.path("cyrus", scenarios[i].name+".conf"), w.path("cyrus", "socket", "lmtp"))
	}
	w.write("cyrus/services", "START {\n  recover cmd=\"ctl_cyrusdb -C "+w.path("cyrus", scenarios[0].name+".conf")+" -r\"\n}\nSERVICES {\n"+services+"}\nEVENTS {\n}\n")
	w.startOver("/usr/lib/cyrus/bin/master", "-C", w.path("cyrus", scenarios[0].name+".conf"), "-M", w.path("cyrus", "services"), "-p", w.path("cyrus", "pid"))
}

// gaveUp waits until Cyrus's master listens no more where imapd -s cannot start, which it
// sees by trying.
func gaveUp(endpoint string) {
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		conn, err := net.Dial("tcp", endpoint)
		if err != nil {
			return
		}
		conn.Close()
	}
}

// opensmtpd serves submission.
func (w *world) opensmtpd(scenarios []scenario) {
	dir := w.owned("opensmtpd", 0)
	var b strings.Builder
	for _, s := range scenarios {
		if s.cert != none {
			fmt.Fprintf(&b, "pki %q cert \"%[2]s/%[3]s\"\npki %[1]q key \"%[2]s/%[3]s\"\n", s.name, dir, s.pem())
		}
	}
	for _, s := range scenarios {
		for _, port := range s.ports {
			fmt.Fprintf(&b, "listen on %s port %d ", s.address, port)
			switch {
			case s.cert == none:
			case port == 465:
				fmt.Fprintf(&b, "smtps pki %q auth ", s.name)
			default:
				fmt.Fprintf(&b, "tls-require pki %q auth ", s.name)
			}
			fmt.Fprintf(&b, "hostname \"smtp.%s\"\n", s.domain())
		}
	}
	b.WriteString("action \"local\" maildir \"/nonexistent\"\nmatch from local for local action \"local\"\n")
	w.write("opensmtpd/smtpd.conf", b.String())
	check(os.Chmod(w.path("opensmtpd", "smtpd.conf"), 0o600))
	w.startOver("/bin/sh", "-c", "mkdir -p /var/spool/smtpd /var/lib/opensmtpd/empty; chmod 711 /var/spool/smtpd; exec smtpd -d -f "+w.path("opensmtpd", "smtpd.conf"))
}

// stunnel puts TLS in front of the Dovecot that has none.
func (w *world) stunnel(scenarios []scenario) {
	dir := w.owned("stunnel", 0)
	behind := w.of("starttls-missing").address
	conf := fmt.Sprintf("foreground = yes\nsyslog = no\npid =\noutput = %s/stunnel.log\n", w.dir)
	for _, s := range scenarios {
		for _, port := range s.ports {
			// Dovecot takes a client for local, and as safe as with TLS, if it comes
			// from its own address.
			backend := 143
			if s.cert == down {
				backend = 1
			}
			conf += fmt.Sprintf("[%[1]s-%[2]d]\naccept = %[3]s:%[2]d\nlocal = %[4]s\nconnect = %[4]s:%[5]d\ncert = %[6]s/good.pem\n", s.name, port, s.address, behind, backend, dir)
			if port == 143 && s.cert != tlsOn143 {
				conf += "protocol = imap\n"
			}
			conf += s.configured(dir)
		}
	}
	w.write("stunnel/stunnel.conf", conf)
	w.startOver("/usr/bin/stunnel4", w.path("stunnel", "stunnel.conf"))
}

// mailProxy has nginx stand before mail servers that are not there: it asks them
// only once somebody logs in.
func (w *world) mailProxy(scenarios []scenario) {
	dir := w.owned("proxy", 0)
	var hosts strings.Builder
	for _, s := range scenarios {
		for _, port := range s.ports {
			protocol := map[int]string{993: "imap", 143: "imap", 995: "pop3", 110: "pop3", 465: "smtp", 587: "smtp"}[port]
			tls, starttls := "", "only"
			if port == 993 || port == 995 || port == 465 {
				tls, starttls = " ssl", "off"
			}
			fmt.Fprintf(&hosts, "\tserver {\n\t\tlisten %s:%d%s;\n\t\tserver_name mail.%s;\n\t\tprotocol %s;\n\t\tstarttls %s;\n\t\tssl_certificate %[7]s/%[8]s;\n\t\tssl_certificate_key %[7]s/%[8]s;\n%[9]s\t}\n",
				s.address, port, tls, s.domain(), protocol, starttls, dir, s.pem(), s.configured(dir))
		}
	}
	w.write("proxy/nginx.conf", fmt.Sprintf(`
load_module /usr/lib/nginx/modules/ngx_mail_module.so;
user www-data;
daemon off;
worker_processes 1;
pid %[1]s/nginx.pid;
events {}
mail {
	auth_http http://127.0.0.1:1/; # nobody logs in
	imap_auth plain login;
	pop3_auth plain;
	smtp_auth plain login;
	smtp_capabilities PIPELINING 8BITMIME "SIZE 10485760";
%[2]s}
`, dir, hosts.String()))
	w.startOver("/usr/sbin/nginx", "-p", dir, "-e", w.path("proxy.log"), "-c", w.path("proxy", "nginx.conf"))
}

// find returns the scenario of that name, if its program is here.
func (w *world) find(name string) (scenario, bool) {
	i := slices.IndexFunc(scenarios, func(s scenario) bool { return s.name == name })
	if i < 0 {
		return scenario{}, false
	}
	return scenarios[i], true
}

// of returns the scenario of that name.
func (w *world) of(name string) scenario {
	s, ok := w.find(name)
	if !ok {
		panic("no scenario " + name)
	}
	return s
}

// configured returns the scenario's settings.
func (s scenario) configured(dir string) string { return strings.ReplaceAll(s.settings, "DIR", dir) }
