// SPDX-License-Identifier: EUPL-1.2

// Package rehearse plays a plan before its day: how each addressee works when the acts arrive (zones, office hours, holidays, translation,
// validity, habits, caches), what is still up an hour after T0 and what to change, and, by many drawn runs, how likely the outlet is to stay
// dark and when it is back. Each figure that it plays with is an assumption with a source (docs/format/rehearsal.md).
//
// It knows fault trees, addressees as habits, and time as it is handed in. It must not know notices, the store or the clock, and its chance
// is a function of a seed. What it says is a forecast under assumptions: a person decides.
package rehearse
