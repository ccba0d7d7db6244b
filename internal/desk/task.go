// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/locator"
)

// A TaskRequest is what somebody wants a participant to do about one asset.
type TaskRequest struct {
	Operation    iru.OperationID
	Participant  iru.ParticipantID // the executor; 0: suggested by jurisdiction
	Asset        iru.AssetID
	Address      string // where the store does not have the asset
	Provider     iru.ProviderID
	Layer        legal.Layer
	Role         iru.TaskRole
	Jurisdiction string // "": the provider's
	Instrument   legal.Instrument
	Stage        iru.Stage    // "": the usual one
	Handling     iru.Handling // zero: the outlet's
	Note         string
}

// ProposeTask offers a task to the participant that would carry it out, and has all others that act asked about the asset.
func (d *Desk) ProposeTask(ctx context.Context, s iru.Scope, r TaskRequest) (iru.Task, error) {
	if err := s.May(iru.ToPlan); err != nil {
		return iru.Task{}, err
	}
	var k iru.Task
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		o, err := led(ctx, t, s, r.Operation)
		if err != nil {
			return err
		}
		k, err = d.proposeTask(ctx, t, s, o, r, 0, now)
		return err
	})
	return k, err
}

func (d *Desk) proposeTask(ctx context.Context, t *db.Tx, s iru.Scope, o iru.Operation, r TaskRequest, plan iru.PlanID, now time.Time) (iru.Task, error) {
	number, err := uid()
	if err != nil {
		return iru.Task{}, err
	}
	k := iru.Task{UID: number, Operation: o.ID, Participant: r.Participant, Asset: r.Asset, Address: r.Address, Provider: r.Provider, Layer: r.Layer, Role: r.Role, Jurisdiction: r.Jurisdiction,
		Instrument: r.Instrument, Stage: r.Stage, State: iru.TaskProposed, Plan: plan, Handling: r.Handling, Note: clip(r.Note, 1000), By: s.Officer, At: now}
	if k.Asset != 0 {
		a, err := t.Asset(ctx, s, k.Asset)
		if err != nil {
			return k, err
		}
		k.Address = a.Locator
		if k.Handling == (iru.Handling{}) && a.Outlet != 0 {
			x, err := t.Outlet(ctx, iru.Program(), a.Outlet)
			if err != nil {
				return k, err
			}
			k.Handling = x.Handling
		}
	} else {
		l, err := locator.Parse(k.Address)
		if err != nil {
			return k, iru.Refuse(iru.Invalid, "that is no address", "write it as it is opened")
		}
		k.Address = l.String()
	}
	if k.Handling == (iru.Handling{}) {
		k.Handling = iru.DefaultHandling
	}
	if err := k.Handling.Check(); err != nil {
		return k, err
	}
	if k.Handling.Untouchable() {
		return k, iru.Refuse(iru.Forbidden, "PAP:RED: nobody may act where it can be noticed", "ask whom it came from")
	}
	if !slices.Contains(legal.Instruments(), k.Instrument) {
		return k, iru.Refuse(iru.Invalid, "there is no such instrument", "choose one of the list")
	}
	if k.Provider != 0 {
		p, err := t.Provider(ctx, s, k.Provider)
		if err != nil {
			return k, err
		}
		k.Jurisdiction = or(k.Jurisdiction, p.Jurisdiction)
	}
	if !k.Role.Acts() {
		k.Role = iru.UsualRole(k.Layer, k.Instrument)
	}
	if k.Stage == "" {
		k.Stage = iru.UsualStage(k.Role, k.Layer)
	}
	if !slices.Contains(iru.Stages, k.Stage) {
		return k, iru.Refuse(iru.Invalid, "there is no such stage", "it is preservation, act or registrar")
	}
	who, err := t.Participants(ctx, o.ID)
	if err != nil {
		return k, err
	}
	if k.Participant == 0 {
		k.Participant = Executor(who, o, k.Role, k.Jurisdiction)
	}
	n := slices.IndexFunc(who, func(p iru.Participant) bool { return p.ID == k.Participant })
	if n < 0 {
		return k, iru.Refuse(iru.Invalid, "it takes no part in the operation", "add it first")
	}
	if !slices.Contains(who[n].Acting(), k.Role) && who[n].RoleFor(k.Role) == "" {
		return k, iru.Refuse(iru.Invalid, who[n].Name+" has no role in which it acts", "give it one, or choose another")
	}
	return k, d.addTask(ctx, t, s, o, who, &k, now)
}

