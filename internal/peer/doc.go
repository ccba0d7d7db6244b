// SPDX-License-Identifier: EUPL-1.2

// Package peer carries messages between units that run installations of their own: cards of identities, messages signed and then
// sealed to one partner, the order that tells a repetition from a fork, the server and the client that exchange them under mutual
// TLS with pinned keys, and hit/no-hit questions by an oblivious function (RFC 9497). docs/format/peer.md gives every byte.
//
// It knows keys, bytes, order, limits and clocks. It must not know what a message says, what is stored or where, whose case it is,
// or whether something may be sent: the caller hands over a finished Message, and a Receiver keeps what comes.
package peer
