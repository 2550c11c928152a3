package mailcheck

// Outcome is what a mail client makes of an address when its user types it in.
type Outcome string

// The outcomes, from good to bad.
const (
	Configures Outcome = "configures itself"
	Asks       Outcome = "asks the user" // to confirm what it found, or to type in the servers
	Fails      Outcome = "fails"         // it takes settings that do not work, or gives up
	NotKnown   Outcome = "not known"     // its rules are not published and were not verified
)

// Transit is what becomes of the password on its way to the servers that a client takes.
type Transit string

// The ways, from good to bad. Nothing is said where the client takes no servers, or has
// its user sign in instead.
const (
	Encrypted     Transit = "encrypted"
	ClearAsked    Transit = "in clear after asking"    // the user has agreed to the settings, or to go on
	ClearWarned   Transit = "in clear after a warning" // the user is told that the connection is not encrypted
	ClearNotKnown Transit = "in clear"                 // whether the user is asked is not known
	ClearSilently Transit = "in clear without a word"  // the user sees nothing of it
)

// Clear reports whether whoever is on the way reads the password.
func (t Transit) Clear() bool { return t != "" && t != Encrypted }

// OverHTTP is whether a client takes the domain's settings over http, where anybody on
// the way can change them. It is empty where it does not, or the domain has none there.
type OverHTTP string

// The ways to take them there.
const (
	HTTPTaken    OverHTTP = "taken"
	HTTPFallback OverHTTP = "taken if https fails" // as somebody on the way can arrange
)

// Reaction is what a client does where a connection does not protect the password as it
// should.
type Reaction string

// The reactions, from good to bad; it is empty where the question does not arise.
const (
	Stops         Reaction = "stops"
	AsksToGoOn    Reaction = "asks the user"
	ReactsUnknown Reaction = "not known"
	GoesOn        Reaction = "goes on" // without a word
)

// Habit is whether a client does something always; it is empty where that does not matter.
type Habit string

// The habits.
const (
	Does         Habit = "yes"
	DoesNot      Habit = "no"
	HabitUnknown Habit = "not known"
)

// ClientResult is what one mail client would end up with on its own.
type ClientResult struct {
	Client  string
	Outcome Outcome
	Source  string   // the place that decided, empty if none did
	Servers []Server // what it would use: one for reading, one for sending
	Reason  Text     // why, in one line, with the evidence
	Asked   []Text   // every place it looks at up to the one that decided, in its order, and what that gave
	Ref     string   // where the rules are from

	Password       Transit
	OverHTTP       OverHTTP
	Confirms       Habit    // shows the servers it found, before it logs in
	BadCertificate Reaction // to that of one of its servers; empty where none is bad
	NoStartTLS     Reaction // to a server where somebody on the way takes STARTTLS away; empty where it uses none
	PresetsPlain   bool     // its form for the servers, which it comes to here, begins without encryption

	Setup string // what the setup command writes for it; empty in the judgement of a file
}