func (d *Desk) addTask(ctx context.Context, t *db.Tx, s iru.Scope, o iru.Operation, who []iru.Participant, k *iru.Task, now time.Time) error {
	if err := t.AddTask(ctx, k); err != nil {
		return err
	}
	e := happened("task", int64(k.ID), "propose", s.Officer, o.Unit, now, k.Note).With("operation", int64(o.ID)).With("participant", int64(k.Participant)).With("role", string(k.Role)).
		With("instrument", string(k.Instrument)).With("asset", int64(k.Asset))
	e.To = string(k.State)
	if _, err := t.Record(ctx, e); err != nil {
		return err
	}
	if err := d.askAbout(ctx, t, o, who, k.Asset, k.Address, now); err != nil {
		return err
	}
	return d.expirePolls(ctx, t, o.ID, now)
}

// Executor suggests who carries a task out: who has that very role in the state whose law it needs, then who acts there at all, then whoever has that role, then the unit that leads.
func Executor(who []iru.Participant, o iru.Operation, r iru.TaskRole, state string) iru.ParticipantID {
	best, id := 0, iru.ParticipantID(0)
	for _, p := range who {
		if !p.Acts() {
			continue
		}
		score := 1
		if p.Unit == o.Unit && p.Unit != 0 {
			score++
		}
		if p.Has(r) {
			score += 4
		}
		if state != "" && p.Country == state {
			score += 8
		}
		if score > best {
			best, id = score, p.ID
		}
	}
	return id
}

