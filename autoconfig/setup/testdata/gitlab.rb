# Written by mailcheck, 2026-11-26 10:00 UTC, with the settings of: srv, autoconfig.
# For /etc/gitlab/gitlab.rb; then: gitlab-ctl reconfigure
gitlab_rails['smtp_enable'] = true
gitlab_rails['smtp_address'] = 'smtp.example.com'
gitlab_rails['smtp_port'] = 465
gitlab_rails['smtp_user_name'] = 'alice@example.com'
# To be filled in.
gitlab_rails['smtp_password'] = ''
gitlab_rails['smtp_domain'] = 'example.com'
gitlab_rails['smtp_authentication'] = 'login'
gitlab_rails['smtp_tls'] = true
gitlab_rails['smtp_enable_starttls_auto'] = false
gitlab_rails['smtp_openssl_verify_mode'] = 'peer'
gitlab_rails['gitlab_email_from'] = 'alice@example.com'
