package report

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"mailcheck"
	"mailcheck/internal/lazy"
)

// copied is a piece of a remedy that is of use as it stands.
type copied struct{ What, Text string }

// Whatever is offered for copying is of characters that no shell obeys, and commands are
// those of mailcheck: a server whose words are in a remedy must not get its own run.
const (
	tame     = `[A-Za-z0-9@._:/=+-]+`
	zoneName = `[A-Za-z0-9_*-][A-Za-z0-9_.*-]*\.`
)

// dnsRecord is a record as it stands in a zone file.
var dnsRecord = lazy.Regexp(zoneName + ` (?:IN )?(?:SRV \d+ \d+ \d+ ` + zoneName + `|CNAME ` + zoneName + `|TLSA \d \d \d [0-9a-f]+|TXT "[A-Za-z0-9=;:/+ ._-]+")`)

// kinds of pieces, each with the part of the expression that is the piece.
var kinds = sync.OnceValue(func() []struct {
	what  string
	piece *regexp.Regexp
} {
	return []struct {
		what  string
		piece *regexp.Regexp
	}{
		{"DNS record", dnsRecord()},
		{"Command", regexp.MustCompile("`(mailcheck(?: " + tame + ")+)`")},
		{"In the file", regexp.MustCompile(`<[A-Za-z]+>[A-Za-z0-9%@._-]+</[A-Za-z]+>`)},
		{"", regexp.MustCompile(`((?:Dovecot|Postfix|Exim|Cyrus|nginx)): ([a-z_]+ = [A-Za-z0-9_ ,.:*/<-]+)[;)]`)},
	}
})

// copiesOf returns what of a remedy can be copied, with the address in its place.
func copiesOf(remedy string, a mailcheck.Address) []copied {
	var all []copied
	for _, kind := range kinds() {
		for _, m := range kind.piece.FindAllStringSubmatch(remedy, -1) {
			c := copied{kind.what, m[len(m)-1]}
			switch kind.what {
			case "":
				c.What = m[1]
			case "Command":
				c.Text = addressed(c.Text, a)
			}
			if !slices.Contains(all, c) {
				all = append(all, c)
			}
		}
	}
	return all
}

// addressed puts the address into a command that has words in its place.
func addressed(command string, a mailcheck.Address) string {
	if a.Domain != "" {
		command = strings.ReplaceAll(command, " DOMAIN", " "+a.Domain)
	}
	if typable(a) {
		command = strings.ReplaceAll(command, " ADDRESS", " "+a.String())
	}
	return command
}

// typable reports whether an address means itself in every shell, and to the program.
func typable(a mailcheck.Address) bool {
	return a.Domain != "" && commandLine(a.String()) && !strings.HasPrefix(a.String(), "-")
}

var ofTameWords = lazy.Regexp("^" + tame + "(?: " + tame + ")*$")

// commandLine reports whether all shells take the words of a command as they are.
func commandLine(s string) bool { return ofTameWords().MatchString(s) }
