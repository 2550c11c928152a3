package main

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/autoconfig/lint"
	"mailcheck/internal/files"
	"mailcheck/internal/trace"
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
(.mobileconfig, signed or not), an Autodiscover answer, a PACC document, records
for a zone (a part of a zone file), the text of a QR code for Thunderbird for
Android (.json) or the settings file of K-9 Mail (.k9s); what it is, its content
says. - is standard input. First its structure is judged, then what each client
takes from it, and the signature of a profile (--ca-file adds an authority). With
a URL the media type that the web server gives counts, too. No server that the
file names is tested, and no name in it is looked up.

` + exitCodes,
		Example: `  mailcheck lint config-v1.1.xml
  mailcheck lint https://autoconfig.example.com/mail/config-v1.1.xml
  mailcheck lint mail.zone
  mailcheck setup example.com --for thunderbird | mailcheck lint -`,
		Args: exactly(1, "a file"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := out.check(); err != nil {
				return err
			}
			file, err := lintSource(c, args[0], &net)
			if err != nil {
				return err
			}
			if file.Roots, err = net.roots(c.Context()); err != nil {
				return err
			}
			return out.show(c, lint.Judge(file))
		},
	}
	net.register(c)
	out.register(c, report.File)
	return c
}

// maxURL is longer than any URL that is used (RFC 9110 section 4.1 asks for 8000, and
// programs end far before).
const maxURL = 2048

// lintSource reads the file, standard input, or what a URL serves.
func lintSource(c *cobra.Command, name string, net *network) (lint.File, error) {
	file := lint.File{Name: name}
	if scheme, _, ok := strings.Cut(strings.ToLower(name), "://"); ok && (scheme == "https" || scheme == "http") {
		if len(name) > maxURL || !mailcheck.Printable(name) {
			return file, usage("", "%s cannot be the URL of a settings file", mailcheck.Quoted(name))
		}
		return file, lintFetch(c.Context(), &file, net)
	}
	if info, err := os.Stat(name); name != "-" && err == nil && info.IsDir() {
		return file, noRun("name the file in it", "%s is a folder", name)
	}
	var err error
	if file.Body, err = contentOf(c, name, maxLintFile); err != nil && !errors.Is(err, files.ErrTooLarge) {
		return file, noRun("", "%v", err)
	}
	return file, nil
}

// lintFetch asks the web server as discovery does: bounded, redirects to https
// alone, with verified certificates.
func lintFetch(ctx context.Context, file *lint.File, net *network) error {
	client, err := net.open(ctx, autoconfig.Options{})
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, cancel, err := net.limit(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	doc, err := client.Fetch(ctx, file.Name)
	if err != nil {
		check, detail := trace.Classify(mailcheck.OpFetch, err)
		return noRun("see: mailcheck explain "+check.ID, "fetch %s: %s", file.Name, strings.TrimPrefix(detail.String(), file.Name+" "))
	}
	if doc.Status != http.StatusOK {
		return noRun("open the URL in a browser, or ask for the file with another URL", "fetch %s: the web server answers with HTTP status %d", doc.URL, doc.Status)
	}
	file.Body, file.ContentType, file.Insecure = doc.Body, doc.ContentType, doc.Insecure
	if file.ContentType == "" {
		file.ContentType = "none"
	}
	return nil
}
