// SPDX-License-Identifier: EUPL-1.2

package mailtest

import (
	"fmt"
	"net"
	"os/user"
	"strings"
)

// exim writes a configuration that knows two ways: into the mailbox, or to the next server.
func (s *Server) exim(cfg Config, u *user.User) string {
	host, port, _ := net.SplitHostPort(s.smtp)
	var b strings.Builder
	w := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	w("exim_path = /usr/sbin/exim4")
	w("spool_directory = %s/spool", s.dir)
	w("log_file_path = %s/log/%%slog", s.dir)
	w("pid_file_path = %s/run/exim.pid", s.dir)
	w("primary_hostname = mail.%s\nqualify_domain = %s", s.Domain, s.Domain)
	w("local_interfaces = <; [%s]:%s", host, port)
	w("domainlist ours = %s\ndomainlist others = !+ours", s.Domain)
	w("dsn_advertise_hosts = *\npipelining_advertise_hosts = *\ntls_advertise_hosts =\nchunking_advertise_hosts =")
	w("smtp_accept_max = 40\nsmtp_accept_max_per_connection = 2000\nsmtp_accept_queue_per_connection = 0\nqueue_run_max = 2")
	w("message_size_limit = 20M\nbounce_return_size_limit = 100K\ndelay_warning =\nlog_selector = +smtp_protocol_error +smtp_syntax_error")
	w("host_lookup =\nrfc1413_query_timeout = 0s\ndisable_ipv6 = true\nkeep_environment =\nhosts_treat_as_local =")
	w("acl_smtp_rcpt = rcpt\nacl_smtp_data = data\nacl_not_smtp = data")
	w("begin acl\nrcpt:\n  deny local_parts = nobody\n       domains = +ours\n       message = no such user here")
	if cfg.Smarthost == "" {
		w("  deny domains = !+ours\n       message = relay not permitted")
	}
	w("  accept\ndata:\n  accept")
	w("begin routers")
	// Mail to "gone" fails after it was taken, so that exim writes a real bounce; "nobody" is refused at once.
	w("gone:\n  driver = redirect\n  allow_fail\n  domains = +ours\n  local_parts = gone\n  data = :fail: the mailbox was closed")
	w("mailbox:\n  driver = accept\n  domains = +ours\n  transport = maildir")
	if cfg.Smarthost != "" {
		to, toPort, _ := net.SplitHostPort(cfg.Smarthost)
		w("out:\n  driver = manualroute\n  domains = +others\n  transport = next\n  route_list = * %s byname\n  self = send", to)
		w("begin transports\nnext:\n  driver = smtp\n  port = %s\n  allow_localhost\n  hosts_avoid_tls = *\n  hosts_try_fastopen =\n  hosts_try_chunking =", toPort)
	} else {
		w("begin transports")
	}
	w("maildir:\n  driver = appendfile\n  directory = %s/mail\n  maildir_format\n  create_directory\n  delivery_date_add\n  envelope_to_add\n  return_path_add", s.dir)
	w("  user = %s\n  group = %s", u.Uid, u.Gid)
	w("begin retry\n* * F,10m,2s")
	return b.String()
}

// dovecot writes a configuration for one mailbox with one password, on loopback only.
func (s *Server) dovecot(u *user.User) string {
	host, port, _ := net.SplitHostPort(s.imap)
	var b strings.Builder
	w := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	w("protocols = imap\nlisten = %s\nbase_dir = %s/run\nstate_dir = %s/state", host, s.dir, s.dir)
	w("log_path = %s/log/dovecot\nssl = no\ndisable_plaintext_auth = no\nmail_fsync = never", s.dir)
	w("mail_location = maildir:%s/mail\nmail_uid = %s\nmail_gid = %s\nfirst_valid_uid = 1\nfirst_valid_gid = 1", s.dir, u.Uid, u.Gid)
	w("passdb {\n  driver = static\n  args = user=%s password=%s\n}", User, Password)
	w("userdb {\n  driver = static\n  args = uid=%s gid=%s home=%s/mail\n}", u.Uid, u.Gid, s.dir)
	w("service imap-login {\n  inet_listener imap {\n    port = %s\n  }\n  inet_listener imaps {\n    port = 0\n  }\n}", port)
	return b.String()
}
