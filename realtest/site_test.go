//go:build real

package realtest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// websites are domains whose web site is what mailcheck writes for them, one for each web
// server. Before it is there, SRV records name the servers.
var websites = []scenario{{
	name:    "site-nginx",
	website: nginx,
	cert:    siteGood,
	records: tlsRecords + siteNames,
	ports:   tlsPorts,
	servers: tlsServers,
}, {
	name:    "site-caddy",
	website: caddy,
	cert:    siteGood,
	records: tlsRecords + siteNames,
	ports:   tlsPorts,
	servers: tlsServers,
}, {
	name:    "site-apache", // of which a PACC document can say nothing
	website: apache,
	cert:    siteGood,
	records: startTLSRecords + siteNames,
	ports:   []int{143, 587},
	servers: []string{"imap imap:143 starttls pass", "submission smtp:587 starttls pass"},
}, {
	name:    "site-mailcheck", // of which the owner writes down the servers
	website: ownServer,
	cert:    siteGood,
	records: tlsRecords + siteNames,
	ports:   tlsPorts,
	servers: tlsServers,
}, {
	name:    "site-acme", // whose records are checked, and whose certificates come from an authority
	website: pebble,
	cert:    siteGood,
	records: tlsRecords + siteNames,
	ports:   tlsPorts,
	servers: tlsServers,
}}

// siteNames lead to the web server those who ask the name server of the run.
const siteNames = "autoconfig CNAME imap\nautodiscover CNAME imap\nua-auto-config CNAME imap\n"

func forWebsites(c *x509.Certificate) {
	c.DNSNames = nil
	for _, s := range websites {
		for _, host := range []string{"imap", "smtp", "autoconfig", "autodiscover", "ua-auto-config", "mta-sts"} {
			c.DNSNames = append(c.DNSNames, host+"."+s.domain())
		}
		c.DNSNames = append(c.DNSNames, s.domain())
	}
}

// publication is a web site that is written and served.
type publication struct {
	sync.Mutex
	folder   string // with the files; empty before
	resolver string // a name server whose zone has the records that are in the folder
	roots    string // the file with the authorities of its certificates
}

// has reports whether the web server has a file.
func (p *publication) has(name string) bool {
	_, err := os.Stat(filepath.Join(p.folder, "www", name))
	return err == nil
}

var publications = map[string]*publication{"site-nginx": {}, "site-caddy": {}, "site-apache": {}, "site-mailcheck": {}, "site-acme": {}}

// publish does what the README in the folder says, with the configuration as it is written
// but for the paths and addresses of this machine.
func (w *world) publish(t *testing.T, s scenario) *publication {
	t.Helper()
	p := publications[s.name]
	p.Lock()
	defer p.Unlock()
	if p.folder != "" {
		return p
	}
	folder := w.path("site", s.name)
	check(os.MkdirAll(w.path("site"), 0o755))
	if out, exit := mailcheck(t, "setup", s.domain(), "--for", "site", "--directory", folder, "--no-guess"); exit != 0 {
		t.Fatalf("exit code %d: %s", exit, out)
	}
	pem := w.path(s.pem())
	written := func(name string) string {
		return strings.NewReplacer("/var/www/mail-settings", filepath.Join(folder, "www"),
			"/etc/ssl/mail-settings/fullchain.pem", pem, "/etc/ssl/mail-settings/privkey.pem", pem).Replace(string(must(os.ReadFile(filepath.Join(folder, name)))))
	}
	p.roots = w.path("root.pem")
	own := func() string { // the domain has a web site of its own
		readme := regexp.MustCompile(`(?m)^  ` + s.website + `  +(\S.* .*/\.well-known/.*)$`).FindStringSubmatch(written("README.txt"))
		if readme == nil {
			t.Fatalf("the README says nothing of %s", s.website)
		}
		return readme[1]
	}
	switch s.website {
	case ownServer:
		w.siteItself(t, s, folder)
	case pebble:
		p.roots = w.siteByAuthority(t, s, folder)
	case nginx:
		at := "listen " + s.address.String() + ":443"
		w.siteNginx(strings.NewReplacer("listen 443", at, "\tlisten [::]:443 ssl;\n", "").Replace(written("nginx.conf")) +
			fmt.Sprintf("server { %s ssl; server_name %s; ssl_certificate %[3]s; ssl_certificate_key %[3]s; %s }\n", at, s.domain(), pem, own()))
	case caddy:
		at := fmt.Sprintf("bind %s\n\ttls ", s.address)
		w.siteCaddy(strings.Replace(written("Caddyfile"), "# tls ", at, 1) + fmt.Sprintf("%s {\n\t%s%s %[3]s\n\t%[4]s\n}\n", s.domain(), at, pem, own()))
	case apache:
		w.siteApache(s, written("apache.conf")+fmt.Sprintf("<VirtualHost *:443>\nServerName %s\nSSLEngine on\nSSLCertificateFile %[2]s\nSSLCertificateKeyFile %[2]s\n%[3]s\n</VirtualHost>\n", s.domain(), pem, own()))
	}
	zone := strings.ReplaceAll(w.zone(s), siteNames, "")
	for _, name := range must(filepath.Glob(filepath.Join(folder, "*.zone"))) {
		for line := range strings.Lines(written(filepath.Base(name))) {
			if strings.Contains(line, " WEBSERVER.") {
				line = strings.Replace(strings.TrimPrefix(line, ";"), "WEBSERVER", "imap."+s.domain(), 1)
			}
			zone += line
		}
	}
	host, _, _ := net.SplitHostPort(w.resolver)
	p.resolver = fmt.Sprintf("%s:%d", host, freePort(netip.MustParseAddr(host)))
	file, _ := w.zoneFile(s.domain(), zone, unsigned)
	w.startNSD("nsd-"+s.name, p.resolver, "", fmt.Sprintf("zone:\n\tname: %q\n\tzonefile: %q\n", s.domain(), file))
	if err := answers(p.resolver, s.address.String()+":443"); err != nil {
		t.Fatalf("%v\n%s", err, w.logs())
	}
	p.folder = folder
	return p
}