// tasked gives an act of an operation its task: the one that was proposed for it, or a new one.
func (d *Desk) tasked(ctx context.Context, t *db.Tx, s iru.Scope, n iru.Notice, a iru.Asset, p iru.Provider, now time.Time) error {
	if n.Operation == 0 {
		return nil
	}
	o, err := t.Operation(ctx, iru.Program(), n.Operation)
	if err != nil {
		return err
	}
	who, err := t.Participants(ctx, o.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(who, func(x iru.Participant) bool { return x.Unit == n.Unit })
	if i < 0 {
		return iru.Refuse(iru.Invalid, "that unit does not take part in the operation", "add it first")
	}
	switch k, err := t.OpenTask(ctx, o.ID, who[i].ID, a.Locator, n); {
	case err == nil:
		if n.Stage != k.Stage {
			n.Stage = k.Stage
			if err := t.UpdateNotice(ctx, n, n.State); err != nil {
				return err
			}
		}
		k.Notice, k.Asset, k.Provider, k.Instrument, k.By, k.At = n.ID, a.ID, n.Provider, n.Instrument, s.Officer, now
		if err := t.UpdateTask(ctx, k, k.State); err != nil {
			return err
		}
		if _, err := t.Record(ctx, happened("task", int64(k.ID), "serve", s.Officer, n.Unit, now, n.Ref).With("notice", int64(n.ID)).With("operation", int64(o.ID))); err != nil {
			return err
		}
		return d.askAbout(ctx, t, o, who, k.Asset, k.Address, now)
	case !errors.Is(err, iru.NotFound):
		return err
	}
	number, err := uid()
	if err != nil {
		return err
	}
	role := who[i].RoleFor(iru.UsualRole(n.Layer, n.Instrument))
	k := iru.Task{UID: number, Operation: o.ID, Participant: who[i].ID, Asset: a.ID, Address: a.Locator, Provider: p.ID, Layer: n.Layer, Role: role, Jurisdiction: p.Jurisdiction, Instrument: n.Instrument,
		Stage: n.Stage, State: iru.TaskProposed, Notice: n.ID, Handling: iru.DefaultHandling, By: s.Officer, At: now}
	if a.Outlet != 0 {
		x, err := t.Outlet(ctx, iru.Program(), a.Outlet)
		if err != nil {
			return err
		}
		k.Handling = x.Handling
	}
	if err := t.AddTask(ctx, &k); err != nil {
		return err
	}
	e := happened("task", int64(k.ID), "propose", s.Officer, o.Unit, now, n.Ref).With("operation", int64(o.ID)).With("participant", int64(k.Participant)).With("role", string(k.Role)).
		With("instrument", string(k.Instrument)).With("asset", int64(k.Asset)).With("notice", int64(n.ID))
	e.To = string(k.State)
	if _, err := t.Record(ctx, e); err != nil {
		return err
	}
	return d.askAbout(ctx, t, o, who, k.Asset, k.Address, now)
}

// proposePlan makes tasks of an approved plan's measures in its operation, each offered to who would carry it out by jurisdiction; an act that a task covers already makes none.
func (d *Desk) proposePlan(ctx context.Context, t *db.Tx, s iru.Scope, o iru.Operation, p iru.Plan, now time.Time) error {
	who, err := t.Participants(ctx, o.ID)
	if err != nil {
		return err
	}
	for _, m := range p.Chosen() {
		role := iru.UsualRole(m.Layer, m.Instrument)
		r := TaskRequest{Operation: o.ID, Provider: m.Provider, Layer: m.Layer, Role: role, Instrument: m.Instrument, Note: p.Name}
		if n := slices.IndexFunc(who, func(x iru.Participant) bool { return x.Unit == m.Unit && x.Unit != 0 && x.Acts() }); n >= 0 {
			r.Participant = who[n].ID // the plan asked the law for that unit
		}
		for _, a := range m.Acts {
			if a.Asset == 0 {
				continue
			}
			r.Asset = a.Asset
			if _, err := d.proposeTask(ctx, t, s, o, r, p.ID, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// A TaskStep is what becomes of a task.
type TaskStep struct {
	Verb       string // of iru.TaskTable; "entitle" records the title alone, also of a task with an act
	Why        string
	Title      string // ready: reference of the judicial title
	ValidFrom  time.Time
	ValidUntil time.Time
}

// StepTask moves a task: its executor accepts, declines, makes it ready and carries it out; the unit that leads withdraws it, and says for a body without a machine what that said.
func (d *Desk) StepTask(ctx context.Context, s iru.Scope, id iru.TaskID, step TaskStep) (iru.Task, error) {
	if err := s.May(iru.ToPlan); err != nil {
		return iru.Task{}, err
	}
	var k iru.Task
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if k, err = t.Task(ctx, s, id); err != nil {
			return err
		}
		o, err := t.Operation(ctx, s, k.Operation)
		if err != nil {
			return err
		}
		p, err := t.Participant(ctx, k.Participant)
		if err != nil {
			return err
		}
		switch lead := o.Unit == s.Unit; {
		case step.Verb == "withdraw" && !lead:
			return iru.Refuse(iru.Forbidden, "the unit that leads withdraws a task", "decline it")
		case step.Verb != "withdraw" && p.Partner != 0:
			return iru.Refuse(iru.Forbidden, p.Name+" says so on its own machine", "")
		case step.Verb != "withdraw" && p.Unit != s.Unit && (!p.Alone() || !lead):
			return iru.Refuse(iru.Forbidden, "a task is "+step.Verb+" by its executor alone", "ask "+p.Name)
		}
		k, err = d.stepTask(ctx, t, o, p, k, s.Officer, step, now)
		return err
	})
	return k, err
}

// TaskTold takes in what a partner's machine says of a task.
func (d *Desk) TaskTold(ctx context.Context, from iru.PartnerID, number string, step TaskStep) (iru.Task, error) {
	var k iru.Task
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if k, err = t.TaskByUID(ctx, iru.Program(), number); err != nil {
			return err
		}
		o, err := t.Operation(ctx, iru.Program(), k.Operation)
		if err != nil {
			return err
		}
		p, err := t.Participant(ctx, k.Participant)
		if err != nil {
			return err
		}
		if from == 0 || p.Partner != from || step.Verb == "withdraw" {
			return iru.Refuse(iru.Forbidden, "that is another one's task", "")
		}
		p.Heard = now
		if err := t.UpdateParticipant(ctx, p); err != nil {
			return err
		}
		k, err = d.stepTask(ctx, t, o, p, k, 0, step, now)
		return err
	})
	return k, err
}

func (d *Desk) stepTask(ctx context.Context, t *db.Tx, o iru.Operation, p iru.Participant, k iru.Task, by iru.OfficerID, step TaskStep, now time.Time) (iru.Task, error) {
	if o.State == iru.OperationClosed || o.State == iru.OperationAborted {
		if step.Verb != "finish" && step.Verb != "fail" {
			return k, iru.Refuse(iru.Conflict, "the operation is "+string(o.State), "")
		}
	}
	if k.Notice != 0 && (step.Verb == "withdraw" || step.Verb == "decline") {
		n, err := t.Notice(ctx, iru.Program(), k.Notice)
		if err != nil {
			return k, err
		}
		if n.State != iru.NoticeWithdrawn {
			return k, iru.Refuse(iru.Conflict, n.Ref+" carries the task out", "withdraw the act, and the task is withdrawn with it")
		}
	}
	old := k.State
	if step.Verb == "ready" {
		k.Title, k.ValidFrom, k.ValidUntil = clip(step.Title, 300), instant(step.ValidFrom), instant(step.ValidUntil)
	}
	unit := p.Unit
	if unit == 0 {
		unit = o.Unit
	}
	var e iru.Event
	var err error
	if step.Verb == "entitle" {
		k, e, err = k.Entitle(clip(step.Title, 300), instant(step.ValidFrom), instant(step.ValidUntil), by, unit, now)
	} else {
		k, e, err = k.Step(step.Verb, by, unit, now, clip(step.Why, 1000))
	}
	if err != nil {
		return k, err
	}
	if step.Verb == "ready" {
		e = e.With("title", k.Title)
	}
	if err := t.UpdateTask(ctx, k, old); err != nil {
		return k, err
	}
	if _, err := t.Record(ctx, e); err != nil {
		return k, err
	}
	return k, d.expirePolls(ctx, t, o.ID, now)
}

// instant is a time as the store keeps it; the zero time stays.
func instant(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

// TasksNow reads an operation's tasks as they stand, those with an act by the act's state, with the acts by number. A participant sees its own.
func TasksNow(ctx context.Context, t *db.Tx, s iru.Scope, o iru.OperationID) ([]iru.Task, map[iru.NoticeID]iru.Notice, error) {
	ks, err := t.OperationTasks(ctx, s, o)
	if err != nil {
		return nil, nil, err
	}
	ns, err := t.Tasks(ctx, iru.Program(), o)
	if err != nil {
		return nil, nil, err
	}
	acts := make(map[iru.NoticeID]iru.Notice, len(ns))
	for _, n := range ns {
		acts[n.ID] = n
	}
	for i, k := range ks {
		ks[i] = iru.TaskOf(k, acts[k.Notice])
	}
	return ks, acts, nil
}

// evidence is what an officer who may plan does about what was kept of an operation's tasks: f has them as they stand, and the addresses of which something was kept since the
// operation began.
func (d *Desk) evidence(ctx context.Context, s iru.Scope, id iru.OperationID, f func(t *db.Tx, o iru.Operation, ks []iru.Task, kept map[string]bool, now time.Time) error) error {
	if err := s.May(iru.ToPlan); err != nil {
		return err
	}
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		o, err := t.Operation(ctx, s, id)
		if err != nil {
			return err
		}
		ks, _, err := TasksNow(ctx, t, s, id)
		if err != nil {
			return err
		}
		kept, err := t.KeptSince(ctx, id, o.Created)
		if err != nil {
			return err
		}
		return f(t, o, ks, kept, now)
	})
}

