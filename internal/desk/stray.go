// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// TakeStray keeps a mail that names no act, once by the digest of its bytes. It is the first unit's: the mailbox is the installation's.
func (d *Desk) TakeStray(ctx context.Context, r Reply, why string) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		us, err := t.Units(ctx)
		if err != nil {
			return err
		}
		if len(us) == 0 {
			return iru.Refuse(iru.Unavailable, "there is no unit yet", "")
		}
		if r.At.IsZero() || r.At.After(now) {
			r.At = now
		}
		s := iru.Stray{Unit: us[0].ID, At: r.At.UTC().Truncate(time.Microsecond), From: clip(r.From, 200), Authentic: r.Authentic, Subject: clip(r.Subject, 300), Text: r.Text,
			MessageID: clip(r.MessageID, 400), Answers: clip(r.Answers, 400), Proof: r.Proof, Why: clip(why, 300), State: iru.StrayOpen}
		fresh, err := t.AddStray(ctx, &s)
		if err != nil || !fresh {
			return err
		}
		e := happened("stray", s.ID, "arrive", 0, s.Unit, now, s.Why).With("sha256", s.Proof)
		e.To = string(s.State)
		_, err = t.Record(ctx, e)
		return err
	})
}

// FileStray puts a stray into the thread of an act, where a person then says what it is.
func (d *Desk) FileStray(ctx context.Context, s iru.Scope, id int64, notice iru.NoticeID) (iru.Letter, error) {
	if err := s.May(iru.ToAnswer); err != nil {
		return iru.Letter{}, err
	}
	var l iru.Letter
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		x, err := t.Stray(ctx, s, id)
		if err != nil {
			return err
		}
		n, err := t.Notice(ctx, s, notice)
		if err != nil {
			return err
		}
		if err := own(s, n.Unit); err != nil {
			return err
		}
		old := x.State
		next, e, err := x.Step("file", s.Officer, now, "to "+n.Ref)
		if err != nil {
			return err
		}
		next.Notice = n.ID
		if err := t.UpdateStray(ctx, next, old); err != nil {
			return err
		}
		if _, err := t.Record(ctx, e.With("notice", int64(n.ID))); err != nil {
			return err
		}
		l = iru.Letter{Notice: n.ID, Inbound: true, At: x.At, Kind: "unknown", Channel: iru.ByMail, From: x.From, Subject: x.Subject, Text: x.Text, MessageID: fmt.Sprintf("stray:%d", x.ID),
			Proof: x.Proof, Guess: true, Authentic: x.Authentic, Remark: "it named no act: " + x.Why}
		_, err = t.AddLetter(ctx, &l)
		return err
	})
	return l, err
}

// DismissStray says that a stray belongs to no act. It is kept.
func (d *Desk) DismissStray(ctx context.Context, s iru.Scope, id int64, why string) error {
	if err := s.May(iru.ToAnswer); err != nil {
		return err
	}
	if strings.TrimSpace(why) == "" {
		return iru.Refuse(iru.Invalid, "the reason is missing", "say what the mail is")
	}
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		x, err := t.Stray(ctx, s, id)
		if err != nil {
			return err
		}
		old := x.State
		next, e, err := x.Step("dismiss", s.Officer, now, clip(why, 300))
		if err != nil {
			return err
		}
		if err := t.UpdateStray(ctx, next, old); err != nil {
			return err
		}
		_, err = t.Record(ctx, e)
		return err
	})
}
