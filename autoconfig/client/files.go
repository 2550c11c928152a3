package client

import (
	"net/http"
	"slices"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/autoconfig/document"
)

// lookDocument reads a settings file as the client would.
func (w *walk) lookDocument(doc autoconfig.Copy) find {
	config := w.configOf(doc)
	switch {
	case w.dialect.DocType && doc.Declares && !w.dialect.Ignores(doc.ContentType):
		return find{outcome: mailcheck.NotKnown, note: mailcheck.Textf("the file has a document type with declarations of its own, such as entities, which are not expanded here")}
	case config == nil:
		return find{note: doc.Reason, unusable: doc.State == mailcheck.Failed && doc.Status == http.StatusOK, unanswered: doc.State == mailcheck.Failed}
	case w.dialect.Ignores(doc.ContentType):
		return find{note: document.Ignored(doc.ContentType), unusable: true}
	}
	r := w.dialect.Read(config, w.address)
	switch {
	case w.dialect.Client == "" && r.Refused != nil:
		return find{outcome: mailcheck.NotKnown, note: mailcheck.Textf("how it reads this file is not known: %s", r.Refused.Place())}
	case w.dialect.Client == "" && len(r.Dropped) > 0:
		return find{outcome: mailcheck.NotKnown, note: mailcheck.Textf("how it reads this file is not known: %s", r.Dropped[0].Place())}
	case r.Refused != nil:
		return find{note: mailcheck.Textf("refuses the whole file because of %s", r.Refused.Place()), unusable: true}
	}
	records := w.lookRecords().servers
	if w.username && records != nil && !slices.ContainsFunc(records, w.fails) && !ownUsernames(config, w.address) {
		return find{note: mailcheck.Textf("counts for less than the SRV records, because it names no user name of its own")}
	}
	found := find{servers: w.choose(append(r.Incoming, r.Outgoing...))}
	if r.Incoming[0].Protocol.Exchange() {
		found.servers = r.Taken()
	}
	for i := range found.servers {
		found.servers[i].Position.Document = doc.URL
	}
	found.misnamed = w.misnamed(config, found.servers)
	if len(r.Dropped) > 0 {
		found.note = mailcheck.Textf("ignores %s", r.Dropped[0].Place())
	}
	if aside := r.Aside(); !aside.Empty() {
		found.note = aside
	}
	if offer := r.Offer(); !offer.Empty() {
		found.outcome, found.note = mailcheck.Asks, offer
	}
	return found
}

// configOf returns the file as the program parses it, which may allow a document type.
func (w *walk) configOf(doc autoconfig.Copy) *document.Config {
	if doc.Config == nil && w.dialect.DocType {
		return doc.Typed
	}
	return doc.Config
}
