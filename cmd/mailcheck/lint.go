package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/internal/netx"
	"mailcheck/report"
)

// maxLintFile is more than any setup file has; lint refuses what is longer.
const maxLintFile = 1<<20 + 1

func lintCommand() *cobra.Command {
	var net network
	var out output
	c := &cobra.Command{
		Use:   "lint FILE|URL|-",
		Short: "Judge a setup file as each mail client's parser would",
		Long: `Judges a setup file as each mail client's parser would.

The file is a config-v1.1.xml (Mail Autoconfig), an Apple configuration profile
(.mobileconfig, signed or not), an Autodiscover answer or a PACC document; - is
standard input. First its structure is judged, then what each client takes from
it. With a URL the media type that the web server gives counts, too. No server
that the file names is tested.

` + exitCodes,
		Example: `  mailcheck lint config-v1.1.xml
  mailcheck lint https://autoconfig.example.com/mail/config-v1.1.xml
  mailcheck setup example.com --for thunderbird | mailcheck lint -`,
		Args: exactly(1, "a file"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := out.check(); err != nil {
				return err
			}
			body, contentType, err := lintSource(c, args[0], &net)
			if err != nil {
				return err
			}
			return showLint(c, autoconfig.Lint(args[0], body, contentType), &out)
		},
	}
	net.register(c)
	out.register(c)
	return c
}

// lintSource reads the file, standard input, or what a URL serves.
func lintSource(c *cobra.Command, name string, net *network) (body []byte, contentType string, err error) {
	if strings.HasPrefix(name, "https://") || strings.HasPrefix(name, "http://") {
		return lintFetch(c.Context(), name, net)
	}
	in := c.InOrStdin()
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, "", noRun("", "%v", err)
		}
		defer file.Close()
		in = file
	}
	body, err = io.ReadAll(io.LimitReader(in, maxLintFile))
	if err != nil {
		return nil, "", noRun("", "%v", err)
	}
	return body, "", nil
}

func lintFetch(ctx context.Context, url string, net *network) ([]byte, string, error) {
	n, err := net.open()
	if err != nil {
		return nil, "", err
	}
	defer n.Close()
	ctx, cancel, err := net.limit(ctx)
	if err != nil {
		return nil, "", err
	}
	defer cancel()
	doc, err := n.Fetch(ctx, netx.Request{URL: url, AllowHTTP: strings.HasPrefix(url, "http://")})
	if err != nil {
		return nil, "", noRun("", "fetch %s: %v", url, err)
	}
	if doc.Status != http.StatusOK {
		return nil, "", noRun("", "fetch %s: the web server answers with HTTP status %d", url, doc.Status)
	}
	contentType := doc.ContentType
	if contentType == "" {
		contentType = "none"
	}
	return doc.Body, contentType, nil
}

func showLint(c *cobra.Command, l mailcheck.Lint, out *output) error {
	var write func(io.Writer, mailcheck.Lint, report.Options) error
	switch out.format {
	case "table":
		write = report.Lint
	case "json":
		write = report.LintJSON
	default:
		return usage("choose one of: table, json", "lint has no output format %q", out.format)
	}
	err := printed(c, func(w io.Writer) error { return write(w, l, out.options(c.OutOrStdout())) })
	if err != nil {
		return err
	}
	if l.Verdict == mailcheck.Fail || out.strict && l.Verdict == mailcheck.Warn {
		return &failure{code: exitFailures}
	}
	return nil
}
