// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/riverqueue/river"

	"iolaus/internal/deliver"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// Accept stores a reply that came by mail. The mail server says 250 only after that.
func (c *Crew) Accept(ctx context.Context, r deliver.Reply) error {
	return c.take(ctx, r, iru.ByMail)
}

// Told stores what a provider's interface tells by callback: the token says of which notice.
func (c *Crew) Told(ctx context.Context, token string, body []byte) error {
	id, err := deliver.ParseCallbackToken(c.Post.Secret, token)
	if err != nil {
		return err
	}
	r, err := deliver.ParseCallback(body)
	if err != nil {
		return err
	}
	r.Notice = id
	return c.take(ctx, r, iru.ByAPI)
}

// take keeps a reply's own bytes and what it carries first, then gives it its place in the thread.
func (c *Crew) take(ctx context.Context, r deliver.Reply, channel string) error {
	in, err := c.retain(ctx, r, channel)
	if err != nil {
		return err
	}
	if err := c.apart(ctx, r, &in); err != nil {
		return err
	}
	return c.Desk.Receive(ctx, in)
}

// retain puts a reply's bytes into the store and reads what it carries.
func (c *Crew) retain(ctx context.Context, r deliver.Reply, channel string) (desk.Reply, error) {
	in := Reply(r, channel)
	if len(r.Raw) == 0 {
		return in, nil
	}
	sum, _, err := c.Store.Put(ctx, bytes.NewReader(r.Raw))
	if err != nil {
		return in, fmt.Errorf("store reply: %w", err)
	}
	in.Proof = sum
	return in, c.carried(ctx, r, &in)
}

// Reply is what a delivered reply means to the desk.
func Reply(r deliver.Reply, channel string) desk.Reply {
	kinds := map[deliver.ReplyKind]string{deliver.Acknowledgement: "receipt", deliver.Clarification: "clarification", deliver.Done: "done",
		deliver.RefusedByProvider: "refused", deliver.Impossible: "impossible", deliver.Bounce: "bounce"}
	kind, ok := kinds[r.Kind]
	if !ok {
		kind = "unknown"
	}
	if r.Kind == deliver.DeliveryStatus && r.Counts {
		kind = "receipt"
	}
	out := desk.Reply{Notice: iru.NoticeID(r.Notice), Kind: kind, Guess: r.Guess || kind == "unknown", At: r.At, Channel: channel, From: clean(r.From),
		Authentic: r.Authentic, Subject: clean(r.Subject), Text: clean(r.Text), MessageID: clean(r.MessageID), Answers: clean(r.InReplyTo)}
	if r.Guess || r.Truncated {
		out.Remark = clean(r.Why)
	}
	if channel == iru.ByAPI { // with the notice's own token, or asked at the address that a person confirmed
		out.Authentic = iru.ByAPI
	}
	return out
}

// apart reads what a reply to a grouped letter says for each of its acts.
func (c *Crew) apart(ctx context.Context, r deliver.Reply, in *desk.Reply) error {
	ns, err := c.Desk.GroupOf(ctx, in.Notice)
	if err != nil || len(ns) < 2 {
		return err
	}
	targets := make([]deliver.Target, len(ns))
	for i, n := range ns {
		targets[i] = deliver.Target{Notice: int64(n.ID), Ref: n.Ref, Address: n.Locator}
	}
	for _, p := range deliver.Parts(r, targets) {
		one := Reply(deliver.Reply{Kind: p.Kind, Guess: p.Guess}, in.Channel)
		in.Parts = append(in.Parts, desk.ReplyPart{Notice: iru.NoticeID(p.Notice), Kind: one.Kind, Guess: one.Guess, Text: clean(p.Text)})
	}
	return nil
}

func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// receiver asks a provider's interface what became of a notice, in case its own word does not reach us. It asks as long as something
// is expected: a token that was refused may be mended.
type receiver struct {
	river.WorkerDefaults[desk.Receive]
	*Crew
}

// unheard is how many times longer it waits while an interface turns it down.
const unheard = 6

func (w *receiver) Work(ctx context.Context, job *river.Job[desk.Receive]) error {
	d, err := w.Desk.Thread(ctx, job.Args.Notice)
	if err != nil {
		return outcome(err)
	}
	if d.Provider.Channel != iru.ByAPI || d.Notice.RemoteID == "" || !d.Notice.State.Open() {
		return nil
	}
	s, err := w.api(d.Provider).Status(ctx, d.Notice.RemoteID)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, iru.Unavailable):
		return river.JobSnooze(max(deliver.RetryAfter(err), w.Desk.Rules.Verify))
	case err != nil:
		if err := w.Desk.Unheard(ctx, d.Notice.ID, err.Error()); err != nil {
			return outcome(err)
		}
		return river.JobSnooze(unheard * w.Desk.Rules.Verify)
	}
	for _, e := range s.Events {
		e.Notice, e.From = int64(d.Notice.ID), d.Provider.Name
		known, err := w.Desk.Knows(ctx, Reply(e, iru.ByAPI))
		if err == nil && !known {
			err = w.take(ctx, e, iru.ByAPI)
		}
		if err != nil {
			return outcome(err)
		}
	}
	return river.JobSnooze(w.Desk.Rules.Verify)
}
