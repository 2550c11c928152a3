package mailbox

import (
	"encoding/base64"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"mailcheck"
)

// useNames are the names by which mail programs and providers know a folder, in small
// letters, for servers that do not say what it is for. The first is the one that most
// programs make.
var useNames = map[mailcheck.FolderUse][]string{
	mailcheck.UseSent: {"sent", "sent items", "sent messages", "sent mail", "sent-mail", "sentmail",
		"gesendet", "gesendete", "gesendete elemente", "gesendete objekte", "gesendete nachrichten",
		"envoyés", "envoyé", "éléments envoyés", "messages envoyés", "objets envoyés",
		"enviados", "elementos enviados", "mensajes enviados", "correo enviado", "itens enviados", "mensagens enviadas", "enviadas",
		"inviati", "inviata", "posta inviata", "elementi inviati", "verzonden", "verzonden items", "verzonden berichten", "verstuurd",
		"wysłane", "elementy wysłane", "отправленные", "надіслані", "odeslaná pošta", "odeslané", "odoslané", "elküldött", "elküldött elemek",
		"skickat", "skickade objekt", "sendt", "sendte elementer", "sendt post", "lähetetyt", "trimise", "изпратени", "απεσταλμένα", "gönderilmiş öğeler", "gönderilenler",
		"已发送", "已发送邮件", "已傳送郵件", "寄件備份", "送信済み", "送信済みトレイ", "送信済みアイテム", "보낸 편지함", "보낸 메일함", "פריטים שנשלחו", "المرسلة", "البريد المرسل"},
	mailcheck.UseDrafts: {"drafts", "draft",
		"entwürfe", "entwurf", "brouillons", "brouillon", "borradores", "borrador", "rascunhos", "rascunho", "bozze", "bozza", "concepten", "kladden",
		"szkice", "robocze", "kopie robocze", "черновики", "чернетки", "koncepty", "rozpracované", "piszkozatok",
		"utkast", "kladder", "luonnokset", "schițe", "ciorne", "чернови", "πρόχειρα", "taslaklar",
		"草稿", "草稿箱", "草稿匣", "下書き", "임시 보관함", "임시보관함", "טיוטות", "المسودات", "مسودات"},
	mailcheck.UseTrash: {"trash", "deleted items", "deleted messages", "deleted", "bin", "wastebasket",
		"papierkorb", "gelöscht", "gelöschte elemente", "gelöschte objekte", "corbeille", "éléments supprimés", "messages supprimés",
		"papelera", "elementos eliminados", "eliminados", "lixeira", "lixo eliminado", "itens excluídos", "itens eliminados", "reciclagem",
		"cestino", "posta eliminata", "elementi eliminati", "prullenbak", "prullenmand", "verwijderde items",
		"kosz", "elementy usunięte", "корзина", "удаленные", "удалённые", "кошик", "koš", "odstraněná pošta", "kôš", "kuka", "törölt elemek", "lomtár",
		"papperskorgen", "borttagna objekt", "slettede elementer", "slettet post", "papirkurv", "søppel", "papirkorg", "roskakori", "poistetut", "coș de gunoi", "кошче", "κάδος", "çöp kutusu", "silinmiş öğeler",
		"已删除", "已删除邮件", "刪除的郵件", "垃圾桶", "ゴミ箱", "削除済みアイテム", "휴지통", "지운 편지함", "אשפה", "המחסל", "المهملات"},
	mailcheck.UseJunk: {"junk", "spam", "junk e-mail", "junk email", "junk mail", "bulk", "bulk mail", "quarantine",
		"spamverdacht", "junk-e-mail", "unerwünscht", "werbung", "courrier indésirable", "indésirables", "pourriel", "pourriels",
		"correo no deseado", "correo basura", "no deseado", "lixo eletrônico", "lixo eletrónico", "lixo electrónico", "posta indesiderata", "indesiderata", "ongewenste e-mail", "ongewenst",
		"wiadomości-śmieci", "спам", "нежелательная почта", "небажана пошта", "nevyžádaná pošta", "nevyžiadaná pošta", "levélszemét",
		"skräppost", "søppelpost", "uønsket e-post", "uønsket mail", "roskaposti", "нежелана поща", "ανεπιθύμητα", "önemsiz e-posta", "gereksiz",
		"垃圾邮件", "垃圾郵件", "迷惑メール", "スパム", "정크 메일", "스팸", "스팸 메일함", "דואר זבל", "البريد العشوائي"},
	mailcheck.UseArchive: {"archive", "archives", "archiv", "archivio", "archivo", "arquivo", "archief", "archiwum", "архив", "arkiv", "arkisto", "归档", "アーカイブ"},
}

// role is what a folder is there for.
type role struct {
	entry
	use     mailcheck.FolderUse
	guessed bool // from the name
}

// assign says which folders are there for something: as the server says it, else by a name
// that stands on the first level or on the one below it.
func assign(all []entry) []role {
	var found []role
	offered := map[mailcheck.FolderUse]bool{}
	taken := map[string]bool{}
	for _, e := range all {
		for _, use := range e.uses {
			offered[use], taken[e.name] = true, true
			found = append(found, role{e, use, false})
		}
	}
	for _, use := range append(mailcheck.NeededUses[:len(mailcheck.NeededUses):len(mailcheck.NeededUses)], mailcheck.UseArchive) {
		if offered[use] {
			continue
		}
		if e, ok := named(all, use, taken); ok {
			taken[e.name] = true
			found = append(found, role{e, use, true})
		}
	}
	return found
}

// named returns the folder whose name is the best known for a use.
func named(all []entry, use mailcheck.FolderUse, taken map[string]bool) (best entry, ok bool) {
	rank := 0
	for _, e := range all {
		levels := []string{e.name}
		if e.delimiter != "" {
			levels = strings.Split(e.name, e.delimiter)
		}
		if !e.opens || taken[e.name] || len(levels) > 2 {
			continue
		}
		leaf := strings.ToLower(levels[len(levels)-1])
		for i, known := range useNames[use] {
			if leaf == known && (!ok || 2*i+len(levels) < rank) {
				best, ok, rank = e, true, 2*i+len(levels)
			}
		}
	}
	return best, ok
}

// coding is base64 as modified UTF-7 has it.
var coding = base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,").WithPadding(base64.NoPadding).Strict()

// decodeName reads modified UTF-7 (RFC 3501 section 5.1.3). A name that is none is taken
// as it stands: IMAP4rev2 has UTF-8 in its place, and some servers have anything.
func decodeName(name string) string {
	var b strings.Builder
	for rest := name; rest != ""; {
		before, after, shifted := strings.Cut(rest, "&")
		b.WriteString(before)
		if !shifted {
			break
		}
		coded, then, ends := strings.Cut(after, "-")
		rest = then
		switch text, ok := decodeShifted(coded); {
		case !ends || !ok:
			return name
		case coded == "":
			b.WriteByte('&')
		default:
			b.WriteString(text)
		}
	}
	return b.String()
}

// decodeShifted reads what stands between & and -: UTF-16 in base64.
func decodeShifted(coded string) (string, bool) {
	data, err := coding.DecodeString(coded)
	if err != nil || len(data)%2 != 0 {
		return "", false
	}
	var units []uint16
	for i := 0; i < len(data); i += 2 {
		units = append(units, uint16(data[i])<<8|uint16(data[i+1]))
	}
	text := string(utf16.Decode(units))
	return text, !strings.ContainsRune(text, utf8.RuneError)
}
