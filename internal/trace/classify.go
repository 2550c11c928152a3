package trace

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"mailcheck"
	"mailcheck/checks"
)

// Classify names the check that an error of an operation is an occurrence of,
// with the evidence to show. It is the only place that reads error texts;
// every error has an answer, if only [checks.Unclassified].
func Classify(op mailcheck.Op, err error) (*checks.Check, mailcheck.Text) {
	verbatim := mailcheck.Evidencef("%s", err)
	if e, ok := err.(*checks.Error); ok {
		return e.Check, mailcheck.Evidencef(e.Format, e.Args...)
	}
	if e, ok := errors.AsType[*checks.Error](err); ok {
		return e.Check, verbatim
	}
	if c := classifyDNS(err); c != nil {
		return c, verbatim
	}
	if c, d := classifyCertificate(err); c != nil && op == mailcheck.OpFetch {
		return checks.AutoconfigCertificate, d
	} else if c != nil {
		return c, d
	}
	if op == mailcheck.OpCertificate {
		return checks.TLSCertificate, verbatim
	}
	if op == mailcheck.OpFetch && strings.Contains(err.Error(), "malformed HTTP") {
		return checks.HTTPMalformed, verbatim
	} else if op == mailcheck.OpFetch {
		return checks.AutoconfigUnreachable, transportDetail(err)
	}
	if c, d := classifyHandshake(err); c != nil {
		return c, d // at any operation: in TLS 1.3 the server's alert comes after the client is done
	}
	if c := classifyTransport(op, err); c != nil {
		return c, transportDetail(err)
	}
	return checks.Unclassified, verbatim
}

// classifyDNS reads *net.DNSError, whose Err is the response code as a word.
func classifyDNS(err error) *checks.Check {
	e, ok := errors.AsType[*net.DNSError](err)
	switch {
	case !ok:
		return nil
	case e.IsNotFound:
		return checks.DNSNotFound
	case resolverDead(e) && strings.Contains(e.Err, "unreachable"):
		return checks.NetOffline // not even the way to the resolver is there
	case e.IsTimeout, resolverDead(e):
		return checks.DNSTimeout
	case strings.HasPrefix(e.Err, "SERVFAIL"):
		return checks.DNSServfail
	case strings.HasPrefix(e.Err, "REFUSED"):
		return checks.DNSRefused
	}
	return checks.DNSMalformed
}

// resolverDead reports whether the question did not even reach a DNS server: its
// machine or the network refuses the packet.
func resolverDead(e *net.DNSError) bool {
	for _, op := range []string{"dial udp", "write udp", "read udp"} {
		if e.IsTemporary && strings.HasPrefix(e.Err, op) {
			return true
		}
	}
	return false
}

// classifyCertificate reads the errors of crypto/x509 verification.
func classifyCertificate(err error) (*checks.Check, mailcheck.Text) {
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		return classifyInvalid(e)
	}
	if e, ok := errors.AsType[x509.HostnameError](err); ok {
		return classifyName(e)
	}
	if e, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return checks.TLSUnknownAuthority, mailcheck.Evidencef("issued to %q by %q", name(e.Cert), issuer(e.Cert))
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return checks.TLSCertificate, mailcheck.Evidencef("%s", err)
	}
	return nil, mailcheck.Text{}
}

func classifyInvalid(e x509.CertificateInvalidError) (*checks.Check, mailcheck.Text) {
	c := e.Cert
	switch e.Reason {
	case x509.Expired:
	case x509.IncompatibleUsage:
		return checks.TLSWrongUsage, mailcheck.Evidencef("%s is meant for %s", name(c), usages(c))
	default:
		return checks.TLSCertificate, mailcheck.Evidencef("%s", e)
	}
	now := time.Now()
	if now.Before(c.NotBefore) {
		return checks.TLSNotYetValid, mailcheck.Evidencef("%s is valid from %s; here it is %s", name(c), mailcheck.Stamp(c.NotBefore), mailcheck.Stamp(now))
	}
	return checks.TLSExpired, mailcheck.Evidencef("%s expired on %s, %s ago", name(c), mailcheck.Stamp(c.NotAfter), mailcheck.Span(now.Sub(c.NotAfter)))
}

