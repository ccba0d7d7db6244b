// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/form"
	"iolaus/internal/iru"
)

// Revoke is the issuer's own withdrawal of an act that took effect already, such as after another authority told its intention (Article 4(5)). The
// provider is asked to put the content back, and whoever had it from us is told.
func (d *Desk) Revoke(ctx context.Context, s iru.Scope, id iru.NoticeID, why string) (iru.Notice, error) {
	var n iru.Notice
	if err := s.May(iru.ToEndorse); err != nil {
		return n, err
	}
	if strings.TrimSpace(why) == "" {
		return n, iru.Refuse(iru.Invalid, "the reason is missing", "say why the act is revoked")
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if n, err = t.Notice(ctx, s, id); err != nil {
			return err
		}
		if err := own(s, n.Unit); err != nil {
			return err
		}
		if err := d.loseEffect(ctx, t, n, "revoke", "withdrawn", "revoked: "+strings.TrimSpace(why), s.Officer, now); err != nil {
			return err
		}
		n, err = t.Notice(ctx, s, id)
		return err
	})
	return n, err
}

// loseEffect ends an act that a court, another authority or we ourselves took the effect from: its clocks stop, reinstatement is owed, what it
// left in the banks is withdrawn, and letters to everybody who had it from us are drafted for a person.
func (d *Desk) loseEffect(ctx context.Context, t *db.Tx, n iru.Notice, verb, cause, why string, by iru.OfficerID, now time.Time) error {
	was := n
	n, err := stepped(ctx, t, n, verb, by, now, clip(why, 300))
	if err != nil {
		return err
	}
	if err := d.stopClocks(ctx, t, n.ID, now, cause); err != nil {
		return err
	}
	for _, rule := range []string{finalRule, "tco-6m"} {
		if err := stopAbout(ctx, t, iru.Subject{Noun: "notice", ID: int64(n.ID)}, rule, now, cause); err != nil {
			return err
		}
	}
	if sc, err := t.ScrutinyOf(ctx, iru.Program(), n.ID); err == nil && verb == "revoke" && iru.ScrutinyTable.Can(sc.State, "withdraw") {
		if _, err := d.moveScrutiny(ctx, t, sc, "withdraw", by, now, why); err != nil {
			return err
		}
		if err := stopAbout(ctx, t, iru.Subject{Noun: "scrutiny", ID: int64(sc.ID)}, "", now, "we withdrew the order"); err != nil {
			return err
		}
	}
	if err := relent(ctx, t, n.Asset, by, now, n.Ref+" has no effect any more"); err != nil {
		return err
	}
	u, err := t.Unit(ctx, n.Unit)
	if err != nil {
		return err
	}
	if was.EndsWithRemoval() {
		if err := d.owe(ctx, t, n, u, cause, why, by, now); err != nil {
			return err
		}
	}
	if err := d.unbank(ctx, t, n, why, by, now); err != nil {
		return err
	}
	return d.tellAll(ctx, t, n, u, why, by, now)
}

// owe opens the reinstatement and drafts the letter that asks for it.
func (d *Desk) owe(ctx context.Context, t *db.Tx, n iru.Notice, u iru.Unit, cause, why string, by iru.OfficerID, now time.Time) error {
	r := iru.Reinstatement{Unit: n.Unit, Notice: n.ID, Asset: n.Asset, Cause: cause, Why: clip(why, 500), State: iru.ReinstatementOwed, Created: now}
	if err := t.AddReinstatement(ctx, &r); err != nil {
		return err
	}
	e := happened("reinstatement", r.ID, "owe", by, r.Unit, now, r.Why).With("notice", int64(n.ID)).With("asset", int64(n.Asset))
	e.To = string(r.State)
	if _, err := t.Record(ctx, e); err != nil {
		return err
	}
	p, err := t.Provider(ctx, iru.Program(), n.Provider)
	if err != nil {
		return err
	}
	m := iru.Missive{Kind: iru.Restore, Ref: n.Ref, Notice: n.ID, Provider: p.ID, Name: p.Name, By: by}
	if p.Channel == iru.ByMail {
		m.Address = p.Address
	}
	if m, err = d.write(ctx, t, u, m, form.Missive{Locator: n.Locator, Why: why}, now); err != nil {
		return err
	}
	if p.Contact == iru.ContactConfirmed && m.Address != "" { // at once (Article 4(7)): it needs no further decision
		if _, err := d.queue(ctx, t, m, by, now); err != nil {
			return err
		}
	}
	c := onNotice(n, p)
	c.About = iru.Subject{Noun: "reinstatement", ID: r.ID}
	if _, err := d.begin(ctx, t, c, "internal-reinstate", now, cause); err != nil {
		return err
	}
	_, err = t.Enqueue(ctx, Verify{Asset: n.Asset}, look(soon))
	return err
}

