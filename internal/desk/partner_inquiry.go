// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/locator"
)

// Hits are the functions of hit/no-hit questions (RFC 9497). They are pure: package peer has them, and texts are base64.
type Hits struct {
	// Blind writes a question about addresses in a partner's set, and what is kept secret until its answer comes.
	Blind func(set []string, purpose string, addresses []string) (question, secret string, err error)
	// Read says for each address whether it is in the set. An answer under another key than the set's is refused.
	Read func(set []string, purpose string, addresses []string, secret, answer string) ([]bool, error)
	// Asked reads a partner's question without answering it.
	Asked func(question string) (set int64, purpose string, addresses int, err error)
	// Number is the number of the set that a part is of.
	Number func(part string) (int64, error)
	// Answer evaluates the question of the partner with these keys, under the keys of ours that it knows.
	Answer func(own, key, question string) (answer string, err error)
	// Set writes the parts of a set for the partner with these keys, under the keys of ours that it knows.
	Set func(ctx context.Context, own, key string, number int64, at time.Time, addresses []string) ([]string, error)
	// Quota is how many addresses a partner may ask about in 24 hours.
	Quota int
	// Contact is whom a partner calls after a hit; "": nothing is answered from here.
	Contact string
}

const day = 24 * time.Hour

// Inquire asks a partner whether it has any of the addresses. It learns neither which ones nor the answer; the purpose it reads and keeps.
func (d *Desk) Inquire(ctx context.Context, s iru.Scope, partner iru.PartnerID, purpose string, addresses []string) (iru.Inquiry, error) {
	if err := s.May(iru.ToAssess); err != nil {
		return iru.Inquiry{}, err
	}
	if d.Hits == nil {
		return iru.Inquiry{}, iru.Refuse(iru.Unavailable, "this installation speaks to no partners", "set peer.listen and peer.address in the configuration")
	}
	purpose = strings.Join(strings.Fields(purpose), " ")
	var list []string
	for _, a := range addresses {
		if a = strings.TrimSpace(a); a == "" {
			continue
		}
		l, err := locator.Parse(a)
		if err != nil {
			return iru.Inquiry{}, err
		}
		if !slices.Contains(list, l.String()) {
			list = append(list, l.String())
		}
	}
	var i iru.Inquiry
	number, err := uid()
	if err != nil {
		return iru.Inquiry{}, err
	}
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		p, err := t.Partner(ctx, s, partner)
		if err != nil {
			return err
		}
		if err := p.Open(); err != nil {
			return err
		}
		by, err := t.Officer(ctx, s.Officer)
		if err != nil {
			return err
		}
		i = iru.Inquiry{UID: number, Unit: s.Unit, Partner: partner, Ours: true, Purpose: purpose, By: s.Officer, Asker: by.Name, Count: len(list), Addresses: list, State: iru.InquiryAsked, At: now, Hits: []string{}}
		used, err := t.InquiryUse(ctx, partner, true, now.Add(-day))
		if err != nil {
			return err
		}
		if err := i.Quota(used, d.Hits.Quota); err != nil {
			return err
		}
		set, err := setOf(ctx, t, partner)
		if err != nil {
			return err
		}
		if i.Request, i.Blinding, err = d.Hits.Blind(set, purpose, list); err != nil {
			return err
		}
		if err := t.AddInquiry(ctx, &i); err != nil {
			return err
		}
		e := happened("inquiry", int64(i.ID), "ask", s.Officer, s.Unit, now, purpose).With("partner", int64(partner)).With("addresses", len(list)).With("uid", number).With("sha256", Digest(i.Request))
		e.To = string(i.State)
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
		return d.tellPartner(ctx, t, partner, iru.SayAsk, "", between, &iru.AskBody{UID: number, By: by.Name, Question: i.Request}, s.Officer, now)
	})
	return i, err
}

