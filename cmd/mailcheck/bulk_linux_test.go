package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"mailcheck/internal/lab"
)

// operators is how many there are in the internet of BenchmarkBulk.
const operators = 10

// BenchmarkBulk measures a survey by the built program: processor time for a domain, and, where
// there is GNU time, the memory of the process. Its internet has ten operators, and domains that
// publish their servers in SRV records. The larger ones take minutes:
//
//	go test -run '^$' -bench Bulk/domains=10000 -benchtime 1x -timeout 1h ./cmd/mailcheck
func BenchmarkBulk(b *testing.B) {
	folder := b.TempDir()
	program := filepath.Join(folder, "mailcheck")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, ".") // as a release
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	for _, n := range []int{100, 1000, 10_000, 50_000} {
		b.Run(fmt.Sprintf("domains=%d", n), func(b *testing.B) { surveyOf(b, program, n) })
	}
}

// surveyOf has a program survey so many domains.
func surveyOf(b *testing.B, program string, domains int) {
	l := lab.New(manyDomains(domains))
	defer l.Close()
	resolver, connectTo, err := l.Loopback()
	if err != nil {
		b.Fatal(err)
	}
	folder := b.TempDir()
	list, ca := filepath.Join(folder, "list.txt"), filepath.Join(folder, "ca.pem")
	var lines strings.Builder
	for i := range domains {
		fmt.Fprintf(&lines, "user@customer%d.example\n", i)
	}
	for name, body := range map[string]string{list: lines.String(), ca: string(l.CA())} {
		if err := os.WriteFile(name, []byte(body), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	args := []string{"bulk", list, "--fields", "findings,settings,sources", "--resolver", resolver, "--ca-file", ca}
	for _, c := range connectTo {
		args = append(args, "--connect-to", c)
	}
	timed := "/usr/bin/time"
	if _, err := os.Stat(timed); err == nil {
		args = append([]string{"-f", "%M", "-o", filepath.Join(folder, "memory"), program}, args...)
		program = timed
	}
	var milliseconds, most float64
	for b.Loop() {
		run := exec.Command(program, args...)
		out, err := os.Create(filepath.Join(folder, "survey.jsonl"))
		if err != nil {
			b.Fatal(err)
		}
		var said strings.Builder
		run.Stdout, run.Stderr = out, &said
		if err := run.Run(); err != nil || !strings.Contains(said.String(), fmt.Sprintf("%d pass", domains)) {
			b.Fatalf("%v\n%s", err, said.String())
		}
		out.Close()
		milliseconds += float64((run.ProcessState.UserTime() + run.ProcessState.SystemTime()).Microseconds()) / 1000
		if text, err := os.ReadFile(filepath.Join(folder, "memory")); err == nil {
			kib, _ := strconv.ParseFloat(strings.TrimSpace(string(text)), 64)
			most = max(most, kib/1024)
		}
	}
	b.ReportMetric(milliseconds/float64(b.N)/float64(domains), "CPU-ms/domain")
	b.ReportMetric(most, "MB")
}

// manyDomains is an internet of customers of some operators.
func manyDomains(n int) lab.Scenario {
	s := lab.Scenario{Name: "many-domains", Hosts: map[string]lab.Host{}}
	var zone strings.Builder
	for i := range operators {
		name := fmt.Sprintf("operator%d.example", i)
		fmt.Fprintf(&zone, "imap.%s. A 192.0.2.%d\nsmtp.%s. A 198.51.100.%d\n", name, i+1, name, i+1)
		imap, smtp := lab.Mail{Host: "imap." + name}, lab.Mail{Host: "smtp." + name}
		s.Hosts[imap.Host] = lab.Host{993: lab.TLS(lab.Cert{Names: []string{imap.Host}}, lab.IMAP(imap))}
		s.Hosts[smtp.Host] = lab.Host{465: lab.TLS(lab.Cert{Names: []string{smtp.Host}}, lab.SMTP(smtp))}
	}
	for i := range n {
		operator := fmt.Sprintf("operator%d.example.", i%operators)
		fmt.Fprintf(&zone, "$ORIGIN customer%d.example.\n@ MX 10 smtp.%s\n_imaps._tcp SRV 0 1 993 imap.%s\n_submissions._tcp SRV 0 1 465 smtp.%s\n", i, operator, operator, operator)
	}
	s.Zone = zone.String()
	return s
}