func classifyName(e x509.HostnameError) (*checks.Check, mailcheck.Text) {
	c := e.Certificate
	names := CertificateNames(c)
	switch {
	case len(names) == 0 && c.Subject.CommonName != "":
		return checks.TLSCNOnly, mailcheck.Evidencef("common name %q, no subject alternative name; wanted %s", c.Subject.CommonName, e.Host)
	case net.ParseIP(strings.Trim(e.Host, "[]")) != nil:
		return checks.TLSIPSAN, mailcheck.Evidencef("the certificate is for %s, the settings say %s", listed(names), e.Host)
	}
	return checks.TLSNameMismatch, mailcheck.Evidencef("the certificate is for %s, the settings say %s", listed(names), e.Host)
}

// CertificateNames returns the names and addresses that a certificate is valid for.
func CertificateNames(c *x509.Certificate) []string {
	names := append([]string(nil), c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}

// classifyHandshake reads the errors of crypto/tls handshakes. An alert from the
// server has no exported type there, only its text ("remote error: tls: ...");
// RFC 8446 section 6 lists the alerts.
func classifyHandshake(err error) (*checks.Check, mailcheck.Text) {
	if e, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return checks.TLSPlainOnTLSPort, mailcheck.Evidencef("the server answered the TLS handshake with bytes that begin %q", e.RecordHeader[:])
	}
	text := err.Error()
	i := strings.Index(text, "tls: ")
	if i < 0 {
		return nil, mailcheck.Text{}
	}
	detail := mailcheck.Evidencef("%s", text)
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "remote error" {
		detail = mailcheck.Evidencef("the server sent the TLS alert %q", text[i+len("tls: "):])
	}
	for phrase, check := range handshakePhrases {
		if strings.Contains(text, phrase) {
			return check, detail
		}
	}
	return checks.TLSHandshakeFailure, detail
}

// certificateAlerts are the alerts about a certificate (RFC 8446 section 6.2), as
// crypto/tls words them.
var certificateAlerts = []string{
	"bad certificate", "unsupported certificate", "revoked certificate", "expired certificate", "unknown certificate", "access denied", "certificate required",
}

// RejectsCertificate reports whether a server's alert is about the certificate that the
// client has shown.
func RejectsCertificate(err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	return ok && e.Op == "remote error" && slices.ContainsFunc(certificateAlerts, func(alert string) bool { return strings.Contains(e.Error(), alert) })
}

// ChoseVersion reports whether a handshake failed since the server chose a version
// of TLS that is too old: its answer says which.
func ChoseVersion(err error) bool {
	return err != nil && strings.Contains(err.Error(), "selected unsupported protocol version")
}

// CannotRead reports whether a server's alert says that what it got is no message of TLS
// as it should be: record, order, form or version (RFC 8446 section 6.2).
func CannotRead(err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	if !ok || e.Op != "remote error" {
		return false
	}
	return slices.ContainsFunc([]string{"unexpected message", "record overflow", "error decoding message", "protocol version not supported"}, func(alert string) bool {
		return strings.Contains(e.Error(), alert)
	})
}

var handshakePhrases = map[string]*checks.Check{
	"certificate required": checks.TLSClientCert,
	"unrecognized name":    checks.TLSUnrecognizedName,
	"protocol version":     checks.TLSOldProtocol, // "protocol version not supported", "unsupported protocol version"
}

