package mailbox

import (
	"strconv"
	"strings"

	"mailcheck"
)

// What is kept of one answer, whatever the server sends. Each is beyond what a mailbox in
// order has.
const (
	maxSpaces = 50
	maxQuotas = 20
	maxName   = 1000 // bytes of the name of a folder
)

// entry is a folder as LIST has it (RFC 9051 section 7.3.1).
type entry struct {
	raw       string // as the server writes it
	name      string // decoded
	delimiter string
	uses      []mailcheck.FolderUse // that the server says
	opens     bool                  // it can hold messages
}

// useAttributes are those of RFC 6154 section 2 and RFC 8457 section 5, folded: Cyrus has
// them in small letters.
var useAttributes = map[string]mailcheck.FolderUse{
	`\sent`: mailcheck.UseSent, `\drafts`: mailcheck.UseDrafts, `\trash`: mailcheck.UseTrash, `\junk`: mailcheck.UseJunk,
	`\archive`: mailcheck.UseArchive, `\all`: mailcheck.UseAll, `\flagged`: mailcheck.UseFlagged, `\important`: mailcheck.UseImportant,
}

// entryOf reads what follows LIST: attributes, delimiter, name, and perhaps more.
func entryOf(tokens []token) (entry, bool) {
	if len(tokens) < 4 || tokens[0].kind != open {
		return entry{}, false
	}
	e, i := entry{opens: true}, 1
	for ; i < len(tokens) && tokens[i].kind == atom; i++ {
		attribute := strings.ToLower(tokens[i].text)
		if use, ok := useAttributes[attribute]; ok {
			e.uses = append(e.uses, use)
		}
		if attribute == `\noselect` || attribute == `\nonexistent` {
			e.opens = false
		}
	}
	if rest := tokens[i:]; len(rest) < 3 || rest[0].kind != shut || !rest[1].isString() || !rest[2].isString() || len(rest[2].text) > maxName {
		return entry{}, false
	}
	if e.delimiter = tokens[i+1].text; tokens[i+1].isNIL() {
		e.delimiter = ""
	}
	e.raw = tokens[i+2].text
	e.name = decodeName(e.raw)
	return e, e.name != "" && len(e.delimiter) <= 4
}

// namespaces reads what follows NAMESPACE: for each kind NIL, or a list of pairs that may
// have more behind them (RFC 2342 section 5). Prefixes stay as the server writes them.
func namespaces(tokens []token) []mailcheck.Namespace {
	var found []mailcheck.Namespace
	kinds, depth := []string{"personal", "other", "shared"}, 0
	var words []token // of the pair
	for _, t := range tokens {
		switch t.kind {
		case open:
			if depth++; depth == 2 {
				words = nil
			}
			continue
		case shut:
			if depth--; depth == 1 && len(words) >= 2 && len(found) < maxSpaces && len(words[0].text) <= maxName && len(words[1].text) <= 4 {
				n := mailcheck.Namespace{Kind: kinds[0], Prefix: words[0].text, Delimiter: words[1].text}
				if words[1].isNIL() {
					n.Delimiter = ""
				}
				found = append(found, n)
			}
		default:
			if depth == 2 {
				words = append(words, t)
			}
		}
		if depth == 0 {
			if kinds = kinds[1:]; len(kinds) == 0 {
				return found
			}
		}
	}
	return found
}

// quotas reads what follows QUOTA: the root and a list of resources, each with what is
// used and the limit (RFC 9208 section 5.1). Courier leaves the list out where there is
// no limit. Storage is counted in units of 1024 bytes.
func quotas(tokens []token) []mailcheck.Quota {
	if len(tokens) < 3 || !tokens[0].isString() || tokens[1].kind != open {
		return nil
	}
	var found []mailcheck.Quota
	words := tokens[2:]
	for len(words) >= 3 && words[0].kind == atom && words[1].kind == atom && words[2].kind == atom {
		used, err := strconv.ParseInt(words[1].text, 10, 64)
		limit, err2 := strconv.ParseInt(words[2].text, 10, 64)
		q := mailcheck.Quota{Root: decodeName(tokens[0].text), Resource: strings.ToLower(words[0].text), Used: used, Limit: limit}
		words = words[3:]
		const most = 1 << 40 // KiB: a limit as good as none; Dovecot and others send the largest number they have
		if err != nil || err2 != nil || used < 0 || limit < 0 || used > most || len(q.Root) > maxName {
			continue
		}
		if limit >= most {
			q.Limit = 0
		}
		switch q.Resource {
		case "storage":
			q.Used, q.Limit = q.Used*1024, q.Limit*1024
		case "message":
		default: // what no user knows of
			continue
		}
		found = append(found, q)
	}
	return found
}

// isString reports whether a token can be a name or a text.
func (t token) isString() bool { return t.kind == atom || t.kind == quoted }

func (t token) isNIL() bool { return t.kind == atom && strings.EqualFold(t.text, "NIL") }
