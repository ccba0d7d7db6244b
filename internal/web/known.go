// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"errors"
	"slices"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// metShown is how many of the matches of known content stand on a page.
const metShown = 25

func (v *visit) knownPage() error { return v.showKnown(KnownPage{}, nil) }

// known reads the content that the path names, in the bank that it names.
func (v *visit) known() (k iru.Known, b iru.Bank, err error) {
	n, err := v.number("id")
	if err != nil {
		return k, b, err
	}
	if b, err = v.bank("bank"); err != nil {
		return k, b, err
	}
	err = v.read(func(t *db.Tx) error {
		k, err = t.Known(v.ctx(), v.scope, n)
		return err
	})
	if err == nil && k.Bank != b.ID {
		err = iru.NotFound
	}
	return k, b, err
}

// showKnown shows known content: by its fingerprints and what was said of it, since no bank holds the content itself. What a refused form
// said, and why, is set in p before.
func (v *visit) showKnown(p KnownPage, refused error) error {
	ctx := v.ctx()
	var err error
	if p.Known, p.Bank, err = v.known(); err != nil {
		return err
	}
	k := p.Known
	p.Now, p.Said = v.now, v.said()
	p.MayOpine = v.ours(p.Bank.Unit) == nil && (v.may(iru.ToAssess) || v.may(iru.ToCurateBanks))
	before := number(v.r.URL.Query().Get("before"))
	err = v.read(func(t *db.Tx) error {
		who, units := names{}, unitNames{}
		p.By = who.of(ctx, t, k.By)
		all, err := t.OpinionsOf(ctx, v.scope, k.ID)
		if err != nil {
			return err
		}
		if p.Opinions, p.Mine, err = v.opinions(t, who, units, all); err != nil {
			return err
		}
		if p.Floods, err = t.LastOf(ctx, iru.Subject{Noun: "known", ID: k.ID}, "flood", 1); err != nil {
			return err
		}
		if err := v.met(t, &p, iru.MatchID(before)); err != nil {
			return err
		}
		p.History, err = v.told(t, iru.Subject{Noun: "known", ID: k.ID}, who)
		return err
	})
	if err != nil {
		return err
	}
	p.Steps = nil
	for _, verb := range knownVerbs {
		if v.mayStepKnown(verb, k, p.Bank) == nil {
			p.Steps = append(p.Steps, stepButton(knownVerbName(ctx, verb), knownPath(k), verb, ui.Ordinary))
		}
	}
	p.Frame = v.frame("evidence", plainDefanged(k.Name()))
	p.Frame.Handling = handling(p.Bank.Handling)
	if refused != nil {
		return v.again(refused, p.View())
	}
	return v.show(p.View())
}

// opinions lists what was said of known content, newest first, and gives this unit's own opinion that stands.
func (v *visit) opinions(t *db.Tx, who names, units unitNames, all []iru.Opinion) (out []OpinionLine, mine iru.Opinion, err error) {
	standing := iru.Standing(all)
	for _, o := range slices.Backward(all) {
		voice, err := units.voice(v.ctx(), t, o)
		if err != nil {
			return nil, mine, err
		}
		stands := slices.ContainsFunc(standing, func(s iru.Opinion) bool { return s.ID == o.ID })
		if stands && o.Unit == v.by.Unit {
			mine = o
		}
		out = append(out, OpinionLine{Opinion: o, Voice: voice, By: who.of(v.ctx(), t, o.By), Stands: stands})
	}
	return out, mine, nil
}

// met lists the items that the content was met on, newest first.
func (v *visit) met(t *db.Tx, p *KnownPage, before iru.MatchID) error {
	ctx := v.ctx()
	ms, err := t.MatchesWith(ctx, v.scope, p.Known.ID, before, metShown+1)
	if err != nil {
		return err
	}
	if p.Spread, _, err = t.Spread(ctx, p.Known.ID, 1000); err != nil {
		return err
	}
	p.Pages = ui.Pages{}
	if len(ms) > metShown {
		ms = ms[:metShown]
		p.Pages.Next = at(knownPath(p.Known), "before", id(ms[metShown-1].ID))
	}
	if before > 0 {
		p.Pages.Previous = knownPath(p.Known)
	}
	p.Met = ui.Table{Label: ui.T(ctx, "Items that it was met on"), Compact: true, List: true, Empty: ui.T(ctx, "It was met on no item yet."), Columns: []ui.Column{{Title: ui.T(ctx, "Item"), NoWrap: true}, {Title: ui.T(ctx, "Address")},
		{Title: ui.T(ctx, "How near")}, {Title: ui.T(ctx, "Match")}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Met"), Num: true, NoWrap: true}}}
	for _, m := range ms {
		i, err := t.Item(ctx, v.scope, m.Item)
		if err != nil {
			return err
		}
		p.Met.Rows = append(p.Met.Rows, ui.Cells(ui.Link("/items/"+id(i.ID), id(i.ID)), shortAddress(i.Locator), ui.Quiet(join(reasonKind(ctx, m.Medium), distance(ctx, m))), matchState(ctx, m.State).Plain(), itemState(ctx, i.State).Plain(), ui.Fresh{Seen: m.At, Now: v.now}))
	}
	return nil
}

// opine takes an opinion on known content: the unit's own, or a partner's that somebody hands on.
func (v *visit) opine() error {
	k, b, err := v.known()
	if err != nil {
		return err
	}
	if err := v.ours(b.Unit); err != nil {
		return err
	}
	o := iru.Opinion{Known: k.ID, Partner: v.value("partner"), Verdict: iru.Verdict(v.value("verdict")), Note: v.value("opinion")}
	o, err = v.desk.Opine(v.ctx(), v.scope, o)
	if why, ok := complaint(err); ok && !errors.Is(err, iru.Forbidden) {
		return v.showKnown(KnownPage{Problem: why, Typed: o}, err)
	}
	if err != nil {
		return err
	}
	v.say(ui.T(v.ctx(), "The opinion was recorded. A later one of the same voice replaces it; it is kept."))
	return v.to("%s#opinions", knownPath(k))
}

// knownPath is where known content is shown.
func knownPath(k iru.Known) string { return "/banks/" + id(k.Bank) + "/known/" + id(k.ID) }

// unitNames looks up units' names for a page, each once.
type unitNames map[iru.UnitID]string

// voice names whose opinion it is.
func (n unitNames) voice(ctx context.Context, t *db.Tx, o iru.Opinion) (string, error) {
	if o.Unit == 0 {
		return o.Partner, nil
	}
	if s, ok := n[o.Unit]; ok {
		return s, nil
	}
	u, err := t.Unit(ctx, o.Unit)
	n[o.Unit] = u.Name
	return u.Name, err
}
