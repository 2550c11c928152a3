//go:build real

package realtest

import (
	"crypto/tls"
	"fmt"
	"io"
	"strings"
	"time"
)

// likely are domains for Thunderbird to look at: at a place of a settings file that no
// other has, and with nothing but the usual names.
var likely = []scenario{{
	name:    "well-known",
	sites:   []site{{host: "@", path: ".well-known/autoconfig/" + configPath, document: settings}},
	ports:   []int{993, 995, 465},
	found:   "autoconfig",
	servers: append([]string{"pop3 pop:995 tls pass"}, tlsServers...),
}, {
	name: "page-first", // Thunderbird reads the first place that answers, and no other
	sites: []site{
		{host: "autoconfig", path: configPath, document: page, directives: "types { text/html xml; }"},
		{host: "@", path: ".well-known/autoconfig/" + configPath, document: settings},
	},
	ports:    []int{995, 993, 465},
	found:    "autoconfig",
	servers:  append([]string{"pop3 pop:995 tls pass"}, tlsServers...),
	findings: []string{"autoconfig.html-instead-of-xml"},
}, {
	name:     "pop3-first",
	sites:    []site{{host: "autoconfig", path: configPath, document: pop3First}},
	ports:    []int{993, 995, 465},
	servers:  append([]string{"pop3 pop:995 tls pass"}, tlsServers...),
	findings: []string{"publish.client-refuses"},
}, {
	name: "odd-file", // Thunderbird knows no IMAP in capitals, and takes the first socketType that it knows
	sites: []site{{host: "autoconfig", path: configPath,
		document: strings.NewReplacer(`type="imap"`, `type="IMAP"`, "<port>995</port>\n      ", "<port>995</port>\n      <socketType>TLS</socketType>\n      ").Replace(settings)}},
	ports:    []int{993, 995, 465},
	exit:     1,
	found:    "autoconfig",
	servers:  tlsServers,
	findings: []string{"autoconfig.bad-section", "autoconfig.bad-section"},
}, {
	name: "odd-answer", // it leaves a section without Port out
	sites: []site{{host: "autodiscover", path: poxPath, directives: answerPOST, document: strings.Replace(autodiscoverAnswer, "<Protocol>",
		"<Protocol><Type>POP3</Type><Server>pop.DOMAIN</Server><SSL>on</SSL><SPA>off</SPA></Protocol>\n<Protocol>", 1)}},
	ports:    []int{993, 995, 465},
	found:    "autodiscover",
	servers:  append([]string{"pop3 pop:995 tls pass"}, tlsServers...),
	findings: []string{"autodiscover.bad-section"},
}, {
	name:     "doctype", // which Thunderbird reads
	records:  tlsRecords,
	sites:    []site{{host: "autoconfig", path: configPath, document: strings.Replace(settings, "<clientConfig", "<!DOCTYPE clientConfig>\n<clientConfig", 1)}},
	ports:    []int{993, 995, 465},
	found:    "srv",
	servers:  tlsServers,
	findings: []string{"autoconfig.malformed"},
}, {
	name:     "exchange-first",
	sites:    []site{{host: "autoconfig", path: configPath, document: strings.Replace(settings, "<incomingServer", exchangeSection+"<incomingServer", 1)}},
	ports:    []int{993, 995, 465},
	servers:  append([]string{"pop3 pop:995 tls pass"}, tlsServers...),
	findings: []string{"publish.client-refuses"},
}, {
	name:     "autodiscover-login", // the servers would be guessed, were it not for this
	sites:    []site{{host: "autodiscover", directives: `location / { add_header WWW-Authenticate 'Basic realm="mail"' always; return 401; }`}},
	ports:    tlsPorts,
	exit:     1,
	findings: []string{"account.no-settings"},
}, {
	name:     "guess-pop3",
	ports:    []int{995, 110, 465},
	exit:     1,
	findings: []string{"account.no-settings"},
}, {
	name:     "guess-port-25",
	ports:    []int{993, 25},
	exit:     1,
	findings: []string{"account.no-settings"},
}, {
	name:     "guess-refused",
	program:  refuser,
	ports:    []int{993, 465},
	mute:     true,
	exit:     1,
	servers:  []string{"imap imap:993 tls fail", "submission smtp:465 tls fail"},
	findings: []string{"greet.bye imap:993", "greet.overload smtp:465"},
}}

// pop3First is the settings file with IMAP at the end.
var pop3First = func() string {
	before, section, _ := strings.Cut(settings, `    <incomingServer type="imap">`)
	section, rest, _ := strings.Cut(section, "</incomingServer>\n")
	return before + strings.Replace(rest, "  </emailProvider>", `    <incomingServer type="imap">`+section+"</incomingServer>\n  </emailProvider>", 1)
}()

// farewells are what the refuser says in the place of a greeting.
var farewells = map[int]string{
	993: "* BYE [UNAVAILABLE] Temporary failure.\r\n",
	465: "421 4.3.2 Service not available\r\n",
}

// refuser says goodbye inside TLS to everybody who comes, and hangs up.
func (w *world) refuser(scenarios []scenario) {
	for _, s := range scenarios {
		config := &tls.Config{Certificates: []tls.Certificate{must(tls.LoadX509KeyPair(w.path(s.pem()), w.path(s.pem())))}}
		for _, port := range s.ports {
			l := must(tls.Listen("tcp", fmt.Sprintf("%s:%d", s.address, port), config))
			go func() {
				for {
					conn, err := l.Accept()
					if err != nil {
						return
					}
					go func() {
						defer conn.Close()
						conn.SetDeadline(time.Now().Add(10 * time.Second))
						io.WriteString(conn, farewells[port])
					}()
				}
			}()
		}
	}
}
