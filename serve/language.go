package serve

import (
	"html/template"
	"net/http"
	"strings"
	"sync"

	"mailcheck"
	"mailcheck/catalogue"
)

// pages are the templates of the site in one language.
type pages struct {
	*template.Template
	language *catalogue.Catalogue
}

// pagesIn are those that somebody has wanted, by the tag of the language: other commands do not wait for them.
var pagesIn sync.Map

// in returns the pages in a language, which is one of those that there are.
func in(tag string) pages {
	if made, ok := pagesIn.Load(tag); ok {
		return made.(pages)
	}
	language, err := catalogue.Open(tag)
	if err != nil {
		panic(err) // its file does not read, which the tests would have seen
	}
	made, _ := pagesIn.LoadOrStore(tag, pages{template.Must(template.New("pages").Funcs(template.FuncMap{
		"say": func(format string, args ...any) string {
			if len(args) == 0 {
				return language.Words(format)
			}
			return language.Text(mailcheck.Textf(format, args...)).String()
		},
	}).Parse(unixLines(pagesSource))), language})
	return made.(pages)
}

// languageCookie keeps which language a reader has chosen.
const languageCookie = "lang"

// languageOf returns the language of an answer: the one that the reader has chosen, here or before,
// else the one that the browser asks for (RFC 9110 section 12.5.4).
func languageOf(r *http.Request) string {
	if tag := catalogue.Match(r.URL.Query().Get("lang")); tag != "" {
		return tag
	}
	if cookie, err := r.Cookie(languageCookie); err == nil {
		if tag := catalogue.Match(cookie.Value); tag != "" {
			return tag
		}
	}
	if tag := catalogue.Accepted(r.Header.Get("Accept-Language")); tag != "" {
		return tag
	}
	return catalogue.English
}

// remember keeps the language that a reader chooses, for the pages that follow.
func remember(w http.ResponseWriter, r *http.Request) {
	if chosen := r.URL.Query().Get("lang"); chosen != "" {
		http.SetCookie(w, &http.Cookie{
			Name: languageCookie, Value: languageOf(r), Path: "/", MaxAge: 365 * 24 * 60 * 60,
			Secure: r.TLS != nil, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		})
	}
}

// otherLanguage leads to a page in another language.
type otherLanguage struct{ Tag, Name string }

// others are the languages besides one.
func others(tag string) []otherLanguage {
	var all []otherLanguage
	for _, other := range catalogue.Languages() {
		if other != tag {
			all = append(all, otherLanguage{other, in(other).language.Name()})
		}
	}
	return all
}

// unixLines undoes what a checkout on Windows does, and the policy's hash does not expect.
func unixLines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }
