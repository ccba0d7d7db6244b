// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/form"
	"iolaus/internal/iru"
)

// Answer writes to an addressee in an act's thread. To a request for clarification it is the clarification: when the addressee has
// it, the clock starts anew (TCO Art 3(8)).
func (d *Desk) Answer(ctx context.Context, s iru.Scope, id iru.NoticeID, words string) (iru.Letter, error) {
	if err := s.May(iru.ToAnswer); err != nil {
		return iru.Letter{}, err
	}
	if strings.TrimSpace(words) == "" {
		return iru.Letter{}, iru.Refuse(iru.Invalid, "the answer is empty", "write what the addressee needs to know")
	}
	var l iru.Letter
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		n, err := ownNotice(ctx, t, s, id)
		if err != nil {
			return err
		}
		if err := own(s, n.Unit); err != nil {
			return err
		}
		if n.SentAt.IsZero() {
			return iru.Refuse(iru.Conflict, "nothing was sent yet", "")
		}
		p, err := t.Provider(ctx, s, n.Provider)
		if err != nil {
			return err
		}
		if err := confirmed(p); err != nil {
			return err
		}
		u, err := t.Unit(ctx, n.Unit)
		if err != nil {
			return err
		}
		ls, err := t.Letters(ctx, iru.Program(), n.ID)
		if err != nil {
			return err
		}
		subject, text := form.Answer(n.Ref, n.Instrument.Title(), words)
		l = iru.Letter{Notice: n.ID, At: now, Kind: "answer", Channel: p.Channel, From: u.Name, Subject: subject, Text: text,
			MessageID: further(n.Key, ls), By: s.Officer}
		if _, err := t.AddLetter(ctx, &l); err != nil {
			return err
		}
		if _, err := t.Record(ctx, happened("notice", int64(n.ID), "write", s.Officer, n.Unit, now, "answer to "+p.Name).With("letter", l.ID)); err != nil {
			return err
		}
		_, err = t.Enqueue(ctx, Post{Letter: l.ID}, act(soon))
		return err
	})
	return l, err
}

// further names the next letter of a thread as none before it was named: a letter that was called back is counted no more, the others keep
// their numbers.
func further(key string, ls []iru.Letter) string {
	var last int64
	for _, l := range ls {
		last = max(last, l.ID)
	}
	return fmt.Sprintf("%s-%d", key, last+1)
}

// Posting gives a worker the letter to post.
func (d *Desk) Posting(ctx context.Context, id int64) (Dispatch, error) {
	var out Dispatch
	err := d.DB.View(ctx, func(t *db.Tx) error {
		l, err := t.Letter(ctx, id)
		if err != nil {
			return err
		}
		n, err := t.Notice(ctx, iru.Program(), l.Notice)
		if err != nil {
			return err
		}
		p, err := t.Provider(ctx, iru.Program(), n.Provider)
		if err != nil {
			return err
		}
		if l.Contact != 0 { // as it stands now: one that changed since is written to by nobody
			c, err := t.Contact(ctx, iru.Program(), l.Contact)
			if err != nil {
				return err
			}
			if !c.Usable() && l.Proof == "" {
				return iru.Refuse(iru.Conflict, "the second contact of "+p.Name+" is "+string(c.State), "a person must confirm it first")
			}
			p = p.At(c)
		}
		u, err := t.Unit(ctx, n.Unit)
		out = Dispatch{n, p, u, l, n.Key}
		return err
	})
	return out, err
}

// RecordPosted takes the proof for a further letter in, once. The clocks begin anew when the addressee has the clarification: that a
// mail server took it for transport is no receipt (TCO Art 3(8)).
func (d *Desk) RecordPosted(ctx context.Context, id int64, s Sending) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		l, err := t.Letter(ctx, id)
		if err != nil || l.Proof != "" { // told before: what was asked since is not answered by it
			return err
		}
		s.At = s.At.UTC().Truncate(time.Microsecond)
		if s.At.After(now) || s.At.IsZero() {
			s.At = now
		}
		if err := t.SetLetterProof(ctx, id, s.At, s.Proof); err != nil {
			return err
		}
		n, err := t.Notice(ctx, iru.Program(), l.Notice)
		if err != nil {
			return err
		}
		if _, err := t.Record(ctx, happened("notice", int64(n.ID), "post", 0, n.Unit, s.At, s.Proof).With("letter", id).With("receipt", s.Receipt)); err != nil {
			return err
		}
		if l.Kind != "answer" { // a copy or a reminder at the second contact begins no clock
			return nil
		}
		ls, err := t.Letters(ctx, iru.Program(), n.ID)
		if err != nil {
			return err
		}
		asked, _ := iru.Asked(ls)
		if n.State != iru.NoticeClarifying || asked.ID > id || asked.Kind == "impossible" {
			return nil
		}
		if s.Receipt {
			return d.resume(ctx, t, n, l.By, s.At, "clarification received: "+s.Proof)
		}
		for _, later := range ls { // an answer was quicker than the proof
			if later.Inbound && !later.Guess && later.ID > id && !later.At.Before(s.At) && (later.Kind != "receipt" || later.By != 0) {
				return d.file(ctx, t, n, later, iru.Letter{}, later.By, now)
			}
		}
		return nil
	})
}

// Unposted records that a further letter could not be delivered, for good: people see it and may send it again.
func (d *Desk) Unposted(ctx context.Context, id int64, why string) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		l, err := t.Letter(ctx, id)
		if err != nil || l.Proof != "" || l.Failed != "" {
			return err
		}
		n, err := t.Notice(ctx, iru.Program(), l.Notice)
		if err != nil {
			return err
		}
		return unposted(ctx, t, n, l, 0, now, why)
	})
}

func unposted(ctx context.Context, t *db.Tx, n iru.Notice, l iru.Letter, by iru.OfficerID, at time.Time, why string) error {
	if why = clip(why, 300); strings.TrimSpace(why) == "" {
		why = "it came back"
	}
	if err := t.SetLetterFailed(ctx, l.ID, why); err != nil {
		return err
	}
	_, err := t.Record(ctx, happened("notice", int64(n.ID), "unposted", by, n.Unit, at, why).With("letter", l.ID))
	return err
}

// Repost sends a letter that could not be delivered again, the same one, to the contact as it is confirmed now.
func (d *Desk) Repost(ctx context.Context, s iru.Scope, id int64) error {
	if err := s.May(iru.ToAnswer); err != nil {
		return err
	}
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		l, n, err := ownLetter(ctx, t, s, id)
		if err != nil {
			return err
		}
		if l.Failed == "" || l.Inbound {
			return iru.Refuse(iru.Conflict, "the letter did not come back", "only what could not be delivered is sent again")
		}
		p, err := t.Provider(ctx, s, n.Provider)
		if err != nil {
			return err
		}
		if err := confirmed(p); err != nil {
			return err
		}
		if err := t.RetryLetter(ctx, id); err != nil {
			return err
		}
		if _, err := t.Record(ctx, happened("notice", int64(n.ID), "repost", s.Officer, n.Unit, now, "to "+p.Name).With("letter", id)); err != nil {
			return err
		}
		_, err = t.Enqueue(ctx, Post{Letter: id}, act(soon))
		return err
	})
}
