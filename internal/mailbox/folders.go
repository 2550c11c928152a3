package mailbox

import (
	"strings"

	"mailcheck"
)

// Folder is one of a list.
type Folder struct {
	Name  string              // as the server writes it, modified UTF-7 mostly
	Shown string              // as people read it
	Use   mailcheck.FolderUse // as the server says, or by its name
}

// Mark is where new messages of a folder begin.
type Mark struct {
	Next     uint32 // UID that the next message gets, or more (RFC 9051 section 2.3.1.1); 0 if it is not known
	Validity uint32 // with another one UIDs mean something else; 0 if it is not known
}

// maxFolders is how many folders are looked into.
const maxFolders = 300

// Folders lists the folders that can be opened, INBOX first, and says how many more there
// are.
func (b *Box) Folders() (folders []Folder, more int, err error) {
	returns := ""
	if b.Has("SPECIAL-USE") && b.Has("LIST-EXTENDED") {
		returns = " RETURN (SPECIAL-USE)"
	}
	var entries []entry
	err = b.do(func(tokens []token) {
		e, ok := listed(tokens)
		switch {
		case !ok, strings.EqualFold(e.raw, "INBOX"):
		case len(entries) == maxFolders:
			more++
		default:
			entries = append(entries, e)
		}
	}, `LIST "" "*"%s`, returns)
	uses := map[string]mailcheck.FolderUse{}
	for _, r := range assign(entries) {
		view := r.use == mailcheck.UseFlagged || r.use == mailcheck.UseImportant // of messages that lie elsewhere
		if uses[r.raw] == mailcheck.UseOther && !view {
			uses[r.raw] = r.use
		}
	}
	folders = []Folder{{Name: "INBOX", Shown: "INBOX", Use: mailcheck.UseInbox}}
	for _, e := range entries {
		folders = append(folders, Folder{Name: e.raw, Shown: e.name, Use: uses[e.raw]})
	}
	return folders, more, err
}

// listed reads a LIST response; ok is false for what cannot be opened.
func listed(tokens []token) (e entry, ok bool) {
	if len(tokens) == 0 || !strings.EqualFold(tokens[0].text, "LIST") {
		return entry{}, false
	}
	e, ok = entryOf(tokens[1:])
	return e, ok && e.opens && sayable(e.raw) && len(e.delimiter) <= 1
}

// maxTogether is how many commands go in one packet.
const maxTogether = 20

// Marks asks where new messages of folders will begin. Those of which the server does not
// tell have no entry.
func (b *Box) Marks(folders []string) (map[string]Mark, error) {
	marks := map[string]Mark{}
	for len(folders) > 0 {
		now := folders[:min(len(folders), maxTogether)]
		folders = folders[len(now):]
		var commands []string
		for _, name := range now {
			commands = append(commands, "STATUS "+quote(name)+" (UIDNEXT UIDVALIDITY)")
		}
		_, err := b.ask(func(tokens []token) {
			if name, m, ok := marked(tokens); ok && len(marks) < maxFolders+maxTogether {
				marks[name] = m
			}
		}, commands...)
		if err != nil {
			return marks, err
		}
	}
	return marks, nil
}

// marked reads a STATUS response (RFC 9051 section 7.3.4).
func marked(tokens []token) (name string, m Mark, ok bool) {
	if len(tokens) < 5 || !strings.EqualFold(tokens[0].text, "STATUS") || tokens[2].kind != open {
		return "", m, false
	}
	for i := 3; i+1 < len(tokens); i += 2 {
		n, _ := positive(tokens[i+1].text)
		switch strings.ToUpper(tokens[i].text) {
		case "UIDNEXT":
			m.Next = n
		case "UIDVALIDITY":
			m.Validity = n
		}
	}
	name = tokens[1].text
	if strings.EqualFold(name, "INBOX") {
		name = "INBOX"
	}
	return name, m, true
}

// Open opens a folder, for reading alone or to change it, and returns what the server says
// of it.
func (b *Box) Open(name string, change bool) (Mark, error) {
	verb := "EXAMINE"
	if change {
		verb = "SELECT"
	}
	var m Mark
	err := b.do(func(tokens []token) {
		if len(tokens) != 2 {
			return
		}
		n, _ := positive(tokens[1].text)
		switch tokens[0].text {
		case "[UIDNEXT":
			m.Next = n
		case "[UIDVALIDITY":
			m.Validity = n
		}
	}, "%s %s", verb, quote(name))
	return m, err
}

// Prefix returns what the names of the user's own folders begin with (RFC 2342). Courier
// and some others have them all below INBOX.
func (b *Box) Prefix() (prefix string, err error) {
	if !b.Has("NAMESPACE") {
		return "", nil
	}
	err = b.do(func(tokens []token) {
		if len(tokens) == 0 || !strings.EqualFold(tokens[0].text, "NAMESPACE") {
			return
		}
		if all := namespaces(tokens[1:]); len(all) > 0 && all[0].Kind == "personal" && sayable(all[0].Prefix) {
			prefix = all[0].Prefix
		}
	}, "NAMESPACE")
	return prefix, err
}
