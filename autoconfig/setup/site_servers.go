package setup

import "mailcheck/autoconfig/setup/sheet"

// What differs from one machine to another stands in these files as a path that its
// administrator puts in: nobody else knows where certificates are.

// writeNginx writes a server that answers a POST for a file, which nginx by itself
// refuses with 405, and Autodiscover's path in any spelling (MS-OXDISCO section 3.1.5).
func writeNginx(hosts []string, out *sheet.Set) {
	f := out.Text("nginx.conf", sheet.Shared, zoneWord)
	f.Line(`# For nginx: put this file into /etc/nginx/conf.d, and the right paths into the lines that`)
	f.Line(`# begin with ssl_certificate, ssl_certificate_key and root. Then: nginx -t && nginx -s reload`)
	f.Line(`server {`)
	f.Line(`	listen 443 ssl;`)
	f.Line(`	listen [::]:443 ssl;`)
	for _, host := range hosts {
		f.Line(`	server_name %s;`, host)
	}
	f.Line(`	ssl_certificate /etc/ssl/mail-settings/fullchain.pem;`)
	f.Line(`	ssl_certificate_key /etc/ssl/mail-settings/privkey.pem;`)
	f.Line(`	root /var/www/mail-settings;`)
	f.Line(``)
	f.Line(`	# Pages for people.`)
	f.Line(`	location / {`)
	f.Line(`		types { text/html html; text/plain txt; }`)
	f.Line(`		charset utf-8;`)
	f.Line(`	}`)
	f.Line(`	# Outlook asks with POST, and in several spellings of the path.`)
	f.Line(`	location ~* ^/autodiscover/autodiscover\.xml$ {`)
	f.Line(`		types {}`)
	f.Line(`		default_type "text/xml; charset=utf-8";`)
	f.Line(`		error_page 405 =200 /autodiscover/autodiscover.xml;`)
	f.Line(`		try_files /autodiscover/autodiscover.xml =404;`)
	f.Line(`	}`)
	f.Line(`	# Some ask for autodiscover.json alone, some with /v1.0/ADDRESS behind it.`)
	f.Line(`	location ~* ^/autodiscover/autodiscover\.json(/|$) {`)
	f.Line(`		types {}`)
	f.Line(`		default_type application/json;`)
	f.Line(`		try_files /autodiscover/autodiscover.json =404;`)
	f.Line(`	}`)
	f.Line(`	location ~ \.xml$ {`)
	f.Line(`		types {}`)
	f.Line(`		default_type "text/xml; charset=utf-8";`)
	f.Line(`	}`)
	f.Line(`	location ~ \.json$ {`)
	f.Line(`		types {}`)
	f.Line(`		default_type application/json;`)
	f.Line(`	}`)
	f.Line(`	location ~ \.mobileconfig$ {`)
	f.Line(`		types {}`)
	f.Line(`		default_type application/x-apple-aspen-config;`)
	f.Line(`	}`)
	f.Line(`}`)
}

// writeCaddy writes the same for Caddy, which gets certificates by itself.
func writeCaddy(hosts []string, out *sheet.Set) {
	f := out.Text("Caddyfile", sheet.Shared, zoneWord)
	f.Line(`# For Caddy: put these lines into /etc/caddy/Caddyfile, and the right path into the line`)
	f.Line(`# that begins with root. Caddy gets the certificates by itself; for others take the number`)
	f.Line(`# sign before tls away, and put their paths in. Then: caddy reload --config /etc/caddy/Caddyfile`)
	f.Line(`(mail-settings) {`)
	f.Line(`	# tls /etc/ssl/mail-settings/fullchain.pem /etc/ssl/mail-settings/privkey.pem`)
	f.Line(`	root * /var/www/mail-settings`)
	f.Line(``)
	f.Line(`	# Outlook asks with POST, and in several spellings of the path.`)
	f.Line(`	@autodiscover path_regexp (?i)^/autodiscover/autodiscover\.xml$`)
	f.Line(`	handle @autodiscover {`)
	f.Line(`		method GET`)
	f.Line(`		rewrite * /autodiscover/autodiscover.xml`)
	f.Line(`		header Content-Type "text/xml; charset=utf-8"`)
	f.Line(`		file_server`)
	f.Line(`	}`)
	f.Line(`	# Some ask for autodiscover.json alone, some with /v1.0/ADDRESS behind it.`)
	f.Line(`	@version2 path_regexp (?i)^/autodiscover/autodiscover\.json(/|$)`)
	f.Line(`	handle @version2 {`)
	f.Line(`		rewrite * /autodiscover/autodiscover.json`)
	f.Line(`		header Content-Type application/json`)
	f.Line(`		file_server`)
	f.Line(`	}`)
	f.Line(`	handle {`)
	f.Line(`		@xml path *.xml`)
	f.Line(`		header @xml Content-Type "text/xml; charset=utf-8"`)
	f.Line(`		@json path *.json`)
	f.Line(`		header @json Content-Type application/json`)
	f.Line(`		@profile path *.mobileconfig`)
	f.Line(`		header @profile Content-Type application/x-apple-aspen-config`)
	f.Line(`		file_server`)
	f.Line(`	}`)
	f.Line(`}`)
	for _, host := range hosts {
		f.Line(`%s {`, host)
		f.Line(`	import mail-settings`)
		f.Line(`}`)
	}
}

