// SPDX-License-Identifier: EUPL-1.2

// Package legal holds the law as data: which instruments there are, who may issue which to whom, which clocks run, which limbs
// an assessment has, and the fields of the statutory forms. Each constant carries its source and a mark that says how it was
// checked, so that a reader sees what still needs comparing with the Official Journal. Rules are versioned: what was issued under
// one version stays readable under it.
//
// It must not know cases, people, time now or storage. It never decides: a ruling says what the law allows; whether to act is for
// a person.
package legal
