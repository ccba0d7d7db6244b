// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// A Taken message was opened and its signature checked; Signed is what the partner signed, byte for byte.
type Taken struct {
	iru.Incoming
	Signed []byte
}

// TakeIn stores what a partner sent after a place, durably and without its effect. Conflict: more was taken meanwhile.
func (d *Desk) TakeIn(ctx context.Context, id iru.PartnerID, last iru.Mark, list []Taken) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		p, err := t.Partner(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		if err := p.Open(); err != nil {
			return err
		}
		l, err := t.Line(ctx, id)
		if err != nil {
			return err
		}
		if l.In != last {
			return iru.Refuse(iru.Conflict, "more of this partner was taken meanwhile", "")
		}
		came, signed := make([]iru.Incoming, len(list)), make([][]byte, len(list))
		for n, i := range list {
			i.Partner, i.At, i.State = id, now, iru.IncomingReceived
			came[n], signed[n] = i.Incoming, i.Signed
			l.In = iru.Mark{Epoch: i.Epoch, Seq: i.Seq, Digest: i.Digest}
		}
		if err := t.AddIncomings(ctx, came, signed); err != nil {
			return err
		}
		l.Heard = now
		return t.UpdateLine(ctx, l)
	})
}

// HeardAt gives the digest of a partner's message at a place; NotFound if there is none.
func (d *Desk) HeardAt(ctx context.Context, id iru.PartnerID, epoch, seq int64) (string, error) {
	digest := ""
	err := d.DB.View(ctx, func(t *db.Tx) error {
		i, err := t.IncomingAt(ctx, id, epoch, seq)
		digest = i.Digest
		return err
	})
	return digest, err
}

// Messages that are brought about in one transaction, at most, and the bytes that their bodies have together. One transaction for each would wait for the disk as often;
// more of them would keep others of this house from writing.
const (
	hearTogether = 100
	hearBytes    = 128 << 10
)

// Hear brings about what a partner's messages say, in their order, each once: its effect is stored in one transaction with its state. What cannot
// be is parked with the reason, for a person, and the next one is taken. It gives how many were done with.
func (d *Desk) Hear(ctx context.Context, id iru.PartnerID) (done int, err error) {
	for most := hearTogether; ; {
		var next []db.Heard
		if err := d.DB.View(ctx, func(t *db.Tx) (err error) {
			next, err = t.ToHear(ctx, id, most)
			return err
		}); err != nil || len(next) == 0 {
			return done, err
		}
		next = together(next)
		good, err := d.hear(ctx, id, next)
		switch {
		case err == nil:
			done, most = done+len(next), hearTogether
		case good > 0 && ctx.Err() == nil: // nothing came about: once more without the one that failed, which is the first then
			most = good
		case errors.Is(err, iru.Unavailable) || ctx.Err() != nil:
			return done, err // tried again, in its order
		default:
			if err := d.park(ctx, next[0].ID, err); err != nil {
				return done, err
			}
			done++
		}
	}
}

// together are the first ones that are small enough to be brought about in one transaction, and the first in any case.
func together(list []db.Heard) []db.Heard {
	size := int64(0)
	for n, h := range list {
		if size += h.Size; size > hearBytes {
			return list[:max(n, 1)]
		}
	}
	return list
}

// hear brings about messages in one transaction, in their order: all of them, or none. With an error it gives how many of them could have been.
func (d *Desk) hear(ctx context.Context, id iru.PartnerID, heads []db.Heard) (good int, err error) {
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		good = 0
		list, err := t.IncomingBetween(ctx, id, heads[0].ID, heads[len(heads)-1].ID) // without those that another process brought about first
		if err != nil {
			return err
		}
		var p iru.Partner
		for n, i := range list {
			if good = n; n == 0 || list[n-1].Kind == iru.SayCard {
				if p, err = t.Partner(ctx, iru.Program(), id); err != nil {
					return err
				}
			}
			if err := d.hearOne(ctx, t, i, p, now.Add(time.Duration(n)*time.Microsecond)); err != nil { // each at an instant of its own
				return err
			}
		}
		good = len(list) / 2 // what fails now is the end of the transaction: fewer are less in the way
		return nil
	})
	return good, err
}

// hearOne brings about one message.
func (d *Desk) hearOne(ctx context.Context, t *db.Tx, i iru.Incoming, p iru.Partner, now time.Time) error {
	h, err := iru.ParseHandling(i.Handling)
	if err != nil {
		return err
	}
	if err := h.Release(iru.ForPartner, true); err != nil {
		return fmt.Errorf("the partner should not have sent this: %w", err)
	}
	b, err := iru.ReadBody(i.Kind, i.Operation, i.Body)
	if err != nil {
		return err
	}
	m := message{Incoming: i, partner: p, handling: h, now: now}
	verb := "apply"
	if waits, err := d.waits(ctx, t, m); err != nil {
		return err
	} else if waits {
		verb = "wait"
	} else if err := d.take(ctx, t, m, b); err != nil {
		return err
	}
	return doneWith(ctx, t, p, i, verb, 0, "", now)
}

// A message is one of a partner's, while it is brought about.
type message struct {
	iru.Incoming
	partner  iru.Partner
	handling iru.Handling
	now      time.Time
}

