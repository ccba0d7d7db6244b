// SPDX-License-Identifier: EUPL-1.2

// Package deliver carries acts out of the building and answers into it: mail by SMTP, the provider interface by HTTP, an inbox
// for replies. It knows how a message is rendered, signed, handed over and retried without ever changing its identity, what the
// other side said, and whether that counts as a receipt in the sense of the law. It must not know who approved an act, what a
// reply leads to, or how either is stored: the caller hands over a finished Message and gets a Receipt or a typed Failure, and
// the Inbox hands each Reply to a function that stores it. It decides nothing: a kind guessed from words is marked as a guess.
package deliver