// askedBack marks what the provider was told to put back.
func (d *Desk) askedBack(ctx context.Context, t *db.Tx, m iru.Missive, now time.Time) error {
	n, err := t.Notice(ctx, iru.Program(), m.Notice)
	if err != nil {
		return err
	}
	rs, err := t.ReinstatementsOf(ctx, iru.Program(), n.Asset)
	if err != nil {
		return err
	}
	for _, r := range rs {
		if r.Notice == n.ID && r.State == iru.ReinstatementOwed {
			if err := moveReinstatement(ctx, t, r, "ask", m.By, now, "letter to "+m.Name); err != nil {
				return err
			}
		}
	}
	return nil
}

func moveReinstatement(ctx context.Context, t *db.Tx, r iru.Reinstatement, verb string, by iru.OfficerID, at time.Time, note string) error {
	next, e, err := r.Step(verb, by, at, note)
	if err != nil {
		return err
	}
	if err := t.UpdateReinstatement(ctx, next, r.State); err != nil {
		return err
	}
	if _, err = t.Record(ctx, e); err != nil || verb == "ask" {
		return err
	}
	return stopAbout(ctx, t, iru.Subject{Noun: "reinstatement", ID: r.ID}, "", at, note)
}

// KeptDown records that a provider does not put content back, by its own terms (Article 4(7)): we stop looking.
func (d *Desk) KeptDown(ctx context.Context, s iru.Scope, id int64, why string) error {
	if err := s.May(iru.ToAnswer); err != nil {
		return err
	}
	if strings.TrimSpace(why) == "" {
		return iru.Refuse(iru.Invalid, "it is not said why the provider keeps it down", "quote its answer")
	}
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		r, err := t.Reinstatement(ctx, s, id)
		if err != nil {
			return err
		}
		if err := own(s, r.Unit); err != nil {
			return err
		}
		return moveReinstatement(ctx, t, r, "decline", s.Officer, now, clip(why, 500))
	})
}

// putBack is the verification of a removal the other way round: seen up by agreement of the vantage points, what is owed is done. It reports
// whether the asset's return is a reinstatement and no breach.
func (d *Desk) putBack(ctx context.Context, t *db.Tx, a iru.Asset, o iru.Observation) (bool, error) {
	rs, err := t.ReinstatementsOf(ctx, iru.Program(), a.ID)
	if err != nil || len(rs) == 0 {
		return false, err
	}
	lawful := false
	for _, r := range rs {
		if !r.Open() && r.State != iru.ReinstatementSeen {
			continue
		}
		lawful = true
		if r.Open() && a.Presence.UpBy(d.Rules.Agreement) {
			if err := moveReinstatement(ctx, t, r, "verify", 0, o.At, fmt.Sprintf("up again, seen from %d vantage points: %s", max(d.Rules.Agreement.Points, 1), o.Detail)); err != nil {
				return false, err
			}
		}
	}
	if !lawful {
		return false, nil
	}
	acts, err := t.NoticeStates(ctx, a.ID) // another act that stands makes it a breach all the same
	return lawful && !slices.Contains(acts, iru.NoticeComplied), err
}

