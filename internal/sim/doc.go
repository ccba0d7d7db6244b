// SPDX-License-Identifier: EUPL-1.2

// Package sim is the range: a little internet on loopback, in process and without root, that serves as demonstration and as
// test bed. It knows an invented world (providers, their abuse desks' habits, outlets of harmless weather and railway bulletins)
// and serves it by real protocols only: DNS, RDAP, HTTPS with its own authority, a certificate-transparency log, SMTP and the
// provider API of docs/format/provider-api.md. It keeps a truth ledger of what really happened, against which discovery, linking,
// verification and delivery can be scored.
//
// It must not know the program under test: the program reaches the range through the protocols alone, and the range reaches the
// program only by the mail address and the callbacks that notices name. It never listens or dials outside 127/8 and never serves
// or writes to a name outside .test (guard.go).
package sim
