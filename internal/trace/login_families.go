package trace

import (
	"slices"
	"strings"

	"mailcheck/checks"
)

// family is a kind of refusal in the words of many servers and languages: something,
// and what it is said to be, in either order.
type family struct {
	check            *checks.Check
	subjects, states []string
	alone            []string // patterns that say it by themselves
}

func (f family) fits(reply string) bool {
	return matchesAny(reply, f.alone) || slices.ContainsFunc(f.subjects, func(subject string) bool {
		return strings.Contains(reply, subject) && slices.ContainsFunc(f.states, func(state string) bool {
			return matches(reply, subject+"..."+state) || matches(reply, state+"..."+subject)
		})
	})
}

// What servers speak of, in English, German, French, Spanish, Italian, Portuguese,
// Polish, Russian, Chinese and Japanese.
var (
	protocolWords = []string{"imap", "pop3", "pop ", "smtp", "mail client", "client access", "third-party", "third party", "mail program",
		"mailprogramm", "client de messagerie", "cliente de correo", "почтовым программам", "почтовых программ", "客户端", "メールソフト"}
	accountWords = []string{"account", "user ", "user:", "user's", "mailbox", "mail box", "konto", "benutzer", "postfach", "compte", "utilisateur", "cuenta", "usuario", "buzón",
		"utente", "casella", "conta ", "usuário", "użytkownik", "skrzynk", "аккаунт", "учетная запись", "учётная запись", "почтовый ящик", "пользовател",
		"账号", "账户", "帐号", "帐户", "用户", "邮箱", "アカウント", "ユーザ", "メールボックス"}
	passwordWords = []string{"password", "passwort", "kennwort", "mot de passe", "contraseña", "senha", "hasło", "пароль", "пароля", "密码", "パスワード"}
	serverWords   = []string{"server", "service", "system", "internal", "backend", "database", "ldap", "generic", "dienst", "interner", "serveur", "interne", "servidor", "servicio", "interno",
		"servizio", "serviço", "serwer", "wewnętrzny", "сервер", "сервис", "внутренняя", "系统", "服务", "服务器", "内部", "サーバ", "システム"}
	addressWords = []string{"ip address", "your ip", " ip ", "ip-adresse", "adresse ip", "dirección ip", "indirizzo ip", "endereço ip", "adres ip", "ip-адрес", "ip地址", "ipアドレス"}
	placeWords   = []string{"country", "location", "region", "network", "ihrem land", "votre pays", "su país", "tuo paese", "seu país", "kraju", "страны", "所在地", "地区", "国"}
	tooManyWords = []string{"too many", "zu viele", "trop de", "demasiad", "troppi", "troppe", "muitas", "muitos", "zbyt wiele", "zbyt dużo", "слишком много", "превышен", "过多", "频繁", "超过", "多すぎ", "回数"}
)

