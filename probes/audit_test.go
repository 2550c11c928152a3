package probes

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lab"
)

// atOnce returns how many questions of audits were under way at a time.
func atOnce(steps []mailcheck.Step) (most int) {
	for _, s := range steps {
		n := 0
		for _, other := range steps {
			if s.Op == mailcheck.OpAudit && other.Op == mailcheck.OpAudit && other.Start <= s.Start && s.Start < other.Start+other.Elapsed {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// An audit of good servers says so, completely, with few connections at a time.
func TestAudit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := inLab(t, scenario(t, "audit-good"), Options{TLSAudit: true})
		for _, s := range r.Servers {
			a := s.TLSAudit
			if a == nil {
				t.Fatalf("%s was not audited", s.URL())
			}
			got := fmt.Sprint(summary(a.Versions), a.Groups, a.AllGroups, a.Weak, len(a.Ciphers), a.AllCiphers, a.Unanswered, " "+a.WithoutSNI.String())
			want := "TLS 1.3 (3, server, true), TLS 1.2 (5, server, true), TLS 1.1 (0, , true), TLS 1.0 (0, , true)" +
				"[X25519MLKEM768 SecP256r1MLKEM768 SecP384r1MLKEM1024 X25519 P-256 P-384 P-521] true [] 5 true [] the same certificate"
			if got != want {
				t.Errorf("%s:\n got %s\nwant %s", s.URL(), got, want)
			}
			if n := atOnce(s.Steps); n > 2 {
				t.Errorf("%s: %d connections at once", s.URL(), n)
			}
		}
	})
}

// summary tells how many suites each version has, in whose order, and whether
// these are all.
func summary(versions []mailcheck.TLSVersion) string {
	var all []string
	for _, v := range versions {
		all = append(all, fmt.Sprintf("%s (%d, %s, %v)", v.Version, len(v.Suites), v.Order, v.Complete))
	}
	return strings.Join(all, ", ")
}

// A server that lets nobody in any more is not asked again and again, and what it
// has left open is not given for a refusal.
func TestAuditStopsWhereItIsNotWelcome(t *testing.T) {
	for _, limit := range []int{3, 7, 12, 20} {
		synctest.Test(t, func(t *testing.T) {
			s := scenario(t, "audit-good")
			s.Hosts = maps.Clone(s.Hosts)
			var connections atomic.Int32
			good := s.Hosts["imap.example.com"][993]
			s.Hosts["imap.example.com"] = lab.Host{993: func(c *lab.Conn) {
				if connections.Add(1) > int32(limit) {
					c.Reset()
					return
				}
				good(c)
			}}
			r, dials := inLab(t, s, Options{TLSAudit: true})
			if n := strings.Count(strings.Join(dials, "\n")+"\n", "tcp 192.0.2.10:993\n"); n > limit+2*(maxDoubt+1) {
				t.Errorf("%d connections to a server that resets them after %d", n, limit)
			}
			if a := r.Servers[0].TLSAudit; len(a.Unanswered) == 0 || a.AllCiphers && a.AllGroups || a.CutShort.Empty() {
				t.Errorf("after %d connections the audit claims to be complete: %+v", limit, a)
			}
		})
	}
}

// imapAudit returns the audit of a scenario's port 993.
func imapAudit(t *testing.T, name string) (audit *mailcheck.TLSAudit, findings []mailcheck.Finding) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r, _ := inLab(t, scenario(t, name), Options{TLSAudit: true})
		i := slices.IndexFunc(r.Servers, func(s mailcheck.ServerResult) bool { return s.Port == 993 })
		audit, findings = r.Servers[i].TLSAudit, r.Findings
	})
	return audit, findings
}

