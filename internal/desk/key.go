// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// The evidence keys of the installation are files; the log says when they changed: "key" is the noun, and public keys the facts.

// A Rotation is the newest change of the evidence keys.
type Rotation struct {
	Recipient string // the public key to which the keys of exhibits are encrypted since; "" if there never was a change
	Done      bool   // every exhibit's key is
}

// Rotation reads the newest change of the evidence keys.
func (d *Desk) Rotation(ctx context.Context) (Rotation, error) {
	var r Rotation
	err := d.DB.View(ctx, func(t *db.Tx) error {
		e, err := lastKeyEvent(ctx, t, "rotate", "rewrap")
		r.Recipient, _ = e.Facts["recipient"].(string)
		r.Done = e.Verb == "rewrap"
		return err
	})
	return r, err
}

// lastKeyEvent gives the newest event about the keys with one of the verbs; one without id if there is none.
func lastKeyEvent(ctx context.Context, t *db.Tx, verbs ...string) (iru.Event, error) {
	for before := iru.EventID(0); ; {
		es, err := t.EventsBefore(ctx, iru.Program(), iru.Subject{Noun: "key"}, before, 100)
		if err != nil || len(es) == 0 {
			return iru.Event{}, err
		}
		for _, e := range es {
			for _, v := range verbs {
				if e.Verb == v {
					return e, nil
				}
			}
			before = e.ID
		}
	}
}

// Rotate records that the keys of exhibits are to be encrypted to another public key. It is for the machine's operator.
func (d *Desk) Rotate(ctx context.Context, recipient string) error {
	return d.keyEvent(ctx, "rotate", func(e iru.Event) iru.Event { return e.With("recipient", recipient) })
}

// Rewrapped records that every exhibit's key is encrypted to that public key.
func (d *Desk) Rewrapped(ctx context.Context, recipient string, exhibits int) error {
	return d.keyEvent(ctx, "rewrap", func(e iru.Event) iru.Event { return e.With("recipient", recipient).With("exhibits", exhibits) })
}

// Retire records that older public keys are given up: what was encrypted to them only is encrypted to the newest.
func (d *Desk) Retire(ctx context.Context, recipients []string) error {
	return d.keyEvent(ctx, "retire", func(e iru.Event) iru.Event { return e.With("recipients", recipients) })
}

// Lose records that the keys of exhibits cannot be opened any more, the last of them being that one.
func (d *Desk) Lose(ctx context.Context, exhibits int, last iru.ExhibitID) error {
	return d.keyEvent(ctx, "lose", func(e iru.Event) iru.Event { return e.With("exhibits", exhibits).With("last", int64(last)) })
}

func (d *Desk) keyEvent(ctx context.Context, verb string, facts func(iru.Event) iru.Event) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		_, err := t.Record(ctx, facts(happened("key", 0, verb, 0, 0, now, "by the operator of the machine")))
		return err
	})
}

// Lost gives the last exhibit of which the log says that its key is lost, 0 if there is none.
func (d *Desk) Lost(ctx context.Context) (iru.ExhibitID, error) {
	var last iru.ExhibitID
	err := d.DB.View(ctx, func(t *db.Tx) error {
		e, err := lastKeyEvent(ctx, t, "lose")
		n, _ := e.Facts["last"].(float64)
		last = iru.ExhibitID(n)
		return err
	})
	return last, err
}

// A Batch is what one call of [Desk.Rewrap] did.
type Batch struct {
	Last    iru.ExhibitID // where to go on
	Seen    int           // 0: there is nothing more
	Changed int
	Lost    []iru.ExhibitID // whose key cannot be opened
}

// Rewrap encrypts the keys of at most n exhibits after one anew, in one transaction, by what wrap makes of each: itself where nothing is
// to be done, and Unavailable where it cannot be opened. Nothing else about an exhibit changes, and one that was erased meanwhile stays so.
func (d *Desk) Rewrap(ctx context.Context, after iru.ExhibitID, n int, wrap func(string) (string, error)) (Batch, error) {
	b := Batch{Last: after}
	var xs []iru.Exhibit
	err := d.DB.View(ctx, func(t *db.Tx) error {
		var err error
		xs, err = t.KeyedAfter(ctx, after, n)
		return err
	})
	if err != nil {
		return b, err
	}
	fresh := map[iru.ExhibitID]string{}
	for _, x := range xs {
		b.Last, b.Seen = x.ID, b.Seen+1
		w, err := wrap(x.Key)
		switch {
		case errors.Is(err, iru.Unavailable), errors.Is(err, iru.Conflict):
			b.Lost = append(b.Lost, x.ID)
		case err != nil:
			return b, fmt.Errorf("rewrap key of exhibit %d: %w", x.ID, err)
		case w != x.Key:
			fresh[x.ID] = w
		}
	}
	if len(fresh) == 0 {
		return b, nil
	}
	err = d.DB.Tx(ctx, func(t *db.Tx) error {
		b.Changed = 0
		for _, x := range xs {
			w, ok := fresh[x.ID]
			if !ok {
				continue
			}
			done, err := t.RewrapKey(ctx, x.ID, x.Key, w)
			if err != nil {
				return err
			}
			if done {
				b.Changed++
			}
		}
		return nil
	})
	return b, err
}
