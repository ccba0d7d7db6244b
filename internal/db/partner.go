// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"

	"iolaus/internal/iru"
)

var partners = shape[iru.Partner]{"partner", "id, unit, name, country, url, key, fingerprint, card, state, added_by, added, confirmed_by, confirmed, note, next, next_by, next_at", func(p *iru.Partner) []any {
	return []any{&p.ID, &p.Unit, &p.Name, &p.Country, &p.URL, &p.Key, &p.Fingerprint, &p.Card, &p.State, &p.AddedBy, Micros(&p.Added), &p.ConfirmedBy, Micros(&p.Confirmed), &p.Note,
		&p.Next, &p.NextBy, Micros(&p.NextAt)}
}}

// AddPartner stores a partner and sets its id; Conflict if one of that key is there and not ended.
func (t *Tx) AddPartner(ctx context.Context, p *iru.Partner) error { return partners.insert(ctx, t, p) }

// Partner reads one partner.
func (t *Tx) Partner(ctx context.Context, s iru.Scope, id iru.PartnerID) (iru.Partner, error) {
	return partners.get(ctx, t, ownReach+" AND id=$2", s.Reach(), id)
}

// PartnerByKey reads the partner, not ended, that has these keys. It is for the program, which has checked a signature.
func (t *Tx) PartnerByKey(ctx context.Context, key string) (iru.Partner, error) {
	return partners.get(ctx, t, "key=$1 AND state<>'ended'", key)
}

// Partners lists a scope's partners by name.
func (t *Tx) Partners(ctx context.Context, s iru.Scope) ([]iru.Partner, error) {
	return partners.list(ctx, t, "WHERE "+ownReach+" ORDER BY name, id", s.Reach())
}

// PartnersAfter lists the partners after an id, oldest first, at most n.
func (t *Tx) PartnersAfter(ctx context.Context, s iru.Scope, after iru.PartnerID, n int) ([]iru.Partner, error) {
	return partners.list(ctx, t, "WHERE "+ownReach+" AND id>$2 ORDER BY id LIMIT $3", s.Reach(), after, n)
}

// UpdatePartner stores the partner again if its state is still the old one.
func (t *Tx) UpdatePartner(ctx context.Context, p iru.Partner, old iru.PartnerState) error {
	return partners.update(ctx, t, &p, "state", old)
}

var lines = shape[iru.Line]{"partner_line", "id, partner, out_epoch, out_seq, out_digest, durable_epoch, durable_seq, durable_digest, sent, in_epoch, in_seq, in_digest, heard, trouble, alarm, failed, " +
	"tries, next, skew, skew_at, cleared, set_number, set_before, set_digest, set_at, own, told, told_card", func(l *iru.Line) []any {
	return []any{&l.ID, &l.Partner, &l.Out.Epoch, &l.Out.Seq, &l.Out.Digest, &l.Durable.Epoch, &l.Durable.Seq, &l.Durable.Digest, Micros(&l.Sent), &l.In.Epoch, &l.In.Seq, &l.In.Digest,
		Micros(&l.Heard), &l.Trouble, &l.Alarm, &l.Failed, &l.Tries, Micros(&l.Next), Length(&l.Skew), Micros(&l.SkewAt), Length(&l.Cleared), &l.Set, &l.SetBefore, &l.SetDigest, Micros(&l.SetAt), &l.Own, &l.Told, &l.Card}
}}

// AddLine stores where the traffic with a new partner stands.
func (t *Tx) AddLine(ctx context.Context, l *iru.Line) error { return lines.insert(ctx, t, l) }

// Line reads where the traffic with a partner stands. Reading the partner checks the scope.
func (t *Tx) Line(ctx context.Context, p iru.PartnerID) (iru.Line, error) {
	return lines.get(ctx, t, "partner=$1", p)
}

// UpdateLine stores it again. It is read in the same transaction, which is serialisable.
func (t *Tx) UpdateLine(ctx context.Context, l iru.Line) error {
	return lines.update(ctx, t, &l, "", nil)
}

var partnerCards = shape[iru.FormerCard]{"partner_card", "id, partner, key, card, until", func(c *iru.FormerCard) []any {
	return []any{&c.ID, &c.Partner, &c.Key, &c.Card, Micros(&c.Until)}
}}

// AddFormerCard stores a card that another one took the place of.
func (t *Tx) AddFormerCard(ctx context.Context, c *iru.FormerCard) error {
	return partnerCards.insert(ctx, t, c)
}

// FormerCards lists the cards that a partner had before the present one, newest first. Reading the partner checks the scope.
func (t *Tx) FormerCards(ctx context.Context, p iru.PartnerID) ([]iru.FormerCard, error) {
	return partnerCards.list(ctx, t, "WHERE partner=$1 ORDER BY id DESC", p)
}

// CardsOf lists the texts of the card that a partner has and of those that it had, newest first.
func (t *Tx) CardsOf(ctx context.Context, s iru.Scope, id iru.PartnerID) ([]string, error) {
	p, err := t.Partner(ctx, s, id)
	if err != nil {
		return nil, err
	}
	former, err := t.FormerCards(ctx, id)
	cards := []string{p.Card}
	for _, f := range former {
		cards = append(cards, f.Card)
	}
	return cards, err
}

// FormerCardByKey reads the newest card of whichever partner that had these keys and gave them up.
func (t *Tx) FormerCardByKey(ctx context.Context, key string) (iru.FormerCard, error) {
	return partnerCards.get(ctx, t, "key=$1 ORDER BY id DESC LIMIT 1", key)
}

// A Backlog is how much waits for a partner, and since when.
type Backlog struct {
	Messages int
	Oldest   int64 // microseconds; 0: nothing waits
	Waiting  int   // of the partner's messages, that wait for an invitation to be accepted
	Parked   int   // of the partner's messages, that a person must look at
}

// Backlog counts what waits with a partner. Reading the partner checks the scope.
func (t *Tx) Backlog(ctx context.Context, p iru.PartnerID) (b Backlog, err error) {
	if err := t.QueryRow(ctx, "SELECT CAST(SUM(n) AS BIGINT), COALESCE(MIN(oldest), 0) FROM ("+fmt.Sprintf(backlog, "queued")+" UNION ALL "+fmt.Sprintf(backlog, "sealed")+") AS waiting", p).Scan(&b.Messages, &b.Oldest); err != nil {
		return b, err
	}
	err = t.QueryRow(ctx, "SELECT COALESCE(SUM(CASE WHEN state='waiting' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN state='parked' THEN 1 ELSE 0 END), 0) FROM incoming WHERE partner=$1 AND state IN ('received','waiting','parked')", p).
		Scan(&b.Waiting, &b.Parked)
	return b, err
}
