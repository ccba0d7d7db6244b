// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/form"
	"iolaus/internal/iru"
)

// A ThreatRequest is an act that must leave at once since lives are in danger.
type ThreatRequest struct {
	Draft    DraftRequest // about one item
	Category string
	Reason   string
}

// informed are those who must know of a threat to life, with the words for them (TCO Art 14(5)).
var informed = [][2]string{{"authority", "The authority that investigates or prosecutes where the danger is"}, {"contact", "The contact point of the Member State concerned (Article 12(2))"},
	{"europol", "Europol"}}

// OpenThreat is the first person's word for a threat to life: the act is drafted and submitted, a binding one has its first approval, and a
// finding in doubt carries it. Nothing leaves before a second person has declared it, too.
func (d *Desk) OpenThreat(ctx context.Context, s iru.Scope, r ThreatRequest) (iru.Threat, iru.Notice, error) {
	var h iru.Threat
	var n iru.Notice
	for _, p := range []iru.Power{iru.ToDraft, iru.ToEndorse} {
		if err := s.May(p); err != nil {
			return h, n, err
		}
	}
	key := make([]byte, 16)
	if _, err := rand.Read(key); err != nil {
		return h, n, fmt.Errorf("open threat: %w: %w", iru.Internal, err)
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		h = iru.Threat{Item: r.Draft.Item, Category: r.Category, Reason: strings.TrimSpace(r.Reason), First: s.Officer, FirstAt: now, Overrides: []string{"deconfliction"},
			Inform: []iru.Inform{}, State: iru.ThreatOpened}
		if err := h.Check(); err != nil {
			return err
		}
		if r.Draft.Operation != 0 || r.Draft.Parent != 0 {
			return iru.Refuse(iru.Invalid, "the fast lane takes an act of its own", "leave the operation out")
		}
		i, err := ownItem(ctx, t, s, r.Draft.Item)
		if err != nil {
			return err
		}
		if i.State == iru.ItemSecond {
			h.Overrides = append(h.Overrides, "second opinion")
		}
		h.Unit, r.Draft.Asset = i.Unit, i.Asset
		if err := t.AddThreat(ctx, &h); err != nil {
			return err
		}
		r.Draft.threat = h.ID
		if n, err = d.draft(ctx, t, s, r.Draft, hex.EncodeToString(key), now); err != nil {
			return err
		}
		if err := n.Ready(); err != nil {
			return err
		}
		if err := d.twice(ctx, t, n, alone+"threat to life"); err != nil {
			return err
		}
		if n.Subject, n.Text, n.Facts, err = d.paper(ctx, t, n); err != nil {
			return err
		}
		if n, err = stepped(ctx, t, n, "submit", s.Officer, now, alone+"threat to life"); err != nil {
			return err
		}
		if n.NeedsTwo() {
			if n, err = d.approveAs(ctx, t, n, s.Officer, now); err != nil {
				return err
			}
		}
		h.Notice = n.ID
		if err := t.UpdateThreat(ctx, h, h.State); err != nil {
			return err
		}
		e := happened("threat", int64(h.ID), "open", s.Officer, h.Unit, now, h.Reason).With("category", h.Category).With("notice", int64(n.ID)).With("overrides", h.Overrides)
		e.To = string(h.State)
		_, err = t.Record(ctx, e)
		return err
	})
	return h, n, err
}

// approveAs approves an act as it stands in this transaction.
func (d *Desk) approveAs(ctx context.Context, t *db.Tx, n iru.Notice, by iru.OfficerID, now time.Time) (iru.Notice, error) {
	o, err := t.Officer(ctx, by)
	if err != nil {
		return n, err
	}
	dig, err := ActDigest(n)
	if err != nil {
		return n, err
	}
	return d.approve(ctx, t, n, o, dig, now)
}

