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

// EraseWithin is how long a second officer can confirm that an exhibit is to be erased.
const EraseWithin = 7 * 24 * time.Hour

// Erase destroys an exhibit for good. It takes two officers, as a binding act does: the first call asks for it and changes nothing, the
// second, by another officer who signs, destroys the key in that transaction and has the bytes removed. Its record stays: manifest,
// digests, custody. The exhibit's state in what is returned tells which of the two it was. Errors: Forbidden, Conflict while an act rests
// on it or before it is sealed, Unavailable until a checkpoint covers the first call.
func (d *Desk) Erase(ctx context.Context, s iru.Scope, id iru.ExhibitID, why string) (iru.Exhibit, error) {
	var x iru.Exhibit
	if err := s.May(iru.ToErase); err != nil {
		return x, err
	}
	if why = strings.TrimSpace(why); why == "" {
		return x, iru.Refuse(iru.Invalid, "the reason is missing", "say under which rule the exhibit is erased; the log keeps it")
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if x, err = t.Exhibit(ctx, s, id); err != nil {
			return err
		}
		if err := own(s, x.Unit); err != nil {
			return err
		}
		to, err := iru.ExhibitTable.Next(x.State, "erase")
		if err != nil {
			return err
		}
		if err := needed(ctx, t, x); err != nil {
			return err
		}
		ask, err := askedToErase(ctx, t, x, now)
		if err != nil {
			return err
		}
		if ask.ID == 0 {
			_, err = d.handle(ctx, t, &x, s, Handled{Verb: "ask_erase", What: "asked that it be erased", Why: why}, now)
			return err
		}
		if err := confirms(ctx, t, s, ask); err != nil {
			return err
		}
		old := x.State
		x.State, x.Key = to, ""
		if err := t.UpdateExhibit(ctx, x, old); err != nil {
			return err
		}
		if err := t.BlankTermHits(ctx, x.ID); err != nil {
			return err
		}
		if err := t.ForgetShown(ctx, x.ID); err != nil {
			return err
		}
		if err := blankText(ctx, t, x); err != nil {
			return err
		}
		what := fmt.Sprintf("destroyed its key and had its %d files removed, as officer %d had asked in event %d", len(x.Files), ask.By, ask.ID)
		if _, err = d.handle(ctx, t, &x, s, Handled{Verb: "erase", What: what, Why: why}, now); err != nil {
			return err
		}
		_, err = t.Enqueue(ctx, Erase{Exhibit: x.ID}, read(soon))
		return err
	})
	return x, err
}

// blankText takes away the text beside an item that its exhibit showed.
func blankText(ctx context.Context, t *db.Tx, x iru.Exhibit) error {
	if x.Item == 0 {
		return nil
	}
	i, err := t.Item(ctx, iru.Program(), x.Item)
	if err != nil || i.Exhibit != x.ID || i.Text == "" {
		return err
	}
	i.Text = ""
	return t.UpdateItem(ctx, i, i.State)
}

// askedToErase gives the newest event that asked for the exhibit's end and still counts; one without id if there is none.
func askedToErase(ctx context.Context, t *db.Tx, x iru.Exhibit, now time.Time) (iru.Event, error) {
	es, err := t.EventsOf(ctx, iru.Subject{Noun: "exhibit", ID: int64(x.ID)})
	if err != nil {
		return iru.Event{}, err
	}
	for _, e := range slices.Backward(es) {
		if e.Verb == "ask_erase" && now.Sub(e.At) <= EraseWithin {
			return e, nil
		}
	}
	return iru.Event{}, nil
}

// confirms refuses whoever cannot be the second of two.
func confirms(ctx context.Context, t *db.Tx, s iru.Scope, ask iru.Event) error {
	if ask.By == s.Officer {
		return iru.Refuse(iru.Forbidden, "you have asked for it already", "a second, different officer must confirm it")
	}
	if err := s.May(iru.ToSign); err != nil {
		return err
	}
	if err := twoPeople(ctx, t, s.Officer, ask.By); err != nil {
		return err
	}
	first, err := t.Officer(ctx, ask.By)
	if err != nil {
		return err
	}
	if first.State != iru.OfficerActive {
		return iru.Refuse(iru.Forbidden, first.Name+", who asked for it, is "+string(first.State), "wait until the request has lapsed, and have it asked for anew")
	}
	if _, ok, err := t.Sealed(ctx, ask.ID); err != nil {
		return err
	} else if !ok {
		return iru.Refuse(iru.Unavailable, "the request waits for the checkpoint that covers it", "try again in a second")
	}
	return nil
}

// needed refuses to erase what an act rests on that has not ended.
func needed(ctx context.Context, t *db.Tx, x iru.Exhibit) error {
	ns, err := t.NoticesOf(ctx, iru.Program(), x.Asset)
	if err != nil {
		return err
	}
	pending := []iru.NoticeState{iru.NoticeSubmitted, iru.NoticeEndorsed, iru.NoticeApproved, iru.NoticeRefused, iru.NoticeEscalated}
	for _, n := range ns {
		if (n.Item == x.Item || n.Item == 0) && (n.State.Open() || slices.Contains(pending, n.State)) {
			return iru.Refuse(iru.Conflict, n.Ref+" rests on it and has not ended", "wait for its outcome, or withdraw it")
		}
	}
	return nil
}
