// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"fmt"

	"github.com/riverqueue/river"

	"iolaus/internal/deliver"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// trier sends a test message to a contact, by the same channel as an act. Killed anywhere, it sends the same letter again.
type trier struct {
	river.WorkerDefaults[desk.Try]
	*Crew
}

// trials is how often a test is tried before it is told that it could not leave: people ask for another.
const trials = 20

func (w *trier) Work(ctx context.Context, job *river.Job[desk.Try]) error {
	x, p, u, err := w.Desk.Trying(ctx, job.Args.Trial)
	switch {
	case errors.Is(err, iru.Conflict):
		return outcome(w.Desk.RecordTried(ctx, job.Args.Trial, desk.Sending{}, err.Error()))
	case err != nil:
		return outcome(err)
	case !x.SentAt.IsZero() || x.Failed != "":
		return nil
	}
	s, err := w.try(ctx, x, p, u)
	record := context.WithoutCancel(ctx)
	switch {
	case err == nil:
		return outcome(w.insist(record, func() error { return w.Desk.RecordTried(record, x.ID, s, "") }))
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, iru.Unavailable) && job.Attempt < trials:
		return err
	}
	return outcome(w.Desk.RecordTried(record, x.ID, desk.Sending{}, err.Error()))
}

func (c *Crew) try(ctx context.Context, x iru.Trial, p iru.Provider, u iru.Unit) (desk.Sending, error) {
	if err := c.alive(ctx); err != nil {
		return desk.Sending{}, err
	}
	if c.Mail == nil {
		return desk.Sending{}, fmt.Errorf("send test %d: no mail server is configured: %w", x.ID, iru.Unavailable)
	}
	m := deliver.Message{Key: x.Key, Reference: fmt.Sprintf("TEST-%d", x.ID), Instrument: "test", From: c.from(u), To: p.Address,
		ReplyTo: deliver.ReplyAddress(c.Post.Secret, int64(x.ID.Tag()), c.Post.Domain), Date: x.At, Subject: x.Subject, Text: x.Text, Language: "en",
		Addressee: p.Name, Issuer: u.Name + ", " + u.Country, Contact: u.Mail}
	r, err := c.Mail.Send(ctx, m)
	if err != nil {
		return desk.Sending{}, err
	}
	return sending(r), nil
}