// unbank withdraws what the judgement of the act's item left in the unit's banks.
func (d *Desk) unbank(ctx context.Context, t *db.Tx, n iru.Notice, why string, by iru.OfficerID, now time.Time) error {
	ks, err := t.KnownsOfItem(ctx, n.Unit, n.Item, n.Asset)
	if err != nil {
		return err
	}
	for _, k := range ks {
		if !iru.KnownTable.Can(k.State, "withdraw") {
			continue
		}
		if err := moveKnown(ctx, t, &k, "withdraw", by, now, clip(n.Ref+" has no effect any more: "+why, 300)); err != nil {
			return err
		}
	}
	return nil
}

// tellAll drafts a correction to everybody who had what the act rests on from us: addressees of other acts about it, authorities that got a copy, and
// those to whom evidence was handed out. A person reads and sends each.
func (d *Desk) tellAll(ctx context.Context, t *db.Tx, n iru.Notice, u iru.Unit, why string, by iru.OfficerID, now time.Time) error {
	type who struct {
		name, mail string
		provider   iru.ProviderID
	}
	var all []who
	seen := map[string]bool{}
	add := func(w who) {
		if w.name != "" && !seen[strings.ToLower(w.name)] {
			seen[strings.ToLower(w.name)] = true
			all = append(all, w)
		}
	}
	if first, err := t.Provider(ctx, iru.Program(), n.Provider); err != nil {
		return err
	} else if n.EndsWithRemoval() { // it gets the letter that asks for reinstatement
		seen[strings.ToLower(first.Name)] = true
	}
	ns, err := t.NoticesOf(ctx, iru.Program(), n.Asset)
	if err != nil {
		return err
	}
	for _, x := range ns {
		if x.SentAt.IsZero() || x.Unit != n.Unit || n.Item != 0 && x.Item != 0 && x.Item != n.Item {
			continue
		}
		p, err := t.Provider(ctx, iru.Program(), x.Provider)
		if err != nil {
			return err
		}
		w := who{p.Name, "", p.ID}
		if p.Channel == iru.ByMail {
			w.mail = p.Address
		}
		add(w)
	}
	ms, err := t.MissivesAfter(ctx, iru.ProgramFor(n.Unit), db.MissiveFilter{Notice: n.ID}, 0, 1000)
	if err != nil {
		return err
	}
	for _, m := range ms {
		if m.Left() || m.State == iru.MissiveQueued && m.Kind == iru.OrderCopy {
			add(who{m.Name, m.Address, m.Provider})
		}
	}
	handed, err := exportsOf(ctx, t, n)
	if err != nil {
		return err
	}
	for _, name := range handed {
		add(who{name, "", 0})
	}
	for _, w := range all {
		m := iru.Missive{Kind: iru.Correction, Ref: n.Ref, Notice: n.ID, Provider: w.provider, Name: w.name, Address: w.mail, By: by}
		if _, err := d.write(ctx, t, u, m, form.Missive{Locator: n.Locator, Why: why}, now); err != nil {
			return err
		}
	}
	return nil
}

// exportsOf names those to whom exhibits of the act's item, or asset, were handed out.
func exportsOf(ctx context.Context, t *db.Tx, n iru.Notice) (names []string, err error) {
	is, err := t.ItemsOf(ctx, iru.Program(), n.Asset)
	if err != nil {
		return nil, err
	}
	var xs []iru.Exhibit
	for _, i := range is {
		if n.Item != 0 && i.ID != n.Item {
			continue
		}
		more, err := t.ExhibitsOf(ctx, iru.Program(), i.ID)
		if err != nil {
			return nil, err
		}
		xs = append(xs, more...)
	}
	for _, x := range xs {
		es, err := t.LastOf(ctx, iru.Subject{Noun: "exhibit", ID: int64(x.ID)}, "export", 100)
		if err != nil {
			return nil, err
		}
		for _, e := range es {
			if to, ok := e.Facts["to"].(string); ok {
				names = append(names, to)
			}
		}
	}
	return names, nil
}
