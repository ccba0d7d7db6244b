// SPDX-License-Identifier: EUPL-1.2

// Package mailtest runs Debian's real mail programs for tests: exim4 takes mail on a free loopback address, puts what is for its
// own domain into a Maildir, which dovecot serves over IMAP, and hands everything else to a given next server. Everything lives in
// a temporary directory with its own configuration; nothing of the machine's own mail set-up is read or written. It is support for
// tests and no part of the program.
package mailtest
