package autoconfig

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

// arrival is what fetching a document came to.
type arrival int

const (
	there       arrival = iota // the document, as far as can be told without reading it
	missing                    // the web server says that it has none
	unserved                   // no web server listens
	page                       // a web page
	program                    // the source of the program that should make the document
	failing                    // any other status: a login is wanted, the server is broken
	unreachable                // silence, a bad certificate, a redirect that must not be followed, too many bytes
)

// statuses are those that say whether there is a document (RFC 9110 section 15);
// any other is a fault.
var statuses = map[int]arrival{
	http.StatusOK: there, http.StatusNotFound: missing, http.StatusGone: missing, http.StatusNoContent: missing,
}

// rules say what it means to a source that something else came than the document.
// Without a check for no answer, the error is an occurrence of its own check.
type rules struct {
	most                   checks.Severity
	absent                 []arrival // those by which nothing is published; of them only a page may be worth a finding
	page, status, noAnswer *checks.Check
	program                *checks.Check
}

var (
	// Whoever has a host of that name means to publish settings there.
	configRules = rules{checks.Warning, []arrival{missing}, checks.AutoconfigHTML, checks.AutoconfigStatus, nil, checks.AutoconfigProgram}
	// Most domains have something else there.
	optionalRules = rules{checks.Info, []arrival{missing, unserved, page}, checks.AutoconfigHTML, checks.AutoconfigStatus, nil, checks.AutoconfigProgram}
	// What is wrong with the provider database is no fault of the account.
	ispdbRules = rules{checks.Info, []arrival{missing}, checks.ISPDBUnreachable, checks.ISPDBUnreachable, checks.ISPDBUnreachable, checks.ISPDBUnreachable}
	// DNS announces a PACC document.
	paccRules = rules{checks.Warning, nil, checks.PACCHTML, checks.PACCNoDocument, nil, checks.AutoconfigProgram}
	// The settings name the issuer, which has to say more about itself.
	issuerRules = rules{checks.Warning, nil, checks.OAuthMetadataMissing, checks.OAuthMetadataMissing, checks.OAuthMetadataMissing, checks.OAuthMetadataMissing}
	// Nobody has said that something is there.
	strayRules = rules{absent: []arrival{missing, unserved, page, program, failing, unreachable}}
)

// fetched is a document, or what came in its place.
type fetched struct {
	*netx.Document // never nil
	came           arrival
	reason         mailcheck.Text // what came in its place, for people
	evidence       mailcheck.Text // the same, for whoever has to mend it
}

// get asks for a document, as one step.
func (s *search) get(ctx context.Context, t *trace.Trace, req netx.Request) (*netx.Document, error) {
	doc, err := trace.Do(ctx, t, mailcheck.OpFetch, req.URL, func(ctx context.Context) (*netx.Document, error) {
		return s.net.Fetch(ctx, req)
	})
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		s.board.disbelieve(req.URL, e.UnverifiedCertificates)
	}
	return doc, err
}

// fetch asks for a document, and says what came in its place.
func (s *search) fetch(ctx context.Context, t *trace.Trace, req netx.Request) fetched {
	doc, err := s.get(ctx, t, req)
	if err != nil {
		host := hostOf(req.URL)
		failure := t.Steps[len(t.Steps)-1].Findings[0]
		evidence := mailcheck.Evidencef("%s: %s", req.URL, failure.Detail)
		if refused(err) {
			return fetched{doc, unserved, mailcheck.Textf("%s has no web server", host), evidence}
		}
		return fetched{doc, unreachable, mailcheck.Textf("%s: %s", host, inShort(failure)), evidence}
	}
	status := mailcheck.Textf("HTTP status %d", doc.Status)
	t.Say("%s", status)
	host, where := hostOf(doc.URL), answered(doc)
	switch known, ok := statuses[doc.Status]; {
	case !ok:
		return fetched{doc, failing, mailcheck.Textf("%s answers with %s", host, status), mailcheck.Textf("%s answers with %s", where, status)}
	case known == missing:
		return fetched{doc, missing, mailcheck.Textf("%s has no such document", host), mailcheck.Textf("%s answers with %s", where, status)}
	}
	t.Say("%d bytes of %s", len(doc.Body), doc.ContentType)
	if line := document.ProgramSource(doc.Body); line != "" {
		return fetched{doc, program, mailcheck.Textf("%s answers with the source of a program", host), mailcheck.Textf("%s answers with %s that begins %q, as the source of a program does", doc.URL, doc.ContentType, line)}
	}
	if document.LooksLikeHTML(doc.Body) {
		return fetched{doc, page, mailcheck.Textf("%s answers with a web page", host), mailcheck.Textf("%s answers with %s that begins %q", where, doc.ContentType, document.Head(doc.Body))}
	}
	return fetched{Document: doc, came: there}
}

