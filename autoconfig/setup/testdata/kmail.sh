#!/bin/sh
# Written by mailcheck, 2026-11-26 10:00 UTC, with the settings of: srv, autoconfig.
# Adds an account to KMail. Quit KMail first.
set -e
cd "$(dirname "$0")"
config=${XDG_CONFIG_HOME:-$HOME/.config}
if grep -qs '^\[Transport 7481434\]' "$config/mailtransports"; then
	echo "The account is there already." >&2
	exit 1
fi
call() { dbus-send --print-reply=literal --dest="$@"; }
create() { call org.freedesktop.Akonadi.Control /AgentManager org.freedesktop.Akonadi.AgentManager.createAgentInstance string:akonadi_imap_resource | grep -o 'akonadi_imap_resource_[0-9]*'; }
setting() { call org.freedesktop.Akonadi.Resource.$id /Settings "org.kde.Akonadi.Imap.Settings.$@"; }
# It takes its time until Akonadi answers, and until the new account does.
patiently() {
	n=0
	until "$@" 2>/dev/null; do
		n=$((n + 1))
		[ $n -lt 60 ] || { echo "Akonadi does not answer." >&2; exit 1; }
		sleep 1
	done
}
id=$(patiently create)
patiently setting setImapServer string:'imap.example.com'
setting setImapPort int32:993
setting setUserName string:'alice@example.com'
setting setSafety string:'SSL'
setting setAuthentication int32:1
setting setSubscriptionEnabled boolean:false
setting setUseDefaultIdentity boolean:false
setting setAccountIdentity int32:7481434
setting save
call org.freedesktop.Akonadi.Agent.$id / org.freedesktop.Akonadi.Resource.setName string:'alice@example.com'
# The settings files belong to KMail; the lines come behind what is there.
mkdir -p "$config"
cat mailtransports >>"$config/mailtransports"
cat emailidentities >>"$config/emailidentities"
call org.freedesktop.Akonadi.Agent.$id / org.freedesktop.Akonadi.Agent.Control.reconfigure
call org.freedesktop.Akonadi.Agent.$id / org.freedesktop.Akonadi.Resource.synchronize
