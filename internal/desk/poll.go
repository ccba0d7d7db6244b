// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// OpenPoll asks every participant that takes part whether it is ready.
func (d *Desk) OpenPoll(ctx context.Context, s iru.Scope, id iru.OperationID) (iru.Operation, error) {
	return d.conduct(ctx, s, id, "open_poll", "", func(t *db.Tx, o iru.Operation) error {
		ts, err := t.Tasks(ctx, s, o.ID)
		if err != nil {
			return err
		}
		ks, err := t.OperationTasks(ctx, s, o.ID)
		if err != nil {
			return err
		}
		if len(ts)+len(ks) == 0 {
			return iru.Refuse(iru.Conflict, "the operation has no tasks", "draft at least one act for it")
		}
		for _, n := range ts { // who carries them is found out anew
			if _, err := t.Enqueue(ctx, Probe{Asset: n.Asset}, look(soon)); err != nil {
				return err
			}
		}
		return keepLate(ctx, t, o, d.now())
	})
}

// A Ballot is a poll with what it is about: the acts and the tasks without an act that fall under its role.
type Ballot struct {
	iru.Poll
	Who   iru.Participant
	Acts  []iru.Notice
	Tasks []iru.Task // as iru.TaskOf gives them, without an act

	digests map[iru.NoticeID]string // of its acts, where they were computed before
	whole   string                  // its own digest, where it was
}

// Ballots sorts an operation's acts and tasks under its polls.
func Ballots(polls []iru.Poll, who []iru.Participant, acts []iru.Notice, tasks []iru.Task) []Ballot {
	out := make([]Ballot, len(polls))
	for n, p := range polls {
		b := Ballot{Poll: p}
		if i := slices.IndexFunc(who, func(x iru.Participant) bool { return x.ID == p.Participant }); i >= 0 {
			b.Who = who[i]
		}
		for _, a := range acts {
			if p.Unit != 0 && a.Unit == p.Unit && a.State != iru.NoticeWithdrawn && b.Who.RoleFor(iru.UsualRole(a.Layer, a.Instrument)) == p.Role {
				b.Acts = append(b.Acts, a)
			}
		}
		for _, k := range tasks {
			if k.Participant == p.Participant && k.Notice == 0 && k.Live() && b.Who.RoleFor(k.Role) == p.Role {
				b.Tasks = append(b.Tasks, k)
			}
		}
		out[n] = b
	}
	return out
}

// Idle reports whether nothing is to be done under it.
func (b Ballot) Idle() bool { return len(b.Acts) == 0 && len(b.Tasks) == 0 }

// Digest is the SHA-256 of what it is about as it stands: an answer holds only for that.
func (b Ballot) Digest() (string, error) {
	if b.whole != "" {
		return b.whole, nil
	}
	var about []string
	for _, n := range b.Acts {
		dig, known := b.digests[n.ID]
		if !known {
			var err error
			if dig, err = ActDigest(n); err != nil {
				return "", err
			}
		}
		about = append(about, dig)
	}
	for _, k := range b.Tasks {
		dig, err := digest([]any{k.UID, k.Address, k.Role, k.Jurisdiction, k.Instrument, k.Stage, k.Title, k.ValidFrom.UnixMicro(), k.ValidUntil.UnixMicro(), k.Note})
		if err != nil {
			return "", err
		}
		about = append(about, dig)
	}
	return digest(about)
}

// BallotsOf reads an operation's polls with what they are about.
func BallotsOf(ctx context.Context, t *db.Tx, id iru.OperationID) ([]Ballot, error) {
	ps, err := t.Polls(ctx, id)
	if err != nil {
		return nil, err
	}
	who, err := t.Participants(ctx, id)
	if err != nil {
		return nil, err
	}
	acts, err := t.Tasks(ctx, iru.Program(), id)
	if err != nil {
		return nil, err
	}
	tasks, err := t.OperationTasks(ctx, iru.Program(), id)
	return Ballots(ps, who, acts, tasks), err
}

// A PollAnswer is a GO or NO-GO in one role.
type PollAnswer struct {
	Operation   iru.OperationID
	Participant iru.ParticipantID // 0: the officer's own unit
	Role        iru.TaskRole      // "": the only one in which it acts
	State       iru.PollState
	Seen        string // digest of what was read; a GO needs it
	Reason      string // a NO-GO needs one
	Word        string // of a body without a machine: whose word it is, and how it came
}

// Poll takes a unit's GO on the tasks whose digest its officer has seen or, with its reason, a NO-GO.
func (d *Desk) Poll(ctx context.Context, s iru.Scope, id iru.OperationID, state iru.PollState, seen, reason string) (iru.Poll, error) {
	return d.AnswerPoll(ctx, s, PollAnswer{Operation: id, State: state, Seen: seen, Reason: reason})
}