// Unkept records why tasks may be done though nothing of their assets was preserved since the operation began; without numbers, for every task of the operation that the officer's
// unit carries out or leads and that lacks an exhibit.
func (d *Desk) Unkept(ctx context.Context, s iru.Scope, id iru.OperationID, ids []iru.TaskID, why string) (int, error) {
	done := 0
	err := d.evidence(ctx, s, id, func(t *db.Tx, o iru.Operation, ks []iru.Task, kept map[string]bool, now time.Time) error {
		done = 0
		if why = clip(why, 500); why == "" {
			return iru.Refuse(iru.Invalid, "the reason is missing", "say why it may be touched though it was not preserved")
		}
		for _, k := range ks {
			if len(ids) > 0 && !slices.Contains(ids, k.ID) || len(ids) == 0 && kept[k.Address] || !k.Live() || k.Unkept != "" {
				continue
			}
			k, err := t.Task(ctx, s, k.ID) // as a person left it
			if err != nil {
				return err
			}
			k.Unkept, k.UnkeptBy = why, s.Officer
			if err := t.UpdateTask(ctx, k, k.State); err != nil {
				return err
			}
			if _, err := t.Record(ctx, happened("task", int64(k.ID), "unkept", s.Officer, s.Unit, now, why).With("operation", int64(o.ID))); err != nil {
				return err
			}
			done++
		}
		if len(ids) > 0 && done == 0 {
			return iru.Refuse(iru.NotFound, "none of these tasks lacks it", "")
		}
		return nil
	})
	return done, err
}

