package setup

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// file returns a file of a setup; one without a name if there is none.
func (made Setup) file(name string) sheet.File {
	i := slices.IndexFunc(made.Files, func(f sheet.File) bool { return f.Name == name })
	if i < 0 {
		return sheet.File{}
	}
	return made.Files[i]
}

// only returns a setup with some files of another.
func (made Setup) only(names ...string) Setup {
	var some Setup
	for _, name := range names {
		some.Files = append(some.Files, made.file(name))
	}
	return some
}

// readSite reads what each program gets from the web site, which may be fewer servers than
// the settings file has, but no others.
func readSite(made Setup, a mailcheck.Address) (told, error) {
	everybody := mailcheck.Address{Domain: a.Domain}
	config := made.only("www/mail/config-v1.1.xml")
	if !bytes.Equal(config.Files[0].Body(), made.file("www/.well-known/autoconfig/mail/config-v1.1.xml").Body()) {
		return told{}, errors.New("the two settings files differ")
	}
	all, err := readConfig(config, everybody)
	if err != nil {
		return told{}, err
	}
	hosts := []string{"autoconfig." + a.Domain}
	for _, part := range []struct {
		host  string
		files []string
		read  func(Setup, mailcheck.Address) (told, error)
	}{
		{"", []string{"www/index.html"}, readPage(htmlParts)},
		{"", []string{"www/mail.mobileconfig"}, readProfile},
		{"autodiscover.", []string{"www/autodiscover/autodiscover.xml", "www/autodiscover/autodiscover.json", "www/outlook-steps.txt"}, readOutlook},
		{"ua-auto-config.", []string{"pacc.zone", "www/.well-known/user-agent-configuration.json"}, readPACC},
	} {
		files := made.only(part.files...)
		for _, f := range files.Files {
			if (f.Name == "") != (files.Files[0].Name == "") {
				return told{}, fmt.Errorf("not all of %q is there", part.files)
			}
		}
		if files.Files[0].Name == "" {
			continue
		}
		if part.host != "" {
			hosts = append(hosts, part.host+a.Domain)
		}
		some, err := part.read(files, everybody)
		if err != nil {
			return told{}, fmt.Errorf("%s: %w", part.files[0], err)
		}
		for _, s := range some.servers {
			if !slices.ContainsFunc(all.servers, func(of mailcheck.Server) bool { return of.Key() == s.Key() }) {
				return told{}, fmt.Errorf("%s names %s", part.files[0], s.URL())
			}
		}
	}
	if err := readWebServers(made, hosts); err != nil {
		return told{}, err
	}
	return readConfig(config, a)
}

// What a web server's configuration says of the names it answers to, one a line.
var siteNames = map[string]*regexp.Regexp{
	"nginx.conf":  regexp.MustCompile(`(?m)^\tserver_name (\S+);$`),
	"Caddyfile":   regexp.MustCompile(`(?m)^([^\s(]\S*) \{$`),
	"apache.conf": regexp.MustCompile(`(?m)^\tServer(?:Name|Alias) (\S+)$`),
	"web.zone":    regexp.MustCompile(`(?m)^;(\S+)\. 3600 IN CNAME WEBSERVER\.$`),
	"pacc.zone":   regexp.MustCompile(`(?m)^;(\S+)\. 3600 IN CNAME WEBSERVER\.$`),
}

// readWebServers wants every name in each configuration, and in the zone, and no other.
func readWebServers(made Setup, hosts []string) error {
	names := map[string][]string{}
	for file, name := range siteNames {
		for _, match := range name.FindAllStringSubmatch(string(made.file(file).Body()), -1) {
			if _, ok := dns.IsDomainName(match[1]); !ok {
				return fmt.Errorf("%s names %q", file, match[1])
			}
			names[file] = append(names[file], match[1])
		}
	}
	names["zone"] = slices.Concat(names["web.zone"], names["pacc.zone"])
	for _, file := range []string{"nginx.conf", "Caddyfile", "apache.conf", "zone"} {
		if !slices.Equal(names[file], hosts) {
			return fmt.Errorf("%s answers to %q, not to %q", file, names[file], hosts)
		}
	}
	zone := strings.ReplaceAll(strings.ReplaceAll(string(made.file("web.zone").Body()), "\n;autoc", "\nautoc"), "\n;autod", "\nautod")
	if all, err := records(zone); err != nil || len(all) != len(names["web.zone"]) {
		return fmt.Errorf("web.zone has %d records: %w", len(all), err)
	}
	return nil
}

// Whatever a program cannot be told is left out of the site, and said; the rest is there.
func TestSiteLeavesOut(t *testing.T) {
	r := account(result("imap://imap.example.com:143", mailcheck.Pass, "XOAUTH2"), result("submission://smtp.example.com:587", mailcheck.Pass, "XOAUTH2"))
	made, err := site.Make(r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, there := range map[string]bool{
		"www/mail/config-v1.1.xml": true, "www/index.html": true, "www/autodiscover/autodiscover.xml": false,
		"www/.well-known/user-agent-configuration.json": false, "www/mail.mobileconfig": false, "pacc.zone": false,
	} {
		if (made.file(name).Name != "") != there {
			t.Errorf("%s: %v", name, !there)
		}
	}
	notes(t, site, made, "no www/mail.mobileconfig: imap://imap.example.com:143: the server wants OAuth2", true)
	for _, name := range []string{"nginx.conf", "README.txt", "www/index.html"} {
		if body := string(made.file(name).Body()); strings.Contains(body, "autodiscover."+r.Address.Domain) || strings.Contains(body, "href=") {
			t.Errorf("%s speaks of what is not there:\n%s", name, body)
		}
	}
	made, err = site.Make(smallProvider(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	notes(t, site, made, "left out of www/.well-known/user-agent-configuration.json: imap://imap.example.com:143: a PACC document", true)
}

// A web site says the same to everybody: nothing in it is of the person whose account was
// tested.
func TestSiteIsForEverybody(t *testing.T) {
	made, err := site.Make(smallProvider(), Options{Name: "Alice Liddell"})
	if err != nil {
		t.Fatal(err)
	}
	if body := shown(made); regexp.MustCompile(`(?i)alice|liddell`).MatchString(body) {
		t.Errorf("it names the person:\n%s", body)
	}
	r := smallProvider()
	for i := range r.Settings {
		r.Settings[i].Username = "al1234"
	}
	_, err = site.Make(r, Options{})
	if e, ok := errors.AsType[*UnusableError](err); !ok || len(e.Reasons) == 0 || !slices.Contains(e.Others, "thunderbird") {
		t.Errorf("with a user name of its own: %v", err)
	}
}

// The page leads to files that are there, and to nothing else.
func TestSiteLinks(t *testing.T) {
	made, err := site.Make(smallProvider(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	links := regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(string(made.file("www/index.html").Body()), -1)
	if len(links) != 2 {
		t.Errorf("the page has the links %q", links)
	}
	for _, link := range links {
		if u, err := url.Parse(link[1]); err != nil || made.file("www/"+u.Path).Name == "" {
			t.Errorf("the page leads to %s", link[1])
		}
	}
}
