package oauth

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lazy"
)

// Refusal is the error of a server that says no, and of a sign-in that came to no good
// end.
type Refusal struct {
	Reason Reason
	Host   string // of the authorization server
	Status int    // of HTTP; 0 where the browser brought the answer, or nobody did
	Code   string // the error code of the protocol, such as invalid_grant; empty where there is none
	Number int    // of Microsoft's errors (AADSTS); 0 where there is none
	Says   string // the server's own words, without secrets and fit to be shown
}

// Explanation is what a refusal means.
type Explanation struct {
	What mailcheck.Text // in one sentence
	Why  mailcheck.Text // how it comes to that; empty where What says it
	Who  checks.Who     // can do something about it
	Fix  mailcheck.Text // what to do
}

// Error says what was refused, in the words of the server.
func (r *Refusal) Error() string {
	s := r.Explain().What.String()
	if said := r.said(); said != "" {
		s += " (" + said + ")"
	}
	return s
}

// said is what the server said, as evidence.
func (r *Refusal) said() string {
	switch {
	case r.Code != "" && r.Says != "":
		return fmt.Sprintf("%s said %s: %s", r.Host, r.Code, r.Says)
	case r.Code != "":
		return fmt.Sprintf("%s said %s", r.Host, r.Code)
	case r.Says != "":
		return fmt.Sprintf("%s: %s", r.Host, r.Says)
	case r.Status/100 > 2:
		return fmt.Sprintf("%s: status %d", r.Host, r.Status)
	}
	return r.Host
}

// Explain says what a refusal means, and what there is to do.
func (r *Refusal) Explain() Explanation {
	k := reasons[slices.IndexFunc(reasons, func(k kind) bool { return k.reason == r.Reason })]
	return Explanation{
		What: mailcheck.Text{Format: k.what}, Why: mailcheck.Text{Format: k.why},
		Who: k.who, Fix: mailcheck.Text{Format: k.fix},
	}
}

// numbered finds the number of one of Microsoft's errors in its words. The list of
// numbers is in the JSON too, but not in what the browser brings.
var numbered = lazy.Regexp(`\bAADSTS([0-9]{4,8})\b`)

// judge finds the reason in what was said: by Microsoft's number, which is exact, else
// by the code of the protocol, else by the status.
func (r *Refusal) judge(numbers []int) {
	if m := numbered().FindStringSubmatch(r.Says); m != nil {
		n, _ := strconv.Atoi(m[1])
		numbers = append(numbers, n)
	}
	for _, n := range numbers {
		if i := slices.IndexFunc(reasons, func(k kind) bool { return slices.Contains(k.numbers, n) }); i >= 0 {
			r.Reason, r.Number = reasons[i].reason, n
			return
		}
	}
	if len(numbers) > 0 {
		r.Number = numbers[0]
	}
	if i := slices.IndexFunc(reasons, func(k kind) bool { return r.Code != "" && slices.Contains(k.codes, r.Code) }); i >= 0 {
		r.Reason = reasons[i].reason
		return
	}
	switch {
	case r.Status == http.StatusTooManyRequests:
		r.Reason = Throttled
	case r.Status >= 500 || r.Status == http.StatusRequestTimeout:
		r.Reason = Unavailable
	case r.Code == "":
		r.Reason = Broken
	default:
		r.Reason = Unknown
	}
}
