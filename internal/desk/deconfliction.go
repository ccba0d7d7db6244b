// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// mostAtOnce bounds what one verb answers or decides.
const mostAtOnce = 5000

// othersHere bounds how many tasks of other operations at one address are looked through.
const othersHere = 200

// An Interest is somebody who must be asked about an address.
type interest struct {
	participant iru.ParticipantID
	unit        iru.UnitID
	partner     iru.PartnerID
}

// interested says who must be asked about an address that tasks of some, each named once, are about: everybody who acts, but not who alone touches it; and the units whose own operations have it.
func interested(who []iru.Participant, touching []iru.ParticipantID, elsewhere []iru.UnitID) []interest {
	var out []interest
	if len(touching) == 0 {
		return nil
	}
	for _, p := range who {
		if p.Acts() && (len(touching) > 1 || touching[0] != p.ID) {
			out = append(out, interest{p.ID, p.Unit, p.Partner})
		}
	}
	for _, u := range elsewhere {
		out = append(out, interest{unit: u}) // also a unit that takes part here: what it answers there is another question
	}
	return out
}

// elsewhere lists the units that lead other running operations with tasks at an address, and those operations. A drill and what it practises for do not meet.
func elsewhere(ctx context.Context, t *db.Tx, address string, but iru.Operation) ([]iru.UnitID, []iru.Operation, error) {
	ks, err := t.TasksAt(ctx, address, but.ID, othersHere)
	if err != nil {
		return nil, nil, err
	}
	var units []iru.UnitID
	var ops []iru.Operation
	for _, k := range ks {
		if !k.Live() || slices.ContainsFunc(ops, func(o iru.Operation) bool { return o.ID == k.Operation }) {
			continue
		}
		o, err := t.Operation(ctx, iru.Program(), k.Operation)
		if err != nil {
			return nil, nil, err
		}
		if o.Drill != but.Drill || !slices.Contains(agreeing, o.State) && o.State != iru.OperationReleased {
			continue
		}
		if k.Notice != 0 {
			n, err := t.Notice(ctx, iru.Program(), k.Notice)
			if err != nil {
				return nil, nil, err
			}
			if n.State == iru.NoticeWithdrawn {
				continue
			}
		}
		ops = append(ops, o)
		if !slices.Contains(units, o.Unit) {
			units = append(units, o.Unit)
		}
	}
	return units, ops, nil
}

