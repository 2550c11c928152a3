package setup

import (
	"slices"
	"strings"

	"mailcheck"
)

// Unwritten is a program for which no file is written.
type Unwritten struct {
	Name string
	Why  mailcheck.Text // without a full stop
}

// NotWritten lists the programs that people ask for and get the reason.
var NotWritten = []Unwritten{
	{"offlineimap", mailcheck.Textf("over STARTTLS it checks no certificate, whatever its file says, and logs in in clear where STARTTLS is taken away; mbsync does the same work and checks")},
	{"imapfilter", mailcheck.Textf("over STARTTLS it logs in in clear where STARTTLS is taken away")},
	{"deltachat", mailcheck.Textf("its code (dclogin) has to hold the password, and a file here never does; Delta Chat reads the settings file of the domain by itself: --for thunderbird")},
	{"alpine", mailcheck.Textf("its one file, ~/.pinerc, has all its settings and not only the account; enter the servers in its own setup: --for human")},
	{"sylpheed", mailcheck.Textf("it takes an account from a file only together with a list of the account's folders that it makes itself; enter the servers in its wizard: --for human")},
	{"prf", mailcheck.Textf("Outlook reads a .prf for IMAP and POP3 in the versions up to 2010 only; for the newer ones: --for outlook")},
	{"ssmtp", mailcheck.Textf("it takes any certificate without a word; msmtp checks")},
	{"nullmailer", mailcheck.Textf("its file has to hold the password, and a file here never does")},
	{"dma", mailcheck.Textf("its file has to hold the password, and a file here never does")},
	{"fairemail", mailcheck.Textf("it imports only encrypted files of its own; it reads the settings file of the domain by itself: --for thunderbird")},
	{"goa", mailcheck.Textf("GNOME Online Accounts keeps a part of each account in the keyring, in a form that it alone writes")},
}

// ByName returns the format with a name or alias.
func ByName(name string) (Format, bool) {
	i := slices.IndexFunc(Formats, func(f Format) bool { return f.Name == name || slices.Contains(f.Aliases, name) })
	if i < 0 {
		return Format{}, false
	}
	return Formats[i], true
}

// Names returns everything that there is a format for, aliases too.
func Names() []string {
	var names []string
	for _, f := range Formats {
		names = append(names, f.Name)
		names = append(names, f.Aliases...)
	}
	return names
}

// Nearest returns the name of a format, or of a program that there is none for, that
// somebody may have meant; nothing if there is none.
func Nearest(typed string) string {
	names := Names()
	for _, u := range NotWritten {
		names = append(names, u.Name)
	}
	typed = strings.ToLower(typed)
	if i := slices.IndexFunc(names, func(name string) bool {
		return len(typed) >= 3 && (strings.HasPrefix(name, typed) || strings.HasPrefix(typed, name) || strings.HasSuffix(name, typed))
	}); i >= 0 {
		return names[i]
	}
	best, least := "", len(typed)/3+2 // a word with fewer letters in common is another
	for _, name := range names {
		if d := distance(typed, name); d < least {
			best, least = name, d
		}
	}
	return best
}

// distance counts the letters that have to be put in, taken out or changed to get from
// one word to the other.
func distance(a, b string) int {
	if len(a) > 2*len(b)+2 { // it cannot be near
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			changed := diagonal
			if a[i] != b[j] {
				changed++
			}
			diagonal = row[j+1]
			row[j+1] = min(changed, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
