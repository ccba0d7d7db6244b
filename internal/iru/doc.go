// SPDX-License-Identifier: EUPL-1.2

// Package iru holds the nouns of an internet referral unit and their rules: what states a notice has, who may approve it, when
// a clock is overdue, when a thing counts as removed. It is pure: no clock, no network, no database, no randomness. A rule takes
// the time and the officer as arguments and returns a new value and the event to be recorded. It must not know how anything is
// stored, fetched, sent or shown.
package iru