// AnswerPoll takes in an answer: a unit's own liaison officer gives it, and one of the unit that leads enters that of a body without a machine.
func (d *Desk) AnswerPoll(ctx context.Context, s iru.Scope, a PollAnswer) (iru.Poll, error) {
	if a.State != iru.PollGo && a.State != iru.PollNoGo {
		return iru.Poll{}, iru.Refuse(iru.Invalid, "unknown answer "+string(a.State), "answer go or no_go")
	}
	var p iru.Poll
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		by, err := t.Officer(ctx, s.Officer)
		if err != nil {
			return err
		}
		o, err := t.Operation(ctx, s, a.Operation)
		if err != nil {
			return err
		}
		if o.State != iru.OperationPolling {
			return iru.Refuse(iru.Conflict, "the operation is "+string(o.State)+", not polling", "wait for the director to open the poll")
		}
		bs, err := BallotsOf(ctx, t, o.ID)
		if err != nil {
			return err
		}
		have, err := a.ballot(bs, s.Unit)
		if err != nil {
			return err
		}
		if !have.Who.Alone() && have.Unit != s.Unit {
			return iru.Refuse(iru.Forbidden, "a unit's poll is answered by its own liaison officer", "")
		}
		dig, err := have.Digest()
		if err != nil {
			return err
		}
		if a.State == iru.PollGo {
			if err := synchronous(ctx, t, o); err != nil {
				return err
			}
			if err := asSeen("list of tasks", dig, a.Seen); err != nil {
				return err
			}
			for _, other := range bs {
				if other.Participant != have.Participant && other.State == iru.PollGo && other.By != 0 && !other.Who.Alone() && !have.Who.Alone() {
					if err := twoPeople(ctx, t, s.Officer, other.By); err != nil {
						return err
					}
				}
			}
		}
		var e iru.Event
		if have.Who.Alone() {
			p, e, err = have.OnWord(a.State, by, o.Unit, clip(a.Word, 300), a.Reason, dig, now)
		} else {
			p, e, err = have.Answer(a.State, by, a.Reason, dig, now)
		}
		if err != nil {
			return err
		}
		if err := t.UpdatePoll(ctx, p, have.State); err != nil {
			return err
		}
		if _, err = t.Record(ctx, e); err != nil {
			return err
		}
		return d.tellAnswer(ctx, t, o, p, s.Officer, now)
	})
	return p, err
}

// ballot finds the poll that is answered.
func (a PollAnswer) ballot(bs []Ballot, own iru.UnitID) (Ballot, error) {
	var of []Ballot
	for _, b := range bs {
		if (a.Participant == 0 && b.Unit == own && own != 0 || a.Participant != 0 && b.Participant == a.Participant) && (a.Role == "" || a.Role == b.Role) {
			of = append(of, b)
		}
	}
	switch {
	case len(of) == 0:
		return Ballot{}, iru.Refuse(iru.Forbidden, "your unit does not take part in this operation", "")
	case len(of) > 1:
		return Ballot{}, iru.Refuse(iru.Invalid, "the unit acts in several roles", "say for which of them this is the answer")
	case of[0].Who.Partner != 0:
		return Ballot{}, iru.Refuse(iru.Forbidden, "a partner answers on its own machine", "")
	}
	return of[0], nil
}

// expirePolls opens every poll whose tasks are no longer those that were answered on.
func (d *Desk) expirePolls(ctx context.Context, t *db.Tx, id iru.OperationID, now time.Time) error {
	if id == 0 {
		return nil
	}
	ps, err := t.Polls(ctx, id)
	if err != nil || !slices.ContainsFunc(ps, func(p iru.Poll) bool { return p.State != iru.PollOpen }) {
		return err // nobody has answered: thousands of acts are not read for it
	}
	bs, err := BallotsOf(ctx, t, id)
	if err != nil {
		return err
	}
	for _, b := range bs {
		dig, err := b.Digest()
		if err != nil {
			return err
		}
		next, e, expired := b.Expire(dig, now)
		if !expired {
			continue
		}
		if err := t.UpdatePoll(ctx, next, b.State); err != nil {
			return err
		}
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
		if err := d.tellExpiry(ctx, t, next, now); err != nil {
			return err
		}
	}
	return nil
}

// askAgain opens the poll under which a task falls whose addressee no longer carries the asset, while the poll is open.
func (d *Desk) askAgain(ctx context.Context, t *db.Tx, n iru.Notice, now time.Time) error {
	o, err := t.Operation(ctx, iru.Program(), n.Operation)
	if err != nil || o.State != iru.OperationPolling && o.State != iru.OperationHeld {
		return err
	}
	bs, err := BallotsOf(ctx, t, o.ID)
	if err != nil {
		return err
	}
	for _, p := range bs {
		if !slices.ContainsFunc(p.Acts, func(a iru.Notice) bool { return a.ID == n.ID }) {
			continue
		}
		next, e, expired := p.Expire("", now)
		if !expired {
			continue
		}
		e.Note = "what " + n.Ref + " is about has moved"
		if err := t.UpdatePoll(ctx, next, p.State); err != nil {
			return err
		}
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
		if err := d.tellExpiry(ctx, t, next, now); err != nil {
			return err
		}
	}
	return nil
}