// Every suite that a server accepts is listed in its order, with a judgement.
func TestAuditListsAndJudges(t *testing.T) {
	list := func(v mailcheck.TLSVersion) string {
		var all []string
		for _, s := range v.Suites {
			all = append(all, strings.TrimPrefix(s.Name, "TLS_")+" "+string(s.Strength)+" "+s.Why)
		}
		return strings.Join(all, "\n")
	}
	a, _ := imapAudit(t, "audit-everything")
	want := `ECDHE_RSA_WITH_AES_128_GCM_SHA256 recommended 
ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 recommended 
ECDHE_RSA_WITH_AES_128_CBC_SHA acceptable CBC, MAC-then-encrypt
DHE_RSA_WITH_AES_128_CBC_SHA forbidden DHE, 1024 bits
RSA_WITH_AES_128_CBC_SHA discouraged no forward secrecy
RSA_WITH_RC4_128_SHA forbidden RC4
RSA_WITH_DES_CBC_SHA forbidden DES, 56 bits
RSA_EXPORT_WITH_DES40_CBC_SHA forbidden export, 56 bits or less
RSA_WITH_NULL_SHA forbidden no encryption
DH_anon_WITH_AES_256_CBC_SHA forbidden anonymous
ECDH_anon_WITH_AES_256_CBC_SHA forbidden anonymous
RSA_WITH_AES_128_CCM_8 discouraged no forward secrecy
DH_RSA_WITH_AES_128_CBC_SHA discouraged no forward secrecy
ECDH_RSA_WITH_AES_128_CBC_SHA discouraged no forward secrecy
RSA_WITH_IDEA_CBC_SHA discouraged IDEA`
	if got := list(a.Versions[1]); got != want || a.Versions[1].Order != "client" || !a.Versions[1].Complete {
		t.Errorf("in the order of the %s, complete %v:\n%s", a.Versions[1].Order, a.Versions[1].Complete, got)
	}
	a, _ = imapAudit(t, "audit-old-version")
	if got := summary(a.Versions); got != "TLS 1.3 (3, server, true), TLS 1.2 (2, server, true), TLS 1.1 (0, , true), TLS 1.0 (2, server, true)" {
		t.Error(got)
	}
	a, _ = imapAudit(t, "audit-no-dh-group")
	if got := fmt.Sprint(a.Ciphers, a.AllCiphers); got != "[TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA] true" {
		t.Error(got)
	}
}

// A list that was cut short is never given for the whole one.
func TestAuditSaysWhatIsMissing(t *testing.T) {
	a, findings := imapAudit(t, "audit-limited")
	if a.AllCiphers || a.AllGroups || a.Versions[0].Complete || a.Versions[1].Complete || a.CutShort.Empty() || a.OtherALPN != "" {
		t.Errorf("the audit claims to be complete: %+v", a)
	}
	i := slices.IndexFunc(findings, func(f mailcheck.Finding) bool { return f.Check == checks.AuditIncomplete })
	if want := "does not answer any more; not known: TLS 1.2 cipher suites, TLS 1.3 groups, TLS 1.3 cipher suites, offer ALPN h2 and http/1.1"; i < 0 || !strings.Contains(findings[i].Detail.String(), want) {
		t.Errorf("findings %v", findings)
	}
}

// An audit that the run's time ends says so as well.
func TestAuditOutOfTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scenario(t, "audit-good")
		r, _ := visit(t, s, time.Second, accountWith(Options{TLSAudit: true}))
		for _, server := range r.Servers {
			if a := server.TLSAudit; a == nil || a.CutShort.String() != "the time of the run is over" || len(a.Unanswered) == 0 || !a.Versions[0].Offered {
				t.Errorf("%s: %+v", server.URL(), a)
			}
		}
	})
}

// A server that takes longer to greet than others take for all of a question is
// asked with the patience that it needs.
func TestAuditOfALateGreeter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scenario(t, "audit-good")
		s.Hosts = maps.Clone(s.Hosts)
		s.Hosts["smtp.example.com"] = maps.Clone(s.Hosts["smtp.example.com"])
		prompt := s.Hosts["smtp.example.com"][587]
		s.Hosts["smtp.example.com"][587] = func(c *lab.Conn) {
			if c.Sleep(askTimeout + time.Second) {
				prompt(c)
			}
		}
		r, _ := inLab(t, s, Options{TLSAudit: true})
		i := slices.IndexFunc(r.Servers, func(s mailcheck.ServerResult) bool { return s.Port == 587 })
		if a := r.Servers[i].TLSAudit; !a.CutShort.Equal(outOfTime) || !a.Versions[0].Offered || !a.Versions[1].Offered {
			t.Errorf("%+v", a)
		}
	})
}

// The remedy names exactly what is to be excluded.
func TestAuditRemedies(t *testing.T) {
	_, findings := imapAudit(t, "audit-everything")
	for _, want := range []struct {
		check  *checks.Check
		remedy string
	}{
		{checks.AuditWeakCipher, "each ending in :!eNULL:!EXPORT:!RC4:!DES:!3DES:!IDEA (Exim with GnuTLS: NORMAL:-NULL:-ARCFOUR-128:-3DES-CBC); Postfix:"},
		{checks.AuditAnonymous, "smtpd_tls_mandatory_exclude_ciphers=aNULL."},
		{checks.AuditNoForwardSecrecy, "Exclude kRSA, kDH, kECDH from the cipher list."},
	} {
		i := slices.IndexFunc(findings, func(f mailcheck.Finding) bool { return f.Check == want.check })
		if i < 0 || !strings.Contains(findings[i].Remedy().String(), want.remedy) {
			t.Errorf("%s: %v", want.check.ID, findings[max(i, 0)].Remedy())
		}
	}
}

