# Written by mailcheck, 2026-11-26 10:00 UTC, with the settings of: srv, autoconfig.
# To be run as the user of the web server, in the folder of Nextcloud.
php occ config:system:set mail_smtpmode --value=smtp
php occ config:system:set mail_smtphost --value='smtp.example.com'
php occ config:system:set mail_smtpport --value=465
php occ config:system:set mail_smtpsecure --value=ssl
php occ config:system:set mail_smtpauth --type=boolean --value=true
php occ config:system:set mail_smtpname --value='alice@example.com'
php occ config:system:set mail_from_address --value='alice'
php occ config:system:set mail_domain --value='example.com'
# The password belongs into mail_smtppassword: Administration settings, Basic settings.
