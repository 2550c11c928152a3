;; Written by mailcheck, 2026-11-26 10:00 UTC, with the settings of: srv, autoconfig.
(setq user-full-name "Alice \"A\" Lïddell")
(setq user-mail-address "alice@example.com")
(setq message-send-mail-function 'smtpmail-send-it
      send-mail-function 'smtpmail-send-it)
(setq smtpmail-smtp-server "smtp.example.com"
      smtpmail-smtp-service 465
      smtpmail-stream-type 'ssl
      smtpmail-smtp-user "alice@example.com")
;; The default asks about a bad certificate; this refuses it.
(setq gnutls-verify-error t)
(setq gnus-select-method
      '(nnimap "example.com"
               (nnimap-address "imap.example.com")
               (nnimap-server-port 993)
               (nnimap-stream ssl)
               (nnimap-user "alice@example.com")))
;; Emacs asks for the password, and offers to keep it in ~/.authinfo.gpg.
