package catalogue

import (
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
)

// Match returns the language for whoever wants these, the best first: tags of BCP 47 or names
// of locales (gu_IN.UTF-8). It returns nothing where none of them is there.
func Match(wanted ...string) string {
	var tags []language.Tag
	for _, name := range wanted {
		if tag, err := language.Parse(bare(name)); err == nil {
			tags = append(tags, tag)
		}
	}
	return match(tags)
}

// Accepted does so for the header Accept-Language (RFC 9110 section 12.5.4).
func Accepted(header string) string {
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return ""
	}
	return match(tags)
}

func match(wanted []language.Tag) string {
	_, i, confidence := matcher().Match(wanted...)
	if len(wanted) == 0 || confidence == language.No {
		return ""
	}
	return Languages()[i]
}

// matcher knows [Languages], in their order. It is made when it is first wanted.
var matcher = sync.OnceValue(func() language.Matcher {
	var tags []language.Tag
	for _, tag := range Languages() {
		tags = append(tags, language.Make(tag))
	}
	return language.NewMatcher(tags)
})

// bare takes the encoding and the variant off the name of a locale, which no tag has.
func bare(locale string) string {
	if i := strings.IndexAny(locale, ".@"); i >= 0 {
		locale = locale[:i]
	}
	return locale
}

// OfUser returns the language of the user, as POSIX has it (Base Definitions section 8.2): the
// environment, LANGUAGE first where the locale is not that of C (GNU gettext, "Specifying a
// Priority List of Languages"), else what the system tells. It is English where neither has
// one of [Languages].
func OfUser(environment func(string) string, system func() []string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		locale := environment(name)
		if locale == "" {
			continue
		}
		if slices.Contains([]string{"C", "POSIX"}, bare(locale)) {
			return English
		}
		return chosen(append(strings.FieldsFunc(environment("LANGUAGE"), func(r rune) bool { return r == ':' }), locale))
	}
	return chosen(system())
}

func chosen(wanted []string) string {
	if tag := Match(wanted...); tag != "" {
		return tag
	}
	return English
}

// Latin reports whether a language is written in letters that every console has.
func Latin(tag string) bool {
	script, _ := language.Make(tag).Script()
	return script.String() == "Latn"
}