// publishAll serves the web sites of all servers that are here.
func (w *world) publishAll(t *testing.T) {
	for _, s := range scenarios {
		if s.website != "" {
			w.publish(t, s)
		}
	}
}

func (w *world) siteNginx(written string) {
	w.write("site/nginx.conf", fmt.Sprintf(`
user www-data;
daemon off;
worker_processes 1;
pid %[1]s/site-nginx.pid;
events {}
http {
	access_log off;
	client_body_temp_path %[1]s/site-nginx-body;
	proxy_temp_path %[1]s/site-nginx-proxy;
	fastcgi_temp_path %[1]s/site-nginx-fastcgi;
	uwsgi_temp_path %[1]s/site-nginx-uwsgi;
	scgi_temp_path %[1]s/site-nginx-scgi;
%[2]s}
`, w.dir, written))
	w.start("nginx", "-p", w.dir, "-e", w.path("site-nginx.log"), "-c", w.path("site", "nginx.conf"))
}

func (w *world) siteCaddy(written string) {
	w.write("site/Caddyfile", "{\n\tadmin off\n\tauto_https disable_redirects\n}\n"+written)
	w.startOver("/usr/bin/env", "HOME="+w.path("site"), "caddy", "run", "--adapter", "caddyfile", "--config", w.path("site", "Caddyfile"))
}

// siteApache has the modules that Debian's Apache has on by default, and ssl.
func (w *world) siteApache(s scenario, written string) {
	modules := ""
	for _, name := range []string{"mpm_event", "authz_core", "alias", "dir", "mime", "ssl"} {
		modules += fmt.Sprintf("LoadModule %[1]s_module /usr/lib/apache2/modules/mod_%[1]s.so\n", name)
	}
	w.write("site/apache.conf", fmt.Sprintf(`%[1]s
ServerName localhost
ServerRoot %[2]s
DefaultRuntimeDir %[2]s
PidFile %[2]s/apache.pid
ErrorLog %[2]s/apache.log
TypesConfig /dev/null
User www-data
Group www-data
Listen %[3]s:443
<Directory />
	Require all denied
</Directory>
%[4]s`, modules, w.dir, s.address, written))
	w.startOver("/usr/sbin/apache2", "-D", "FOREGROUND", "-f", w.path("site", "apache.conf"))
}

// siteAnswers are what programs ask of the web site, and what they have to get.
var siteAnswers = []struct{ method, host, path, media, file string }{
	{"GET", "autoconfig", "/mail/config-v1.1.xml", "text/xml", "mail/config-v1.1.xml"},
	{"GET", "autoconfig", "/mail/config-v1.1.xml?emailaddress=alice%40example.org", "text/xml", "mail/config-v1.1.xml"},
	{"GET", "autodiscover", "/.well-known/autoconfig/mail/config-v1.1.xml", "text/xml", "mail/config-v1.1.xml"},
	{"GET", "@", "/.well-known/autoconfig/mail/config-v1.1.xml", "text/xml", "mail/config-v1.1.xml"}, // led to autoconfig
	{"GET", "autodiscover", "/autodiscover/autodiscover.xml", "text/xml", "autodiscover/autodiscover.xml"},
	{"POST", "autodiscover", "/autodiscover/autodiscover.xml", "text/xml", "autodiscover/autodiscover.xml"},
	{"POST", "autodiscover", "/Autodiscover/Autodiscover.xml", "text/xml", "autodiscover/autodiscover.xml"},
	{"POST", "autodiscover", "/AutoDiscover/autodiscover.XML", "text/xml", "autodiscover/autodiscover.xml"},
	{"GET", "autodiscover", "/autodiscover/autodiscover.json?Email=alice%40example.org&Protocol=AutodiscoverV1", "application/json", "autodiscover/autodiscover.json"},
	{"GET", "autodiscover", "/Autodiscover/Autodiscover.json/v1.0/alice@example.org?Protocol=AutodiscoverV1", "application/json", "autodiscover/autodiscover.json"},
	{"GET", "ua-auto-config", "/.well-known/user-agent-configuration.json", "application/json", ".well-known/user-agent-configuration.json"},
	{"GET", "autoconfig", "/mail.mobileconfig", "application/x-apple-aspen-config", "mail.mobileconfig"},
	{"GET", "autoconfig", "/", "text/html", "index.html"},
	{"GET", "autoconfig", "/outlook-steps.txt", "text/plain", "outlook-steps.txt"},
	{"GET", "autoconfig", "/README.txt", "", ""},
	{"GET", "autoconfig", "/.well-known/mta-sts.txt", "", ""},
	{"POST", "autodiscover", "/autodiscover/autodiscover.xml/more", "", ""},
}

