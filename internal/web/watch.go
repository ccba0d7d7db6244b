// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"slices"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/locator"
	"iolaus/internal/web/ui"
)

func (v *visit) watchPage() error {
	q := v.r.URL.Query()
	p := WatchPage{Outlet: q.Get("outlet"), Address: q.Get("address")}
	if err := v.fillWatch(&p); err != nil {
		return err
	}
	return v.show(p.View())
}

func (v *visit) fillWatch(p *WatchPage) error {
	if err := v.scope.May(iru.ToWatch); err != nil {
		return err
	}
	p.Frame = v.frame("outlets", ui.T(v.ctx(), "Watch an address"))
	return v.read(func(t *db.Tx) error {
		all, err := t.Outlets(v.ctx(), v.scope)
		p.Outlets = slices.DeleteFunc(all, func(o iru.Outlet) bool { return o.Unit != v.by.Unit || o.State == iru.OutletClosed })
		return err
	})
}

func (v *visit) watch() error {
	p := WatchPage{Address: v.value("address"), Kind: v.value("kind"), Outlet: v.value("outlet"), Name: v.value("name"), Reason: v.value("reason"), Errors: map[string]string{}}
	if err := v.scope.May(iru.ToWatch); err != nil {
		return err
	}
	var err error
	if p.Address == "" {
		p.Errors["address"] = ui.T(v.ctx(), "Write the address, as it is or defanged.")
	}
	if p.Reason == "" {
		p.Errors["reason"] = ui.T(v.ctx(), "Say why it is watched.")
	}
	if p.Outlet != "" && p.Name != "" {
		p.Errors["name"] = ui.T(v.ctx(), "Choose a known outlet or name a new one, not both.")
	}
	if p.Kind != "" && !slices.Contains(iru.AssetKinds, iru.AssetKind(p.Kind)) {
		p.Errors["kind"] = ui.T(v.ctx(), "Choose one of the list.")
	}
	if len(p.Errors) == 0 {
		var a iru.Asset
		a, err = v.desk.Watch(v.ctx(), v.scope, desk.WatchRequest{Address: p.Address, Kind: iru.AssetKind(p.Kind), Outlet: iru.OutletID(number(p.Outlet)), Name: p.Name, Reason: p.Reason})
		if err == nil {
			v.say(ui.T(v.ctx(), "The address is on watch. Its first capture is on its way."))
			return v.to("/assets/%d", a.ID)
		}
		r, ok := refusal(err)
		if !ok {
			return err
		}
		p.Errors["address"] = words(r)
		if errors.Is(err, iru.Conflict) {
			p.Known = v.knownAsset(p.Address)
		}
	} else {
		err = iru.Invalid
	}
	if fill := v.fillWatch(&p); fill != nil {
		return fill
	}
	return v.again(err, p.View())
}

// knownAsset finds the asset of the unit at an address, 0 if there is none.
func (v *visit) knownAsset(text string) iru.AssetID {
	l, err := locator.Parse(text)
	if err != nil {
		return 0
	}
	if l.Kind == locator.KindDomain || l.Kind == locator.KindIP {
		if l, err = locator.Parse(l.URL()); err != nil {
			return 0
		}
	}
	var found iru.AssetID
	if err := v.read(func(t *db.Tx) error {
		a, err := t.AssetByLocator(v.ctx(), v.by.Unit, l.String())
		found = a.ID
		return err
	}); err != nil {
		return 0
	}
	return found
}
