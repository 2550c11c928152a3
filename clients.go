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

// ClientResult is what one mail client would end up with on its own.
type ClientResult struct {
	Client  string
	Outcome Outcome
	Source  string   // the place that decided, empty if none did
	Servers []Server // what it would use: one for reading, one for sending
	Reason  Text     // why, in one line, with the evidence
	Asked   []Text   // every place it looks at up to the one that decided, in its order, and what that gave
	Ref     string   // where the rules are from
}
