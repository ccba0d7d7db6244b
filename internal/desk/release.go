// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// ReleaseLead is how long before T0 a small operation's release begins: it warms connections and arms the tasks, then waits for the
// instant. Many tasks take longer to arm, so their release begins earlier.
const ReleaseLead = 1500 * time.Millisecond

// Release sets T0: everything that the units answered GO on leaves at that instant.
func (d *Desk) Release(ctx context.Context, s iru.Scope, id iru.OperationID, t0 time.Time) (iru.Operation, error) {
	var o iru.Operation
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		by, err := t.Officer(ctx, s.Officer)
		if err != nil {
			return err
		}
		if o, err = t.Operation(ctx, s, id); err != nil {
			return err
		}
		if err := synchronous(ctx, t, o); err != nil {
			return err
		}
		y, err := ReadDay(ctx, t, o, now)
		if err != nil {
			return err
		}
		agreed, err := y.agreed()
		if err != nil {
			return err
		}
		ts := y.Acts
		for _, n := range ts {
			if !n.Unsent() { // withdrawn, or it left before a hold
				continue
			}
			p := y.Providers[n.Provider]
			if err := confirmed(p); err != nil {
				return err
			}
			if err := carried(ctx, t, n, p); err != nil {
				return err
			}
			u, err := t.Unit(ctx, n.Unit)
			if err != nil {
				return err
			}
			if err := d.heldBack(ctx, t, n, p, u, t0); err != nil {
				return err
			}
		}
		rs := y.Readiness(iru.Program(), o, t0, now)
		old := o.State
		var e iru.Event
		if o, e, err = o.Release(by, agreed, t0.UTC().Truncate(time.Microsecond), now); err != nil {
			return err
		}
		if err := lacking(rs); err != nil {
			return err
		}
		if err := t.UpdateOperation(ctx, o, old); err != nil {
			return err
		}
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
		if err := d.shared(ctx, t, o, "release", s.Officer, "", now); err != nil {
			return err
		}
		if err := releaseJobs(ctx, t, o, ts, now); err != nil {
			return err
		}
		return musters(ctx, t, o)
	})
	return o, err
}

// Arm puts every approved task of a released operation that leaves at T0 on its way: ArmStage.
func (d *Desk) Arm(ctx context.Context, id iru.OperationID) (armed []Dispatch, parked map[iru.NoticeID]error, err error) {
	return d.ArmStage(ctx, id, iru.StageAct, Arming{})
}

// Arming says which tasks of a stage are armed, and until when.
type Arming struct {
	Only  []iru.NoticeID         // nil: all
	Keep  map[iru.NoticeID]error // stay where they are, for the reason
	Until time.Time              // what is not on its way then is named as Unavailable; the zero time waits for all
	Ready func(batch []Dispatch) // is told of each batch as soon as it is on its way; may be nil
}

// armAtOnce is how many tasks are armed in one transaction: others write in between, and one that has to run again is short.
const armAtOnce = 100

