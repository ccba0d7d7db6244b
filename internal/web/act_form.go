// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"

	"iolaus/internal/iru"
)

// complaint is a refusal that a form shows above itself, whatever its kind: the law's no, a role's no and a state's no are all
// answered with the reason and the way out. What does not exist and what broke are pages of their own.
func complaint(err error) (string, bool) {
	var r *iru.Refusal
	if !errors.As(err, &r) || errors.Is(err, iru.NotFound) || errors.Is(err, iru.Internal) {
		return "", false
	}
	return words(r), true
}

// ours refuses to act for another unit: an operation shares its tasks for reading, each unit answers for its own.
func (v *visit) ours(unit iru.UnitID) error {
	if unit == v.by.Unit {
		return nil
	}
	return iru.Refuse(iru.Forbidden, "this belongs to another unit", "ask that unit; your operation shares it for reading only")
}

// mine refuses a step of an act that belongs to another unit. Its author may still hand in, edit and, while it is a draft, withdraw
// what was drafted for that unit in an operation.
func (v *visit) mine(verb string, n iru.Notice) error {
	author := n.Drafted == v.by.ID && (verb == "submit" || verb == "edit" || verb == "withdraw" && n.State == iru.NoticeDraft)
	if author {
		return nil
	}
	return v.ours(n.Unit)
}
