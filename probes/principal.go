package probes

import (
	"errors"
	"strings"

	"mailcheck/autoconfig/document"
)

// errNobody says that a server answered without knowing who asks.
var errNobody = errors.New("it does not say who is logged in")

// readPrincipal returns the URL, mostly relative, of who is logged in at a WebDAV server
// (RFC 5397 section 3). The error is errNobody for a stranger, or one of reading XML.
func readPrincipal(body []byte) (string, error) {
	root, err := document.ParseTree(body, document.NoType)
	if err != nil {
		return "", err
	}
	if root.Name != "multistatus" || root.Space != "DAV:" {
		return "", errNobody
	}
	for _, response := range davChildren(root, "response") {
		for _, stat := range davChildren(response, "propstat") {
			if status := strings.Fields(stat.Text("status")); len(status) > 1 && status[1] != "200" {
				continue // RFC 4918 section 9.1.2: the property is not there
			}
			for _, prop := range davChildren(stat, "prop") {
				for _, principal := range davChildren(prop, "current-user-principal") {
					for _, href := range davChildren(principal, "href") {
						if to := href.Content(); to != "" {
							return to, nil
						}
					}
				}
			}
		}
	}
	return "", errNobody
}

// davChildren returns the children of an element that have a name of WebDAV.
func davChildren(n *document.Node, name string) []*document.Node {
	var found []*document.Node
	for _, c := range n.Children {
		if c.Name == name && c.Space == "DAV:" {
			found = append(found, c)
		}
	}
	return found
}
