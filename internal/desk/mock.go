// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// AskMock asks for a mock scrutiny of a draft order: anybody of the unit may, and the order waits for it.
func (d *Desk) AskMock(ctx context.Context, s iru.Scope, id iru.NoticeID, why string) (iru.Mock, error) {
	var m iru.Mock
	if err := s.May(iru.ToRead); err != nil {
		return m, err
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		n, err := ownNotice(ctx, t, s, id)
		if err != nil {
			return err
		}
		if err := own(s, n.Unit); err != nil {
			return err
		}
		if n.State != iru.NoticeDraft {
			return iru.Refuse(iru.Conflict, n.Ref+" is "+string(n.State), "a mock scrutiny is asked for before the submission; have it returned first")
		}
		if !n.Instrument.Binding() {
			return iru.Refuse(iru.Conflict, n.Ref+" binds nobody and is scrutinised by nobody", "a mock scrutiny is for orders")
		}
		ms, err := t.MocksOf(ctx, id)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(ms, func(m iru.Mock) bool { return m.Open() }) {
			return iru.Refuse(iru.Conflict, "a mock scrutiny of it is open already", "wait for its outcome")
		}
		m = iru.Mock{Unit: n.Unit, Notice: n.ID, Asked: s.Officer, AskedAt: now, Why: strings.TrimSpace(why), Answers: []iru.MockAnswer{}, State: iru.MockAsked}
		if err := t.AddMock(ctx, &m); err != nil {
			return err
		}
		e := happened("mock", int64(m.ID), "ask", s.Officer, m.Unit, now, why).With("notice", int64(n.ID))
		e.To = string(m.State)
		_, err = t.Record(ctx, e)
		return err
	})
	return m, err
}

// TakeMock takes a mock scrutiny: a legal reviewer who did not draft, and who has not read the drafter's reasons. Until the blind opinion
// is given, the program does not show them to this officer.
func (d *Desk) TakeMock(ctx context.Context, s iru.Scope, id iru.MockID, unread bool) (iru.Mock, error) {
	if !unread {
		return iru.Mock{}, iru.Refuse(iru.Conflict, "who has read the drafter's reasons cannot look without them", "leave it to another legal reviewer")
	}
	return d.mock(ctx, s, id, iru.ToScrutinise, func(t *db.Tx, m iru.Mock, n iru.Notice, now time.Time) (iru.Mock, iru.Event, error) {
		if err := notDrafter(ctx, t, s, n); err != nil {
			return m, iru.Event{}, err
		}
		m.By, m.TakenAt, m.Declared = s.Officer, now, true
		return m.Step("take", s.Officer, now, "says not to have read the reasons")
	})
}

func notDrafter(ctx context.Context, t *db.Tx, s iru.Scope, n iru.Notice) error {
	if n.Drafted == s.Officer {
		return iru.Refuse(iru.Forbidden, "who drafted an order does not scrutinise it", "another legal reviewer must look")
	}
	return twoPeople(ctx, t, s.Officer, n.Drafted)
}

// LookMock takes the blind opinion in: what the reviewer makes of content, addressee and instrument alone.
func (d *Desk) LookMock(ctx context.Context, s iru.Scope, id iru.MockID, opinion, why string) (iru.Mock, error) {
	if !slices.Contains([]string{"stands", "annulled", "unclear"}, opinion) {
		return iru.Mock{}, iru.Refuse(iru.Invalid, "unknown opinion "+opinion, "choose stands, annulled or unclear")
	}
	if why = strings.TrimSpace(why); why == "" {
		return iru.Mock{}, iru.Refuse(iru.Invalid, "the reason is missing", "say what the content is to you, before you read the drafter's view")
	}
	return d.mock(ctx, s, id, iru.ToScrutinise, func(_ *db.Tx, m iru.Mock, _ iru.Notice, now time.Time) (iru.Mock, iru.Event, error) {
		if m.By != s.Officer {
			return m, iru.Event{}, iru.Refuse(iru.Forbidden, "another legal reviewer took it", "")
		}
		m.Blind, m.BlindWhy, m.BlindAt = opinion, why, now
		return m.Step("look", s.Officer, now, opinion+": "+why)
	})
}

