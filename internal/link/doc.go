// SPDX-License-Identifier: EUPL-1.2

// Package link answers "is this the same outlet again?" with weighted evidence, after Fellegi and Sunter (A theory for record
// linkage, JASA 64, 1969): each agreement between two sites weighs log2(m/u) bits, where m is the probability that two sites of
// one outlet agree and u the probability that two sites of different outlets do, taken from how common the value itself is.
//
// It knows kinds of features, their probabilities and caps. It must not know where features come from or what is done with a
// score. A score is never a decision: it fills a queue, each piece of evidence is shown, and a person says "same outlet".
package link
