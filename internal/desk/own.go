// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// An operation lets a unit read another one's case; deciding on it stays with the unit whose it is: authorities take no instructions
// from others in these tasks (Regulation (EU) 2021/784, Article 13(2)).

func own(s iru.Scope, u iru.UnitID) error {
	if s.Unit == u {
		return nil
	}
	return iru.Refuse(iru.Forbidden, "this is another unit's case, which an operation lets you read", "ask an officer of that unit")
}

func ownItem(ctx context.Context, t *db.Tx, s iru.Scope, id iru.ItemID) (iru.Item, error) {
	i, err := t.Item(ctx, s, id)
	if err != nil {
		return i, err
	}
	return i, own(s, i.Unit)
}

func ownAsset(ctx context.Context, t *db.Tx, s iru.Scope, id iru.AssetID) (iru.Asset, error) {
	a, err := t.Asset(ctx, s, id)
	if err != nil {
		return a, err
	}
	return a, own(s, a.Unit)
}

// ownNotice is an act that the officer's unit serves, or that the officer drafted for the unit that does.
func ownNotice(ctx context.Context, t *db.Tx, s iru.Scope, id iru.NoticeID) (iru.Notice, error) {
	n, err := t.Notice(ctx, s, id)
	if err != nil || s.Officer != 0 && n.Drafted == s.Officer {
		return n, err
	}
	return n, own(s, n.Unit)
}

// ownLetter is a letter in the thread of an act that the officer's unit serves.
func ownLetter(ctx context.Context, t *db.Tx, s iru.Scope, id int64) (iru.Letter, iru.Notice, error) {
	l, err := t.Letter(ctx, id)
	if err != nil {
		return l, iru.Notice{}, err
	}
	n, err := t.Notice(ctx, s, l.Notice)
	if err != nil {
		return l, n, err
	}
	return l, n, own(s, n.Unit)
}

// asSeen refuses a decision on something that is not what the officer looked at: it may have changed in the meantime.
func asSeen(what, is, seen string) error {
	switch seen {
	case is:
		return nil
	case "":
		return iru.Refuse(iru.Invalid, "it is not said which "+what+" was looked at", "read it first, and name what you read")
	}
	return iru.Refuse(iru.Conflict, "the "+what+" changed while you looked at it", "read it again")
}