// DeclareThreat is the second person's word, on the act whose digest was read: the act is approved and leaves as soon as a checkpoint covers
// that. The letters to whoever must know are prepared, and the review afterwards is owed.
func (d *Desk) DeclareThreat(ctx context.Context, s iru.Scope, id iru.ThreatID, seen string) (iru.Threat, error) {
	return d.threat(ctx, s, id, iru.ToEndorse, func(t *db.Tx, h iru.Threat, now time.Time) (iru.Threat, iru.Event, error) {
		if err := twoPeople(ctx, t, s.Officer, h.First); err != nil && s.Officer != h.First {
			return h, iru.Event{}, err
		}
		n, err := t.Notice(ctx, s, h.Notice)
		if err != nil {
			return h, iru.Event{}, err
		}
		h.Second, h.SecondAt = s.Officer, now
		h, e, err := h.Step("declare", s.Officer, now, h.Reason)
		if err != nil {
			return h, e, err
		}
		r, ok := d.Regime.Clock(iru.ThreatReview)
		if !ok {
			return h, e, fmt.Errorf("declare threat: the regime has no clock %s: %w", iru.ThreatReview, iru.Internal)
		}
		h.Due = now.Add(r.Length)
		by, err := t.Officer(ctx, s.Officer)
		if err != nil {
			return h, e, err
		}
		if n, err = d.approve(ctx, t, n, by, seen, now); err != nil {
			return h, e, err
		}
		if h.Inform, err = d.prepare(ctx, t, s, h, n, by); err != nil {
			return h, e, err
		}
		return h, e.With("due", h.Due.Format(time.RFC3339)).With("first", int64(h.First)).With("overrides", h.Overrides), nil
	})
}

// prepare writes the letters to whoever must know. A person sends them, by the way that is agreed there: that to the investigating authority
// names those of the unit's state that the register of authorities has for it and that a person confirmed.
func (d *Desk) prepare(ctx context.Context, t *db.Tx, s iru.Scope, h iru.Threat, n iru.Notice, second iru.Officer) ([]iru.Inform, error) {
	u, err := t.Unit(ctx, h.Unit)
	if err != nil {
		return nil, err
	}
	p, err := t.Provider(ctx, iru.Program(), n.Provider)
	if err != nil {
		return nil, err
	}
	first, err := t.Officer(ctx, h.First)
	if err != nil {
		return nil, err
	}
	g := form.Danger{Issuer: u.Name + ", " + u.Country, IssuerMail: u.Mail, Category: iru.ThreatCategories[h.Category], Reason: h.Reason, Ref: n.Ref + ", " + n.Instrument.Title(), Address: n.Locator,
		Addressee: p.Name, Declared: fmt.Sprintf("%s UTC, by %s and %s", h.SecondAt.Format("2006-01-02 15:04:05"), first.Name, second.Name)}
	investigators, err := investigators(ctx, t, s, u.Country)
	if err != nil {
		return nil, err
	}
	var out []iru.Inform
	for _, to := range informed {
		words := to[1]
		if to[0] == "authority" && investigators != "" {
			words = investigators
		}
		out = append(out, iru.Inform{To: to[0], Text: form.Inform(words, g)})
	}
	return out, nil
}

// investigators names the confirmed authorities of a state that take reports of a threat to life, with the way to each; "" where the
// register has none.
func investigators(ctx context.Context, t *db.Tx, s iru.Scope, country string) (string, error) {
	as, err := t.AuthoritiesOf(ctx, s, country, iru.RoleThreat)
	if err != nil {
		return "", err
	}
	var names []string
	for _, a := range as {
		if a.State == iru.ContactConfirmed {
			names = append(names, fmt.Sprintf("%s, %s (%s; confirmed on %s)", a.Name, a.Country, a.Way(), a.ConfirmedAt.UTC().Format("2006-01-02")))
		}
	}
	return strings.Join(names, "; "), nil
}