// take brings about what the message says.
func (d *Desk) take(ctx context.Context, t *db.Tx, m message, body iru.Body) error {
	switch b := body.(type) {
	case *iru.CardBody:
		return d.heardCard(ctx, t, m, b)
	case *iru.InvitationBody:
		return d.heardInvitation(ctx, t, m, b)
	case *iru.ConsentBody:
		return d.heardConsent(ctx, t, m, b)
	case *iru.PackageBody:
		return d.heardPackage(ctx, t, m, b)
	case *iru.TasksBody:
		return d.heardTasks(ctx, t, m, b)
	case *iru.AnswerBody:
		return d.heardAnswer(ctx, t, m, b)
	case *iru.T0Body:
		return d.heardT0(ctx, t, m, b)
	case *iru.StopBody:
		return d.heardStop(ctx, t, m, b)
	case *iru.StandingBody:
		return d.heardStanding(ctx, t, m, b)
	case *iru.DutyBody:
		return d.heardDuty(ctx, t, m, b)
	case *iru.QuestionBody:
		return d.heardQuestion(ctx, t, m, b)
	case *iru.ReplyBody:
		return d.heardReply(ctx, t, m, b)
	case *iru.CheckpointBody:
		return d.heardCheckpoint(ctx, t, m, b)
	case *iru.CosignatureBody:
		return d.heardCosignature(ctx, t, m, b)
	case *iru.SetBody:
		return d.heardSet(ctx, t, m, b)
	case *iru.AskBody:
		return d.heardAsk(ctx, t, m, b)
	case *iru.ToldBody:
		return d.heardTold(ctx, t, m, b)
	}
	return fmt.Errorf("take %T: %w", body, iru.Internal)
}

// settleMessage moves a message of a partner by a verb of its table and records it.
func (d *Desk) settleMessage(ctx context.Context, t *db.Tx, i iru.Incoming, verb string, by iru.OfficerID, why string, now time.Time) error {
	p, err := t.Partner(ctx, iru.Program(), i.Partner)
	if err != nil {
		return err
	}
	return doneWith(ctx, t, p, i, verb, by, why, now)
}

func doneWith(ctx context.Context, t *db.Tx, p iru.Partner, i iru.Incoming, verb string, by iru.OfficerID, why string, now time.Time) (err error) {
	old := i.State
	if i.State, err = iru.IncomingTable.Next(old, verb); err != nil {
		return err
	}
	i.Why = clip(why, 500)
	if by != 0 {
		i.By, i.Decided = by, now
	}
	if err := t.UpdateIncoming(ctx, i, old); err != nil {
		return err
	}
	heard := map[string]string{"apply": "hear", "wait": "set_aside", "park": "park", "take_up": "take_up", "dismiss": "dismiss"}[verb]
	_, err = t.Record(ctx, happened("partner", int64(i.Partner), heard, by, p.Unit, now, i.Why).With("kind", string(i.Kind)).With("message", int64(i.ID)).
		With("epoch", i.Epoch).With("seq", i.Seq).With("sha256", Digest(i.Body)).With("sealed", i.Digest))
	return err
}

func (d *Desk) park(ctx context.Context, id iru.IncomingID, why error) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		i, err := t.Incoming(ctx, iru.Program(), id)
		if err != nil || i.State != iru.IncomingReceived {
			return err
		}
		return d.settleMessage(ctx, t, i, "park", 0, why.Error(), now)
	})
}

// TakeUp brings about again what was parked: a person has put right what hindered it.
func (d *Desk) TakeUp(ctx context.Context, s iru.Scope, id iru.IncomingID) (iru.Incoming, error) {
	i, err := d.decideOn(ctx, s, id, "take_up", "")
	if err != nil {
		return i, err
	}
	if _, err := d.Hear(ctx, i.Partner); err != nil {
		return i, err
	}
	err = d.DB.View(ctx, func(t *db.Tx) error {
		i, err = t.Incoming(ctx, s, id)
		return err
	})
	return i, err
}

// DismissMessage leaves what was parked aside, with a reason.
func (d *Desk) DismissMessage(ctx context.Context, s iru.Scope, id iru.IncomingID, why string) (iru.Incoming, error) {
	if why == "" {
		return iru.Incoming{}, iru.Refuse(iru.Invalid, "the reason is missing", "say why it is left aside")
	}
	return d.decideOn(ctx, s, id, "dismiss", why)
}

func (d *Desk) decideOn(ctx context.Context, s iru.Scope, id iru.IncomingID, verb, why string) (iru.Incoming, error) {
	if err := s.May(iru.ToConfirm); err != nil {
		return iru.Incoming{}, err
	}
	var i iru.Incoming
	err := d.enact(ctx, func(t *db.Tx, now time.Time) (err error) {
		if i, err = t.Incoming(ctx, s, id); err != nil {
			return err
		}
		if i.State != iru.IncomingParked {
			return iru.Refuse(iru.Conflict, "the message is "+string(i.State)+", not parked", "")
		}
		if err := d.settleMessage(ctx, t, i, verb, s.Officer, why, now); err != nil {
			return err
		}
		i, err = t.Incoming(ctx, s, id)
		return err
	})
	return i, err
}

// heardCard keeps the partner's new card until a person has compared its fingerprint. New keys must be signed by the present ones.
func (d *Desk) heardCard(ctx context.Context, t *db.Tx, m message, b *iru.CardBody) error {
	c, err := d.card(b.Card)
	if err != nil {
		return err
	}
	if c.Key != m.partner.Key {
		if d.Keys == nil {
			return iru.Refuse(iru.Unavailable, "this process speaks to no partners", "")
		}
		if err := givenUp(ctx, t, c.Key); err != nil {
			return err
		}
		if err := d.Keys.Follows(m.partner.Card, c.Text); err != nil {
			return err
		}
	}
	p, e, err := m.partner.Offer(c, 0, m.now)
	if err != nil {
		return err
	}
	if err := t.UpdatePartner(ctx, p, m.partner.State); err != nil {
		return err
	}
	_, err = t.Record(ctx, e)
	return err
}
