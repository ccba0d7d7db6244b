// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

// Keys are what our own keys do towards partners, of which each knows one set by its id (Line.Own). They are pure: package peer has them.
type Keys struct {
	// Oldest is the id of the oldest keys that this installation still has.
	Oldest string
	// Witness cosigns checkpoints under the keys of that id.
	Witness func(own string) (ledger.Witness, error)
	// Succeed writes our newest card, signed by the keys of that id too. Conflict: they are the newest, or gone.
	Succeed func(own string) (card string, err error)
	// Follows refuses a card that the keys of the present one did not sign.
	Follows func(present, next string) error
}

// givenUp refuses keys that a partner had and gave up.
func givenUp(ctx context.Context, t *db.Tx, key string) error {
	c, err := t.FormerCardByKey(ctx, key)
	if errors.Is(err, iru.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return c.Withdrawn()
}

// rekeyed has the set that a partner may ask about made anew: either side's keys changed.
func (d *Desk) rekeyed(ctx context.Context, t *db.Tx, id iru.PartnerID) error {
	l, err := t.Line(ctx, id)
	if err != nil {
		return err
	}
	return t.UpdateLine(ctx, l.Rekeyed())
}

// cosigner says whether a partner has, or had, that key to cosign checkpoints: what it cosigned before it changed its keys may come after.
func (d *Desk) cosigner(ctx context.Context, t *db.Tx, p iru.Partner, key string) (bool, error) {
	cards, err := t.CardsOf(ctx, iru.Program(), p.ID)
	if err != nil {
		return false, err
	}
	for _, text := range cards {
		c, err := d.card(text)
		if err != nil {
			return false, err
		}
		if c.Cosigner == key {
			return true, nil
		}
	}
	return false, nil
}

// ChangeKeys records that a person has this installation take new keys towards its partners; next is the card of those. Each partner is told by
// AnnounceKeys once the program has them.
func (d *Desk) ChangeKeys(ctx context.Context, s iru.Scope, next iru.Card, why string) error {
	return d.onKeys(ctx, s, "change_keys", next, why, func(*db.Tx) error { return nil })
}

// DropKeys records that a person has the keys before the present ones destroyed. Conflict: a partner knows only those.
func (d *Desk) DropKeys(ctx context.Context, s iru.Scope, why string) error {
	return d.onKeys(ctx, s, "drop_keys", d.Own, why, func(t *db.Tx) error {
		ps, err := t.Partners(ctx, iru.Program())
		if err != nil {
			return err
		}
		var left []string
		for _, p := range ps {
			if p.State == iru.PartnerEnded {
				continue
			}
			l, err := t.Line(ctx, p.ID)
			if err != nil {
				return err
			}
			if l.Own != d.Own.Key {
				left = append(left, p.Name)
			}
		}
		if len(left) > 0 {
			return iru.Refuse(iru.Conflict, "these partners have not adopted the new keys: "+clip(strings.Join(left, ", "), 400), "have them compare the fingerprint and adopt the card that they were sent")
		}
		return nil
	})
}

func (d *Desk) onKeys(ctx context.Context, s iru.Scope, verb string, c iru.Card, why string, may func(*db.Tx) error) error {
	if err := s.May(iru.ToConfirm); err != nil {
		return err
	}
	if why = clip(strings.TrimSpace(why), 300); why == "" {
		return iru.Refuse(iru.Invalid, "the reason is missing", "say why")
	}
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		if err := may(t); err != nil {
			return err
		}
		_, err := t.Record(ctx, happened("unit", int64(s.Unit), verb, s.Officer, s.Unit, now, why).With("key", c.Key).With("fingerprint", c.Fingerprint))
		return err
	})
}

// AnnounceKeys tells each partner that knows earlier keys of ours the newest ones, and each that was told another name or address of ours the present one, once.
func (d *Desk) AnnounceKeys(ctx context.Context) error {
	if d.Keys == nil {
		return nil
	}
	cs, err := d.Correspondents(ctx)
	if err != nil {
		return err
	}
	var all error
	sum := sha256.Sum256([]byte(d.Own.Text))
	now := hex.EncodeToString(sum[:])
	for _, c := range cs {
		if c.Line.Card == now && (c.Line.Own == d.Own.Key || c.Line.Own != "" && c.Line.Told == c.Line.Own+" "+d.Own.Key) {
			continue
		}
		all = errors.Join(all, d.enact(ctx, func(t *db.Tx, at time.Time) error {
			l, err := t.Line(ctx, c.ID)
			if err != nil {
				return err
			}
			if l.Own == "" { // from before it was noted: it knows the ones that there were then
				l.Own = d.Keys.Oldest
			}
			card, told := "", l.Told
			switch other := l.Card != "" && l.Card != now; { // what it has from before that was noted it was handed
			case l.Own != d.Own.Key && (other || l.Told != l.Own+" "+d.Own.Key):
				if card, err = d.Keys.Succeed(l.Own); err != nil {
					return err
				}
				told = l.Own + " " + d.Own.Key
			case l.Own == d.Own.Key && other:
				card = d.Own.Text
			}
			if card != "" {
				if err := d.tellPartner(ctx, t, c.ID, iru.SayCard, "", between, &iru.CardBody{Card: card}, 0, at); err != nil {
					return err
				}
			}
			l.Told, l.Card = told, now
			return t.UpdateLine(ctx, l)
		}))
	}
	return all
}

// SpeakUnder has a partner spoken to under other keys of ours, which it takes and the former ones not. What is not known to be there is sealed anew;
// whoever calls it has asked the partner what it has.
func (d *Desk) SpeakUnder(ctx context.Context, id iru.PartnerID, own string) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		p, err := t.Partner(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		l, err := t.Line(ctx, id)
		if err != nil || l.Own == own {
			return err
		}
		e := happened("partner", int64(id), "speak_under", 0, p.Unit, now, "the partner takes these keys and not the former ones").With("key", own).With("was", l.Own)
		l = l.Rekeyed()
		l.Own = own
		if err := t.UpdateLine(ctx, l); err != nil {
			return err
		}
		if err := d.reseal(ctx, t, id); err != nil {
			return err
		}
		_, err = t.Record(ctx, e)
		return err
	})
}
