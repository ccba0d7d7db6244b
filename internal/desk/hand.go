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
	"iolaus/internal/legal"
)

// Ways by which an officer hands an act over, or hears that it arrived.
var HandWays = []string{"phone", "letter", "in person", "their own form", "fax", "other"}

// A Handing is what an officer records of an act that no program of ours delivered.
type Handing struct {
	At     time.Time // when it happened, with its zone
	Person string    // whom the officer spoke to, or who signed
	How    string    // one of HandWays
	Note   string    // number called, number of the registered letter, their ticket
}

func (h Handing) check(now time.Time) error {
	switch {
	case !slices.Contains(HandWays, h.How):
		return iru.Refuse(iru.Invalid, "there is no way called "+h.How, "choose one of: "+strings.Join(HandWays, ", "))
	case strings.TrimSpace(h.Person) == "" || len(h.Person) > 200:
		return iru.Refuse(iru.Invalid, "the person is missing", "write whom you spoke to, or who signed")
	case h.At.IsZero():
		return iru.Refuse(iru.Invalid, "the time is missing, or has no time zone", "write when it happened, in UTC")
	case h.At.After(now):
		return iru.Refuse(iru.Invalid, "the time lies ahead", "write when it happened, in UTC")
	case len(h.Note) > 2000:
		return iru.Refuse(iru.Invalid, "the note is too long", "write at most 2000 characters")
	}
	return nil
}

func (h Handing) words() string {
	s := "by " + h.How + ", " + strings.TrimSpace(h.Person) + ", at " + h.At.UTC().Format("2006-01-02 15:04:05 UTC")
	if n := strings.TrimSpace(h.Note); n != "" {
		s += ": " + n
	}
	return s
}

// Hand records that an officer handed an act over: one whose provider is reached by hand, or one that our mail could not bring.
func (d *Desk) Hand(ctx context.Context, s iru.Scope, id iru.NoticeID, h Handing) (iru.Notice, error) {
	if err := s.May(iru.ToAnswer); err != nil {
		return iru.Notice{}, err
	}
	h.At = h.At.UTC().Truncate(time.Microsecond)
	var out iru.Notice
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		if err := h.check(now); err != nil {
			return err
		}
		n, err := t.Notice(ctx, s, id)
		if err != nil {
			return err
		}
		if err := own(s, n.Unit); err != nil {
			return err
		}
		l, ok, err := written(ctx, t, n)
		switch {
		case err != nil:
			return err
		case n.State != iru.NoticeDispatched || !ok:
			return iru.Refuse(iru.Conflict, n.Ref+" is "+string(n.State), "only what is approved, sealed and on its way is handed over")
		case h.At.Before(l.At):
			return iru.Refuse(iru.Invalid, "at that time the act was not released yet", "it was on its way from "+l.At.UTC().Format("2006-01-02 15:04:05 UTC"))
		}
		if _, err := t.Record(ctx, happened("notice", int64(n.ID), "hand_over", s.Officer, n.Unit, h.At, clip(h.words(), 300)).With("how", h.How).With("person", h.Person)); err != nil {
			return err
		}
		if err := d.sent(ctx, t, n, Sending{At: h.At, Proof: "handed over " + clip(h.words(), 1500)}, now); err != nil {
			return err
		}
		out, err = t.Notice(ctx, s, id)
		return err
	})
	return out, err
}

// HandReceipt records that the addressee has an act, as an officer heard it. Of an act whose receipt starts a clock of law, nobody's word
// alone does: a second officer confirms it (Desk.File), and the clock then runs from the time that was recorded.
func (d *Desk) HandReceipt(ctx context.Context, s iru.Scope, id iru.NoticeID, h Handing) (iru.Letter, error) {
	if err := s.May(iru.ToAnswer); err != nil {
		return iru.Letter{}, err
	}
	h.At = h.At.UTC().Truncate(time.Microsecond)
	var l iru.Letter
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		if err := h.check(now); err != nil {
			return err
		}
		n, err := t.Notice(ctx, s, id)
		if err != nil {
			return err
		}
		if err := own(s, n.Unit); err != nil {
			return err
		}
		switch {
		case n.SentAt.IsZero():
			return iru.Refuse(iru.Conflict, n.Ref+" has not left", "record first how it was handed over")
		case !iru.NoticeTable.Can(n.State, "receive"):
			return iru.Refuse(iru.Conflict, n.Ref+" is "+string(n.State), "its receipt is known; a correction is a further record with a reason")
		case h.At.Before(n.SentAt):
			return iru.Refuse(iru.Invalid, "a receipt cannot be before the sending", "it was sent at "+n.SentAt.UTC().Format("2006-01-02 15:04:05 UTC"))
		}
		two := d.startsClock(n)
		ls, err := t.Letters(ctx, iru.Program(), n.ID)
		if err != nil {
			return err
		}
		l = iru.Letter{Notice: n.ID, Inbound: true, At: h.At, Kind: "receipt", Channel: iru.ByHand, From: clip(h.Person, 200), Subject: "Receipt of " + n.Ref, Text: "Receipt " + h.words(),
			MessageID: fmt.Sprintf("hand:%d:%d", n.ID, len(ls)), By: s.Officer, Guess: two}
		if two {
			l.Remark = "recorded by one officer: a second one must confirm it, since it starts a clock of law"
		}
		if _, err := t.AddLetter(ctx, &l); err != nil {
			return err
		}
		if _, err := t.Record(ctx, happened("notice", int64(n.ID), "hand_receipt", s.Officer, n.Unit, h.At, clip(h.words(), 300)).With("letter", l.ID).With("confirm", two)); err != nil || two {
			return err
		}
		return d.file(ctx, t, n, l, iru.Letter{}, s.Officer, now)
	})
	return l, err
}

// startsClock reports whether the receipt of an act starts a clock of law on its addressee.
func (d *Desk) startsClock(n iru.Notice) bool {
	return slices.ContainsFunc(d.Regime.ClocksFor(n.Instrument), func(r legal.ClockRule) bool { return !r.Internal })
}