// Preserve has the assets of an operation's tasks captured of which nothing was kept since it began, and gives their number. With numbers of tasks it
// is evidence first for those alone, whatever was kept before; an address that is not watched here refuses it.
func (d *Desk) Preserve(ctx context.Context, s iru.Scope, id iru.OperationID, only ...iru.TaskID) (int, error) {
	asked := 0
	err := d.evidence(ctx, s, id, func(t *db.Tx, o iru.Operation, ks []iru.Task, kept map[string]bool, now time.Time) error {
		asked = 0
		for _, k := range ks {
			switch asked := slices.Contains(only, k.ID); {
			case !k.Live(), len(only) > 0 && !asked, !asked && (kept[k.Address] || k.Asset == 0):
				continue
			case k.Asset == 0:
				return iru.Refuse(iru.Conflict, defang(k.Address)+" is not watched here", "watch it first, or have its executor keep it")
			}
			kept[k.Address] = true
			is, err := t.ItemsOf(ctx, iru.Program(), k.Asset)
			if err != nil {
				return err
			}
			n := slices.IndexFunc(is, func(i iru.Item) bool { return i.Locator == k.Address })
			if n < 0 && len(is) > 0 {
				n = 0
			}
			if n < 0 {
				if len(only) > 0 {
					return iru.Refuse(iru.Conflict, "nothing of "+defang(k.Address)+" was looked at yet", "it is captured when it is first looked at")
				}
				continue
			}
			e, err := t.Record(ctx, happened("item", int64(is[n].ID), "preserve", s.Officer, is[n].Unit, now, "before "+o.Name+" touches it").With("operation", int64(o.ID)))
			if err != nil {
				return err
			}
			if _, err := t.Enqueue(ctx, Capture{Item: is[n].ID, Again: e}, visit(soon)); err != nil {
				return err
			}
			asked++
		}
		if len(only) > 0 && asked == 0 {
			return iru.NotFound
		}
		return nil
	})
	return asked, err
}