// ConcludeMock takes checklist, outcome and reasons in. "annulled" holds the submission until a person decides. seen is the digest of the
// draft that was read.
func (d *Desk) ConcludeMock(ctx context.Context, s iru.Scope, id iru.MockID, seen string, answers []iru.MockAnswer, annulled bool, why string) (iru.Mock, error) {
	if why = strings.TrimSpace(why); why == "" {
		return iru.Mock{}, iru.Refuse(iru.Invalid, "the reason is missing", "say why the order would stand or fall")
	}
	return d.mock(ctx, s, id, iru.ToScrutinise, func(_ *db.Tx, m iru.Mock, n iru.Notice, now time.Time) (iru.Mock, iru.Event, error) {
		if m.By != s.Officer {
			return m, iru.Event{}, iru.Refuse(iru.Forbidden, "another legal reviewer took it", "")
		}
		dig, err := ActDigest(n)
		if err != nil {
			return m, iru.Event{}, err
		}
		if err := asSeen("draft", dig, seen); err != nil {
			return m, iru.Event{}, err
		}
		m.Answers, m.Outcome, m.At, m.Digest = answers, why, now, dig
		if err := m.CheckAnswers(); err != nil {
			return m, iru.Event{}, err
		}
		verb := "stand"
		if annulled {
			verb = "annul"
		}
		m, e, err := m.Step(verb, s.Officer, now, why)
		return m, e.With("digest", dig), err
	})
}

// DecideMock lets an order go on that the mock scrutiny would annul: a named person, with a reason, and not who drafted it.
func (d *Desk) DecideMock(ctx context.Context, s iru.Scope, id iru.MockID, why string) (iru.Mock, error) {
	if why = strings.TrimSpace(why); why == "" {
		return iru.Mock{}, iru.Refuse(iru.Invalid, "the reason is missing", "say why the order is right all the same, or what was mended")
	}
	return d.mock(ctx, s, id, iru.ToEndorse, func(t *db.Tx, m iru.Mock, n iru.Notice, now time.Time) (iru.Mock, iru.Event, error) {
		if err := notDrafter(ctx, t, s, n); err != nil {
			return m, iru.Event{}, err
		}
		m.Decided, m.Decision = s.Officer, why
		return m.Step("decide", s.Officer, now, why)
	})
}

// DropMock ends a mock scrutiny before its blind opinion: who asked for it, or who took it.
func (d *Desk) DropMock(ctx context.Context, s iru.Scope, id iru.MockID, why string) (iru.Mock, error) {
	if why = strings.TrimSpace(why); why == "" {
		return iru.Mock{}, iru.Refuse(iru.Invalid, "the reason is missing", "say why it is not wanted any more")
	}
	return d.mock(ctx, s, id, iru.ToRead, func(_ *db.Tx, m iru.Mock, _ iru.Notice, now time.Time) (iru.Mock, iru.Event, error) {
		if s.Officer != m.Asked && s.Officer != m.By {
			return m, iru.Event{}, iru.Refuse(iru.Forbidden, "only who asked for it or who took it drops it", "ask one of them")
		}
		return m.Step("drop", s.Officer, now, why)
	})
}

func (d *Desk) mock(ctx context.Context, s iru.Scope, id iru.MockID, p iru.Power, f func(*db.Tx, iru.Mock, iru.Notice, time.Time) (iru.Mock, iru.Event, error)) (iru.Mock, error) {
	var m iru.Mock
	if err := s.May(p); err != nil {
		return m, err
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if m, err = t.Mock(ctx, s, id); err != nil {
			return err
		}
		if err := own(s, m.Unit); err != nil {
			return err
		}
		n, err := t.Notice(ctx, s, m.Notice)
		if err != nil {
			return err
		}
		old := m.State
		var e iru.Event
		if m, e, err = f(t, m, n, now); err != nil {
			return err
		}
		if err := t.UpdateMock(ctx, m, old); err != nil {
			return err
		}
		_, err = t.Record(ctx, e)
		return err
	})
	return m, err
}

// unheld refuses to submit an order whose mock scrutiny is open.
func unheld(ctx context.Context, t *db.Tx, n iru.Notice) error {
	ms, err := t.MocksOf(ctx, n.ID)
	if err != nil {
		return err
	}
	for _, m := range ms {
		if err := m.Holds(); err != nil {
			return err
		}
	}
	return nil
}

// NotYet refuses to show what an officer must not read before giving an opinion of their own.
var NotYet = iru.Refuse(iru.Forbidden, "the first answer is not shown to you before you have given yours", "give your own first")

// Veiled reports whether an officer must not read a draft's reasons now, since a mock scrutiny of it waits for the
// blind opinion, or the officer reads its item blind.
func Veiled(ctx context.Context, t *db.Tx, s iru.Scope, id iru.NoticeID) (bool, error) {
	if s.IsProgram() {
		return false, nil
	}
	ms, err := t.MocksOf(ctx, id)
	if err != nil || slices.ContainsFunc(ms, func(m iru.Mock) bool { return m.Hides(s.Officer) }) {
		return err == nil, err
	}
	n, err := t.Notice(ctx, s, id)
	if err != nil || n.Item == 0 {
		return false, err
	}
	return Hidden(ctx, t, s, n.Item)
}
