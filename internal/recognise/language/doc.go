// SPDX-License-Identifier: EUPL-1.2

// Package language tells in which language a text is written, by its letters alone: the script first, then, among the languages of
// that script, a linear model over runs of letters. It needs nothing but the model in it, of which model.md says how and from what
// it was made.
//
// It must not know where a text came from, nor what is declared of it.
package language
