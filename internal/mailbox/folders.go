package mailbox

import (
	"slices"
	"strings"

	"mailcheck"
)

// Folder is one of a list.
type Folder struct {
	Name      string // as the server writes it, modified UTF-7 mostly
	Delimiter string // between the parts of names; empty where they have none
	Use       mailcheck.FolderUse
	Guessed   bool // the use is guessed from the name
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
	inbox := []Folder{{Name: "INBOX", Use: mailcheck.UseInbox}}
	err = b.do(func(tokens []token) {
		f, ok := listed(tokens)
		switch {
		case !ok:
		case f.Use == mailcheck.UseInbox:
			inbox[0].Delimiter = f.Delimiter
		case len(folders) == maxFolders:
			more++
		default:
			folders = append(folders, f)
		}
	}, `LIST "" "*"%s`, returns)
	return append(inbox, guessUses(folders)...), more, err
}

// listed reads a LIST response; ok is false for what cannot be opened.
func listed(tokens []token) (Folder, bool) {
	if len(tokens) == 0 || !strings.EqualFold(tokens[0].text, "LIST") {
		return Folder{}, false
	}
	e, ok := entryOf(tokens[1:])
	if !ok || !e.opens {
		return Folder{}, false
	}
	f := Folder{Name: e.raw, Delimiter: e.delimiter}
	for _, use := range e.uses {
		if f.Use == mailcheck.UseOther && use != mailcheck.UseFlagged && use != mailcheck.UseImportant { // which are views
			f.Use = use
		}
	}
	if strings.EqualFold(f.Name, "INBOX") {
		f.Use = mailcheck.UseInbox
	}
	return f, sayable(f.Name) && len(f.Delimiter) <= 1
}

// guessUses names the uses that no attribute does, by the last part of the name.
func guessUses(folders []Folder) []Folder {
	has := map[mailcheck.FolderUse]bool{}
	for _, f := range folders {
		has[f.Use] = true
	}
	for i := range folders {
		f := &folders[i]
		last := f.Name
		if f.Delimiter != "" {
			last = last[strings.LastIndex(last, f.Delimiter)+1:]
		}
		leaf := strings.ToLower(decodeName(last))
		for _, use := range []mailcheck.FolderUse{mailcheck.UseJunk, mailcheck.UseSent, mailcheck.UseTrash} {
			if f.Use == mailcheck.UseOther && !has[use] && slices.Contains(useNames[use], leaf) {
				f.Use, f.Guessed = use, true
			}
		}
	}
	return folders
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

// Prefix returns what the names of the user's own folders begin with, and their delimiter
// (RFC 2342). Courier and some others have them all below INBOX.
func (b *Box) Prefix() (prefix, delimiter string, err error) {
	if !b.Has("NAMESPACE") {
		return "", "", nil
	}
	err = b.do(func(tokens []token) {
		// NAMESPACE (("INBOX." ".")) NIL NIL: the first list is of the user's own
		if len(tokens) > 4 && strings.EqualFold(tokens[0].text, "NAMESPACE") && tokens[1].kind == open && tokens[2].kind == open && tokens[3].kind == quoted {
			prefix = tokens[3].text
			if tokens[4].kind == quoted {
				delimiter = tokens[4].text
			}
		}
	}, "NAMESPACE")
	return prefix, delimiter, err
}
