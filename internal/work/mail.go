// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"fmt"
	"net/mail"

	"github.com/riverqueue/river"

	"iolaus/internal/deliver"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// mailer sends a letter that belongs to no act's own thread: to an authority, or to a provider about more than one act. Killed anywhere, it sends
// the same letter under the same key again.
type mailer struct {
	river.WorkerDefaults[desk.Mail]
	*Crew
}

func (w *mailer) Work(ctx context.Context, job *river.Job[desk.Mail]) error {
	d, err := w.Desk.Mailing(ctx, job.Args.Missive)
	if err != nil {
		return outcome(err)
	}
	m := d.Missive
	if m.State != iru.MissiveQueued {
		return nil
	}
	if err := w.alive(ctx); err != nil {
		return err
	}
	if w.Mail == nil {
		return fmt.Errorf("send missive %d: no mail server is configured: %w", m.ID, iru.Unavailable)
	}
	r, err := w.mail(ctx, d)
	record := context.WithoutCancel(ctx)
	switch again := job.Attempt < job.MaxAttempts; {
	case err == nil:
		return outcome(w.insist(record, func() error { return w.Desk.RecordMailed(record, m.ID, sending(r)) }))
	case again && ctx.Err() != nil:
		return ctx.Err()
	case again && errors.Is(err, iru.Unavailable):
		if wait := deliver.RetryAfter(err); wait > 0 {
			return river.JobSnooze(wait)
		}
		return err
	}
	return outcome(w.Desk.Unmailed(record, m.ID, err.Error()))
}

func (c *Crew) mail(ctx context.Context, d desk.Mailing) (deliver.Receipt, error) {
	m, ref := d.Missive, d.Missive.Ref
	if ref == "" {
		ref = fmt.Sprintf("LT-%d", m.ID)
	}
	var files []deliver.Attachment
	if m.Kind == iru.OrderCopy { // the home authority has what the provider has
		var err error
		if files, err = c.copies(ctx, m.Notice); err != nil {
			return deliver.Receipt{}, err
		}
	}
	// Answers go to the unit itself: a missive has no thread.
	return c.Mail.Send(ctx, deliver.Message{Key: m.Key, Reference: ref, Instrument: "missive_" + string(m.Kind), From: c.from(d.Unit),
		To: (&mail.Address{Address: m.Address}).String(), Date: m.Created, Subject: m.Subject, Text: m.Text, Language: m.Lang, Attachments: files,
		Seal: d.Seal, SealKey: d.SealKey})
}
