// SPDX-License-Identifier: EUPL-1.2

// Package desk holds the verbs of a referral unit: one function and one transaction for each decision or fact. A verb checks who
// may do it, moves the nouns by their rules, records the event and enqueues what follows, all or nothing. It knows the nouns, the
// law and the store; it must not know the network, the web or how anything is shown, and it does nothing outside the store.
package desk
