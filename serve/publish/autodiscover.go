package publish

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
)

// maxQuestion bounds a question of Autodiscover, which has a few hundred bytes.
const maxQuestion = 64 << 10

// The codes of an answer that is an error (MS-OXDSCLI section 2.2.4.1).
const (
	invalidRequest = 600
	noProvider     = 601 // for what is asked in the question
)

// questionError is why a question has no answer.
type questionError struct {
	code int
	text string
}

func (e *questionError) Error() string { return e.text }

// readQuestion returns the address that is asked about in the plain XML form of Autodiscover
// (POX, MS-OXDSCLI section 2.2.3). The error is a *questionError.
func readQuestion(body []byte) (mailcheck.Address, error) {
	root, err := document.ParseTree(body, document.NoType)
	if err != nil {
		return mailcheck.Address{}, &questionError{invalidRequest, "Invalid Request"}
	}
	request := root.Child("Request")
	if root.Name != "Autodiscover" || request == nil {
		return mailcheck.Address{}, &questionError{invalidRequest, "Invalid Request"}
	}
	address, err := mailcheck.ParseAddress(request.Text("EMailAddress"))
	if err != nil || address.Local == "" {
		return mailcheck.Address{}, &questionError{invalidRequest, "Invalid Request"}
	}
	if schema := request.Text("AcceptableResponseSchema"); schema != document.PoxResponseSchema {
		return mailcheck.Address{}, &questionError{noProvider, "Provider is not available"}
	}
	return address, nil
}

// answerPOX answers a question with the settings of the person who is asked about.
func (s *site) answerPOX(w http.ResponseWriter, r *http.Request, c *content) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxQuestion))
	if err != nil {
		http.Error(w, "the question cannot be read", http.StatusRequestEntityTooLarge)
		return
	}
	address, err := readQuestion(body)
	if e, ok := errors.AsType[*questionError](err); ok {
		fileOf(poxPath, e.answer()).serve(w, r, "no-store")
		return
	}
	if address.Domain != s.Name {
		http.NotFound(w, r)
		return
	}
	s.serveOwn(w, r, c, address, "outlook", strings.TrimPrefix(poxPath, "/"))
}

// answer is the document that says it.
func (e *questionError) answer() []byte {
	type xmlError struct {
		Time      string `xml:",attr"`
		ID        string `xml:"Id,attr"`
		ErrorCode int
		Message   string
		DebugData struct{}
	}
	answer := struct {
		XMLName xml.Name `xml:"Autodiscover"`
		Space   string   `xml:"xmlns,attr"`
		Error   xmlError `xml:"Response>Error"`
	}{Space: "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006", Error: xmlError{Time: "00:00:00.0000000", ID: "0", ErrorCode: e.code, Message: e.text}}
	body, err := xml.Marshal(answer)
	if err != nil {
		panic(err) // nothing in it can fail
	}
	return append([]byte(xml.Header), body...)
}

// versionTwo is the one protocol that is told of in version 2 of Autodiscover: where the
// plain XML form is.
const versionTwo = "AutodiscoverV1"

// answerJSON answers version 2 of Autodiscover, which names the place of one protocol for an
// address; without a protocol it is the one that there is.
func (s *site) answerJSON(w http.ResponseWriter, r *http.Request, c *content) {
	address, protocol, err := readVersionTwo(r.URL)
	switch {
	case err != nil, address.Domain != "" && address.Domain != s.Name:
		http.NotFound(w, r)
	case protocol != "" && !strings.EqualFold(protocol, versionTwo):
		w.Header().Set("Content-Type", medias[".json"])
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"ErrorCode":"InvalidProtocol","ErrorMessage":"The given protocol value is invalid. Supported values are '`+versionTwo+`'."}`)
	case c.files[jsonPath].body != nil:
		c.files[jsonPath].serve(w, r, keepFor)
	case address.Local != "": // the answer above is not the same for everybody
		s.serveOwn(w, r, c, address, "outlook", strings.TrimPrefix(jsonPath, "/"))
	default:
		http.NotFound(w, r)
	}
}

// readVersionTwo returns the address and the protocol of a question in version 2, as its
// query has them, or as the newer form /autodiscover/autodiscover.json/v1.0/ADDRESS does.
func readVersionTwo(u *url.URL) (mailcheck.Address, string, error) {
	query := map[string]string{}
	for name, values := range u.Query() {
		query[strings.ToLower(name)] = values[0]
	}
	text := query["email"]
	if rest := u.Path[len(jsonPath):]; rest != "" {
		version, address, ok := strings.Cut(strings.TrimPrefix(rest, "/"), "/")
		if !ok || !strings.EqualFold(version, "v1.0") {
			return mailcheck.Address{}, "", errors.New("it is no question")
		}
		text = address
	}
	address, _, err := addressIn(text)
	return address, query["protocol"], err
}
