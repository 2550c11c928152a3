#!/bin/sh
# Written by mailcheck, 2026-11-26 10:00 UTC, with the settings of: srv, autoconfig.
# Copies the mail of another account into this one. The other one is told behind it:
#   sh imapsync.sh --host1 imap.old.example --port1 993 --user1 alice --dry
# With --dry nothing is copied yet. The program asks for both passwords.
exec imapsync \
  --ssl1 --sslargs1 SSL_verify_mode=1 --sslargs1 SSL_verifycn_scheme=imap \
  --host2='imap.example.com' --port2 993 \
  --ssl2 \
  --sslargs2 SSL_verify_mode=1 --sslargs2 SSL_verifycn_scheme=imap --sslargs2 SSL_verifycn_name='imap.example.com' \
  --user2='alice@example.com' \
  --automap "$@"
