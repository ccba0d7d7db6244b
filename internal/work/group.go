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

// grouper sends one letter with several referrals. Killed anywhere, it sends the same letter under the same key again.
type grouper struct {
	river.WorkerDefaults[desk.Group]
	*Crew
}

func (w *grouper) Work(ctx context.Context, job *river.Job[desk.Group]) error {
	g, err := w.Desk.DispatchGroup(ctx, job.Args.Batch)
	switch {
	case errors.Is(err, iru.Unavailable):
		return river.JobSnooze(max(sealWait, min(w.Desk.Rules.Verify, g.Batch.Due.Sub(w.Desk.Now()))))
	case errors.Is(err, iru.Conflict) && w.gone(ctx, job.Args.Batch):
		return nil // it had left before we were killed
	case errors.Is(err, iru.Conflict): // a person must do something first
		return outcome(errors.Join(err, w.delay(ctx, job.Args.Batch, err.Error())))
	case err != nil:
		return outcome(err)
	case g.Dissolve:
		return nil
	}
	s, err := w.sendGroup(ctx, g)
	record := context.WithoutCancel(ctx)
	switch {
	case err == nil:
		return outcome(w.insist(record, func() error { return w.Desk.RecordGroupSent(record, g.Batch.ID, s) }))
	case errors.Is(err, iru.Unavailable):
		if wait := deliver.RetryAfter(err); wait > 0 {
			return river.JobSnooze(wait)
		}
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return outcome(w.Desk.GroupUndeliverable(record, g.Batch.ID, err.Error()))
}

// delay tells people of each act that its letter cannot leave yet.
func (c *Crew) delay(ctx context.Context, id iru.BatchID, why string) error {
	ns, err := c.Desk.Grouped(ctx, id)
	for _, n := range ns {
		err = errors.Join(err, c.Desk.Delay(ctx, n.ID, why))
	}
	return err
}

// gone reports whether a grouped letter has left, or will not.
func (c *Crew) gone(ctx context.Context, id iru.BatchID) bool {
	b, err := c.Desk.Batch(ctx, iru.Program(), id)
	return err == nil && b.State != iru.BatchGathering && b.State != iru.BatchDispatched
}

func (c *Crew) sendGroup(ctx context.Context, g desk.GroupDispatch) (desk.Sending, error) {
	if err := c.alive(ctx); err != nil {
		return desk.Sending{}, err
	}
	if c.Mail == nil {
		return desk.Sending{}, fmt.Errorf("send %s: no mail server is configured: %w", g.Batch.Ref, iru.Unavailable)
	}
	m, err := c.together(ctx, g)
	if err != nil {
		return desk.Sending{}, err
	}
	r, err := c.Mail.Send(ctx, m)
	if err != nil {
		return desk.Sending{}, err
	}
	return sending(r), nil
}

// together is a grouped letter as it leaves, with the documents of each act.
func (c *Crew) together(ctx context.Context, g desk.GroupDispatch) (deliver.Message, error) {
	m := c.envelope(g.Lead)
	m.Reference, m.Targets, m.Reasons = g.Batch.Ref, nil, ""
	for n := range g.Acts {
		at := g.Acts[n].Notice.Locator
		if g.Lead.Provider.Defang {
			m.Subject, m.Text = defang(m.Subject, at), defang(m.Text, at)
			at = defang(at, at)
		}
		m.Targets = append(m.Targets, at)
		files, err := c.documents(ctx, &g.Acts[n])
		if err != nil {
			return m, err
		}
		m.Attachments = append(m.Attachments, files...)
	}
	if g.Lead.Provider.Defang {
		m.Text += defanged
	}
	return m, nil
}
