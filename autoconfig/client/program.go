package client

import (
	"slices"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/autoconfig/document"
)

var (
	both     = []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3}
	imapOnly = []mailcheck.Protocol{mailcheck.IMAP}
	sending  = []mailcheck.Protocol{mailcheck.Submission}
)

// programs are the mail clients whose way to its settings is followed, each as its
// own source code or documentation has it, or as a study has watched it. A rule that was
// not verified says so.
var programs = slices.Concat(desktopPrograms, phonePrograms, studiedPrograms)

// program is a mail client and the rules by which it configures itself. The rules
// are data; what applies them is the same for all.
type program struct {
	name    string
	order   []autoconfig.Place      // where it looks, the first that answers wins
	mixed   bool                    // in which order is not known
	builtin []builtin               // its own list of providers
	listed  bool                    // it has such a list, which nobody has published
	dialect *document.Dialect       // how it reads a settings file
	words   *document.AnswerDialect // how it reads an Autodiscover answer; nil: only the Exchange server in it, if that
	former  *document.AnswerDialect // how versions that are still in use read it, where that is otherwise
	records []string                // the SRV services it reads, in its order of preference
	unsure  bool                    // which of several records it takes is not known
	ranks   bool                    // it sorts the records of a protocol by priority and weight first
	tlsOn,
	starttlsOn []uint16 // the ports where a record for STARTTLS means TLS to it, and the only ones where it does not; nil: it goes by the service
	incoming,
	outgoing []mailcheck.Protocol // what it can speak, in its order
	guesses  []guess                     // what it guesses where an answer is enough for it; nil if it takes what works
	local    bool                        // it enters guessed servers with the local part of the address, and with all of it if that is refused
	upgrades []mailcheck.Protocol        // those it guesses with STARTTLS before TLS
	confirms map[autoconfig.Place]string // places whose answer the user has to confirm, and why
	caveats  map[autoconfig.Place]string // what was not verified about a place, or is not the same in all builds
	tries    bool                        // all servers of a place, up to one that works
	goesOn   bool                        // to the next place, and to other user names, if the servers of one do not work
	settles  bool                        // the first of the domain's own places that answers decides, of Autodiscover's too, though the answer be of no use
	inOrder  bool                        // it takes the first server for reading, whatever that speaks
	signsIn  bool                        // it asks for the password where Autodiscover wants a login
	username bool                        // a settings file counts for less than SRV records unless it has user names of its own
	byGet    bool                        // it asks Autodiscover by GET
	named    bool                        // it asks autodiscover.DOMAIN before the domain itself
	direct   bool                        // it does not follow an answer that names another URL
	bare     bool                        // it never sends the address along
	readOnly bool                        // SRV records count even if there is none for sending
	exchange bool                        // of Autodiscover, only an Exchange server configures it
	unknown  string                      // why nothing certain can be said if no place answers
	manual   string                      // what happens if no place answers
	setup    string                      // what the setup command writes for it, where that is neither a settings file nor a page for people
	habits
	ref string
}

// writer returns what the setup command writes for the program.
func (p program) writer() string {
	switch {
	case p.setup != "":
		return p.setup
	case p.dialect != nil:
		return "thunderbird"
	}
	return "human"
}

// habits are what a program does with the password.
type habits struct {
	warns       bool               // of settings without encryption
	shows       mailcheck.Habit    // the servers it found, before it logs in; empty: not known
	presets     bool               // no encryption, in the form where the user types in the servers
	certificate mailcheck.Reaction // to a bad one; empty: not known
	starttls    mailcheck.Reaction // to a bad one behind STARTTLS of IMAP, where that is otherwise
	anyName     bool               // it does not compare the name in a certificate
	stripped    sides              // what it does where STARTTLS is taken away from servers that it was told
	guessed     sides              // and from those that it guessed, where that is otherwise
	tlsOnly     sides              // at servers with STARTTLS alone, since it speaks only TLS from the first byte, or none; empty: it speaks it
}

// sides are the reactions of a program that reads mail and of one that sends it; empty:
// not known.
type sides struct{ reading, sending mailcheck.Reaction }

// both sides react alike.
func alike(r mailcheck.Reaction) sides { return sides{r, r} }

// of returns the reaction at a server.
func (s sides) of(server mailcheck.Server) mailcheck.Reaction {
	if server.Protocol.Sends() {
		return s.sending
	}
	return s.reading
}

// Names lists the mail clients whose rules are known.
func Names() []string { return namesOf(func(program) bool { return true }) }

// Asking lists the programs that take settings from one of the places.
func Asking(places ...autoconfig.Place) []string {
	return namesOf(func(p program) bool {
		return slices.ContainsFunc(places, func(place autoconfig.Place) bool { return slices.Contains(p.order, place) })
	})
}

// TakingFromDatabase lists those that take the settings of the public database where a
// domain publishes its own in these forms. What a program prefers to the database stands
// before it in its order, but for those that go by scores, and prefer records.
func TakingFromDatabase(own []mailcheck.SourceForm) []string {
	forms := map[autoconfig.Place]mailcheck.SourceForm{
		autoconfig.HTTPSHost: mailcheck.SettingsFile, autoconfig.Records: mailcheck.Records, autoconfig.Autodiscover: mailcheck.Answer,
	}
	return namesOf(func(p program) bool {
		at := slices.Index(p.order, autoconfig.Database)
		if at < 0 || p.username && slices.Contains(own, mailcheck.Records) {
			return false
		}
		return !slices.ContainsFunc(p.order[:at], func(place autoconfig.Place) bool { return forms[place] != "" && slices.Contains(own, forms[place]) })
	})
}

// AskingByGet lists those that ask Autodiscover in another way than the protocol has it.
func AskingByGet() []string { return namesOf(func(p program) bool { return p.byGet }) }

// PresettingPlain lists those whose form for the servers begins without encryption, so
// that users who find nothing published send their password in clear unless they know
// better ("Automatic Insecurity", NDSS 2025, A5.1).
func PresettingPlain() []string { return namesOf(func(p program) bool { return p.presets }) }

func namesOf(wanted func(program) bool) (names []string) {
	for _, p := range programs {
		if wanted(p) {
			names = append(names, p.name)
		}
	}
	return names
}

// at says the same of several places.
func at(text string, places ...autoconfig.Place) map[autoconfig.Place]string {
	m := map[autoconfig.Place]string{}
	for _, p := range places {
		m[p] = text
	}
	return m
}