// askAbout asks everybody who must be asked about an address and was not yet, in this operation and in every other running one that has it.
func (d *Desk) askAbout(ctx context.Context, t *db.Tx, o iru.Operation, who []iru.Participant, asset iru.AssetID, address string, now time.Time) error {
	units, ops, err := elsewhere(ctx, t, address, o)
	if err != nil {
		return err
	}
	touching, err := t.Touching(ctx, o.ID, address)
	if err != nil {
		return err
	}
	if err := d.ask(ctx, t, o, interested(who, touching, units), asset, address, now); err != nil {
		return err
	}
	for _, x := range ops { // the other operation sees this one, too
		if err := d.ask(ctx, t, x, []interest{{unit: o.Unit}}, asset, address, now); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) ask(ctx context.Context, t *db.Tx, o iru.Operation, whom []interest, asset iru.AssetID, address string, now time.Time) error {
	if len(whom) == 0 {
		return nil
	}
	have, err := t.DeconflictionsAbout(ctx, o.ID, address)
	if err != nil {
		return err
	}
	for _, i := range whom {
		if slices.ContainsFunc(have, func(q iru.Deconfliction) bool {
			return q.Participant == i.participant && q.Unit == i.unit && q.Partner == i.partner
		}) {
			continue
		}
		number, err := uid()
		if err != nil {
			return err
		}
		q := iru.Deconfliction{UID: number, Operation: o.ID, Participant: i.participant, Unit: i.unit, Partner: i.partner, Asset: asset, Address: address, State: iru.DeconflictionRequested,
			Asked: now, Due: now.Add(iru.AnswerTime)}
		if err := t.AddDeconfliction(ctx, &q); err != nil {
			return err
		}
		e := happened("deconfliction", int64(q.ID), "ask", 0, o.Unit, now, "").With("operation", int64(o.ID)).With("unit", int64(q.Unit))
		e.To = string(q.State)
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
		if err := d.askPartner(ctx, t, o, q); err != nil {
			return err
		}
		if err := d.stopped(ctx, t, o, q, 0, now); err != nil {
			return err
		}
	}
	return nil
}

// askAll asks about every address of an operation, after somebody else takes part.
func (d *Desk) askAll(ctx context.Context, t *db.Tx, o iru.Operation, now time.Time) error {
	who, err := t.Participants(ctx, o.ID)
	if err != nil {
		return err
	}
	ks, err := t.OperationTasks(ctx, iru.Program(), o.ID)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, k := range ks {
		if seen[k.Address] || !k.Live() {
			continue
		}
		seen[k.Address] = true
		if err := d.askAbout(ctx, t, o, who, k.Asset, k.Address, now); err != nil {
			return err
		}
	}
	return nil
}

// stopped stops the count of an operation whose T0 is set, when a question about one of its assets is open again: stopping is safe, and the director goes on or not.
func (d *Desk) stopped(ctx context.Context, t *db.Tx, o iru.Operation, q iru.Deconfliction, by iru.OfficerID, now time.Time) error {
	if !q.Blocks() {
		return nil
	}
	o, err := t.Operation(ctx, iru.Program(), o.ID) // as it is now
	if err != nil || o.State != iru.OperationReleased || !o.Pends(now) {
		return err
	}
	done, leaving, err := firing(ctx, t, o, now)
	if err != nil || leaving {
		return err
	}
	what := strings.ReplaceAll(string(q.State), "_", " ")
	next, e, err := o.Stop(by, now, fmt.Sprintf("a question about %s is %s", defang(q.Address), what))
	if err != nil {
		return err
	}
	if err := t.UpdateOperation(ctx, next, o.State); err != nil {
		return err
	}
	if _, err := t.Record(ctx, e); err != nil {
		return err
	}
	if err := recall(ctx, t, next, done, by, now); err != nil {
		return err
	}
	return d.shared(ctx, t, next, "stop", by, what, now)
}

// Deconflictions reads an operation's questions: all for the unit that leads, for another one those that it is asked. Nothing in them tells the case of who answered.
func (d *Desk) Deconflictions(ctx context.Context, s iru.Scope, id iru.OperationID) ([]iru.Deconfliction, error) {
	var qs []iru.Deconfliction
	err := d.DB.View(ctx, func(t *db.Tx) (err error) {
		qs, err = t.Deconflictions(ctx, s, id)
		return err
	})
	return qs, err
}

// eachQuestion runs f on questions, in one transaction.
func (d *Desk) eachQuestion(ctx context.Context, s iru.Scope, ids []iru.DeconflictionID, f func(t *db.Tx, o iru.Operation, q iru.Deconfliction, now time.Time) (iru.Deconfliction, iru.Event, error)) ([]iru.Deconfliction, error) {
	switch {
	case len(ids) == 0:
		return nil, iru.Refuse(iru.Invalid, "no question is chosen", "choose at least one")
	case len(ids) > mostAtOnce:
		return nil, iru.Refuse(iru.Invalid, fmt.Sprintf("%d questions are too many at once", len(ids)), fmt.Sprintf("answer at most %d", mostAtOnce))
	}
	var out []iru.Deconfliction
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		out = nil
		ops := map[iru.OperationID]iru.Operation{}
		for _, id := range ids {
			q, err := t.Deconfliction(ctx, s, id)
			if err != nil {
				return err
			}
			o, ok := ops[q.Operation]
			if !ok {
				if o, err = t.Operation(ctx, iru.Program(), q.Operation); err != nil {
					return err
				}
				ops[q.Operation] = o
			}
			next, e, err := f(t, o, q, now)
			if err != nil {
				return err
			}
			if err := t.UpdateDeconfliction(ctx, next, q.State); err != nil {
				return err
			}
			if _, err := t.Record(ctx, e); err != nil {
				return err
			}
			if out = append(out, next); e.Verb == "uphold" || e.Verb == "fault" { // what stands in the way is as it was
				continue
			}
			if err := d.replyPartner(ctx, t, o, next, s.Officer, now); err != nil {
				return err
			}
			if err := d.stopped(ctx, t, o, next, s.Officer, now); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// speaks refuses who may not answer a question: its own unit's officers do, those of the unit that leads for a body without a machine, and nobody for a partner.
func speaks(ctx context.Context, t *db.Tx, s iru.Scope, o iru.Operation, q iru.Deconfliction, word string) error {
	switch {
	case q.Partner != 0:
		return iru.Refuse(iru.Forbidden, "a partner answers on its own machine", "")
	case q.Unit != 0 && q.Unit != s.Unit:
		return iru.Refuse(iru.Forbidden, "another unit is asked", "ask it to answer")
	case q.Unit != 0:
		return nil
	}
	p, err := t.Participant(ctx, q.Participant)
	if err != nil {
		return err
	}
	if o.Unit != s.Unit {
		return iru.Refuse(iru.Forbidden, "the answer of "+p.Name+" is entered by the unit that leads", "")
	}
	if strings.TrimSpace(word) == "" {
		return iru.Refuse(iru.Invalid, "it is not said whose word this is", "say who told you, and when")
	}
	return nil
}

// AnswerDeconflictions answers questions, all alike. The reason stays in the log of the unit that answers.
func (d *Desk) AnswerDeconflictions(ctx context.Context, s iru.Scope, ids []iru.DeconflictionID, a iru.DeconflictionAnswer) ([]iru.Deconfliction, error) {
	if err := s.May(iru.ToDeconflict); err != nil {
		return nil, err
	}
	a.Reference, a.Contact, a.Why, a.Word = clip(a.Reference, 100), clip(a.Contact, 200), clip(a.Why, 1000), clip(a.Word, 300)
	return d.eachQuestion(ctx, s, ids, func(t *db.Tx, o iru.Operation, q iru.Deconfliction, now time.Time) (iru.Deconfliction, iru.Event, error) {
		if err := speaks(ctx, t, s, o, q, a.Word); err != nil {
			return q, iru.Event{}, err
		}
		if o.State == iru.OperationClosed || o.State == iru.OperationAborted {
			return q, iru.Event{}, iru.Refuse(iru.Conflict, "that operation is over", "nothing is to be answered")
		}
		next, e, err := q.Answer(a, s.Officer, now)
		if q.Unit == 0 {
			e.Unit = o.Unit
		}
		return next, e, err
	})
}

// AnsweredDeconfliction takes in what a partner's machine answers.
func (d *Desk) AnsweredDeconfliction(ctx context.Context, from iru.PartnerID, number string, a iru.DeconflictionAnswer) (iru.Deconfliction, error) {
	var q iru.Deconfliction
	if err := d.DB.View(ctx, func(t *db.Tx) (err error) {
		q, err = t.DeconflictionByUID(ctx, iru.Program(), number)
		return err
	}); err != nil {
		return q, err
	}
	a.Reference, a.Contact, a.Why, a.Word = clip(a.Reference, 100), clip(a.Contact, 200), "", ""
	qs, err := d.eachQuestion(ctx, iru.Program(), []iru.DeconflictionID{q.ID}, func(t *db.Tx, o iru.Operation, q iru.Deconfliction, now time.Time) (iru.Deconfliction, iru.Event, error) {
		if from == 0 || q.Partner != from {
			return q, iru.Event{}, iru.Refuse(iru.Forbidden, "another one is asked", "")
		}
		next, e, err := q.Answer(a, 0, now)
		e.Unit = o.Unit
		return next, e, err
	})
	if err != nil {
		return q, err
	}
	return qs[0], nil
}

// DecideDeconflictions is the director's decision to go on in spite of silence, an expired hold or a duplicate.
func (d *Desk) DecideDeconflictions(ctx context.Context, s iru.Scope, ids []iru.DeconflictionID, why string) ([]iru.Deconfliction, error) {
	if err := s.May(iru.ToRelease); err != nil {
		return nil, err
	}
	return d.eachQuestion(ctx, s, ids, func(_ *db.Tx, o iru.Operation, q iru.Deconfliction, now time.Time) (iru.Deconfliction, iru.Event, error) {
		if o.Director != s.Officer {
			return q, iru.Event{}, iru.Refuse(iru.Forbidden, "only the named director decides that", "")
		}
		next, e, err := q.Decide(s.Officer, now, clip(why, 500))
		e.Unit = o.Unit
		return next, e, err
	})
}

// FreeDeconflictions ends holds and waits for evidence before their time, by who asked for them.
func (d *Desk) FreeDeconflictions(ctx context.Context, s iru.Scope, ids []iru.DeconflictionID, why string) ([]iru.Deconfliction, error) {
	if err := s.May(iru.ToDeconflict); err != nil {
		return nil, err
	}
	return d.eachQuestion(ctx, s, ids, func(t *db.Tx, o iru.Operation, q iru.Deconfliction, now time.Time) (iru.Deconfliction, iru.Event, error) {
		if err := speaks(ctx, t, s, o, q, why); err != nil {
			return q, iru.Event{}, err
		}
		next, e, err := q.Free(s.Officer, now, clip(why, 500))
		if next.Reason = ""; q.Unit == 0 { // why is the unit's own business
			e.Unit, next.Reason = o.Unit, clip(why, 500)
		}
		return next, e, err
	})
}

// AgreeTime says by when those who have not answered are to answer.
func (d *Desk) AgreeTime(ctx context.Context, s iru.Scope, id iru.OperationID, by time.Time) (int, error) {
	if err := s.May(iru.ToPlan); err != nil {
		return 0, err
	}
	n := 0
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		n = 0
		o, err := led(ctx, t, s, id)
		if err != nil {
			return err
		}
		if by = by.UTC().Truncate(time.Microsecond); !by.After(now) || by.After(now.Add(iru.MaxHold)) {
			return iru.Refuse(iru.Invalid, "that time is past or too far ahead", "agree on an instant within two weeks")
		}
		qs, err := t.Deconflictions(ctx, s, id)
		if err != nil {
			return err
		}
		for _, q := range qs {
			if q.State != iru.DeconflictionRequested {
				continue
			}
			q.Due = by
			if err := t.UpdateDeconfliction(ctx, q, q.State); err != nil {
				return err
			}
			n++
		}
		_, err = t.Record(ctx, happened("operation", int64(o.ID), "agree_time", s.Officer, o.Unit, now, "").With("by", by.Format(time.RFC3339)).With("questions", n))
		return err
	})
	return n, err
}

// PassDeconflictions records silence past the agreed time and holds that came to their end, and gives their number.
func (d *Desk) PassDeconflictions(ctx context.Context) (int, error) {
	n := 0
	for {
		done := 0
		err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
			done = 0
			qs, err := t.DeconflictionsDue(ctx, now, 200)
			if err != nil {
				return err
			}
			for _, q := range qs {
				next, e, passed := q.Pass(now)
				if !passed {
					continue
				}
				o, err := t.Operation(ctx, iru.Program(), q.Operation)
				if err != nil {
					return err
				}
				if e.Unit = o.Unit; q.Unit != 0 && e.Verb == "expire" {
					e.Unit = q.Unit
				}
				if err := t.UpdateDeconfliction(ctx, next, q.State); err != nil {
					return err
				}
				if _, err := t.Record(ctx, e); err != nil {
					return err
				}
				if _, err := t.Record(ctx, happened("operation", int64(o.ID), "question_"+e.Verb, 0, o.Unit, now, defang(q.Address)).With("question", int64(q.ID))); err != nil {
					return err
				}
				done++
			}
			return nil
		})
		n += done
		if err != nil || done == 0 {
			return n, err
		}
	}
}