// InformThreat records that somebody who must know was told: to whom, and by which way.
func (d *Desk) InformThreat(ctx context.Context, s iru.Scope, id iru.ThreatID, to, how string) (iru.Threat, error) {
	if how = strings.TrimSpace(how); how == "" {
		return iru.Threat{}, iru.Refuse(iru.Invalid, "it is not said whom you told, and how", "name the person or office and the way")
	}
	return d.threat(ctx, s, id, iru.ToAnswer, func(_ *db.Tx, h iru.Threat, now time.Time) (iru.Threat, iru.Event, error) {
		i := slices.IndexFunc(h.Inform, func(x iru.Inform) bool { return x.To == to })
		if i < 0 {
			return h, iru.Event{}, iru.Refuse(iru.NotFound, "no letter was prepared to "+to, "choose authority, contact or europol")
		}
		if h.Inform[i].By != 0 {
			return h, iru.Event{}, iru.Refuse(iru.Conflict, "they were told already", "")
		}
		h.Inform = slices.Clone(h.Inform)
		h.Inform[i].By, h.Inform[i].At, h.Inform[i].How = s.Officer, now, how
		return h, happened("threat", int64(h.ID), "inform", s.Officer, h.Unit, now, how).With("to", to), nil
	})
}

// ReviewThreat is the review afterwards, by a third person: the fast lane was right, or it was not. What follows for the act is decided on
// the act.
func (d *Desk) ReviewThreat(ctx context.Context, s iru.Scope, id iru.ThreatID, right bool, why string) (iru.Threat, error) {
	if why = strings.TrimSpace(why); why == "" {
		return iru.Threat{}, iru.Refuse(iru.Invalid, "the reason is missing", "say what the danger was, and whether the ordinary way would have been too slow")
	}
	return d.threat(ctx, s, id, iru.ToEndorse, func(t *db.Tx, h iru.Threat, now time.Time) (iru.Threat, iru.Event, error) {
		verb := "fault"
		if right {
			verb = "uphold"
		}
		h.Review, h.ReviewAt, h.ReviewWhy = s.Officer, now, why
		h, e, err := h.Step(verb, s.Officer, now, why)
		if err != nil {
			return h, e, err
		}
		return h, e, twoPeople(ctx, t, s.Officer, h.First, h.Second)
	})
}

// WithdrawThreat takes a threat back that no second person has declared, and with it its act.
func (d *Desk) WithdrawThreat(ctx context.Context, s iru.Scope, id iru.ThreatID, why string) (iru.Threat, error) {
	if why = strings.TrimSpace(why); why == "" {
		return iru.Threat{}, iru.Refuse(iru.Invalid, "the reason is missing", "say why there is no such danger")
	}
	return d.threat(ctx, s, id, iru.ToEndorse, func(t *db.Tx, h iru.Threat, now time.Time) (iru.Threat, iru.Event, error) {
		h, e, err := h.Step("withdraw", s.Officer, now, why)
		if err != nil {
			return h, e, err
		}
		n, err := t.Notice(ctx, s, h.Notice)
		if err != nil || !iru.NoticeTable.Can(n.State, "withdraw") {
			return h, e, err
		}
		return h, e, step(ctx, t, n, "withdraw", s.Officer, now, why)
	})
}

func (d *Desk) threat(ctx context.Context, s iru.Scope, id iru.ThreatID, p iru.Power, f func(*db.Tx, iru.Threat, time.Time) (iru.Threat, iru.Event, error)) (iru.Threat, error) {
	var h iru.Threat
	if err := s.May(p); err != nil {
		return h, err
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if h, err = t.Threat(ctx, s, id); err != nil {
			return err
		}
		if err := own(s, h.Unit); err != nil {
			return err
		}
		old := h.State
		var e iru.Event
		if h, e, err = f(t, h, now); err != nil {
			return err
		}
		if err := t.UpdateThreat(ctx, h, old); err != nil {
			return err
		}
		_, err = t.Record(ctx, e)
		return err
	})
	return h, err
}
