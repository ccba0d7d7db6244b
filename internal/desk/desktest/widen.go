// SPDX-License-Identifier: EUPL-1.2

package desktest

import (
	"context"
	"fmt"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// Widen makes an operation one of n assets, for what is measured of many: each further one has an act like the operation's first, approved or not as
// that is, its task, and a question that everybody else who acts has answered. It does in one transaction what people would do in ten thousand. It gives
// the assets and their acts, the first one too.
func Widen(ctx context.Context, t *db.Tx, op iru.OperationID, n int, now time.Time) (assets []iru.AssetID, acts []iru.NoticeID, err error) {
	have, err := t.Tasks(ctx, iru.Program(), op)
	if err != nil {
		return nil, nil, err
	}
	one := have[0]
	task, err := t.TaskOfNotice(ctx, one.ID)
	if err != nil {
		return nil, nil, err
	}
	first, err := t.Asset(ctx, iru.Program(), one.Asset)
	if err != nil {
		return nil, nil, err
	}
	who, err := t.Participants(ctx, op)
	if err != nil {
		return nil, nil, err
	}
	asked, err := t.DeconflictionsAbout(ctx, op, first.Locator)
	if err != nil {
		return nil, nil, err
	}
	assets, acts = []iru.AssetID{one.Asset}, []iru.NoticeID{one.ID}
	for i := range n {
		a, x, k := first, one, task
		if i > 0 {
			a.ID, a.Locator, a.Presence, a.Seen = 0, fmt.Sprintf("https://w%04d.%s/", i, first.Site), iru.Presence{State: iru.PresenceUnknown, Since: now}, time.Time{}
			if err := t.AddAsset(ctx, &a); err != nil {
				return nil, nil, err
			}
			x.ID, x.Asset, x.Item, x.Locator, x.Ref, x.Key = 0, a.ID, 0, a.Locator, fmt.Sprintf("%s-%d", one.Ref, i), fmt.Sprintf("%032x", i)
			if err := t.AddNotice(ctx, &x); err != nil {
				return nil, nil, err
			}
			k.ID, k.UID, k.Asset, k.Address, k.Notice = 0, fmt.Sprintf("%032x", i), a.ID, a.Locator, x.ID
			if err := t.AddTask(ctx, &k); err != nil {
				return nil, nil, err
			}
			assets, acts = append(assets, a.ID), append(acts, x.ID)
		}
		for _, p := range who {
			if !p.Acts() || p.ID == task.Participant || i == 0 && len(asked) > 0 {
				continue
			}
			q := iru.Deconfliction{UID: fmt.Sprintf("%016x%016x", i, p.ID), Operation: op, Participant: p.ID, Unit: p.Unit, Partner: p.Partner, Asset: a.ID, Address: a.Locator, State: iru.DeconflictionClear,
				Asked: now, Due: now.Add(iru.AnswerTime), At: now}
			if err := t.AddDeconfliction(ctx, &q); err != nil {
				return nil, nil, err
			}
		}
	}
	return assets, acts, nil
}