// What a server makes of ALPN names.
func TestAuditALPN(t *testing.T) {
	for name, want := range map[string]string{
		"audit-good": "ignored/ignored", "audit-alpn": "imap/refused", "audit-cross-protocol": "imap/h2 accepted",
	} {
		if a, _ := imapAudit(t, name); a.ALPN+"/"+a.OtherALPN != want {
			t.Errorf("%s: %s/%s, want %s", name, a.ALPN, a.OtherALPN, want)
		}
	}
}

// However many servers share an address, few audits talk to it at a time.
func TestAuditsTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scenario(t, "audit-good")
		one := lab.Host{}
		for _, host := range s.Hosts {
			maps.Copy(one, host)
		}
		s.Zone = strings.NewReplacer("192.0.2.11", "192.0.2.10", "192.0.2.25", "192.0.2.10").Replace(s.Zone)
		s.Hosts = map[string]lab.Host{"192.0.2.10": one}
		r, _ := inLab(t, s, Options{TLSAudit: true})
		var steps []mailcheck.Step
		for _, server := range r.Servers {
			if a := server.TLSAudit; a == nil || len(a.Unanswered) > 0 {
				t.Errorf("%s: %+v", server.URL(), a)
			}
			steps = append(steps, server.Steps...)
		}
		if n := atOnce(steps); n > 3 {
			t.Errorf("%d connections at once", n)
		}
	})
}

// A greeting that turns away in the middle ends an audit, which then says so.
func TestAuditTurnedAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scenario(t, "audit-good")
		s.Hosts = maps.Clone(s.Hosts)
		s.Hosts["smtp.example.com"] = maps.Clone(s.Hosts["smtp.example.com"])
		good, connections := s.Hosts["smtp.example.com"][587], 0
		s.Hosts["smtp.example.com"][587] = func(c *lab.Conn) {
			if connections++; connections > 8 {
				c.Say("421 4.7.0 Too many connections from your address\r\n")
				return
			}
			good(c)
		}
		r, dials := inLab(t, s, Options{TLSAudit: true})
		i := slices.IndexFunc(r.Servers, func(s mailcheck.ServerResult) bool { return s.Port == 587 })
		a := r.Servers[i].TLSAudit
		if a.CutShort.String() != "the server lets nobody in any more" || a.Versions[1].Complete || a.Injection != "" || !slices.Contains(a.Unanswered, "TLS 1.2 cipher suites") {
			t.Errorf("%+v", a)
		}
		if n := strings.Count(strings.Join(dials, "\n")+"\n", "192.0.2.25:587\n"); n > 9+2 {
			t.Errorf("%d connections to a server that says that it has enough", n)
		}
	})
}

// The ports that nobody names are asked once a host, and what they offer is told there,
// without a login.
func TestAuditOfUnnamedPorts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, dials := inLab(t, scenario(t, "audit-clear-ports"), Options{TLSAudit: true})
		var told []string
		for _, f := range r.Findings {
			if f.Check == checks.AuthBeforeTLS {
				told = append(told, f.Server+": "+f.Target+" "+f.Detail.String())
			}
		}
		want := []string{
			"imaps://imap.example.com:993: imap://imap.example.com:143 port 143 is not published, but programs that guess try it; offered before TLS: AUTH PLAIN, the LOGIN command (LOGINDISABLED is missing)",
			"pop3s://pop.example.com:995: pop3://pop.example.com:110 port 110 is not published, but programs that guess try it; offered before TLS: USER and PASS",
			"submissions://smtp.example.com:465: submission://smtp.example.com:25 port 25 is not published, but programs that guess try it; offered before TLS: AUTH PLAIN, AUTH LOGIN",
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Error(diff)
		}
		for _, host := range []string{"192.0.2.10", "192.0.2.11", "192.0.2.25"} {
			for _, port := range []string{"25", "110", "143"} {
				if n := strings.Count(strings.Join(dials, "\n")+"\n", host+":"+port+"\n"); n != 1 {
					t.Errorf("%d connections to port %s of %s", n, port, host)
				}
			}
		}
	})
}

// Without the audit they are left alone.
func TestUnnamedPortsAreLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, dials := inLab(t, scenario(t, "audit-clear-ports"), Options{})
		if all := strings.Join(dials, "\n") + "\n"; len(r.Findings) > 0 || strings.Contains(all, ":25\n") || strings.Contains(all, ":143\n") {
			t.Errorf("%v, %s", ids(r), all)
		}
	})
}

// ManageSieve is upgraded in its own way.
func TestAuditSieve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := inLab(t, scenario(t, "services"), Options{TLSAudit: true})
		i := slices.IndexFunc(r.Servers, func(s mailcheck.ServerResult) bool { return s.Protocol == mailcheck.Sieve })
		if a := r.Servers[i].TLSAudit; a == nil || len(a.Unanswered) > 0 || a.ALPN != "ignored" || len(a.Versions[1].Suites) != 5 {
			t.Errorf("%+v", a)
		}
	})
}
