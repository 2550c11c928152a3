package document

import (
	"net/url"
	"slices"

	"mailcheck"
)

// The bounds of the pages for people that a document names.
const (
	maxLinks   = 10
	maxLinkURL = 500
)

// linksOf returns the pages that a settings file names: the documentation
// (draft-ietf-mailmaint-autoconfig section 3) and, from before the draft, where the mail is
// read in a browser.
func linksOf(root, provider *Node) (links []mailcheck.Link) {
	for _, parent := range []*Node{provider, root} { // old files have either in either place
		for _, n := range parent.Children {
			switch n.Name {
			case "documentation":
				links = addLink(links, mailcheck.Documentation, n.Attr["url"])
			case "webMail":
				if page := n.Child("loginPage"); page != nil {
					links = addLink(links, mailcheck.Webmail, page.Attr["url"])
				}
			}
		}
	}
	return links
}

// Links returns the page with the documentation that the document names.
func (p *PACC) Links() []mailcheck.Link {
	page, _ := p.Root.Get("info").Get("help").Get("documentation").Text()
	return addLink(nil, mailcheck.Documentation, page)
}

// addLink adds a page if it is one: a URL of the web, without a user and without a
// placeholder, that can be shown.
func addLink(links []mailcheck.Link, kind mailcheck.LinkKind, text string) []mailcheck.Link {
	u, err := url.Parse(text)
	web := err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil
	link := mailcheck.Link{Kind: kind, URL: text}
	if !web || len(text) > maxLinkURL || len(links) == maxLinks || !mailcheck.Printable(text) || Unfilled(text) || slices.Contains(links, link) {
		return links
	}
	return append(links, link)
}
