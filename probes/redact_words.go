package probes

import (
	"strings"
	"sync"
)

// ordinaryWords are the words that mail servers refuse, greet and help with. A text of
// them tells nothing of a secret that has them as well. Where a word is missing, a password
// that is just this word hides the replies that use it.
var ordinaryWords = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	for _, word := range strings.Fields(ordinary) {
		words[word] = true
	}
	return words
})

// The words of English, of the protocols and their programs, then of German, French,
// Spanish, Italian, Portuguese, Polish and Russian. Those of three letters or fewer are
// ordinary anyway, and in scripts without spaces nothing is a word by itself.
const ordinary = `
abort aborted about above abuse accept accepted accepting access accessible account accounts action active activate activated activity actually additional
address addresses admin administrator administrators advertised after again against agent alert alias allow allowed allows almost alphabet alphabetic already
also although always another answer anonymous anymore application applications approved area argument arguments asked attempt attempted attempts auth authenticate
authenticated authenticating authentication authenticator authorisation authorised authorization authorizationfailed authorized automatic automatically available
away back backend badly bandwidth banned base base64 basic because become been before begin behind being below between blacklist blacklisted block blocked body
both break broken browser buffer busy bytes call called cancel canceled cancelled cannot capabilities capability case certificate challenge change changed changes
channel char character characters check checking choose cipher clear cleartext client clients close closed closing code codes come command commands compatible
complete completed computer concurrent condition configuration configure configured confirm connect connected connecting connection connections contact contactadmin
contain contains content continue control corrupt corrupted could count country create created credential credentials criteria crypt current currently customer
data database date days deactivated deferred delay delete deleted delivery denied deny deprecated destination detail details detected device different directory
disable disabled disallowed disconnect disconnected disconnecting disk domain domains done down drop dropped during each early either email empty enable enabled
encoded encoding encrypted encryption ended enough ensure enter entered entry envelope erroneous error errors event every exact exactly examine example exceed
exceeded exceeds exception exchange exist existing exists exit expect expected expire expired expires extension external facility fail failed failing fails failure
failures false fatal fault field file files find finished first flags folder following forbidden force format found free frequent from frozen full function further
gateway general generate generated generic given goodbye good google greeting group guest hacked handshake have header hello help helo here hidden high hold
host hostname hour hours however identification identify identity idle ignored illegal image immediately implemented inactive inbox include included incoming
incomplete incorrect incorrectly information initial input insecure inside instead insufficient intended interim internal internet invalid invalidated issue
item keep kerberos keyword known language large last later layer left length less level like limit limited limits line lines link list listed literal local
location lock locked lockout logged logging logical login logindisabled logins logoff logon logout long longer lookup lost made mail mailbox mailboxes maildir maildrop
maintenance make malformed manager many master match matches matching maximum maybe mechanism mechanisms meet member memory message messages method methods minimum minute
minutes mismatch missing mistake mobile mode moment more most move multi multiple must name named names namespace need needed needs negotiation network never
newer next nobody none nonexistent normal note nothing notice noselect number object obsolete obtain occur occurred offer offered office okay older once only
open opened opening operation option options order organization other outside over overload overloaded override owned owner page parameter parameters parse part party pass
passed passphrase passwd password passwords path pending perform performed permanent permanently permission permissions permitted personal phone phrase place plain plaintext
please plus point policies policy port possible prefix present previous privacy privacyrequired private privilege privileges probably problem problems process processed
processing program programs prohibited protect protected protection protocol provide provided provider proxy purpose query quit quota rate read reading ready realm reason receive received
recent recently recipient recipients recognised recognized record redirect referral refer refused register registered reject rejected relay release remain remote remove removed repeat repeated reply report request
requested requests require required requirement requirements requires reset resource resources response restart restricted restriction result retries retry return returned right role root rset rule rules running
same scope search second secondary seconds secret section secure security select selected send sender sending sent serve server serverbug servers service services session sessions
setting settings setup several shared should shut shutdown shutting sign signature signed signin simultaneous since site size some someone soon source space special specific specified
standard start started starttls state status step still stop storage store stored string strong submission submit subscription subsystem success successful successfully
such support supported supports suspended suspicious switch syntax system table task team temp temporarily temporary tenant term terminate terminated test text than that their them
then there these they thing third this those thread three throttled through ticket time timed timeout times today token tokens tomorrow took total tracking traffic transaction transfer
transient transition transport tried trouble true trust trusted turn turned twice type unable unauthenticated unauthorised unauthorized unavailable unblock unexpected
unfortunately unique unknown unlock unlocked unrecognised unrecognized unreachable unsafe unseen unspecified unsuccessful unsupported until unusual unverified update updated upgrade
upon usage used user userid username users using valid validate validated validation value values verification verified verify version very violation virtual visit visitor wait waiting want warning
webmail website welcome well were what when where which while will wish with within without word work working world would write writing wrong year yield your yours yourself zone
alert accesstokenexpired authenticationfailed cannot clientbug corruption expired inuse limit noperm overquota syntax unavailable webalert
apop badcredentials gsmtp invalidsecondfactor kundenservice passe userip apple aspmx autoconfig cert cram digest ehlo enable esmtp gmail gssapi http https icloud idle imap imap4 imap4rev1 imap4rev2 ipv4 ipv6 ldap lmtp login md5 mfa ntlm oauth oauth2 oauthbearer otp outlook pipelining plain pop3 pop3d pop3s quit referral sasl
scram sha1 sha256 smime smtp smtpd smtps smtputf8 spam spf ssl sslv3 starttls tlsv1 uidl unselect utf8 xoauth xoauth2 2fa
courier cyrus david dbmail domino dovecot exchange exim haraka hmailserver james kerio mailenable maildaemon mdaemon microsoft mercury nginx notes office365 postfix protonmail qmail qpopper roundcube sendmail
sieve smartermail stalwart tobit yahoo yandex zimbra zoho windows linux debian ubuntu server2 isp provider mailserver postmaster hostmaster support helpdesk
abgebrochen abgelaufen abgelehnt abgemeldet abgeschaltet aktiv aktivieren aktiviert aktuell anbieter andere anfrage anfragen angabe angaben angegeben angemeldet anmeldedaten anmelden
anmeldename anmeldeversuch anmeldeversuche anmeldung anwendung anwendungen anwendungspasswort authentifizierung authentifizierungsfehler bearbeitet befehl beim benutzer benutzerkennung benutzername benutzernamen bereits berechtigt berechtigung besteht bitte
blockiert datenbank dauerhaft deaktiviert dein deine dienst diese diesem diesen dieser dieses dieses durch eine einem einen einer eines einstellungen erforderlich erfolgreich erlaubt erneut erreichbar erreicht falsch falsche falscher falsches fehler fehlerhaft fehlgeschlagen fehlgeschlagene fehlversuche freigeschaltet gefunden
gekündigt geperrt gesperrt geändert größe gültig gültige haben ihre ihrem ihren interner ist jetzt kann kein keine keinen kennung kennwort klartext konnte konto kontakt kunde kundenservice leider maximal mehr melden minuten mittels momentan möglich nachricht nachrichten
nicht noch nochmal oder passwort passwortes passwörter postfach postfächer programm richtig rechner schlüssel seite server sich sicherheit sicherheitsgründen sind sitzung später stillgelegt stimmt stunde stunden system technischer test tolle unbekannt unbekannter und ungültig ungültige ungültiger ungültiges unter unterstützt verbindung verbindungen
verboten verfügbar vergeben verlangt verschlüsselung versuch versuche versuchen verweigert verwenden viele vorgang vorübergehend wartung wegen weiter wenden werden wieder wird wurde zeit zugang zugangsdaten zugelassen zugriff zurück zurückgesetzt ändern überlastet überprüfen überschritten
accès accepté actif activer activé adresse applications après authentification autorisé autorisée avec bloqué bloquée boîte cause changer clé client code commande compte compte comptes connecter connexion connexions contactez courrier courriel dans demande dernier désactivé
données délai dépassé désactivée échec échoué échouée erreur erreurs essayer essai est expiré fermé fermée identifiant identifiants identification impossible inactif inconnu inconnue incorrect incorrecte incorrects indisponible interdit interne invalide invalides limite maximum merci messagerie message moment motif naviguer navigateur nombre
nouveau occupé paramètres plus pour protocole refusé refusée réessayer réessayez requise saisi sécurité serveur service session suspendu tard temporaire temporairement tentative tentatives trop utilisateur utilisateurs utiliser valide veuillez verrouillé votre
acceso aceptado activado activar administrador aplicación autenticación autorizado bloqueada bloqueado buzón cambiar caducada caducado clave conexiones conexión contraseña contraseñas correcta correcto correo credencial credenciales cuenta cuentas datos demasiadas demasiados denegado desactivado deshabilitado desconocido disponible error esta está este expirado fallida fallido
favor habilitado habilitar identificación inactivo incorrecta incorrectas incorrecto inicio intente intentos interno inválida inválido límite mensaje momento navegador nombre nuevo para permitido protocolo puede rechazado seguridad servicio servidor sesión sistema superado suspendida suspendido temporalmente tiene usar usuario usuarios vuelva válido
abilitato accesso account applicazione attivare autenticazione autorizzato bloccata bloccato cambiare casella configurazione connessione connessioni corretta corretto credenziali dati disabilitato disattivato disponibile errata errato errore fallita fallito
impossibile inattivo indirizzo interno limite messaggio navigatore negato nome numero parola posta prego protocollo provare raggiunto richiesta rifiutato riprova riprovare scaduta scaduto sconosciuto server servizio sessione sicurezza sistema sospeso superato temporaneamente tentativi troppe troppi utente utenti utilizzare valida valide valido vostro
acesso aplicativo ativado ativo autenticação autorizado bloqueada bloqueado caixa conexão conexões conta credenciais dados desativado desconhecido disponível entrar erro excedido expirada expirado falha falhou habilitado inativo incorreta incorretas incorreto indisponível inválida inválidas inválido limite
mais mensagem muitas muitos navegador negado nome novamente permissão permitido protocolo senha senhas servidor serviço sessão sistema suspensa suspenso tarde temporariamente tente usuário usuários utilizador verifique você
adres aplikacji autoryzacja autoryzacji błąd błędna błędne błędny dane dostęp dostępu hasła hasło jest klient konta konto limit logowania logowanie nazwa nieaktywne niedostępny niepoprawna niepoprawne nieprawidłowa nieprawidłowe nieprawidłowy nieudane nieudana odmowa odrzucono połączenia połączeń poczta prób próba przekroczono
serwer serwera skrzynka spróbuj później system tymczasowo uprawnień usługa uwierzytelniania uwierzytelnianie użytkownik użytkownika wewnętrzny wygasło wyłączone zablokowane zawieszone zbyt wiele złe zły zmień został została zostało
авторизации авторизация аккаунт аутентификации аутентификация блокирован введите внешних внутренняя временно время действия для доступ доступа заблокирован запрещен запрещён запись имя истек истёк как клиент логин логина много мобильный найден неверное неверные неверный недоступен недоступна недействителен неизвестный
неправильный неудачных нет ошибка ошибки отказано отключен отключён пароль пароля паролей позже пожалуйста пользователь пользователя попробуйте попыток попытки почта почтовый превышен приложений приложения протоколу разрешен сервер сервера сервис система слишком смените соединений соединения срок учетная учётная ящик
`
