package probes

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/internal/lab"
	"mailcheck/report"
)

// hugeCertificates are as many servers as a run tests, each with a chain of some 200 KB.
func hugeCertificates() (lab.Scenario, []mailcheck.Server) {
	s := lab.Scenario{Hosts: map[string]lab.Host{}}
	var servers []mailcheck.Server
	for i := range 40 {
		host := fmt.Sprintf("imap%d.example.com", i)
		names := []string{host}
		for k := range 4500 {
			names = append(names, fmt.Sprintf("name-%d-of-many-that-are-long.%d.example.com", k, i))
		}
		s.Zone += fmt.Sprintf("%s. A 192.0.2.%d\n", host, i+1)
		s.Hosts[host] = lab.Host{993: lab.TLS(lab.Cert{Names: names}, lab.IMAP(lab.Mail{Host: host}))}
		servers = append(servers, mailcheck.Server{Protocol: mailcheck.IMAP, Host: host, Port: 993, Security: mailcheck.ImplicitTLS})
	}
	return s, servers
}

// peakOfHeap runs f and returns how much memory was in use at most. Garbage does not
// count, of which this process makes much: the other side of the network is in it, too.
func peakOfHeap(f func()) uint64 {
	done, peak := make(chan struct{}), make(chan uint64)
	go func() {
		var most uint64
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		for {
			select {
			case <-done:
				peak <- most
				return
			default:
				runtime.GC()
				metrics.Read(live)
				most = max(most, live[0].Value.Uint64())
			}
		}
	}()
	f()
	close(done)
	return <-peak
}

// What an audit receives is dropped once it was judged, so that many servers together
// stay below the 200 MiB that a program may take. The servers themselves are some 50 MB of
// this, and how much the audits hold at the same time is chance.
func TestMemoryOfAnAudit(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector needs memory of its own")
	}
	s, servers := hugeCertificates()
	var r *mailcheck.Report
	peak := peakOfHeap(func() {
		synctest.Test(t, func(t *testing.T) {
			l := lab.New(s)
			defer l.Close()
			c := inside(l)
			defer c.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			var err error
			if r, err = c.Servers(ctx, servers, &Options{TLSAudit: true}); err != nil {
				t.Fatal(err)
			}
		})
	})
	if t.Logf("%d MB at most", peak>>20); peak > 170<<20 {
		t.Errorf("%d MB were in use", peak>>20)
	}
	for _, server := range r.Servers {
		if leaf := server.TLS.Chain[0]; server.TLSAudit == nil || len(leaf.Names) != mailcheck.MaxList || leaf.NamesLeftOff != 4501-mailcheck.MaxList {
			t.Fatalf("%s: %d names are kept and %d left off", server.Host, len(leaf.Names), leaf.NamesLeftOff)
		}
	}
}

// everythingLarge is a domain that publishes as many servers as it can, in a document as
// long as it may be, whose servers say as much as they may.
func everythingLarge() lab.Scenario {
	s := lab.Scenario{Address: "alice@example.com", Hosts: map[string]lab.Host{}}
	long := strings.Repeat("x\x1b", 3000)
	words := func(n int, format string) []string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf(format, i))
		}
		return list
	}
	var sections strings.Builder
	for i := range 45 {
		host := fmt.Sprintf("mail%d.example.com", i)
		cert := lab.Cert{Names: append(words(2000, "*.name-%d-"+strings.Repeat("of-many-that-are-long.", 3)+fmt.Sprint(i)+".example.com"), host)}
		caps := append([]string{"IMAP4rev1", "AUTH=PLAIN", "SASL-IR"}, words(600, "AUTH=X\x1b%d")...)
		s.Zone += fmt.Sprintf("%s. A 192.0.2.%d\n", host, i+1)
		s.Hosts[host] = lab.Host{
			993: lab.TLS(cert, lab.IMAP(lab.Mail{Host: host, TLSCaps: caps, On: map[string]lab.Behaviour{
				"greeting": lab.Say("* OK " + long + "\r\n"), "AUTHENTICATE": lab.Say(strings.Repeat("* NO "+long[:100]+"\r\n", 450) + "{tag} NO " + long + "\r\n"),
			}})),
			465: lab.TLS(cert, lab.SMTP(lab.Mail{Host: host, TLSCaps: words(450, "X\x1b-%d "+long[:100])})),
		}
		kind, section, port := "imap", "incomingServer", 993
		if i%3 == 2 {
			kind, section, port = "smtp", "outgoingServer", 465
		}
		fmt.Fprintf(&sections, `<%s type="%s"><hostname>%s</hostname><port>%d</port><socketType>SSL</socketType><username>%%EMAILADDRESS%%</username>%s</%[1]s>`,
			section, kind, host, port, strings.Join(words(400, "<authentication>password-cleartext%d</authentication>"), ""))
	}
	s.Zone += "autoconfig.example.com. A 192.0.2.200\nexample.com. MX 10 mail0.example.com.\n"
	s.Hosts["autoconfig.example.com"] = lab.Host{443: lab.TLS(lab.Cert{Names: []string{"autoconfig.example.com"}}, lab.HTTP(map[string]lab.Reply{
		"/mail/config-v1.1.xml": lab.XML(`<clientConfig version="1.1"><emailProvider id="example.com"><domain>example.com</domain>` + sections.String() + `</emailProvider></clientConfig>`),
	}))}
	return s
}

// However much everybody says, what is written of it can be kept and read.
func TestSizeOfReports(t *testing.T) {
	if raceDetector {
		t.Skip("takes too long with the race detector")
	}
	s := everythingLarge()
	var r *mailcheck.Report
	synctest.Test(t, func(t *testing.T) {
		r, _ = visit(t, s, 0, accountWith(Options{Credentials: Credentials{Password: "Tr0ub4dor&3"}, TLSAudit: true}))
	})
	if len(r.Servers) < 40 {
		t.Errorf("%d servers are tested", len(r.Servers))
	}
	for _, f := range report.Formats {
		for _, verbose := range []bool{false, true} {
			var b bytes.Buffer
			if err := f.Write(&b, r, report.Options{Verbose: verbose}); err != nil {
				t.Error(err)
			}
			if t.Logf("%s, verbose %v: %d KB", f.Name, verbose, b.Len()>>10); b.Len() > mostOfReport {
				t.Errorf("%s has %d KB", f.Name, b.Len()>>10)
			}
			if f.Name == "json" {
				if _, err := report.Read(bytes.NewReader(b.Bytes())); err != nil {
					t.Errorf("what was written cannot be read: %v", err)
				}
			}
		}
	}
}

// mostOfReport is more than any format makes of a run.
const mostOfReport = 8 << 20