// setOf are the parts of the newest set of a partner that came whole.
func setOf(ctx context.Context, t *db.Tx, partner iru.PartnerID) ([]string, error) {
	is, err := t.IncomingLast(ctx, partner, iru.SaySet, 1)
	if err != nil {
		return nil, err
	}
	if len(is) == 0 {
		return nil, iru.Refuse(iru.Conflict, "the partner has not said yet that it can be asked", "its installation sends that by itself, within a day, if it answers such questions")
	}
	b, err := iru.ReadBody(is[0].Kind, "", is[0].Body)
	if err != nil {
		return nil, err
	}
	s, ok := b.(*iru.SetBody)
	if !ok {
		return nil, fmt.Errorf("read set: %w", iru.Internal)
	}
	return []string{s.Part}, nil
}

// heardAsk answers a partner's question within its quota, and refuses one beyond it: many questions are an enumeration, and a person is told.
func (d *Desk) heardAsk(ctx context.Context, t *db.Tx, m message, b *iru.AskBody) error {
	if d.Hits == nil {
		return iru.Refuse(iru.Unavailable, "this process speaks to no partners", "")
	}
	set, purpose, n, err := d.Hits.Asked(b.Question)
	if err != nil {
		return err
	}
	l, err := t.Line(ctx, m.Partner)
	if err != nil {
		return err
	}
	i := iru.Inquiry{UID: b.UID, Unit: m.partner.Unit, Partner: m.Partner, Purpose: purpose, Asker: b.By, Count: n, Addresses: []string{}, Request: b.Question, State: iru.InquiryAsked, At: m.now, Hits: []string{}}
	used, err := t.InquiryUse(ctx, m.Partner, false, m.now.Add(-day))
	if err != nil {
		return err
	}
	if err := t.AddInquiry(ctx, &i); err != nil {
		return err
	}
	e := happened("inquiry", int64(i.ID), "asked", 0, i.Unit, m.now, purpose).With("partner", int64(m.Partner)).With("by", b.By).With("addresses", n).With("uid", b.UID).With("sha256", Digest(b.Question))
	e.To = string(i.State)
	if _, err := t.Record(ctx, e); err != nil {
		return err
	}
	answer := &iru.ToldBody{UID: b.UID}
	over := i.Quota(used, d.Hits.Quota)
	switch {
	case over != nil:
		answer.Refused = refusal(over)
		if err := d.alarm(ctx, t, m.partner, "enumeration", fmt.Sprintf("the partner asked about %d addresses in 24 hours; %d are agreed. Further questions are refused.", used+n, d.Hits.Quota), m.now); err != nil {
			return err
		}
	case d.Hits.Contact == "":
		answer.Refused = "no such questions are answered here"
	case !l.Asks(set):
		answer.Refused = "the question is about another set than the one that was sent last; ask again"
	default:
		if answer.Answer, err = d.Hits.Answer(l.Own, m.partner.Key, b.Question); err != nil {
			return err
		}
		answer.Contact = d.Hits.Contact
	}
	verb := "answer"
	if answer.Refused != "" {
		verb = "refuse"
	}
	next, e, err := i.Step(verb, m.now, answer.Refused)
	if err != nil {
		return err
	}
	if err := t.UpdateInquiry(ctx, next, i.State); err != nil {
		return err
	}
	if _, err := t.Record(ctx, e); err != nil {
		return err
	}
	return d.tellPartner(ctx, t, m.Partner, iru.SayTold, "", between, answer, 0, m.now)
}

// refusal is the reason that a partner is told.
func refusal(err error) string {
	var r *iru.Refusal
	if errors.As(err, &r) {
		return r.Reason
	}
	return "it is refused"
}

// heardTold reads the answer to a question of ours: hit or no hit, and whom to call.
func (d *Desk) heardTold(ctx context.Context, t *db.Tx, m message, b *iru.ToldBody) error {
	i, err := t.InquiryOf(ctx, m.Partner, b.UID, true)
	if errors.Is(err, iru.NotFound) {
		return iru.Refuse(iru.Forbidden, "no such question was asked from here", "ask the partner's person")
	}
	if err != nil {
		return err
	}
	verb, hits := "refuse", []string{}
	if b.Refused == "" {
		if d.Hits == nil {
			return iru.Refuse(iru.Unavailable, "this process speaks to no partners", "")
		}
		verb = "answer"
		set, _, _, err := d.Hits.Asked(i.Request)
		if err != nil {
			return err
		}
		parts, err := d.setNumbered(ctx, t, m.Partner, set)
		if err != nil {
			return err
		}
		found, err := d.Hits.Read(parts, i.Purpose, i.Addresses, i.Blinding, b.Answer)
		if err != nil {
			return err
		}
		for n, hit := range found {
			if hit {
				hits = append(hits, i.Addresses[n])
			}
		}
	}
	old := i.State
	next, e, err := i.Step(verb, m.now, b.Refused)
	if err != nil {
		return err
	}
	if next.Hits = hits; len(hits) > 0 {
		next.Contact = b.Contact
	}
	if err := t.UpdateInquiry(ctx, next, old); err != nil {
		return err
	}
	_, err = t.Record(ctx, e.With("hits", len(hits)))
	return err
}