// evidenced ends the wait for evidence of an asset once an exhibit of it, made since, is sealed.
func evidenced(ctx context.Context, t *db.Tx, x iru.Exhibit, now time.Time) error {
	a, err := t.Asset(ctx, iru.Program(), x.Asset)
	if err != nil {
		return err
	}
	qs, err := t.HeldAt(ctx, a.Locator, false)
	if err != nil {
		return err
	}
	played, err := t.HeldAt(ctx, a.Locator, true)
	if err != nil {
		return err
	}
	for _, q := range append(qs, played...) {
		if q.State != iru.DeconflictionEvidence || x.At.Before(q.At) || x.Outcome.Absent() || x.Outcome.Unknown() {
			continue
		}
		next, e, err := q.Fulfil(x.ID, now)
		if err != nil {
			return err
		}
		if q.Unit == 0 {
			o, err := t.Operation(ctx, iru.Program(), q.Operation)
			if err != nil {
				return err
			}
			e.Unit = o.Unit
		}
		if err := t.UpdateDeconfliction(ctx, next, q.State); err != nil {
			return err
		}
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// handsOff refuses an act on an asset that somebody else wants left alone, or about which a question of its own operation is open; a threat to life has overridden that.
func handsOff(ctx context.Context, t *db.Tx, n iru.Notice) error {
	if n.Threat != 0 {
		return nil
	}
	a, err := t.Asset(ctx, iru.Program(), n.Asset)
	if err != nil {
		return err
	}
	qs, err := t.HeldAt(ctx, a.Locator, n.Drill)
	if err != nil {
		return err
	}
	if n.Operation != 0 {
		more, err := t.DeconflictionsAbout(ctx, n.Operation, a.Locator)
		if err != nil {
			return err
		}
		qs = append(qs, slices.DeleteFunc(more, func(q iru.Deconfliction) bool { return !q.Blocks() })...)
	}
	return handsOffBy(n, a.Locator, qs)
}

func handsOffBy(n iru.Notice, address string, qs []iru.Deconfliction) error {
	for _, q := range qs {
		if q.Address != address || q.Unit == n.Unit && q.Unit != 0 && q.Operation != n.Operation {
			continue // its own wish that others keep off
		}
		switch {
		case q.Held():
			return iru.Refuse(iru.Conflict, "hands are kept off "+defang(address)+" until "+q.Until.Format("2 Jan 15:04 UTC"), "call "+q.Contact)
		case q.Operation == n.Operation && q.Blocks():
			return iru.Refuse(iru.Conflict, "the question about "+defang(address)+" is "+strings.ReplaceAll(string(q.State), "_", " "), "the page of questions says whom to call")
		}
	}
	return nil
}

// heldFrom says why a unit keeps its hands off an address, "" where nobody else wants that.
func heldFrom(ctx context.Context, t *db.Tx, unit iru.UnitID, address string) (string, error) {
	qs, err := t.HeldAt(ctx, address, false)
	for _, q := range qs {
		if q.Unit == 0 || q.Unit != unit {
			return "held until " + q.Until.Format("2 Jan 2006 15:04 UTC") + ": call " + q.Contact, nil
		}
	}
	return "", err
}

// asked gives what a release must know of an operation's questions: of these those about addresses that live tasks are about, and a blank one, unanswered, for whoever was never asked.
func asked(id iru.OperationID, qs []iru.Deconfliction, tasks []iru.Task, who []iru.Participant) []iru.Deconfliction {
	at := map[string][]iru.ParticipantID{}
	var order []string
	for _, k := range tasks {
		if k.Live() && !slices.Contains(at[k.Address], k.Participant) {
			if at[k.Address] == nil {
				order = append(order, k.Address)
			}
			at[k.Address] = append(at[k.Address], k.Participant)
		}
	}
	type key struct {
		address string
		whom    iru.ParticipantID
	}
	was := map[key]bool{}
	var out []iru.Deconfliction
	for _, q := range qs {
		was[key{q.Address, q.Participant}] = true
		if at[q.Address] != nil {
			out = append(out, q)
		}
	}
	for _, a := range order {
		for _, i := range interested(who, at[a], nil) {
			if !was[key{a, i.participant}] {
				out = append(out, iru.Deconfliction{Operation: id, Participant: i.participant, Unit: i.unit, Partner: i.partner, Address: a, State: iru.DeconflictionRequested})
			}
		}
	}
	return out
}
