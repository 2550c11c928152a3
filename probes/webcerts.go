package probes

import (
	"context"
	"net/url"
	"slices"
	"time"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

// distrusted are the faults of a certificate whose remedy is another than to renew it
// or to add a name.
var distrusted = []*checks.Check{
	checks.TLSMissingIntermediate, checks.TLSPrivateCA, checks.TLSSelfSigned,
	checks.TLSInterception, checks.TLSWeakSignature, checks.TLSUnknownAuthority,
}

// judgeWebHosts judges the certificates for which the web servers that publish the
// settings were not believed, as those of mail servers are: the fetch itself only
// knows that it failed.
func judgeWebHosts(ctx context.Context, n *netx.Run, found autoconfig.Discovery) {
	for _, source := range found.Sources {
		for step, f := range mailcheck.Each(source.Steps) {
			chain := found.Disbelieved[step.Target]
			u, err := url.Parse(step.Target)
			if step.Leaf == nil || len(chain) == 0 || err != nil {
				continue
			}
			if f.Check != checks.AutoconfigCertificate && f.Check != checks.AutodiscoverCertificate {
				continue
			}
			server := mailcheck.Server{Protocol: mailcheck.JMAP, Host: u.Hostname(), Port: 443, Security: mailcheck.ImplicitTLS}
			p := newProbe(n, server, Options{}, time.Now())
			p.dialed = &netx.Dialed{}
			judged := p.judge(ctx, chain)
			if len(judged.faults) == 0 {
				continue
			}
			why, detail := trace.Classify(mailcheck.OpCertificate, judged.faults[0].err)
			if !slices.Contains(distrusted, why) {
				continue
			}
			f.Detail = mailcheck.Textf("%s: %s (%s)", server.Host, detail, why.ID)
			f.Fix = judged.faults[0].fix
			if f.Fix.Empty() {
				f.Fix = mailcheck.Text{Format: why.Remedy}
			}
		}
	}
}
