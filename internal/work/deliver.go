// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"iolaus/internal/deliver"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// deliverer sends one act. Killed anywhere, it sends the same letter under the same key again; the receiver knows it by that.
type deliverer struct {
	river.WorkerDefaults[desk.Deliver]
	*Crew
}

// handWait is how long an act that people hand over waits before it is looked at again.
const handWait = 10 * time.Minute

// sealWait is how long an act waits before it asks again whether its approval is sealed.
const sealWait = 200 * time.Millisecond

func (w *deliverer) Work(ctx context.Context, job *river.Job[desk.Deliver]) error {
	if err := w.resolve(ctx, job.Args.Notice); err != nil {
		return outcome(err)
	}
	d, err := w.Desk.Dispatch(ctx, job.Args.Notice)
	switch {
	case errors.Is(err, iru.Unavailable):
		return river.JobSnooze(sealWait)
	case errors.Is(err, iru.Conflict) && (w.left(ctx, job.Args.Notice) || w.grouped(ctx, job.Args.Notice)):
		return nil // it had left before we were killed, or leaves with others
	case errors.Is(err, iru.Conflict): // a person must do something first; what they do enqueues anew
		return outcome(errors.Join(err, w.Desk.Delay(ctx, job.Args.Notice, err.Error())))
	case errors.Is(err, iru.Forbidden): // its codes were changed while it was on its way: it is called back, and people see why
		return outcome(errors.Join(err, w.Desk.Undeliverable(ctx, job.Args.Notice, err.Error())))
	case err != nil:
		return outcome(err)
	case !d.Provider.ByMachine() && d.Notice.State == iru.NoticeDispatched:
		return river.JobSnooze(handWait) // an officer hands it over, and says so; what was recorded ends this job
	}
	return w.settle(ctx, d, func() (desk.Sending, error) { return w.send(ctx, d) })
}

// left reports whether an act has left already.
func (c *Crew) left(ctx context.Context, id iru.NoticeID) bool {
	d, err := c.Desk.Thread(ctx, id)
	return err == nil && !d.Notice.SentAt.IsZero()
}

// grouped reports whether an act leaves in a letter with others.
func (c *Crew) grouped(ctx context.Context, id iru.NoticeID) bool {
	d, err := c.Desk.Thread(ctx, id)
	return err == nil && d.Notice.Batch != 0 && !c.gone(ctx, d.Notice.Batch)
}

// settle sends and records what became of it.
func (c *Crew) settle(ctx context.Context, d desk.Dispatch, send func() (desk.Sending, error)) error {
	s, err := send()
	record := context.WithoutCancel(ctx) // what has left is recorded even when our time is up
	switch {
	case err == nil:
		return outcome(c.insist(record, func() error { return c.Desk.RecordSent(record, d.Notice.ID, s) }))
	case errors.Is(err, iru.Unavailable):
		if wait := deliver.RetryAfter(err); wait > 0 {
			return river.JobSnooze(wait)
		}
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return outcome(c.Desk.Undeliverable(record, d.Notice.ID, err.Error()))
}

// insist tries for a while to record what cannot be taken back: to fail would be to send it all again.
func (c *Crew) insist(ctx context.Context, record func() error) error {
	end := c.Desk.Now().Add(time.Minute)
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		err := record()
		for _, settled := range []error{iru.Invalid, iru.NotFound, iru.Conflict, iru.Forbidden} {
			if errors.Is(err, settled) {
				return err
			}
		}
		if err == nil || c.Desk.Now().Add(pause).After(end) || !c.wait(ctx, c.Desk.Now().Add(pause)) {
			return err
		}
	}
}

// from is the serving unit's own sender, or the installation's where the unit has none.
func (c *Crew) from(u iru.Unit) string {
	if u.Mail == "" {
		return c.Post.From
	}
	return (&mail.Address{Name: u.Name, Address: u.Mail}).String()
}

func domainOf(from string) string {
	from = strings.TrimSuffix(strings.TrimSpace(from), ">")
	return from[strings.LastIndexByte(from, '@')+1:]
}

// api is the provider's interface. A guarded client is in it.
func (c *Crew) api(p iru.Provider) *deliver.API {
	return deliver.NewAPI(deliver.APIConfig{Base: p.Address, Token: p.Token, HTTP: c.HTTP, Timeout: 30 * time.Second})
}

