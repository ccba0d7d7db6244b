// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"time"

	"iolaus/internal/iru"
)

// Owed is what the store says should be under way: each has a job, unless one was lost.
type Owed struct {
	Deliver  []iru.NoticeID  // approved and free to leave, or written and without proof
	Post     []int64         // letters without proof
	Try      []iru.TrialID   // test messages that have neither left nor failed
	Practise []iru.DrillID   // practice orders that have neither left nor failed
	Receive  []iru.NoticeID  // open at a provider's interface
	Escalate []iru.Clock     // running, and nobody was told that the time has ended
	Release  []iru.Operation // released, and something of a stage has not left yet
	Count    []iru.Operation // with a T0 less than a day away, and nothing was preserved for it yet
	Mail     []iru.MissiveID // queued, and without the server's word
	Verify   []iru.AssetID   // an act about it, here or at a partner, waits for its effect, or it is to be put back
	Monitor  []iru.AssetID   // attributed and up, and not scheduled
	Round    []int           // shards in which something is scheduled
	Recheck  []iru.AssetID   // down
	Capture  []iru.ItemID    // never captured
	Group    []iru.Batch     // grouped letters that have not left
}

// ofRelease is how long after T0 a task may still be in the hands of its release: longer than a job may run.
const ofRelease = 10 * time.Minute

// OwedActs gives what acts need at now.
func (t *Tx) OwedActs(ctx context.Context, now time.Time) (o Owed, err error) {
	late := At(now.Add(-ofRelease))
	const came = `CASE n.stage WHEN 'preservation' THEN preserve_at WHEN 'registrar' THEN registrar_at ELSE t0 END BETWEEN 1 AND $1`
	const free = `NOT n.drill AND (n.operation=0 OR n.operation IN (SELECT id FROM operation WHERE state IN ('released','closed') AND ` + came + `))`
	const fired = `(n.operation=0 OR n.operation IN (SELECT id FROM operation WHERE state IN ('released','closed','aborted','held') AND ` + came + `))`
	const unproven = `n.id IN (SELECT notice FROM letter WHERE NOT inbound AND kind='notice' AND proof='')`
	const alone = `(n.batch=0 OR n.batch IN (SELECT id FROM batch WHERE state IN ('bounced','dissolved')))` // not in a letter that the job group sends
	if o.Deliver, err = ids[iru.NoticeID](ctx, t, `SELECT n.id FROM notice n WHERE (n.state='approved' AND `+alone+` AND `+free+`
		AND n.provider IN (SELECT id FROM provider WHERE contact='confirmed')) OR (`+alone+` AND n.state NOT IN ('approved','withdrawn','bounced') AND `+unproven+` AND `+fired+`) ORDER BY n.id`, late); err != nil {
		return o, err
	}
	if o.Post, err = ids[int64](ctx, t, `SELECT id FROM letter WHERE NOT inbound AND kind IN ('answer','copy','reminder') AND proof='' AND failed=''
		AND notice IN (SELECT id FROM notice WHERE state<>'withdrawn') ORDER BY id`); err != nil {
		return o, err
	}
	if o.Try, err = t.TrialsUnsent(ctx, now.Add(-time.Minute)); err != nil {
		return o, err
	}
	if o.Practise, err = ids[iru.DrillID](ctx, t, `SELECT id FROM drill WHERE state='ordered' AND sent_at=0 ORDER BY id`); err != nil {
		return o, err
	}
	if o.Receive, err = ids[iru.NoticeID](ctx, t, `SELECT id FROM notice WHERE remote_id<>'' AND state IN ('sent','received','clarifying','claimed','breached')
		AND provider IN (SELECT id FROM provider WHERE channel='api') ORDER BY id`); err != nil {
		return o, err
	}
	if o.Escalate, err = clocks.list(ctx, t, `WHERE state='running' AND NOT EXISTS
		(SELECT 1 FROM event WHERE noun='clock' AND subject=clock.id AND verb='due' AND event.at>clock.extended) ORDER BY id`); err != nil {
		return o, err
	}
	if o.Release, err = operations.list(ctx, t, `WHERE state='released' AND (first_sent=0 OR EXISTS (SELECT 1 FROM notice n WHERE n.operation=operation.id AND n.stage<>'act'
		AND n.state IN ('approved','dispatched') AND n.played_at=0)) ORDER BY id`); err != nil {
		return o, err
	}
	if o.Count, err = operations.list(ctx, t, `WHERE state IN ('draft','polling','released') AND planned BETWEEN 1 AND $1
		AND NOT EXISTS (SELECT 1 FROM event e WHERE e.noun='operation' AND e.subject=operation.id AND e.verb='preserve') ORDER BY id`, At(now.Add(24*time.Hour))); err != nil {
		return o, err
	}
	if o.Mail, err = ids[iru.MissiveID](ctx, t, `SELECT id FROM missive WHERE state='queued' ORDER BY id`); err != nil {
		return o, err
	}
	if o.Group, err = batches.list(ctx, t, `WHERE state IN ('gathering','dispatched') ORDER BY id`); err != nil {
		return o, err
	}
	o.Verify, err = ids[iru.AssetID](ctx, t, `SELECT DISTINCT asset FROM notice WHERE state IN ('sent','received','clarifying','claimed','refused','breached','escalated')
		AND asset IN (SELECT id FROM asset WHERE state<>'down') OR asset IN (SELECT asset FROM reinstatement WHERE state IN ('owed','asked'))
		UNION SELECT k.asset FROM task AS k JOIN participant AS p ON p.id=k.participant WHERE `+awaitedTask("$1")+` AND k.asset IN (SELECT id FROM asset WHERE state<>'down') ORDER BY asset`, At(now.Add(-iru.Believed)))
	return o, err
}

// OwedLooks gives the assets that are to be visited or rechecked, and the items that were never captured. Outlets that are closed
// are left alone.
func (t *Tx) OwedLooks(ctx context.Context) (o Owed, err error) {
	const watched = ` AND outlet IN (SELECT id FROM outlet WHERE state<>'closed') ORDER BY id`
	if o.Monitor, err = ids[iru.AssetID](ctx, t, `SELECT id FROM asset WHERE state IN ('live','actioned','returned')
		AND id NOT IN (SELECT s.asset FROM schedule s WHERE s.monitor<>'domain')`+watched); err != nil {
		return o, err
	}
	if o.Recheck, err = ids[iru.AssetID](ctx, t, `SELECT id FROM asset WHERE state='down'`+watched); err != nil {
		return o, err
	}
	if o.Round, err = ids[int](ctx, t, `SELECT DISTINCT shard FROM schedule ORDER BY shard`); err != nil {
		return o, err
	}
	o.Capture, err = ids[iru.ItemID](ctx, t, `SELECT id FROM item WHERE state='new' ORDER BY id`)
	return o, err
}

func ids[T ~int64 | ~int](ctx context.Context, t *Tx, query string, args ...any) ([]T, error) {
	all, err := All(ctx, t, func(v *T) []any { return []any{v} }, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list what is owed: %w", err)
	}
	return all, nil
}
