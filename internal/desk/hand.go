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

// HandWays are the ways by which an officer hands an act over, or hears that it arrived.
var HandWays = []string{"phone", "letter", "in person", "their own form", "fax", "other"}

// A Handing is what an officer records of an act that no program of ours delivered.
type Handing struct {
	At     string // when it happened, as a clock showed it: "2026-03-29T10:15", with an offset where the change of clocks makes it ambiguous
	Zone   string // of that clock: "Europe/Vienna"; "" is UTC
	Person string // whom the officer spoke to, or who signed
	How    string // one of HandWays
	Note   string // number called, number of the registered letter, their ticket
}

// check gives the instant.
func (h Handing) check(now time.Time) (time.Time, error) {
	at, err := moment(h.At, h.Zone)
	switch {
	case err != nil:
		return at, err
	case !slices.Contains(HandWays, h.How):
		return at, iru.Refuse(iru.Invalid, "there is no way called "+h.How, "choose one of: "+strings.Join(HandWays, ", "))
	case strings.TrimSpace(h.Person) == "" || len(h.Person) > 200:
		return at, iru.Refuse(iru.Invalid, "the person is missing", "write whom you spoke to, or who signed")
	case at.After(now):
		return at, iru.Refuse(iru.Invalid, "the time lies in the future", "check the day, the time and the zone")
	case len(h.Note) > 2000:
		return at, iru.Refuse(iru.Invalid, "the note is too long", "write at most 2000 characters")
	}
	return at, nil
}

func (h Handing) words(at time.Time) string {
	s := "by " + h.How + ", " + strings.TrimSpace(h.Person) + ", at " + at.UTC().Format("2006-01-02 15:04:05 UTC")
	if zone := strings.TrimSpace(h.Zone); zone != "" {
		s += " (" + strings.TrimSpace(h.At) + " " + zone + ")"
	}
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
	var out iru.Notice
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		at, err := h.check(now)
		if err != nil {
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
		case at.Before(l.At):
			return iru.Refuse(iru.Invalid, "at that time the act was not released yet", "it was on its way from "+l.At.UTC().Format("2006-01-02 15:04:05 UTC"))
		}
		if err := leaveAt(ctx, t, n, at); err != nil {
			return err
		}
		if _, err := t.Record(ctx, happened("notice", int64(n.ID), "hand_over", s.Officer, n.Unit, at, clip(h.words(at), 300)).With("how", h.How).With("person", h.Person)); err != nil {
			return err
		}
		if err := d.sent(ctx, t, n, Sending{At: at, Proof: "handed over " + clip(h.words(at), 1500)}, now); err != nil {
			return err
		}
		out, err = t.Notice(ctx, s, id)
		return err
	})
	return out, err
}

// EnterReceipt records that the addressee has an act, as an officer heard it. There is one receipt of an act; what was wrong with it is
// corrected by CorrectReceipt. Of an act whose receipt starts a clock of law, nobody's word
// alone does: a second officer confirms it (Desk.File), and the clock then runs from the time that was recorded.
func (d *Desk) EnterReceipt(ctx context.Context, s iru.Scope, id iru.NoticeID, h Handing) (iru.Letter, error) {
	if err := s.May(iru.ToAnswer); err != nil {
		return iru.Letter{}, err
	}
	var l iru.Letter
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		at, err := h.check(now)
		if err != nil {
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
			return iru.Refuse(iru.Conflict, fmt.Sprintf("the receipt of %s at %s UTC is recorded already", n.Ref, n.ReceivedAt.UTC().Format("2006-01-02 15:04:05")), "if it is wrong, correct it with a reason")
		case at.Before(onClock(n.SentAt, at)):
			return iru.Refuse(iru.Invalid, "a receipt cannot be before the sending", "it was sent at "+n.SentAt.UTC().Format("2006-01-02 15:04:05 UTC"))
		}
		if at.Before(n.SentAt) {
			at = n.SentAt
		}
		two := d.startsClock(n)
		ls, err := t.Letters(ctx, iru.Program(), n.ID)
		if err != nil {
			return err
		}
		l = iru.Letter{Notice: n.ID, Inbound: true, At: at, Kind: "receipt", Channel: iru.ByHand, From: clip(h.Person, 200), Subject: "Receipt of " + n.Ref, Text: "Receipt " + h.words(at),
			MessageID: further(fmt.Sprintf("hand:%d", n.ID), ls), By: s.Officer, Guess: two}
		if two {
			l.Remark = "recorded by one officer: a second one must confirm it, since it starts a clock of law"
		}
		if _, err := t.AddLetter(ctx, &l); err != nil {
			return err
		}
		if _, err := t.Record(ctx, happened("notice", int64(n.ID), "hand_receipt", s.Officer, n.Unit, at, clip(h.words(at), 300)).With("letter", l.ID).With("confirm", two)); err != nil || two {
			return err
		}
		return d.file(ctx, t, n, l, iru.Letter{}, s.Officer, now)
	})
	return l, err
}

// onClock is an instant as a clock like that of at shows it: people's clocks show minutes.
func onClock(t, at time.Time) time.Time {
	if at.Equal(at.Truncate(time.Minute)) {
		return t.Truncate(time.Minute)
	}
	return t
}

// startsClock reports whether the receipt of an act starts a clock of law on its addressee.
func (d *Desk) startsClock(n iru.Notice) bool {
	return slices.ContainsFunc(d.Regime.ClocksFor(n.Instrument, n.Emergency.Declared()), func(r legal.ClockRule) bool { return !r.Internal })
}
