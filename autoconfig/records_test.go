package autoconfig

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/internal/lab"
	"mailcheck/internal/netx"
	"mailcheck/internal/sample"
)

// A report has what DNS has, so that whoever reads it later can compare: records, and that
// there is none. Of what nobody answered it has nothing.
func TestReportHasTheRecords(t *testing.T) {
	s := lab.Scenario{
		Name: "records", Address: sample.Alice.String(),
		Zone: "$ORIGIN example.com.\n@ MX 10 imap\nimap A 192.0.2.10\n" +
			"_imaps._tcp SRV 10 5 993 IMAP\n_imaps._tcp SRV 0 5 9993 imap\n_pop3s._tcp SRV 0 0 0 .\n" +
			"_caldavs._tcp SRV 0 1 443 imap\n_caldavs._tcp TXT \"path=/dav\"\n_autodiscover._tcp SRV 0 0 443 imap\n" +
			"_ua-auto-config TXT \"v=UAAC1; a=sha256; d=x\"\n_993._tcp.imap TLSA 3 1 1 0B9FA5A59EED715C26C1020C711B4F6EC42D58B0015E14337A39DAD301C5AFC3\n",
	}
	synctest.Test(t, func(t *testing.T) {
		l := lab.New(s)
		defer l.Close()
		n, err := netx.New(l.Options())
		if err != nil {
			t.Fatal(err)
		}
		defer n.Close()
		r := mailcheck.Report{Sources: Discover(t.Context(), n.Run(), sample.Alice, Options{}, time.Now(), func(mailcheck.Server) {}).Sources}
		for _, want := range []mailcheck.RecordSet{
			{Name: "_imaps._tcp.example.com", Type: "SRV", Data: []string{"0 5 9993 imap.example.com.", "10 5 993 imap.example.com."}},
			{Name: "_pop3s._tcp.example.com", Type: "SRV", Data: []string{"0 0 0 ."}},
			{Name: "_imap._tcp.example.com", Type: "SRV"},
			{Name: "_caldavs._tcp.example.com", Type: "SRV", Data: []string{"0 1 443 imap.example.com."}},
			{Name: "_caldavs._tcp.example.com", Type: "TXT", Data: []string{"path=/dav"}},
			{Name: "_sieve._tcp.example.com", Type: "SRV"},
			{Name: "_autodiscover._tcp.example.com", Type: "SRV", Data: []string{"0 0 443 imap.example.com."}},
			{Name: "_ua-auto-config.example.com", Type: "TXT", Data: []string{"v=UAAC1; a=sha256; d=x"}},
			{Name: "_993._tcp.imap.example.com", Type: "TLSA", Data: []string{"3 1 1 0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3"}},
		} {
			got, ok := recordsOf(r.Records(), want)
			if !ok || !slices.Equal(got.Data, want.Data) {
				t.Errorf("%s %s: %v, %q, want %q", want.Name, want.Type, ok, got.Data, want.Data)
			}
			steps := LookUp(t.Context(), n.Run(), time.Now(), []mailcheck.RecordSet{{Name: want.Name, Type: want.Type}})
			if len(steps) != 1 || steps[0].Failed() || steps[0].Records == nil || !slices.Equal(steps[0].Records.Data, want.Data) {
				t.Errorf("%s %s: looked up it is %+v", want.Name, want.Type, steps)
			}
		}
		nobody := mailcheck.RecordSet{Name: "example.com", Type: "SRV"}
		if got, ok := recordsOf(r.Records(), nobody); ok {
			t.Errorf("nobody asked, and it has %v", got)
		}
	})
}

// recordsOf returns the records of a name and type.
func recordsOf(all []mailcheck.RecordSet, wanted mailcheck.RecordSet) (mailcheck.RecordSet, bool) {
	i := slices.IndexFunc(all, func(s mailcheck.RecordSet) bool { return s.Name == wanted.Name && s.Type == wanted.Type })
	if i < 0 {
		return mailcheck.RecordSet{}, false
	}
	return all[i], true
}
