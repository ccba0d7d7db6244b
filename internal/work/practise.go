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

// practiser sends a practice order: a mail that says so in every part, with the link to its page and nothing else.
type practiser struct {
	river.WorkerDefaults[desk.Practise]
	*Crew
}

func (w *practiser) Work(ctx context.Context, job *river.Job[desk.Practise]) error {
	k, p, u, err := w.Desk.Practising(ctx, job.Args.Drill)
	if err != nil {
		return outcome(err)
	}
	if !k.SentAt.IsZero() || k.State == iru.DrillFailed {
		return nil
	}
	record := context.WithoutCancel(ctx)
	page := w.page(deliver.DrillToken(w.Post.Secret, int64(k.ID)))
	switch {
	case page == "":
		return outcome(w.Desk.RecordPractised(record, k.ID, desk.Sending{}, "the installation has no address of its own (web.base): there is no page to practise on"))
	case w.Mail == nil:
		return outcome(fmt.Errorf("send %s: no mail server is configured: %w", k.Ref, iru.Unavailable))
	}
	if err := w.alive(ctx); err != nil {
		return err
	}
	r, err := w.Mail.Send(ctx, practice(k, p, u, w.from(u), page))
	switch {
	case err == nil:
		s := sending(r)
		return outcome(w.insist(record, func() error { return w.Desk.RecordPractised(record, k.ID, s, "") }))
	case errors.Is(err, iru.Unavailable), ctx.Err() != nil:
		return outcome(err)
	}
	return outcome(w.Desk.RecordPractised(record, k.ID, desk.Sending{}, err.Error()))
}

// practice is the mail of a practice order.
func practice(k iru.Drill, p iru.Provider, u iru.Unit, from, page string) deliver.Message {
	return deliver.Message{Key: k.Key, Reference: k.Ref, From: from, To: p.Address, Date: k.Created, Language: k.Lang, Seal: p.Seal, SealKey: p.SealKey,
		Subject: "[" + k.Ref + "] PRACTICE: nothing has to be removed", Headers: map[string]string{"X-Iolaus-Practice": "yes"},
		Text: fmt.Sprintf("PRACTICE. This is an exercise. Nothing has to be removed, no time limit of law runs, and no report counts it.\n\nReference: %s\nFrom: %s, %s\nTo: %s\n\n"+
			"The page below shows what an order looks like, with its clock, and takes the answers that a real one takes:\n  %s\n\nPlease open it, press a button, and send an answer, as you would if it were real.\nPRACTICE. Nothing has to be removed.\n",
			k.Ref, u.Name, u.Country, p.Name, page)}
}
