// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// A LogHead is what one look at a certificate log found.
type LogHead struct {
	Log   string
	Size  int64
	Root  string
	Head  string // as received
	At    time.Time
	Stale time.Duration // from which age on a head is old
	Fork  string        // why it contradicts the head that was believed; "" where it does not
}

// CTLog reads what is believed of a certificate log.
func (d *Desk) CTLog(ctx context.Context, log string) (iru.CTLog, error) {
	var l iru.CTLog
	err := d.DB.View(ctx, func(t *db.Tx) (err error) {
		l, err = t.CTLog(ctx, log)
		return err
	})
	return l, err
}

// RecordLogHead takes in a head of a certificate log. A fork and a stall are told once, with the heads that prove the fork; a stall ends by itself, a fork
// does not: the head that was believed before it is kept.
func (d *Desk) RecordLogHead(ctx context.Context, h LogHead) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		l, err := t.CTLog(ctx, h.Log)
		if err != nil {
			return err
		}
		was, before := l.Trouble, l.Head
		l.Seen = now
		switch {
		case was == iru.CTForked:
		case h.Fork != "":
			l.Trouble, l.Why, l.Since = iru.CTForked, h.Fork, now
		default:
			l.Size, l.Root, l.Head, l.At = h.Size, h.Root, h.Head, h.At
			if old := h.At.After(time.Time{}) && now.Sub(h.At) > h.Stale; old && was == "" {
				l.Trouble, l.Why, l.Since = iru.CTStalled, "its newest head is of "+h.At.UTC().Format("2006-01-02 15:04:05")+" UTC", now
			} else if !old && was == iru.CTStalled {
				l.Trouble, l.Why, l.Since = "", "", time.Time{}
			}
		}
		if err := t.SetCTLog(ctx, &l); err != nil || l.Trouble == was {
			return err
		}
		verb := map[string]string{iru.CTForked: "fork", iru.CTStalled: "stall", "": "recover"}[l.Trouble]
		e := happened("ct_log", l.ID, verb, 0, 0, now, l.Why).With("log", l.Log)
		if l.Trouble == iru.CTForked {
			e = e.With("was", before).With("is", h.Head)
		}
		_, err = t.Record(ctx, e)
		return err
	})
}
