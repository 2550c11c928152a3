package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/report"
)

func probeCommand() *cobra.Command {
	var net network
	var out output
	c := &cobra.Command{
		Use:   "probe URL...",
		Short: "Test given mail servers",
		Long: `Tests given mail servers, without looking for published settings.

  imaps://HOST[:993]       imap://HOST[:143]       imap+plain://HOST[:143]
  pop3s://HOST[:995]       pop3://HOST[:110]       pop3+plain://HOST[:110]
  submissions://HOST[:465] submission://HOST[:587] submission+plain://HOST[:587]

The first column is TLS from the first byte, the second is STARTTLS, the third
is without encryption. An IPv6 address stands in brackets.

  sieve://HOST[:4190]      filter scripts (ManageSieve)
  jmap://HOST[/PATH]       mail over HTTPS (JMAP)
  caldav://HOST[/PATH]     calendars
  carddav://HOST[/PATH]    address books
  https://HOST/Microsoft-Server-ActiveSync    Exchange for phones (ActiveSync)
  https://HOST/EWS/Exchange.asmx              Exchange Web Services
  activesync://HOST/PATH, ews://HOST/PATH     the same at another path

With --tls-audit each server is also asked for the full list of TLS versions,
ciphers and key exchange that it accepts, and how it treats clients without SNI,
other protocols' ALPN names and text that follows STARTTLS: one connection for
each, mostly some thirty and never more than 200, three at a time to an address.

` + loginHelp + `Here the servers on the command line are named by you; --username is needed.

` + exitCodes,
		Example: `  mailcheck probe imaps://imap.example.com submission://smtp.example.com
  mailcheck probe --tls-audit imaps://imap.example.com
  mailcheck probe imap://[2001:db8::25]:143`,
		Args:              atLeastOneURL,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			r, err := probeAll(c, args, &net, &out)
			if err != nil {
				return err
			}
			return out.show(c, r)
		},
	}
	net.register(c)
	net.registerExpiry(c)
	net.registerAudit(c)
	net.registerLogin(c)
	out.register(c, report.Account)
	return c
}

func atLeastOneURL(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usage("for example: "+firstLine(c.Example), "a server is missing")
	}
	return nil
}

func probeAll(c *cobra.Command, args []string, net *network, out *output) (*mailcheck.Report, error) {
	servers, err := parseServers(args)
	if err != nil {
		return nil, err
	}
	if err := out.check(); err != nil {
		return nil, err
	}
	opts, err := net.options(c, userAddress(net.login.username))
	if err != nil {
		return nil, err
	}
	if opts.Credentials.Given() && opts.Credentials.Username == "" {
		return nil, usage("add --username", "there is something to log in with, but no user name")
	}
	client, err := net.open(c.Context(), autoconfig.Options{})
	if err != nil {
		return nil, err
	}
	return net.during(c, client, servers[0].URL(), opts, func(ctx context.Context) (*mailcheck.Report, error) {
		if err := net.signIn(ctx, c, client, opts); err != nil {
			return nil, err
		}
		return client.Servers(ctx, servers, opts)
	})
}

// userAddress returns the address that a user name is, if it is one.
func userAddress(name string) mailcheck.Address {
	a, err := mailcheck.ParseAddress(name)
	if err != nil || a.Local == "" {
		return mailcheck.Address{}
	}
	return a
}

// parseServers reads URLs; the same server twice is one.
func parseServers(urls []string) ([]mailcheck.Server, error) {
	var servers []mailcheck.Server
	for _, text := range urls {
		s, err := parseServer(text)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(servers, func(o mailcheck.Server) bool { return o.Key() == s.Key() }) {
			servers = append(servers, s)
		}
	}
	return servers, nil
}

// parseServer reads one URL, and hints at what is wrong with it.
func parseServer(text string) (mailcheck.Server, error) {
	s, err := mailcheck.ParseServer(text)
	if wrong, ok := errors.AsType[*mailcheck.ServerURLError](err); ok {
		return s, usage(urlHint(text, wrong.Part), "%v", wrong)
	} else if err != nil {
		return s, usage("", "%v", err)
	}
	return s, nil
}

// urlHint says how to write the part of a URL that is wrong.
func urlHint(text string, part mailcheck.URLPart) string {
	scheme, _, ok := strings.Cut(text, "://")
	switch {
	case !ok:
		return meant(text)
	case part == mailcheck.URLProtocol && strings.HasPrefix(strings.ToLower(scheme), "smtp"):
		return "mail programs send over submissions:// (port 465) or submission:// (port 587); port 25 is for mail between servers"
	case part == mailcheck.URLProtocol:
		return "known are imaps, imap, pop3s, pop3, submissions, submission, sieve, jmap, caldav, carddav, activesync and ews"
	case part == mailcheck.URLService:
		rest := strings.TrimPrefix(text[len(scheme):], "://")
		return "say what is there: caldav://" + rest + ", carddav://, jmap://, activesync:// or ews://"
	case part == mailcheck.URLExtra:
		return "give only the host and perhaps the port"
	case part == mailcheck.URLPort:
		return "a port is a number from 1 to 65535"
	case part == mailcheck.URLHost:
		if u, err := url.Parse(text); err == nil && strings.Contains(u.Host, "::") {
			return "an IPv6 address stands in brackets: " + scheme + "://[2001:db8::1]:993"
		}
	}
	return "for example: imaps://imap.example.com:993"
}

// meant says what somebody who gave no URL may have meant.
func meant(text string) string {
	if a, err := mailcheck.ParseAddress(text); err == nil && a.Local != "" {
		return "an address is tested by: mailcheck check " + text
	}
	scheme := "imaps"
	if word, rest, ok := strings.Cut(text, ":"); ok && !strings.Contains(rest, ":") {
		if _, err := mailcheck.ParseServer(word + "://h"); err == nil {
			scheme, text = word, strings.TrimLeft(rest, "/")
		}
	}
	if ip, err := netip.ParseAddr(text); err == nil && ip.Is6() {
		text = "[" + text + "]"
	}
	for _, s := range []mailcheck.Server{{Protocol: mailcheck.IMAP}, {Protocol: mailcheck.POP3}, {Protocol: mailcheck.Submission}} {
		for _, s.Security = range []mailcheck.Security{mailcheck.ImplicitTLS, mailcheck.StartTLS} {
			if strings.HasSuffix(text, fmt.Sprintf(":%d", mailcheck.DefaultPort(s.Protocol, s.Security))) {
				scheme, _, _ = strings.Cut(s.URL(), "://")
			}
		}
	}
	if text == "" || strings.ContainsAny(text, "/ @") {
		text = "imap.example.com"
	}
	return "for example: " + scheme + "://" + text
}
