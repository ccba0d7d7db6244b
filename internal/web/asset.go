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

// looksShown is how many looks a page lists, newest first.
const looksShown = 24

func (v *visit) assetPage() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	p := AssetPage{Said: v.said()}
	if err := v.fillAsset(&p, iru.AssetID(n)); err != nil {
		return err
	}
	return v.show(p.View())
}

func (v *visit) fillAsset(p *AssetPage, a iru.AssetID) error {
	options, err := v.desk.Options(v.ctx(), v.scope, a)
	if err != nil {
		return err
	}
	p.Now, p.Options, p.Agreement = v.now, options, v.desk.Rules.Agreement
	err = v.read(func(t *db.Tx) error {
		r := assetReader{v: v, t: t, ctx: v.ctx(), who: names{}, p: p}
		return r.read(a)
	})
	if err != nil {
		return err
	}
	p.Frame = v.frame("outlets", defanged(p.Asset.Locator))
	p.Frame.Handling = handling(iru.DefaultHandling)
	if p.Outlet.ID != 0 {
		p.Frame.Handling = handling(p.Outlet.Handling)
	}
	own := p.Asset.Unit == v.by.Unit
	p.MayDraft = v.may(iru.ToDraft) && own && p.Asset.Outlet != 0
	p.MayAttribute = v.may(iru.ToAttribute) && own && p.Asset.State == iru.AssetCandidate
	p.MayCarry = v.may(iru.ToConfirm) && own
	p.Steps = nil
	for _, verb := range assetVerbs {
		if v.mayStepAsset(verb, p.Asset) == nil {
			p.Steps = append(p.Steps, stepButton(assetVerbName(v.ctx(), verb), "/assets/"+id(p.Asset.ID), verb, ui.Ordinary))
		}
	}
	return nil
}

type assetReader struct {
	v   *visit
	t   *db.Tx
	ctx context.Context
	who names
	p   *AssetPage
}

func (r *assetReader) read(a iru.AssetID) error {
	p, s := r.p, r.v.scope
	var err error
	if p.Asset, err = r.t.Asset(r.ctx, s, a); err != nil {
		return err
	}
	if p.Asset.Outlet != 0 {
		if p.Outlet, err = r.t.Outlet(r.ctx, s, p.Asset.Outlet); err != nil {
			return err
		}
	}
	if p.Looks, err = r.t.Observations(r.ctx, s, a, looksShown); err != nil {
		return err
	}
	if p.Items, err = r.t.ItemsOf(r.ctx, s, a); err != nil {
		return err
	}
	if p.Notices, err = r.t.NoticesOf(r.ctx, s, a); err != nil {
		return err
	}
	if p.Outlets, err = r.t.Outlets(r.ctx, s); err != nil {
		return err
	}
	p.Outlets = slices.DeleteFunc(p.Outlets, func(o iru.Outlet) bool { return o.Unit != r.v.by.Unit || o.State == iru.OutletClosed })
	if err := r.lineage(); err != nil {
		return err
	}
	providers, err := r.t.Providers(r.ctx, s)
	if err != nil {
		return err
	}
	p.Providers = providers
	if p.Leads, err = r.t.LeadsOf(r.ctx, s, a); err != nil {
		return err
	}
	if err := r.sightings(a); err != nil {
		return err
	}
	fs, err := r.t.FollowUpsOf(r.ctx, s, a)
	if err != nil {
		return err
	}
	p.Prepared = prepared(r.ctx, fs, r.v.now)
	es, err := r.t.EventsOf(r.ctx, iru.Subject{Noun: "asset", ID: int64(a)})
	if err != nil {
		return err
	}
	p.History, err = r.v.historyTable(r.ctx, r.t, r.who, es)
	return err
}