// classifyTransport reads what TCP says, in the light of the operation: the
// same silence means a firewall while connecting and a hung service later.
func classifyTransport(op mailcheck.Op, err error) *checks.Check {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED) || windowsError(err, wsaRefused):
		return checks.TCPRefused
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL),
		windowsError(err, wsaHostUnreach), windowsError(err, wsaNetUnreach):
		return checks.TCPUnreachable
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), isTimeout(err):
		return timeoutChecks[op]
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET),
		errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNABORTED), errors.Is(err, net.ErrClosed), errors.Is(err, io.ErrClosedPipe),
		windowsError(err, wsaReset), windowsError(err, wsaAborted):
		return closedChecks[op]
	}
	return nil
}

var timeoutChecks = map[mailcheck.Op]*checks.Check{
	mailcheck.OpLookup: checks.DNSTimeout, mailcheck.OpResolve: checks.DNSTimeout, mailcheck.OpConnect: checks.TCPTimeout, mailcheck.OpTLS: checks.TLSTimeout, mailcheck.OpGreeting: checks.GreetTimeout,
	mailcheck.OpCapability: checks.ReplyTimeout, mailcheck.OpStartTLS: checks.ReplyTimeout, mailcheck.OpAuth: checks.LoginFailed,
	mailcheck.OpMailbox: checks.LoginMailbox,
}

var closedChecks = map[mailcheck.Op]*checks.Check{
	mailcheck.OpConnect: checks.TCPReset, mailcheck.OpTLS: checks.TLSEOF, mailcheck.OpGreeting: checks.TCPReset,
	mailcheck.OpCapability: checks.ReplyClosed, mailcheck.OpStartTLS: checks.ReplyClosed, mailcheck.OpAuth: checks.LoginFailed,
	mailcheck.OpMailbox: checks.LoginMailbox,
}

// Windows reports its own numbers, which the syscall constants do not match.
const (
	wsaAborted     = syscall.Errno(10053)
	wsaReset       = syscall.Errno(10054)
	wsaNetUnreach  = syscall.Errno(10051)
	wsaRefused     = syscall.Errno(10061)
	wsaHostUnreach = syscall.Errno(10065)
)

func windowsError(err error, want syscall.Errno) bool {
	e, ok := errors.AsType[syscall.Errno](err)
	return ok && e == want
}

func isTimeout(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}

// noAnswer is the evidence of a timeout; [Do] says how long it was.
var noAnswer = mailcheck.Textf("no answer in time")

// transportDetail says in plain words what the error was; the addresses of this
// machine that Go puts into the text are of no use to the reader.
func transportDetail(err error) mailcheck.Text {
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return noAnswer
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return mailcheck.Textf("connection closed by the server")
	}
	if e, ok := errors.AsType[syscall.Errno](err); ok {
		return mailcheck.Textf("%s", e)
	}
	return mailcheck.Evidencef("%s", err)
}

func name(c *x509.Certificate) string {
	if c == nil {
		return "unknown"
	}
	if names := CertificateNames(c); len(names) > 0 {
		return names[0]
	}
	return c.Subject.CommonName
}

func issuer(c *x509.Certificate) string {
	if c == nil {
		return "unknown"
	}
	return c.Issuer.String()
}

// usages says in words what a certificate's extended key usage allows.
func usages(c *x509.Certificate) mailcheck.Text {
	words := map[x509.ExtKeyUsage]string{
		x509.ExtKeyUsageClientAuth: "clients", x509.ExtKeyUsageEmailProtection: "signing mail", x509.ExtKeyUsageCodeSigning: "signing programs",
		x509.ExtKeyUsageTimeStamping: "timestamps", x509.ExtKeyUsageOCSPSigning: "revocation answers",
	}
	var list []mailcheck.Text
	for _, usage := range c.ExtKeyUsage {
		if word := words[usage]; word != "" {
			list = append(list, mailcheck.Text{Format: word})
		}
	}
	if len(list) == 0 {
		return mailcheck.Textf("something else than servers (extended key usage)")
	}
	return mailcheck.Textf("%s, not for servers (extended key usage)", mailcheck.Joined(list, " and "))
}

// listed shows at most five names.
func listed(names []string) mailcheck.List {
	return mailcheck.ListOf(names).AtMost(5).Or("no name at all")
}
