package autoconfig

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"sync"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/autoconfig/lint"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

const paccPath = "/.well-known/user-agent-configuration.json"

// findPACC fetches the document and its digests at once (draft-ietf-mailmaint-pacc).
func findPACC(ctx context.Context, s *search) {
	r := paccRun{search: s, page: s.trace.Branch(), dns: s.trace.Branch()}
	var wg sync.WaitGroup
	wg.Go(func() { r.lookupDigests(ctx) })
	wg.Go(func() { r.ask(ctx) })
	wg.Wait()
	a := r.judge(ctx)
	s.trace.Join(r.page, r.dns)
	s.publishAll(a)
	s.conclude(a.state, "%s", a.reason)
}

// paccRun is what is known about the PACC document of a domain.
type paccRun struct {
	*search
	page, dns *trace.Trace

	digests   [][]byte // usable ones
	announced bool     // there is a record, usable or not: somebody means to publish a document
	unasked   bool     // DNS did not answer
	hostless  answer   // why the host was not asked for the document
	got       fetched
}

func (r *paccRun) host() string       { return "ua-auto-config." + r.address.Domain }
func (r *paccRun) digestName() string { return "_" + r.host() }

// lookupDigests reads the TXT records. There may be several while one document
// takes the place of another.
func (r *paccRun) lookupDigests(ctx context.Context) {
	texts, err := trace.Do(ctx, r.dns, mailcheck.OpLookup, r.digestName()+" TXT", func(ctx context.Context) ([]string, error) {
		texts, _, err := r.net.Resolver.TXT(ctx, r.digestName())
		if notFound(err) {
			return nil, nil
		}
		return texts, err
	})
	if err != nil {
		soften(r.dns, checks.Warning)
		r.unasked = true
		return
	}
	r.dns.Got(r.digestName(), "TXT", texts)
	for _, text := range texts {
		digest, announced := document.ParseDigest(text)
		r.announced = r.announced || announced
		if digest != nil {
			r.digests = append(r.digests, digest)
		}
	}
	r.dns.Say("no record")
	if len(texts) > 0 {
		r.dns.Say("%s", mailcheck.ListOf(texts))
	}
}

// ask gets the document.
func (r *paccRun) ask(ctx context.Context) {
	u := &url.URL{Scheme: "https", Host: r.host(), Path: paccPath}
	var resolved bool
	if r.hostless, resolved = r.resolveHost(ctx, r.page, u, checks.Warning); resolved {
		r.got = r.fetch(ctx, r.page, netx.Request{URL: u.String()})
	}
}

// judge puts document and digests together. Without a record in DNS, what stands
// at the host is no fault: a wildcard record brings many domains there by accident.
func (r *paccRun) judge(ctx context.Context) answer {
	place := "https://" + r.host() + paccPath
	switch {
	case r.hostless.state == mailcheck.Absent && r.announced:
		r.page.Find(checks.PACCNoDocument, "%s: %s", place, r.hostless.reason)
		return answer{state: mailcheck.Failed, reason: r.hostless.reason}
	case r.hostless.unresolved:
		return r.hostless
	case r.got.came != there && r.announced:
		return paccRules.judge(r.page, r.got)
	case r.got.came != there:
		return strayRules.judge(r.page, r.got)
	}
	judgeCertificate(r.page, r.got.Document)
	return r.read(ctx, place)
}

// read reads the document and judges what it says.
func (r *paccRun) read(ctx context.Context, place string) answer {
	pacc, err := trace.Do(ctx, r.page, mailcheck.OpParse, place, func(context.Context) (*document.PACC, error) {
		return document.ParsePACC(r.got.Body)
	})
	if err != nil && !r.announced {
		r.page.Steps[len(r.page.Steps)-1].Findings = nil
		return answer{state: mailcheck.Absent, reason: mailcheck.Textf("no digest in DNS, and what is there is no such document")}
	}
	trusted := r.checkDigest()
	if err != nil {
		return answer{state: mailcheck.Failed, reason: mailcheck.Textf("the document is malformed")}
	}
	servers, problems := pacc.Servers(r.address)
	tellFaults(r.page, place, checks.PACCBadEntry, lint.PACC(pacc, r.address), problems, nil)
	if pacc.Draft == "-02" || pacc.Draft == "-03" {
		r.page.Find(checks.PACCOneSpelling, "the document follows draft %s", pacc.Draft)
	}
	switch {
	case len(servers) == 0:
		r.page.Find(checks.PACCNoServers, "%s", place)
		return answer{state: mailcheck.Failed, reason: mailcheck.Textf("the document names no usable server")}
	case !trusted:
		return answer{state: mailcheck.Failed, reason: mailcheck.Textf("the document does not fit its digest in DNS")}
	}
	r.page.Say("%d servers", len(servers))
	reason := mailcheck.Textf("https://%s", r.host())
	if pacc.Draft != "" {
		reason = mailcheck.Textf("%s, spelling of draft %s", reason, pacc.Draft)
	}
	a := answer{state: mailcheck.Found, reason: reason, servers: servers, links: pacc.Links()}
	r.vouch(&a, vouchOfPACC(r.host(), r.address.Domain))
	return a
}

// checkDigest compares the document, byte for byte as it was served, with the
// digests in DNS. One that fits is enough. It returns false if none does.
func (r *paccRun) checkDigest() bool {
	sum := sha256.Sum256(r.got.Body)
	for _, digest := range r.digests {
		if bytes.Equal(digest, sum[:]) {
			return true
		}
	}
	encoded := base64.StdEncoding.EncodeToString(sum[:])
	record := fmt.Sprintf("%s. TXT \"v=UAAC1; a=sha256; d=%s\"", r.digestName(), encoded)
	switch {
	case r.unasked: // DNS is at fault, not the document
		return true
	case !r.announced:
		r.page.Find(checks.PACCDigestMissing, "there is no TXT record %s", r.digestName()).Fix = mailcheck.Textf("Publish: %s", record)
		return true
	case len(r.digests) == 0:
		r.page.Find(checks.PACCDigestMismatch, "the TXT record %s holds no SHA-256 digest", r.digestName()).Fix = mailcheck.Textf("Publish instead: %s", record)
		return false
	}
	r.page.Find(checks.PACCDigestMismatch, "the document's digest is %s, the record has %s", encoded, base64.StdEncoding.EncodeToString(r.digests[0])).
		Fix = mailcheck.Textf("If nobody meant to change the document, find out who did. If it is the right one, publish its digest: %s", record)
	return false
}