// lineage reads the asset that this one resembles, and its outlet.
func (r *assetReader) lineage() error {
	p := r.p
	if p.Asset.Lineage.To == 0 {
		return nil
	}
	to, err := r.t.Asset(r.ctx, r.v.scope, p.Asset.Lineage.To)
	if errors.Is(err, iru.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	p.Resembles = to
	if to.Outlet != 0 {
		if p.Suggested, err = r.t.Outlet(r.ctx, r.v.scope, to.Outlet); err != nil && !errors.Is(err, iru.NotFound) {
			return err
		}
	}
	if p.Asset.Lineage.Judged != 0 {
		p.JudgedBy = r.who.of(r.ctx, r.t, p.Asset.Lineage.Judged)
	}
	return nil
}

// judgeAsset takes a person's word on whose an address is.
func (v *visit) judgeAsset() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	a := iru.AssetID(n)
	f := judgeForm{Outlet: v.value("outlet"), Name: v.value("name"), Reason: v.value("reason"), Errors: map[string]string{}}
	verb, from := v.value("verb"), v.value("from")
	if f.Reason == "" {
		f.Errors["reason"] = ui.T(v.ctx(), "Say in your own words why. It is kept with the decision.")
	}
	switch verb {
	case "same":
		if f.Outlet == "" && f.Name == "" {
			f.Errors["outlet"] = ui.T(v.ctx(), "Choose the outlet, or name a new one.")
		}
	case "other":
	default:
		return iru.Refuse(iru.Invalid, "it was not said whose the address is", "choose “same outlet” or “somebody else's”")
	}
	if len(f.Errors) == 0 {
		if verb == "same" {
			_, err = v.desk.Attribute(v.ctx(), v.scope, a, iru.OutletID(number(f.Outlet)), f.Name, f.Reason)
		} else {
			_, err = v.desk.Reject(v.ctx(), v.scope, a, f.Reason)
		}
		if err == nil {
			return v.judged(a, verb, from, f)
		}
		r, ok := refusal(err)
		if !ok || errors.Is(err, iru.Conflict) { // somebody was first
			return err
		}
		f.Errors["reason"] = words(r)
	} else {
		err = iru.Invalid
	}
	return v.judgeAssetAgain(a, from, f, err)
}

// judged says what was decided, where the person was.
func (v *visit) judged(a iru.AssetID, verb, from string, f judgeForm) error {
	if verb == "same" {
		v.say(ui.T(v.ctx(), "Asset %s was attributed. It is monitored from now on.", id(a)))
	} else {
		v.say(ui.T(v.ctx(), "Asset %s is somebody else's. It is kept, so that it is not found again.", id(a)))
	}
	if from == "outlet" {
		return v.to("/outlets/%d", number(f.Outlet))
	}
	return v.to("/assets/%d", a)
}

func (v *visit) judgeAssetAgain(a iru.AssetID, from string, f judgeForm, why error) error {
	if o := iru.OutletID(number(f.Outlet)); from == "outlet" && o != 0 {
		p := OutletPage{Now: v.now, Judge: map[iru.AssetID]judgeForm{a: f}}
		if err := v.fillOutlet(&p, o); err != nil {
			return err
		}
		return v.again(why, p.View())
	}
	p := AssetPage{Judge: f}
	if err := v.fillAsset(&p, a); err != nil {
		return err
	}
	return v.again(why, p.View())
}

// carryAsset takes a person's word on who carries an address.
func (v *visit) carryAsset() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	p := AssetPage{Carry: carryForm{Provider: v.value("provider"), Source: v.value("source"), Errors: map[string]string{}}}
	switch {
	case number(p.Carry.Provider) == 0:
		p.Carry.Errors["provider"], err = ui.T(v.ctx(), "Choose the provider."), iru.Invalid
	default:
		_, err = v.desk.Carry(v.ctx(), v.scope, iru.AssetID(n), iru.ProviderID(number(p.Carry.Provider)), p.Carry.Source)
		if r, ok := refusal(err); ok {
			p.Carry.Errors["source"] = words(r)
		}
	}
	if len(p.Carry.Errors) > 0 {
		if fill := v.fillAsset(&p, iru.AssetID(n)); fill != nil {
			return fill
		}
		return v.again(err, p.View())
	}
	if err != nil {
		return err
	}
	v.say(ui.T(v.ctx(), "The provider was entered as a carrier, on your word."))
	return v.to("/assets/%d#options", n)
}