// writeApache writes the same for Apache.
func writeApache(hosts []string, out *sheet.Set) {
	f := out.Text("apache.conf", sheet.Shared, zoneWord)
	f.Line(`# For Apache: put this file into /etc/apache2/sites-available as mail-settings.conf, and the`)
	f.Line(`# right paths into the lines that begin with SSLCertificateFile, SSLCertificateKeyFile and, of`)
	f.Line(`# the folder www, DocumentRoot, <Directory> and AliasMatch. Then:`)
	f.Line(`# a2enmod ssl && a2ensite mail-settings && systemctl restart apache2`)
	f.Line(`<VirtualHost *:443>`)
	for i, host := range hosts {
		if i == 0 {
			f.Line(`	ServerName %s`, host)
		} else {
			f.Line(`	ServerAlias %s`, host)
		}
	}
	f.Line(`	SSLEngine on`)
	f.Line(`	SSLCertificateFile /etc/ssl/mail-settings/fullchain.pem`)
	f.Line(`	SSLCertificateKeyFile /etc/ssl/mail-settings/privkey.pem`)
	f.Line(`	DocumentRoot /var/www/mail-settings`)
	f.Line(`	<Directory /var/www/mail-settings>`)
	f.Line(`		Require all granted`)
	f.Line(`		DirectoryIndex index.html`)
	f.Line(`	</Directory>`)
	f.Line(``)
	f.Line(`	AddType text/html .html`)
	f.Line(`	AddType text/plain .txt`)
	f.Line(`	AddType text/xml .xml`)
	f.Line(`	AddType application/json .json`)
	f.Line(`	AddType application/x-apple-aspen-config .mobileconfig`)
	f.Line(`	AddCharset utf-8 .html .txt .xml`)
	f.Line(`	# Outlook asks with POST, and in several spellings of the path.`)
	f.Line(`	AliasMatch "(?i)^/autodiscover/autodiscover\.xml$" /var/www/mail-settings/autodiscover/autodiscover.xml`)
	f.Line(`	# Some ask for autodiscover.json alone, some with /v1.0/ADDRESS behind it.`)
	f.Line(`	AliasMatch "(?i)^/autodiscover/autodiscover\.json(/.*)?$" /var/www/mail-settings/autodiscover/autodiscover.json`)
	f.Line(`</VirtualHost>`)
}

// writeWebNames writes the records that lead to the web server. That of PACC is in the file
// with its digest.
func writeWebNames(a Account, parts []sitePart, out *sheet.Set) {
	domain := a.Address.Domain
	f := out.Text("web.zone", sheet.Shared, zoneWord).Mark(";")
	f.Comments(a.Warnings)
	f.Line("; Records for the zone of %s. Put the name of the web server in the place of WEBSERVER, and", domain)
	f.Line("; take the semicolon away; or write A and AAAA records with its addresses instead.")
	for _, p := range parts {
		if p.host != "" && p.format.Name != pacc.Name {
			f.Line(";%s.%s. 3600 IN CNAME WEBSERVER.", p.host, domain)
		}
	}
}
