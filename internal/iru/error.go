// SPDX-License-Identifier: EUPL-1.2

package iru

import "errors"

// The six kinds of failure. Every error that crosses a package boundary wraps exactly one of them, so that web, api and work
// can each answer with one exhaustive switch.
var (
	// Invalid: the input is wrong and trying again will not help.
	Invalid = errors.New("invalid")
	// NotFound: there is no such thing, or the officer's scope does not reach it.
	NotFound = errors.New("not found")
	// Conflict: somebody was first, or the thing is in a state that does not allow the step.
	Conflict = errors.New("conflict")
	// Forbidden: this officer may not do this.
	Forbidden = errors.New("forbidden")
	// Unavailable: the world did not answer; trying again may help.
	Unavailable = errors.New("unavailable")
	// Internal: a defect of ours.
	Internal = errors.New("internal")
)

// A Refusal is an error with a reason that a person understands and, where there is one, a way out.
type Refusal struct {
	Kind    error  // one of the six
	Reason  string // a whole sentence, without a full stop at its end
	Instead string // what to do instead; may be empty
}

func (r *Refusal) Error() string {
	if r.Instead == "" {
		return r.Reason
	}
	return r.Reason + "; " + r.Instead
}

// Unwrap makes errors.Is(err, Forbidden) and its like work.
func (r *Refusal) Unwrap() error { return r.Kind }

// Refuse makes a Refusal.
func Refuse(kind error, reason, instead string) error {
	return &Refusal{Kind: kind, Reason: reason, Instead: instead}
}