// send hands a letter over. An act that was answered by mail before its sending could be recorded is not sent to people a second
// time; a provider's interface knows the key, and only it can give its number.
func (c *Crew) send(ctx context.Context, d desk.Dispatch) (desk.Sending, error) {
	if d.Notice.Drill { // the last door but one
		return desk.Sending{}, fmt.Errorf("send %s: it is a task of a drill: %w", d.Notice.Ref, iru.Forbidden)
	}
	if d.Answered() && d.Provider.Channel != iru.ByAPI {
		return desk.Sending{At: d.Letter.At, Proof: "answered by the addressee before the mail server's word could be recorded"}, nil
	}
	if err := c.alive(ctx); err != nil {
		return desk.Sending{}, err
	}
	var ch deliver.Channel
	switch {
	case !d.Provider.ByMachine():
		return desk.Sending{}, fmt.Errorf("send %s: it is handed over by people: %w", d.Notice.Ref, iru.Unavailable)
	case d.Letter.Contact == 0 && d.Provider.Channel == iru.ByAPI:
		ch = c.api(d.Provider)
	case c.Mail == nil:
		return desk.Sending{}, fmt.Errorf("send %s: no mail server is configured: %w", d.Notice.Ref, iru.Unavailable)
	default:
		ch = c.Mail
	}
	m, err := c.message(ctx, d)
	if err != nil {
		return desk.Sending{}, err
	}
	r, err := ch.Send(ctx, m)
	if err != nil {
		return desk.Sending{}, err
	}
	return sending(r), nil
}

func sending(r deliver.Receipt) desk.Sending {
	proof := strings.TrimSpace(strings.ToValidUTF8(string(r.Proof), "?"))
	if len(proof) > 2000 {
		proof = proof[:2000]
	}
	return desk.Sending{At: r.At.UTC().Truncate(time.Microsecond), Proof: strings.ReplaceAll(r.Kind+": "+proof, "\x00", "?"), Receipt: r.Counts, RemoteID: r.RemoteID}
}

// poster sends a further letter in an act's thread. One that cannot be delivered, or not for hours, is told to people.
type poster struct {
	river.WorkerDefaults[desk.Post]
	*Crew
}

func (w *poster) Work(ctx context.Context, job *river.Job[desk.Post]) error {
	d, err := w.Desk.Posting(ctx, job.Args.Letter)
	if err != nil {
		return outcome(err)
	}
	if d.Letter.Proof != "" || d.Letter.Failed != "" { // sent before we were killed, or it waits for a person
		return nil
	}
	s, err := w.post(ctx, d)
	record := context.WithoutCancel(ctx)
	switch again := job.Attempt < job.MaxAttempts; {
	case err == nil:
		return outcome(w.insist(record, func() error { return w.Desk.RecordPosted(record, d.Letter.ID, s) }))
	case again && ctx.Err() != nil:
		return ctx.Err()
	case again && errors.Is(err, iru.Unavailable):
		if wait := deliver.RetryAfter(err); wait > 0 {
			return river.JobSnooze(wait)
		}
		return err
	}
	return outcome(w.Desk.Unposted(record, d.Letter.ID, err.Error()))
}

func (c *Crew) post(ctx context.Context, d desk.Dispatch) (desk.Sending, error) {
	if d.Provider.Channel != iru.ByAPI {
		return c.send(ctx, d)
	}
	if d.Notice.Drill {
		return desk.Sending{}, fmt.Errorf("answer %s: it is a task of a drill: %w", d.Notice.Ref, iru.Forbidden)
	}
	if err := c.alive(ctx); err != nil {
		return desk.Sending{}, err
	}
	if d.Notice.RemoteID == "" {
		return desk.Sending{}, fmt.Errorf("answer %s: the provider's interface gave no number for the act: %w", d.Notice.Ref, iru.Invalid)
	}
	if err := c.api(d.Provider).Answer(ctx, d.Notice.RemoteID, d.Letter.MessageID, d.Letter.Text); err != nil {
		return desk.Sending{}, err
	}
	return desk.Sending{At: c.Desk.Now().UTC(), Proof: "accepted by the provider's interface", Receipt: true}, nil
}