// ArmStage puts every approved task of a stage of a released operation on its way, just before its instant: until it is fired a hold or an
// abort calls it back. Tasks that cannot leave (contact changed, approval not sealed, kept) are named and stay where
// they are; the others leave. What is not on its way in time is named as Unavailable, so that a slow store holds nothing up that is ready. Of an operation that was closed or aborted since, it gives what was on its way already: that may have left,
// and is sent again under the same key. Of a drill it gives nothing.
func (d *Desk) ArmStage(ctx context.Context, id iru.OperationID, stage iru.Stage, a Arming) (armed []Dispatch, parked map[iru.NoticeID]error, err error) {
	parked = map[iru.NoticeID]error{}
	ns := a.Only
	if ns == nil {
		if ns, err = d.ofStage(ctx, id, stage); err != nil {
			return nil, nil, err
		}
	}
	for some := range slices.Chunk(ns, armAtOnce) {
		if !a.Until.IsZero() && !d.now().Before(a.Until) {
			if err := d.unarmed(ctx, id, some, parked); err != nil {
				return nil, nil, err
			}
			continue
		}
		var batch []Dispatch
		var stay map[iru.NoticeID]error
		err := d.enact(ctx, func(t *db.Tx, now time.Time) (err error) {
			batch, stay, err = d.armSome(ctx, t, id, some, a.Keep, now)
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		armed = append(armed, batch...)
		maps.Copy(parked, stay)
		if a.Ready != nil && len(batch) > 0 {
			a.Ready(batch)
		}
	}
	return armed, parked, nil
}

// Recalled names the tasks of a stage that have not left: once it was fired, those that were called back before. What was armed of them stays.
func (d *Desk) Recalled(ctx context.Context, id iru.OperationID, stage iru.Stage) (out []iru.NoticeID, err error) {
	err = d.DB.View(ctx, func(t *db.Tx) error {
		out, err = t.TasksBack(ctx, id, stage)
		return err
	})
	return out, err
}

// Ahead gives those of some tasks that wait for their instant as they would be dispatched now, without letters: their documents can be made before.
func (d *Desk) Ahead(ctx context.Context, ids []iru.NoticeID) (out []Dispatch, err error) {
	err = d.DB.View(ctx, func(t *db.Tx) error {
		for _, id := range ids {
			n, err := t.Notice(ctx, iru.Program(), id)
			if err != nil {
				return err
			}
			if n.State != iru.NoticeApproved || n.Drill {
				continue
			}
			p, err := t.Provider(ctx, iru.Program(), n.Provider)
			if err != nil {
				return err
			}
			u, err := t.Unit(ctx, n.Unit)
			if err != nil {
				return err
			}
			out = append(out, Dispatch{Notice: n, Provider: p, Unit: u, Letter: iru.Letter{Kind: "notice"}})
		}
		return nil
	})
	return out, err
}

// unarmed names those of some tasks that would leave, and for which there was no time.
func (d *Desk) unarmed(ctx context.Context, id iru.OperationID, ids []iru.NoticeID, late map[iru.NoticeID]error) error {
	return d.DB.View(ctx, func(t *db.Tx) error {
		o, err := t.Operation(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		for _, nid := range ids {
			n, err := t.Notice(ctx, iru.Program(), nid)
			if err != nil {
				return err
			}
			if n.SentAt.IsZero() && (n.State == iru.NoticeApproved && o.Leaves() || n.State == iru.NoticeDispatched) {
				late[nid] = fmt.Errorf("arm %s: %w: there was no time left before the instant", n.Ref, iru.Unavailable)
			}
		}
		return nil
	})
}

// ofStage lists the acts of an operation that leave at a stage and are not withdrawn.
func (d *Desk) ofStage(ctx context.Context, id iru.OperationID, stage iru.Stage) (out []iru.NoticeID, err error) {
	err = d.DB.View(ctx, func(t *db.Tx) error {
		out, err = t.TasksOf(ctx, id, stage)
		return err
	})
	return out, err
}

func (d *Desk) armSome(ctx context.Context, t *db.Tx, id iru.OperationID, ids []iru.NoticeID, keep map[iru.NoticeID]error, now time.Time) (armed []Dispatch, parked map[iru.NoticeID]error, err error) {
	parked = map[iru.NoticeID]error{}
	o, err := t.Operation(ctx, iru.Program(), id)
	if err != nil {
		return nil, nil, err
	}
	for _, nid := range ids {
		n, err := t.Notice(ctx, iru.Program(), nid)
		if err != nil {
			return nil, nil, err
		}
		if n.State == iru.NoticeApproved && !o.Leaves() {
			continue
		}
		if n.State != iru.NoticeApproved {
			l, written, err := written(ctx, t, n)
			if err != nil {
				return nil, nil, err
			}
			if !written || !onItsWay(n, l) {
				continue
			}
		}
		if why := keep[n.ID]; why != nil && n.State == iru.NoticeApproved {
			parked[n.ID] = why
			continue
		}
		if n.State == iru.NoticeApproved {
			if why := handsOff(ctx, t, n); errors.Is(why, iru.Conflict) {
				parked[n.ID] = why
				continue
			} else if why != nil {
				return nil, nil, why
			}
		}
		b, why, err := d.hindered(ctx, t, n, now)
		if err != nil {
			return nil, nil, err
		} else if why != nil {
			parked[n.ID] = why
			continue
		}
		if n.Drill {
			continue
		}
		var dis Dispatch
		if b.known {
			dis, err = d.depart(ctx, t, n, b, now)
		} else {
			dis, err = d.dispatch(ctx, t, n, now)
		}
		if err != nil {
			return nil, nil, err
		}
		armed = append(armed, dis)
	}
	return armed, parked, nil
}

// hindered says what keeps a task from leaving, before anything is changed, and who sends what to whom, where all of it was looked at.
func (d *Desk) hindered(ctx context.Context, t *db.Tx, n iru.Notice, now time.Time) (b bound, why, err error) {
	if n.State == iru.NoticeDispatched {
		if err := Leave(ctx, t, n); errors.Is(err, iru.Forbidden) {
			return b, err, nil
		} else if err != nil {
			return b, nil, err
		}
	}
	if n.State != iru.NoticeApproved {
		return b, nil, nil
	}
	if b.provider, err = t.Provider(ctx, iru.Program(), n.Provider); err != nil {
		return b, nil, err
	}
	if err := confirmed(b.provider); err != nil {
		return b, err, nil
	}
	if err := carried(ctx, t, n, b.provider); err != nil {
		return b, err, nil
	}
	if b.unit, err = t.Unit(ctx, n.Unit); err != nil {
		return b, nil, err
	}
	if err := d.still(ctx, t, n, b.provider, b.unit); err != nil {
		return b, err, nil
	}
	if err := d.heldBack(ctx, t, n, b.provider, b.unit, now); err != nil {
		return b, err, nil
	}
	if err := sealed(ctx, t, n); err != nil || n.Facts == "" {
		return b, err, nil
	}
	a, err := d.unchanged(ctx, t, n)
	if errors.Is(err, iru.Conflict) || errors.Is(err, iru.Forbidden) || errors.Is(err, iru.Invalid) {
		return b, err, nil
	} else if err != nil {
		return b, nil, err
	}
	_, before, err := written(ctx, t, n)
	b.act, b.known = a, !before
	return b, nil, err
}

// Fire is FireStage for T0.
func (d *Desk) Fire(ctx context.Context, id iru.OperationID, t0 time.Time) (bool, error) {
	return d.FireStage(ctx, id, iru.StageAct, t0)
}

// FireStage is the last moment before a stage's instant: from here on what was armed of it leaves, and neither a hold nor an abort calls it
// back. It reports false when the operation was held or aborted, the count stands at a built-in hold, or the instant is another one now.
func (d *Desk) FireStage(ctx context.Context, id iru.OperationID, stage iru.Stage, at time.Time) (bool, error) {
	going := false
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		o, err := t.Operation(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		fired, err := fired(ctx, t, o, stage)
		if going = fired || o.Leaves() && o.Instant(stage).Equal(at) && o.Bar(stage) == nil; err != nil || fired || !going {
			return err
		}
		_, err = t.Record(ctx, happened("operation", int64(o.ID), "fire", 0, o.Unit, now, "").With("stage", string(stage)).With("at", at.UTC().Format(time.RFC3339Nano)))
		return err
	})
	return going && err == nil, err
}

// fired reports whether what was armed of a stage has left or is leaving.
func fired(ctx context.Context, t *db.Tx, o iru.Operation, stage iru.Stage) (bool, error) {
	at := o.Instant(stage)
	if at.IsZero() {
		return false, nil
	}
	es, err := t.LastOf(ctx, iru.Subject{Noun: "operation", ID: int64(o.ID)}, "fire", 50)
	return slices.ContainsFunc(es, func(e iru.Event) bool {
		if e.Facts["stage"] == nil { // before there were stages
			return stage == iru.StageAct
		}
		return e.Facts["stage"] == string(stage) && e.Facts["at"] == at.UTC().Format(time.RFC3339Nano)
	}), err
}

// firing sorts the stages: those that were fired, and of these those whose instant is still ahead.
func firing(ctx context.Context, t *db.Tx, o iru.Operation, now time.Time) (done map[iru.Stage]bool, leaving bool, err error) {
	done = map[iru.Stage]bool{}
	for _, s := range iru.Stages {
		if done[s], err = fired(ctx, t, o, s); err != nil {
			return nil, false, err
		}
		leaving = leaving || done[s] && !o.Came(s, now)
	}
	return done, leaving, nil
}

// recall takes back what was armed of an operation that is held or aborted, of the stages that were not fired: nothing of those has left.
func recall(ctx context.Context, t *db.Tx, o iru.Operation, done map[iru.Stage]bool, by iru.OfficerID, now time.Time) error {
	ts, err := t.Tasks(ctx, iru.Program(), o.ID)
	if err != nil {
		return err
	}
	for _, n := range ts {
		if n.State != iru.NoticeDispatched || done[n.Stage] {
			continue
		}
		if _, err := unarm(ctx, t, n, by, now, "the operation is "+string(o.State)); err != nil {
			return err
		}
	}
	return nil
}

// unarm takes one task back that was armed and not fired.
func unarm(ctx context.Context, t *db.Tx, n iru.Notice, by iru.OfficerID, now time.Time, why string) (iru.Notice, error) {
	l, written, err := written(ctx, t, n)
	if err != nil {
		return n, err
	}
	if written {
		if err := t.RemoveLetter(ctx, l.ID); err != nil {
			return n, err
		}
	}
	if n, err = stepped(ctx, t, n, "recall", 0, now, why); err != nil {
		return n, err
	}
	return n, relent(ctx, t, n.Asset, by, now, n.Ref+" was recalled before T0")
}

// StandDown takes a unit's tasks out of an operation before T0, in its own jurisdiction only: the others go on. Its own liaison
// officer may do so, and the director.
func (d *Desk) StandDown(ctx context.Context, s iru.Scope, id iru.OperationID, unit iru.UnitID, why string) error {
	if strings.TrimSpace(why) == "" {
		return iru.Refuse(iru.Invalid, "the reason is missing", "say why the unit stands down")
	}
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		o, err := t.Operation(ctx, s, id)
		if err != nil {
			return err
		}
		if (s.Unit != unit || s.May(iru.ToPoll) != nil) && (o.Director != s.Officer || s.May(iru.ToRelease) != nil) {
			return iru.Refuse(iru.Forbidden, "a unit is stood down by its own liaison officer or by the director", "ask one of them")
		}
		if o.State == iru.OperationClosed || o.State == iru.OperationAborted || o.Begun(now) && !o.Pends(now) && o.State != iru.OperationHeld {
			return iru.Refuse(iru.Conflict, "what was to leave has left", "withdraw its acts one by one")
		}
		done, leaving, err := firing(ctx, t, o, now)
		if err != nil {
			return err
		} else if leaving {
			return iru.Refuse(iru.Conflict, "the tasks are leaving", "withdraw the acts one by one")
		}
		ts, err := t.Tasks(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		n := 0
		for _, a := range ts {
			if done[a.Stage] {
				continue
			}
			if a.Unit == unit && a.State == iru.NoticeDispatched {
				if a, err = unarm(ctx, t, a, s.Officer, now, "stood down: "+why); err != nil {
					return err
				}
			}
			if a.Unit != unit || !iru.NoticeTable.Can(a.State, "withdraw") {
				continue
			}
			if err := step(ctx, t, a, "withdraw", s.Officer, now, "stood down: "+why); err != nil {
				return err
			}
			n++
		}
		if n == 0 {
			return iru.Refuse(iru.Conflict, "that unit has no task here that could still be kept back", "")
		}
		if _, err := t.Record(ctx, happened("operation", int64(o.ID), "stand_down", s.Officer, o.Unit, now, why).With("unit", int64(unit)).With("tasks", n)); err != nil {
			return err
		}
		return d.expirePolls(ctx, t, o.ID, now)
	})
}

// Follow has acts sent by themselves that could not leave with the others.
func (d *Desk) Follow(ctx context.Context, ids []iru.NoticeID) error {
	return d.enact(ctx, func(t *db.Tx, _ time.Time) error {
		for _, id := range ids {
			if _, err := t.Enqueue(ctx, Deliver{Notice: id}, act(soon)); err != nil {
				return err
			}
		}
		return nil
	})
}