// TestSite serves the folder with each web server, and asks as programs do.
func TestSite(t *testing.T) {
	t.Parallel()
	for _, s := range scenarios {
		if s.website == "" {
			continue
		}
		t.Run(s.website, func(t *testing.T) {
			t.Parallel()
			p := internet.publish(t, s)
			t.Run("answers", func(t *testing.T) {
				if s.website == ownServer || s.website == pebble {
					publisherServes(t, s, p)
				} else {
					siteServes(t, s, p)
				}
			})
			t.Run("mailcheck", func(t *testing.T) { siteFound(t, s, p) })
		})
	}
}

func siteServes(t *testing.T, s scenario, p *publication) {
	roots := x509.NewCertPool()
	roots.AddCert(internet.root.cert)
	client := http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", s.address.String()+":443")
		},
	}}
	defer client.CloseIdleConnections()
	for _, want := range siteAnswers {
		if want.host == "ua-auto-config" && !p.has(want.file) {
			continue
		}
		request := must(http.NewRequestWithContext(t.Context(), want.method, "https://"+site{host: want.host}.name(s)+want.path, strings.NewReader(map[string]string{"POST": "<Autodiscover/>"}[want.method])))
		if want.method == "POST" {
			request.Header.Set("Content-Type", "text/xml; charset=utf-8")
		}
		answer, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body := must(io.ReadAll(answer.Body))
		answer.Body.Close()
		if want.file == "" {
			if answer.StatusCode != http.StatusNotFound {
				t.Errorf("%s %s: %s", want.method, want.path, answer.Status)
			}
			continue
		}
		media, parameters, err := mime.ParseMediaType(answer.Header.Get("Content-Type"))
		if err != nil || answer.StatusCode != http.StatusOK || media != want.media || strings.HasPrefix(media, "text/") && !strings.EqualFold(parameters["charset"], "utf-8") {
			t.Errorf("%s %s: %s, Content-Type %q", want.method, want.path, answer.Status, answer.Header.Get("Content-Type"))
		}
		if file := must(os.ReadFile(filepath.Join(p.folder, "www", want.file))); string(file) != string(body) {
			t.Errorf("%s %s: it is not %s:\n%s", want.method, want.path, want.file, body)
		}
	}
}

// siteFound lets mailcheck find the site by the records that came with it.
func siteFound(t *testing.T, s scenario, p *publication) {
	address := "alice@" + s.domain()
	r, exit := mailcheckJSON(t, "check", address, "--no-guess", "--resolver", p.resolver, "--ca-file", p.roots)
	if exit != 0 || r.Verdict != "pass" {
		t.Errorf("check: exit code %d, verdict %s", exit, r.Verdict)
	}
	published := []string{"srv", "autoconfig", "autodiscover"}
	urls := []string{"https://autoconfig." + s.domain() + "/" + configPath, "https://autodiscover." + s.domain() + "/Autodiscover/Autodiscover.xml", "https://autoconfig." + s.domain() + "/mail.mobileconfig"}
	if p.has(paccPath) {
		published = append(published, "pacc")
		urls = append(urls, "https://ua-auto-config."+s.domain()+"/"+paccPath)
	}
	for _, source := range r.Sources {
		if slices.Contains(published, source.Name) && (source.State != "found" || len(source.Servers) != len(s.servers)) {
			t.Errorf("%s: %s, %s, %+v", source.Name, source.State, source.Reason, source.Servers)
		}
	}
	for _, f := range r.Findings {
		if f.Severity != "info" {
			t.Errorf("%s %s: %s", f.Severity, f.ID, f.Detail)
		}
	}
	for _, url := range urls {
		if text, exit := mailcheck(t, "lint", url, "--resolver", p.resolver, "--ca-file", p.roots); exit != 0 {
			t.Errorf("lint %s: exit code %d\n%s", url, exit, text)
		}
	}
	out, _ := mailcheck(t, "clients", address, "--no-guess", "--resolver", p.resolver, "--ca-file", p.roots, "-o", "json")
	if told := thunderbirdIn(t, out); told.Source != "xml" || !strings.HasPrefix(told.Failed, "configures") {
		t.Errorf("clients: %+v", told)
	}
}