// families are gone through in order, the more telling first.
var families = []family{
	{checks.LoginAppPassword, nil, nil, []string{"client-specific password", "device password", "device-specific password", "2fa", "two-factor", "two factor", "2-step", "zwei-faktor",
		"app-passwort", "anwendungspasswort", "anwendungsspezifisch", "mot de passe d'application", "mot de passe spécifique", "contraseña de aplicaci", "password per app", "password per le app",
		"password specifica", "senha de app", "senha de aplicativo", "hasło aplikacji", "hasła aplikacji", "пароль приложени", "пароль для внешн", "пароля приложени", "授权码", "授權碼", "专用密码", "アプリ パスワード", "アプリパスワード"}},
	{checks.LoginThrottled, tooManyWords, []string{"attempt", "fail", "error", "wrong", "versuch", "tentativ", "essai", "intento", "prób", "попыт", "次数", "失败", "登录", "試行", "失敗", "回"}, nil},
	{checks.LoginThrottled, addressWords, []string{"blocked", "banned", "blacklist", "gesperrt", "blockiert", "bloqu", "bloccat", "zablokowan", "заблокирован", "封禁", "禁止", "ブロック"},
		[]string{"blocked for ... minute", "blocked for ... hour", "temporarily banned", "temporarily blocked", "vorübergehend gesperrt", "temporairement bloqué", "bloqueada temporalmente", "temporaneamente bloccat", "tymczasowo zablokowan", "временно заблокирован", "登录过于频繁", "一時的にロック"}},
	{checks.LoginBrowser, nil, nil, []string{"web browser", "in a browser", "webmail", "verify your identity", "suspicious", "unusual", "browser", "verdächtig", "navigateur", "navegador", "przeglądark", "через браузер", "веб-интерфейс", "浏览器", "网页登录", "ブラウザ"}},
	{checks.LoginProtocolOff, protocolWords, []string{"disabled", "not enabled", "isn't enabled", "not allowed", "not permitted", "not available", "not active", "turned off", "switched off", "enable", "no access", "not authorized",
		"deaktiviert", "nicht aktiv", "nicht freigeschaltet", "nicht erlaubt", "gesperrt", "aktivieren", "désactivé", "non activé", "pas activé", "activer", "no habilitado", "no está habilitado", "no está activado", "desactivado", "deshabilitado", "habilit",
		"disabilitat", "non abilitat", "non è abilitat", "disattivat", "desativado", "não habilitado", "não está habilitado", "wyłączon", "nie jest włączon", "nieaktywn", "отключен", "отключён", "выключен", "не включен", "не включён", "не разреш",
		"未开启", "未开通", "没有开启", "未启用", "已关闭", "关闭", "開啟", "無効", "有効になっていません", "許可されていません", "利用できません"}, nil},
	{checks.LoginLimit, nil, nil, []string{"maildrop...lock", "lock...maildrop", "mailbox...lock", "mailbox...in use", "maildrop...in use", "already in use", "too many...connection", "connection limit",
		"zu viele...verbindung", "trop de connexion", "demasiadas conexion", "troppe connession", "muitas conex", "zbyt wiele połącze", "слишком много соединени", "слишком много подключени", "连接数", "接続数", "mailbox is full", "over quota"}},
	{checks.LoginPasswordExpired, passwordWords, []string{"expired", "must change", "must be changed", "change your", "has to be changed", "reset", "abgelaufen", "ändern", "geändert werden", "expiré", "changer", "caducad", "expirad", "cambiar", "scadut", "cambiare", "alterar", "wygas", "zmień", "zmienić", "истек", "истёк", "просрочен", "сменить", "смените",
		"过期", "已失效", "修改密码", "有効期限", "期限切れ", "変更"}, []string{"must change password", "password change required"}},
	{checks.LoginPolicy, placeWords, []string{"not allowed", "not permitted", "blocked", "denied", "restricted", "nicht erlaubt", "gesperrt", "pas autoris", "bloqu", "no está permitid", "no permitid", "non consentit", "non è consentit", "não permitid", "niedozwolon", "запрещен", "запрещён", "不允许", "限制", "禁止", "許可されていません", "制限"},
		[]string{"not permitted from", "not allowed from", "access from your"}},
	{checks.LoginDisabled, accountWords, []string{"suspended", "blocked", "inactive", "not active", "deactivated", "closed", "disabled", "terminated", "cancelled", "canceled", "deleted", "frozen", "on hold",
		"gesperrt", "deaktiviert", "gekündigt", "stillgelegt", "inaktiv", "suspendu", "bloqué", "désactivé", "fermé", "inactif", "suspendid", "bloquead", "desactivad", "deshabilitad", "inactiv", "sospes", "bloccat", "disattivat", "disabilitat",
		"suspens", "desativad", "inativ", "zawieszon", "zablokowan", "nieaktywn", "wyłączon", "заблокирован", "отключен", "отключён", "приостановлен", "удален", "удалён", "деактивирован",
		"冻结", "凍結", "封禁", "停用", "禁用", "锁定", "已被锁", "注销", "停止", "無効", "ロックされ"}, nil},
	{checks.LoginNotAuthorized, nil, nil, []string{"not authorized", "not authorised", "unauthorized", "access denied", "permission denied", "nicht berechtigt", "keine berechtigung", "non autorisé", "accès refusé", "no autorizad", "acceso denegado", "non autorizzat", "accesso negato", "não autorizad", "acesso negado", "brak uprawnień", "odmowa dostępu", "нет прав", "доступ запрещ", "无权", "没有权限", "拒绝访问", "権限がありません", "拒否"}},
	{checks.LoginUnavailable, serverWords, []string{"error", "failure", "fault", "unavailable", "not available", "is down", "busy", "maintenance", "overload", "fehler", "nicht verfügbar", "nicht erreichbar", "überlastet", "wartung", "erreur", "indisponible", "occupé",
		"no disponible", "errore", "non disponibile", "erro ", "erro:", "erro.", "indisponível", "błąd", "niedostępn", "ошибка", "недоступ", "错误", "繁忙", "忙", "异常", "维护", "エラー", "利用できません", "混み合って", "メンテナンス"},
		[]string{"unable to connect", "unable to contact", "unable to open", "cannot connect", "can't connect", "could not connect", "cannot contact", "could not contact", "cannot open", "could not open", "can't open", "unable to authenticate at", "unable to lock", "unable to read",
			"try again later", "try later", "chdir", "timed out", "timeout", "connection is closed", "später erneut", "später noch einmal", "vorübergehend", "réessayer", "réessayez", "temporairement", "más tarde", "temporalmente", "più tardi", "temporaneamente", "mais tarde", "temporariamente",
			"później", "tymczasowo", "попробуйте позже", "повторите попытку позже", "временно", "稍后", "稍後", "しばらく", "一時的"}},
}