// answered names the URL that gave an answer, the one that led there, and what was
// lost on the way: a generator of settings files cannot do without the address.
func answered(doc *netx.Document) mailcheck.Text {
	asked := doc.Hops[0]
	switch {
	case len(doc.Hops) < 2 || doc.URL == asked:
		return mailcheck.Textf("%s", doc.URL)
	case strings.Contains(asked, emailParameter) && !strings.Contains(doc.URL, emailParameter):
		return mailcheck.Textf("%s (to which %s redirects, without its %s)", doc.URL, asked, emailParameter)
	}
	return mailcheck.Textf("%s (to which %s redirects)", doc.URL, asked)
}

// judge says what it means to a source that something else came than the document,
// in the last step.
func (r rules) judge(t *trace.Trace, f fetched) answer {
	a := answer{state: mailcheck.Failed, reason: f.reason}
	check, last := r.status, &t.Steps[len(t.Steps)-1]
	switch f.came {
	case page:
		check = r.page
	case program:
		check = r.program
	case unserved, unreachable:
		check = r.noAnswer
	}
	if !last.Failed() {
		a.fetched = f.Document
	}
	if cutShort(last) {
		soften(t, r.most)
		return a
	}
	if slices.Contains(r.absent, f.came) {
		a.state = mailcheck.Absent
		if last.Findings = nil; last.Failed() {
			t.Say("nothing there")
		}
	}
	if check != nil && (a.state == mailcheck.Failed || f.came == page) {
		last.Findings = nil
		t.Find(check, "%s", f.evidence)
	}
	if check != checks.AutoconfigProgram && !f.meant() { // whoever has a program there means to publish settings
		soften(t, r.most)
	}
	return a
}

// meant reports whether a web server redirects to a settings file, and not from one of
// its pages to another.
func (f fetched) meant() bool {
	return f.came == unreachable && strings.HasSuffix(hostless(f.Header.Get("Location")), configPath)
}

// hostless returns the path of a URL.
func hostless(location string) string {
	u, err := url.Parse(location)
	if err != nil {
		return ""
	}
	return u.Path
}

// cutShort reports whether a step was ended by the end of the run, which says
// nothing about what it asked for.
func cutShort(s *mailcheck.Step) bool {
	return len(s.Findings) > 0 && s.Findings[0].Check == checks.RunTimeout
}

// refused reports whether nothing listens where a web server could be.
func refused(err error) bool {
	check, _ := trace.Classify(mailcheck.OpConnect, err)
	return check == checks.TCPRefused
}

// inShort returns the evidence of a finding, or what it means where the evidence is a
// long URL.
func inShort(f mailcheck.Finding) mailcheck.Text {
	if slices.Contains([]*checks.Check{checks.HTTPRedirectRefused, checks.HTTPToUnencrypted, checks.HTTPTooManyRedirects, checks.HTTPTooLarge, checks.HTTPMalformed}, f.Check) {
		return mailcheck.Textf("%s", mailcheck.Clause(f.Check.Summary))
	}
	return f.Detail
}
