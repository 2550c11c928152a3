package setup

import (
	"cmp"
	"strconv"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// kmail is an account of KMail: a script, since mail is read by a resource of Akonadi's,
// which exists once Akonadi was told over D-Bus, and what the script adds to the settings
// files for sending (kmailtransport: mailtransport.kcfg) and for the person
// (kidentitymanagement: identity.h).
var kmail = Format{
	Name: "kmail", Doc: "script that adds an account to KMail",
	Place: mailcheck.Textf("a folder of its own"),
	Next:  mailcheck.Textf("quit KMail, then in the folder: sh kmail.sh; then start KMail"),
	Asks:  mailcheck.Textf("the password, once for reading and once for sending, which it keeps in the wallet or keyring"),
	Proof: mailcheck.Textf("KMail's part that reads mail did so at Dovecot after the script, and sent no password where the certificate was bad; sending was not tried"),
	Reads: []mailcheck.Protocol{mailcheck.IMAP}, Sends: true,
	Logins: []Login{Password, Challenge}, Named: true, Folder: true,
	Write: writeKmail,
}

// writeKmail gives sending and the person a number that is always the same for an
// address, so that the script can tell that it ran before.
func writeKmail(a Account, out *sheet.Set) {
	in, smtp, number := a.Reading[0], a.Sending[0], kmailNumber(a.Address)
	f := out.Text("kmail.sh", sheet.Shared, shellWord)
	f.Line(`#!/bin/sh`)
	f.Comments(a.Warnings)
	f.Comment(`Adds an account to KMail. Quit KMail first.`)
	f.Line(`set -e`)
	f.Line(`cd "$(dirname "$0")"`)
	f.Line(`config=${XDG_CONFIG_HOME:-$HOME/.config}`)
	f.Line(`if grep -qs '^\[Transport %s\]' "$config/mailtransports"; then`, number)
	f.Line(`	echo "The account is there already." >&2`)
	f.Line(`	exit 1`)
	f.Line(`fi`)
	f.Line(`call() { dbus-send --print-reply=literal --dest="$@"; }`)
	f.Line(`create() { call org.freedesktop.Akonadi.Control /AgentManager org.freedesktop.Akonadi.AgentManager.createAgentInstance string:akonadi_imap_resource | grep -o 'akonadi_imap_resource_[0-9]*'; }`)
	f.Line(`setting() { call org.freedesktop.Akonadi.Resource.$id /Settings "org.kde.Akonadi.Imap.Settings.$@"; }`)
	f.Comment(`It takes its time until Akonadi answers, and until the new account does.`)
	f.Line(`patiently() {`)
	f.Line(`	n=0`)
	f.Line(`	until "$@" 2>/dev/null; do`)
	f.Line(`		n=$((n + 1))`)
	f.Line(`		[ $n -lt 60 ] || { echo "Akonadi does not answer." >&2; exit 1; }`)
	f.Line(`		sleep 1`)
	f.Line(`	done`)
	f.Line(`}`)
	f.Line(`id=$(patiently create)`)
	f.Line(`patiently setting setImapServer string:'%s'`, in.Host)
	f.Line(`setting setImapPort int32:%d`, in.Port)
	f.Line(`setting setUserName string:'%s'`, in.Username)
	f.Line(`setting setSafety string:'%s'`, kmailSecurity(in, "STARTTLS"))
	f.Line(`setting setAuthentication int32:%d`, kmailLogins[kmailLogin(in)])
	f.Line(`setting setSubscriptionEnabled boolean:false`)
	f.Line(`setting setUseDefaultIdentity boolean:false`)
	f.Line(`setting setAccountIdentity int32:%s`, number)
	f.Line(`setting save`)
	f.Line(`call org.freedesktop.Akonadi.Agent.$id / org.freedesktop.Akonadi.Resource.setName string:'%s'`, a.Address.String())
	f.Comment(`The settings files belong to KMail; the lines come behind what is there.`)
	f.Line(`mkdir -p "$config"`)
	f.Line(`cat mailtransports >>"$config/mailtransports"`)
	f.Line(`cat emailidentities >>"$config/emailidentities"`)
	f.Line(`call org.freedesktop.Akonadi.Agent.$id / org.freedesktop.Akonadi.Agent.Control.reconfigure`)
	f.Line(`call org.freedesktop.Akonadi.Agent.$id / org.freedesktop.Akonadi.Resource.synchronize`)

	f = out.Text("mailtransports", sheet.Shared, keyFile)
	f.Line(``)
	f.Line(`[Transport %s]`, number)
	f.Line(`auth=true`)
	f.Line(`authtype=%s`, kmailLogin(smtp))
	f.Line(`encryption=%s`, kmailSecurity(smtp, "TLS"))
	f.Line(`host=%s`, smtp.Host)
	f.Line(`id=%s`, number)
	f.Line(`name=%s`, a.Address.String())
	f.Line(`port=%d`, smtp.Port)
	f.Line(`storepass=true`)
	f.Line(`user=%s`, smtp.Username)

	f = out.Text("emailidentities", sheet.Shared, keyFile)
	f.Line(``)
	f.Line(`[Identity #%s]`, number)
	f.Line(`Email Address=%s`, a.Address.String())
	f.Line(`Identity=%s`, a.Address.String())
	f.Line(`Name=%s`, a.Name)
	f.Line(`Transport=%s`, number)
	f.Line(`uoid=%s`, number)
}

func kmailNumber(a mailcheck.Address) string {
	n, _ := strconv.ParseUint(stableUUID("mailcheck:kmail:" + a.String())[:7], 16, 32) // seven hexadecimal digits are a number
	return strconv.FormatUint(n, 10)
}

// kmailLogins are the numbers of MailTransport::Transport::EnumAuthenticationType; CLEAR
// is the protocol's own command.
var kmailLogins = map[string]uint16{"LOGIN": 0, "PLAIN": 1, "CRAM_MD5": 2, "CLEAR": 7}

func kmailLogin(s Server) string {
	if s.Logins[0] == Challenge {
		return "CRAM_MD5"
	}
	return cmp.Or(passwordMechanism(s), "CLEAR")
}

// kmailSecurity names the protection; for STARTTLS each file has a word of its own.
func kmailSecurity(s Server, starttls string) string {
	if s.Implicit() {
		return "SSL"
	}
	return starttls
}