// setNumbered is the partner's set that a question was about, also when a newer one came since.
func (d *Desk) setNumbered(ctx context.Context, t *db.Tx, partner iru.PartnerID, number int64) ([]string, error) {
	is, err := t.IncomingLast(ctx, partner, iru.SaySet, setsKept)
	if err != nil {
		return nil, err
	}
	for _, i := range is {
		b, err := iru.ReadBody(i.Kind, "", i.Body)
		if err != nil {
			return nil, err
		}
		s, ok := b.(*iru.SetBody)
		if n, err := d.Hits.Number(s.Part); ok && err == nil && n == number {
			return []string{s.Part}, nil
		}
	}
	return nil, iru.Refuse(iru.Conflict, "the set that was asked about is not here any more", "ask again")
}

// heardSet keeps what may be asked about: the message itself is where it lies.
func (d *Desk) heardSet(_ context.Context, _ *db.Tx, _ message, b *iru.SetBody) error {
	if d.Hits == nil {
		return iru.Refuse(iru.Unavailable, "this process speaks to no partners", "")
	}
	_, err := d.Hits.Number(b.Part)
	return err
}

// SetEvery is how often it is looked whether what partners may ask about changed.
const SetEvery = day

// PublishSets sends each partner the set that it may ask about, where it changed. A new one has a new key.
func (d *Desk) PublishSets(ctx context.Context) error {
	if d.Hits == nil || d.Hits.Contact == "" {
		return nil
	}
	cs, err := d.Correspondents(ctx)
	if err != nil {
		return err
	}
	for _, c := range cs {
		now := d.now()
		if now.Sub(c.Line.SetAt) < SetEvery {
			continue
		}
		var items []string
		if err := d.DB.View(ctx, func(t *db.Tx) error {
			as, err := t.Assets(ctx, iru.ProgramFor(c.Unit))
			items = nil
			for _, a := range as {
				if a.State != iru.AssetCandidate && a.State != iru.AssetRejected {
					items = append(items, a.Locator)
				}
			}
			return err
		}); err != nil {
			return err
		}
		slices.Sort(items)
		if len(items) > maxSet {
			items = items[:maxSet]
		}
		sum := Digest(strings.Join(items, "\n"))
		number := max(now.Unix(), c.Line.Set+1)
		var parts []string
		if sum != c.Line.SetDigest {
			if parts, err = d.Hits.Set(ctx, c.Line.Own, c.Key, number, now, items); err != nil {
				return err
			}
		}
		if err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
			l, err := t.Line(ctx, c.ID)
			if err != nil {
				return err
			}
			if p, err := t.Partner(ctx, iru.Program(), c.ID); err != nil || p.Key != c.Key || l.Own != c.Line.Own { // keys changed meanwhile: at the next turn
				return err
			}
			l.SetAt = now
			if len(parts) > 0 {
				if l.SetDigest != "" {
					l.SetBefore = l.Set
				}
				l.Set, l.SetDigest = number, sum
			}
			for _, p := range parts {
				if err := d.tellPartner(ctx, t, c.ID, iru.SaySet, "", between, &iru.SetBody{Part: p}, 0, now); err != nil {
					return err
				}
			}
			return t.UpdateLine(ctx, l)
		}); err != nil {
			return err
		}
	}
	return nil
}

// setsKept is how many sets of a partner are kept: the answer to a question about one of them may be on its way.
const setsKept = 5

// maxSet is how many addresses a set has at most: its part is then a message of 2.8 MB.
const maxSet = 1 << 18
