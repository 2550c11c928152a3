package lab

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
)

// JSON answers 200 with a JSON document.
func JSON(body string) Reply { return Body("application/json", body) }

// DAV is a calendar or address book server that wants a password, and tells its
// classes (the DAV header) to anybody who asks with OPTIONS, as Radicale and SOGo do.
func DAV(classes string) Reply {
	return func(c *Conn, r *http.Request) {
		if r.Method == http.MethodOptions {
			respond(c, r, http.StatusOK, http.Header{"Dav": {classes}, "Allow": {"OPTIONS, PROPFIND, REPORT"}}, "")
			return
		}
		Unauthorized(`Basic realm="Example, \"Mail\"", charset="UTF-8"`, `Digest realm="Example", nonce="abc"`)(c, r)
	}
}

// Unauthorized answers 401 with a challenge for each way to log in.
func Unauthorized(challenges ...string) Reply {
	return func(c *Conn, r *http.Request) {
		respond(c, r, http.StatusUnauthorized, http.Header{"Www-Authenticate": challenges, "Content-Type": {"text/html"}}, "<h1>Unauthorized</h1>\n")
	}
}

// Multistatus answers 207 with what WebDAV says to somebody it does not know (RFC
// 5397 section 3).
func Multistatus(classes string) Reply {
	return func(c *Conn, r *http.Request) {
		respond(c, r, http.StatusMultiStatus, http.Header{"Dav": {classes}, "Content-Type": {"application/xml"}}, `<?xml version="1.0"?>
<multistatus xmlns="DAV:"><response><href>/</href><propstat><prop><current-user-principal><unauthenticated/></current-user-principal></prop>
<status>HTTP/1.1 200 OK</status></propstat></response></multistatus>
`)
	}
}

// paccDigest returns the TXT record that fits a PACC document.
func paccDigest(document string) string {
	sum := sha256.Sum256([]byte(document))
	return fmt.Sprintf(`_ua-auto-config TXT "v=UAAC1; a=sha256; d=%s"`, base64.StdEncoding.EncodeToString(sum[:]))
}

// Guarded answers as next does to who logs in with Basic or Bearer, and else with 401.
func Guarded(user, password, token string, next Reply) Reply {
	return func(c *Conn, r *http.Request) {
		name, given, basic := r.BasicAuth()
		if basic && name == user && given == password || token != "" && r.Header.Get("Authorization") == "Bearer "+token {
			next(c, r)
			return
		}
		wantsPassword(c, r)
	}
}

// Principal answers 207 with who has logged in (RFC 5397 section 3).
func Principal(href string) Reply {
	return func(c *Conn, r *http.Request) {
		respond(c, r, http.StatusMultiStatus, http.Header{"Dav": {calendars}, "Content-Type": {"application/xml"}}, `<?xml version="1.0"?>
<multistatus xmlns="DAV:"><response><href>/dav/</href><propstat><prop><current-user-principal><href>`+href+`</href></current-user-principal></prop>
<status>HTTP/1.1 200 OK</status></propstat></response></multistatus>
`)
	}
}

// JMAPSession answers with a session of one account that has mail (RFC 8620 section 2).
func JMAPSession(apiURL string) Reply {
	return JSON(`{"capabilities": {"urn:ietf:params:jmap:core": {}, "urn:ietf:params:jmap:mail": {}}, "apiUrl": "` + apiURL + `",
 "accounts": {"a1": {"name": "alice@example.com"}}, "primaryAccounts": {"urn:ietf:params:jmap:mail": "a1"}, "username": "alice@example.com", "state": "1"}
`)
}

// jmapAnswer is the answer to Mailbox/get and Email/query, of which the second is what it
// may be.
func jmapAnswer(second string) Reply {
	return JSON(`{"methodResponses": [["Mailbox/get", {"accountId": "a1", "state": "1", "list": [{"id": "m1", "role": "inbox"}, {"id": "m2", "role": "sent"}, {"id": "m3", "role": null}], "notFound": []}, "0"],
 ` + second + `], "sessionState": "1"}
`)
}
